"""Full-information maximum likelihood: a covariance structure model from rows with missing answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.covariance import casewise
from csindex.estimation.covariance.algebra import one_thread
from csindex.estimation.covariance.casewise import Pattern
from csindex.estimation.covariance.measures import ChiSquare
from csindex.estimation.covariance.structure import implied, jacobian
from csindex.fitting.estimates import Estimates, Status
from csindex.fitting.factors import expressed, parameters_for, turned
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.moments import Moments
from csindex.survey.sampling import Sampling
from csindex.survey.sandwich import factor_of, sampling_covariance
from csindex.survey.sources import RowSource, Source
from csindex.survey.stacks import Array, packing, unpack


@dataclass(frozen=True, slots=True)
class _Unit:
    """The rows of a unit, with reversed items turned round, and its saturated moments with n in the denominator."""

    x: Array
    weights: Array
    sampling: Sampling | None
    psu: NDArray[np.intp] | None
    patterns: list[Pattern]
    mean: Array
    sigma: Array
    more: float
    n: float


def _unit(source: Source, number: int, moments: Moments, unit: int, design: Design) -> _Unit:
    if not isinstance(source, RowSource):
        raise OptionError("missing='fiml' needs respondents' rows; moments have none.")
    x, weights, sampling, psu = source.rows(number)
    x, n = x * design.sign, float(moments.n[unit])
    S = turned(moments.cov[unit], design) * (n - 1) / n
    return _Unit(
        x=x, weights=weights, sampling=sampling, psu=psu, patterns=casewise.patterns_of(x, weights),
        mean=moments.mean[unit] * design.sign, sigma=S, more=n / (n - 1), n=float(moments.n_eff[unit]),
    )  # fmt: skip


@one_thread()
def fiml_estimates(
    source: Source, numbers: NDArray[np.intp], moments: Moments, sample: Estimates, design: Design, options: Options
) -> Estimates:
    """Return the estimates (U,) that maximise the likelihood of all answers, from those of EM moments."""
    parameters = parameters_for(design, options)
    variances = parameters.of("factor", "residual")
    theta, status = sample.theta.copy(), sample.status.copy()
    for unit, number in enumerate(numbers.tolist()):
        if status[unit] != Status.OK:
            continue
        own = _unit(source, number, moments, unit, design)
        scale = np.where(variances, own.more, 1.0)
        found, converged = casewise.fitted(theta[unit] / scale, own.patterns, parameters)
        theta[unit] = found * scale
        status[unit] = Status.OK if converged else Status.UNCONVERGED
    return expressed(theta, moments.mean, moments.cov, design, options, status, sample.rounds)


def fiml_directions(
    source: Source, number: int, moments: Moments, sample: Estimates, unit: int, design: Design, options: Options
) -> tuple[Array, Array, Array]:
    """Return directions in which means (p, d), covariances (p, p, d) and parameters (q, d) vary together.

    For normal answers parameters vary by the inverse of their observed information, and moments with them; by what moments
    vary beyond the model is independent of that. Robust directions follow from what each row contributes.
    """
    own, parameters, p = _unit(source, number, moments, unit, design), parameters_for(design, options), design.p
    variances = parameters.of("factor", "residual")
    theta = sample.theta[unit] / np.where(variances, own.more, 1.0)
    bread = casewise.observed_information(theta, own.patterns, parameters)
    saturated = casewise.saturated_information(own.mean, own.sigma, own.patterns)
    if options.errors == "robust":
        share = (own.weights / own.weights.sum())[:, None]
        scores = casewise.case_scores(theta, own.x, own.patterns, parameters)
        free = casewise.saturated_scores(own.mean, own.sigma, own.x, own.patterns)
        u = share * np.concatenate([np.linalg.solve(saturated, free.T), np.linalg.solve(bread, scores.T)]).T
        joint = factor_of(sampling_covariance(u, own.sampling, own.psu))
    else:
        within = np.asarray(np.linalg.inv(bread) / own.n, dtype=np.float64)
        moved = factor_of(within)
        slopes = _moment_slopes(theta, design, options)
        rest = factor_of(_beyond(saturated, slopes) / own.n)
        beside = np.zeros((parameters.q, rest.shape[1]))
        joint = np.block([[slopes @ moved, rest], [moved, beside]])
    t = p + p * (p + 1) // 2
    gap = np.moveaxis(unpack(joint[p:t].T, p), 0, -1) * own.more
    return joint[:p] * design.sign[:, None], gap, joint[t:] * np.where(variances, own.more, 1.0)[:, None]


def _moment_slopes(theta: Array, design: Design, options: Options) -> Array:
    """Return the derivatives (t, q) of means and packed covariances by parameters."""
    parameters = parameters_for(design, options)
    means = np.zeros((design.p, parameters.q))
    means[:, parameters.of("intercept")] = np.eye(design.p)
    slopes = jacobian(implied(theta[:, None], parameters), parameters)[..., 0]
    return np.concatenate([means, slopes])


def _beyond(information: Array, slopes: Array) -> Array:
    """Return the covariance (t, t) of what moments vary beyond the model: Γ - Δ(Δ'Γ⁻¹Δ)⁻¹Δ', with Γ⁻¹ their information.

    Rounding must not make it negative; it is 0 in a moment that the model leaves free, such as a mean.
    """
    gamma = np.linalg.inv(information)
    rest = gamma - slopes @ np.linalg.solve(slopes.T @ information @ slopes, slopes.T)
    scale = np.sqrt(np.diag(gamma))
    values, vectors = np.linalg.eigh(rest / scale[:, None] / scale)
    return np.asarray((vectors * np.maximum(values, 0)) @ vectors.T * scale[:, None] * scale)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Deviances of U units per row: of the model, the saturated model and the baseline, with the constant."""

    model: Array
    saturated: Array
    baseline: Array
    scaling: Array
    baseline_scaling: Array
    srmr: Array


def fiml_likelihood(
    source: Source, numbers: NDArray[np.intp], moments: Moments, sample: Estimates, design: Design, options: Options
) -> Likelihood:
    """Return the deviances that χ² and the information criteria are made of, and the scaling of χ² if it is to be robust."""
    parameters = parameters_for(design, options)
    variances = parameters.of("factor", "residual")
    rows = []
    for unit, number in enumerate(numbers.tolist()):
        own = _unit(source, number, moments, unit, design)
        theta = sample.theta[unit] / np.where(variances, own.more, 1.0)
        found, constant = implied(theta[:, None], parameters), casewise.constant(own.patterns)
        model = casewise.deviance(found.sigma, found.mean, own.patterns)[0]
        saturated = casewise.deviance(own.sigma[..., None], own.mean[:, None], own.patterns)[0]
        scalings = (np.nan, np.nan)
        if options.errors == "robust":
            scalings = _scalings(own, theta, design, options)
        deviances = (model, saturated, casewise.baseline_deviance(own.patterns))
        rows.append([*(d + constant for d in deviances), *scalings, _srmr(own, found.sigma[..., 0], found.mean[:, 0])])
    return Likelihood(*np.array(rows).T)


def _scalings(own: _Unit, theta: Array, design: Design, options: Options) -> tuple[float, float]:
    """Return (tr A⁻¹B of the saturated model less that of the model)/df, and the same of the baseline."""
    parameters, p = parameters_for(design, options), design.p
    share = (own.weights / own.weights.sum())[:, None]
    traces = []
    for bread, scores in (
        (casewise.saturated_information(own.mean, own.sigma, own.patterns),
         casewise.saturated_scores(own.mean, own.sigma, own.x, own.patterns)),
        (casewise.observed_information(theta, own.patterns, parameters),
         casewise.case_scores(theta, own.x, own.patterns, parameters)),
    ):  # fmt: skip
        meat = sampling_covariance(share * scores, own.sampling, own.psu) * own.n
        traces.append(float(np.trace(np.linalg.solve(bread, meat))))
    alone = casewise.baseline_trace(own.x, own.weights) * own.n / len(own.weights)
    return (traces[0] - traces[1]) / max(parameters.degrees(), 1), (traces[0] - alone) / (p * (p - 1) / 2)


def _srmr(own: _Unit, sigma: Array, mean: Array) -> float:
    """Return SRMR of covariances and means, against the saturated moments."""
    sd = np.sqrt(np.diag(own.sigma))
    rows, columns, _ = packing(len(sd))
    gap = ((own.sigma - sigma) / sd[:, None] / sd)[rows, columns]
    return float(np.sqrt(np.concatenate([gap**2, ((own.mean - mean) / sd) ** 2]).mean()))


def fiml_test(found: Likelihood, n: Array, df: int, p: int) -> ChiSquare:
    """Return the χ² statistics."""
    baseline = n * (found.baseline - found.saturated)
    return ChiSquare(n * (found.model - found.saturated), df, baseline, p * (p - 1) // 2, n)
