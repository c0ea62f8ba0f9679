"""Excel workbooks: values only, no formula or macro is run."""

import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from csindex.errors import SurveyError
from csindex.messages import Argument, Message, listed
from csindex.survey.readers.cells import SEEN, Parsed, blank, column_names, header_at, tidied
from csindex.survey.readers.settings import Settings


def read_sheet(path: Path, settings: Settings) -> Parsed:
    """Return the table in a sheet of a workbook.

    Raises
    ------
    SurveyError
        A damaged workbook, more than one sheet with cells and none named, merged headings, double names, no rows.
    """
    title, cells, count = _sheet(path, settings.sheet)
    where = Message("readers.in_sheet", name=path.name, sheet=title)
    while cells and all(map(blank, cells[-1])):
        cells.pop()
    at = header_at(cells[:SEEN], where, "row", settings.header)
    table = [row for row in cells[at + 1 :] if not all(map(blank, row))]
    empty = len(cells) - at - 1 - len(table)
    if not table:
        raise SurveyError(Message("readers.only_header", where=where))
    columns = list(zip(*table, strict=True))
    filled = [
        place
        for place, column in enumerate(columns)
        if not blank(cells[at][place]) or not all(map(blank, column))
    ]  # fmt: skip
    names = column_names([cells[at][place] for place in filled], where)
    frame = pd.DataFrame({name: _column(columns[place]) for name, place in zip(names, filled, strict=True)})
    parsed = tidied(frame, settings, commas=True)
    dropped = (Message("readers.empty_rows", count=empty),) if empty else ()
    sheet = Message("readers.sheet", sheet=title)
    sheet = Message("readers.sheet_of", sheet=title, count=count) if count > 1 else sheet
    return Parsed(parsed.frame, (sheet, *dropped, *parsed.remarks), parsed.variables)


def _sheet(path: Path, sheet: str | int | None) -> tuple[str, list[tuple[Any, ...]], int]:
    """Return the name and the cells of a sheet, and how many sheets there are."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations that it leaves out; only cells are wanted.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                tables = {page.title: page for page in book.worksheets}
                title = _chosen(tables, sheet, path.name)
                page = tables[title]
                page.reset_dimensions()
                cells = [tuple(row) for row in page.iter_rows(values_only=True)]
            finally:
                book.close()
    except SurveyError:
        raise
    except Exception as error:
        raise SurveyError(Message("readers.bad_workbook", name=path.name, error=type(error).__name__)) from None
    width = max(map(len, cells), default=0)
    return title, [row + (None,) * (width - len(row)) for row in cells], len(tables)


def _chosen(tables: dict[str, Any], sheet: str | int | None, name: str) -> str:
    titles = list(tables)
    if isinstance(sheet, str) and sheet in tables:
        return sheet
    if isinstance(sheet, int) and not isinstance(sheet, bool) and 1 <= sheet <= len(titles):
        return titles[sheet - 1]
    if sheet is not None:
        raise SurveyError(Message("readers.no_sheet", name=name, sheet=sheet, known=listed(map(repr, titles))))
    filled = [title for title in titles if _holds_cells(tables[title])]
    if len(filled) > 1:
        values = {"count": len(filled), "sheets": listed(map(repr, filled)), "sheet": Argument("sheet", filled[0])}
        raise SurveyError(Message("readers.several_sheets", name=name, **values))
    return (filled or titles)[0]


def _holds_cells(page: Any) -> bool:
    page.reset_dimensions()
    return any(not blank(cell) for row in page.iter_rows(values_only=True, max_row=SEEN) for cell in row)


def _column(cells: tuple[Any, ...]) -> "pd.Series[Any]":
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int, float}:
        try:
            return pd.Series(cells, dtype="float64")
        except OverflowError:
            pass
    return pd.Series(cells, dtype=object)
