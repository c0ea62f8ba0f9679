"""The structural model and the model as a whole as text: explained variance, effect sizes, and fit."""

import numpy as np
import pandas as pd

from csindex.assessment.quality.measures import QualityMeasures
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import QualityWords, rows_of, size_of
from csindex.assessment.wording import cell, number, probability
from csindex.estimation.estimator import estimator_of
from csindex.text.document import Paragraph, Section, Table


def structure(found: QualityMeasures, words: QualityWords) -> Section:
    """Return the section on the structural model."""
    r2, f2, say = found.r2, found.f2[found.f2.measure == "f2"], words.say
    rows = []
    for name in dict.fromkeys(r2.construct):
        own = r2[r2.construct == name].set_index("measure")
        rows.append((words.name(name), cell(own.loc["r2"]), cell(own.loc["r2_adjusted"])))
    explained = Table("", ("", words.symbol("r2"), words.symbol("r2_adjusted")), tuple(rows))
    rows = []
    for row in rows_of(f2.sort_values("estimate", ascending=False)):
        size = size_of(row.estimate)
        arrow = f"{words.name(row.source)} → {words.name(row.target)}"
        rows.append((arrow, cell(row), say(size) if size else ""))
    effects = Table("", ("", "f²", ""), tuple(rows))
    return Section(say("structure"), (explained, Paragraph(say("r2_usual")), effects, Paragraph(say("f2_usual"))))


def fit(found: QualityMeasures, words: QualityWords) -> Section:
    """Return the section on fit."""
    frame, say = found.fit, words.say
    rows = []
    for measure in ("srmr", "d_uls", "d_g", "nfi"):
        line = [words.symbol(measure)]
        for model in ("saturated", "estimated"):
            row = frame[(frame.model == model) & (frame.measure == measure)].iloc[0]
            line += [number(row.estimate, 3), number(row.hi95, 3), probability(row.p)]
        rows.append(tuple(line))
    table = Table("", ("", say("saturated"), "HI95", "p", say("estimated"), "HI95", "p"), tuple(rows))
    theta = frame[frame.measure == "rms_theta"].iloc[0]
    limits = {measure: words.limit("fit", measure) for measure in ("srmr", "nfi", "rms_theta")}
    texts = [say("fit_usual", theta=number(theta.estimate, 3), **limits), *_fit_questions(found, words)]
    return Section(say("fit"), (table, *map(Paragraph, texts)))


def _fit_questions(found: QualityMeasures, words: QualityWords) -> list[str]:
    frame, alpha, say = found.fit, 1 - found.result.options.level, words.say
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
        attenuated = not estimator_of(found.result.options).common_factors and len(found.reflective) > 0
        texts.append(say("estimated_misses") + (say("error") if attenuated else ""))
    if rejected:
        texts.append(say("rejected", alpha=alpha, models=", ".join(map(say, rejected))))
    elif frame.p.notna().any():
        texts.append(say("not_rejected", alpha=alpha))
    elif found.result.covariance is not None:
        texts.append(_chi_square(found.result.covariance.measures, alpha, words))
    else:
        texts.append(say("untested"))
    return texts


def _chi_square(measures: pd.DataFrame, alpha: float, words: QualityWords) -> str:
    """Return whether χ², scaled where it has been, rejects an exact fit."""
    known = dict(zip(measures.measure, measures.estimate, strict=True))
    scaled = "_scaled" if "chisq_scaled" in known else ""
    p, numbers = known[f"p{scaled}"], {"chisq": number(known[f"chisq{scaled}"], 1), "df": known["df"]}
    if not np.isfinite(p):
        return words.say("chisq_untested", **numbers)
    return words.say("chisq_rejected" if p < alpha else "chisq_fits", p=probability(p), alpha=alpha, **numbers)
