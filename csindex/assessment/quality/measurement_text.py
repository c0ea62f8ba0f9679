"""What an assessment says about measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import SYMBOLS, Teller, cell, number, outside, rows_of
from csindex.wording import aligned

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment

RELIABILITIES = ("alpha", "rho_a", "rho_c", "ave")
WEAK_LOADING = 0.708
PAIRS = 8


def reliability(found: Assessment, teller: Teller) -> str:
    """Return the section on reliability."""
    frame, names = found.reliability, [c.name for c in found.result.model.constructs]
    known = [name for name in names if frame.loc[frame.construct == name, "estimate"].notna().any()]
    lines = [teller.say("reliability")]
    if known:
        rows = [["", *(SYMBOLS[measure] for measure in RELIABILITIES)]]
        for name in known:
            own = frame[frame.construct == name].set_index("measure")
            rows.append([teller.name(name), *(cell(own.loc[measure]) for measure in RELIABILITIES)])
        lines.append(aligned(rows, 1))
    limits = {measure: teller.limit("reliability", measure) for measure in RELIABILITIES}
    too_high = teller.say("too_high" if found.result.options.estimator == "pls" else "on_loadings")
    texts = [teller.say("reliability_usual", **limits) + too_high, *_reliability_questions(found, teller)]
    return "\n".join([*lines, *map(teller.wrapped, [*texts, *_not_applicable(found, names, known, teller)])])


def _not_applicable(found: Assessment, names: list[str], known: list[str], teller: Teller) -> list[str]:
    single = [c.name for c in found.result.model.constructs if len(c.items) == 1]
    rest = [name for name in names if name not in known and name not in single]
    texts = [teller.say("single", names=teller.names(single))] if single else []
    texts += [teller.say("composites", names=teller.names(rest))] if rest else []
    return [" ".join(texts)] if texts else []


def low_reliability(found: Assessment) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows below the usual, and those whose interval reaches there."""
    frame = found.reliability
    sides = [outside(frame[frame.measure == name], limit("reliability", name)) for name in RELIABILITIES]
    below, reaching = (pd.concat(rows).sort_index() for rows in zip(*sides, strict=True))
    return below, reaching


def _reliability_questions(found: Assessment, teller: Teller) -> list[str]:
    below, reaching = low_reliability(found)
    cap = limit("reliability", "rho_c", 1)
    high, _ = outside(found.reliability[found.reliability.measure == "rho_c"], cap)
    texts = []
    for rows, key in ((below, "low"), (reaching, "low_reaching")):
        if len(rows):
            texts.append(teller.say(key, found=teller.some(teller.by_construct(rows))))
    if len(high):
        texts.append(teller.say("high", source=cap.source, names=teller.names(high.construct)))
    return [*texts, *_weak_items(found, teller)]


def _weak_items(found: Assessment, teller: Teller) -> list[str]:
    frame = found.cross_loadings
    own = frame[(frame.own == frame.construct) & frame.own.isin(found.reflective)]
    weak = own[own.estimate.abs() < WEAK_LOADING].sort_values("estimate")
    against = own[own.estimate <= -WEAK_LOADING]
    return [
        teller.say(key, found=teller.some(f"{row.item} {number(row.estimate)}" for row in rows_of(rows)))
        for rows, key in ((weak, "weak"), (against, "against"))
        if len(rows)
    ]


def discriminant(found: Assessment, teller: Teller) -> str:
    """Return the section on discriminant validity."""
    frame, say = found.htmt, teller.say
    if frame.empty:
        return "\n".join([say("discriminant"), teller.wrapped(say("discriminant_none"))])
    wide = {measure: frame[frame.measure == measure].reset_index(drop=True) for measure in ("htmt", "htmt+", "htmt2")}
    order = wide["htmt"].sort_values("estimate", ascending=False).index
    rows = [[say("highest_pairs"), *(SYMBOLS[measure] for measure in wide)]]
    rows += [
        [_pair(wide["htmt"].loc[at], teller), *(cell(part.loc[at]) for part in wide.values())] for at in order[:PAIRS]
    ]
    texts = [say("discriminant_usual"), *_discriminant_questions(found, teller)]
    return "\n".join([say("discriminant"), aligned(rows, 1), *map(teller.wrapped, texts)])


def _pair(row: Any, teller: Teller) -> str:
    return f"{teller.name(row.construct_1)} – {teller.name(row.construct_2)}"


def _discriminant_questions(found: Assessment, teller: Teller) -> list[str]:
    frame, say = found.htmt[found.htmt.measure == "htmt"], teller.say
    end, of = upper_end(frame), say("upper_end" if found.result.replicates is not None else "ratio")
    texts = []
    for low, high, key in ((1.0, np.inf, "not_apart"), (0.90, 1.0, "hardly_apart"), (0.85, 0.90, "close")):
        pairs = frame[(end >= low) & (end < high)]
        if len(pairs):
            texts.append(say(key, of=of, pairs=teller.some(_pair(row, teller) for row in rows_of(pairs))))
    if texts:
        texts.append(say("apart_advice"))
    close = found.fornell_larcker[found.fornell_larcker.estimate < 0]
    if len(close):
        each = [
            say(
                "fornell_one",
                first=teller.name(row.construct_1),
                second=teller.name(row.construct_2),
                value=number(row.estimate),
            )
            for row in rows_of(close)
        ]
        texts.append(say("fornell", found=teller.some(each)))
    return [*texts, *_crossing(found, teller)]


def _crossing(found: Assessment, teller: Teller) -> list[str]:
    frame = found.cross_loadings.assign(size=found.cross_loadings.estimate.abs())
    own = frame[frame.own == frame.construct].set_index("item")["size"]
    others = frame[frame.own != frame.construct]
    over = others[others["size"] >= others.item.map(own)]
    if over.empty:
        return []
    each = [
        teller.say("crossing_one", item=row.item, name=teller.name(row.construct), value=number(row.estimate))
        for row in rows_of(over)
    ]
    return [teller.say("crossing", found=teller.some(each))]


def upper_end(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the interval's upper end, the estimate where there is none."""
    return frame.upper.where(frame.upper.notna(), frame.estimate)
