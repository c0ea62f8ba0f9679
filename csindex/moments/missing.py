"""Policies for missing answers: which rows are used, which moments, and how scores are filled (array functions)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message, listed
from csindex.moments import sums
from csindex.options import Options, Registry
from csindex.stacks.layout import Array

MOST_CATEGORIES = 20

Start = tuple[Array, Array]
"""Mean (p,) and packed covariance (p(p+1)/2,) of a sample, where the iteration of its replicates begins."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of missing answers.

    Attributes
    ----------
    name : str
        The value of the option ``missing``; the glossary has its words.
    moments : callable
        From answers (n, p) some of which are NaN, weights (n, T) and, of policies that iterate, where to begin or None, to
        means (p, T) and packed covariances (p(p+1)/2, T). Where no answer is missing all policies have the same moments.
    fill : callable or None
        From answers (n, p) of a unit with mean (p,) and covariance (p, p) to those from which its respondents' scores are
        computed; None where gaps stay.
    complete : bool
        Only rows with all answers are used; so moments, which have no rows, can be given in their place.
    iterated : bool
        Moments are found by iteration, which may find none.
    definite : bool
        Correlations are positive semidefinite, as those of complete rows are.
    ordinal : bool
        Goes with ordinal items, whose polychoric correlations then take the place of `moments`.
    predictable : bool
        Rows can be predicted from: they have no gaps, or gaps count as the mean of the training rows.
    chi_square : bool
        χ² of a covariance structure model fitted to the moments is that of a complete sample.
    analytic : bool
        So are its analytic standard errors.
    full_information : bool
        A covariance structure model is fitted to the answers that are there, and not to moments.
    """

    name: str
    moments: Callable[[Array, Array, Start | None], tuple[Array, Array]]
    fill: Callable[[Array, Array, Array], Array] | None = None
    complete: bool = False
    iterated: bool = False
    definite: bool = False
    ordinal: bool = False
    predictable: bool = False
    chi_square: bool = False
    analytic: bool = False
    full_information: bool = False


def _complete(x: Array, weights: Array, start: Start | None = None) -> tuple[Array, Array]:  # noqa: ARG001
    return sums.complete_moments(sums.complete_sums(x, weights), x.shape[1], np.float64(len(x)))


def _pairwise(x: Array, weights: Array, start: Start | None) -> tuple[Array, Array]:  # noqa: ARG001
    return sums.pairwise_moments(sums.present_sums(x, weights), x.shape[1], np.float64(len(x)))


def _with_means(x: Array, weights: Array, start: Start | None) -> tuple[Array, Array]:  # noqa: ARG001
    return sums.mean_filled_moments(sums.present_sums(x, weights), x.shape[1], np.float64(len(x)))


def _means(x: Array, mean: Array, cov: Array) -> Array:  # noqa: ARG001
    return np.where(np.isnan(x), mean, x)


# EM is imported when answers are missing and it is asked for.
def _em(x: Array, weights: Array, start: Start | None) -> tuple[Array, Array]:
    from csindex.moments.em import em_moments

    return em_moments(x, weights, start)


def _expected(x: Array, mean: Array, cov: Array) -> Array:
    from csindex.moments.em import expected_answers

    return expected_answers(x, mean, cov)


POLICIES = Registry(
    "missing",
    (
        Policy("listwise", _complete, complete=True, definite=True, ordinal=True, predictable=True, chi_square=True,
               analytic=True),
        Policy("pairwise", _pairwise, ordinal=True),
        Policy("mean", _with_means, _means, definite=True, predictable=True, chi_square=True),
        Policy("em", _em, _expected, iterated=True, definite=True),
        Policy("fiml", _em, _expected, iterated=True, definite=True, chi_square=True, analytic=True,
               full_information=True),
    ),
)  # fmt: skip


def policy_of(options: Options) -> Policy:
    """Return the policy that the options name."""
    return POLICIES[options.missing]


def check_ordinal(options: Options) -> None:
    """Raise an OptionError if there are ordinal items, and the policy does not go with them."""
    if options.ordinal and not policy_of(options).ordinal:
        raise OptionError(Message("options.ordinal_missing", missing=Argument("missing", options.missing)))


def row_moments(
    x: Array,
    weights: Array,
    missing: str,
    ordinal: NDArray[np.bool_] | None = None,
    start: Start | None = None,
) -> tuple[Array, Array]:
    """Return the moments of rows in T replicates.

    Parameters
    ----------
    x : (n, p)
        NaN where an answer is missing; rows are complete where the policy takes no others.
    weights : (n, T)
    missing : str
        Name of the policy.
    ordinal : (p,) bool, optional
        Items whose correlations are polychoric.
    start : (p,) and (p(p+1)/2,), optional
        See `solution`.

    Returns
    -------
    mean (p, T), cov (p(p+1)/2, T)
        The covariance packed, the stack last.
    """
    # A round shift leaves sums of whole answers exact, so that results do not depend on the order of rows.
    shift = np.asarray(np.round(np.nansum(x, axis=0) / np.maximum(1, (~np.isnan(x)).sum(axis=0))))
    near = None if start is None else (start[0] - shift, start[1])
    policy = POLICIES[missing]
    with np.errstate(invalid="ignore", divide="ignore"):
        if ordinal is not None:
            from csindex.moments.polychoric import ordinal_moments

            mean, cov = ordinal_moments(x - shift, weights, ordinal, near)
        elif policy.complete or not np.isnan(x).any():
            mean, cov = _complete(x - shift, weights)
        else:
            mean, cov = policy.moments(x - shift, weights, near)
    return mean + shift[:, None], cov


def solution(x: Array, weights: Array, missing: str, ordinal: NDArray[np.bool_] | None) -> Start | None:
    """Return the moments of rows (n, p) with weights (n,), where the iteration of their replicates begins.

    None where there is no iteration, or where it finds none.
    """
    if not POLICIES[missing].iterated and ordinal is None:
        return None
    mean, cov = row_moments(x, weights[:, None], missing, ordinal)
    return (mean[:, 0], cov[:, 0]) if np.isfinite(mean).all() and np.isfinite(cov).all() else None


def ordinal_flags(values: Array, items: Sequence[str], ordinal: bool | Sequence[str]) -> NDArray[np.bool_] | None:
    """Return which of the p items are ordinal (p,), or None where none is.

    Raises
    ------
    OptionError
        Names that are not among the items.
    SurveyError
        An ordinal item with so many different answers (n, p) that it has no categories.
    """
    if not ordinal:
        return None
    names = tuple(items) if ordinal is True else tuple(ordinal or ())
    strange = [name for name in names if name not in items]
    if strange:
        raise OptionError(Message("moments.ordinal_unknown", names=listed(map(repr, strange)), known=", ".join(items)))
    flags = np.isin(list(items), names)
    for at in np.flatnonzero(flags).tolist():
        found = np.unique(values[~np.isnan(values[:, at]), at])
        if len(found) > MOST_CATEGORIES:
            raise SurveyError(
                Message(
                    "moments.categories",
                    item=items[at],
                    count=len(found),
                    low=found[0],
                    high=found[-1],
                    most=MOST_CATEGORIES,
                )
            )
    return flags
