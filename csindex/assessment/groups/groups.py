"""The groups of a comparison: their fit, their rows, their names, and the pairs that are compared."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.wording import count_failures, reasons
from csindex.errors import EstimationError, OptionError, ReplicateWarning
from csindex.estimation.estimates import Status
from csindex.fitting.fit import fit
from csindex.fitting.intake import survey_by
from csindex.fitting.refusals import MANY_FAILED
from csindex.fitting.result import Fit
from csindex.messages import Argument, Message, Several
from csindex.model.model import Model
from csindex.moments.grouped import GroupedMoments
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import choose
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers
from csindex.survey.checks import refuse_beside

Adjust = Literal["holm", "fdr_bh", "fdr_by", "none"]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A fit by group.

    Attributes
    ----------
    result : Fit
    answers : Answers or None
        The rows, where there are any; the result of the comparison has none.
    names : list of G labels
    first, second : (P,) int
        The pairs that are compared.
    """

    result: Fit
    answers: Answers | None
    names: list[Any]
    first: NDArray[np.intp]
    second: NDArray[np.intp]

    @property
    def members(self) -> NDArray[np.intp]:
        """(G,) numbers of the groups among the answers' units; groups that were dropped have none."""
        assert self.answers is not None and self.answers.units is not None and self.result.units is not None
        there = {row: at for at, row in enumerate(self.answers.units.itertuples(index=False, name=None))}
        rows = self.result.units.itertuples(index=False, name=None)
        return np.array([there[row] for row in rows], dtype=np.intp)

    def pair_columns(self, repeats: int) -> dict[str, list[Any]]:
        """Return the columns ``group_1, group_2``, every pair `repeats` times."""
        sides = {"group_1": self.first, "group_2": self.second}
        return {key: [self.names[i] for i in side for _ in range(repeats)] for key, side in sides.items()}


def groups_of(
    data: Any, model: Model | None, by: str | Sequence[str] | None, reference: Any, options: dict[str, Any]
) -> Groups:
    """Fit the groups, or take those of a fit, and pair them.

    Raises
    ------
    OptionError
        Arguments that do not go together, fewer than two groups, a reference that is no group.
    """
    answers = None
    if isinstance(data, Fit):
        refuse_beside("a Fit", {"model": model, "by": by, **options})
        result = data
    elif model is None:
        raise OptionError(Message("comparison.no_model"))
    elif isinstance(data, (Moments, GroupedMoments)):
        result = fit(model, data, **{"by": by, **options})
    else:
        survey, rest = survey_by(data, by, options)
        result = fit(model, survey, **rest)
        answers = survey.answers(model.items, complete=policy_of(result.options).complete)
    if result.units is None or len(result.units) < 2:
        raise OptionError(Message("comparison.one_group"))
    names = labels_of(result.units)
    return Groups(result, answers, names, *pairs(names, reference))


def labels_of(units: pd.DataFrame) -> list[Any]:
    """Return one label for each group: the value itself, or the values of several columns put together."""
    if units.shape[1] == 1:
        return list(units.iloc[:, 0].tolist())
    return [" / ".join(map(str, row)) for row in units.itertuples(index=False, name=None)]


def pairs(names: list[Any], reference: Any) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return first and second (P,) of all pairs, or of each group with the reference."""
    if reference is None:
        both = list(combinations(range(len(names)), 2))
    else:
        if reference not in names:
            known = Several(map(repr, names), most=len(names))
            raise OptionError(Message("comparison.not_a_group", reference=reference, groups=known))
        own = names.index(reference)
        both = [(other, own) for other in range(len(names)) if other != own]
    first, second = np.array(both, dtype=np.intp).T
    return first, second


def rows_of(groups: Groups, what: Literal["the_permutations", "permutations_of_micom"]) -> Answers:
    """Return the rows, or raise an OptionError where there are none to shuffle."""
    answers, named = groups.answers, Message(f"comparison.{what}")
    if groups.result.lower is not None or groups.result.specified.layered:
        raise OptionError(Message("comparison.layered", permutations=named))
    if answers is None:
        raise OptionError(Message("comparison.rowless", permutations=named))
    options = groups.result.options
    if policy_of(options).full_information:
        raise OptionError(Message("comparison.full_information", permutations=named, missing=options.missing))
    if answers.given is not None:
        raise OptionError(Message("comparison.replicate_weights", permutations=named))
    return answers


def adjust_of(adjust: str) -> Adjust:
    """Return the adjustment's name in statsmodels."""
    return choose("adjust", {"bh": "fdr_bh"}.get(adjust, adjust), get_args(Adjust))  # type: ignore[return-value]


def adjusted(p: Array, adjust: Adjust) -> Array:
    """Return adjusted p-values of one family; NaN are no tests of it."""
    out, known = np.array(p, dtype=np.float64), np.isfinite(p)
    # A single test needs no adjustment, and is spared statsmodels' call of the garbage collector.
    if adjust != "none" and known.sum() > 1:
        from statsmodels.stats.multitest import multipletests

        out[known] = multipletests(out[known], method=adjust)[1]
    return out


def failed_permutations(runs: list[NDArray[np.int8]], most: float) -> dict[Status, int]:
    """Return how many permutations failed, by how they ended; warn of many and refuse too many.

    Each run holds the status (T, G) of the groups in each permutation.
    """
    # A permutation that fails in several groups is counted once, by the first.
    first = np.concatenate([run[np.arange(len(run)), (run != 0).argmax(axis=1)] for run in runs])
    share = float((first != 0).mean())
    counts = count_failures(first)
    failed = Message("comparison.failed", share=share, count=len(first), reasons=reasons(counts))
    if share > most:
        limit = Argument("max_failed", most, "{name}={value:g}")
        raise EstimationError(Message("comparison.too_many_failed", failed=failed, limit=limit))
    if share > MANY_FAILED:
        some = ReplicateWarning(Message("comparison.some_failed", failed=failed))
        warnings.warn(some, stacklevel=4)
    return counts
