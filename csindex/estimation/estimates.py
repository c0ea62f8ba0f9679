"""All estimates of a stack of moments (array functions)."""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
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
from csindex.model.design import Design
from csindex.moments.missing import policy_of
from csindex.options import Options
from csindex.stacks.layout import Array, empty, packing, take, unpack

CONSTANT_BELOW = 1e-9


class Status(IntEnum):
    """How the estimation of a member ended."""

    OK = 0
    CONSTANT = 1
    INDEFINITE = 2
    SINGULAR = 3
    UNCONVERGED = 4
    NO_MOMENTS = 5
    ABSENT = 6
    UNRELIABLE = 7
    STAGE_BEFORE = 8
    UNKNOWN = 9
    NEGATIVE = 10


REASONS = {
    Status.CONSTANT: "an item is constant",
    Status.INDEFINITE: "the correlations of the items are not positive definite",
    Status.SINGULAR: "items or constructs are collinear",
    Status.UNCONVERGED: "the iteration did not converge",
    Status.UNRELIABLE: "ρ_A is not positive, so that PLSc cannot correct for measurement error",
    Status.UNKNOWN: "covariances of the items could not be estimated",
    Status.NEGATIVE: "the variance of a construct is negative, so that nothing can be standardized",
    Status.NO_MOMENTS: "nobody was left, or the weights could not be raked",
    Status.STAGE_BEFORE: "the stage before had failed",
}
"""Why members failed; absent ones only fill up a stack of units with different numbers of replicates."""

REASONS_KO = {
    Status.CONSTANT: "모든 응답이 같은 문항이 있음",
    Status.INDEFINITE: "문항의 상관행렬이 양정치가 아님",
    Status.SINGULAR: "문항 또는 구성개념의 다중공선성",
    Status.UNCONVERGED: "반복 계산이 수렴하지 않음",
    Status.UNRELIABLE: "ρ_A가 양수가 아니어서 PLSc로 측정오차를 교정할 수 없음",
    Status.UNKNOWN: "문항의 공분산을 추정할 수 없음",
    Status.NEGATIVE: "구성개념의 분산이 음수로 추정되어 표준화할 수 없음",
    Status.NO_MOMENTS: "남은 응답이 없거나 가중치를 레이킹할 수 없음",
    Status.STAGE_BEFORE: "이전 단계의 추정 실패",
}


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates of a stack; every array has the stack on its leading axes and NaN for members that failed.

    Those of a `Fit` know the moments that they were made from, so that any function of both can be evaluated on the sample
    and on its replicates alike.

    Attributes
    ----------
    weights, loadings, index_weights : (..., p)
        Outer weights w, correlations of each item with its own construct (by PLSc consistent ones), index weights v.
    correlations : (..., k, k)
        C, of the constructs (by PLSc disattenuated).
    paths : (..., k, k)
        B, ``paths[target, source]``.
    r2, index, deviation : (..., k)
        R²; index scores on 0-100; standard deviations of respondents' index scores.
    reliability : (..., k)
        ρ by which PLSc has corrected: ρ_A, or 1 for single items and for modes other than A; all 1 by PLS. Members that
        failed for it keep it.
    status, rounds : (...) int
        A `Status`, and the number of iterations.
    flaws : (...) int
        A `csindex.estimation.pls.consistent.Flaw`: what is inadmissible; 0 where nothing is.
    theta : (..., q)
        Free parameters of a covariance structure model; q is 0 under PLS.
    mean : (..., p), or None where they are not known
        Means of the items, on the questions' scales.
    packed : (..., p(p+1)/2), or None
        Their covariances without the double half; see `cov`.
    before : tuple of Estimates
        Of the stages before, first to last, for models that are fitted in stages.
    """

    weights: Array
    loadings: Array
    index_weights: Array
    correlations: Array
    paths: Array
    r2: Array
    index: Array
    deviation: Array
    reliability: Array
    status: NDArray[np.int8]
    rounds: NDArray[np.intp]
    flaws: NDArray[np.int8]
    theta: Array
    mean: Array = None  # type: ignore[assignment]
    packed: Array = None  # type: ignore[assignment]
    before: tuple["Estimates", ...] = ()

    @property
    def cov(self) -> Array:
        """(..., p, p) covariances of the items, made when asked for."""
        return unpack(self.packed, self.mean.shape[-1])

    @property
    def correlation(self) -> Array:
        """(..., p, p) correlations of the items, made when asked for."""
        S = self.cov
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = 1 / np.sqrt(np.einsum("...ii->...i", S))
            S *= scale[..., :, None]
            S *= scale[..., None, :]
        return S

    @property
    def sd(self) -> Array:
        """(..., p) standard deviations of the items, on the questions' scales."""
        diagonal = packing(self.mean.shape[-1])[2].diagonal()
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(np.moveaxis(np.moveaxis(self.packed, -1, 0)[diagonal], 0, -1)))

    @property
    def arrays(self) -> dict[str, Any]:
        """Every array of this stage by its name, without those that are not known."""
        found = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "before"}
        return {name: array for name, array in found.items() if array is not None}

    @property
    def stages(self) -> tuple["Estimates", ...]:
        """Estimates of all stages, first to last; a plain model has one."""
        return (*self.before, self)

    def at_stage(self, number: int) -> "Estimates":
        """Return the estimates of a stage, which know those of the stages before it."""
        return replace(self.stages[number], before=self.before[:number])

    def made_from(self, mean: Array, packed: Array) -> "Estimates":
        """Return the same estimates, with the moments that they were made from."""
        return replace(self, mean=mean, packed=packed)

    def part(self, members: slice | tuple[int, slice]) -> "Estimates":
        """Return the estimates of some members."""
        return Estimates(**{name: getattr(self, name)[members] for name in _OWN})

    def reshape(self, *stack: int) -> "Estimates":
        """Return the same estimates with another shape of the stack."""
        parts: dict[str, Any] = {}
        for name in _OWN:
            array = getattr(self, name)
            inner = np.moveaxis(array, 0, -1)
            parts[name] = np.moveaxis(
                inner.reshape(*inner.shape[:-1], *stack), range(-len(stack), 0), range(len(stack))
            )
        return Estimates(**parts)


_OWN = [field.name for field in fields(Estimates) if field.name not in ("mean", "packed", "before")]


@np.errstate(divide="ignore", invalid="ignore")
def estimate(
    mean: Array,
    cov: Array,
    design: Design,
    options: Options,
    start: Array | None = None,
    carried: Array | None = None,
) -> Estimates:
    """Estimate every member of a stack.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
        On the questions' scales, the stack innermost in memory.
    design : Design
    options : Options
    start : (m, p) or (m, q), optional
        Outer weights (of "cbsem" parameters) of the sample that a member replicates: where the iteration begins, and how
        its constructs are oriented. Without it each construct is oriented so that its items' correlations with it sum to
        more than 0.
    carried : (m, p), optional
        What is given where the options say so: index weights v, by which outer weights are v times the items' deviations; or of
        "cbsem" with DWLS the weights (m, p(p+1)/2) of the moments.
    """
    if options.weights_from and carried is None:
        raise OptionError(
            "index weights are carried over here, and this needs weights that are estimated. Fit without them."
        )
    if len(mean) == 1:
        # Sums over a stack of one are added up in another order; a twin keeps results the same in every stack.
        twins = np.zeros(2, dtype=np.intp)
        start, carried = (None if given is None else take(given, twins) for given in (start, carried))
        pair = estimate(take(mean, twins), take(cov, twins), design, options, start, carried)
        return pair.part(slice(0, 1))
    if options.estimator == "cbsem":
        from csindex.estimation.cbsem.estimator import factor_estimates

        return factor_estimates(mean, cov, design, options, start, carried)
    hundred = 100.0 / design.span
    sd = np.sqrt(np.einsum("mii->mi", cov)) * hundred
    status = np.where((sd > CONSTANT_BELOW).all(axis=1), Status.OK, Status.CONSTANT).astype(np.int8)
    status[~np.isfinite(mean).all(axis=1)] = Status.NO_MOMENTS
    standardized = options.variant == "standardized"
    turn = design.sign * hundred
    scale = turn / sd if standardized else np.broadcast_to(turn, sd.shape)
    S = cov * scale[:, :, None] * scale[:, None, :]
    _screen(S, sd, status, options)
    if carried is None:
        found = outer_weights(S, design, options.scheme, start, options.tolerance, options.max_iterations)
        w, G = _oriented(found.w, proxy_covariances(S, found.w, design), design, start)
    else:
        found = given_weights(S, carried * sd if standardized else carried, design)
        w, G = found.w, proxy_covariances(S, found.w, design)
    C = proxy_correlations(G, w, design)
    loadings = G[:, design.block_of, np.arange(design.p)]
    rho, consistent = np.ones((len(w), design.k)), options.estimator == "plsc"
    if consistent:
        rho = reliability(S, w, design)
        C, loadings = disattenuated(C, rho), consistent_loadings(loadings, w, rho, design)
    if not standardized:
        loadings = loadings / sd
    B, r2 = path_coefficients(C, design, definite=not consistent)
    if carried is None:
        v = index_weights(w / sd if standardized else w, sd, design, options.convention)
    else:
        v = carried.copy(order="K")
    raw = v * (sd if standardized else 1.0)
    _judge(status, found, rho, B, options)
    index = index_scores(v, to_hundred(mean, design), design)
    parts: dict[str, Any] = {
        "weights": w,
        "loadings": loadings,
        "index_weights": v,
        "correlations": C,
        "paths": B,
        "r2": r2,
        "index": index,
        "deviation": index_deviations(raw, S, design),
        "reliability": rho,
    }
    flawed = flaws(rho, loadings, C) if consistent else np.zeros(len(w), dtype=np.int8)
    flawed[unstable(B, design)] |= Flaw.UNSTABLE
    failed = status != Status.OK
    if failed.any():
        for name, array in parts.items():
            array[failed & (status != Status.UNRELIABLE) if name == "reliability" else failed] = np.nan
        flawed[failed] = 0
    return Estimates(**parts, status=status, rounds=found.rounds, flaws=flawed, theta=empty(len(mean), 0))


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


def _oriented(w: Array, G: Array, design: Design, start: Array | None) -> tuple[Array, Array]:
    turn = empty(len(w), design.k)
    for j, block in enumerate(design.blocks):
        toward = G[:, j, block] if start is None else G[:, j, block] * start[:, block]
        turn[:, j] = np.where(toward.sum(axis=1) < 0, -1.0, 1.0)
    return w * turn[:, design.block_of], G * turn[:, :, None]


def _judge(status: NDArray[np.int8], found: Weights, rho: Array, B: Array, options: Options) -> None:
    lost = (status == Status.OK) & ~found.converged
    late = found.rounds >= options.max_iterations
    status[lost] = np.where(late[lost], Status.UNCONVERGED, Status.SINGULAR)
    status[(status == Status.OK) & ~(rho > 0).all(axis=1)] = Status.UNRELIABLE
    status[(status == Status.OK) & ~np.isfinite(B).all(axis=(1, 2))] = Status.SINGULAR
