"""The index by every convention."""

import numpy as np
import pandas as pd

from csindex.fitting.constructs import items_on_hundred, names_of, place
from csindex.fitting.core import FittedModel
from csindex.index.scores import index_scores, index_weights, to_hundred
from csindex.options import Convention
from csindex.stacks.layout import Array

CONVENTIONS: tuple[Convention, ...] = ("fornell", "standardized", "equal")


def all_conventions(fitted: FittedModel) -> dict[str, Array]:
    """Return the index (U, k) of the model's constructs, of all levels, by each convention."""
    places = [place(fitted, construct) for construct in names_of(fitted)]
    found = {name: _of_stages(fitted, name) for name in CONVENTIONS}
    return {name: np.stack([index[number][:, at] for number, at in places], axis=1) for name, index in found.items()}


def _of_stages(fitted: FittedModel, convention: Convention) -> list[Array]:
    """Return the index (U, k) of each stage, first to last."""
    found: list[Array] = []
    hundred = to_hundred(fitted.stages[0].moments.mean, fitted.stages[0].design)
    for number, (stage, estimates) in enumerate(zip(fitted.stages, fitted.estimates.stages, strict=True)):
        if number:
            hundred = items_on_hundred(stage, fitted.stages[number - 1], found[-1], hundred)
        sd = stage.moments.sd * (100.0 / stage.design.span)
        u = estimates.weights / sd if fitted.options.variant == "standardized" else estimates.weights
        found.append(index_scores(index_weights(u, sd, stage.design, convention), hundred, stage.design))
    return found


def conventions(result: FittedModel) -> pd.DataFrame:
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
