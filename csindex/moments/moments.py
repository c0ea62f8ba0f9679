"""Moments: what is known of the answers once the rows have been left behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import SurveyError
from csindex.messages import Message, listed
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.moments.missing import check_ordinal, ordinal_flags, policy_of, row_moments, solution
from csindex.options import Missing, Options
from csindex.stacks.layout import unpack
from csindex.survey.answers import Answers
from csindex.survey.checks import Codes
from csindex.survey.survey import as_survey


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Means and covariances of p items, for one sample or a stack of them.

    Attributes
    ----------
    items : tuple of p str
    mean : (..., p)
        On the questions' scales.
    cov : (..., p, p)
        Weighted: Σw(x-m)(x-m)'/Σw · n/(n-1); with equal weights the sample covariance.
    n : (...)
        Number of answers (rows).
    weight, n_eff : (...)
        Sum of the case weights, and Kish's effective number of answers, (Σw)²/Σw². Both are n by default.
    units : data frame or None
        Labels of the members, one row each, where there is one leading axis of units.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.Moments(("a", "b"), [5.0, 6.0], [[4.0, 1.0], [1.0, 4.0]], n=100).correlation[0, 1]
    np.float64(0.25)
    """

    items: tuple[str, ...]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    n: NDArray[np.float64]
    weight: NDArray[np.float64] = None  # type: ignore[assignment]
    n_eff: NDArray[np.float64] = None  # type: ignore[assignment]
    units: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "items", tuple(self.items))
        for field in ("mean", "cov"):
            set_field(self, field, _array(getattr(self, field), field))
        for field in ("n", "weight", "n_eff"):
            value = _array(self.n if getattr(self, field) is None else getattr(self, field), field)
            if value.ndim and value.shape != self.mean.shape[:-1]:
                raise SurveyError(Message("moments.shape", field=field, shape=value.shape, due=self.mean.shape[:-1]))
            set_field(self, field, np.broadcast_to(value, self.mean.shape[:-1]))
        self._check()

    def _check(self) -> None:
        p, n = len(self.items), self.n
        twice = sorted({name for name in self.items if self.items.count(name) > 1})
        if twice:
            raise SurveyError(Message("moments.items_twice", items=twice))
        if self.mean.shape[-1:] != (p,) or self.cov.shape != (*self.mean.shape, p):
            raise SurveyError(Message("moments.shapes", count=p, mean=self.mean.shape, cov=self.cov.shape))
        if (n < 0).any():
            raise SurveyError(Message("moments.negative_n", n=n.min()))
        if self.units is not None and (self.mean.ndim != 2 or len(self.units) != len(self.mean)):
            raise SurveyError(Message("moments.labels", count=len(self.units), stack=self.mean.shape[:-1]))
        with np.errstate(invalid="ignore"):
            skew = np.abs(self.cov - np.swapaxes(self.cov, -1, -2)) > 1e-6 * np.nanmax(np.abs(self.cov), initial=1.0)
            negative = np.einsum("...ii->...i", self.cov) < 0
        if skew.any() or negative.any():
            raise SurveyError(Message("moments.not_symmetric" if skew.any() else "moments.negative_variance"))

    @classmethod
    def from_frame(
        cls,
        data: Any,
        items: Model | Sequence[Item | str],
        *,
        weights: str | ArrayLike | None = None,
        by: str | Sequence[str] | None = None,
        missing: Missing = "listwise",
        ordinal: bool | Sequence[str] = False,
        missing_codes: Codes | None = None,
    ) -> "Moments":
        """Return the moments of the answers in a data frame.

        Parameters
        ----------
        data : data frame or Survey
        items : Model, or sequence of Item or str
            Which columns; where a scale is known, the answers are checked against it.
        weights, by, missing_codes
            See `Survey`; with ``by`` the result is a stack of one member a unit.
        missing : {"listwise", "pairwise", "mean", "em"}
            Leave rows with missing answers out, use all pairs of answers, fill in the item's mean, or maximum likelihood
            by the EM algorithm; see `csindex.fit`.
        ordinal : bool or sequence of str
            Items whose correlations are polychoric; see `csindex.fit`.

        Raises
        ------
        SurveyError
            See `Survey` and `Survey.answers`.

        Examples
        --------
        >>> import csindex as csi, pandas as pd
        >>> csi.Moments.from_frame(pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]}), ["a", "b"]).mean
        array([2., 2.])
        """
        options = Options(missing=missing, ordinal=ordinal)
        check_ordinal(options)
        survey = as_survey(data, weights=weights, by=by, missing_codes=missing_codes)
        chosen = items.items if isinstance(items, Model) else tuple(items)
        names = tuple(item.name if isinstance(item, Item) else item for item in chosen)
        answers = survey.answers(chosen, complete=policy_of(options).complete)
        flags = ordinal_flags(answers.values, names, options.ordinal)

        def moments_of(unit: int, w: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            x = answers.values[answers.rows_of(unit)]  # noqa: PD011
            return row_moments(x, w, missing, flags, solution(x, w[:, 0], missing, flags))

        return sample_moments(answers, names, moments_of)

    @classmethod
    def from_published(
        cls,
        mean: ArrayLike,
        sd: ArrayLike,
        correlation: ArrayLike,
        n: float,
        *,
        items: Sequence[str] | None = None,
    ) -> "Moments":
        """Return the moments of a published table.

        Parameters
        ----------
        mean, sd : (p,) array or series
            On the questions' scales; standard deviations with n - 1.
        correlation : (p, p) array or data frame
            Whole, or only its lower triangle with zeros or NaN above the diagonal.
        n : int
            Number of respondents.
        items : sequence of str, optional
            Names of the items; by default the labels of `correlation`, by which series are then aligned.

        Raises
        ------
        SurveyError
            Shapes or names that do not fit, correlations outside -1 to 1, standard deviations that are not positive.

        Examples
        --------
        >>> import csindex as csi
        >>> csi.Moments.from_published([7, 8], [2, 1], [[1, 0], [0.5, 1]], n=250, items=["a", "b"]).cov[0, 1]
        np.float64(1.0)
        """
        if items is None:
            if not isinstance(correlation, pd.DataFrame):
                raise SurveyError(Message("moments.items_needed"))
            items = [str(name) for name in correlation.columns]
        names = list(items)
        if len(set(names)) < len(names):
            raise SurveyError(
                Message("moments.items_twice", items=sorted({name for name in names if names.count(name) > 1}))
            )
        r = _aligned(correlation, names, "correlation")
        m, s = _aligned(mean, names, "mean"), _aligned(sd, names, "sd")
        p = len(names)
        if m.shape != (p,) or s.shape != (p,) or r.shape != (p, p):
            raise SurveyError(
                Message("moments.published_shapes", count=p, mean=m.shape, sd=s.shape, correlation=r.shape)
            )
        upper = np.triu_indices(p, 1)
        if np.all(np.isnan(r[upper]) | (r[upper] == 0)):
            r = np.tril(r, -1) + np.tril(r, -1).T + np.diag(np.diag(r))
        _check_published(m, s, r, n, names)
        return cls(tuple(names), m, r * s[:, None] * s, np.asarray(n, dtype=np.float64))

    @property
    def sd(self) -> NDArray[np.float64]:
        """(..., p) standard deviations of the items."""
        return np.asarray(np.sqrt(np.einsum("...ii->...i", self.cov)))

    @property
    def correlation(self) -> NDArray[np.float64]:
        """(..., p, p) correlations of the items."""
        return np.asarray(self.cov / (self.sd[..., :, None] * self.sd[..., None, :]))

    def select(self, items: Sequence[str]) -> "Moments":
        """Return the moments of the named items, in that order.

        Raises
        ------
        SurveyError
            If an item is not there.
        """
        missing = [name for name in items if name not in self.items]
        if missing:
            raise SurveyError(
                Message("moments.no_item", items=", ".join(map(repr, missing)), known=", ".join(self.items))
            )
        chosen = [self.items.index(name) for name in items]
        return replace(self, items=tuple(items), mean=self.mean[..., chosen], cov=self.cov[..., chosen, :][..., chosen])

    def __repr__(self) -> str:
        stack = self.mean.shape[:-1]
        members = "" if not stack else f"{len(self.units):,} units, " if self.units is not None else f"stack {stack}, "
        return f"Moments of {len(self.items)} items: {members}n = {self.n.sum():,.0f}"

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of both samples together, as if their rows had been one frame."""
        if not isinstance(other, Moments):
            return NotImplemented
        same = (
            self.units is other.units if self.units is None or other.units is None else self.units.equals(other.units)
        )
        if not same or self.mean.shape[:-1] != other.mean.shape[:-1]:
            raise SurveyError(Message("moments.other_units"))
        both = (self, other.select(self.items))
        stacked = [np.stack(np.broadcast_arrays(*arrays)) for arrays in zip(*map(_parts, both), strict=True)]
        return _pool(self.items, *stacked, units=self.units)

    def pooled(self) -> "Moments":
        """Return the moments of all members of the stack together.

        Examples
        --------
        >>> import csindex as csi
        >>> float(csi.datasets.acsi2015().pooled().n)
        7341.0
        """
        p = len(self.items)
        mean, cov = self.mean.reshape(-1, p), self.cov.reshape(-1, p, p)
        return _pool(self.items, mean, cov, self.n.ravel(), self.weight.ravel(), self.n_eff.ravel(), units=None)


MomentsOf = Callable[[int, NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""From the number of a unit and weights (n, T) of its rows to mean (p, T) and packed covariance (p(p+1)/2, T)."""


def sample_moments(answers: Answers, items: tuple[str, ...], moments_of: MomentsOf) -> Moments:
    """Return the moments of the units of `answers` to p items: no leading axis, or one of units."""
    units, p = len(answers.ends) - 1, len(items)
    mean, cov = np.empty((p, units)), np.empty((p * (p + 1) // 2, units))
    n, weight, n_eff = np.empty(units), np.empty(units), np.empty(units)
    for unit in range(units):
        w = answers.weights[answers.rows_of(unit)]
        n[unit], weight[unit], n_eff[unit] = len(w), w.sum(), w.sum() ** 2 / max((w**2).sum(), 1e-300)
        mean[:, unit : unit + 1], cov[:, unit : unit + 1] = moments_of(unit, w[:, None])
    matrix = unpack(cov.T, p)
    if answers.units is None:
        return Moments(items, mean[:, 0], matrix[0], n[0], weight[0], n_eff[0])
    return Moments(items, mean.T, matrix, n, weight, n_eff, answers.units)


def _parts(moments: Moments) -> tuple[NDArray[np.float64], ...]:
    return moments.mean, moments.cov, moments.n, moments.weight, moments.n_eff


def _pool(
    items: tuple[str, ...],
    mean: NDArray[np.float64],
    cov: NDArray[np.float64],
    n: NDArray[np.float64],
    weight: NDArray[np.float64],
    n_eff: NDArray[np.float64],
    *,
    units: pd.DataFrame | None,
) -> Moments:
    """Add up moments along the first axis: within-sample scatter plus that of the means around the common mean."""
    total, rows = weight.sum(axis=0), n.sum(axis=0)
    centre = np.einsum("a...,a...i->...i", weight, mean) / total[..., None]
    gap = mean - centre
    scatter = np.einsum("a...,a...ij->...ij", weight * (n - 1) / n, cov)
    scatter += np.einsum("a...,a...i,a...j->...ij", weight, gap, gap)
    pooled = scatter / total[..., None, None] * (rows / (rows - 1))[..., None, None]
    effective = total**2 / (weight**2 / n_eff).sum(axis=0)
    return Moments(items, centre, pooled, rows, total, effective, units)


def _aligned(values: ArrayLike, names: list[str], what: str) -> NDArray[np.float64]:
    if isinstance(values, (pd.Series, pd.DataFrame)):
        try:
            values = values.loc[names, names] if isinstance(values, pd.DataFrame) else values.loc[names]
        except KeyError as error:
            raise SurveyError(
                Message("moments.items_lacking", what=what, items=", ".join(names), why=error.args[0])
            ) from None
    return _array(values, what)


def _array(values: ArrayLike, what: str) -> NDArray[np.float64]:
    """Return a read-only copy as floats."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SurveyError(Message("moments.not_numbers", what=what)) from None
    array.setflags(write=False)
    return array


def _check_published(
    mean: NDArray[np.float64], sd: NDArray[np.float64], r: NDArray[np.float64], n: float, names: list[str]
) -> None:
    if not (np.isfinite(mean).all() and np.isfinite(sd).all() and np.isfinite(r).all()):
        raise SurveyError(Message("moments.gaps"))
    flat = [name for name, value in zip(names, sd, strict=True) if value <= 0]
    if flat:
        raise SurveyError(Message("moments.flat", items=listed(map(repr, flat))))
    if np.abs(np.diag(r) - 1).max() > 1e-6:
        raise SurveyError(Message("moments.diagonal"))
    wrong = np.argwhere((np.abs(r) > 1 + 1e-12) | (np.abs(r - r.T) > 1e-6))
    if len(wrong):
        i, j = wrong[0]
        raise SurveyError(Message("moments.correlation", one=names[i], other=names[j], r=r[i, j], reverse=r[j, i]))
    if np.ndim(n):
        raise SurveyError(Message("moments.unequal_n", n=n, least=f"{np.min(n):g}"))
    if not isinstance(n, (int, float, np.number)) or not n > len(names):
        raise SurveyError(Message("moments.few_answers", n=n, items=len(names)))
