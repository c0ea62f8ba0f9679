"""Parameters of groups on the scales on which they are compared, and the test of a difference there (array functions).

Index scores are compared on the logit scale; correlations, and what is nearly one, on Fisher's z scale; other parameters
as they are. Symbols: G groups, P pairs of groups, R replicates, q parameters.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from csindex.assessment.groups.difference import on_z_scale
from csindex.index.differences import POINTS, Pair, Scale, welch_degrees
from csindex.index.logit_scores import deviations, error_degrees, on_logit_scale, small_sample
from csindex.replicates.intervals import Evidence, standard_error
from csindex.stacks.layout import Array

Ints = NDArray[np.intp]
Kind = Literal["number", "correlation", "share", "score"]
CORRELATION = 4.0
"""The variance of a correlation of normal answers has a quarter of the degrees of freedom of that of a mean.

Its influence function has an excess kurtosis of 6, and a variance of n values with excess kurtosis k has 2n/(k + 2).
"""


@dataclass(frozen=True, slots=True)
class Scaled:
    """q parameters of G groups on the scale of their test.

    Attributes
    ----------
    published : (G, q)
    value, variance, degrees : (G, q)
        On the scale of the test.
    deviations : (q, G, R) or None
        Of the replicates, as rows of length 1; None where groups are independent.
    scale : Scale
    """

    published: Array
    value: Array
    variance: Array
    degrees: Array
    deviations: Array | None
    scale: Scale

    def pairs(self, first: Ints, second: Ints) -> Pair:
        """Return the pairs (P, q), the first less the second."""
        va, vb, da, db = (x[at] for x in (self.variance, self.degrees) for at in (first, second))
        covariance = np.zeros_like(va)
        if self.deviations is not None:
            r = np.einsum("qpr,qpr->pq", self.deviations[:, first], self.deviations[:, second])
            covariance = r * np.sqrt(va * vb)
        degrees = welch_degrees(va, da, vb, db) if self.deviations is None else np.minimum(da, db)
        gap = self.published[first] - self.published[second]
        return Pair(self.value[first], self.value[second], va, vb, covariance, gap, degrees)

    @property
    def covariance(self) -> Array:
        """(q, G, G) of the values of a joint design."""
        assert self.deviations is not None
        s = np.sqrt(self.variance).T
        out = self.deviations @ np.swapaxes(self.deviations, 1, 2) * s[:, :, None] * s[:, None]
        at = np.arange(s.shape[1])
        out[:, at, at] = self.variance.T
        return np.asarray(out)


def scaled(evidence: Evidence, kind: Kind, n_eff: Array, joint: bool) -> Scaled:
    """Return the parameters on the scale on which they are compared.

    Parameters
    ----------
    evidence : Evidence
        Of G groups and q parameters.
    kind : {"number", "correlation", "share", "score"}
        See `csindex.assessment.groups.quantities.Measure`.
    n_eff : (G,)
    joint : bool
        Whether replicate r of one group goes with replicate r of the others.
    """
    if kind == "score":
        return _scores(evidence, n_eff, joint)
    on_scale = evidence if kind == "number" else on_z_scale(evidence, kind == "share")
    # A parameter of which a replicate reaches 1 stays as it is.
    same = (on_scale.estimate == evidence.estimate) | np.isnan(evidence.estimate)
    plain = np.asarray(same.all(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = standard_error(on_scale) ** 2 * small_sample(evidence, n_eff)[:, None]
    answers = n_eff if kind == "number" else 1 + (n_eff - 1) / CORRELATION
    degrees = [error_degrees(_column(on_scale, c), answers) for c in range(evidence.estimate.shape[1])]
    there = np.stack([deviations(_column(on_scale, c)) for c in range(len(degrees))]) if joint else None
    scale = _scale(plain, kind == "share")
    return Scaled(evidence.estimate, on_scale.estimate, variance, np.stack(degrees, axis=1), there, scale)


def _scores(evidence: Evidence, n_eff: Array, joint: bool) -> Scaled:
    found = [on_logit_scale(_column(evidence, c), n_eff, joint) for c in range(evidence.estimate.shape[1])]
    value, variance, degrees = (
        np.stack([getattr(one, name) for one in found], axis=1) for name in ("value", "variance", "degrees")
    )
    there = np.stack([one.deviations for one in found if one.deviations is not None]) if joint else None
    return Scaled(evidence.estimate, value, variance, degrees, there, POINTS)


def _column(evidence: Evidence, c: int) -> Evidence:
    at = slice(c, c + 1)
    return replace(
        evidence,
        estimate=evidence.estimate[:, at],
        draws=evidence.draws[..., at],
        jackknife=None,
        leverage=None,
        nested=None,
    )


def _scale(plain: NDArray[np.bool_], share: bool) -> Scale:
    """Return the scale of correlations or of their squares, with the columns `plain` (q,) as they are."""

    def back(x: Array) -> Array:
        r = np.tanh(x)
        return np.where(plain, x, r * np.abs(r) if share else r)

    def slope(x: Array) -> Array:
        r = np.tanh(x)
        steep = (1 - r**2) * (2 * np.abs(r) if share else 1.0)
        return np.where(plain, 1.0, steep)

    return Scale(back, slope, np.where(plain, np.inf, 1.0 if share else 2.0))


def equal_jointly(value: Array, covariance: Array, degrees: Array) -> tuple[Array, Array, Array, Array]:
    """Test that G groups of a joint design have the same parameter.

    The statistic of Welch (1951), Σ w(y - ȳ)² with w = 1/v, whose distribution under dependence is that of a quadratic
    form: its mean tr(AV) and first degrees of freedom tr(AV)²/tr(AVAV) are those of Satterthwaite (1946). No inverse is
    taken of a covariance from few sampling units. For independent groups it is Welch's test.

    Parameters
    ----------
    value, degrees : (G, q)
    covariance : (q, G, G)

    Returns
    -------
    F, first and second degrees of freedom, p : (q,)
    """
    from scipy.special import fdtrc

    groups = len(value)
    with np.errstate(invalid="ignore", divide="ignore"):
        v = np.diagonal(covariance, axis1=1, axis2=2).T
        w = np.where(v > 0, 1 / v, np.nan)
        total = w.sum(axis=0)
        share = w / total
        A = w.T[:, :, None] * (np.eye(groups) - share.T[:, None])
        AV = A @ covariance
        trace, square = np.trace(AV, axis1=1, axis2=2), np.einsum("qab,qba->q", AV, AV)
        loose = ((1 - share) ** 2 / degrees).sum(axis=0)
        Q = (w * (value - (share * value).sum(axis=0)) ** 2).sum(axis=0)
        F = Q / trace / (1 + 2 * (groups - 2) / (groups**2 - 1) * loose)
        lead, rest = trace**2 / square, (groups**2 - 1) / (3 * loose)
        return F, lead, rest, np.asarray(fdtrc(lead, rest, F))
