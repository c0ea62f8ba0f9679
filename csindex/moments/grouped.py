"""Sums of answers by unit and random group: moments with jackknife replicates, of data of any size."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np
import pandas as pd

from csindex.errors import SurveyError
from csindex.messages import Message
from csindex.moments.moments import Moments
from csindex.moments.sums import complete_moments
from csindex.stacks.layout import Array, packing, unpack
from csindex.survey.answers import Account
from csindex.survey.checks import Codes, group_codes


@dataclass(frozen=True, slots=True, eq=False)
class GroupedMoments:
    """Additive sums of complete answers to p items, for U units in G random groups each; made by `scan`.

    `fit` takes it in place of data: its replicates leave out one group of a unit at a time (delete-a-group jackknife,
    Kott 2001). Scans of several files or partitions can be added.

    Attributes
    ----------
    items : tuple of p str
    shifts : (p,)
        Taken off the answers before they were summed.
    sums : (1 + p + p(p+1)/2, U, G)
        Sums of w, w(x-shift) and w(x-shift)(x-shift)' (packed) over rows with a weight and all answers.
    squares, n : (U, G)
        Sum of w², and number of these rows.
    units : data frame or None
        Labels of the units.
    account : Account
        What became of the rows and answers.
    grouping : str
        How rows were put into groups.
    missing_codes : codes or None

    Examples
    --------
    >>> import csindex as csi
    >>> grouped = csi.scan(csi.simulate(csi.acsi(), 5000, seed=1), csi.acsi())
    >>> csi.fit(csi.acsi(), grouped).index.se.round(1)[0]
    np.float64(0.2)
    """

    items: tuple[str, ...]
    shifts: Array
    sums: Array
    squares: Array
    n: Array
    units: pd.DataFrame | None
    account: Account
    grouping: str = ""
    missing_codes: Codes | None = None

    @property
    def groups(self) -> int:
        """Number of random groups; 0 where there are none, and so no jackknife."""
        return 0 if self.n.shape[1] < 2 else self.n.shape[1]

    @property
    def moments(self) -> Moments:
        """Moments of the units, with their labels; without a leading axis where there are no units."""
        p, n, weight = len(self.items), self.n.sum(axis=1), self.sums[0].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean, packed = complete_moments(self.sums.sum(axis=2), p, n)
            n_eff = weight**2 / self.squares.sum(axis=1)
        mean, cov = mean.T + self.shifts, unpack(packed.T, p)
        if self.units is None:
            return Moments(self.items, mean[0], cov[0], n[0], weight[0], n_eff[0])
        return Moments(self.items, mean, cov, n, weight, n_eff, self.units)

    def pooled(self) -> "GroupedMoments":
        """Return the sums of all units together."""
        together = {name: getattr(self, name).sum(axis=-2, keepdims=True) for name in ("sums", "squares", "n")}
        return replace(self, units=None, **together)

    def select(self, items: Sequence[str]) -> "GroupedMoments":
        """Return the sums of the named items, in that order; of the rows that had all items that were scanned.

        Raises
        ------
        SurveyError
            If an item is not there.
        """
        self.moments.select(items)
        chosen, p = [self.items.index(name) for name in items], len(self.items)
        rows, columns, _ = packing(len(items))
        pairs = packing(p)[2][np.asarray(chosen)[rows], np.asarray(chosen)[columns]]
        kept = np.concatenate([[0], 1 + np.asarray(chosen), 1 + p + pairs])
        return replace(self, items=tuple(items), shifts=self.shifts[chosen], sums=self.sums[kept])

    def __repr__(self) -> str:
        units = "" if self.units is None else f"{len(self.units):,} units, "
        counts = f"{units}n = {self.n.sum():,.0f}, {self.groups} groups for a jackknife"
        return f"GroupedMoments of {len(self.items)} items: {counts}"

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'

    def __add__(self, other: "GroupedMoments") -> "GroupedMoments":
        """Return the sums of both, as if their rows had been in one file.

        Raises
        ------
        SurveyError
            Different items or numbers of groups, groups of another seed or respondent, or units in only one of them.
        """
        if not isinstance(other, GroupedMoments):
            return NotImplemented
        if set(self.items) != set(other.items):
            strangers = sorted(set(self.items) ^ set(other.items))
            raise SurveyError(Message("moments.not_in_both", items=strangers))
        names = [None if part.units is None else [*part.units.columns] for part in (self, other)]
        if self.n.shape[1] != other.n.shape[1] or names[0] != names[1]:
            raise SurveyError(
                Message("moments.other_groups", groups=self.groups, by=names[0], others=other.groups, other_by=names[1])
            )
        if self.grouping != other.grouping:
            raise SurveyError(Message("moments.other_grouping", one=self.grouping, other=other.grouping))
        return _added(self, _shifted(other.select(self.items), self.shifts))

    def __radd__(self, other: object) -> "GroupedMoments":
        """Return the sums themselves where `sum` begins with 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented


def _shifted(part: GroupedMoments, shifts: Array) -> GroupedMoments:
    """Return the sums about other shifts."""
    p, gap = len(shifts), (part.shifts - shifts)[:, None, None]
    rows, columns, _ = packing(p)
    w, s, t = part.sums[:1], part.sums[1 : 1 + p], part.sums[1 + p :]
    products = t + s[rows] * gap[columns] + s[columns] * gap[rows] + w * gap[rows] * gap[columns]
    return replace(part, shifts=shifts, sums=np.concatenate([w, s + w * gap, products]))


def _added(one: GroupedMoments, other: GroupedMoments) -> GroupedMoments:
    """Return the sums of two parts with the same items, shifts, groups and names of units."""
    units, place = None, np.zeros(2, dtype=np.intp)
    if one.units is not None and other.units is not None:
        labels = pd.concat([one.units, other.units], ignore_index=True)
        place = group_codes(labels, [*labels.columns], "unit")
        units = labels.iloc[np.unique(place, return_index=True)[1]].reset_index(drop=True)
    count = int(place.max()) + 1

    def total(a: Array, b: Array) -> Array:
        out = np.zeros((*a.shape[:-2], count, a.shape[-1]))
        for unit, values in zip(place, np.moveaxis(np.concatenate([a, b], axis=-2), -2, 0), strict=True):
            out[..., unit, :] += values
        return out

    return replace(
        one,
        sums=total(one.sums, other.sums),
        squares=total(one.squares, other.squares),
        n=total(one.n, other.n),
        units=units,
        account=_both(one.account, other.account),
        grouping=one.grouping if one.grouping == other.grouping else f"{one.groups} random groups",
    )


def _both(one: Account, other: Account) -> Account:
    counts = ("rows", "used", "zero_weight", "incomplete", "filled")
    codes = [*dict.fromkeys([*one.coded, *other.coded])]
    return Account(
        **{name: getattr(one, name) + getattr(other, name) for name in counts},
        missing={name: count + other.missing[name] for name, count in one.missing.items()},
        coded={code: one.coded.get(code, 0) + other.coded.get(code, 0) for code in codes},
    )
