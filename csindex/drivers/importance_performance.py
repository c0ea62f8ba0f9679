"""The importance–performance map as a table: which drivers to improve first, each with its probability."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csindex.errors import ModelError
from csindex.estimation.estimates import Estimates
from csindex.fitting import constructs
from csindex.fitting.core import Quantity
from csindex.fitting.result import Fit
from csindex.index.impacts import STEP
from csindex.messages import Message
from csindex.stacks.layout import Array

QUADRANTS = ("concentrate here", "keep up the good work", "low priority", "possible overkill")
"""Martilla & James (1977): important and low, important and high, unimportant and low, unimportant and high."""


def importance_performance(
    result: Fit, target: str | None = None, *, items: bool = False, step: float = STEP
) -> pd.DataFrame:
    """Return importance and performance of the drivers of a construct, with the quadrant that each falls into.

    Parameters
    ----------
    result : Fit
    target : str, optional
        A construct; by default the model's target.
    items : bool
        Show the drivers' items in place of the drivers: importance v_i · T, performance the item's mean on 0-100
        (Ringle & Sarstedt 2016). The items of higher-order constructs are those of their dimensions.
    step : float
        Rise of the driver in index points that importance is given for.

    Returns
    -------
    data frame
        Unit columns, ``source`` (and ``item``), ``target``; ``importance, importance_lower, importance_upper`` (points of the
        target that go with `step` points); ``quadrant`` (Martilla & James 1977, divided at the drivers' mean importance and
        mean performance), ``probability`` (share of the replicates that put the driver into that quadrant, each divided at
        its own means; NaN without replicates, and for those that are no draws, such as a jackknife's); ``estimate, se, lower, upper`` of the performance (0-100). The most important
        driver comes first.

    Raises
    ------
    ModelError
        If the target is not a construct, or nothing leads to it.

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> csi.importance_performance(result)[["source", "quadrant"]].iloc[0].tolist()
    ['Quality', 'keep up the good work']
    """
    goal = result.model.construct(target or result.model.target).name
    sources = constructs.drivers(result, goal)
    if not sources:
        raise ModelError(Message("options.no_drivers", target=goal))
    total, index = constructs.effect_in_points(result, goal), constructs.index_of(result, sources)
    owner, names = constructs.items_of(result, sources) if items else ([], [])
    of = np.array([sources.index(name) for name in owner], dtype=np.intp)

    def importance(e: Estimates) -> Array:
        if not items:
            return np.asarray(step * total(e))
        return np.asarray(step * total(e)[..., of] * constructs.of_items(result, owner, names, e)[0])

    def of_items(e: Estimates) -> Array:
        return constructs.of_items(result, owner, names, e)[1]

    performance: Quantity = of_items if items else index
    labels: dict[str, Sequence[str]] = {"source": owner, "item": names} if items else {"source": sources}
    labels |= {"target": [goal] * (len(names) if items else len(sources))}
    where = quadrants(importance(result.estimates), performance(result.estimates))
    share = np.full(where.shape, np.nan)
    if result.replicates is not None and result.replicates.coefficients is None:
        e = result.replicates.estimates
        share = _share(where, importance(e), performance(e))
    spread = result.table(labels, importance)
    extra = {"importance": importance(result.estimates)}
    extra |= {f"importance_{end}": spread[end].to_numpy().reshape(where.shape) for end in ("lower", "upper")}
    frame = result.table(labels, performance, extra={**extra, "quadrant": where, "probability": share})
    frame["quadrant"] = [QUADRANTS[int(at)] for at in frame["quadrant"]]
    units = [] if result.units is None else [str(name) for name in result.units.columns]
    order = np.lexsort([-frame["importance"].to_numpy(), np.repeat(np.arange(len(where)), where.shape[1])])
    return (
        frame.drop(columns=[c for c in ("n", "n_eff", "deff") if c in frame and c not in units])
        .iloc[order]
        .reset_index(drop=True)
    )


def quadrants(importance: Array, performance: Array) -> Array:
    """Return the quadrant (..., q) of each driver as an index into `QUADRANTS`, divided at the means over the drivers."""
    high = performance >= performance.mean(axis=-1, keepdims=True)
    important = importance >= importance.mean(axis=-1, keepdims=True)
    return np.asarray(np.where(important, 0.0, 2.0) + high)


def _share(where: Array, importance: Array, performance: Array) -> Array:
    """Return the share (U, q) of replicates (U, R, q) that fall where the sample does."""
    known = np.isfinite(importance).all(axis=-1, keepdims=True)
    same = known & (quadrants(importance, performance) == where[:, None])
    with np.errstate(invalid="ignore"):
        return np.asarray(same.sum(axis=1) / known.sum(axis=1))
