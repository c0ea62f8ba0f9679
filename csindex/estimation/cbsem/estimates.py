"""Estimates of a covariance structure model, on the same terms as those of PLS."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.cbsem.discrepancy import Sample
from csindex.estimation.cbsem.parameters import Parameters, parameters_of
from csindex.estimation.cbsem.scoring import Solution, scored
from csindex.estimation.cbsem.scoring import start as first_parameters
from csindex.estimation.cbsem.structure import Implied, implied
from csindex.estimation.estimates import CONSTANT_BELOW, Estimates, Status
from csindex.estimation.pls.consistent import ROUNDING, Flaw, flaws
from csindex.estimation.pls.structure import unstable
from csindex.index.scores import index_deviations, index_scores, index_weights, to_hundred
from csindex.messages import Message
from csindex.model.design import Design
from csindex.moments.missing import policy_of
from csindex.options import Options
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array, unpack

AT_A_TIME = 256
MOST_RELIABLE = 0.999
LOOSER = 100.0


@one_thread()
@np.errstate(divide="ignore", invalid="ignore")
def factor_estimates(
    mean: Array, cov: Array, design: Design, options: Options, start: Array | None, weights: Array | None = None
) -> Estimates:
    """Estimate every member of a stack; see `csindex.estimation.estimator.estimate`.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
    design : Design
    options : Options
    start : (m, q), optional
        Parameters of the sample that a member replicates.
    weights : (m, p(p+1)/2), optional
        Of the moments under DWLS; see `csindex.estimation.cbsem.row_errors`.
    """
    if options.discrepancy == "DWLS" and weights is None:
        raise OptionError(Message("estimation.dwls_moments"))
    parameters, m = parameters_of(design), len(mean)
    status = screened(mean, cov, design)
    S = np.ascontiguousarray(np.moveaxis(as_fitted(turned(cov, design), options), 0, -1))
    _screen_indefinite(S, status, options)
    if start is not None and start.shape[1] != parameters.q:
        # Of the weights of another estimator, or of another model, no iteration can begin.
        start = None
    theta, rounds = np.full((parameters.q, m), np.nan), np.zeros(m, dtype=np.intp)
    tolerance = options.tolerance**2 * (1 if start is None else LOOSER)
    for first in range(0, m, AT_A_TIME):
        part = slice(first, min(first + AT_A_TIME, m))
        sample = Sample.of(S[..., part], weight=None if weights is None else each_weight(weights[part], design))
        begin = first_parameters(sample.cov, parameters) if start is None else np.ascontiguousarray(start[part].T)
        found = scored(
            begin,
            sample,
            parameters,
            options.discrepancy,
            near=start is not None,
            tolerance=tolerance,
            rounds=options.max_iterations,
        )
        if start is None:
            found = rescued(found, sample, parameters, options)
        theta[:, part], rounds[part] = found.theta, found.rounds
        status[part] = np.where((status[part] == Status.OK) & ~found.converged, Status.UNCONVERGED, status[part])
    if policy_of(options).full_information:
        # Where the search by patterns begins, in `csindex.estimation.cbsem.fiml`.
        theta = np.concatenate([theta, (mean * design.sign).T])
    theta[:, status != Status.OK] = np.nan
    return expressed(theta.T, mean, cov, design, options, status, rounds)


def parameters_for(design: Design, options: Options) -> Parameters:
    """Return the parameters of a fit: with missing answers items' intercepts are among them."""
    return parameters_of(design, means=policy_of(options).full_information)


def adjusted(options: Options) -> bool:
    """Return whether moments are fitted by least squares, with errors and χ² that rows tell: DWLS, and all of ordinal items."""
    return options.discrepancy == "DWLS" or bool(options.ordinal)


def as_fitted(cov: Array, options: Options) -> Array:
    """Return what is fitted of covariances (m, p, p): with ordinal items their correlations.

    A variable behind categories has the variance 1 by definition. Variances are then fitted exactly, each by a residual variance,
    so that F, degrees of freedom and all other parameters are those of a model for the correlations alone.
    """
    if not options.ordinal:
        return cov
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(np.einsum("mii->mi", cov))
        return np.asarray(cov / (sd[:, :, None] * sd[:, None, :]))


def _screen_indefinite(S: Array, status: NDArray[np.int8], options: Options) -> None:
    """Mark members (p, p, m) that cannot be fitted, and give them a harmless matrix."""
    eye = np.eye(len(S))[..., None]
    S[..., status != Status.OK] = eye
    if options.ordinal:
        # Least squares need no inverse of polychoric correlations, which may be those of no population.
        return
    definite = np.linalg.eigvalsh(np.moveaxis(S, -1, 0))[:, 0] > 0
    status[(status == Status.OK) & ~definite] = Status.INDEFINITE
    S[..., ~definite] = eye


def sample_of(cov: Array, weights: Array | None, design: Design, options: Options) -> Sample:
    """Return covariances (m, p, p), and weights (m, p(p+1)/2) of DWLS, as they are fitted."""
    S = np.ascontiguousarray(np.moveaxis(as_fitted(turned(cov, design), options), 0, -1))
    return Sample.of(S, weight=None if weights is None else each_weight(weights, design))


def each_weight(weights: Array, design: Design) -> Array:
    """Return ω (p, p, m) of weights (m, p(p+1)/2): twice a weight on the diagonal, which a sum over all elements meets once."""
    omega = np.moveaxis(unpack(weights, design.p), 0, -1)
    return np.ascontiguousarray(omega * (1 + np.eye(design.p))[..., None])


def rescued(found: Solution, sample: Sample, parameters: Parameters, options: Options) -> Solution:
    """Let semopy look for the minimum where scoring has not found one, and score on from where it ends."""
    lost = np.flatnonzero(~found.converged & np.isfinite(sample.logdet))
    if not len(lost):
        return found
    from csindex.estimation.cbsem.semopy import semopy_parameters

    again = [semopy_parameters(sample.cov[..., i], parameters, options.discrepancy) for i in lost]
    other = scored(
        np.array(again).T,
        sample.part(lost),
        parameters,
        options.discrepancy,
        tolerance=options.tolerance**2,
        rounds=options.max_iterations,
    )
    better = other.converged
    for mine, theirs in ((found.theta, other.theta), (found.value, other.value), (found.rounds, other.rounds)):
        mine[..., lost[better]] = theirs[..., better]
    found.converged[lost] = better
    return found


def screened(mean: Array, cov: Array, design: Design) -> NDArray[np.int8]:
    """Return the status of members that cannot be estimated at all."""
    sd = np.sqrt(np.einsum("mii->mi", cov)) * (100.0 / design.span)
    status = np.where((sd > CONSTANT_BELOW).all(axis=1), Status.OK, Status.CONSTANT).astype(np.int8)
    status[~np.isfinite(mean).all(axis=1)] = Status.NO_MOMENTS
    status[(status == Status.OK) & ~np.isfinite(cov).all(axis=(1, 2))] = Status.INDEFINITE
    return status


def turned(cov: Array, design: Design) -> Array:
    """Return covariances (m, p, p) with reversed items turned round."""
    return cov * design.sign[:, None] * design.sign


@np.errstate(divide="ignore", invalid="ignore")
def implied_correlations(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return Σ (m, p, p) over the sample's standard deviations of the items, reversed ones turned round."""
    sigma = np.moveaxis(implied(estimates.theta.T, parameters_for(design, options)).sigma, -1, 0)
    sd = np.sqrt(np.einsum("mii->mi", as_fitted(estimates.cov, options)))
    return np.asarray(sigma / (sd[:, :, None] * sd[:, None, :]))


@np.errstate(divide="ignore", invalid="ignore")
def expressed(
    theta: Array,
    mean: Array,
    cov: Array,
    design: Design,
    options: Options,
    status: NDArray[np.int8],
    rounds: NDArray[np.intp],
) -> Estimates:
    """Return standardized loadings, paths and correlations, and the index, from parameters (m, q) and moments.

    An item's weight is the one by which its own construct is read most reliably from its own items, λ/θ (Bartlett 1937),
    with θ kept above a thousandth of the item's variance. Index, index weights and deviations then follow from the
    weights and from the moments exactly as under PLS.
    """
    parameters = parameters_for(design, options)
    found = implied(theta.T, parameters)
    positive = np.asarray((np.einsum("ssm->sm", found.factors) > 0).all(axis=0))
    status = np.where((status == Status.OK) & ~positive, Status.NEGATIVE, status).astype(np.int8)
    loadings, C, B, r2 = (np.moveaxis(array, -1, 0) for array in standardized(found, parameters))
    error = np.maximum(1 - loadings**2, 1 - MOST_RELIABLE)
    raw = loadings / error
    hundred = 100.0 / design.span
    sd = np.sqrt(np.einsum("mii->mi", cov)) * hundred
    S = turned(cov, design) * hundred[:, None] * hundred
    R = S / (sd[:, :, None] * sd[:, None, :])
    w = raw / index_deviations(raw, R, design)[:, design.block_of]
    v = index_weights(w / sd, sd, design, options.convention)
    parts: dict[str, Any] = {
        "weights": w,
        "loadings": loadings,
        "index_weights": v,
        "correlations": C,
        "paths": B,
        "r2": r2,
        "index": index_scores(v, to_hundred(mean, design), design),
        "deviation": index_deviations(v, S, design),
        "reliability": np.ones(r2.shape),
    }
    flawed = improper(loadings, C, B, r2, design)
    failed = status != Status.OK
    if failed.any():
        for array in parts.values():
            array[failed] = np.nan
        flawed[failed] = 0
    return Estimates(**parts, status=status, rounds=rounds, flaws=flawed, theta=theta)


def improper(loadings: Array, C: Array, B: Array, r2: Array, design: Design) -> NDArray[np.int8]:
    """Return (m,) the `Flaw` of each solution: what lies where it cannot be, or, of paths, hardly can."""
    flawed = flaws(np.ones(r2.shape), loadings, C)
    most = 1 + ROUNDING
    flawed[(r2 > most).any(axis=1)] |= Flaw.VARIANCE
    flawed[(np.abs(B) > most).any(axis=(1, 2))] |= Flaw.PATH
    flawed[unstable(B, design)] |= Flaw.UNSTABLE
    return flawed


def standardized(found: Implied, parameters: Parameters, *, turn: bool = True) -> tuple[Array, Array, Array, Array]:
    """Return loadings (p, m), correlations and paths of the factors (k, k, m), and R² (k, m).

    With `turn` a factor whose loadings sum to less than 0, because its first item runs against the others, is turned round.
    """
    design = parameters.design
    scale = np.sqrt(np.einsum("ssm->sm", found.factors))
    sd = np.sqrt(np.einsum("iim->im", found.sigma))
    own = found.matrices.loadings[np.arange(design.p), design.block_of]
    loadings = own * scale[design.block_of] / sd
    sides = [np.where(turn & (loadings[block].sum(axis=0) < 0), -1.0, 1.0) for block in design.blocks]
    side = scale * np.stack(sides)
    C = found.factors / (side[:, None] * side[None])
    B = found.matrices.paths * side[None] / side[:, None]
    r2 = 1 - np.einsum("ssm->sm", found.matrices.disturbances) / scale**2
    r2[~design.links.any(axis=1)] = 0.0
    return loadings * np.stack(sides)[design.block_of], C, B, r2
