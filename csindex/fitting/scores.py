"""Index scores of single respondents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import SurveyError
from csindex.fitting.constructs import names_of, place, taken
from csindex.index.scores import index_scores, to_hundred
from csindex.moments.em import expected_answers
from csindex.stacks.layout import Array
from csindex.survey.columns import as_frame
from csindex.survey.survey import Survey
from csindex.text.format import rows_text

if TYPE_CHECKING:
    from csindex.fitting.result import Fit


def respondent_scores(result: Fit, data: Any) -> pd.DataFrame:
    """Return the scores of each row of `data`; see `Fit.scores`."""
    by = None if result.units is None else [str(name) for name in result.units.columns]
    survey = data if isinstance(data, Survey) else Survey(data, by=by, missing_codes=result.missing_codes)
    unit = np.zeros(survey.n, dtype=np.intp) if result.units is None else _unit_of(result.units, survey.frame)
    found = [scores for scores, _ in _stages(result, survey.values(result.specified.items), unit)]
    names = names_of(result)
    places = [(depth, at) for depth, _, at in (place(result, name) for name in names)]
    scores = np.stack([found[depth][:, at] for depth, at in places], axis=1)
    index = survey.frame.index if isinstance(survey.frame, pd.DataFrame) else None
    return pd.DataFrame(scores, columns=names, index=index)


def _stages(result: Fit, answers: Array, unit: NDArray[np.intp]) -> list[tuple[Array, Array]]:
    """Return scores (n, k) and answers (n, p) on 0-100 of each stage, the last one first."""
    design, stage = result.design, result.stage
    below = [] if result.lower is None else _stages(result.lower, answers, unit)
    if below:
        hundred = taken(result, *below[0])
    else:
        names = result.specified.item_names
        takes = result.model.item_names if stage is None else stage.takes
        asked = answers if takes == names else answers[:, [names.index(take) for take in takes]]
        hundred = to_hundred(_filled(result, asked, unit), design)
    return [(index_scores(result.estimates.index_weights[unit], hundred, design), hundred), *below]


def _filled(result: Fit, answers: Array, unit: NDArray[np.intp]) -> Array:
    """Return answers (n, p) with missing ones filled in as the fit has done it."""
    if result.options.missing == "mean":
        return np.where(np.isnan(answers), result.moments.mean[unit], answers)
    if result.options.missing not in ("em", "fiml"):
        return answers
    filled = answers.copy()
    for number in np.unique(unit):
        mean, cov = result.moments.mean[number], result.moments.cov[number]
        filled[unit == number] = expected_answers(answers[unit == number], mean, cov)
    return filled


def _unit_of(units: pd.DataFrame, frame: Any) -> NDArray[np.intp]:
    """Return the number of each row's unit."""
    names = list(units.columns)
    found = as_frame(frame, names).merge(units.assign(_unit=np.arange(len(units))), on=names, how="left")["_unit"]
    strange = found.isna().to_numpy()
    if strange.any():
        raise SurveyError(f"{rows_text(strange)}: these belong to a unit that was not fitted.")
    return found.to_numpy(dtype=np.intp)
