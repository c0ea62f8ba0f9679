"""What each row adds to the errors of polychoric and polyserial correlations (array functions).

A correlation is found with thresholds, means and variances held at their own estimates, so its error has a part of its own
and parts of theirs (Muthén 1984; Jöreskog 1994): dρ = (s_ρ - B dτ)/A, with A the mean square of the scores s_ρ by which a
pair's log-likelihood rises with ρ, and B the mean product with its scores by thresholds, means and variances.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.survey.polychoric import FAR, LEAST_PROBABILITY, Coded, binormal_cdf
from csindex.survey.sandwich import influence
from csindex.survey.stacks import Array, packing


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
        Covariances with polychoric and polyserial correlations; see `csindex.survey.polychoric.ordinal_moments`.
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
