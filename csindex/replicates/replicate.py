"""Estimates on replicates of the moments, in blocks that bound memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates, Status, estimate
from csindex.model.design import Design
from csindex.options import Kind, Options
from csindex.replicates.source import Source
from csindex.stacks.layout import Array, take, unpack
from csindex.text.format import Language

BLOCK_CELLS = 1_500_000


@dataclass(frozen=True, slots=True)
class Replicates:
    """Replicates of the moments of U units, and what was estimated from them.

    Attributes
    ----------
    kind : str
        What they were made of; see `csindex.options.Kind`. "delta" ones are the small steps of `analytic`.
    words, words_ko : str
        How they were made, in English and in Korean.
    estimates : Estimates
        With the stack (U, R), and with their moments.
    coefficients : (U, R) or None
        Variance = Σ coefficient · (replicate - estimate)²; None where it is the replicates' own variance.
    joint : bool
        Whether replicate r of one unit goes with replicate r of every other, because units are domains of one sample;
        otherwise units are independent.
    """

    kind: Kind | Literal["delta"]
    words: str
    words_ko: str
    estimates: Estimates
    coefficients: Array | None
    joint: bool

    def words_in(self, lang: Language) -> str:
        """Return how they were made."""
        return self.words if lang == "en" else self.words_ko


@dataclass(frozen=True, slots=True)
class Tile:
    """Some replicates of a unit: its `row` in the result, its `unit` in the source, the tile's `number`, and their places."""

    row: int
    unit: int
    number: int
    begin: int
    end: int


def replicate(
    source: Source,
    units: NDArray[np.intp],
    sample: Estimates,
    design: Design,
    options: Options,
    weights: Array | None = None,
    *,
    kind: Kind,
    wanted: int,
    seed: int,
    block_size: int | None = None,
    n_jobs: int = 1,
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
    weights : (U, p(p+1)/2), optional
        Of the moments under DWLS: those of the sample.
    kind : str
        What the replicates are made of.
    wanted : int
        How many for each unit; of nested ones, how many in each of the bootstrap's resamples.
    seed : int
    block_size : int, optional
        About how many replicates are estimated at a time. It bounds memory and changes no result.
    n_jobs : int
        Number of joblib's workers.
    progress : bool
        Show a bar when it takes more than a few seconds.
    """
    p = design.p
    counts = [source.size(kind, int(unit), wanted) for unit in units]
    inner = wanted if kind == "nested" else 1
    if kind == "nested":
        counts = [options.replicates * inner] * len(units)
    R = max(counts)
    mean, packed = np.full((p, len(units), R), np.nan), np.full((p * (p + 1) // 2, len(units), R), np.nan)
    out = Estimates.allocate(len(units) * R, design, sample.theta.shape[-1])
    out.status[...] = Status.ABSENT
    size = block_size or max(1, BLOCK_CELLS // p**2)
    tiles = _tiles(source, kind, units, counts, inner)
    blocks = list(_blocks(tiles, size))
    start = sample.theta if options.estimator == "cbsem" else sample.weights
    known = (start, sample.index_weights if options.weights_from else weights)
    with _bar(sum(counts), progress) as bar:
        for block, (m, s, found) in zip(
            blocks, _computed(source, blocks, known, design, options, kind, wanted, seed, n_jobs), strict=True
        ):
            at = 0
            for tile in block:
                part = slice(at, at + tile.end - tile.begin)
                mean[:, tile.row, tile.begin : tile.end] = m[:, part]
                packed[:, tile.row, tile.begin : tile.end] = s[:, part]
                out.put(slice(tile.row * R + tile.begin, tile.row * R + tile.end), found.part(part))
                at = part.stop
            bar.update(at)
    coefficients = None
    if source.coefficients(kind, int(units[0]), counts[0]) is not None:
        coefficients = np.zeros((len(units), R))
        for row, (unit, count) in enumerate(zip(units, counts, strict=True)):
            coefficients[row, :count] = source.coefficients(kind, int(unit), count)
    return Replicates(
        kind=kind,
        words=source.words(kind),
        words_ko=source.words(kind, "ko"),
        estimates=out.reshape(len(units), R).made_from(np.moveaxis(mean, 0, -1), np.moveaxis(packed, 0, -1)),
        coefficients=coefficients,
        joint=source.joint or kind == "replicate weights",
    )


def _tiles(source: Source, kind: Kind, units: NDArray[np.intp], counts: list[int], inner: int) -> list[Tile]:
    tiles = [
        Tile(row, int(unit), number, begin, min(begin + size, count))
        for row, (unit, count) in enumerate(zip(units, counts, strict=True))
        for size in [source.tile_size(kind, int(unit)) * inner]
        for number, begin in enumerate(range(0, count, size))
    ]
    # Where units share their draws, the tiles of one draw are made together.
    return sorted(tiles, key=lambda tile: tile.number) if source.joint else tiles


def _blocks(tiles: Iterable[Tile], size: int) -> Iterator[list[Tile]]:
    block: list[Tile] = []
    for tile in tiles:
        block.append(tile)
        if sum(t.end - t.begin for t in block) >= size:
            yield block
            block = []
    if block:
        yield block


def _computed(
    source: Source,
    blocks: list[list[Tile]],
    known: tuple[Array, Array | None],
    design: Design,
    options: Options,
    kind: Kind,
    wanted: int,
    seed: int,
    n_jobs: int,
) -> Iterator[tuple[Array, Array, Estimates]]:
    """Yield the moments and estimates of each block, computed here or by joblib's workers."""
    task = (source, known, design, options, kind, wanted, seed)
    if n_jobs == 1:
        yield from (_block(block, *task) for block in blocks)
        return
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=n_jobs, return_as="generator")(delayed(_block)(block, *task) for block in blocks)


def _block(
    block: list[Tile],
    source: Source,
    known: tuple[Array, Array | None],
    design: Design,
    options: Options,
    kind: Kind,
    wanted: int,
    seed: int,
) -> tuple[Array, Array, Estimates]:
    means, covs, rows = [], [], []
    for tile in block:
        count = tile.end - tile.begin
        # A tile is always made whole, so that more replicates begin with the same ones.
        m, s = source.tile(kind, tile.unit, tile.number, seed, source.size(kind, tile.unit, wanted))
        means.append(m[:, :count])
        covs.append(s[:, :count])
        rows += [tile.row] * count
    mean, packed = np.concatenate(means, axis=1), np.concatenate(covs, axis=1)
    start, carried = (None if given is None else take(given, np.array(rows)) for given in known)
    return mean, packed, estimate(mean.T, unpack(packed.T, design.p), design, options, start, carried)


def _bar(total: int, progress: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=total, desc="replicates", unit="", disable=not progress, delay=2.0, leave=False)
