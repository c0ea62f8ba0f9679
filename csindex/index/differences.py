"""Differences of scores: one test, and intervals that agree with it (array functions)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.index.logit_scores import LogitScores, expit
from csindex.stacks.layout import Array

Ints = NDArray[np.intp]
Curve = Callable[[Array], Array]
BARELY = 1e-9


@dataclass(frozen=True, slots=True)
class Pair:
    """Two estimates a and b on the scale on which they are compared; all arrays broadcast.

    Attributes
    ----------
    a, b : (...)
    variance_a, variance_b, covariance : (...)
    gap : (...)
        The published difference.
    degrees : (...)
        Of the variance of a - b.
    """

    a: Array
    b: Array
    variance_a: Array
    variance_b: Array
    covariance: Array
    gap: Array
    degrees: Array

    @property
    def error(self) -> Array:
        """(...) standard error of a - b, 0 where the two are the same in every replicate."""
        total = self.variance_a + self.variance_b
        square = total - 2 * self.covariance
        # What is left of two estimates that are the same in every replicate is rounding error, not a standard error.
        return np.sqrt(np.where(square < 1e-12 * total, 0.0, square))

    @property
    def z(self) -> Array:
        """(...) Student's t of a - b as the normal z of the same tail; 0 where its sign is not that of the gap."""
        error = self.error
        difference = self.a - self.b
        t = np.divide(difference, error, out=np.zeros(np.shape(difference)), where=error > 0)
        z = normal_of(t, self.degrees)
        return np.where(np.isnan(t), np.nan, np.where(z * self.gap > 0, z, 0.0))


def pairs_of(scores: LogitScores, first: Ints, second: Ints) -> Pair:
    """Return pairs of units (P,), the first less the second."""
    va, vb, da, db = (x[at] for x in (scores.variance, scores.degrees) for at in (first, second))
    return Pair(
        scores.value[first],
        scores.value[second],
        va,
        vb,
        scores.covariances(first, second),
        scores.score[first] - scores.score[second],
        np.minimum(da, db) if scores.joint else welch_degrees(va, da, vb, db),
    )


def all_pairs(scores: LogitScores) -> Pair:
    """Return all pairs of units (U, U), that of the row less that of the column."""
    v, d = scores.variance, scores.degrees
    return Pair(
        scores.value[:, None],
        scores.value,
        v[:, None],
        v,
        scores.covariance,
        scores.score[:, None] - scores.score,
        np.minimum(d[:, None], d) if scores.joint else welch_degrees(v[:, None], d[:, None], v, d),
    )


def welch_degrees(variance_a: Array, degrees_a: Array, variance_b: Array, degrees_b: Array) -> Array:
    """Return the degrees of freedom (...) of the sum of two independent variances (Welch 1938)."""
    below = variance_a**2 / degrees_a + variance_b**2 / degrees_b
    total = (variance_a + variance_b) ** 2
    return np.asarray(np.divide(total, below, out=np.full(np.shape(total), np.inf), where=below > 0))


def normal_of(t: Array, degrees: Array) -> Array:
    """Return the normal z (...) with the tail of Student's t (...)."""
    from scipy.special import ndtri, stdtr

    few = np.isfinite(degrees) & (degrees < 1e6)
    tail = np.maximum(stdtr(np.where(few, degrees, 1.0), -np.abs(t)), 1e-300)
    return np.asarray(np.where(few, -np.sign(t) * ndtri(tail), t))


def student_of(z: Array | float, degrees: Array) -> Array:
    """Return Student's t (...) with the tail of the normal z > 0 (...)."""
    from scipy.special import ndtr, stdtrit

    few = np.isfinite(degrees) & (degrees < 1e6)
    return np.asarray(np.where(few, -stdtrit(np.where(few, degrees, 1.0), ndtr(-np.asarray(z))), z))


def two_sided(z: Array) -> Array:
    """Return the two-sided p-values (...) of normal z."""
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(z)))


@dataclass(frozen=True, slots=True)
class Scale:
    """From the scale of a test to the published one.

    Attributes
    ----------
    back, slope : function of (...) to (...)
        The published value, rising, and its slope.
    width : float or array that broadcasts
        Of the published scale: no difference is larger.
    """

    back: Curve
    slope: Curve
    width: Array | float


def _points_slope(x: Array) -> Array:
    p = expit(x)
    return np.asarray(100 * p * (1 - p))


POINTS = Scale(lambda x: 100 * expit(x), _points_slope, 100.0)


def gap_limits(pair: Pair, z: Array | float, scale: Scale = POINTS) -> tuple[Array, Array]:
    """Return an interval (...) of the published gap, which leaves out 0 exactly where the pair's |z| is above `z`.

    With weights that make them independent, a - b = D and M = w_b a + w_a b lead to the gap back(M + w_a D) -
    back(M - w_b D). D moves by its critical value with M held, which is the test; what M itself leaves open is added as
    a square (Zou & Donner 2008), and is nothing where the end is at no difference.

    Parameters
    ----------
    pair : Pair
    z : (...)
        Normal critical value, at once for all or for each.
    scale : Scale
    """
    error = pair.error
    square = np.maximum(error**2, 1e-18)
    wa, wb = (pair.variance_a - pair.covariance) / square, (pair.variance_b - pair.covariance) / square
    D, M = pair.a - pair.b, wb * pair.a + wa * pair.b
    free = wb**2 * pair.variance_a + wa**2 * pair.variance_b + 2 * wa * wb * pair.covariance
    reach = student_of(z, pair.degrees)
    ends = []
    for sign in (-1.0, 1.0):
        x = D + sign * reach * error
        a, b = M + wa * x, M - wb * x
        far = np.maximum(sign * (scale.back(a) - scale.back(b) - pair.gap), 0.0)
        rest = reach * np.sqrt(np.maximum(free, 0.0)) * (scale.slope(a) - scale.slope(b))
        ends.append(pair.gap + sign * np.hypot(far, rest))
    lower, upper = np.maximum(ends[0], -scale.width), np.minimum(ends[1], scale.width)
    apart = np.abs(pair.z) > z
    lower = np.where(apart & (pair.gap > 0), np.maximum(lower, BARELY), np.where(apart, lower, np.minimum(lower, 0)))
    upper = np.where(apart & (pair.gap < 0), np.minimum(upper, -BARELY), np.where(apart, upper, np.maximum(upper, 0)))
    same = (error == 0) & np.isfinite(pair.gap)
    return np.where(same, pair.gap, lower), np.where(same, pair.gap, upper)


def critical_z(level: float) -> float:
    """Return the two-sided normal critical value."""
    from scipy.special import ndtri

    return float(-ndtri((1 - level) / 2))
