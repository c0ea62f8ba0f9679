"""Gaps of units to the leader and to the mean, with intervals and adjusted p-values (array functions)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from csindex.assessment.groups.groups import adjusted
from csindex.benchmark.leagues.ranks import largest_difference, pair_errors
from csindex.benchmark.unit_scores import combined_degrees
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
    """Estimates of U units and how they err.

    Attributes
    ----------
    estimate : (U,)
    covariance : (U, U)
    draws : (U, R)
        Of the estimates' errors; see `csindex.benchmark.leagues.ranks.normal_draws`.
    degrees : (U,)
        Degrees of freedom of the variances, infinite where there are many.
    joint : bool
        Whether the units are domains of one sample.
    """

    estimate: Array
    covariance: Array
    draws: Array
    degrees: Array
    joint: bool = False


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
    gap = A @ sample.estimate
    se = np.sqrt(np.maximum(((A @ sample.covariance) * A).sum(axis=1), 0.0))
    df = combined_degrees(np.broadcast_to(sample.degrees, A.shape), A**2 * np.diag(sample.covariance), sample.joint)
    # A unit that is its own mean has a gap of 0 but for rounding, and nothing to test.
    real = se > 1e-9
    inverse = np.divide(1.0, se, out=np.zeros_like(se), where=real)
    t, t_draws = gap * inverse, np.abs(A @ sample.draws) * inverse[:, None]
    p = np.where(real, two_sided(t, df), np.nan)
    reach = np.quantile(t_draws.max(axis=0), level) if simultaneous else critical_value(level, df)
    changed = stepdown_max_t(np.abs(t), t_draws) if adjust == "max_t" else _adjusted(p, adjust)
    return Gaps(gap, se, gap - reach * se, gap + reach * se, p, np.where(real, changed, np.nan))


def gaps_to_leader(sample: Sample, level: float, adjust: Adjust, simultaneous: bool) -> Gaps:
    """Return the gaps Y_j - max Y of units to the one that leads; 0, without a test, for this one.

    Which unit leads has been read off the same data, so that the family is all U(U - 1)/2 pairs, whichever of them the
    leader turns out to be in. The parameters are those of `gaps_to_mean`.
    """
    y, variance, errors = sample.estimate, np.diag(sample.covariance), pair_errors(sample.covariance)
    first = int(np.argmax(y))
    gap, se = y - y[first], errors[first]
    j, k = np.triu_indices(len(y), 1)
    df = combined_degrees(
        np.stack([sample.degrees[j], sample.degrees[k]], 1), np.stack([variance[j], variance[k]], 1), sample.joint
    )
    t = np.divide(y[j] - y[k], errors[j, k], out=np.zeros(len(j)), where=errors[j, k] > 0)
    p, most = two_sided(t, df), np.zeros(1)
    if simultaneous or adjust == "max_t":
        most = largest_difference(sample.draws, errors, ~np.eye(len(y), dtype=bool))
    changed = _share_above(np.abs(t), most) if adjust == "max_t" else _adjusted(p, adjust)
    own = (j == first) | (k == first)
    place = np.where(j == first, k, j)[own]

    def to_units(values: Array) -> Array:
        out = np.full(len(y), np.nan)
        out[place] = values[own]
        return out

    reach = np.quantile(most, level) if simultaneous else critical_value(level, to_units(df))
    far = np.where(se > 0, reach * se, 0.0)
    return Gaps(gap, se, gap - far, gap + far, to_units(p), to_units(changed))


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


def two_sided(t: Array, degrees: Array) -> Array:
    """Return two-sided p-values of t (m,), Student's with degrees of freedom (m,) or normal where these are infinite."""
    from scipy.special import ndtr, stdtr

    few = np.isfinite(degrees)
    return np.asarray(2 * np.where(few, stdtr(np.where(few, degrees, 1.0), -np.abs(t)), ndtr(-np.abs(t))))


def critical_value(level: float, degrees: Array) -> Array:
    """Return the two-sided critical values (m,) of Student's t, or of the normal distribution."""
    from scipy.special import ndtri, stdtrit

    few, tail = np.isfinite(degrees), (1 - level) / 2
    return np.asarray(-np.where(few, stdtrit(np.where(few, degrees, 1.0), tail), ndtri(tail)))


def _adjusted(p: Array, adjust: Any) -> Array:
    return adjusted(p, adjust)


def _share_above(t: Array, most: Array) -> Array:
    """Return (1 + #{T ≥ t})/(R + 1), for many t at once."""
    ordered = np.sort(most)
    return np.asarray((1 + len(most) - np.searchsorted(ordered, t, side="left")) / (len(most) + 1))
