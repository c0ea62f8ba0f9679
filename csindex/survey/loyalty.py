"""Price tolerance and retention from the loyalty questions."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message, Several, listed
from csindex.model.parts import scale_of
from csindex.survey.columns import numbers
from csindex.text.format import some_rows

Answers = ArrayLike | pd.Series
Vector = NDArray[np.float64]

NEUTRAL, TOP = 25.0, 26.0
LADDER = (NEUTRAL - TOP, NEUTRAL + TOP)


def price_tolerance(
    repurchase: Answers, high: Answers, low: Answers, *, missing_codes: Iterable[float] = (98, 99, 101)
) -> "Vector | pd.Series[float]":
    """Return one ladder of price tolerance from the two questions that ask for it.

    Parameters
    ----------
    repurchase : (n,) array-like
        Likelihood of choosing the company again, 1-10.
    high : (n,) array-like
        Asked where repurchase is 6-10: the rise in percent after which one would leave, 0-25, or 26 for more than 25.
    low : (n,) array-like
        Asked where repurchase is 1-5: the fall in percent after which one would stay, 0-25, or 26 for more than 25.
    missing_codes : iterable of float
        Codes that are no answers. In the 2015 ACSI file 98 is "don't know" and 99 "refused"; 101 is not documented
        there.

    Returns
    -------
    (n,) array, or Series if any argument is one
        25 + high, or 25 - low: from -1 (would not even stay for a quarter off) to 51 (would stay at a quarter more).
        NaN where neither question has an answer.

    Raises
    ------
    SurveyError
        If an answer lies outside its scale, both questions are answered, or the one that does not go with the
        likelihood of repurchase; and if the columns differ in length or index.

    Notes
    -----
    That the American index uses this single ladder is inferred: in its 2015 file the two questions split exactly at
    repurchase 5 and 6, and the ladder has nearly the mean and spread of a published replica's price tolerance. Many who
    are very likely to stay are coded 101, so leaving out the missing loses loyal customers more than others.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.price_tolerance([9, 3, 8], [10, None, 98], [None, 5, None])
    array([35., 20., nan])
    """
    columns, index = _read({"repurchase": repurchase, "high": high, "low": low}, missing_codes)
    likely, rise, fall = columns["repurchase"], columns["high"], columns["low"]
    _check(
        likely, "repurchase", (likely < 1) | (likely > 10) | ((likely > 5) & (likely < 6)), Message("survey.two_ranges")
    )
    for name, rung in (("high", rise), ("low", fall)):
        _check(rung, name, (rung < 0) | (rung > TOP), Message("survey.ladder"))
    _check_branches(likely, rise, fall)
    return _like(np.where(np.isnan(rise), NEUTRAL - fall, NEUTRAL + rise), index, "PTOL")


def _check_branches(likely: Vector, rise: Vector, fall: Vector) -> None:
    both = ~np.isnan(rise) & ~np.isnan(fall)
    if both.any():
        found = {"high": _found(rise, both), "low": _found(fall, both)}
        raise SurveyError(Message("survey.both_answered", rows=some_rows(both), **found))
    for name, rung, wrong, right in (
        ("high", rise, ~np.isnan(rise) & (likely <= 5), "6-10"),
        ("low", fall, ~np.isnan(fall) & (likely >= 6), "1-5"),
    ):
        if wrong.any():
            found = {"found": _found(rung, wrong), "repurchase": _found(likely, wrong)}
            raise SurveyError(Message("survey.wrong_branch", name=name, right=right, rows=some_rows(wrong), **found))


def retention(
    repurchase: Answers,
    tolerance: Answers | None = None,
    *,
    scale: tuple[float, float] = (1, 10),
    share: float = 0.37,
    curve: Iterable[tuple[float, float]] = ((0, 0), (100, 100)),
    missing_codes: Iterable[float] = (98, 99, 101),
) -> "Vector | pd.Series[float]":
    """Return each respondent's chance of being retained, in percent; their (weighted) mean is the retention rate.

    Parameters
    ----------
    repurchase : (n,) array-like
        Likelihood of choosing the company again.
    tolerance : (n,) array-like, optional
        Price tolerance on -1 to 51, as from `price_tolerance`. Without it retention follows from repurchase alone.
    scale : (float, float)
        The scale of repurchase.
    share : float
        How much of loyalty price tolerance makes up, 0-1, when both are on 0-100.
    curve : iterable of (loyalty, percent)
        Points of the calibration curve, joined by straight lines and level beyond its ends: of customers with this
        loyalty on 0-100, how many percent stayed.
    missing_codes : iterable of float
        Codes that are no answers, in both columns.

    Returns
    -------
    (n,) array, or Series if any argument is one
        Percent, 0-100; NaN where an answer that is used is missing.

    Raises
    ------
    SurveyError
        If an answer lies outside its scale, or the columns differ in length or index.
    OptionError
        If `share` is not within 0-1, or `curve` is no rising curve within 0-100.

    Notes
    -----
    The Korean and the American index publish retention rates that rest on repurchase likelihood and price tolerance
    (general knowledge); how is not published, and this is not their formula. Loyalty here is the mean of both answers
    on 0-100, weighted by `share`, and `curve` turns it into percent.

    The default share is the middle of the 0.33-0.41 that price tolerance gets, on 0-100, from the index weights of four
    industries in the 2015 ACSI file. The default curve takes people at their word: 10 of 10 means certain to stay. They
    overstate it as a rule (general knowledge), so compare companies or years by it, and calibrate it before putting
    money on it: group last year's respondents by loyalty and count who is still a customer.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.retention([1, 10, 10], [-1, 51, 25], curve=[(0, 20), (100, 90)]).round(1)
    array([20., 90., 77.])
    """
    ends = scale_of(scale, "scale=")
    if not 0 <= share <= 1:
        raise OptionError(Message("survey.share", share=Argument("share", share)))
    loyalties, percents = _curve(curve)
    given = {"repurchase": repurchase} if tolerance is None else {"repurchase": repurchase, "tolerance": tolerance}
    columns, index = _read(given, missing_codes)
    loyalty = _percent(columns["repurchase"], "repurchase", ends)
    if tolerance is not None:
        loyalty = (1 - share) * loyalty + share * _percent(columns["tolerance"], "tolerance", LADDER)
    return _like(np.interp(loyalty, loyalties, percents), index, "retention")


def _percent(values: Vector, name: str, scale: tuple[float, float]) -> Vector:
    low, high = scale
    _check(values, name, (values < low) | (values > high), Message("survey.own_scale", low=low, high=high))
    return np.asarray(100 * (values - low) / (high - low), dtype=np.float64)


def _curve(curve: Iterable[tuple[float, float]]) -> tuple[Vector, Vector]:
    try:
        points = np.array([tuple(point) for point in curve], dtype=np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not ((points >= 0) & (points <= 100)).all():
        raise OptionError(Message("survey.curve_form"))
    if (np.diff(points[:, 0]) <= 0).any() or (np.diff(points[:, 1]) < 0).any():
        raise OptionError(Message("survey.curve_falls", curve=Argument("curve", points.tolist())))
    return points[:, 0], points[:, 1]


def _read(given: Mapping[str, Any], missing_codes: Iterable[float]) -> tuple[dict[str, Vector], "pd.Index[Any] | None"]:
    """Return the columns as floats, coded answers as NaN, and the index of the first that is a Series."""
    codes = list(missing_codes)
    indexes = {name: values.index for name, values in given.items() if isinstance(values, pd.Series)}
    columns = {}
    for name, values in given.items():
        try:
            column = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values))
        except ValueError:
            raise SurveyError(Message("survey.one_column", name=name, dimensions=np.ndim(values))) from None
        read = numbers(column, name)
        columns[name] = np.where(np.isin(read, codes), np.nan, read)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise SurveyError(Message("survey.lengths_differ", lengths=lengths))
    first = next(iter(indexes.values()), None)
    if first is not None and not all(first.equals(index) for index in indexes.values()):
        raise SurveyError(Message("survey.indexes_differ", names=Several(indexes, len(indexes), " and ")))
    return columns, first


def _check(values: Vector, name: str, bad: NDArray[np.bool_], where: Message) -> None:
    if bad.any():
        found = _found(values, bad)
        raise SurveyError(Message("survey.off_range", name=name, found=found, rows=some_rows(bad), where=where))


def _found(values: Vector, where: NDArray[np.bool_]) -> Several:
    return listed(f"{value:g}" for value in dict.fromkeys(values[where].tolist()))


def _like(values: Vector, index: "pd.Index[Any] | None", name: str) -> "Vector | pd.Series[float]":
    return values if index is None else pd.Series(values, index=index, name=name)
