"""Folds of rows that are held out together, drawn at random or given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message, Several
from csindex.survey.answers import Answers
from csindex.survey.columns import as_frame
from csindex.survey.survey import Survey

Ints = NDArray[np.intp]
ALWAYS_TRAINING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Folds of the n rows of answers in r repeats.

    Attributes
    ----------
    fold : (n, r) int
        Rows with -1 are in every training set and never predicted.
    words : Message
        How the folds were formed.
    """

    fold: Ints
    words: Message

    def members(self, rows: slice) -> tuple[Ints, Ints]:
        """Return repeat and fold (M,) of every training set of some rows, repeat by repeat."""
        found = [np.unique(column[column >= 0]) for column in self.fold[rows].T]
        repeat = np.repeat(np.arange(len(found)), [len(one) for one in found])
        return repeat, np.concatenate(found).astype(np.intp)


def draw(answers: Answers, units: Sequence[int], count: int, repeats: int, seed: int) -> Folds:
    """Assign rows, or whole clusters, to folds at random; where there are strata every fold gets its share of each.

    Rows are in the order of their answers, and a unit's folds depend on the seed and its number only: neither the order of
    the data nor the number of repeats changes a fold.

    Raises
    ------
    SurveyError
        Fewer rows (or clusters) than folds.
    """
    fold = np.full((len(answers.values), repeats), ALWAYS_TRAINING, dtype=np.intp)
    ends = answers.ends
    for unit in units:
        rows = slice(int(ends[unit]), int(ends[unit + 1]))
        thing, stratum = _held_together(answers, rows)
        if len(stratum) < count:
            label = "" if answers.units is None else f"{'/'.join(map(str, answers.units.iloc[unit]))}: "
            things = Message("prediction.clusters" if _clustered(answers) else "prediction.rows")
            said = {"unit": label, "count": len(stratum), "things": things, "folds": count}
            fewer = Argument("folds", max(2, len(stratum) // 2))
            raise SurveyError(Message("prediction.few_things", fewer=fewer, **said))
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(b"folds"), unit)))
        order = np.argsort(stratum + rng.random((repeats, len(stratum))), axis=1, kind="stable")
        dealt = np.empty_like(order)
        np.put_along_axis(dealt, order, np.arange(len(stratum))[None] % count, axis=1)
        fold[rows] = dealt.T[thing]
    things = Message("prediction.whole_clusters" if _clustered(answers) else "prediction.rows")
    times = Message("prediction.once") if repeats == 1 else Message("prediction.times", count=repeats)
    return Folds(fold, Message("prediction.drawn", count=count, things=things, times=times, seed=seed))


def given(folds: Any, survey: Survey, answers: Answers, units: Sequence[int]) -> Folds:
    """Take the folds that the user names: a column or columns of the frame, or labels (n,) or (n, r) of its rows.

    Raises
    ------
    OptionError
        Labels of another length, a single fold without other rows, folds that split a cluster.
    """
    labels = _labels(folds, survey)
    assert answers.rows is not None
    codes = np.column_stack([pd.factorize(column, sort=True)[0] for column in labels.T]).astype(np.intp)
    fold = codes[answers.rows]
    for unit in units:
        rows = slice(*answers.ends[unit : unit + 2].tolist())
        for column in fold[rows].T:
            if len(np.unique(column)) < 2:
                raise OptionError(Message("prediction.one_fold"))
        thing, stratum = _held_together(answers, rows)
        if _clustered(answers) and any(
            len(np.unique(np.stack([thing, column]), axis=1)[0]) > len(stratum) for column in fold[rows].T
        ):
            raise OptionError(Message("prediction.split_clusters"))
    counts = sorted({len(np.unique(column[column >= 0])) for column in fold.T})
    repeats = Message("prediction.repeats", count=fold.shape[1]) if fold.shape[1] > 1 else ""
    if counts == [1]:
        return Folds(fold, Message("prediction.given_one", repeats=repeats))
    return Folds(fold, Message("prediction.given", counts=Several(counts, len(counts), " or "), repeats=repeats))


def _labels(folds: Any, survey: Survey) -> NDArray[Any]:
    names = [folds] if isinstance(folds, str) else folds
    if isinstance(names, (list, tuple)) and names and all(isinstance(name, str) for name in names):
        return as_frame(survey.frame, names).to_numpy(dtype=object)
    labels = np.asarray(folds, dtype=object)
    labels = labels[:, None] if labels.ndim == 1 else labels
    if labels.ndim != 2 or len(labels) != survey.n or not labels.shape[1]:
        raise OptionError(Message("prediction.fold_labels", shape=np.shape(folds), rows=survey.n))
    return labels


def _clustered(answers: Answers) -> bool:
    return answers.sampling is not None and answers.sampling.clustered


def _held_together(answers: Answers, rows: slice) -> tuple[Ints, Ints]:
    """Return what each row is held out with (n,), numbered from 0, and the stratum of these things (m,)."""
    count = rows.stop - rows.start
    if answers.sampling is None:
        return np.arange(count), np.zeros(count, dtype=np.intp)
    psu, thing = np.unique(answers.sampling.psu[rows], return_inverse=True)
    return thing.ravel().astype(np.intp), answers.sampling.stratum[psu]
