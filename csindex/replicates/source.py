"""Where replicates come from: what a source of moments is, and the sources of moments that have no rows.

A source gives the sample moments of its units and, on demand, tiles of replicate moments of one unit. A tile depends on
the seed, the kind of replicates, the unit and the tile's number only, so that results do not depend on how tiles are put
together or who computes them.
"""

from dataclasses import dataclass
from typing import Protocol
from zlib import crc32

import numpy as np

from csindex import messages
from csindex.errors import OptionError, SurveyError
from csindex.messages import Message
from csindex.moments.grouped import GroupedMoments
from csindex.moments.moments import Moments
from csindex.moments.sums import complete_moments
from csindex.options import Kind
from csindex.replicates import resampling
from csindex.stacks.layout import Array, pack
from csindex.text.format import Language

TILE = 500
TILE_CELLS = 2_000_000


class Source(Protocol):
    """What a fit needs to know about moments."""

    @property
    def joint(self) -> bool:
        """Whether a tile of one unit goes with the tile of the same number of every other unit."""

    @property
    def weighted(self) -> bool:
        """Whether answers differ in weight or belong to a sampling design, so that there is a design effect."""

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""

    def words(self, kind: Kind, lang: Language = "en") -> str:
        """Return how replicates of a kind are made, in words."""

    def size(self, kind: Kind, unit: int, wanted: int) -> int:
        """Return how many replicates a unit has when `wanted` are asked for (at most, of a jackknife)."""

    def coefficients(self, kind: Kind, unit: int, count: int) -> Array | None:
        """Return (R,) coefficients of the variance; None where it is the replicates' own variance."""

    def degrees(self, kind: Kind, unit: int, count: int) -> float:
        """Return the degrees of freedom of a unit's variance from `count` replicates, infinite without a design."""

    def tile_size(self, kind: Kind, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""

    def tile(self, kind: Kind, unit: int, number: int, seed: int, count: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile, stack last.

        `count` is the unit's number of replicates; of nested ones the number in each resample.
        """


def generator(seed: int, kind: Kind, unit: int, number: int) -> np.random.Generator:
    """Return the random numbers of one tile."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(kind.encode()), unit, number)))


@dataclass(frozen=True, slots=True, eq=False)
class MomentSource:
    """Moments without rows; replicates are moments of normal samples of the same (effective) size."""

    moments: Moments
    joint: bool = False
    weighted: bool = False

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""
        return self.moments

    def words(self, kind: Kind, lang: Language = "en") -> str:
        """Return how replicates of a kind are made, in words."""
        if kind != "parametric":
            raise OptionError(Message("replicates.moments_only", kind=kind))
        return messages.words("replicates")[lang][kind]

    def size(self, kind: Kind, unit: int, wanted: int) -> int:  # noqa: ARG002
        """Return how many replicates a unit has when `wanted` are asked for."""
        return wanted

    def coefficients(self, kind: Kind, unit: int, count: int) -> Array | None:  # noqa: ARG002
        """Return None: the variance is the replicates' own."""
        return None

    def degrees(self, kind: Kind, unit: int, count: int) -> float:  # noqa: ARG002
        """Return infinity."""
        return np.inf

    def tile_size(self, kind: Kind, unit: int) -> int:  # noqa: ARG002
        """Return the number of replicates in a tile."""
        return TILE

    def tile(self, kind: Kind, unit: int, number: int, seed: int, count: int) -> tuple[Array, Array]:  # noqa: ARG002
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile, stack last."""
        p = len(self.moments.items)
        mean, cov = self.moments.mean.reshape(-1, p)[unit], self.moments.cov.reshape(-1, p, p)[unit]
        n_eff = float(self.moments.n_eff.ravel()[unit])
        if n_eff <= p:
            raise SurveyError(Message("replicates.few_answers", n_eff=n_eff, items=p, least=p + 1))
        rng = generator(seed, kind, unit, number)
        drawn, matrix = resampling.parametric_moments(rng, mean, cov, n_eff, TILE)
        return drawn.T, np.moveaxis(pack(matrix), 0, -1)


@dataclass(frozen=True, slots=True, eq=False)
class GroupSource:
    """Sums of random groups; a replicate leaves one group of a unit out (delete-a-group jackknife, Kott 2001)."""

    grouped: GroupedMoments
    joint: bool = False
    weighted: bool = False

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""
        return self.grouped.moments

    def words(self, kind: Kind, lang: Language = "en") -> str:
        """Return how replicates of a kind are made, in words."""
        if kind != "jackknife":
            raise OptionError(Message("replicates.sums_only", kind=kind))
        if not self.grouped.groups:
            raise OptionError(Message("replicates.no_groups"))
        return messages.words("replicates")[lang]["groups"].format(grouping=self.grouped.grouping)

    def size(self, kind: Kind, unit: int, wanted: int) -> int:  # noqa: ARG002
        """Return how many replicates a unit has: one for each group with rows in it, if so many are wanted."""
        return max(1, min(wanted, int(np.count_nonzero(self.grouped.n[unit]))))

    def coefficients(self, kind: Kind, unit: int, count: int) -> Array:  # noqa: ARG002
        """Return (R,) coefficients of the variance, (n/n_g - 1)/R for a group of n_g of the n rows.

        They are Kott's (R - 1)/R where groups are of the same size. Where they are not, every group is expected to add
        as much to the variance of a mean as any other (Busing, Meijer & van der Leeden 1999), so that few rows a group,
        of unequal number, neither bias the variance nor cost it degrees of freedom.
        """
        n = self._folded(self.grouped.n[unit], unit, count)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((n.sum() / n - 1) / count)

    def degrees(self, kind: Kind, unit: int, count: int) -> float:  # noqa: ARG002
        """Return the degrees of freedom of a unit's variance, one less than its groups."""
        return max(1.0, count - 1.0) if kind == "jackknife" else np.inf

    def tile_size(self, kind: Kind, unit: int) -> int:  # noqa: ARG002
        """Return the number of replicates in a tile: all of them."""
        return int(self.grouped.n.shape[1])

    def tile(self, kind: Kind, unit: int, number: int, seed: int, count: int) -> tuple[Array, Array]:  # noqa: ARG002
        """Return mean (p, R) and packed covariance (p(p+1)/2, R) of a unit without one of its groups at a time."""
        gone = self._folded(self.grouped.sums[:, unit], unit, count)
        left = gone.sum(axis=1, keepdims=True) - gone
        if count < 2:
            left[:] = np.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            mean, packed = complete_moments(left, len(self.grouped.items), self.grouped.n[unit].sum())
        return mean + self.grouped.shifts[:, None], packed

    def _folded(self, values: Array, unit: int, count: int) -> Array:
        """Return (..., count) sums of a unit's groups that have rows, put together in turn where fewer are wanted."""
        there = np.flatnonzero(self.grouped.n[unit] > 0)
        return np.stack([values[..., there[first::count]].sum(axis=-1) for first in range(count)], axis=-1)


def source_of_moments(moments: Moments | GroupedMoments) -> MomentSource | GroupSource:
    """Return the source of replicates of moments without rows: parametric, or of sums with groups a jackknife."""
    return GroupSource(moments) if isinstance(moments, GroupedMoments) else MomentSource(moments)
