"""Gaps of units to the leader and to the mean, with intervals and adjusted p-values (array functions)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from csindex.assessment.groups.groups import adjusted
from csindex.benchmark.leagues.ranks import largest_difference, pair_errors
from csindex.benchmark.unit_scores import combined_degrees
from csindex.index.differences import Pair, all_pairs, critical_z, gap_limits, pairs_of, two_sided, welch_degrees
from csindex.index.logit_scores import LogitScores
from csindex.stacks.layout import Array

Adjust = Literal["holm", "fdr_bh", "fdr_by", "max_t", "none"]

ADJUSTMENTS = {
    "holm": "Holm",
    "fdr_bh": "Benjamini & Hochberg",
    "fdr_by": "Benjamini & Yekutieli",
    "max_t": "max-T",
    "none": "",
}
SPELLINGS = {"bh": "fdr_bh", "by": "fdr_by", "maxt": "max_t", "max-t": "max_t"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Scores of U units and how they err.

    Attributes
    ----------
    scores : LogitScores
    covariance : (U, U)
        Of the scores, points².
    draws : (U, R)
        Of the errors on the logit scale; see `csindex.benchmark.leagues.ranks.normal_draws`.
    """

    scores: LogitScores
    covariance: Array
    draws: Array


@dataclass(frozen=True, slots=True)
class Gaps:
    """Differences of U units from something.

    Attributes
    ----------
    estimate, se, lower, upper : (U,)
    p, adjusted : (U,)
        Two-sided p-values against no difference; NaN where a unit would be compared with itself.
    """

    estimate: Array
    se: Array
    lower: Array
    upper: Array
    p: Array
    adjusted: Array


def mean_weights(weights: Array) -> Array:
    """Return A (U, U) with A @ Y the units' gaps to their mean with weights (U,) that sum to 1."""
    return np.eye(len(weights)) - weights


def other_weights(count: int) -> Array:
    """Return A (U, U) with A @ Y the units' gaps to the mean of all other units."""
    return np.asarray(mean_weights(np.full(count, 1 / count)) * (count / max(count - 1, 1)))


def gaps_to_mean(sample: Sample, A: Array, level: float, adjust: Adjust, simultaneous: bool) -> Gaps:
    """Return the gaps A @ Y of units to a mean.

    A unit is as far from a mean in which it counts as from the mean of all others, but for a factor: the test and the
    interval are those of this pair.

    Parameters
    ----------
    sample : Sample
    A : (U, U)
        See `mean_weights` and `other_weights`.
    level : float
    adjust : str
        One of `ADJUSTMENTS`; the family is the U gaps.
    simultaneous : bool
        Whether the intervals hold all at once (max-T) or each by itself.
    """
    scores, own = sample.scores, np.diag(A)
    gap, se = A @ scores.score, np.sqrt(np.maximum(((A @ sample.covariance) * A).sum(axis=1), 0.0))
    points = scores.covariance * np.outer(scores.slope, scores.slope)
    error = np.sqrt(np.maximum(((A @ points) * A).sum(axis=1), 0.0))
    # A unit that is its own mean has a gap of 0 but for rounding, and nothing to test.
    real = error > 1e-9
    pair = mean_of_others(scores, points, A)
    z = np.where(real, pair.z, 0.0)
    p = np.where(real, two_sided(z), np.nan)
    z_draws = np.zeros((len(gap), 1))
    if simultaneous or adjust == "max_t":
        inverse = np.divide(1.0, error, out=np.zeros_like(error), where=real)
        z_draws = np.abs(A @ (scores.slope[:, None] * sample.draws)) * inverse[:, None]
    reach = float(np.quantile(z_draws.max(axis=0), level)) if simultaneous else critical_z(level)
    changed = stepdown_max_t(np.abs(z), z_draws) if adjust == "max_t" else _adjusted(p, adjust)
    lower, upper = (np.where(real, own * end, 0.0) for end in gap_limits(pair, reach))
    return Gaps(gap, se, lower, upper, p, np.where(real, changed, np.nan))


def mean_of_others(scores: LogitScores, points: Array, A: Array) -> Pair:
    """Return the pairs (U,) of each unit and the mean of all others, with the weights that A gives these.

    The mean is one of points; its logit errs by the delta method, with the degrees of freedom of Satterthwaite (1946).

    Parameters
    ----------
    scores : LogitScores
    points : (U, U)
        Covariance of the scores, points².
    A : (U, U)
    """
    own = np.diag(A)
    share = np.divide(-A, own[:, None], out=np.zeros_like(A), where=own[:, None] > 1e-12)
    np.fill_diagonal(share, 0.0)
    mean = share @ scores.score
    variance, covariance = np.maximum((share @ points * share).sum(axis=1), 1e-18), (share * points).sum(axis=1)
    p = np.clip(mean / 100, 1e-4, 1 - 1e-4)
    slope = 100 * p * (1 - p)
    v, d = scores.variance, scores.degrees
    df = combined_degrees(np.broadcast_to(d, A.shape), share**2 * np.diag(points), False)
    variance, covariance = variance / slope**2, covariance / (slope * scores.slope)
    both = np.minimum(d, df) if scores.joint else welch_degrees(v, d, variance, df)
    return Pair(scores.value, np.log(p / (1 - p)), v, variance, covariance, scores.score - mean, both)


def gaps_to_leader(sample: Sample, level: float, adjust: Adjust, simultaneous: bool) -> Gaps:
    """Return the gaps Y_j - max Y of units to the one that leads; 0, without a test, for this one.

    Which unit leads has been read off the same data, so that the family is all U(U - 1)/2 pairs, whichever of them the
    leader turns out to be in. The parameters are those of `gaps_to_mean`.
    """
    scores = sample.scores
    y, count = scores.score, len(scores.score)
    first = int(np.argmax(y))
    se, every = pair_errors(sample.covariance)[first], all_pairs(scores)
    j, k = np.triu_indices(count, 1)
    z, most = every.z[j, k], np.zeros(1)
    p = two_sided(z)
    if simultaneous or adjust == "max_t":
        most = largest_difference(sample.draws, every.error, ~np.eye(count, dtype=bool))
    changed = _share_above(np.abs(z), most) if adjust == "max_t" else _adjusted(p, adjust)
    own = (j == first) | (k == first)
    place = np.where(j == first, k, j)[own]

    def to_units(values: Array) -> Array:
        out = np.full(count, np.nan)
        out[place] = values[own]
        return out

    reach = float(np.quantile(most, level)) if simultaneous else critical_z(level)
    lower, upper = gap_limits(pairs_of(scores, np.arange(count), np.full(count, first)), reach)
    lower[first] = upper[first] = 0.0
    return Gaps(y - y[first], se, lower, upper, to_units(p), to_units(changed))


def stepdown_max_t(t: Array, draws: Array) -> Array:
    """Return adjusted p-values (m,) of |t| (m,) from draws of |t| (m, R) under no difference.

    Romano & Wolf (2016), algorithm 4.1: the i-th largest is compared with the largest of the draws of those that are
    not larger, and no p-value is smaller than that of a larger t.
    """
    order = np.argsort(-t, kind="stable")
    largest = np.maximum.accumulate(draws[order][::-1], axis=0)[::-1]
    p = (1 + (largest >= t[order][:, None]).sum(axis=1)) / (draws.shape[1] + 1)
    out = np.empty_like(t)
    out[order] = np.maximum.accumulate(p)
    return out


def _adjusted(p: Array, adjust: Any) -> Array:
    return adjusted(p, adjust)


def _share_above(t: Array, most: Array) -> Array:
    """Return (1 + #{T ≥ t})/(R + 1), for many t at once."""
    ordered = np.sort(most)
    return np.asarray((1 + len(most) - np.searchsorted(ordered, t, side="left")) / (len(most) + 1))
