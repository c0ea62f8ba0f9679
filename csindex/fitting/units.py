"""The units of a fit, and what is known of them so far; units with a problem are taken out on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import CsindexError
from csindex.estimation.estimates import Estimates
from csindex.fitting import refusals
from csindex.moments.moments import Moments
from csindex.replicates.replicate import Replicates
from csindex.stacks.layout import Array, take


@dataclass(frozen=True, slots=True)
class Kept:
    """U units with their moments, estimates and replicates.

    Attributes
    ----------
    numbers : (U,) int
        The source's numbers of the units.
    moments : Moments
        A stack of the units; ``moments.units`` is None for a single one without a name.
    dropped : data frame
        Labels of the units that were taken out, with the ``reason``.
    estimates : Estimates or None
    weights : (U, p(p+1)/2) or None
        Of the moments under DWLS, for the sample and its replicates alike.
    drawn : mapping of kind to Replicates
    """

    numbers: NDArray[np.intp]
    moments: Moments
    dropped: pd.DataFrame
    estimates: Estimates | None = None
    weights: Array | None = None
    drawn: Mapping[str, Replicates] = field(default_factory=dict)

    @classmethod
    def of(cls, moments: Moments) -> "Kept":
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
    def units(self) -> pd.DataFrame | None:
        """Labels of the units."""
        return self.moments.units

    def settle(self, problems: Mapping[int, str], error: type[CsindexError], drop: bool) -> "Kept":
        """Return the units without a problem; raise the problems unless they are to be dropped."""
        if not problems:
            return self
        if not drop or self.units is None or len(problems) == len(self.numbers):
            refusals.refuse(problems, self.units, error)
            raise AssertionError
        lost = sorted(problems)
        reasons = self.units.iloc[lost].assign(reason=[problems[unit] for unit in lost])
        kept = np.setdiff1d(np.arange(len(self.numbers)), lost)
        return replace(self.of_units(kept), dropped=pd.concat([self.dropped, reasons], ignore_index=True))

    def of_units(self, kept: NDArray[np.intp]) -> "Kept":
        """Return some of the units."""
        if len(kept) == len(self.numbers):
            return self
        m = self.moments
        return replace(
            self,
            numbers=self.numbers[kept],
            moments=replace(
                m,
                units=None if m.units is None else m.units.iloc[kept].reset_index(drop=True),
                **{name: getattr(m, name)[kept] for name in ("mean", "cov", "n", "weight", "n_eff")},
            ),
            estimates=None if self.estimates is None else _chosen(self.estimates, kept),
            weights=None if self.weights is None else self.weights[kept],
            drawn={kind: _replicates(replicates, kept) for kind, replicates in self.drawn.items()},
        )


def _replicates(replicates: Replicates, kept: NDArray[np.intp]) -> Replicates:
    return replace(
        replicates,
        estimates=_chosen(replicates.estimates, kept),
        coefficients=None if replicates.coefficients is None else replicates.coefficients[kept],
    )


def _chosen(estimates: Estimates, members: NDArray[np.intp]) -> Estimates:
    arrays: dict[str, Any] = {
        name: _chosen(array, members) if name == "lower" else take(array, members)
        for name in Estimates.__slots__
        if (array := getattr(estimates, name)) is not None
    }
    return Estimates(**arrays)
