"""How far scores and ranks move between measurement models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.unit_scores import UnitScores
from csindex.text import format

_NAMES = {
    "pooled": {"en": "pooled", "ko": "전체 통합"},
    "industry": {"en": "industry", "ko": "업종별"},
    "company": {"en": "company", "ko": "기업별"},
    "equal": {"en": "equal", "ko": "동일"},
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sensitivity:
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

    def summary(self, lang: str = "en") -> str:
        """Return the comparison as text, in English (``"en"``) or Korean (``"ko"``)."""
        chosen = format.language(lang)
        heads = {
            "en": ["weights", "rank corr.", "moved", "max places", "max points", "median se"],
            "ko": ["가중치", "순위 상관", "이동 단위", "최대 순위 이동", "최대 점수 차", "표준오차 중앙값"],
        }[chosen]
        rows = [
            [
                _NAMES[row["measurement"]][chosen],
                format.number(row["rank_correlation"], 3),
                str(row["moved"]),
                str(row["max_shift"]),
                format.number(row["max_difference"], 2),
                format.number(row["median_se"], 2),
            ]
            for row in self.agreement.to_dict("records")
        ]
        cells = [heads, *rows]
        return f"{format.wrapped(self._sentence(chosen))}\n\n{format.aligned(cells, 1)}"

    def _sentence(self, lang: format.Language) -> str:
        worst: dict[Any, Any] = self.agreement.sort_values("max_shift", kind="stable").iloc[-1].to_dict()
        name = _NAMES[worst["measurement"]][lang]
        difference, se = float(self.agreement["max_difference"].max()), float(self.agreement["median_se"].median())
        small, places = difference < 2 * se, int(worst["max_shift"])
        if lang == "ko":
            ranks = f"순위는 최대 {places}계단({name} 가중치) 달라졌고" if places else "순위는 바뀌지 않았고"
            return (
                f"{self.name} 지수를 전체 통합 가중치 기준과 비교한 결과, 단위 {self.units:,}개의 {ranks}, 점수는 최대 "
                f"{difference:.1f}점 달라졌습니다. 이는 점수의 표준오차 {se:.1f}점(중앙값)의 2배보다 "
                f"{'작습니다' if small else '작지 않습니다'}."
            )
        ranks = f"move by up to {places} place{'s' * (places > 1)} ({name} weights)" if places else "do not move"
        return (
            f"{self.name}: compared with pooled item weights, the ranks of {self.units:,} units {ranks}, and scores move "
            f"by up to {difference:.1f} points, which is {'less' if small else 'not less'} than twice the scores' "
            f"standard error of {se:.1f} (median)."
        )

    def __repr__(self) -> str:
        return self.summary()


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
