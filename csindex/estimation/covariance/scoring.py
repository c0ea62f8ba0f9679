"""Fisher scoring with a damped step, for all members of a stack at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.covariance.algebra import solve
from csindex.estimation.covariance.discrepancy import Method, Sample, curvature, distance, slope
from csindex.estimation.covariance.parameters import Parameters
from csindex.survey.stacks import Array

TOLERANCE = 1e-15
ROUNDS = 500


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
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Solution:
    """Minimise F from `theta` (q, m).

    A step is (H + λ diag H)⁻¹g with the expected curvature H (Levenberg 1944; Marquardt 1963); λ falls while F falls and
    rises where it would not. Members are done, each by itself, when the decrement is below `tolerance`.
    """
    m = theta.shape[1]
    theta, damping = theta.copy(), np.zeros(m)
    value, decrement = np.full(m, np.nan), np.full(m, np.inf)
    spent, open_ = np.zeros(m, dtype=np.intp), np.arange(m)
    done = np.zeros(m, dtype=np.bool_)
    value[:] = distance(theta, sample, parameters, method).value
    open_ = open_[np.isfinite(value)]
    if method == "ULS":
        # F then has a unit, that of the covariances squared.
        tolerance = tolerance * float(np.median(np.einsum("iim->im", sample.cov))) ** 2
    while len(open_):
        some = sample.part(open_)
        at = distance(theta[:, open_], some, parameters, method)
        g, H = slope(at, some, parameters), curvature(at, parameters)
        diagonal = np.arange(len(H))
        H[diagonal, diagonal] *= 1 + damping[open_]
        step = solve(H, g)
        decrement[open_] = np.einsum("qm,qm->m", g, step) * (1 + damping[open_])
        spent[open_] += 1
        flat = decrement[open_] < tolerance
        done[open_[flat]] = True
        new = theta[:, open_] + step
        trial = distance(new, some, parameters, method).value
        better = trial <= at.value * (1 + 1e-14) + 1e-14
        theta[:, open_[better]] = new[:, better]
        value[open_[better]] = trial[better]
        damping[open_] = np.where(better, _less(damping[open_]), np.maximum(damping[open_] * 8, 1e-3))
        stuck = damping[open_] > 1e8
        open_ = open_[~flat & ~stuck & (spent[open_] < rounds)]
    return Solution(theta, value, decrement, done, spent)


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
    damping, here = 0.0, value(phi)
    for _ in range(rounds):
        g, H = local(phi)
        H = H + damping * np.diag(np.diag(H))
        step = solve(H[..., None], g[:, None])[:, 0]
        if not np.isfinite(step).all() or damping > 1e8:
            return phi, False
        trial = value(phi + step)
        if trial <= here * (1 + 1e-14 * np.sign(here)) + 1e-14:
            phi, here, damping = phi + step, trial, float(_less(np.array(damping)))
        else:
            damping = max(8 * damping, 1e-3)
        if g @ step * (1 + damping) < tolerance:
            return phi, True
    return phi, False


def _less(damping: Array) -> Array:
    return np.where(damping < 1e-4, 0.0, damping / 5)
