"""Replicates of rows of answers: bootstrap, jackknife, supplied weights, and resamples of resamples."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from csindex import messages
from csindex.errors import OptionError
from csindex.messages import Message
from csindex.moments.missing import Start, ordinal_flags, row_moments, solution
from csindex.moments.moments import Moments, sample_moments
from csindex.options import Kind, Options
from csindex.replicates import resampling
from csindex.replicates.source import TILE, TILE_CELLS, generator
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers
from csindex.survey.design import Sampling
from csindex.text.format import Language

NESTED = 25
"""Resamples of each resample, for studentised intervals."""


@dataclass(frozen=True, slots=True, eq=False)
class RowSource:
    """Moments of rows of answers; `ordinal` (p,) tells the items whose correlations are polychoric."""

    answers: Answers
    items: tuple[str, ...]
    missing: str
    ordinal: NDArray[np.bool_] | None = None
    # Not to be handed on where a source is made from another with other answers.
    _last: dict[tuple[Kind, int, int], Array] = field(default_factory=dict, init=False)
    _solved: dict[int, Start | None] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, answers: Answers, items: tuple[str, ...], options: Options) -> "RowSource":
        """Return the source of answers to the items, treated as the options say; see `ordinal_flags` for errors."""
        return cls(answers, items, options.missing, ordinal_flags(answers.values, items, options.ordinal))

    @property
    def joint(self) -> bool:
        """Whether a tile of one unit goes with the tile of the same number of every other unit."""
        return self.answers.sampling is not None

    @property
    def weighted(self) -> bool:
        """Whether answers differ in weight or belong to a sampling design, so that there is a design effect."""
        answers = self.answers
        return self.joint or answers.given is not None or bool(np.ptp(answers.weights) > 0)

    def sample(self) -> Moments:
        """Return the sample moments: no leading axis, or one of units."""
        return sample_moments(self.answers, self.items, self.moments_of)

    def words(self, kind: Kind, lang: Language = "en") -> str:
        """Return how replicates of a kind are made, in words."""
        sampling, said = self.answers.sampling, messages.words("replicates")[lang]
        if sampling is None or kind not in ("jackknife", "bootstrap"):
            return said[kind]
        raked = said["raked"] if self.answers.raking is not None else ""
        return said[f"of_design_{kind}"].format(design=sampling.said(lang), raked=raked)

    def size(self, kind: Kind, unit: int, wanted: int) -> int:
        """Return how many replicates a unit has when `wanted` are asked for (at most, of a jackknife)."""
        if kind == "replicate weights":
            if self.answers.given is None:
                raise OptionError(Message("replicates.no_replicate_weights"))
            return int(self.answers.given.shape[1])
        if kind == "simple":
            return min(wanted, len(self._weights(unit)))
        return min(wanted, self._sampled(unit)) if kind == "jackknife" else wanted

    def coefficients(self, kind: Kind, unit: int, count: int) -> Array | None:
        """Return (R,) coefficients of the variance; None where it is the replicates' own variance."""
        if kind == "replicate weights":
            return self.answers.coefficients
        if kind == "simple":
            w = self._weights(unit)
            chosen = w[self._left_out(unit, count)]
            # An answer's influence is (replicate - estimate)·(Σw - w)/w; their weighted mean square, over n - 1, is the
            # variance. Where not all rows are left out in turn, those that are stand for all.
            total = w.sum()
            return np.asarray((total - chosen) ** 2 / (total * chosen * (len(w) - 1)) * (len(w) / count))
        return self._deleted(unit, count, 0, slice(0, count))[1] if kind == "jackknife" else None

    def degrees(self, kind: Kind, unit: int, count: int) -> float:
        """Return the degrees of freedom of a unit's variance from `count` replicates, infinite without a design."""
        groups = kind == "replicate weights" or (kind == "jackknife" and count < self._sampled(unit))
        most = count - 1.0 if groups else np.inf
        sampling = self.answers.sampling
        if sampling is None:
            return most
        units = np.unique(sampling.psu[self.answers.rows_of(unit)])
        return min(most, max(1.0, len(units) - len(np.unique(sampling.stratum[units]))))

    def tile_size(self, kind: Kind, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""
        rows = self._sampled(unit)
        if self.answers.raking is not None:
            rows = max(rows, len(self.answers.weights))
        return int(max(1, min(TILE, TILE_CELLS // max(1, rows)))) // (NESTED if kind == "nested" else 1) or 1

    def tile(self, kind: Kind, unit: int, number: int, seed: int, count: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile, stack last."""
        rows = self.answers.rows_of(unit)
        weights = self._weights(unit)[:, None]
        size = self.tile_size(kind, unit)
        if kind == "replicate weights":
            assert self.answers.given is not None
            return self.moments_of(unit, self.answers.given[rows, number * size : (number + 1) * size])
        if kind == "simple":
            gone = self._left_out(unit, count)[number * size : (number + 1) * size]
            return self.moments_of(unit, weights * (np.arange(len(weights))[:, None] != gone))
        sampling = self.answers.sampling
        if sampling is not None and self.answers.raking is not None:
            return self.moments_of(unit, self._drawn(kind, number, seed, count)[rows])
        if sampling is not None:
            return self.moments_of(unit, weights * self._drawn(kind, number, seed, count)[sampling.psu[rows]])
        if kind == "jackknife":
            return self.moments_of(
                unit, weights * self._deleted(unit, count, seed, slice(number * size, (number + 1) * size))[0]
            )
        n = rows.stop - rows.start
        if kind == "nested":
            # Resamples of the very resamples that the bootstrap uses: its tile is made again and cut.
            outer = self.tile_size("bootstrap", unit)
            first = number * size
            made = resampling.bootstrap(generator(seed, "bootstrap", unit, first // outer), n, outer)
            counts = made[:, first % outer : first % outer + size]
            return self.moments_of(
                unit, weights * resampling.nested_bootstrap(generator(seed, kind, unit, number), counts, count)
            )
        return self.moments_of(unit, weights * resampling.bootstrap(generator(seed, kind, unit, number), n, size))

    def _drawn(self, kind: Kind, number: int, seed: int, count: int) -> Array:
        """Return multipliers (m, T) of all PSUs, or raked weights (n, T) of all rows.

        The last ones are kept, as every unit asks for the same.
        """
        key = (kind, number, seed)
        if key not in self._last:
            sampling, raking, size = self.answers.sampling, self.answers.raking, self.tile_size(kind, 0)
            assert sampling is not None and kind != "nested"
            if kind == "jackknife":
                made = self._deleted(0, count, seed, slice(number * size, (number + 1) * size))[0]
            else:
                rng = generator(seed, kind, 0, number)
                made = resampling.rescaled_bootstrap(rng, sampling.stratum, sampling.fraction, size)
            self._last.clear()
            self._last[key] = made if raking is None else raking.rake(made[sampling.psu]).weights
        return self._last[key]

    def _deleted(self, unit: int, count: int, seed: int, chosen: slice) -> tuple[Array, Array]:
        """Return multipliers and coefficients of jackknife replicates: of PSUs, or of groups where there are fewer."""
        sampling = self.answers.sampling
        m = self._sampled(unit)
        stratum = np.zeros(m, dtype=np.intp) if sampling is None else sampling.stratum
        fraction = np.zeros(m) if sampling is None else sampling.fraction
        chosen = slice(chosen.start, min(chosen.stop, count))
        if count >= m:
            return resampling.jackknife(stratum, fraction, chosen)
        group = resampling.random_groups(generator(seed, "jackknife", unit, -1 % 2**32), stratum, count)
        return resampling.group_jackknife(group, count, stratum, chosen)

    def _left_out(self, unit: int, count: int) -> NDArray[np.intp]:
        """Return the rows (count,) of a unit that "simple" replicates leave out, evenly spread over its rows."""
        return np.linspace(0, len(self._weights(unit)) - 1, count).round().astype(np.intp)

    def _weights(self, unit: int) -> Array:
        return self.answers.weights[self.answers.rows_of(unit)]

    def _sampled(self, unit: int) -> int:
        """Return the number of PSUs: of the whole sample where there is a design, else of the unit."""
        if self.answers.sampling is not None:
            return len(self.answers.sampling.stratum)
        rows = self.answers.rows_of(unit)
        return int(rows.stop - rows.start)

    def rows(self, unit: int) -> tuple[Array, Array, Sampling | None, NDArray[np.intp] | None]:
        """Return answers (n, p), weights (n,), the sampling design and the rows' sampling units (n,) of a unit."""
        sampling = self.answers.sampling
        own = self.answers.rows_of(unit)
        return self.answers.values[own], self._weights(unit), sampling, None if sampling is None else sampling.psu[own]

    def moments_of(self, unit: int, weights: Array) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance of a unit's rows with weights (n, T)."""
        x = self.answers.values[self.answers.rows_of(unit)]
        return row_moments(x, weights, self.missing, self.ordinal, self._solution(unit))

    def _solution(self, unit: int) -> Start | None:
        """Return a unit's own moments, where the iteration of its replicates begins; None where there is none."""
        if unit not in self._solved:
            x = self.answers.values[self.answers.rows_of(unit)]
            self._solved[unit] = solution(x, self._weights(unit), self.missing, self.ordinal)
        return self._solved[unit]
