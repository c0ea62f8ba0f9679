"""Comparison of the predictions of two models (CVPAT)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.prediction.cvpat_result import OVERALL, Cvpat
from csindex.assessment.prediction.held_out import (
    Crossed,
    by_unit,
    check_same,
    cross_validate,
    failed_sets,
    fitted,
    plan_of,
)
from csindex.assessment.prediction.losses import losses, over_respondents, student
from csindex.assessment.prediction.predictors import target_items
from csindex.errors import OptionError
from csindex.fitting.core import table
from csindex.fitting.result import Fit
from csindex.messages import Message
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.stacks.layout import Array


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


def cvpat(
    first: Model | Fit,
    second: Model | Fit,
    data: Any,
    *,
    antecedents: str = "earliest",
    folds: Any = 10,
    repeats: int = 10,
    average: str = "losses",
    seed: int = 1,
    **fit_options: Any,
) -> Cvpat:
    """Test which of two models predicts better: the cross-validated predictive ability test (Liengaard et al. 2021).

    Both models are estimated and judged on the same rows, in the same folds, by the items that both predict.

    Parameters
    ----------
    first, second : Model or Fit
    data, antecedents, folds, repeats, average, seed, **fit_options
        See `csindex.predict`. Rows are those that both models can use.

    Returns
    -------
    Cvpat

    Raises
    ------
    OptionError
        Models without an item that both predict; see also `csindex.predict`.
    SurveyError, EstimationError
        See `csindex.predict`.

    Examples
    --------
    >>> import csindex as csi
    >>> text = "Quality =~ q1 + q2; Value =~ v1 + v2; Satisfaction =~ s1 + s2; Value ~ Quality; Satisfaction ~ "
    >>> long, short = (csi.Model.parse(text + end) for end in ("Quality + Value", "Value"))
    >>> csi.cvpat(long, short, csi.simulate(long, 400, seed=1)).table.construct.tolist()
    ['Value', 'Satisfaction', 'overall']
    """
    plan = plan_of(antecedents, None, average, folds, repeats, seed)
    fits = [fitted(model, data, dict(fit_options)) for model in (first, second)]
    (one, survey), (two, _) = fits
    items = {item.name: item for result, _ in fits for item in result.model.items}
    policy = {result.options.missing for result, _ in fits}
    if len(policy) > 1:
        raise OptionError(Message("prediction.different_missing"))
    answers = survey.answers(list(items.values()), complete=policy_of(one.options).complete)
    for model, (result, own) in zip((first, second), fits, strict=True):
        if isinstance(model, Fit):
            check_same(result, own.answers(result.model.items, complete=policy_of(result.options).complete))
    crossed = [cross_validate(result, survey, answers, list(items), plan) for result, _ in fits]
    if crossed[0].units != crossed[1].units:
        raise OptionError(Message("prediction.different_units"))
    failed = [failed_sets(one, stacklevel=2) for one in crossed]
    return Cvpat(
        table=_table(crossed[0], crossed[1], plan.average),
        first=one,
        second=two,
        antecedents=plan.antecedents,
        average=plan.average,
        seed=plan.seed,
        dealt=crossed[0].folds.words,
        failures={reason: sum(f.get(reason, 0) for f in failed) for reason in {**failed[0], **failed[1]}},
    )


def _table(first: Crossed, second: Crossed, average: Any) -> pd.DataFrame:
    predicted = [
        {one.result.model.item_names[i]: at for at, i in enumerate(target_items(one.result.design))}
        for one in (first, second)
    ]
    shared = [name for name in predicted[0] if name in predicted[1]]
    if not shared:
        raise OptionError(Message("prediction.no_item_in_common"))
    constructs = first.result.model.constructs
    own = [(c.name, [n for n in c.items if n in shared]) for c in constructs if set(c.items) & set(shared)]
    places = [[np.array([where[n] for n in names]) for _, names in own] for where in predicted]
    pairs = []
    for a, b in zip(first.validated, second.validated, strict=True):
        both = [
            construct_losses(losses(one.held_out, average)[1][:1], chosen)
            for one, chosen in zip((a, b), places, strict=True)
        ]
        pairs.append(np.concatenate(both))
    found = differences(first, pairs)
    options, names = first.result.options, [name for name, _ in own]
    counts = np.array([len(items) for _, items in own] + [len(shared)])
    uncertain = student(found["estimate"], found["se"], found["df"], options.level)
    extra = {
        "items": np.broadcast_to(counts, found["estimate"].shape),
        "loss_1": found["loss_1"],
        "loss_2": found["loss_2"],
    }
    return table(
        first.result.units, {"construct": [*names, OVERALL]}, found["estimate"], uncertain, extra=extra, p=True
    )
