"""Words of an assessment: signs of measures, lists, thresholds with their source, and numbers beyond their limits."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from csindex import messages
from csindex.assessment.quality.admissible import reading
from csindex.assessment.quality.measures import QualityMeasures
from csindex.assessment.quality.thresholds import Threshold, limit
from csindex.assessment.wording import number
from csindex.text.speaker import Speaker

LISTED = 8
RELIABILITIES = ("alpha", "rho_a", "rho_c", "ave")
SYMBOLS = {
    "alpha": "α", "alpha_raw": "raw α", "rho_a": "ρ_A", "rho_c": "ρ_C", "ave": "AVE", "r2": "R²", "r2_adjusted": "adjusted R²",
    "f2": "f²", "htmt": "HTMT", "htmt+": "HTMT+", "htmt2": "HTMT2", "vif": "VIF", "srmr": "SRMR", "d_uls": "d_ULS", "d_g": "d_G",
    "nfi": "NFI", "rms_theta": "RMS_theta",
}  # fmt: skip


class QualityWords(Speaker):
    """Sentences about an assessment."""

    families = ("assess",)

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
        return messages.words(*self.families)[self.lang].get(measure) or SYMBOLS.get(measure, measure)

    def limit(self, table: str, measure: str, at: int = 0) -> str:
        """Return a threshold with its source."""
        threshold = limit(table, measure, at)
        value = f"{threshold.value:.2f}" if threshold.value < 1 else f"{threshold.value:g}"
        return self.say(threshold.rule, value=value, source=threshold.source)

    def by_construct(self, frame: pd.DataFrame) -> list[str]:
        """Return e.g. ``Loyalty (α 0.47, ρ_C 0.68)`` for the rows of each construct."""
        groups: Mapping[Any, pd.DataFrame] = dict(list(frame.groupby("construct", sort=False)))
        said = {
            name: ", ".join(f"{self.symbol(row.measure)} {number(row.estimate)}" for row in rows_of(part))
            for name, part in groups.items()
        }
        return [self.say("values", name=self.name(name), values=values) for name, values in said.items()]

    def inadmissible(self, row: Any) -> str:
        """Return a number beyond its limits, with what it means."""
        where = row.where
        if self.lang == "ko":
            sign, joined = (" → ", " → ") if " → " in row.where else (" ~~ ", " – ")
            place = messages.words(*self.families)["ko"].get(f"place_{row.where}")
            where = place or joined.join(map(self.name, row.where.split(sign)))
        said = {"what": self.symbol(row.what), "where": where, "value": number(row.estimate, 3)}
        return self.say("impossible_row", **said, reading=reading(row.what, row.where, self.lang))


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame, each with its columns as attributes."""
    yield from frame.itertuples()


def outside(frame: pd.DataFrame, threshold: Threshold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that are beyond a threshold, and those within it whose interval reaches beyond."""
    value, least = threshold.value, threshold.rule == "at least"
    beyond = frame["estimate"] < value if least else frame["estimate"] >= value
    reaching = frame["lower"] < value if least else frame["upper"] >= value
    return frame[beyond], frame[~beyond & reaching]


def low_reliability(found: QualityMeasures) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows below the usual, and those whose interval reaches there."""
    frame = found.reliability
    sides = [outside(frame[frame.measure == name], limit("reliability", name)) for name in RELIABILITIES]
    below, reaching = (pd.concat(rows).sort_index() for rows in zip(*sides, strict=True))
    return below, reaching


def upper_end(frame: pd.DataFrame) -> "pd.Series[float]":
    """Return the interval's upper end, the estimate where there is none."""
    return frame.upper.where(frame.upper.notna(), frame.estimate)


def size_of(effect: float) -> str:
    """Return how large an f² is (Cohen 1988); empty where there is none."""
    sizes = ((0.35, "large"), (0.15, "medium"), (0.02, "small"))
    return next((word for least, word in sizes if effect >= least), "negligible") if np.isfinite(effect) else ""
