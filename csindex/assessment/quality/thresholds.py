"""The thresholds that reviewers ask for, each with its source. They are customs, and shown as such."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd


@dataclass(frozen=True, slots=True)
class Threshold:
    """A customary limit of a measure: it should be at least, or less than, a value."""

    table: str
    measure: str
    rule: Literal["at least", "below"]
    value: float
    source: str


THRESHOLDS = (
    Threshold("reliability", "alpha", "at least", 0.70, "Nunnally & Bernstein 1994"),
    Threshold("reliability", "rho_a", "at least", 0.70, "Henseler, Hubona & Ray 2016"),
    Threshold("reliability", "rho_c", "at least", 0.70, "Nunnally & Bernstein 1994"),
    Threshold("reliability", "rho_c", "below", 0.95, "Diamantopoulos et al. 2012"),
    Threshold("reliability", "ave", "at least", 0.50, "Fornell & Larcker 1981"),
    Threshold("htmt", "htmt", "below", 0.85, "Henseler, Ringle & Sarstedt 2015"),
    Threshold("htmt", "htmt", "below", 0.90, "Henseler, Ringle & Sarstedt 2015, for constructs close in meaning"),
    Threshold("htmt", "htmt+", "below", 0.85, "Ringle et al. 2023"),
    Threshold("htmt", "htmt2", "below", 0.85, "Roemer, Schuberth & Henseler 2021"),
    Threshold("fornell_larcker", "margin", "at least", 0.0, "Fornell & Larcker 1981"),
    Threshold("vif", "vif", "below", 5.0, "Hair, Ringle & Sarstedt 2011"),
    Threshold("vif", "vif", "below", 3.3, "Diamantopoulos & Siguaw 2006"),
    Threshold("r2", "r2", "at least", 0.19, "Chin 1998: weak"),
    Threshold("r2", "r2", "at least", 0.33, "Chin 1998: moderate"),
    Threshold("r2", "r2", "at least", 0.67, "Chin 1998: substantial"),
    Threshold("f2", "f2", "at least", 0.02, "Cohen 1988: small"),
    Threshold("f2", "f2", "at least", 0.15, "Cohen 1988: medium"),
    Threshold("f2", "f2", "at least", 0.35, "Cohen 1988: large"),
    Threshold("fit", "srmr", "below", 0.08, "Hu & Bentler 1999"),
    Threshold("fit", "nfi", "at least", 0.90, "Bentler & Bonett 1980"),
    Threshold("fit", "rms_theta", "below", 0.12, "Henseler et al. 2014"),
    Threshold("gof", "gof", "at least", 0.36, "Wetzels, Odekerken-Schröder & van Oppen 2009: large"),
)


def limit(table: str, measure: str, at: int = 0) -> Threshold:
    """Return the threshold of a measure, the first or another."""
    return [row for row in THRESHOLDS if (row.table, row.measure) == (table, measure)][at]


def threshold_table() -> pd.DataFrame:
    """Return the thresholds as a frame: ``table, measure, rule, value, source``."""
    return pd.DataFrame([(t.table, t.measure, t.rule, t.value, t.source) for t in THRESHOLDS]).set_axis(
        ["table", "measure", "rule", "value", "source"], axis=1
    )
