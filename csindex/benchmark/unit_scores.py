"""Scores of units with their replicates, which leagues, aggregates and trends start from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.fitting.constructs import index_of
from csindex.fitting.result import Fit
from csindex.index.logit_scores import LogitScores, on_logit_scale
from csindex.messages import Language, Message
from csindex.options import Interval
from csindex.replicates.bounded import Scores
from csindex.replicates.intervals import Evidence, Uncertainty, of_draws, uncertainty
from csindex.stacks.layout import Array
from csindex.text import format
from csindex.text.document import Paragraph, Section, Table
from csindex.text.result import ShortResult


def compact(draws: Array) -> Array:
    """Return draws (U, R) of independent units with the failed ones last.

    Replicate r of one unit then goes with the r-th replicate of every other that did not fail, so that a sum over many
    units does not lose a replicate whenever one of them failed.
    """
    return np.take_along_axis(draws, np.argsort(np.isnan(draws), axis=1, kind="stable"), axis=1)


def side_by_side(estimate: Array, draws: Array, coefficients: Array) -> tuple[Array, Array]:
    """Return common replicates of independent members, in each of which one member alone departs from its estimate.

    Variances Σ c_r (replicate_r - estimate)² of independent members add up in this form, whatever is computed from the
    members; pairing their replicates by number would add products that do not vanish.

    Parameters
    ----------
    estimate : (G, M, q)
        NaN for members that are not there.
    draws : (G, M, R, q)
        NaN for failed replicates, which are taken to be like the others.
    coefficients : (G, M, R)

    Returns
    -------
    draws : (G, M, M·R, q)
    coefficients : (G, M·R)
    """
    G, M, R, q = draws.shape
    known = np.asarray(np.isfinite(draws).all(axis=-1))
    there = np.where(known, coefficients, 0.0).sum(axis=-1, keepdims=True)
    scale = np.divide(np.nansum(coefficients, axis=-1, keepdims=True), there, out=np.zeros_like(there), where=there > 0)
    c = np.where(known, coefficients * scale, 0.0)
    sound = np.where(known[..., None], draws, estimate[:, :, None])
    own = np.eye(M, dtype=np.bool_).reshape(1, M, M, 1, 1)
    out = np.where(own, sound[:, :, None], estimate[:, :, None, None])
    return out.reshape(G, M, M * R, q), c.reshape(G, M * R)


def weighted_sums(shares: Array, draws: Array) -> Array:
    """Return Σ_u a_u draws_u (A, R) from shares (A, U) and draws (U, R), NaN where a unit with a share has failed."""
    known = np.isfinite(draws)
    total = shares @ np.where(known, draws, 0.0)
    total[(shares > 0).astype(np.float64) @ ~known > 0] = np.nan
    return np.asarray(total)


def combined_degrees(degrees: Array, variance: Array, joint: bool) -> Array:
    """Return degrees of freedom (...) of the variance of a sum of members (..., M).

    Parameters
    ----------
    degrees, variance : (..., M)
        Of each term of the sum; NaN or a variance of 0 where there is no such term.
    joint : bool
        Whether the members are domains of one sample. The design that holds them all has at least the degrees of any of
        them; for independent members they are those of Satterthwaite (1946), (Σv)²/Σ(v²/degrees).
    """
    there = np.isfinite(variance) & (variance > 0) & ~np.isnan(degrees)
    if joint:
        return np.asarray(np.where(there, degrees, 1.0).max(axis=-1))
    v = np.where(there, variance, 0.0)
    below = (v**2 / np.where(there, degrees, np.inf)).sum(axis=-1)
    return np.asarray(np.divide(v.sum(axis=-1) ** 2, below, out=np.full(below.shape, np.inf), where=below > 0))


def bennet(mean_0: Array, mean_1: Array, weight_0: Array, weight_1: Array) -> tuple[Array, Array]:
    """Return the parts (...) of a change Σ w₁x₁ - Σ w₀x₀ that come from the means and from the weights (..., p).

    Σ ½(w₀+w₁)(x₁-x₀) + Σ ½(x₀+x₁)(w₁-w₀) is the change, exactly, and the same whichever wave comes first (Bennet 1920).
    """
    ratings = ((weight_0 + weight_1) / 2 * (mean_1 - mean_0)).sum(axis=-1)
    weights = ((mean_0 + mean_1) / 2 * (weight_1 - weight_0)).sum(axis=-1)
    return np.asarray(ratings), np.asarray(weights)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnitScores(ShortResult):
    """Scores of U units on 0-100 with replicates.

    Attributes
    ----------
    name : str
        What is scored, e.g. ``"Satisfaction"``.
    units : data frame of U rows
        Labels of the units.
    estimate : (U,)
    draws : (U, R)
        Replicates, NaN where one failed.
    joint : bool
        Whether replicate r of one unit goes with replicate r of every other, because units are domains of one sample;
        otherwise the units are independent.
    n, n_eff : (U,)
        Answers, and their effective number.
    coefficients : (U, R) or None
        See `csindex.replicates.intervals.Evidence`.
    degrees : (U,) or None
        See `csindex.replicates.intervals.Evidence`.
    level : float
    interval : {"auto", "percentile", "normal", "basic"}
    moments : Scores or None
        Of an index, what bounded intervals need, q = 1; see `csindex.replicates.bounded.Scores`.
    dropped : data frame
        Units that were left out before they had a score: their labels and ``reason``.
    """

    name: str
    units: pd.DataFrame
    estimate: Array
    draws: Array
    n: Array
    n_eff: Array
    joint: bool = False
    coefficients: Array | None = None
    degrees: Array | None = None
    level: float = 0.95
    interval: Interval = "percentile"
    moments: Scores | None = None
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)

    TABLES: ClassVar = {"scores": "table"}

    @classmethod
    def of(cls, result: "Fit | UnitScores", construct: str | None = None) -> "UnitScores":
        """Return the index scores of a construct (by default the model's target) of a fit with units.

        Raises
        ------
        OptionError
            If the fit has no units or no replicates.
        """
        if isinstance(result, UnitScores):
            return result
        # A composite index has the scores of its units.
        scores = getattr(result, "scores", None)
        if isinstance(scores, UnitScores):
            return scores
        if not isinstance(result, Fit):
            raise OptionError(Message("benchmark.not_units", kind=type(result).__name__))
        name = result.specified.construct(construct or result.model.target).name
        if result.units is None:
            raise OptionError(Message("benchmark.single_unit"))
        index = index_of(result, [name])
        evidence = result.evidence(index)
        if evidence is None or result.replicates is None:
            raise OptionError(Message("benchmark.no_replicates"))
        return cls(
            name=name,
            units=result.units,
            dropped=result.dropped,
            estimate=evidence.estimate[:, 0],
            draws=evidence.draws[..., 0],
            n=result.moments.n,
            n_eff=result.moments.n_eff,
            joint=result.replicates.joint,
            coefficients=result.replicates.coefficients,
            degrees=result.degrees,
            level=result.options.level,
            interval=of_draws(result.options.interval),
            moments=evidence.scores,
        )

    @property
    def table(self) -> pd.DataFrame:
        """The labels of the units, then ``n, n_eff, estimate, se, lower, upper``."""
        spread = self.spread()
        n = np.rint(self.n).astype(np.intp) if np.isfinite(self.n).all() else self.n
        numbers = {"n": n, "n_eff": self.n_eff, "estimate": self.estimate}
        numbers |= {name: getattr(spread, name)[:, 0] for name in ("se", "lower", "upper")}
        return pd.concat([self.units.reset_index(drop=True), pd.DataFrame(numbers)], axis=1)

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield what is scored, and the scores of the first units."""
        title = Message("benchmark.title", name=self.name, units=len(self.units)).text(lang)
        yield Section("", (Paragraph(title, "lead"), score_cells(self, lang, format.ROWS)))

    @property
    def covariance(self) -> Array:
        """(U, U) covariance of the scores, from the replicates; diagonal where the units are independent."""
        if not self.joint:
            return np.diag(self.spread().se[:, 0] ** 2)
        known = np.isfinite(self.draws)
        gap = np.where(known, self.draws - self.estimate[:, None], 0.0)
        if self.coefficients is None:
            gap = np.where(known, gap - (gap.sum(axis=1) / known.sum(axis=1))[:, None], 0.0)
            return np.asarray(gap @ gap.T / np.maximum(known.astype(float) @ known.T - 1, 1))
        return np.asarray((gap * self.coefficients) @ gap.T)

    @property
    def logits(self) -> LogitScores:
        """The scores on the scale on which they are compared."""
        evidence = Evidence(self.estimate[:, None], self.draws[..., None], self.coefficients, self.degrees)
        return on_logit_scale(evidence, self.n_eff, self.joint)

    def spread(self) -> Uncertainty:
        """Return standard error, interval and p-value of each score, all (U, 1)."""
        draws = self.draws[..., None]
        evidence = Evidence(self.estimate[:, None], draws, self.coefficients, self.degrees, scores=self.moments)
        return uncertainty(evidence, self.level, self.interval)


def score_cells(scores: UnitScores, lang: Language, most: int) -> Table:
    """Return the scores of the first units, rounded, as they are to be read."""
    names = [str(name) for name in scores.units.columns]
    heads = Message("benchmark.heads", level=f"{scores.level:.0%}").text(lang).split("|")
    numbers = scores.table.iloc[:most, -6:].to_numpy()
    rows = []
    shown = zip(*(format.labels_shown(scores.units[name]) for name in scores.units.columns), strict=True)
    for labels, (n, _, estimate, se, lower, upper) in zip(shown, numbers, strict=False):
        count = f"{n:,.0f}" if np.isfinite(n) else "–"
        between = format.interval(lower, upper, 1, lang)
        rows.append((*labels, count, format.number(estimate, 1), format.number(se, 2), between))
    more = len(scores.units) - len(rows)
    rest = Message("benchmark.more_rows", count=more).text(lang) if more else ""
    return Table("", (*names, *heads), tuple(rows), left=len(names), rest=(len(rows), rest))


def chosen(scores: UnitScores, rows: NDArray[np.intp]) -> UnitScores:
    """Return the scores of some units."""
    return UnitScores(
        name=scores.name,
        units=scores.units.iloc[rows].reset_index(drop=True),
        estimate=scores.estimate[rows],
        draws=scores.draws[rows],
        n=scores.n[rows],
        n_eff=scores.n_eff[rows],
        joint=scores.joint,
        coefficients=None if scores.coefficients is None else scores.coefficients[rows],
        degrees=None if scores.degrees is None else scores.degrees[rows],
        level=scores.level,
        interval=scores.interval,
        moments=None if scores.moments is None else scores.moments.of_rows(rows),
        dropped=scores.dropped,
    )
