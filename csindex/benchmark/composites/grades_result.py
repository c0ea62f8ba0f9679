"""The result of grading: grades with how often they would come again, and their text."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from csindex.benchmark.composites.grade_arrays import Grades, frequencies
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import CsindexWarning
from csindex.messages import Language, Message, listed
from csindex.options import whole
from csindex.stacks.layout import Array
from csindex.text.document import Paragraph, Section, Table
from csindex.text.format import unit_name
from csindex.text.result import ShortResult

DOUBTFUL, MANY = 2 / 3, 0.2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GradeResult(ShortResult):
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
    """

    table: pd.DataFrame
    probabilities: pd.DataFrame
    counts: pd.DataFrame
    _rule: Message

    TABLES: ClassVar = {"grades": "table", "probabilities": "probabilities", "counts": "counts"}

    @property
    def rule(self) -> str:
        """How units were graded, in words."""
        return self._rule.text()

    @property
    def doubtful(self) -> pd.DataFrame:
        """The rows of `table` whose grade would be another in more than one of three repeats, the least sure first."""
        return self.table[self.table.certainty < DOUBTFUL].sort_values("certainty", kind="stable")

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield how many units have each grade, the rule, and how many grades are doubtful."""
        counts = self.counts.groupby("grade", sort=False)[["units", "expected"]].sum().reset_index()
        counts.insert(2, "share", [f"{count / max(1, len(self.table)):.1%}" for count in counts.units])
        counts["expected"] = counts.expected.round(1)
        rows = [
            (grade, str(units), share, f"{mean:.1f}") for grade, units, share, mean in counts.itertuples(index=False)
        ]
        heads = Message("composite.grade_heads").text(lang).split("|")
        screen = counts.to_string(index=False) if lang == "en" else ""
        yield Section("", (Table("", tuple(heads), tuple(rows), screen=screen),))
        doubt = Message("composite.doubtful", doubtful=len(self.doubtful), count=len(self.table))
        yield Section("", (Paragraph(self._rule.text(lang)), Paragraph(doubt.text(lang))))


def graded(
    scores: UnitScores,
    names: list[str],
    grade: Callable[[Array], Grades],
    decimals: int | None,
    seed: int,
    rule: Message,
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
    rule : Message
        How units are graded, in words.
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
        _rule=rule,
    )
    _warn(result, scores.units)
    return result


def _plausible(scores: UnitScores, seed: int) -> Array:
    """Return draws (U, R) whose distribution estimates the sampling distribution."""
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


def _warn(result: GradeResult, units: pd.DataFrame) -> None:
    doubtful, count = result.doubtful, len(result.table)
    if len(doubtful) < MANY * count:
        return
    nearest = [
        Message("composite.least_sure", unit=unit_name(units, int(row)), share=share, grade=grade)
        for row, share, grade in zip(doubtful.index, doubtful.certainty, doubtful.grade, strict=True)
    ]
    said = Message("composite.uncertain", doubtful=len(doubtful), count=count, nearest=listed(nearest, most=3))
    warnings.warn(CsindexWarning(said), stacklevel=4)


def certainty(scores: UnitScores) -> Message:
    """Return where the certainty comes from."""
    if scores.coefficients is not None:
        return Message("composite.certainty_normal")
    return Message("composite.certainty_replicates", count=scores.draws.shape[1])
