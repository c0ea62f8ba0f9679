"""Analytic standard errors of every quantity, in the form of replicates.

The delta method moves the moments, and the parameters with them, a little along each direction in which they vary, and sees
by how much a quantity moves: with moments m + hL_d along the columns of L, LL' = cov(m), the sum of
((replicate - estimate)/h)² is J cov(m) J'. Any function of estimates has its standard error in this way, without
derivatives of its own.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.covariance.algebra import one_thread
from csindex.estimation.covariance.influence import normal_directions, response, sigma_of
from csindex.fitting.estimates import Estimates, Status
from csindex.fitting.factors import expressed, parameters_for, turned
from csindex.fitting.fiml import fiml_directions
from csindex.fitting.replicate import Replicates
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.moments import Moments
from csindex.survey.replicate_words import WORDS
from csindex.survey.sandwich import factor_of, influence, sampling_covariance
from csindex.survey.sources import RowSource, Source
from csindex.survey.stacks import Array, pack, unpack

STEP = 1e-5


@one_thread()
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
    U, p = len(numbers), design.p
    made = [
        directions(source, int(number), moments, sample, unit, design, options) for unit, number in enumerate(numbers)
    ]
    D = max(made_of[0].shape[1] for made_of in made)
    mean, packed, theta = (np.repeat(a[:, None], D, axis=1) for a in (sample.mean, sample.packed, sample.theta))
    coefficients = np.zeros((U, D))
    for unit, (shift, gap, moved) in enumerate(made):
        d = shift.shape[1]
        mean[unit, :d] += STEP * shift.T
        packed[unit, :d] += STEP * pack(turned(np.moveaxis(gap, -1, 0), design))
        theta[unit, :d] += STEP * moved.T
        coefficients[unit, :d] = STEP**-2
    nothing = np.zeros(U * D, dtype=np.intp)
    status = np.full(U * D, Status.OK, dtype=np.int8)
    flat, cov = mean.reshape(U * D, p), unpack(packed.reshape(U * D, -1), p)
    stack = expressed(theta.reshape(U * D, -1), flat, cov, design, options, status, nothing)
    # A small step beside an inadmissible solution is none of its own.
    estimates = replace(stack, flaws=np.zeros_like(stack.flaws)).reshape(U, D).made_from(mean, packed)
    words, words_ko = (WORDS[lang][options.errors] for lang in ("en", "ko"))
    return Replicates("delta", words, words_ko, estimates, coefficients, joint=False)


def effective(moments: Moments, options: Options) -> Array:
    """Return the number of answers (U,) by which χ² and variances are scaled: n, or n - 1; Kish's n with case weights."""
    one_less = options.likelihood == "wishart" or options.discrepancy != "ML"
    return np.asarray(moments.n_eff - one_less)


def directions(
    source: Source, number: int, moments: Moments, sample: Estimates, unit: int, design: Design, options: Options
) -> tuple[Array, Array, Array]:
    """Return directions in which means (p, d), covariances (p, p, d) and parameters (q, d) vary together.

    Covariances and parameters are those of items with reversed ones turned round.
    """
    if options.missing == "fiml":
        return fiml_directions(source, number, moments, sample, unit, design, options)
    parameters, method = parameters_for(design, options), options.discrepancy
    theta, S = sample.theta[unit], turned(sample.cov[unit], design)
    if options.errors == "robust":
        shift, packed = _from_rows(source, number)
        gap = np.moveaxis(turned(unpack(packed.T, design.p), design), 0, -1)
    else:
        root = np.sqrt(effective(moments, options)[unit])
        gap = normal_directions(sigma_of(theta, parameters, S, method)) / root
        shift = np.linalg.cholesky(sample.cov[unit]) / root
        gap = np.concatenate([np.zeros((design.p, *shift.shape)), gap], axis=2)
        shift = np.concatenate([shift, np.zeros((design.p, gap.shape[2] - design.p))], axis=1)
    return shift, gap, response(theta, S, parameters, method, gap, observed=options.errors == "robust")


def _from_rows(source: Source, number: int) -> tuple[Array, Array]:
    """Return directions of means (p, d) and packed covariances (p(p+1)/2, d) from the rows of a unit."""
    if not isinstance(source, RowSource):
        raise OptionError("errors='robust' needs respondents' rows; moments have none. Use errors='normal'.")
    x, weights, sampling, psu = source.rows(number)
    if np.isnan(x).any():
        raise OptionError("errors='robust' needs complete rows. Use missing='listwise', or replicates=1000.")
    factor = factor_of(sampling_covariance(influence(x, weights), sampling, psu))
    return factor[: x.shape[1]], factor[x.shape[1] :]
