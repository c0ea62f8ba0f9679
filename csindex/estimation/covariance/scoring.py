"""Fisher scoring with a damped step, for all members of a stack at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.covariance.algebra import solve
from csindex.estimation.covariance.discrepancy import Method, Sample, curvature, distance, hessian, slope
from csindex.estimation.covariance.parameters import Parameters
from csindex.survey.stacks import Array

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
            step, decrement[some] = _step(theta[:, some], damping[some], part, parameters, method, second)
            new = theta[:, some] + step
            trial = distance(new, part, parameters, method).value
            better = (trial <= value[some] * (1 + 1e-14) + 1e-14) & (decrement[some] >= 0)
            gain = np.where(better, (value[some] - trial) / decrement[some], -1.0)
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
) -> tuple[Array, Array]:
    """Return steps (q, m) and decrements (m,)."""
    at = distance(theta, sample, parameters, method)
    g = slope(at, sample, parameters)
    H = hessian(at, sample, parameters, method) if second else curvature(at, parameters)
    diagonal = np.arange(len(H))
    H[diagonal, diagonal] *= 1 + damping
    step = solve(H, g)
    return step, np.einsum("qm,qm->m", g, step) * (1 + damping)


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
        H = H + damping * np.diag(np.diag(H))
        step = solve(H[..., None], g[:, None])[:, 0]
        if not np.isfinite(step).all() or damping > 1e8:
            return phi, False
        trial, decrement = value(phi + step), float(g @ step * (1 + damping[0]))
        better = trial <= here + 1e-14 * (1 + abs(here))
        damping = _damped(damping, np.array([(here - trial) / decrement if better else -1.0]))
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
