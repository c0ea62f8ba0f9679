"""The assessment of many units as text: the middle, the extremes, and how many are beyond a threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from csindex.assessment.comparison import aligned
from csindex.assessment.quality.thresholds import Threshold, limit
from csindex.assessment.quality.wording import SYMBOLS, number, outside, wrapped

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment


def full(found: Assessment) -> str:
    """Return a row for each measure and construct over all units."""
    result = found.result
    count = len(result.sample)
    rows = [["", "lowest", "median", "highest", "beyond", "in doubt"]]
    for label, part, threshold in _lines(found):
        values = part.estimate.dropna()
        if len(values):
            beyond, doubt = outside(part, threshold)
            known = part.lower.notna().any()
            numbers = [number(value) for value in (values.min(), values.median(), values.max())]
            rows.append([label, *numbers, f"{len(beyond):,}", f"{len(doubt):,}" if known else "–"])
    return "\n".join(
        [
            f"Assessment of {result.model.name or 'the model'} in {count:,} units",
            *aligned(rows, 1),
            wrapped(
                "Beyond: units on the wrong side of the usual threshold (see .thresholds for values and sources). In doubt: units on "
                "the right side whose interval reaches across. .tables() has every unit."
            ),
            *_exact(found),
            *_inadmissible(found),
        ]
    )


def _lines(found: Assessment) -> Iterator[tuple[str, pd.DataFrame, Threshold]]:
    """Yield label, rows and threshold of each measure that is judged."""
    for name in found.reflective:
        own = found.reliability[found.reliability.construct == name]
        for measure in ("alpha", "rho_a", "rho_c", "ave"):
            yield f"{SYMBOLS[measure]} of {name}", own[own.measure == measure], limit("reliability", measure)
    units = _unit_columns(found)
    ratios = found.htmt[found.htmt.measure == "htmt"]
    if len(ratios):
        yield "highest HTMT", _highest(ratios, units), limit("htmt", "htmt")
    sources = found.vif[found.vif.kind == "source"]
    if len(sources):
        yield "highest VIF of sources", _highest(sources, units), limit("vif", "vif")
    for model in ("saturated", "estimated"):
        rows = found.fit[(found.fit.model == model) & (found.fit.measure == "srmr")]
        yield f"SRMR, {model}", rows, limit("fit", "srmr")


def _unit_columns(found: Assessment) -> list[str]:
    return [] if found.result.units is None else [str(name) for name in found.result.units.columns]


def _highest(frame: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    """Return each unit's row with the highest estimate."""
    ordered = frame.sort_values("estimate", ascending=False, kind="stable", na_position="last")
    return ordered.drop_duplicates(units)


def _exact(found: Assessment) -> list[str]:
    frame, alpha = found.fit, 1 - found.result.options.level
    tested = frame[frame.p.notna()]
    if tested.empty:
        return []
    count, units = len(found.result.sample), _unit_columns(found)
    said = [
        f"the {model} model in {int((part.groupby(units, dropna=False).p.min() < alpha).sum()):,}"
        for model, part in tested.groupby("model", sort=False)
    ]
    return [wrapped(f"An exact fit is rejected at {alpha:.3g}: {', '.join(said)} of {count:,} units.")]


def _inadmissible(found: Assessment) -> list[str]:
    rows = found.inadmissible
    if rows.empty:
        return []
    kinds = ", ".join(
        f"{SYMBOLS.get(str(what), str(what))}: {count:,}" for what, count in rows["what"].value_counts().items()
    )
    return [wrapped(f"Inadmissible numbers, listed with what they mean in .inadmissible: {kinds}.")]
