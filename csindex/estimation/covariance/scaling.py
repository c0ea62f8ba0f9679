"""By how much χ² statistics are too large where answers are not normal, or where the weight is not that of the moments.

All from `gap` (p, p, d), directions in which covariances vary: Σ gap·gap' is their sampling covariance.
"""

import numpy as np

from csindex.estimation.covariance.discrepancy import Method, Sample, distance, hessian, pulled
from csindex.estimation.covariance.influence import response
from csindex.estimation.covariance.parameters import Parameters
from csindex.estimation.covariance.structure import jacobian
from csindex.survey.stacks import Array


def scalings(
    theta: Array, cov: Array, parameters: Parameters, method: Method, gap: Array, n: float
) -> tuple[float, float]:
    """Return the scaling of χ² of the model and of the baseline.

    Under ML that of Yuan & Bentler (2000) as Mplus and lavaan (MLR) compute it: (tr A⁻¹B of the saturated model less that of
    the model)/df, each at its own estimates. Under GLS and ULS that of Satorra & Bentler (1994).

    Parameters
    ----------
    theta, cov : (q,), (p, p)
    parameters, method
    gap : (p, p, d)
    n : float
        By which F is multiplied.
    """
    p = len(cov)
    item = np.arange(p)
    sample = Sample.of(cov[..., None])
    at = distance(theta[:, None], sample, parameters, method)
    variances = gap[item, item]
    if method == "ML":
        saturated = n * _length(sample.inverse[..., 0], gap)
        g = pulled(at, parameters, gap)
        bread = hessian(at, sample, parameters, method)[..., 0]
        own = n * float(np.trace(np.linalg.solve(bread, g @ g.T)))
        alone = n / 2 * float(((variances / np.diag(cov)[:, None]) ** 2).sum())
        return (saturated - own) / max(parameters.degrees(), 1), (saturated - alone) / (p * (p - 1) / 2)
    moved = response(theta, cov, parameters, method, gap, observed=False)
    left = gap - np.einsum("ijq,qd->ijd", jacobian(at.implied, parameters)[..., 0], moved)
    V = at.weight[..., 0]
    model = n * _length(V, left) / max(parameters.degrees(), 1)
    P = V**2
    rest = gap.copy()
    rest[item, item] -= np.linalg.solve(P, np.einsum("ij,jkd,ki->id", V, gap, V))
    return model, n * _length(V, rest) / (p * (p - 1) / 2)


def _length(V: Array, gap: Array) -> float:
    """Return Σ_d ½tr(VE_dVE_d) of E (p, p, d)."""
    VE = np.einsum("ij,jkd->ikd", V, gap)
    return float(np.einsum("ijd,jid->", VE, VE) / 2)
