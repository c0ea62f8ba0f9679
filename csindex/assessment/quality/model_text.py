"""What an assessment says about the structural model and the model as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.assessment.comparison import aligned
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import (
    SYMBOLS,
    cell,
    number,
    outside,
    probability,
    rows_of,
    some,
    wrapped,
)

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment

_ERROR = (
    " Measurement error does the same, as it lowers some correlations of PLS constructs more than others; consistent PLS takes it "
    "out."
)


def inflation(found: Assessment) -> str:
    """Return the section on collinearity, and on the weights of composites."""
    frame = found.vif
    lines = ["Collinearity: do predictors overlap so much that their weights cannot be told apart?"]
    if frame.empty:
        return ""
    for kind, said in (("source", "Sources"), ("item", "Items within a construct")):
        part = frame[frame.kind == kind]
        if len(part):
            top = part.sort_values("estimate", ascending=False).iloc[0]
            lines.append(wrapped(f"{said}: the highest VIF is {cell(top)} ({top['name']} → {top.construct})."))
    lines.append(
        wrapped(f"Usual: VIF {limit('vif', 'vif')}; stricter {limit('vif', 'vif', 1)}. Items of Mode A need not be so.")
    )
    return "\n".join([*lines, *(wrapped(text) for text in _inflation_questions(found)), *_weights(found)])


def _inflation_questions(found: Assessment) -> list[str]:
    frame = found.vif[(found.vif.kind == "source") | ~found.vif.construct.isin(found.reflective)]
    beyond, reaching = outside(frame, limit("vif", "vif"))
    texts = []
    for rows, said in ((beyond, "VIF of 5 or more"), (reaching, "Below 5, but the interval reaches there")):
        if len(rows):
            named = zip(rows["name"], rows["construct"], rows["estimate"], strict=True)
            texts.append(f"{said}: {some(f'{a} → {b} {number(vif)}' for a, b, vif in named)}.")
    if len(beyond):
        texts.append("Their paths or weights are unstable: join or drop predictors, or use Mode A for such items.")
    return texts


def _weights(found: Assessment) -> list[str]:
    """Return which items of composites contribute nothing that is clear of 0."""
    frame = found.weights
    if frame.empty or frame.p.isna().all():
        return []
    idle = frame[(frame.lower <= 0) & (frame.upper >= 0)]
    if idle.empty:
        return [wrapped("Every weight of an item in a composite is clear of 0.")]
    listed = some(f"{row.item} {cell(row)}" for row in rows_of(idle))
    return [
        wrapped(
            f"Weights in composites that are not clear of 0: {listed}. Keep an item for its meaning; drop it only if its loading is "
            "small too (Cenfetelli & Bassellier 2009)."
        )
    ]


def structure(found: Assessment) -> str:
    """Return the section on the structural model."""
    if found.r2.empty:
        return ""
    r2, f2 = found.r2, found.f2[found.f2.measure == "f2"]
    rows = [["", "R²", "adjusted R²"]]
    for name in dict.fromkeys(r2.construct):
        own = r2[r2.construct == name].set_index("measure")
        rows.append([name, cell(own.loc["r2"]), cell(own.loc["r2_adjusted"])])
    lines = ["Structural model: how much is explained, and by what?", *aligned(rows, 1)]
    lines.append(wrapped("Usual: R² of 0.19 weak, 0.33 moderate, 0.67 substantial (Chin 1998)."))
    rows = [["", "f²", ""]]
    for row in rows_of(f2.sort_values("estimate", ascending=False)):
        rows.append([f"{row.source} → {row.target}", cell(row), _size(row.estimate)])
    lines += aligned(rows, 1)
    lines.append(
        wrapped(
            "f² is what R² loses without the path, against what is unexplained: 0.02 small, 0.15 medium, 0.35 large (Cohen 1988)."
        )
    )
    return "\n".join(lines)


def _size(effect: float) -> str:
    if not np.isfinite(effect):
        return ""
    return next(
        (word for least, word in ((0.35, "large"), (0.15, "medium"), (0.02, "small")) if effect >= least), "negligible"
    )


def fit(found: Assessment) -> str:
    """Return the section on fit."""
    frame = found.fit
    rows = [["", "saturated", "HI95", "p", "estimated", "HI95", "p"]]
    for measure in ("srmr", "d_uls", "d_g", "nfi"):
        line = [SYMBOLS[measure]]
        for model in ("saturated", "estimated"):
            row = frame[(frame.model == model) & (frame.measure == measure)].iloc[0]
            line += [number(row.estimate, 3), number(row.hi95, 3), probability(row.p)]
        rows.append(line)
    lines = ["Fit: do the correlations that the model implies look like those observed?", *aligned(rows, 1)]
    theta = frame[frame.measure == "rms_theta"].iloc[0]
    lines.append(
        wrapped(
            f"RMS_theta {number(theta.estimate, 3)}. Usual: SRMR {limit('fit', 'srmr')}; NFI {limit('fit', 'nfi')}; RMS_theta "
            f"{limit('fit', 'rms_theta')}. In the saturated model constructs correlate freely, so that it shows the measurement alone. p: in what share of samples from a "
            "population in which the model holds exactly it fits as badly as here or worse; HI95 is the 95% quantile of these samples."
        )
    )
    return "\n".join([*lines, *(wrapped(text) for text in _fit_questions(found))])


def _chi_square(measures: pd.DataFrame, alpha: float) -> str:
    """Say what χ², scaled where it has been, tells of an exact fit."""
    known = dict(zip(measures.measure, measures.estimate, strict=True))
    scaled = "_scaled" if "chisq_scaled" in known else ""
    chisq, df, p = known[f"chisq{scaled}"], known["df"], known[f"p{scaled}"]
    if not np.isfinite(p):
        return f"χ² {number(chisq, 1)} with {df:.0f} degrees of freedom has no p-value, so an exact fit is not tested."
    verdict = "rejected" if p < alpha else "not rejected"
    return (
        f"Exact fit by χ² {number(chisq, 1)} with {df:.0f} degrees of freedom, p {probability(p)}: {verdict} at {alpha:.3g}. "
        "Other fit indices are in .result.covariance.measures."
    )


def _fit_questions(found: Assessment) -> list[str]:
    frame, alpha = found.fit, 1 - found.result.options.level
    rows = frame[frame.measure == "srmr"]
    srmr = dict(zip(rows.model, rows.estimate, strict=True))
    poor = [model for model in srmr if srmr[model] >= limit("fit", "srmr").value]
    texts = []
    if poor:
        texts.append(f"SRMR of 0.08 or more: {' and '.join(f'{model} {number(srmr[model], 3)}' for model in poor)}.")
    rejected = [model for model in srmr if (frame[frame.model == model].p < alpha).any()]
    if "saturated" in rejected or "saturated" in poor:
        texts.append(
            "The saturated model already misses: look at the measurement first (items, modes, discriminant validity)."
        )
    elif (rejected or poor) and np.isfinite(srmr["saturated"]):
        texts.append(
            "Only the estimated model misses: paths may be missing, see which constructs correlate without one."
            + _ERROR * (found.result.options.estimator == "pls" and len(found.reflective) > 0)
        )
    if rejected:
        texts.append(
            f"An exact fit is rejected at {alpha:.3g} ({', '.join(rejected)}); with many answers that happens to useful models too, "
            "so judge how large the misfit is."
        )
    elif frame.p.notna().any():
        texts.append(f"An exact fit is not rejected at {alpha:.3g}.")
    elif found.result.covariance is not None:
        texts.append(_chi_square(found.result.covariance.measures, alpha))
    else:
        texts.append(
            "There is no test of exact fit: it needs bootstrap or parametric replicates and matrices that are positive definite."
        )
    return texts
