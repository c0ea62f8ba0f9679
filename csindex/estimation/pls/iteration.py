"""The PLS iteration on a stack of covariance matrices (Wold 1982; Lohmöller 1989).

Symbols: S (m, p, p) covariance of the items as the algorithm sees them (the correlation R for standardized items);
w (m, p) outer weights, each block scaled to a proxy of variance 1; G (m, k, p) covariance of every proxy with every item;
C (m, k, k) correlation of the proxies; E (m, k, k) inner weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.model.checks import ITERATED
from csindex.model.design import Design
from csindex.options import Scheme
from csindex.stacks.layout import Array, empty, take
from csindex.stacks.linear import inverse, solve, solve_nonnegative

COMPRESS_AT = 0.35


@dataclass(frozen=True, slots=True)
class Weights:
    """Outer weights of a stack.

    Attributes
    ----------
    w : (m, p)
        NaN where they could not be computed.
    rounds : (m,) int
        Iterations that were needed.
    converged : (m,) bool
    """

    w: Array
    rounds: NDArray[np.intp]
    converged: NDArray[np.bool_]


def outer_weights(
    S: Array, design: Design, scheme: Scheme, start: Array | None, tolerance: float, max_iterations: int
) -> Weights:
    """Iterate to the outer weights of each member.

    Parameters
    ----------
    S : (m, p, p)
        Finite; the stack innermost in memory.
    design : Design
    scheme : {"path", "centroid", "factorial"}
    start : (m, p) or None
        Weights to begin with, equal ones by default. The solution does not depend on them; the way there is shorter
        from weights nearby.
    tolerance : float
        A member has converged when no weight changes by more.
    max_iterations : int
    """
    w = _begin(S, design, start)
    w = w / _proxy_sd(proxy_covariances(S, w, design), w, design)[:, design.block_of]
    rounds = np.zeros(len(S), dtype=np.intp)
    if not any(mode in ITERATED and b.stop - b.start > 1 for mode, b in zip(design.modes, design.blocks, strict=True)):
        return Weights(w, rounds, _whole(w))
    out = empty(len(S), design.p)
    out[...] = np.nan
    active, settled = np.arange(len(S)), ~_whole(w)
    G, inverses = proxy_covariances(S, w, design), _inverses(S, design)
    for _ in range(max_iterations):
        if settled.mean() > COMPRESS_AT:
            kept = _at_least_two(~settled)
            S, w, G, active = take(S, kept), take(w, kept), take(G, kept), active[kept]
            inverses = {j: take(block, kept) for j, block in inverses.items()}
            settled = settled[kept]
        if settled.all():
            break
        new, G = _step(S, w, G, inverses, design, scheme)
        change = np.abs(new - w).max(axis=1)
        rounds[active[~settled]] += 1
        done = (change < tolerance) & ~settled
        out[active[done]] = new[done]
        settled |= done | ~np.isfinite(change)
        w = new
    return Weights(out, rounds, _whole(out))


def given_weights(S: Array, w: Array, design: Design) -> Weights:
    """Return weights (m, p) that are known up to scale, scaled to proxies of variance 1."""
    w = w / _proxy_sd(proxy_covariances(S, w, design), w, design)[:, design.block_of]
    return Weights(w, np.zeros(len(S), dtype=np.intp), _whole(w))


def _step(
    S: Array, w: Array, G: Array, inverses: dict[int, Array], design: Design, scheme: Scheme
) -> tuple[Array, Array]:
    """Return the next weights, scaled to proxies of variance 1, and their proxies' covariances with the items."""
    E = inner_weights(proxy_correlations(G, w, design), design, scheme)
    new = _inner_proxies(G, E, design)
    for j, (mode, block) in enumerate(zip(design.modes, design.blocks, strict=True)):
        if mode not in ITERATED or block.stop - block.start == 1:
            new[:, block] = w[:, block]
        elif mode == "B":
            new[:, block] = np.einsum("mij,mj->mi", inverses[j], new[:, block])
        elif mode == "nonnegative B":
            new[:, block] = solve_nonnegative(S[:, block, block], new[:, block])
    G = proxy_covariances(S, new, design)
    scale = _proxy_sd(G, new, design)
    return new / scale[:, design.block_of], G / scale[:, :, None]


def _at_least_two(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep a second member beside a last one: sums over a stack of one are added up in another order."""
    if kept.sum() == 1 and len(kept) > 1:
        kept[np.flatnonzero(~kept)[0]] = True
    return kept


def _whole(w: Array) -> NDArray[np.bool_]:
    """Return (m,) whether all of a member's weights are numbers."""
    return np.asarray(np.isfinite(w).all(axis=1))


def _inverses(S: Array, design: Design) -> dict[int, Array]:
    """Return the inverse of S in every block of Mode B."""
    blocks = enumerate(zip(design.modes, design.blocks, strict=True))
    return {j: inverse(S[:, block, block]) for j, (mode, block) in blocks if mode == "B"}


def proxy_covariances(S: Array, w: Array, design: Design) -> Array:
    """Return G (m, k, p): the covariance of each construct's proxy with each item."""
    G = empty(len(S), design.k, design.p)
    for j, block in enumerate(design.blocks):
        np.einsum("mij,mj->mi", S[:, :, block], w[:, block], out=G[:, j])
    return G


def proxy_correlations(G: Array, w: Array, design: Design) -> Array:
    """Return C (m, k, k) from G (m, k, p) and weights whose proxies have variance 1."""
    C = empty(len(w), design.k, design.k)
    for j, block in enumerate(design.blocks):
        np.einsum("mli,mi->ml", G[:, : j + 1, block], w[:, block], out=C[:, : j + 1, j])
        C[:, j, : j + 1] = C[:, : j + 1, j]
    return C


def inner_weights(C: Array, design: Design, scheme: Scheme) -> Array:
    """Return E (m, k, k): column j weights the neighbours of construct j.

    *centroid*: the sign of the correlation; *factorial*: the correlation; *path*: for the sources of j their regression
    coefficients, for its targets the correlation (Lohmöller 1989).
    """
    joined = design.links | design.links.T
    if scheme == "centroid":
        return np.sign(C) * joined
    E = C * joined
    if scheme == "path":
        for j, sources in enumerate(design.sources):
            if len(sources) > 1:
                coefficients = solve(C[:, sources[:, None], sources], C[:, sources, j])
                for at, source in enumerate(sources):
                    E[:, source, j] = coefficients[:, at]
    return np.asarray(E)


def _inner_proxies(G: Array, E: Array, design: Design) -> Array:
    """Return z (m, p): the covariance of each item with the inner proxy of its own construct."""
    z = empty(len(G), design.p)
    for j, block in enumerate(design.blocks):
        near = np.flatnonzero(design.links[j] | design.links[:, j])
        if len(near):
            np.einsum("mli,ml->mi", G[:, near, block], E[:, near, j], out=z[:, block])
    return z


def _begin(S: Array, design: Design, start: Array | None) -> Array:
    """Return the weights of the first round; for modes that skip the iteration they are final up to scale."""
    w = empty(len(S), design.p)
    w[...] = 1.0 if start is None else start
    for mode, block in zip(design.modes, design.blocks, strict=True):
        if mode in ("equal", "fixed") or block.stop - block.start == 1:
            w[:, block] = design.fixed[block]
        elif mode == "first component":
            w[:, block] = np.linalg.eigh(S[:, block, block])[1][..., -1]
    return w


def _proxy_sd(G: Array, w: Array, design: Design) -> Array:
    """Return (m, k) standard deviations of the proxies."""
    variance = empty(len(w), design.k)
    for j, block in enumerate(design.blocks):
        np.einsum("mi,mi->m", G[:, j, block], w[:, block], out=variance[:, j])
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(variance > 0, variance, np.nan))
