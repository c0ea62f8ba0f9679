"""Units by waves: the grid on which changes are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.unit_facts import numbered
from csindex.benchmark.unit_scores import UnitScores, side_by_side
from csindex.benchmark.wave_order import ordered_waves
from csindex.errors import OptionError
from csindex.fitting.constructs import place
from csindex.fitting.result import Fit
from csindex.index.scores import to_hundred
from csindex.messages import Argument, Message, Several
from csindex.stacks.layout import Array

MOST_NAMED = 8


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """G units in T waves.

    Attributes
    ----------
    units : data frame of G rows
        Labels without the wave; no columns where there is a single unit.
    wave : str
        The column of the waves.
    waves : list of T labels
        In order.
    place : (G, T) int
        Row of each unit and wave among the scores, -1 where it was not measured.
    """

    units: pd.DataFrame
    wave: str
    waves: list[Any]
    place: NDArray[np.intp]

    @classmethod
    def of(cls, labels: pd.DataFrame, wave: str) -> "Grid":
        """Return the grid of units whose labels have a column `wave`.

        Raises
        ------
        OptionError
            If there is no such column, a single wave, or labels that do not show their order.
        """
        if wave not in labels.columns:
            known = Several(map(repr, labels.columns), len(labels.columns))
            by = Argument("by", ["company", wave])
            raise OptionError(Message("benchmark.no_wave_column", wave=Argument("wave", wave), known=known, by=by))
        waves = ordered_waves(labels[wave], wave)
        if len(waves) < 2:
            raise OptionError(Message("benchmark.single_wave", wave=wave, label=waves[0]))
        own = labels.drop(columns=wave)
        number = np.zeros(len(labels), dtype=np.intp)
        if own.shape[1]:
            number = numbered(own)
        first = np.unique(number, return_index=True)[1]
        place = np.full((len(first), len(waves)), -1, dtype=np.intp)
        place[number, [waves.index(value) for value in labels[wave].tolist()]] = np.arange(len(labels))
        return cls(own.iloc[first].reset_index(drop=True), wave, waves, place)

    def at(self, wave: Any, argument: str) -> int:
        """Return the number of a wave."""
        if wave not in self.waves:
            known = Several(map(repr, self.waves), len(self.waves))
            raise OptionError(Message("benchmark.not_a_wave", wave=Argument(argument, wave), known=known))
        return self.waves.index(wave)

    def spread(self, values: Array) -> Array:
        """Return values (U, ...) as (G, T, ...), NaN where a unit was not measured."""
        there = (self.place >= 0).reshape(*self.place.shape, *[1] * (values.ndim - 1))
        return np.where(there, values[self.place], np.nan)

    def pairs(self, against: str) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Return unit, earlier wave and later wave (P,) of all changes, each against the last or first measurement."""
        found = []
        for unit, row in enumerate(self.place):
            there = np.flatnonzero(row >= 0)
            before = there[:-1] if against == "previous" else np.repeat(there[:1], len(there) - 1)
            found.append(np.stack([np.full(len(there) - 1, unit), before, there[1:]]))
        unit, start, end = np.concatenate(found, axis=1)
        return unit, start, end


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """q quantities of G units in T waves, with replicates that the waves have in common.

    Attributes
    ----------
    estimate : (G, T, q)
    draws : (G, T, R, q)
    coefficients : (G, R) or None
    degrees : (G, T) or None
    joint : bool
        Whether the waves are parts of one sample; otherwise they are independent.
    """

    estimate: Array
    draws: Array
    coefficients: Array | None
    degrees: Array | None
    joint: bool

    @classmethod
    def of(
        cls,
        grid: Grid,
        estimate: Array,
        draws: Array,
        coefficients: Array | None,
        degrees: Array | None,
        joint: bool,
    ) -> "Panel":
        """Return the panel of estimates (U, q) with replicates (U, R, q)."""
        values, replicates = grid.spread(estimate), grid.spread(draws)
        c = None
        if coefficients is not None:
            by_wave = np.nan_to_num(grid.spread(coefficients))
            if joint:
                # They are the same for all parts of a sample; waves without the unit have none.
                c = by_wave.max(axis=1)
            else:
                replicates, c = side_by_side(values, replicates, by_wave)
        return cls(values, replicates, c, None if degrees is None else grid.spread(degrees), joint)


def scores_panel(scores: UnitScores, grid: Grid) -> Panel:
    """Return the scores as a panel with q = 1."""
    draws = scores.draws[..., None]
    return Panel.of(grid, scores.estimate[:, None], draws, scores.coefficients, scores.degrees, scores.joint)


def items_panel(result: Fit, grid: Grid, construct: str) -> Panel:
    """Return the items' means on 0-100 and their index weights, one after the other, as a panel with q = 2p."""
    number, at = place(result, construct)
    result = result.at_stage(number)
    replicates = result.replicates
    assert replicates is not None
    block = result.design.blocks[at]
    mean, draws = (to_hundred(x, result.design)[..., block] for x in (result.moments.mean, replicates.estimates.mean))
    v, w = (e.index_weights[..., block] for e in (result.estimates, replicates.estimates))
    # A replicate whose weights could not be estimated has failed, whatever its means are.
    draws = np.where(np.isfinite(w), draws, np.nan)
    estimate, both = np.concatenate([mean, v], axis=-1), np.concatenate([draws, w], axis=-1)
    return Panel.of(grid, estimate, both, replicates.coefficients, result.degrees, replicates.joint)


def absent_from_waves(units: pd.DataFrame, wave: str | None, dropped: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the units (and those dropped) in the waves that they have no row in, with the ``reason``; none without waves."""
    others = [] if wave is None else [name for name in units.columns if name != wave]
    if not others:
        return pd.DataFrame()
    more = pd.DataFrame(columns=units.columns) if dropped is None or dropped.empty else dropped[list(units.columns)]
    known = pd.concat([units.astype(object), more.astype(object)], ignore_index=True)
    every = known[others].drop_duplicates().merge(known[[wave]].drop_duplicates(), how="cross")
    found = every.merge(known[[*others, wave]].drop_duplicates(), how="left", indicator=True)
    gone = found.loc[found["_merge"] == "left_only", list(units.columns)].reset_index(drop=True)
    return gone.assign(reason=[str(Message("benchmark.absent", wave=label)) for label in gone[wave]])


def with_reasons(units: pd.DataFrame, names: Sequence[str]) -> Several:
    """Return the units of a frame by some of their labels, each with the first line of its ``reason``."""
    shown = (" / ".join(map(str, row)) for row in units[list(names)].itertuples(index=False))
    why = (str(reason).partition("\n")[0].rstrip(".") for reason in units["reason"])
    found = [Message("benchmark.left_out_one", name=name, reason=one) for name, one in zip(shown, why, strict=True)]
    return Several(found, MOST_NAMED)
