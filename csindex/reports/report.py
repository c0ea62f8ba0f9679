"""The door: write a report of a result."""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from csindex import wording
from csindex.assessment.quality.assess import assess
from csindex.assessment.quality.assessment import Assessment
from csindex.benchmark.leagues.league_result import League
from csindex.errors import OptionError
from csindex.fitting.result import Fit
from csindex.reports import html, latex, markdown, word, workbook
from csindex.reports.contents import contents
from csindex.reports.document import Document
from csindex.reports.labels import Reader

FORMATS = (".html", ".xlsx", ".docx", ".md", ".tex")
_PICTURES = {".md": ".png", ".tex": ".pdf"}


def report(
    result: Fit,
    path: str | PathLike[str],
    *,
    data: Any = None,
    assessment: Assessment | Literal[False] | None = None,
    league: League | None = None,
    lang: str = "en",
    title: str = "",
    overwrite: bool = False,
) -> Path:
    """Write a report: the index, the drivers, what to do first, who answered what, how good it is and how it was made.

    Parameters
    ----------
    result : Fit
    path : str or path
        A file to write; its ending names the format. ``.html``: one file that holds everything, prints well and reads on a
        phone; ``.xlsx``: a workbook with one tidy sheet for each table, at full precision; ``.docx``; ``.md`` and ``.tex``,
        whose pictures go into a folder beside them.
    data : data frame or Survey, optional
        The answers, for the picture of their distribution; a result holds none.
    assessment : Assessment or False, optional
        By default ``csindex.assess(result)``; False leaves the quality of the measurement out. Of a result with ``by=`` it
        is left out unless it is given, and then goes into the workbook.
    league : League, optional
        By default ``csindex.league(result)`` where the result has units.
    lang : {"en", "ko"}
    title : str
        By default the model's name.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    path
        Of the file.

    Raises
    ------
    OptionError
        An ending that is not known, a folder that is not there, a file that is there.

    Examples
    --------
    >>> import csindex as csi, pathlib, tempfile
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100)
    >>> csi.report(result, pathlib.Path(tempfile.mkdtemp()) / "banks.xlsx").name
    'banks.xlsx'
    """
    if not isinstance(result, Fit):
        raise OptionError(f"a result of csindex.fit is expected, not {type(result).__name__}.")
    reader = Reader(result, wording.language(lang))
    target = _target(path, overwrite)
    if assessment is None and result.units is None:
        assessment = assess(result)
    document = contents(reader, title, data, assessment or None, league)
    _WRITERS[target.suffix.lower()](document, target)
    return target


def _target(path: str | PathLike[str], overwrite: bool) -> Path:
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise OptionError(f"the format of {target.name!r} is not known. Use one of the endings {', '.join(FORMATS)}.")
    if not target.parent.is_dir():
        raise OptionError(f"there is no folder {str(target.parent)!r} to write {target.name!r} into. Make it first.")
    ending = _PICTURES.get(target.suffix.lower())
    # The pictures of a .md and those of a .tex of the same name go into one folder.
    for found in (target, *(sorted(_folder(target).glob(f"*{ending}")) if ending else ())):
        if found.exists() and not overwrite:
            raise OptionError(f"{str(found)!r} is already there. Use overwrite=True to replace it, or another name.")
    return target


def _folder(target: Path) -> Path:
    return target.with_name(f"{target.stem}_pictures")


def _text(write: Callable[[Document, Mapping[str, str]], str], ending: str) -> Callable[[Document, Path], None]:
    def writer(document: Document, target: Path) -> None:
        folder, names = _folder(target), {}
        folder.mkdir(exist_ok=True)
        for picture in document.pictures:
            file = folder / f"{picture.name}{ending}"
            picture.figure().savefig(file, bbox_inches="tight", dpi=word.DPI)
            names[picture.name] = f"{folder.name}/{file.name}"
        target.write_text(write(document, names), encoding="utf-8")

    return writer


def _html(document: Document, target: Path) -> None:
    target.write_text(html.write(document), encoding="utf-8")


_WRITERS: dict[str, Callable[[Document, Path], None]] = {
    ".html": _html,
    ".xlsx": workbook.write,
    ".docx": word.write,
    ".md": _text(markdown.write, _PICTURES[".md"]),
    ".tex": _text(latex.write, _PICTURES[".tex"]),
}
