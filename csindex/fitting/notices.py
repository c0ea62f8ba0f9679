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
    MissingWarning,
    NegativeWeightWarning,
    ReplicateWarning,
    SmallSampleWarning,
    UnitWarning,
)
from csindex.fitting.checks import MANY_FAILED, counted, failure_reasons, formative, unit_name
from csindex.fitting.conventions import all_conventions
from csindex.fitting.estimates import Estimates, Status
from csindex.fitting.factor_notices import inadmissible
from csindex.fitting.replicate import Replicates
from csindex.fitting.result import Fit
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.options import Options
from csindex.survey.answers import Account
from csindex.survey.columns import listed
from csindex.survey.moments import Moments
from csindex.survey.stacks import Array

TELLING_POINTS = 1.0
INFLATION_TOLD = 10.0
MANY_MISSING = 0.05

Notice = tuple[str, type[CsindexWarning]]


def tell(result: Fit, stacklevel: int) -> None:
    """Warn of everything that changes the reading of a result."""
    model, estimates, units = result.model, result.estimates, result.units
    indices = all_conventions(estimates, result.moments, result.design, result.options)
    notices = [
        *missing(result.account, result.options),
        *small(result.design, result.moments),
        *inflation(model, result.design, result.moments),
        *negative(model, estimates, units),
        *convention(model.construct_names, indices, result.options.convention),
        *dropped(result.dropped, len(estimates.index)),
        *(failure(model, result.replicates) if result.replicates is not None else []),
    ]
    if result.options.estimator == "cbsem":
        notices += inadmissible(result)
    for text, category in notices:
        warnings.warn(text, category, stacklevel=stacklevel + 1)


def missing(account: Account | None, options: Options) -> list[Notice]:
    """Say that many rows were left out."""
    if account is None:
        return []
    weighted = account.rows - account.zero_weight
    if account.incomplete <= MANY_MISSING * weighted:
        return []
    worst = max(account.missing, key=lambda name: account.missing[name])
    text = (
        f"missing={options.missing!r} leaves out {account.incomplete:,} of {weighted:,} rows with missing answers (most in "
        f"{worst!r}: {account.missing[worst]:,}). Those who answer everything may be more or less satisfied than the "
        "others; compare with missing='em'."
    )
    return [(text, MissingWarning)]


def small(design: Design, moments: Moments) -> list[Notice]:
    """Say that there are fewer than ten answers for each arrow of the largest regression."""
    arrows = [len(sources) for sources in design.sources]
    arrows += [b.stop - b.start for mode, b in zip(design.modes, design.blocks, strict=True) if mode == "B"]
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


def inflation(model: Model, design: Design, moments: Moments) -> list[Notice]:
    """Say that items in Mode B overlap."""
    near = [
        f"{construct.name}{' of ' * (moments.units is not None)}{unit_name(moments.units, int(unit))} ({vif[unit]:.0f})"
        for construct, _, vif in formative(model, design, moments)
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


def negative(model: Model, estimates: Estimates, units: pd.DataFrame | None) -> list[Notice]:
    """Say that index weights are negative."""
    found = np.argwhere(estimates.index_weights < 0)
    if not len(found):
        return []
    owner = {item: construct.name for construct in model.constructs for item in construct.items}
    texts = []
    for unit, item in found:
        name = model.item_names[item]
        where = f" of {unit_name(units, int(unit))}" if units is not None else ""
        texts.append(
            f"{name!r} in {owner[name]}{where} (weight {estimates.index_weights[unit, item]:.3f}, correlation with the "
            f"construct {estimates.loadings[unit, item]:.3f})"
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
