"""Text files: their encoding, delimiter and decimal comma, and checks of their lines."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message
from csindex.survey.readers.cells import SEEN, Parsed, blank, column_names, header_at, tidied, without_empty_rows
from csindex.survey.readers.settings import Settings

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KOREAN = 0.9


def decoded(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read with.

    Without an encoding these are tried: a byte-order mark; UTF-8; UTF-16 without a mark; CP949 (which includes EUC-KR),
    if nearly all letters beyond ASCII are then common Korean ones; Windows-1252; Latin-1, which reads everything.

    Raises
    ------
    OptionError
        An encoding that is not known.
    SurveyError
        Bytes that the given encoding does not have, or that are no text.
    """
    if encoding is not None:
        return _given(content, name, encoding), encoding
    for mark, known in _MARKS:
        if content.startswith(mark):
            return _given(content, name, known), known
    tries = ["utf-8", *_wide(content), "cp949", "cp1252", "latin-1"]
    for known in tries:
        try:
            text = content.decode(known)
        except UnicodeDecodeError:
            continue
        if known == "cp949" and _korean(text) < KOREAN:
            continue
        if "\x00" in text:
            break
        return text, known
    raise SurveyError(Message("readers.no_text", name=name))


def _given(content: bytes, name: str, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError:
        raise OptionError(Message("readers.encoding_unknown", encoding=Argument("encoding", encoding))) from None
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        line = content[:at].count(b"\n") + 1
        place = {"at": at + 1, "line": line}
        raise SurveyError(Message("readers.encoding_wrong", name=name, encoding=encoding, **place)) from None


def _wide(content: bytes) -> list[str]:
    """Return the UTF-16 whose high bytes are mostly zero, as those of Western text and of digits are."""
    start = content[:4096]
    if len(content) % 2 or not start:
        return []
    half = len(start) // 2
    if start[1::2].count(0) > 0.3 * half and not start[0::2].count(0):
        return ["utf-16-le"]
    return ["utf-16-be"] if start[0::2].count(0) > 0.3 * half and not start[1::2].count(0) else []


def _korean(text: str) -> float:
    """Return the share of common Korean letters, those of EUC-KR, among letters beyond ASCII."""
    beyond = {letter for letter in text if ord(letter) > 127}
    common = {letter for letter in beyond if "가" <= letter <= "힣" and letter.encode("euc_kr", "ignore")}
    # Signs such as ※ and · are at home in Korean text; Chinese characters are what other encodings look like.
    signs = {letter for letter in beyond if not "㐀" <= letter <= "힣"}
    return len(common | signs) / len(beyond) if common else 0.0


_DOTTED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.])")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def _delimiter_name(delimiter: str) -> object:
    return Message(f"readers.{DELIMITERS[delimiter]}") if delimiter in DELIMITERS else repr(delimiter)


def read_text(path: Path, settings: Settings) -> Parsed:
    """Return the table in a text file.

    Raises
    ------
    SurveyError
        Letters that cannot be read, a wrong delimiter, lines of unequal length, double names, no rows.
    """
    text, encoding = decoded(path.read_bytes(), path.name, settings.encoding)
    where = repr(path.name)
    if not text.strip():
        raise SurveyError(Message("readers.only_spaces", where=where))
    start = _lines(text)
    found = _delimiter(start, "\t" if path.suffix.lower() in (".tsv", ".tab") else ",")
    delimiter = settings.delimiter or found
    if delimiter != found and all(len(row) < 2 for row in _cells(start, delimiter)):
        given = Argument("delimiter", delimiter)
        raise SurveyError(Message("readers.delimiter_wrong", where=where, delimiter=given, found=found))
    stream = io.StringIO(text, newline="")
    at = header_at(_cells(start, delimiter), where, "line", settings.header)
    rows = _records(stream, delimiter, where)
    header = [next(rows) for _ in range(at + 1)][-1][1]
    body = stream.tell()
    while header and blank(header[-1]):
        header.pop()
    names = column_names(header, where)
    count = _check_widths(rows, len(names), where, _delimiter_name(delimiter))
    stream.seek(body)
    # Signs of thousands are seen in text only.
    dots = settings.decimal is None and delimiter == ";" and _DOTTED.search(text) is not None
    as_text = names if dots or settings.thousands is not None else settings.as_text
    frame = _frame(stream, names, delimiter, as_text)
    if len(frame) != count:
        raise SurveyError(Message("readers.lines_lost", where=where, count=count, rows=len(frame)))
    frame, dropped = without_empty_rows(frame)
    if not len(frame):
        raise SurveyError(Message("readers.only_header", where=where))
    parsed = tidied(frame, settings, commas=delimiter != ",")
    key = f"by_{DELIMITERS[delimiter]}" if delimiter in DELIMITERS else "by_other"
    separated = Message(f"readers.{key}", **({} if delimiter in DELIMITERS else {"delimiter": delimiter}))
    found_out = (Message("readers.encoding", encoding=encoding), separated, *dropped)
    return replace(parsed, remarks=(*found_out, *parsed.remarks))


def _lines(text: str) -> str:
    """Return the first lines of a text, as many as have 20 among them that are not blank."""
    lines, filled = [], 0
    for line in io.StringIO(text, newline=""):
        lines.append(line)
        filled += bool(line.strip())
        if filled == SEEN:
            break
    return "".join(lines)


def _cells(text: str, delimiter: str) -> list[list[str]]:
    """Return the cells of the first lines, of which the last may be cut off within a quotation."""
    rows: list[list[str]] = []
    # With a wrong delimiter a line can be a single cell, longer than the reader takes.
    with suppress(csv.Error):
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return rows


def _delimiter(text: str, usual: str) -> str:
    """Return the delimiter with which most lines have the same number of cells, more than one."""

    def merit(delimiter: str) -> tuple[float, int, bool]:
        widths = Counter(len(row) for row in _cells(text, delimiter) if any(cell.strip() for cell in row))
        width, lines = max(widths.items(), key=lambda item: item[1], default=(1, 0))
        return (lines / widths.total() if width > 1 else 0.0, width, delimiter == usual)

    return max(DELIMITERS, key=merit)


def _records(stream: io.StringIO, delimiter: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it ends on."""
    reader = csv.reader(iter(stream.readline, ""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise SurveyError(Message("readers.bad_line", where=where, line=reader.line_num, error=error)) from None


def _check_widths(rows: Iterator[tuple[int, list[str]]], width: int, where: str, delimiter: object) -> int:
    """Return the number of rows, or raise a SurveyError if one is not as long as the header."""
    count, bad = 0, 0
    first: dict[str, object] = {}
    for line, row in rows:
        if not row or (len(row) == 1 and not row[0].strip() and width > 1):
            continue
        count += 1
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) != width:
            bad += 1
            quoted = any("\n" in cell for cell in row)
            why = Message("readers.quote_missing") if quoted else Message("readers.in_text", delimiter=delimiter)
            first = first or {"line": line, "cells": len(row), "why": why}
    if bad:
        more = Message("readers.such_lines", count=bad) if bad > 1 else ""
        raise SurveyError(Message("readers.uneven_line", where=where, width=width, more=more, **first))
    if not count:
        raise SurveyError(Message("readers.only_header", where=where))
    return count


def _frame(stream: io.StringIO, names: list[str], delimiter: str, as_text: Collection[str]) -> pd.DataFrame:
    return pd.read_csv(
        stream,
        sep=delimiter,
        header=None,
        names=names,
        usecols=range(len(names)),
        index_col=False,
        dtype={name: str for name in names if name in as_text},
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
    )
