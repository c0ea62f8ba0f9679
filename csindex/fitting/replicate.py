"""Estimates on replicates of the moments, in blocks that bound memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.fitting.estimates import Estimates, estimate
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.sources import Source
from csindex.survey.stacks import Array, take, unpack

BLOCK_CELLS = 1_500_000


@dataclass(frozen=True, slots=True)
class Replicates:
    """Replicates of the moments of U units, and what was estimated from them.

    Attributes
    ----------
    mean : (U, R, p)
    packed : (U, R, p(p+1)/2)
        Covariances without their double half; see `moments`.
    estimates : Estimates
        With the stack (U, R).
    method : str
        How the replicates were made.
    """

    mean: Array
    packed: Array
    estimates: Estimates
    method: str

    @property
    def cov(self) -> Array:
        """(U, R, p, p) covariances, made when asked for."""
        return unpack(self.packed, self.mean.shape[-1])


def replicate(
    source: Source,
    units: NDArray[np.intp],
    sample: Estimates,
    design: Design,
    options: Options,
    *,
    seed: int,
    block_size: int | None = None,
    progress: bool = False,
) -> Replicates:
    """Make the replicates of all units and estimate them.

    Parameters
    ----------
    source : Source
    units : (U,) int
        The source's numbers of the units.
    sample : Estimates
        Of these units, a stack (U,).
    design, options : Design, Options
    seed : int
    block_size : int, optional
        About how many replicates are estimated at a time. It bounds memory and changes no result.
    progress : bool
        Show a bar when it takes more than a few seconds.
    """
    R, p = options.replicates, design.p
    size = block_size or max(1, BLOCK_CELLS // p**2)
    members = len(units) * R
    mean, packed = np.empty((p, members)), np.empty((p * (p + 1) // 2, members))
    out = Estimates.allocate(members, design)
    begin = end = 0
    with _bar(members, progress) as bar:
        for row, unit in enumerate(units):
            tile = source.tile_size(unit)
            for number in range(-(-R // tile)):
                count = min(tile, R - number * tile)
                # A tile is always drawn whole, so that more replicates begin with the same ones.
                m, s = source.tile(int(unit), number, seed, tile)
                mean[:, end : end + count], packed[:, end : end + count] = m[:, :count], s[:, :count]
                end += count
                last = row == len(units) - 1 and end == members
                while end - begin >= size or (last and begin < end):
                    block = slice(begin, min(begin + size, end))
                    start = take(sample.weights, np.arange(block.start, block.stop) // R)
                    cov = unpack(packed[:, block].T, p)
                    out.put(block, estimate(mean[:, block].T, cov, design, options, start))
                    bar.update(block.stop - begin)
                    begin = block.stop
    stack = (len(units), R)
    return Replicates(
        mean=np.moveaxis(mean.reshape(p, *stack), 0, -1),
        packed=np.moveaxis(packed.reshape(-1, *stack), 0, -1),
        estimates=out.reshape(*stack),
        method=source.method,
    )


def _bar(members: int, progress: bool):  # type: ignore[no-untyped-def]
    from tqdm.auto import tqdm

    return tqdm(total=members, desc="replicates", unit="", disable=not progress, delay=2.0, leave=False)
