"""Where results go: tables as text, JSON or files, and nothing written over without being asked."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from csindex.errors import OptionError

Tables = Mapping[str, pd.DataFrame]

# What a message tells the reader of Python to write, and what the reader of a shell writes instead.
_SPOKEN = (
    (re.compile(r"missing_codes=\[([^\]]*)\]"), lambda m: f"--missing-codes {_joined(m[1])}"),
    (re.compile(r"missing_codes=\{'([^']*)': \[([^\]]*)\]\}"), lambda m: f"--missing-codes {m[1]}={_joined(m[2])}"),
    (re.compile(r"model\.rename\(\{(.*?)\}\)"), lambda m: f"--rename {_pairs(m[1])}"),
    (
        re.compile(
            r"or read the column as numbers with pandas\.to_numeric\(.*?\), which makes what is not a number missing"
        ),
        lambda m: "or name texts that mean no answer, e.g. --missing-codes n/a",  # noqa: ARG005
    ),
    (re.compile(r"model\.with_scales\(survey\.scales\)"), lambda m: "--scales-from-file"),  # noqa: ARG005
    (
        re.compile(r"read_survey\(\.\.\., scales=\{'([^']*)': \(([^,]*), ([^)]*)\)\}\)"),
        lambda m: f"--item-scales {m[1]}={m[2]}:{m[3]}",
    ),
    (re.compile(r"overwrite=True"), lambda m: "--force"),  # noqa: ARG005
    (re.compile(r"bad_units='drop'"), lambda m: "--drop-units"),  # noqa: ARG005
    (
        re.compile(r"\b(missing|sheet|convention|scheme|estimator|header|by)=('[^']*'|\d+)"),
        lambda m: f"--{m[1]} {_word(m[2])}",
    ),
    (re.compile(r"\b(encoding|delimiter|decimal|header|sheet|by|weights|strata|clusters)= "), lambda m: f"--{m[1]} "),
)


def spoken(text: str) -> str:
    """Return a message with what it tells to write in Python turned into arguments of the command line."""
    for pattern, replacement in _SPOKEN:
        text = pattern.sub(replacement, text)
    return text


def _word(text: str) -> str:
    return text if " " in text else text.strip("'")


def _joined(codes: str) -> str:
    return codes.replace(" ", "")


def _pairs(text: str) -> str:
    found = re.findall(r"'([^']*)': '([^']*)'", text)
    return " ".join(f"{item}={column}" if " " not in column else f"'{item}={column}'" for item, column in found) or (
        "ITEM=column"
    )


def free(paths: Iterable[Path], force: bool) -> None:
    """Raise an OptionError if one of the files is there already, or its folder is not."""
    for path in paths:
        if path.exists() and not force:
            raise OptionError(f"{str(path)!r} is there already. Give --force to write over it, or another name.")
        if path.is_dir():
            raise OptionError(f"{str(path)!r} is a folder. Name a file.")
        if not path.parent.is_dir():
            raise OptionError(f"there is no folder {str(path.parent)!r}. Make it first.")


def out_path(text: str | None, force: bool) -> Path | None:
    """Return where tables are to be written, checked before any work is done."""
    if text is None:
        return None
    path = Path(text)
    if path.suffix.lower() not in (".xlsx", ".csv", ".json"):
        raise OptionError(f"--out {text!r}: tables are written as .xlsx, .csv or .json.")
    free([path], force)
    return path


def write_tables(path: Path, tables: Tables) -> None:
    """Write tables as the sheets of a workbook, as one long CSV with the column ``table``, or as JSON."""
    if path.suffix.lower() == ".json":
        path.write_text(as_json(tables), encoding="utf-8")
    elif path.suffix.lower() == ".csv":
        parts = [table.map(_harmless).assign(table=name) for name, table in tables.items()]
        long = pd.concat(parts, ignore_index=True)
        # The byte-order mark is how Excel knows UTF-8, and with it Korean.
        long[["table", *(name for name in long.columns if name != "table")]].to_csv(
            path, index=False, encoding="utf-8-sig"
        )
    else:
        _write_workbook(path, tables)


def _write_workbook(path: Path, tables: Tables) -> None:
    plain = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=plain) as book:
        for name, table in tables.items():
            table.to_excel(book, sheet_name=name[:31], index=False, freeze_panes=(1, 0))
            sheet = book.sheets[name[:31]]
            for at, column in enumerate(table.columns):
                widest = max([len(str(column)), *(len(str(cell)) for cell in table.iloc[:200, at])])
                sheet.set_column(at, at, min(12 if table.dtypes.iloc[at].kind == "f" else widest + 2, 60))


def _harmless(cell: Any) -> Any:
    """Return a text that a spreadsheet takes for no formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_json(tables: Tables, **more: Any) -> str:
    """Return tables as JSON: a list of rows each, null where there is no number."""
    rows = {name: json.loads(table.to_json(orient="records", double_precision=15)) for name, table in tables.items()}
    return json.dumps({**more, "tables": rows}, ensure_ascii=False, indent=1, default=str)
