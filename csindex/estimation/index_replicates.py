"""Replicates of index scores with their standard deviations, from the estimates and moments of each replicate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csindex.estimation.estimates import Estimates
from csindex.model.design import Design
from csindex.moments.moments import Moments
from csindex.replicates.bounded import Scores, between, weighting
from csindex.stacks.layout import Array, unpack


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
