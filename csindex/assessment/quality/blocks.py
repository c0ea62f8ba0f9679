"""Functions of the estimates of any stack, evaluated some members at a time so that memory stays bounded."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from csindex.fitting.estimates import Estimates
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.stacks import Array, empty

BLOCK_CELLS = 400_000


def blockwise(of: Callable[[Estimates], Array], estimates: Estimates) -> Array:
    """Return of(estimates) as (..., q), where `of` takes a stack (m,) and returns (m, q)."""
    stack = estimates.status.shape
    size = max(2, BLOCK_CELLS // estimates.mean.shape[-1] ** 2)
    parts = [of(part) for part in _parts(estimates, size)]
    whole = empty(sum(map(len, parts)), parts[0].shape[1])
    np.concatenate(parts, out=whole)
    return np.moveaxis(whole.T.reshape(-1, *stack), 0, -1)


def _parts(estimates: Estimates, size: int) -> Iterator[Estimates]:
    """Yield the estimates of some members after the other, as stacks (m,)."""
    stack = estimates.status.ndim
    flat: dict[str, Any] = {}
    for name in Estimates.__slots__:
        array = getattr(estimates, name)
        if array is not None and name != "lower":
            inner = np.moveaxis(array, range(stack), range(-stack, 0))
            flat[name] = inner.reshape(*inner.shape[: inner.ndim - stack], estimates.status.size)
    members = flat["status"].shape[-1]
    for begin in range(0, members, size):
        part = slice(begin, begin + size)
        yield Estimates(**{name: np.moveaxis(array[..., part], -1, 0) for name, array in flat.items()})


def oriented(matrix: Array, design: Design) -> Array:
    """Return (m, p, p) covariances or correlations of the items with reversed ones turned round."""
    return matrix if (design.sign > 0).all() else matrix * (design.sign[:, None] * design.sign)


def standard_weights(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return outer weights (m, p) of standardized items, whichever variant they were estimated with."""
    if options.variant == "standardized":
        return estimates.weights
    sd = np.sqrt(np.einsum("mii->mi", estimates.cov))
    return np.asarray(estimates.weights * sd * (100.0 / design.span))
