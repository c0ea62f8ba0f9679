"""The result of grading: grades with the probabilities that they come again and are true, and their text."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from csindex.benchmark.composites.grade_arrays import Grades, frequencies
from csindex.benchmark.composites.repeats import DRAWS, true_and_repeated
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import CsindexWarning
from csindex.messages import Language, Message, listed
from csindex.options import whole
from csindex.stacks.layout import Array
from csindex.text.document import Paragraph, Section, Table
from csindex.text.format import unit_name
from csindex.text.result import ShortResult

DOUBTFUL, MANY = 2 / 3, 0.2
FEWEST = 10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GradeResult(ShortResult):
    """Grades of U units.

    Attributes
    ----------
    table : data frame of U rows
        Unit columns, (``group``,) ``grade, repeated, true, estimate, se, certainty``. `repeated` is the probability that
        another survey of the same design gives the unit this very grade (predictive), and `true` that it is the grade of
        its true score (posterior); NaN with fewer than 10 units, with which `repeated` is rough, too. Both take into
        account that the scores found lie further apart than the true ones. `certainty` is `repeated` by its former name.
    probabilities : data frame of U rows
        Unit columns and, for each grade, the probability that another survey gives it to the unit.
    counts : data frame
        (``group``,) ``grade, units, share, expected``: how many units have a grade, what share of all, and how many will
        have it on average in other surveys.
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
        return self.table[self.table.repeated < DOUBTFUL].sort_values("repeated", kind="stable")

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
    estimate = scores.estimate
    true, again = true_and_repeated(scores.logits, np.random.default_rng(whole("seed", seed, 0)))
    if decimals is not None:
        estimate, true, again = (np.round(x, decimals) for x in (estimate, true, again))
    mine = grade(estimate)
    shares, right = (frequencies(grade(x), len(names)) for x in (again, true))
    repeated, correct = (np.where(mine >= 0, x[np.arange(len(mine)), mine], np.nan) for x in (shares, right))
    labels = scores.units.reset_index(drop=True)
    if groups is not None and "group" not in labels.columns and groups.name not in labels.columns:
        labels = labels.assign(group=groups.to_numpy())
    table = labels.assign(
        grade=pd.Series([names[at] if at >= 0 else None for at in mine.tolist()], dtype="str"),
        repeated=repeated,
        true=correct if len(mine) >= FEWEST else np.nan,
        estimate=scores.estimate,
        se=scores.spread().se[:, 0],
        certainty=repeated,
    )
    result = GradeResult(
        table=table,
        probabilities=pd.concat([labels, pd.DataFrame(shares, columns=names)], axis=1),
        counts=_counts(mine, shares, names, groups),
        _rule=rule,
    )
    _warn(result, scores.units)
    return result


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
        for row, share, grade in zip(doubtful.index, doubtful.repeated, doubtful.grade, strict=True)
    ]
    said = Message("composite.uncertain", doubtful=len(doubtful), count=count, nearest=listed(nearest, most=3))
    warnings.warn(CsindexWarning(said), stacklevel=4)


def method(scores: UnitScores) -> Message:
    """Return where the probabilities come from."""
    few = Message("composite.rough", fewest=FEWEST) if len(scores.units) < FEWEST else ""
    return Message("composite.repeats", draws=DRAWS, few=few)
