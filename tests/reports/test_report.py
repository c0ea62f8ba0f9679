"""Reports opened by the programs that they are for."""

import re
import shutil
import subprocess
import warnings
from pathlib import Path

import docx
import openpyxl
import pytest

import csindex as csi
from csindex.messages import words
from csindex.reports.formats import latex, markdown
from csindex.reports.formats.registry import FORMATS
from csindex.text.document import LINE, Table
from tests.reports.conftest import HOSTILE


@pytest.fixture(scope="module")
def html(banks: csi.Fit, tmp_path_factory: pytest.TempPathFactory) -> str:
    return csi.report(banks, tmp_path_factory.mktemp("html") / "banks.html").read_text(encoding="utf-8")


def test_html_holds_everything_itself(html: str):
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", html)
    assert "<script" not in html
    assert "http-equiv" not in html


def test_html_says_the_index_with_its_interval(html: str, banks: csi.Fit):
    row = banks.index.set_index("construct").loc["Satisfaction"]
    assert f"Customer satisfaction: {row.estimate:.1f} of 100 (95% interval {row.lower:.1f} to {row.upper:.1f})" in html


def test_same_result_gives_the_same_file(html: str, banks: csi.Fit, tmp_path: Path):
    again = csi.report(banks, tmp_path / "again.html").read_text(encoding="utf-8")
    assert again == html


def test_html_without_replicates_says_that_nothing_is_sure(tmp_path: Path):
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0)
    text = csi.report(result, tmp_path / "point.html").read_text(encoding="utf-8")
    assert words("report")["en"]["unknown"] in text
    assert "nan" not in re.sub(r"data:[^\"]*", "", text).lower()


def test_names_of_companies_stay_text_in_html(companies: csi.Fit, tmp_path: Path):
    text = csi.report(companies, tmp_path / "all.html", lang="ko").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_workbook_has_tidy_sheets_at_full_precision(banks: csi.Fit, tmp_path: Path):
    book = openpyxl.load_workbook(csi.report(banks, tmp_path / "banks.xlsx"))
    assert {"summary", "index", "impacts", "weights", "priorities", "paths", "loadings", "decisions"} <= set(
        book.sheetnames
    )
    head, *rows = book["index"].iter_rows(values_only=True)
    assert list(head) == list(banks.index.columns)
    assert [row[1] for row in rows] == banks.index["estimate"].tolist()


def test_workbook_has_no_formula(companies: csi.Fit, tmp_path: Path):
    book = openpyxl.load_workbook(csi.report(companies, tmp_path / "all.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert set(HOSTILE) <= {cell.value for cell in cells}


def test_word_file_has_sections_tables_and_pictures(banks: csi.Fit, tmp_path: Path):
    word = docx.Document(str(csi.report(banks, tmp_path / "banks.docx")))
    titles = [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == "Heading 1"]
    assert titles[:3] == [
        words("report")["en"]["short"],
        words("report")["en"]["index"],
        words("report")["en"]["drivers"],
    ]
    assert len(word.inline_shapes) >= 3
    assert word.tables[0].cell(1, 1).text == f"{banks.index['estimate'].iloc[0]:.1f}"


def test_control_characters_do_not_break_a_word_file(tmp_path: Path):
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0)
    word = docx.Document(str(csi.report(result, tmp_path / "odd.docx", title="a\x00b\x0bc")))
    assert word.paragraphs[0].text.startswith("a")


@pytest.mark.parametrize("compiler", ["pdflatex", pytest.param("xelatex", marks=pytest.mark.slow)])
def test_latex_compiles(compiler: str, banks: csi.Fit, companies: csi.Fit, tmp_path: Path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    names = {"en": csi.report(banks, tmp_path / "en.tex"), "names": csi.report(companies, tmp_path / "names.tex")}
    if compiler == "xelatex":
        names["ko"] = csi.report(companies, tmp_path / "ko.tex", lang="ko")
    for path in names.values():
        command = [compiler, "-interaction=nonstopmode", "-halt-on-error", path.name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        if "kotex.sty' not found" in done.stdout:
            continue
        assert done.returncode == 0, done.stdout[-2000:]
        assert path.with_suffix(".pdf").stat().st_size > 10_000


def test_latex_escapes_all_that_has_a_meaning():
    assert latex.escaped("50% of $1 & #2_{a}~^\\") == (
        r"50\% of \$1 \& \#2\_\{a\}\textasciitilde{}\textasciicircum{}\textbackslash{}"
    )


def test_markdown_shows_names_as_they_are(companies: csi.Fit, tmp_path: Path):
    path = csi.report(companies, tmp_path / "all.md")
    text = path.read_text(encoding="utf-8")
    assert markdown.escaped(HOSTILE[0]) in text
    assert r"new\|pipe" in text
    for name in re.findall(r"\]\(([^)]+)\)", text):
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize("ending", FORMATS)
def test_nothing_is_written_over_without_being_asked(ending: str, banks: csi.Fit, tmp_path: Path):
    path = tmp_path / f"report{ending}"
    path.write_bytes(b"mine")
    with pytest.raises(csi.OptionError, match="already there"):
        csi.report(banks, path)
    assert path.read_bytes() == b"mine"
    csi.report(banks, path, overwrite=True)
    assert path.stat().st_size > 4000


@pytest.mark.parametrize(
    ("name", "message"), [("report.pdf", "endings .html"), ("report", "endings"), ("no/where.html", "no folder")]
)
def test_impossible_paths_are_refused_with_the_remedy(name: str, message: str, banks: csi.Fit, tmp_path: Path):
    with pytest.raises(csi.OptionError, match=message):
        csi.report(banks, tmp_path / name)


def test_anything_but_a_result_is_refused(tmp_path: Path):
    with pytest.raises(csi.OptionError, match="a result of"):
        csi.report({"index": 75}, tmp_path / "x.html")  # type: ignore[arg-type]


def test_korean_report_speaks_korean(banks: csi.Fit, tmp_path: Path):
    text = csi.report(banks, tmp_path / "ko.md", lang="ko").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert titles
    assert all(re.search("[가-힣]", title) for title in titles)
    assert "고객만족" in text


def test_a_korean_report_tells_what_was_warned_of_in_korean(tmp_path: Path):
    with pytest.warns(csi.InadmissibleWarning, match="not positive definite"):
        result = csi.fit(csi.ecsi(), csi.datasets.ecsi_mobile(), estimator="plsc", replicates=50)
    text = csi.report(result, tmp_path / "ko.md", lang="ko", assessment=False).read_text(encoding="utf-8")
    assert text.count("구성개념의 상관행렬이 양정치가 아님") == 2
    assert "지수가 산출 방식에 따라 1점 넘게 달라집니다: 고객충성도" in text
    assert "positive definite" not in text
    assert "모수적 방법: 정규분포 표본의 적률" in text


def quiet(model: csi.Model, data: object, **options: object) -> csi.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(model, data, **options)


def written(result: csi.Fit, folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.report(result, folder / "report.md").read_text(encoding="utf-8")


def test_inadmissible_estimates_are_in_the_report(tmp_path: Path, banks: csi.Fit):
    result = quiet(csi.ecsi(), csi.datasets.ecsi_mobile(), estimator="plsc", replicates=60)
    text = written(result, tmp_path)
    assert "consistent PLS" in text
    assert "the correlations of the constructs are not positive definite (smallest eigenvalue" in text
    assert f"{(result.replicates.estimates.flaws > 0).sum()} of 60 replicates" in text
    (tmp_path / "other").mkdir()
    assert words("report")["en"]["inadmissible"] not in written(banks, tmp_path / "other")


def test_carried_weights_are_in_the_report(tmp_path: Path, banks: csi.Fit):
    text = written(quiet(csi.acsi(), csi.datasets.acsi2015("airlines"), replicates=0, weights_from=banks), tmp_path)
    assert "carried over from a fit to" in text
    assert words("report")["en"]["formula_index"] not in text
    assert "path weighting" not in text


def test_a_model_with_feedback_is_reported_with_its_picture(tmp_path: Path):
    text = "Q =~ q1 + q2; V =~ v1 + v2; S =~ s1 + s2; L =~ l1 + l2; S ~ Q + L; L ~ S + V"
    model = csi.Model.parse(text, target="S", feedback=True)
    result = quiet(model, csi.simulate(model, 400, seed=1), replicates=50)
    assert words("report")["en"]["diagram"].partition("{")[0] in written(result, tmp_path)


def test_report_says_which_constructs_are_not_told_apart(tmp_path: Path, banks: csi.Fit):
    text = written(banks, tmp_path)
    assert (
        "Not told apart, as HTMT or the upper end of its interval reaches .90: Perceived quality – Customer sat" in text
    )
    assert "1.00 to 1.00" not in text


def test_columns_are_as_wide_as_what_they_hold():
    question = "How satisfied are you with everything together, from the first call to the last bill? " * 2
    table = Table("Questions", ("item", "question", "mean"), (("OVERALLX", question, "8.29"),), left=2)
    widths = table.widths()
    assert sum(widths) == pytest.approx(1)
    assert widths[1] > 0.6
    assert widths[0] * LINE > len("OVERALLX")
    assert widths[2] * LINE > len("mean")
    short = Table("Index", ("construct", "index"), (("Quality", "81.6"),))
    assert sum(short.widths()) < 0.5
    many = Table("Reliability", ("construct", *"abcde"), (("Expectations", *["0.77 (0.75 to 0.78)"] * 5),))
    assert sum(many.widths()) == pytest.approx(1)
    assert many.widths()[0] * LINE > len("Expectations")


def test_tables_of_a_word_file_fit_the_page_and_keep_together(companies: csi.Fit, tmp_path: Path):
    word = docx.Document(str(csi.report(companies, tmp_path / "all.docx")))
    page = word.sections[0]
    line = page.page_width - page.left_margin - page.right_margin
    for table in word.tables:
        assert sum(column.width for column in table.columns) <= line + len(table.columns)
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert "w:cantSplit" in table.rows[-1]._tr.xml
    assert all(shape.width <= line for shape in word.inline_shapes)


def test_every_decision_of_the_fit_is_named(tmp_path: Path):
    model = csi.scsb()
    answers = csi.simulate(model, 300, seed=1)
    ordinal = written(quiet(model, answers, ordinal=True, replicates=20), tmp_path)
    assert "polychoric correlations of 10 of 10 items" in ordinal
    assert words("report")["en"]["stages"] not in ordinal
    (tmp_path / "stages").mkdir()
    levels = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; Q =~ A + B; S =~ s1 + s2; S ~ Q")
    parts = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; S =~ s1 + s2; S ~ A + B")
    staged = written(quiet(levels, csi.simulate(parts, 300, seed=1), replicates=20), tmp_path / "stages")
    assert f"{words('report')['en']['stages']} | two-stage approach" in staged
    (tmp_path / "theory").mkdir()
    theory = written(quiet(model, answers, estimator="cbsem", replicates=0), tmp_path / "theory")
    assert "covariance structure model, ML" in theory
    assert "standard errors from theory" in theory
    assert "inner weighting scheme" not in theory
    assert "0 of 0" not in theory


def test_without_replicates_no_bracket_is_left_empty(tmp_path: Path):
    text = written(quiet(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0), tmp_path)
    said = text.partition("## " + words("report")["en"]["index"])[0]
    assert "75.6 of 100, from 2,263 answers" in said
    assert not re.search(r"–\)|\(\)", text)


def test_markdown_and_latex_of_one_name_stand_side_by_side(banks: csi.Fit, tmp_path: Path):
    csi.report(banks, tmp_path / "banks.md", assessment=False)
    csi.report(banks, tmp_path / "banks.tex", assessment=False)
    (tmp_path / "banks.md").unlink()
    with pytest.raises(csi.OptionError, match=r"\.png' is already there"):
        csi.report(banks, tmp_path / "banks.md", assessment=False)


def test_workbook_of_units_has_their_league(companies: csi.Fit, tmp_path: Path):
    book = openpyxl.load_workbook(csi.report(companies, tmp_path / "ranked.xlsx"))
    assert "league" in book.sheetnames


def test_a_report_shows_the_questions_below_dimensions(tmp_path: Path):
    flat = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; S =~ s1 + s2; B ~ A; S ~ A + B")
    model = csi.Model.parse("H =~ A + B; A =~ a1 + a2; B =~ b1 + b2; S =~ s1 + s2; S ~ H")
    answers = csi.simulate(flat, 200, seed=1)
    result = csi.fit(model, answers, replicates=50)
    text = csi.report(result, tmp_path / "levels.md", data=answers, assessment=False).read_text(encoding="utf-8")
    for item in flat.item_names:
        assert re.search(rf"\| {item} \|.*\| {answers[item].mean():.2f} \|", text)


def test_a_picture_names_analytic_errors():
    model = csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q")
    result = csi.fit(model, csi.simulate(model, 300, seed=1), estimator="cbsem")
    said = " ".join(text.get_text() for text in csi.plot.path_diagram(result).texts)
    assert "analytic standard errors" in " ".join(said.split())
    assert "0 replicates" not in said
