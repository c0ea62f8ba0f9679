"""Raking: weights that meet the population's known margins, for many replicates at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.messages import Message
from csindex.stacks.layout import Array
from csindex.text.format import language

Codes = NDArray[np.intp]
Trim = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Raked weights of T replicates.

    Attributes
    ----------
    weights : (n, T)
        NaN in a replicate that cannot be raked, because no row with a weight is in a category whose share is positive.
    rounds : (T,) int
        How often all margins were gone through.
    error : (T,)
        Largest difference from a target share; NaN where raking is impossible.
    converged : (T,) bool
        Whether every margin is met within the tolerance, and every weight is within the limits.
    trimmed : (T,) int
        Weights that are held by a limit.
    """

    weights: Array
    rounds: Codes
    error: Array
    converged: NDArray[np.bool_]
    trimmed: Codes


@dataclass(frozen=True, slots=True, eq=False)
class _Margin:
    """One margin of the table of K joint cells: category (K,), sums (c, K) as 0/1 matrix, target share (c, 1)."""

    category: Codes
    sums: Any
    target: Array


def rake(
    weights: Array,
    cells: Sequence[Codes],
    targets: Sequence[Array],
    *,
    counts: Array | None = None,
    trim: Trim | None = None,
    tolerance: float = 1e-6,
    max_rounds: int = 200,
) -> Raked:
    """Fit weights to known margins by iterative proportional fitting (Deming & Stephan 1940).

    The sum of a replicate's weights stays what it was. With `trim`, weights are raked, cut to the limits and raked
    again until cut weights meet the margins (Kalton & Flores-Cervantes 2003); their sum is then kept within the
    tolerance. Each replicate stops on its own, so that it does not depend on those beside it.

    Parameters
    ----------
    weights : (n, T)
        Starting weights; 0 where a row is not in the replicate.
    cells : sequence of (n,) int
        Category of each row, from 0, in each margin.
    targets : sequence of (c,)
        Shares of the categories, which sum to 1.
    counts : (n, T), optional
        How many respondents a row stands for in the replicate, which `weights` have as a factor. Limits apply to the
        weight of each of them, so that a row that was drawn thrice is not trimmed for it. By default 1 where the weight
        is positive.
    trim : (low, high), optional
        Limits of the weights, as multiples of their mean.
    tolerance : float
        Largest difference from a target share.
    max_rounds : int

    Returns
    -------
    Raked

    Examples
    --------
    >>> import numpy as np
    >>> rake(np.ones((4, 1)), [np.array([0, 1, 1, 1])], [np.array([0.5, 0.5])]).weights.ravel().round(3)
    array([2.   , 0.667, 0.667, 0.667])
    """
    joint, margins = _cross(cells, targets)
    collect = _indicator(joint, len(margins[0].category))
    total = weights.sum(axis=0)
    limits = None if trim is None else _limits(weights > 0 if counts is None else counts, total, trim)
    raked, members = np.array(weights, dtype=np.float64), weights.shape[1]
    rounds, error = np.zeros(members, dtype=np.intp), np.full(members, np.nan)
    possible = _possible(collect @ raked, margins)
    raked[:, ~possible] = np.nan
    active = np.flatnonzero(possible)
    while active.size:
        left = max_rounds - rounds[active]
        factor, used, off = _fit(collect @ raked[:, active], margins, total[active], tolerance, left)
        now = raked[:, active] * factor[joint]
        if limits is not None:
            now = np.clip(now, *(limit[:, active] for limit in limits))
            off = _largest_error(collect @ now, margins, total[active])
        raked[:, active] = now
        rounds[active] += used
        error[active] = off
        active = active[(off > tolerance) & (rounds[active] < max_rounds)]
    held = np.zeros(members, dtype=np.intp)
    return Raked(raked, rounds, error, error <= tolerance, held if limits is None else _held(raked, limits))


def _cross(cells: Sequence[Codes], targets: Sequence[Array]) -> tuple[Codes, list[_Margin]]:
    """Return the joint cell of each row (n,), and the margins of the table of the K joint cells that occur.

    All rows of a cell get the same factor, so that the fitting never needs to touch rows.
    """
    joint = np.zeros(len(cells[0]), dtype=np.intp)
    for codes, target in zip(cells, targets, strict=True):
        # Renumbered at every step, lest the product of many margins leaves the integers.
        _, joint = np.unique(joint * len(target) + codes, return_inverse=True)
    _, first = np.unique(joint, return_index=True)
    margins = []
    for codes, target in zip(cells, targets, strict=True):
        category = codes[first]
        margins.append(_Margin(category, _indicator(category, len(target)), np.asarray(target)[:, None]))
    return joint, margins


def _indicator(codes: Codes, groups: int) -> Any:
    """Return the sparse 0/1 matrix (groups, n) that sums rows by group."""
    from scipy import sparse

    n = len(codes)
    return sparse.csr_array((np.ones(n), (codes, np.arange(n))), shape=(groups, n))


def _possible(table: Array, margins: Sequence[_Margin]) -> NDArray[np.bool_]:
    """Return for each member (T,) of the table (K, T) whether every category with a target has a weight."""
    fits = np.asarray(np.isfinite(table).all(axis=0))
    for margin in margins:
        fits &= ((margin.target <= 0) | (margin.sums @ table > 0)).all(axis=0)
    return fits


def _fit(
    table: Array, margins: Sequence[_Margin], total: Array, tolerance: float, most: Codes
) -> tuple[Array, Codes, Array]:
    """Return factors (K, T) that fit the table to its margins, the rounds (T,) that took, and the errors left (T,)."""
    members = table.shape[1]
    fitted, used, error = np.zeros_like(table), np.zeros(members, dtype=np.intp), np.zeros(members)
    active, now = np.arange(members), table
    while active.size:
        for margin in margins:
            now = now * _ratio(margin.target * total[active], margin.sums @ now)[margin.category]
        used[active] += 1
        off = _largest_error(now, margins, total[active])
        done = (off <= tolerance) | (used[active] >= most[active])
        if done.any():
            fitted[:, active[done]], error[active[done]] = now[:, done], off[done]
            now, active = now[:, ~done], active[~done]
    return _ratio(fitted, table), used, error


def _largest_error(table: Array, margins: Sequence[_Margin], total: Array) -> Array:
    worst = [np.abs(margin.sums @ table / total - margin.target).max(axis=0) for margin in margins]
    return np.asarray(np.max(worst, axis=0))


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


def _limits(counts: Array | NDArray[np.bool_], total: Array, trim: Trim) -> tuple[Array, Array]:
    """Return the smallest and largest weights (n, T) allowed."""
    mean = total / np.maximum(counts.sum(axis=0), 1e-300)
    return trim[0] * mean * counts, trim[1] * mean * counts


def _held(weights: Array, limits: tuple[Array, Array]) -> Codes:
    low, high = limits
    return np.asarray(((weights > 0) & ((weights <= low) | (weights >= high))).sum(axis=0), dtype=np.intp)


def weighting_deff(weights: Array) -> Array:
    """Return Kish's design effect of weights (..., T), n Σw²/(Σw)² over the n positive ones of each column.

    Examples
    --------
    >>> import numpy as np
    >>> float(weighting_deff(np.array([1.0, 1.0, 4.0, 0.0])))
    1.5
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((weights > 0).sum(axis=0) * (weights**2).sum(axis=0) / weights.sum(axis=0) ** 2)


@dataclass(frozen=True, slots=True)
class RakingReport:
    """How raking went, for one set of weights.

    Attributes
    ----------
    converged : bool
    rounds : int
    error : float
        Largest difference from a target share.
    ratio : float
        Largest weight over the smallest positive one.
    deff_before, deff_after : float
        Kish's design effect of the weights, n Σw²/(Σw)².
    trimmed : int
        Weights that are held by a limit.
    """

    converged: bool
    rounds: int
    error: float
    ratio: float
    deff_before: float
    deff_after: float
    trimmed: int

    @classmethod
    def of(cls, before: Array, raked: Raked, member: int = 0) -> "RakingReport":
        """Compare the starting weights `before` (n,) with a member of what they became."""
        after = raked.weights[:, member]
        positive = after[after > 0]
        return cls(
            converged=bool(raked.converged[member]),
            rounds=int(raked.rounds[member]),
            error=float(raked.error[member]),
            ratio=float(positive.max() / positive.min()) if positive.size else float("nan"),
            deff_before=float(weighting_deff(before)),
            deff_after=float(weighting_deff(after)),
            trimmed=int(raked.trimmed[member]),
        )

    @property
    def message(self) -> Message:
        """The report as a sentence without its full stop."""
        if np.isnan(self.error):
            return Message("survey.raking_impossible")
        how = Message("survey.raking_converged" if self.converged else "survey.raking_not_converged")
        names = ("rounds", "error", "ratio", "trimmed", "deff_before", "deff_after")
        return Message("survey.raking", how=how, **{name: getattr(self, name) for name in names})

    def summary(self, lang: str = "en") -> str:
        """Return the report as text in English (``"en"``) or Korean (``"ko"``)."""
        return self.message.text(language(lang))

    def __str__(self) -> str:
        return self.summary()
