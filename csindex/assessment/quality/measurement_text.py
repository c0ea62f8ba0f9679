"""Measurement as text: reliability, discriminant validity, and collinearity with the weights of composites."""

from typing import Any

import numpy as np

from csindex.assessment.quality.measures import QualityMeasures
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import (
    RELIABILITIES,
    SYMBOLS,
    QualityWords,
    low_reliability,
    outside,
    rows_of,
    upper_end,
)
from csindex.assessment.wording import cell, number
from csindex.estimation.estimator import estimator_of
from csindex.text.document import Paragraph, Section, Table

WEAK_LOADING = 0.708
PAIRS = 8


def reliability(found: QualityMeasures, words: QualityWords) -> Section:
    """Return the section on reliability."""
    frame, names = found.reliability, [c.name for c in found.result.model.constructs]
    known = [name for name in names if frame.loc[frame.construct == name, "estimate"].notna().any()]
    rows = []
    for name in known:
        own = frame[frame.construct == name].set_index("measure")
        rows.append((words.name(name), *(cell(own.loc[measure]) for measure in RELIABILITIES)))
    table = Table("", ("", *(SYMBOLS[measure] for measure in RELIABILITIES)), tuple(rows))
    limits = {measure: words.limit("reliability", measure) for measure in RELIABILITIES}
    too_high = words.say("on_loadings" if estimator_of(found.result.options).common_factors else "too_high")
    texts = [words.say("reliability_usual", **limits) + too_high, *_reliability_questions(found, words)]
    texts += _not_applicable(found, names, known, words)
    return Section(words.say("reliability"), (*([table] if rows else []), *map(Paragraph, texts)))


def _not_applicable(found: QualityMeasures, names: list[str], known: list[str], words: QualityWords) -> list[str]:
    single = [c.name for c in found.result.model.constructs if len(c.items) == 1]
    rest = [name for name in names if name not in known and name not in single]
    texts = [words.say("single", names=words.names(single))] if single else []
    texts += [words.say("composites", names=words.names(rest))] if rest else []
    return [" ".join(texts)] if texts else []


def _reliability_questions(found: QualityMeasures, words: QualityWords) -> list[str]:
    below, reaching = low_reliability(found)
    cap = limit("reliability", "rho_c", 1)
    high, _ = outside(found.reliability[found.reliability.measure == "rho_c"], cap)
    texts = []
    for rows, key in ((below, "low"), (reaching, "low_reaching")):
        if len(rows):
            texts.append(words.say(key, found=words.some(words.by_construct(rows))))
    if len(high):
        texts.append(words.say("high", source=cap.source, names=words.names(high.construct)))
    return [*texts, *_weak_items(found, words)]


def _weak_items(found: QualityMeasures, words: QualityWords) -> list[str]:
    frame = found.cross_loadings
    own = frame[(frame.own == frame.construct) & frame.own.isin(found.reflective)]
    weak = own[own.estimate.abs() < WEAK_LOADING].sort_values("estimate")
    against = own[own.estimate <= -WEAK_LOADING]
    return [
        words.say(key, found=words.some(f"{row.item} {number(row.estimate)}" for row in rows_of(rows)))
        for rows, key in ((weak, "weak"), (against, "against"))
        if len(rows)
    ]


def discriminant(found: QualityMeasures, words: QualityWords) -> Section:
    """Return the section on discriminant validity."""
    frame, say = found.htmt, words.say
    if frame.empty:
        return Section(say("discriminant"), (Paragraph(say("discriminant_none")),))
    wide = {measure: frame[frame.measure == measure].reset_index(drop=True) for measure in ("htmt", "htmt+", "htmt2")}
    order = wide["htmt"].sort_values("estimate", ascending=False).index
    rows = tuple(
        (_pair(wide["htmt"].loc[at], words), *(cell(part.loc[at]) for part in wide.values())) for at in order[:PAIRS]
    )
    table = Table("", (say("highest_pairs"), *(SYMBOLS[measure] for measure in wide)), rows)
    texts = [say("discriminant_usual"), *_discriminant_questions(found, words)]
    return Section(say("discriminant"), (table, *map(Paragraph, texts)))


def _pair(row: Any, words: QualityWords) -> str:
    return f"{words.name(row.construct_1)} – {words.name(row.construct_2)}"


def _discriminant_questions(found: QualityMeasures, words: QualityWords) -> list[str]:
    frame, say = found.htmt[found.htmt.measure == "htmt"], words.say
    end, of = upper_end(frame), say("upper_end" if found.result.replicates is not None else "ratio")
    texts = []
    for low, high, key in ((1.0, np.inf, "not_apart"), (0.90, 1.0, "hardly_apart"), (0.85, 0.90, "close")):
        pairs = frame[(end >= low) & (end < high)]
        if len(pairs):
            texts.append(say(key, of=of, pairs=words.some(_pair(row, words) for row in rows_of(pairs))))
    if texts:
        texts.append(say("apart_advice"))
    close = found.fornell_larcker[found.fornell_larcker.estimate < 0]
    if len(close):
        each = [
            say(
                "fornell_one",
                first=words.name(row.construct_1),
                second=words.name(row.construct_2),
                value=number(row.estimate),
            )
            for row in rows_of(close)
        ]
        texts.append(say("fornell", found=words.some(each)))
    return [*texts, *_crossing(found, words)]


def _crossing(found: QualityMeasures, words: QualityWords) -> list[str]:
    frame = found.cross_loadings.assign(size=found.cross_loadings.estimate.abs())
    own = frame[frame.own == frame.construct].set_index("item")["size"]
    others = frame[frame.own != frame.construct]
    over = others[others["size"] >= others.item.map(own)]
    if over.empty:
        return []
    each = [
        words.say("crossing_one", item=row.item, name=words.name(row.construct), value=number(row.estimate))
        for row in rows_of(over)
    ]
    return [words.say("crossing", found=words.some(each))]


def inflation(found: QualityMeasures, words: QualityWords) -> Section:
    """Return the section on collinearity, and on the weights of composites."""
    frame, say = found.vif, words.say
    lines = []
    for kind in ("source", "item"):
        part = frame[frame.kind == kind]
        if len(part):
            top = part.sort_values("estimate", ascending=False).iloc[0]
            name, target = words.name(top["name"]), words.name(top.construct)
            lines.append(say(kind, value=cell(top), name=name, target=target))
    usual = {"usual": words.limit("vif", "vif"), "stricter": words.limit("vif", "vif", 1)}
    lines += [say("inflation_usual", **usual), *_inflation_questions(found, words), *_weights(found, words)]
    return Section(say("inflation"), tuple(map(Paragraph, lines)))


def _inflation_questions(found: QualityMeasures, words: QualityWords) -> list[str]:
    frame = found.vif[(found.vif.kind == "source") | ~found.vif.construct.isin(found.reflective)]
    beyond, reaching = outside(frame, limit("vif", "vif"))
    texts = []
    for rows, key in ((beyond, "inflation_beyond"), (reaching, "inflation_reaching")):
        if len(rows):
            named = zip(rows["name"], rows["construct"], rows["estimate"], strict=True)
            listed = words.some(f"{words.name(a)} → {words.name(b)} {number(vif)}" for a, b, vif in named)
            texts.append(words.say(key, found=listed))
    return [*texts, words.say("inflation_advice")] if len(beyond) else texts


def _weights(found: QualityMeasures, words: QualityWords) -> list[str]:
    """Return which items of composites contribute nothing that is clear of 0."""
    frame = found.weights
    if frame.empty or frame.p.isna().all():
        return []
    idle = frame[(frame.lower <= 0) & (frame.upper >= 0)]
    if idle.empty:
        return [words.say("weights_clear")]
    return [words.say("weights_idle", found=words.some(f"{row.item} {cell(row)}" for row in rows_of(idle)))]
