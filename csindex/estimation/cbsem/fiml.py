"""Full-information maximum likelihood: a covariance structure model from rows with missing answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.cbsem.discrepancy import Distance, curvature, pulled
from csindex.estimation.cbsem.estimates import expressed, parameters_for, turned
from csindex.estimation.cbsem.fit_measures import ChiSquare
from csindex.estimation.cbsem.parameters import Parameters
from csindex.estimation.cbsem.scoring import minimised
from csindex.estimation.cbsem.structure import Implied, implied, jacobian
from csindex.estimation.estimates import Estimates, Status
from csindex.messages import Message
from csindex.model.design import Design
from csindex.moments.influence import factor_of, sampling_covariance
from csindex.moments.moments import Moments
from csindex.options import Options
from csindex.replicates.rows import RowSource
from csindex.replicates.source import Source
from csindex.stacks.last_axis import inverse, one_thread, product
from csindex.stacks.layout import Array, packing, unpack
from csindex.survey.design import Sampling


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows that miss the same answers.

    Attributes
    ----------
    there : (r,) int
        Items that are answered.
    share : float
        Of the weights of all rows.
    rows : (n,) int
    mean, cov : (p,), (p, p)
        With n in the denominator; 0 for items that are not there.
    """

    there: NDArray[np.intp]
    share: float
    rows: NDArray[np.intp]
    mean: Array
    cov: Array


def patterns_of(x: Array, weights: Array) -> list[Pattern]:
    """Return the patterns of answers (n, p), NaN where one is missing, with weights (n,)."""
    absent, which = np.unique(np.isnan(x), axis=0, return_inverse=True)
    found = []
    for number, missing in enumerate(absent):
        rows, there = np.flatnonzero(which.ravel() == number), np.flatnonzero(~missing)
        if not len(there):
            continue
        w, answers = weights[rows] / weights[rows].sum(), x[np.ix_(rows, there)]
        mean, cov = np.zeros(x.shape[1]), np.zeros((x.shape[1], x.shape[1]))
        mean[there] = w @ answers
        gap = answers - mean[there]
        cov[np.ix_(there, there)] = (gap * w[:, None]).T @ gap
        found.append(Pattern(there, float(weights[rows].sum()), rows, mean, cov))
    total = sum(pattern.share for pattern in found)
    return [Pattern(f.there, f.share / total, f.rows, f.mean, f.cov) for f in found]


def fitted(theta: Array, patterns: Sequence[Pattern], parameters: Parameters) -> tuple[Array, bool]:
    """Return the parameters (q,) with means that maximise the likelihood, from `theta`, and whether they were found."""

    def value(at: Array) -> float:
        found = implied(at[:, None], parameters)
        return float(deviance(found.sigma, found.mean, patterns)[0])

    def local(at: Array) -> tuple[Array, Array]:
        found = implied(at[:, None], parameters)
        return _slope(found, patterns, parameters)[:, 0], _curvature(found, patterns, parameters)[..., 0]

    return minimised(theta, value, local)


def deviance(sigma: Array, mean: Array, patterns: Sequence[Pattern]) -> Array:
    """Return -2·log-likelihood per row (m,), without the constant, of moments (p, p, m) and (p, m)."""
    total = np.zeros(sigma.shape[-1])
    for pattern in patterns:
        V, logdet = _weight(sigma, pattern)
        gap = _second_moments(pattern, mean)
        total += pattern.share * (logdet + np.einsum("ijm,ijm->m", V, gap))
    return total


def constant(patterns: Sequence[Pattern]) -> float:
    """Return what the normal distribution adds to the deviance per row."""
    return float(np.log(2 * np.pi) * sum(pattern.share * len(pattern.there) for pattern in patterns))


def baseline_deviance(patterns: Sequence[Pattern]) -> float:
    """Return the deviance per row where items do not covary: each item's own mean and variance."""
    share = np.array([pattern.share for pattern in patterns])[:, None]
    there = np.zeros((len(patterns), len(patterns[0].mean)))
    for row, pattern in zip(there, patterns, strict=True):
        row[pattern.there] = 1.0
    means = np.stack([pattern.mean for pattern in patterns])
    squares = np.stack([np.diag(pattern.cov) + pattern.mean**2 for pattern in patterns])
    count = (share * there).sum(axis=0)
    centre = (share * there * means).sum(axis=0) / count
    variance = (share * there * squares).sum(axis=0) / count - centre**2
    return float((count * (np.log(variance) + 1)).sum())


def observed_information(theta: Array, patterns: Sequence[Pattern], parameters: Parameters) -> Array:
    """Return the second derivatives (q, q) of half the deviance per row, from differences of the slope."""
    step = 1e-5 * np.maximum(np.abs(theta), 0.1)
    found = implied(theta[:, None] + np.concatenate([np.diag(step), -np.diag(step)], axis=1), parameters)
    g = _slope(found, patterns, parameters)
    H = -(g[:, : len(step)] - g[:, len(step) :]) / (2 * step)
    return np.asarray((H + H.T) / 2)


def case_scores(theta: Array, x: Array, patterns: Sequence[Pattern], parameters: Parameters) -> Array:
    """Return each row's half slope (n, q) at parameters (q,), from answers (n, p)."""
    found = implied(theta[:, None], parameters)
    out = np.zeros((len(x), parameters.q))
    for pattern in patterns:
        at = Distance(theta[:1], found, _weight(found.sigma, pattern)[0])
        d = _gaps(x, pattern, found.mean)
        out[pattern.rows] = pulled(at, parameters, d[:, None] * d[None] - found.sigma, d).T
    return out


def saturated_scores(mean: Array, sigma: Array, x: Array, patterns: Sequence[Pattern]) -> Array:
    """Return each row's half slope (n, t) about p means and packed covariances, t = p + p(p+1)/2."""
    out = np.zeros((len(x), len(mean) + len(packing(len(mean))[0])))
    for pattern in patterns:
        V, d = _weight(sigma[..., None], pattern)[0], _gaps(x, pattern, mean[:, None])
        out[pattern.rows] = _saturated_slope(V, d[:, None] * d[None] - sigma[..., None], d).T
    return out


def saturated_information(mean: Array, sigma: Array, patterns: Sequence[Pattern]) -> Array:
    """Return the observed information (t, t) of one row about means (p,) and covariances (p, p), by differences."""
    p = len(mean)
    rows, columns, _ = packing(p)
    at = np.concatenate([mean, sigma[rows, columns]])
    step = 1e-5 * np.maximum(np.abs(at), 0.1)
    moved = at[:, None] + np.concatenate([np.diag(step), -np.diag(step)], axis=1)
    means, covs = moved[:p], np.moveaxis(unpack(moved[p:].T, p), 0, -1)
    g = np.zeros(moved.shape)
    for pattern in patterns:
        V = _weight(covs, pattern)[0]
        shift = pattern.mean[:, None] - means
        g += pattern.share * _saturated_slope(V, _second_moments(pattern, means) - covs, shift)
    H = -(g[:, : len(step)] - g[:, len(step) :]) / (2 * step)
    return np.asarray((H + H.T) / 2)


def _saturated_slope(V: Array, gap: Array, shift: Array) -> Array:
    rows, columns, _ = packing(len(V))
    N = product(V, product(gap, V))[rows, columns]
    N[rows == columns] /= 2
    return np.concatenate([np.einsum("ijm,jm->im", V, shift), N])


def _gaps(x: Array, pattern: Pattern, mean: Array) -> Array:
    """Return answers of a pattern's rows less their expected values (p, n); 0 where there is none."""
    d = np.zeros((len(mean), len(pattern.rows)))
    d[pattern.there] = x[np.ix_(pattern.rows, pattern.there)].T - mean[pattern.there]
    return d


def baseline_trace(x: Array, weights: Array) -> float:
    """Return tr A⁻¹B of the baseline, in which each item has a mean and a variance of its own."""
    total, weights = 0.0, weights / weights.mean()
    for item in x.T:
        there = ~np.isnan(item)
        w, y = weights[there], item[there]
        d = y - (w @ y) / w.sum()
        ratio = d**2 / ((w @ d**2) / w.sum())
        total += float(w**2 @ (ratio + (ratio - 1) ** 2 / 2) / w.sum())
    return total


def _weight(sigma: Array, pattern: Pattern) -> tuple[Array, Array]:
    """Return the inverse of what is there, filled up with zeros (p, p, m), and its logarithm of the determinant."""
    V = np.zeros(sigma.shape)
    back, logdet = inverse(sigma[np.ix_(pattern.there, pattern.there)])
    V[np.ix_(pattern.there, pattern.there)] = back
    return V, logdet


def _second_moments(pattern: Pattern, mean: Array) -> Array:
    d = pattern.mean[:, None] - mean
    return np.asarray(pattern.cov[..., None] + d[:, None] * d[None])


def _slope(found: Implied, patterns: Sequence[Pattern], parameters: Parameters) -> Array:
    total = np.zeros((parameters.q, found.sigma.shape[-1]))
    for pattern in patterns:
        at = Distance(total[0], found, _weight(found.sigma, pattern)[0])
        gap = _second_moments(pattern, found.mean) - found.sigma
        total += pattern.share * pulled(at, parameters, gap, pattern.mean[:, None] - found.mean)
    return total


def _curvature(found: Implied, patterns: Sequence[Pattern], parameters: Parameters) -> Array:
    total = np.zeros((parameters.q, parameters.q, found.sigma.shape[-1]))
    for pattern in patterns:
        at = Distance(total[0, 0], found, _weight(found.sigma, pattern)[0])
        total += pattern.share * curvature(at, parameters)
    return total


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
        raise OptionError(Message("estimation.fiml_rows"))
    x, weights, sampling, psu = source.rows(number)
    x, n = x * design.sign, float(moments.n[unit])
    S = turned(moments.cov[unit], design) * (n - 1) / n
    return _Unit(
        x=x, weights=weights, sampling=sampling, psu=psu, patterns=patterns_of(x, weights),
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
        found, converged = fitted(theta[unit] / scale, own.patterns, parameters)
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
    bread = observed_information(theta, own.patterns, parameters)
    saturated = saturated_information(own.mean, own.sigma, own.patterns)
    if options.errors == "robust":
        share = (own.weights / own.weights.sum())[:, None]
        scores = case_scores(theta, own.x, own.patterns, parameters)
        free = saturated_scores(own.mean, own.sigma, own.x, own.patterns)
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
    return np.concatenate([means, jacobian(implied(theta[:, None], parameters), parameters)[..., 0]])


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
        found, fixed = implied(theta[:, None], parameters), constant(own.patterns)
        model = deviance(found.sigma, found.mean, own.patterns)[0]
        saturated = deviance(own.sigma[..., None], own.mean[:, None], own.patterns)[0]
        scalings = (np.nan, np.nan)
        if options.errors == "robust":
            scalings = _scalings(own, theta, design, options)
        deviances = (model, saturated, baseline_deviance(own.patterns))
        rows.append([*(d + fixed for d in deviances), *scalings, _srmr(own, found.sigma[..., 0], found.mean[:, 0])])
    return Likelihood(*np.array(rows).T)


def _scalings(own: _Unit, theta: Array, design: Design, options: Options) -> tuple[float, float]:
    """Return (tr A⁻¹B of the saturated model less that of the model)/df, and the same of the baseline."""
    parameters, p = parameters_for(design, options), design.p
    share = (own.weights / own.weights.sum())[:, None]
    traces = []
    for bread, scores in (
        (saturated_information(own.mean, own.sigma, own.patterns),
         saturated_scores(own.mean, own.sigma, own.x, own.patterns)),
        (observed_information(theta, own.patterns, parameters),
         case_scores(theta, own.x, own.patterns, parameters)),
    ):  # fmt: skip
        meat = sampling_covariance(share * scores, own.sampling, own.psu) * own.n
        traces.append(float(np.trace(np.linalg.solve(bread, meat))))
    alone = baseline_trace(own.x, own.weights) * own.n / len(own.weights)
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
