"""Data of any kind as rows or as a source of moments, with the arguments that may stand beside them."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError, RepairWarning, SurveyError
from csindex.fitting import refusals
from csindex.fitting.core import RESERVED, FittedModel
from csindex.messages import Argument, Message
from csindex.model.model import Model
from csindex.moments.grouped import GroupedMoments
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import Interval, Kind, Options, Resampling, choose, replicate_count, whole, within
from csindex.replicates.intervals import UNLIKE_SAMPLES, usual_interval
from csindex.replicates.rows import RowSource
from csindex.replicates.source import Source, source_of_moments
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.survey.checks import Codes, refuse_beside
from csindex.survey.survey import Survey, as_survey
from csindex.text.format import unit_name

COLUMNS = (
    *RESERVED,
    "dimension",
    "weight",
    "metric",
    "statistic",
    "method",
    "grade",
    "probability",
    "certainty",
    "repeated",
    "true",
)
DESIGN = ("weights", "strata", "clusters", "missing_codes")
"""Arguments that describe the rows of a data frame, beside ``by``."""


def model_and_data(model: Any, data: Any, given: dict[str, Any] | None = None) -> tuple[Model, Any]:
    """Return the model and the data, whichever comes first.

    Parameters
    ----------
    model, data
        A model or its text in the lavaan notation; and data, a path to a file of them, or an array with a column for each of the
        model's items, in their order.
    given : dict, optional
        Arguments that describe rows, beside ``model`` and ``data``; with a file they go to the reader, and are removed here.

    Raises
    ------
    OptionError
        If none of the two is a model.
    SurveyError
        If an array does not have as many columns as the model has items.
    """
    if not _is_model(model) and _is_model(data):
        model, data = data, model
    if isinstance(model, str) and _is_model(model):
        model = Model.parse(model)
    if not isinstance(model, Model):
        raise OptionError(Message("options.model_expected", model=f"{model!r:.80}"))
    if isinstance(data, np.ndarray):
        if data.ndim != 2 or data.shape[1] != len(model.items):
            raise SurveyError(Message("options.array_columns", shape=data.shape, items=len(model.items)))
        data = pd.DataFrame(data, columns=list(model.item_names))
    if given is not None and isinstance(data, (str, PathLike)):
        from csindex.survey.readers.read import read_survey

        data = read_survey(data, **given)
        # The survey has them now.
        given.update(dict.fromkeys(given))
    return model, data


def _is_model(value: Any) -> bool:
    return isinstance(value, Model) or (isinstance(value, str) and ("=~" in value or "<~" in value))


def survey_of(data: Any, **given: Any) -> Survey:
    """Return `data` as a Survey, made with the arguments that were `given`.

    Raises
    ------
    OptionError
        If arguments are given that a Survey already contains, there are no rows, or a unit column is called as a column
        of the tables.
    """
    refuse_rowless(data)
    survey = as_survey(data, **given)
    refuse_clash(survey.units(), COLUMNS)
    return survey


def survey_by(data: Any, by: str | Sequence[str] | None, options: Mapping[str, Any]) -> tuple[Survey, dict[str, Any]]:
    """Return `data` as a Survey with its groups, and the options that are left for a fit of it.

    A Survey without ``by=`` gets it here; what else describes its rows is left, and refused by the fit.

    Raises
    ------
    OptionError
        If there are no rows, or a Survey has groups already.
    """
    refuse_rowless(data)
    if isinstance(data, Survey):
        if data.by is not None:
            refuse_beside(f"a Survey that has by={data.by!r}", {"by": by})
        return (data if by is None else replace(data, by=by)), dict(options)
    design = {name: options[name] for name in DESIGN if name in options}
    return Survey(data, by=by, **design), {name: value for name, value in options.items() if name not in design}


def survey_of_fit(fitted: FittedModel, data: Any, **given: Any) -> Survey:
    """Return rows like those of a fit as a Survey: a data frame has the fit's units and missing codes if nothing is given.

    Raises
    ------
    OptionError
        If arguments are given that the fit, or a Survey, already contains.
    """
    if isinstance(data, Survey):
        refuse_beside("a Survey and a Fit", given)
        return data
    refuse_beside("a Fit", {name: value for name, value in given.items() if name not in DESIGN})
    by = None if fitted.units is None else [str(name) for name in fitted.units.columns]
    return Survey(data, **{"by": by, "missing_codes": fitted.missing_codes, **given})


def refuse_rowless(data: Any, purpose: str = "rows_needed") -> None:
    """Raise an OptionError if there are no rows in `data`; `purpose` is the message of what they are needed for."""
    if isinstance(data, (Moments, GroupedMoments, FittedModel)):
        raise OptionError(Message("options.rowless", purpose=Message(f"options.{purpose}"), data=type(data).__name__))


@dataclass(frozen=True, slots=True)
class Plan:
    """How replicates are made and read; checked."""

    kind: Kind
    replicates: int
    seed: int
    level: float
    interval: Interval


def plan_of(survey: Survey, resampling: str | None, replicates: int, seed: int | None, level: float) -> Plan:
    """Return the plan that the arguments of a door make, with the defaults of `csindex.fit`.

    Raises
    ------
    OptionError
        If one of them has a value that is not known.
    """
    kind = choose("resampling", resampling or usual_resampling(survey), ["bootstrap", *UNLIKE_SAMPLES])
    within("level", level, 0, 1, "0.95")
    return Plan(
        kind=kind,  # type: ignore[arg-type]
        replicates=replicate_count(replicates),
        seed=seed_of(seed),
        level=level,
        interval=usual_interval(kind),
    )


def seed_of(seed: int | None) -> int:
    """Return the seed, or one that is drawn."""
    drawn = np.random.SeedSequence().generate_state(1, np.uint64)[0]
    return int(drawn) if seed is None else whole("seed", seed, 0)


def refuse_empty(units: pd.DataFrame | None, n: Array, least: int) -> None:
    """Raise a SurveyError that names the units with fewer than `least` rows; n is (U,)."""
    few = np.flatnonzero(n < least).tolist()
    if not few:
        return
    named = "; ".join(unit_name(units, unit) for unit in few[:5])
    who = Message("fitting.the_sample") if units is None else named + " ..." * (len(few) > 5)
    raise SurveyError(Message("fitting.no_spread", who=who, least=least))


def usual_resampling(data: Any) -> Resampling:
    """Return how replicates of data are made where nothing else is said."""
    if isinstance(data, Moments):
        return "parametric"
    if isinstance(data, GroupedMoments):
        return "jackknife" if data.groups else "parametric"
    return "replicate weights" if isinstance(data, Survey) and data.replicate_weights is not None else "bootstrap"


def source_of(
    model: Model, data: Any, options: Options, given: dict[str, Any]
) -> tuple[Source, Account | None, Codes | None]:
    """Return where moments come from, and the account of the rows."""
    if isinstance(data, (Moments, GroupedMoments)):
        refuse_beside(type(data).__name__, given)
    if isinstance(data, (Moments, GroupedMoments)) and not policy_of(options).complete:
        raise OptionError(Message("fitting.missing_moments", missing=Argument("missing", options.missing)))
    if isinstance(data, (Moments, GroupedMoments)) and options.ordinal:
        raise OptionError(Message("fitting.ordinal_moments"))
    if isinstance(data, GroupedMoments):
        grouped = data.select(model.item_names)
        refusals.check_scales(model, grouped.pooled().moments)
        refuse_clash(grouped.units, RESERVED)
        # Parametric replicates are of the moments, whatever groups there are.
        given_moments = grouped.moments if options.resampling == "parametric" else grouped
        return source_of_moments(given_moments), grouped.account, grouped.missing_codes
    if isinstance(data, Moments):
        moments = data.select(model.item_names)
        if moments.mean.ndim > 2:
            raise OptionError(Message("fitting.moments_axes", axes=moments.mean.ndim - 1))
        refusals.check_scales(model, moments)
        _check_definite(moments)
        return source_of_moments(moments), None, None
    survey = as_survey(data, **given)
    answers = survey.answers(model.items, complete=policy_of(options).complete)
    refuse_clash(answers.units, RESERVED)
    return RowSource.of(answers, model.item_names, options), answers.account, survey.missing_codes


def refuse_clash(units: pd.DataFrame | None, reserved: Sequence[str]) -> None:
    """Raise an OptionError if a column of the units is called as a column of the tables."""
    clash = [] if units is None else [name for name in units.columns if name in reserved]
    if clash:
        raise OptionError(Message("options.clash", by=Argument("by", clash)))


def _check_definite(moments: Moments) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        R = moments.correlation
    least = np.linalg.eigvalsh(np.where(np.isfinite(R), R, np.eye(R.shape[-1])))[..., 0].min()
    if least < -1e-10:
        warnings.warn(RepairWarning(Message("fitting.rounded_moments", least=least)), stacklevel=4)
