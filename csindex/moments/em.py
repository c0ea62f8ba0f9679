"""Means and covariances of rows with missing answers by maximum likelihood: normal-theory EM (array functions).

Where answers are missing at random, that is, where what is missing may depend on the row's other answers, the estimates are
consistent, for skewed answers too (Yuan & Bentler 2000). Rows are grouped by which answers they miss, and only sums of each
group are used. The stack comes first in memory here: BLAS and LAPACK take one small matrix after the other.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from csindex.moments.sums import complete_sums
from csindex.stacks.layout import Array, pack, packing, unpack

TOLERANCE = 1e-9
MOST_CYCLES = 100
CHUNK_CELLS = 8_000_000
CONSTANT_BELOW = 1e-12
# An item that the others determine nears this inflation of variance before the iteration comes to rest.
INFLATION_SINGULAR = 1e6
# Keeps LAPACK from an error for the whole stack where a single matrix is exactly singular.
RIDGE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Rows that miss the same answers.

    Attributes
    ----------
    gaps, there : int arrays
        The items that are missing, and the q items that are not.
    count : (T, 1, 1)
        Sum of the rows' weights.
    y, weights : (r, 1 + q), (T, 1, r)
        Of few rows the rows themselves, y = (1, answers), and their weights.
    sums : (T, 1 + q, 1 + q) or None
        Of many rows the weighted sums of yy'.
    """

    gaps: NDArray[np.intp]
    there: NDArray[np.intp]
    count: Array
    y: Array
    weights: Array
    sums: Array | None

    def sums_with(self, B: Array) -> Array:
        """Return the weighted sums (T, m, 1 + q) of Byy', for B (T, m, 1 + q)."""
        if self.sums is not None:
            return B @ self.sums
        expected = (B.reshape(-1, B.shape[2]) @ self.y.T).reshape(*B.shape[:2], -1) * self.weights
        return (expected.reshape(-1, expected.shape[2]) @ self.y).reshape(B.shape)

    def take(self, members: NDArray[np.bool_]) -> "Pattern":
        """Return the sums of some members."""
        sums = None if self.sums is None else self.sums[members]
        return replace(self, count=self.count[members], weights=self.weights[members], sums=sums)


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """All rows: those of each pattern with gaps, and the sums (T, 1 + p, 1 + p) of everything that was answered."""

    incomplete: tuple[Pattern, ...]
    total: Array

    @classmethod
    def of(cls, x: Array, weights: Array) -> "Patterns":
        """Return the sums of answers (n, p), NaN where missing, with weights (n, T)."""
        members, p = weights.shape[1], x.shape[1]
        absent, which = np.unique(np.isnan(x), axis=0, return_inverse=True)
        total = np.zeros((members, 1 + p, 1 + p))
        incomplete = []
        for number, missing in enumerate(absent):
            rows, there = np.flatnonzero(which.ravel() == number), np.flatnonzero(~missing)
            answers, w = x[np.ix_(rows, there)], weights[rows]
            sums = np.ascontiguousarray(unpack(complete_sums(answers, w).T, 1 + len(there)))
            place = np.concatenate([[0], 1 + there])
            total[:, place[:, None], place] += sums
            if missing.any():
                y, few = np.column_stack([np.ones(len(rows)), answers]), 2 * len(rows) < len(there)
                w = np.ascontiguousarray(w.T)[:, None] if few else np.empty((members, 1, 0))
                count = sums[:, :1, :1].copy()
                incomplete.append(Pattern(np.flatnonzero(missing), there, count, y, w, None if few else sums))
        return cls(tuple(incomplete), total)

    def take(self, members: NDArray[np.bool_]) -> "Patterns":
        """Return the sums of some members."""
        return Patterns(tuple(part.take(members) for part in self.incomplete), self.total[members])


def em_moments(x: Array, weights: Array, start: tuple[Array, Array] | None = None) -> tuple[Array, Array]:
    """Return means and covariances by maximum likelihood for a normal population (Dempster, Laird & Rubin 1977).

    Parameters
    ----------
    x : (n, p)
        Shifted answers, NaN where one is missing; each row has one or more.
    weights : (n, T)
    start : (p,) and (p(p+1)/2,), optional
        Means and packed covariances to begin with, those of the sample; by default the observed means and variances.

    Returns
    -------
    mean (p, T), cov (p(p+1)/2, T)
        Packed, times n/(n-1), so that complete answers give the sample covariance. Covariances are NaN where there is no
        solution: of a pair that nobody answered together; of an item that the others determine; of all pairs where the
        iteration did not converge.
    """
    n, p = x.shape
    rows, columns, place = packing(p)
    answered = ~np.isnan(x)
    scale = _deviations(x, answered)
    x, square = x / scale, scale[rows] * scale[columns]
    filled = np.where(answered, x, 0.0)
    count = answered.T.astype(np.float64) @ weights
    mean = filled.T @ weights / count
    variance = (filled**2).T @ weights / count - mean**2
    both = (answered[:, rows] & answered[:, columns]).T.astype(np.float64) @ weights
    cov = np.where(both > 0, 0.0, np.nan)
    cov[place.diagonal()] = variance
    first = (mean, cov) if start is None else ((start[0] / scale)[:, None], (start[1] / square)[:, None])
    sound = np.flatnonzero((variance > CONSTANT_BELOW).all(axis=0) & (both > 0).all(axis=0))
    summed = min(len(np.unique(answered, axis=0)), 2 * n // p)
    size = max(1, CHUNK_CELLS // ((1 + summed) * (1 + p) ** 2))
    for chosen in (sound[begin : begin + size] for begin in range(0, len(sound), size)):
        m, S = (part if start is not None else part[:, chosen] for part in first)
        state = np.empty((len(chosen), p + p * p))
        state[:, :p], state[:, p:] = m.T, unpack(S.T, p).reshape(-1, p * p)
        found = _maximum(Patterns.of(x, weights[:, chosen]), state, p)
        mean[:, chosen], cov[:, chosen] = found[:, :p].T, pack(found[:, p:].reshape(-1, p, p)).T
    return mean * scale[:, None], cov * square[:, None] * (n / (n - 1))


def _deviations(x: Array, answered: NDArray[np.bool_]) -> Array:
    """Return standard deviations (p,) of the answers that are there, 1 where they are 0 or there are none."""
    count, filled = np.maximum(1, answered.sum(axis=0)), np.where(answered, x, 0.0)
    square = (filled**2).sum(axis=0) / count
    variance = square - (filled.sum(axis=0) / count) ** 2
    return np.asarray(np.sqrt(np.where(variance > CONSTANT_BELOW * square, variance, 1.0)))


def expected_answers(x: Array, mean: Array, cov: Array) -> Array:
    """Return answers with those that are missing replaced by what is expected given the row's other answers.

    Parameters
    ----------
    x : (n, p)
        NaN where an answer is missing; a row without any stays so.
    mean, cov : (p,), (p, p)
    """
    filled = x.copy()
    absent, which = np.unique(np.isnan(x), axis=0, return_inverse=True)
    for number, missing in enumerate(absent):
        there = ~missing
        if missing.any() and there.any():
            rows = np.flatnonzero(which.ravel() == number)
            slopes = np.linalg.solve(cov[np.ix_(there, there)], cov[np.ix_(there, missing)])
            filled[np.ix_(rows, missing)] = mean[missing] + (x[np.ix_(rows, there)] - mean[there]) @ slopes
    return filled


def _maximum(patterns: Patterns, state: Array, p: int) -> Array:
    """Return means and covariances (T, p + p²) at the maximum of the likelihood.

    Every third step is lengthened by SQUAREM (Varadhan & Roland 2008, scheme S3), which saves most of the steps where much
    is missing. A step that leaves the positive definite matrices is not lengthened.
    """
    out = state.copy()
    out[:, p:][:, ~np.eye(p, dtype=np.bool_).ravel()] = np.nan
    active, longest = np.arange(len(state)), np.ones(len(state))
    for _ in range(MOST_CYCLES):
        one, _ = _step(patterns, state, p)
        two, inflation = _step(patterns, one, p)
        done = np.abs(two - one).max(axis=1) < TOLERANCE
        singular = ~(inflation.max(axis=1) < INFLATION_SINGULAR)
        out[active[done]] = two[done]
        for member in np.flatnonzero(singular):
            _determined(out[active[member]], one[member], p, int(inflation[member].argmax()))
        rest = ~(done | singular)
        if not rest.any():
            break
        if not rest.all():
            patterns, active = patterns.take(rest), active[rest]
            state, one, two, longest = state[rest], one[rest], two[rest], longest[rest]
        leap, taken = _leap(state, one, two, longest, p)
        longest = np.where(taken, np.where(taken >= longest, 4 * longest, longest), np.maximum(1.0, longest / 4))
        state = _step(patterns, leap, p)[0]
    return out


def _determined(out: Array, found: Array, p: int, item: int) -> None:
    """Write a member's moments, without the covariances of the item that the others determine."""
    out[:] = found
    S = out[p:].reshape(p, p)
    variance = S[item, item]
    S[item], S[:, item] = np.nan, np.nan
    S[item, item] = variance


def _leap(state: Array, one: Array, two: Array, longest: Array, p: int) -> tuple[Array, Array]:
    """Return the lengthened states, and how much they were lengthened; 0 where they were not."""
    r, v = one - state, two - 2 * one + state
    with np.errstate(divide="ignore", invalid="ignore"):
        length = np.sqrt((r**2).sum(axis=1) / (v**2).sum(axis=1))
    length = np.clip(np.nan_to_num(length, nan=1.0), 1.0, longest)
    leap = state + 2 * length[:, None] * r + length[:, None] ** 2 * v
    definite = _definite(leap[:, p:].reshape(-1, p, p))
    return np.where(definite[:, None], leap, two), np.where(definite, length, 0.0)


def _definite(S: Array) -> NDArray[np.bool_]:
    try:
        np.linalg.cholesky(S)
    except np.linalg.LinAlgError:
        known = np.asarray(np.isfinite(S).all(axis=(1, 2)))
        least: Array = np.linalg.eigvalsh(np.where(known[:, None, None], S, 0.0))[:, 0]
        return known & (least > 0)
    return np.ones(len(S), dtype=np.bool_)


def _step(patterns: Patterns, state: Array, p: int) -> tuple[Array, Array]:
    """Take one step of EM; return the state (T, p + p²) and the inflation of variance (T, p) of the one before.

    With K = S⁻¹ and missing items m, an expected answer is a linear function B of y = (1, answers that are there) with the
    slopes -K_mm⁻¹ K_mo, and its variance is K_mm⁻¹.
    """
    mean, S = state[:, :p], state[:, p:].reshape(-1, p, p)
    K = np.linalg.inv(S + RIDGE * np.eye(p))
    half = np.zeros_like(patterns.total)
    for part in patterns.incomplete:
        m, o = part.gaps, part.there
        spread = np.linalg.inv(K[:, m[:, None], m])
        slopes = -spread @ K[:, m[:, None], o]
        constant = mean[:, m] - (slopes @ mean[:, o, None])[:, :, 0]
        B = np.concatenate([constant[:, :, None], slopes], axis=2)
        cross = part.sums_with(B)
        own = cross @ B.swapaxes(1, 2) + part.count * spread
        half[:, 1 + m, 0] += cross[:, :, 0]
        half[:, (1 + m)[:, None], 1 + o] += cross[:, :, 1:]
        half[:, (1 + m)[:, None], 1 + m] += own / 2
    sums = patterns.total + half + half.swapaxes(1, 2)
    total = sums[:, :1, 0]
    new = np.empty_like(state)
    new[:, :p] = sums[:, 0, 1:] / total
    second = sums[:, 1:, 1:] / total[:, :, None]
    new[:, p:] = (second - new[:, :p, None] * new[:, None, :p]).reshape(-1, p * p)
    return new, np.einsum("tii,tii->ti", K, S)
