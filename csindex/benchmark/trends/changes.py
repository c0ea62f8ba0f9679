"""Tables of scores and changes over waves."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.combination import bennet, combined_degrees
from csindex.benchmark.planning import reach
from csindex.benchmark.unit_scores import UnitScores
from csindex.benchmark.waves import Grid, Panel
from csindex.fitting.intervals import Evidence, uncertainty
from csindex.fitting.tables import table
from csindex.survey.stacks import Array

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
