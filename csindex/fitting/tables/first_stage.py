"""How strong the instruments of two-stage least squares are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.estimation.estimates import Estimates
from csindex.estimation.pls.instruments import endogenous, excluded, partial_r2
from csindex.model.design import Design
from csindex.stacks.layout import Array, flatten

if TYPE_CHECKING:
    from csindex.fitting.result import Fit


def first_stage_table(result: Fit) -> pd.DataFrame:
    """Return ``source, target, f`` and the partial R² with its interval, for each endogenous source of an equation."""
    names, (targets, sources) = result.model.construct_names, endogenous(result.design)
    labels = {"source": [names[i] for i in sources], "target": [names[i] for i in targets]}
    return result.table(labels, lambda e: _partial(e, result.design), extra={"f": f_statistics(result)})


def f_statistics(result: Fit) -> Array:
    """Return the first-stage F (U, q) of the excluded instruments, from their partial R² in the sample."""
    targets, _ = endogenous(result.design)
    count = np.array([0 if z is None else len(z) for z in result.design.instruments])[targets]
    partial = _partial(result.estimates, result.design)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = partial / (1 - partial) / excluded(result.design)[targets]
        return np.asarray(ratio * (result.moments.n_eff[:, None] - count - 1))


def _partial(e: Estimates, design: Design) -> Array:
    """Return the partial R² (..., q) of any stack."""
    found = partial_r2(flatten(e.correlations, 2), design)
    return found.reshape(*e.correlations.shape[:-2], found.shape[1])
