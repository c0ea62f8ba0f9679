"""The groups of a comparison: their fit, their rows, their names, and who is compared with whom."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import EstimationError, OptionError, ReplicateWarning
from csindex.estimation.estimates import REASONS
from csindex.fitting.fit import fit
from csindex.fitting.intake import survey_by
from csindex.fitting.refusals import MANY_FAILED
from csindex.fitting.result import Fit
from csindex.model.model import Model
from csindex.moments.grouped import GroupedMoments
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import choose
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers
from csindex.survey.checks import refuse_beside

Adjust = Literal["holm", "fdr_bh", "fdr_by", "none"]
ADJUSTMENTS = {
    "holm": "Holm (1979)",
    "fdr_bh": "Benjamini & Hochberg (1995)",
    "fdr_by": "Benjamini & Yekutieli (2001)",
    "none": "not adjusted",
}


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A fit by group.

    Attributes
    ----------
    result : Fit
    answers : Answers or None
        The rows, where there are any; they are left behind when the comparison has been made.
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
        raise OptionError("data without a model: give the model too, e.g. compare(data, model, by='company').")
    elif isinstance(data, (Moments, GroupedMoments)):
        result = fit(model, data, **{"by": by, **options})
    else:
        survey, rest = survey_by(data, by, options)
        result = fit(model, survey, **rest)
        answers = survey.answers(model.items, complete=policy_of(result.options).complete)
    if result.units is None or len(result.units) < 2:
        raise OptionError("a comparison needs two groups or more. Name the column that tells them apart: by='company'.")
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
            raise OptionError(f"reference={reference!r} is not a group. The groups are: {', '.join(map(repr, names))}.")
        own = names.index(reference)
        both = [(other, own) for other in range(len(names)) if other != own]
    first, second = np.array(both, dtype=np.intp).T
    return first, second


def rows_of(groups: Groups, what: str) -> Answers:
    """Return the rows, or say why there are none to shuffle."""
    answers = groups.answers
    if groups.result.lower is not None or groups.result.specified.layered:
        raise OptionError(
            f"{what} are not available for higher-order constructs and interactions. csindex.compare has intervals of the "
            "differences without permutations."
        )
    if answers is None:
        raise OptionError(
            f"{what} shuffle respondents' rows, and a Fit or moments hold none. Give the data and the model, or use "
            "permutations=0."
        )
    options = groups.result.options
    if policy_of(options).full_information:
        raise OptionError(
            f"{what} do not go with missing={options.missing!r}, which would fit every one of them to rows. Use missing='listwise', or "
            "csindex.compare without permutations."
        )
    if answers.given is not None:
        raise OptionError(
            f"{what} need to know which rows were sampled together, and replicate weights do not tell. Use "
            "permutations=0: the intervals take the design into account."
        )
    return answers


def adjust_of(adjust: str) -> Adjust:
    """Return the adjustment's name in statsmodels."""
    return choose("adjust", {"bh": "fdr_bh"}.get(adjust, adjust), ADJUSTMENTS)  # type: ignore[return-value]


def adjusted(p: Array, adjust: Adjust) -> Array:
    """Return adjusted p-values of one family; NaN are no tests of it."""
    out, known = np.array(p, dtype=np.float64), np.isfinite(p)
    # A single test needs no adjustment, and is spared statsmodels' call of the garbage collector.
    if adjust != "none" and known.sum() > 1:
        from statsmodels.stats.multitest import multipletests

        out[known] = multipletests(out[known], method=adjust)[1]
    return out


def tell_failures(runs: list[NDArray[np.int8]], most: float) -> dict[str, int]:
    """Return how many permutations failed for each reason; warn of many and refuse too many.

    Each run holds the status (T, G) of the groups in each permutation.
    """
    # A permutation that fails in several groups is counted once, by the first.
    first = np.concatenate([run[np.arange(len(run)), (run != 0).argmax(axis=1)] for run in runs])
    share = float((first != 0).mean())
    counts = {reason: int((first == code).sum()) for code, reason in REASONS.items() if (first == code).any()}
    reasons = ", ".join(f"{reason}: {count:,}" for reason, count in counts.items())
    text = f"{share:.1%} of {len(first):,} permutations failed ({reasons})"
    if share > most:
        raise EstimationError(f"{text}, more than max_failed={most:g} allows. Join small groups, or use fewer items.")
    if share > MANY_FAILED:
        warnings.warn(f"{text}; p-values are from the others.", ReplicateWarning, stacklevel=4)
    return counts
