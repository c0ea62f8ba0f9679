"""Differences between groups and tests that there are none, from replicates (array functions).

Symbols: U groups, P pairs of groups, R replicates, q quantities.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csindex.replicates.intervals import Evidence
from csindex.stacks.layout import Array

Ints = NDArray[np.intp]


def difference(evidence: Evidence, first: Ints, second: Ints, joint: bool) -> Evidence:
    """Return what is known of the uncertainty of first - second, a stack of P pairs.

    Replicates of samples that are independent (bootstrap, parametric) and of one joint design subtract one by one.
    Jackknife replicates of independent samples do not: each deletes a row of one sample only, so those of both samples
    stand side by side.

    Parameters
    ----------
    evidence : Evidence
        Of U groups.
    first, second : (P,) int
    joint : bool
        Whether replicate b of one group goes with replicate b of the others.
    """
    e, draws, degrees = evidence.estimate, evidence.draws, evidence.degrees
    coefficients, jackknife, leverage = evidence.coefficients, evidence.jackknife, evidence.leverage
    estimate = e[first] - e[second]
    apart = draws[first] - draws[second] if coefficients is None or joint else None
    if apart is None:
        assert coefficients is not None
        apart = _beside(draws - e[:, None], first, second) + estimate[:, None]
        coefficients = np.concatenate([coefficients[first], coefficients[second]], axis=1)
    elif coefficients is not None:
        coefficients = coefficients[first]
    if jackknife is not None and leverage is not None:
        if joint:
            jackknife, leverage = jackknife[first] - jackknife[second], leverage[first]
        else:
            jackknife = _beside(jackknife - np.nanmean(jackknife, axis=1, keepdims=True), first, second)
            leverage = np.concatenate([leverage[first], leverage[second]], axis=1)
    return replace(
        evidence,
        estimate=estimate,
        draws=apart,
        coefficients=coefficients,
        degrees=None if degrees is None else np.minimum(degrees[first], degrees[second]),
        jackknife=jackknife,
        leverage=leverage,
        nested=None if evidence.nested is None else evidence.nested[first] - evidence.nested[second],
        scores=None,
    )


def _beside(deviations: Array, first: Ints, second: Ints) -> Array:
    return np.concatenate([deviations[first], -deviations[second]], axis=1)


def mga(draws: Array, first: Ints, second: Ints) -> Array:
    """Return Henseler's probability (P, q) that the first group's parameter is not larger than the second's.

    1 - Σ_bc Θ(2θ̄₁ - θ₁b - 2θ̄₂ + θ₂c)/R² over all pairs of replicates, each sample's mirrored at their mean (Henseler,
    Ringle & Sinkovics 2009; so does seminr, while cSEM moves the replicates' mean to the estimate); ties count half. The double sum is the Mann-Whitney statistic of
    the two sets of mirrored replicates, which ranks give at once.

    Parameters
    ----------
    draws : (U, R, q)
        NaN where a replicate failed.
    first, second : (P,) int
    """
    from scipy.stats import rankdata

    mirrored = np.moveaxis(2 * np.nanmean(draws, axis=1, keepdims=True) - draws, 1, -1)
    a, b = mirrored[first], mirrored[second]
    gone_a, gone_b = (np.isnan(x).sum(axis=-1) for x in (a, b))
    R = draws.shape[1]
    # Rounding is no difference: replicates of a fixed parameter are all equal.
    both = np.round(np.nan_to_num(np.concatenate([a, b], axis=-1), nan=np.inf), 12)
    ranks = rankdata(both, axis=-1)
    wins = ranks[..., :R].sum(axis=-1) - R * (R + 1) / 2
    # Failed replicates stand at the end: take out the wins that they seem to have.
    wins -= gone_a * (R - gone_b) + 0.5 * gone_a * gone_b
    known = (R - gone_a) * (R - gone_b)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known > 0, 1 - wins / known, np.nan)


def on_z_scale(evidence: Evidence, share: bool) -> Evidence:
    """Return correlations on Fisher's z scale, where their spread depends less on where they lie.

    Parameters
    ----------
    evidence : Evidence
        Of correlations, or with `share` of their squares. A parameter of which any estimate or replicate reaches 1, as
        coefficients of several overlapping sources can, stays as it is.
    share : bool
    """

    def root(values: Array) -> Array:
        return np.sqrt(np.maximum(values, 0.0)) if share else values

    estimate, draws = root(evidence.estimate), root(evidence.draws)
    with np.errstate(invalid="ignore", divide="ignore"):
        out = (np.abs(estimate) >= 1).any(axis=0) | (np.abs(draws) >= 1).any(axis=(0, 1))
        z = (
            np.where(out, plain, np.arctanh(r)) for plain, r in ((evidence.estimate, estimate), (evidence.draws, draws))
        )
        return replace(evidence, estimate=next(z), draws=next(z))


def welch(estimate: Array, se: Array, degrees: Array) -> tuple[Array, Array, Array]:
    """Test that G independent groups have the same parameter (Welch 1951, on estimates and their standard errors).

    Parameters
    ----------
    estimate, se : (G, q)
    degrees : (G,) or (G, q)
        Of the standard errors.

    Returns
    -------
    F, second degrees of freedom, p : (q,)
        The first degrees of freedom are G - 1.
    """
    from scipy.special import fdtrc

    groups = len(estimate)
    with np.errstate(invalid="ignore", divide="ignore"):
        w = np.where(se > 0, 1 / se**2, np.nan)
        share = w / w.sum(axis=0)
        centre = (share * estimate).sum(axis=0)
        loose = ((1 - share) ** 2 / degrees.reshape(groups, -1)).sum(axis=0)
        F = (w * (estimate - centre) ** 2).sum(axis=0) / (groups - 1)
        F = F / (1 + 2 * (groups - 2) / (groups**2 - 1) * loose)
        df = (groups**2 - 1) / (3 * loose)
        return F, df, np.asarray(fdtrc(groups - 1, df, F))


def between(values: Array, size: Array) -> Array:
    """Return the variance between groups (..., q) of values (..., G, q), each group counting as its size (G,)."""
    share = (size / size.sum())[:, None]
    centre = (share * values).sum(axis=-2, keepdims=True)
    return np.asarray((share * (values - centre) ** 2).sum(axis=-2))
