"""The test that a model fits exactly: replicates of a population in which it does (array functions).

Beran & Srivastava (1985): rows x are turned into A'D⁻¹x with A = R^-½ Σ^½ and D the standard deviations, so that their
correlations are exactly Σ. A resample of the turned rows has the covariances A'D⁻¹ S* D⁻¹A, where S* are those of the resample
itself. So the replicates that a fit keeps are all that is needed; the model is estimated anew on each.
"""

from dataclasses import dataclass

import numpy as np

from csindex.assessment.quality.blocks import BLOCK_CELLS, oriented
from csindex.assessment.quality.model_fit import fit_measures, implied
from csindex.assessment.quality.scope import Scope
from csindex.fitting.estimates import Estimates, Status, estimate
from csindex.model.design import Design
from csindex.survey.stacks import Array, flatten, pack, take, unpack


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
        Correlations that the model implies, of items turned round.
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
        # The sample is one of the draws: a p of 0 would claim more than R replicates can tell.
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
    start = take(sample.theta if scope.covariance else sample.weights, rows)
    carried = take(sample.index_weights, rows) if options.weights_from else None
    found = estimate(mean, cov, design, options, start, carried).made_from(mean, pack(cov))
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
