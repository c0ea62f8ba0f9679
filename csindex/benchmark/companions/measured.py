"""Metrics of all units at once: estimates, errors and intervals (array functions, but for the names of methods)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.benchmark.companions.domains import DomainMeans, domain_means, effective, replicate_errors, wilson
from csindex.benchmark.companions.metrics import Metric
from csindex.benchmark.replicated import Drawn, MeanSource, QuantileSource, drawn, placed, sample_of
from csindex.benchmark.samples import Plan
from csindex.fitting.intervals import Evidence, uncertainty
from csindex.survey.answers import Answers
from csindex.survey.stacks import Array


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """q quantities of U units.

    Attributes
    ----------
    n, n_eff, estimate, se, lower, upper : (U, q)
    method : (U, q) str
    share : (q,) bool
        Whether a quantity is a percentage of rows.
    drawn : Drawn or None
        Replicates of all quantities, where they were needed.
    """

    n: Array
    n_eff: Array
    estimate: Array
    se: Array
    lower: Array
    upper: Array
    method: NDArray[np.object_]
    share: NDArray[np.bool_]
    drawn: Drawn | None


def measure(
    metrics: Mapping[str, Metric], columns: Mapping[str, Array], answers: Answers, plan: Plan, correlations: bool
) -> Measured:
    """Compute metrics of the units.

    Parameters
    ----------
    metrics : mapping of name to Metric
    columns : mapping of column to (n,)
        In the rows' order of `answers`.
    answers : Answers
        Weights, units and design.
    plan : Plan
    correlations : bool
        Whether shares need replicates too, because the difference of two domains of one sample is asked for.
    """
    share = np.array([m.kind == "share" for m in metrics.values() for _ in m.statistics])
    ratios = [_ratio(metric, columns) for metric in metrics.values()]
    simple = [at for at, metric in enumerate(metrics.values()) if metric.kind != "quantile"]
    means = _means([list(metrics.values())[at] for at in simple], [ratios[at] for at in simple], answers)
    joint = answers.sampling is not None or answers.given is not None
    made = None
    if plan.replicates and (not share.all() or (correlations and joint)):
        made = _replicates(list(metrics.values()), ratios, columns, answers, plan)
    parts, at, place = [], 0, 0
    for metric in metrics.values():
        inside = slice(place, place + len(metric.statistics))
        if metric.kind == "quantile":
            parts.append(_quantiles(metric, columns, answers, plan, made, inside))
        else:
            one = DomainMeans(*(getattr(means, name)[:, at : at + 1] for name in DomainMeans.__slots__))
            at += 1
            binomial = metric.trials is not None
            parts.append(
                _share(one, answers, plan, binomial) if metric.kind == "share" else _mean(one, plan, made, inside)
            )
        place = inside.stop
    arrays: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts], axis=1)
        for name in ("n", "n_eff", "estimate", "se", "lower", "upper", "method")
    }
    return Measured(**arrays, share=share, drawn=made)


def _ratio(metric: Metric, columns: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return values (n,) and what rows count (n,) besides their case weight."""
    x = columns[metric.column]
    if metric.trials is not None:
        return metric.counted(x, columns[metric.trials])
    return metric.values(x), np.ones_like(x)


def _means(metrics: list[Metric], ratios: list[tuple[Array, Array]], answers: Answers) -> DomainMeans | None:
    if not ratios:
        return None
    x, own = np.column_stack([r[0] for r in ratios]), np.column_stack([r[1] for r in ratios])
    counts = np.array([metric.trials is not None for metric in metrics])
    units = len(answers.ends) - 1
    found = domain_means(x, answers.weights, own, counts, answers.unit, units, answers.sampling)
    if answers.given is None:
        return found
    assert answers.coefficients is not None
    se = replicate_errors(x, np.nan_to_num(own), answers.given, answers.coefficients, answers.ends, found.mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        return replace(found, se=se, n_eff=found.n_eff * (found.se / se) ** 2)


def _share(found: DomainMeans, answers: Answers, plan: Plan, binomial: bool) -> dict[str, Any]:
    weighted = answers.sampling is not None or answers.given is not None or np.ptp(answers.weights) > 0
    p = found.mean / 100
    if weighted:
        n_eff, kish = effective(p, found, plan.level, designed=answers.sampling is not None)
        words = np.where(kish, "Wilson 1927, Kish's n", "Wilson 1927, effective n (Korn & Graubard 1998)")
    else:
        n_eff, words = found.n, np.full(p.shape, "Wilson 1927")
    low, high = wilson(p, n_eff, plan.level)
    method = np.char.add(words, ", counts" if binomial else "").astype(object)
    return {"n": found.n, "n_eff": n_eff, "estimate": found.mean, "se": found.se, "lower": 100 * low, "upper": 100 * high,
            "method": method}  # fmt: skip


def _mean(found: DomainMeans, plan: Plan, made: Drawn | None, inside: slice) -> dict[str, Any]:
    out: dict[str, Any] = {"n": found.n, "n_eff": found.n_eff, "estimate": found.mean}
    if made is not None:
        return out | _spread(found.mean, made, inside, plan)
    from scipy.special import stdtrit

    reach = stdtrit(np.maximum(found.df, 1), (1 + plan.level) / 2) * found.se
    return out | {"se": found.se, "lower": found.mean - reach, "upper": found.mean + reach,
                  "method": np.full(reach.shape, "t interval, linearised (Woodruff 1971)", object)}  # fmt: skip


def _quantiles(
    metric: Metric, columns: Mapping[str, Array], answers: Answers, plan: Plan, made: Drawn | None, inside: slice
) -> dict[str, Any]:
    x = columns[metric.column]
    units, there = len(answers.ends) - 1, ~np.isnan(x)
    w = np.where(there, answers.weights, 0.0)
    with np.errstate(invalid="ignore"):
        kish = np.bincount(answers.unit, w, units) ** 2 / np.bincount(answers.unit, w**2, units)
    estimate = sample_of(_quantile_source(metric, x, answers))
    n = np.bincount(answers.unit, there & (answers.weights > 0), units)
    out: dict[str, Any] = {
        "n": np.broadcast_to(n[:, None], estimate.shape),
        "n_eff": np.broadcast_to(kish[:, None], estimate.shape),
    }
    out["estimate"] = estimate
    if made is not None:
        return out | _spread(estimate, made, inside, plan)
    nothing = np.full(estimate.shape, np.nan)
    return out | {
        "se": nothing,
        "lower": nothing,
        "upper": nothing,
        "method": np.full(estimate.shape, "no replicates", object),
    }


def _spread(estimate: Array, made: Drawn, inside: slice, plan: Plan) -> dict[str, Any]:
    found = uncertainty(
        Evidence(estimate, made.draws[..., inside], made.coefficients, made.degrees), plan.level, plan.interval
    )
    text = f"{made.words}, {plan.interval}"
    return {"se": found.se, "lower": found.lower, "upper": found.upper, "method": np.full(estimate.shape, text, object)}


def _quantile_source(metric: Metric, x: Array, answers: Answers) -> QuantileSource:
    values = np.repeat(x[:, None], len(metric.at), axis=1)
    return QuantileSource(placed(answers, lambda _: values), metric.statistics, "mean", shares=metric.at)


def _replicates(
    metrics: list[Metric], ratios: list[tuple[Array, Array]], columns: Mapping[str, Array], answers: Answers, plan: Plan
) -> Drawn:
    """Return replicates of all quantities, in their order."""
    own = [r for r, m in zip(ratios, metrics, strict=True) if m.kind != "quantile"]
    parts = {}
    if own:
        values = np.column_stack([x * t for x, t in own] + [np.where(np.isnan(x), np.nan, t) for x, t in own])
        source = MeanSource(placed(answers, lambda _: values), tuple(map(str, range(values.shape[1]))), "mean")
        parts["means"] = drawn(source, plan.kind, plan.replicates, plan.seed, _quotients)
    blocks, at = [], 0
    for metric in metrics:
        if metric.kind == "quantile":
            source_q = _quantile_source(metric, columns[metric.column], answers)
            parts["last"] = drawn(source_q, plan.kind, plan.replicates, plan.seed, lambda made: made)
            blocks.append(parts["last"].draws)
        else:
            blocks.append(parts["means"].draws[..., at : at + 1])
            at += 1
    one = next(iter(parts.values()))
    return Drawn(np.concatenate(blocks, axis=-1), one.coefficients, one.degrees, one.joint, one.words)


def _quotients(means: Array) -> Array:
    half = means.shape[1] // 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(means[:, :half] / means[:, half:])
