"""Tidy tables as an Excel workbook, one sheet each."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csindex.text.document import Bullets, Document, Formula, Paragraph

WIDEST = 60
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def write(document: Document, path: Path) -> None:
    """Write the document's words on a first sheet and each of its tables, at full precision, on a sheet of its own.

    Text is written as text, whatever it begins with: no cell becomes a formula or a link.
    """
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 2, "bg_color": "#F3F6F8"}),
            "part": book.add_format({"bold": True, "font_color": "#0072B2"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": "0.000"}),
            "whole": book.add_format({"num_format": "#,##0"}),
        }
        _words(book.add_worksheet("summary" if document.lang == "en" else "요약"), document, formats)
        taken = {"summary", "요약"}
        for name, frame in document.tables.items():
            _sheet(book.add_worksheet(_sheet_name(name, taken)), frame, formats)


def _words(sheet: Any, document: Document, formats: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, document.title, formats["title"])
    sheet.write_string(1, 0, document.subtitle, formats["text"])
    row = 3
    for section in document.sections:
        lines = [line for block in section.blocks for line in _lines(block)]
        for line, kind in [(section.title, "part"), *((line, "text") for line in lines)] if lines else []:
            sheet.write_string(row, 0, line, formats[kind])
            row += 1
        row += bool(lines)


def _lines(block: Any) -> Iterable[str]:
    if isinstance(block, (Paragraph, Formula)):
        yield block.text
    elif isinstance(block, Bullets):
        yield from (f"• {item}" for item in block.items)


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel allows: 31 letters, none of its special signs, different from the others."""
    base = _NOT_IN_NAMES.sub(" ", name)[:31].strip() or "table"
    found, number = base, 2
    while found.lower() in taken:
        found, number = f"{base[:27]} {number}", number + 1
    taken.add(found.lower())
    return found


def _sheet(sheet: Any, frame: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    for column, name in enumerate(frame.columns):
        values = frame[name].tolist()
        sheet.write_string(0, column, str(name), formats["head"])
        for row, value in enumerate(values, 1):
            _cell(sheet, row, column, value, formats)
        shown = max([len(str(name)), *(len(str(v)) if isinstance(v, str) else 9 for v in values[:200])])
        sheet.set_column(column, column, min(shown + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    if len(frame) and len(frame.columns):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _cell(sheet: Any, row: int, column: int, value: Any, formats: Mapping[str, Any]) -> None:
    """Write numbers as numbers, nothing for what is missing, and all else as text."""
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, (int, np.integer)):
        sheet.write_number(row, column, int(value), formats["whole"])
    elif isinstance(value, (float, np.floating)):
        if np.isfinite(value):
            sheet.write_number(row, column, float(value), formats["number"])
        elif not np.isnan(value):
            sheet.write_string(row, column, str(value))
    elif value is not None and value is not pd.NA and value is not pd.NaT:
        sheet.write_string(row, column, str(value))
