"""Numbers of an assessment in words: cells, lists of what is questionable, wrapped sentences."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.quality.thresholds import Threshold

WIDTH = 88
LISTED = 8
SYMBOLS = {
    "alpha": "α", "alpha_raw": "raw α", "rho_a": "ρ_A", "rho_c": "ρ_C", "ave": "AVE", "r2": "R²", "r2_adjusted": "adjusted R²",
    "f2": "f²", "htmt": "HTMT", "htmt+": "HTMT+", "htmt2": "HTMT2", "vif": "VIF", "srmr": "SRMR", "d_uls": "d_ULS", "d_g": "d_G",
    "nfi": "NFI", "rms_theta": "RMS_theta",
}  # fmt: skip


def number(value: float, digits: int = 2) -> str:
    """Return a number as text, a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def cell(row: Any, digits: int = 2) -> str:
    """Return an estimate and its interval, e.g. ``0.72 [.65, .78]``."""
    if not np.isfinite(row.estimate):
        return "–"
    if not np.isfinite(row.lower):
        return number(row.estimate, digits)
    ends = ", ".join(
        number(end, digits).replace("0.", ".", 1) if abs(end) < 1 else number(end, digits)
        for end in (row.lower, row.upper)
    )
    return f"{number(row.estimate, digits)} [{ends}]"


def probability(p: float) -> str:
    """Return a p-value as text; one below 0.001 is not called 0."""
    return "–" if not np.isfinite(p) else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame, each with its columns as attributes."""
    yield from frame.itertuples()


def wrapped(text: str) -> str:
    """Return a sentence in indented lines."""
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def some(texts: Iterable[str], most: int = LISTED) -> str:
    """Return texts as a list, shortened after the first few."""
    all_texts = list(texts)
    more = f" and {len(all_texts) - most} more" if len(all_texts) > most else ""
    return ", ".join(all_texts[:most]) + more


def outside(frame: pd.DataFrame, threshold: Threshold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that are beyond a threshold, and those within it whose interval reaches beyond."""
    value, least = threshold.value, threshold.rule == "at least"
    beyond = frame["estimate"] < value if least else frame["estimate"] >= value
    reaching = frame["lower"] < value if least else frame["upper"] >= value
    return frame[beyond], frame[~beyond & reaching]


def by_construct(frame: pd.DataFrame) -> list[str]:
    """Return e.g. ``Loyalty (α 0.47, ρ_C 0.68)`` for the rows of each construct."""
    groups: Mapping[Any, pd.DataFrame] = dict(list(frame.groupby("construct", sort=False)))
    return [
        f"{name} ({', '.join(f'{SYMBOLS[row.measure]} {number(row.estimate)}' for row in rows_of(part))})"
        for name, part in groups.items()
    ]
