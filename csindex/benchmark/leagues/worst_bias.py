"""Critical values that cover under the worst distribution of a bias with known moments (array functions)."""

from collections.abc import Callable

import numpy as np

from csindex.survey.stacks import Array

POINTS, HALVINGS = 81, 46


def worst_bias_critical(t: Array, kurtosis: Array, alpha: float) -> Array:
    """Return cva: the χ (m,) with sup P(|b + Z| > χ) = α over all distributions of a bias b, for Z standard normal.

    Armstrong, Kolesár & Plagborg-Møller (2022), equations 4 and 12.

    Parameters
    ----------
    t : (m,)
        Second moment of b. For an empirical-Bayes score with weight w it is 1/w - 1.
    kurtosis : (m,)
        Bound on E b⁴/(E b²)², at least 1; infinite for none.
    alpha : float
    """
    from scipy.special import ndtri

    z = -ndtri(alpha / 2)
    low = np.full(t.shape, z)
    # Chebyshev's inequality: P(|b| > x) ≤ t/x², so that more than this is never needed.
    high = z + np.sqrt(2 * t / alpha) + 5.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        covers = worst_noncoverage(t, kurtosis, middle) <= alpha
        low, high = np.where(covers, low, middle), np.where(covers, middle, high)
    return np.where(t > 0, high, z)


def worst_noncoverage(t: Array, kurtosis: Array, chi: Array) -> Array:
    """Return sup P(|b + Z| > χ) (m,) over the distributions of b² with mean t (m,) and bounded kurtosis (m,).

    Without a bound the worst b² is 0 or x, the tangent from 0 to the rejection probability, which is convex first and
    concave then. If this has too high a kurtosis, the worst b² has two points whose first two moments are as given.
    """
    value, kurtosis_of_worst = _tangent(t, chi)
    return np.where(kurtosis_of_worst <= kurtosis, value, _two_points(t, kurtosis, chi))


def _rejection(square: Array, chi: Array) -> Array:
    """Return P(|b + Z| > χ) for b² = `square`."""
    from scipy.special import ndtr

    b = np.sqrt(square)
    return np.asarray(ndtr(-chi - b) + ndtr(b - chi))


def _tangent(t: Array, chi: Array) -> tuple[Array, Array]:
    """Return the largest probability with b² at 0 or x ≥ t, and the kurtosis x/t of that distribution."""
    root, zero = np.sqrt(t), _rejection(np.zeros_like(t), chi)

    def value(x: Array) -> Array:
        share = np.divide(t[:, None], x, out=np.ones_like(x), where=x > 0)
        return (1 - share) * zero[:, None] + share * _rejection(x, chi[:, None])

    far = np.maximum(root, chi + 6.0)
    u = _best(lambda u: value((root[:, None] + u * (far - root)[:, None]) ** 2), len(t))
    x = (root + u * (far - root)) ** 2
    return value(x[:, None])[:, 0], np.divide(x, t, out=np.ones_like(t), where=t > 0)


def _two_points(t: Array, kurtosis: Array, chi: Array) -> Array:
    """Return the largest probability with b² at x0 < t or x1 > t, of mean t and variance (κ - 1)t²."""
    variance = np.where(np.isfinite(kurtosis), np.maximum(kurtosis - 1, 0.0), 0.0) * t**2

    def value(u: Array) -> Array:
        below = (1 - u) * t[:, None]
        total = below**2 + variance[:, None]
        share = np.divide(below**2, total, out=np.zeros_like(total), where=total > 0)
        above = np.divide(variance[:, None], below, out=np.zeros_like(below), where=below > 0)
        low, high = _rejection(t[:, None] - below, chi[:, None]), _rejection(t[:, None] + above, chi[:, None])
        return (1 - share) * low + share * high

    return value(_best(value, len(t))[:, None])[:, 0]


def _best(value: Callable[[Array], Array], count: int) -> Array:
    """Return where (m,) in [0, 1) the function of (m, points) is largest: a grid, and two finer ones around the best."""
    low, high = np.zeros(count), np.full(count, 1 - 1e-9)
    for _ in range(3):
        grid = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, POINTS)
        best = np.take_along_axis(grid, value(grid).argmax(axis=1)[:, None], axis=1)[:, 0]
        step = (high - low) / (POINTS - 1)
        low, high = np.maximum(best - step, 0.0), np.minimum(best + step, 1 - 1e-9)
    return best
