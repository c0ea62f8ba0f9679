"""Which weights are compatible with published, rounded scores: least squares and linear programmes (array functions).

U published indices p (U,) are taken to be D w for dimension scores D (U, k) and weights w (k,). Everything that is
published is rounded, so weights are compatible if there are unrounded scores D + E with |(D + E) w - p| ≤ r, where
|E| ≤ s. For weights that are not negative this is |D w - p| ≤ r + s Σw, row by row.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from csindex.survey.stacks import Array

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """What is published, and what is asked of the weights.

    Attributes
    ----------
    scores : (U, k)
    index : (U,)
    rounding : (U,)
        Half a unit of the last digit of the index.
    score_rounding : (U,)
        The same for the dimension scores.
    sum_to_one, nonnegative : bool
    """

    scores: Array
    index: Array
    rounding: Array
    score_rounding: Array
    sum_to_one: bool
    nonnegative: bool


def least_squares(data: Published) -> Array:
    """Return the weights (k,) with the smallest sum of squared errors, errors measured in units of the rounding.

    Under Σw = 1 the errors are (D - p1')w =: A w. Without signs to keep, w is the solution of A'A w = λ1, found by least
    squares on contrasts; with them it is proportional to the x ≥ 0 that makes |A x|² + (1'x - 1)² least (Haskell & Hanson
    1981, for which Lawson & Hanson's algorithm serves).
    """
    from scipy.optimize import nnls

    scale = 1 / data.rounding[:, None]
    k = data.scores.shape[1]
    if not data.sum_to_one:
        D, p = data.scores * scale, data.index * scale[:, 0]
        return np.asarray(nnls(D, p)[0] if data.nonnegative else np.linalg.lstsq(D, p)[0])
    A = (data.scores - data.index[:, None]) * scale
    if data.nonnegative:
        x = nnls(np.vstack([A, np.ones(k)]), np.r_[np.zeros(len(A)), 1.0])[0]
        return np.asarray(x / x.sum())
    contrasts = np.vstack([-np.ones(k - 1), np.eye(k - 1)])
    start = np.full(k, 1 / k)
    return np.asarray(start - contrasts @ np.linalg.lstsq(A @ contrasts, A @ start)[0])


def ranges(data: Published, sums: Array) -> Array:
    """Return the least and the largest value (m, 2) of sums of weights, sums (m, k); NaN where no weights are compatible."""
    return np.array([[_least(data, row), -_least(data, -row)] for row in sums])


def _least(data: Published, direction: Array) -> float:
    """Return the least value of direction @ w over compatible weights; -inf where there is none, NaN without weights."""
    from scipy.optimize import linprog

    slack, s = data.rounding + TOLERANCE, data.score_rounding[:, None]
    k = len(direction)
    found: Any = linprog(
        direction,
        A_ub=np.vstack([data.scores - s, -data.scores - s]),
        b_ub=np.r_[data.index + slack, slack - data.index],
        A_eq=np.ones((1, k)) if data.sum_to_one else None,
        b_eq=[1.0] if data.sum_to_one else None,
        bounds=(0 if data.nonnegative else None, None),
    )
    return float(found.fun) if found.status == 0 else (-np.inf if found.status == 3 else np.nan)


def smallest_error(data: Published, sums: Array, values: Array) -> tuple[Array, float, float]:
    """Return the weights (k,) that keep given sums and have the smallest largest error.

    Parameters
    ----------
    data : Published
    sums, values : (m, k), (m,)
        The weights must give sums @ w = values.

    Returns
    -------
    weights (k,), error, excess : array, float, float
        The largest |D w - p|; and by how much the rounding would have to be larger for the weights to be compatible, 0
        where they are. NaN where no weights have these sums.
    """
    weights, error = _minimax(data, sums, values, np.zeros_like(data.index), np.zeros_like(data.index))
    _, excess = _minimax(data, sums, values, data.rounding, data.score_rounding)
    return weights, error, excess


def _minimax(data: Published, sums: Array, values: Array, r: Array, s: Array) -> tuple[Array, float]:
    """Return weights and the least t ≥ 0 with |D w - p| ≤ t + r + s Σw."""
    from scipy.optimize import linprog

    U, k = data.scores.shape
    wide = s[:, None]
    A = np.block([[data.scores - wide, -np.ones((U, 1))], [-data.scores - wide, -np.ones((U, 1))]])
    equal, level = np.c_[sums, np.zeros(len(sums))], values
    if data.sum_to_one:
        equal, level = np.vstack([equal, np.r_[np.ones(k), 0.0]]), np.r_[values, 1.0]
    found: Any = linprog(
        np.r_[np.zeros(k), 1.0],
        A_ub=A,
        b_ub=np.r_[data.index + r, r - data.index],
        A_eq=equal if len(equal) else None,
        b_eq=level if len(equal) else None,
        bounds=[(0 if data.nonnegative else None, None)] * k + [(0, None)],
    )
    return (found.x[:k], float(found.fun)) if found.status == 0 else (np.full(k, np.nan), np.nan)
