"""Notices of what changes the reading of a result: texts, each with its class of warning."""

import warnings

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
from csindex.estimation.estimator import estimator_of
from csindex.estimation.pls.instruments import endogenous
from csindex.estimation.replicates import Replicates
from csindex.fitting.constructs import index_of, items, names_of, place
from csindex.fitting.core import FittedModel
from csindex.fitting.refusals import MANY_FAILED, counted, failure_reasons, formative, least_eigenvalues, too_few
from csindex.fitting.tables.convention_gaps import convention_gaps
from csindex.fitting.tables.first_stage import f_statistics
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_said
from csindex.fitting.text import names_shown
from csindex.moments.missing import policy_of
from csindex.text.format import Language, unit_name
from csindex.text.speaker import Speaker

INFLATION_NOTED = 10.0
MANY_MISSING = 0.05
STRONG_F = 10.0
# As many as lie outside a 95% interval.
MANY_INADMISSIBLE = MANY_BOUNDED = 0.05
FEW_DEGREES = 2

Notice = tuple[str, type[CsindexWarning]]


def warn(fitted: FittedModel, stacklevel: int) -> None:
    """Warn of everything that changes the reading of a result but the choice of convention, which is in the summary."""
    for text, category in notices(fitted):
        if category is ConventionWarning:
            continue
        warnings.warn(text, category, stacklevel=stacklevel + 1)


def notices(fitted: FittedModel, lang: Language = "en") -> list[Notice]:
    """Return everything that changes the reading of a result, in a language."""
    speaker = Speaker(names_shown(fitted, lang), lang)
    return [
        *missing(fitted, speaker),
        *small(fitted, speaker),
        *(indefinite(fitted, speaker) if fitted.options.ordinal else []),
        *inflation(fitted, speaker),
        *negative(fitted, speaker),
        *convention(fitted, speaker),
        *dropped(fitted, speaker),
        *constant(fitted, speaker),
        *inadmissible(fitted, speaker),
        *(weak(fitted, speaker) if estimator_of(fitted.options).instruments else []),
        *(replicated(fitted, fitted.replicates, speaker) if fitted.replicates is not None else []),
    ]


def missing(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that many rows were left out."""
    account = fitted.account
    if account is None:
        return []
    weighted = account.rows - account.zero_weight
    if account.incomplete <= MANY_MISSING * weighted:
        return []
    counts = {"incomplete": account.incomplete, "rows": weighted}
    if not policy_of(fitted.options).complete:
        return [(speaker.say("missing_all", **counts), MissingWarning)]
    item = max(account.missing, key=lambda name: account.missing[name])
    return [(speaker.say("missing_some", worst=item, count=account.missing[item], **counts), MissingWarning)]


def small(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that there are fewer than ten answers for each arrow of the largest regression."""
    designs, moments = [stage.design for stage in fitted.stages], fitted.moments
    arrows = [len(sources) for design in designs for sources in design.sources]
    arrows += [b.stop - b.start for d in designs for mode, b in zip(d.modes, d.blocks, strict=True) if mode == "B"]
    least, units = 10 * max(arrows), moments.units
    few = np.flatnonzero(moments.n_eff < least)
    if not len(few):
        return []
    who = speaker.say("small_sample") if units is None else speaker.say("small_units", count=len(few), units=len(units))
    return [(speaker.say("small", who=who, least=least, smallest=moments.n_eff.min()), SmallSampleWarning)]


def indefinite(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that polychoric correlations, which are estimated pair by pair, are not those of any population."""
    units = fitted.units
    least = least_eigenvalues(fitted.estimates.stages[0])
    found = np.flatnonzero(least < 0)
    if not len(found):
        return []
    names = speaker.listed(unit_name(units, int(unit)) for unit in found)
    who = "" if units is None else speaker.say("polychoric_units", names=names)
    items = len(fitted.stages[0].model.item_names)
    return [(speaker.say("polychoric", who=who, least=np.nanmin(least), items=items), InadmissibleWarning)]


def inflation(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that items in Mode B overlap."""
    units = fitted.units
    near = [
        speaker.say(
            _key("inflation", units), name=speaker.name(construct.name), unit=unit_name(units, int(unit)), vif=vif[unit]
        )
        for number, stage in reversed([*enumerate(fitted.stages)])
        for construct, _, vif in formative(stage.model, stage.design, stage.moments)
        if place(fitted, construct.name)[0] == number
        for unit in np.flatnonzero(vif > INFLATION_NOTED)
    ]
    return [(speaker.say("inflation", found=speaker.listed(near)), CollinearityWarning)] if near else []


def negative(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that index weights are negative."""
    labels, of = items(fitted, "index_weights")
    weights, units = of(fitted.estimates), fitted.units
    found = np.argwhere(weights < 0)
    if not len(found):
        return []
    loadings = items(fitted, "loadings")[1](fitted.estimates)
    texts = [
        speaker.say(
            _key("negative", units),
            item=labels["item"][item],
            name=speaker.name(labels["construct"][item]),
            unit=unit_name(units, int(unit)),
            weight=weights[unit, item],
            loading=loadings[unit, item],
        )
        for unit, item in found
    ]
    return [(speaker.say("negative", found=speaker.listed(texts, most=3)), NegativeWeightWarning)]


def convention(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say where the index of another convention is more than a point away; it is in the summary, and no warning."""
    said = convention_gaps(fitted, speaker)
    return [(said, ConventionWarning)] if said else []


def inadmissible(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that estimates of the sample, or of many replicates, lie where they cannot be."""
    units, at = fitted.units, np.flatnonzero(fitted.estimates.flaws).tolist()
    flawed, usable = flawed_replicates(fitted)
    parts = []
    if at:
        each = [f"{unit_name(units, unit)}: " * (units is not None) + flaws_said(fitted, unit, speaker) for unit in at]
        found, counts = speaker.listed(each, most=3), {} if units is None else {"count": len(at), "units": len(units)}
        parts.append(
            speaker.say("inadmissible_solutions" if counts else "inadmissible_solution", found=found, **counts)
        )
    if flawed > MANY_INADMISSIBLE * usable:
        parts.append(speaker.say("inadmissible_share", share=flawed / usable))
    advice = speaker.say(estimator_of(fitted.options).inadmissible)
    text = speaker.say("inadmissible_notice", parts="; ".join(parts), advice=advice)
    return [(text, InadmissibleWarning)] if parts else []


def weak(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that instruments are weak."""
    names, (targets, sources), f = fitted.model.construct_names, endogenous(fitted.design), f_statistics(fitted)
    texts = [
        speaker.say(
            _key("weak", fitted.units),
            source=speaker.name(names[sources[at]]),
            target=speaker.name(names[targets[at]]),
            unit=unit_name(fitted.units, unit),
            f=f[unit, at],
        )
        for unit, at in np.argwhere(~(f >= STRONG_F)).tolist()
    ]
    text = speaker.say("weak", found=speaker.listed(texts, most=3), strong=STRONG_F)
    return [(text, WeakInstrumentWarning)] if texts else []


def dropped(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say which units were left out."""
    out, others = fitted.dropped, len(fitted.estimates.index)
    if out.empty:
        return []
    names = [unit_name(out.drop(columns="reason"), row) for row in range(len(out))]
    counts = {"count": len(out), "units": len(out) + others}
    return [(speaker.say("dropped_units", names=speaker.listed(names), **counts), UnitWarning)]


def constant(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say which units have an index and no other estimates, because items are constant."""
    at = np.flatnonzero(fitted.estimates.status == Status.CONSTANT).tolist()
    if not at:
        return []
    names = [unit_name(fitted.units, unit) for unit in at if fitted.units is not None]
    who = speaker.listed(names) if names else speaker.say("constant_sample")
    weights = speaker.say("constant_given" if fitted.options.weights_from else "constant_pooled")
    return [(speaker.say("constant", who=who, weights=weights), UnitWarning)]


def replicated(fitted: FittedModel, drawn: Replicates, speaker: Speaker) -> list[Notice]:
    """Say what changes the reading of standard errors and intervals."""
    return [*failure(fitted, drawn, speaker), *bounded(fitted, speaker), *few_degrees(fitted, speaker)]


def bounded(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that in many replicates an index had weights of both signs, and passed its items."""
    names = names_of(fitted)
    quantity = index_of(fitted, names)
    evidence = fitted.evidence(quantity)
    assert evidence is not None and evidence.scores is not None
    with np.errstate(invalid="ignore"):
        beyond = np.abs(evidence.draws - evidence.scores.draws) > 1e-9
    share: NDArray[np.float64] = beyond.sum(axis=1) / np.maximum(np.isfinite(evidence.draws).sum(axis=1), 1)
    notable = share.max(axis=0) > MANY_BOUNDED
    texts = [
        speaker.say(
            _key("bounded", fitted.units),
            name=speaker.name(names[j]),
            unit=unit_name(fitted.units, int(share[:, j].argmax())),
            share=share[:, j].max(),
        )
        for j in np.flatnonzero(notable).tolist()
    ]
    return [(speaker.say("bounded", found=speaker.listed(texts, most=3)), ReplicateWarning)] if texts else []


def few_degrees(fitted: FittedModel, speaker: Speaker) -> list[Notice]:
    """Say that a design has so few sampling units that intervals say little."""
    if fitted.degrees is None or not (fitted.degrees <= FEW_DEGREES).any():
        return []
    return [(speaker.say("few_degrees", degrees=float(fitted.degrees.min())), SmallSampleWarning)]


def failure(fitted: FittedModel, drawn: Replicates, speaker: Speaker) -> list[Notice]:
    """Say that many replicates failed, those of units with constant items apart."""
    estimable = fitted.estimates.status[:, None] == Status.OK
    computed = (drawn.estimates.status != Status.ABSENT) & estimable
    share = 1 - float((drawn.estimates.status == Status.OK).sum() / max(1, computed.sum()))
    if share <= MANY_FAILED or not computed.any():
        return []
    units = np.flatnonzero(estimable[:, 0]).tolist()
    reasons = counted(failure_reasons(fitted.model, drawn, units, speaker.lang))
    said = speaker.say("failed", share=share, reasons=reasons)
    if (too_few(drawn, fitted.options) & estimable[:, 0]).any():
        said += speaker.say("failed_many", most=fitted.options.max_failed)
    return [(said, ReplicateWarning)]


def _key(key: str, units: pd.DataFrame | None) -> str:
    """Return the key of the words for one finding, with its unit where there are units."""
    return f"{key}_one" if units is None else f"{key}_unit"
