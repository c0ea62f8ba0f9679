"""The door: write a report of a result."""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from csindex.assessment.quality.assess import assess
from csindex.assessment.quality.result import Assessment
from csindex.benchmark.leagues.result import League
from csindex.drivers.importance_performance import importance_performance
from csindex.errors import OptionError
from csindex.fitting.constructs import driven
from csindex.fitting.result import Fit
from csindex.reports.formats import excel, html, latex, markdown, word
from csindex.reports.labels import Reader
from csindex.reports.sections.findings import drivers, index, ranked, ranks, short
from csindex.reports.sections.method import decisions, method
from csindex.reports.sections.quality import quality
from csindex.reports.sections.sample import answered, asked, questions
from csindex.text import format
from csindex.text.document import Document, Section
from csindex.version import __version__


def contents(
    reader: Reader, title: str, data: Any = None, assessment: Assessment | None = None, league: League | None = None
) -> Document:
    """Return what a report says of a result, in the order of a reader's questions."""
    result = reader.result
    answers = f"{int(result.sample['n'].sum()):,}"
    standing = ranked(result, league)
    sections: list[Section | None] = [
        short(reader),
        index(reader),
        drivers(reader),
        ranks(reader, standing),
        asked(reader),
        answered(reader, data),
        quality(reader, assessment),
        method(reader),
    ]
    return Document(
        title=title or result.model.name or reader.say("untitled"),
        subtitle=reader.say("subtitle", answers=answers, version=__version__),
        lang=reader.lang,
        sections=tuple(section for section in sections if section is not None),
        tables=tables(reader, assessment, standing if isinstance(standing, League) else None),
    )


def tables(reader: Reader, assessment: Assessment | None, league: League | None) -> dict[str, pd.DataFrame]:
    """Return the tidy tables behind a report, by the name of their sheet."""
    result = reader.result
    found = {"index": result.index, **_driver_tables(result), "paths": result.paths, "effects": result.effects}
    found |= {"r2": result.r2, "weights": result.weights, "index weights": result.index_weights}
    found |= {"loadings": result.loadings, "sample": result.sample, "items": _items(result)}
    found |= {"failures": result.failures, "left out": result.dropped}
    found |= {} if league is None else {"league": league.table, "bands": league.bands, "told apart": league.apart}
    found |= {} if assessment is None else assessment.tables()
    chosen = pd.DataFrame(decisions(reader).items(), columns=["decision", "chosen"])
    return {name: frame for name, frame in found.items() if len(frame)} | {"decisions": chosen}


def _driver_tables(result: Fit) -> dict[str, pd.DataFrame]:
    if not driven(result):
        return {}
    return {
        "drivers": result.impacts(),
        "priorities": importance_performance(result),
        "priorities of items": importance_performance(result, items=True),
    }


def _items(result: Fit) -> pd.DataFrame:
    found = questions(result)
    return pd.DataFrame(
        {
            "construct": [name for name, _ in found],
            "item": [item.name for _, item in found],
            "text": [item.text for _, item in found],
            "text_ko": [item.text_ko for _, item in found],
            "lowest": [item.scale[0] for _, item in found],
            "highest": [item.scale[1] for _, item in found],
        }
    )


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
    reader = Reader(result, format.language(lang))
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
    ".xlsx": excel.write,
    ".docx": word.write,
    ".md": _text(markdown.write, _PICTURES[".md"]),
    ".tex": _text(latex.write, _PICTURES[".tex"]),
}
