"""What a reader must be told about a result: texts with the warning that carries them."""

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import (
    CollinearityWarning,
    ConventionWarning,
    CsindexWarning,
    InadmissibleWarning,
    MissingWarning,
    NegativeWeightWarning,
    ReplicateWarning,
    SmallSampleWarning,
    UnitWarning,
    WeakInstrumentWarning,
)
from csindex.estimation.estimates import Status
from csindex.estimation.pls.instruments import endogenous
from csindex.fitting.constructs import items, names_of, place, stages
from csindex.fitting.refusals import MANY_FAILED, counted, failure_reasons, formative, least_eigenvalues, unit_name
from csindex.fitting.result import Fit
from csindex.fitting.tables.conventions import all_conventions
from csindex.fitting.tables.first_stage import f_statistics
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_said
from csindex.replicates.replicate import Replicates
from csindex.stacks.layout import Array
from csindex.text.format import Language
from csindex.text.speaker import Speaker

TELLING_POINTS = 1.0
INFLATION_TOLD = 10.0
MANY_MISSING = 0.05
STRONG_F = 10.0
# As many as lie outside a 95% interval.
MANY_INADMISSIBLE = 0.05

Notice = tuple[str, type[CsindexWarning]]


def tell(result: Fit, stacklevel: int) -> None:
    """Warn of everything that changes the reading of a result."""
    for text, category in notices(result):
        warnings.warn(text, category, stacklevel=stacklevel + 1)


def notices(result: Fit, lang: Language = "en") -> list[Notice]:
    """Return everything that changes the reading of a result, in a language."""
    indices = {} if result.options.weights_from else all_conventions(result)
    speaker = Speaker(result, lang)
    return [
        *missing(result, speaker),
        *small(result, speaker),
        *(indefinite(result, speaker) if result.options.ordinal else []),
        *inflation(result, speaker),
        *negative(result, speaker),
        *(convention(result, indices, speaker) if indices else []),
        *dropped(result, speaker),
        *inadmissible(result, speaker),
        *(weak(result, speaker) if result.options.estimator != "cbsem" else []),
        *(failure(result, result.replicates, speaker) if result.replicates is not None else []),
    ]


def missing(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that many rows were left out."""
    account = result.account
    if account is None:
        return []
    weighted = account.rows - account.zero_weight
    if account.incomplete <= MANY_MISSING * weighted:
        return []
    counts = {"incomplete": account.incomplete, "rows": weighted}
    if result.options.missing != "listwise":
        return [(speaker.say("missing_all", **counts), MissingWarning)]
    worst = max(account.missing, key=lambda name: account.missing[name])
    return [(speaker.say("missing_some", worst=worst, count=account.missing[worst], **counts), MissingWarning)]


def small(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that there are fewer than ten answers for each arrow of the largest regression."""
    designs, moments = [fit.design for _, fit in stages(result)], result.moments
    arrows = [len(sources) for design in designs for sources in design.sources]
    arrows += [b.stop - b.start for d in designs for mode, b in zip(d.modes, d.blocks, strict=True) if mode == "B"]
    least, units = 10 * max(arrows), moments.units
    few = np.flatnonzero(moments.n_eff < least)
    if not len(few):
        return []
    who = speaker.say("small_sample") if units is None else speaker.say("small_units", count=len(few), units=len(units))
    return [(speaker.say("small", who=who, least=least, smallest=moments.n_eff.min()), SmallSampleWarning)]


def indefinite(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that polychoric correlations, which are estimated pair by pair, are not those of any population."""
    units, (*_, (_, first)) = result.units, stages(result)
    least = least_eigenvalues(first.estimates)
    found = np.flatnonzero(least < 0)
    if not len(found):
        return []
    names = speaker.listed(unit_name(units, int(unit)) for unit in found)
    who = "" if units is None else speaker.say("polychoric_units", names=names)
    items = len(first.model.item_names)
    return [(speaker.say("polychoric", who=who, least=np.nanmin(least), items=items), InadmissibleWarning)]


def inflation(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that items in Mode B overlap."""
    units = result.units
    near = [
        speaker.say(
            _one("inflation", units), name=speaker.name(construct.name), unit=unit_name(units, int(unit)), vif=vif[unit]
        )
        for depth, fit in stages(result)
        for construct, _, vif in formative(fit.model, fit.design, fit.moments)
        if place(result, construct.name)[0] == depth
        for unit in np.flatnonzero(vif > INFLATION_TOLD)
    ]
    return [(speaker.say("inflation", found=speaker.listed(near)), CollinearityWarning)] if near else []


def negative(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that index weights are negative."""
    labels, of = items(result, "index_weights")
    weights, units = of(result.estimates), result.units
    found = np.argwhere(weights < 0)
    if not len(found):
        return []
    loadings = items(result, "loadings")[1](result.estimates)
    texts = [
        speaker.say(
            _one("negative", units),
            item=labels["item"][item],
            name=speaker.name(labels["construct"][item]),
            unit=unit_name(units, int(unit)),
            weight=weights[unit, item],
            loading=loadings[unit, item],
        )
        for unit, item in found
    ]
    return [(speaker.say("negative", found=speaker.listed(texts, most=3)), NegativeWeightWarning)]


def convention(result: Fit, indices: Mapping[str, Array], speaker: Speaker) -> list[Notice]:
    """Say where the index (U, k) of another convention is more than a point away."""
    names, chosen = names_of(result), result.options.convention
    gaps = [np.abs(values - indices[chosen]) for other, values in indices.items() if other != chosen]
    worst: NDArray[np.float64] = np.max(gaps, axis=0)
    telling = [int(j) for j in np.flatnonzero((worst > TELLING_POINTS).any(axis=0))]
    if not telling:
        return []
    texts = []
    for j in telling:
        unit = int(worst[:, j].argmax())
        values = ", ".join(f"{other} {array[unit, j]:.1f}" for other, array in indices.items())
        texts.append(speaker.say("convention_one", name=speaker.name(names[j]), values=values))
    count = int((worst > TELLING_POINTS).any(axis=1).sum())
    where = speaker.say("convention_units", count=count, units=len(worst)) if len(worst) > 1 else ""
    told = {"points": TELLING_POINTS, "where": where, "found": speaker.listed(texts), "chosen": chosen}
    return [(speaker.say("convention", **told), ConventionWarning)]


def inadmissible(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that estimates of the sample, or of many replicates, lie where they cannot be."""
    units, at = result.units, np.flatnonzero(result.estimates.flaws).tolist()
    flawed, usable = flawed_replicates(result)
    parts = []
    if at:
        each = [f"{unit_name(units, unit)}: " * (units is not None) + flaws_said(result, unit, speaker) for unit in at]
        found, counts = speaker.listed(each, most=3), {} if units is None else {"count": len(at), "units": len(units)}
        parts.append(
            speaker.say("inadmissible_solutions" if counts else "inadmissible_solution", found=found, **counts)
        )
    if flawed > MANY_INADMISSIBLE * usable:
        parts.append(speaker.say("inadmissible_share", share=flawed / usable))
    advice = speaker.say(f"advice_{result.options.estimator}")
    text = speaker.say("inadmissible_notice", parts="; ".join(parts), advice=advice)
    return [(text, InadmissibleWarning)] if parts else []


def weak(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say that instruments are weak."""
    names, (targets, sources), f = result.model.construct_names, endogenous(result.design), f_statistics(result)
    texts = [
        speaker.say(
            _one("weak", result.units),
            source=speaker.name(names[sources[at]]),
            target=speaker.name(names[targets[at]]),
            unit=unit_name(result.units, unit),
            f=f[unit, at],
        )
        for unit, at in np.argwhere(~(f >= STRONG_F)).tolist()
    ]
    text = speaker.say("weak", found=speaker.listed(texts, most=3), strong=STRONG_F)
    return [(text, WeakInstrumentWarning)] if texts else []


def dropped(result: Fit, speaker: Speaker) -> list[Notice]:
    """Say which units were left out."""
    out, kept = result.dropped, len(result.estimates.index)
    if out.empty:
        return []
    names = [unit_name(out.drop(columns="reason"), row) for row in range(len(out))]
    counts = {"count": len(out), "units": len(out) + kept}
    return [(speaker.say("dropped_units", names=speaker.listed(names), **counts), UnitWarning)]


def failure(result: Fit, drawn: Replicates, speaker: Speaker) -> list[Notice]:
    """Say that many replicates failed."""
    made = drawn.estimates.status != Status.ABSENT
    share = 1 - float((drawn.estimates.status == Status.OK).sum() / made.sum())
    if share <= MANY_FAILED:
        return []
    reasons = counted(failure_reasons(result.model, drawn, range(len(made)), speaker.lang))
    return [(speaker.say("failed", share=share, reasons=reasons), ReplicateWarning)]


def _one(key: str, units: pd.DataFrame | None) -> str:
    """Return the key of the words for one finding, with its unit where there are units."""
    return f"{key}_one" if units is None else f"{key}_unit"
