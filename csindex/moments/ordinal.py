"""The door to thresholds: where the normal variables behind ordinal answers are cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import SurveyError
from csindex.messages import Message
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.moments.influence import influence
from csindex.moments.missing import POLICIES, ordinal_flags
from csindex.moments.polychoric import FAR, LEAST_PROBABILITY, Coded, binormal_cdf, thresholds_of
from csindex.options import choose, within
from csindex.stacks.layout import Array, packing
from csindex.survey.checks import ANY_SCALE, Codes
from csindex.survey.means import unit_means
from csindex.survey.survey import as_survey


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """An item's answers, and its own estimates.

    Attributes
    ----------
    code : (n,) int
        Categories, from 0.
    cut : (q - 1,)
        Thresholds.
    moved : (q - 1, q)
        dτ of an answer in each category.
    z : (n,)
        Answers less their mean, in standard deviations.
    """

    code: NDArray[np.intp]
    cut: Array
    moved: Array
    z: Array

    @classmethod
    def of(cls, x: Array, weights: Array) -> "Margin":
        """Return the margin of answers (n,) with weights (n,)."""
        coded = Coded.of(x, weights[:, None])
        cut, below = coded.thresholds[:, 0], np.cumsum(coded.shares[:-1], axis=0)
        at_most = np.arange(len(coded.values)) <= np.arange(len(cut))[:, None]
        moved = (at_most - below) / _density(cut)[:, None]
        return cls(coded.code, cut, moved, coded.standardized[coded.code, 0])


def ordinal_influence(x: Array, weights: Array, ordinal: NDArray[np.bool_], packed: Array) -> Array:
    """Return what each row adds to the errors of means and covariances (n, p + p(p+1)/2), as `influence` does.

    Parameters
    ----------
    x : (n, p)
        Complete answers.
    weights : (n,)
    ordinal : (p,) bool
    packed : (p(p+1)/2,)
        Covariances with polychoric and polyserial correlations; see `csindex.moments.polychoric.ordinal_moments`.
    """
    p = x.shape[1]
    out = influence(x, weights)
    rows, columns, place = packing(p)
    share = weights / weights.sum()
    # With n - 1 as divisor of the correlations' sampling covariance, as the errors of covariances have it.
    larger = np.sqrt(len(x) / (len(x) - 1))
    variance, moved = packed[place.diagonal()], out[:, p:][:, place.diagonal()]
    items = [Margin.of(x[:, i], weights) for i in range(p)]
    for pair in np.flatnonzero((rows != columns) & (ordinal[rows] | ordinal[columns])):
        # An ordinal item comes first.
        i, j = (rows[pair], columns[pair]) if ordinal[rows[pair]] else (columns[pair], rows[pair])
        sd = np.sqrt(variance[i] * variance[j])
        rho = float(packed[pair] / sd)
        of_pair = polychoric_influence if ordinal[j] else polyserial_influence
        of_scale = (moved[:, i] / variance[i] + moved[:, j] / variance[j]) / 2
        own = of_pair(items[i], items[j], rho, share) * share * larger
        out[:, p + pair] = own * sd + packed[pair] * of_scale
    return out


def polychoric_influence(one: Margin, other: Margin, rho: float, share: Array) -> Array:
    """Return dρ (n,) of each row, as if it were alone.

    Parameters
    ----------
    one, other : Margin
        Of two ordinal items.
    rho : float
        Their polychoric correlation.
    share : (n,)
        Weights that sum to 1.
    """
    from scipy.special import ndtr

    h, k, c = one.cut, other.cut, np.sqrt(1 - rho**2)
    q, r = len(h) + 1, len(k) + 1
    observed = np.bincount(one.code * r + other.code, share, q * r).reshape(q, r)
    corners = np.zeros((2, q + 1, r + 1))
    corners[0, 1:-1, 1:-1] = binormal_cdf(h[:, None, None], k[:, None], np.array([np.arcsin(rho)]))[..., 0]
    corners[0, 1:-1, -1], corners[0, -1, 1:-1], corners[0, -1, -1] = ndtr(h), ndtr(k), 1.0
    square = (h[:, None] ** 2 + k**2 - 2 * rho * h[:, None] * k) / c**2
    corners[1, 1:-1, 1:-1] = np.exp(-square / 2) / (2 * np.pi * c)
    cells, by_rho = np.diff(np.diff(corners, axis=1), axis=2)
    cells = np.maximum(cells, LEAST_PROBABILITY)
    score = by_rho / cells
    product = observed * score / cells
    table = score - _of_thresholds(one, k, rho, product)[:, None] - _of_thresholds(other, h, rho, product.T)
    return np.asarray((table / (observed * score**2).sum())[one.code, other.code])


def polyserial_influence(one: Margin, other: Margin, rho: float, share: Array) -> Array:
    """Return the same of an ordinal item and another, with its mean and variance beside the thresholds."""
    from scipy.special import ndtr

    z, c, bounds = other.z, np.sqrt(1 - rho**2), _bounds(one.cut)
    upper, lower = bounds[one.code + 1], bounds[one.code]
    ends = [(cut - rho * z) / c for cut in (upper, lower)]
    chance = np.maximum(ndtr(ends[0]) - ndtr(ends[1]), LEAST_PROBABILITY)
    top, bottom = (_density(u) / chance for u in ends)
    score = (top * (upper * rho - z) - bottom * (lower * rho - z)) / c**3
    weighted = share * score
    above, under = (np.bincount(one.code, weighted * end / c, len(bounds) - 1) for end in (top, bottom))
    of_thresholds = ((above[:-1] - under[1:]) @ one.moved)[one.code]
    # Scores by the mean and the variance, both in standard deviations, of the density of z and of the category given z.
    by_z = -rho / c * (top - bottom)
    by_mean, by_variance = z - by_z, (z**2 - 1 - by_z * z) / 2
    of_scale = (weighted @ by_mean) * z + (weighted @ by_variance) * (z**2 - 1)
    return np.asarray((score - of_thresholds - of_scale) / (weighted @ score))


def _of_thresholds(one: Margin, far: Array, rho: float, product: Array) -> Array:
    """Return B dτ (q,) of an answer in each category; `far` (r - 1,) are the other item's thresholds."""
    from scipy.special import ndtr

    within = np.diff(ndtr((_bounds(far) - rho * one.cut[:, None]) / np.sqrt(1 - rho**2)), axis=1)
    # A threshold is the upper end of one cell, and the lower end of the next.
    B = -(within * np.diff(product, axis=0)).sum(axis=1) * _density(one.cut)
    return np.asarray(B @ one.moved)


def _bounds(cut: Array) -> Array:
    return np.concatenate([[-FAR], cut, [FAR]])


def _density(z: Array) -> Array:
    """Return the standard normal density."""
    return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


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

    policy = POLICIES[choose("missing", missing, [name for name, one in POLICIES.items() if one.ordinal])]
    within("level", level, 0, 1, "0.95")
    survey = as_survey(data, weights=weights, by=by, missing_codes=missing_codes)
    chosen = items.items if isinstance(items, Model) else items
    asked = [item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in chosen]
    x, names = survey.values(asked), [item.name for item in asked]
    ordinal_flags(x, names, True)
    if policy.complete:
        x[np.isnan(x).any(axis=1)] = np.nan
    cuts = [(at, value) for at in range(len(names)) for value in np.unique(x[~np.isnan(x[:, at]), at])[:-1]]
    if not cuts:
        raise SurveyError(Message("moments.no_thresholds"))
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
