"""Exact moments of normal variables that have been cut into answer categories (array functions)."""

import numpy as np
from scipy.special import ndtr

from csindex.survey.stacks import Array

TERMS = 600


def cut_moments(cuts: Array, steps: Array, mean: Array, cov: Array) -> tuple[Array, Array]:
    """Return means (p,) and covariances (p, p) of answers y_i = step_i · #{c : x_i > cut_ic} to normal x.

    The covariance of two cut variables with correlation ρ is Σ a_n b_n ρⁿ over n >= 1, where a_n and b_n are their
    coefficients in Hermite polynomials (Mehler's formula).

    Parameters
    ----------
    cuts : (p, q)
        Cuts between the categories, padded with +inf.
    steps : (p,)
        Distance of neighbouring categories.
    mean, cov : (p,), (p, p)
        Of x.
    """
    sd = np.sqrt(np.diag(cov))
    z = (cuts - mean[:, None]) / sd[:, None]
    above = ndtr(-z)
    expected = steps * above.sum(axis=1)
    ranks = 2 * np.arange(1, cuts.shape[1] + 1) - 1
    variance = steps**2 * (above * ranks).sum(axis=1) - expected**2
    a = steps[:, None] * _coefficients(z)
    correlation = cov / np.outer(sd, sd)
    out = np.zeros_like(cov)
    for n in range(a.shape[1] - 1, -1, -1):
        out = correlation * (out + np.outer(a[:, n], a[:, n]))
    np.fill_diagonal(out, variance)
    return expected, out


def _coefficients(z: Array) -> Array:
    """Return Σ_c φ(z_c) h_{n-1}(z_c)/√n (p, TERMS) with orthonormal Hermite polynomials h, for n = 1, 2, ..."""
    finite = np.where(np.isfinite(z), z, 0.0)
    density = np.where(np.isfinite(z), np.exp(-(finite**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    before, now = np.zeros_like(finite), density
    out = np.empty((len(z), TERMS))
    for n in range(1, TERMS + 1):
        out[:, n - 1] = now.sum(axis=1) / np.sqrt(n)
        before, now = now, (finite * now - np.sqrt(n - 1) * before) / np.sqrt(n)
    return out
