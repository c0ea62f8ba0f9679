"""The structural model on a stack of construct correlations (array functions)."""

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.linear import inverse, solve, solve_general
from csindex.model.design import Design
from csindex.survey.stacks import Array, empty


def path_coefficients(C: Array, design: Design, definite: bool = True) -> tuple[Array, Array]:
    """Regress each construct on its sources.

    Parameters
    ----------
    C : (m, k, k)
        Correlations of the constructs.
    definite : bool
        Take correlations that are not positive definite as collinear; otherwise solve with them as they are.

    Returns
    -------
    B : (m, k, k)
        ``B[target, source]``, zero where there is no path.
    r2 : (m, k)
        Share of variance explained, R²_j = Σ b_jr c_jr; zero for constructs without sources.
    """
    system = solve if definite else solve_general
    B, r2 = empty(len(C), design.k, design.k), empty(len(C), design.k)
    B[...], r2[...] = 0.0, 0.0
    for j, sources in enumerate(design.sources):
        if len(sources):
            right = C[:, sources, j]
            b = system(C[:, sources[:, None], sources], right)
            for at, source in enumerate(sources):
                B[:, j, source] = b[:, at]
            r2[:, j] = np.einsum("mi,mi->m", b, right)
    return B, r2


def total_effects(B: Array, design: Design) -> Array:
    """Return T = (I - B)⁻¹ - I of (m, k, k) path coefficients, by going through the constructs in causal order."""
    T = empty(len(B), design.k, design.k)
    T[...] = 0.0
    for j in design.order:
        for source in design.sources[j]:
            T[:, j] += B[:, j, source, None] * T[:, source]
            T[:, j, source] += B[:, j, source]
    return T


def adjusted_r2(r2: Array, n: NDArray[np.float64], design: Design) -> Array:
    """Return adjusted R² (..., k) = 1 - (1 - R²)(n - 1)/(n - q - 1) of q sources; `n` is (...)."""
    q = design.links.sum(axis=1)
    rows = np.asarray(n)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(rows > q + 1, 1 - (1 - r2) * (rows - 1) / (rows - q - 1), np.nan))


def variance_inflation(C: Array, design: Design) -> Array:
    """Return (m, k, k) ``vif[target, source]`` of the sources of each construct, NaN where there is no path."""
    vif = np.full(C.shape, np.nan)
    for j, sources in enumerate(design.sources):
        if len(sources):
            vif[:, j, sources] = np.einsum("mii->mi", inverse(C[:, sources[:, None], sources]))
    return vif
