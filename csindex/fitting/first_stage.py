"""How strong the instruments of two-stage least squares are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.estimation.instruments import endogenous, excluded, partial_r2
from csindex.fitting.estimates import Estimates
from csindex.survey.stacks import Array, flatten

if TYPE_CHECKING:
    from csindex.fitting.result import Fit


def first_stage_table(result: Fit) -> pd.DataFrame:
    """Return ``source, target, f`` and the partial R² with its interval, for each endogenous source of an equation."""
    targets, sources = endogenous(result.design)
    names, k = result.model.construct_names, result.design.k

    def strength(e: Estimates) -> Array:
        shape = e.correlations.shape[:-2]
        return partial_r2(flatten(e.correlations, 2).reshape(-1, k, k), result.design).reshape(*shape, -1)

    labels = {"source": [names[i] for i in sources], "target": [names[i] for i in targets]}
    return result.table(labels, strength, extra={"f": f_statistic(strength(result.estimates), result)})


def f_statistic(partial: Array, result: Fit) -> Array:
    """Return the first-stage F (U, q) of the excluded instruments from their partial R²."""
    targets, _ = endogenous(result.design)
    count = np.array([0 if z is None else len(z) for z in result.design.instruments])[targets]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = partial / (1 - partial) / excluded(result.design)[targets]
        return np.asarray(ratio * (result.moments.n_eff[:, None] - count - 1))
