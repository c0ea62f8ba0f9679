"""Units of a fit: a stack of their moments, estimates and replicates."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import CsindexError
from csindex.estimation.estimates import Estimates
from csindex.estimation.replicates import Replicates
from csindex.fitting import refusals
from csindex.messages import Message
from csindex.moments.moments import Moments
from csindex.stacks.layout import Array, take


@dataclass(frozen=True, slots=True, eq=False)
class UnitStack:
    """U units with their moments, estimates and replicates.

    Attributes
    ----------
    numbers : (U,) int
        The source's numbers of the units, in increasing order; every stage calls a unit by the same number.
    moments : Moments
        A stack of the units; ``moments.units`` is None for a single one without a name.
    dropped : data frame
        Labels of the units that were left out, with the ``reason``.
    estimates : Estimates
        None until they are estimated.
    weights : (U, p(p+1)/2) or None
        Of the moments under DWLS, for the sample and its replicates alike.
    replicates : mapping of str to Replicates
        By the name that they have on the result.
    """

    numbers: NDArray[np.intp]
    moments: Moments
    dropped: pd.DataFrame
    estimates: Estimates = None  # type: ignore[assignment]
    weights: Array | None = None
    replicates: Mapping[str, Replicates] = field(default_factory=dict)

    @classmethod
    def of(cls, moments: Moments) -> "UnitStack":
        """Return all units of `moments`, which have one leading axis or none."""
        units, p = moments.units, len(moments.items)
        stack = replace(
            moments,
            mean=moments.mean.reshape(-1, p),
            cov=moments.cov.reshape(-1, p, p),
            **{name: getattr(moments, name).reshape(-1) for name in ("n", "weight", "n_eff")},
        )
        count = len(stack.n)
        if units is None and moments.mean.ndim == 2:
            units = pd.DataFrame({"unit": np.arange(count)})
        none = pd.DataFrame() if units is None else units.iloc[:0]
        return cls(np.arange(count), replace(stack, units=units), none.assign(reason=pd.Series([], dtype="str")))

    @property
    def labels(self) -> pd.DataFrame | None:
        """Labels of the units, one row each; None for a single unit without a name."""
        return self.moments.units

    def rows(self, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return where units stand in the stack, by their numbers."""
        return np.searchsorted(self.numbers, numbers)

    def with_moments(self, moments: Moments) -> "UnitStack":
        """Return the same units with moments (U,) of other items, not yet estimated."""
        return UnitStack(self.numbers, moments, self.dropped)

    def without(self, problems: Mapping[int, Message], error: type[CsindexError], drop: bool) -> "UnitStack":
        """Return the units whose rows have no problem; raise the problems unless such units are to be dropped."""
        if not problems:
            return self
        if not drop or self.labels is None or len(problems) == len(self.numbers):
            refusals.refuse(problems, self.labels, error)
            raise AssertionError
        rows = sorted(problems)
        reasons = self.labels.iloc[rows].assign(reason=[str(problems[row]) for row in rows])
        others = self.of_rows(np.setdiff1d(np.arange(len(self.numbers)), rows))
        return replace(others, dropped=pd.concat([self.dropped, reasons], ignore_index=True))

    def of_rows(self, rows: NDArray[np.intp]) -> "UnitStack":
        """Return some of the units, by their rows in the stack."""
        if len(rows) == len(self.numbers):
            return self
        return replace(
            self,
            numbers=self.numbers[rows],
            moments=moments_of_rows(self.moments, rows),
            estimates=None if self.estimates is None else _estimates(self.estimates, rows),
            weights=None if self.weights is None else self.weights[rows],
            replicates={name: _replicates(replicates, rows) for name, replicates in self.replicates.items()},
        )


def moments_of_rows(moments: Moments, rows: NDArray[np.intp]) -> Moments:
    """Return the moments of some members of a stack (U,)."""
    if len(rows) == len(moments.n):
        return moments
    return replace(
        moments,
        units=None if moments.units is None else moments.units.iloc[rows].reset_index(drop=True),
        **{name: getattr(moments, name)[rows] for name in ("mean", "cov", "n", "weight", "n_eff")},
    )


def _replicates(replicates: Replicates, rows: NDArray[np.intp]) -> Replicates:
    return replace(
        replicates,
        estimates=_estimates(replicates.estimates, rows),
        coefficients=None if replicates.coefficients is None else replicates.coefficients[rows],
    )


def _estimates(estimates: Estimates, rows: NDArray[np.intp]) -> Estimates:
    arrays: dict[str, Any] = {name: take(array, rows) for name, array in estimates.arrays.items()}
    return Estimates(**arrays, before=tuple(_estimates(stage, rows) for stage in estimates.before))
