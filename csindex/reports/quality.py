"""What a report says of the quality of the measurement."""

from typing import Any

import numpy as np
import pandas as pd

from csindex import plot, wording
from csindex.assessment.quality.assessment import Assessment
from csindex.assessment.quality.wording import Teller
from csindex.reports.document import Block, Paragraph, Picture, Section, Table
from csindex.reports.labels import Reader

RELIABILITY = {"alpha": "α", "rho_a": "ρ_A", "rho_c": "ρ_C", "ave": "AVE"}
FIT = {"srmr": "SRMR", "d_uls": "d_ULS", "d_g": "d_G", "nfi": "NFI"}
HIGHEST = 10


def quality(reader: Reader, found: Assessment | None) -> Section | None:
    """Return loadings, reliability, validity, R², paths and fit of a single model; None where they were not asked for."""
    result = reader.result
    if found is None or result.units is not None:
        return None
    teller = Teller(result, reader.lang)
    blocks: list[Block] = [Paragraph(reader.say("quality_intro"))]
    blocks += [Paragraph(teller.impossible(row), "note") for row in found.inadmissible.itertuples()]
    blocks += [*_reliability(reader, found), *_validity(reader, found), *_structure(reader), *_fit(reader, found)]
    rules = [
        (row["measure"], f"{_rule(reader, row['rule'])} {row['value']:g}", row["source"])
        for _, row in found.thresholds.iterrows()
    ]
    blocks.append(Table(reader.say("thresholds"), reader.heads("threshold_head"), tuple(rules), left=3))
    return Section(reader.say("quality"), tuple(blocks))


def _rule(reader: Reader, rule: str) -> str:
    return {"at least": "≥", "below": "<"}.get(rule, rule) if reader.lang == "ko" else rule


def _reliability(reader: Reader, found: Assessment) -> list[Block]:
    known = {(row["construct"], row["measure"]): row for _, row in found.reliability.iterrows()}
    rows = []
    for name in dict.fromkeys(found.reliability["construct"]):
        cells = [_cell(reader, known[name, measure]) for measure in RELIABILITY]
        rows.append((reader.construct(name), *cells))
    head = (reader.heads("index_head")[0], *RELIABILITY.values())
    table = Table(reader.say("reliability"), head, tuple(rows))
    loadings = reader.result.loadings
    labels = [
        f"{reader.construct(c)} · {item}" for c, item in zip(loadings["construct"], loadings["item"], strict=True)
    ]
    head = (reader.say("item"), reader.say("loading"), *reader.heads("index_head")[2:])
    return [table, reader.estimates(loadings, reader.say("loadings"), head, labels, 2)]


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
        draw = Picture("htmt", reader.say("htmt"), lambda: plot.htmt_heatmap(pairs, lang=reader.lang))
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
    paths = reader.estimates(result.paths, reader.say("paths"), reader.heads("path_head"), arrows, 3, p=True)
    labels = [reader.construct(name) for name in result.r2["construct"]]
    head = (reader.heads("index_head")[0], "R²", *reader.heads("index_head")[2:])
    return [paths, reader.estimates(result.r2, reader.say("r2"), head, labels, 2)]


def _fit(reader: Reader, found: Assessment) -> list[Block]:
    rows = []
    known = {(row["model"], row["measure"]): row for _, row in found.fit.iterrows()}
    for measure, name in FIT.items():
        cells = [name]
        for model in ("saturated", "estimated"):
            if (model, measure) in known:
                row = known[model, measure]
                p = wording.p_value(row["p"]) if np.isfinite(row["p"]) else "–"
                cells += [wording.number(row["estimate"], 3), wording.number(row["hi95"], 3), p]
        rows.append(tuple(cells))
    return [Table(reader.say("fit"), reader.heads("fit_head"), tuple(rows))] if rows else []


def _cell(reader: Reader, row: "pd.Series[Any]") -> str:
    if not np.isfinite(row["estimate"]):
        return "–"
    text = wording.number(row["estimate"], 2)
    return f"{text} ({reader.interval(row['lower'], row['upper'], 2)})" if np.isfinite(row["lower"]) else text
