"""Where moments come from: rows of answers, or moments that somebody else has made.

A source gives the sample moments of its units and, on demand, tiles of replicate moments of one unit. A tile depends on
the seed, the unit and the tile's number only, so that results do not depend on how tiles are put together.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from csindex.errors import SurveyError
from csindex.options import Missing
from csindex.survey import sums
from csindex.survey.moments import Moments
from csindex.survey.resampling import bootstrap, parametric_moments, rescaled_bootstrap
from csindex.survey.stacks import Array, pack, unpack
from csindex.survey.survey import Answers

TILE = 500
TILE_CELLS = 2_000_000

_MAKERS = {
    "listwise": (sums.complete_sums, sums.complete_moments),
    "mean": (sums.present_sums, sums.mean_filled_moments),
    "pairwise": (sums.present_sums, sums.pairwise_moments),
}


class Source(Protocol):
    """What a fit needs to know about moments."""

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""

    @property
    def method(self) -> str:
        """How replicates are made, in words."""

    def tile_size(self, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""

    def tile(self, unit: int, number: int, seed: int, replicates: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile of replicates, stack last."""


def generator(seed: int, unit: int, number: int) -> np.random.Generator:
    """Return the random numbers of one tile."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(unit, number)))


@dataclass(frozen=True, slots=True, eq=False)
class RowSource:
    """Moments of rows of answers; replicates by the bootstrap, within strata and by clusters where there are any."""

    answers: Answers
    items: tuple[str, ...]
    missing: Missing

    def __post_init__(self) -> None:
        answers = self.answers
        if answers.cluster is None:
            return
        pairs = np.unique(np.column_stack([answers.unit, answers.stratum, answers.cluster]), axis=0)
        strata, counts = np.unique(pairs[:, :2], axis=0, return_counts=True)
        if (counts < 2).any():
            raise SurveyError(
                f"{(counts < 2).sum()} of {len(strata)} strata have a single cluster, so that nothing tells how "
                "clusters differ there. Join such strata with a neighbour."
            )

    @property
    def method(self) -> str:
        """How replicates are made, in words."""
        if self.answers.cluster is not None:
            return "rescaling bootstrap of clusters (Rao, Wu & Yue 1992)"
        return "bootstrap within strata" if self.answers.stratum.any() else "bootstrap"

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""
        ends = self.answers.ends
        units, p = len(ends) - 1, len(self.items)
        mean, cov = np.empty((p, units)), np.empty((p * (p + 1) // 2, units))
        n, weight, n_eff = np.empty(units), np.empty(units), np.empty(units)
        for unit in range(units):
            rows = slice(ends[unit], ends[unit + 1])
            w = self.answers.weights[rows]
            n[unit], weight[unit], n_eff[unit] = len(w), w.sum(), w.sum() ** 2 / (w**2).sum()
            mean[:, unit : unit + 1], cov[:, unit : unit + 1] = self._moments(rows, np.ones((len(w), 1)))
        matrix = unpack(cov.T, p)
        if self.answers.units is None:
            return Moments(self.items, mean[:, 0], matrix[0], n[0], weight[0], n_eff[0])
        return Moments(self.items, mean.T, matrix, n, weight, n_eff, self.answers.units)

    def _moments(self, rows: slice, counts: Array) -> tuple[Array, Array]:
        x, weights = self.answers.values[rows], self.answers.weights[rows]
        # A round shift leaves sums of whole answers exact, so that replicates do not depend on the order of rows.
        centre = np.nansum(x, axis=0) / np.maximum(1, (~np.isnan(x)).sum(axis=0))
        shift = np.asarray(np.round(centre))
        complete = self.missing == "listwise" or not np.isnan(x).any()
        add, to_moments = _MAKERS["listwise" if complete else self.missing]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean, cov = to_moments(add(x - shift, weights, counts), x.shape[1], float(len(x)))
        return mean + shift[:, None], cov

    def tile_size(self, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""
        ends = self.answers.ends
        return int(max(1, min(TILE, TILE_CELLS // max(1, ends[unit + 1] - ends[unit]))))

    def tile(self, unit: int, number: int, seed: int, replicates: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile of replicates, stack last."""
        ends = self.answers.ends
        rows = slice(ends[unit], ends[unit + 1])
        rng = generator(seed, unit, number)
        stratum = self.answers.stratum[rows]
        if self.answers.cluster is None:
            counts = bootstrap(rng, stratum, replicates)
        else:
            counts = rescaled_bootstrap(rng, stratum, self.answers.cluster[rows], replicates)
        return self._moments(rows, counts)


@dataclass(frozen=True, slots=True, eq=False)
class MomentSource:
    """Moments without rows; replicates are moments of normal samples of the same (effective) size."""

    moments: Moments

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""
        return self.moments

    @property
    def method(self) -> str:
        """How replicates are made, in words."""
        return "parametric: moments of normal samples"

    def tile_size(self, unit: int) -> int:  # noqa: ARG002
        """Return the number of replicates in a tile."""
        return TILE

    def tile(self, unit: int, number: int, seed: int, replicates: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile of replicates, stack last."""
        p = len(self.moments.items)
        mean, cov = self.moments.mean.reshape(-1, p)[unit], self.moments.cov.reshape(-1, p, p)[unit]
        n_eff = float(self.moments.n_eff.ravel()[unit])
        if n_eff <= p:
            raise SurveyError(
                f"{n_eff:.0f} answers are too few for parametric replicates of {p} items; {p + 1} are the least."
            )
        drawn, matrix = parametric_moments(generator(seed, unit, number), mean, cov, n_eff, replicates)
        return drawn.T, np.moveaxis(pack(matrix), 0, -1)
