"""Where the iteration begins: closed-form loadings and correlations of the factors."""

import numpy as np

from csindex.estimation.covariance.parameters import Parameters
from csindex.estimation.structure import path_coefficients
from csindex.survey.stacks import Array

BEYOND = 0.95
SHRUNK = 0.9


def start(cov: Array, parameters: Parameters) -> Array:
    """Return first parameters (q, m) from covariances (p, p, m).

    An item's loading is its share in the correlations of its block, Σ_j r_ij/√ΣΣ r_jl over pairs; the factors' correlations are the
    mean correlations between blocks over the mean loadings, drawn a little towards 0.
    """
    design = parameters.design
    p, k, m = design.p, design.k, cov.shape[-1]
    sd = np.sqrt(np.einsum("iim->im", cov))
    R = cov / (sd[:, None] * sd[None])
    loading = np.ones((p, m))
    for block in design.blocks:
        if block.stop - block.start > 1:
            off = R[block, block] * (1 - np.eye(block.stop - block.start))[..., None]
            total = np.maximum(off.sum(axis=(0, 1)), 0.05)
            size = block.stop - block.start
            loading[block] = np.clip(off.sum(axis=0) / np.sqrt(total * (size - 1) / size), 0.1, BEYOND)
    C = np.empty((k, k, m))
    for a, one in enumerate(design.blocks):
        for b, other in enumerate(design.blocks):
            level = loading[one].mean(axis=0) * loading[other].mean(axis=0)
            C[a, b] = np.clip(R[one, other].mean(axis=(0, 1)) / level, -BEYOND, BEYOND) * SHRUNK
    C[np.arange(k), np.arange(k)] = 1.0
    C = _definite(C)
    B, r2 = (np.moveaxis(array, 0, -1) for array in path_coefficients(np.moveaxis(C, -1, 0), design))
    scale = (loading * sd)[parameters.markers]
    return _packed(loading, sd, C, B, r2, scale, parameters)


def _definite(C: Array) -> Array:
    """Draw correlations towards 0 until the smallest eigenvalue is 0.05."""
    k = len(C)
    least = np.linalg.eigvalsh(np.moveaxis(C, -1, 0))[:, 0]
    share = np.where(least < 0.05, (0.05 - least) / (1 - least), 0.0)
    return np.asarray((1 - share) * C + share * np.eye(k)[..., None])


def _packed(loading: Array, sd: Array, C: Array, B: Array, r2: Array, scale: Array, parameters: Parameters) -> Array:
    design, row, column = parameters.design, parameters.row, parameters.column
    theta = np.zeros((parameters.q, loading.shape[1]))
    for a, (role, i, j) in enumerate(zip(parameters.role.tolist(), row.tolist(), column.tolist(), strict=True)):
        if role == "loading":
            theta[a] = loading[i] * sd[i] / scale[j]
        elif role == "path":
            theta[a] = B[i, j] * scale[i] / scale[j]
        elif role == "factor" and i == j:
            theta[a] = np.maximum(1 - r2[i], 0.05) * scale[i] ** 2
        elif role == "factor" and not len(design.sources[i]):
            theta[a] = C[i, j] * scale[i] * scale[j]
        elif role == "residual" and i == j:
            theta[a] = (1 - loading[i] ** 2) * sd[i] ** 2
    return theta
