"""Excel workbooks: values only, no formula or macro is run."""

import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from csindex.errors import SurveyError
from csindex.survey.readers.cells import SEEN, Parsed, blank, column_names, header_at, tidied
from csindex.survey.readers.settings import Settings
from csindex.text.format import listed


def read_sheet(path: Path, settings: Settings) -> Parsed:
    """Return the table in a sheet of a workbook.

    Raises
    ------
    SurveyError
        A damaged workbook, more than one sheet with cells and none named, merged headings, double names, no rows.
    """
    title, cells, count = _sheet(path, settings.sheet)
    where = f"{path.name!r}, sheet {title!r}"
    while cells and all(map(blank, cells[-1])):
        cells.pop()
    at = header_at(cells[:SEEN], where, "row", settings.header)
    table = [row for row in cells[at + 1 :] if not all(map(blank, row))]
    empty = len(cells) - at - 1 - len(table)
    if not table:
        raise SurveyError(f"{where} has a header but no rows of answers.")
    columns = list(zip(*table, strict=True))
    kept = [
        place
        for place, column in enumerate(columns)
        if not blank(cells[at][place]) or not all(map(blank, column))
    ]  # fmt: skip
    names = column_names([cells[at][place] for place in kept], where)
    frame = pd.DataFrame({name: _column(columns[place]) for name, place in zip(names, kept, strict=True)})
    parsed = tidied(frame, settings, commas=True)
    dropped = (f"empty rows left out: {empty:,}",) if empty else ()
    notes = (f"sheet {title!r}{f' of {count}' if count > 1 else ''}", *dropped, *parsed.notes)
    return Parsed(parsed.frame, notes, parsed.variables)


def _sheet(path: Path, sheet: str | int | None) -> tuple[str, list[tuple[Any, ...]], int]:
    """Return the name and the cells of a sheet, and how many sheets there are."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            # openpyxl tells of styles and validations that it leaves out; cells are all that is wanted.
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
        raise SurveyError(
            f"{path.name!r} cannot be read as an Excel workbook ({type(error).__name__}): it is damaged or cut off. Open it in "
            "Excel and save it anew."
        ) from None
    width = max(map(len, cells), default=0)
    return title, [row + (None,) * (width - len(row)) for row in cells], len(tables)


def _chosen(tables: dict[str, Any], sheet: str | int | None, name: str) -> str:
    titles = list(tables)
    if isinstance(sheet, str) and sheet in tables:
        return sheet
    if isinstance(sheet, int) and not isinstance(sheet, bool) and 1 <= sheet <= len(titles):
        return titles[sheet - 1]
    if sheet is not None:
        raise SurveyError(f"{name!r} has no sheet {sheet!r}. It has: {listed(map(repr, titles))} (counted from 1).")
    filled = [title for title in titles if _holds_cells(tables[title])]
    if len(filled) > 1:
        raise SurveyError(
            f"{name!r} has {len(filled)} sheets with cells: {listed(map(repr, filled))}. Say which: sheet={filled[0]!r}."
        )
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
