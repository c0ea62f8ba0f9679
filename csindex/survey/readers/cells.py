"""Tables of cells from files: their header, the names of their columns, and their numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median_high
from typing import Any

import pandas as pd

from csindex.errors import SurveyError
from csindex.messages import Argument, Message, listed
from csindex.survey.columns import BLANKS
from csindex.survey.labels import Variable
from csindex.survey.readers.settings import Settings

SEEN = 20
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d*,\d+|[+-]?\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_CODE = re.compile(r"0\d+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A table from a file.

    Attributes
    ----------
    frame : data frame
    remarks : tuple of Message
        What was decided in reading.
    variables : mapping of column to Variable
    """

    frame: pd.DataFrame
    remarks: tuple[Message, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=dict)


def blank(cell: Any) -> bool:
    """Return whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell


def header_at(rows: Sequence[Sequence[Any]], where: object, row_word: str, header: int | None) -> int:
    """Return the number, from 0, of the row with the names of the columns.

    Parameters
    ----------
    rows : the first rows of the table
    where
        The file and sheet, for errors: a text or a message.
    row_word : {"row", "line"}
    header : int or None
        The row that the user has named, from 1.

    Raises
    ------
    SurveyError
        If the first row looks like a title, a merged heading, or answers.
    """
    filled = [sum(not blank(cell) for cell in row) for row in rows]
    if not any(filled):
        raise SurveyError(
            Message("readers.empty_start", where=where, rows=Message(f"readers.{row_word}s", count=len(rows)))
        )
    if header is not None:
        if header > len(rows) or not filled[header - 1]:
            row = Message(f"readers.{row_word}", at=header)
            raise SurveyError(Message("readers.no_names", where=where, row=row))
        return header - 1
    first = next(at for at, count in enumerate(filled) if count)
    names = [sum(isinstance(cell, str) and not blank(cell) and not is_number(cell) for cell in row) for row in rows]
    width = max(median_high(count for count in filled if count), *names)
    row = Message(f"readers.{row_word}", at=first + 1)
    if filled[first] < 0.8 * width:
        best = max(range(first + 1, len(rows)), key=lambda at: names[at])
        remedy = Message("readers.one_name")
        if names[best] > max(names[first], 0.5 * width):
            there = Message(f"readers.{row_word}", at=best + 1)
            remedy = Message("readers.names_below", row=there, header=Argument("header", best + 1))
        shown = str(next(cell for cell in rows[first] if not blank(cell))).strip()[:60]
        counts = {"count": filled[first], "width": width}
        raise SurveyError(Message("readers.title", where=where, row=row, shown=shown, remedy=remedy, **counts))
    if sum(is_number(cell) for cell in rows[first]) > 0.5 * filled[first]:
        raise SurveyError(Message("readers.numbers", where=where, row=row, header=Argument("header", first + 1)))
    return first


def is_number(cell: Any) -> bool:
    """Return whether a cell is a number or the text of one."""
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == cell


def column_names(cells: Iterable[Any], where: object) -> list[str]:
    """Return the header's cells as names without spaces around them; a blank one is called by its place.

    Raises
    ------
    SurveyError
        If a name occurs twice.
    """
    names = [f"column {at}" if blank(cell) else _name(cell) for at, cell in enumerate(cells, 1)]
    counts = Counter(names)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        places = [at for at, name in enumerate(names, 1) if name == twice[0]]
        more = Message("readers.more_doubles", count=len(twice) - 1) if len(twice) > 1 else ""
        values = {"where": where, "name": twice[0], "places": listed(places), "more": more}
        raise SurveyError(Message("readers.double_name", **values))
    return names


def _name(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else " ".join(str(cell).split())


def without_empty_rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the table without rows that hold nothing, and how many there were."""
    empty = frame.isna().all(axis=1).to_numpy()
    if not empty.any():
        return frame, ()
    return frame[~empty].reset_index(drop=True), (Message("readers.empty_rows", count=int(empty.sum())),)


def tidied(frame: pd.DataFrame, settings: Settings, commas: bool) -> Parsed:
    """Return the table with numbers where cells hold them as text, and marks such as "refused" made missing.

    Parameters
    ----------
    frame : data frame
        Columns of numbers, of text, or of both.
    settings : Settings
    commas : bool
        Whether a comma in a number can only be a decimal one, as it does not separate the columns.
    """
    variables, columns = {}, {}
    decimals = []
    for name, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype):
            continue
        column, marked = _without_marks(frame[name], settings.marks_of(name))
        if settings.texts and name not in settings.as_text:
            column = column.map(partial(_number_of, settings.texts))
        columns[name], comma = _as_numbers(column, settings, commas)
        if marked:
            variables[name] = Variable(marked=marked)
        if comma:
            decimals.append(repr(name))
    remarks = (Message("readers.decimal_comma", names=listed(decimals)),) if decimals else ()
    return Parsed(frame.assign(**columns) if columns else frame, remarks, variables)


def _number_of(texts: Mapping[str, float], cell: Any) -> Any:
    """Return the number that a text stands for, or the cell."""
    return texts.get(cell.strip(), cell) if isinstance(cell, str) else cell


def _without_marks(column: "pd.Series[Any]", marks: Sequence[str]) -> tuple["pd.Series[Any]", dict[str, int]]:
    if not marks:
        return column, {}
    text = column.map(lambda cell: cell.strip() if isinstance(cell, str) else None)
    counts = {mark: int((text == mark).sum()) for mark in marks}
    return column.mask(text.isin(list(marks)).to_numpy(), None), {mark: n for mark, n in counts.items() if n}


def _as_numbers(column: "pd.Series[Any]", settings: Settings, commas: bool) -> tuple["pd.Series[Any]", bool]:
    """Return the column as numbers if all its cells are, else as it is without blanks; and whether commas were decimal.

    Where most cells are numbers they are read as such, so that the others can be named.
    """
    decimal = settings.decimal
    cells = column.astype(object)
    stripped = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    text = [cell for cell in stripped if isinstance(cell, str) and cell not in BLANKS]
    if any(not isinstance(cell, (str, int, float)) and cell is not None for cell in stripped):
        return column, False
    true = [isinstance(cell, bool) for cell in stripped]
    if any(true) and not all(there or blank(cell) for there, cell in zip(true, stripped, strict=True)):
        return column, False
    with_comma = [cell for cell in text if "," in cell]
    sure = commas or decimal == "," or not any(map(_THOUSANDS.fullmatch, with_comma))
    if decimal != "." and with_comma and sure and all(map(_COMMA.fullmatch, text)):
        read, comma = [_value(cell, ",") for cell in stripped], True
    elif all(map(_NUMBER.fullmatch, text)) and not any(map(_CODE.fullmatch, text)):
        read, comma = [_value(cell, ".") for cell in stripped], False
    else:
        numeric = [_NUMBER.fullmatch(cell) is not None for cell in text]
        mostly = sum(numeric) > len(text) / 2 and column.name not in settings.as_text
        mixed = [_cell(cell, mostly) for cell in stripped]
        return pd.Series(mixed, index=column.index, dtype=object), False
    return pd.Series(read, index=column.index, dtype="float64"), comma


def _cell(cell: Any, numbers: bool) -> Any:
    """Return a cell of a column that is no column of numbers, as a number where it is one and that is wanted."""
    if not isinstance(cell, str):
        return cell
    if numbers and (_NUMBER.fullmatch(cell) or cell in BLANKS):
        return _value(cell, ".")
    return cell or None


def _value(cell: Any, decimal: str) -> float:
    if cell is None or (isinstance(cell, str) and cell in BLANKS):
        return float("nan")
    try:
        return float(cell.replace(decimal, ".") if isinstance(cell, str) else cell)
    except OverflowError:
        return float("inf") if cell > 0 else float("-inf")
