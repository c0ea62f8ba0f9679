"""PLS path modelling and consistent PLS."""

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.estimates import CONSTANT_BELOW, Estimates, Status
from csindex.estimation.estimator import Estimator
from csindex.estimation.pls.consistent import Flaw, consistent_loadings, disattenuated, flaws, reliability
from csindex.estimation.pls.iteration import (
    Weights,
    given_weights,
    outer_weights,
    proxy_correlations,
    proxy_covariances,
)
from csindex.estimation.pls.structure import path_coefficients, unstable
from csindex.index.scores import index_deviations, index_scores, index_weights, to_hundred
from csindex.messages import Argument, Message
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.options import Options
from csindex.stacks.layout import Array, empty

ELSEWHERE = {"discrepancy": "ML", "errors": "normal", "likelihood": "normal"}
"""Options of covariance structure models, with the values that they have where nothing is said."""


class PLS(Estimator):
    """PLS path modelling (Lohmöller 1989)."""

    name = "pls"
    unconverged = "scheme"
    inadmissible = "advice_pls"
    own_options = ("scheme", "variant")

    def check(self, model: Model, options: Options) -> None:  # noqa: ARG002
        """Raise an OptionError if an option belongs to covariance structure models."""
        if policy_of(options).full_information:
            raise OptionError(Message("estimation.fiml_pls", missing=Argument("missing", options.missing)))
        for name, value in ELSEWHERE.items():
            if getattr(options, name) != value:
                raise OptionError(Message("estimation.of_cbsem", option=Argument(name, getattr(options, name))))

    def estimate(
        self, mean: Array, cov: Array, design: Design, options: Options, start: Array | None, given: Array | None
    ) -> Estimates:
        """Estimate every member of a stack; see `pls_estimates`."""
        return pls_estimates(mean, cov, design, options, start, given, consistent=self.corrected)


class ConsistentPLS(PLS):
    """Consistent PLS, which corrects paths and loadings for measurement error (Dijkstra & Henseler 2015)."""

    name = "plsc"
    inadmissible = "advice_plsc"
    common_factors = True
    corrected = True


@np.errstate(divide="ignore", invalid="ignore")
def pls_estimates(
    mean: Array,
    cov: Array,
    design: Design,
    options: Options,
    start: Array | None = None,
    given: Array | None = None,
    *,
    consistent: bool = False,
) -> Estimates:
    """Estimate every member of a stack of two members or more.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
        On the questions' scales, the stack innermost in memory.
    design : Design
    options : Options
    start : (m, p), optional
        Outer weights of the sample that a member replicates; see `csindex.estimation.estimator.estimate`.
    given : (m, p), optional
        Index weights v, by which outer weights are v times the items' deviations.
    consistent : bool
        Whether loadings, correlations and paths are corrected by ρ_A.
    """
    sd = np.sqrt(np.einsum("mii->mi", cov)) * (100.0 / design.span)
    # By which items on 0-100 are divided before they are weighted.
    unit = sd if options.variant == "standardized" else 1.0
    S, status = _on_scale(mean, cov, sd, design, options)
    found, w, G, v = _weighted(S, sd, unit, design, options, start, given)
    C = proxy_correlations(G, w, design)
    loadings = G[:, design.block_of, np.arange(design.p)]
    rho = np.ones((len(w), design.k))
    if consistent:
        rho = reliability(S, w, design)
        C, loadings = disattenuated(C, rho), consistent_loadings(loadings, w, rho, design)
    if options.variant != "standardized":
        loadings = loadings / sd
    B, r2 = path_coefficients(C, design, definite=not consistent)
    _judge(status, found, rho, B, options)
    index, deviation = index_scores(v, to_hundred(mean, design), design), index_deviations(v * unit, S, design)
    flawed = flaws(rho, loadings, C) if consistent else np.zeros(len(w), dtype=np.int8)
    flawed[unstable(B, design)] |= Flaw.UNSTABLE
    failed = status != Status.OK
    if failed.any():
        for array in (w, loadings, v, C, B, r2, index, deviation):
            array[failed] = np.nan
        rho[failed & (status != Status.UNRELIABLE)] = np.nan
        flawed[failed] = 0
    theta = empty(len(w), 0)
    return Estimates(w, loadings, v, C, B, r2, index, deviation, rho, status, found.rounds, flawed, theta)


def _on_scale(mean: Array, cov: Array, sd: Array, design: Design, options: Options) -> tuple[Array, NDArray[np.int8]]:
    """Return what is fitted of the covariances (m, p, p), and the status (m,) of members that cannot be estimated."""
    status = np.where((sd > CONSTANT_BELOW).all(axis=1), Status.OK, Status.CONSTANT).astype(np.int8)
    status[~np.isfinite(mean).all(axis=1)] = Status.NO_MOMENTS
    turn = design.sign * (100.0 / design.span)
    scale = turn / sd if options.variant == "standardized" else np.broadcast_to(turn, sd.shape)
    S = cov * scale[:, :, None] * scale[:, None, :]
    _screen(S, sd, status, options)
    return S, status


def _screen(S: Array, sd: Array, status: NDArray[np.int8], options: Options) -> None:
    """Mark members that cannot be estimated, and give them a harmless matrix."""
    policy = policy_of(options)
    if policy.iterated or options.ordinal:
        status[(status == Status.OK) & ~np.isfinite(S).all(axis=(1, 2))] = Status.UNKNOWN
    elif not policy.definite:
        sound = status == Status.OK
        root = sd if options.variant == "centered" else np.ones_like(sd)
        R = S[sound] / (root[sound][:, :, None] * root[sound][:, None, :])
        whole = np.isfinite(R).all(axis=(1, 2))
        R[~whole] = -np.eye(R.shape[-1])
        status[np.flatnonzero(sound)[~(np.linalg.eigvalsh(R)[:, 0] > 0)]] = Status.INDEFINITE
    unsound = status != Status.OK
    if unsound.any():
        S[unsound] = np.eye(S.shape[-1])


def _weighted(
    S: Array,
    sd: Array,
    unit: Array | float,
    design: Design,
    options: Options,
    start: Array | None,
    given: Array | None,
) -> tuple[Weights, Array, Array, Array]:
    """Return how the iteration ended, outer weights (m, p), proxy covariances (m, k, p) and index weights (m, p)."""
    if given is not None:
        found = given_weights(S, given * unit, design)
        return found, found.w, proxy_covariances(S, found.w, design), given.copy(order="K")
    found = outer_weights(S, design, options.scheme, start, options.tolerance, options.max_iterations)
    w, G = _oriented(found.w, proxy_covariances(S, found.w, design), design, start)
    return found, w, G, index_weights(w / unit, sd, design, options.convention)


def _oriented(w: Array, G: Array, design: Design, start: Array | None) -> tuple[Array, Array]:
    """Return outer weights (m, p) and proxy covariances (m, k, p) of constructs oriented as the start, or else as their items."""
    turn = empty(len(w), design.k)
    for j, block in enumerate(design.blocks):
        toward = G[:, j, block] if start is None else G[:, j, block] * start[:, block]
        turn[:, j] = np.where(toward.sum(axis=1) < 0, -1.0, 1.0)
    return w * turn[:, design.block_of], G * turn[:, :, None]


def _judge(status: NDArray[np.int8], found: Weights, rho: Array, B: Array, options: Options) -> None:
    """Mark members whose estimation has failed."""
    lost = (status == Status.OK) & ~found.converged
    late = found.rounds >= options.max_iterations
    status[lost] = np.where(late[lost], Status.UNCONVERGED, Status.SINGULAR)
    status[(status == Status.OK) & ~(rho > 0).all(axis=1)] = Status.UNRELIABLE
    status[(status == Status.OK) & ~np.isfinite(B).all(axis=(1, 2))] = Status.SINGULAR
