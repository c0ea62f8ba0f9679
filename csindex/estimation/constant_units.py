"""Index of units in which items are constant, so that their weights cannot be estimated."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import CONSTANT_BELOW, Estimates, Status
from csindex.index.scores import index_deviations, index_scores, to_hundred
from csindex.model.design import Design
from csindex.moments.moments import Moments
from csindex.stacks.layout import Array


def constant_units(moments: Moments, design: Design) -> NDArray[np.bool_]:
    """Return whether (U,) some item is constant in a unit all of whose moments are known."""
    spread = moments.sd * (100.0 / design.span)
    known = np.isfinite(moments.mean).all(axis=1) & np.isfinite(moments.cov).all(axis=(1, 2))
    return np.asarray(known & (spread <= CONSTANT_BELOW).any(axis=1))


def with_constant_units(sample: Estimates, moments: Moments, design: Design, given: Array | None) -> Estimates:
    """Return estimates (U,) in which units with constant items have an index, and nothing else.

    Its weights are the given ones (U, p); else the means of those of the other units, weighted by their answers; else, where
    no unit can be estimated, equal ones.
    """
    rows = np.flatnonzero((sample.status == Status.CONSTANT) & constant_units(moments, design))
    if not len(rows):
        return sample
    others = np.flatnonzero(sample.status == Status.OK)
    if given is not None:
        v = given[rows]
    elif len(others):
        v = np.tile(np.average(sample.index_weights[others], axis=0, weights=moments.weight[others]), (len(rows), 1))
    else:
        size = np.array([block.stop - block.start for block in design.blocks])
        v = np.tile(1.0 / size[design.block_of], (len(rows), 1))
    scale = design.sign * 100.0 / design.span
    hundred = to_hundred(moments.mean[rows], design)
    # Weights sum to 1 up to rounding, by which the index of answers at the end of the scale would leave it.
    index = np.clip(index_scores(v, hundred, design), hundred.min(axis=1)[:, None], hundred.max(axis=1)[:, None])
    values: dict[str, Any] = {
        "index_weights": v,
        "index": index,
        "deviation": _deviations(v, moments.cov[rows] * scale[:, None] * scale, design),
    }
    put: dict[str, Any] = {name: _put(getattr(sample, name), rows, value) for name, value in values.items()}
    return replace(sample, **put)


def _deviations(v: Array, cov: Array, design: Design) -> Array:
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(index_deviations(v, cov, design))


def _put(array: Array, rows: NDArray[np.intp], values: Array) -> Array:
    out = array.copy(order="K")
    out[rows] = values
    return out
