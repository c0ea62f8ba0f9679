"""Index scores, driver weights, paths, effects, weights, loadings and explained variance, with their uncertainty."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import ModelError, OptionError
from csindex.estimation.pls.structure import adjusted_r2
from csindex.fitting import constructs
from csindex.fitting.core import FittedModel, Quantity
from csindex.index.impacts import STEP
from csindex.messages import Message


def index_table(fitted: FittedModel) -> pd.DataFrame:
    """Return ``construct, estimate, se, lower, upper``; see `Fit.index`."""
    return fitted.table(*constructs.indices(fitted))


def impact_table(fitted: FittedModel, target: str | None = None, step: float = STEP) -> pd.DataFrame:
    """Return ``source, target, direct, total, estimate, se, lower, upper``; see `Fit.impacts`."""
    if isinstance(step, bool) or not isinstance(step, (int, float)):
        raise OptionError(Message("fitting.step", step=step))
    goal = fitted.model.construct(target or fitted.model.target).name
    sources = constructs.drivers(fitted, goal)
    if not sources:
        raise ModelError(Message("options.no_drivers", target=goal))
    total, direct = (constructs.effect_in_points(fitted, goal, total=kind) for kind in (True, False))
    labels = {"source": sources, "target": [goal] * len(sources)}
    extra = {"direct": direct(fitted.estimates), "total": total(fitted.estimates)}
    return fitted.table(labels, lambda e: step * total(e), extra=extra)


def path_table(fitted: FittedModel) -> pd.DataFrame:
    """Return ``source, target, estimate, se, lower, upper, p``; see `Fit.paths`."""
    return _arrows(fitted, fitted.design.links, lambda e: e.paths)


def effect_table(fitted: FittedModel) -> pd.DataFrame:
    """Return ``source, target, effect, estimate, se, lower, upper, p``; see `Fit.effects`."""
    total = _arrows(fitted, fitted.design.reaches, fitted.total, effect="total")
    detours = fitted.design.detours
    if not detours.any():
        return total
    indirect = _arrows(fitted, detours, lambda e: fitted.total(e) - e.paths, effect="indirect")
    return pd.concat([total, indirect], ignore_index=True)


def item_table(fitted: FittedModel, what: str) -> pd.DataFrame:
    """Return ``construct, item, estimate, se, lower, upper`` of weights, index_weights or loadings; see `Fit`."""
    return fitted.table(*constructs.items(fitted, what))


def r2_table(fitted: FittedModel) -> pd.DataFrame:
    """Return ``construct, adjusted, estimate, se, lower, upper``; see `Fit.r2`."""
    chosen = np.flatnonzero(fitted.design.links.any(axis=1))
    adjusted = adjusted_r2(fitted.estimates.r2, fitted.moments.n, fitted.design)[..., chosen]
    labels = {"construct": [fitted.model.construct_names[i] for i in chosen]}
    return fitted.table(labels, lambda e: e.r2[..., chosen], extra={"adjusted": adjusted})


def _arrows(fitted: FittedModel, which: NDArray[np.bool_], quantity: Quantity, effect: str = "") -> pd.DataFrame:
    names = fitted.model.construct_names
    targets, sources = np.nonzero(which)
    labels = {"source": [names[i] for i in sources], "target": [names[i] for i in targets]}
    if effect:
        labels["effect"] = [effect] * len(sources)
    return fitted.table(labels, lambda e: constructs.of_products(fitted, e, quantity(e))[..., targets, sources], p=True)
