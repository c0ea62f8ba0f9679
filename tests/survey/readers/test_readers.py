"""Files of every kind: what is written comes back, with labels and codes; what is broken is refused in plain words."""

import pickle
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    "품질 =~ 품질1 + 품질2 + 품질3; 만족 =~ 만족1 + 만족2 + 만족3; 만족 ~ 품질", name="고객만족도", target="만족"
)
ITEMS = list(MODEL.item_names)
COMPANIES = ["가나은행", "다라은행", "마바은행"]
SCALE = {1.0: "전혀 그렇지 않다", 10.0: "매우 그렇다"}
CODES = {98.0: "모름", 99.0: "무응답"}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Answers with Korean names, codes 98 and 99, gaps, and a weight with a fraction."""
    frame = csi.simulate(MODEL, 120, groups=COMPANIES, seed=5, weights=0.4, missing=0.002)
    frame.loc[[3, 50, 200], "품질2"] = 98
    frame.loc[[7, 200], "만족1"] = 99
    return frame.rename(columns={"unit": "회사", "weight": "가중치"}).round({"가중치": 3})


@pytest.fixture(scope="module")
def expected(answers) -> csi.Fit:
    return fitted(csi.Survey(answers, weights="가중치", by="회사", missing_codes=[98, 99]))


def fitted(survey: csi.Survey) -> csi.Fit:
    return csi.fit(MODEL, survey, replicates=0)


def same(survey: csi.Survey, expected: csi.Fit) -> None:
    """Check that a survey gives the very estimates and account of the frame that it was written from."""
    result = fitted(survey)
    pd.testing.assert_frame_equal(result.index, expected.index, check_dtype=False)
    assert result.account.used == expected.account.used
    assert {code: n for code, n in result.account.coded.items() if n} == {98: 3, 99: 2}


def refused(call, *parts: str, error: type[csi.CsindexError] = csi.SurveyError) -> str:
    with pytest.raises(error) as caught:
        call()
    text = str(caught.value)
    assert [part for part in parts if part not in text] == [], text
    return text


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestText:
    @pytest.mark.parametrize(
        ("encoding", "told"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("cp949", "cp949"),
            ("euc-kr", "cp949"),
            ("utf-16", "utf-16"),
            ("utf-32", "utf-32"),
        ],
    )
    @pytest.mark.parametrize(("delimiter", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
    def test_encodings_and_delimiters_are_found(self, answers, expected, tmp_path, encoding, told, delimiter, word):
        path = tmp_path / "설문.csv"
        answers.to_csv(path, index=False, encoding=encoding, sep=delimiter)
        survey = csi.read_survey(path, weights="가중치", by="회사", missing_codes=[98, 99])
        same(survey, expected)
        assert survey.file.notes == (f"encoding {told}", f"{word}-separated")

    def test_utf_16_without_a_mark(self, tmp_path):
        path = put(tmp_path / "a.csv", "q1,name\n1,José\n2,Bob\n".encode("utf-16-le"))
        assert csi.read_survey(path).frame["name"].tolist() == ["José", "Bob"]

    @pytest.mark.parametrize(
        "words", [["Ärger über Öl", "groß", "Ävälä"], ["déjà vu", "ÉTÉ", "À côté"], ["mañana €", "Ñandú", "¿Qué?"]]
    )
    def test_western_text_is_not_taken_for_korean(self, tmp_path, words):
        frame = pd.DataFrame({"q1": range(1, 4), "verbatim": words})
        frame.to_csv(tmp_path / "a.csv", index=False, encoding="cp1252")
        survey = csi.read_survey(tmp_path / "a.csv")
        assert survey.frame["verbatim"].tolist() == words
        assert survey.file.notes[0] == "encoding cp1252"

    def test_a_tsv_with_a_decimal_comma(self, answers, expected, tmp_path):
        path = tmp_path / "a.tsv"
        answers.to_csv(path, index=False, sep="\t", decimal=",")
        survey = csi.read_survey(path, weights="가중치", by="회사", missing_codes=[98, 99])
        same(survey, expected)
        assert "decimal comma in" in survey.file.notes[-1]

    def test_a_comma_that_could_be_either_is_asked_for(self, tmp_path):
        path = put(tmp_path / "a.csv", 'q1,w\n1,"1,234"\n2,"2,345"\n')
        refused(lambda: csi.read_survey(path, weights="w"), "column 'w'", "'1,234'", "thousands=','")
        assert csi.read_survey(path, weights="w", decimal=",").final_weights().tolist() == [1.234, 2.345]

    def test_names_of_units_keep_their_zeros(self, tmp_path):
        path = put(tmp_path / "a.csv", "q1,branch\n1,007\n2,010\n")
        assert csi.read_survey(path, by="branch").units()["branch"].tolist() == ["007", "010"]

    def test_words_for_nothing_are_gaps_in_numbers_and_names_in_text(self, tmp_path):
        path = put(tmp_path / "a.csv", "q1,company\n1,NA\nNA,None\n #N/A ,Acme\n")
        survey = csi.read_survey(path, by="company")
        assert survey.frame["q1"].isna().tolist() == [False, True, True]
        assert survey.units()["company"].tolist() == ["Acme", "NA", "None"]

    def test_texts_that_mean_no_answer(self, answers, expected, tmp_path):
        spoken = answers.assign(만족2=answers["만족2"].astype(object))
        spoken.loc[[1, 2], "만족2"] = "모름"
        spoken.to_csv(tmp_path / "a.csv", index=False)
        made = {"weights": "가중치", "by": "회사"}
        text = refused(lambda: fitted(csi.read_survey(tmp_path / "a.csv", **made, missing_codes=[98, 99])), "'모름'")
        assert "(2 rows, first 2)" in text
        survey = csi.read_survey(tmp_path / "a.csv", **made, missing_codes=[98, 99, "모름"])
        account = fitted(survey).account
        assert account.marked == {"모름": 2}
        assert account.made_missing() == "3 × 98, 2 × 99, 2 × 모름"
        by_item = {"만족2": ["모름"], "품질2": [98], "만족1": [99]}
        assert fitted(csi.read_survey(tmp_path / "a.csv", **made, missing_codes=by_item)).account.used == account.used

    def test_a_hostile_text_is_only_text(self, tmp_path):
        path = put(tmp_path / "a.csv", "q1,name\n1,\"=cmd|' /C calc'!A0\"\n2,<script>alert(1)</script>\n")
        assert csi.read_survey(path).frame["name"].tolist() == ["=cmd|' /C calc'!A0", "<script>alert(1)</script>"]

    @pytest.mark.parametrize(
        ("content", "parts"),
        [
            ("", ["is empty", "no bytes"]),
            (" \n\n", ["is empty", "nothing but spaces"]),
            ("q1,q2\n", ["a header but no rows"]),
            ("q1,q2\n1,2\n3,4,5\n6\n", ["line 3 has 3 cells", "header 2 names", "2 such lines", "comma within a text"]),
            ('q1,q2\n1,"2\n3,4\n', ["line 3", "quotation mark missing"]),
            ("q1,q2,q1\n1,2,3\n", ["more than one column called 'q1' (columns 1 and 3)", "Rename"]),
            ("Survey 2024,,\nq1,q2,q3\n1,2,3\n4,5,6\n", ["line 1 ('Survey 2024')", "1 of 3 columns", "header=2"]),
            ("Survey 2024\nq1,q2,q3\n1,2,3\n4,5,6\n", ["line 1 ('Survey 2024')", "1 of 3 columns", "header=2"]),
            ("1,2,3\n4,5,6\n", ["line 1 holds numbers", "row of names"]),
            (b"q1,q2\n1,\x00\x01\x02\x03\n", ["is no text"]),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00", ["is no text"]),
        ],
    )
    def test_broken_text(self, tmp_path, content, parts):
        refused(lambda: csi.read_survey(put(tmp_path / "a.csv", content)), "a.csv", *parts)

    def test_what_the_user_says_wrongly(self, answers, tmp_path):
        path = tmp_path / "a.csv"
        answers.to_csv(path, index=False, encoding="cp949")
        refused(lambda: csi.read_survey(path, delimiter=";"), "every line is a single cell", "','", "Leave delimiter=")
        refused(lambda: csi.read_survey(path, encoding="utf-8"), "not text in utf-8", "line 1", "leave it out")
        refused(lambda: csi.read_survey(path, encoding="klingon"), "encoding='klingon'", error=csi.OptionError)
        refused(lambda: csi.read_survey(path, sheet="A"), "sheet=", error=csi.OptionError)
        refused(lambda: csi.read_survey(path, header=0), "header=0", error=csi.OptionError)
        refused(lambda: csi.read_survey(path, header=99), "no names in line 99")
        refused(lambda: csi.read_survey(path, decimal="x"), "decimal='x'", error=csi.OptionError)
        refused(lambda: csi.read_survey(path, delimiter=",,"), "delimiter=',,'", error=csi.OptionError)
        refused(lambda: csi.read_survey(path, scales={"q": (1, 7)}), "['q']", error=csi.OptionError)
        refused(lambda: csi.read_survey(path, columns=["품질1", "nix"]), "no column 'nix'")

    def test_lines_above_the_header_and_columns_without_a_name(self, tmp_path):
        path = put(tmp_path / "a.csv", "Survey,,,\n\n,q1,q2,,\n0,1,2,,\n1,3,4,,\n")
        survey = csi.read_survey(path, header=3)
        assert list(survey.frame.columns) == ["column 1", "q1", "q2"]
        assert survey.frame["q2"].tolist() == [2, 4]

    def test_ten_thousand_columns(self, tmp_path):
        names = [f"q{number}" for number in range(10_000)]
        table = pd.DataFrame(np.random.default_rng(1).integers(1, 11, (12, 10_000)), columns=names)
        table.to_csv(tmp_path / "a.csv", index=False)
        survey = csi.read_survey(tmp_path / "a.csv", columns=["q1", "q9999"], by="q5")
        assert list(survey.frame.columns) == ["q1", "q9999", "q5"]
        assert survey.frame["q9999"].tolist() == table["q9999"].tolist()
        assert len(csi.codebook(csi.read_survey(tmp_path / "a.csv"))) == 10_000

    def test_huge_numbers(self, tmp_path):
        path = put(tmp_path / "a.csv", "id,q1\n123456789012345678901234567890,1\n2,1e999\n")
        frame = csi.read_survey(path).frame
        assert frame["id"].tolist() == [123456789012345678901234567890.0, 2.0]
        refused(lambda: csi.Survey(frame).answers(["q1"]), "item 'q1' holds infinite values (1 row, first 2)")


class TestStatistics:
    @pytest.fixture
    def labelled(self, answers) -> dict:
        return {
            "column_labels": {item: f"{item}에 대한 질문" for item in ITEMS},
            "variable_value_labels": dict.fromkeys(ITEMS, SCALE | CODES)
            | {"회사번호": dict(zip([1.0, 2.0, 3.0], COMPANIES, strict=True))},
        }

    @pytest.fixture
    def coded(self, answers) -> pd.DataFrame:
        number = answers["회사"].map({name: float(at) for at, name in enumerate(COMPANIES, 1)})
        return answers.drop(columns="회사").assign(회사번호=number)

    @pytest.mark.parametrize("ending", [".sav", ".zsav"])
    @pytest.mark.parametrize("missing", [[98, 99], [{"lo": 97, "hi": 1e300}]], ids=["codes", "range"])
    def test_spss(self, coded, expected, labelled, tmp_path, ending, missing):
        path = tmp_path / f"설문{ending}"
        pyreadstat.write_sav(
            coded, path, compress=ending == ".zsav", missing_ranges=dict.fromkeys(ITEMS, missing), **labelled
        )
        survey = csi.read_survey(path, weights="가중치", by="회사번호")
        renamed = csi.read_survey(path, weights="가중치", by="회사번호").frame.rename(columns={"회사번호": "회사"})
        assert renamed["회사"].tolist() == np.repeat(COMPANIES, 120).tolist()
        result = fitted(survey)
        np.testing.assert_array_equal(result.index["estimate"], expected.index["estimate"])
        assert result.account.coded == {98: 3, 99: 2}
        assert result.account.used == expected.account.used
        assert survey.scales == dict.fromkeys(ITEMS, (1, 10)) | {"회사번호": (1, 3)}
        assert survey.file.variable("만족1").label == "만족1에 대한 질문"
        assert repr(survey) == f"Survey of 360 rows from 설문{ending} (SPSS)"

    def test_only_declared_codes_are_made_missing(self, coded, labelled, tmp_path):
        pyreadstat.write_sav(coded, tmp_path / "a.sav", **labelled)
        text = refused(lambda: fitted(csi.read_survey(tmp_path / "a.sav")), "item '품질2' holds 98 (3 rows, first 4)")
        assert "The file labels 98 '모름'." in text
        assert fitted(csi.read_survey(tmp_path / "a.sav", missing_codes=[98, 99])).account.coded == {98: 3, 99: 2}

    def test_declared_codes_are_no_weights_and_no_units(self, coded, labelled, tmp_path):
        coded.loc[0, "가중치"], coded.loc[1, "회사번호"] = 99, 9
        missing = {"가중치": [99.0], "회사번호": [9.0]}
        pyreadstat.write_sav(coded, tmp_path / "a.sav", missing_ranges=missing, **labelled)
        refused(lambda: csi.read_survey(tmp_path / "a.sav", weights="가중치"), "missing", "1 row, first 1")
        refused(lambda: csi.read_survey(tmp_path / "a.sav", by="회사번호"), "empty in 1 row, first 2")

    def test_a_scale_that_the_model_does_not_have(self, coded, labelled, tmp_path):
        path = tmp_path / "a.sav"
        labelled["variable_value_labels"]["만족3"] = {1.0: "bad", 4.0: "so-so", 7.0: "good"}
        pyreadstat.write_sav(coded.assign(만족3=coded["만족3"].clip(upper=7)), path, **labelled)
        survey = csi.read_survey(path, missing_codes=[98, 99])
        text = refused(lambda: fitted(survey), "'만족3'", "1–10 in the model", "1 'bad' to 7 'good'", "with_scales")
        assert len(text.splitlines()) == 1
        assert csi.fit(MODEL.with_scales(survey.scales), survey, replicates=0).model.item("만족3").scale == (1, 7)
        overruled = csi.read_survey(path, missing_codes=[98, 99], scales={"만족3": (1, 10)})
        assert overruled.answers(MODEL.items).account.used > 300

    def test_labels_that_name_some_answers_only_tell_no_scale(self, coded, labelled, tmp_path):
        labelled["variable_value_labels"]["만족3"] = {1.0: "bad", 5.0: "neutral"}
        pyreadstat.write_sav(coded, tmp_path / "a.sav", **labelled)
        assert fitted(csi.read_survey(tmp_path / "a.sav", missing_codes=[98, 99])).account.used > 300

    def test_stata_with_extended_missing_values(self, answers, tmp_path):
        names = {name: f"q{at}" for at, name in enumerate(ITEMS)}
        table = answers[ITEMS].fillna(5).astype(int).rename(columns=names)
        table = table.astype(dict.fromkeys(names.values(), object))
        table = table.replace({98: "a", 99: "b"})
        labels = {"q0": {1: "not at all", 10: "very"}}
        path = tmp_path / "a.dta"
        pyreadstat.write_dta(
            table, path, variable_value_labels=labels, missing_user_values={"q1": ["a", "b"], "q3": ["b"]}
        )
        survey = csi.read_survey(path)
        model = MODEL.rename(names)
        account = csi.fit(model, survey, replicates=0).account
        assert account.marked == {".a": 3, ".b": 2}
        assert account.made_missing() == "3 × .a, 2 × .b"
        assert account.incomplete == 4
        assert survey.scales == {"q0": (1, 10)}
        assert "made missing: 3 × .a, 2 × .b" in csi.fit(model, survey, replicates=0).summary()
        book = csi.codebook(survey).set_index("item")
        assert book.loc["q1", "declared"] == ".a (3)"
        assert book.loc["q3", "missing"] == 2

    def test_an_old_korean_file_that_does_not_say_its_encoding(self, tmp_path):
        label = "만족도"
        pyreadstat.write_sav(pd.DataFrame({"q1": [1.0, 2.0]}), tmp_path / "a.sav", column_labels={"q1": "X" * 6})
        content = (tmp_path / "a.sav").read_bytes().replace(b"X" * 6, label.encode("cp949")).replace(b"UTF-8", b"CP949")
        put(tmp_path / "b.sav", content)
        assert csi.read_survey(tmp_path / "b.sav").file.variable("q1").label == label
        put(tmp_path / "c.sav", (tmp_path / "a.sav").read_bytes().replace(b"X" * 6, label.encode("cp949")))
        survey = csi.read_survey(tmp_path / "c.sav")
        assert survey.file.variable("q1").label == label
        assert survey.file.notes == ("encoding CP949",)

    @pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
    @pytest.mark.parametrize("ending", [".sav", ".zsav", ".dta"])
    def test_truncated(self, coded, tmp_path, ending, share):
        whole = tmp_path / f"whole{ending}"
        table = coded[["가중치"]].rename(columns={"가중치": "w"})
        table = pd.concat([table.add_suffix(str(number)) for number in range(30)], axis=1)
        if ending == ".dta":
            pyreadstat.write_dta(table, whole)
        else:
            pyreadstat.write_sav(table, whole, compress=ending == ".zsav")
        content = whole.read_bytes()
        path = put(tmp_path / f"cut{ending}", content[: int(len(content) * share)])
        refused(lambda: csi.read_survey(path), f"cut{ending}", "damaged or cut off", "Copy or export it again")

    def test_columns_are_chosen(self, coded, labelled, tmp_path):
        pyreadstat.write_sav(coded, tmp_path / "a.sav", **labelled)
        survey = csi.read_survey(tmp_path / "a.sav", columns=ITEMS[:2], weights="가중치")
        assert list(survey.frame.columns) == [*ITEMS[:2], "가중치"]
        refused(lambda: csi.read_survey(tmp_path / "a.sav", columns=["nix"]), "no column 'nix'")

    def test_no_rows(self, tmp_path):
        pyreadstat.write_sav(pd.DataFrame({"q1": [1.0]}).head(0), tmp_path / "a.sav")
        refused(lambda: csi.read_survey(tmp_path / "a.sav"), "no rows of answers")


class TestExcel:
    def write(self, path: Path, *rows, title: str = "Data", merge: str = "", more: dict | None = None) -> Path:
        book = openpyxl.Workbook()
        page = book.active
        page.title = title
        for row in rows:
            page.append(row)
        if merge:
            page.merge_cells(merge)
        for name, others in (more or {}).items():
            extra = book.create_sheet(name)
            for row in others:
                extra.append(row)
        book.save(path)
        return path

    def test_what_is_written_comes_back(self, answers, expected, tmp_path):
        answers.to_excel(tmp_path / "설문.xlsx", index=False, sheet_name="응답")
        survey = csi.read_survey(tmp_path / "설문.xlsx", weights="가중치", by="회사", missing_codes=[98, 99])
        same(survey, expected)
        assert survey.file.notes == ("sheet '응답'",)

    def test_numbers_kept_as_text(self, answers, expected, tmp_path):
        text = answers.assign(품질1=answers["품질1"].map(lambda x: "" if np.isnan(x) else f"{x:g} "))
        text.to_excel(tmp_path / "a.xlsx", index=False)
        same(
            csi.read_survey(tmp_path / "a.xlsx", weights="가중치", by="회사", missing_codes=[98, 99]),
            expected,
        )

    def test_merged_headings_and_titles(self, tmp_path):
        rows = [["Quality", None, None, "Satisfaction"], ["q1", "q2", "q3", "s1"], [1, 2, 3, 4], [5, 6, 7, 8]]
        path = self.write(tmp_path / "a.xlsx", *rows, merge="A1:C1")
        refused(lambda: csi.read_survey(path), "a.xlsx", "sheet 'Data', row 1 ('Quality')", "2 of 4", "header=2")
        assert csi.read_survey(path, header=2).frame["s1"].tolist() == [4, 8]
        title = self.write(tmp_path / "b.xlsx", ["Customer survey 2024"], [], *rows[1:])
        refused(lambda: csi.read_survey(title), "row 1 ('Customer survey 2024')", "header=3")
        assert csi.read_survey(title, header=3).frame["q1"].tolist() == [1, 5]

    def test_sheets(self, tmp_path):
        path = self.write(tmp_path / "a.xlsx", ["q1"], [1], more={"Codebook": [["item", "text"]], "Blank": []})
        refused(lambda: csi.read_survey(path), "2 sheets with cells: 'Data' and 'Codebook'", "sheet='Data'")
        refused(lambda: csi.read_survey(path, sheet="Date"), "no sheet 'Date'", "'Data', 'Codebook' and 'Blank'")
        assert csi.read_survey(path, sheet=1).n == csi.read_survey(path, sheet="Data").n == 1
        refused(lambda: csi.read_survey(path, sheet=2), "sheet 'Codebook' has a header but no rows")
        refused(lambda: csi.read_survey(path, sheet=3), "sheet 'Blank' is empty")

    def test_cells_that_hold_errors_dates_and_formulas(self, tmp_path):
        rows = [["q1", "q2", "day"], [1, "#DIV/0!", pd.Timestamp("2024-01-05")], [2, 3, pd.Timestamp("2024-01-06")]]
        survey = csi.read_survey(self.write(tmp_path / "a.xlsx", *rows))
        refused(lambda: survey.answers(["q2"]), "item 'q2' holds '#DIV/0!' (1 row, first 1)")
        refused(lambda: survey.answers(["day"]), "item 'day'", "not numbers")

    def test_broken_workbooks(self, answers, tmp_path):
        answers.to_excel(tmp_path / "whole.xlsx", index=False)
        content = (tmp_path / "whole.xlsx").read_bytes()
        cut = put(tmp_path / "cut.xlsx", content[: len(content) // 2])
        refused(lambda: csi.read_survey(cut), "cut.xlsx", "damaged or cut off")
        locked = put(tmp_path / "locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
        refused(lambda: csi.read_survey(locked), "locked.xlsx", "password", ".xls", "save it as .xlsx")
        old = put(tmp_path / "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
        refused(lambda: csi.read_survey(old), "old.xls", "save it as .xlsx")
        page = put(tmp_path / "page.xlsx", "<html><table><tr><td>1</td></tr></table></html>")
        refused(lambda: csi.read_survey(page), "web page", "save it as .xlsx")
        named = put(tmp_path / "really.csv", content)
        refused(lambda: csi.read_survey(named), "not text (.csv), but an Excel workbook", "Give it that ending")

    def test_double_names(self, tmp_path):
        path = self.write(tmp_path / "a.xlsx", ["q1", "q2", "q1 "], [1, 2, 3])
        refused(lambda: csi.read_survey(path), "sheet 'Data' has more than one column called 'q1' (columns 1 and 3)")

    def test_wide_sheets(self, tmp_path):
        names = [f"q{number}" for number in range(10_000)]
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet("Data")
        for row in (names, *([3] * 10_000 for _ in range(2))):
            page.append(row)
        book.save(tmp_path / "a.xlsx")
        assert csi.read_survey(tmp_path / "a.xlsx").frame.shape == (2, 10_000)


class TestOtherFiles:
    def test_parquet(self, answers, expected, tmp_path):
        pytest.importorskip("pyarrow")
        answers.to_parquet(tmp_path / "a.parquet")
        same(
            csi.read_survey(tmp_path / "a.parquet", weights="가중치", by="회사", missing_codes=[98, 99]),
            expected,
        )
        content = (tmp_path / "a.parquet").read_bytes()
        refused(lambda: csi.read_survey(put(tmp_path / "b.parquet", content[:900])), "b.parquet", "damaged or cut off")

    def test_no_such_file(self, tmp_path):
        put(tmp_path / "survey_2024.csv", "q1\n1\n")
        refused(lambda: csi.read_survey(tmp_path / "survey_2042.csv"), "no file", "Did you mean ['survey_2024.csv']?")
        refused(lambda: csi.read_survey(tmp_path / "nowhere" / "a.csv"), "no file", "no folder")
        refused(lambda: csi.read_survey(tmp_path), "is a folder")
        refused(lambda: csi.read_survey(put(tmp_path / "a.ods", "x")), "'.ods'"[1:-1], "Save it as .xlsx")
        refused(lambda: csi.read_survey(put(tmp_path / "answers", "x")), "without an ending")
        refused(lambda: csi.read_survey("https://example.org/a.csv"), "address on the web")
        refused(lambda: csi.read_survey(3), "path of a file", error=csi.OptionError)
        refused(lambda: csi.read_survey(put(tmp_path / "a.sav", "q1,q2\n1,2\n")), "first bytes are text")

    def test_no_code_is_run(self, tmp_path):
        class Evil:
            def __reduce__(self):
                return (Path.touch, (tmp_path / "pwned",))

        for ending in (".csv", ".xlsx", ".sav", ".dta", ".parquet"):
            path = put(tmp_path / f"a{ending}", pickle.dumps(Evil()))
            with pytest.raises(csi.SurveyError):
                csi.read_survey(path)
        assert not (tmp_path / "pwned").exists()


class TestCodebook:
    def test_of_a_plain_frame(self):
        frame = pd.DataFrame(
            {
                "q": [1, 5, 9, 10, 98, 99, None],
                "five": [1, 2, 3, 4, 5, 9, 8],
                "yes": [0, 1, 1, 0, 1, 1, 1],
                "age": [18, 98, 60, 61, 44, 99, 70],
                "who": ["a", "b", "a", None, "a", "b", "a"],
                "none": [None] * 7,
            }
        )
        book = csi.codebook(frame).set_index("item")
        assert book["type"].tolist() == ["number", "number", "yes/no", "number", "text", "empty"]
        assert book["suspected"].tolist() == ["98 (1), 99 (1)", "8 (1), 9 (1)", "", "", "", ""]
        assert book.loc["q", ["low", "high", "scale_from"]].tolist() == [1, 10, "answers"]
        assert book.loc["five", ["low", "high", "mean"]].tolist() == [1, 5, 3]
        assert book.loc["q", ["answers", "missing", "min", "max", "mean"]].tolist() == [6, 1, 1, 10, 6.25]
        assert book.loc["yes", "shares"] == "0: 28.6%, 1: 71.4%"
        assert book.loc["who", "shares"] == "a: 66.7%, b: 33.3%"

    def test_labels_tell_what_means_no_answer(self, tmp_path):
        labels = {1.0: "very bad", 10.0: "very good", 5.0: "middle", 11.0: "잘 모르겠다", 12.0: "Refused"}
        table = pd.DataFrame({"q": [1.0, 10, 11, 11, 12, 7], "d": [1.0, 2, 3, -7, -8, 3]})
        pyreadstat.write_sav(
            table,
            tmp_path / "a.sav",
            variable_value_labels={"q": labels},
            missing_ranges={"q": [12.0], "d": [{"lo": -9, "hi": -1}]},
            column_labels={"q": "How good?"},
        )
        book = csi.codebook(csi.read_survey(tmp_path / "a.sav")).set_index("item")
        assert book.loc["q", ["label", "low", "high", "scale_from"]].tolist() == ["How good?", 1, 10, "labels"]
        assert book.loc["q", "declared"] == "12 Refused (1)"
        assert book.loc["q", "suspected"] == "11 잘 모르겠다 (2)"
        assert book.loc["d", "declared"] == "-8 (1), -7 (1)"
        assert book.loc["q", ["answers", "missing"]].tolist() == [5, 1]

    @pytest.mark.parametrize(
        "label",
        [
            "don't know",
            "Don’t know / no answer",
            "DK",
            "Refused",
            "N/A",
            "not applicable",
            "모름",
            "무응답",
            "응답 거절",
            "해당 없음",
            "잘 모르겠다",
            "No opinion",
            "Keine Angabe",
            "cannot say",
            "(모름/무응답)",
        ],
    )
    def test_words_for_no_answer(self, label):
        from csindex.survey.labels import means_no_answer

        assert means_no_answer(label)

    @pytest.mark.parametrize(
        "label", ["not at all satisfied", "very", "매우 만족", "보통", "never", "no", "없다", "known", "not very good"]
    )
    def test_words_for_answers(self, label):
        from csindex.survey.labels import means_no_answer

        assert not means_no_answer(label)

    def test_of_a_frame_from_another_engine(self):
        polars = pytest.importorskip("polars")
        book = csi.codebook(polars.DataFrame({"q": [1, 10, 98], "t": ["a", "b", None]}))
        assert book["suspected"].tolist() == ["98 (1)", ""]


def test_the_survey_of_2015_from_csv_and_from_spss(acsi2015, tmp_path):
    """Real answers with codes 98, 99 and 101; the indices are those of the ACSI file of 2015, complete cases, centroid."""
    raw = pd.read_csv(acsi2015)
    items = list(csi.acsi().item_names)
    industries = {1001.0: "food", 3003.0: "airlines", 3013.0: "ISP", 5001.0: "banks"}
    labels = {item: {98.0: "don't know", 99.0: "refused"} for item in items} | {"INDUSTRY": industries}
    pyreadstat.write_sav(
        raw.astype(float),
        tmp_path / "acsi.sav",
        variable_value_labels=labels,
        missing_ranges={key: [98.0, 99.0] for key in items},
    )
    spss = csi.read_survey(tmp_path / "acsi.sav", by="INDUSTRY")
    text = csi.read_survey(acsi2015, by="INDUSTRY", missing_codes=[98, 99])
    for survey, names in ((spss, ["food", "airlines", "ISP", "banks"]), (text, [1001, 3003, 3013, 5001])):
        with pytest.warns(csi.CsindexWarning):
            result = csi.fit(csi.acsi(), survey, scheme="centroid", replicates=0)
        index = result.index.query("construct == 'Satisfaction'").set_index("INDUSTRY")["estimate"]
        assert index[names].round(1).tolist() == [79.5, 69.3, 61.4, 75.6]
        assert result.account.coded == {98: 1106, 99: 146}
        assert result.account.used == 7341
    book = csi.codebook(text).set_index("item")
    assert book.loc["HIGHPTOL", "suspected"] == "101 (422)"
    assert csi.codebook(acsi_frame := text.frame).set_index("item").loc["HIGHPTOL", "suspected"].endswith("101 (422)")
    assert len(acsi_frame) == 8239
