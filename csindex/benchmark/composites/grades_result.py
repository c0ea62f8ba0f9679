"""Grades with how often they would come again."""

import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csindex.benchmark.composites.grade_arrays import Grades, frequencies
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import CsindexWarning
from csindex.options import whole
from csindex.stacks.layout import Array
from csindex.text.format import listed, unit_name

DOUBTFUL, MANY = 2 / 3, 0.2


@dataclass(frozen=True, slots=True, eq=False)
class GradeResult:
    """Grades of U units.

    Attributes
    ----------
    table : data frame of U rows
        Unit columns, (``group``,) ``grade, certainty, estimate, se``. `certainty` is the share of replicates in which the
        unit gets this very grade: how often it would come again if the survey were repeated and the scores were what they
        were found to be. It is no probability that the grade is the right one.
    probabilities : data frame of U rows
        Unit columns and, for each grade, the share of replicates in which the unit gets it.
    counts : data frame
        (``group``,) ``grade, units, share, expected``: how many units have a grade, what share of all, and how many have it
        on average over replicates.
    rule : str
        In words.
    """

    table: pd.DataFrame
    probabilities: pd.DataFrame
    counts: pd.DataFrame
    rule: str

    @property
    def doubtful(self) -> pd.DataFrame:
        """The rows of `table` whose grade would be another in more than one of three repeats, the least sure first."""
        return self.table[self.table.certainty < DOUBTFUL].sort_values("certainty", kind="stable")

    def summary(self) -> str:
        """Return the counts, the rule and what is doubtful, as text."""
        counts = self.counts.groupby("grade", sort=False)[["units", "expected"]].sum().reset_index()
        counts.insert(2, "share", [f"{count / max(1, len(self.table)):.1%}" for count in counts.units])
        counts["expected"] = counts.expected.round(1)
        doubt = f"Grades that would be another in more than one of three repeats: {len(self.doubtful)} of {len(self.table)}."
        return f"{counts.to_string(index=False)}\n\n{textwrap.fill(self.rule, 88)}\n{textwrap.fill(doubt, 88)}"

    def __repr__(self) -> str:
        return self.summary()


def graded(
    scores: UnitScores,
    names: list[str],
    grade: Callable[[Array], Grades],
    decimals: int | None,
    seed: int,
    rule: str,
    groups: "pd.Series[Any] | None",
) -> GradeResult:
    """Return grades with their counts, and warn where many of them are doubtful.

    Parameters
    ----------
    scores : UnitScores
    names : list of g str
        Grades, best first.
    grade : callable
        Gives the grade (U, ...) of scores (U, ...), 0 for the best.
    decimals, seed
        See `csindex.benchmark.composites.grades.grade_absolute`.
    rule : str
    groups : series of U labels, or None
    """
    estimate, draws = scores.estimate, _plausible(scores, seed)
    if decimals is not None:
        estimate, draws = np.round(estimate, decimals), np.round(draws, decimals)
    mine = grade(estimate)
    shares = frequencies(grade(draws), len(names))
    labels = scores.units.reset_index(drop=True)
    if groups is not None and "group" not in labels.columns and groups.name not in labels.columns:
        labels = labels.assign(group=groups.to_numpy())
    table = labels.assign(
        grade=pd.Series([names[at] if at >= 0 else None for at in mine.tolist()], dtype="str"),
        certainty=np.where(mine >= 0, shares[np.arange(len(mine)), mine], np.nan),
        estimate=scores.estimate,
        se=scores.spread().se[:, 0],
    )
    result = GradeResult(
        table=table,
        probabilities=pd.concat([labels, pd.DataFrame(shares, columns=names)], axis=1),
        counts=_counts(mine, shares, names, groups),
        rule=rule,
    )
    _tell(result, scores.units)
    return result


def _plausible(scores: UnitScores, seed: int) -> Array:
    """Return draws (U, R) that are a picture of the sampling distribution."""
    if scores.coefficients is None:
        return scores.draws
    rng = np.random.default_rng(whole("seed", seed, 0))
    return np.asarray(rng.multivariate_normal(scores.estimate, scores.covariance, size=2000, method="svd").T)


def _counts(mine: Grades, shares: Array, names: list[str], groups: "pd.Series[Any] | None") -> pd.DataFrame:
    labels = pd.Series(["all"] * len(mine)) if groups is None else groups
    rows = [
        (
            group,
            name,
            int((mine[inside] == at).sum()),
            float((mine[inside] == at).mean()),
            float(shares[inside, at].sum()),
        )
        for group in dict.fromkeys(labels)
        for inside in [(labels == group).to_numpy()]
        for at, name in enumerate(names)
    ]
    frame = pd.DataFrame(rows, columns=["group", "grade", "units", "share", "expected"])
    return frame.drop(columns="group") if groups is None else frame


def _tell(result: GradeResult, units: pd.DataFrame) -> None:
    doubtful, count = result.doubtful, len(result.table)
    if len(doubtful) < MANY * count:
        return
    nearest = [
        f"{unit_name(units, int(row))} ({share:.0%} sure of {grade})"
        for row, share, grade in zip(doubtful.index, doubtful.certainty, doubtful.grade, strict=True)
    ]
    warnings.warn(
        f"{len(doubtful)} of {count} grades hang on the toss of a coin: were the survey repeated, each of these units would "
        f"get another grade in more than one of three repeats. Least sure: {listed(nearest, most=3)}. Ask more customers, "
        "use fewer grades, or publish the intervals with the grades; see .doubtful.",
        CsindexWarning,
        stacklevel=4,
    )


def how(scores: UnitScores) -> str:
    """Return where the certainty comes from, in words."""
    if scores.coefficients is not None:
        return "Certainty from 2,000 normal draws with the replicates' covariance."
    return f"Certainty from {scores.draws.shape[1]:,} replicates."
