"""The result in a notebook."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from csindex.fitting.result import Fit

MOST_UNITS = 20
_DIGITS = {
    "index": {"estimate": 1, "se": 2, "lower": 1, "upper": 1},
    "drivers": dict.fromkeys(("estimate", "lower", "upper"), 2) | {"se": 3},
}


def as_html(result: Fit, headline: str) -> str:
    """Return the headline, the index and the driver weights as HTML; all text is escaped."""
    title, _, said = headline.partition("\n")
    parts = [f"<h4>{escape(title)}</h4>", f"<p>{escape(said)}</p>"]
    rows = result.index
    if result.units is not None:
        rows = rows[rows["construct"] == result.model.target].sort_values("estimate", ascending=False)
    parts.append(_table(rows, "index", "Index, 0–100"))
    goal = result.model.construct_names.index(result.model.target)
    if result.units is None and result.design.reaches[goal].any():
        impacts = result.impacts().drop(columns=["target", "direct", "total"])
        caption = f"Points of {result.model.target} that go with +5 points on the driver"
        parts.append(_table(impacts.sort_values("estimate", ascending=False), "drivers", caption))
    return f'<div class="csindex">{"".join(parts)}</div>'


def _table(frame: pd.DataFrame, kind: str, caption: str) -> str:
    more = len(frame) - MOST_UNITS
    shown = frame.head(MOST_UNITS)
    formats = {name: partial(_number, digits) for name, digits in _DIGITS[kind].items()}
    text = shown.to_html(index=False, border=0, na_rep="–", escape=True, formatters=formats)
    rest = f"<p>{more:,} more rows: result.index</p>" if more > 0 else ""
    return f"<p><b>{escape(caption)}</b></p>{text}{rest}"


def _number(digits: int, value: float) -> str:
    return f"{value:.{digits}f}"
