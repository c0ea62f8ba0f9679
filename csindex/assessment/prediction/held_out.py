"""Cross-validation of a fit on its rows: checks, folds, and training sets that failed."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.groups.groups import labels_of
from csindex.assessment.prediction import folds as deal
from csindex.assessment.prediction.cross_validation import Task, Validated, validate
from csindex.assessment.prediction.folds import Folds
from csindex.assessment.prediction.losses import Average
from csindex.assessment.prediction.predictors import Antecedents, Benchmark
from csindex.assessment.wording import count_failures, reasons
from csindex.errors import EstimationError, ModelError, OptionError, ReplicateWarning, SurveyError
from csindex.estimation.estimates import REASONS, Status
from csindex.estimation.estimator import ESTIMATORS
from csindex.fitting.fit import fit
from csindex.fitting.intake import refuse_rowless, survey_by, survey_of_fit
from csindex.fitting.result import Fit
from csindex.messages import Argument, Message
from csindex.model.model import Model
from csindex.moments.missing import POLICIES
from csindex.options import choose, whole
from csindex.replicates.rows import RowSource
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers
from csindex.survey.survey import Survey
from csindex.text.format import unit_name

USUAL_BENCHMARK: dict[Antecedents, Benchmark] = {"earliest": "exogenous", "direct": "antecedents"}
SAME_MOMENTS = 1e-8


@dataclass(frozen=True, slots=True)
class Plan:
    """How to cross-validate; checked.

    Attributes
    ----------
    antecedents, benchmark, average
        See `csindex.predict`.
    folds : int or labels
    repeats, seed : int
    """

    antecedents: Antecedents
    benchmark: Benchmark
    average: Average
    folds: Any
    repeats: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidated:
    """A fit and its cross-validation.

    Attributes
    ----------
    result : Fit
        Of the whole sample, without replicates.
    answers : Answers
    units : list of U int
        Numbers of the units among the answers'.
    folds : Folds
    validated : list of U Validated
    """

    result: Fit
    answers: Answers
    units: list[int]
    folds: Folds
    validated: list[Validated]

    def rows(self, at: int) -> slice:
        """Return the rows of a unit."""
        return self.answers.rows_of(self.units[at])


def plan_of(antecedents: str, benchmark: str | None, average: str, folds: Any, repeats: int, seed: int) -> Plan:
    """Check the arguments of cross-validation.

    Raises
    ------
    OptionError
    """
    known = choose("antecedents", antecedents, ("earliest", "direct"))
    usual = USUAL_BENCHMARK[known]  # type: ignore[index]
    if isinstance(folds, (int, np.integer)) or folds is None:
        folds = whole("folds", folds, 2)
    return Plan(
        antecedents=known,  # type: ignore[arg-type]
        benchmark=choose("benchmark", benchmark or usual, ("exogenous", "antecedents", "all", "origin")),  # type: ignore[arg-type]
        average=choose("average", average, ("losses", "predictions")),  # type: ignore[arg-type]
        folds=folds,
        repeats=whole("repeats", repeats, 1),
        seed=whole("seed", seed, 0),
    )


def fitted(model: Model | Fit, data: Any, options: dict[str, Any]) -> tuple[Fit, Survey]:
    """Return the fit of the whole sample, and its rows.

    Raises
    ------
    OptionError
        Data without rows, replicate weights, options that prediction cannot follow.
    SurveyError
        Rows that are not those of the fit.
    """
    if not isinstance(model, (Model, Fit)):
        raise OptionError(Message("prediction.model_first", kind=type(model).__name__))
    if (model.specified if isinstance(model, Fit) else model).layered:
        raise OptionError(Message("prediction.layered"))
    refuse_rowless(data, "rows_predicted")
    if isinstance(model, Fit):
        result, survey = model, survey_of_fit(model, data, **options)
    else:
        _refuse(choose("missing", options.get("missing", "listwise"), POLICIES), options.get("estimator"))
        survey, rest = survey_by(data, options.pop("by", None), options)
        result = fit(model, survey, **{**rest, "replicates": 0})
    _refuse(result.options.missing, result.options.estimator)
    if result.options.ordinal:
        raise OptionError(Message("prediction.ordinal"))
    if survey.replicate_weights is not None:
        raise OptionError(Message("prediction.replicate_weights"))
    if not result.design.links.any():
        raise ModelError(Message("prediction.no_paths"))
    return result, survey


def _refuse(missing: str, estimator: str | None) -> None:
    if not POLICIES[missing].predictable:
        raise OptionError(Message("prediction.gaps", missing=missing))
    if isinstance(estimator, str) and estimator in ESTIMATORS and ESTIMATORS[estimator].common_factors:
        raise OptionError(Message("prediction.common_factors", estimator=estimator))


def cross_validate(result: Fit, survey: Survey, answers: Answers, items: Sequence[str], plan: Plan) -> CrossValidated:
    """Cross-validate a fitted model on the rows of `answers`, whose columns are `items`."""
    columns = [list(items).index(name) for name in result.model.item_names]
    own = answers.of_items(columns)
    source = RowSource(own, result.model.item_names, result.options.missing)
    units = units_of(result, own)
    if isinstance(plan.folds, int):
        dealt = deal.draw(own, units, plan.folds, plan.repeats, plan.seed)
    else:
        dealt = deal.given(plan.folds, survey, own, units)
    task = Task(
        source=source,
        units=units,
        design=result.design,
        options=result.options,
        start=result.estimates.weights,
        index_weights=result.estimates.index_weights,
        antecedents=plan.antecedents,
        benchmark=plan.benchmark,
    )
    return CrossValidated(result, own, units, dealt, validate(task, dealt))


def check_same(result: Fit, answers: Answers) -> None:
    """Raise a SurveyError if the rows do not give the moments of the fit."""
    moments = RowSource(answers, result.model.item_names, result.options.missing).sample()
    mean = moments.mean.reshape(-1, len(result.model.items))[units_of(result, answers)]
    off = np.abs(mean - result.moments.mean.reshape(mean.shape))
    if not off.max() <= SAME_MOMENTS:
        unit, item = np.unravel_index(np.nanargmax(off), off.shape)
        name, found = result.model.item_names[item], result.moments.mean.reshape(mean.shape)[unit, item]
        raise SurveyError(Message("prediction.other_rows", item=name, mean=mean[unit, item], expected=found))


def units_of(result: Fit, answers: Answers) -> list[int]:
    """Return the numbers of the fit's units among the answers'; units that the fit dropped have none."""
    if result.units is None or answers.units is None:
        return [0]
    there = {row: at for at, row in enumerate(answers.units.itertuples(index=False, name=None))}
    rows = list(result.units.itertuples(index=False, name=None))
    strange = [unit for unit, row in enumerate(rows) if row not in there]
    if strange:
        raise SurveyError(Message("prediction.no_rows_of_unit", unit=unit_name(result.units, strange[0])))
    return [there[row] for row in rows]


def failed_sets(validation: CrossValidated, stacklevel: int) -> dict[Status, int]:
    """Return how many training sets failed, by how they ended; warn of any and refuse too many."""
    result = validation.result
    status = [one.trained.estimates.status for one in validation.validated]
    together = np.concatenate(status)
    failed = count_failures(together)
    if failed:
        names = [""] if result.units is None else [f"{name}: " for name in labels_of(result.units)]
        shares = np.array([float((one != Status.OK).mean()) for one in status])
        worst = int(shares.argmax())
        counts = {"failed": sum(failed.values()), "sets": len(together)}
        said = Message("prediction.failed", **counts, reasons=reasons(failed))
        if shares[worst] > result.options.max_failed:
            limit = Argument("max_failed", result.options.max_failed, "{name}={value:g}")
            numbers = {"unit": names[worst], "share": shares[worst], "failed": said, "limit": limit}
            raise EstimationError(Message("prediction.too_many_failed", **numbers))
        some = ReplicateWarning(Message("prediction.some_failed", failed=said))
        warnings.warn(some, stacklevel=stacklevel + 1)
    deficient = sum(one.deficient for one in validation.validated)
    if deficient:
        collinear = ReplicateWarning(Message("prediction.collinear", count=deficient, sets=len(together)))
        warnings.warn(collinear, stacklevel=stacklevel + 1)
    return failed


def folds_table(validation: CrossValidated) -> pd.DataFrame:
    """Return a row for each training set: unit columns, ``repeat, fold, train, test, status``."""
    frames = []
    for at, one in enumerate(validation.validated):
        fold, trained = validation.folds.fold[validation.rows(at)], one.trained
        test = np.array([int((fold[:, r] == f).sum()) for r, f in zip(trained.repeat, trained.fold, strict=True)])
        status = [str(REASONS.get(Status(int(code)), "ok")) for code in trained.estimates.status]
        units = validation.result.units
        labels: dict[Any, Any] = {} if units is None else units.iloc[at].to_dict()
        numbers = {"repeat": trained.repeat + 1, "fold": trained.fold + 1, "train": len(fold) - test, "test": test}
        frames.append(pd.DataFrame({**labels, **numbers, "status": status}))
    return pd.concat(frames, ignore_index=True)


def by_unit(parts: Sequence[Array]) -> Array:
    """Return arrays of each unit as (U, all numbers)."""
    return np.stack([np.ravel(part) for part in parts])
