"""Moments of scores and products, from the moments of what they are made of (array functions).

A stack (m, ...) has its members on the first axis, innermost in memory. A *composite* is a pair of columns (c,) and their
coefficients (m, c): a weighted sum of these columns.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.linear import solve
from csindex.index.scores import index_scores, to_hundred
from csindex.model.design import Design
from csindex.survey.stacks import Array, empty

Composite = tuple[NDArray[np.intp], Array]
Pairs = NDArray[np.intp]


def on_hundred(mean: Array, cov: Array, design: Design) -> tuple[Array, Array]:
    """Return moments (m, p), (m, p, p) on 0-100, reversed items turned round."""
    turn = design.sign * 100.0 / design.span
    return to_hundred(mean, design), cov * turn[:, None] * turn


def with_scores(mean: Array, cov: Array, v: Array, design: Design) -> tuple[Array, Array]:
    """Return the moments (m, k + p), (m, k + p, k + p) of the scores of k constructs and of their p items, on 0-100.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
        Of the items, on 0-100.
    v : (m, p)
        Index weights.
    """
    across, among = empty(len(mean), design.k, design.p), empty(len(mean), design.k, design.k)
    for j, block in enumerate(design.blocks):
        across[:, j] = np.einsum("mij,mj->mi", cov[:, :, block], v[:, block])
    for j, block in enumerate(design.blocks):
        among[:, :, j] = np.einsum("mli,mi->ml", across[:, :, block], v[:, block])
    means = np.concatenate([index_scores(v, mean, design).T, mean.T]).T
    return means, bordered(among, across, cov)


def bordered(among: Array, across: Array, rest: Array) -> Array:
    """Return (m, a+b, a+b) covariances put together from (m, a, a), (m, a, b) and (m, b, b)."""
    a, b = across.shape[1:]
    out = empty(len(across), a + b, a + b)
    out[:, :a, :a], out[:, :a, a:], out[:, a:, a:] = among, across, rest
    out[:, a:, :a] = np.swapaxes(across, 1, 2)
    return out


def centred_products(mean: Array, cov: Array, pairs: Pairs, centre: NDArray[np.float64]) -> tuple[Array, Array]:
    """Return the moments of p items and of the products of their deviations from the means of this very member.

    With x̃ = x - centre and m̃ its mean, (x_i - m_i)(x_j - m_j) = x̃_i x̃_j - m̃_j x̃_i - m̃_i x̃_j + m̃_i m̃_j: linear in what the
    moments are of.

    Parameters
    ----------
    mean, cov : (m, p + q), (m, p + q, p + q)
        Of the items, and of q products (x_i - centre_i)(x_j - centre_j).
    pairs : (q, 2) int
        i and j.
    centre : (p,)
    """
    i, j = pairs.T
    at = np.arange(len(centre), len(centre) + len(pairs))
    shift = mean[:, : len(centre)] - centre
    cov, mean = cov.copy(order="K"), mean.copy(order="K")
    cov[:, at] -= shift[:, j, None] * cov[:, i] + shift[:, i, None] * cov[:, j]
    cov[:, :, at] -= shift[:, None, j] * cov[:, :, i] + shift[:, None, i] * cov[:, :, j]
    mean[:, at] -= shift[:, i] * shift[:, j]
    return mean, cov


def combined(cov: Array, rows: Sequence[Composite]) -> Array:
    """Return the covariances (m, q, p) of q composites of the p columns with each of these."""
    out = empty(len(cov), len(rows), cov.shape[-1])
    for row, (columns, coefficients) in enumerate(rows):
        out[:, row] = np.einsum("mcj,mc->mj", cov[:, columns], coefficients)
    return out


def closed(across: Array, rows: Sequence[Composite]) -> Array:
    """Return the covariances (m, a, q) of a things with q composites, from those (m, a, p) with the p columns."""
    out = empty(len(across), across.shape[1], len(rows))
    for row, (columns, coefficients) in enumerate(rows):
        out[:, :, row] = np.einsum("mac,mc->ma", across[:, :, columns], coefficients)
    return out


def residual(cov: Array, columns: NDArray[np.intp], by: NDArray[np.intp]) -> Array:
    """Return covariances (m, p, p) in which some columns are replaced by their residuals on others.

    Parameters
    ----------
    columns : (q,) int
        What is replaced.
    by : (c,) int
        What it is regressed on; none of `columns`.
    """
    out = cov.copy(order="K")
    inside = cov[:, by[:, None], by]
    slopes = empty(len(cov), len(columns), len(by))
    for at, column in enumerate(columns):
        slopes[:, at] = solve(inside, cov[:, by, column])
    out[:, columns] -= np.einsum("mqc,mcj->mqj", slopes, cov[:, by])
    out[:, :, columns] -= np.einsum("mqc,mjc->mjq", slopes, out[:, :, by])
    return out
