"""The structural model on a stack of construct correlations (array functions)."""

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.pls.instruments import two_stage
from csindex.model.design import Design
from csindex.stacks.layout import Array, empty
from csindex.stacks.linear import inverse, inverse_general, solve, solve_general


def path_coefficients(C: Array, design: Design, definite: bool = True) -> tuple[Array, Array]:
    """Regress each construct on its sources, by two-stage least squares where the design has instruments.

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
        Share of variance explained, R²_j = Σ b_jr c_jr; zero for constructs without sources. With instruments it is 1 less
        the variance of the structural residual, R²_j = 2 Σ b_jr c_jr - Σ b_jr b_js c_rs, which can be negative.
    """
    system = solve if definite else solve_general
    B, r2 = empty(len(C), design.k, design.k), empty(len(C), design.k)
    B[...], r2[...] = 0.0, 0.0
    for j, sources in enumerate(design.sources):
        if len(sources):
            right = C[:, sources, j]
            among, instruments = C[:, sources[:, None], sources], design.instruments[j]
            b = system(among, right) if instruments is None else two_stage(C, j, sources, instruments, system)
            for at, source in enumerate(sources):
                B[:, j, source] = b[:, at]
            r2[:, j] = np.einsum("mi,mi->m", b, right)
            if instruments is not None:
                r2[:, j] = 2 * r2[:, j] - np.einsum("mi,mij,mj->m", b, among, b)
    return B, r2


def total_effects(B: Array, design: Design) -> Array:
    """Return T = (I - B)⁻¹ - I of (m, k, k) path coefficients, by going through the constructs in causal order.

    With feedback there is no such order, and the inverse is computed as it stands.
    """
    if design.loops.any():
        eye = np.eye(design.k)
        return np.asarray(inverse_general(eye - B) - eye)
    T = empty(len(B), design.k, design.k)
    T[...] = 0.0
    for j in design.order:
        for source in design.sources[j]:
            T[:, j] += B[:, j, source, None] * T[:, source]
            T[:, j, source] += B[:, j, source]
    return T


def unstable(B: Array, design: Design) -> NDArray[np.bool_]:
    """Return (m,) whether feedback does not die out: the largest eigenvalue of B has a modulus of 1 or more."""
    if not design.loops.any():
        return np.zeros(len(B), dtype=np.bool_)
    known = np.asarray(np.isfinite(B).all(axis=(1, 2)))
    moduli = np.abs(np.linalg.eigvals(np.where(known[:, None, None], B, 0.0)))
    return np.asarray(moduli.max(axis=1) >= 1)


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
