"""The command line, as a new user meets it: what it prints, writes, refuses, and the exit codes."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest

import csindex as csi
from csindex.cli.main import main
from csindex.cli.output import spell
from csindex.messages import Argument
from csindex.model.library.registry import LIBRARY

QUICK = ["--replicates", "40", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with answers.csv: three banks, Korean names, codes 98 and 99."""
    made = tmp_path_factory.mktemp("survey")
    frame = csi.simulate(csi.acsi(), 100, groups=["가나은행", "다라은행", "=SUM(1)"], seed=4)
    frame["COMP"] = np.random.default_rng(4).integers(0, 2, len(frame))
    frame.loc[[2, 30], "SATIS"] = 98
    frame.rename(columns={"unit": "회사", "SATIS": "만족"}).to_csv(made / "answers.csv", index=False, encoding="cp949")
    (made / "small.yaml").write_text(
        "target: S\nscale: [1, 10]\nconstructs:\n  Q: [OVERALLQ, CUSTOMQ]\n  S: [CONFIRM, IDEAL]\npaths: [Q -> S]\n"
    )
    (made / "small.lav").write_text("Q =~ OVERALLQ + CUSTOMQ\nS =~ CONFIRM + IDEAL\nS ~ Q\n")
    return made


@pytest.fixture
def run(folder, monkeypatch, capsys):
    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


COMMON = ["answers.csv", "--rename", "만족=SATIS", "--missing-codes", "98,99"]


def test_demo_is_the_index_of_the_banks_of_2015(run):
    code, out, err = run("demo", "--replicates", "40")
    assert code == 0
    assert "Satisfaction: 75.6 of 100" in out
    assert "csindex check" in out
    assert err == ""


def test_models_lists_every_model_with_its_source(run):
    code, out, _ = run("models")
    assert code == 0
    assert [name for name in LIBRARY if f"  {name} " not in out] == []
    assert "Fornell (1992), Journal of Marketing 56(1), 6-21" in out
    assert len(json.loads(run("models", "--json")[1])["tables"]["models"]) == len(LIBRARY)


def test_check_tells_how_to_go_on_in_the_words_of_the_command_line(run):
    code, out, _ = run("check", "answers.csv", "--by", "회사")
    assert code == 1
    assert "no column 'SATIS'" in out
    code, out, _ = run("check", "answers.csv", "--rename", "SATIS=만족", "--by", "회사")
    assert code == 1
    assert "item '만족' holds 98 (2 rows, first 3)" in out
    assert "--missing-codes 98" in out
    code, out, _ = run("check", *COMMON, "--by", "회사", "--model", "acsi")
    assert code == 0
    assert "made missing: 2 × 98" in out
    code, out, _ = run("check", "answers.csv", "--json")
    assert code == 1
    told = json.loads(out)
    assert not told["ok"]
    assert told["tables"]["problems"][0]["column"] == "SATIS"


def test_fit_prints_the_summary_that_python_prints(run, folder):
    code, out, err = run("fit", *COMMON, "--by", "회사", *QUICK)
    assert code == 0
    survey = csi.read_survey(folder / "answers.csv", by="회사", missing_codes=[98, 99])
    result = csi.fit(csi.acsi(SATIS="만족"), survey, replicates=40)
    assert out == result.summary() + "\n"
    assert err == ""


def test_tables_are_written_and_nothing_is_written_over(run, folder):
    args = ["fit", *COMMON, "--by", "회사", *QUICK]
    for name in ("out.xlsx", "out.csv", "out.json"):
        assert run(*args, "--out", name)[0] == 0
        before = (folder / name).read_bytes()
        code, out, err = run(*args, "--out", name)
        assert code == 2
        assert out == ""
        assert "is there already" in err
        assert "--force" in err
        assert (folder / name).read_bytes() == before
        assert run(*args, "--out", name, "--force")[0] == 0
    book = openpyxl.load_workbook(folder / "out.xlsx")
    assert book.sheetnames[:3] == ["index", "impacts", "paths"]
    units = [row[0] for row in book["index"].iter_rows(min_row=2, values_only=True)]
    assert "=SUM(1)" in units
    # A formula would have the type "f".
    assert {cell.data_type for cell in book["index"]["A"]} == {"s"}
    long = pd.read_csv(folder / "out.csv", encoding="utf-8-sig")
    assert set(long["회사"].dropna()) == {"가나은행", "다라은행", "'=SUM(1)"}
    tables = json.loads((folder / "out.json").read_text(encoding="utf-8"))["tables"]
    survey = csi.read_survey(folder / "answers.csv", by="회사", missing_codes=[98, 99])
    index = csi.fit(csi.acsi(SATIS="만족"), survey, replicates=40).index
    np.testing.assert_allclose([row["estimate"] for row in tables["index"]], index["estimate"], rtol=1e-12)
    np.testing.assert_allclose(long[long["table"] == "index"]["estimate"], index["estimate"], rtol=1e-12)


def test_json_tells_the_account(run):
    code, out, _ = run("fit", *COMMON, "--json", "--replicates", "0", "--quiet")
    assert code == 0
    told = json.loads(out)
    assert told["account"]["made_missing"] == {"98": 2, "99": 0}
    assert told["tables"]["index"][0]["se"] is None


def test_a_model_of_ones_own(run):
    from_yaml = run("fit", "answers.csv", "--model", "small.yaml", *QUICK)
    from_text = run("fit", "answers.csv", "--model", "small.lav", *QUICK)
    assert from_yaml[0] == from_text[0] == 0
    assert from_yaml[1].splitlines()[1:] == from_text[1].splitlines()[1:]
    assert run("fit", "answers.csv", "--model", "small.yaml", "--scale", "1", "7")[0] == 2


def test_league(run):
    code, out, _ = run("league", *COMMON, "--by", "회사", "--lang", "ko", *QUICK, "--out", "league.xlsx", "--force")
    assert code == 0
    assert "순위" in out
    assert "1위: =SUM(1)" in out
    code, out, _ = run("league", *COMMON, "--by", "회사", *QUICK)
    assert code == 0
    assert "ranks not ruled out" in out
    assert ".table" not in out
    code, out, _ = run("league", *COMMON, "--by", "회사", "--json", *QUICK)
    assert [row["rank"] for row in json.loads(out)["tables"]["league"]] == [1, 2, 3]
    code, _, err = run("league", *COMMON)
    assert code == 2
    assert "--by company" in err


def test_fit_speaks_korean_with_its_notes(run, folder):
    frame = pd.read_csv(folder / "answers.csv", encoding="cp949").replace({"만족": {98: np.nan}})
    frame.loc[::5, "만족"] = np.nan
    frame.to_csv(folder / "gaps.csv", index=False)
    words = ["fit", "gaps.csv", "--rename", "만족=SATIS", "--replicates", "40"]
    code, out, err = run(*words, "--lang", "ko")
    assert code == 0
    assert "고객만족: 100점 만점에" in out
    assert "무응답이 있는" in out
    assert "csindex: 참고: " in err
    assert "에 따라 전체 300행 중" in err
    assert "leaves out" not in err
    assert "leaves out" in run(*words)[2]


@pytest.mark.parametrize(("name", "lang", "words"), [("r.html", "ko", "고객만족"), ("r.md", "en", "Satisfaction")])
def test_a_report_in_one_command(run, folder, name, lang, words):
    code, out, err = run(
        "report", *COMMON, "--by", "회사", "-o", name, "--lang", lang, "--title", "<b>Banks</b>", *QUICK
    )
    written = f"{name} has been written.\n" if lang == "en" else f"{name}을(를) 저장하였습니다.\n"
    assert (code, out, err) == (0, written, "")
    text = (folder / name).read_text(encoding="utf-8")
    assert words in text
    assert "다라은행" in text
    assert "<b>Banks</b>" not in text
    before = (folder / name).read_bytes()
    code, _, err = run("report", *COMMON, "-o", name, *QUICK)
    assert code == 2
    assert "--force" in err
    assert (folder / name).read_bytes() == before


def test_reports_that_cannot_be(run):
    assert run("report", *COMMON, *QUICK)[0] == 2
    code, _, err = run("report", *COMMON, "-o", "r.pdf", *QUICK)
    assert code == 2
    assert ".html, .xlsx" in err


@pytest.mark.parametrize(("lang", "words"), [("en", "how satisfied are you?"), ("ko", "얼마나 만족하십니까?")])
def test_template(run, folder, lang, words):
    code, out, _ = run("template", "acsi", "--lang", lang, "-o", lang)
    assert code == 0
    names = ["questionnaire.md", "questionnaire.docx", "model.yaml", "answers.csv"]
    assert [Path(line).name for line in out.splitlines()] == names
    page = (folder / lang / "questionnaire.md").read_text(encoding="utf-8")
    assert words in page
    assert page.count("☐") == 12 * 11 + 3
    document = docx.Document(str(folder / lang / "questionnaire.docx"))
    assert any(words in paragraph.text for paragraph in document.paragraphs)
    assert len(document.tables) == 13
    assert csi.Model.from_yaml(folder / lang / "model.yaml") == csi.acsi()
    heads = (folder / lang / "answers.csv").read_text(encoding="utf-8-sig").strip().split(",")
    assert heads == ["respondent", *csi.acsi().item_names]
    assert run("template", "acsi", "-o", lang)[0] == 2
    assert run("template", "acsi", "-o", lang, "--force", "--scale", "1", "7")[0] == 0
    assert csi.Model.from_yaml(folder / lang / "model.yaml").item("SATIS").scale == (1, 7)


@pytest.mark.parametrize("name", LIBRARY)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_model_has_a_questionnaire(name, lang):
    from csindex.cli.questionnaire import as_markdown

    page = as_markdown(LIBRARY[name](), lang)
    assert page.count("## ") <= len(LIBRARY[name]().constructs)
    assert all(f"`[{item}]`" in page for item in LIBRARY[name]().item_names)


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        (["fit"], 2, ["which answers?"]),
        (["fit", "nix.csv"], 1, ["there is no file 'nix.csv'"]),
        (["fit", "answers.csv", "--model", "acsii"], 2, ["'acsii'", "Did you mean acsi"]),
        (["fit", "answers.csv", "--model", "nix.yaml"], 2, ["no model file"]),
        (["fit", "answers.csv", "--rename", "X=Y"], 2, ["'X' is neither an item nor a construct"]),
        (["fit", "answers.csv", "--rename", "X"], 2, ["ITEM=column"]),
        (["fit", *COMMON, "--scheme", "pth"], 2, ["--scheme pth", "centroid"]),
        (["fit", *COMMON, "--missing-codes", "SATIS=5"], 2, ["not both"]),
        (["fit", *COMMON, "--by", "nix"], 1, ["no column 'nix'", "--rename ITEM=column"]),
        (["fit", *COMMON, "--out", "out.pdf"], 2, [".xlsx, .csv or .json"]),
        (["fit", *COMMON, "--out", "nowhere/out.csv"], 2, ["no folder 'nowhere'"]),
        (["fit", *COMMON, "--item-scales", "q=1"], 2, ["ITEM=LOW:HIGH"]),
        (["fit", *COMMON, "--data", "b.csv"], 2, ["two files"]),
        (["nix"], 2, ["invalid choice: 'nix'"]),
        (["fit", *COMMON, "--replicates", "many"], 2, ["--replicates", "'many'", "csindex fit --help"]),
        (["template", "nix"], 2, ["neither a ready-made model nor a file"]),
    ],
)
def test_errors_are_one_clean_message(run, words, code, parts):
    got, out, err = run(*words)
    assert got == code
    assert out == ""
    assert [part for part in parts if part not in err] == [], err
    assert all(line.startswith("csindex: ") for line in err.splitlines())
    assert "Traceback" not in err


def test_no_code_of_a_model_file_is_run(run, folder):
    (folder / "evil.yaml").write_text('!!python/object/apply:os.system ["touch pwned"]')
    (folder / "evil2.yaml").write_text("name: !!python/object/apply:os.system [touch pwned]\n")
    for name in ("evil.yaml", "evil2.yaml"):
        code, out, err = run("fit", "answers.csv", "--model", name)
        assert (code, out) == (2, "")
        assert "not plain YAML" in err
    assert not (folder / "pwned").exists()


def test_an_interruption_is_no_traceback(run, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("csindex.cli.commands.fit", interrupted)
    code, _, err = run("fit", *COMMON)
    assert (code, err) == (130, "csindex: interrupted\n")


def test_warnings_are_notes(run):
    code, _, err = run("fit", *COMMON, "--model", "acsi", "--replicates", "0", "--by", "회사")
    assert code == 0
    assert all(line.startswith("csindex: note: ") for line in err.splitlines())


@pytest.mark.parametrize(
    ("argument", "flag"),
    [
        (Argument("missing_codes", [98, 99]), "--missing-codes 98,99"),
        (Argument("missing_codes", {"q1": [0]}), "--missing-codes q1=0"),
        (Argument("missing_codes", {"q1": [0], "a b": [8, 9.5]}), "--missing-codes q1=0 'a b=8,9.5'"),
        (Argument("missing_codes", [-9, 98]), "--missing-codes=-9,98"),
        (Argument("missing_codes", ["모름"]), "--missing-codes '모름'"),
        (Argument("missing_codes", None, "{name}"), "--missing-codes"),
        (Argument("missing_codes", {}, "missing_codes={{item: [code, ...]}}"), "--missing-codes ITEM=CODES"),
        (Argument("rename", {"PQ": "P_Q", "QP": "p 2"}, "model.rename({value!r})"), "--rename PQ=P_Q 'QP=p 2'"),
        (Argument("rename", {"SATIS": "만족"}, "model.rename({value!r})"), "--rename 'SATIS=만족'"),
        (Argument("rename", {}, "model.rename({{...}})"), "--rename ITEM=column"),
        (Argument("scales", {(1, 10): (0, 10)}, "model.with_scales({value!r})"), "--item-scales 1:10=0:10"),
        (Argument("scales", {"q1": (0, 10)}, "read_survey(..., scales={value!r})"), "--item-scales q1=0:10"),
        (Argument("scales_from_file", True, "model.with_scales(survey.scales)"), "--scales-from-file"),
        (Argument("header", 2), "--header 2"),
        (Argument("sheet", "Data 1"), "--sheet 'Data 1'"),
        (Argument("sheet", 2), "--sheet 2"),
        (Argument("delimiter", ";"), "--delimiter ';'"),
        (Argument("decimal", ","), "--decimal ,"),
        (Argument("encoding", None, "{name}="), "--encoding"),
        (Argument("by", ["company", "year"]), "--by company,year"),
        (Argument("weights", "w"), "--weights w"),
        (Argument("strata", "region"), "--strata region"),
        (Argument("clusters", "school"), "--clusters school"),
        (Argument("missing", "em"), "--missing em"),
        (Argument("estimator", "pls"), "--estimator pls"),
        (Argument("scheme", "centroid"), "--scheme centroid"),
        (Argument("convention", "equal"), "--convention equal"),
        (Argument("overwrite", True), "--force"),
        (Argument("bad_units", "drop"), "--drop-units"),
        (Argument("fpc", None, "{name}="), "fpc="),
        (Argument("ordinal", False), "ordinal=False"),
    ],
    ids=str,
)
def test_arguments_are_spelt_as_flags(argument, flag):
    assert spell(argument) == flag


@pytest.mark.parametrize("codes", [{"만족": [98]}, [-9, 98], [98, "모름"]], ids=str)
def test_spelt_codes_are_read_as_they_were_meant(codes, run):
    words = shlex.split(spell(Argument("missing_codes", codes)))
    assert run("check", "answers.csv", "--rename", "SATIS=만족", *words)[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["check", "answers.csv"],
        ["check", "answers.csv", "--by", "회사", "--rename", "SATIS=만족"],
        ["fit", "answers.csv"],
        ["fit", "answers.csv", "--rename", "SATIS=만족"],
        ["fit", "nix.csv"],
        ["fit", "answers.csv", "--sheet", "A"],
        ["fit", *COMMON, "--scheme", "pth"],
        ["fit", *COMMON, "--out", "out.pdf"],
        ["report", *COMMON],
        ["league", *COMMON],
        ["template", "nix"],
    ],
    ids=" ".join,
)
def test_korean_is_wholly_korean(words, run):
    code, out, err = run(*words, "--lang", "ko")
    assert code in (1, 2)
    text = out + err
    assert re.search("[가-힣]", text)
    assert not re.search(r"\b[a-z]+(?: [a-z]+){3}", text), text


def test_the_program_runs_from_python_m(folder):
    done = subprocess.run(
        [sys.executable, "-m", "csindex", "--version"],
        cwd=Path(csi.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"csindex {csi.__version__}"


def test_the_raw_survey_of_2015(run, acsi2015):
    words = [str(acsi2015), "--by", "INDUSTRY", "--scheme", "centroid", "--replicates", "0", "--quiet"]
    code, out, err = run("fit", *words)
    assert code == 1
    assert len(err.splitlines()) == 2
    assert "12 items ('OVERALLX', 'CUSTOMX', 'WRONGX' and 9 more) hold 98 and 99" in err
    code, out, _ = run("fit", *words, "--missing-codes", "98,99", "--json")
    assert code == 0
    index = {row["INDUSTRY"]: row for row in json.loads(out)["tables"]["index"] if row["construct"] == "Satisfaction"}
    assert {name: round(row["estimate"], 1) for name, row in index.items()} == {
        1001: 79.5,
        3003: 69.3,
        3013: 61.4,
        5001: 75.6,
    }


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system ['true']\n", "constructs:\n  - [unclosed\n"], ids=["tag", "unclosed"]
)
def test_a_model_file_that_is_no_plain_yaml_is_refused_in_a_line(text: str, run, tmp_path: Path):
    path = tmp_path / "model.yaml"
    path.write_text(text, encoding="utf-8")
    code, _, err = run("check", "answers.csv", "--model", str(path))
    assert code == 2
    (line,) = err.splitlines()
    assert "not plain YAML" in line
    assert re.search(r"\(line \d, column \d\)$", line)
