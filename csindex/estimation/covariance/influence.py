"""From the sampling covariance of moments to that of parameters (array functions of one member)."""

import numpy as np

from csindex.estimation.covariance.discrepancy import Distance, Method, Sample, curvature, distance, hessian, pulled
from csindex.estimation.covariance.parameters import Parameters
from csindex.survey.stacks import Array, packing


def normal_directions(cov: Array) -> Array:
    """Return a factor (p, p, p(p+1)/2) of the covariance of √n·S for normal answers with covariances `cov` (p, p).

    With cov = KK', √n(S - Σ) is KZK' with independent elements of Z, of variance 2 on the diagonal and 1 off it; each slice is what
    one of them contributes.
    """
    K = np.linalg.cholesky(cov)
    rows, columns, _ = packing(len(cov))
    out = K[:, None, rows] * K[None, :, columns]
    out = out + np.swapaxes(out, 0, 1)
    return np.asarray(out * np.where(rows == columns, np.sqrt(0.5), 1.0))


def response(
    theta: Array, sample: Sample, parameters: Parameters, method: Method, gap: Array, *, observed: bool
) -> Array:
    """Return how parameters (q, d) move with covariances that move by `gap` (p, p, d).

    dθ = (Δ'WΔ)⁻¹Δ'W·ds; with `observed` the inverse of the second derivatives of F/2 stands first, which makes it the
    derivative of θ̂ even where the model does not hold (Huber 1967; White 1982).

    Parameters
    ----------
    theta : (q,)
    sample : Sample
        Of one member.
    parameters, method
    gap : (p, p, d)
    """
    at = distance(theta[:, None], sample, parameters, method)
    bread = (hessian(at, sample, parameters, method) if observed else curvature(at, parameters))[..., 0]
    if observed and method == "GLS":
        # The weight S⁻¹ moves too.
        half = np.einsum("ijd,jk,kl->ild", gap, at.weight[..., 0], (sample.cov - at.implied.sigma)[..., 0])
        gap = gap - half - np.swapaxes(half, 0, 1)
    scale = 1 / np.sqrt(np.diag(bread))
    moved = np.linalg.solve(bread * scale[:, None] * scale, pulled(at, parameters, gap) * scale[:, None])
    return np.asarray(moved * scale[:, None])


def sigma_of(theta: Array, parameters: Parameters, cov: Array, method: Method) -> Array:
    """Return the covariances (p, p) that answers are taken to have: Σ under ML, S where it is the weight."""
    if method != "ML":
        return cov
    sample: Distance = distance(theta[:, None], Sample.of(cov[..., None]), parameters, method)
    return sample.implied.sigma[..., 0]
