"""Index scores on 0-100 (Fornell, Johnson, Anderson, Cha & Bryant 1996), as functions of moments.

Items are first carried to 0-100 by the ends of their scales, reversed ones turned round, so that items on different
scales can share a construct. v (..., p) are index weights: they sum to 1 within each construct, and a construct's index
is Σ v_i m_i over its items' means m on 0-100.
"""

import numpy as np

from csindex.model.design import Design
from csindex.options import Convention
from csindex.stacks.layout import Array


def to_hundred(mean: Array, design: Design) -> Array:
    """Return means (or answers) (..., p) on 0-100, high always meaning more of the construct."""
    share = (mean - design.low) * (100.0 / design.span)
    return np.where(design.sign > 0, share, 100.0 - share)


def index_weights(u: Array, sd: Array, design: Design, convention: Convention) -> Array:
    """Return index weights v (..., p).

    Parameters
    ----------
    u : (..., p)
        Outer weights of the items on 0-100: w/sd of standardized items' weights w, w itself of centred ones.
    sd : (..., p)
        Standard deviations of the items on 0-100.
    convention : {"fornell", "standardized", "equal"}
        *fornell*: v ∝ u (Fornell et al. 1996); *standardized*: v ∝ u·sd, the weights of standardized items, as some
        packages do; *equal*: the plain mean of the items.
    """
    v = {"fornell": u, "standardized": u * sd, "equal": np.ones_like(u)}[convention].copy(order="K")
    for block in design.blocks:
        v[..., block] /= v[..., block].sum(axis=-1, keepdims=True)
    return v


def index_scores(v: Array, mean: Array, design: Design) -> Array:
    """Return the index (..., k) from index weights and the items' means (..., p) on 0-100."""
    return np.stack([np.einsum("...i,...i->...", v[..., b], mean[..., b]) for b in design.blocks], axis=-1)


def index_deviations(v: Array, cov: Array, design: Design) -> Array:
    """Return the standard deviation (..., k) of respondents' index scores; `cov` (..., p, p) is on 0-100."""
    variance = [np.einsum("...i,...ij,...j->...", v[..., b], cov[..., b, b], v[..., b]) for b in design.blocks]
    return np.asarray(np.sqrt(np.stack(variance, axis=-1)))
