"""Replicates of means and quantiles of answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from csindex.messages import Language
from csindex.options import Kind
from csindex.replicates.replicate import Draws, replicate
from csindex.replicates.rows import RowSource
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers


@dataclass(frozen=True, slots=True, eq=False)
class MeanSource(RowSource):
    """Rows whose replicates are means only: covariances, which no composite needs, are not formed.

    Each mean is over the answers that are there.
    """

    def moments_of(self, unit: int, weights: Array) -> tuple[Array, Array]:
        """Return the means (p, T) of a unit's rows with weights (n, T), and nothing in place of covariances (0, T)."""
        x = self.answers.values[self.answers.rows_of(unit)]
        answered = ~np.isnan(x)
        # One product of matrices, as each costs more to begin than to carry out.
        sums = np.column_stack([np.where(answered, x, 0.0), answered]).T @ weights
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = sums[: x.shape[1]] / sums[x.shape[1] :]
        return mean, np.empty((0, weights.shape[1]))


@dataclass(frozen=True, slots=True, eq=False)
class QuantileSource(RowSource):
    """Rows whose replicates are quantiles of one item, which is there once for each of p shares.

    Attributes
    ----------
    shares : tuple of p float
        Between 0 and 1.
    """

    shares: tuple[float, ...] = ()

    def moments_of(self, unit: int, weights: Array) -> tuple[Array, Array]:
        """Return the quantiles (p, T) of a unit's rows with weights (n, T), and nothing in place of covariances."""
        x = self.answers.values[self.answers.rows_of(unit), 0]
        return weighted_quantiles(x, weights, self.shares), np.empty((0, weights.shape[1]))


def weighted_quantiles(x: Array, weights: Array, shares: tuple[float, ...]) -> Array:
    """Return p quantiles (p, T) of the answers x (n,), NaN where missing, with weights (n, T).

    The inverse of the weighted distribution function; where it is level at a share, the middle of the step (definition 2
    of Hyndman & Fan 1996). With equal weights its median is the usual one.
    """
    there = np.flatnonzero(~np.isnan(x))
    order = there[np.argsort(x[there], kind="stable")]
    if not len(order):
        return np.full((len(shares), weights.shape[1]), np.nan)
    # Equal answers are one step of the distribution function.
    ordered, first = np.unique(x[order], return_index=True)
    total = np.cumsum(np.add.reduceat(weights[order], first, axis=0), axis=0)
    slack, last = 1e-9 * total[-1], len(ordered) - 1
    found = np.empty((len(shares), weights.shape[1]))
    for row, share in enumerate(shares):
        reached = (total < share * total[-1] - slack).sum(axis=0)
        passed = (total <= share * total[-1] + slack).sum(axis=0)
        found[row] = (ordered[np.minimum(reached, last)] + ordered[np.minimum(passed, last)]) / 2
    return np.where(total[-1] > 0, found, np.nan)


def sample_of(source: RowSource) -> Array:
    """Return what `source` makes of the sample itself, (U, p)."""
    answers = source.answers
    weights = [answers.weights[answers.rows_of(unit), None] for unit in range(len(answers.ends) - 1)]
    return np.array([source.moments_of(unit, own)[0][:, 0] for unit, own in enumerate(weights)])


@dataclass(frozen=True, slots=True)
class Drawn:
    """Replicates of q quantities of U units.

    Attributes
    ----------
    draws : (U, R, q)
    coefficients : (U, R) or None
    degrees : (U,)
        See `csindex.replicates.intervals.Evidence`.
    joint : bool
        Whether replicate r of one unit goes with replicate r of every other.
    words, words_ko : str
        How they were made, in English and Korean.
    squares : (U, R, q) or None
        Replicates of the means of the squares.
    """

    draws: Array
    coefficients: Array | None
    degrees: Array
    joint: bool
    words: str
    words_ko: str
    squares: Array | None = None

    def words_in(self, lang: Language) -> str:
        """Return how they were made, in a language."""
        return self.words if lang == "en" else self.words_ko


def drawn(source: RowSource, kind: Kind, wanted: int, seed: int, made_of: Callable[[Array], Array]) -> Drawn:
    """Return replicates of quantities of the units of a source.

    Parameters
    ----------
    source : RowSource
        Of U units.
    kind : str
        What replicates are made of; see `csindex.options.Kind`.
    wanted : int
        How many for each unit; 0 for none.
    seed : int
    made_of : callable
        Turns (T, p), as the source's replicates are, into the quantities (T, q).
    """
    units, draws = range(len(source.answers.ends) - 1), Draws(source, kind, wanted, seed)
    counts = [draws.size(unit) if wanted else 0 for unit in units]
    if wanted:
        # Quantities are innermost in memory, so that sums over replicates run along all of them at once.
        found = replicate(draws, units, lambda _, mean, __: {"draws": made_of(mean.T)})["draws"]
        values = np.ascontiguousarray(found)
    else:
        values = np.empty((len(units), 0, made_of(np.full((1, source.answers.values.shape[1]), np.nan)).shape[1]))
    coefficients = draws.coefficients(units) if wanted else None
    degrees = np.array([source.degrees(kind, unit, count) for unit, count in enumerate(counts)])
    return Drawn(values, coefficients, degrees, draws.together, source.words(kind), source.words(kind, "ko"))


def placed(answers: Answers, made: Callable[[Array], Array]) -> Answers:
    """Return the answers with other values (n, q), made of those that they have."""
    return replace(answers, values=made(answers.values))


def sizes(answers: Answers) -> tuple[Array, Array]:
    """Return the rows of each unit (U,), and Kish's effective number of them."""
    count = len(answers.ends) - 1
    first, second = (np.bincount(answers.unit, answers.weights**power, count) for power in (1, 2))
    with np.errstate(invalid="ignore"):
        return np.diff(answers.ends).astype(np.float64), np.asarray(first**2 / second)
