"""Definitions of the companion metrics: top box, net promoter score, customer effort, rates and times."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from csindex.errors import OptionError, SurveyError
from csindex.messages import Message, listed
from csindex.model.parts import column_of, scale_of
from csindex.options import choose, whole
from csindex.stacks.layout import Array
from csindex.survey.checks import ANY_SCALE
from csindex.text.format import some_rows

Kind = Literal["share", "mean", "quantile"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is computed of a column; returned by `top_box`, `nps`, `ces`, `rate` and `handling_time`.

    Attributes
    ----------
    kind : {"share", "mean", "quantile"}
    column : str
    statistics : tuple of str
        What the numbers are called.
    source : str
        Author and year.
    scale : (float, float)
        Ends of the question's scale; answers outside are refused.
    cut, floor : float or None
        Answers of at least `cut` count 100; of at most `floor` -100 (a mean then), or else 0.
    yes, no : float or None
        Answers that count 100 and 0.
    trials : str or None
        Column of the number of trials of which the answers count those that succeeded.
    at : tuple of float
        Shares for quantiles.
    """

    kind: Kind
    column: str
    statistics: tuple[str, ...]
    source: str
    scale: tuple[float, float] = ANY_SCALE
    cut: float | None = None
    floor: float | None = None
    yes: float | None = None
    no: float | None = None
    trials: str | None = None
    at: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", column_of(self.column, "a metric's column"))

    def values(self, answers: Array) -> Array:
        """Return what each answer (n,) counts, NaN where it is missing.

        Raises
        ------
        SurveyError
            Answers that are neither yes nor no.
        """
        gone = np.isnan(answers)
        if self.yes is not None and self.no is not None:
            bad = ~gone & ~np.isin(answers, [self.yes, self.no])
            if bad.any():
                found = listed(f"{value:g}" for value in np.unique(answers[bad]))
                codes = {"yes": self.yes, "no": self.no}
                raise SurveyError(Message("metrics.neither_yes_nor_no", column=self.column, found=found, **codes))
            return np.where(gone, np.nan, 100.0 * (answers == self.yes))
        if self.cut is None:
            return answers
        lower = np.zeros_like(answers) if self.floor is None else 100.0 * (answers <= self.floor)
        return np.where(gone, np.nan, 100.0 * (answers >= self.cut) - lower)

    def counted(self, answers: Array, trials: Array) -> tuple[Array, Array]:
        """Return percentages (n,) of counts in trials, and the trials; NaN where either is missing.

        Raises
        ------
        SurveyError
            Counts that are negative, or more than the trials.
        """
        bad = (answers < 0) | (answers > trials) | (trials < 0)
        if bad.any():
            columns = {"column": self.column, "trials": self.trials}
            raise SurveyError(Message("metrics.beyond_trials", **columns, rows=some_rows(bad)))
        there = (trials > 0) & ~np.isnan(answers)
        safe = np.where(there, trials, np.nan)
        return 100 * answers / safe, safe


def top_box(column: str, boxes: int = 2, *, scale: tuple[float, float] = (1, 10)) -> Metric:
    """Return the percentage of answers in the best boxes (CSAT).

    Parameters
    ----------
    column : str
    boxes : int
        How many of the highest whole answers count.
    scale : (float, float)
        Ends of the question's scale.

    Notes
    -----
    Common practice, with no one author; KCSI counts two boxes of seven (read).

    Examples
    --------
    >>> from csindex import companion, top_box
    >>> companion({"q": [10, 9, 5, 7]}, {"CSAT": top_box("q")}).estimate[0]
    np.float64(50.0)
    """
    low, high = scale_of(scale, f"top_box({column!r})")
    if not 1 <= whole("boxes", boxes, 1) <= high - low:
        raise OptionError(Message("metrics.boxes", boxes=boxes, most=high - low))
    return Metric(
        "share", column, (f"top {boxes} of {low:g}-{high:g}",), "common practice", (low, high), high - boxes + 1
    )


def nps(column: str, *, scale: tuple[float, float] = (0, 10)) -> Metric:
    """Return the net promoter score: the percentage of answers 9-10 less that of 0-6 (Reichheld 2003).

    Parameters
    ----------
    column : str
        Likelihood of recommending.
    scale : (float, float)
        Must be 0-10, or 1-10 where 0 was not offered, which changes the score; other scales have no promoters.

    Notes
    -----
    From -100 to 100. A mean of -100, 0 and 100, so its variance is 100² (p₊ + p₋ - (p₊ - p₋)²)/n without weights. General
    knowledge; "Net Promoter" is a trademark. Read: over 21 firms satisfaction predicted growth as well (Keiningham,
    Cooil, Andreassen & Aksoy 2007, as reported elsewhere).

    Examples
    --------
    >>> from csindex import companion, nps
    >>> companion({"q": [10, 9, 5, 7]}, {"NPS": nps("q")}).estimate[0]
    np.float64(25.0)
    """
    ends = scale_of(scale, f"nps({column!r})")
    if ends not in ((0.0, 10.0), (1.0, 10.0)):
        raise OptionError(Message("metrics.nps_scale", column=column, scale=scale))
    return Metric("mean", column, ("net share",), "Reichheld 2003", ends, 9, 6)


def ces(
    column: str,
    *,
    scale: tuple[float, float] = (1, 7),
    statistic: Literal["mean", "agreeing"] = "mean",
    agree: float | None = None,
) -> Metric:
    """Return a customer effort score: the mean answer, or the percentage that agrees (after Dixon, Freeman & Toman 2010).

    Parameters
    ----------
    column : str
        Answers to a statement such as "it was easy"; turn answers on effort round, or read low as good.
    scale : (float, float)
    statistic : {"mean", "agreeing"}
        The mean is on the question's own scale.
    agree : float, optional
        Lowest answer that agrees; by default the first above the middle of the scale (5 of 1-7).

    Notes
    -----
    The score of that name is proprietary and its wording has changed; these two definitions are in common use (general
    knowledge). Say which you use, and its scale.

    Examples
    --------
    >>> from csindex import ces, companion
    >>> companion({"q": [7, 6, 3, 4]}, {"CES": ces("q")}).estimate[0]
    np.float64(5.0)
    """
    low, high = scale_of(scale, f"ces({column!r})")
    choose("statistic", statistic, ["mean", "agreeing"])
    source = "after Dixon, Freeman & Toman 2010"
    if statistic == "mean":
        if agree is not None:
            raise OptionError(Message("metrics.agree_of_mean", agree=agree))
        return Metric("mean", column, (f"mean of {low:g}-{high:g}",), source, (low, high))
    cut = math.floor((low + high) / 2) + 1 if agree is None else agree
    if not low < cut <= high:
        raise OptionError(Message("metrics.agree_beyond", agree=agree, low=low, high=high))
    return Metric("share", column, (f"{cut:g}-{high:g} of {low:g}-{high:g}",), source, (low, high), cut)


def rate(column: str, *, yes: float = 1, no: float = 0, trials: str | None = None, source: str = "") -> Metric:
    """Return the percentage of rows with a yes, or of trials that succeeded.

    Parameters
    ----------
    column : str
        Yes or no; or, with `trials`, how many succeeded.
    yes, no : float
        Codes of the answers.
    trials : str, optional
        Column of how many there were, for rows that are counts (a day's calls, a branch's customers).
    source : str
        Who defines the rate so.

    Notes
    -----
    Counts are taken as independent trials; where rows differ in more than chance, name what varies together in
    ``clusters=`` (e.g. the day).

    *Complaint rate*: complained, of customers. *Churn*: left, of those who were customers at the beginning of the period;
    *retention*: stayed, of the same. *Defect rate*: defective, of products or services delivered. *First-contact
    resolution*: settled at the first contact, of matters brought forward. *Self-service ratio*: settled without staff, of
    all contacts or matters. These definitions are common usage (general knowledge); agencies differ in what they count, so
    print yours.

    Examples
    --------
    >>> from csindex import companion, rate
    >>> companion({"complained": [1, 0, 0, 0]}, {"complaints": rate("complained")}).estimate[0]
    np.float64(25.0)
    """
    if trials is not None:
        return Metric("share", column, ("rate",), source, trials=column_of(trials, "trials="))
    if yes == no:
        raise OptionError(Message("metrics.yes_is_no", code=yes))
    return Metric("share", column, ("rate",), source, yes=float(yes), no=float(no))


def handling_time(column: str, *, percentiles: Sequence[float] = (50, 90)) -> Metric:
    """Return percentiles of a time, such as its median: half of all cases take no longer.

    Parameters
    ----------
    column : str
        Time of each case, in any unit, from 0.
    percentiles : sequence of float
        Between 0 and 100.

    Notes
    -----
    The inverse of the (weighted) distribution function, where it is level the middle of the step: definition 2 of Hyndman &
    Fan (1996). Means are left out on purpose: one forgotten case moves them. Cases still open are no times yet; leaving
    them out makes times look short.

    Examples
    --------
    >>> from csindex import companion, handling_time
    >>> companion({"t": [3, 5, 8, 20]}, {"time": handling_time("t", percentiles=[50])}).estimate[0]
    np.float64(6.5)
    """
    at = [percentiles] if isinstance(percentiles, (int, float)) else list(percentiles)
    if not at or not all(isinstance(p, (int, float, np.number)) and 0 < p < 100 for p in at):
        raise OptionError(Message("metrics.percentiles", percentiles=percentiles))
    names = tuple("median" if p == 50 else f"percentile {p:g}" for p in at)
    return Metric("quantile", column, names, "Hyndman & Fan 1996, definition 2", at=tuple(p / 100 for p in at))
