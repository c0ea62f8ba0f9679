"""Multipliers of case weights that make replicates of a survey (array functions).

A sampling unit (PSU) is a cluster, or a row where there are no clusters. PSUs are numbered stratum by stratum. A
multiplier says what a PSU's rows count in a replicate.
"""

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array

Ints = NDArray[np.intp]


def with_replacement(rng: np.random.Generator, size: int, draws: int, replicates: int) -> Ints:
    """Draw `draws` of `size` things with replacement, `replicates` times; return how often each came, (T, size)."""
    drawn = rng.integers(0, size, size=(replicates, draws), dtype=np.int64)
    return tally(drawn, size)


def tally(drawn: NDArray[np.int64], size: int) -> Ints:
    """Return how often each of `size` things is in each row of drawn (T, draws), as (T, size)."""
    replicates = len(drawn)
    places = drawn + np.arange(0, replicates * size, size, dtype=np.int64)[:, None]
    return np.bincount(places.ravel(), minlength=replicates * size).reshape(replicates, size)


def bootstrap(rng: np.random.Generator, n: int, replicates: int) -> Array:
    """Resample n rows with replacement (Efron 1979); return multipliers (n, T)."""
    return with_replacement(rng, n, n, replicates).T.astype(np.float64)


def nested_bootstrap(rng: np.random.Generator, counts: Array, inner: int) -> Array:
    """Resample each of T resamples `inner` times; return multipliers (n, T · inner), those of a resample together."""
    n, replicates = counts.shape
    rows = np.repeat(np.tile(np.arange(n), replicates), counts.T.ravel().astype(np.intp)).reshape(replicates, n)
    chosen = rng.integers(0, n, size=(replicates, inner, n), dtype=np.int64)
    drawn = np.take_along_axis(rows[:, None, :], chosen, axis=2).reshape(-1, n)
    return tally(drawn.astype(np.int64), n).T.astype(np.float64)


def rescaled_bootstrap(rng: np.random.Generator, stratum: Ints, fraction: Array, replicates: int) -> Array:
    """Resample PSUs within strata and rescale (Rao, Wu & Yue 1992).

    Of the m_h PSUs of a stratum m_h - 1 are drawn with replacement, r_i times each. A PSU then counts
    1 - λ_h + λ_h r_i m_h/(m_h - 1), with λ_h = √(1 - f_h) for a sampling fraction f_h.

    Parameters
    ----------
    rng : numpy.random.Generator
    stratum : (m,) int
        Of each PSU, sorted; every stratum has two or more, or was sampled completely.
    fraction : (m,)
        Share of its stratum's PSUs that was sampled; 0 for no finite population correction.
    replicates : int

    Returns
    -------
    (m, T)
    """
    _, sizes = np.unique(stratum, return_counts=True)
    drawn = np.concatenate([with_replacement(rng, int(m), int(m) - 1, replicates) for m in sizes], axis=1).T
    m = np.repeat(sizes, sizes)
    share = np.sqrt(1 - fraction)
    return np.asarray(1 - share[:, None] + (share * m / np.maximum(m - 1, 1))[:, None] * drawn)


def jackknife(stratum: Ints, fraction: Array, chosen: slice) -> tuple[Array, Array]:
    """Delete one PSU at a time; the others of its stratum make up for it (JKn).

    Returns
    -------
    multipliers (m, T), coefficients (T,)
        For the PSUs `chosen`: variance = Σ coefficient · (replicate - estimate)².
    """
    numbers = np.arange(len(stratum))
    _, inverse, sizes = np.unique(stratum, return_inverse=True, return_counts=True)
    m = sizes[inverse].astype(np.float64)
    gone = numbers[chosen]
    same = stratum[:, None] == stratum[gone]
    multipliers = np.where(same, (m / np.maximum(m - 1, 1))[:, None], 1.0)
    multipliers[gone, np.arange(len(gone))] = 0.0
    return multipliers, ((m - 1) / m * (1 - fraction))[gone]


def group_jackknife(group: Ints, groups: int, stratum: Ints, chosen: slice) -> tuple[Array, Array]:
    """Delete a group of PSUs at a time (Kott 2001), with his extension for strata of fewer PSUs than groups.

    Parameters
    ----------
    group : (m,) int
        Group of each PSU.
    groups : int
    stratum : (m,) int
    chosen : slice
        Of the groups.

    Returns
    -------
    multipliers (m, T), coefficients (T,)
    """
    _, inverse, sizes = np.unique(stratum, return_inverse=True, return_counts=True)
    m = sizes[inverse].astype(np.float64)[:, None]
    gone = np.arange(groups)[chosen]
    deleted = group[:, None] == gone
    lost = np.zeros((len(sizes), len(gone)))
    np.add.at(lost, inverse, deleted)
    lost = lost[inverse]
    with np.errstate(divide="ignore"):
        large = np.where(deleted, 0.0, m / (m - lost))
    z = np.sqrt(groups / ((groups - 1) * m * np.maximum(m - 1, 1)))
    small = np.where(lost > 0, np.where(deleted, 1 - (m - 1) * z, 1 + z), 1.0)
    return np.where(m >= groups, large, small), np.full(len(gone), (groups - 1) / groups)


def random_groups(rng: np.random.Generator, stratum: Ints, groups: int) -> Ints:
    """Put PSUs (m,) into groups at random, spread evenly over strata."""
    order = np.lexsort([rng.random(len(stratum)), stratum])
    group = np.empty(len(stratum), dtype=np.intp)
    group[order] = np.arange(len(stratum)) % groups
    return group


def parametric_moments(
    rng: np.random.Generator, mean: Array, cov: Array, n_eff: float, replicates: int
) -> tuple[Array, Array]:
    """Draw moments of normal samples: m* ~ N(m, S/n), S* ~ Wishart(S, n-1)/(n-1) by Bartlett's decomposition.

    Parameters
    ----------
    mean, cov : (p,), (p, p)
    n_eff : float
        More than p.

    Returns
    -------
    mean (T, p), cov (T, p, p)
    """
    p, df = len(mean), n_eff - 1
    values, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    low = np.tril(rng.standard_normal((replicates, p, p)), -1)
    diagonal = np.arange(p)
    low[:, diagonal, diagonal] = np.sqrt(rng.chisquare(df - diagonal, size=(replicates, p)))
    spread = root @ low
    drawn = mean + rng.standard_normal((replicates, p)) @ root.T / np.sqrt(n_eff)
    return drawn, spread @ np.swapaxes(spread, -1, -2) / df
