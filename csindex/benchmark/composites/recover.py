"""Weights of a composite index recovered from published scores, with how well they are determined."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Language, Message, listed
from csindex.stacks.layout import Array
from csindex.survey.columns import numbers
from csindex.text import format
from csindex.text.document import Paragraph, Section, Table
from csindex.text.result import ShortResult

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """What is published, and what is asked of the weights.

    Attributes
    ----------
    scores : (U, k)
    index : (U,)
    rounding : (U,)
        Half a unit of the last digit of the index.
    score_rounding : (U,)
        The same for the dimension scores.
    sum_to_one, nonnegative : bool
    """

    scores: Array
    index: Array
    rounding: Array
    score_rounding: Array
    sum_to_one: bool
    nonnegative: bool


def least_squares(data: Published) -> Array:
    """Return the weights (k,) with the smallest sum of squared errors, errors measured in units of the rounding.

    Under Σw = 1 the errors are (D - p1')w =: A w. Without signs to keep, w is the solution of A'A w = λ1, found by least
    squares on contrasts; with them it is proportional to the x ≥ 0 that makes |A x|² + (1'x - 1)² least (Haskell & Hanson
    1981, for which Lawson & Hanson's algorithm serves).
    """
    from scipy.optimize import nnls

    scale = 1 / data.rounding[:, None]
    k = data.scores.shape[1]
    if not data.sum_to_one:
        D, p = data.scores * scale, data.index * scale[:, 0]
        return np.asarray(nnls(D, p)[0] if data.nonnegative else np.linalg.lstsq(D, p)[0])
    A = (data.scores - data.index[:, None]) * scale
    if data.nonnegative:
        x = nnls(np.vstack([A, np.ones(k)]), np.r_[np.zeros(len(A)), 1.0])[0]
        return np.asarray(x / x.sum())
    contrasts = np.vstack([-np.ones(k - 1), np.eye(k - 1)])
    start = np.full(k, 1 / k)
    return np.asarray(start - contrasts @ np.linalg.lstsq(A @ contrasts, A @ start)[0])


def ranges(data: Published, sums: Array) -> Array:
    """Return the least and the largest value (m, 2) of sums of weights, sums (m, k); NaN where no weights are compatible."""
    return np.array([[_least(data, row), -_least(data, -row)] for row in sums])


def _least(data: Published, direction: Array) -> float:
    """Return the least value of direction @ w over compatible weights; -inf where there is none, NaN without weights."""
    from scipy.optimize import linprog

    slack, s = data.rounding + TOLERANCE, data.score_rounding[:, None]
    k = len(direction)
    found: Any = linprog(
        direction,
        A_ub=np.vstack([data.scores - s, -data.scores - s]),
        b_ub=np.r_[data.index + slack, slack - data.index],
        A_eq=np.ones((1, k)) if data.sum_to_one else None,
        b_eq=[1.0] if data.sum_to_one else None,
        bounds=(0 if data.nonnegative else None, None),
    )
    return float(found.fun) if found.status == 0 else (-np.inf if found.status == 3 else np.nan)


def smallest_error(data: Published, sums: Array, values: Array) -> tuple[Array, float, float]:
    """Return the weights (k,) that keep given sums and have the smallest largest error.

    Parameters
    ----------
    data : Published
    sums, values : (m, k), (m,)
        The weights must give sums @ w = values.

    Returns
    -------
    weights (k,), error, excess : array, float, float
        The largest |D w - p|; and by how much the rounding would have to be larger for the weights to be compatible, 0
        where they are. NaN where no weights have these sums.
    """
    weights, error = _minimax(data, sums, values, np.zeros_like(data.index), np.zeros_like(data.index))
    _, excess = _minimax(data, sums, values, data.rounding, data.score_rounding)
    return weights, error, excess


def _minimax(data: Published, sums: Array, values: Array, r: Array, s: Array) -> tuple[Array, float]:
    """Return weights and the least t ≥ 0 with |D w - p| ≤ t + r + s Σw."""
    from scipy.optimize import linprog

    U, k = data.scores.shape
    wide = s[:, None]
    A = np.block([[data.scores - wide, -np.ones((U, 1))], [-data.scores - wide, -np.ones((U, 1))]])
    equal, level = np.c_[sums, np.zeros(len(sums))], values
    if data.sum_to_one:
        equal, level = np.vstack([equal, np.r_[np.ones(k), 0.0]]), np.r_[values, 1.0]
    found: Any = linprog(
        np.r_[np.zeros(k), 1.0],
        A_ub=A,
        b_ub=np.r_[data.index + r, r - data.index],
        A_eq=equal if len(equal) else None,
        b_eq=level if len(equal) else None,
        bounds=[(0 if data.nonnegative else None, None)] * k + [(0, None)],
    )
    return (found.x[:k], float(found.fun)) if found.status == 0 else (np.full(k, np.nan), np.nan)


WITHIN = 1e-7


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecoveredWeights(ShortResult):
    """Weights of k dimensions recovered from the published indices of U units.

    Attributes
    ----------
    weights : data frame
        ``dimension, estimate, lower, upper``. The estimate is that of constrained least squares. Every weight between
        lower and upper occurs in some set of weights that gives all published indices within their rounding; NaN where
        no set does.
    groups : data frame
        The same for sums of weights, ``group, estimate, lower, upper``.
    residuals : data frame
        Unit by unit, ``published, fitted, residual, allowed, within``: whether least squares is within the rounding.
    largest_error : float
        Of least squares.
    smallest_largest_error : float
        The largest error of the weights that make it least.
    possible : bool
        Whether any weights give all published indices within their rounding.
    """

    weights: pd.DataFrame
    groups: pd.DataFrame
    residuals: pd.DataFrame
    largest_error: float
    smallest_largest_error: float
    possible: bool
    _data: Published
    _sums: dict[str, Array]

    TABLES: ClassVar = {"weights": "weights", "groups": "groups", "residuals": "residuals"}

    def test(self, hypotheses: Mapping[str, Mapping[str, float] | str]) -> pd.DataFrame:
        """Return whether claimed weights could have given the published indices.

        Parameters
        ----------
        hypotheses : mapping of name to mapping of dimension or group to weight, or to ``"equal"``
            What a mapping does not name is free, so ``{"quality": 0.5}`` with a group called quality leaves open how the
            0.5 are split.

        Returns
        -------
        data frame
            ``hypothesis, possible, largest_error, excess``, then the weight of each dimension. Of all weights that agree
            with the hypothesis, those with the smallest largest error are shown; `excess` is by how much the rounding
            would have to be larger (0 where the hypothesis is possible).

        Raises
        ------
        OptionError
            A name that is neither a dimension nor a group, or weights that no set can have.
        """
        rows = []
        for name, claim in hypotheses.items():
            sums, values = self._claimed(name, claim)
            weights, error, excess = smallest_error(self._data, sums, values)
            if np.isnan(error):
                raise OptionError(Message("composite.hypothesis_impossible", name=name, claim=claim, asked=self._asked))
            rows.append((name, excess <= WITHIN, error, excess, *weights))
        columns = ["hypothesis", "possible", "largest_error", "excess", *self.weights.dimension]
        return pd.DataFrame(rows, columns=columns)

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield the weights with their ranges, whether any weights are possible, and how well least squares fits."""
        names = {"dimension": "", "group": ""}
        frame = pd.concat([part.rename(columns=names) for part in (self.weights, self.groups)])
        rows = [(row[0], *map(_cell, row[1:])) for row in frame.itertuples(index=False)]
        heads = Message("composite.recovered_heads").text(lang).split("|")
        screen = frame.round(3).to_string(index=False) if lang == "en" else ""
        yield Section("", (Table("", tuple(heads), tuple(rows), screen=screen),))
        said = Message("composite.impossible", error=self.smallest_largest_error)
        if self.possible:
            width = float((self.weights.upper - self.weights.lower).max())
            said = Message("composite.possible", width=width)
        fit = Message(
            "composite.least_squares",
            error=self.largest_error,
            within=int(self.residuals.within.sum()),
            count=len(self.residuals),
            asked=self._asked,
        )
        yield Section("", (Paragraph(said.text(lang)), Paragraph(fit.text(lang))))

    @property
    def _asked(self) -> Message:
        asked = (bool(self._data.sum_to_one), bool(self._data.nonnegative))
        keys = {(True, True): "both", (True, False): "sum", (False, True): "sign", (False, False): "nothing"}
        return Message(f"composite.asked_{keys[asked]}")

    def _claimed(self, name: str, claim: Mapping[str, float] | str) -> tuple[Array, Array]:
        k = len(self.weights)
        if isinstance(claim, str):
            if claim != "equal":
                raise OptionError(Message("composite.hypothesis_form", name=name, claim=claim))
            return np.eye(k), np.full(k, 1 / k)
        strangers = [part for part in claim if part not in self._sums]
        if strangers or not claim:
            key = "composite.hypothesis_names" if strangers else "composite.hypothesis_empty"
            raise OptionError(Message(key, name=name, names=strangers, known=listed(self._sums)))
        return np.array([self._sums[part] for part in claim]), np.array([float(claim[part]) for part in claim])


def _cell(value: float) -> str:
    """Return a weight as text; a range without an end has an infinite one."""
    return f"{value:.3f}".replace("inf", "∞").replace("-", "−") if not np.isnan(value) else "–"


def recover_weights(
    dimensions: pd.DataFrame,
    published: ArrayLike,
    *,
    rounding: ArrayLike = 0.05,
    score_rounding: ArrayLike | None = None,
    sum_to_one: bool = True,
    nonnegative: bool = True,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> RecoveredWeights:
    """Recover the weights of a composite index from published scores, and say how well they are determined.

    Parameters
    ----------
    dimensions : data frame of U units × k dimensions
        Published scores of the dimensions; the index labels the units.
    published : (U,) array-like
        Published indices of the same units; a Series is matched by its index.
    rounding : float or (U,) array-like
        Half a unit of the last published digit of the index: 0.05 for one decimal.
    score_rounding : float or (U,) array-like, optional
        The same for the scores of the dimensions; by default as `rounding`. Give 0 for exact scores. With
        ``nonnegative=False`` it must be, and is, 0: with other signs the compatible weights are no convex set.
    sum_to_one, nonnegative : bool
        What is asked of the weights.
    groups : mapping of name to sequence of dimensions, optional
        Sums of weights to be reported as well, such as all quality dimensions together.

    Returns
    -------
    RecoveredWeights

    Raises
    ------
    SurveyError
        Gaps, text, or shapes that do not fit.
    OptionError
        Roundings or groups that do not fit.

    Notes
    -----
    Least squares has an error for every weight only if errors are random. Rounding is not: it leaves a set of weights that
    are all equally good. Its extent along each weight is found by two linear programmes, min and max of w_j subject to
    abs(Σ_j w_j d_ij - p_i) ≤ rounding_i + score_rounding_i Σ_j w_j.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> scores = pd.DataFrame({"quality": [80.0, 90.0, 70.0], "overall": [70.0, 95.0, 82.0]})
    >>> csi.recover_weights(scores, [76.0, 92.0, 74.8]).weights.estimate.round(2).tolist()
    [0.6, 0.4]
    """
    data = _checked(dimensions, published, rounding, score_rounding, sum_to_one, nonnegative)
    names = [str(name) for name in dimensions.columns]
    sums = dict(zip(names, np.eye(len(names)), strict=True)) | _group_sums(groups, names)
    estimate, extent = least_squares(data), ranges(data, np.array(list(sums.values())))
    found = pd.DataFrame(
        {"estimate": [float(row @ estimate) for row in sums.values()], "lower": extent[:, 0], "upper": extent[:, 1]}
    )
    residuals = _residuals(data, estimate, list(dimensions.index))
    none = np.zeros((0, len(names)))
    _, error, excess = smallest_error(data, none, none[:, 0])
    return RecoveredWeights(
        weights=found.iloc[: len(names)].assign(dimension=names)[["dimension", *found.columns]],
        groups=found.iloc[len(names) :]
        .assign(group=list(sums)[len(names) :])[["group", *found.columns]]
        .reset_index(drop=True),
        residuals=residuals,
        largest_error=float(residuals.residual.abs().max()),
        smallest_largest_error=error,
        possible=bool(excess <= WITHIN),
        _data=data,
        _sums=sums,
    )


def _residuals(data: Published, estimate: Array, units: list[Any]) -> pd.DataFrame:
    fitted = data.scores @ estimate
    allowed = data.rounding + data.score_rounding * abs(estimate).sum()
    frame = pd.DataFrame({"unit": units, "published": data.index, "fitted": fitted, "residual": fitted - data.index})
    return frame.assign(allowed=allowed, within=abs(fitted - data.index) <= allowed + WITHIN)


def _group_sums(groups: Mapping[str, Sequence[str]] | None, names: list[str]) -> dict[str, Array]:
    sums = {}
    for group, members in (groups or {}).items():
        members = [members] if isinstance(members, str) else list(members)
        strangers = [name for name in members if name not in names]
        if strangers or not members or group in names:
            given = Argument("groups", {group: members})
            raise OptionError(Message("composite.group_members", groups=given, known=listed(names)))
        sums[group] = np.array([float(name in members) for name in names])
    return sums


def _checked(
    dimensions: pd.DataFrame,
    published: ArrayLike,
    rounding: ArrayLike,
    score_rounding: ArrayLike | None,
    sum_to_one: bool,
    nonnegative: bool,
) -> Published:
    if not isinstance(dimensions, pd.DataFrame) or dimensions.empty or dimensions.columns.has_duplicates:
        raise SurveyError(Message("composite.not_a_frame"))
    if isinstance(published, pd.Series) and not published.index.equals(dimensions.index):
        missing = [unit for unit in dimensions.index if unit not in published.index]
        if missing or published.index.has_duplicates:
            which = listed(map(repr, missing)) if missing else Message("composite.some_units")
            raise SurveyError(Message("composite.no_published", units=which))
        published = published.loc[dimensions.index]
    index = numbers(pd.Series(np.asarray(published)), "published")
    if index.shape != (len(dimensions),):
        raise SurveyError(Message("composite.published_count", indices=index.size, units=len(dimensions)))
    scores = np.column_stack([numbers(dimensions[name], f"dimension {name!r}") for name in dimensions.columns])
    gaps = np.isnan(scores).any(axis=1) | np.isnan(index)
    if gaps.any():
        raise SurveyError(Message("composite.published_gaps", rows=format.some_rows(gaps)))
    usual = rounding if nonnegative else 0.0
    if not nonnegative and score_rounding is not None and np.any(np.asarray(score_rounding)):
        raise OptionError(Message("composite.score_rounding"))
    return Published(
        scores=scores,
        index=index,
        rounding=_rounding("rounding", rounding, len(index), least=np.finfo(float).tiny),
        score_rounding=_rounding("score_rounding", usual if score_rounding is None else score_rounding, len(index)),
        sum_to_one=sum_to_one,
        nonnegative=nonnegative,
    )


def _rounding(name: str, value: ArrayLike, count: int, least: float = 0.0) -> Array:
    try:
        array = np.broadcast_to(np.asarray(value, dtype=np.float64), count).copy()
    except (TypeError, ValueError):
        raise OptionError(Message("composite.rounding_count", name=name, value=value, count=count)) from None
    if not ((array >= least) & np.isfinite(array)).all():
        key = "composite.rounding_positive" if least else "composite.rounding_least"
        raise OptionError(Message(key, name=name, value=value))
    return array
