"""Where a fit takes its moments from: answers, or moments that somebody else has made."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError, RepairWarning, SurveyError
from csindex.fitting import refusals
from csindex.fitting.core import RESERVED
from csindex.model.model import Model
from csindex.moments.grouped import GroupedMoments
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import Interval, Kind, Options, Resampling, choose, whole
from csindex.replicates.intervals import UNLIKE_SAMPLES, usual_interval
from csindex.replicates.rows import RowSource
from csindex.replicates.source import Source, source_of_moments
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.survey.checks import Codes
from csindex.survey.survey import Survey

COLUMNS = (*RESERVED, "dimension", "weight", "metric", "statistic", "method", "grade", "probability", "certainty")


def survey_of(data: Any, **given: Any) -> Survey:
    """Return `data` as a Survey, made with the arguments that were `given`.

    Raises
    ------
    OptionError
        If arguments are given that a Survey already contains, there are no rows, or a unit column is called as a column
        of the tables.
    """
    named = [name for name, value in given.items() if value is not None]
    if isinstance(data, Moments):
        raise OptionError("respondents' rows are needed; moments do not tell how many gave which answer.")
    if isinstance(data, Survey) and named:
        raise OptionError(f"{', '.join(named)} cannot be given with Survey: it has been made with or without them.")
    survey = data if isinstance(data, Survey) else Survey(data, **given)
    units = survey.units()
    clash = [] if units is None else [name for name in units.columns if name in COLUMNS]
    if clash:
        raise OptionError(f"by={clash} would clash with columns of the tables. Rename these columns.")
    return survey


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
    usual = "bootstrap" if survey.replicate_weights is None else "replicate weights"
    kind = choose("resampling", resampling or usual, ["bootstrap", *UNLIKE_SAMPLES])
    count = whole("replicates", replicates, 0)
    if count == 1:
        raise OptionError("replicates=1 gives no spread. Use 0 for none, or at least 100 for an interval.")
    if not 0 < level < 1:
        raise OptionError(f"level={level!r} must lie between 0 and 1, e.g. 0.95.")
    drawn_seed = np.random.SeedSequence().generate_state(1, np.uint64)[0]
    number = int(drawn_seed) if seed is None else whole("seed", seed, 0)
    return Plan(
        kind=kind,  # type: ignore[arg-type]
        replicates=count,
        seed=number,
        level=level,
        interval=usual_interval(kind),
    )


def unit_texts(units: pd.DataFrame, numbers: Sequence[int]) -> list[str]:
    """Return e.g. ``["company 'Acme', wave 2"]`` for some of the units."""
    return [
        ", ".join(f"{c} {v!r}" for c, v in zip(units.columns, units.iloc[u].tolist(), strict=True)) for u in numbers
    ]


def refuse_empty(units: pd.DataFrame | None, n: Array, least: int) -> None:
    """Raise a SurveyError that names the units with fewer than `least` rows; n is (U,)."""
    few = np.flatnonzero(n < least).tolist()
    if not few:
        return
    who = "the sample" if units is None else "; ".join(unit_texts(units, few[:5])) + " ..." * (len(few) > 5)
    raise SurveyError(
        f"{who}: fewer than {least} usable rows, so there is no spread to tell the error by. Collect more answers, join "
        "small units, or use missing='available' where answers are missing."
    )


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
    named = [name for name, value in given.items() if value is not None]
    if isinstance(data, (Moments, GroupedMoments, Survey)) and named:
        kind = type(data).__name__
        raise OptionError(f"{', '.join(named)} cannot be given with {kind}: {kind} has been made with or without them.")
    if isinstance(data, (Moments, GroupedMoments)) and not policy_of(options).complete:
        raise OptionError(f"missing={options.missing!r} needs rows; moments have none.")
    if isinstance(data, (Moments, GroupedMoments)) and options.ordinal:
        raise OptionError("ordinal items need rows: moments do not tell how often each answer was given.")
    if isinstance(data, GroupedMoments):
        grouped = data.select(model.item_names)
        refusals.check_scales(model, grouped.pooled().moments)
        _check_units(grouped.units)
        # Parametric replicates are of the moments, whatever groups there are.
        given_moments = grouped.moments if options.resampling == "parametric" else grouped
        return source_of_moments(given_moments), grouped.account, grouped.missing_codes
    if isinstance(data, Moments):
        moments = data.select(model.item_names)
        if moments.mean.ndim > 2:
            raise OptionError(
                f"moments with {moments.mean.ndim - 1} leading axes cannot be fitted; one axis of units is the most."
            )
        refusals.check_scales(model, moments)
        _check_definite(moments)
        return source_of_moments(moments), None, None
    survey = data if isinstance(data, Survey) else Survey(data, **given)
    answers = survey.answers(model.items, complete=policy_of(options).complete)
    _check_units(answers.units)
    return RowSource.of(answers, model.item_names, options), answers.account, survey.missing_codes


def _check_units(units: pd.DataFrame | None) -> None:
    clash = [] if units is None else [name for name in units.columns if name in RESERVED]
    if clash:
        raise OptionError(f"by={clash} would clash with columns of the tables. Rename these columns.")


def _check_definite(moments: Moments) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        R = moments.correlation
    least = np.linalg.eigvalsh(np.where(np.isfinite(R), R, np.eye(R.shape[-1])))[..., 0].min()
    if least < -1e-10:
        warnings.warn(
            f"the correlations are not positive definite (smallest eigenvalue {least:.2g}), e.g. because they are rounded; "
            "parametric replicates are drawn with negative eigenvalues set to 0.",
            RepairWarning,
            stacklevel=4,
        )
