"""The result of a trend: its tables and its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.leagues.gaps import ADJUSTMENTS
from csindex.benchmark.planning import reach
from csindex.benchmark.unit_scores import UnitScores, bennet, combined_degrees
from csindex.benchmark.waves import Grid, Panel
from csindex.fitting.core import table
from csindex.index.differences import Pair, critical_z, gap_limits, pairs_of, two_sided
from csindex.index.logit_scores import LogitScores
from csindex.messages import Language, Message
from csindex.replicates.intervals import Evidence, Uncertainty, standard_error, uncertainty
from csindex.stacks.layout import Array
from csindex.text import format
from csindex.text.document import Paragraph, Section, Table
from csindex.text.result import ShortResult

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
        scores=None if scores.moments is None else scores.moments.of_rows(grid.place[unit, at]),
    )
    return table(labels, {}, evidence.estimate, uncertainty(evidence, level, scores.interval))


def changes_table(
    panel: Panel,
    grid: Grid,
    pairs: Pairs,
    broken: NDArray[np.bool_],
    tested: Pair,
    level: float,
    power: float,
) -> pd.DataFrame:
    """Return the changes of the scores, NaN where the series is broken; `tested` are the same changes on their scale."""
    unit, start, end = pairs
    old, change = panel.estimate[unit, start], panel.estimate[unit, end] - panel.estimate[unit, start]
    gap = broken[:, None]
    draws = np.where(gap[..., None], np.nan, panel.draws[unit, end] - panel.draws[unit, start])
    evidence = _evidence(panel, pairs, np.where(gap, np.nan, change), draws)
    lower, upper, p = (np.where(gap, np.nan, x[:, None]) for x in _tested(tested, level))
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = Uncertainty(standard_error(evidence), lower, upper, p)
        percent = np.where(old != 0, 100 * evidence.estimate / old, np.nan)
    labels = _labels(grid, pairs).assign(series_break=broken)
    extra = {"percent": percent, "detectable": reach(level, power) * spread.se}
    return table(labels, {}, evidence.estimate, spread, extra=extra, p=True)


def _tested(pair: Pair, level: float) -> tuple[Array, Array, Array]:
    return *gap_limits(pair, critical_z(level)), two_sided(pair.z)


def decomposition_table(
    items: Panel | None, grid: Grid, pairs: Pairs, scores: LogitScores, level: float
) -> pd.DataFrame:
    """Return the parts of the changes that come from ratings and from weights, and their sum, as a change of `scores`."""
    if items is None:
        return pd.DataFrame(columns=[*grid.units, "from", "to", "part", "estimate", "se", "lower", "upper", "p"])
    unit, start, end = pairs
    p = items.estimate.shape[-1] // 2

    def parts(values: Array) -> Array:
        a, b = values[unit, start], values[unit, end]
        ratings, weights = bennet(a[..., :p], b[..., :p], a[..., p:], b[..., p:])
        return np.stack([ratings, weights, ratings + weights], axis=-1)

    evidence = _evidence(items, pairs, parts(items.estimate), parts(items.draws))
    spread, total = uncertainty(evidence, level, "normal"), _tested(changes_of(scores, grid, pairs), level)
    for values, own in zip((spread.lower, spread.upper, spread.p), total, strict=True):
        values[:, 2] = own
    return table(_labels(grid, pairs), {"part": ["ratings", "weights", "total"]}, evidence.estimate, spread, p=True)


def changes_of(scores: LogitScores, grid: Grid, pairs: Pairs) -> Pair:
    """Return the changes (P,) of scores, the later less the earlier."""
    unit, start, end = pairs
    return pairs_of(scores, grid.place[unit, end], grid.place[unit, start])


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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trend(ShortResult):
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

    TABLES: ClassVar = {"trend": "table", "changes": "changes", "decomposition": "decomposition"}

    @property
    def units(self) -> list[str]:
        """The unit columns, without the wave."""
        columns = [str(name) for name in self.table.columns]
        return columns[: columns.index(self.wave)]

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield what is compared, how many changes are clear, and the changes: of several units those to the last wave."""
        count = len(self.table[self.units].drop_duplicates()) if self.units else 1
        title = {"name": self.name, "wave": self.wave, "first": self.waves[0], "last": self.waves[-1]}
        heading = _say(lang, "title_units", **title, units=count) if count > 1 else _say(lang, "title", **title)
        said = [_say(lang, f"weights_{self.weights}", base=self.base), *_verdict(self, lang)]
        yield Section("", (Paragraph(heading, "lead"), *map(Paragraph, said)))
        yield Section("", (_cells(self, self.changes if count == 1 else _latest(self), lang),))


def _say(lang: Language, key: str, **values: object) -> str:
    return Message(f"trend.{key}", **values).text(lang)


def _latest(trend: Trend) -> pd.DataFrame:
    """Return the changes to the last wave, the largest first."""
    last = trend.changes[[wave == trend.waves[-1] for wave in trend.changes["to"]]]
    return last.iloc[np.argsort(-last["estimate"].abs().fillna(0.0).to_numpy(), kind="stable")]


def _verdict(trend: Trend, lang: Language) -> list[str]:
    tested = trend.changes[~trend.changes["series_break"]]
    clear = tested["p_adjusted"] < 1 - trend.level
    up, down = int((clear & (tested["estimate"] > 0)).sum()), int((clear & (tested["estimate"] < 0)).sum())
    flat, broken = len(tested) - up - down, int(trend.changes["series_break"].sum())
    adjust = ADJUSTMENTS[trend.adjust]
    said = _say(
        lang,
        "changes",
        tested=len(tested),
        up=up,
        down=down,
        flat=flat,
        level=f"{trend.level:.0%}",
        adjusted=_say(lang, "adjusted", adjust=adjust) if adjust else _say(lang, "unadjusted"),
        detectable=format.number(float(tested["detectable"].median()), 1) if len(tested) else "–",
        power=f"{trend.power:.0%}",
    )
    return [said, _say(lang, "broken", broken=broken)] if broken else [said]


def _cells(trend: Trend, changes: pd.DataFrame, lang: Language) -> Table:
    """Return the first changes, rounded, as they are to be read."""
    rows = []
    for row in changes.head(format.ROWS).to_dict("records"):
        mark = "*" if row["p_adjusted"] < 1 - trend.level else ""
        mark = _say(lang, "break") if row["series_break"] else mark
        points = [format.number(row[name], 1, sign=True) for name in ("estimate", "percent")]
        between = format.interval(row["lower"], row["upper"], 1, lang, sign=True)
        labels = [str(row[name]) for name in [*trend.units, "from", "to"]]
        rows.append((*labels, *points, between, format.p_value(row["p_adjusted"]), mark))
    heads = _say(lang, "heads", level=f"{trend.level:.0%}").split("|")
    more = len(changes) - len(rows)
    rest = _say(lang, "more_rows", count=more) if more else ""
    return Table("", (*trend.units, *heads), tuple(rows), left=len(trend.units), rest=(len(rows), rest))
