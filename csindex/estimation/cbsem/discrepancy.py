"""How far a model is from the moments: F, its slope and its curvature, on stacks.

F is scaled so that n·F is the χ² statistic; slope and curvature are those of -F/2 and F/2, i.e. Δ'We and Δ'WΔ with the
normal-theory weight W of Σ (ML), S (GLS) or I (ULS; Browne 1984), or with a diagonal W, the weights of the single covariances
(DWLS; Muthén, du Toit & Spisic 1997).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.cbsem.parameters import Parameters
from csindex.estimation.cbsem.structure import Implied, bend, implied, jacobian, mean_slope, slopes
from csindex.stacks.last_axis import inverse, product
from csindex.stacks.layout import Array, packing

Method = Literal["ML", "GLS", "ULS", "DWLS"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Moments of m members to be fitted.

    Attributes
    ----------
    cov : (p, p, m)
        S, as it enters F.
    inverse, logdet : (p, p, m), (m,)
    mean : (p, m) or None
        None where means are no parameters.
    weight : (p, p, m) or None
        ω of DWLS, by which F = ½ΣΣω_ij(s_ij - σ_ij)².
    """

    cov: Array
    inverse: Array
    logdet: Array
    mean: Array | None = None
    weight: Array | None = None

    @classmethod
    def of(cls, cov: Array, mean: Array | None = None, weight: Array | None = None) -> "Sample":
        """Return moments with what is computed from them once."""
        return cls(cov, *inverse(cov), mean, weight)

    def part(self, members: NDArray[np.intp]) -> "Sample":
        """Return some members."""
        arrays = (self.cov, self.inverse, self.logdet)
        cov, back, logdet = (np.ascontiguousarray(a[..., members]) for a in arrays)
        mean, weight = (None if a is None else np.ascontiguousarray(a[..., members]) for a in (self.mean, self.weight))
        return Sample(cov, back, logdet, mean, weight)


@dataclass(frozen=True, slots=True)
class Distance:
    """F and what is needed for its slope.

    Attributes
    ----------
    value : (m,)
        NaN where Σ is not positive definite.
    implied : Implied
    weight : (p, p, m)
        V: Σ⁻¹, S⁻¹ or I; ω under DWLS.
    each : bool
        Whether differences are weighted each by itself (DWLS).
    """

    value: Array
    implied: Implied
    weight: Array
    each: bool = False

    def weighted(self, gap: Array) -> Array:
        """Return VEV of symmetric differences E (p, p, m), or ω∘E: what F's slope is made of."""
        return self.weight * gap if self.each else product(self.weight, product(gap, self.weight))


def distance(theta: Array, sample: Sample, parameters: Parameters, method: Method) -> Distance:
    """Return F of parameters `theta` (q, m)."""
    found = implied(theta, parameters)
    p = parameters.design.p
    gap = sample.cov - found.sigma
    back, logdet = inverse(found.sigma)
    if method == "ML":
        value = logdet - sample.logdet + np.einsum("ijm,ijm->m", back, sample.cov) - p
        weight = back
    elif method == "DWLS":
        assert sample.weight is not None
        weight = sample.weight
        value = 0.5 * np.einsum("ijm,ijm->m", weight, gap**2)
    else:
        weight = sample.inverse if method == "GLS" else np.broadcast_to(np.eye(p)[..., None], gap.shape)
        VE = product(weight, gap)
        value = 0.5 * np.einsum("ijm,jim->m", VE, VE)
    if sample.mean is not None:
        d = sample.mean - found.mean
        value = value + np.einsum("im,ijm,jm->m", d, weight, d)
    return Distance(value, found, weight, each=method == "DWLS")


def slope(at: Distance, sample: Sample, parameters: Parameters) -> Array:
    """Return Δ'We (q, m): half the downward slope of F."""
    gap = sample.cov - at.implied.sigma
    if sample.mean is None:
        return pulled(at, parameters, gap)
    d = sample.mean - at.implied.mean
    return pulled(at, parameters, gap + d[:, None] * d[None], d)


def pulled(at: Distance, parameters: Parameters, gap: Array, shift: Array | None = None) -> Array:
    """Return Δ'We (q, m) of any differences `gap` (p, p, m) between covariances, and `shift` (p, m) between means."""
    s = slopes(parameters)
    N = at.implied.between(at.weighted(gap))
    pull = s.c[:, None] * N[s.x, s.y]
    if shift is not None:
        beside = np.einsum("ijm,jm->im", at.weight, shift)
        tilt = np.concatenate([beside, np.einsum("izm,im->zm", at.implied.vectors, beside)])
        pull = pull + mean_slope(at.implied, parameters) * tilt[s.z]
    return np.asarray(pull)


def curvature(at: Distance, parameters: Parameters) -> Array:
    """Return Δ'WΔ (q, q, m): the expected information of one answer under ML."""
    if at.each:
        return _curvature_of_each(at, parameters)
    s, M = slopes(parameters), at.implied.between(at.weight)
    x, y = s.x[:, None], s.y[:, None]
    H = M[x, s.x] * M[y, s.y]
    H += M[x, s.y] * M[y, s.x]
    H *= (s.c[:, None] * s.c)[..., None]
    if parameters.means:
        tilt = mean_slope(at.implied, parameters)
        H += tilt[:, None] * tilt[None] * M[s.z[:, None], s.z]
    return H


def _curvature_of_each(at: Distance, parameters: Parameters) -> Array:
    rows, columns, _ = packing(parameters.design.p)
    weight = at.weight[rows, columns] * np.where(rows == columns, 0.5, 1.0)[:, None]
    D = np.moveaxis(jacobian(at.implied, parameters), -1, 0)
    return np.moveaxis(np.swapaxes(D, 1, 2) @ (D * weight.T[:, :, None]), 0, -1)


def hessian(at: Distance, sample: Sample, parameters: Parameters, method: Method) -> Array:
    """Return the second derivatives (q, q, m) of F/2, where means are no parameters."""
    gap = sample.cov - at.implied.sigma
    N = at.implied.between(at.weighted(gap))
    if at.each:
        return np.asarray(curvature(at, parameters) - bend(at.implied, parameters, N))
    s, M = slopes(parameters), at.implied.between(at.weight)
    # Under ML the weight moves with the parameters.
    more = M + 2 * N if method == "ML" else M
    x, y = s.x[:, None], s.y[:, None]
    one = M[x, s.x] * more[y, s.y]
    one += M[x, s.y] * more[y, s.x]
    if method == "ML":
        one += more[x, s.x] * M[y, s.y]
        one += more[x, s.y] * M[y, s.x]
        one /= 2
    one *= (s.c[:, None] * s.c)[..., None]
    return np.asarray(one - bend(at.implied, parameters, N))
