"""How reliably a block of items measures its construct (array functions).

Symbols: R (m, p, p) correlations of the items, reversed ones turned round; S (m, p, p) their covariances; w (m, p) outer
weights of standardized items; λ (m, p) loadings; q items in a block.
"""

from collections.abc import Sequence

import numpy as np

from csindex.survey.stacks import Array, empty


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
