"""Small linear systems for all members of a stack at once."""

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array, empty

SINGULAR_BELOW = 1e-12


def solve(matrix: Array, right: Array) -> Array:
    """Solve symmetric positive definite systems by Cholesky's method.

    Parameters
    ----------
    matrix : (m, q, q)
    right : (m, q)

    Returns
    -------
    (m, q)
        NaN where a matrix is not positive definite.
    """
    members, q = right.shape
    low = empty(members, q, q)
    x = empty(members, q)
    with np.errstate(invalid="ignore", divide="ignore"):
        for j in range(q):
            pivot = matrix[:, j, j] - np.einsum("mt,mt->m", low[:, j, :j], low[:, j, :j])
            low[:, j, j] = np.sqrt(np.where(pivot > 1e-12 * matrix[:, j, j], pivot, np.nan))
            for i in range(j + 1, q):
                low[:, i, j] = (matrix[:, i, j] - np.einsum("mt,mt->m", low[:, i, :j], low[:, j, :j])) / low[:, j, j]
            x[:, j] = (right[:, j] - np.einsum("mt,mt->m", low[:, j, :j], x[:, :j])) / low[:, j, j]
        for j in reversed(range(q)):
            x[:, j] = (x[:, j] - np.einsum("mt,mt->m", low[:, j + 1 :, j], x[:, j + 1 :])) / low[:, j, j]
    return x


def solve_general(matrix: Array, right: Array) -> Array:
    """Solve systems that need not be positive definite, with a diagonal of about 1.

    Parameters
    ----------
    matrix : (m, q, q)
    right : (m, q)

    Returns
    -------
    (m, q)
        NaN where a matrix is singular.
    """
    regular = _regular(matrix)
    x = empty(*right.shape)
    x[...] = np.linalg.solve(np.where(regular[:, None, None], matrix, np.eye(right.shape[1])), right[..., None])[..., 0]
    x[~regular] = np.nan
    return x


def inverse_general(matrix: Array) -> Array:
    """Return the inverses of (m, q, q), NaN where a matrix is singular."""
    regular = _regular(matrix)
    x = empty(*matrix.shape)
    x[...] = np.linalg.inv(np.where(regular[:, None, None], matrix, np.eye(matrix.shape[-1])))
    x[~regular] = np.nan
    return x


def _regular(matrix: Array) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(np.linalg.det(matrix)) > SINGULAR_BELOW)


def solve_nonnegative(matrix: Array, right: Array, rounds: int = 100) -> Array:
    """Minimise x'Ax - 2x'b over x >= 0 by block principal pivoting (Kim & Park 2011).

    Parameters
    ----------
    matrix : (m, q, q)
        Positive definite.
    right : (m, q)
    rounds : int
        The most exchanges; members that are not settled then are NaN.

    Returns
    -------
    (m, q)
        At least one positive element wherever `right` has one.
    """
    members, q = right.shape
    eye = np.eye(q, dtype=np.bool_)
    free = np.asarray(right > 0)
    fewest, patience = np.full(members, q + 1), np.full(members, 3)
    for _ in range(rounds):
        inside = free[:, :, None] & free[:, None, :]
        x = solve(np.where(inside, matrix, np.where(eye, 1.0, 0.0)), np.where(free, right, 0.0))
        slope = np.einsum("mij,mj->mi", matrix, x) - right
        wrong = np.where(free, x < 0, slope < -1e-12)
        count = wrong.sum(axis=1)
        if not count.any():
            return x
        better = count < fewest
        fewest = np.where(better, count, fewest)
        patience = np.where(better, 3, patience - 1)
        last = wrong & (np.arange(q) == (q - 1 - np.argmax(wrong[:, ::-1], axis=1))[:, None])
        free ^= np.where((patience >= 0)[:, None], wrong, last)
    return np.where((count == 0)[:, None], x, np.nan)


def inverse(matrix: Array) -> Array:
    """Return the inverses of positive definite (m, q, q), NaN where there is none."""
    members, q = matrix.shape[:2]
    columns = [solve(matrix, np.broadcast_to(unit, (members, q))) for unit in np.eye(q)]
    out = empty(members, q, q)
    for j, column in enumerate(columns):
        out[:, :, j] = column
    return out


def largest_inflation(matrix: Array) -> NDArray[np.float64]:
    """Return the largest variance inflation factor (m,) of correlation matrices (m, q, q); infinite if singular."""
    diagonal = np.einsum("mii->mi", inverse(matrix))
    return np.asarray(np.nan_to_num(diagonal.max(axis=1), nan=np.inf))
