"""Everything that is wrong with a survey is told at once, and what is told can be put right."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import csindex as csi

MODEL = csi.acsi()


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    frame = csi.simulate(MODEL, 60, groups=["Hare", "Lynx", "Stork"], seed=2, weights=0.3)
    return frame.assign(respondent=range(len(frame)))


def kinds(table: pd.DataFrame) -> dict[str, list[str]]:
    return {str(kind): rows["column"].tolist() for kind, rows in table.groupby("kind")}


def test_a_clean_survey_has_no_problems(clean):
    found = csi.check(MODEL, clean, weights="weight", by="unit")
    assert found.ok
    assert found.problems.empty
    assert list(found.problems.columns) == ["kind", "column", "rows", "first", "text"]
    assert found.account.used == 180
    assert "no problems" in found.summary() == repr(found)
    csi.fit(MODEL, clean, weights="weight", by="unit", replicates=0)


def test_everything_at_once(clean):
    spoiled = clean.drop(columns="CUSTOMQ").rename(columns={"SATIS": "satis.", "PQ": "P_Q"})
    spoiled["QP"] = 5
    spoiled["COMP"] = np.nan
    spoiled["IDEAL"] = spoiled["IDEAL"].astype(object)
    spoiled.loc[4, "IDEAL"] = "good"
    spoiled.loc[[6, 9], "REPUR"] = [98, 99]
    spoiled.loc[3, "weight"] = -1
    spoiled.loc[5, "unit"] = None
    found = csi.check(MODEL, spoiled, weights="weight", by="unit", strata="regoin", clusters="weigth")
    assert not found.ok
    assert kinds(found.problems) == {
        "weights": ["weight"],
        "by": ["unit"],
        "missing column": ["regoin", "weigth", "CUSTOMQ", "PQ", "SATIS"],
        "constant": ["QP"],
        "no answers": ["COMP"],
        "no numbers": ["IDEAL"],
        "outside the scale": ["REPUR"],
    }
    assert found.renames == {"PQ": "P_Q", "SATIS": "satis."}
    assert found.codes == (98, 99)
    rows = found.problems.set_index("column")
    assert rows.loc["REPUR", ["rows", "first"]].tolist() == [2, 7]
    assert "'good' (1 row, first 5)" in rows.loc["IDEAL", "text"]
    assert "Did you mean 'weight'? Then clusters='weight'." in rows.loc["weigth", "text"] + "."
    text = found.summary()
    for part in (
        "missing_codes=[98, 99]",
        "model.rename({'PQ': 'P_Q', 'SATIS': 'satis.'})",
        "Weights cannot be negative",
        "Fill it in",
        "frame['IDEAL'].map(",
    ):
        assert part in text
    mended = spoiled.assign(QP=clean["QP"], COMP=clean["COMP"], IDEAL=clean["IDEAL"], CUSTOMQ=clean["CUSTOMQ"])
    mended = mended.assign(weight=clean["weight"], unit=clean["unit"])
    model = MODEL.rename(found.renames)
    codes = list(found.codes)
    assert csi.check(model, mended, weights="weight", by="unit", missing_codes=codes).ok


def test_what_is_said_is_what_fit_says(clean):
    coded = clean.assign(PQ=clean["PQ"].where(clean.index > 3, 99), QP=3)
    problems = csi.check(MODEL, coded).problems.set_index("column")["text"]
    with pytest.raises(csi.SurveyError) as caught:
        csi.fit(MODEL, coded, replicates=0)
    assert problems["PQ"] == str(caught.value)
    with pytest.raises(csi.SurveyError) as caught:
        csi.fit(MODEL, coded, missing_codes=[99], replicates=0)
    assert problems["QP"] == str(caught.value)


def test_notices(clean):
    odd = clean.drop(columns="respondent")
    ratings = [item.name for item in MODEL.items if item.scale == (1, 10)]
    odd.loc[10:14, ratings] = 7
    odd = pd.concat([odd, odd.loc[[0, 1]]], ignore_index=True)
    odd.loc[:20, "QP"] = np.nan
    odd["weight"] = np.where(odd.index < 20, 30.0, 1.0)
    found = csi.check(MODEL, odd, weights="weight", missing="mean")
    notices = found.notices.set_index("kind")
    assert notices.loc["straight-lining", "rows"] >= 5
    assert notices.loc["double rows", "rows"] == odd.duplicated().sum() >= 2
    assert "21 of 182 rows (11.5%)" in notices.loc["missing answers", "text"]
    # Kish: n·Σw²/(Σw)² = 182·(20·900 + 162) / (600 + 162)².
    assert f"{182 * 18162 / 762**2:.2f}" in notices.loc["uneven weights", "text"]


def test_units_that_cannot_be_estimated_are_each_a_problem(clean):
    small = pd.concat([clean, clean.head(6).assign(unit="Mouse"), clean.tail(20).assign(unit="Newt")])
    small.loc[small["unit"] == "Hare", "QP"] = 4
    found = csi.check(MODEL, small, by="unit")
    assert kinds(found.problems) == {"unit": ["unit 'Hare'", "unit 'Mouse'"]}
    assert "all answers are the same" in found.problems["text"][0]
    assert "6 usable rows" in found.problems["text"][1]
    notices = found.notices.set_index("kind")["text"]
    assert "unit 'Newt' (20)" in notices["small units"]


def test_what_a_file_says_of_its_codes(clean, tmp_path):
    ratings = {1.0: "not at all", 10.0: "very"}
    labels = {
        "SATIS": ratings | {98.0: "don't know"},
        "PQ": ratings | {9.0: "모름"},
        "QP": {1.0: "bad", 7.0: "good"},
    }
    coded = clean.assign(SATIS=clean["SATIS"].where(clean.index > 2, 98), QP=clean["QP"].clip(upper=7))
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(
        coded, path, variable_value_labels=labels, missing_ranges={"IDEAL": [10.0]}, column_labels={"unit": "Company"}
    )
    found = csi.check(MODEL.rename({"REPUR": "unti"}), path, by="unit")
    assert "Did you mean 'unit' (Company)?" in found.problems.set_index("column").loc["unti", "text"]
    assert {"outside the scale": ["SATIS"], "other scale": ["QP"]}.items() <= kinds(found.problems).items()
    assert 'The file labels 98 "don\'t know".' in " ".join(found.summary().split())
    notices = found.notices.set_index("kind")
    assert notices.loc["labelled as missing", "column"] == "PQ"
    assert "missing_codes={'PQ': [9]}" in notices.loc["labelled as missing", "text"]
    assert "declares 10 missing, within the scale 1–10" in notices.loc["declared within the scale", "text"]
    assert found.summary().startswith("survey.sav (SPSS)")


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "a.csv").write_text("q1,q2\n1,2\n3\n")
    found = csi.check(MODEL, tmp_path / "a.csv")
    assert kinds(found.problems) == {"file": [""]}
    assert "line 3 has 1 cells" in found.summary()


def test_codes_that_are_answers_to_other_items_are_declared_for_their_own():
    model = csi.Model.parse("Q =~ q1 + q2; S =~ s1 + s2; S ~ Q", scales={"q1": (1, 5), "q2": (1, 5)})
    answers = csi.simulate(model, 80, seed=6)
    answers.loc[[1, 2], "q1"] = 9
    answers.loc[3, "s1"] = 99
    answers.loc[4, "s2"] = 11
    found = csi.check(model, answers)
    assert found.codes == (99,)
    advice = " ".join(found.summary().split())
    assert "if 99 means a missing answer: missing_codes=[99]" in advice
    assert "missing_codes={'q1': [9]}" in advice
    assert "missing_codes=[11]" in advice
    assert csi.check(model, answers, missing_codes={"q1": [9], "s1": [99], "s2": [11]}).ok


def test_what_does_not_go_together(clean):
    for call in (
        lambda: csi.check("acsi", clean),
        lambda: csi.check(MODEL, clean, missing="never"),
        lambda: csi.check(MODEL, clean, sheet="A"),
        lambda: csi.check(MODEL, csi.Survey(clean), by="unit"),
        lambda: csi.check(MODEL, clean, missing_codes=[5]),
    ):
        with pytest.raises(csi.OptionError):
            call()


def test_other_frames_and_surveys_are_taken(clean):
    polars = pytest.importorskip("polars")
    assert csi.check(MODEL, polars.from_pandas(clean)).ok
    assert csi.check(MODEL, csi.Survey(clean, by="unit")).ok
    assert "few rows" in kinds(csi.check(MODEL, clean.head(5).drop(columns="PQ")).problems)


def test_the_raw_survey_of_2015(acsi2015):
    found = csi.check(MODEL, acsi2015)
    assert kinds(found.problems) == {"outside the scale": list(MODEL.item_names)}
    assert found.codes == (98, 99)
    assert found.problems.set_index("column").loc["REPUR", "rows"] == 244
    good = csi.check(MODEL, acsi2015, missing_codes=list(found.codes), by="INDUSTRY")
    assert good.ok
    assert (good.account.used, good.account.coded) == (7341, {98: 1106, 99: 146})
    assert "7,341 of 8,239 rows can be used" in good.summary()
