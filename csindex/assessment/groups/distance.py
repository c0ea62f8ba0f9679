"""How far apart the models of several groups are: matrices that a model implies, and distances between them.

Symbols: C (m, k, k) correlations of the constructs, B (m, k, k) path coefficients ``B[target, source]``, V (m, k, k)
correlations of the constructs that the paths imply, Σ (m, p, p) correlations of the items that the model implies.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates
from csindex.estimation.pls.structure import total_effects
from csindex.model.design import Design
from csindex.stacks.layout import Array


def implied_constructs(C: Array, B: Array, r2: Array, design: Design) -> Array:
    """Return V = (I-B)⁻¹ Ψ (I-B)⁻ᵀ with its diagonal set to 1.

    Ψ holds the correlations of the constructs without sources, and 1 - R² of the others; within a feedback loop also the
    covariances of the residuals, (I-B)C(I-B)ᵀ, which two-stage least squares leaves free. The paths of a model that is not
    saturated do not reproduce a variance of 1 exactly; the diagonal is set to 1 afterwards, as cSEM does.

    Parameters
    ----------
    C, B : (m, k, k)
    r2 : (m, k)
    design : Design

    Returns
    -------
    (m, k, k)
    """
    outer = np.asarray(~design.links.any(axis=1))
    middle = C * (outer[:, None] & outer)
    diagonal = np.arange(design.k)
    middle[:, diagonal, diagonal] = np.where(outer, 1.0, 1 - r2)
    if design.loops.any():
        rest = np.eye(design.k) - B
        middle += np.einsum("mij,mjl,mnl->min", rest, C, rest, optimize=True) * design.loops
    reach = total_effects(B, design)
    reach[:, diagonal, diagonal] += 1.0
    V = np.einsum("mij,mjl,mnl->min", reach, middle, reach, optimize=True)
    V[:, diagonal, diagonal] = 1.0
    return np.asarray(V)


def implied_items(estimates: Estimates, R: Array, design: Design) -> Array:
    """Return Σ: items correlate as their loadings and the implied correlations of their constructs say.

    Items of one construct in Mode A correlate as the product of their loadings; composites of other modes say nothing
    of how their items correlate, which are then left as observed (Dijkstra & Henseler 2015; Schuberth et al. 2018).

    Parameters
    ----------
    estimates : Estimates
        A stack (m,).
    R : (m, p, p)
        Observed correlations of the items, reversed ones recoded.
    design : Design

    Returns
    -------
    (m, p, p)
    """
    V = implied_constructs(estimates.correlations, estimates.paths, estimates.r2, design)
    return items_from(V, estimates.loadings, R, design, np.array([mode == "A" for mode in design.modes]))


def items_from(V: Array, loadings: Array, R: Array, design: Design, reflective: NDArray[np.bool_]) -> Array:
    """Return Σ (m, p, p) from correlations V of the constructs and loadings (m, p).

    The items of `reflective` (k,) constructs correlate as the product of their loadings, those of others as observed.
    """
    S = between_items(V, loadings, design)
    for common, block in zip(reflective, design.blocks, strict=True):
        if not common:
            S[:, block, block] = R[:, block, block]
    diagonal = np.arange(design.p)
    S[:, diagonal, diagonal] = 1.0
    return S


def between_items(V: Array, loadings: Array, design: Design) -> Array:
    """Return λ_i v_jl λ_i' (m, p, p) of all items i, i' of constructs j, l, the stack innermost in memory."""
    block_of = design.block_of
    inner = np.moveaxis(V, 0, -1)[block_of[:, None], block_of]
    S = np.moveaxis(inner, -1, 0)
    S *= loadings[:, :, None]
    S *= loadings[:, None, :]
    return S


def average_distances(S: Array) -> Array:
    """Return the average distance of G matrices over all pairs (Klesel, Schuberth, Henseler & Dijkstra 2019).

    d_ULS = ½ Σ_ij (σ_ij - s_ij)²; d_G = ½ Σ_i (ln φ_i)² with φ the eigenvalues of Σ₁⁻¹Σ₂ (Dijkstra & Henseler 2015). cSEM
    takes the logarithm to base 10, which divides d_G by (ln 10)² and changes no p-value.

    Parameters
    ----------
    S : (m, G, p, p)

    Returns
    -------
    (m, 2)
        d_ULS and d_G, NaN where a matrix is not known; d_G also where one is not positive definite.
    """
    known = np.asarray(np.isfinite(S).all(axis=(-2, -1)))
    filled = np.where(known[..., None, None], S, np.eye(S.shape[-1]))
    values, vectors = np.linalg.eigh(filled)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.where(values > 0, values, np.nan) ** -0.5
    definite = np.asarray(np.isfinite(root).all(axis=-1))
    whitener = vectors * np.where(definite[..., None], root, 1.0)[..., None, :]
    pairs = list(combinations(range(S.shape[1]), 2))
    uls = np.mean([0.5 * ((S[:, a] - S[:, b]) ** 2).sum(axis=(1, 2)) for a, b in pairs], axis=0)
    geodesic = [_geodesic(whitener[:, a], filled[:, b]) for a, b in pairs]
    with np.errstate(invalid="ignore"):
        sound = np.asarray(known & definite).all(axis=1)
        return np.stack([uls, np.where(sound, np.mean(geodesic, axis=0), np.nan)], axis=1)


def _geodesic(whitener: Array, other: Array) -> Array:
    """Return ½ Σ (ln φ)² of the eigenvalues of W'SW (m, p, p), with WW' the inverse of the first matrix."""
    turned = np.swapaxes(whitener, 1, 2) @ other @ whitener
    phi = np.linalg.eigvalsh(turned)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(0.5 * (np.log(np.where(phi > 0, phi, np.nan)) ** 2).sum(axis=1))
