"""Prediction of held-out answers (PLSpredict)."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.prediction.cross_validation import Errors
from csindex.assessment.prediction.cvpat import construct_losses, loss_table
from csindex.assessment.prediction.held_out import (
    Crossed,
    Plan,
    by_unit,
    check_same,
    cross_validate,
    failed_sets,
    fitted,
    folds_table,
    plan_of,
)
from csindex.assessment.prediction.losses import MEASURES, Measured, losses, measured, student
from csindex.assessment.prediction.predictors import target_items
from csindex.assessment.prediction.result import Prediction
from csindex.estimation.estimates import Status
from csindex.fitting.core import table
from csindex.fitting.result import Fit
from csindex.messages import Message
from csindex.model.model import Model
from csindex.moments.missing import policy_of

POWER = ("none", "low", "medium", "high")


def predict(
    model: Model | Fit,
    data: Any,
    *,
    antecedents: str = "earliest",
    benchmark: str | None = None,
    folds: Any = 10,
    repeats: int = 10,
    average: str = "losses",
    seed: int = 1,
    **fit_options: Any,
) -> Prediction:
    """Judge a model by its predictions of held-out answers (PLSpredict; Shmueli et al. 2016, 2019).

    In each of k folds the model is estimated without the fold's rows, and predicts their answers to the items of endogenous
    constructs. The predictions are compared with two that need no model: the training rows' mean (Q²), and a linear
    regression of each item on other items. CVPAT (Liengaard et al. 2021; Sharma et al. 2022) tests the difference in loss.

    Parameters
    ----------
    model : Model or Fit
        A Fit is cross-validated with its own options.
    data : data frame or Survey
        The rows; of a Fit the very rows that it was made from, with the same ``weights=``, ``strata=`` and ``clusters=``.
    antecedents : {"earliest", "direct"}
        What an item is predicted from: the answers that belong to the exogenous constructs, through the whole model; or those
        that belong to its construct's direct sources.
    benchmark : {"exogenous", "antecedents", "all", "origin"}, optional
        What the linear model regresses on: the items of the exogenous constructs (Shmueli et al. 2019; default with
        *earliest*); of the construct's direct sources (default with *direct*); all items outside the construct's own (as
        seminr); those of exogenous constructs, without an intercept (as cSEM). By default it has the answers that the model
        has.
    folds : int, or labels
        Number of folds; or, to repeat given folds, a column (a list of columns) of the frame or an array (n,) or (n, r) of
        labels. Rows without a label are in all training sets and are not predicted.
    repeats : int
        How often folds are drawn; the columns of given folds decide themselves.
    average : {"losses", "predictions"}
        What is averaged over the repeats: each row's losses, which judges the model as estimated from one training set; or its
        predictions, before losses are taken, as seminr does, which judges the average of all these models.
    seed : int
    **fit_options
        See `csindex.fit`; replicates are not made. Weights count in training sets and in losses. ``missing="mean"`` fills
        gaps with the mean of the training rows. With ``by=`` every unit is predicted on its own. Clusters are held out
        whole.

    Returns
    -------
    Prediction

    Raises
    ------
    OptionError
        Arguments that are not known or do not go together; data without rows; replicate weights; pairwise deletion.
    SurveyError
        Fewer rows or clusters than folds, rows that are not those of the Fit; see also `csindex.fit`.
    EstimationError
        More training sets than ``max_failed`` that cannot be estimated.

    Examples
    --------
    >>> import csindex as csi
    >>> model = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    >>> csi.predict(model, csi.simulate(model, 250, seed=1)).power.power.tolist()
    ['high', 'high']
    """
    plan = plan_of(antecedents, benchmark, average, folds, repeats, seed)
    result, survey = fitted(model, data, fit_options)
    answers = survey.answers(result.model.items, complete=policy_of(result.options).complete)
    if isinstance(model, Fit):
        check_same(result, answers)
    crossed = cross_validate(result, survey, answers, result.model.item_names, plan)
    return prediction_of(crossed, plan, failed_sets(crossed, stacklevel=2))


def prediction_of(crossed: Crossed, plan: Plan, failed: dict[Status, int]) -> Prediction:
    """Turn errors into tables."""
    result, sampling = crossed.result, crossed.answers.sampling
    targets = target_items(result.design)
    names, owner = result.model.construct_names, result.design.block_of
    endogenous = np.unique(owner[targets])
    labels = {
        "construct": [names[owner[i]] for i in targets],
        "item": [result.model.item_names[i] for i in targets],
    }
    outside = [_measured(crossed, at, one.held_out, plan) for at, one in enumerate(crossed.validated)]
    inside = [_measured(crossed, at, one.inside, plan) for at, one in enumerate(crossed.validated)]
    of_items, of_indices = slice(0, len(targets)), slice(len(targets), None)
    items = _table(crossed, outside, of_items, labels)
    owners = [np.flatnonzero(owner[targets] == j) for j in endogenous]
    loss = [
        construct_losses(losses(one.held_out, plan.average)[1][:, :, of_items], owners) for one in crossed.validated
    ]
    return Prediction(
        result=result,
        items=items,
        constructs=_table(crossed, outside, of_indices, {"construct": [names[j] for j in endogenous]}),
        cvpat=loss_table(crossed, [names[j] for j in endogenous], loss),
        power=_power(crossed, outside, owners, [names[j] for j in endogenous]),
        in_sample=_table(crossed, inside, of_items, labels),
        folds=folds_table(crossed),
        antecedents=plan.antecedents,
        benchmark=plan.benchmark,
        average=plan.average,
        repeats=crossed.folds.fold.shape[1],
        seed=plan.seed,
        dealt=crossed.folds.words,
        sampling=Message("prediction.respondents") if sampling is None else sampling.message,
        failures=failed,
    )


def _measured(crossed: Crossed, at: int, errors: Errors, plan: Plan) -> Measured:
    return measured(errors, plan.average, crossed.answers, crossed.rows(at))


def _table(crossed: Crossed, found: list[Measured], targets: slice, labels: dict[str, list[str]]) -> pd.DataFrame:
    """Return a row for each unit, target and measure: labels, ``metric, predictor, spread, estimate, se, lower, upper``."""
    estimate, se, df, spread = (
        by_unit([getattr(one, name)[:, targets].T for one in found]) for name in ("estimate", "se", "df", "spread")
    )
    times, count = len(MEASURES), len(next(iter(labels.values())))
    columns = {name: np.repeat(np.array(values, dtype=object), times).tolist() for name, values in labels.items()}
    columns |= {"metric": [m for m, _ in MEASURES] * count, "predictor": [p for _, p in MEASURES] * count}
    uncertain = student(estimate, se, df, crossed.result.options.level)
    return table(crossed.result.units, columns, estimate, uncertain, extra={"spread": spread})


def _power(crossed: Crossed, outside: list[Measured], owners: list[NDArray[np.intp]], names: list[str]) -> pd.DataFrame:
    """Return for each construct, and for all, how many items the model predicts better than the linear model."""
    gaps = np.stack([one.estimate[MEASURES.index(("rmse", "pls - lm"))] for one in outside])
    parts = [*owners, np.concatenate(owners)]
    better = np.stack([(gaps[:, items] < 0).sum(axis=1) for items in parts], axis=1)
    counts = np.broadcast_to([len(items) for items in parts], better.shape)
    power = [power_of(int(b), int(n)) for b, n in zip(better.ravel(), counts.ravel(), strict=True)]
    units, columns = crossed.result.units, {"construct": [*names, "all"] * len(gaps)}
    frame = pd.DataFrame({**columns, "items": counts.ravel(), "better": better.ravel(), "power": power})
    if units is None:
        return frame
    labels = units.loc[units.index.repeat(len(parts))].reset_index(drop=True)
    return pd.concat([labels, frame], axis=1)


def power_of(better: int, items: int) -> str:
    """Return the predictive power in Shmueli et al.'s (2019) words.

    None: the linear model has the smaller RMSE for all items; low: for most; medium: for half of them or fewer; high: for
    none.
    """
    if better == 0:
        return POWER[0]
    return POWER[3] if better == items else POWER[2] if 2 * better >= items else POWER[1]
