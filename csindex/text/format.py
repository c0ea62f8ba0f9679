"""Tables, numbers and lists as text, aligned with Korean labels."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args
from unicodedata import east_asian_width, normalize

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.messages import Message
from csindex.options import choose

Language = Literal["en", "ko"]

WIDTH = 88
ROWS = 10


def language(lang: str) -> Language:
    """Return the language, or raise an OptionError."""
    return choose("lang", lang, get_args(Language))  # type: ignore[return-value]


def aligned(rows: Iterable[Sequence[str]], left: int) -> str:
    """Return rows of cells as text, the first `left` columns flush left, the others flush right."""
    cells = [list(row) for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        padded = [
            cell + " " * (wide - width(cell)) if at < left else " " * (wide - width(cell)) + cell
            for at, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(("  " + "  ".join(padded)).rstrip())
    return "\n".join(lines)


def width(text: str) -> int:
    """Return the columns that a text takes on a screen: two for each Korean letter."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def number(value: float, digits: int, sign: bool = False) -> str:
    """Return a number as text, a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    text = f"{value:{'+' if sign else ''}.{digits}f}"
    # What rounds to 0 has no sign.
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def p_value(p: float, least: float = 0.0) -> str:
    """Return a p-value as text; one below 0.001 is not called 0, nor one at the `least` that replicates can show called that."""
    if p < 0.001:
        return "<0.001"
    return f"<{number(least, 3)}" if p <= least * (1 + 1e-9) else number(p, 3)


def interval(lower: float, upper: float, digits: int, lang: Language, sign: bool = False) -> str:
    """Return an interval as text."""
    if np.isfinite(lower) and upper == np.inf:
        return f"{number(lower, digits, sign)}{' to open' if lang == 'en' else ' 이상'}"
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return "–"
    return f"{number(lower, digits, sign)}{' to ' if lang == 'en' else ' ~ '}{number(upper, digits, sign)}"


def some_rows(bad: NDArray[np.bool_]) -> Message:
    """Return a message such as ``"12 rows, first 17"`` for the rows (counting from 1) where `bad` is True."""
    places = np.flatnonzero(bad)
    return Message("glossary.rows", count=len(places), first=places[0] + 1)


def alike(value: object) -> str:
    """Return a label without what a reader does not see: case, spaces around and between, width, and its type."""
    return " ".join(normalize("NFKC", str(value)).casefold().split())


def labels_shown(column: "pd.Series[Any]") -> list[str]:
    """Return labels as text, with quotation marks where two that differ would be printed alike, as 1 and "1"."""
    values = column.tolist()
    kinds: dict[str, set[str]] = {}
    for value in values:
        kinds.setdefault(str(value).strip(), set()).add(repr(value))
    return [repr(value) if len(kinds[str(value).strip()]) > 1 else str(value) for value in values]


def unit_name(units: pd.DataFrame | None, unit: int) -> str:
    """Return e.g. ``"company 'Acme', wave 2"`` for the row `unit` of the labels; empty where there are none."""
    if units is None:
        return ""
    return ", ".join(f"{name} {units[name].tolist()[unit]!r}" for name in units.columns)


def wrapped(text: str, indent: str = "", limit: int = WIDTH, hang: str = "") -> str:
    """Return a sentence in lines of at most `limit` columns, each of them indented, all but the first by `hang` too."""
    lines = [""]
    for word in text.split():
        before = indent if len(lines) == 1 else indent + hang
        if lines[-1] and len(before) + width(lines[-1]) + 1 + width(word) > limit:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(f"{indent}{hang if at else ''}{line}" for at, line in enumerate(lines))


def listed(values: Iterable[object], most: int = 6) -> str:
    """Return values as running text, shortened after `most`."""
    shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    if len(shown) > most:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
