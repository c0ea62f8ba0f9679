"""Scores on the logit scale, with moderated variances (array functions).

The error of a score near 0 or 100 is skewed and goes with the score. On the logit scale it hardly does, and its variance
there depends on a unit's answers through the dispersion φ = n_eff · se²/(p(1 - p)), p = score/100, alone. The dispersions
of few answers are uncertain; they are moderated towards that of all units, as those of genes are by Smyth (2004).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from csindex.replicates.intervals import Evidence, standard_error
from csindex.stacks.layout import Array

PRIOR_DEGREES = (1.0, 10.0)
DISPERSION = 0.25
"""Of units of which none varies: that of answers halfway between all alike (0) and yes or no (1), rounded up."""
FEWEST_DEGREES = 5.0
FIXED = 1e-9
LEAST_VARIANCE = 1e-22
"""Of a share, below which it is that of rounding."""


def expit(x: Array) -> Array:
    """Return 1/(1 + exp(-x))."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


@dataclass(frozen=True, eq=False)
class LogitScores:
    """U scores on the scale L = log(p/(1 - p)).

    Attributes
    ----------
    score : (U,)
        On 0-100.
    value, variance : (U,)
        L, with half a pseudo-answer on either side, and its variance.
    degrees : (U,)
        Degrees of freedom of the variances.
    deviations : (U, R) or None
        Of the replicates, each row of length 1, so that their products are correlations; None where units are
        independent.
    """

    score: Array
    value: Array
    variance: Array
    degrees: Array
    deviations: Array | None = None

    @property
    def joint(self) -> bool:
        """Whether units are domains of one sample."""
        return self.deviations is not None

    @cached_property
    def slope(self) -> Array:
        """(U,) points for each unit of L, 100 p(1 - p)."""
        p = expit(self.value)
        return np.asarray(100 * p * (1 - p))

    @cached_property
    def covariance(self) -> Array:
        """(U, U) of L."""
        if self.deviations is None:
            return np.diag(self.variance)
        s = np.sqrt(self.variance)
        out = self.deviations @ self.deviations.T * np.outer(s, s)
        np.fill_diagonal(out, self.variance)
        return np.asarray(out)

    def covariances(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> Array:
        """Return the covariances (P,) of pairs of units."""
        if self.deviations is None:
            return np.zeros(len(first))
        r = np.einsum("pr,pr->p", self.deviations[first], self.deviations[second])
        return np.asarray(r * np.sqrt(self.variance[first] * self.variance[second]))

    def of(self, rows: NDArray[np.intp]) -> "LogitScores":
        """Return the scores of some units."""
        there = None if self.deviations is None else self.deviations[rows]
        return LogitScores(self.score[rows], self.value[rows], self.variance[rows], self.degrees[rows], there)

    def interval(self, reach: Array | float) -> tuple[Array, Array]:
        """Return limits (U,) of the scores, `reach` standard errors of L on either side."""
        far = reach * np.sqrt(self.variance)
        lower, upper = 100 * expit(self.value - far), 100 * expit(self.value + far)
        lower, upper = np.minimum(lower, self.score), np.maximum(upper, self.score)
        return np.where(self.score <= FIXED, 0.0, lower), np.where(self.score >= 100 - FIXED, 100.0, upper)


def error_degrees(evidence: Evidence, n_eff: Array) -> Array:
    """Return the degrees of freedom (U,) of the units' variances: of the design, the answers and the replicates.

    A standard error from n answers and R replicates is itself an estimate. The largest of many differences is mostly one
    whose standard error is too small, so that critical values for all pairs of a table cannot do without this.

    Parameters
    ----------
    evidence : Evidence
        With q = 1.
    n_eff : (U,)
    """
    parts = 1 / np.maximum(n_eff - 1, 1.0)
    if evidence.coefficients is None:
        parts = parts + 1 / np.maximum(np.isfinite(evidence.draws[..., 0]).sum(axis=1) - 1, 1)
    return np.asarray(1 / parts if evidence.degrees is None else np.minimum(1 / parts, evidence.degrees))


def small_sample(evidence: Evidence, n_eff: Array) -> Array:
    """Return n/(n - 1) (U,) where replicates are bootstrap samples of rows, whose variance of a mean is (n - 1)/n s²/n.

    Rescaled bootstrap samples, jackknife replicates and replicate weights have no such bias: 1.
    """
    plain = np.full(len(n_eff), evidence.coefficients is None)
    if evidence.degrees is not None:
        plain &= ~np.isfinite(evidence.degrees)
    known = plain & np.isfinite(n_eff) & (n_eff > 1)
    return np.where(known, n_eff / np.where(known, n_eff - 1, 1.0), 1.0)


def on_logit_scale(evidence: Evidence, n_eff: Array, joint: bool) -> LogitScores:
    """Return scores on the logit scale.

    Parameters
    ----------
    evidence : Evidence
        Of U scores on 0-100, with q = 1. Replicates beyond these ends count as the ends.
    n_eff : (U,)
        Effective answers.
    joint : bool
        Whether replicate r of one unit goes with replicate r of the others.
    """
    score, draws = evidence.estimate[:, 0], np.clip(evidence.draws[..., 0], 0, 100)
    bounded = Evidence(np.clip(evidence.estimate, 0, 100), draws[..., None], evidence.coefficients)
    with np.errstate(invalid="ignore", divide="ignore"):
        square = (standard_error(bounded)[:, 0] / 100) ** 2 * small_sample(evidence, n_eff)
    d = error_degrees(evidence, n_eff)
    p = np.clip(score / 100, 0, 1)
    q, degrees = _moderated(p, square, n_eff, d)
    shifted = (p + q / 2) / (1 + q)
    odds = shifted * (1 - shifted)
    there = deviations(bounded) if joint else None
    return LogitScores(score, np.log(shifted / (1 - shifted)), q / odds, degrees, there)


def _moderated(p: Array, square: Array, n_eff: Array, d: Array) -> tuple[Array, Array]:
    """Return the moderated variance (U,) of a score over p(1 - p), and its degrees of freedom (U,)."""
    odds = p * (1 - p)
    sound = (odds > 1e-9) & (square > LEAST_VARIANCE) & np.isfinite(n_eff) & np.isfinite(d) & (n_eff > 0)
    phi = np.where(sound, n_eff * square / np.where(odds > 0, odds, 1.0), 1.0)
    weight = np.where(sound, d, 0.0)
    centre, prior = DISPERSION, PRIOR_DEGREES[0]
    if sound.any():
        # The mean of log χ²(d)/d is -1/d.
        centre = float(np.exp((weight @ np.log(phi) + sound.sum()) / weight.sum()))
        prior = prior_degrees(phi[sound], d[sound])
    moderated = (weight * phi + prior * centre) / (weight + prior)
    q = moderated / np.where(n_eff > 0, n_eff, 1.0)
    # An aggregate whose answers are not counted has its own variance only.
    own = ~sound & (odds > 1e-9) & (square > LEAST_VARIANCE)
    q = np.where(own, square / np.where(own, odds, 1.0), q)
    q = np.where(np.isfinite(p) & np.isfinite(square), q, np.nan)
    return q, np.where(sound, d + prior, np.where(own, d, max(prior, FEWEST_DEGREES)))


def prior_degrees(phi: Array, d: Array) -> float:
    """Return how many degrees of freedom the mean of the dispersions (m,) is worth, from their degrees of freedom (m,).

    2/τ² within `PRIOR_DEGREES`, with τ² the upper limit at 90 % of the variance of log φ beyond sampling, 2/d, by the
    Q-profile method (Viechtbauer 2007): units that differ in their dispersions borrow little from each other.
    """
    from scipy.special import chdtri

    if len(phi) < 2:
        return PRIOR_DEGREES[0]
    x, error, target = np.log(phi), 2 / d, chdtri(len(phi) - 1, 0.9)
    low, high = 1e-6, 1e3
    for _ in range(40):
        middle = np.sqrt(low * high)
        w = 1 / (error + middle)
        spread = float((w * (x - (w @ x) / w.sum()) ** 2).sum())
        low, high = (middle, high) if spread > target else (low, middle)
    return float(np.clip(2 / high, *PRIOR_DEGREES))


def deviations(evidence: Evidence) -> Array:
    """Return the replicates' deviations (U, R) as rows of length 1, 0 where a replicate failed or nothing varies."""
    draws = evidence.draws[..., 0]
    known = np.isfinite(draws)
    if evidence.coefficients is None:
        centre = np.where(known, draws, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        gap = np.where(known, draws - centre[:, None], 0.0)
    else:
        c = np.maximum(evidence.coefficients, 0.0)
        gap = np.where(known, draws - evidence.estimate, 0.0) * np.sqrt(c)
    length = np.sqrt((gap**2).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(gap, length, out=np.zeros_like(gap), where=length > 1e-9))
