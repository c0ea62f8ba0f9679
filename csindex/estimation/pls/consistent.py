"""Consistent PLS (PLSc): loadings and correlations of common factors (Dijkstra & Henseler 2015), on a stack (array functions).

The proxy w'x of a common factor holds measurement error, so that its correlations are too small. Mode A weights are in the
limit proportional to the loadings, λ = c·w, and c follows from the covariances between the items of the block. ρ_A =
(w'λ)² is the squared correlation of the proxy with its factor.

Symbols: S (m, p, p) covariance of the items as the PLS algorithm sees them; w (m, p) outer weights, w'S_jj w = 1 in every
block; C (m, k, k) correlations of the proxies; ρ (m, k).
"""

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from csindex.model.design import Design
from csindex.stacks.layout import Array, empty
from csindex.stacks.linear import solve

ROUNDING = 1e-9


class Flaw(IntFlag):
    """Why a solution is inadmissible; 0 where it is not."""

    RELIABILITY = 1
    LOADING = 2
    CORRELATION = 4
    INDEFINITE = 8
    UNSTABLE = 16
    VARIANCE = 32
    PATH = 64


def reliability(S: Array, w: Array, design: Design) -> Array:
    """Return ρ_A (m, k) of the common factors, 1 for single items and for all modes but A.

    ρ_A = (w'w)² · w'(S_jj - diag S_jj)w / w'(ww' - diag ww')w (Dijkstra & Henseler 2015, equation 3). It is 0 or negative,
    or undefined, where the items of a block do not share anything.
    """
    rho = empty(len(w), design.k)
    rho[...] = 1.0
    for j in np.flatnonzero(design.factors):
        block = design.blocks[j]
        square = w[:, block] ** 2
        total = square.sum(axis=1) ** 2
        between = 1.0 - np.einsum("mi,mii->m", square, S[:, block, block])
        rho[:, j] = total * between / (total - (square**2).sum(axis=1))
    return rho


def disattenuated(C: Array, rho: Array) -> Array:
    """Return the correlations of the factors, c_jl/√(ρ_j ρ_l), from those of their proxies."""
    root = np.sqrt(rho)
    out = C / (root[:, :, None] * root[:, None, :])
    diagonal = np.arange(C.shape[-1])
    out[:, diagonal, diagonal] = 1.0
    return np.asarray(out)


def consistent_loadings(loadings: Array, w: Array, rho: Array, design: Design) -> Array:
    """Return λ = w√ρ/(w'w) (m, p) of the common factors; the other blocks keep their `loadings`."""
    out = loadings.copy(order="K")
    for j in np.flatnonzero(design.factors):
        block = design.blocks[j]
        c = np.sqrt(rho[:, j]) / (w[:, block] ** 2).sum(axis=1)
        out[:, block] = w[:, block] * c[:, None]
    return out


def flaws(rho: Array, loadings: Array, C: Array) -> NDArray[np.int8]:
    """Return (m,) the `Flaw` of each solution: what lies where it cannot be.

    Parameters
    ----------
    rho : (m, k)
    loadings : (m, p)
        Correlations of the items with their factors.
    C : (m, k, k)
        Disattenuated correlations.
    """
    most = 1 + ROUNDING
    beyond = {
        Flaw.RELIABILITY: (rho > most).any(axis=1),
        Flaw.LOADING: (np.abs(loadings) > most).any(axis=1),
        Flaw.CORRELATION: (np.abs(C) > most).any(axis=(1, 2)),
        Flaw.INDEFINITE: ~np.isfinite(solve(C, np.ones_like(rho))).all(axis=1),
    }
    out = np.zeros(len(rho), dtype=np.int8)
    for flaw, found in beyond.items():
        out[found] |= flaw
    return out
