"""The result as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.estimation.consistent import ROUNDING
from csindex.fitting.checks import least_eigenvalues
from csindex.fitting.covariance import measures_said
from csindex.fitting.inadmissible import flawed_replicates, flaws_said
from csindex.options import Options

if TYPE_CHECKING:
    from csindex.fitting.result import Fit

WIDTH = 88
UNITS_SHOWN = 10
NUMBERS = ("n", "n_eff", "deff", "direct", "total", "adjusted", "estimate", "se", "lower", "upper", "p")

_ESTIMATORS = {
    "pls": "PLS path modelling",
    "plsc": "Consistent PLS (Dijkstra & Henseler 2015), which corrects paths and loadings of common factors, not the index",
}
_SCHEMES = {"path": "path weighting scheme", "centroid": "centroid scheme", "factorial": "factorial scheme"}
_VARIANTS = {"standardized": "standardized items", "centered": "items centred on 0–100"}
_DISCREPANCIES = {
    "ML": "maximum likelihood",
    "GLS": "generalized least squares",
    "ULS": "unweighted least squares",
    "DWLS": "diagonally weighted least squares",
}
_CONVENTIONS = {
    "fornell": "Fornell et al. (1996): item weights divided by the items' standard deviations",
    "standardized": "standardized: weights of standardized items on raw answers",
    "equal": "equal: the plain mean of the items",
}
_PARAMETRIC = (
    " These are moments of normal samples; where answers are skewed, as those of satisfied customers are, errors of paths and "
    "driver weights can be a third larger than this."
)
_MISSING = {
    "listwise": "rows with missing answers left out",
    "pairwise": "each correlation from the rows that have both answers",
    "mean": "missing answers replaced by the item's mean",
    "em": "maximum likelihood from the answers that are there, by EM",
    "fiml": "maximum likelihood from the answers that are there",
}


def short(result: Fit) -> str:
    """Return the headline and the index table."""
    parts = [headline(result), _index(result)]
    return "\n\n".join(parts) + "\n\nMore: .summary(), .impacts(), .paths, .effects, .weights, .loadings, .r2"


def full(result: Fit) -> str:
    """Return everything that a reader needs to use and to repeat the result."""
    parts = [headline(result), _index(result)]
    if result.design.reaches[result.model.construct_names.index(result.model.target)].any():
        parts.append(_impacts(result))
    if result.units is None:
        parts.append(_paths(result))
    parts += _inadmissible(result)
    parts.append(_method(result))
    return "\n\n".join(parts)


def headline(result: Fit) -> str:
    """Return the model's name and the index of its target, on two lines."""
    title = result.model.name or "Customer satisfaction index"
    target = result.model.target
    rows = result.index.query("construct == @result.model.target")
    sample = result.sample
    if result.units is None:
        row = rows.iloc[0]
        said = f"{target}: {row.estimate:.1f} of 100{_interval(row, result)}, from {int(sample.n.iloc[0]):,} answers."
    else:
        said = (
            f"{target} of {len(sample):,} units: {rows.estimate.min():.1f} to {rows.estimate.max():.1f} of 100, "
            f"median {rows.estimate.median():.1f}, from {int(sample.n.sum()):,} answers."
        )
    return f"{title}\n{said}"


def _interval(row: pd.Series[float], result: Fit) -> str:
    if not np.isfinite(row.se):
        return ""
    return f" ({result.options.level:.0%} interval {row.lower:.1f} to {row.upper:.1f})"


def _index(result: Fit) -> str:
    frame = result.index
    if result.units is not None:
        frame = frame[frame.construct == result.model.target].drop(columns="construct")
    else:
        frame = frame.assign(construct=[_row_label(result, name) for name in frame.construct])
    return _block(f"Index, 0–100{' of ' + result.model.target if result.units is not None else ''}", frame, result, 1)


def _row_label(result: Fit, name: str) -> str:
    model = result.specified
    construct = model.construct(name)
    rate = len(construct.items) == 1 and model.item(construct.items[0]).scale == (0, 1)
    return f"{name} (% yes)" if rate else name


def _impacts(result: Fit) -> str:
    frame = result.impacts().drop(columns=["target", "direct", "total"])
    if result.units is None:
        frame = frame.sort_values("estimate", ascending=False)
        frame = frame.assign(source=[_row_label(result, name) for name in frame.source])
    title = f"Driver weights: points on {result.model.target} that go with +5 points on the driver"
    return _block(title, frame, result, 2)


def _paths(result: Fit) -> str:
    expected = {(path.source, path.target): path.sign for path in result.model.paths}
    frame = result.paths
    against = [expected[s, t] * e < 0 for s, t, e in zip(frame.source, frame.target, frame.estimate, strict=True)]
    arrows = [f"{s} → {t}{' *' * bad}" for s, t, bad in zip(frame.source, frame.target, against, strict=True)]
    text = _block("Standardized paths", frame.drop(columns=["source", "target"]).assign(path=arrows), result, 3, "path")
    shares = zip(result.r2.construct, result.r2.estimate, strict=True)
    r2 = ", ".join(f"{name} {value:.2f}{' (not a share)' * (not 0 <= value <= 1)}" for name, value in shares)
    note = "\n  * not the sign that theory expects" if any(against) else ""
    return f"{text}{note}\n" + _wrapped(f"R²: {r2}") + _reliability(result)


def _reliability(result: Fit) -> str:
    if result.options.estimator != "plsc":
        return ""
    values = [
        f"{name} {rho:.2f}{' (beyond 1)' * (rho > 1 + ROUNDING)}"
        for name, rho, factor in zip(
            result.model.construct_names, result.estimates.reliability[0].tolist(), result.design.factors, strict=True
        )
        if factor
    ]
    return "\n" + _wrapped(f"Reliability ρ_A: {', '.join(values)}")


def _inadmissible(result: Fit) -> list[str]:
    flawed, usable = flawed_replicates(result)
    at = np.flatnonzero(result.estimates.flaws).tolist()
    lines = []
    if at and result.units is None:
        lines.append(f"In the sample {flaws_said(result.model, result.estimates, 0)}.")
    elif at:
        lines.append(f"{len(at)} of {len(result.estimates.flaws)} units, see .inadmissible.")
    if flawed:
        lines.append(f"{flawed:,} of {usable:,} replicates are inadmissible; they are in the intervals.")
    return ["Inadmissible estimates\n" + "\n".join(map(_wrapped, lines))] if lines else []


def _method(result: Fit) -> str:
    options, account = result.options, result.account
    lines = [
        f"Index weights carried over from {options.weights_from}, and taken as known; paths between these indices."
        if options.weights_from
        else f"{_estimator(options)}; index convention {_convention(options)}.",
        *([measures_said(result.covariance)] if result.covariance is not None else []),
        *_two_stage(result),
        *([_ordinal(result)] if options.ordinal else []),
        *([f"Model: {result.model.source}"] if result.model.source else []),
        *([f"Stages: {stages}"] if (stages := _stages(result)) else []),
        *([_rows(result)] if account is not None else []),
        _replicates(result),
        *([f"{len(result.dropped)} units were left out; see .dropped."] if len(result.dropped) else []),
    ]
    return "How this was computed\n" + "\n".join(_wrapped(line) for line in lines)


def _estimator(options: Options) -> str:
    if options.estimator == "cbsem":
        same = options.discrepancy == "DWLS" and options.replicates > 0
        weights = ", replicates with the weights of the sample" * same
        return f"Covariance structure model (CB-SEM), {_DISCREPANCIES[options.discrepancy]}{weights}"
    return f"{_ESTIMATORS[options.estimator]}, {_SCHEMES[options.scheme]}, {_VARIANTS[options.variant]}"


def _two_stage(result: Fit) -> list[str]:
    names, instruments = result.model.construct_names, result.design.instruments
    if result.options.estimator == "cbsem":
        return []
    equations = [
        f"{name} ({', '.join(names[i] for i in z)})"
        for name, z in zip(names, instruments, strict=True)
        if z is not None
    ]
    return [f"Two-stage least squares with instruments: {'; '.join(equations)}."] if equations else []


def _stages(result: Fit) -> str:
    """Say how a model with levels or interactions was fitted, from the first stage to the last."""
    words, fit = [], result
    while fit is not None and fit.stage is not None:
        words.append(fit.stage.words)
        fit = fit.lower  # type: ignore[assignment]
    told = [word for word in reversed(words) if word]
    if not told:
        return ""
    said = "; then ".join(told) + "."
    if result.stage is not None and result.stage.products:
        said += " An interaction has no index; its path is for one unit of the product of standardized constructs."
        if result.options.estimator == "plsc":
            said += " PLSc corrects the main effects for measurement error, and not a product of scores."
    return said


def _ordinal(result: Fit) -> str:
    named, p = result.options.ordinal, len(result.specified.item_names)
    which = f"all {p} items" if named is True else f"{len(tuple(named or ()))} of {p} items"
    drawn = result.replicates
    lost = 0 if drawn is None else int((least_eigenvalues(drawn.estimates) < 0).sum())
    return (
        f"Ordinal answers: polychoric correlations of {which}, in two steps (Olsson 1979). Means and standard deviations are "
        "those of the answers, so the index averages the categories' values."
        + (f" In {lost:,} replicates the correlations are not positive definite." if lost else "")
    )


def _rows(result: Fit) -> str:
    account = result.account
    assert account is not None
    said = [f"{account.used:,} of {account.rows:,} rows used"]
    if account.zero_weight:
        said.append(f"{account.zero_weight:,} left out with weight 0")
    if account.incomplete:
        said.append(f"{account.incomplete:,} left out with missing answers")
    if account.filled:
        said.append(f"{account.filled:,} missing answers in the rows used ({_MISSING[result.options.missing]})")
    if account.made_missing():
        said.append(f"made missing: {account.made_missing()}")
    n_eff, n = result.sample.n_eff.sum(), result.sample.n.sum()
    if abs(n_eff - n) > 0.5:
        said.append(f"effective number of answers with the case weights {n_eff:,.0f}")
    return "; ".join(said) + "."


def _convention(options: Options) -> str:
    if options.convention == "fornell" and options.variant == "centered":
        return "Fornell et al. (1996): weights of the centred items"
    return _CONVENTIONS[options.convention]


def _replicates(result: Fit) -> str:
    if result.replicates is None:
        return "No replicates, so no standard errors: PLS has no analytic ones."
    if result.replicates.kind == "delta":
        return f"Uncertainty: {result.replicates.words}; normal intervals, {result.options.level:.0%}."
    made, failed = result.sample.replicates, int(result.sample.failed.sum())
    reasons = result.failures.groupby("reason").replicates.sum()
    why = f" ({', '.join(f'{reason}: {count:,}' for reason, count in reasons.items())})" if failed else ""
    each = f" for each of {len(made):,} units" if result.units is not None else ""
    count = f"{made.min():,}" if made.min() == made.max() else f"{made.min():,} to {made.max():,}"
    return (
        f"Uncertainty: {count} replicates{each}, {result.replicates.words}, seed {result.seed}; "
        f"{result.options.interval} intervals, {result.options.level:.0%}; {failed:,} of {made.sum():,} replicates "
        f"failed{why}.{_PARAMETRIC * (result.replicates.kind == 'parametric')}"
    )


def _block(title: str, frame: pd.DataFrame, result: Fit, digits: int, first: str | None = None) -> str:
    """Return a titled table: labels, estimate, standard error and interval; of many units the highest and lowest."""
    level = f"{result.options.level:.0%} interval"
    labels = [first] if first else [str(name) for name in frame.columns if name not in NUMBERS]
    shown, rest = frame, 0
    if result.units is not None and len(frame) > UNITS_SHOWN:
        frame = frame.sort_values("estimate", ascending=False, kind="stable")
        shown, rest = pd.concat([frame.head(UNITS_SHOWN // 2), frame.tail(UNITS_SHOWN // 2)]), len(frame) - UNITS_SHOWN
    rows = [[*map(str, row)] for row in shown[labels].itertuples(index=False)]
    numbers = [_cells(row, digits) for row in shown[["estimate", "se", "lower", "upper"]].itertuples(index=False)]
    heads = [*(labels if result.units is not None else [""] * len(labels)), "estimate", "se", level]
    cells = [heads, *(a + b for a, b in zip(rows, numbers, strict=True))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  " + "  ".join(
            cell.ljust(width) if at < len(labels) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]  # fmt: skip
    if rest:
        lines.insert(1 + UNITS_SHOWN // 2, f"  ... {rest:,} more ...")
    return "\n".join([title, *lines])


def _cells(row: Iterable[float], digits: int) -> list[str]:
    estimate, se, lower, upper = row
    known = np.isfinite(se)
    return [
        f"{estimate:.{digits}f}",
        f"{se:.{digits + 1}f}" if known else "–",
        f"{lower:.{digits}f} to {upper:.{digits}f}" if known else "–",
    ]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
