"""Tables about measurement: reliability, convergent and discriminant validity."""

from itertools import combinations

import numpy as np
import pandas as pd

from csindex.assessment.quality import reliability, validity
from csindex.assessment.quality.blocks import oriented
from csindex.assessment.quality.scope import Scope, beside, crossed
from csindex.fitting.estimates import Estimates
from csindex.survey.stacks import Array

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
            reliability.alpha(R, design.blocks),
            reliability.alpha(raw, design.blocks),
            rho_a(scope, e, R),
            reliability.rho_c(e.loadings, design.blocks),
            reliability.average_variance(e.loadings, design.blocks),
        ]
        return beside([part * applies for part in found])

    return scope.table(crossed({"construct": scope.names}, "measure", RELIABILITIES), of)


def rho_a(scope: Scope, e: Estimates, R: Array) -> Array:
    """Return ρ_A, which takes weights to be proportional to loadings; those of "cbsem" are not."""
    if scope.covariance:
        return np.full_like(e.r2, np.nan)
    return reliability.rho_a(R, scope.weights(e), scope.design.blocks)


def htmt_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct_1, construct_2, measure, estimate, ...`` of constructs that several items reflect."""
    pairs = list(combinations(scope.scales.tolist(), 2))
    first, second = [a for a, _ in pairs], [b for _, b in pairs]

    def of(e: Estimates) -> Array:
        ratios = validity.heterotrait_monotrait(scope.correlations(e), scope.design.blocks)
        return beside([ratios[name][:, first, second] for name in RATIOS])

    labels = {"construct_1": [scope.names[a] for a in first], "construct_2": [scope.names[b] for b in second]}
    return scope.table(crossed(labels, "measure", RATIOS), of)


def fornell_larcker_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct_1, construct_2, root_ave, correlation, estimate, ...``; the estimate is the margin."""
    design, sample = scope.design, scope.result.estimates
    pairs = [(a, b) for a in scope.scales.tolist() for b in range(design.k) if a != b]
    first, second = [a for a, _ in pairs], [b for _, b in pairs]

    def of(e: Estimates) -> Array:
        ave = reliability.average_variance(e.loadings, design.blocks)
        return validity.fornell_larcker(ave, e.correlations)[:, first, second]

    labels = {"construct_1": [scope.names[a] for a in first], "construct_2": [scope.names[b] for b in second]}
    root = np.sqrt(reliability.average_variance(sample.loadings, design.blocks))[:, first]
    return scope.table(labels, of, {"root_ave": root, "correlation": sample.correlations[:, first, second]})


def cross_loading_table(scope: Scope) -> pd.DataFrame:
    """Return ``item, own, construct, estimate, ...``: the correlation of every item with every construct's score."""
    design, items = scope.design, scope.result.model.item_names

    def of(e: Estimates) -> Array:
        found = validity.cross_loadings(scope.correlations(e), scope.weights(e), design)
        return found.reshape(-1, design.p * design.k)

    labels = {"item": list(items), "own": [scope.names[j] for j in design.block_of]}
    return scope.table(crossed(labels, "construct", scope.names), of)


def weight_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, item, estimate, ..., p`` of the outer weights of composites with several items."""
    design, items = scope.design, scope.result.model.item_names
    chosen = np.flatnonzero((~scope.reflective & scope.several)[design.block_of])
    labels = {"construct": [scope.names[design.block_of[i]] for i in chosen], "item": [items[i] for i in chosen]}
    return scope.result.table(labels, lambda e: e.weights[..., chosen], p=True)
