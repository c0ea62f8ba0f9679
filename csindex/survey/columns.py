"""Columns of any data frame as NumPy arrays."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import SurveyError
from csindex.messages import Argument, Message, Several, listed
from csindex.survey.labels import means_no_answer
from csindex.text.format import some_rows

RENAME = Argument("rename", {}, "model.rename({{...}})")
MOST_TEXTS = 12
"""Texts of a column that a remedy spells out."""
BLANKS = {"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "."}
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_COMMA = re.compile(r"\s*[+-]?\d*,\d+\s*")
_LEADING = re.compile(r"\s*([+-]?\d+(?:[.,]\d+)?)(?![\d.,%])(?:\s*[-–—=:.)(]|\s|[^\W\d_])")
_NUMBERS = (int, float, Decimal, np.integer, np.floating, np.bool_)


def settled(data: Any) -> Any:
    """Return a frame whose rows stay as and where they are: a shallow copy of a pandas frame, a collected lazy one.

    Raises
    ------
    SurveyError
        If `data` is no data frame.
    """
    frame = opened(data)
    if isinstance(frame, pd.DataFrame):
        return frame.copy(deep=False)
    import narwhals as nw

    return nw.to_native(frame.collect() if isinstance(frame, nw.LazyFrame) else frame)


def row_count(data: Any) -> int:
    """Return the number of rows of any data frame.

    Raises
    ------
    SurveyError
        If `data` is no data frame, or has no rows.
    """
    frame = opened(data)
    if isinstance(frame, pd.DataFrame):
        count = len(frame)
    else:
        import narwhals as nw

        count = int(frame.lazy().select(nw.len()).collect().item())
    if not count:
        raise SurveyError(Message("survey.empty_frame"))
    return count


def as_frame(data: Any, columns: Iterable[str]) -> pd.DataFrame:
    """Return the named columns of `data` as a pandas frame with the given rows.

    Parameters
    ----------
    data : pandas, Polars, PyArrow, Modin, DuckDB, ... data frame, or a mapping of columns
    columns : iterable of str

    Raises
    ------
    SurveyError
        If `data` is no data frame, lacks a column or has one twice.
    """
    columns = list(dict.fromkeys(columns))
    frame = opened(data)
    if isinstance(frame, pd.DataFrame):
        check_names(list(frame.columns), columns)
        return frame[columns]
    check_names(frame.collect_schema().names(), columns)
    eager = frame.lazy().select(columns).collect()
    return pd.DataFrame({name: eager[name].to_numpy() for name in columns})


def opened(data: Any) -> Any:
    """Return `data` as a pandas frame, or as a narwhals frame over what it is; a SurveyError if it is no frame."""
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, dict):
        try:
            return pd.DataFrame(data)
        except ValueError as error:
            raise SurveyError(Message("survey.dict_columns", error=error)) from None
    import narwhals as nw

    try:
        return nw.from_native(data)
    except TypeError:
        key = "no_frame_but_path" if isinstance(data, (str, PathLike)) else "no_frame"
        raise SurveyError(Message(f"survey.{key}", kind=type(data).__name__)) from None


def column_names(data: Any) -> list[Any]:
    """Return the names of the columns of any data frame."""
    frame = opened(data)
    return list(frame.columns) if isinstance(frame, pd.DataFrame) else list(frame.collect_schema().names())


def check_names(present: list[Any], wanted: Sequence[str]) -> None:
    """Raise a SurveyError if a wanted column is not among those present, or is there twice."""
    missing = [name for name in wanted if name not in present]
    if missing:
        near = [name for name in present if str(name).lower().strip() in {str(m).lower().strip() for m in missing}]
        known = f"{', '.join(map(str, present[:30]))}{' ...' * (len(present) > 30)}"
        hint = Message("survey.near", names=near) if near else Message("survey.known", names=known)
        as_text = any(not isinstance(name, str) for name in near or present)
        key = "no_column_of_text" if as_text else "no_column"
        raise SurveyError(Message(f"survey.{key}", names=_quoted(missing), hint=hint, rename=RENAME))
    twice = [name for name in wanted if present.count(name) > 1]
    if twice:
        raise SurveyError(Message("survey.double_column", names=_quoted(twice)))


def _quoted(names: Sequence[str]) -> Several:
    return Several(map(repr, names), most=len(names))


def numbers(series: "pd.Series[Any]", what: object) -> NDArray[np.float64]:
    """Return a column as floats with NaN for missing; `what` is what it is called in errors, a text or a message.

    Raises
    ------
    SurveyError
        If it holds text, labels, dates or infinities.
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        categories = series.cat.categories
        found = listed(map(repr, categories), most=3)
        call = as_numbers(map(str, categories), str(series.name))
        raise SurveyError(Message("survey.labels", what=what, found=found, call=call))
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_complex_dtype(series.dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = _parsed(series, what)
    infinite = np.isinf(values)
    if infinite.any():
        raise SurveyError(Message("survey.infinite", what=what, rows=some_rows(infinite)))
    return values


def _parsed(series: "pd.Series[Any]", what: object) -> NDArray[np.float64]:
    absent = series.isna().to_numpy(dtype=np.bool_)
    number = np.array([isinstance(value, _NUMBERS) for value in series], dtype=np.bool_)
    number &= not (pd.api.types.is_complex_dtype(series.dtype) or series.dtype.kind in "mM")
    true = np.array([isinstance(value, (bool, np.bool_)) for value in series], dtype=np.bool_)
    # Yes and no are numbers by themselves; among ratings True would be the answer 1.
    mixed = true.any() and not (true | absent).all()
    bad = ~(absent | number) | (true & mixed)
    if bad.any():
        found = listed(dict.fromkeys(repr(value) for value in series[bad][:200]), most=3)
        text = any(isinstance(value, str) for value in series[bad])
        otherwise = as_numbers(series[bad], str(series.name)) if text else Message("survey.choose")
        values = {"what": what, "found": found, "rows": some_rows(bad), "otherwise": otherwise}
        raise SurveyError(Message("survey.not_numbers", **values))
    return np.array([np.nan if gone else float(value) for gone, value in zip(absent, series, strict=True)])


def as_numbers(texts: Iterable[object], name: str, engine: str = "") -> Message:
    """Return how a column with texts is read as numbers without losing an answer; `engine` is where it is, if not pandas."""
    found = list(dict.fromkeys(map(str, texts)))
    if all(_NUMBER.fullmatch(text) or _COMMA.fullmatch(text) for text in found):
        commas = any(map(_COMMA.fullmatch, found))
        comma = ".astype(str).str.replace(',', '.')" if commas else ""
        call = _braced(f"frame[{name!r}]{comma}.astype(float)")
        if engine:
            return Message("survey.engine_commas" if commas else "survey.engine_numbers", engine=engine)
        return Message("survey.as_numbers", call=Argument("decimal", ",", call) if commas else call)
    gone = [text for text in found if means_no_answer(text) or text.strip() in BLANKS]
    leading = {text: _LEADING.match(text) for text in found if text not in gone and not _NUMBER.fullmatch(text)}
    known = all(leading.values())
    numbers_of = {text: float(match[1].replace(",", ".")) if match else None for text, match in leading.items()}
    shown = {text: f"{number:g}" if known else "..." for text, number in [*numbers_of.items()][:MOST_TEXTS]}
    lines = [*(f"{text!r}: {number}" for text, number in shown.items()), *(f"{text!r}: None" for text in gone)]
    mapping = f"{{{', '.join(lines)}}}"
    key = "missing" if not numbers_of else "known" if known and len(numbers_of) <= MOST_TEXTS else "texts"
    if engine:
        return Message(f"survey.engine_{key}", engine=engine, mapping=mapping)
    call = _braced(f"frame[{name!r}].map(lambda answer: {mapping}.get(answer, answer)).astype(float)")
    if not numbers_of:
        return Message("survey.map_missing", call=Argument("missing_codes", gone, call))
    pairs = {text: number if known else "NUMBER" for text, number in shown.items()}
    return Message(f"survey.map_{key}", call=Argument("texts", pairs, call))


def _braced(text: str) -> str:
    """Return a text as a template that is filled with nothing."""
    return text.replace("{", "{{").replace("}", "}}")
