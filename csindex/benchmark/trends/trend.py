"""Trends: scores of units over waves with fixed item weights, and their changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from csindex.assessment.groups.groups import adjust_of, adjusted
from csindex.benchmark.trends.result import Trend, changes_of, changes_table, decomposition_table, scores_table
from csindex.benchmark.unit_scores import UnitScores
from csindex.benchmark.wave_order import with_waves_in_order
from csindex.benchmark.waves import Grid, Panel, items_panel, scores_panel
from csindex.errors import OptionError
from csindex.fitting.constructs import place
from csindex.fitting.core import RESERVED
from csindex.fitting.intake import refuse_clash
from csindex.fitting.result import Fit
from csindex.index.logit_scores import LogitScores, on_logit_scale
from csindex.messages import Message, listed
from csindex.options import choose
from csindex.replicates.intervals import Evidence
from csindex.stacks.layout import Array
from csindex.text.format import unit_name

CHANGES = (*RESERVED, "from", "to", "series", "series_break", "percent", "detectable", "part", "p_adjusted")
"""Columns of the tables of a trend."""

ItemWeights = Literal["fixed", "own"] | Mapping[str, float] | None


def trend(
    result: Fit | UnitScores,
    wave: str = "year",
    *,
    weights: ItemWeights = None,
    base: Any = None,
    against: Literal["previous", "first"] = "previous",
    breaks: Any = None,
    adjust: str = "bh",
    level: float | None = None,
    power: float = 0.8,
    construct: str | None = None,
    order: Sequence[Any] | None = None,
) -> Trend:
    """Follow units over waves: scores, changes with intervals, and the part of the item weights in them.

    Waves are independent samples, unless the fit has clusters (such as the persons of a panel), strata or replicate
    weights: then they are domains of one sample, and what they have in common is in every interval.

    Parameters
    ----------
    result : Fit or UnitScores
        A fit with ``by=[..., wave]``, or scores such as those of `aggregate` whose units have that column.
    wave : str
        Column of the waves: numbers, dates, an ordered categorical, or texts whose numbers show their order, such as
        ``"2023Q1"`` and ``"W10"``; others need `order`.
    weights : {"fixed", "own"} or mapping of item to weight, optional
        *fixed*: every wave of a unit has the same item weights, so that changes are changes of ratings; the default for
        fits. *own*: each wave's own weights. A mapping: weights fixed from outside, which then add no uncertainty.
        Scores that are not a fit are taken as they are.
    base : label of a wave, optional
        Where fixed weights come from; by default they are the mean of those of the unit's waves. They are taken anew in
        every replicate, so that their uncertainty is counted.
    against : {"previous", "first"}
        Compare each wave with the unit's last one before it, or with its first one.
    breaks : label or list of labels of waves, optional
        Waves with which a new series begins (another mode, sample or questionnaire). A change across a break is listed
        and flagged, without a number.
    adjust : {"bh", "holm", "by", "none"}
        Adjustment of the p-values of all changes for there being many: false discoveries (Benjamini & Hochberg 1995;
        Benjamini & Yekutieli 2001) or any false one (Holm 1979).
    level : float, optional
        Of the intervals; by default the fit's.
    power : float
        Of the minimum detectable change.
    construct : str, optional
        By default the model's target.
    order : sequence of labels, optional
        All waves, the earliest first.

    Returns
    -------
    Trend

    Raises
    ------
    OptionError
        A wave column, base or break that is not there, a single wave, waves that do not show their order, weights that do not go with the result.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 300, groups=["2023", "2024"], seed=1).rename(columns={"unit": "year"})
    >>> moved = csi.trend(csi.fit(csi.acsi(), answers, by="year", replicates=100))
    >>> moved.changes.columns[-6:].tolist()
    ['estimate', 'se', 'lower', 'upper', 'p', 'p_adjusted']
    """
    scores = with_waves_in_order(UnitScores.of(result, construct), wave, order)
    refuse_clash(scores.units, CHANGES)
    grid = Grid.of(scores.units, wave)
    method = adjust_of("fdr_by" if adjust == "by" else adjust)
    level = _share("level", scores.level if level is None else level)
    series = _series(grid, breaks)
    items = items_panel(result, grid, scores.name) if isinstance(result, Fit) else None
    panel, words = _scored(result, scores, grid, items, weights, base, series)
    pairs = grid.pairs(choose("against", against, ["previous", "first"]))
    broken = series[pairs[1]] != series[pairs[2]]
    own = scores.logits
    scored = own if words in ("given", "own") else _logits(panel, grid, scores, joint=words != "outside" or panel.joint)
    tested = changes_of(scored, grid, pairs)
    changes = changes_table(panel, grid, pairs, broken, tested, level, _share("power", power))
    changes["p_adjusted"] = adjusted(changes["p"].to_numpy(), method)
    return Trend(
        name=scores.name,
        wave=wave,
        table=scores_table(panel, grid, scores, series, level),
        changes=changes,
        decomposition=decomposition_table(items, grid, tuple(a[~broken] for a in pairs), own, level),
        level=level,
        power=power,
        adjust=method,
        weights=words,
        base=base,
        waves=tuple(grid.waves),
    )


def fixed_weights(
    result: Fit,
    wave: str = "year",
    *,
    weights: ItemWeights = "fixed",
    base: Any = None,
    breaks: Any = None,
    construct: str | None = None,
    order: Sequence[Any] | None = None,
) -> UnitScores:
    """Return scores in which all waves of a unit have the same item weights, e.g. for `aggregate`.

    Parameters
    ----------
    result : Fit
    wave, weights, base, breaks, construct, order
        See `trend`.

    Returns
    -------
    UnitScores
        Of the same units; joint, since the waves of a unit share their weights.

    Raises
    ------
    OptionError
        See `trend`; also for a jackknife of independent units, whose replicates cannot be drawn together.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 300, groups=["2023", "2024"], seed=1).rename(columns={"unit": "year"})
    >>> csi.fixed_weights(csi.fit(csi.acsi(), answers, by="year", replicates=100)).joint
    True
    """
    scores = with_waves_in_order(UnitScores.of(result, construct), wave, order)
    if not isinstance(result, Fit):
        raise OptionError(Message("trend.needs_fit"))
    if scores.coefficients is not None and not scores.joint:
        raise OptionError(Message("trend.not_joint_fixed"))
    grid = Grid.of(scores.units, wave)
    items = items_panel(result, grid, scores.name)
    panel, _ = _scored(result, scores, grid, items, weights, base, _series(grid, breaks))
    unit, at = np.nonzero(grid.place >= 0)
    row = np.empty(len(scores.units), dtype=np.intp)
    row[grid.place[unit, at]] = np.arange(len(row))
    return UnitScores(
        name=scores.name,
        units=scores.units,
        estimate=panel.estimate[unit, at, 0][row],
        draws=panel.draws[unit, at, :, 0][row],
        n=scores.n,
        n_eff=scores.n_eff,
        joint=True,
        coefficients=scores.coefficients,
        degrees=scores.degrees,
        level=scores.level,
        interval=scores.interval,
    )


def _scored(
    result: Fit | UnitScores,
    scores: UnitScores,
    grid: Grid,
    items: Panel | None,
    weights: ItemWeights,
    base: Any,
    series: NDArray[np.intp],
) -> tuple[Panel, str]:
    """Return the scores as a panel with q = 1, and which item weights they have."""
    if items is None:
        if weights is not None or base is not None:
            raise OptionError(Message("trend.weights_need_fit"))
        return scores_panel(scores, grid), "given"
    assert isinstance(result, Fit)
    if isinstance(weights, Mapping):
        stage = result.stages[place(result, scores.name)[0]]
        names = stage.model.construct(scores.name).items
        return _with_weights(items, _checked(weights, names)), "outside"
    if choose("weights", weights or "fixed", ["fixed", "own"]) == "own":
        if base is not None:
            raise OptionError(Message("trend.base_of_own"))
        return scores_panel(scores, grid), "own"
    share = _mean_of_series(grid, series) if base is None else _all_on(grid, base)
    return _with_weights(items, share), "mean" if base is None else "base"


def _logits(panel: Panel, grid: Grid, scores: UnitScores, joint: bool) -> LogitScores:
    """Return the scores of a panel in the order of the rows of `scores`, on the scale of their test."""
    unit, at = np.nonzero(grid.place >= 0)
    order = np.argsort(grid.place[unit, at])
    unit, at = unit[order], at[order]
    evidence = Evidence(
        panel.estimate[unit, at],
        panel.draws[unit, at],
        None if panel.coefficients is None else panel.coefficients[unit],
        None if panel.degrees is None else panel.degrees[unit, at],
    )
    return on_logit_scale(evidence, scores.n_eff, joint)


def _with_weights(items: Panel, weights: Array) -> Panel:
    """Return scores with fixed weights: (p,) given, or shares (G, T, T) of the waves' own weights."""
    p = items.estimate.shape[-1] // 2

    def score(values: Array) -> Array:
        x, v = values[..., :p], values[..., p:]
        if weights.ndim == 1:
            return np.asarray((x * weights).sum(axis=-1, keepdims=True))
        # Only absent waves have no share in any weights; a replicate that failed stays failed.
        absent = weights.sum(axis=1)[:, :, None, None] == 0
        w = np.einsum("gts,gsrp->gtrp", weights, np.where(absent, 0.0, v))
        return np.asarray((x * w).sum(axis=-1, keepdims=True))

    estimate = score(items.estimate[:, :, None])[:, :, 0]
    return Panel(estimate, score(items.draws), items.coefficients, items.degrees, items.joint)


def _mean_of_series(grid: Grid, series: NDArray[np.intp]) -> Array:
    """Return shares (G, T, T): the weights of a wave are the mean of those of the unit's waves of the same series."""
    same = np.equal.outer(series, series)
    share = (same & (grid.place[:, None] >= 0)).astype(np.float64)
    return np.asarray(share / np.maximum(share.sum(axis=-1, keepdims=True), 1))


def _all_on(grid: Grid, base: Any) -> Array:
    """Return shares (G, T, T) that are 1 for the base wave."""
    at = grid.at(base, "base")
    absent = np.flatnonzero(grid.place[:, at] < 0).tolist()
    if absent:
        names = [unit_name(grid.units, unit) for unit in absent]
        raise OptionError(Message("trend.no_base", units=listed(names), base=base))
    share = np.zeros((len(grid.units), len(grid.waves), len(grid.waves)))
    share[:, :, at] = 1.0
    return share


def _series(grid: Grid, breaks: Any) -> NDArray[np.intp]:
    """Return the number (T,) of the series to which each wave belongs, from 1."""
    wanted: Iterable[Any] = () if breaks is None else breaks
    if isinstance(breaks, str) or not isinstance(wanted, Iterable):
        wanted = [breaks]
    begins = np.zeros(len(grid.waves), dtype=np.intp)
    begins[[grid.at(wave, "breaks") for wave in wanted]] = 1
    begins[0] = 1
    return np.cumsum(begins)


def _checked(weights: Mapping[str, float], names: tuple[str, ...]) -> Array:
    if set(weights) != set(names):
        raise OptionError(Message("trend.weight_names", found=listed(weights), items=listed(names)))
    values = np.array([weights[name] for name in names], dtype=np.float64)
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise OptionError(Message("trend.bad_weights", weights=dict(weights)))
    return np.asarray(values / values.sum())


def _share(name: str, value: float) -> float:
    if not 0 < value < 1:
        raise OptionError(Message("benchmark.share", name=name, value=value))
    return float(value)
