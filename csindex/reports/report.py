"""The door: write a report of a result."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from csindex.assessment.quality.assess import assess
from csindex.assessment.quality.result import Assessment
from csindex.benchmark.leagues.result import League
from csindex.benchmark.trends.result import Trend
from csindex.drivers.importance_performance import importance_performance
from csindex.errors import OptionError
from csindex.fitting.constructs import driven
from csindex.fitting.result import Fit
from csindex.messages import Message
from csindex.reports.formats.registry import FORMATS
from csindex.reports.labels import Reader
from csindex.reports.sections.findings import changes, drivers, followed, index, ranked, ranks, short
from csindex.reports.sections.method import decisions, method
from csindex.reports.sections.quality import quality
from csindex.reports.sections.sample import answered, asked, questions
from csindex.text import format
from csindex.text.document import Document, Section, Table
from csindex.text.result import gathered
from csindex.version import __version__

ROWS = 40
"""Of a table that was given; a workbook has all."""


def contents(
    reader: Reader,
    title: str,
    data: Any = None,
    assessment: Assessment | None = None,
    league: League | None = None,
    more: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> Document:
    """Return what a report says of a result, in the order of a reader's questions."""
    result = reader.result
    answers = f"{int(result.sample['n'].sum()):,}"
    standing, moved = ranked(result, league), followed(result)
    sections: list[Section | None] = [
        short(reader),
        index(reader),
        drivers(reader),
        ranks(reader, standing),
        changes(reader, moved),
        asked(reader),
        answered(reader, data),
        quality(reader, assessment),
        method(reader),
        _given(reader, more),
    ]
    return Document(
        title=title or result.model.name or reader.say("untitled"),
        subtitle=reader.say("subtitle", answers=answers, version=__version__),
        lang=reader.lang,
        sections=tuple(section for section in sections if section is not None),
        tables=tables(
            reader,
            assessment,
            standing if isinstance(standing, League) else None,
            more,
            moved if isinstance(moved, Trend) else None,
        ),
    )


def tables(
    reader: Reader,
    assessment: Assessment | None,
    league: League | None,
    more: Mapping[str, pd.DataFrame],
    moved: Trend | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tidy tables behind a report, by the name of their sheet: every table of every result, none twice."""
    result = reader.result
    chosen = pd.DataFrame(decisions(reader).items(), columns=["decision", "chosen"])
    own = {**_priorities(result), "items": _items(result), "decisions": chosen}
    parts: list[tuple[str, Mapping[str, pd.DataFrame]]] = [("fit", result.tables())]
    parts += [] if league is None else [("league", league.tables())]
    parts += [] if moved is None else [("trend", moved.tables())]
    parts += [] if assessment is None else [("assessment", assessment.tables())]
    return gathered([*parts, ("report", own), ("given", more)])


def _priorities(result: Fit) -> dict[str, pd.DataFrame]:
    if not driven(result):
        return {}
    return {
        "priorities": importance_performance(result),
        "priorities of items": importance_performance(result, items=True),
    }


def _given(reader: Reader, more: Mapping[str, pd.DataFrame]) -> Section | None:
    """Return the first rows of tables that were given, as they are."""
    shown = tuple(
        Table(
            name, tuple(map(str, frame.columns)), tuple(tuple(map(_cell, row)) for row in frame.head(ROWS).to_numpy())
        )
        for name, frame in more.items()
    )
    return Section(reader.say("given"), shown) if shown else None


def _cell(value: object) -> str:
    return format.number(value, 3) if isinstance(value, float) else str(value)


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


def report(
    result: Fit,
    path: str | PathLike[str],
    *,
    data: Any = None,
    assessment: Assessment | Literal[False] | None = None,
    league: League | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
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
    tables : mapping of name to data frame, optional
        Other tables, e.g. ``{"rolling": csindex.rolling(...)}``: sheets of a workbook, and the last part of other formats.
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
        raise OptionError(Message("benchmark.not_fit", kind=type(result).__name__))
    reader = Reader(result, format.language(lang))
    target = _target(path, overwrite)
    if assessment is None and result.units is None:
        assessment = assess(result)
    document = contents(reader, title, data, assessment or None, league, tables or {})
    FORMATS[target.suffix.lower()].write(document, target)
    return target


def _target(path: str | PathLike[str], overwrite: bool) -> Path:
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise OptionError(Message("report.ending", name=target.name, known=", ".join(FORMATS)))
    if not target.parent.is_dir():
        raise OptionError(Message("report.no_folder", path=str(target.parent), name=target.name))
    # The pictures of a .md and those of a .tex of the same name go into one folder.
    for found in FORMATS[target.suffix.lower()].files(target):
        if not overwrite:
            raise OptionError(Message("report.there", path=str(found)))
    return target
