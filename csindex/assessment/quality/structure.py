"""How well the structural model explains its constructs (array functions).

Symbols: R (m, p, p) correlations of the items; C (m, k, k) correlations of the constructs; B (m, k, k) paths
``B[target, source]``; λ (m, p) loadings.
"""

from dataclasses import replace

import numpy as np

from csindex.assessment.quality.reliability import average_variance
from csindex.estimation.linear import inverse
from csindex.estimation.structure import variance_inflation
from csindex.fitting.estimates import Estimates, estimate
from csindex.model.design import Design
from csindex.model.loops import together
from csindex.options import Options
from csindex.survey.stacks import Array, empty, flatten


def item_inflation(R: Array, design: Design) -> Array:
    """Return the variance inflation (m, p) of each item among the items of its block; 1 for single items."""
    out = empty(len(R), design.p)
    for block in design.blocks:
        out[:, block] = np.einsum("mii->mi", inverse(R[:, block, block]))
    return out


@np.errstate(invalid="ignore", divide="ignore")
def effect_sizes(estimates: Estimates, design: Design) -> Array:
    """Return f² (m, k, k) at [target, source]: what R² loses without a path, the constructs' scores kept (Cohen 1988).

    Without source i, R² loses b_i²/VIF_i, so that f² = b_i²/(VIF_i (1 - R²)). That is so by least squares only: equations
    with instruments have NaN.
    """
    inflation = variance_inflation(estimates.correlations, design)
    instrumental = np.array([instruments is not None for instruments in design.instruments])
    out = estimates.paths**2 / inflation / (1 - estimates.r2)[:, :, None]
    return np.where(instrumental[:, None], np.nan, out)


@np.errstate(invalid="ignore", divide="ignore")
def effect_sizes_anew(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return f² (m, k, k) at [target, source] with the whole model estimated again without the path.

    Equations with instruments have NaN: without a source they would need others.
    """
    out = np.full(estimates.paths.shape, np.nan)
    for target, source in zip(*design.arrows, strict=True):
        if design.instruments[target] is not None:
            continue
        kept: Array | float = 0.0
        if len(design.sources[target]) > 1:
            kept = again(estimates, without(design, int(target), int(source)), options).r2[:, target]
        explained = estimates.r2[:, target]
        out[:, target, source] = (explained - kept) / (1 - explained)
    return out


def without(design: Design, target: int, source: int) -> Design:
    """Return the model without a path; a construct that is then joined to no other gets equal weights."""
    links = design.links.copy()
    links[target, source] = False
    alone = np.asarray(~(links.any(axis=0) | links.any(axis=1)))
    modes = tuple("equal" if lonely else mode for mode, lonely in zip(design.modes, alone, strict=True))
    return with_links(replace(design, modes=modes), links)


def saturated(design: Design) -> Design:
    """Return the model with a path to each construct from all those before it in the causal order, by least squares."""
    links = np.zeros_like(design.links)
    for at, target in enumerate(design.order):
        links[target, list(design.order[:at])] = True
    return with_links(replace(design, instruments=(None,) * design.k), links)


def with_links(design: Design, links: np.ndarray) -> Design:
    """Return the model with other paths that go the same way."""
    return replace(design, links=links, sources=tuple(np.flatnonzero(row) for row in links), loops=together(links))


def again(estimates: Estimates, design: Design, options: Options) -> Estimates:
    """Estimate the members (m,) again with another design, beginning at the weights that they have."""
    carried = estimates.index_weights if options.weights_from else None
    return estimate(flatten(estimates.mean, 1), flatten(estimates.cov, 2), design, options, estimates.weights, carried)


def redundancy(estimates: Estimates, design: Design) -> Array:
    """Return (m, k) mean redundancy: the communality, mean λ², times R² (Lohmöller 1989)."""
    return average_variance(estimates.loadings, design.blocks) * estimates.r2


@np.errstate(invalid="ignore")
def goodness(estimates: Estimates, design: Design) -> Array:
    """Return the GoF (m, 1) = √(mean communality · mean R²) (Tenenhaus, Esposito Vinzi, Chatelin & Lauro 2005).

    The mean of λ² is over the items of blocks with more than one; where every block has one item, over all. NaN where the mean
    R² is negative, as that of equations with instruments can be.
    """
    sizes = np.array([block.stop - block.start for block in design.blocks])
    several = sizes[design.block_of] > 1
    items = several if several.any() else np.ones(design.p, dtype=np.bool_)
    explained = estimates.r2.sum(axis=1) / max(1, design.links.any(axis=1).sum())
    communality = (estimates.loadings[:, items] ** 2).mean(axis=1)
    return np.asarray(np.sqrt(communality * explained)[:, None])
