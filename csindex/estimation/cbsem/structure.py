"""What parameters imply: moments, and their derivatives as products of a few vectors.

The derivative of Σ by any parameter has the form c(xy' + yx') with x and y among the columns of Z = [I, G, U], where
G = ΛA and U = ΛΦ: a loading is e_i u_j', a path g_t u_s', a covariance of factors g_s g_t', one of residuals e_i e_j'.
Traces such as ½tr(VΣ_aVΣ_b) are then sums of products of elements of Z'VZ, which makes information matrices cheap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.cbsem.parameters import Matrices, Parameters, matrices
from csindex.stacks.last_axis import product, transposed
from csindex.stacks.layout import Array, packing
from csindex.stacks.linear import inverse_general


@dataclass(frozen=True, slots=True)
class Implied:
    """What the parameters of m members imply.

    Attributes
    ----------
    matrices : Matrices
    sigma : (p, p, m)
        Σ.
    mean : (p, m)
        μ; zero where means are no parameters.
    factors : (k, k, m)
        Φ = AΨA', covariances of the factors.
    factor_means : (k, m)
        Aα.
    causal : (k, k, m)
        A.
    vectors : (p, 2k, m)
        [G, U], the columns of Z after those of I.
    """

    matrices: Matrices
    sigma: Array
    mean: Array
    factors: Array
    factor_means: Array
    causal: Array
    vectors: Array

    def between(self, weight: Array) -> Array:
        """Return Z'VZ (p + 2k, p + 2k, m) of symmetric V (p, p, m)."""
        beside = product(weight, self.vectors)
        corner = product(transposed(self.vectors), beside)
        p = len(self.sigma)
        out = np.empty((p + len(corner), p + len(corner), corner.shape[-1]))
        out[:p, :p], out[:p, p:], out[p:, :p], out[p:, p:] = weight, beside, transposed(beside), corner
        return out


@dataclass(frozen=True, slots=True)
class Slopes:
    """Which columns of Z make up each parameter's derivative: Σ_a = c(xy' + yx'), μ_a = slope · z.

    Attributes
    ----------
    x, y : (q,) int
    c : (q,)
    z : (q,) int
        Column of Z in the derivative of the mean.
    """

    x: NDArray[np.intp]
    y: NDArray[np.intp]
    c: Array
    z: NDArray[np.intp]


def implied(theta: Array, parameters: Parameters) -> Implied:
    """Return what parameters `theta` (q, m) imply."""
    made = matrices(theta, parameters)
    A = causal(made.paths, parameters)
    G = product(made.loadings, A)
    factors = product(product(A, made.disturbances), transposed(A))
    U = product(made.loadings, factors)
    sigma = product(U, transposed(made.loadings)) + made.residuals
    eta = np.einsum("stm,tm->sm", A, made.factor_intercepts)
    mean = made.intercepts + np.einsum("ijm,jm->im", made.loadings, eta)
    return Implied(made, sigma, mean, factors, eta, A, np.concatenate([G, U], axis=1))


def causal(paths: Array, parameters: Parameters) -> Array:
    """Return A = (I - B)⁻¹ (k, k, m), by going through the factors in causal order where there is one."""
    if parameters.design.loops.any():
        eye = np.eye(parameters.design.k)
        return np.moveaxis(inverse_general(eye - np.moveaxis(paths, -1, 0)), 0, -1)
    A = np.zeros(paths.shape)
    for j in parameters.design.order:
        A[j, j] = 1.0
        for source in parameters.design.sources[j]:
            A[j] += paths[j, source] * A[source]
    return A


def slopes(parameters: Parameters) -> Slopes:
    """Return which columns of Z make up the derivatives."""
    p, k = parameters.design.p, parameters.design.k
    row, column = parameters.row, parameters.column
    E, G, U = 0, p, p + k
    role = parameters.role
    first = {"loading": E, "path": G, "factor": G, "residual": E, "intercept": E, "mean": G}
    second = {"loading": U, "path": U, "factor": G, "residual": E, "intercept": E, "mean": G}
    x = row + np.array([first[r] for r in role.tolist()])
    y = column + np.array([second[r] for r in role.tolist()])
    c = np.where(x == y, 0.5, 1.0) * ~parameters.of("intercept", "mean")
    return Slopes(x, y, c, x)


def mean_slope(found: Implied, parameters: Parameters) -> Array:
    """Return the factors (q, m) by which columns of Z enter the derivative of the mean."""
    slope = np.zeros((parameters.q, found.sigma.shape[-1]))
    moved = parameters.of("loading", "path")
    slope[moved] = found.factor_means[parameters.column[moved]]
    slope[parameters.of("intercept", "mean")] = 1.0
    return slope


def bend(found: Implied, parameters: Parameters, N: Array) -> Array:
    """Return ½tr(RΣ_ab) (q, q, m) of the second derivatives of Σ, from N = Z'RZ; where means are no parameters.

    They are products again: u_j moves with a loading by φ·e_i, with a path by φ·g_r + a·u_s, with a covariance of factors by
    a·g_r, where φ and a are elements of Φ and A; and g_t by a·e_i and a·g_r.
    """
    p, k, A, phi = parameters.design.p, parameters.design.k, found.causal, found.factors
    out = np.zeros((parameters.q, parameters.q, found.sigma.shape[-1]))
    at = {role: np.flatnonzero(parameters.role == role) for role in ("loading", "path", "factor")}
    i, j = (index[at["loading"]] for index in (parameters.row, parameters.column))
    t, s = (index[at["path"]] for index in (parameters.row, parameters.column))
    r, o = (index[at["factor"]] for index in (parameters.row, parameters.column))
    half = np.where(r == o, 0.5, 1.0)[:, None]
    G, U = p, p + k

    def fill(one: str, other: str, block: Array) -> None:
        out[np.ix_(at[one], at[other])] = block
        out[np.ix_(at[other], at[one])] = transposed(block)

    i_, j_, t_, s_ = i[:, None], j[:, None], t[:, None], s[:, None]
    fill("loading", "loading", N[i_, i] * phi[j_, j])
    fill("loading", "path", N[i_, G + t] * phi[j_, s] + N[i_, U + s] * A[j_, t])
    fill("loading", "factor", (N[i_, G + r] * A[j_, o] + N[i_, G + o] * A[j_, r]) * half)
    one = N[G + t_, U + s] * A[s_, t]
    fill("path", "path", N[G + t_, G + t] * phi[s_, s] + one + transposed(one))
    fill("path", "factor", (N[G + t_, G + r] * A[s_, o] + N[G + t_, G + o] * A[s_, r]) * half)
    return out


def jacobian(found: Implied, parameters: Parameters) -> Array:
    """Return dΣ/dθ, packed, as (p(p+1)/2, q, m)."""
    at = slopes(parameters)
    rows, columns, _ = packing(parameters.design.p)
    unit = np.broadcast_to(np.eye(parameters.design.p)[..., None], found.sigma.shape)
    Z = np.concatenate([unit, found.vectors], axis=1)
    x, y = Z[:, at.x] * at.c[:, None], Z[:, at.y]
    return np.asarray(x[rows] * y[columns] + x[columns] * y[rows])


def standard_scale(found: Implied, parameters: Parameters) -> Array:
    """Return the factors (q, m) that turn parameters into those of items and factors of variance 1."""
    sd, scale = np.sqrt(np.einsum("iim->im", found.sigma)), np.sqrt(np.einsum("ssm->sm", found.factors))
    out = np.ones((parameters.q, sd.shape[1]))
    ends = {
        "loading": (1 / sd, scale),
        "path": (1 / scale, scale),
        "factor": (1 / scale, 1 / scale),
        "residual": (1 / sd, 1 / sd),
    }
    for role, (left, right) in ends.items():
        mine = parameters.of(role)  # type: ignore[arg-type]
        out[mine] = left[parameters.row[mine]] * right[parameters.column[mine]]
    return out
