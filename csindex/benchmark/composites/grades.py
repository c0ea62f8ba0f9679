"""Grades of units, by absolute bands or by quotas, and how sure they are."""

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.benchmark.composites.composite import CompositeResult
from csindex.benchmark.composites.grade_arrays import Grades, by_bands, by_quotas, places_of
from csindex.benchmark.composites.grades_result import GradeResult, graded, how
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import OptionError
from csindex.fitting.result import Fit
from csindex.options import choose, whole
from csindex.stacks.layout import Array
from csindex.text.format import listed

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
        Of the normal draws that stand in for replicates where these are no picture of the sampling distribution
        (jackknife, supplied replicate weights).

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
    text = ", ".join(f"{grade} from {limit:g}" for grade, limit in list(bands.items())[:-1])
    rule = f"Absolute bands: {text}, {list(bands)[-1]} below{_rounded_text(decimals)}. {how(given)}"
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

    In replicates all units are ranked anew, so a grade depends on the error of the others' scores too. Rank replicates
    scatter around close ties more than a repeat of the survey would if scores were truly equal (Hall & Miller 2009):
    certainties near quotas' ends are rough.

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
        raise OptionError("quotas= must name two grades or more, e.g. {'S': 0.1, 'A': 0.4, 'B': 0.4, 'C': 0.1}.")
    groups = _groups(given.units, within)
    codes = pd.factorize(groups)[0] if groups is not None else np.zeros(len(given.estimate), np.intp)

    def ranked(s: Array) -> Grades:
        out = np.empty(s.shape, np.intp)
        for code in range(codes.max() + 1):
            members = np.flatnonzero(codes == code)
            out[members] = by_quotas(s[members], places_of(shares, len(members)), ties == "better")
        return out

    text = ", ".join(f"{grade} {share:.0%}" for grade, share in zip(quotas, shares / shares.sum(), strict=True))
    where = "" if within is None else f" within {within!r}" if isinstance(within, str) else " within groups"
    rule = (
        f"Quotas{where}: {text}, rounded by largest remainders; equal scores get the {ties} grade{_rounded_text(decimals)}. "
        f"{how(given)}"
    )
    return graded(given, list(quotas), ranked, decimals, seed, rule, groups)


def _scores_of(scores: Any) -> UnitScores:
    return scores.scores if isinstance(scores, CompositeResult) else UnitScores.of(scores)


def _limits(bands: Mapping[str, float]) -> Array:
    limits = np.array([_share(grade, limit, least=-math.inf) for grade, limit in bands.items()])
    if len(limits) < 2 or (np.diff(limits) >= 0).any():
        raise OptionError(f"bands={dict(bands)!r} must be two grades or more, best first, with falling limits.")
    return limits[:-1]


def _share(grade: str, value: float, least: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not least < value < math.inf:
        kind = "a number" if least else "a positive number"
        raise OptionError(f"grade {grade!r} has {value!r}, which is not {kind}.")
    return float(value)


def _check_decimals(decimals: int | None) -> None:
    if decimals is not None:
        whole("decimals", decimals, 0)


def _groups(units: pd.DataFrame, within: str | ArrayLike | None) -> "pd.Series[Any] | None":
    if within is None:
        return None
    if isinstance(within, str):
        if within not in units.columns:
            raise OptionError(f"within={within!r} is not a unit column; these are {listed(map(repr, units.columns))}.")
        groups = units[within].reset_index(drop=True)
    else:
        labels: NDArray[Any] = np.asarray(within)
        if labels.shape != (len(units),):
            raise OptionError(f"within= has the shape {labels.shape}; one label for each of {len(units)} units is due.")
        groups = pd.Series(labels, name="group")
    if groups.isna().any():
        raise OptionError("within= has no label for some units. Every unit needs a group.")
    return groups


def _rounded_text(decimals: int | None) -> str:
    return "" if decimals is None else f"; scores rounded to {decimals} decimal{'s' * (decimals != 1)} first"
