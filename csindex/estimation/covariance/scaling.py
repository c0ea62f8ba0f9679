"""By how much χ² statistics are too large where answers are not normal, or where the weight is not that of the moments.

All from `gap` (p, p, d), directions in which covariances vary: Σ gap·gap' is their sampling covariance Γ/n.
"""

import numpy as np

from csindex.estimation.covariance.discrepancy import Distance, Method, Sample, distance, hessian, pulled
from csindex.estimation.covariance.influence import response
from csindex.estimation.covariance.parameters import Parameters
from csindex.estimation.covariance.structure import jacobian
from csindex.survey.stacks import Array, packing


def scalings(
    theta: Array, sample: Sample, parameters: Parameters, method: Method, gap: Array, n: float
) -> tuple[float, float]:
    """Return the scaling of χ² of the model and of the baseline.

    Under ML that of Yuan & Bentler (2000) as Mplus and lavaan (MLR) compute it: (tr A⁻¹B of the saturated model less that of
    the model)/df, each at its own estimates. Under least squares that of Satorra & Bentler (1994).

    Parameters
    ----------
    theta : (q,)
    sample : Sample
        Of one member.
    parameters, method
    gap : (p, p, d)
    n : float
        By which F is multiplied.
    """
    cov = sample.cov[..., 0]
    p, df = len(cov), max(parameters.degrees(), 1)
    if method != "ML":
        model, baseline = traces(theta, sample, parameters, method, gap, n)
        return model[0] / df, baseline[0] / (p * (p - 1) / 2)
    item = np.arange(p)
    at = distance(theta[:, None], sample, parameters, method)
    saturated = n * float(np.trace(_products(at, gap, weight=sample.inverse)))
    g = pulled(at, parameters, gap)
    bread = hessian(at, sample, parameters, method)[..., 0]
    own = n * float(np.trace(np.linalg.solve(bread, g @ g.T)))
    alone = n / 2 * float(((gap[item, item] / np.diag(cov)[:, None]) ** 2).sum())
    return (saturated - own) / df, (saturated - alone) / (p * (p - 1) / 2)


def traces(
    theta: Array, sample: Sample, parameters: Parameters, method: Method, gap: Array, n: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return tr UΓ and tr (UΓ)² of the model and of the baseline under least squares, see `scalings`.

    UΓ tells how n·F is distributed (Satorra & Bentler 1994): U is the weight of what the parameters leave of the moments.
    """
    item = np.arange(len(sample.cov))
    at = distance(theta[:, None], sample, parameters, method)
    moved = response(theta, sample, parameters, method, gap, observed=False)
    place = packing(len(item))[2]
    left = gap - (jacobian(at.implied, parameters)[..., 0] @ moved)[place]
    rest = gap.copy()
    if at.each:
        rest[item, item] = 0.0
    else:
        V = at.weight[..., 0]
        rest[item, item] -= np.linalg.solve(V**2, at.weighted(gap)[item, item])
    model, baseline = (n * _products(at, each) for each in (left, rest))
    return (float(np.trace(model)), float((model**2).sum())), (float(np.trace(baseline)), float((baseline**2).sum()))


def _products(at: Distance, gap: Array, weight: Array | None = None) -> Array:
    """Return ½tr(VE_aVE_b) (d, d) of directions E (p, p, d), or ½ΣΣωE_aE_b."""
    pull = at.weighted(gap) if weight is None else Distance(at.value, at.implied, weight).weighted(gap)
    flat = (-1, gap.shape[-1])
    return np.asarray(pull.reshape(flat).T @ gap.reshape(flat) / 2)
