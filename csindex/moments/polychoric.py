"""Correlations of the normal variables behind ordinal answers: polychoric and polyserial, in two steps (array functions).

An ordinal answer is a standard normal variable cut at thresholds (Pearson 1900). First the thresholds of each item are
estimated from its own shares, then the correlation of each pair by maximum likelihood with the thresholds held fixed
(Olsson 1979; Olsson, Drasgow & Dorans 1982). Correlations are sought as angles θ, with sin θ = ρ: the derivative of the
bivariate normal distribution function by θ is exp(-(h² - 2hk sin θ + k²)/(2 cos² θ))/2π, without a pole at |ρ| = 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from csindex.moments.sums import complete_moments, complete_sums, pairwise_moments, present_sums
from csindex.stacks.layout import Array, packing

Ints = NDArray[np.intp]
Slopes = Callable[[Array, Ints], tuple[Array, Array]]
"""First and second derivative (t,) of the log-likelihood of the chosen replicates, at their angles (t,)."""

# A likelihood that still rises here has no maximum inside.
EXTREME, LARGEST = 0.9998, float(np.arcsin(0.9999))
# Newton's method squares the error in each round, so that what is left after a step of this length is 1e-9.
TOLERANCE = 1e-5
LONGEST_STEP = 0.4
MOST_ROUNDS = 100
# As good as infinite: the density is 0 there, and nothing overflows.
FAR = 38.0
LEAST_PROBABILITY = 1e-15
# How many nodes of the quadrature give 1e-12, by the largest |ρ|.
NODES = ((0.7, 8), (0.85, 12), (0.95, 20), (0.98, 24), (0.995, 32), (1.0, 96))


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """An item's answers as codes.

    Attributes
    ----------
    code : (n,) int
        From 0; -1 where the answer is missing.
    values : (q,)
        What the codes stand for.
    shares : (q, T)
    """

    code: Ints
    values: Array
    shares: Array

    @classmethod
    def of(cls, x: Array, weights: Array) -> "Coded":
        """Return the codes of answers (n,), NaN where missing, and their shares with weights (n, T)."""
        there = ~np.isnan(x)
        code = np.full(len(x), -1, dtype=np.intp)
        values, code[there] = np.unique(x[there], return_inverse=True)
        counts = _counts(code[there], weights[there])[1]
        return cls(code, values, counts / counts.sum(axis=0))

    @property
    def thresholds(self) -> Array:
        """(q - 1, T) where the normal variable behind the answers is cut."""
        return thresholds_of(self.shares)

    @property
    def standardized(self) -> Array:
        """(q, T) the values less their mean, in standard deviations."""
        gap = self.values[:, None] - self.values @ self.shares
        return np.asarray(gap / np.sqrt((self.shares * gap**2).sum(axis=0)))


def thresholds_of(shares: Array) -> Array:
    """Return thresholds (q - 1, ...) of categories with the given shares (q, ...)."""
    from scipy.special import ndtri

    return np.asarray(np.clip(ndtri(np.clip(np.cumsum(shares[:-1], axis=0), 0.0, 1.0)), -FAR, FAR))


def ordinal_moments(
    x: Array, weights: Array, ordinal: NDArray[np.bool_], start: tuple[Array, Array] | None = None
) -> tuple[Array, Array]:
    """Return means and covariances with polychoric correlations of ordinal items.

    Means and standard deviations are those of the answers as they are. Correlations are polychoric between two ordinal
    items, polyserial between an ordinal and another, and Pearson's else. Where answers are missing, thresholds and means
    are from all who answered the item, correlations from all who answered both.

    Parameters
    ----------
    x : (n, p)
        Shifted answers, NaN where one is missing.
    weights : (n, T)
    ordinal : (p,) bool
    start : (p,) and (p(p+1)/2,), optional
        Means and packed covariances of the sample, whose correlations the search begins with.

    Returns
    -------
    mean (p, T), cov (p(p+1)/2, T)
        Packed; NaN of a pair that nobody answered together, or whose likelihood rises up to a correlation of 1 or -1.
    """
    n, p = x.shape
    gaps = bool(np.isnan(x).any())
    add, to_moments = (present_sums, pairwise_moments) if gaps else (complete_sums, complete_moments)
    mean, cov = to_moments(add(x, weights), p, n)
    rows, columns, place = packing(p)
    sd = np.sqrt(cov[place.diagonal()])
    product = sd[rows] * sd[columns]
    known = cov / product
    if start is not None:
        own = np.sqrt(start[1][place.diagonal()])
        known += (start[1] / (own[rows] * own[columns]) - known.mean(axis=1))[:, None]
    items = [Coded.of(x[:, i], weights) for i in range(p)]
    cuts = [item.thresholds if ordinal[i] else item.standardized for i, item in enumerate(items)]
    for pair in np.flatnonzero((rows != columns) & (ordinal[rows] | ordinal[columns])):
        # An ordinal item comes first.
        i, j = (rows[pair], columns[pair]) if ordinal[rows[pair]] else (columns[pair], rows[pair])
        a, b, counts = _cells(items[i], items[j], weights)
        slopes = (_polychoric if ordinal[j] else _polyserial)(a, b, counts, cuts[i], cuts[j])
        angle = most_likely(slopes, np.arcsin(np.clip(np.nan_to_num(known[pair]), -0.99, 0.99)))
        sound = (counts.sum(axis=0) > 0) & (np.abs(np.sin(angle)) < EXTREME)
        cov[pair] = np.where(sound, np.sin(angle) * product[pair], np.nan)
    return mean, cov


def binormal_cdf(h: Array, k: Array, angle: Array) -> Array:
    """Return P(X < h, Y < k) of standard normal X and Y with the correlation sin(angle).

    By Gauss-Legendre quadrature of the derivative by the angle, from independence on (Drezner & Wesolowsky 1990).

    Parameters
    ----------
    h, k : (..., T)
        That can be broadcast.
    angle : (T,)
    """
    from scipy.special import ndtr

    half, product = (h**2 + k**2) / 2, h * k
    most = float(np.abs(np.sin(angle)).max(initial=0.0))
    nodes, weights = _quadrature(next(count for limit, count in NODES if most <= limit))
    total, term = np.zeros(product.shape), np.empty(product.shape)
    for node, weight in zip(nodes, weights, strict=True):
        t = angle * ((1 + node) / 2)
        np.multiply(product, np.sin(t), out=term)
        term -= half
        term *= 1 / np.cos(t) ** 2
        np.exp(term, out=term)
        term *= weight
        total += term
    return np.asarray(ndtr(h) * ndtr(k) + total * (angle / (4 * np.pi)))


@cache
def _quadrature(count: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(count)


def most_likely(slopes: Slopes, start: Array) -> Array:
    """Return the angles (T,) where the likelihood is largest: Newton's method, kept inside a bracket.

    NaN where the likelihood is not known.
    """
    angle = start.copy()
    low, high = np.full(len(start), -LARGEST), np.full(len(start), LARGEST)
    active = np.arange(len(start))
    for _ in range(MOST_ROUNDS):
        now = angle[active]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope, bend = slopes(now, active)
            step = np.where(bend < 0, -slope / bend, np.sign(slope) * LONGEST_STEP)
        low[active], high[active] = np.where(slope > 0, now, low[active]), np.where(slope < 0, now, high[active])
        new = now + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        middle = (low[active] + high[active]) / 2
        still = np.abs(step) > TOLERANCE
        new = np.where(still & ((new <= low[active]) | (new >= high[active])), middle, new)
        angle[active] = np.clip(new, -LARGEST, LARGEST)
        active = active[still & (np.abs(new - now) > TOLERANCE)]
        if not len(active):
            break
    return angle


def _cells(one: Coded, other: Coded, weights: Array) -> tuple[Ints, Ints, Array]:
    """Return the codes (c,) and (c,) of the cells of two items' table that are not empty, and their counts (c, T)."""
    both = np.flatnonzero((one.code >= 0) & (other.code >= 0))
    cell, counts = _counts(one.code[both] * len(other.values) + other.code[both], weights[both])
    a, b = np.divmod(cell, len(other.values))
    return a, b, counts


def _counts(code: Ints, weights: Array) -> tuple[Ints, Array]:
    """Return the codes that are met, and the sums of the weights (n, T) of each."""
    order = np.argsort(code, kind="stable")
    met, first = np.unique(code[order], return_index=True)
    return met, np.add.reduceat(weights[order], first, axis=0) if len(met) else np.zeros((0, weights.shape[1]))


def _polychoric(a: Ints, b: Ints, counts: Array, h: Array, k: Array) -> Slopes:
    """Return the slopes for a table's cells (a, b), between the thresholds h (q - 1, T) and k (r - 1, T)."""
    from scipy.special import ndtr

    def slopes(angle: Array, members: Ints) -> tuple[Array, Array]:
        x, y = h[:, None, members], k[None, :, members]
        product, s, c = x * y, np.sin(angle), np.cos(angle)
        square = (x**2 + y**2 - 2 * product * s) / c**2
        density = np.exp(-square / 2) / (2 * np.pi)
        corners = np.zeros((3, len(h) + 2, len(k) + 2, len(members)))
        corners[0, 1:-1, 1:-1] = binormal_cdf(x, y, angle)
        corners[0, 1:-1, -1], corners[0, -1, 1:-1], corners[0, -1, -1] = ndtr(x[:, 0]), ndtr(y[0]), 1.0
        corners[1, 1:-1, 1:-1] = density
        corners[2, 1:-1, 1:-1] = density * (product - square * s) / c
        inside = np.diff(np.diff(corners, axis=1), axis=2)[:, a, b]
        return _summed(inside, counts[:, members])

    return slopes


def _polyserial(a: Ints, b: Ints, counts: Array, h: Array, z: Array) -> Slopes:
    """Return the slopes for cells (a, b) of an ordinal item with thresholds h and another with standardized values z."""
    from scipy.special import ndtr

    edge = np.full((1, h.shape[1]), FAR)
    bounds = np.concatenate([-edge, h, edge])

    def slopes(angle: Array, members: Ints) -> tuple[Array, Array]:
        s, c, at = np.sin(angle), np.cos(angle), z[b][:, members]
        parts = []
        for cut in (bounds[a + 1][:, members], bounds[a][:, members]):
            u, turn = (cut - s * at) / c, cut * s - at
            first = turn / c**2
            density = np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
            parts.append([ndtr(u), density * first, density * ((cut + 2 * s * turn / c**2) / c - u * first**2)])
        return _summed(np.array(parts[0]) - np.array(parts[1]), counts[:, members])

    return slopes


def _summed(cells: Array, counts: Array) -> tuple[Array, Array]:
    """Return the log-likelihood's derivatives (t,), from the cells' probabilities and their derivatives (3, c, t)."""
    first, second = cells[1:] / np.maximum(cells[0], LEAST_PROBABILITY)
    return (counts * first).sum(axis=0), (counts * (second - first**2)).sum(axis=0)
