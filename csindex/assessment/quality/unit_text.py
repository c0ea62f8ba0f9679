"""The assessment of many units as text: the middle, the extremes, and how many are beyond a threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from csindex.assessment.quality.thresholds import Threshold, limit
from csindex.assessment.quality.wording import Teller, number, outside
from csindex.wording import aligned

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment


def full(found: Assessment, teller: Teller) -> str:
    """Return a row for each measure and construct over all units."""
    result, say = found.result, teller.say
    rows = [["", *say("units_head").split("|")]]
    for label, part, threshold in _lines(found, teller):
        values = part.estimate.dropna()
        if len(values):
            beyond, doubt = outside(part, threshold)
            known = part.lower.notna().any()
            numbers = [number(value) for value in (values.min(), values.median(), values.max())]
            rows.append([label, *numbers, f"{len(beyond):,}", f"{len(doubt):,}" if known else "–"])
    return "\n".join(
        [
            say("title_units", model=result.model.name or say("the_model"), units=len(result.sample)),
            aligned(rows, 1),
            teller.wrapped(say("units_usual")),
            *_exact(found, teller),
            *_inadmissible(found, teller),
        ]
    )


def _lines(found: Assessment, teller: Teller) -> Iterator[tuple[str, pd.DataFrame, Threshold]]:
    """Yield label, rows and threshold of each measure that is judged."""
    say = teller.say
    for name in found.reflective:
        own = found.reliability[found.reliability.construct == name]
        for measure in ("alpha", "rho_a", "rho_c", "ave"):
            label = say("units_measure", measure=teller.symbol(measure), name=teller.name(name))
            yield label, own[own.measure == measure], limit("reliability", measure)
    units = _unit_columns(found)
    ratios = found.htmt[found.htmt.measure == "htmt"]
    if len(ratios):
        yield say("units_htmt"), _highest(ratios, units), limit("htmt", "htmt")
    sources = found.vif[found.vif.kind == "source"]
    if len(sources):
        yield say("units_vif"), _highest(sources, units), limit("vif", "vif")
    for model in ("saturated", "estimated"):
        rows = found.fit[(found.fit.model == model) & (found.fit.measure == "srmr")]
        yield say("units_srmr", model=say(model)), rows, limit("fit", "srmr")


def _unit_columns(found: Assessment) -> list[str]:
    return [] if found.result.units is None else [str(name) for name in found.result.units.columns]


def _highest(frame: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    """Return each unit's row with the highest estimate."""
    ordered = frame.sort_values("estimate", ascending=False, kind="stable", na_position="last")
    return ordered.drop_duplicates(units)


def _exact(found: Assessment, teller: Teller) -> list[str]:
    frame, alpha = found.fit, 1 - found.result.options.level
    tested = frame[frame.p.notna()]
    if tested.empty:
        return []
    units = _unit_columns(found)
    said = []
    for model, part in tested.groupby("model", sort=False):
        count = int((part.groupby(units, dropna=False).p.min() < alpha).sum())
        said.append(teller.say("units_rejected_one", model=teller.say(str(model)), count=count))
    text = teller.say("units_rejected", alpha=alpha, found=", ".join(said), units=len(found.result.sample))
    return [teller.wrapped(text)]


def _inadmissible(found: Assessment, teller: Teller) -> list[str]:
    rows = found.inadmissible
    if rows.empty:
        return []
    kinds = ", ".join(f"{teller.symbol(str(what))}: {count:,}" for what, count in rows["what"].value_counts().items())
    return [teller.wrapped(teller.say("units_impossible", found=kinds))]
