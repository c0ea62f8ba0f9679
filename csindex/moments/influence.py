"""The sampling covariance of means and covariances from rows, whatever the answers' distribution (array functions)."""

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array, packing
from csindex.survey.design import Sampling


def influence(x: Array, weights: Array) -> Array:
    """Return what each row adds to the errors of means and covariances, (n, p + p(p+1)/2).

    Row i adds ω_i(x_i - m)/Σω to the mean, and ω_i[(x_i - m)(x_i - m)'n/(n - 1) - S]/Σω to the covariances (packed).
    """
    share = (weights / weights.sum())[:, None]
    gap = x - (share * x).sum(axis=0)
    rows, columns, _ = packing(x.shape[1])
    square = gap[:, rows] * gap[:, columns] * (len(x) / (len(x) - 1))
    return np.concatenate([gap * share, (square - (share * square).sum(axis=0)) * share], axis=1)


def sampling_covariance(u: Array, sampling: Sampling | None = None, psu: NDArray[np.intp] | None = None) -> Array:
    """Return the covariance (t, t) of a sum of contributions u_i.

    Without a design Σu_iu_i' over rows, as Huber-White standard errors have it; with one the ultimate-cluster estimator
    Σ_h (1 - f_h) C_h/(C_h - 1) Σ_c (U_hc - Ū_h)(U_hc - Ū_h)' (Binder 1983).

    Parameters
    ----------
    u : (n, t)
        What each row adds; see `influence`.
    sampling : Sampling, optional
    psu : (n,) int
        Sampling unit of each row.
    """
    if sampling is None or psu is None:
        return np.asarray(u.T @ u)
    total = np.zeros((len(sampling.stratum), u.shape[1]))
    np.add.at(total, psu, u)
    first = np.flatnonzero(np.diff(sampling.stratum, prepend=-1))
    size = np.diff(first, append=len(total))
    centred = total - np.repeat(np.add.reduceat(total, first, axis=0) / size[:, None], size, axis=0)
    factor = np.where(size > 1, (1 - sampling.fraction[first]) * size / np.maximum(size - 1, 1), 0.0)
    return np.asarray((centred * np.repeat(factor, size)[:, None]).T @ centred)


def factor_of(covariance: Array) -> Array:
    """Return L (t, d) with LL' = a covariance (t, t), without directions in which nothing varies."""
    scale = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    values, vectors = np.linalg.eigh(covariance / scale[:, None] / scale)
    kept = values > 1e-12 * values[-1]
    return np.asarray(vectors[:, kept] * np.sqrt(values[kept]) * scale[:, None])
