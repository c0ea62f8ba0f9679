"""Estimates on replicates of the moments, and the index on each of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates, Status
from csindex.model.design import Design
from csindex.moments.moments import Moments
from csindex.options import Kind, Options
from csindex.replicates.bounded import Scores, between, weighting
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


@dataclass(frozen=True, slots=True)
class IndexOf:
    """A function from estimates to the index (..., q) of some constructs.

    Attributes
    ----------
    places : tuple of q pairs of int
        The number of each construct's stage, and its number in it.
    known : int
        Number of stages, from the first, whose items' means are those that the index is made of.
    """

    places: tuple[tuple[int, int], ...]
    known: int

    def __call__(self, e: Estimates) -> Array:
        """Return the index (..., q), the stack innermost in memory."""
        return _gathered([e.stages[number].index[..., at] for number, at in self.places])


def index_draws(
    quantity: IndexOf, designs: Sequence[Design], sample: Estimates, replicates: Estimates
) -> tuple[Array, Array]:
    """Return replicates (U, R, q) of the index and of the standard deviation of respondents' scores.

    A replicate that failed takes the sample's index weights: index v'm*, standard deviation √(v'S*v). Leaving such
    replicates out would bias the interval, because they are those in which nearly everybody gives the same answer.
    """
    found = [
        _of_one(number, at, designs, sample, replicates)
        if number < quantity.known
        else (replicates.stages[number].index[..., at], replicates.stages[number].deviation[..., at])
        for number, at in quantity.places
    ]
    return _gathered([draws for draws, _ in found]), _gathered([deviations for _, deviations in found])


def between_items(quantity: IndexOf, designs: Sequence[Design], replicates: Estimates, draws: Array) -> Array:
    """Return replicates (U, R, q) of the index, each within the means of its items; see `csindex.replicates.bounded.between`."""
    limited = [
        between(
            draws[..., column], _hundred(replicates.stages[number].mean, designs[number], designs[number].blocks[at])
        )
        if number < quantity.known
        else draws[..., column]
        for column, (number, at) in enumerate(quantity.places)
    ]
    return _gathered(limited)


def scores_of(quantity: IndexOf, sample: Estimates, moments: Moments, draws: Array, deviations: Array | None) -> Scores:
    """Return what intervals of the index (U, q) are computed from."""
    deviation = _gathered([sample.stages[number].deviation[..., at] for number, at in quantity.places])
    n, n_eff = (np.broadcast_to(count[:, None], deviation.shape) for count in (moments.n, moments.n_eff))
    with np.errstate(divide="ignore", invalid="ignore"):
        return Scores(draws, deviation, deviations, weighting(n, n_eff), n_eff)


def _of_one(
    number: int, at: int, designs: Sequence[Design], sample: Estimates, replicates: Estimates
) -> tuple[Array, Array]:
    one, drawn, design = sample.stages[number], replicates.stages[number], designs[number]
    block = design.blocks[at]
    draws, deviations = drawn.index[..., at], drawn.deviation[..., at]
    unit, member = np.nonzero(~np.isfinite(draws))
    if not len(unit):
        return draws, deviations
    v = one.index_weights[unit][:, block]
    scale = (design.sign * 100.0 / design.span)[block]
    mean = _hundred(drawn.mean[unit, member], design, block)
    S = unpack(drawn.packed[unit, member], design.p)[:, block, block] * scale[:, None] * scale
    draws, deviations = draws.copy(), deviations.copy()
    draws[unit, member] = (v * mean).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        deviations[unit, member] = np.sqrt(np.maximum(np.einsum("mi,mij,mj->m", v, S, v), 0.0))
    return draws, deviations


def _hundred(mean: Array, design: Design, block: slice) -> Array:
    """Return the means (..., i) on 0-100 of the items of a construct."""
    share = (mean[..., block] - design.low[block]) * (100.0 / design.span[block])
    return np.where(design.sign[block] > 0, share, 100.0 - share)


def _gathered(arrays: list[Array]) -> Array:
    return np.moveaxis(np.stack(arrays), 0, -1)
