"""Whether constructs are told apart from one another (array functions).

Symbols: R (m, p, p) correlations of the items, reversed ones turned round; w (m, p) outer weights of standardized items;
C (m, k, k) correlations of the constructs; q_j items in block j.
"""

from collections.abc import Sequence

import numpy as np

from csindex.estimation.pls import proxy_covariances
from csindex.model.design import Design
from csindex.survey.stacks import Array

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
