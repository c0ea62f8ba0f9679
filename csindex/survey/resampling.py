"""Row multiplicities of resampled surveys (array functions)."""

import numpy as np
from numpy.typing import NDArray

from csindex.survey.stacks import Array


def with_replacement(rng: np.random.Generator, size: int, draws: int, replicates: int) -> NDArray[np.intp]:
    """Draw `draws` of `size` things with replacement, `replicates` times; return how often each came, (T, size)."""
    drawn = rng.integers(0, size, size=(replicates, draws), dtype=np.int64)
    drawn += np.arange(0, replicates * size, size, dtype=np.int64)[:, None]
    return np.bincount(drawn.ravel(), minlength=replicates * size).reshape(replicates, size)


def bootstrap(rng: np.random.Generator, stratum: NDArray[np.intp], replicates: int) -> Array:
    """Resample rows within strata (Efron 1979).

    Parameters
    ----------
    rng : numpy.random.Generator
    stratum : (n,) int
        Sorted.
    replicates : int

    Returns
    -------
    (n, T)
        How often each row occurs in each replicate.
    """
    _, sizes = np.unique(stratum, return_counts=True)
    parts = [with_replacement(rng, int(size), int(size), replicates) for size in sizes]
    return np.concatenate(parts, axis=1).T.astype(np.float64)


def rescaled_bootstrap(
    rng: np.random.Generator, stratum: NDArray[np.intp], cluster: NDArray[np.intp], replicates: int
) -> Array:
    """Resample whole clusters within strata and rescale (Rao, Wu & Yue 1992).

    Of the m_h clusters of a stratum m_h - 1 are drawn with replacement; their rows count m_h/(m_h - 1) times as often
    as they were drawn.

    Parameters
    ----------
    rng : numpy.random.Generator
    stratum, cluster : (n,) int
        Sorted by stratum, then cluster; every stratum has at least two clusters.
    replicates : int

    Returns
    -------
    (n, T)
    """
    first = np.flatnonzero(np.r_[True, (np.diff(stratum) != 0) | (np.diff(cluster) != 0)])
    number = np.cumsum(np.isin(np.arange(len(stratum)), first)) - 1
    _, sizes = np.unique(stratum[first], return_counts=True)
    parts = [with_replacement(rng, int(m), int(m) - 1, replicates) * (m / (m - 1)) for m in sizes]
    return np.asarray(np.concatenate(parts, axis=1).T[number], dtype=np.float64)


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
