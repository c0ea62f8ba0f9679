"""Intervals of means of scores on 0-100, which stay there and are never of width 0 (array functions)."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array

ALIKE = 1e-4
"""Standard deviation on 0-100 below which all answers are alike; the moments cancel to no less."""

FEWEST = 100
"""Number of replicates from which their distribution is used."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Means of respondents' scores on 0-100, and the standard deviations by which their replicates are studentized.

    Attributes
    ----------
    draws : (U, R, q)
        Replicates of the means. Those that failed have the sample's index weights; NaN only without moments.
    deviation : (U, q)
        Standard deviation of respondents' scores.
    deviations : (U, R, q) or None
        The same in each replicate; None where replicates do not estimate the sampling distribution.
    factor : (U, q)
        How much wider intervals of weighted samples are; see `weighting`.
    n_eff : (U, q)
        Effective number of respondents; NaN for sums of units, which have no limits but 0 and 100.
    below, above : (U, q) or None
        In sums of units: how far the units whose answers are all alike reach down and up.
    """

    draws: Array
    deviation: Array
    deviations: Array | None
    factor: Array
    n_eff: Array
    below: Array | None = None
    above: Array | None = None

    def of_rows(self, rows: NDArray[np.intp]) -> "Scores":
        """Return those of some members of the stack."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen: dict[str, Any] = {name: None if array is None else array[rows] for name, array in arrays.items()}
        return Scores(**chosen)


def mean_scores(draws: Array, se: Array, n_eff: Array) -> Scores:
    """Return Scores of means (U, q) of which only standard errors are known: their intervals are t on the logit scale.

    Parameters
    ----------
    draws : (U, R, q)
    se : (U, q)
    n_eff : (U,)
    """
    n = np.broadcast_to(n_eff[:, None], se.shape)
    return Scores(draws, se * np.sqrt(n), None, np.ones_like(se), n)


def weighting(n: Array, n_eff: Array) -> Array:
    """Return how much too short a studentized interval of a weighted sample is, 1 without weights.

    The standard deviation of a weighted sample is too small: with r = n/n_eff, E[Σw²(y - m)²] is short by about
    (2r² - r)/n of itself for log-normal weights.
    """
    r = np.maximum(n / n_eff, 1.0)
    return np.asarray(np.sqrt((1 - 1 / n) / (1 - np.minimum((2 * r**2 - r) / n, 0.5))))


def widest(estimate: Array, n: Array, tail: float | Array) -> tuple[Array, Array]:
    """Return Clopper & Pearson's (1934) ends with the mean taken for a share of n.

    No mean on 0-100 varies more than a share does; where all answers are alike, the two are the same.

    Parameters
    ----------
    estimate : (...)
        On 0-100.
    n : (...)
        At least 1, not necessarily whole.
    tail : float or (...)
        Share of each tail.
    """
    from scipy.special import betaincinv

    share = np.clip(estimate / 100, 0, 1)
    yes, no = n * share, n * (1 - share)
    low = np.where(yes > 0, betaincinv(np.maximum(yes, 1e-12), no + 1, tail), 0.0)
    high = np.where(no > 0, betaincinv(yes + 1, np.maximum(no, 1e-12), 1 - tail), 1.0)
    unknown = ~np.isfinite(estimate) | ~np.isfinite(n)
    return np.where(unknown, np.nan, 100 * low), np.where(unknown, np.nan, 100 * high)


def studentized(estimate: Array, scores: Scores, tail: float | Array) -> tuple[Array, Array]:
    """Return the ends (U, q) of studentized intervals (Davison & Hinkley 1997, section 5.2) from moments alone.

    In each replicate the gap to the estimate is divided by its own standard deviation of respondents' scores. The number
    of respondents, which would divide both, cancels.
    """
    assert scores.deviations is not None
    t = _pivots(estimate, scores)
    step = scores.deviation * scores.factor
    with np.errstate(invalid="ignore"):
        left, right = _quantiles(t, tail, 1 - tail)
        low, high = estimate - right * step, estimate - left * step
    if scores.below is not None and scores.above is not None:
        low = estimate - np.hypot(estimate - low, scores.below)
        high = estimate + np.hypot(high - estimate, scores.above)
    return within(estimate, low, high, scores, tail)


def within(estimate: Array, low: Array, high: Array, scores: Scores, tail: float | Array) -> tuple[Array, Array]:
    """Return ends that pass neither the interval of a share, nor 0 and 100, and contain the estimate."""
    least, most = widest(estimate, scores.n_eff, tail)
    low = np.where(np.isnan(least), np.maximum(low, 0.0), np.fmax(low, least))
    high = np.where(np.isnan(most), np.minimum(high, 100.0), np.fmin(high, most))
    known = np.isfinite(estimate)
    return np.where(known, np.minimum(low, estimate), np.nan), np.where(known, np.maximum(high, estimate), np.nan)


def student_logit(estimate: Array, se: Array, reach: Array) -> tuple[Array, Array]:
    """Return the ends (U, q) of intervals estimate ± reach · se on the logit scale; `reach` is Student's t."""
    from scipy.special import expit, logit

    share = np.clip(estimate / 100, 1e-9, 1 - 1e-9)
    far = reach * (se / 100) / (share * (1 - share))
    return 100 * expit(logit(share) - far), 100 * expit(logit(share) + far)


def between(draws: Array, items: Array) -> Array:
    """Return replicates (...) of an index, each no further than the least and the greatest mean (..., i) of its items.

    An index with weights of one sign lies between them. One that does not has weights of both signs, and can be anywhere.
    """
    return np.clip(draws, items.min(axis=-1), items.max(axis=-1))


def combined(shares: Array, estimate: Array, se: Array, scores: Scores, tail: float) -> Scores:
    """Return sums Σ a_u y_u (A, 1) of independent units; differences have shares of both signs.

    The variance of a replicate of the sum is Σ a_u² se_u² (d*_u/d_u)². Units whose answers are all alike have no replicates
    that differ: the distances to the ends of their own intervals are added in squares (Zou & Donner 2008).

    Parameters
    ----------
    shares : (A, U)
    estimate, se : (U,)
    scores : Scores
        Of the units, q = 1.
    tail : float
        Share of each tail, of the intervals of units whose answers are all alike.
    """
    assert scores.deviations is not None
    flat = alike(scores)[:, 0]
    w, d = np.where(flat, 0.0, shares), np.where(flat, 1.0, scores.deviation[:, 0])
    relative = np.where(flat[:, None], 1.0, scores.deviations[..., 0] / d[:, None])
    gap = np.where(flat[:, None], 0.0, scores.draws[..., 0] - estimate[:, None])
    square, total = (w * se) ** 2, shares @ estimate
    plain, outer = np.sqrt(square.sum(axis=1)), np.sqrt((square * scores.factor[:, 0] ** 2).sum(axis=1))
    below, above = _apart(shares, estimate, flat, scores, tail)
    return Scores(
        draws=(total[:, None] + _sums(w, gap))[..., None],
        deviation=plain[:, None],
        deviations=np.sqrt(_sums(square, relative**2))[..., None],
        factor=np.divide(outer, plain, out=np.ones_like(plain), where=plain > 0)[:, None],
        n_eff=np.full((len(shares), 1), np.nan),
        below=below[:, None],
        above=above[:, None],
    )


def _apart(shares: Array, estimate: Array, flat: NDArray[np.bool_], scores: Scores, tail: float) -> tuple[Array, Array]:
    """Return how far (A,) sums reach down and up for the units whose answers are all alike."""
    least, most = widest(estimate, scores.n_eff[:, 0], tail)
    down, up = (np.where(flat, distance, 0.0) for distance in (estimate - least, most - estimate))
    if scores.below is not None and scores.above is not None:
        down, up = np.hypot(down, scores.below[:, 0]), np.hypot(up, scores.above[:, 0])
    return _beside(shares, down, up), _beside(shares, up, down)


def _sums(shares: Array, values: Array) -> Array:
    """Return Σ a_u values_u (A, R), NaN where one with a share is not known."""
    known = np.isfinite(values)
    total = shares @ np.where(known, values, 0.0)
    total[(shares != 0).astype(np.float64) @ ~known > 0] = np.nan
    return np.asarray(total)


def alike(scores: Scores) -> NDArray[np.bool_]:
    """Return whether (U, q) all answers are alike; sums of units are not looked at."""
    return np.asarray((scores.deviation <= ALIKE) & np.isfinite(scores.n_eff))


def _beside(shares: Array, down: Array, up: Array) -> Array:
    """Return how far (A,) sums reach down where their terms reach `down` with shares above 0, and `up` below."""
    return np.asarray(np.sqrt(((shares * np.where(shares > 0, down, up)) ** 2).sum(axis=1)))


def _pivots(estimate: Array, scores: Scores) -> Array:
    """Return (replicate - estimate)/deviation (U, R, q), infinite where all answers of a replicate are alike."""
    assert scores.deviations is not None
    gap = scores.draws - estimate[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = gap / np.where(scores.deviations > ALIKE, scores.deviations, 0.0)
    return np.where(np.abs(gap) < 1e-9, 0.0, t)


def _quantiles(values: Array, *shares: float | Array) -> list[Array]:
    """Return quantiles (U, q) of type 7 along axis 1 of (U, R, q), where NaN is left out and infinities are not."""
    ordered = np.sort(np.moveaxis(values, 1, -1), axis=-1)
    known = (~np.isnan(ordered)).sum(axis=-1)
    return [_at(ordered, known, share) for share in shares]


def _at(ordered: Array, known: NDArray[np.intp], share: float | Array) -> Array:
    at = np.maximum(known - 1, 0) * share
    below = np.floor(at).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    a, b = (np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0] for place in (below, above))
    with np.errstate(invalid="ignore"):
        inner = a + (at - below) * (b - a)
    ends = np.where(np.isfinite(a), b, a)
    found = np.where((a == b) | (at == below), a, np.where(np.isfinite(a) & np.isfinite(b), inner, ends))
    return np.where(known > 1, found, np.nan)
