"""The door to design-based means: no model, no replicates."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError
from csindex.model.parts import Item
from csindex.survey.checks import ANY_SCALE
from csindex.survey.linearized import linearized_mean
from csindex.survey.stacks import Array
from csindex.survey.survey import Survey


def means(survey: Survey, columns: Sequence[str | Item], *, level: float = 0.95) -> pd.DataFrame:
    """Return weighted means with standard errors from the sampling design.

    Parameters
    ----------
    survey : Survey
        Without strata and clusters its rows are a simple random sample with unequal weights.
    columns : sequence of str or Item
        Questions; where an Item gives the scale, answers are checked against it.
    level : float
        Of the intervals, which are those of Student's t with PSUs less strata degrees of freedom.

    Returns
    -------
    data frame
        Unit columns, ``item, n, n_eff, deff, df, estimate, se, lower, upper``. Standard errors are linearised (Woodruff
        1971; ultimate clusters within strata); units are domains of the sample. With supplied replicate weights they
        come from these. Raked weights are taken as given, which is a little pessimistic; a fit rakes each replicate.

    Raises
    ------
    SurveyError
        See `Survey.answers`.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> survey = csi.Survey(pd.DataFrame({"q": [1.0, 2, 4, 5], "region": [1, 1, 2, 2]}), strata="region")
    >>> csi.means(survey, ["q"]).se.round(3)[0]
    np.float64(0.354)
    """
    from scipy.special import stdtrit

    if not 0 < level < 1:
        raise OptionError(f"level={level!r} must lie between 0 and 1, e.g. 0.95.")
    items = [item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in columns]
    rows = []
    for labels, mean, se, numbers in unit_means(survey, survey.values(items)):
        reach = stdtrit(numbers["df"], (1 + level) / 2) * se
        numbers |= {"estimate": mean, "se": se, "lower": mean - reach, "upper": mean + reach}
        rows.append(pd.DataFrame({**labels, "item": [item.name for item in items], **numbers}))
    return pd.concat(rows, ignore_index=True)


def unit_means(survey: Survey, x: Array) -> Iterator[tuple[dict[Any, Any], Array, Array, dict[str, Any]]]:
    """Yield each unit's labels, the means (q,) of numbers x (n, q), their standard errors, and ``n, n_eff, deff, df``."""
    weights, units = survey.final_weights(), survey.units()
    design, unit_of = survey.design_codes(weights), survey.unit_codes()
    for unit in range(1 if units is None else len(units)):
        inside = None if units is None else unit_of == unit
        found = linearized_mean(x, weights, *design, domain=inside)
        se, df, deff = found.se, found.df.astype(np.float64), found.deff
        if survey.replicate_weights is not None:
            se, df = _replicate_errors(survey, x, found.mean, inside)
            deff = deff * (se / found.se) ** 2
        labels: dict[Any, Any] = {} if units is None else units.iloc[unit].to_dict()
        yield labels, found.mean, se, {"n": found.n, "n_eff": found.n / deff, "deff": deff, "df": df}


def _replicate_errors(survey: Survey, x: Array, mean: Array, inside: Array | None) -> tuple[Array, Array]:
    """Return standard errors (q,) from supplied replicate weights, and their degrees of freedom."""
    given, coefficients = survey.supplied()
    answered = ~np.isnan(x) if inside is None else ~np.isnan(x) & inside[:, None].astype(bool)
    weighted = given.T @ np.where(answered, x, 0.0) / (given.T @ answered)
    return np.sqrt(coefficients @ (weighted - mean) ** 2), np.full(len(mean), given.shape[1] - 1.0)
