"""Estimates on replicates of the moments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates, Status
from csindex.model.design import Design
from csindex.options import Kind, Options
from csindex.replicates.replicate import BLOCK_CELLS, Draws, Tiles, progress_bar, replicate
from csindex.replicates.source import Source
from csindex.stacks.layout import Array, take, unpack
from csindex.text.format import Language

Estimate = Callable[[Array, Array, Design, Options, Array | None, Array | None], Estimates]
"""From moments of a stack, with where to begin and what is given, to its estimates."""


@dataclass(frozen=True, slots=True)
class Replicates:
    """Replicates of the moments of U units, and what was estimated from them.

    Attributes
    ----------
    kind : str
        What they were made of; see `csindex.options.Kind`. "delta" ones are the small steps of analytic errors.
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


@dataclass(frozen=True, slots=True, eq=False)
class Estimation:
    """How a stack of replicates is estimated.

    Attributes
    ----------
    estimate : callable
    design, options : Design, Options
    start : (U, p) or (U, q), or None
        Where the estimation of the replicates of each unit begins.
    given : (U, ...) or None
        What else is known of each unit, and is the same in all its replicates.
    with_moments : bool
        Whether the estimates know the moments that they were made from.
    """

    estimate: Estimate
    design: Design
    options: Options
    start: Array | None = None
    given: Array | None = None
    with_moments: bool = True

    def __call__(self, rows: NDArray[np.intp], mean: Array, packed: Array) -> dict[str, NDArray[Any]]:
        """Return the arrays of the estimates of T replicates, of the units (T,), from moments (p, T), (p(p+1)/2, T)."""
        start, given = (None if one is None else take(one, rows) for one in (self.start, self.given))
        cov = unpack(packed.T, self.design.p)
        found = self.estimate(mean.T, cov, self.design, self.options, start, given).arrays
        return {**found, "mean": mean.T, "packed": packed.T} if self.with_moments else found


def estimates_of_tiles(tiles: Tiles, units: Sequence[int], estimation: Estimation, **work: Any) -> Estimates:
    """Return the estimates (U, R) of replicates; `work` goes to `csindex.replicates.replicate.replicate`."""
    block_size = work.pop("block_size", None) or max(1, BLOCK_CELLS // estimation.design.p**2)
    absent = {"status": int(Status.ABSENT)}
    arrays: dict[str, Any] = replicate(tiles, units, estimation, block_size=block_size, absent=absent, **work)
    return Estimates(**arrays)


def replicate_estimates(
    source: Source,
    units: NDArray[np.intp],
    estimation: Estimation,
    *,
    kind: Kind,
    wanted: int,
    seed: int,
    block_size: int | None = None,
    n_jobs: int = 1,
    progress: bool = False,
) -> Replicates:
    """Return replicates of one kind of all units, and their estimates.

    Parameters
    ----------
    source : Source
    units : (U,) int
        The source's numbers of the units.
    estimation : Estimation
        Its arrays are of these units.
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
    numbers = units.tolist()
    draws = Draws(source, kind, wanted, seed, outer=estimation.options.replicates if kind == "nested" else 1)
    with progress_bar(sum(map(draws.size, numbers)), "replicates", progress) as bar:
        work = {"block_size": block_size, "n_jobs": n_jobs, "advance": bar.update}
        estimates = estimates_of_tiles(draws, numbers, estimation, **work)
    return Replicates(
        kind=kind,
        words=source.words(kind),
        words_ko=source.words(kind, "ko"),
        estimates=estimates,
        coefficients=draws.coefficients(numbers),
        joint=draws.together,
    )
