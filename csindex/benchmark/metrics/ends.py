"""Ends of intervals of net shares, of means of answers on a scale, and of percentiles (array functions)."""

import numpy as np

from csindex.replicates.bounded import FEWEST, Scores, alike, student_logit, studentized, weighting, widest, within
from csindex.stacks.layout import Array


def net_share(mean: Array, square: Array, n: Array, df: Array, level: float) -> tuple[Array, Array]:
    """Return the ends of an interval of promoters less detractors, from -100 to 100, with one answer of each kind added.

    With p and d the shares after one promoter, one passive and one detractor are added to n answers, p - d ± t·√((p + d -
    (p - d)²)/(n + 3)): an adjusted Wald interval, as Agresti & Coull's (1998) of a share.

    Parameters
    ----------
    mean, square : (U, q)
        Means of the answers as -100, 0 and 100, and of their squares.
    n : (U, q)
        Effective number of answers.
    df : (U, q)
        Degrees of freedom of t.
    level : float
    """
    from scipy.special import stdtrit

    score, both = (n * mean / 100) / (n + 3), (n * square / 1e4 + 2) / (n + 3)
    reach = stdtrit(np.maximum(df, 1.0), (1 + level) / 2) * np.sqrt(np.maximum(both - score**2, 0.0) / (n + 3))
    return 100 * np.clip(score - reach, -1, 1), 100 * np.clip(score + reach, -1, 1)


def mean_on_scale(
    estimate: Array, se: Array, deviation: Array, n: Array, n_eff: Array, df: Array, level: float
) -> tuple[Array, Array]:
    """Return the ends of an interval of a mean (U, q) on 0-100: Student's t on the logit scale, of a share without variation."""
    from scipy.special import stdtrit

    tail = (1 - level) / 2
    least, most = widest(estimate, n_eff, tail)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = student_logit(estimate, se, np.asarray(stdtrit(np.maximum(df, 1.0), 1 - tail), np.float64))
    flat = alike(_scores(estimate[:, None], deviation, None, n, n_eff))
    return np.where(flat, least, low), np.where(flat, most, high)


def studentized_mean(
    estimate: Array, deviation: Array, draws: Array, deviations: Array, n: Array, n_eff: Array, level: float
) -> tuple[Array, Array]:
    """Return the ends of a studentized interval of a mean (U, q) on 0-100; see `csindex.replicates.bounded.studentized`."""
    scores, tail = _scores(draws, deviation, deviations, n, n_eff), (1 - level) / 2
    if draws.shape[1] < FEWEST:
        nothing = np.full(estimate.shape, np.nan)
        return within(estimate, nothing, nothing, scores, tail)
    least, most = widest(estimate, n_eff, tail)
    low, high = studentized(estimate, scores, tail)
    return np.where(alike(scores), least, low), np.where(alike(scores), most, high)


def order_ends(x: Array, weights: Array, share: float, n_eff: float, level: float) -> tuple[float, float]:
    """Return the ends of an interval of a percentile by order statistics, with the ranks of Clopper & Pearson (1934).

    Parameters
    ----------
    x, weights : (n,)
        Answers from 0 up, without missing ones.
    share : float
    n_eff : float
        Effective number of answers; ranks are of its whole part, read off the weighted distribution.
    level : float

    Returns
    -------
    float, float
        The upper end is infinite where no answer is high enough: for a 95% interval of the 90th percentile below 36 answers.
    """
    from scipy.special import bdtr

    n, tail = int(np.floor(n_eff + 1e-9)) if np.isfinite(n_eff) else 0, (1 - level) / 2
    if n < 1:
        return np.nan, np.nan
    order = np.argsort(x, kind="stable")
    x, total = x[order], np.cumsum(weights[order]) / weights.sum()
    below = bdtr(np.arange(n + 1), n, share)
    low, high = int((below < tail).sum()), int((below < 1 - tail).sum()) + 1

    def at(rank: int) -> float:
        return float(x[min(int(np.searchsorted(total, (rank - 0.5) / n - 1e-12)), len(x) - 1)])

    return (at(low) if low >= 1 else 0.0), (at(high) if high <= n else np.inf)


def _scores(draws: Array, deviation: Array, deviations: Array | None, n: Array, n_eff: Array) -> Scores:
    with np.errstate(invalid="ignore", divide="ignore"):
        return Scores(draws, deviation, deviations, weighting(n, n_eff), n_eff)
