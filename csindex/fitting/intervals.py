"""From replicates to standard errors, intervals and p-values: the one source of all three (array functions)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from csindex.options import Interval
from csindex.survey.stacks import Array


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Uncertainty of q quantities of U units, all arrays (U, q).

    A quantity's interval at level 1 - p just touches 0: an interval without 0 and a p-value below 1 - level are the same
    statement.
    """

    se: Array
    lower: Array
    upper: Array
    p: Array


def unknown(estimate: Array) -> Uncertainty:
    """Return NaN throughout, for fits without replicates."""
    nothing = np.full(estimate.shape, np.nan)
    return Uncertainty(nothing, nothing, nothing, nothing)


def uncertainty(estimate: Array, draws: Array, level: float, interval: Interval) -> Uncertainty:
    """Return standard errors, intervals and p-values.

    Parameters
    ----------
    estimate : (U, q)
    draws : (U, R, q)
        Replicates of the estimates, NaN where one failed.
    level : float
    interval : {"percentile", "normal", "basic"}
        *percentile*: quantiles of the replicates (type 7); *normal*: estimate ± z · se; *basic*: the percentile
        interval mirrored at the estimate (Davison & Hinkley 1997, section 5.2).
    """
    ordered = np.sort(np.moveaxis(draws, 1, -1), axis=-1)
    known = np.isfinite(ordered).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = _deviation(ordered, known)
        if interval == "normal":
            return _normal(estimate, se, level)
        tail = (1 - level) / 2
        low, high = _quantile(ordered, known, tail), _quantile(ordered, known, 1 - tail)
        if interval == "basic":
            return Uncertainty(se, 2 * estimate - high, 2 * estimate - low, _p_value(ordered, known, 2 * estimate))
        return Uncertainty(se, low, high, _p_value(ordered, known, np.zeros_like(estimate)))


def _deviation(ordered: Array, known: Array) -> Array:
    centre = np.nansum(ordered, axis=-1) / known
    return np.asarray(np.sqrt(np.nansum((ordered - centre[..., None]) ** 2, axis=-1) / (known - 1)))


def _normal(estimate: Array, se: Array, level: float) -> Uncertainty:
    from scipy.special import ndtr

    reach = NormalDist().inv_cdf((1 + level) / 2) * se
    return Uncertainty(se, estimate - reach, estimate + reach, 2 * ndtr(-np.abs(estimate) / se))


def _quantile(ordered: Array, known: Array, share: float) -> Array:
    """Return type-7 quantiles (U, q) of the `known` first values along the last axis."""
    at = np.maximum((known - 1) * share, 0.0)
    below = np.floor(at).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    a, b = (np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0] for place in (below, above))
    return np.where(known > 1, a + (at - below) * (b - a), np.nan)


def _p_value(ordered: Array, known: Array, point: Array) -> Array:
    """Return twice the smaller share of the replicates' distribution on one side of `point`.

    The distribution is the inverse of `_quantile`, so that p agrees with the interval; it is never less than what R
    replicates can show, 2/(R + 1).
    """
    less = (ordered < point[..., None]).sum(axis=-1)
    not_more = (ordered <= point[..., None]).sum(axis=-1)
    a, b = (
        np.take_along_axis(ordered, np.clip(place, 0, np.maximum(known - 1, 0))[..., None], axis=-1)[..., 0]
        for place in (less - 1, less)
    )
    between = (less > 0) & (less < known)
    inner = np.where(between, less - 1 + (point - a) / np.where(b > a, b - a, 1.0), np.where(less > 0, known - 1, 0))
    left = inner / (known - 1)
    right = np.where(not_more > less, (not_more - 1) / (known - 1), left)
    p = 2 * np.minimum(right, 1 - left)
    return np.where(known > 1, np.clip(p, 2 / (known + 1), 1.0), np.nan)
