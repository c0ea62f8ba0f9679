"""The constructs of a population: path coefficients and the correlations that they give (array functions)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.stacks.layout import Array

TERMS = 600


def cut_moments(cuts: Array, steps: Array, mean: Array, cov: Array) -> tuple[Array, Array]:
    """Return means (p,) and covariances (p, p) of answers y_i = step_i · #{c : x_i > cut_ic} to normal x.

    The covariance of two cut variables with correlation ρ is Σ a_n b_n ρⁿ over n >= 1, where a_n and b_n are their
    coefficients in Hermite polynomials (Mehler's formula).

    Parameters
    ----------
    cuts : (p, q)
        Cuts between the categories, padded with +inf.
    steps : (p,)
        Distance of neighbouring categories.
    mean, cov : (p,), (p, p)
        Of x.
    """
    sd = np.sqrt(np.diag(cov))
    z = (cuts - mean[:, None]) / sd[:, None]
    above = ndtr(-z)
    expected = steps * above.sum(axis=1)
    ranks = 2 * np.arange(1, cuts.shape[1] + 1) - 1
    variance = steps**2 * (above * ranks).sum(axis=1) - expected**2
    a = steps[:, None] * _coefficients(z)
    correlation = cov / np.outer(sd, sd)
    out = np.zeros_like(cov)
    for n in range(a.shape[1] - 1, -1, -1):
        out = correlation * (out + np.outer(a[:, n], a[:, n]))
    np.fill_diagonal(out, variance)
    return expected, out


def _coefficients(z: Array) -> Array:
    """Return Σ_c φ(z_c) h_{n-1}(z_c)/√n (p, TERMS) with orthonormal Hermite polynomials h, for n = 1, 2, ..."""
    finite = np.where(np.isfinite(z), z, 0.0)
    density = np.where(np.isfinite(z), np.exp(-(finite**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    before, now = np.zeros_like(finite), density
    out = np.empty((len(z), TERMS))
    for n in range(1, TERMS + 1):
        out[:, n - 1] = now.sum(axis=1) / np.sqrt(n)
        before, now = now, (finite * now - np.sqrt(n - 1) * before) / np.sqrt(n)
    return out


def structure(model: Model, design: Design, paths: Any) -> tuple[Array, Array]:
    """Return path coefficients B and correlations C (k, k) of constructs with variance 1."""
    names = model.construct_names
    signs = {(names.index(path.target), names.index(path.source)): path.sign or 1 for path in model.paths}
    if isinstance(paths, Mapping):
        known = {(path.source, path.target) for path in model.paths}
        strangers = [key for key in paths if key not in known]
        if strangers:
            raise OptionError(Message("simulation.paths_unknown", names=strangers))
    B, C = np.zeros((design.k, design.k)), np.eye(design.k)
    for j in design.order:
        sources = design.sources[j]
        if not len(sources):
            continue
        if design.loops[j].any():
            if not B[j].any():
                _loop(model, design, j, signs, paths, B, C)
            continue
        among = C[np.ix_(sources, sources)]
        toward = np.array([signs[j, int(s)] for s in sources], dtype=np.float64)
        b = (
            toward * np.sqrt(0.5 / (toward @ among @ toward))
            if paths is None or isinstance(paths, Mapping)
            else toward * number("paths", paths)
        )
        if isinstance(paths, Mapping):
            given = [paths.get((names[s], names[j]), usual) for s, usual in zip(sources, b, strict=True)]
            b = np.array([number("paths", value) for value in given])
        if b @ among @ b >= 1:
            raise OptionError(Message("simulation.explained", name=names[j]))
        B[j, sources] = b
        done = np.array(design.order[: design.order.index(j)])
        C[j, done] = C[done, j] = C[np.ix_(done, sources)] @ b
    return B, C


def _loop(model: Model, design: Design, j: int, signs: Any, paths: Any, B: Array, C: Array) -> None:
    """Write the coefficients and correlations of the feedback loop of construct j; its residuals are not correlated.

    Where nothing is said, a path within the loop or into it is 0.3.
    """
    names = model.construct_names
    loop = np.flatnonzero(design.loops[j] | (np.arange(design.k) == j))
    before = np.array(design.order[: min(map(design.order.index, loop.tolist()))], dtype=np.intp)
    for i in loop:
        for s in design.sources[i]:
            usual = signs[int(i), int(s)] * (number("paths", paths) if isinstance(paths, (int, float)) else 0.3)
            B[i, s] = number("paths", paths.get((names[s], names[i]), usual) if isinstance(paths, Mapping) else usual)
    within = B[np.ix_(loop, loop)]
    if np.abs(np.linalg.eigvals(within)).max() >= 1:
        raise OptionError(Message("simulation.feedback", names=", ".join(names[i] for i in loop)))
    multiplier = np.linalg.inv(np.eye(len(loop)) - within)
    toward = multiplier @ B[np.ix_(loop, before)]
    explained = toward @ C[np.ix_(before, before)] @ toward.T
    own = np.linalg.solve(multiplier**2, 1 - np.diag(explained))
    if (own <= 0).any():
        raise OptionError(Message("simulation.explained", name=names[loop[own.argmin()]]))
    C[np.ix_(loop, loop)] = explained + (multiplier * own) @ multiplier.T
    C[np.ix_(loop, before)] = toward @ C[np.ix_(before, before)]
    C[np.ix_(before, loop)] = C[np.ix_(loop, before)].T


def number(what: str, value: object) -> float:
    """Return `value` as a finite number."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = np.nan
    if not np.isfinite(found):
        raise OptionError(Message("benchmark.not_a_number", name=what, value=value))
    return found
