"""The door to thresholds: where the normal variables behind ordinal answers are cut."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from csindex.errors import SurveyError
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.options import choose, within
from csindex.survey.checks import ANY_SCALE, Codes
from csindex.survey.making import ordinal_flags
from csindex.survey.means import unit_means
from csindex.survey.polychoric import FAR, thresholds_of
from csindex.survey.survey import as_survey


def thresholds(
    data: Any,
    items: Model | Sequence[Item | str],
    *,
    weights: str | ArrayLike | None = None,
    by: str | Sequence[str] | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    missing_codes: Codes | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the thresholds of ordinal items, on which polychoric correlations rest.

    An ordinal answer is thought of as a standard normal variable that is cut at thresholds (Olsson 1979); these are normal
    quantiles of the shares of answers up to each category.

    Parameters
    ----------
    data : data frame or Survey
    items : Model, or sequence of Item or str
    weights, by, missing_codes
        See `Survey`.
    missing : {"listwise", "pairwise"}
        From the rows that answer all items, or from all who answered the item; as in the fit.
    level : float
        Of the intervals.

    Returns
    -------
    data frame
        Unit columns, ``item, category, share, estimate, se, lower, upper``: a row for the threshold above each category but
        the highest, with the share of answers in this category or a lower one. Errors are those of the shares under the
        sampling design (see `means`), by the delta method. NaN where a unit has no answers on one side.

    Raises
    ------
    SurveyError
        See `Survey.answers`; also an item with more than 20 different answers, or where all items have one only.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> csi.thresholds(pd.DataFrame({"q": [1, 2, 2, 3]}), ["q"]).estimate.round(3).tolist()
    [-0.674, 0.674]
    """
    from scipy.special import stdtrit

    choose("missing", missing, ["listwise", "pairwise"])
    within("level", level, 0, 1, "0.95")
    survey = as_survey(data, weights=weights, by=by, missing_codes=missing_codes)
    chosen = items.items if isinstance(items, Model) else items
    asked = [item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in chosen]
    x, names = survey.values(asked), [item.name for item in asked]
    ordinal_flags(x, names, True)
    if missing == "listwise":
        x[np.isnan(x).any(axis=1)] = np.nan
    cuts = [(at, value) for at in range(len(names)) for value in np.unique(x[~np.isnan(x[:, at]), at])[:-1]]
    if not cuts:
        raise SurveyError("no item has two different answers in the rows that are used, so there is nothing to cut.")
    below = np.column_stack([np.where(np.isnan(x[:, at]), np.nan, x[:, at] <= value) for at, value in cuts])
    columns = {"item": [names[at] for at, _ in cuts], "category": [value for _, value in cuts]}
    rows = []
    for labels, share, share_se, numbers in unit_means(survey, below):
        cut = thresholds_of(np.stack([share, 1 - share]))[0]
        cut[np.abs(cut) == FAR] = np.nan
        se = share_se * np.sqrt(2 * np.pi) * np.exp(cut**2 / 2)
        reach = stdtrit(numbers["df"], (1 + level) / 2) * se
        spread = {"estimate": cut, "se": se, "lower": cut - reach, "upper": cut + reach}
        rows.append(pd.DataFrame({**labels, **columns, "share": share, **spread}))
    return pd.concat(rows, ignore_index=True)
