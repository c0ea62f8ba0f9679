"""How far the correlations that a model implies are from the observed ones (array functions).

Symbols: R (m, p, p) correlations of the items, reversed ones turned round; Σ (m, p, p) correlations that the model implies;
φ (m, p) eigenvalues of R⁻¹Σ; C (m, k, k) correlations of the constructs; λ (m, p) loadings.
"""

import numpy as np
from numpy.typing import NDArray

from csindex.assessment.distance import between_items, implied_constructs, items_from
from csindex.assessment.quality.scope import Scope
from csindex.estimation.pls import proxy_covariances
from csindex.fitting.estimates import Estimates
from csindex.fitting.factors import implied_correlations
from csindex.model.design import Design
from csindex.survey.stacks import Array

MODELS = ("saturated", "estimated")
MEASURES = ("srmr", "d_uls", "d_g", "nfi")
DEFINITE_ABOVE = 1e-10


def implied(estimates: Estimates, R: Array, scope: Scope) -> tuple[Array, Array]:
    """Return Σ of the saturated model, whose constructs correlate freely, and of the estimated one.

    That of a covariance structure model follows from its parameters; its saturated model has others, and is NaN here.
    """
    if estimates.theta.shape[-1]:
        sigma = implied_correlations(estimates, scope.design, scope.result.options)
        return np.full_like(sigma, np.nan), sigma
    design = scope.design
    V = implied_constructs(estimates.correlations, estimates.paths, estimates.r2, design)
    loadings = estimates.loadings
    return (
        items_from(estimates.correlations, loadings, R, design, scope.common),
        items_from(V, loadings, R, design, scope.common),
    )


@np.errstate(invalid="ignore", divide="ignore")
def fit_measures(R: Array, models: tuple[Array, ...]) -> Array:
    """Return SRMR, d_ULS, d_G and NFI of each Σ, side by side as (m, 4 · models).

    SRMR = √(Σ_{i≤j}(r-σ)²/(p(p+1)/2)); d_ULS = ½ Σ(r-σ)²; d_G = ½ Σ(ln φ)² (Dijkstra & Henseler 2015); NFI = 1 - F/F₀
    (Bentler & Bonett 1980) with F = ln|Σ| - ln|R| + tr(RΣ⁻¹) - p and F₀ that of uncorrelated items. d_G and NFI are NaN
    where a matrix is not positive definite.
    """
    whitener, independence = _whitened(R)
    p = R.shape[-1]
    columns = []
    for sigma in models:
        phi = relative_eigenvalues(whitener, sigma)
        uls = 0.5 * np.einsum("mij,mij->m", R - sigma, R - sigma)
        log = np.log(phi)
        discrepancy = (1 / phi + log - 1).sum(axis=1)
        columns += [
            np.sqrt(uls / (p * (p + 1) / 2)),
            uls,
            0.5 * (log**2).sum(axis=1),
            1 - discrepancy / independence,
        ]
    return np.stack(columns, axis=1)


def _whitened(R: Array) -> tuple[Array, Array]:
    """Return L⁻¹ (m, p, p) of R = LL', and -ln|R| (m,); NaN where R is not positive definite."""
    filled = np.array(R, order="C")
    sound = np.asarray(np.isfinite(filled).all(axis=(1, 2)))
    filled[~sound] = np.eye(R.shape[-1])
    try:
        low = np.linalg.cholesky(filled)
    except np.linalg.LinAlgError:
        sound &= np.linalg.eigvalsh(filled)[:, 0] > DEFINITE_ABOVE
        filled[~sound] = np.eye(R.shape[-1])
        low = np.linalg.cholesky(filled)
    whitener = np.linalg.inv(low)
    whitener[~sound] = np.nan
    return whitener, 2 * np.log(np.einsum("mii->mi", whitener)).sum(axis=1)


def relative_eigenvalues(whitener: Array, sigma: Array) -> Array:
    """Return φ (m, p); NaN where a matrix is unknown or not positive definite."""
    turned = whitener @ np.ascontiguousarray(sigma) @ np.swapaxes(whitener, 1, 2)
    sound = np.asarray(np.isfinite(turned).all(axis=(1, 2)))
    turned[~sound] = np.eye(sigma.shape[-1])
    phi = np.linalg.eigvalsh(turned)
    sound &= phi[:, 0] > DEFINITE_ABOVE
    return np.asarray(np.where(sound[:, None], phi, np.nan))


def root_mean_theta(R: Array, w: Array, estimates: Estimates, design: Design, reflective: NDArray[np.bool_]) -> Array:
    """Return RMS_theta (m, 1): the root mean square covariance of the items' residuals (Lohmöller 1989).

    Residuals are what of the items their own construct's score leaves. Pairs within a block that is not `reflective` (k,)
    are left out, as composites do not explain how their items correlate. NaN for a covariance structure model, whose loadings
    are not those on a score.
    """
    if estimates.theta.shape[-1]:
        return np.full((len(R), 1), np.nan)
    loadings, block_of = estimates.loadings, design.block_of
    G = proxy_covariances(R, w, design)
    explained = G[:, block_of] * loadings[:, :, None]
    theta = between_items(estimates.correlations, loadings, design)
    theta += R - explained - np.swapaxes(explained, 1, 2)
    kept = np.tril(np.ones((design.p, design.p), dtype=np.bool_), -1)
    kept &= (block_of[:, None] != block_of) | reflective[block_of]
    if not kept.any():
        return np.full((len(R), 1), np.nan)
    return np.asarray(np.sqrt((theta[:, kept] ** 2).mean(axis=1))[:, None])


def smallest_eigenvalue(matrix: Array) -> Array:
    """Return the smallest eigenvalue (m,) of symmetric matrices (m, q, q), NaN where one is not known."""
    known = np.asarray(np.isfinite(matrix).all(axis=(1, 2)))
    filled = np.where(known[:, None, None], matrix, np.eye(matrix.shape[-1]))
    return np.asarray(np.where(known, np.linalg.eigvalsh(filled)[:, 0], np.nan))
