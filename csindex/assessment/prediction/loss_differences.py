"""The cross-validated predictive ability test on losses of respondents (array functions and their tables)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.prediction.crossed import Crossed, by_unit
from csindex.assessment.prediction.losses import over_respondents, student
from csindex.fitting.tables import table
from csindex.survey.stacks import Array

OVERALL = "overall"


def construct_losses(square: Array, owners: Sequence[NDArray[np.intp]]) -> Array:
    """Return losses (s, n, c + 1) from square errors (s, n, q): the mean over each construct's items, and of all constructs.

    Every construct counts the same overall (Sharma et al. 2022). Where a row lacks answers, its others count.
    """
    parts = []
    for items in owners:
        there = np.isfinite(square[:, :, items])
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append(np.where(there, square[:, :, items], 0.0).sum(axis=-1) / there.sum(axis=-1))
    own = np.stack(parts, axis=-1)
    return np.concatenate([own, own.mean(axis=-1, keepdims=True)], axis=-1)


def differences(crossed: Crossed, losses: Sequence[Array]) -> dict[str, Array]:
    """Return mean losses of two predictors and their difference (U, c), with its standard error and degrees of freedom.

    Parameters
    ----------
    crossed : Crossed
    losses : sequence of U arrays (2, n, c)
    """
    parts: dict[str, list[Array]] = {name: [] for name in ("loss_1", "loss_2", "estimate", "se", "df")}
    for at, (first, second) in enumerate(losses):
        both = np.isfinite(first) & np.isfinite(second)
        columns = [np.where(both, one, np.nan) for one in (first, second, first - second)]
        found = over_respondents(np.concatenate(columns, axis=1), crossed.answers, crossed.rows(at))
        for name, mean in zip(("loss_1", "loss_2", "estimate"), np.split(found.mean, 3), strict=True):
            parts[name].append(mean)
        parts["se"].append(np.split(found.se, 3)[2])
        parts["df"].append(np.split(found.df, 3)[2])
    return {name: by_unit(values) for name, values in parts.items()}


def loss_table(crossed: Crossed, constructs: Sequence[str], losses: Sequence[Array]) -> pd.DataFrame:
    """Return the test of the model against the indicators' averages and the linear model, for each construct and overall."""
    versus = [[one[[0, other]] for one in losses] for other in (2, 1)]
    found = [differences(crossed, pair) for pair in versus]
    together = {name: np.concatenate([one[name] for one in found], axis=1) for name in found[0]}
    names = [*constructs, OVERALL]
    labels = {"construct": names * 2, "benchmark": ["mean"] * len(names) + ["lm"] * len(names)}
    uncertain = student(together["estimate"], together["se"], together["df"], crossed.result.options.level)
    extra = {"loss": together["loss_1"], "loss_benchmark": together["loss_2"]}
    return table(crossed.result.units, labels, together["estimate"], uncertain, extra=extra, p=True)
