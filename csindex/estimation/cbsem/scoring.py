"""Fisher scoring with a damped step, for all members of a stack at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.cbsem.discrepancy import Method, Sample, curvature, distance, hessian, slope
from csindex.estimation.cbsem.parameters import Parameters
from csindex.estimation.pls.structure import path_coefficients
from csindex.stacks.last_axis import solve
from csindex.stacks.layout import Array

BEYOND = 0.95
SHRUNK = 0.9


def start(cov: Array, parameters: Parameters) -> Array:
    """Return first parameters (q, m) from covariances (p, p, m).

    An item's loading is its share in the correlations of its block, Σ_j r_ij/√ΣΣ r_jl over pairs; the factors' correlations are the
    mean correlations between blocks over the mean loadings, drawn a little towards 0.
    """
    design = parameters.design
    p, k, m = design.p, design.k, cov.shape[-1]
    sd = np.sqrt(np.einsum("iim->im", cov))
    R = cov / (sd[:, None] * sd[None])
    loading = np.ones((p, m))
    for block in design.blocks:
        if block.stop - block.start > 1:
            off = R[block, block] * (1 - np.eye(block.stop - block.start))[..., None]
            total = np.maximum(off.sum(axis=(0, 1)), 0.05)
            size = block.stop - block.start
            loading[block] = np.clip(off.sum(axis=0) / np.sqrt(total * (size - 1) / size), 0.1, BEYOND)
    C = np.empty((k, k, m))
    for a, one in enumerate(design.blocks):
        for b, other in enumerate(design.blocks):
            level = loading[one].mean(axis=0) * loading[other].mean(axis=0)
            C[a, b] = np.clip(R[one, other].mean(axis=(0, 1)) / level, -BEYOND, BEYOND) * SHRUNK
    C[np.arange(k), np.arange(k)] = 1.0
    C = _definite(C)
    B, r2 = (np.moveaxis(array, 0, -1) for array in path_coefficients(np.moveaxis(C, -1, 0), design))
    scale = (loading * sd)[parameters.markers]
    return _packed(loading, sd, C, B, r2, scale, parameters)


def _definite(C: Array) -> Array:
    """Draw correlations towards 0 until the smallest eigenvalue is 0.05."""
    k = len(C)
    least = np.linalg.eigvalsh(np.moveaxis(C, -1, 0))[:, 0]
    share = np.where(least < 0.05, (0.05 - least) / (1 - least), 0.0)
    return np.asarray((1 - share) * C + share * np.eye(k)[..., None])


def _packed(loading: Array, sd: Array, C: Array, B: Array, r2: Array, scale: Array, parameters: Parameters) -> Array:
    design, row, column = parameters.design, parameters.row, parameters.column
    theta = np.zeros((parameters.q, loading.shape[1]))
    for a, (role, i, j) in enumerate(zip(parameters.role.tolist(), row.tolist(), column.tolist(), strict=True)):
        if role == "loading":
            theta[a] = loading[i] * sd[i] / scale[j]
        elif role == "path":
            theta[a] = B[i, j] * scale[i] / scale[j]
        elif role == "factor" and i == j:
            theta[a] = np.maximum(1 - r2[i], 0.05) * scale[i] ** 2
        elif role == "factor" and not len(design.sources[i]):
            theta[a] = C[i, j] * scale[i] * scale[j]
        elif role == "residual" and i == j:
            theta[a] = (1 - loading[i] ** 2) * sd[i] ** 2
    return theta


TOLERANCE = 1e-15
ROUNDS = 500
NEAR = 0.01
LEAST_DAMPING = 1e-6


@dataclass(frozen=True, slots=True)
class Solution:
    """Where the iteration ended.

    Attributes
    ----------
    theta : (q, m)
    value : (m,)
        F.
    decrement : (m,)
        g'H⁻¹g, by how much F/2 would still fall if it were a parabola: 0 at a minimum.
    converged : (m,) bool
    rounds : (m,) int
    """

    theta: Array
    value: Array
    decrement: Array
    converged: NDArray[np.bool_]
    rounds: NDArray[np.intp]


def scored(
    theta: Array,
    sample: Sample,
    parameters: Parameters,
    method: Method,
    *,
    near: bool = False,
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Solution:
    """Minimise F from `theta` (q, m), where means are no parameters.

    A step is (H + λ diag H)⁻¹g (Levenberg 1944; Marquardt 1963) with the expected curvature H, by which a step always leads
    down, and near the minimum with the second derivatives, by which few are needed; λ falls while F falls and rises where
    it would not. Members are done, each by itself, when the decrement is below `tolerance`.

    Parameters
    ----------
    theta : (q, m)
    sample, parameters, method
    near : bool
        Whether the minimum is taken to be near from the beginning.
    tolerance : float
    rounds : int
    """
    m = theta.shape[1]
    theta, damping, newton = theta.copy(), np.zeros(m), np.full(m, near)
    below = np.full(m, NEAR)
    value = distance(theta, sample, parameters, method).value
    decrement = np.full(m, np.inf)
    spent, done = np.zeros(m, dtype=np.intp), np.zeros(m, dtype=np.bool_)
    if method == "ULS":
        # F then has a unit, that of the covariances squared.
        tolerance = tolerance * float(np.median(np.einsum("iim->im", sample.cov))) ** 2
    open_ = np.flatnonzero(np.isfinite(value))
    while len(open_):
        for second in (True, False):
            some = open_[newton[open_] == second]
            if not len(some):
                continue
            part = sample.part(some)
            before = decrement[some]
            step, decrement[some], expected = _step(theta[:, some], damping[some], part, parameters, method, second)
            new = theta[:, some] + step
            trial = distance(new, part, parameters, method).value
            better = (trial <= value[some] * (1 + 1e-14) + 1e-14) & (decrement[some] >= 0)
            gain = np.where(better, (value[some] - trial) / expected, -1.0)
            theta[:, some[better]], value[some[better]] = new[:, better], trial[better]
            done[some] = better & (decrement[some] < tolerance)
            if second:
                # Where it gains little it is not tried again before the minimum is much nearer.
                newton[some] = better & (decrement[some] < before / 4)
                below[some] = np.where(newton[some], below[some], before / 100)
            else:
                damping[some] = _damped(damping[some], gain)
                newton[some] = better & (decrement[some] < below[some])
        spent[open_] += 1
        open_ = open_[~done[open_] & (damping[open_] < 1e8) & (spent[open_] < rounds)]
    return Solution(theta, value, decrement, done, spent)


def _step(
    theta: Array, damping: Array, sample: Sample, parameters: Parameters, method: Method, second: bool
) -> tuple[Array, Array, Array]:
    """Return steps (q, m), decrements (m,), and by how much F would fall (m,) if it were a parabola."""
    at = distance(theta, sample, parameters, method)
    g = slope(at, sample, parameters)
    H = hessian(at, sample, parameters, method) if second else curvature(at, parameters)
    diagonal = np.arange(len(H))
    own = H[diagonal, diagonal] * damping
    H[diagonal, diagonal] += own
    step = solve(H, g)
    along = np.einsum("qm,qm->m", g, step)
    return step, along * (1 + damping), along + np.einsum("qm,qm->m", own, step**2)


def minimised(
    phi: Array,
    value: Callable[[Array], float],
    local: Callable[[Array], tuple[Array, Array]],
    *,
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> tuple[Array, bool]:
    """Minimise one function in the same way.

    Parameters
    ----------
    phi : (f,)
        Where to begin.
    value : function from parameters to F
        NaN where it is not defined.
    local : function from parameters to half the downward slope (f,) and half the expected curvature (f, f)
    """
    damping, here = np.zeros(1), value(phi)
    for _ in range(rounds):
        g, H = local(phi)
        own = damping * np.diag(H)
        step = solve((H + np.diag(own))[..., None], g[:, None])[:, 0]
        if not np.isfinite(step).all() or damping > 1e8:
            return phi, False
        trial, decrement = value(phi + step), float(g @ step * (1 + damping[0]))
        expected = float(g @ step + own @ step**2)
        better = trial <= here + 1e-14 * (1 + abs(here))
        damping = _damped(damping, np.array([(here - trial) / expected if better else -1.0]))
        if better:
            phi, here = phi + step, trial
        if better and decrement < tolerance:
            return phi, True
    return phi, False


def _damped(damping: Array, gain: Array) -> Array:
    """Return λ from by how much F fell, over what was expected; below 0 where the step was not taken."""
    more = np.maximum(damping * np.where(gain < 0, 8.0, 2.0), LEAST_DAMPING)
    less = np.where(damping < 2 * LEAST_DAMPING, 0.0, damping / 4)
    return np.where(gain < 0.25, more, np.where(gain > 0.75, less, damping))
