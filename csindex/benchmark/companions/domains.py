"""Means of units with linearised variances, all units at once, and intervals of shares (array functions)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from csindex.survey.sampling import Sampling
from csindex.survey.stacks import Array

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class DomainMeans:
    """Means of q columns in U units.

    Attributes
    ----------
    mean, se : (U, q)
        Standard errors are NaN where only one sampling unit gave answers.
    n : (U, q)
        Answers with a weight, or trials.
    n_eff : (U, q)
        n over the design effect: the variance of a simple random sample of n over that of the mean, times n.
    kish : (U, q)
        (Σw)²/Σw²: the effective number of answers as far as weights go.
    df : (U, q)
        Sampling units less strata, of those with answers.
    """

    mean: Array
    se: Array
    n: Array
    n_eff: Array
    kish: Array
    df: Array


def domain_means(
    x: Array,
    weights: Array,
    own: Array,
    counts: NDArray[np.bool_],
    unit: Ints,
    units: int,
    sampling: Sampling | None,
) -> DomainMeans:
    """Return weighted means with ultimate-cluster variances (Woodruff 1971; Wolter 2007, ch. 6).

    With u_i = w_i (x_i - m)/Σw and U_hc the sum of a unit's u over sampling unit c of stratum h, of which C_h were
    drawn, V = Σ_h (1 - f_h) C_h/(C_h - 1) [Σ_c U_hc² - (Σ_c U_hc)²/C_h]. Without a design each unit is a sample of
    its own, and rows are the sampling units.

    Parameters
    ----------
    x : (n, q)
        NaN where an answer is missing.
    weights : (n,)
    own : (n, q)
        Of how many answers each x is the mean: 1, or the number of trials; NaN or 0 where there is none.
    counts : (q,) bool
        Whether x is the percentage of such trials.
    unit : (n,) int
    units : int
    sampling : Sampling or None
    """
    trials = np.nan_to_num(own)
    counted = ~np.isnan(x) & (weights[:, None] * trials > 0)
    trials = np.where(counted, trials, 0.0)
    w = weights[:, None] * trials
    total, n, rows = _sums(unit, w, units), _sums(unit, trials, units), _sums(unit, counted, units)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _sums(unit, np.where(counted, w * x, 0.0), units) / total
        gap = np.where(counted, x - mean[unit], 0.0)
        u = np.where(counted, w * gap / total[unit], 0.0)
        simple = np.where(counts, mean * (100 - mean), _sums(unit, w * gap**2, units) / total) / (n - 1)
        if sampling is not None:
            variance, df = _between(u, counted, unit, units, sampling)
        else:
            variance, df = rows / (rows - 1) * _sums(unit, u**2, units), rows - 1
            if np.ptp(weights) == 0:
                variance = np.where(counts, simple, variance)
        kish = total**2 / _sums(unit, weights[:, None] * w, units)
        return DomainMeans(mean, np.sqrt(variance), n, n * simple / variance, kish, df)


def _between(u: Array, counted: NDArray[np.bool_], unit: Ints, units: int, sampling: Sampling) -> tuple[Array, Array]:
    """Return variance and degrees of freedom (U, q) from the sums of u within sampling units."""
    m, strata = len(sampling.stratum), int(sampling.stratum.max()) + 1
    cells, inverse = np.unique(unit * m + sampling.psu, return_inverse=True)
    owner, psu = np.divmod(cells, m)
    stratum = sampling.stratum[psu]
    size = np.bincount(sampling.stratum, minlength=strata)[stratum][:, None]
    f = sampling.fraction[psu][:, None]
    factor = np.where(f < 1, (1 - f) * size / np.maximum(1, size - 1), 0.0)
    sums, held = _sums(inverse, u, len(cells)), _sums(inverse, counted, len(cells)) > 0
    layers, layer = np.unique(owner * strata + stratum, return_inverse=True)
    mean = _sums(layer, sums, len(layers))[layer] / size
    # Σ(U - Ū)² over the C_h sampling units is Σ U(U - Ū) over those with rows: the others have U = 0.
    variance = _sums(owner, factor * sums * (sums - mean), units)
    there = _sums(owner, held, units)
    filled = _sums(layer, held, len(layers)) > 0
    first = np.divmod(layers, strata)[0]
    alone = (there == 1) & (_sums(owner, held & (f < 1), units) > 0)
    return np.where(alone, np.nan, np.maximum(variance, 0.0)), there - _sums(first, filled, units)


def replicate_errors(x: Array, weights: Array, given: Array, coefficients: Array, ends: Ints, mean: Array) -> Array:
    """Return standard errors (U, q) of weighted means from supplied replicate weights.

    Parameters
    ----------
    x : (n, q)
    weights : (n, q)
        What rows count besides their case weight.
    given, coefficients : (n, R), (R,)
    ends : (U + 1,) int
        First row of each unit, then n.
    mean : (U, q)
    """
    counted = ~np.isnan(x)
    square = np.empty_like(mean)
    for unit, (first, end) in enumerate(pairwise(ends.tolist())):
        rows = slice(first, end)
        base = np.where(counted[rows], weights[rows], 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = given[rows].T @ (base * np.where(counted[rows], x[rows], 0.0)) / (given[rows].T @ base)
        square[unit] = coefficients @ (drawn - mean[unit]) ** 2
    return np.sqrt(square)


def effective(share: Array, found: DomainMeans, level: float, designed: bool) -> tuple[Array, NDArray[np.bool_]]:
    """Return the number of answers (U, q) that intervals of shares are reckoned with, and where it is Kish's.

    n over the design effect, times (t of n - 1 over t of df degrees of freedom)² with a design (Korn & Graubard 1998); at
    most n. Where all answers are the same, or one sampling unit gave all, the variance tells nothing, and Kish's number
    stands in.
    """
    from scipy.special import stdtrit

    known = np.isfinite(found.n_eff) & (share > 0) & (share < 1)
    ratio: Array = np.ones(share.shape)
    if designed:
        tail = (1 + level) / 2
        ratio = np.asarray(
            (stdtrit(np.maximum(found.n - 1, 1), tail) / stdtrit(np.maximum(found.df, 1), tail)) ** 2, np.float64
        )
    return np.minimum(np.where(known, found.n_eff * ratio, found.kish), found.n), ~known


def wilson(share: Array, n: Array, level: float) -> tuple[Array, Array]:
    """Return the ends of Wilson's (1927) score interval of shares, all arrays of one shape; NaN where n is 0."""
    from statsmodels.stats.proportion import proportion_confint

    safe = np.where(n > 0, n, 1.0)
    low, high = proportion_confint(np.nan_to_num(share) * safe, safe, alpha=1 - level, method="wilson")
    # At 0 and 1 rounding errors would leave the estimate a hair outside.
    low, high = np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high)
    return tuple(np.where((n > 0) & np.isfinite(share), end, np.nan) for end in (low, high))  # type: ignore[return-value]


def hybrid(first: tuple[Array, Array, Array], second: tuple[Array, Array, Array], r: Array) -> tuple[Array, Array]:
    """Return the ends of an interval of the difference first - second, from (estimate, lower, upper) of each.

    Newcombe's (1998) hybrid score interval where the ends are Wilson's and the estimates independent (r = 0); Zou & Donner
    (2008) for other ends, with the correlation r of the estimates.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second

    def reach(x: Array, y: Array) -> Array:
        return np.sqrt(np.maximum(x**2 - 2 * r * x * y + y**2, 0.0))

    return a - b - reach(a - a_low, b_high - b), a - b + reach(a_high - a, b - b_low)


def _sums(codes: Ints, x: NDArray[np.bool_] | Array, count: int) -> Array:
    """Return the sums (count, q) of x (n, q) over rows of each code."""
    return np.stack([np.bincount(codes, column, count) for column in x.T], axis=1)
