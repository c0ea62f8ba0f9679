"""From a result to a document."""

from typing import Any

import pandas as pd

from csindex.assessment.quality.assessment import Assessment
from csindex.benchmark.leagues.league_result import League
from csindex.fitting.importance import importance_performance
from csindex.fitting.levels import driven
from csindex.fitting.result import Fit
from csindex.reports.document import Document, Section
from csindex.reports.findings import drivers, index, ranked, ranks, short
from csindex.reports.labels import Reader
from csindex.reports.method import decisions, method
from csindex.reports.quality import quality
from csindex.reports.sample import answered, asked, questions
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
