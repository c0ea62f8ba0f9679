"""Every Python block of the README and of the pages in docs/ runs, and prints what the page says that it prints.

The blocks of a page share a namespace and run in a temporary directory that holds ``survey.csv``. Where a ``text`` block
follows a ``python`` block, it is that block's output. A page names every warning that its blocks give.

``python tests/test_docs.py`` writes the output into the pages anew; with paths, into these pages.
"""

import contextlib
import io
import os
import pkgutil
import re
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import csindex as csi

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n^```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def write_survey(folder: Path) -> None:
    """Write survey.csv: 900 customers of three companies, six ratings with gaps and codes, a case weight."""
    model = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ q4 + q5 + q6; Satisfaction ~ Quality")
    names = ["Hare", "Lynx", "Stork"]
    frame = csi.simulate(model, 300, groups=names, group_share=0.2, weights=0.4, missing=0.003, seed=3)
    rng = np.random.default_rng(3)
    for item, code in (("q2", 98), ("q5", 99)):
        frame.loc[rng.random(len(frame)) < 0.01, item] = code
    frame.rename(columns={"unit": "company"}).round(3).to_csv(folder / "survey.csv", index=False)


def run(page: Path, text: str, folder: Path) -> list[str]:
    """Run the blocks of a page in order; return what each prints."""
    write_survey(folder)
    space: dict[str, object] = {"__name__": "__main__"}
    printed = []
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            warnings.catch_warnings(record=True) as caught,
            pd.option_context("display.width", 100, "display.max_columns", 20),
        ):
            warnings.simplefilter("always")
            for block in BLOCK.finditer(text):
                line = text[: block.start()].count("\n") + 2
                # Empty lines before the code make a traceback name the line of the page.
                code = compile("\n" * (line - 1) + block["code"], str(page), "exec")
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    exec(code, space)
                printed.append(tidy(out.getvalue()))
    finally:
        os.chdir(before)
    for warning in caught:
        assert issubclass(warning.category, csi.CsindexWarning), warning
        assert warning.category.__name__ in text, f"{page.name} does not name {warning.category.__name__}"
    return printed


def tidy(output: str) -> str:
    """Return the output without spaces at the ends of lines."""
    return "".join(line.rstrip() + "\n" for line in output.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run_and_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block, printed in zip(BLOCK.finditer(text), run(page, text, tmp_path), strict=True):
        if block["output"] is not None:
            assert printed == block["output"], "if the new output is right: python tests/test_docs.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    assert not [link for link in links if link and "://" not in link and not (page.parent / link).exists()]


def test_modules_and_files_have_their_names_of_today() -> None:
    """Of what pages, docstrings and comments name: modules as csindex.model.design, files as tests/test_docs.py."""
    wrong = []
    for path in [*PAGES, *sorted((ROOT / "docs").glob("*.rst")), *sorted((ROOT / "csindex").rglob("*.py"))]:
        text = path.read_text(encoding="utf-8")
        for name in set(re.findall(r"\bcsindex(?:\.\w+){2,}", text)):
            try:
                pkgutil.resolve_name(name)
            except (ImportError, AttributeError):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
        files = set(re.findall(r"\b(?:csindex|docs|examples|tests)/[\w./-]*\w", text))
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in files if not (ROOT / name).exists()]
    assert wrong == []


def test_reference_has_every_public_name() -> None:
    text = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\.\. auto(?:function|class):: (\w+)$", text, re.MULTILINE))
    family = {name for name in csi.__all__ if name.endswith(("Error", "Warning"))}
    assert set(csi.__all__) - family - {"datasets", "plot"} <= shown


def test_site_has_every_page() -> None:
    text = (ROOT / "docs" / "contents.rst").read_text(encoding="utf-8")
    pages = {page.stem for page in (ROOT / "docs").glob("*.*") if page.suffix in (".md", ".rst")} - {"contents"}
    assert pages == set(re.findall(r"^   ([\w-]+)$", text, re.MULTILINE))


def rewrite(page: Path) -> None:
    """Write the output of the page's blocks into the page."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        outputs = iter(run(page, text, Path(folder)))

    def new(block: re.Match[str]) -> str:
        output = next(outputs)
        code = f"```python\n{block['code']}```\n"
        return code if block["output"] is None else f"{code}\n```text\n{output}```\n"

    page.write_text(BLOCK.sub(new, text), encoding="utf-8")


if __name__ == "__main__":
    for path in [Path(name).resolve() for name in sys.argv[1:]] or PAGES:
        rewrite(path)
