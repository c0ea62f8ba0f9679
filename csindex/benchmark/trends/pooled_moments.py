"""Measurement models of several units together, on replicates (array functions)."""

import numpy as np
from numpy.typing import NDArray

from csindex.fitting.estimates import Estimates, estimate
from csindex.fitting.replicate import BLOCK_CELLS
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.stacks import Array, flatten, pack, take, unpack


def pool_moments(mean: Array, packed: Array, n: Array, weight: Array, member: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return the moments of groups of units, as if the rows of a group had been one frame.

    Parameters
    ----------
    mean : (U, R, p)
    packed : (U, R, p(p+1)/2)
        Covariances, see `csindex.survey.moments.Moments`.
    n, weight : (U,)
        Answers and sums of case weights; those of the sample stand for all its replicates.
    member : (U,)
        Number of each unit's group, 0 to G - 1.

    Returns
    -------
    mean : (G, R, p)
    packed : (G, R, p(p+1)/2)
    """
    # A group at a time, so that products of means of all units and replicates are never in memory together.
    groups = [np.flatnonzero(member == g) for g in range(int(member.max()) + 1)]
    found = [_pooled(mean[own], packed[own], n[own], weight[own]) for own in groups]
    return np.stack([m for m, _ in found]), np.stack([s for _, s in found])


def _pooled(mean: Array, packed: Array, n: Array, weight: Array) -> tuple[Array, Array]:
    """Return mean (R, p) and packed covariance of one group, NaN where a unit has no moments."""
    total, rows = weight.sum(), n.sum()
    known = np.isfinite(mean[..., 0]) & np.isfinite(packed[..., 0])
    if not known.all():
        mean, packed = (np.where(known[..., None], x, 0.0) for x in (mean, packed))
    # Means are taken from a common origin, so that the difference of squares below loses no digits.
    origin = mean.mean(axis=(0, 1))
    m = (mean - origin).transpose(1, 0, 2)
    centre = np.einsum("u,rup->rp", weight, m) / total
    between = (m * weight[:, None]).swapaxes(1, 2) @ m - total * centre[:, :, None] * centre[:, None]
    scatter = np.tensordot(weight * (n - 1) / n, packed, 1) + pack(between)
    centre[~known.all(axis=0)] = np.nan
    return centre + origin, scatter / total * (rows / (rows - 1))


def estimates_of(mean: Array, packed: Array, design: Design, options: Options, start: Array | None = None) -> Estimates:
    """Return the estimates of a stack (G, R) of moments, in blocks that bound memory.

    Parameters
    ----------
    mean, packed : (G, R, p), (G, R, p(p+1)/2)
    design, options : Design, Options
    start : (G, p), optional
        Outer weights with which the iteration begins and by which signs are settled.
    """
    G, R, p = mean.shape
    m, s = flatten(mean, 1), flatten(packed, 1)
    group = np.repeat(np.arange(G), R)
    out = Estimates.allocate(G * R, design)
    size = max(1, BLOCK_CELLS // p**2)
    for begin in range(0, G * R, size):
        part = slice(begin, min(begin + size, G * R))
        first = None if start is None else take(start, group[part])
        out.put(part, estimate(m[part], unpack(s[part], p), design, options, first))
    return out.reshape(G, R)
