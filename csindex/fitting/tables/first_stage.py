"""How strong the instruments of two-stage least squares are."""

import numpy as np
import pandas as pd

from csindex.estimation.estimates import Estimates
from csindex.estimation.pls.instruments import endogenous, excluded, partial_r2
from csindex.fitting.core import FittedModel
from csindex.model.design import Design
from csindex.stacks.layout import Array, flatten


def first_stage_table(fitted: FittedModel) -> pd.DataFrame:
    """Return ``source, target, f`` and the partial R² with its interval, for each endogenous source of an equation."""
    names, (targets, sources) = fitted.model.construct_names, endogenous(fitted.design)
    labels = {"source": [names[i] for i in sources], "target": [names[i] for i in targets]}
    return fitted.table(labels, lambda e: _partial(e, fitted.design), extra={"f": f_statistics(fitted)})


def f_statistics(fitted: FittedModel) -> Array:
    """Return the first-stage F (U, q) of the excluded instruments, from their partial R² in the sample."""
    targets, _ = endogenous(fitted.design)
    count = np.array([0 if z is None else len(z) for z in fitted.design.instruments])[targets]
    partial = _partial(fitted.estimates, fitted.design)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = partial / (1 - partial) / excluded(fitted.design)[targets]
        return np.asarray(ratio * (fitted.moments.n_eff[:, None] - count - 1))


def _partial(e: Estimates, design: Design) -> Array:
    """Return the partial R² (..., q) of any stack."""
    found = partial_r2(flatten(e.correlations, 2), design)
    return found.reshape(*e.correlations.shape[:-2], found.shape[1])
