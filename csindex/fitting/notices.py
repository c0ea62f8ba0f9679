"""What a reader must be told about a result: texts with the warning that carries them."""

import warnings
from collections.abc import Mapping, Sequence

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
from csindex.estimation.instruments import endogenous
from csindex.fitting.checks import MANY_FAILED, counted, failure_reasons, formative, least_eigenvalues, unit_name
from csindex.fitting.conventions import all_conventions
from csindex.fitting.estimates import Status
from csindex.fitting.first_stage import f_statistics
from csindex.fitting.inadmissible import flawed_replicates, flaws_said
from csindex.fitting.levels import items, names_of, place, stages
from csindex.fitting.replicate import Replicates
from csindex.fitting.result import Fit
from csindex.model.model import Model
from csindex.options import Options
from csindex.survey.answers import Account
from csindex.survey.columns import listed
from csindex.survey.stacks import Array

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


def notices(result: Fit) -> list[Notice]:
    """Return everything that changes the reading of a result."""
    indices = {} if result.options.weights_from else all_conventions(result)
    return [
        *missing(result.account, result.options),
        *small(result),
        *(indefinite(result) if result.options.ordinal else []),
        *inflation(result),
        *negative(result),
        *(convention(names_of(result), indices, result.options.convention) if indices else []),
        *dropped(result.dropped, len(result.estimates.index)),
        *inadmissible(result),
        *(weak(result) if result.options.estimator != "cbsem" else []),
        *(failure(result.model, result.replicates) if result.replicates is not None else []),
    ]


def missing(account: Account | None, options: Options) -> list[Notice]:
    """Say that many rows were left out."""
    if account is None:
        return []
    weighted = account.rows - account.zero_weight
    if account.incomplete <= MANY_MISSING * weighted:
        return []
    if options.missing != "listwise":
        text = (
            f"{account.incomplete:,} of {weighted:,} rows are left out, because they answer none of the items. Those who answer "
            "may be more or less satisfied than the others."
        )
        return [(text, MissingWarning)]
    worst = max(account.missing, key=lambda name: account.missing[name])
    text = (
        f"missing='listwise' leaves out {account.incomplete:,} of {weighted:,} rows with missing answers (most in "
        f"{worst!r}: {account.missing[worst]:,}). Those who answer everything may be more or less satisfied than the "
        "others; compare with missing='em'."
    )
    return [(text, MissingWarning)]


def small(result: Fit) -> list[Notice]:
    """Say that there are fewer than ten answers for each arrow of the largest regression."""
    designs, moments = [fit.design for _, fit in stages(result)], result.moments
    arrows = [len(sources) for design in designs for sources in design.sources]
    arrows += [b.stop - b.start for d in designs for mode, b in zip(d.modes, d.blocks, strict=True) if mode == "B"]
    least, units = 10 * max(arrows), moments.units
    few = np.flatnonzero(moments.n_eff < least)
    if not len(few):
        return []
    who = "the sample has" if units is None else f"{len(few)} of {len(units)} units have"
    text = (
        f"{who} fewer than {least} effective answers (the smallest {moments.n_eff.min():.0f}), ten for each arrow of the "
        "largest regression (Barclay, Higgins & Thompson 1995). Read the intervals, not the estimates."
    )
    return [(text, SmallSampleWarning)]


def indefinite(result: Fit) -> list[Notice]:
    """Say that polychoric correlations, which are estimated pair by pair, are not those of any population."""
    units, (*_, (_, first)) = result.units, stages(result)
    least = least_eigenvalues(first.estimates)
    found = np.flatnonzero(least < 0)
    if not len(found):
        return []
    who = "" if units is None else f" of {listed(unit_name(units, int(unit)) for unit in found)}"
    text = (
        f"the polychoric correlations{who} are not positive definite (smallest eigenvalue {np.nanmin(least):.2g}): there are "
        f"too few answers for {len(first.model.item_names)} items. Estimates are made of them as they are; compare with "
        "ordinal=False, or use fewer items."
    )
    return [(text, InadmissibleWarning)]


def inflation(result: Fit) -> list[Notice]:
    """Say that items in Mode B overlap."""
    units = result.units
    near = [
        f"{construct.name}{' of ' * (units is not None)}{unit_name(units, int(unit))} ({vif[unit]:.0f})"
        for depth, fit in stages(result)
        for construct, _, vif in formative(fit.model, fit.design, fit.moments)
        if place(result, construct.name)[0] == depth
        for unit in np.flatnonzero(vif > INFLATION_TOLD)
    ]
    text = (
        (
            f"items in Mode B overlap so much that their weights are unstable; largest variance inflation: {listed(near)}. "
            "Mode A or non-negative Mode B is steadier."
        )
        if near
        else ""
    )
    return [(text, CollinearityWarning)] if near else []


def negative(result: Fit) -> list[Notice]:
    """Say that index weights are negative."""
    labels, of = items(result, "index_weights")
    weights, units = of(result.estimates), result.units
    found = np.argwhere(weights < 0)
    if not len(found):
        return []
    loadings = items(result, "loadings")[1](result.estimates)
    texts = []
    for unit, item in found:
        where = f" of {unit_name(units, int(unit))}" if units is not None else ""
        texts.append(
            f"{labels['item'][item]!r} in {labels['construct'][item]}{where} (weight {weights[unit, item]:.3f}, correlation "
            f"with the construct {loadings[unit, item]:.3f})"
        )
    text = (
        f"negative index weights break the 0–100 reading: {listed(texts, most=3)}. If a high answer means something bad, "
        "list the item under reversed=; else drop it, or use Mode A, non-negative Mode B or equal weights."
    )
    return [(text, NegativeWeightWarning)]


def convention(names: Sequence[str], indices: Mapping[str, Array], chosen: str) -> list[Notice]:
    """Say where the index (U, k) of another convention is more than a point away."""
    gaps = [np.abs(values - indices[chosen]) for other, values in indices.items() if other != chosen]
    worst: NDArray[np.float64] = np.max(gaps, axis=0)
    telling = [int(j) for j in np.flatnonzero((worst > TELLING_POINTS).any(axis=0))]
    if not telling:
        return []
    texts = []
    for j in telling:
        unit = int(worst[:, j].argmax())
        values = ", ".join(f"{other} {array[unit, j]:.1f}" for other, array in indices.items())
        texts.append(f"{names[j]} ({values})")
    count = int((worst > TELLING_POINTS).any(axis=1).sum())
    where = f" in {count} of {len(worst)} units; the widest gaps" if len(worst) > 1 else ""
    text = (
        f"the index depends on the convention by more than {TELLING_POINTS:g} point{where}: {listed(texts)}. Reported is "
        f"{chosen!r}; name it when you publish, and compare only with indices of the same convention."
    )
    return [(text, ConventionWarning)]


_JOIN = (
    "The sample may be too small, items may fit their construct badly, or constructs may be one and the same: drop weak "
    "items, join constructs that correlate about 1"
)


def inadmissible(result: Fit) -> list[Notice]:
    """Say that estimates of the sample, or of many replicates, lie where they cannot be."""
    model, estimates, units = result.model, result.estimates, result.units
    at = np.flatnonzero(estimates.flaws).tolist()
    flawed, usable = flawed_replicates(result)
    parts = []
    if at:
        where = "" if units is None else f" in {len(at)} of {len(units)} units"
        each = [f"{unit_name(units, unit)}: " * (units is not None) + flaws_said(model, estimates, unit) for unit in at]
        parts.append(f"the solution is inadmissible{where}: {listed(each, most=3)}")
    if flawed > MANY_INADMISSIBLE * usable:
        parts.append(f"{flawed / usable:.1%} of the replicates are inadmissible")
    advice = {
        "pls": "Look at the instruments (result.first_stage), or take a path of the loop out.",
        "plsc": f"{_JOIN}, or use estimator='pls', which has the same index.",
        "cbsem": f"{_JOIN}, or use estimator='pls'.",
    }[result.options.estimator]
    text = f"{'; '.join(parts)}. Estimates are shown as they come out. {advice} See result.inadmissible."
    return [(text, InadmissibleWarning)] if parts else []


def weak(result: Fit) -> list[Notice]:
    """Say that instruments are weak."""
    names, (targets, sources), f = result.model.construct_names, endogenous(result.design), f_statistics(result)
    texts = [
        f"{names[sources[at]]} in the equation of {names[targets[at]]}"
        f"{'' if result.units is None else ' of ' + unit_name(result.units, unit)} (F {f[unit, at]:.1f})"
        for unit, at in np.argwhere(~(f >= STRONG_F)).tolist()
    ]
    if not texts:
        return []
    text = (
        f"the instruments are weak for {listed(texts, most=3)}; below {STRONG_F:g} two-stage least squares leans towards least "
        "squares and its intervals are too narrow (Staiger & Stock 1997). Add constructs that act on the loop from outside, or "
        "ask more people. See result.first_stage."
    )
    return [(text, WeakInstrumentWarning)]


def dropped(out: pd.DataFrame, kept: int) -> list[Notice]:
    """Say which units were left out."""
    if out.empty:
        return []
    names = [unit_name(out.drop(columns="reason"), row) for row in range(len(out))]
    text = f"{len(out)} of {len(out) + kept} units were left out: {listed(names)}. See result.dropped for the reasons."
    return [(text, UnitWarning)]


def failure(model: Model, drawn: Replicates) -> list[Notice]:
    """Say that many replicates failed."""
    made = drawn.estimates.status != Status.ABSENT
    share = 1 - float((drawn.estimates.status == Status.OK).sum() / made.sum())
    if share <= MANY_FAILED:
        return []
    reasons = counted(failure_reasons(model, drawn, range(len(made))))
    text = f"{share:.1%} of the replicates failed ({reasons}); intervals are from the others. See result.failures."
    return [(text, ReplicateWarning)]
