"""A composite index as text, and what its reader must be told."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.benchmark.composites.scheme import TOTAL
from csindex.errors import CsindexWarning, MissingWarning, ReplicateWarning, SmallSampleWarning
from csindex.text.format import listed, unit_name

if TYPE_CHECKING:
    from csindex.benchmark.composites.composite import CompositeResult

WIDTH, SHOWN = 88, 10
FEW, MANY_MISSING, MANY_FAILED = 30, 0.05, 0.01
_MISSING = {
    "listwise": "rows with missing answers left out",
    "available": "each item's mean over the answers that are there",
}


def short(result: CompositeResult) -> str:
    """Return the headline and the scores."""
    total = result.index[result.index.dimension == TOTAL]
    n = int(result.n.sum())
    if result.units is None:
        row = total.iloc[0]
        known = np.isfinite(row.se)
        interval = f" ({result.plan.level:.0%} interval {row.lower:.1f} to {row.upper:.1f})" if known else ""
        said, shown = f"{row.estimate:.1f} of 100{interval}, from {n:,} answers.", result.index
    else:
        said = (
            f"{len(total):,} units: {total.estimate.min():.1f} to {total.estimate.max():.1f} of 100, median "
            f"{total.estimate.median():.1f}, from {n:,} answers."
        )
        shown = total.drop(columns="dimension")
    more = f"\n... {len(shown) - SHOWN:,} more units" if result.units is not None and len(shown) > SHOWN else ""
    head = shown if result.units is None else shown.head(SHOWN)
    return f"{result.scheme.name}: {said}\n\n{_rounded(head)}{more}"


def full(result: CompositeResult) -> str:
    """Return scores, weights, source and method."""
    scheme = result.scheme
    shares = pd.DataFrame({"dimension": scheme.shares.keys(), "share": [f"{s:.3g}" for s in scheme.shares.values()]})
    shares["items"] = [", ".join(item.name for item in d.items) for d in scheme.dimensions]
    shares["score"] = ["mean on 0-100" if d.cut is None else f"% of answers ≥ {d.cut:g}" for d in scheme.dimensions]
    lines = [
        *([f"Scheme: {scheme.source}"] if scheme.source else []),
        *scheme.notes,
        _rows(result),
        _replicates(result),
    ]
    method = "\n".join(textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in lines)
    return f"{short(result)}\n\nWeights\n{shares.to_string(index=False)}\n\nHow this was computed\n{method}"


def warnings_of(result: CompositeResult) -> list[tuple[str, type[CsindexWarning]]]:
    """Return what changes the reading of a result."""
    found: list[tuple[str, type[CsindexWarning]]] = []
    account, few = result.account, np.flatnonzero(result.n_eff < FEW).tolist()
    weighted = account.rows - account.zero_weight
    if account.incomplete > MANY_MISSING * weighted:
        found.append((
            f"missing={result.missing!r} leaves out {account.incomplete:,} of {weighted:,} rows with missing answers. Those "
            "who answer everything may be more or less satisfied than the others; compare with missing='available'.",
            MissingWarning,
        ))  # fmt: skip
    if few:
        who = (
            "the sample has"
            if result.units is None
            else f"{listed((unit_name(result.units, unit) for unit in few), most=3)}:"
        )
        found.append((
            f"{who} fewer than {FEW} effective answers. Statistical offices suppress such scores as a rule; read the "
            "intervals, which are themselves rough here.",
            SmallSampleWarning,
        ))  # fmt: skip
    if result.plan.replicates:
        share = failed(result) / max(1, result.drawn.draws[..., -1].size)
        if share > MANY_FAILED:
            found.append((
                f"{share:.1%} of the replicates have no answer to some item, so intervals are from the others. Join small "
                "units, or use missing='listwise'.",
                ReplicateWarning,
            ))  # fmt: skip
    return found


def failed(result: CompositeResult) -> int:
    """Return the number of replicates without an index."""
    there = np.ones(result.drawn.draws.shape[:2]) if result.drawn.coefficients is None else result.drawn.coefficients
    return int((~np.isfinite(result.drawn.draws[..., -1]) & (there > 0)).sum())


def _rows(result: CompositeResult) -> str:
    account = result.account
    said = [f"{account.used:,} of {account.rows:,} rows used"]
    said += [f"{account.zero_weight:,} left out with weight 0"] if account.zero_weight else []
    said += [f"{account.incomplete:,} left out with missing answers"] if account.incomplete else []
    said += (
        [f"{account.filled:,} missing answers in the rows used ({_MISSING[result.missing]})"] if account.filled else []
    )
    if account.made_missing():
        said.append(f"made missing: {account.made_missing()}")
    if abs(result.n_eff.sum() - result.n.sum()) > 0.5:
        said.append(f"effective number of answers with the case weights {result.n_eff.sum():,.0f}")
    return "; ".join(said) + "."


def _replicates(result: CompositeResult) -> str:
    plan = result.plan
    if not plan.replicates:
        return "No replicates, so no standard errors."
    each = " for each unit" if result.units is not None else ""
    return (
        f"Uncertainty: {result.drawn.draws.shape[1]:,} replicates{each}, {result.drawn.words}, seed {plan.seed}; "
        f"{plan.interval} intervals, {plan.level:.0%}; {failed(result):,} failed."
    )


def _rounded(frame: pd.DataFrame) -> str:
    shown = frame.copy()
    for name, digits in (("estimate", 1), ("se", 2), ("lower", 1), ("upper", 1)):
        shown[name] = [f"{value:.{digits}f}" if np.isfinite(value) else "–" for value in frame[name]]
    return shown.to_string(index=False)
