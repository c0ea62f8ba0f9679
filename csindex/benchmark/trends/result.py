"""What a trend gives: tables, and what they say in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.planning import reach
from csindex.benchmark.unit_scores import UnitScores, bennet, combined_degrees
from csindex.benchmark.waves import Grid, Panel
from csindex.fitting.core import table
from csindex.replicates.intervals import Evidence, uncertainty
from csindex.stacks.layout import Array
from csindex.text import format, html
from csindex.text.format import Language

Pairs = tuple[NDArray[np.intp], ...]


def scores_table(panel: Panel, grid: Grid, scores: UnitScores, series: NDArray[np.intp], level: float) -> pd.DataFrame:
    """Return the scores, unit by unit, wave by wave."""
    unit, at = np.nonzero(grid.place >= 0)
    labels = grid.units.iloc[unit].reset_index(drop=True)
    labels[grid.wave] = [grid.waves[t] for t in at]
    if isinstance(scores.units[grid.wave].dtype, pd.CategoricalDtype):
        labels[grid.wave] = labels[grid.wave].astype(scores.units[grid.wave].dtype)
    labels["series"] = series[at]
    labels["n"] = np.rint(scores.n[grid.place[unit, at]]).astype(np.intp)
    evidence = Evidence(
        panel.estimate[unit, at],
        panel.draws[unit, at],
        None if panel.coefficients is None else panel.coefficients[unit],
        None if panel.degrees is None else panel.degrees[unit, at],
    )
    return table(labels, {}, evidence.estimate, uncertainty(evidence, level, scores.interval))


def changes_table(
    panel: Panel, grid: Grid, pairs: Pairs, broken: NDArray[np.bool_], level: float, power: float
) -> pd.DataFrame:
    """Return the changes of the scores, NaN where the series is broken."""
    unit, start, end = pairs
    old, change = panel.estimate[unit, start], panel.estimate[unit, end] - panel.estimate[unit, start]
    gap = broken[:, None]
    draws = np.where(gap[..., None], np.nan, panel.draws[unit, end] - panel.draws[unit, start])
    evidence = _evidence(panel, pairs, np.where(gap, np.nan, change), draws)
    spread = uncertainty(evidence, level, "normal")
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = np.where(old != 0, 100 * evidence.estimate / old, np.nan)
    labels = _labels(grid, pairs).assign(series_break=broken)
    extra = {"percent": percent, "detectable": reach(level, power) * spread.se}
    return table(labels, {}, evidence.estimate, spread, extra=extra, p=True)


def decomposition_table(items: Panel | None, grid: Grid, pairs: Pairs, level: float) -> pd.DataFrame:
    """Return the parts of the changes that come from ratings and from weights, and their sum."""
    if items is None:
        return pd.DataFrame(columns=[*grid.units, "from", "to", "part", "estimate", "se", "lower", "upper", "p"])
    unit, start, end = pairs
    p = items.estimate.shape[-1] // 2

    def parts(values: Array) -> Array:
        a, b = values[unit, start], values[unit, end]
        ratings, weights = bennet(a[..., :p], b[..., :p], a[..., p:], b[..., p:])
        return np.stack([ratings, weights, ratings + weights], axis=-1)

    evidence = _evidence(items, pairs, parts(items.estimate), parts(items.draws))
    labels = {"part": ["ratings", "weights", "total"]}
    return table(_labels(grid, pairs), labels, evidence.estimate, uncertainty(evidence, level, "normal"), p=True)


def _evidence(panel: Panel, pairs: Pairs, estimate: Array, draws: Array) -> Evidence:
    unit, start, end = pairs
    degrees = None
    if panel.degrees is not None and np.isfinite(panel.degrees).any():
        # The sampling variance of a wave is that of its score, or of its first item's mean.
        gap = panel.draws[..., 0] - panel.estimate[:, :, None, 0]
        c = 1.0 if panel.coefficients is None else panel.coefficients[:, None]
        variance = np.nansum(c * gap**2, axis=2)
        df, v = (np.stack([x[unit, start], x[unit, end]], axis=-1) for x in (panel.degrees, variance))
        degrees = combined_degrees(df, v, panel.joint)
    return Evidence(estimate, draws, None if panel.coefficients is None else panel.coefficients[unit], degrees)


def _labels(grid: Grid, pairs: Pairs) -> pd.DataFrame:
    unit, start, end = pairs
    labels = grid.units.iloc[unit].reset_index(drop=True)
    labels["from"] = [grid.waves[t] for t in start]
    labels["to"] = [grid.waves[t] for t in end]
    return labels


_ADJUSTED = {
    "fdr_bh": {"en": "Benjamini & Hochberg", "ko": "Benjamini & Hochberg 보정"},
    "fdr_by": {"en": "Benjamini & Yekutieli", "ko": "Benjamini & Yekutieli 보정"},
    "holm": {"en": "Holm", "ko": "Holm 보정"},
    "none": {"en": "not adjusted for their number", "ko": "다중비교 보정 없음"},
}
_WEIGHTS = {
    "mean": {
        "en": "All waves of a unit have the same item weights: the mean of its waves'.",
        "ko": "단위별로 모든 회차에 같은 문항 가중치(회차별 가중치의 평균)를 적용하였습니다.",
    },
    "base": {
        "en": "All waves of a unit have the item weights of its wave {base}.",
        "ko": "단위별로 모든 회차에 {base} 회차의 문항 가중치를 적용하였습니다.",
    },
    "own": {"en": "Each wave has its own item weights.", "ko": "회차마다 해당 회차의 문항 가중치를 적용하였습니다."},
    "outside": {"en": "The item weights are given from outside.", "ko": "외부에서 정한 문항 가중치를 적용하였습니다."},
    "given": {"en": "The scores are compared as they are.", "ko": "주어진 지수를 그대로 비교하였습니다."},
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trend:
    """Scores of units over waves.

    Attributes
    ----------
    name, wave : str
        What is scored, and the column of the waves.
    waves : tuple of labels
        In order.
    table : data frame
        Unit columns, the wave, ``series, n, estimate, se, lower, upper``.
    changes : data frame
        Unit columns, ``from, to, series_break, percent, detectable, estimate, se, lower, upper, p, p_adjusted``: the
        change in points, with a normal interval; in percent of the earlier score; and the smallest change that would be
        found with the wanted power. NaN across a break of the series.
    decomposition : data frame
        Unit columns, ``from, to, part, estimate, se, lower, upper, p``: the change of the scores with each wave's own
        item weights (*total*) is the sum of the parts *ratings* and *weights*; empty for scores that are not a fit.
    level, power : float
    adjust, weights : str
        How p-values were adjusted, and which item weights the scores have.
    base : label of a wave, or None
    """

    name: str
    wave: str
    waves: tuple[Any, ...]
    table: pd.DataFrame
    changes: pd.DataFrame
    decomposition: pd.DataFrame
    level: float
    power: float
    adjust: str
    weights: str
    base: Any

    @property
    def units(self) -> list[str]:
        """The unit columns, without the wave."""
        columns = [str(name) for name in self.table.columns]
        return columns[: columns.index(self.wave)]

    def summary(self, lang: str = "en") -> str:
        """Return the trend as text, in English (``"en"``) or Korean (``"ko"``)."""
        chosen = format.language(lang)
        count = len(self.table[self.units].drop_duplicates()) if self.units else 1
        span = f"{self.waves[0]}–{self.waves[-1]}"
        heading = {
            "en": f"{self.name} by {self.wave}, {span}" + (f", {count:,} units" if count > 1 else ""),
            "ko": f"{self.wave}별 {self.name} 지수({span})" + (f", 단위 {count:,}개" if count > 1 else ""),
        }[chosen]
        weights = _WEIGHTS[self.weights][chosen].format(base=self.base)
        rows = self.changes if count == 1 else self._latest()
        parts = [weights, *self._verdict(chosen)]
        return "\n".join([heading, *map(format.wrapped, parts), "", self._block(rows, chosen)])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        drop = ["series_break", "se", "p"]
        changes = html.as_table(self._latest().drop(columns=drop), "Changes to the last wave", ".changes")
        return html.page(repr(self), [html.as_table(self.table, "Index, 0–100", ".table"), changes])

    def _latest(self) -> pd.DataFrame:
        """Return the changes to the last wave, the largest first."""
        last = self.changes[[wave == self.waves[-1] for wave in self.changes["to"]]]
        return last.iloc[np.argsort(-last["estimate"].abs().fillna(0.0).to_numpy(), kind="stable")]

    def _verdict(self, lang: Language) -> list[str]:
        tested = self.changes[~self.changes["series_break"]]
        clear = tested["p_adjusted"] < 1 - self.level
        up, down = int((clear & (tested["estimate"] > 0)).sum()), int((clear & (tested["estimate"] < 0)).sum())
        flat, broken = len(tested) - up - down, int(self.changes["series_break"].sum())
        level, method = f"{self.level:.0%}", _ADJUSTED[self.adjust][lang]
        detectable = format.number(float(tested["detectable"].median()), 1) if len(tested) else "–"
        said = {
            "en": [
                f"Changes: {len(tested):,}, of which {up:,} up, {down:,} down, {flat:,} not clear ({level}, {method}). A "
                f"change of {detectable} points (median) would be found with a power of {self.power:.0%}.",
                f"Not compared: {broken:,} across a break of the series.",
            ],
            "ko": [
                f"전체 {len(tested):,}건의 변화 가운데 상승 {up:,}건, 하락 {down:,}건이며, {flat:,}건은 통계적으로 "
                f"뚜렷하지 않습니다(신뢰수준 {level}, {method}). 검정력 {self.power:.0%}로 탐지할 수 있는 최소 변화는 "
                f"{detectable}점(중앙값)입니다.",
                f"시계열 단절에 걸친 {broken:,}건은 비교하지 않았습니다.",
            ],
        }[lang]
        return said if broken else said[:1]

    def _block(self, rows: pd.DataFrame, lang: Language) -> str:
        level = f"{self.level:.0%}"
        heads = {
            "en": ["from", "to", "change", "%", f"{level} interval", "p adj.", ""],
            "ko": ["이전", "이후", "변화", "%", f"{level} 신뢰구간", "보정 p", ""],
        }[lang]
        cells = [[*self.units, *heads]]
        shown = rows.head(format.ROWS)
        for row in shown.to_dict("records"):
            mark = "*" if row["p_adjusted"] < 1 - self.level else ""
            if row["series_break"]:
                mark = {"en": "break", "ko": "단절"}[lang]
            change = [format.number(row[name], 1, sign=True) for name in ("estimate", "percent")]
            span = format.interval(row["lower"], row["upper"], 1, lang, sign=True)
            labels = [str(row[name]) for name in [*self.units, "from", "to"]]
            cells.append([*labels, *change, span, format.p_value(row["p_adjusted"]), mark])
        more = {"en": f"  ... {len(rows) - len(shown):,} more", "ko": f"  ... 외 {len(rows) - len(shown):,}건"}[lang]
        return format.aligned(cells, len(self.units)) + (f"\n{more}" if len(rows) > len(shown) else "")
