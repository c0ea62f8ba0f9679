"""Notices of what changes the reading of a result: texts, each with its class of warning."""

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
    ScaleWarning,
    SmallSampleWarning,
    UnitWarning,
    WeakInstrumentWarning,
)
from csindex.estimation.estimates import Status
from csindex.estimation.estimator import estimator_of
from csindex.estimation.pls.instruments import endogenous
from csindex.estimation.replicates import Replicates
from csindex.fitting.constructs import items, names_of, place
from csindex.fitting.core import FittedModel
from csindex.fitting.refusals import MANY_FAILED, counted, failure_reasons, formative, least_eigenvalues
from csindex.fitting.tables.conventions import all_conventions
from csindex.fitting.tables.first_stage import f_statistics
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_said
from csindex.fitting.text import names_shown
from csindex.messages import Message
from csindex.moments.missing import policy_of
from csindex.stacks.layout import Array
from csindex.survey.labels import questioned_scale
from csindex.text.format import Language, unit_name
from csindex.text.speaker import Speaker

NOTABLE_POINTS = 1.0
INFLATION_NOTED = 10.0
MANY_MISSING = 0.05
STRONG_F = 10.0
# As many as lie outside a 95% interval.
MANY_INADMISSIBLE = 0.05

Notice = tuple[str, type[CsindexWarning]]


def warn(fitted: FittedModel, stacklevel: int) -> None:
    """Warn of everything that changes the reading of a result."""
    for text, category in notices(fitted):
        warnings.warn(text, category, stacklevel=stacklevel + 1)


def notices(fitted: FittedModel, lang: Language = "en") -> list[Notice]:
    """Return everything that changes the reading of a result, in a language."""
    indices = {} if fitted.options.weights_from else all_conventions(fitted)
    speaker = Speaker(names_shown(fitted, lang), lang)
    return [
        *scale(fitted, lang),
        *missing(fitted, speaker),
        *small(fitted, speaker),
        *(indefinite(fitted, speaker) if fitted.options.ordinal else []),
        *inflation(fitted, speaker),
        *negative(fitted, speaker),
        *(convention(fitted, indices, speaker) if indices else []),
        *dropped(fitted, speaker),
        *inadmissible(fitted, speaker),
        *(weak(fitted, speaker) if estimator_of(fitted.options).instruments else []),
        *(failure(fitted, fitted.replicates, speaker) if fitted.replicates is not None else []),
    ]


def scale(fitted: FittedModel, lang: Language) -> list[Notice]:
    """Say that answers reach so little of the stated scale that it may be another one."""
    account = fitted.account
    found = None if account is None else questioned_scale(fitted.specified.items, account.ends, account.used)
    turned = {name for construct in fitted.specified.constructs for name in construct.reversed}
    doubts = [] if account is None else [m for name, m in account.upside_down.items() if name not in turned]
    texts = [message.text(lang) for message in ([] if found is None else [found]) + doubts[:1]]
    if len(doubts) > 1:
        texts[-1] += " " + Message("survey.upside_down_more", count=len(doubts) - 1).text(lang)
    return [(text, ScaleWarning) for text in texts]


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


def convention(fitted: FittedModel, indices: Mapping[str, Array], speaker: Speaker) -> list[Notice]:
    """Say where the index (U, k) of another convention is more than a point away."""
    names, chosen = names_of(fitted), fitted.options.convention
    gaps = [np.abs(values - indices[chosen]) for other, values in indices.items() if other != chosen]
    largest: NDArray[np.float64] = np.max(gaps, axis=0)
    notable = [int(j) for j in np.flatnonzero((largest > NOTABLE_POINTS).any(axis=0))]
    if not notable:
        return []
    texts = []
    for j in notable:
        unit = int(largest[:, j].argmax())
        values = ", ".join(f"{other} {array[unit, j]:.1f}" for other, array in indices.items())
        texts.append(speaker.say("convention_one", name=speaker.name(names[j]), values=values))
    count = int((largest > NOTABLE_POINTS).any(axis=1).sum())
    where = speaker.say("convention_units", count=count, units=len(largest)) if len(largest) > 1 else ""
    shown = {"points": NOTABLE_POINTS, "where": where, "found": speaker.listed(texts), "chosen": chosen}
    return [(speaker.say("convention", **shown), ConventionWarning)]


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


def failure(fitted: FittedModel, drawn: Replicates, speaker: Speaker) -> list[Notice]:
    """Say that many replicates failed."""
    computed = drawn.estimates.status != Status.ABSENT
    share = 1 - float((drawn.estimates.status == Status.OK).sum() / computed.sum())
    if share <= MANY_FAILED:
        return []
    reasons = counted(failure_reasons(fitted.model, drawn, range(len(computed)), speaker.lang))
    return [(speaker.say("failed", share=share, reasons=reasons), ReplicateWarning)]


def _key(key: str, units: pd.DataFrame | None) -> str:
    """Return the key of the words for one finding, with its unit where there are units."""
    return f"{key}_one" if units is None else f"{key}_unit"
