"""Analytic standard errors of every quantity, in the form of replicates.

The delta method moves the moments, and the parameters with them, a little along each direction in which they vary, and sees
by how much a quantity moves: with moments m + hL_d along the columns of L, LL' = cov(m), the sum of
((replicate - estimate)/h)² is J cov(m) J'. Any function of estimates has its standard error in this way, without
derivatives of its own.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csindex import messages
from csindex.estimation.cbsem.estimates import adjusted, expressed, parameters_for, sample_of, turned
from csindex.estimation.cbsem.fiml import fiml_directions
from csindex.estimation.cbsem.row_errors import (
    effective,
    gap_as_fitted,
    normal_directions,
    response,
    row_directions,
    sigma_of,
    weights_of,
)
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.replicates import Replicates
from csindex.model.design import Design
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import Options
from csindex.replicates.source import Source
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array, pack, unpack

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
    words, words_ko = (messages.words("replicates")[lang][options.errors] for lang in ("en", "ko"))
    return Replicates("delta", words, words_ko, estimates, coefficients, joint=False)


def directions(
    source: Source, number: int, moments: Moments, sample: Estimates, unit: int, design: Design, options: Options
) -> tuple[Array, Array, Array]:
    """Return directions in which means (p, d), covariances (p, p, d) and parameters (q, d) vary together.

    Covariances and parameters are those of items with reversed ones turned round.
    """
    if policy_of(options).full_information:
        return fiml_directions(source, number, moments, sample, unit, design, options)
    parameters, method = parameters_for(design, options), options.discrepancy
    theta, S = sample.theta[unit], turned(sample.cov[unit], design)
    if options.errors == "robust":
        shift, gap = row_directions(source, number, sample.cov[unit], design)
    else:
        root = np.sqrt(effective(moments, options)[unit])
        gap = normal_directions(sigma_of(theta, parameters, S, method)) / root
        shift = np.linalg.cholesky(sample.cov[unit]) / root
        gap = np.concatenate([np.zeros((design.p, *shift.shape)), gap], axis=2)
        shift = np.concatenate([shift, np.zeros((design.p, gap.shape[2] - design.p))], axis=1)
    changed = gap_as_fitted(gap, S, float(moments.n[unit]), options)
    weights = weights_of(changed, float(effective(moments, options)[unit]), options) if method == "DWLS" else None
    fitted = sample_of(sample.cov[unit : unit + 1], None if weights is None else weights[None], design, options)
    # Of weighted moments the usual errors are those with the expected curvature (Muthén 1984).
    observed = options.errors == "robust" and not adjusted(options)
    return shift, gap, response(theta, fitted, parameters, method, changed, observed=observed)
