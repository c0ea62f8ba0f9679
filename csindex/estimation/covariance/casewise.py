"""Full-information maximum likelihood: rows with missing answers, by the pattern of what is there.

A pattern's rows enter through their weight, means and covariances. Its weight matrix is that of the items that are there,
filled up with zeros, so that slopes and curvatures are computed by the same formulas as those of complete rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.covariance.algebra import inverse, product
from csindex.estimation.covariance.discrepancy import Distance, curvature, pulled
from csindex.estimation.covariance.parameters import Parameters
from csindex.estimation.covariance.scoring import minimised
from csindex.estimation.covariance.structure import Implied, implied
from csindex.survey.stacks import Array, packing, unpack


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
