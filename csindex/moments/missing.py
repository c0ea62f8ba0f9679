"""From rows to moments, by what was chosen for missing answers and ordinal items (array functions)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError, SurveyError
from csindex.moments import sums
from csindex.moments.em import em_moments
from csindex.moments.polychoric import ordinal_moments
from csindex.options import Missing
from csindex.stacks.layout import Array
from csindex.text.format import listed

MOST_CATEGORIES = 20

_MAKERS = {
    "listwise": (sums.complete_sums, sums.complete_moments),
    "mean": (sums.present_sums, sums.mean_filled_moments),
    "pairwise": (sums.present_sums, sums.pairwise_moments),
}


def iterated(missing: Missing, ordinal: NDArray[np.bool_] | None) -> bool:
    """Return whether moments are found by iteration, which replicates begin where the sample's ended."""
    return missing == "em" or ordinal is not None


def row_moments(
    x: Array,
    weights: Array,
    missing: Missing,
    ordinal: NDArray[np.bool_] | None = None,
    start: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:
    """Return the moments of rows in T replicates.

    Parameters
    ----------
    x : (n, p)
        NaN where an answer is missing.
    weights : (n, T)
    missing : {"listwise", "pairwise", "mean", "em"}
        Listwise expects rows that are complete.
    ordinal : (p,) bool, optional
        Items whose correlations are polychoric.
    start : (p,) and (p(p+1)/2,), optional
        Mean and packed covariance of the sample; see `iterated`.

    Returns
    -------
    mean (p, T), cov (p(p+1)/2, T)
        The covariance packed, the stack last.
    """
    # A round shift leaves sums of whole answers exact, so that results do not depend on the order of rows.
    shift = np.asarray(np.round(np.nansum(x, axis=0) / np.maximum(1, (~np.isnan(x)).sum(axis=0))))
    near = None if start is None else (start[0] - shift, start[1])
    complete = missing == "listwise" or not np.isnan(x).any()
    with np.errstate(invalid="ignore", divide="ignore"):
        if ordinal is not None:
            mean, cov = ordinal_moments(x - shift, weights, ordinal, near)
        elif missing == "em" and not complete:
            mean, cov = em_moments(x - shift, weights, near)
        else:
            add, to_moments = _MAKERS["listwise" if complete else missing]
            mean, cov = to_moments(add(x - shift, weights), x.shape[1], np.float64(len(x)))
    return mean + shift[:, None], cov


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
        raise OptionError(
            f"ordinal= names {listed(map(repr, strange))}, which the items {', '.join(items)} do not have."
        )
    flags = np.isin(list(items), names)
    for at in np.flatnonzero(flags).tolist():
        found = np.unique(values[~np.isnan(values[:, at]), at])
        if len(found) > MOST_CATEGORIES:
            raise SurveyError(
                f"item {items[at]!r} has {len(found)} different answers, {found[0]:g} to {found[-1]:g}; more than "
                f"{MOST_CATEGORIES} are no ordinal categories. Leave it out of ordinal=, or cut it into fewer classes."
            )
    return flags
