"""Matrices with the stack on the last axis."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from csindex.stacks.layout import Array


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS to one thread: for small matrices more of them cost many times what they bring on a busy machine."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield


def product(a: Array, b: Array) -> Array:
    """Return a·b of (i, j, m) and (j, k, m)."""
    return np.asarray(np.einsum("ijm,jkm->ikm", a, b))


def transposed(a: Array) -> Array:
    """Return a' of (i, j, m)."""
    return np.swapaxes(a, 0, 1)


def inverse(matrix: Array) -> tuple[Array, Array]:
    """Return the inverses (p, p, m) of positive definite matrices and the logarithms of their determinants (m,).

    Both are NaN where a matrix is not positive definite.
    """
    p, _, m = matrix.shape
    low, back = np.zeros((p, p, m)), np.zeros((p, p, m))
    logdet = np.zeros(m)
    with np.errstate(invalid="ignore", divide="ignore"):
        for j in range(p):
            column = matrix[j:, j] - np.einsum("itm,tm->im", low[j:, :j], low[j, :j])
            pivot = np.where(column[0] > 1e-13 * matrix[j, j], column[0], np.nan)
            root = np.sqrt(pivot)
            low[j:, j] = column / root
            logdet += np.log(pivot)
            back[j, :j] = -np.einsum("tm,tim->im", low[j, :j], back[:j, :j]) / root
            back[j, j] = 1 / root
        out = np.einsum("tim,tjm->ijm", back, back)
    out[..., ~np.isfinite(logdet)] = np.nan
    return out, logdet


def solve(matrix: Array, right: Array) -> Array:
    """Solve (q, q, m) systems of symmetric matrices with a positive diagonal, each scaled to a diagonal of 1.

    Returns (q, m), NaN where a matrix holds NaN.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = 1 / np.sqrt(np.einsum("iim->im", matrix))
    scaled = np.moveaxis(matrix * scale[:, None] * scale[None], -1, 0)
    bad = ~np.isfinite(scaled).all(axis=(1, 2))
    # An exactly singular member would stop LAPACK for all of them.
    scaled = np.where(bad[:, None, None], np.eye(len(matrix)), scaled) + 1e-14 * np.eye(len(matrix))
    x = np.linalg.solve(scaled, np.moveaxis(right * scale, -1, 0)[..., None])[..., 0]
    x[bad] = np.nan
    return np.asarray(np.moveaxis(x, 0, -1) * scale)
