"""Every command on the page of the command line runs, and prints what the page says.

A ``console`` block holds commands after ``$``, each followed by what it prints, errors included. ``python -m
tests.cli.test_page`` writes the output into the page anew.
"""

import contextlib
import io
import os
import re
import shlex
import tempfile
from pathlib import Path

from csindex.cli.main import main
from tests.test_docs import write_survey

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "command-line.md"
BLOCK = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def printed(block: re.Match[str]) -> str:
    """Return a block with what its commands print."""
    lines = []
    for line in block[1].splitlines():
        if line.startswith("$ csindex "):
            with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
                main(shlex.split(line)[2:])
            lines += [line, *(text.rstrip() for text in out.getvalue().splitlines())]
    return "```console\n" + "\n".join(lines) + "\n```\n"


def rewritten(folder: Path) -> str:
    """Return the page with what its commands print in a folder with survey.csv and my.yaml."""
    write_survey(folder)
    page = PAGE.read_text(encoding="utf-8")
    model = re.search(r"^```yaml\n(.*?)^```\n", page, re.MULTILINE | re.DOTALL)
    assert model is not None
    (folder / "my.yaml").write_text(model[1], encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        return BLOCK.sub(printed, page)
    finally:
        os.chdir(before)


def test_commands_print_what_the_page_says(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(tmp_path) == page, "if the new output is right: python -m tests.cli.test_page"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        PAGE.write_text(rewritten(Path(made)), encoding="utf-8")
