"""Reading of a survey from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message
from csindex.model.parts import scale_of
from csindex.survey.checks import Codes, Columns, names_in
from csindex.survey.columns import check_names
from csindex.survey.labels import SurveyFile, Variable, file_kind
from csindex.survey.margins import Margins
from csindex.survey.readers.cells import Parsed
from csindex.survey.readers.delimited import read_text
from csindex.survey.readers.excel import read_sheet
from csindex.survey.readers.formats import kind_of, path_of
from csindex.survey.readers.settings import Settings, parted
from csindex.survey.readers.spss_stata import read_statistics
from csindex.survey.survey import Survey

MissingCodes = Sequence[float | str] | Mapping[str, Sequence[float | str]]


def read_survey(
    path: str | PathLike[str],
    *,
    weights: str | None = None,
    strata: Columns | None = None,
    clusters: Columns | None = None,
    by: Columns | None = None,
    fpc: str | None = None,
    margins: Margins | Mapping[str, Mapping[Any, float]] | None = None,
    missing_codes: MissingCodes | None = None,
    scales: Mapping[str, tuple[float, float]] | None = None,
    columns: Sequence[str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    texts: Mapping[str, float] | None = None,
) -> Survey:
    """Read a survey from a file of SPSS, Stata, Excel or text, with what the file says of its columns.

    Codes that the file declares to be missing (user-missing codes and ranges of SPSS, ``.a`` to ``.z`` of Stata) are made
    missing and counted. Codes that are only labelled "don't know" are not: `codebook` and `check` tell of them.

    Parameters
    ----------
    path : str or path
        .sav or .zsav (SPSS), .dta (Stata), .xlsx (Excel), .csv, .tsv or .txt, .parquet.
    weights, strata, clusters, by, fpc, margins
        See `Survey`. Units of ``by`` are called by their value labels where all of them have one.
    missing_codes : sequence of float or str, or mapping of column to such, optional
        Further codes that mean a missing answer, e.g. ``[98, 99]``; also texts in the cells, e.g. ``["refused", "모름"]``.
    scales : mapping of column to (low, high), optional
        The scales of items, where value labels do not tell them or tell them wrongly.
    columns : sequence of str, optional
        Read only these, and those of the design.
    sheet : str or int, optional
        Of a workbook: name, or number from 1. Needed where more than one sheet has cells.
    header : int, optional
        Row or line, from 1, with the names of the columns, where there is something above them.
    encoding : str, optional
        Of text, e.g. ``"cp949"``; found by trying where it is not given.
    delimiter : str, optional
        What parts the columns of text; found among comma, semicolon, tab and bar where it is not given.
    decimal : {".", ","}, optional
        The decimal point of text; found where it is not given.
    texts : mapping of str to number, optional
        Answers that are written as texts, of text and workbooks, e.g. ``{"very satisfied": 5, "satisfied": 4}``.

    Returns
    -------
    Survey
        Its ``file`` says what was found out in reading, and what the file says of each column.

    Raises
    ------
    SurveyError
        A file that is not there, empty, damaged, cut off or of another kind; lines of unequal length, merged headings,
        double names of columns; and see `Survey`. File, line or row, and remedy are named. Nothing in a file is run.
    OptionError
        An argument that is not known.

    Examples
    --------
    >>> import csindex as csi
    >>> survey = csi.read_survey("customers.sav", weights="w", by="company")  # doctest: +SKIP
    >>> csi.fit(csi.acsi(), survey)  # doctest: +SKIP
    """
    design: dict[str, Any] = {"weights": weights, "strata": strata, "clusters": clusters, "by": by, "fpc": fpc}
    if columns is not None:
        raked = [] if margins is None else list(margins.shares if isinstance(margins, Margins) else margins)
        used = [name for given in design.values() for name in names_in(given)]
        columns = tuple(dict.fromkeys([*names_in(columns), *used, *raked]))
    reading: dict[str, Any] = {
        "sheet": sheet,
        "header": header,
        "encoding": encoding,
        "delimiter": delimiter,
        "decimal": decimal,
    }
    reading["texts"] = texts
    frame, file, codes = read_parts(path, design, missing_codes, scales, columns=columns, **reading)
    return Survey(frame, **design, margins=margins, missing_codes=codes, file=file)


def read_parts(
    path: str | PathLike[str],
    design: Mapping[str, Any],
    missing_codes: MissingCodes | None,
    scales: Mapping[str, tuple[float, float]] | None = None,
    **reading: Any,
) -> tuple[pd.DataFrame, SurveyFile, Codes | None]:
    """Return what a survey is made of: the table, what the file says of it, and the missing codes that are numbers."""
    codes, marks = parted(missing_codes)
    labels = frozenset(name for role in ("by", "strata", "clusters") for name in names_in(design.get(role)))
    frame, file = read_file(path, Settings(**reading, marks=marks, as_text=labels), scales or {})
    return settled_design(frame, file, design), file, codes


def read_file(
    path: str | PathLike[str], settings: Settings, scales: Mapping[str, tuple[float, float]]
) -> tuple[pd.DataFrame, SurveyFile]:
    """Return the table in a file, and what the file says of it."""
    where = path_of(path)
    kind = kind_of(where)
    _refuse_unused(kind, settings)
    parsed = _parsed(where, kind, settings)
    if settings.columns is not None:
        check_names(list(parsed.frame.columns), settings.columns)
        parsed = replace(parsed, frame=parsed.frame[list(settings.columns)])
    if parsed.frame.columns.empty:
        raise SurveyError(Message("readers.no_columns", name=where.name))
    strangers = [name for name in scales if name not in parsed.frame.columns]
    if strangers:
        raise OptionError(Message("readers.scales_unknown", names=strangers, name=where.name))
    variables = dict(parsed.variables)
    for name, ends in scales.items():
        variables[name] = replace(variables.get(name, Variable()), scale=scale_of(ends, f"scales=, {name!r}"))
    return parsed.frame, SurveyFile(where.name, kind, parsed.remarks, variables)


def _parsed(path: Path, kind: str, settings: Settings) -> Parsed:
    if kind in ("SPSS", "Stata"):
        return read_statistics(path, kind, settings)
    if kind == "Excel":
        return read_sheet(path, settings)
    return read_text(path, settings) if kind == "text" else _read_parquet(path)


def _read_parquet(path: Path) -> Parsed:
    try:
        import pyarrow.parquet
    except ImportError:
        raise SurveyError(Message("readers.no_pyarrow", name=path.name)) from None
    try:
        frame = pyarrow.parquet.read_table(path).to_pandas()
    except Exception as error:
        raise SurveyError(Message("readers.bad_parquet", name=path.name, error=type(error).__name__)) from None
    if not len(frame):
        raise SurveyError(Message("readers.only_columns", name=path.name))
    return Parsed(frame)


def _refuse_unused(kind: str, settings: Settings) -> None:
    """Raise an OptionError for settings that do not apply to this kind of file."""
    meant = {
        "sheet": ("Excel",),
        "header": ("Excel", "text"),
        "encoding": ("text", "SPSS", "Stata"),
        "delimiter": ("text",),
        "decimal": ("text", "Excel"),
        "texts": ("text", "Excel"),
    }
    for name, kinds in meant.items():
        if getattr(settings, name) is not None and kind not in kinds:
            argument = Argument(name, None, "{name}=")
            raise OptionError(Message("readers.unused", argument=argument, kind=file_kind(kind)))


def settled_design(frame: pd.DataFrame, file: SurveyFile, design: Mapping[str, Any]) -> pd.DataFrame:
    """Return the table with declared missing codes taken out of design columns, and units called by their labels."""
    names = [name for given in design.values() for name in names_in(given) if name in frame.columns]
    units = names_in(design.get("by"))
    changed: dict[str, Any] = {}
    for name in dict.fromkeys(names):
        about, column = file.variable(name), frame[name]
        if about.missing:
            column = column.mask(column.isin(about.missing))
        if name in units:
            column = _named(about.labels, column)
        changed[name] = column
    return frame.assign(**changed) if changed else frame


def _named(labels: Mapping[float, str], column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return units by their labels, if every code that occurs has one of its own; else whole numbers where they are."""
    if not pd.api.types.is_float_dtype(column.dtype):
        return column
    codes = column.dropna().unique().tolist()
    if all(code in labels for code in codes) and len({labels[code] for code in codes}) == len(codes):
        return column.map(labels)
    return column if column.isna().any() or any(code % 1 for code in codes) else column.astype("int64")
