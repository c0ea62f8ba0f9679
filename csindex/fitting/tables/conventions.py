"""The index by every convention."""

import numpy as np
import pandas as pd

from csindex.fitting.constructs import names_of, place, taken
from csindex.fitting.result import Fit
from csindex.index.scores import index_scores, index_weights, to_hundred
from csindex.options import Convention
from csindex.stacks.layout import Array

CONVENTIONS: tuple[Convention, ...] = ("fornell", "standardized", "equal")


def all_conventions(result: Fit) -> dict[str, Array]:
    """Return the index (U, k) of the model's constructs, of all levels, by each convention."""
    names = names_of(result)
    found = {name: _stages(result, name) for name in CONVENTIONS}
    places = [(depth, at) for depth, _, at in (place(result, construct) for construct in names)]
    return {name: np.stack([by[depth][0][:, at] for depth, at in places], axis=1) for name, by in found.items()}


def _stages(result: Fit, convention: Convention) -> list[tuple[Array, Array]]:
    """Return index (U, k) and items' means (U, p) on 0-100 of each stage, the last one first."""
    design = result.design
    below = [] if result.lower is None else _stages(result.lower, convention)
    hundred = taken(result, *below[0]) if below else to_hundred(result.moments.mean, design)
    sd = result.moments.sd * (100.0 / design.span)
    u = result.estimates.weights / sd if result.options.variant == "standardized" else result.estimates.weights
    return [(index_scores(index_weights(u, sd, design, convention), hundred, design), hundred), *below]


def conventions(result: Fit) -> pd.DataFrame:
    """Return the index by each convention side by side, to see how much depends on the choice.

    Parameters
    ----------
    result : Fit

    Returns
    -------
    data frame
        Unit columns, ``construct``, then the index (0-100) by *fornell* (item weights divided by the items' standard
        deviations; Fornell et al. 1996), *standardized* (not divided) and *equal* (plain mean of the items).

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0)
    >>> csi.conventions(result).round(1).loc[3, "equal"]
    np.float64(75.2)
    """
    indices = all_conventions(result)
    names = names_of(result)
    units, count = result.units, len(result.estimates.index)
    columns: dict[str, object] = {}
    if units is not None:
        columns |= {str(name): units[name].repeat(len(names)).array for name in units.columns}
    columns["construct"] = names * count
    return pd.DataFrame({**columns, **{name: values.ravel() for name, values in indices.items()}})
