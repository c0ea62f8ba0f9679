"""Tables about measurement: reliability, convergent and discriminant validity."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from csindex.assessment.quality.scope import Scope, beside, labels_by_measure, oriented
from csindex.estimation.estimates import Estimates
from csindex.estimation.pls.iteration import proxy_covariances
from csindex.model.design import Design
from csindex.stacks.layout import Array, empty


@np.errstate(invalid="ignore", divide="ignore")
def alpha(S: Array, blocks: Sequence[slice]) -> Array:
    """Return Cronbach's (1951) α (m, k) = q/(q-1) · (1 - tr S/ΣS); standardized if S is R, NaN for single items."""
    out = empty(len(S), len(blocks))
    for j, block in enumerate(blocks):
        q, part = block.stop - block.start, S[:, block, block]
        if q == 1:
            out[:, j] = np.nan
        else:
            out[:, j] = q / (q - 1) * (1 - np.einsum("mii->m", part) / np.einsum("mij->m", part))
    return out


@np.errstate(invalid="ignore", divide="ignore")
def rho_a(R: Array, w: Array, blocks: Sequence[slice]) -> Array:
    """Return ρ_A (m, k) of Dijkstra & Henseler (2015, eq. 3); 1 for single items.

    ρ_A = (w'w)² · [w'(R - diag R)w] / [w'(ww' - diag ww')w], with w'Rw = 1 within the block.
    """
    out = empty(len(R), len(blocks))
    for j, block in enumerate(blocks):
        if block.stop - block.start == 1:
            out[:, j] = 1.0
            continue
        part, v = R[:, block, block], w[:, block]
        variance = np.einsum("mi,mij,mj->m", v, part, v, optimize=True)
        square = (v**2).sum(axis=1)
        shared = variance - np.einsum("mi,mii->m", v**2, part)
        out[:, j] = (square / variance) ** 2 * shared * variance / (square**2 - (v**4).sum(axis=1))
    return out


@np.errstate(invalid="ignore", divide="ignore")
def rho_c(loadings: Array, blocks: Sequence[slice]) -> Array:
    """Return the composite reliability ρ_C (m, k) = (Σλ)²/((Σλ)² + Σ(1-λ²)) (Jöreskog 1971)."""
    out = empty(len(loadings), len(blocks))
    for j, block in enumerate(blocks):
        part = loadings[:, block]
        common = part.sum(axis=1) ** 2
        out[:, j] = common / (common + (1 - part**2).sum(axis=1))
    return out


def average_variance(loadings: Array, blocks: Sequence[slice]) -> Array:
    """Return the average variance extracted (m, k), the mean of λ² (Fornell & Larcker 1981)."""
    out = empty(len(loadings), len(blocks))
    for j, block in enumerate(blocks):
        out[:, j] = (loadings[:, block] ** 2).mean(axis=1)
    return out


ROUNDING = 1e-12


@np.errstate(invalid="ignore", divide="ignore")
def heterotrait_monotrait(R: Array, blocks: Sequence[slice]) -> dict[str, Array]:
    """Return the heterotrait-monotrait ratios of correlations, each (m, k, k); a single item's monotrait mean is 1.

    *htmt*: the mean correlation between two blocks over the geometric mean of the mean correlations within them, in
    absolute value (Henseler, Ringle & Sarstedt 2015, eq. 6). *htmt+*: every correlation in absolute value (Ringle et al. 2023).
    *htmt2*: geometric means of the correlations (Roemer, Schuberth & Henseler 2021), NaN where one is negative.
    """
    het, mono = _block_means(R, blocks)
    het_abs, mono_abs = _block_means(np.abs(R), blocks)
    # A correlation of 0, as whole-numbered answers can have, makes a geometric mean 0; rounding must not make it negative.
    het_log, mono_log = _block_means(np.log(np.where(R > -ROUNDING, np.maximum(R, 0.0), np.nan)), blocks, alone=0.0)
    mono_log = np.where(np.isfinite(mono_log), mono_log, np.nan)
    return {
        "htmt": np.abs(het) / _root(mono),
        "htmt+": het_abs / _root(mono_abs),
        "htmt2": np.exp(het_log - 0.5 * (mono_log[:, :, None] + mono_log[:, None, :])),
    }


def _block_means(X: Array, blocks: Sequence[slice], alone: float = 1.0) -> tuple[Array, Array]:
    """Return means between blocks (m, k, k), and off the diagonal within them (m, k), `alone` for single items."""
    starts = [block.start for block in blocks]
    q = np.array([block.stop - block.start for block in blocks], dtype=np.float64)
    sums = np.add.reduceat(np.add.reduceat(X, starts, axis=1), starts, axis=2)
    diagonal = np.add.reduceat(np.einsum("mii->mi", X), starts, axis=1)
    pairs = q * (q - 1)
    within = (np.einsum("mjj->mj", sums) - diagonal) / np.where(pairs > 0, pairs, 1.0)
    return sums / (q[:, None] * q), np.where(pairs > 0, within, alone)


def _root(mono: Array) -> Array:
    """Return the geometric means (m, k, k) of two blocks' means, NaN where one is not positive."""
    root = np.sqrt(np.where(mono > 0, mono, np.nan))
    return np.asarray(root[:, :, None] * root[:, None, :])


def fornell_larcker(ave: Array, C: Array) -> Array:
    """Return √AVE of construct j less its absolute correlation with construct l, (m, k, k) at [j, l].

    Positive where construct j shares more variance with its own items than with construct l (Fornell & Larcker 1981).
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(ave)[:, :, None] - np.abs(C))


def cross_loadings(R: Array, w: Array, design: Design) -> Array:
    """Return the correlation (m, p, k) of every item with the score of every construct."""
    return np.swapaxes(proxy_covariances(R, w, design), 1, 2)


RELIABILITIES = ("alpha", "alpha_raw", "rho_a", "rho_c", "ave")
RATIOS = ("htmt", "htmt+", "htmt2")


def reliability_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, measure, estimate, ...``; NaN for single items and composites."""
    design = scope.design
    applies = np.where(scope.reflective & scope.several, 1.0, np.nan)
    # Items on different scales count by what they contribute to the index, in points of 100.
    hundred = 100.0 / design.span

    def of(e: Estimates) -> Array:
        R = scope.correlations(e)
        raw = oriented(e.cov * (hundred[:, None] * hundred), design)
        found = [
            alpha(R, design.blocks),
            alpha(raw, design.blocks),
            scales_rho_a(scope, e, R),
            rho_c(e.loadings, design.blocks),
            average_variance(e.loadings, design.blocks),
        ]
        return beside([part * applies for part in found])

    return scope.table(labels_by_measure({"construct": scope.names}, "measure", RELIABILITIES), of)


def scales_rho_a(scope: Scope, e: Estimates, R: Array) -> Array:
    """Return ρ_A, which takes weights to be proportional to loadings; those of a covariance structure model are not."""
    if scope.covariance:
        return np.full_like(e.r2, np.nan)
    return rho_a(R, scope.weights(e), scope.design.blocks)


def htmt_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct_1, construct_2, measure, estimate, ...`` of constructs that several items reflect."""
    pairs = list(combinations(scope.scales.tolist(), 2))
    first, second = [a for a, _ in pairs], [b for _, b in pairs]

    def of(e: Estimates) -> Array:
        ratios = heterotrait_monotrait(scope.correlations(e), scope.design.blocks)
        return beside([ratios[name][:, first, second] for name in RATIOS])

    labels = {"construct_1": [scope.names[a] for a in first], "construct_2": [scope.names[b] for b in second]}
    return scope.table(labels_by_measure(labels, "measure", RATIOS), of)


def fornell_larcker_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct_1, construct_2, root_ave, correlation, estimate, ...``; the estimate is the margin."""
    design, sample = scope.design, scope.result.estimates
    pairs = [(a, b) for a in scope.scales.tolist() for b in range(design.k) if a != b]
    first, second = [a for a, _ in pairs], [b for _, b in pairs]

    def of(e: Estimates) -> Array:
        ave = average_variance(e.loadings, design.blocks)
        return fornell_larcker(ave, e.correlations)[:, first, second]

    labels = {"construct_1": [scope.names[a] for a in first], "construct_2": [scope.names[b] for b in second]}
    root = np.sqrt(average_variance(sample.loadings, design.blocks))[:, first]
    return scope.table(labels, of, {"root_ave": root, "correlation": sample.correlations[:, first, second]})


def cross_loading_table(scope: Scope) -> pd.DataFrame:
    """Return ``item, own, construct, estimate, ...``: the correlation of every item with every construct's score."""
    design, items = scope.design, scope.result.model.item_names

    def of(e: Estimates) -> Array:
        found = cross_loadings(scope.correlations(e), scope.weights(e), design)
        return found.reshape(-1, design.p * design.k)

    labels = {"item": list(items), "own": [scope.names[j] for j in design.block_of]}
    return scope.table(labels_by_measure(labels, "construct", scope.names), of)


def weight_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, item, estimate, ..., p`` of the outer weights of composites with several items."""
    design, items = scope.design, scope.result.model.item_names
    chosen = np.flatnonzero((~scope.reflective & scope.several)[design.block_of])
    labels = {"construct": [scope.names[design.block_of[i]] for i in chosen], "item": [items[i] for i in chosen]}
    return scope.result.table(labels, lambda e: e.weights[..., chosen], p=True)
