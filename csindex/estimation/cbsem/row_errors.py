"""What least squares take from the rows: how moments vary, and by how much each weighs in DWLS."""

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.cbsem.discrepancy import Distance, Method, Sample, curvature, distance, hessian, pulled
from csindex.estimation.cbsem.estimates import adjusted, turned
from csindex.estimation.cbsem.parameters import Parameters
from csindex.messages import Message
from csindex.model.design import Design
from csindex.moments.influence import factor_of, influence, sampling_covariance
from csindex.moments.moments import Moments
from csindex.moments.ordinal import ordinal_influence
from csindex.options import Options
from csindex.replicates.rows import RowSource
from csindex.replicates.source import Source
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array, pack, packing, unpack


def normal_directions(cov: Array) -> Array:
    """Return a factor (p, p, p(p+1)/2) of the covariance of √n·S for normal answers with covariances `cov` (p, p).

    With cov = KK', √n(S - Σ) is KZK' with independent elements of Z, of variance 2 on the diagonal and 1 off it; each slice is what
    one of them contributes.
    """
    K = np.linalg.cholesky(cov)
    rows, columns, _ = packing(len(cov))
    out = K[:, None, rows] * K[None, :, columns]
    out = out + np.swapaxes(out, 0, 1)
    return np.asarray(out * np.where(rows == columns, np.sqrt(0.5), 1.0))


def response(
    theta: Array, sample: Sample, parameters: Parameters, method: Method, gap: Array, *, observed: bool
) -> Array:
    """Return how parameters (q, d) move with covariances that move by `gap` (p, p, d).

    dθ = (Δ'WΔ)⁻¹Δ'W·ds; with `observed` the inverse of the second derivatives of F/2 stands first, which makes it the
    derivative of θ̂ even where the model does not hold (Huber 1967; White 1982).

    Parameters
    ----------
    theta : (q,)
    sample : Sample
        Of one member.
    parameters, method
    gap : (p, p, d)
    """
    at = distance(theta[:, None], sample, parameters, method)
    bread = (hessian(at, sample, parameters, method) if observed else curvature(at, parameters))[..., 0]
    if observed and method == "GLS":
        # The weight S⁻¹ moves too.
        half = np.einsum("ijd,jk,kl->ild", gap, at.weight[..., 0], (sample.cov - at.implied.sigma)[..., 0])
        gap = gap - half - np.swapaxes(half, 0, 1)
    scale = 1 / np.sqrt(np.diag(bread))
    moved = np.linalg.solve(bread * scale[:, None] * scale, pulled(at, parameters, gap) * scale[:, None])
    return np.asarray(moved * scale[:, None])


def sigma_of(theta: Array, parameters: Parameters, cov: Array, method: Method) -> Array:
    """Return the covariances (p, p) that answers are taken to have: Σ under ML, S where it is the weight."""
    if method != "ML":
        return cov
    sample: Distance = distance(theta[:, None], Sample.of(cov[..., None]), parameters, method)
    return sample.implied.sigma[..., 0]


def effective(moments: Moments, options: Options) -> Array:
    """Return the number of answers (U,) by which χ² and variances are scaled: n, or n - 1; Kish's n with case weights."""
    one_less = options.likelihood == "wishart" or options.discrepancy != "ML"
    return np.asarray(moments.n_eff - one_less, dtype=np.float64)


def row_directions(source: Source, number: int, cov: Array, design: Design) -> tuple[Array, Array]:
    """Return directions of means (p, d) and covariances (p, p, d) from the rows of a unit with covariances `cov` (p, p).

    Reversed items are turned round in the covariances.
    """
    if not isinstance(source, RowSource):
        raise OptionError(Message("estimation.robust_rows"))
    x, weights, sampling, psu = source.rows(number)
    if np.isnan(x).any():
        raise OptionError(Message("estimation.robust_complete"))
    ordinal = source.ordinal
    u = influence(x, weights) if ordinal is None else ordinal_influence(x, weights, ordinal, pack(cov))
    factor = factor_of(sampling_covariance(u, sampling, psu))
    p = design.p
    return factor[:p], np.moveaxis(turned(unpack(factor[p:].T, p), design), 0, -1)


def gap_as_fitted(gap: Array, S: Array, n: float, options: Options) -> Array:
    """Return directions (p, p, d) of what is fitted, from `gap` of covariances S (p, p) of n answers.

    With ordinal items these are correlations. Of weighted covariances n and n - 1 stand in the sampling covariance where lavaan
    has them.
    """
    if not adjusted(options):
        return gap
    if not options.ordinal:
        return np.asarray(gap * np.sqrt((n - 1) / n))
    sd = np.sqrt(np.diag(S))
    own = np.einsum("iid->id", gap) / np.diag(S)[:, None] / 2
    scaled = gap / (sd[:, None] * sd)[..., None]
    return np.asarray(scaled - (S / (sd[:, None] * sd))[..., None] * (own[:, None] + own[None]))


def weights_of(gap: Array, n: float, options: Options) -> Array:
    """Return the weights (p(p+1)/2,) of DWLS: one over the diagonal of Γ, the asymptotic covariance of the moments.

    Variances that are 1 by definition have the mean weight of the other moments; whatever it is, they are fitted exactly.

    Parameters
    ----------
    gap : (p, p, d)
        Directions of what is fitted; see `gap_as_fitted`.
    n : float
        By which F is multiplied.
    options : Options
    """
    variance = n * pack((gap**2).sum(axis=2))
    if options.ordinal:
        fixed = pack(np.eye(len(gap))) > 0
        variance[fixed] = 1 / (1 / variance[~fixed]).mean()
    return np.asarray(1 / variance)


@one_thread()
def moment_weights(
    source: Source, numbers: NDArray[np.intp], moments: Moments, design: Design, options: Options
) -> Array | None:
    """Return the weights (U, p(p+1)/2) of all units, None where none are used.

    Parameters
    ----------
    source : Source
    numbers : (U,) int
        The source's numbers of the units.
    moments : Moments
        A stack (U,).
    design, options : Design, Options
    """
    if options.discrepancy != "DWLS":
        return None
    out = np.full((len(numbers), design.p * (design.p + 1) // 2), np.nan)
    for unit, (number, cov) in enumerate(zip(numbers.tolist(), moments.cov, strict=True)):
        if np.isfinite(cov).all():
            _, gap = row_directions(source, number, cov, design)
            changed = gap_as_fitted(gap, turned(cov, design), float(moments.n[unit]), options)
            out[unit] = weights_of(changed, float(effective(moments, options)[unit]), options)
    return out
