"""Differences of metrics between units or waves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from csindex.benchmark.metrics.measure import Measured, hybrid
from csindex.benchmark.metrics.metrics import Metric
from csindex.errors import OptionError
from csindex.fitting.intake import Plan
from csindex.messages import Message, listed
from csindex.replicates.intervals import Evidence, uncertainty
from csindex.stacks.layout import Array

Pairs = tuple[str, list[tuple[int, int]]]


def pairs_of(units: pd.DataFrame | None, difference: str | Mapping[str, Any]) -> Pairs:
    """Return the column in which pairs of units differ, and the pairs (minuend, subtrahend).

    Raises
    ------
    OptionError
        A column or value that is not there, or nothing to compare.
    """
    if units is None:
        raise OptionError(Message("metrics.difference_units"))
    successive = isinstance(difference, str)
    given: dict[str, Any] = {difference: None} if isinstance(difference, str) else dict(difference)
    column = next(iter(given), "")
    if len(given) != 1 or column not in units.columns:
        known = listed(map(repr, units.columns))
        raise OptionError(Message("metrics.difference_column", difference=difference, known=known))
    reference = given[column]
    values = units[column].tolist()
    if not successive and reference not in values:
        known = listed(map(repr, dict.fromkeys(values)))
        raise OptionError(Message("metrics.difference_value", difference=difference, known=known))
    others = [name for name in units.columns if name != column]
    groups = _alike(units, others)
    if successive:
        pairs = [pair for rows in groups for pair in zip(rows[1:], rows[:-1], strict=True)]
    else:
        bases = [(rows, base) for rows in groups for base in rows if values[base] == reference]
        pairs = [(row, base) for rows, base in bases for row in rows if row != base]
    if not pairs:
        alike = listed(others) if others else Message("metrics.the_rest")
        raise OptionError(Message("metrics.difference_pairs", difference=difference, others=alike))
    return str(column), pairs


def _alike(units: pd.DataFrame, names: list[str]) -> list[list[int]]:
    """Return rows that agree in the named columns, together."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row in range(len(units)):
        groups.setdefault(tuple(units[names].iloc[row].tolist()), []).append(row)
    return list(groups.values())


def difference_table(
    metrics: Mapping[str, Metric], found: Measured, units: pd.DataFrame, pairs: Pairs, plan: Plan
) -> pd.DataFrame:
    """Return differences: unit columns, ``against, metric, statistic, estimate, se, lower, upper, method``.

    Raises
    ------
    OptionError
        If shares of domains of one sample are compared without replicates.
    """
    column, rows = pairs
    first, second = (np.array(side) for side in zip(*rows, strict=True))
    q = found.estimate.shape[1]
    names = [(name, statistic) for name, metric in metrics.items() for statistic in metric.statistics]
    estimate, se, lower, upper, words = _differences(found, first, second, plan)
    labels = {str(name): units[name].iloc[first].repeat(q).array for name in units.columns}
    against = {"against": units[column].iloc[second].repeat(q).array}
    text = {"metric": [n for n, _ in names] * len(rows), "statistic": [s for _, s in names] * len(rows)}
    numbers = {"estimate": estimate, "se": se, "lower": lower, "upper": upper}
    frame = pd.DataFrame(
        {**labels, **against, **text, **{k: v.ravel() for k, v in numbers.items()}, "method": words * len(rows)}
    )
    return frame.astype({"metric": "str", "statistic": "str", "method": "str"})


def _differences(found: Measured, a: Any, b: Any, plan: Plan) -> tuple[Array, Array, Array, Array, list[str]]:
    """Return estimate, se, lower and upper (P, q) of the differences of units a less units b, and q methods."""
    estimate = found.estimate[a] - found.estimate[b]
    replicates = found.drawn
    r = np.zeros_like(estimate)
    draws = np.full((len(a), 0, estimate.shape[1]), np.nan)
    coefficients = degrees = None
    if replicates is not None:
        draws = replicates.draws[a] - replicates.draws[b]
        coefficients = None if replicates.coefficients is None else replicates.coefficients[a]
        degrees = np.minimum(replicates.degrees[a], replicates.degrees[b])
        if replicates.joint:
            r = _correlation(
                replicates.draws[a], replicates.draws[b], found.estimate[a], found.estimate[b], coefficients
            )
    sides = [(found.estimate[x], found.score_lower[x], found.score_upper[x]) for x in (a, b)]
    low, high = hybrid(sides[0], sides[1], r)
    se = np.sqrt(np.maximum(found.se[a] ** 2 + found.se[b] ** 2 - 2 * r * found.se[a] * found.se[b], 0.0))
    correlated = replicates is not None and replicates.joint
    words = "Newcombe 1998, with correlation (Zou & Donner 2008)" if correlated else "Newcombe 1998"
    methods = {"share": words, "mean": "hybrid of t intervals (Zou & Donner 2008)", "quantile": "no replicates"}
    method = [methods[kind] for kind in found.kinds]
    other = np.array([kind != "share" for kind in found.kinds])
    if replicates is not None and other.any():
        spread = uncertainty(Evidence(estimate, draws, coefficients, degrees), plan.level, plan.interval)
        se, low, high = (
            np.where(other, theirs, ours)
            for theirs, ours in ((spread.se, se), (spread.lower, low), (spread.upper, high))
        )
        replicated = f"{replicates.words}, {plan.interval}, of differences"
        method = [words if kind == "share" else replicated for kind in found.kinds]
    return estimate, se, low, high, method


def _correlation(x: Array, y: Array, x_hat: Array, y_hat: Array, coefficients: Array | None) -> Array:
    """Return the correlation (P, q) of replicates x and y (P, R, q)."""
    if coefficients is None:
        dx, dy = (z - np.nanmean(z, axis=1, keepdims=True) for z in (x, y))
        c = np.ones(x.shape[:2])
    else:
        dx, dy, c = x - x_hat[:, None], y - y_hat[:, None], coefficients
    cross, left, right = (np.nansum(c[..., None] * z, axis=1) for z in (dx * dy, dx**2, dy**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(cross / np.sqrt(left * right)))
