"""The codebook: what every column holds, and what the file says of it."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.survey.columns import as_frame, opened
from csindex.survey.labels import Variable, guessed_scale, means_no_answer, strays
from csindex.survey.survey import Survey

MOST_SHARES = 12


def codebook(data: Any) -> pd.DataFrame:
    """Describe every column of a survey: its question, its scale, and codes that are, or seem to be, no answers.

    Parameters
    ----------
    data : Survey or data frame
        A survey from `read_survey` also has labels and declared codes.

    Returns
    -------
    data frame
        One row for each column: ``item, label, type, low, high, scale_from, answers, missing, declared, suspected, min,
        max, mean, shares``.

        ``type`` : ``"number"``, ``"yes/no"`` (0 and 1), ``"text"``, ``"other"`` (dates and the like) or ``"empty"``.
        ``low, high, scale_from`` : the ends of the scale, as value labels tell them (``"labels"``), or else the smallest
        common scale that has all answers (``"answers"``), which is a guess.
        ``answers, missing`` : numbers of rows; what is declared to be missing is.
        ``declared`` : codes that the file, or the survey, declares to be missing, with their counts.
        ``suspected`` : codes that are not declared but labelled like "don't know", or that lie far off all answers.
        They are in ``answers``; yet they are left out of all that follows.
        ``min, max, mean, shares`` : of the answers; shares in percent of up to 12 different answers.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> book = csi.codebook(pd.DataFrame({"q1": [3, 9, 10, 98, None, 4]}))
    >>> book[["item", "low", "high", "answers", "missing", "suspected", "mean"]].values.tolist()
    [['q1', 1.0, 10.0, 5, 1, '98 (1)', 6.5]]
    """
    survey = data if isinstance(data, Survey) else None
    native = opened(data if survey is None else survey.frame)
    frame = native if isinstance(native, pd.DataFrame) else as_frame(native, native.collect_schema().names())
    rows = []
    for name, column in frame.items():
        about = Variable() if survey is None else survey.variable(str(name))
        codes = () if survey is None else (*_codes(survey, str(name)), *about.missing)
        rows.append({"item": str(name), "label": about.label, **_described(column, about, codes)})
    return pd.DataFrame(rows, columns=_COLUMNS)


def _codes(survey: Survey, name: str) -> tuple[float, ...]:
    """Return the codes that the survey, not its file, declares for a column."""
    given = survey.missing_codes
    own = (given or ()) if not isinstance(given, Mapping) else given.get(name, ())
    return tuple(map(float, own if isinstance(own, Iterable) else [own]))


def suspected(values: NDArray[np.float64], about: Variable) -> NDArray[np.float64]:
    """Return those of the distinct sorted `values` that seem to be codes: labelled so, or far off the others."""
    named = [code for code, label in about.labels.items() if means_no_answer(label)]
    labelled = np.isin(values, named)
    rest = values[~labelled]
    odd = strays(rest)
    if about.scale is not None:
        odd = odd[(odd < about.scale[0]) | (odd > about.scale[1])]
    return np.sort(np.concatenate([values[labelled], odd]))


_COLUMNS = [
    "item", "label", "type", "low", "high", "scale_from", "answers", "missing", "declared", "suspected", "min", "max", "mean",
    "shares",
]  # fmt: skip
_EMPTY: dict[str, Any] = {
    "low": np.nan, "high": np.nan, "scale_from": "", "answers": 0, "missing": 0, "declared": "", "suspected": "",
    "min": np.nan, "max": np.nan, "mean": np.nan, "shares": "",
}  # fmt: skip


def _described(column: "pd.Series[Any]", about: Variable, codes: tuple[float, ...]) -> dict[str, Any]:
    marks = [f"{mark} ({count:,})" for mark, count in about.marked.items()]
    numeric = column.dtype.kind in "iufb"
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan) if numeric else None
    given = ~np.isnan(numbers) if numbers is not None else column.notna().to_numpy()
    present = int(given.sum())
    found = {**_EMPTY, "answers": present, "missing": len(column) - present, "declared": ", ".join(marks)}
    if not present:
        return {"type": "empty", **found}
    if numbers is None:
        text = column.map(lambda cell: isinstance(cell, str)).any()
        shares = _shares(*np.unique(column[given].astype(str).to_numpy(), return_counts=True)) if text else ""
        return {"type": "text" if text else "other", **found, "shares": shares}
    values, counts = np.unique(numbers[given], return_counts=True)
    gone = np.isin(values, codes)
    odd = np.isin(values, suspected(values[~gone], about)) & ~gone
    good, weight = values[~gone & ~odd], counts[~gone & ~odd]
    scale = about.scale or guessed_scale(good)
    found |= {
        "answers": present - int(counts[gone].sum()),
        "missing": len(column) - present + int(counts[gone].sum()),
        "declared": ", ".join([*_labelled(values[gone], counts[gone], about), *marks]),
        "suspected": ", ".join(_labelled(values[odd], counts[odd], about)),
        "scale_from": "" if scale is None else "labels" if about.scale else "answers",
    }
    if scale is not None:
        found |= {"low": float(scale[0]), "high": float(scale[1])}
    if len(good) and np.isfinite(good).all():
        mean = float(good @ weight / weight.sum())
        found |= {"min": float(good[0]), "max": float(good[-1]), "mean": mean, "shares": _shares(good, weight)}
    return {"type": "yes/no" if set(good.tolist()) <= {0.0, 1.0} and len(good) else "number", **found}


def _labelled(values: NDArray[np.float64], counts: NDArray[np.intp], about: Variable) -> list[str]:
    """Return each code with its label and its count."""
    return [
        f"{value:g}{f' {about.labels[value]}' if value in about.labels else ''} ({count:,})"
        for value, count in zip(values.tolist(), counts.tolist(), strict=True)
    ]


def _shares(values: NDArray[Any], counts: NDArray[np.intp]) -> str:
    if len(values) > MOST_SHARES:
        return ""
    total = counts.sum()
    names = [f"{value:g}" if isinstance(value, float) else str(value) for value in values.tolist()]
    return ", ".join(f"{name}: {count / total:.1%}" for name, count in zip(names, counts.tolist(), strict=True))
