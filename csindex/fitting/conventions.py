"""The index by every convention."""

import pandas as pd

from csindex.fitting.estimates import Estimates
from csindex.fitting.result import Fit
from csindex.index.scores import index_scores, index_weights, to_hundred
from csindex.model.design import Design
from csindex.options import Convention, Options
from csindex.survey.moments import Moments
from csindex.survey.stacks import Array

CONVENTIONS: tuple[Convention, ...] = ("fornell", "standardized", "equal")


def all_conventions(estimates: Estimates, moments: Moments, design: Design, options: Options) -> dict[str, Array]:
    """Return the index (U, k) by each convention, from moments (U, p) on the questions' scales."""
    mean = to_hundred(moments.mean, design)
    sd = moments.sd * (100.0 / design.span)
    u = estimates.weights / sd if options.variant == "standardized" else estimates.weights
    return {name: index_scores(index_weights(u, sd, design, name), mean, design) for name in CONVENTIONS}


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
    indices = all_conventions(result.estimates, result.moments, result.design, result.options)
    names = result.model.construct_names
    units, count = result.units, len(result.estimates.index)
    columns: dict[str, object] = {}
    if units is not None:
        columns |= {str(name): units[name].repeat(len(names)).array for name in units.columns}
    columns["construct"] = list(names) * count
    return pd.DataFrame({**columns, **{name: values.ravel() for name, values in indices.items()}})
