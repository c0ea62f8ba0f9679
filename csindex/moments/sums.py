"""From rows to weighted sums, and from sums to moments: the only place where respondents' answers are touched.

Everything is written for T replicates at once: column t of `weights` holds the rows' weights in replicate t. The sums of
all replicates are one matrix product. Answers are shifted by a constant near their centre beforehand, so that nothing is
lost to cancellation.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array, packing

CHUNK = 16_384


def complete_sums(x: Array, weights: Array) -> Array:
    """Return weighted sums of rows without missing answers.

    Parameters
    ----------
    x : (n, p)
        Shifted answers.
    weights : (n, T)

    Returns
    -------
    (1 + p + p(p+1)/2, T)
        Sums of w, wx and wxx' (packed).
    """
    rows, columns, _ = packing(x.shape[1])

    def products(part: slice) -> Array:
        answers = x[part]
        return np.column_stack([np.ones(len(answers)), answers, answers[:, rows] * answers[:, columns]])

    return _summed(products, weights)


def present_sums(x: Array, weights: Array) -> Array:
    """Return weighted sums of rows with missing answers (NaN), each over the rows where both items are answered.

    Returns
    -------
    (1 + 2 p² + p(p+1), T)
        Sum of w; of w x_i and of w x_i² over the rows that answered j, for each (i, j); of w and of w x_i x_j over
        the rows that answered both (packed).
    """
    p = x.shape[1]
    rows, columns, _ = packing(p)

    def products(part: slice) -> Array:
        answered = ~np.isnan(x[part])
        filled = np.where(answered, x[part], 0.0)
        with_j = answered.astype(np.float64)[:, None, :]
        return np.column_stack(
            [
                np.ones(len(filled)),
                (filled[:, :, None] * with_j).reshape(-1, p * p),
                (filled[:, :, None] ** 2 * with_j).reshape(-1, p * p),
                answered[:, rows] & answered[:, columns],
                filled[:, rows] * filled[:, columns],
            ]
        )

    return _summed(products, weights)


def _summed(products: Callable[[slice], Array], weights: Array) -> Array:
    """Return products' @ weights, in chunks of rows so that memory stays bounded."""
    total = products(slice(0, CHUNK)).T @ weights[:CHUNK]
    for begin in range(CHUNK, len(weights), CHUNK):
        total += products(slice(begin, begin + CHUNK)).T @ weights[begin : begin + CHUNK]
    return np.asarray(total)


def complete_moments(sums: Array, p: int, n: NDArray[np.float64] | float) -> tuple[Array, Array]:
    """Return mean (p, ...) and packed covariance (p(p+1)/2, ...) of `complete_sums`, stack last.

    With weights w of n rows the covariance is Σw(x-m)(x-m)'/Σw · n/(n-1), so that w = 1 gives the sample covariance.
    """
    rows, columns, _ = packing(p)
    mean = sums[1 : 1 + p] / sums[0]
    cov = sums[1 + p :] / sums[0]
    cov -= mean[rows] * mean[columns]
    cov *= n / (n - 1)
    return mean, cov


def mean_filled_moments(sums: Array, p: int, n: NDArray[np.float64] | float) -> tuple[Array, Array]:
    """Return the moments of `present_sums` when every missing answer is replaced by its item's mean."""
    total, own, _, both, cross = _parts(sums, p)
    rows, columns, _ = packing(p)
    diagonal = np.arange(p)
    mean = own[diagonal, diagonal] / _of(both, diagonal, diagonal, p)
    a, b = mean[rows], mean[columns]
    cov = (cross - b * own[rows, columns] - a * own[columns, rows] + a * b * both) / total
    return mean, cov * (n / (n - 1))


def pairwise_moments(sums: Array, p: int, n: NDArray[np.float64] | float) -> tuple[Array, Array]:
    """Return the moments of `present_sums` when every correlation uses the rows that answered both its items.

    Means and standard deviations are those of all rows that answered the item. The covariance of a pair is its
    correlation, taken with the means and deviations of the rows that answered both, times those deviations.
    """
    total, own, square, both, cross = _parts(sums, p)
    rows, columns, _ = packing(p)
    diagonal = np.arange(p)
    count = _of(both, diagonal, diagonal, p)
    mean = own[diagonal, diagonal] / count
    answered = n * count / total
    sd = np.sqrt((square[diagonal, diagonal] / count - mean**2) * (answered / (answered - 1)))
    a, b = own[rows, columns] / both, own[columns, rows] / both
    var_a, var_b = square[rows, columns] / both - a**2, square[columns, rows] / both - b**2
    correlation = (cross / both - a * b) / np.sqrt(var_a * var_b)
    return mean, correlation * sd[rows] * sd[columns]


def _parts(sums: Array, p: int) -> tuple[Array, Array, Array, Array, Array]:
    packed = p * (p + 1) // 2
    ends = np.cumsum([1, p * p, p * p, packed])
    total, own, square, both, cross = np.split(sums, ends)
    tail = sums.shape[1:]
    return total[0], own.reshape(p, p, *tail), square.reshape(p, p, *tail), both, cross


def _of(packed: Array, rows: NDArray[np.intp], columns: NDArray[np.intp], p: int) -> Array:
    return packed[packing(p)[2][rows, columns]]
