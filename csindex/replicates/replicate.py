"""Any function of moments on their replicates, in blocks that bound memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from csindex.options import Kind
from csindex.replicates.source import Source
from csindex.stacks.layout import Array

BLOCK_CELLS = 1_500_000

Function = Callable[[NDArray[np.intp], Array, Array], Mapping[str, NDArray[Any]]]
"""From the places (T,) of the units among those asked for, means (p, T, ...) and packed covariances (p(p+1)/2, T, ...) of a
block of replicates to arrays (T, ...)."""


class Tiles(Protocol):
    """Moments of replicates, a tile at a time. A tile depends on the unit and its number only."""

    @property
    def joint(self) -> bool:
        """Whether a tile of one unit goes with the tile of the same number of every other unit."""

    def size(self, unit: int) -> int:
        """Return how many replicates a unit has."""

    def tile_size(self, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""

    def tile(self, unit: int, number: int) -> tuple[Array, Array]:
        """Return means (p, T, ...) and packed covariances (p(p+1)/2, T, ...) of a tile; the last may have more than needed."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Replicates of one kind from a source.

    Attributes
    ----------
    source : Source
    kind : str
        What they are made of.
    wanted : int
        How many for each unit; of nested ones, how many for each of the bootstrap's replicates.
    seed : int
    outer : int
        Number of the bootstrap's replicates, for nested ones.
    """

    source: Source
    kind: Kind
    wanted: int
    seed: int
    outer: int = 1

    @property
    def joint(self) -> bool:
        """Whether a tile of one unit goes with the tile of the same number of every other unit."""
        return self.source.joint

    @property
    def together(self) -> bool:
        """Whether replicate r of one unit goes with replicate r of every other."""
        return self.source.joint or self.kind == "replicate weights"

    def size(self, unit: int) -> int:
        """Return how many replicates a unit has."""
        return self.outer * self.source.size(self.kind, unit, self.wanted)

    def tile_size(self, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""
        return self.source.tile_size(self.kind, unit) * (self.wanted if self.kind == "nested" else 1)

    def tile(self, unit: int, number: int) -> tuple[Array, Array]:
        """Return means (p, T) and packed covariances (p(p+1)/2, T) of a tile."""
        return self.source.tile(self.kind, unit, number, self.seed, self.source.size(self.kind, unit, self.wanted))

    def coefficients(self, units: Sequence[int]) -> Array | None:
        """Return coefficients (U, R) of the variance Σ c_r (replicate_r - estimate)²; None where it is the replicates' own."""
        counts = [self.size(unit) for unit in units]
        if self.source.coefficients(self.kind, units[0], counts[0]) is None:
            return None
        out = np.zeros((len(units), max(counts)))
        for row, (unit, count) in enumerate(zip(units, counts, strict=True)):
            out[row, :count] = self.source.coefficients(self.kind, unit, count)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Replicates whose moments are there: means (U, R, p) and packed covariances (U, R, p(p+1)/2)."""

    mean: Array
    packed: Array
    joint: bool = False

    def size(self, unit: int) -> int:  # noqa: ARG002
        """Return how many replicates a unit has."""
        return int(self.mean.shape[1])

    def tile_size(self, unit: int) -> int:  # noqa: ARG002
        """Return the number of replicates in a tile."""
        return max(1, BLOCK_CELLS // int(self.mean.shape[2]) ** 2)

    def tile(self, unit: int, number: int) -> tuple[Array, Array]:
        """Return means (p, T) and packed covariances (p(p+1)/2, T) of a tile."""
        size = self.tile_size(unit)
        part = slice(number * size, (number + 1) * size)
        return self.mean[unit, part].T, self.packed[unit, part].T


@dataclass(frozen=True, slots=True)
class _Tile:
    """Some replicates of a unit: its `row` in the result, its `unit` in the source, the tile's `number`, and their places."""

    row: int
    unit: int
    number: int
    begin: int
    end: int


def replicate(
    tiles: Tiles,
    units: Sequence[int],
    function: Function,
    *,
    block_size: int = 1,
    absent: Mapping[str, int] | None = None,
    n_jobs: int = 1,
    advance: Callable[[int], object] | None = None,
) -> dict[str, NDArray[Any]]:
    """Return what a function makes of the replicates of U units.

    Parameters
    ----------
    tiles : Tiles
    units : sequence of U int
        The source's numbers of the units.
    function : callable
        See `Function`; with workers it must be picklable.
    block_size : int
        About how many replicates the function gets at a time; whole tiles. It bounds memory and changes no result.
    absent : mapping of array's name to int, optional
        What stands where a unit has fewer than R replicates; otherwise NaN, and 0 in integers.
    n_jobs : int
        Number of joblib's workers.
    advance : callable, optional
        Called with the number of replicates when a block is done.

    Returns
    -------
    dict of name to (U, R, ...)
        The stack innermost in memory.
    """
    counts = [tiles.size(unit) for unit in units]
    U, R = len(units), max(counts)
    blocks = list(_blocks(_tiles(tiles, units, counts), block_size))
    out: dict[str, NDArray[Any]] = {}
    for block, found in zip(blocks, _computed(tiles, blocks, function, n_jobs), strict=True):
        out = out or {name: _room(U * R, values, (absent or {}).get(name)) for name, values in found.items()}
        at = 0
        for tile in block:
            part, place = slice(at, at + tile.end - tile.begin), tile.row * R
            for name, values in found.items():
                out[name][place + tile.begin : place + tile.end] = values[part]
            at = part.stop
        if advance is not None:
            advance(at)
    return {name: _stacked(values, U, R) for name, values in out.items()}


def _tiles(tiles: Tiles, units: Sequence[int], counts: Sequence[int]) -> list[_Tile]:
    found = [
        _Tile(row, unit, number, begin, min(begin + size, count))
        for row, (unit, count) in enumerate(zip(units, counts, strict=True))
        for size in [tiles.tile_size(unit)]
        for number, begin in enumerate(range(0, count, size))
    ]
    # Where units share their draws, the tiles of one draw are made together: the source remembers the last draw.
    return sorted(found, key=lambda tile: tile.number) if tiles.joint else found


def _blocks(tiles: Iterable[_Tile], size: int) -> Iterator[list[_Tile]]:
    block: list[_Tile] = []
    for tile in tiles:
        block.append(tile)
        if sum(t.end - t.begin for t in block) >= size:
            yield block
            block = []
    if block:
        yield block


def _computed(
    tiles: Tiles, blocks: list[list[_Tile]], function: Function, n_jobs: int
) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Yield the arrays of each block, computed here or by joblib's workers."""
    if n_jobs == 1:
        yield from (_block(block, tiles, function) for block in blocks)
        return
    from joblib import Parallel, delayed

    try:
        workers = Parallel(n_jobs=n_jobs, return_as="generator")
    except ValueError:
        # Some backends, such as Ray's, return all results at once.
        workers = Parallel(n_jobs=n_jobs)
    yield from workers(delayed(_block)(block, tiles, function) for block in blocks)


def _block(block: list[_Tile], tiles: Tiles, function: Function) -> Mapping[str, NDArray[Any]]:
    means, covs, rows = [], [], []
    for tile in block:
        count = tile.end - tile.begin
        # A tile is always made whole, so that more replicates begin with the same ones.
        mean, packed = tiles.tile(tile.unit, tile.number)
        means.append(mean[:, :count])
        covs.append(packed[:, :count])
        rows += [tile.row] * count
    return function(np.array(rows), np.concatenate(means, axis=1), np.concatenate(covs, axis=1))


def _room(members: int, like: NDArray[Any], absent: int | None) -> NDArray[Any]:
    """Return an array (members, ...) for values like those (T, ...) of a block, the stack innermost in memory."""
    room = np.moveaxis(np.empty((*like.shape[1:], members), like.dtype), -1, 0)
    room[...] = absent if absent is not None else np.nan if like.dtype.kind == "f" else 0
    return room


def _stacked(values: NDArray[Any], U: int, R: int) -> NDArray[Any]:
    """Return values (U·R, ...) as (U, R, ...)."""
    inner = np.moveaxis(values, 0, -1)
    return np.moveaxis(inner.reshape(*inner.shape[:-1], U, R), (-2, -1), (0, 1))


def progress_bar(total: int, what: str, shown: bool) -> Any:
    """Return a bar that shows itself on work that takes more than two seconds, if it is to be shown at all."""
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=what, unit="", disable=not shown, delay=2.0, leave=False)
