"""Weights and paths when some rows of one block are hidden (array functions).

Symbols: F (m, p, p) covariances of all rows, T of those that are not hidden, both of items standardized by what is known of
them; with the hidden block j everything is known of T's rows only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.assessment.prediction.predictors import Antecedents, known_paths
from csindex.estimation.linear import inverse
from csindex.estimation.pls import inner_weights, proxy_correlations, proxy_covariances
from csindex.estimation.structure import path_coefficients
from csindex.model.design import Design
from csindex.options import Options
from csindex.survey.stacks import Array


@dataclass(frozen=True, slots=True, eq=False)
class Blinded:
    """Estimates without the hidden rows of block j.

    Attributes
    ----------
    w : (m, p)
        Outer weights.
    paths : (m, k)
        From every construct to j.
    loadings : (m, items of j)
    converged : (m,) bool
    """

    w: Array
    paths: Array
    loadings: Array
    converged: NDArray[np.bool_]


def blinded(F: Array, T: Array, j: int, design: Design, options: Options, antecedents: Antecedents) -> Blinded:
    """Iterate PLS with each correlation from the rows that have both its sides, as semPLS does with missing answers.

    Scores of j are known on T's rows, and so are inner proxies that j is part of.
    """
    block = design.blocks[j]
    F = F.copy()
    F[:, block], F[:, :, block] = T[:, block], T[:, :, block]
    neighbour = design.links[j] | design.links[:, j]
    partly = (neighbour | (np.arange(design.k) == j))[design.block_of]
    sd = np.sqrt(np.where(partly, np.einsum("mii->mi", T), np.einsum("mii->mi", F)))
    formative = [(b, inverse(F[:, b, b])) for mode, b in zip(design.modes, design.blocks, strict=True) if mode == "B"]
    iterated = np.isin(np.array(design.modes), ("A", "B"))[design.block_of]
    iterated &= np.array([b.stop - b.start > 1 for b in design.blocks])[design.block_of]
    w = _scaled(np.broadcast_to(design.fixed, F.shape[:2]).copy(), F, design)
    change = np.full(len(F), np.inf)
    for _ in range(options.max_iterations):
        full, train = proxy_covariances(F, w, design), proxy_covariances(T, w, design)
        E = inner_weights(_correlations(full, train, w, j, design), design, options.scheme)
        z = np.einsum("mli,mli->mi", np.where(partly, train, full), E[:, :, design.block_of]) / sd
        for b, R in formative:
            z[:, b] = np.einsum("mij,mj->mi", R, z[:, b])
        new = _scaled(np.where(iterated, z, w), F, design)
        change, w = np.abs(new - w).max(axis=1), new
        if (change < options.tolerance).all():
            break
    full, train = proxy_covariances(F, w, design), proxy_covariances(T, w, design)
    B, _ = path_coefficients(_correlations(full, train, w, j, design), design)
    return Blinded(
        w, known_paths(B, design, antecedents)[:, j], train[:, j, block], np.asarray(change < options.tolerance)
    )


def _correlations(full: Array, train: Array, w: Array, j: int, design: Design) -> Array:
    """Return correlations of the scores (m, k, k): those with j on the rows that have it."""
    C, known = proxy_correlations(full, w, design), proxy_correlations(train, w, design)
    own = known[:, j] / np.sqrt(np.einsum("mll->ml", known) * known[:, j, j][:, None])
    C[:, j], C[:, :, j] = own, own
    return C


def _scaled(w: Array, F: Array, design: Design) -> Array:
    variance = np.einsum("mll->ml", proxy_correlations(proxy_covariances(F, w, design), w, design))
    return np.asarray(w / np.sqrt(variance)[:, design.block_of])
