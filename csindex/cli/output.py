"""Output: tables as JSON or files, and arguments as a shell spells them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

import pandas as pd

from csindex.errors import OptionError
from csindex.messages import Argument, Message

Tables = Mapping[str, pd.DataFrame]

_FLAGS = {
    "missing": "missing", "rename": "rename", "sheet": "sheet", "header": "header", "encoding": "encoding",
    "delimiter": "delimiter", "decimal": "decimal", "weights": "weights", "by": "by", "strata": "strata",
    "clusters": "clusters", "convention": "convention", "scheme": "scheme", "estimator": "estimator",
    "replicates": "replicates", "seed": "seed", "level": "level", "construct": "construct", "group": "group",
    "wave": "wave", "least_n": "least-n", "rounding": "rounding", "n_jobs": "jobs", "missing_codes": "missing-codes",
    "scales": "item-scales", "scales_from_file": "scales-from-file", "texts": "texts", "title": "title", "lang": "lang",
}  # fmt: skip
"""Flags of the command line, by the names of the arguments in Python."""
_SWITCHES = {("overwrite", True): "--force", ("bad_units", "drop"): "--drop-units", ("shrink", "eb"): "--shrink"}
_FORMS = {"rename": "ITEM=column", "missing_codes": "ITEM=CODES", "scales": "ITEM=LOW:HIGH"}
"""What stands for the value of a flag where none is known."""


def spell(argument: Argument) -> str:
    """Return an argument as it is written in a shell; as in Python where the command line does not have it."""
    name, value = argument.name, argument.value
    switch = _SWITCHES.get((name, value)) if isinstance(value, (str, bool)) else None
    if switch is not None or name not in _FLAGS:
        return switch or str(argument)
    flag = f"--{_FLAGS[name]}"
    if value is None or value is True:
        return flag
    if not isinstance(value, (str, int, float)) and not value:
        return f"{flag} {_FORMS.get(name, 'VALUE')}"
    words = [quote(word) for word in _words(name, value)]
    # What begins with a dash would be taken for a flag.
    return f"{flag}={words[0]}" if words[0].startswith("-") else " ".join([flag, *words])


def _words(name: str, value: Any) -> list[str]:
    """Return the words of a shell that are the value of a flag."""
    if isinstance(value, Mapping):
        between = ":" if name == "scales" else ","
        return [f"{_listed(key, between)}={_listed(one, between)}" for key, one in value.items()]
    return [_listed(value, ",")]


def _listed(value: Any, between: str) -> str:
    if isinstance(value, (list, tuple)):
        return between.join(map(_word, value))
    return _word(value)


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def free(paths: Iterable[Path], force: bool) -> None:
    """Raise an OptionError if one of the files is there already, or its folder is not."""
    for path in paths:
        if path.exists() and not force:
            raise OptionError(Message("cli.exists", path=str(path), force=Argument("overwrite", True)))
        if path.is_dir():
            raise OptionError(Message("cli.is_folder", path=str(path)))
        if not path.parent.is_dir():
            raise OptionError(Message("cli.no_folder", path=str(path.parent)))


def out_path(text: str | None, force: bool) -> Path | None:
    """Return where tables are to be written, checked before any work is done."""
    if text is None:
        return None
    path = Path(text)
    if path.suffix.lower() not in (".xlsx", ".csv", ".json"):
        raise OptionError(Message("cli.out_tables", path=text))
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
