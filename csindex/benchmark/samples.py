"""What the doors to composites and metrics have in common: a survey, and how its replicates are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError, SurveyError
from csindex.fitting.tables import RESERVED
from csindex.options import Interval, choose, whole
from csindex.survey.moments import Moments
from csindex.survey.sources import Kind
from csindex.survey.stacks import Array
from csindex.survey.survey import Survey

UNLIKE_SAMPLES = ("jackknife", "replicate weights")
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
        interval="normal" if kind in UNLIKE_SAMPLES else "percentile",
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
