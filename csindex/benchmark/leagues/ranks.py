"""Ranks of units with their confidence sets (array functions).

Units j have true scores θ_j, estimates Y_j and s_jk² = Var(Y_j - Y_k); Z (U, R) are draws of the estimates' errors.
z (U, U) are the differences in standard errors, as normal ones.
Rank 1 is the highest score: r_j = 1 + #{k : θ_k > θ_j}.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array

Truth = NDArray[np.bool_]
Ints = NDArray[np.intp]


def consecutive(first: Truth) -> Ints:
    """Return how many waves (G, T) in a row, up to this one, each of G units has been in first place."""
    count = np.zeros(first.shape, dtype=np.intp)
    for t in range(first.shape[1]):
        count[:, t] = np.where(first[:, t], 1 + (count[:, t - 1] if t else 0), 0)
    return count


def leader_changes(first: Truth) -> Truth:
    """Return whether (T,) no unit that was first in the wave before is first now; False where either has no first place.

    A place that is shared now, or was shared before, with the same unit has not changed.
    """
    stays = (first[:, 1:] & first[:, :-1]).any(axis=0)
    there = first[:, 1:].any(axis=0) & first[:, :-1].any(axis=0)
    return np.concatenate([[False], there & ~stays])


BLOCK_CELLS = 150_000


@dataclass(frozen=True, slots=True)
class RankSets:
    """Confidence sets {lower, ..., upper} of the ranks of U units.

    Attributes
    ----------
    lower, upper : (U,) int
    above : (U, U)
        True at [j, k] where unit j is found to be above unit k. For marginal sets row and column j are used with
        unit j only.
    critical : (U,)
        Differences of more than this many standard errors are significant, in the last step of the stepdown; the same number
        throughout for simultaneous sets.
    """

    lower: Ints
    upper: Ints
    above: Truth
    critical: Array


def point_ranks(values: Array) -> Ints:
    """Return ranks (U,) of values (U,), 1 for the highest; equal values share the smallest of their ranks."""
    ordered = np.sort(values)
    return np.asarray(1 + len(values) - np.searchsorted(ordered, values, side="right"), dtype=np.intp)


def pair_errors(covariance: Array) -> Array:
    """Return the standard errors s (U, U) of all differences, from the estimates' covariance (U, U)."""
    variance = np.diag(covariance)
    square = variance[:, None] + variance - 2 * covariance
    # What is left of two estimates that are the same in every replicate is rounding error, not a standard error.
    square[square < 1e-12 * (variance[:, None] + variance)] = 0.0
    return np.sqrt(square)


def normal_draws(covariance: Array, count: int, rng: np.random.Generator) -> Array:
    """Return draws (U, R) of the estimates' errors, normal with the given covariance (U, U)."""
    noise = rng.standard_normal((len(covariance), count))
    variance = np.diag(covariance)
    if not (covariance - np.diag(variance)).any():
        return np.asarray(np.sqrt(variance)[:, None] * noise)
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ noise)


def largest_difference(draws: Array, errors: Array, pairs: Truth) -> Array:
    """Return max over pairs (j, k) of (Z_j - Z_k)/s_jk, of each draw, and at least 0.

    Parameters
    ----------
    draws : (U, R)
    errors : (U, U)
    pairs : (U, U)
        True where the ordered pair is in the family.

    Returns
    -------
    (R,)
    """
    inverse, most = _inverse(errors), np.zeros(draws.shape[1])
    width = max(1, BLOCK_CELLS // len(draws))
    for start in range(0, draws.shape[1], width):
        block, found = draws[:, start : start + width], most[start : start + width]
        for j in range(len(draws) - 1):
            ahead, behind = pairs[j, j + 1 :], pairs[j + 1 :, j]
            gap = (block[j] - block[j + 1 :]) * inverse[j, j + 1 :, None]
            _raise_to_largest(found, gap, ahead, behind)
    return most


def simultaneous_sets(z: Array, errors: Array, draws: Array, level: float) -> RankSets:
    """Return sets that hold the ranks of all units at once with probability `level`.

    Mogstad, Romano, Shaikh & Wilhelm (2024), section 3: all one-sided hypotheses θ_j ≤ θ_k, with the stepdown of Romano
    & Wolf (2005): pairs that have been told apart leave the family, until nothing new is found.

    Parameters
    ----------
    z : (U, U)
        Of all differences, antisymmetric: `csindex.index.differences.all_pairs`, or `standardized`.
    errors : (U, U)
        See `pair_errors`.
    draws : (U, R)
        Of the estimates' errors: `normal_draws`, or bootstrap replicates less the estimates.
    level : float
    """
    above, critical, searching = np.zeros(z.shape, dtype=bool), np.inf, len(z) > 1
    while searching:
        pairs = ~above
        np.fill_diagonal(pairs, False)
        critical = float(np.quantile(largest_difference(draws, errors, pairs), level))
        found = z > critical
        searching = bool((found & ~above).any())
        above |= found
    lower, upper = 1 + above.sum(axis=0), len(z) - above.sum(axis=1)
    return RankSets(lower, upper, above, np.full(len(z), critical))


def marginal_sets(z: Array, errors: Array, draws: Array, level: float) -> RankSets:
    """Return sets that each hold the rank of its unit with probability `level`: for one unit's own report.

    Mogstad, Romano, Shaikh & Wilhelm (2024), section 3: as `simultaneous_sets`, with the pairs of one unit at a time.
    The parameters are the same.
    """
    inverse = _inverse(errors)
    above, critical = np.zeros(z.shape, dtype=bool), np.full(len(z), np.inf)
    lower, upper = np.ones(len(z), dtype=np.intp), np.full(len(z), len(z), dtype=np.intp)
    for j in range(len(z) if len(z) > 1 else 0):
        ahead, behind, critical[j] = _own_stepdown(j, z[j], draws, inverse[j], level)
        lower[j], upper[j] = 1 + behind.sum(), len(z) - ahead.sum()
        above[j] |= ahead
        above[:, j] |= behind
    return RankSets(lower, upper, above, critical)


def best_set(z: Array, errors: Array, draws: Array, level: float) -> Truth:
    """Return the units (U,) among which the best is with probability `level`.

    Mogstad, Romano, Shaikh & Wilhelm (2024), section 3.3, for the single best: a unit that is found not to be the
    best takes all its pairs with it, so that the set is at most the units whose simultaneous rank set begins with 1.
    The parameters are those of `simultaneous_sets`.
    """
    possible = np.ones(len(z), dtype=bool)
    while len(z) > 1:
        pairs = np.zeros(z.shape, dtype=bool)
        pairs[:, possible] = True
        np.fill_diagonal(pairs, False)
        critical = np.quantile(largest_difference(draws, errors, pairs), level)
        left = possible & (z.max(axis=0) <= critical)
        if (left == possible).all():
            break
        possible = left
    return possible


def tau_best(sets: RankSets, tau: int) -> Truth:
    """Return the units (U,) that include all of the best `tau` with the probability of simultaneous sets."""
    return np.asarray(sets.lower <= tau)


def bands(estimate: Array, above: Truth) -> Ints:
    """Return bands (U,) from 1: groups in which no two units can be told apart, as few as there can be.

    A unit's band is one more than the lowest band among the units found to be above it (Mirsky 1971: the fewest
    antichains of a partial order are as many as its longest chain). So each unit of band b > 1 is found to be below some
    unit of band b - 1, and band 1 are the units that none is found to be above.

    Parameters
    ----------
    estimate : (U,)
    above : (U, U)
        Of `simultaneous_sets`. It is a partial order, since s_jl ≤ s_jk + s_kl.
    """
    band = np.ones(len(estimate), dtype=np.intp)
    for j in np.argsort(-estimate, kind="stable"):
        if above[:, j].any():
            band[j] = 1 + band[above[:, j]].max()
    return band


def comparison_factor(errors: Array, se: Array, level: float) -> float:
    """Return how many standard errors (U,) make intervals that just touch where a pair of them just differs.

    Goldstein & Healy (1995), equation 4: z · s_jk/(σ_j + σ_k), averaged over the pairs; z/√2 = 1.39 for equal and
    independent ones at 95 %.
    """
    from scipy.special import ndtri

    j, k = np.triu_indices(len(se), 1)
    total = se[j] + se[k]
    share = errors[j, k][total > 0] / total[total > 0]
    return float(-ndtri((1 - level) / 2) * (share.mean() if len(share) else np.sqrt(0.5)))


def _own_stepdown(j: int, t: Array, draws: Array, inverse: Array, level: float) -> tuple[Truth, Truth, float]:
    """Return which units j is above, which are above j, and the last critical value."""
    ahead, behind = np.zeros(len(t), dtype=bool), np.zeros(len(t), dtype=bool)
    own = np.arange(len(t)) == j
    while True:
        most = np.zeros(draws.shape[1])
        width = max(1, BLOCK_CELLS // len(draws))
        for start in range(0, len(most), width):
            block = draws[:, start : start + width]
            gap = (block[j] - block) * inverse[:, None]
            _raise_to_largest(most[start : start + width], gap, ~(ahead | own), ~(behind | own))
        critical = float(np.quantile(most, level))
        found, lost = t > critical, t < -critical
        if not ((found & ~ahead) | (lost & ~behind)).any():
            return ahead, behind, critical
        ahead, behind = ahead | found, behind | lost


def _raise_to_largest(most: Array, gap: Array, ahead: Truth, behind: Truth) -> None:
    """Raise `most` (R,) in place to the largest of `gap` (m, R) where `ahead`, and of -gap where `behind`."""
    both = ahead & behind
    if both.all():
        np.maximum(most, np.abs(gap, out=gap).max(axis=0), out=most)
        return
    for which, sign in ((ahead, 1.0), (behind, -1.0)):
        if which.any():
            np.maximum(most, (sign * gap[which]).max(axis=0), out=most)


def standardized(estimate: Array, errors: Array) -> Array:
    """Return (Y_j - Y_k)/s_jk (U, U)."""
    return np.asarray((estimate[:, None] - estimate) * _inverse(errors))


def _inverse(errors: Array) -> Array:
    """Return 1/s, and 0 where s is 0: units that never differ by chance are not told apart by it either."""
    return np.divide(1.0, errors, out=np.zeros_like(errors), where=errors > 0)
