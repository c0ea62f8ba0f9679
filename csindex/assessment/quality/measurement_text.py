"""What an assessment says about measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.assessment.comparison import aligned
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import (
    SYMBOLS,
    by_construct,
    cell,
    number,
    outside,
    rows_of,
    some,
    wrapped,
)

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment

RELIABILITIES = ("alpha", "rho_a", "rho_c", "ave")
WEAK_LOADING = 0.708
_TOO_HIGH = ", which PLS makes too high where items are few; ρ_A corrects for that."
PAIRS = 8


def reliability(found: Assessment) -> str:
    """Return the section on reliability."""
    frame, names = found.reliability, [c.name for c in found.result.model.constructs]
    known = [name for name in names if frame.loc[frame.construct == name, "estimate"].notna().any()]
    lines = ["Reliability: do the items of a construct measure one thing?"]
    if known:
        rows = [["", *(SYMBOLS[measure] for measure in RELIABILITIES)]]
        for name in known:
            own = frame[frame.construct == name].set_index("measure")
            rows.append([name, *(cell(own.loc[measure]) for measure in RELIABILITIES)])
        lines += aligned(rows, 1)
    lines.append(
        wrapped(
            f"Usual: α {limit('reliability', 'alpha')}; ρ_A {limit('reliability', 'rho_a')}; ρ_C "
            f"{limit('reliability', 'rho_c')}; AVE {limit('reliability', 'ave')}. α takes the items as equally good; ρ_C and AVE "
            "rest on the loadings" + (_TOO_HIGH if found.result.options.estimator == "pls" else ".")
        )
    )
    lines += [wrapped(text) for text in _reliability_questions(found)]
    return "\n".join([*lines, *_not_applicable(found, names, known)])


def _not_applicable(found: Assessment, names: list[str], known: list[str]) -> list[str]:
    single = [c.name for c in found.result.model.constructs if len(c.items) == 1]
    rest = [name for name in names if name not in known and name not in single]
    texts = []
    if single:
        texts.append(f"One item cannot tell how reliable it is: {some(single)}.")
    if rest:
        texts.append(
            f"Composites have no reliability, as their items need not agree: {some(rest)}. See their weights and VIF."
        )
    return [wrapped(" ".join(texts))] if texts else []


def low_reliability(found: Assessment) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows below the usual, and those whose interval reaches there."""
    frame = found.reliability
    sides = [outside(frame[frame.measure == name], limit("reliability", name)) for name in RELIABILITIES]
    below, reaching = (pd.concat(rows).sort_index() for rows in zip(*sides, strict=True))
    return below, reaching


def _reliability_questions(found: Assessment) -> list[str]:
    below, reaching = low_reliability(found)
    cap = limit("reliability", "rho_c", 1)
    high, _ = outside(found.reliability[found.reliability.measure == "rho_c"], cap)
    texts = []
    if len(below):
        texts.append(
            f"Below the usual: {some(by_construct(below))}. Look for the weakest item; reword or drop it if the construct keeps "
            "its meaning without it, or add items."
        )
    if len(reaching):
        texts.append(f"Not below, but the interval reaches there: {some(by_construct(reaching))}.")
    if len(high):
        texts.append(f"ρ_C of 0.95 or more ({cap.source}): {some(high.construct)}. Items may say the same twice.")
    return [*texts, *_weak_items(found)]


def _weak_items(found: Assessment) -> list[str]:
    frame = found.cross_loadings
    own = frame[(frame.own == frame.construct) & frame.own.isin(found.reflective)]
    weak = own[own.estimate.abs() < WEAK_LOADING].sort_values("estimate")
    against = own[own.estimate <= -WEAK_LOADING]
    texts = []
    if len(weak):
        said = "Items that share less than half their variance with their construct (loading below 0.708)"
        texts.append(f"{said}: {_loadings(weak)}.")
    if len(against):
        texts.append(f"Items that go against their construct: {_loadings(against)}. List them under reversed=.")
    return texts


def _loadings(rows: pd.DataFrame) -> str:
    return some(f"{row.item} {number(row.estimate)}" for row in rows_of(rows))


def discriminant(found: Assessment) -> str:
    """Return the section on discriminant validity."""
    frame = found.htmt
    lines = ["Discriminant validity: are the constructs different things?"]
    if frame.empty:
        return "\n".join(
            [*lines, wrapped("HTMT compares constructs that several items reflect; there are no two of them.")]
        )
    wide = {measure: frame[frame.measure == measure].reset_index(drop=True) for measure in ("htmt", "htmt+", "htmt2")}
    order = wide["htmt"].sort_values("estimate", ascending=False).index
    rows = [["highest pairs", *(SYMBOLS[measure] for measure in wide)]]
    for at in order[:PAIRS]:
        pair = wide["htmt"].loc[at]
        rows.append([f"{pair.construct_1} – {pair.construct_2}", *(cell(part.loc[at]) for part in wide.values())])
    lines += aligned(rows, 1)
    lines.append(
        wrapped(
            "HTMT estimates the correlation that the constructs would have without measurement error. Usual: the upper end of "
            "the interval below 0.85, or 0.90 for constructs close in meaning (Henseler, Ringle & Sarstedt 2015). HTMT+ takes "
            "every correlation in absolute value, HTMT2 geometric means (– where a correlation is negative)."
        )
    )
    return "\n".join([*lines, *(wrapped(text) for text in _discriminant_questions(found))])


def _discriminant_questions(found: Assessment) -> list[str]:
    frame = found.htmt[found.htmt.measure == "htmt"]
    end, of = upper_end(frame), "Upper end" if found.result.replicates is not None else "HTMT"
    texts = []
    for low, high, said in (
        (1.0, np.inf, f"{of} at 1 or above, so not shown to differ"),
        (0.90, 1.0, f"{of} from 0.90 to 1"),
        (0.85, 0.90, f"{of} from 0.85 to 0.90"),
    ):
        pairs = frame[(end >= low) & (end < high)]
        if len(pairs):
            texts.append(f"{said}: {some(f'{row.construct_1} – {row.construct_2}' for row in rows_of(pairs))}.")
    if texts:
        texts.append("If theory lets them differ, drop items that belong to both; else join the constructs.")
    margin = found.fornell_larcker
    close = margin[margin.estimate < 0]
    if len(close):
        listed = some(f"{row.construct_1} with {row.construct_2} ({number(row.estimate)})" for row in rows_of(close))
        texts.append(f"√AVE below the correlation with another construct (Fornell & Larcker 1981): {listed}.")
    return [*texts, *_crossing(found)]


def _crossing(found: Assessment) -> list[str]:
    frame = found.cross_loadings.assign(size=found.cross_loadings.estimate.abs())
    own = frame[frame.own == frame.construct].set_index("item")["size"]
    others = frame[frame.own != frame.construct]
    over = others[others["size"] >= others.item.map(own)]
    if over.empty:
        return []
    listed = some(f"{row.item} with {row.construct} {number(row.estimate)}" for row in rows_of(over))
    return [f"Items that correlate more with another construct than with their own: {listed}."]


def upper_end(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the interval's upper end, the estimate where there is none."""
    return frame.upper.where(frame.upper.notna(), frame.estimate)
