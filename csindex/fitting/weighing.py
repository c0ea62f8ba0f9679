"""What least squares take from the rows: how moments vary, and by how much each weighs in DWLS."""

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.covariance.algebra import one_thread
from csindex.fitting.factors import turned
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.moments import Moments
from csindex.survey.ordinal_influence import ordinal_influence
from csindex.survey.sandwich import factor_of, influence, sampling_covariance
from csindex.survey.sources import RowSource, Source
from csindex.survey.stacks import Array, pack, unpack


def effective(moments: Moments, options: Options) -> Array:
    """Return the number of answers (U,) by which χ² and variances are scaled: n, or n - 1; Kish's n with case weights."""
    one_less = options.likelihood == "wishart" or options.discrepancy != "ML"
    return np.asarray(moments.n_eff - one_less, dtype=np.float64)


def row_directions(source: Source, number: int, cov: Array, design: Design) -> tuple[Array, Array]:
    """Return directions of means (p, d) and covariances (p, p, d) from the rows of a unit with covariances `cov` (p, p).

    Reversed items are turned round in the covariances.
    """
    if not isinstance(source, RowSource):
        raise OptionError(
            "errors='robust' and discrepancy='DWLS' need respondents' rows; moments have none. Use errors='normal' with "
            "discrepancy='ML'."
        )
    x, weights, sampling, psu = source.rows(number)
    if np.isnan(x).any():
        raise OptionError(
            "errors='robust' and discrepancy='DWLS' need complete rows. Use missing='listwise', or errors='normal' and "
            "replicates=1000."
        )
    ordinal = source.ordinal
    u = influence(x, weights) if ordinal is None else ordinal_influence(x, weights, ordinal, pack(cov))
    factor = factor_of(sampling_covariance(u, sampling, psu))
    p = design.p
    return factor[:p], np.moveaxis(turned(unpack(factor[p:].T, p), design), 0, -1)


def gap_as_fitted(gap: Array, S: Array, n: float, options: Options) -> Array:
    """Return directions (p, p, d) of what is fitted, from `gap` of covariances S (p, p) of n answers.

    With ordinal items these are correlations. Of weighted covariances n and n - 1 stand in the sampling covariance where lavaan
    has them.
    """
    if not options.adjusted:
        return gap
    if not options.ordinal:
        return np.asarray(gap * np.sqrt((n - 1) / n))
    sd = np.sqrt(np.diag(S))
    own = np.einsum("iid->id", gap) / np.diag(S)[:, None] / 2
    scaled = gap / (sd[:, None] * sd)[..., None]
    return np.asarray(scaled - (S / (sd[:, None] * sd))[..., None] * (own[:, None] + own[None]))


def weights_of(gap: Array, n: float, options: Options) -> Array:
    """Return the weights (p(p+1)/2,) of DWLS: one over the diagonal of Γ, the asymptotic covariance of the moments.

    Variances that are 1 by definition have the mean weight of the other moments; whatever it is, they are fitted exactly.

    Parameters
    ----------
    gap : (p, p, d)
        Directions of what is fitted; see `gap_as_fitted`.
    n : float
        By which F is multiplied.
    options : Options
    """
    variance = n * pack((gap**2).sum(axis=2))
    if options.ordinal:
        fixed = pack(np.eye(len(gap))) > 0
        variance[fixed] = 1 / (1 / variance[~fixed]).mean()
    return np.asarray(1 / variance)


@one_thread()
def moment_weights(
    source: Source, numbers: NDArray[np.intp], moments: Moments, design: Design, options: Options
) -> Array | None:
    """Return the weights (U, p(p+1)/2) of all units, None where none are used.

    Parameters
    ----------
    source : Source
    numbers : (U,) int
        The source's numbers of the units.
    moments : Moments
        A stack (U,).
    design, options : Design, Options
    """
    if options.discrepancy != "DWLS":
        return None
    out = np.full((len(numbers), design.p * (design.p + 1) // 2), np.nan)
    for unit, (number, cov) in enumerate(zip(numbers.tolist(), moments.cov, strict=True)):
        if np.isfinite(cov).all():
            _, gap = row_directions(source, number, cov, design)
            changed = gap_as_fitted(gap, turned(cov, design), float(moments.n[unit]), options)
            out[unit] = weights_of(changed, float(effective(moments, options)[unit]), options)
    return out
