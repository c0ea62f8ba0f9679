"""Grades of units by absolute bands or by quotas."""

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.benchmark.composites.grade_arrays import Grades, by_bands, by_quotas, places_of
from csindex.benchmark.composites.grades_result import GradeResult, graded, method
from csindex.benchmark.composites.result import CompositeResult
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import OptionError
from csindex.fitting.result import Fit
from csindex.messages import Message, Several, listed
from csindex.options import choose, whole
from csindex.stacks.layout import Array

Scores = UnitScores | CompositeResult | Fit


def grade_absolute(
    scores: Scores, bands: Mapping[str, float], *, decimals: int | None = None, seed: int = 1
) -> GradeResult:
    """Grade units by bands of the score.

    Parameters
    ----------
    scores : UnitScores, CompositeResult or Fit
        Of units.
    bands : mapping of grade to least score
        Best first, e.g. ``{"우수": 90, "양호": 85, "보통": 80, "미흡": 0}``. A score equal to a limit belongs to the better
        grade; the last limit takes in everything below as well, so write 0.
    decimals : int, optional
        Grade scores that are rounded so first, as some agencies do.
    seed : int
        Of the draws of true scores and of repeats of the survey.

    Returns
    -------
    GradeResult

    Raises
    ------
    OptionError
        Bands that do not fall, or scores without units or replicates.

    Warns
    -----
    CsindexWarning
        If one grade in five would be another in more than one of three repeats of the survey.

    Notes
    -----
    The example bands are those of the Korean survey of public institutions of 2013 (공공기관 고객만족도). Read: the limits,
    and that 47.5 / 27.7 / 19.8 / 5.1 % of institutions fell into the bands. Computed: these are 84, 49, 35 and 9 of 177.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> answers = pd.DataFrame({"branch": ["A", "B"] * 40, "q": [9, 5, 10, 6] * 20})
    >>> scheme = csi.Scheme("Mine", [csi.Dimension("All", csi.Item("q"))])
    >>> scores = csi.composite(scheme, answers, by="branch").scores
    >>> csi.grade_absolute(scores, {"high": 75, "low": 0}).table.grade.tolist()
    ['high', 'low']
    """
    given = _scores_of(scores)
    limits = _limits(bands)
    _check_decimals(decimals)
    *best, worst = bands
    each = [Message("composite.band", grade=grade, limit=bands[grade]) for grade in best]
    rule = Message(
        "composite.rule_bands",
        bands=Several(each, len(each)),
        worst=worst,
        rounded=_rounded(decimals),
        method=method(given),
    )
    return graded(given, list(bands), lambda s: by_bands(s, limits), decimals, seed, rule, None)


def grade_relative(
    scores: Scores,
    quotas: Mapping[str, float],
    *,
    within: str | ArrayLike | None = None,
    ties: Literal["better", "worse"] = "better",
    decimals: int | None = None,
    seed: int = 1,
) -> GradeResult:
    """Grade units by quotas of ranks, within groups.

    Parameters
    ----------
    scores : UnitScores, CompositeResult or Fit
        Of units.
    quotas : mapping of grade to share
        Best first; e.g. ``{"S": 0.1, "A": 0.4, "B": 0.4, "C": 0.1}``. They are relative to their sum.
    within : str or (U,) array-like, optional
        A unit column, or one label for each unit in the order of the scores: units are ranked within it.
    ties : {"better", "worse"}
        What units of equal score get where a quota ends among them: all the better grade, or all the worse.
    decimals : int, optional
        Rank scores that are rounded so first; this makes ties.
    seed : int
        See `grade_absolute`.

    Returns
    -------
    GradeResult

    Raises
    ------
    OptionError
        Quotas that are not positive, a column that is not there, or scores without units or replicates.

    Warns
    -----
    CsindexWarning
        If one grade in five would be another in more than one of three repeats of the survey.

    Notes
    -----
    Quotas become numbers of units by largest remainders (Hamilton's method) within each group; equal remainders go to the
    better grade. Which rounding the Korean ministry uses is not known: of 232 institutions in 2017 it graded 19, 94, 99 and
    20, not 23, 93, 93, 23 (the quotas 1:4:4:1 and the counts are read; within which groups is not).

    In repeats all units are ranked anew, so a grade depends on the error of the others' scores too.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> answers = pd.DataFrame({"branch": ["A", "B"] * 40, "q": [9, 5, 10, 6] * 20})
    >>> scheme = csi.Scheme("Mine", [csi.Dimension("All", csi.Item("q"))])
    >>> scores = csi.composite(scheme, answers, by="branch").scores
    >>> csi.grade_relative(scores, {"first": 0.5, "second": 0.5}).table.grade.tolist()
    ['first', 'second']
    """
    given = _scores_of(scores)
    choose("ties", ties, ["better", "worse"])
    _check_decimals(decimals)
    shares = np.array([_share(grade, share) for grade, share in quotas.items()])
    if len(shares) < 2:
        raise OptionError(Message("composite.few_quotas"))
    groups = _groups(given.units, within)
    codes = pd.factorize(groups)[0] if groups is not None else np.zeros(len(given.estimate), np.intp)

    def ranked(s: Array) -> Grades:
        out = np.empty(s.shape, np.intp)
        for code in range(codes.max() + 1):
            members = np.flatnonzero(codes == code)
            out[members] = by_quotas(s[members], places_of(shares, len(members)), ties == "better")
        return out

    text = ", ".join(f"{grade} {share:.0%}" for grade, share in zip(quotas, shares / shares.sum(), strict=True))
    rule = Message(
        "composite.rule_quotas",
        where=_where(within),
        quotas=text,
        ties=Message(f"composite.{ties}"),
        rounded=_rounded(decimals),
        method=method(given),
    )
    return graded(given, list(quotas), ranked, decimals, seed, rule, groups)


def _where(within: object) -> Message | str:
    if isinstance(within, str):
        return Message("composite.within", within=within)
    return "" if within is None else Message("composite.within_groups")


def _scores_of(scores: Any) -> UnitScores:
    return scores.scores if isinstance(scores, CompositeResult) else UnitScores.of(scores)


def _limits(bands: Mapping[str, float]) -> Array:
    limits = np.array([_share(grade, limit, least=-math.inf) for grade, limit in bands.items()])
    if len(limits) < 2 or (np.diff(limits) >= 0).any():
        raise OptionError(Message("composite.falling_bands", bands=dict(bands)))
    return limits[:-1]


def _share(grade: str, value: float, least: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not least < value < math.inf:
        kind = "grade_not_number" if least else "grade_not_positive"
        raise OptionError(Message(f"composite.{kind}", grade=grade, value=value))
    return float(value)


def _check_decimals(decimals: int | None) -> None:
    if decimals is not None:
        whole("decimals", decimals, 0)


def _groups(units: pd.DataFrame, within: str | ArrayLike | None) -> "pd.Series[Any] | None":
    if within is None:
        return None
    if isinstance(within, str):
        if within not in units.columns:
            known = listed(map(repr, units.columns))
            raise OptionError(Message("composite.within_column", within=within, known=known))
        groups = units[within].reset_index(drop=True)
    else:
        labels: NDArray[Any] = np.asarray(within)
        if labels.shape != (len(units),):
            raise OptionError(Message("composite.within_shape", shape=str(labels.shape), units=len(units)))
        groups = pd.Series(labels, name="group")
    if groups.isna().any():
        raise OptionError(Message("composite.within_gaps"))
    return groups


def _rounded(decimals: int | None) -> Message | str:
    return "" if decimals is None else Message("composite.rounded", decimals=decimals)
