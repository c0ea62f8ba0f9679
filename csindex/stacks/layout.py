"""The memory layout of stacks, and symmetric matrices without their double half.

Every array has its stack on the leading axes, as in ``(..., p, p)``. In memory the stack is innermost: element (i, j)
of all members lies side by side, so that arithmetic on small matrices runs along long vectors. NumPy's ufuncs and
einsum keep that layout by themselves; the functions here bring it about.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def empty(members: int, *shape: int) -> Array:
    """Return an uninitialised array of shape (members, *shape) with the stack innermost in memory."""
    return np.moveaxis(np.empty((*shape, members)), -1, 0)


def take(array: Array, members: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Array:
    """Return the chosen members of a (m, ...) array, the stack again innermost in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)[..., members]), -1, 0)


def flatten(array: Array, trailing: int) -> Array:
    """Return (..., *trailing axes) as (m, *trailing axes) with the stack innermost in memory."""
    inner = np.moveaxis(array, range(-trailing, 0), range(trailing)) if trailing else array
    return np.moveaxis(np.ascontiguousarray(inner.reshape(*inner.shape[:trailing], -1)), -1, 0)


@cache
def packing(p: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns (p(p+1)/2,) of the packed elements, and (p, p) where to find each element."""
    rows, columns = np.triu_indices(p)
    place = np.empty((p, p), dtype=np.intp)
    place[rows, columns] = place[columns, rows] = np.arange(len(rows))
    return rows, columns, place


def pack(matrix: Array) -> Array:
    """Return symmetric (..., p, p) as (..., p(p+1)/2)."""
    rows, columns, _ = packing(matrix.shape[-1])
    return np.moveaxis(np.moveaxis(matrix, (-2, -1), (0, 1))[rows, columns], 0, -1)


def unpack(packed: Array, p: int) -> Array:
    """Return packed (..., p(p+1)/2) as symmetric (..., p, p)."""
    return np.moveaxis(np.moveaxis(packed, -1, 0)[packing(p)[2]], (0, 1), (-2, -1))
