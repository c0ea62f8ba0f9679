"""What a report says of the quality of the measurement."""

from collections.abc import Iterator

import numpy as np

from csindex import plot
from csindex.assessment.quality.result import Assessment
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import (
    RELIABILITIES,
    SYMBOLS,
    QualityWords,
    low_reliability,
    rows_of,
    upper_end,
)
from csindex.fitting.result import Fit
from csindex.fitting.text import names_shown
from csindex.reports.labels import Reader
from csindex.text import format
from csindex.text.document import Block, Bullets, Paragraph, Picture, Section, Table

FIT = ("srmr", "d_uls", "d_g", "nfi")
SHOWN = (*RELIABILITIES, "htmt", "r2", *FIT)
HIGHEST, APART = 10, 1
"""Pairs in the table of HTMT, and which of its limits is held against them: .90, as driver and target are close in meaning."""


def quality(reader: Reader, found: Assessment | None) -> Section | None:
    """Return loadings, reliability, validity, R², paths and fit of a single model; None where they were not asked for."""
    result = reader.result
    if found is None or result.units is not None:
        return None
    blocks: list[Block] = [Paragraph(reader.say("quality_intro"))]
    words = QualityWords(names_shown(result, reader.lang), reader.lang)
    blocks += [Paragraph(words.inadmissible(row), "note") for row in rows_of(found.inadmissible)]
    blocks += [Bullets(tuple(_verdicts(reader, found, words)))]
    blocks += [*_reliability(reader, found), *_validity(reader, found), *_structure(reader), *_fit(reader, found)]
    rules = [
        (SYMBOLS[row["measure"]], f"{_rule(reader, row['rule'])} {row['value']:g}", row["source"])
        for _, row in found.thresholds.iterrows()
        if row["measure"] in SHOWN
    ]
    blocks.append(Table(reader.say("thresholds"), reader.heads("threshold_head"), tuple(rules), left=3))
    return Section(reader.say("quality"), tuple(blocks))


def _verdicts(reader: Reader, found: Assessment, words: QualityWords) -> Iterator[str]:
    """Say what falls short of the customary values, or that nothing does."""
    known = found.reliability["estimate"].notna()
    below, _ = low_reliability(found)
    if known.any():
        named = below.assign(construct=below["construct"].map(reader.construct))
        yield reader.say("short_of" if len(below) else "all_reach", list=words.some(words.by_construct(named)))
    pairs = found.htmt[(found.htmt["measure"] == "htmt") & found.htmt["estimate"].notna()]
    if len(pairs):
        close = pairs[upper_end(pairs) >= limit("htmt", "htmt", APART).value]
        names = (f"{reader.construct(row.construct_1)} – {reader.construct(row.construct_2)}" for row in rows_of(close))
        yield reader.say("not_apart" if len(close) else "all_apart", list=words.some(names))


def _rule(reader: Reader, rule: str) -> str:
    return {"at least": "≥", "below": "<"}.get(rule, rule) if reader.lang == "ko" else rule


def _reliability(reader: Reader, found: Assessment) -> list[Block]:
    known = {(row["construct"], row["measure"]): row for _, row in found.reliability.iterrows()}
    rows = []
    for name in dict.fromkeys(found.reliability["construct"]):
        parts = [known[name, measure] for measure in RELIABILITIES]
        if any(np.isfinite(part["estimate"]) for part in parts):
            cells = (reader.estimate(part["estimate"], part["lower"], part["upper"], 2) for part in parts)
            rows.append((reader.construct(name), *cells))
    head = (reader.heads("index_head")[0], *(SYMBOLS[measure] for measure in RELIABILITIES))
    table = Table(reader.say("reliability"), head, tuple(rows))
    loadings = reader.result.loadings
    loadings = loadings[loadings.groupby("construct")["item"].transform("size") > 1]
    if loadings.empty:
        return [table] if rows else []
    labels = [
        f"{reader.construct(c)} · {item}" for c, item in zip(loadings["construct"], loadings["item"], strict=True)
    ]
    head = (reader.say("item"), reader.say("loading"), *reader.heads("index_head")[2:])
    return [*([table] if rows else []), reader.estimates(loadings, reader.say("loadings"), head, labels, 2)]


def _validity(reader: Reader, found: Assessment) -> list[Block]:
    pairs = found.htmt[(found.htmt["measure"] == "htmt") & found.htmt["estimate"].notna()]
    if pairs.empty:
        return []
    highest = pairs.sort_values("estimate", ascending=False).head(HIGHEST)
    labels = [
        f"{reader.construct(a)} – {reader.construct(b)}"
        for a, b in zip(highest["construct_1"], highest["construct_2"], strict=True)
    ]
    head = (reader.say("pair"), "HTMT", *reader.heads("index_head")[2:])
    blocks: list[Block] = [reader.estimates(highest, reader.say("htmt"), head, labels, 2)]
    if len(pairs) > 1:
        ends = ["construct_1", "construct_2"]
        named = pairs.assign(**{end: pairs[end].map(reader.construct) for end in ends})
        draw = Picture("htmt", reader.say("htmt"), lambda: plot.htmt_heatmap(named, lang=reader.lang))
        blocks.append(draw)
    return blocks


def _structure(reader: Reader) -> list[Block]:
    result = reader.result
    if not len(result.paths):
        return []
    arrows = [
        f"{reader.construct(s)} → {reader.construct(t)}"
        for s, t in zip(result.paths["source"], result.paths["target"], strict=True)
    ]
    paths = reader.estimates(result.paths, _of_paths(result, reader), reader.heads("path_head"), arrows, 3, p=True)
    labels = [reader.construct(name) for name in result.r2["construct"]]
    head = (reader.heads("index_head")[0], "R²", *reader.heads("index_head")[2:])
    return [paths, reader.estimates(result.r2, reader.say("r2"), head, labels, 2)]


def _of_paths(result: Fit, reader: Reader) -> str:
    """Return the caption of the paths, with the smallest p-value that so many draws can give."""
    if result.replicates is None or result.replicates.kind not in ("bootstrap", "parametric"):
        return reader.say("paths_plain")
    made = int(result.sample["replicates"].max() - result.sample["failed"].max())
    return reader.say("paths", made=f"{made:,}", floor=f"{2 / (made + 1):.1g}")


def _fit(reader: Reader, found: Assessment) -> list[Block]:
    rows = []
    known = {(row["model"], row["measure"]): row for _, row in found.fit.iterrows()}
    for measure in FIT:
        cells = [SYMBOLS[measure]]
        for model in ("saturated", "estimated"):
            if (model, measure) in known:
                row = known[model, measure]
                p = format.p_value(row["p"]) if np.isfinite(row["p"]) else "–"
                cells += [format.number(row["estimate"], 3), format.number(row["hi95"], 3), p]
        rows.append(tuple(cells))
    return [Table(reader.say("fit"), reader.heads("fit_head"), tuple(rows))] if rows else []
