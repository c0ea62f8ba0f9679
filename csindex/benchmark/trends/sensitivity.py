"""Sensitivity of scores and ranks to the choice of item weights."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.unit_scores import UnitScores
from csindex.messages import Language, Message
from csindex.text import format
from csindex.text.document import Paragraph, Section, Table
from csindex.text.result import ShortResult


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sensitivity(ShortResult):
    """Scores and ranks of units with item weights of all units together, of industries, of each unit, and equal ones.

    Attributes
    ----------
    name : str
        What is scored.
    table : data frame
        Unit columns, ``measurement, rank, shift, difference, estimate, se, lower, upper``: the rank, and by how many
        places and points it and the score differ from those with pooled weights (a positive shift is further down).
    agreement : data frame
        ``measurement, rank_correlation, moved, max_shift, max_difference, median_se``, each compared with pooled
        weights: Spearman's correlation of the ranks, how many units change their rank, the largest shift and the largest
        difference. ``median_se`` is that of the scores.
    units : int
        Number of units.
    """

    name: str
    table: pd.DataFrame
    agreement: pd.DataFrame
    units: int

    TABLES: ClassVar = {"sensitivity": "table", "agreement": "agreement"}

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield how far ranks and scores move at most, and how each measurement agrees with the pooled one."""
        yield Section("", (Paragraph(_sentence(self).text(lang)),))
        heads = Message("trend.agreement_heads").text(lang).split("|")
        rows = [
            (
                Message(f"trend.{row['measurement']}").text(lang),
                format.number(row["rank_correlation"], 3),
                str(row["moved"]),
                str(row["max_shift"]),
                format.number(row["max_difference"], 2),
                format.number(row["median_se"], 2),
            )
            for row in self.agreement.to_dict("records")
        ]
        yield Section("", (Table("", tuple(heads), tuple(rows)),))


def _sentence(found: Sensitivity) -> Message:
    worst = found.agreement.sort_values("max_shift", kind="stable").iloc[-1].to_dict()
    difference, se = float(found.agreement["max_difference"].max()), float(found.agreement["median_se"].median())
    places, weights = int(worst["max_shift"]), Message(f"trend.{worst['measurement']}")
    moved = Message("trend.ranks_move", places=places, weights=weights)
    return Message(
        "trend.sensitivity",
        name=found.name,
        units=found.units,
        ranks=moved if places else Message("trend.ranks_stay"),
        difference=difference,
        size=Message("trend.less" if difference < 2 * se else "trend.not_less"),
        se=se,
    )


def ranked_table(found: Mapping[str, UnitScores], within: NDArray[np.intp]) -> pd.DataFrame:
    """Return scores and ranks by measurement, unit by unit; `within` (U,) numbers the groups that are ranked apart."""
    base = found["pooled"]
    first = _ranks(base.estimate, within)
    parts = []
    for measurement, scores in found.items():
        spread, rank = scores.spread(), _ranks(scores.estimate, within)
        numbers = {
            "measurement": measurement,
            "rank": rank,
            "shift": rank - first,
            "difference": scores.estimate - base.estimate,
            "estimate": scores.estimate,
            **{name: getattr(spread, name)[:, 0] for name in ("se", "lower", "upper")},
        }
        parts.append(base.units.reset_index(drop=True).assign(**numbers))
    order = np.argsort(np.tile(np.arange(len(first)), len(parts)), kind="stable")
    return pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)


def agreement_table(found: Mapping[str, UnitScores], table: pd.DataFrame) -> pd.DataFrame:
    """Return how each measurement agrees with the pooled one."""
    pooled = table[table["measurement"] == "pooled"]["rank"].to_numpy(np.float64)
    rows = []
    for measurement in found:
        if measurement == "pooled":
            continue
        part = table[table["measurement"] == measurement]
        shift = part["shift"].abs()
        rows.append(
            {
                "measurement": measurement,
                "rank_correlation": _correlation(part["rank"].to_numpy(np.float64), pooled),
                "moved": int((shift > 0).sum()),
                "max_shift": int(shift.max()),
                "max_difference": float(part["difference"].abs().max()),
                "median_se": float(part["se"].median()),
            }
        )
    return pd.DataFrame(rows)


def _ranks(estimate: NDArray[np.float64], within: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return ranks (U,), 1 for the highest; equal scores share the better one."""
    ahead = (estimate[:, None] < estimate) & (within[:, None] == within)
    return np.asarray(1 + ahead.sum(axis=1), dtype=np.intp)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    if not np.ptp(a) > 0 or not np.ptp(b) > 0:
        return np.nan
    return float(np.corrcoef(a, b)[0, 1])
