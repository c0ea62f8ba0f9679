"""Index scores of single respondents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import SurveyError
from csindex.index.scores import index_scores, to_hundred
from csindex.survey.columns import as_frame, rows_text
from csindex.survey.em import expected_answers
from csindex.survey.survey import Survey

if TYPE_CHECKING:
    from csindex.fitting.result import Fit


def respondent_scores(result: Fit, data: Any) -> pd.DataFrame:
    """Return the scores of each row of `data`; see `Fit.scores`."""
    model, design = result.model, result.design
    by = None if result.units is None else [str(name) for name in result.units.columns]
    survey = data if isinstance(data, Survey) else Survey(data, by=by, missing_codes=result.missing_codes)
    answers = survey.values(model.items)
    unit = np.zeros(survey.n, dtype=np.intp) if result.units is None else _unit_of(result.units, survey.frame)
    if result.options.missing == "mean":
        answers = np.where(np.isnan(answers), result.moments.mean[unit], answers)
    if result.options.missing in ("em", "fiml"):
        for number in np.unique(unit):
            mean, cov = result.moments.mean[number], result.moments.cov[number]
            answers[unit == number] = expected_answers(answers[unit == number], mean, cov)
    scores = index_scores(result.estimates.index_weights[unit], to_hundred(answers, design), design)
    index = survey.frame.index if isinstance(survey.frame, pd.DataFrame) else None
    return pd.DataFrame(scores, columns=list(model.construct_names), index=index)


def _unit_of(units: pd.DataFrame, frame: Any) -> NDArray[np.intp]:
    """Return the number of each row's unit."""
    names = list(units.columns)
    found = as_frame(frame, names).merge(units.assign(_unit=np.arange(len(units))), on=names, how="left")["_unit"]
    strange = found.isna().to_numpy()
    if strange.any():
        raise SurveyError(f"{rows_text(strange)}: these belong to a unit that was not fitted.")
    return found.to_numpy(dtype=np.intp)
