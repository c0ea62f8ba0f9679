"""An assessment as text: what each measure is for, what was found, what is questionable and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csindex.assessment.quality import unit_text
from csindex.assessment.quality.measurement_text import discriminant, low_reliability, reliability, upper_end
from csindex.assessment.quality.model_text import fit, inflation, structure
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import (
    SYMBOLS,
    number,
    probability,
    rows_of,
    some,
    wrapped,
)

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment


def short(found: Assessment) -> str:
    """Return one line for each subject."""
    if found.result.units is not None:
        return unit_text.full(found) + "\n\n" + _more(found)
    return "\n".join([headline(found), *_inadmissible(found), *_briefly(found), _more(found)])


def _briefly(found: Assessment) -> list[str]:
    low, _ = low_reliability(found)
    names = some(dict.fromkeys(low.construct)) if len(low) else "no construct"
    ratios = found.htmt[found.htmt.measure == "htmt"]
    apart = int((upper_end(ratios) < limit("htmt", "htmt").value).sum())
    lines = [
        f"Reliability: α, ρ_A, ρ_C or AVE below the usual in {names}.",
        f"Discriminant validity: HTMT below 0.85{_by_end(found)} in {apart} of {len(ratios)} pairs.",
    ]
    if len(found.vif):
        lines.append(f"Collinearity: highest VIF {number(found.vif.estimate.max())}.")
    if len(found.r2):
        r2 = found.r2[found.r2.measure == "r2"].estimate
        lines.append(f"Structural model: R² from {number(r2.min())} to {number(r2.max())}.")
    said = [
        f"{row.model} {number(row.estimate, 3)}"
        + (f" (p of exact fit {probability(row.p)})" if np.isfinite(row.p) else "")
        for row in rows_of(found.fit[found.fit.measure == "srmr"])
        if np.isfinite(row.estimate)
    ]
    return [wrapped(line) for line in [*lines, f"Fit: SRMR {', '.join(said)}."]]


def _by_end(found: Assessment) -> str:
    return " with the whole interval" if found.result.replicates is not None else ""


def full(found: Assessment) -> str:
    """Return the whole assessment."""
    if found.result.units is not None:
        return "\n\n".join([unit_text.full(found), method(found)])
    parts = [headline(found), *_inadmissible(found), reliability(found), discriminant(found), inflation(found)]
    return "\n\n".join(part for part in [*parts, structure(found), fit(found), method(found)] if part)


def headline(found: Assessment) -> str:
    """Return what was assessed, and from what."""
    result = found.result
    title = f"Assessment of {result.model.name or 'the model'}"
    known = "without replicates, so without intervals"
    if result.replicates is not None:
        how = f"from {int(result.sample.replicates.iloc[0]):,} replicates"
        if result.replicates.kind == "delta":
            how = "by the delta method"
        known = f"in brackets {result.options.level:.0%} intervals {how}"
    return f"{title}\n" + wrapped(
        f"{int(result.sample.n.iloc[0]):,} answers; {known}. Thresholds are customs of the field, shown with their source: "
        "read the interval, not the side of the line."
    )


def _more(found: Assessment) -> str:
    return wrapped("More: .summary(), .tables(), " + ", ".join(f".{name}" for name in found.tables()))


def _inadmissible(found: Assessment) -> list[str]:
    rows = [
        wrapped(f"{SYMBOLS.get(row.what, row.what)} of {row.where} is {number(row.estimate, 3)}: {row.reading}")
        for row in rows_of(found.inadmissible)
    ]
    return ["\n".join(["Inadmissible, and not to be reported as if it were fine", *rows])] if rows else []


def _measurement(found: Assessment) -> list[str]:
    names = found.result.model.construct_names
    composites = [name for name in names if name not in found.reflective]
    said = (
        [f"Composites of their items: {some(composites, 20)}; the others are reflected by theirs."]
        if composites
        else []
    )
    if found.factors:
        said.append("Fit: items of a reflective construct correlate only through it, as common factors say.")
        if found.result.options.estimator == "pls":
            said.append("PLS is not consistent for common factors: its test of exact fit rejects models that hold.")
        if found.result.options.estimator == "cbsem":
            said.append(
                "ρ_A and RMS_theta are of composites, and a saturated model has parameters of its own: a covariance structure "
                "model has none of them here. χ² and its fit indices are in .result.covariance.measures."
            )
        return said
    return [
        *said,
        "Fit: PLS makes composites, so items of one construct may correlate in any way, and the model says how items of "
        "different constructs do.",
    ]


def method(found: Assessment) -> str:
    """Return how it was computed."""
    options, result = found.result.options, found.result
    lines = [
        *_measurement(found),
        "α is of standardized items; ρ_A by Dijkstra & Henseler (2015); ρ_C and AVE from the loadings. f² keeps the scores "
        "(the other definition is in .f2). SRMR divides by p(p+1)/2; d_G has the natural logarithm; NFI from the ML discrepancy.",
    ]
    if result.replicates is not None and result.replicates.kind == "delta":
        lines.append(f"Intervals: normal, by the delta method: {result.replicates.words}.")
        return "How this was computed\n" + "\n".join(wrapped(line) for line in lines)
    if result.replicates is not None:
        made = int(result.sample.replicates.max())
        lines.append(
            f"Intervals: {options.interval}, from the {made:,} replicates of the fit ({result.replicates.words}), seed {result.seed}. "
            "Every replicate adds noise of its own, so distances (SRMR, d_ULS, d_G) of replicates lie above that of the sample, and "
            "NFI below: use HI95 and p for these."
        )
        tested = found.fit.tested.min()
        if np.isfinite(tested):
            lines.append(
                "Test of exact fit: the same replicates, turned so that the model holds (Beran & Srivastava 1985), and the model "
                f"estimated on each; {'all' if tested == made else f'{tested:,.0f} or more of {made:,}'} could be used."
            )
    return "How this was computed\n" + "\n".join(wrapped(line) for line in lines)
