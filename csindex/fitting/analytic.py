"""Analytic standard errors of every quantity, in the form of replicates.

The delta method moves the moments, and the parameters with them, a little along each direction in which they vary, and sees
by how much a quantity moves: with moments m + hL_d along the columns of L, LL' = cov(m), the sum of
((replicate - estimate)/h)² is J cov(m) J'. Any function of estimates has its standard error in this way, without
derivatives of its own.
"""

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.covariance.influence import normal_directions, response, sigma_of
from csindex.estimation.covariance.parameters import Parameters, parameters_of
from csindex.fitting.estimates import Estimates, Status
from csindex.fitting.factors import expressed, turned
from csindex.fitting.replicate import Replicates
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.moments import Moments
from csindex.survey.sandwich import factor_of, moment_covariance
from csindex.survey.sources import RowSource, Source
from csindex.survey.stacks import Array, pack, unpack

STEP = 1e-5
WORDS = {
    "normal": "analytic standard errors for normal answers",
    "robust": "analytic standard errors from the rows, whatever the answers' distribution (Huber 1967, White 1982)",
}


def analytic(
    source: Source, numbers: NDArray[np.intp], moments: Moments, sample: Estimates, design: Design, options: Options
) -> Replicates:
    """Return replicates along the directions of sampling variation.

    Parameters
    ----------
    source : Source
        Rows are needed for robust standard errors.
    numbers : (U,) int
        The source's numbers of the units.
    moments : Moments
        A stack (U,).
    sample : Estimates
        A stack (U,), with moments.
    design, options : Design, Options
    """
    parameters, U, p = parameters_of(design), len(numbers), design.p
    n = effective(moments, options)
    made = [
        directions(source, int(number), float(n[unit]), sample, unit, parameters, options)
        for unit, number in enumerate(numbers)
    ]
    D = max(shift.shape[1] for shift, _ in made)
    mean, packed, theta = (np.repeat(a[:, None], D, axis=1) for a in (sample.mean, sample.packed, sample.theta))
    coefficients = np.zeros((U, D))
    for unit, (shift, gap) in enumerate(made):
        d = shift.shape[1]
        S = turned(sample.cov[unit], design)
        moved = response(
            sample.theta[unit], S, parameters, options.discrepancy, gap, observed=options.errors == "robust"
        )
        mean[unit, :d] += STEP * shift.T
        packed[unit, :d] += STEP * pack(turned(np.moveaxis(gap, -1, 0), design))
        theta[unit, :d] += STEP * moved.T
        coefficients[unit, :d] = STEP**-2
    nothing = np.zeros(U * D, dtype=np.intp)
    status = np.full(U * D, Status.OK, dtype=np.int8)
    mean_, cov = mean.reshape(U * D, p), unpack(packed.reshape(U * D, -1), p)
    stack = expressed(theta.reshape(U * D, -1), mean_, cov, design, options, parameters, status, nothing)
    estimates = stack.reshape(U, D).made_from(mean, packed)
    return Replicates("delta", WORDS[options.errors], estimates, coefficients, joint=False)


def effective(moments: Moments, options: Options) -> Array:
    """Return the number of answers (U,) by which χ² and variances are scaled: n, or n - 1; Kish's n with case weights."""
    one_less = options.likelihood == "wishart" or options.discrepancy != "ML"
    return np.asarray(moments.n_eff - one_less)


def directions(
    source: Source, number: int, n: float, sample: Estimates, unit: int, parameters: Parameters, options: Options
) -> tuple[Array, Array]:
    """Return directions in which means (p, d) vary, and covariances (p, p, d) with reversed items turned round."""
    design = parameters.design
    if options.errors == "robust":
        shift, packed = _from_rows(source, number)
        return shift, np.moveaxis(turned(unpack(packed.T, design.p), design), 0, -1)
    S = turned(sample.cov[unit], design)
    gap = normal_directions(sigma_of(sample.theta[unit], parameters, S, options.discrepancy))
    shift, d = np.linalg.cholesky(sample.cov[unit]), gap.shape[-1]
    moved = np.concatenate([shift, np.zeros((design.p, d))], axis=1)
    return moved / np.sqrt(n), np.concatenate([np.zeros((design.p, *shift.shape)), gap], axis=2) / np.sqrt(n)


def _from_rows(source: Source, number: int) -> tuple[Array, Array]:
    """Return directions of means (p, d) and packed covariances (p(p+1)/2, d) from the rows of a unit."""
    if not isinstance(source, RowSource):
        raise OptionError("errors='robust' needs respondents' rows; moments have none. Use errors='normal'.")
    x, weights, sampling, psu = source.rows(number)
    if np.isnan(x).any():
        raise OptionError("errors='robust' needs complete rows. Use missing='listwise', or replicates=1000.")
    factor = factor_of(moment_covariance(x, weights, sampling, psu))
    return factor[: x.shape[1]], factor[x.shape[1] :]
