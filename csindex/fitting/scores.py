"""Index scores of single respondents."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import SurveyError
from csindex.fitting.constructs import items_on_hundred, names_of, place
from csindex.fitting.core import FittedModel
from csindex.fitting.intake import survey_of_fit
from csindex.index.scores import index_scores, to_hundred
from csindex.messages import Message
from csindex.moments.missing import policy_of
from csindex.stacks.layout import Array
from csindex.survey.columns import as_frame
from csindex.text.format import some_rows


def respondent_scores(fitted: FittedModel, data: Any) -> pd.DataFrame:
    """Return the scores of each row of `data`; see `Fit.scores`."""
    survey = survey_of_fit(fitted, data)
    unit = np.zeros(survey.n, dtype=np.intp) if fitted.units is None else _unit_of(fitted.units, survey.frame)
    found = _of_stages(fitted, survey.values(fitted.specified.items), unit)
    names = names_of(fitted)
    scores = np.stack([found[number][:, at] for number, at in (place(fitted, name) for name in names)], axis=1)
    index = survey.frame.index if isinstance(survey.frame, pd.DataFrame) else None
    return pd.DataFrame(scores, columns=names, index=index)


def _of_stages(fitted: FittedModel, answers: Array, unit: NDArray[np.intp]) -> list[Array]:
    """Return the scores (n, k) of each stage, first to last, from answers (n, p) of respondents of the units (n,)."""
    first, found = fitted.stages[0], list[Array]()
    names, takes = fitted.specified.item_names, first.stage.takes
    asked = answers if takes == names else answers[:, [names.index(take) for take in takes]]
    hundred = to_hundred(_filled(fitted, asked, unit), first.design)
    for number, (stage, estimates) in enumerate(zip(fitted.stages, fitted.estimates.stages, strict=True)):
        if number:
            hundred = items_on_hundred(stage, fitted.stages[number - 1], found[-1], hundred)
        found.append(index_scores(estimates.index_weights[unit], hundred, stage.design))
    return found


def _filled(fitted: FittedModel, answers: Array, unit: NDArray[np.intp]) -> Array:
    """Return answers (n, p) to the first stage's items with missing ones filled in as the fit has done it."""
    moments, fill = fitted.stages[0].moments, policy_of(fitted.options).fill
    if fill is None:
        return answers
    filled = answers.copy()
    for number in np.unique(unit):
        filled[unit == number] = fill(answers[unit == number], moments.mean[number], moments.cov[number])
    return filled


def _unit_of(units: pd.DataFrame, frame: Any) -> NDArray[np.intp]:
    """Return the number of each row's unit."""
    names = list(units.columns)
    found = as_frame(frame, names).merge(units.assign(_unit=np.arange(len(units))), on=names, how="left")["_unit"]
    strange = found.isna().to_numpy()
    if strange.any():
        raise SurveyError(Message("fitting.strangers", rows=some_rows(strange)))
    return found.to_numpy(dtype=np.intp)
