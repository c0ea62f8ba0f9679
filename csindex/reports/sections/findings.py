"""What a report finds: the short answer, the index, the drivers, the ranks."""

import re
from collections.abc import Iterable
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex import plot
from csindex.benchmark.leagues.league import league
from csindex.benchmark.leagues.result import League
from csindex.drivers.importance_performance import importance_performance
from csindex.errors import CsindexError
from csindex.fitting.constructs import driven
from csindex.fitting.notices import notices
from csindex.fitting.result import Fit
from csindex.index.impacts import STEP
from csindex.reports.labels import Reader
from csindex.text import format
from csindex.text.document import Block, Bullets, Paragraph, Picture, Section, Table

UNITS_SHOWN = 30
FIRST, UNSURE = "concentrate here", 0.9
_EXPECTED = re.compile(r".*(expect|기대)", re.IGNORECASE)


def short(reader: Reader) -> Section:
    """Return the main findings and what changes their reading."""
    result = reader.result
    target = reader.construct(result.model.target)
    rows = result.index[result.index["construct"] == result.model.target]
    answers = f"{int(result.sample['n'].sum()):,}"
    if result.units is None:
        row = rows.iloc[0]
        score = {"target": target, "index": format.number(row["estimate"], 1), "answers": answers}
        lead = reader.say_interval("headline", (row["lower"], row["upper"]), 1, **score)
        said = _strongest(reader, target) if driven(result) else []
    else:
        values = rows["estimate"]
        ends = {"low": f"{values.min():.1f}", "high": f"{values.max():.1f}", "median": f"{values.median():.1f}"}
        lead = reader.say("headline_units", target=target, units=f"{len(rows):,}", answers=answers, **ends)
        said = []
    blocks: list[Block] = [Paragraph(lead, "lead")]
    blocks += [Bullets(tuple(said))] if said else []
    blocks += [Paragraph(reader.say("unknown"), "note")] if result.replicates is None else []
    blocks += [Paragraph(message.text(reader.lang), "note") for message, _ in notices(result)]
    return Section(reader.say("short"), tuple(blocks))


def _strongest(reader: Reader, target: str) -> list[str]:
    result = reader.result
    impacts = result.impacts().sort_values("estimate", ascending=False, key=np.abs)
    row = impacts.iloc[0]
    names = {"driver": reader.construct(row["source"]), "target": target, "step": f"{STEP:g}"}
    names |= {"impact": format.number(row["estimate"], 1)}
    said = [reader.say_interval("strongest", (row["lower"], row["upper"]), 1, **names)]
    for _, other in impacts.iloc[1:].iterrows():
        if other["upper"] > row["lower"] and np.isfinite(row["lower"]):
            said.append(reader.say("close", other=reader.construct(other["source"]), driver=names["driver"]))
    for _, share in result.r2[result.r2["construct"] == result.model.target].iterrows():
        ends, explained = (100 * share["lower"], 100 * share["upper"]), f"{share['estimate']:.0%}"
        said.append(reader.say_interval("explained", ends, 0, "%", r2=explained, target=target))
    return said


def index(reader: Reader) -> Section:
    """Return the index of every construct, or of the target by unit."""
    result = reader.result
    blocks: list[Block] = [Paragraph(reader.say("index_intro"))]
    if result.units is None:
        frame = result.index
        head, labels = reader.heads("index_head"), [reader.index_label(name) for name in frame["construct"]]
        blocks.append(reader.estimates(frame, reader.say("index_table"), head, labels, 1))
        picture = Picture("index", reader.say("index_bars"), lambda: plot.index_bars(result, lang=reader.lang))
        return Section(reader.say("index"), (*blocks, picture))
    return Section(reader.say("index"), (*blocks, *_by_unit(reader)))


def _by_unit(reader: Reader) -> list[Block]:
    result = reader.result
    assert result.units is not None
    keys = [str(name) for name in result.units.columns]
    rows = result.index[result.index["construct"] == result.model.target].reset_index(drop=True)
    rows = rows.assign(answers=result.sample["n"]).sort_values("estimate", ascending=False, kind="stable")
    shown = extremes(rows)
    cells = [
        (
            *(str(row[key]) for key in keys),
            format.number(row["estimate"], 1),
            format.number(row["se"], 2),
            reader.interval(row["lower"], row["upper"], 1),
            f"{int(row['answers']):,}",
        )
        for _, row in shown.iterrows()
    ]
    caption = reader.say("index_units", target=reader.construct(result.model.target))
    table = Table(caption, (*keys, *reader.heads("unit_head")), tuple(cells), left=len(keys))
    return [table, *_cut(reader, len(rows))]


def extremes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the highest and lowest rows of a sorted frame where there are too many to show."""
    if len(rows) <= UNITS_SHOWN:
        return rows
    return pd.concat([rows.head(UNITS_SHOWN // 2), rows.tail(UNITS_SHOWN // 2)])


def _cut(reader: Reader, units: int) -> list[Block]:
    if units <= UNITS_SHOWN:
        return []
    return [Paragraph(reader.say("more_units", shown=UNITS_SHOWN, units=f"{units:,}"))]


def drivers(reader: Reader) -> Section | None:
    """Return what goes with the target, and what to do first."""
    result = reader.result
    if not driven(result):
        return None
    target = {"target": reader.construct(result.model.target), "step": f"{STEP:g}"}
    blocks: list[Block] = [Paragraph(reader.say("drivers_intro", **target))]
    if result.units is not None:
        return Section(reader.say("drivers"), (*blocks, *_drivers_by_unit(reader, target)))
    found = importance_performance(result)
    blocks += [Bullets(tuple(_first(reader, found)))]
    rows = tuple(
        (
            reader.construct(row["source"]),
            reader.estimate(row["importance"], row["importance_lower"], row["importance_upper"], 2),
            reader.estimate(row["estimate"], row["lower"], row["upper"], 1),
            reader.say(row["quadrant"]),
            _share(row["probability"]),
        )
        for _, row in found.iterrows()
    )
    blocks.append(Table(reader.say("drivers_table", **target), reader.heads("drivers_head"), rows))
    if len(found) > 1:
        blocks.append(Picture("map", reader.say("map"), lambda: plot.importance_performance(result, lang=reader.lang)))
    return Section(reader.say("drivers"), tuple(blocks))


def _share(probability: float) -> str:
    if not np.isfinite(probability):
        return "–"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def _first(reader: Reader, found: pd.DataFrame) -> Iterable[str]:
    """Say which drivers to begin with, and how sure that is."""
    lever = levers(reader.result, found["source"])
    found, expected = (found[lever], found[~lever]) if lever.any() else (found, found.head(0))
    urgent = found[found["quadrant"] == FIRST]
    for _, row in (urgent if len(urgent) else found.head(1)).iterrows():
        names = {"driver": reader.construct(row["source"])}
        spread, impact = (row["importance_lower"], row["importance_upper"]), format.number(row["importance"], 1)
        names["points"] = reader.say_interval("points", spread, 1, impact=impact)
        around, score = (row["lower"], row["upper"]), format.number(row["estimate"], 1)
        names["score"] = reader.say_interval("score", around, 1, index=score)
        yield reader.say("first" if len(urgent) else "none_first", **names)
        if row["probability"] < UNSURE:
            yield reader.say("unsure", share=f"{1 - row['probability']:.0%}", driver=names["driver"])
    for source in expected["source"]:
        yield reader.say("no_lever", driver=reader.construct(source))


def levers(result: Fit, sources: "pd.Series[str]") -> NDArray[np.bool_]:
    """Return whether drivers can be improved directly: exogenous expectations are those of customers before they buy."""
    no_lever = set()
    for stage in result.stages:
        caused = {path.target for path in stage.model.paths}
        no_lever |= {
            construct.name
            for construct in stage.model.constructs
            if construct.name not in caused and _EXPECTED.match(f"{construct.name} {construct.label}")
        }
    return ~sources.isin(no_lever).to_numpy(dtype=bool)


def _drivers_by_unit(reader: Reader, target: dict[str, str]) -> list[Block]:
    result = reader.result
    assert result.units is not None
    keys = [str(name) for name in result.units.columns]
    impacts = result.impacts()
    sources = list(dict.fromkeys(impacts["source"]))
    ends = zip(impacts["estimate"], impacts["lower"], impacts["upper"], strict=True)
    spread = [reader.estimate(value, low, high, 1) for value, low, high in ends]
    wide = pd.DataFrame(np.reshape(spread, (-1, len(sources))), columns=sources).assign(first=_first_by_unit(reader))
    goal = result.model.construct_names.index(result.model.target)
    order = np.argsort(-result.estimates.index[:, goal], kind="stable")
    shown = extremes(pd.concat([result.units.astype(str), wide], axis=1).iloc[order])
    head = (*keys, *(reader.construct(source) for source in sources), reader.say("improve"))
    rows = tuple(tuple(row) for row in shown.itertuples(index=False))
    return [Table(reader.say("drivers_units", **target), head, rows, left=len(keys)), *_cut(reader, len(wide))]


def _first_by_unit(reader: Reader) -> list[str]:
    """Return for each unit the drivers to begin with."""
    found = importance_performance(reader.result)
    units = np.repeat(np.arange(len(reader.result.estimates.index)), found["source"].nunique())
    lever = levers(reader.result, found["source"])
    found = found.assign(unit=units)[lever if lever.any() else slice(None)]
    named = found[found["quadrant"] == FIRST].groupby("unit")["source"]
    first = named.agg(lambda sources: ", ".join(map(reader.construct, sources))).to_dict()
    most = (
        found.groupby("unit")["source"]
        .first()
        .map(lambda name: reader.say("most_points", driver=reader.construct(name)))
    )
    return [str(first.get(unit, most[unit])) for unit in range(len(reader.result.estimates.index))]


def ranked(result: Fit, given: League | None) -> League | CsindexError | None:
    """Return the league of the units, or why there can be none; None where there are no units."""
    if given is not None or result.units is None:
        return given
    try:
        return league(result)
    except CsindexError as error:
        return error


def ranks(reader: Reader, found: League | CsindexError | None) -> Section | None:
    """Return what the league says; None where there are no units."""
    if found is None:
        return None
    if isinstance(found, CsindexError):
        return Section(reader.say("league"), (Paragraph(reader.say("no_league", why=found.text(reader.lang)), "note"),))
    said = [block for section in found.blocks(reader.lang) for block in _in_section(section)]
    return Section(reader.say("league"), (*said, *_league_pictures(reader, found)))


def _league_pictures(reader: Reader, found: League) -> Iterable[Picture]:
    """Yield a picture of the league, one of each group with ranks where it has several."""
    table, wave = found.table, found.rules.wave
    keys = [name for name in found.keys if name != wave]
    shown = table if wave is None else table[table[wave] == found.waves[-1]]
    groups = list(dict.fromkeys(shown[shown["rank"].notna()][keys].itertuples(index=False, name=None))) if keys else []
    for number, group in enumerate(groups or [None], 1):
        name = "league" if len(groups) < 2 else f"league-{number}"
        label = "" if group is None else f" ({', '.join(map(str, group))})"
        draw = partial(plot.league_plot, found, group=group, lang=reader.lang)
        yield Picture(name, reader.say("league_picture") + label, draw)


def _in_section(section: Section) -> Iterable[Block]:
    """Yield a section's title and sentences as a paragraph, then its lists and tables."""
    texts = [section.title, *(block.text for block in section.blocks if isinstance(block, Paragraph))]
    if any(texts):
        yield Paragraph(" ".join(text for text in texts if text))
    yield from (block for block in section.blocks if not isinstance(block, Paragraph))
