"""What an assessment says about the structural model and the model as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import Teller, cell, number, outside, probability, rows_of
from csindex.wording import aligned

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment


def inflation(found: Assessment, teller: Teller) -> str:
    """Return the section on collinearity, and on the weights of composites."""
    frame, say = found.vif, teller.say
    if frame.empty:
        return ""
    lines = []
    for kind in ("source", "item"):
        part = frame[frame.kind == kind]
        if len(part):
            top = part.sort_values("estimate", ascending=False).iloc[0]
            name, target = teller.name(top["name"]), teller.name(top.construct)
            lines.append(say(kind, value=cell(top), name=name, target=target))
    usual = {"usual": teller.limit("vif", "vif"), "stricter": teller.limit("vif", "vif", 1)}
    lines += [say("inflation_usual", **usual), *_inflation_questions(found, teller), *_weights(found, teller)]
    return "\n".join([say("inflation"), *map(teller.wrapped, lines)])


def _inflation_questions(found: Assessment, teller: Teller) -> list[str]:
    frame = found.vif[(found.vif.kind == "source") | ~found.vif.construct.isin(found.reflective)]
    beyond, reaching = outside(frame, limit("vif", "vif"))
    texts = []
    for rows, key in ((beyond, "inflation_beyond"), (reaching, "inflation_reaching")):
        if len(rows):
            named = zip(rows["name"], rows["construct"], rows["estimate"], strict=True)
            listed = teller.some(f"{teller.name(a)} → {teller.name(b)} {number(vif)}" for a, b, vif in named)
            texts.append(teller.say(key, found=listed))
    return [*texts, teller.say("inflation_advice")] if len(beyond) else texts


def _weights(found: Assessment, teller: Teller) -> list[str]:
    """Return which items of composites contribute nothing that is clear of 0."""
    frame = found.weights
    if frame.empty or frame.p.isna().all():
        return []
    idle = frame[(frame.lower <= 0) & (frame.upper >= 0)]
    if idle.empty:
        return [teller.say("weights_clear")]
    return [teller.say("weights_idle", found=teller.some(f"{row.item} {cell(row)}" for row in rows_of(idle)))]


def structure(found: Assessment, teller: Teller) -> str:
    """Return the section on the structural model."""
    if found.r2.empty:
        return ""
    r2, f2, say = found.r2, found.f2[found.f2.measure == "f2"], teller.say
    rows = [["", teller.symbol("r2"), teller.symbol("r2_adjusted")]]
    for name in dict.fromkeys(r2.construct):
        own = r2[r2.construct == name].set_index("measure")
        rows.append([teller.name(name), cell(own.loc["r2"]), cell(own.loc["r2_adjusted"])])
    lines = [say("structure"), aligned(rows, 1), teller.wrapped(say("r2_usual"))]
    rows = [["", "f²", ""]]
    for row in rows_of(f2.sort_values("estimate", ascending=False)):
        size = _size(row.estimate)
        arrow = f"{teller.name(row.source)} → {teller.name(row.target)}"
        rows.append([arrow, cell(row), say(size) if size else ""])
    return "\n".join([*lines, aligned(rows, 1), teller.wrapped(say("f2_usual"))])


def _size(effect: float) -> str:
    if not np.isfinite(effect):
        return ""
    return next(
        (word for least, word in ((0.35, "large"), (0.15, "medium"), (0.02, "small")) if effect >= least), "negligible"
    )


def fit(found: Assessment, teller: Teller) -> str:
    """Return the section on fit."""
    frame, say = found.fit, teller.say
    rows = [["", say("saturated"), "HI95", "p", say("estimated"), "HI95", "p"]]
    for measure in ("srmr", "d_uls", "d_g", "nfi"):
        line = [teller.symbol(measure)]
        for model in ("saturated", "estimated"):
            row = frame[(frame.model == model) & (frame.measure == measure)].iloc[0]
            line += [number(row.estimate, 3), number(row.hi95, 3), probability(row.p)]
        rows.append(line)
    theta = frame[frame.measure == "rms_theta"].iloc[0]
    limits = {measure: teller.limit("fit", measure) for measure in ("srmr", "nfi", "rms_theta")}
    texts = [say("fit_usual", theta=number(theta.estimate, 3), **limits), *_fit_questions(found, teller)]
    return "\n".join([say("fit"), aligned(rows, 1), *map(teller.wrapped, texts)])


def _fit_questions(found: Assessment, teller: Teller) -> list[str]:
    frame, alpha, say = found.fit, 1 - found.result.options.level, teller.say
    rows = frame[frame.measure == "srmr"]
    srmr = dict(zip(rows.model, rows.estimate, strict=True))
    poor = [model for model in srmr if srmr[model] >= limit("fit", "srmr").value]
    texts = []
    if poor:
        texts.append(say("poor", found=say("and").join(f"{say(model)} {number(srmr[model], 3)}" for model in poor)))
    rejected = [model for model in srmr if (frame[frame.model == model].p < alpha).any()]
    if "saturated" in rejected or "saturated" in poor:
        texts.append(say("saturated_misses"))
    elif (rejected or poor) and np.isfinite(srmr["saturated"]):
        attenuated = found.result.options.estimator == "pls" and len(found.reflective) > 0
        texts.append(say("estimated_misses") + (say("error") if attenuated else ""))
    if rejected:
        texts.append(say("rejected", alpha=alpha, models=", ".join(map(say, rejected))))
    elif frame.p.notna().any():
        texts.append(say("not_rejected", alpha=alpha))
    elif found.result.covariance is not None:
        texts.append(_chi_square(found.result.covariance.measures, alpha, teller))
    else:
        texts.append(say("untested"))
    return texts


def _chi_square(measures: pd.DataFrame, alpha: float, teller: Teller) -> str:
    """Say what χ², scaled where it has been, tells of an exact fit."""
    known = dict(zip(measures.measure, measures.estimate, strict=True))
    scaled = "_scaled" if "chisq_scaled" in known else ""
    p, told = known[f"p{scaled}"], {"chisq": number(known[f"chisq{scaled}"], 1), "df": known["df"]}
    if not np.isfinite(p):
        return teller.say("chisq_untested", **told)
    return teller.say("chisq_rejected" if p < alpha else "chisq_fits", p=probability(p), alpha=alpha, **told)
