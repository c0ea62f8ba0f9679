"""Estimates, errors and intervals of the metrics of all units (array functions)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.benchmark.metrics.ends import mean_on_scale, net_share, order_ends, studentized_mean
from csindex.benchmark.metrics.metrics import Kind, Metric
from csindex.fitting.intake import Plan
from csindex.replicates.bounded import FEWEST, widest
from csindex.replicates.intervals import Evidence, standard_error
from csindex.replicates.means import Drawn, MeanSource, QuantileSource, drawn, placed, sample_of
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers
from csindex.survey.design import Sampling

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class DomainMeans:
    """Means of q columns in U units.

    Attributes
    ----------
    mean, se : (U, q)
        Standard errors are NaN where only one sampling unit gave answers.
    n : (U, q)
        Answers with a weight, or trials.
    n_eff : (U, q)
        n over the design effect: the variance of a simple random sample of n over that of the mean, times n.
    kish : (U, q)
        (Σw)²/Σw²: the effective number of answers as far as weights go.
    df : (U, q)
        Sampling units less strata, of those with answers.
    """

    mean: Array
    se: Array
    n: Array
    n_eff: Array
    kish: Array
    df: Array


def domain_means(
    x: Array,
    weights: Array,
    own: Array,
    counts: NDArray[np.bool_],
    unit: Ints,
    units: int,
    sampling: Sampling | None,
) -> DomainMeans:
    """Return weighted means with ultimate-cluster variances (Woodruff 1971; Wolter 2007, ch. 6).

    With u_i = w_i (x_i - m)/Σw and U_hc the sum of a unit's u over sampling unit c of stratum h, of which C_h were
    drawn, V = Σ_h (1 - f_h) C_h/(C_h - 1) [Σ_c U_hc² - (Σ_c U_hc)²/C_h]. Without a design each unit is a sample of
    its own, and rows are the sampling units.

    Parameters
    ----------
    x : (n, q)
        NaN where an answer is missing.
    weights : (n,)
    own : (n, q)
        Of how many answers each x is the mean: 1, or the number of trials; NaN or 0 where there is none.
    counts : (q,) bool
        Whether x is the percentage of such trials.
    unit : (n,) int
    units : int
    sampling : Sampling or None
    """
    trials = np.nan_to_num(own)
    counted = ~np.isnan(x) & (weights[:, None] * trials > 0)
    trials = np.where(counted, trials, 0.0)
    w = weights[:, None] * trials
    total, n, rows = _sums(unit, w, units), _sums(unit, trials, units), _sums(unit, counted, units)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _sums(unit, np.where(counted, w * x, 0.0), units) / total
        gap = np.where(counted, x - mean[unit], 0.0)
        u = np.where(counted, w * gap / total[unit], 0.0)
        simple = np.where(counts, mean * (100 - mean), _sums(unit, w * gap**2, units) / total) / (n - 1)
        if sampling is not None:
            variance, df = _between(u, counted, unit, units, sampling)
        else:
            variance, df = rows / (rows - 1) * _sums(unit, u**2, units), rows - 1
            if np.ptp(weights) == 0:
                variance = np.where(counts, simple, variance)
        kish = total**2 / _sums(unit, weights[:, None] * w, units)
        return DomainMeans(mean, np.sqrt(variance), n, n * simple / variance, kish, df)


def _between(u: Array, counted: NDArray[np.bool_], unit: Ints, units: int, sampling: Sampling) -> tuple[Array, Array]:
    """Return variance and degrees of freedom (U, q) from the sums of u within sampling units."""
    m, strata = len(sampling.stratum), int(sampling.stratum.max()) + 1
    cells, inverse = np.unique(unit * m + sampling.psu, return_inverse=True)
    owner, psu = np.divmod(cells, m)
    stratum = sampling.stratum[psu]
    size = np.bincount(sampling.stratum, minlength=strata)[stratum][:, None]
    f = sampling.fraction[psu][:, None]
    factor = np.where(f < 1, (1 - f) * size / np.maximum(1, size - 1), 0.0)
    sums, held = _sums(inverse, u, len(cells)), _sums(inverse, counted, len(cells)) > 0
    layers, layer = np.unique(owner * strata + stratum, return_inverse=True)
    mean = _sums(layer, sums, len(layers))[layer] / size
    # Σ(U - Ū)² over the C_h sampling units is Σ U(U - Ū) over those with rows: the others have U = 0.
    variance = _sums(owner, factor * sums * (sums - mean), units)
    there = _sums(owner, held, units)
    filled = _sums(layer, held, len(layers)) > 0
    first = np.divmod(layers, strata)[0]
    alone = (there == 1) & (_sums(owner, held & (f < 1), units) > 0)
    return np.where(alone, np.nan, np.maximum(variance, 0.0)), there - _sums(first, filled, units)


def replicate_errors(x: Array, weights: Array, given: Array, coefficients: Array, ends: Ints, mean: Array) -> Array:
    """Return standard errors (U, q) of weighted means from supplied replicate weights.

    Parameters
    ----------
    x : (n, q)
    weights : (n, q)
        What rows count besides their case weight.
    given, coefficients : (n, R), (R,)
    ends : (U + 1,) int
        First row of each unit, then n.
    mean : (U, q)
    """
    counted = ~np.isnan(x)
    square = np.empty_like(mean)
    for unit, (first, end) in enumerate(pairwise(ends.tolist())):
        rows = slice(first, end)
        base = np.where(counted[rows], weights[rows], 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = given[rows].T @ (base * np.where(counted[rows], x[rows], 0.0)) / (given[rows].T @ base)
        square[unit] = coefficients @ (drawn - mean[unit]) ** 2
    return np.sqrt(square)


def effective(share: Array, found: DomainMeans, level: float, designed: bool) -> tuple[Array, NDArray[np.bool_]]:
    """Return the number of answers (U, q) that intervals of shares are reckoned with, and where it is Kish's.

    n over the design effect, times (t of n - 1 over t of df degrees of freedom)² with a design (Korn & Graubard 1998); at
    most n. Where all answers are the same, or one sampling unit gave all, the variance tells nothing, and Kish's number
    stands in; with a design no more than its degrees and one.
    """
    from scipy.special import stdtrit

    known = np.isfinite(found.n_eff) & (share > 0) & (share < 1)
    ratio: Array = np.ones(share.shape)
    if designed:
        tail = (1 + level) / 2
        ratio = np.asarray(
            (stdtrit(np.maximum(found.n - 1, 1), tail) / stdtrit(np.maximum(found.df, 1), tail)) ** 2, np.float64
        )
    least = np.minimum(found.kish, found.df + 1) if designed else found.kish
    return np.minimum(np.where(known, found.n_eff * ratio, least), found.n), ~known


def wilson(share: Array, n: Array, level: float) -> tuple[Array, Array]:
    """Return the ends of Wilson's (1927) score interval of shares, all arrays of one shape; NaN where n is 0."""
    from statsmodels.stats.proportion import proportion_confint

    safe = np.where(n > 0, n, 1.0)
    low, high = proportion_confint(np.nan_to_num(share) * safe, safe, alpha=1 - level, method="wilson")
    # At 0 and 1 rounding errors would leave the estimate a hair outside.
    low, high = np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high)
    return tuple(np.where((n > 0) & np.isfinite(share), end, np.nan) for end in (low, high))  # type: ignore[return-value]


def hybrid(first: tuple[Array, Array, Array], second: tuple[Array, Array, Array], r: Array) -> tuple[Array, Array]:
    """Return the ends of an interval of the difference first - second, from (estimate, lower, upper) of each.

    Newcombe's (1998) hybrid score interval where the ends are Wilson's and the estimates independent (r = 0); Zou & Donner
    (2008) for other ends, with the correlation r of the estimates.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second

    def reach(x: Array, y: Array) -> Array:
        return np.sqrt(np.maximum(x**2 - 2 * r * x * y + y**2, 0.0))

    return a - b - reach(a - a_low, b_high - b), a - b + reach(a_high - a, b - b_low)


def _sums(codes: Ints, x: NDArray[np.bool_] | Array, count: int) -> Array:
    """Return the sums (count, q) of x (n, q) over rows of each code."""
    return np.stack([np.bincount(codes, column, count) for column in x.T], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """q quantities of U units.

    Attributes
    ----------
    n, n_eff, estimate, se, lower, upper : (U, q)
    score_lower, score_upper : (U, q)
        Ends that intervals of differences start from: Wilson's (1927) of shares, else the same.
    method : (U, q) str
    kinds : tuple of q Kind
        Whether a quantity is a share of rows, a mean or a quantile.
    drawn : Drawn or None
        Replicates of all quantities, where they were needed.
    """

    n: Array
    n_eff: Array
    estimate: Array
    se: Array
    lower: Array
    upper: Array
    score_lower: Array
    score_upper: Array
    method: NDArray[np.object_]
    kinds: tuple[Kind, ...]
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
    kinds = tuple(m.kind for m in metrics.values() for _ in m.statistics)
    ratios = [_ratio(metric, columns) for metric in metrics.values()]
    simple = [at for at, metric in enumerate(metrics.values()) if metric.kind != "quantile"]
    means = _means([list(metrics.values())[at] for at in simple], [ratios[at] for at in simple], answers)
    joint = answers.sampling is not None or answers.given is not None
    replicates = None
    if plan.replicates and (set(kinds) != {"share"} or (correlations and joint)):
        replicates = _replicates(list(metrics.values()), ratios, columns, answers, plan)
    parts, at, place = [], 0, 0
    for metric in metrics.values():
        inside = slice(place, place + len(metric.statistics))
        if metric.kind == "quantile":
            parts.append(_quantiles(metric, columns, answers, plan, replicates, inside))
        else:
            one = DomainMeans(*(getattr(means, name)[:, at : at + 1] for name in DomainMeans.__slots__))
            at += 1
            binomial = metric.trials is not None
            parts.append(
                _share(one, answers, plan, binomial)
                if metric.kind == "share"
                else _mean(metric, one, answers, plan, replicates, inside)
            )
        place = inside.stop
    arrays: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts], axis=1)
        for name in ("n", "n_eff", "estimate", "se", "lower", "upper", "score_lower", "score_upper", "method")
    }
    return Measured(**arrays, kinds=kinds, drawn=replicates)


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
    return _linearised(x, own, counts, answers)


def _linearised(x: Array, own: Array, counts: NDArray[np.bool_], answers: Answers) -> DomainMeans:
    """Return means of columns (n, q), with errors by linearisation or from supplied replicate weights."""
    found = domain_means(x, answers.weights, own, counts, answers.unit, len(answers.ends) - 1, answers.sampling)
    if answers.given is None:
        return found
    assert answers.coefficients is not None
    se = replicate_errors(x, np.nan_to_num(own), answers.given, answers.coefficients, answers.ends, found.mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        return replace(found, se=se, n_eff=found.n_eff * (found.se / se) ** 2)


def _share(found: DomainMeans, answers: Answers, plan: Plan, binomial: bool) -> dict[str, Any]:
    p = found.mean / 100
    if _weighted(answers):
        n_eff, kish = effective(p, found, plan.level, designed=answers.sampling is not None)
        words = np.where(
            kish, "Clopper & Pearson 1934, Kish's n", "Clopper & Pearson 1934, effective n (Korn & Graubard 1998)"
        )
    else:
        n_eff, words = found.n, np.full(p.shape, "Clopper & Pearson 1934")
    low, high = widest(found.mean, np.where(n_eff > 0, n_eff, np.nan), (1 - plan.level) / 2)
    near = wilson(p, n_eff, plan.level)
    method = np.char.add(words, ", counts" if binomial else "").astype(object)
    return {"n": found.n, "n_eff": n_eff, "estimate": found.mean, "se": found.se, "lower": low, "upper": high,
            "score_lower": 100 * near[0], "score_upper": 100 * near[1], "method": method}  # fmt: skip


def _weighted(answers: Answers) -> bool:
    return bool(answers.sampling is not None or answers.given is not None or np.ptp(answers.weights) > 0)


def _mean(
    metric: Metric, found: DomainMeans, answers: Answers, plan: Plan, replicates: Drawn | None, inside: slice
) -> dict[str, Any]:
    """Return a mean: of promoters less detractors, or of answers on a scale."""
    out: dict[str, Any] = {"n": found.n, "n_eff": found.n_eff, "estimate": found.mean, "se": found.se}
    df, words = found.df, "linearised (Woodruff 1971)"
    if replicates is not None:
        evidence = Evidence(found.mean, replicates.draws[..., inside], replicates.coefficients, replicates.degrees)
        out["se"], words = standard_error(evidence), replicates.words
        df = np.minimum(df, replicates.degrees[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        # The variance of the answers, from that of the mean of a simple random sample.
        square = np.where(found.se > 0, found.n_eff * found.se**2 / found.n * (found.n - 1), 0.0 * found.se)
        known = np.isfinite(found.n_eff) & (found.se > 0)
        usable = np.minimum(np.where(known, found.n_eff, _least_n(found, answers)), found.n)
    if metric.floor is not None:
        low, high = net_share(found.mean, square + found.mean**2, usable, df, plan.level)
        method = f"one answer of each kind added, t interval; se: {words}"
    else:
        low, high, method = _on_scale(metric, found, np.sqrt(square), df, answers, plan, replicates, inside, out["se"])
        method = f"{method}; {words}"
    ends = {"lower": low, "upper": high, "score_lower": low, "score_upper": high}
    return out | ends | {"method": np.full(low.shape, method, object)}


def _least_n(found: DomainMeans, answers: Answers) -> Array:
    """Return the effective number (U, q) of answers that are all alike; of a design its sampling units, at least."""
    return found.kish if answers.sampling is None else np.minimum(found.kish, found.df + 1)


def _on_scale(
    metric: Metric,
    found: DomainMeans,
    deviation: Array,
    df: Array,
    answers: Answers,
    plan: Plan,
    replicates: Drawn | None,
    inside: slice,
    se: Array,
) -> tuple[Array, Array, str]:
    low, high = metric.scale
    unit, mean = 100 / (high - low), 100 * (found.mean - low) / (high - low)
    n, n_eff = found.n, _least_n(found, answers)
    plain = replicates is not None and replicates.coefficients is None and not np.isfinite(replicates.degrees).any()
    if replicates is not None and replicates.squares is not None and plain and replicates.draws.shape[1] >= FEWEST:
        draws, squares = replicates.draws[..., inside], replicates.squares[..., inside]
        spread = unit * np.sqrt(np.maximum(squares - draws**2, 0.0))
        ends = studentized_mean(mean, unit * deviation, unit * (draws - low), spread, n, found.kish, plan.level)
        words = "studentized (Davison & Hinkley 1997)"
    else:
        ends = mean_on_scale(mean, unit * se, unit * deviation, n, n_eff, df, plan.level)
        words = "t interval on the logit scale"
    return low + ends[0] / unit, low + ends[1] / unit, words


def _quantiles(
    metric: Metric, columns: Mapping[str, Array], answers: Answers, plan: Plan, replicates: Drawn | None, inside: slice
) -> dict[str, Any]:
    x = columns[metric.column]
    units, there = len(answers.ends) - 1, ~np.isnan(x)
    estimate = sample_of(_quantile_source(metric, x, answers))
    below = np.where(there[:, None], 100.0 * (x[:, None] <= estimate[answers.unit]), np.nan)
    found = _linearised(below, np.ones_like(below), np.zeros(len(metric.at), dtype=np.bool_), answers)
    usable = found.kish
    if answers.sampling is not None or answers.given is not None:
        usable, _ = effective(found.mean / 100, found, plan.level, designed=answers.sampling is not None)
    ends = np.full((2, *estimate.shape), np.nan)
    for unit in range(units):
        rows = answers.rows_of(unit)
        chosen = there[rows] & (answers.weights[rows] > 0)
        own, w = x[rows][chosen], answers.weights[rows][chosen]
        for at, share in enumerate(metric.at):
            ends[:, unit, at] = order_ends(own, w, share, float(usable[unit, at]), plan.level)
    se = np.full(estimate.shape, np.nan)
    if replicates is not None:
        evidence = Evidence(estimate, replicates.draws[..., inside], replicates.coefficients, replicates.degrees)
        se = standard_error(evidence)
    method = np.full(estimate.shape, "order statistics (Clopper-Pearson ranks)", object)
    return {"n": found.n, "n_eff": found.kish, "estimate": estimate, "se": se, "lower": ends[0], "upper": ends[1],
            "score_lower": ends[0], "score_upper": ends[1], "method": method}  # fmt: skip


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
        values = np.column_stack(
            [x * t for x, t in own] + [x**2 * t for x, t in own] + [np.where(np.isnan(x), np.nan, t) for x, t in own]
        )
        source = MeanSource(placed(answers, lambda _: values), tuple(map(str, range(values.shape[1]))), "mean")
        parts["means"] = drawn(source, plan.kind, plan.replicates, plan.seed, _quotients)
    blocks, squares, at = [], [], 0
    for metric in metrics:
        if metric.kind == "quantile":
            source_q = _quantile_source(metric, columns[metric.column], answers)
            parts["last"] = drawn(source_q, plan.kind, plan.replicates, plan.seed, lambda quantiles: quantiles)
            blocks.append(parts["last"].draws)
            squares.append(np.full_like(blocks[-1], np.nan))
        else:
            blocks.append(parts["means"].draws[..., at : at + 1])
            half = parts["means"].draws.shape[-1] // 2
            squares.append(parts["means"].draws[..., half + at : half + at + 1])
            at += 1
    one = next(iter(parts.values()))
    return replace(one, draws=np.concatenate(blocks, axis=-1), squares=np.concatenate(squares, axis=-1))


def _quotients(means: Array) -> Array:
    third = means.shape[1] // 3
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(means[:, : 2 * third] / np.tile(means[:, 2 * third :], 2))
