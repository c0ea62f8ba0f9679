"""Files of SPSS and Stata: answers with labels and declared missing codes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message
from csindex.survey.columns import check_names
from csindex.survey.labels import Scale, Variable, labelled_scale
from csindex.survey.readers.cells import Parsed
from csindex.survey.readers.settings import Settings

SPSS_START = datetime(1582, 10, 14)
_PERIOD = re.compile("QYR|MOYR|WKYR")

Reader = Callable[..., tuple[pd.DataFrame, Any]]


def read_statistics(path: Path, kind: str, settings: Settings) -> Parsed:
    """Return the table in a file of SPSS or Stata.

    Raises
    ------
    SurveyError
        A damaged or truncated file, columns that are not there.
    """
    import pyreadstat

    read: Reader = pyreadstat.read_sav if kind == "SPSS" else pyreadstat.read_dta
    if settings.columns is not None:
        names = _tried(read, path, kind, settings, metadataonly=True)[1].column_names
        check_names(names, settings.columns)
    options = {} if settings.columns is None else {"usecols": list(settings.columns)}
    frame, meta, encoding = _tried(read, path, kind, settings, **options)
    if not len(frame):
        raise SurveyError(Message("readers.only_columns", name=path.name))
    marked = meta.missing_user_values if kind == "Stata" else {}
    changed: dict[str, Any] = {}
    counts: dict[str, dict[str, int]] = {}
    for name, dtype in zip(frame.columns, frame.dtypes, strict=True):
        period = _PERIOD.match(str(meta.original_variable_types.get(name, ""))) if kind == "SPSS" else None
        if period and pd.api.types.is_numeric_dtype(dtype):
            changed[name] = _periods(frame[name], period[0])
        elif not pd.api.types.is_numeric_dtype(dtype):
            changed[name], found = _answers(frame[name], marked.get(name, ()))
            counts |= {name: found} if found else {}
    frame = frame.assign(**changed) if changed else frame
    described = {name for name, label in meta.column_names_to_labels.items() if label}
    described |= {*meta.variable_value_labels, *meta.missing_ranges, *counts}
    variables = {}
    for name in frame.columns.intersection(list(described)):
        about = _Description(
            label=meta.column_names_to_labels.get(name) or "",
            labels=meta.variable_value_labels.get(name, {}),
            missing=meta.missing_ranges.get(name, []),
        )
        variables[name] = about.variable(frame[name], counts.get(name, {}))
    known = encoding.lower() in ("", "utf-8")
    return Parsed(frame, () if known else (Message("readers.encoding", encoding=encoding),), variables)


def _tried(read: Reader, path: Path, kind: str, settings: Settings, **options: Any) -> tuple[pd.DataFrame, Any, str]:
    """Return table, description and encoding; a file that does not say its encoding may be an old Korean one."""
    failed = None
    for encoding in (settings.encoding,) if settings.encoding else (None, "CP949"):
        for raw_dates in (False, True):
            try:
                frame, meta = read(
                    path, user_missing=True, encoding=encoding, disable_datetime_conversion=raw_dates, **options
                )
            except Exception as error:
                failed = failed or error
                # Only letters and dates can be read in another way.
                if "date" not in str(error).lower() and not isinstance(error, OverflowError):
                    break
            else:
                return frame, meta, encoding or meta.file_encoding or ""
        if not isinstance(failed, UnicodeDecodeError) and "encoding" not in str(failed):
            break
    if settings.encoding and "encoding" in str(failed):
        given = Argument("encoding", settings.encoding)
        raise OptionError(Message("readers.encoding_refused", encoding=given, name=path.name, error=failed)) from None
    why = str(failed).rstrip(".")
    raise SurveyError(Message("readers.bad_file", name=path.name, kind=kind, error=why)) from None


def _periods(column: "pd.Series[Any]", form: str) -> "pd.Series[Any]":
    """Return seconds since 14 October 1582, SPSS's date, as quarters, months or weeks: 2023Q1, 2023-05, 2023-W05."""

    def said(seconds: float) -> str | None:
        if np.isnan(seconds):
            return None
        day = SPSS_START + timedelta(seconds=seconds)
        if form == "QYR":
            return f"{day.year}Q{(day.month + 2) // 3}"
        # SPSS counts weeks of seven days from the first of January.
        week = (day.timetuple().tm_yday + 6) // 7
        return f"{day.year}-{day.month:02d}" if form == "MOYR" else f"{day.year}-W{week:02d}"

    return pd.Series([said(value) for value in column.tolist()], index=column.index, dtype=object)


def _answers(column: "pd.Series[Any]", marks: Any) -> tuple["pd.Series[Any]", dict[str, int]]:
    """Return a column with Stata's extended missing values, and blank texts, made missing; and their counts."""
    if len(marks):
        counts = {f".{mark}": int((column == mark).sum()) for mark in marks}
        return pd.to_numeric(column, errors="coerce").astype("float64"), {k: n for k, n in sorted(counts.items()) if n}
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        return column.mask(column.map(lambda cell: isinstance(cell, str) and not cell.strip()).astype(bool), None), {}
    return column, {}


@dataclass(frozen=True, slots=True)
class _Description:
    """What the file says of a column, as pyreadstat returns it."""

    label: str
    labels: dict[Any, str]
    missing: list[Any]

    def variable(self, column: "pd.Series[Any]", marked: dict[str, int]) -> Variable:
        """Return it in numbers; texts that mean a missing answer do not concern items."""
        labels = {float(code): text for code, text in self.labels.items() if isinstance(code, (int, float))}
        ends: list[Scale] = [(r["lo"], r["hi"]) for r in self.missing if not isinstance(r["lo"], str)]
        single = [low for low, high in ends if low == high]
        ranges = tuple((low, high) for low, high in ends if low != high)
        if ranges and pd.api.types.is_numeric_dtype(column.dtype):
            values = np.unique(column.dropna().to_numpy(dtype=np.float64))
            single += [code for code in values.tolist() for low, high in ranges if low <= code <= high]
        missing = tuple(sorted({float(code) for code in single}))
        texts = tuple(r["lo"].rstrip() for r in self.missing if isinstance(r["lo"], str))
        return Variable(self.label, labels, missing, ranges, marked, labelled_scale(labels, missing), texts)
