"""The test that a model fits exactly: replicates of a population in which it does (array functions).

Beran & Srivastava (1985): rows x are turned into A'D⁻¹x with A = R^-½ Σ^½ and D the standard deviations, so that their
correlations are exactly Σ. A resample of the turned rows has the covariances A'D⁻¹ S* D⁻¹A, where S* are those of the resample
itself. So the replicates that a fit keeps are all that is needed; the model is estimated anew on each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.assessment.groups.distance import between_items, implied_constructs, items_from
from csindex.assessment.quality.scope import BLOCK_CELLS, Scope, oriented
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.estimator import estimate
from csindex.estimation.pls.iteration import proxy_covariances
from csindex.model.design import Design
from csindex.stacks.layout import Array, flatten, pack, take, unpack

MODELS = ("saturated", "estimated")
MEASURES = ("srmr", "d_uls", "d_g", "nfi")
DEFINITE_ABOVE = 1e-10


def implied(estimates: Estimates, R: Array, scope: Scope) -> tuple[Array, Array]:
    """Return Σ of the saturated model, whose constructs correlate freely, and of the estimated one.

    That of a covariance structure model follows from its parameters; its saturated model has others, and is NaN here.
    """
    sigma = scope.estimator.implied_correlations(estimates, scope.design, scope.result.options)
    if sigma is not None:
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
    counted = np.tril(np.ones((design.p, design.p), dtype=np.bool_), -1)
    counted &= (block_of[:, None] != block_of) | reflective[block_of]
    if not counted.any():
        return np.full((len(R), 1), np.nan)
    return np.asarray(np.sqrt((theta[:, counted] ** 2).mean(axis=1))[:, None])


def smallest_eigenvalue(matrix: Array) -> Array:
    """Return the smallest eigenvalue (m,) of symmetric matrices (m, q, q), NaN where one is not known."""
    known = np.asarray(np.isfinite(matrix).all(axis=(1, 2)))
    filled = np.where(known[:, None, None], matrix, np.eye(matrix.shape[-1]))
    return np.asarray(np.where(known, np.linalg.eigvalsh(filled)[:, 0], np.nan))


@dataclass(frozen=True, slots=True)
class ExactFit:
    """The distribution of q fit measures of U units where the model fits exactly.

    Attributes
    ----------
    p : (U, q)
        Share of replicates that fit at least as badly; NaN where the test cannot be made.
    hi95, hi99 : (U, q)
        The 95% and 99% quantiles.
    tested : (U, q)
        Turned replicates that have the measure.
    """

    p: Array
    hi95: Array
    hi99: Array
    tested: Array


def exact_fit(observed: Array, sigma: Array, replicates: Estimates, scope: Scope, model: int) -> ExactFit:
    """Test whether a model fits exactly.

    Parameters
    ----------
    observed : (U, 3)
        SRMR, d_ULS, d_G of the sample.
    sigma : (U, p, p)
        Correlations that the model implies, of items with reversed ones recoded.
    replicates : Estimates
        (U, R), with their moments.
    scope : Scope
    model : int
        0 for the saturated, 1 for the estimated one.
    """
    turn = _turning(scope.result.estimates, sigma, scope.design)
    U, R = replicates.status.shape
    size = max(1, BLOCK_CELLS // (scope.design.p**2 * R))
    parts = [slice(at, min(at + size, U)) for at in range(0, U, size)]
    drawn = np.concatenate([_null(turn[units], replicates, units, scope, model) for units in parts])
    count = np.isfinite(drawn).sum(axis=1)
    with np.errstate(invalid="ignore"):
        worse = (drawn >= observed[:, None]).sum(axis=1)
        # The sample is one of the draws: a p of 0 would claim more than R replicates can show.
        p = np.where((count > 0) & np.isfinite(observed), (1 + worse) / (1 + count), np.nan)
    return ExactFit(p, _high(drawn, 0.95), _high(drawn, 0.99), count.astype(np.float64))


def _turning(sample: Estimates, sigma: Array, design: Design) -> Array:
    """Return D⁻¹ R^-½ Σ^½ D (U, p, p) for items as they are, NaN where a matrix is not positive definite."""
    sd = np.sqrt(np.einsum("uii->ui", sample.cov))
    left, right = _power(sample.correlation, -0.5), _power(oriented(sigma, design), 0.5)
    return np.asarray((left @ right) * sd[:, None, :] / sd[:, :, None])


def _power(matrix: Array, power: float) -> Array:
    """Return the symmetric power (U, p, p) of positive definite matrices, NaN of others."""
    known = np.asarray(np.isfinite(matrix).all(axis=(1, 2)))
    values, vectors = np.linalg.eigh(np.where(known[:, None, None], matrix, np.eye(matrix.shape[-1])))
    values = np.where(known[:, None] & (values > 0), values, np.nan) ** power
    return np.asarray((vectors * values[:, None, :]) @ np.swapaxes(vectors, 1, 2))


def _null(turn: Array, replicates: Estimates, units: slice, scope: Scope, model: int) -> Array:
    """Return SRMR, d_ULS, d_G (u, R, 3) of the turned replicates of some units."""
    design, sample = scope.design, scope.result.estimates
    status = replicates.status[units]
    cov = _turned(turn, unpack(replicates.packed[units], design.p))
    cov[status.ravel() != Status.OK] = np.nan
    mean = np.where(np.isfinite(cov[:, 0]), 0.0, np.nan)
    options, rows = scope.result.options, np.repeat(np.arange(units.start, units.stop), status.shape[1])
    start = take(scope.estimator.start(sample), rows)
    given = take(sample.index_weights, rows) if options.weights_from else None
    found = estimate(mean, cov, design, options, start, given).made_from(mean, pack(cov))
    R = scope.correlations(found)
    measures = fit_measures(R, (implied(found, R, scope)[model],))
    return np.asarray(measures[:, :3].reshape(*status.shape, 3))


def _turned(turn: Array, cov: Array) -> Array:
    """Return turn' cov turn (u · R, p, p), the stack innermost in memory, of cov (u, R, p, p)."""
    u, R, p, _ = cov.shape
    across = np.swapaxes(turn, 1, 2)
    inner = np.ascontiguousarray(np.moveaxis(cov, 1, -1)).reshape(u, p, p * R)
    half = (across @ inner).reshape(u, p, p, R)
    whole = across @ np.ascontiguousarray(np.swapaxes(half, 1, 2)).reshape(u, p, p * R)
    return flatten(np.moveaxis(whole.reshape(u, p, p, R), -1, 1), 2)


def _high(drawn: Array, share: float) -> Array:
    """Return quantiles (U, q), type 7, of the replicates (U, R, q) that are known."""
    ordered = np.sort(drawn, axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    place = np.maximum(known - 1, 0) * share
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    a, b = (np.take_along_axis(ordered, at[:, None], axis=1)[:, 0] for at in (below, above))
    return np.asarray(np.where(known > 0, a + (place - below) * (b - a), np.nan))
