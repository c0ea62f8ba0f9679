"""Replicates of sums and differences of scores (array functions)."""

import numpy as np

from csindex.survey.stacks import Array


def compact(draws: Array) -> Array:
    """Return draws (U, R) of independent units with the failed ones last.

    Replicate r of one unit then goes with the r-th replicate of every other that did not fail, so that a sum over many
    units does not lose a replicate whenever one of them failed.
    """
    return np.take_along_axis(draws, np.argsort(np.isnan(draws), axis=1, kind="stable"), axis=1)


def side_by_side(estimate: Array, draws: Array, coefficients: Array) -> tuple[Array, Array]:
    """Return common replicates of independent members, in each of which one member alone departs from its estimate.

    Variances Σ c_r (replicate_r - estimate)² of independent members add up in this form, whatever is computed from the
    members; pairing their replicates by number would add products that do not vanish.

    Parameters
    ----------
    estimate : (G, M, q)
        NaN for members that are not there.
    draws : (G, M, R, q)
        NaN for failed replicates, which are taken to be like the others.
    coefficients : (G, M, R)

    Returns
    -------
    draws : (G, M, M·R, q)
    coefficients : (G, M·R)
    """
    G, M, R, q = draws.shape
    known = np.asarray(np.isfinite(draws).all(axis=-1))
    there = np.where(known, coefficients, 0.0).sum(axis=-1, keepdims=True)
    scale = np.divide(np.nansum(coefficients, axis=-1, keepdims=True), there, out=np.zeros_like(there), where=there > 0)
    c = np.where(known, coefficients * scale, 0.0)
    sound = np.where(known[..., None], draws, estimate[:, :, None])
    own = np.eye(M, dtype=np.bool_).reshape(1, M, M, 1, 1)
    out = np.where(own, sound[:, :, None], estimate[:, :, None, None])
    return out.reshape(G, M, M * R, q), c.reshape(G, M * R)


def weighted_sums(shares: Array, draws: Array) -> Array:
    """Return Σ_u a_u draws_u (A, R) from shares (A, U) and draws (U, R), NaN where a unit with a share has failed."""
    known = np.isfinite(draws)
    total = shares @ np.where(known, draws, 0.0)
    total[(shares > 0).astype(np.float64) @ ~known > 0] = np.nan
    return np.asarray(total)


def combined_degrees(degrees: Array, variance: Array, joint: bool) -> Array:
    """Return degrees of freedom (...) of the variance of a sum of members (..., M).

    Parameters
    ----------
    degrees, variance : (..., M)
        Of each term of the sum; NaN or a variance of 0 where there is no such term.
    joint : bool
        Whether the members are domains of one sample. The design that holds them all has at least the degrees of any of
        them; for independent members they are those of Satterthwaite (1946), (Σv)²/Σ(v²/degrees).
    """
    there = np.isfinite(variance) & (variance > 0) & ~np.isnan(degrees)
    if joint:
        return np.asarray(np.where(there, degrees, 1.0).max(axis=-1))
    v = np.where(there, variance, 0.0)
    below = (v**2 / np.where(there, degrees, np.inf)).sum(axis=-1)
    return np.asarray(np.divide(v.sum(axis=-1) ** 2, below, out=np.full(below.shape, np.inf), where=below > 0))


def bennet(mean_0: Array, mean_1: Array, weight_0: Array, weight_1: Array) -> tuple[Array, Array]:
    """Return the parts (...) of a change Σ w₁x₁ - Σ w₀x₀ that come from the means and from the weights (..., p).

    Σ ½(w₀+w₁)(x₁-x₀) + Σ ½(x₀+x₁)(w₁-w₀) is the change, exactly, and the same whichever wave comes first (Bennet 1920).
    """
    ratings = ((weight_0 + weight_1) / 2 * (mean_1 - mean_0)).sum(axis=-1)
    weights = ((mean_0 + mean_1) / 2 * (weight_1 - weight_0)).sum(axis=-1)
    return np.asarray(ratings), np.asarray(weights)
