"""Numbers of an assessment in words: cells, lists of what is questionable, sentences."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.quality.assess_words import PLACES, READINGS, WORDS
from csindex.assessment.quality.thresholds import Threshold, limit
from csindex.fitting.speaker import Speaker

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


def outside(frame: pd.DataFrame, threshold: Threshold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that are beyond a threshold, and those within it whose interval reaches beyond."""
    value, least = threshold.value, threshold.rule == "at least"
    beyond = frame["estimate"] < value if least else frame["estimate"] >= value
    reaching = frame["lower"] < value if least else frame["upper"] >= value
    return frame[beyond], frame[~beyond & reaching]


class Teller(Speaker):
    """Tells of an assessment."""

    words = WORDS

    def some(self, texts: Iterable[str], most: int = LISTED) -> str:
        """Return texts as a list, shortened after the first few."""
        all_texts = list(texts)
        names, count = ", ".join(all_texts[:most]), len(all_texts) - most
        return self.say("more", names=names, count=count) if count > 0 else names

    def names(self, constructs: Iterable[str], most: int = LISTED) -> str:
        """Return constructs as a list."""
        return self.some(map(self.name, constructs), most)

    def symbol(self, measure: str) -> str:
        """Return the sign or the word for a measure."""
        return self.words[self.lang].get(measure) or SYMBOLS.get(measure, measure)

    def limit(self, table: str, measure: str, at: int = 0) -> str:
        """Return a threshold with its source."""
        threshold = limit(table, measure, at)
        value = f"{threshold.value:.2f}" if threshold.value < 1 else f"{threshold.value:g}"
        return self.say(threshold.rule, value=value, source=threshold.source)

    def wrapped(self, text: str) -> str:
        """Return a sentence in indented lines."""
        return wrapped(text) if self.lang == "en" else super().wrapped(text)

    def by_construct(self, frame: pd.DataFrame) -> list[str]:
        """Return e.g. ``Loyalty (α 0.47, ρ_C 0.68)`` for the rows of each construct."""
        groups: Mapping[Any, pd.DataFrame] = dict(list(frame.groupby("construct", sort=False)))
        said = {
            name: ", ".join(f"{self.symbol(row.measure)} {number(row.estimate)}" for row in rows_of(part))
            for name, part in groups.items()
        }
        return [self.say("values", name=self.name(name), values=values) for name, values in said.items()]

    def impossible(self, row: Any) -> str:
        """Return a number that cannot be, with what it means."""
        where, reading = row.where, row.reading
        if self.lang == "ko":
            reading = READINGS.get(row.where) or READINGS.get(row.what, row.reading)
            sign, joined = (" → ", " → ") if " → " in row.where else (" ~~ ", " – ")
            where = PLACES.get(row.where) or joined.join(map(self.name, row.where.split(sign)))
        return self.say(
            "impossible_row", what=self.symbol(row.what), where=where, value=number(row.estimate, 3), reading=reading
        )
