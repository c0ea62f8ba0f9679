"""Notices of what changes the reading of a result: messages, each with its class of warning."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import (
    CollinearityWarning,
    ConventionWarning,
    CsindexWarning,
    InadmissibleWarning,
    MinimumWarning,
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
from csindex.fitting.constructs import index_of, items, names_in_both, names_of, place
from csindex.fitting.core import FittedModel
from csindex.fitting.refusals import MANY_FAILED, counted, failure_reasons, formative, least_eigenvalues, too_few
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_of
from csindex.messages import Joined, Message, listed
from csindex.moments.missing import policy_of
from csindex.survey.labels import questioned_scale
from csindex.text.format import unit_name

INFLATION_NOTED = 10.0
MANY_MISSING = 0.05
STRONG_F = 10.0
# As many as lie outside a 95% interval.
MANY_INADMISSIBLE = MANY_BOUNDED = 0.05
FEW_DEGREES = 2

Notice = tuple[Message | Joined, type[CsindexWarning]]


def warn(fitted: FittedModel, stacklevel: int) -> None:
    """Warn of everything that changes the reading of a result but the choice of convention, which is in the summary."""
    for message, category in notices(fitted, conventions=False):
        warnings.warn(category(message), stacklevel=stacklevel + 1)


def notices(fitted: FittedModel, *, conventions: bool = True) -> list[Notice]:
    """Return everything that changes the reading of a result."""
    return [
        *scale(fitted),
        *missing(fitted),
        *small(fitted),
        *(indefinite(fitted) if fitted.options.ordinal else []),
        *inflation(fitted),
        *negative(fitted),
        *(convention(fitted) if conventions else []),
        *dropped(fitted),
        *several_minima(fitted),
        *constant(fitted),
        *inadmissible(fitted),
        *(weak(fitted) if estimator_of(fitted.options).instruments else []),
        *(replicated(fitted, fitted.replicates) if fitted.replicates is not None else []),
    ]


def scale(fitted: FittedModel) -> list[Notice]:
    """Say that the scale may be another one, as few of its answers are reached, or run from good to bad."""
    account = fitted.account
    found = None if account is None else questioned_scale(fitted.specified.items, account.ends, account.used)
    turned = {name for construct in fitted.specified.constructs for name in construct.reversed}
    doubts = [] if account is None else [m for name, m in account.upside_down.items() if name not in turned]
    said: list[Message | Joined] = [] if found is None else [found]
    if len(doubts) > 1:
        said.append(Joined([doubts[0], Message("survey.upside_down_more", count=len(doubts) - 1)]))
    else:
        said += doubts
    return [(message, ScaleWarning) for message in said]


def missing(fitted: FittedModel) -> list[Notice]:
    """Say that many rows were left out."""
    account = fitted.account
    if account is None:
        return []
    weighted = account.rows - account.zero_weight
    if account.incomplete <= MANY_MISSING * weighted:
        return []
    counts = {"incomplete": account.incomplete, "rows": weighted}
    if not policy_of(fitted.options).complete:
        return [(Message("notices.missing_all", **counts), MissingWarning)]
    item = max(account.missing, key=lambda name: account.missing[name])
    return [(Message("notices.missing_some", worst=item, count=account.missing[item], **counts), MissingWarning)]


def small(fitted: FittedModel) -> list[Notice]:
    """Say that there are fewer than ten answers for each arrow of the largest regression."""
    designs, moments = [stage.design for stage in fitted.stages], fitted.moments
    arrows = [len(sources) for design in designs for sources in design.sources]
    arrows += [b.stop - b.start for d in designs for mode, b in zip(d.modes, d.blocks, strict=True) if mode == "B"]
    least, units = 10 * max(arrows), moments.units
    few = np.flatnonzero(moments.n_eff < least)
    if not len(few):
        return []
    who = (
        Message("notices.small_sample")
        if units is None
        else Message("notices.small_units", count=len(few), units=len(units))
    )
    return [(Message("notices.small", who=who, least=least, smallest=moments.n_eff.min()), SmallSampleWarning)]


def indefinite(fitted: FittedModel) -> list[Notice]:
    """Say that polychoric correlations, which are estimated pair by pair, are not those of any population."""
    units = fitted.units
    least = least_eigenvalues(fitted.estimates.stages[0])
    found = np.flatnonzero(least < 0)
    if not len(found):
        return []
    names = listed(unit_name(units, int(unit)) for unit in found)
    who = "" if units is None else Message("notices.polychoric_units", names=names)
    items = len(fitted.stages[0].model.item_names)
    return [(Message("notices.polychoric", who=who, least=np.nanmin(least), items=items), InadmissibleWarning)]


def inflation(fitted: FittedModel) -> list[Notice]:
    """Say that items in Mode B overlap."""
    units, name = fitted.units, names_in_both(fitted)
    near = [
        Message(_key("inflation", units), name=name(construct.name), unit=unit_name(units, int(unit)), vif=vif[unit])
        for number, stage in reversed([*enumerate(fitted.stages)])
        for construct, _, vif in formative(stage.model, stage.design, stage.moments)
        if place(fitted, construct.name)[0] == number
        for unit in np.flatnonzero(vif > INFLATION_NOTED)
    ]
    return [(Message("notices.inflation", found=listed(near)), CollinearityWarning)] if near else []


def negative(fitted: FittedModel) -> list[Notice]:
    """Say that index weights are negative."""
    labels, of = items(fitted, "index_weights")
    weights, units, name = of(fitted.estimates), fitted.units, names_in_both(fitted)
    found = np.argwhere(weights < 0)
    if not len(found):
        return []
    loadings = items(fitted, "loadings")[1](fitted.estimates)
    texts = [
        Message(
            _key("negative", units),
            item=labels["item"][item],
            name=name(labels["construct"][item]),
            unit=unit_name(units, int(unit)),
            weight=weights[unit, item],
            loading=loadings[unit, item],
        )
        for unit, item in found
    ]
    return [(Message("notices.negative", found=listed(texts, most=3)), NegativeWeightWarning)]


def convention(fitted: FittedModel) -> list[Notice]:
    """Say where the index of another convention is more than a point away; it is in the summary, and no warning."""
    from csindex.fitting.tables.convention_gaps import convention_gaps

    said = convention_gaps(fitted)
    return [(said, ConventionWarning)] if said is not None else []


def inadmissible(fitted: FittedModel) -> list[Notice]:
    """Say that estimates of the sample, or of many replicates, lie where they cannot be."""
    units, at = fitted.units, np.flatnonzero(fitted.estimates.flaws).tolist()
    flawed, usable = flawed_replicates(fitted)
    parts = []
    if at:
        each = [_flaws(fitted, unit) for unit in at]
        found, counts = listed(each, most=3), {} if units is None else {"count": len(at), "units": len(units)}
        parts.append(
            Message(
                "notices.inadmissible_solutions" if counts else "notices.inadmissible_solution", found=found, **counts
            )
        )
    if flawed > MANY_INADMISSIBLE * usable:
        parts.append(Message("notices.inadmissible_share", share=flawed / usable))
    advice = Message(f"notices.{estimator_of(fitted.options).inadmissible}")
    text = Message("notices.inadmissible_notice", parts=Joined(parts, "; "), advice=advice)
    return [(text, InadmissibleWarning)] if parts else []


def weak(fitted: FittedModel) -> list[Notice]:
    """Say that instruments are weak."""
    targets, sources = endogenous(fitted.design)
    if not len(targets):
        return []
    from csindex.fitting.tables.first_stage import f_statistics

    names, f = fitted.model.construct_names, f_statistics(fitted)
    name = names_in_both(fitted)
    texts = [
        Message(
            _key("weak", fitted.units),
            source=name(names[sources[at]]),
            target=name(names[targets[at]]),
            unit=unit_name(fitted.units, unit),
            f=f[unit, at],
        )
        for unit, at in np.argwhere(~(f >= STRONG_F)).tolist()
    ]
    text = Message("notices.weak", found=listed(texts, most=3), strong=STRONG_F)
    return [(text, WeakInstrumentWarning)] if texts else []


def dropped(fitted: FittedModel) -> list[Notice]:
    """Say which units were left out."""
    out, others = fitted.dropped, len(fitted.estimates.index)
    if out.empty:
        return []
    names = [unit_name(out.drop(columns="reason"), row) for row in range(len(out))]
    counts = {"count": len(out), "units": len(out) + others}
    return [(Message("notices.dropped_units", names=listed(names), **counts), UnitWarning)]


def several_minima(fitted: FittedModel) -> list[Notice]:
    """Say that searches from other first values ended at higher minima."""
    higher = fitted.estimates.higher
    if higher is None or not higher.any():
        return []
    units = [unit_name(fitted.units, unit) for unit in np.flatnonzero(higher).tolist()]
    key = "notices.minima" if fitted.units is None else "notices.minima_units"
    said = Message(key, count=int(higher.max()), names=listed(units), discrepancy=fitted.options.discrepancy)
    return [(said, MinimumWarning)]


def constant(fitted: FittedModel) -> list[Notice]:
    """Say which units have an index and no other estimates, because items are constant."""
    at = np.flatnonzero(fitted.estimates.status == Status.CONSTANT).tolist()
    if not at:
        return []
    names = [unit_name(fitted.units, unit) for unit in at if fitted.units is not None]
    who = listed(names) if names else Message("notices.constant_sample")
    weights = Message(f"notices.constant_{'given' if fitted.options.weights_from else 'pooled'}")
    return [(Message("notices.constant", who=who, weights=weights), UnitWarning)]


def replicated(fitted: FittedModel, drawn: Replicates) -> list[Notice]:
    """Say what changes the reading of standard errors and intervals."""
    return [*failure(fitted, drawn), *bounded(fitted), *few_degrees(fitted)]


def bounded(fitted: FittedModel) -> list[Notice]:
    """Say that in many replicates an index had weights of both signs, and passed its items."""
    names, name = names_of(fitted), names_in_both(fitted)
    evidence = fitted.evidence(index_of(fitted, names))
    assert evidence is not None and evidence.scores is not None
    with np.errstate(invalid="ignore"):
        beyond = np.abs(evidence.draws - evidence.scores.draws) > 1e-9
    share: NDArray[np.float64] = beyond.sum(axis=1) / np.maximum(np.isfinite(evidence.draws).sum(axis=1), 1)
    texts = [
        Message(
            _key("bounded", fitted.units),
            name=name(names[j]),
            unit=unit_name(fitted.units, int(share[:, j].argmax())),
            share=share[:, j].max(),
        )
        for j in np.flatnonzero(share.max(axis=0) > MANY_BOUNDED).tolist()
    ]
    return [(Message("notices.bounded", found=listed(texts, most=3)), ReplicateWarning)] if texts else []


def few_degrees(fitted: FittedModel) -> list[Notice]:
    """Say that a design has so few sampling units that intervals say little."""
    if fitted.degrees is None or not (fitted.degrees <= FEW_DEGREES).any():
        return []
    return [(Message("notices.few_degrees", degrees=float(fitted.degrees.min())), SmallSampleWarning)]


def failure(fitted: FittedModel, drawn: Replicates) -> list[Notice]:
    """Say that many replicates failed, those of units with constant items apart."""
    estimable = fitted.estimates.status[:, None] == Status.OK
    computed = (drawn.estimates.status != Status.ABSENT) & estimable
    share = 1 - float((drawn.estimates.status == Status.OK).sum() / max(1, computed.sum()))
    if share <= MANY_FAILED or not computed.any():
        return []
    reasons = counted(failure_reasons(fitted.model, drawn, np.flatnonzero(estimable[:, 0]).tolist()))
    said: Message | Joined = Message("notices.failed", share=share, reasons=reasons)
    if (too_few(drawn, fitted.options) & estimable[:, 0]).any():
        said = Joined([said, Message("notices.failed_many", most=fitted.options.max_failed)], "")
    return [(said, ReplicateWarning)]


def _flaws(fitted: FittedModel, unit: int) -> Joined:
    """Return what is inadmissible about a unit's solution, with the name of the unit where there is one."""
    who = [] if fitted.units is None else [Message("fitting.of_unit", unit=unit_name(fitted.units, unit))]
    return Joined([*who, flaws_of(fitted, unit)])


def _key(key: str, units: pd.DataFrame | None) -> str:
    """Return the key of the words for one finding, with its unit where there are units."""
    return f"notices.{key}_one" if units is None else f"notices.{key}_unit"
