"""The least minimum of F from several first values."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.cbsem.discrepancy import Sample
from csindex.estimation.cbsem.parameters import Parameters
from csindex.estimation.cbsem.scoring import Solution, scored, start
from csindex.options import Options
from csindex.stacks.layout import Array

SHARES = (0.5, 0.0)
HIGHER = 1e-6


def searched(sample: Sample, parameters: Parameters, options: Options) -> tuple[Solution, NDArray[np.int8]]:
    """Return the least minimum that the searches find, and how many (m,) of them end at a higher one.

    Under ML, whose first values are close as a rule, other first values are for members without a minimum; F of least squares
    often has several minima, so all are tried. Where every search fails, semopy's optimiser begins from first values of its own.

    Parameters
    ----------
    sample : Sample
        Of m members.
    parameters, options
    """
    first = start(sample.cov, parameters)
    found = _from(first, sample, parameters, options)
    ends = [np.where(found.converged, found.value, np.nan)]
    for other in _other_starts(first, parameters):
        members = np.flatnonzero(np.isfinite(sample.logdet) & ((options.discrepancy != "ML") | ~found.converged))
        if len(members):
            again = _from(other[:, members], sample.part(members), parameters, options)
            ends.append(np.full(len(found.value), np.nan))
            ends[-1][members] = np.where(again.converged, again.value, np.nan)
            _improve(found, again, members)
    lost = np.flatnonzero(~found.converged & np.isfinite(sample.logdet))
    if len(lost):
        from csindex.estimation.cbsem.semopy import semopy_parameters

        theirs = [semopy_parameters(sample.cov[..., i], parameters, options.discrepancy) for i in lost]
        _improve(found, _from(np.array(theirs).T, sample.part(lost), parameters, options), lost)
    higher = np.stack(ends) > found.value + HIGHER * (1 + found.value)
    return found, higher.sum(axis=0).astype(np.int8)


def _other_starts(first: Array, parameters: Parameters) -> Iterator[Array]:
    """Yield first values (q, m) with weaker and without relations between factors."""
    between = parameters.of("path") | (parameters.of("factor") & (parameters.row != parameters.column))
    for share in SHARES:
        yield np.where(between[:, None], share * first, first)


def _from(theta: Array, sample: Sample, parameters: Parameters, options: Options) -> Solution:
    return scored(
        theta,
        sample,
        parameters,
        options.discrepancy,
        tolerance=options.tolerance**2,
        rounds=options.max_iterations,
    )


def _improve(found: Solution, again: Solution, members: NDArray[np.intp]) -> None:
    """Replace the solutions of some members where another search has ended notably lower, or is the first to end."""
    mine = found.value[members]
    better = again.converged & (~found.converged[members] | (again.value < mine - HIGHER * (1 + mine)))
    pairs = ((found.theta, again.theta), (found.value, again.value), (found.decrement, again.decrement))
    for old, new in (*pairs, (found.rounds, again.rounds)):
        old[..., members[better]] = new[..., better]
    found.converged[members[better]] = True
