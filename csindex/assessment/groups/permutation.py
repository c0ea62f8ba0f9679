"""Groups formed at random: the labels of the groups are shuffled, and every group is estimated again.

All permutations of a tile are one stack: their moments are one matrix product of the pooled rows with the weights of
every group in every permutation. A tile depends on the seed, the groups and its number only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from csindex.assessment.groups.difference import between
from csindex.assessment.groups.distance import average_distances, implied_items
from csindex.assessment.groups.groups import Groups, failed_permutations, rows_of
from csindex.assessment.groups.quantities import Measure, together
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.estimator import estimate, estimator_of
from csindex.fitting.result import Fit
from csindex.model.design import Design
from csindex.moments.missing import ordinal_flags
from csindex.options import Missing, Options
from csindex.replicates.replicate import progress_bar, replicate
from csindex.replicates.rows import RowSource
from csindex.stacks.layout import Array, flatten, unpack
from csindex.survey.answers import Answers


@dataclass(frozen=True, slots=True)
class Shuffled:
    """What the permutations say of P pairs, q parameters and two distances.

    Attributes
    ----------
    p_pairs, p_between : (P, q), (q,)
    distances, p_distances : (2,)
        d_ULS and d_G between the models of the groups.
    words : str
        What was shuffled.
    failed : dict of Status to int
    """

    p_pairs: Array
    p_between: Array
    distances: Array
    p_distances: Array
    words: str
    failed: dict[Status, int]


def shuffle(groups: Groups, chosen: list[Measure], permutations: int, seed: int, progress: bool) -> Shuffled:
    """Permute the labels and return the p-values."""
    result, answers = groups.result, rows_of(groups, "the_permutations")
    names, count, options = result.model.item_names, len(groups.names), result.options
    pairs = np.stack([groups.first, groups.second], axis=1)
    # With three groups or more a pair's hypothesis says nothing of the others, whose rows then stay out.
    sets = [np.arange(count), *(pairs if count > 2 else [])]
    pools = [pool(answers, names, options.missing, groups.members[which], options.ordinal) for which in sets]
    with progress_bar(permutations * len(pools), "permutations", progress) as bar:
        runs = [
            permute(one, result.design, options, _kept(result, chosen, at == 0), permutations, seed, bar)
            for at, one in enumerate(pools)
        ]
    values = runs[0][0][:, :-2].reshape(permutations, count, -1)
    of_pairs = [run[0].reshape(permutations, 2, -1) for run in runs[1:]] or [values]
    flipped = pairs if count > 2 else np.array([[0, 1]])
    observed, size = together(chosen, result.estimates), result.moments.n_eff
    distances = average_distances(implied(result, result.estimates, result.moments.cov)[None])[0]
    gaps = [
        share_as_extreme(np.abs(observed[a] - observed[b]), np.abs(drawn[:, 0] - drawn[:, 1]))
        for (a, b), drawn in zip(flipped, of_pairs, strict=True)
    ]
    return Shuffled(
        p_pairs=np.stack(gaps),
        p_between=share_as_extreme(between(observed, size), between(values, size)),
        distances=distances,
        p_distances=share_as_extreme(distances, runs[0][0][:, -2:]),
        words=pools[0].words,
        failed=failed_permutations([status for _, status in runs], options.max_failed),
    )


def _kept(result: Fit, chosen: list[Measure], distances: bool) -> "Reduce":
    """Return what is kept of a tile: every measure of every group and, if asked for, the two distances."""

    def kept(drawn: Drawn) -> Array:
        values = drawn.apart(together(chosen, drawn.estimates))
        values = values.reshape(len(values), -1)
        if not distances:
            return values
        matrices = drawn.apart(implied(result, drawn.estimates, drawn.cov))
        return np.concatenate([values, average_distances(matrices)], axis=1)

    return kept


def implied(result: Fit, estimates: Estimates, cov: Array) -> Array:
    """Return the model-implied correlations (m, p, p) of the items of a stack (m,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(np.einsum("mii->mi", cov)) * result.design.sign
        return implied_items(estimates, cov / (sd[:, :, None] * sd[:, None, :]), result.design)


Ints = NDArray[np.intp]
Number = TypeVar("Number", np.float64, np.int8)
TILE, TILE_CELLS = 250, 2_000_000
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The n rows of G groups together, and what can be exchanged among the groups.

    Attributes
    ----------
    source : RowSource
        All rows as one unit.
    members : (G,) int
        The groups' numbers in the survey.
    label : (n,) int
        Group of each row, from 0 to G - 1.
    thing : (n,) int
        What is exchanged as a whole: numbers of rows, or of clusters.
    block : (m,) int
        Within what each thing is exchanged.
    words : str
        What is shuffled.
    """

    source: RowSource
    members: Ints
    label: Ints
    thing: Ints
    block: Ints
    words: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """Moments and estimates of G groups in T permutations, the groups of a permutation side by side.

    Attributes
    ----------
    mean, cov : (T·G, p), (T·G, p, p)
    estimates : Estimates
        With the stack (T·G,).
    groups : int
    """

    mean: Array
    cov: Array
    estimates: Estimates
    groups: int

    def apart(self, values: NDArray[Number]) -> NDArray[Number]:
        """Return values (T·G, ...) of the stack as (T, G, ...)."""
        return values.reshape(-1, self.groups, *values.shape[1:])


Reduce = Callable[[Drawn], Array]
"""From T permutations to the statistics (T, ...) that are kept of them."""


def pool(
    answers: Answers, items: tuple[str, ...], missing: Missing, members: Ints, ordinal: bool | Sequence[str] = False
) -> Pool:
    """Put the rows of some groups together.

    Clusters that lie within one group each are exchanged as a whole. Where clusters hold several groups, rows are exchanged
    within their cluster, so that clusters' differences stay out of the comparison. Strata that hold several groups are
    kept in the same way. Weights that were raked stay as they are.

    Parameters
    ----------
    answers : Answers
    items : tuple of p str
    missing : {"listwise", "pairwise", "mean", "em"}
    members : (G,) int
        Numbers of the groups.
    ordinal : bool or sequence of str
    """
    rows = np.flatnonzero(np.isin(answers.unit, members))
    place = np.full(int(answers.unit.max()) + 1, -1, dtype=np.intp)
    place[members] = np.arange(len(members))
    label = place[answers.unit[rows]]
    together = replace(
        answers,
        values=answers.values[rows],
        weights=answers.weights[rows],
        unit=np.zeros(len(rows), dtype=np.intp),
        units=None,
        sampling=None,
        given=None,
        coefficients=None,
        raking=None,
        rows=None if answers.rows is None else answers.rows[rows],
    )
    thing, block, words = np.arange(len(rows)), np.zeros(len(rows), dtype=np.intp), "respondents"
    if answers.sampling is not None:
        psu, stratum = answers.sampling.psu[rows], answers.sampling.stratum
        kept = stratum[psu] if _mixed(label, stratum[psu]) else block
        words = "respondents within strata" if kept is not block else words
        block = kept
        if answers.sampling.clustered:
            thing, block, words = _clustered(label, psu, block)
    source = RowSource(together, items, missing, ordinal_flags(together.values, items, ordinal))
    return Pool(source, members, label, thing, block, words)


def _mixed(label: Ints, part: Ints) -> bool:
    """Return whether any part holds rows of several groups."""
    pairs = np.unique(np.stack([part, label]), axis=1)
    return bool(pairs.shape[1] > len(np.unique(part)))


def _clustered(label: Ints, psu: Ints, block: Ints) -> tuple[Ints, Ints, str]:
    if _mixed(label, psu):
        return np.arange(len(label)), psu, "respondents within clusters"
    _, first, thing = np.unique(psu, return_index=True, return_inverse=True)
    within = " within strata" if block.any() else ""
    return thing.ravel().astype(np.intp), block[first], f"whole clusters{within}"


def shuffled(rng: np.random.Generator, pool: Pool, count: int) -> Ints:
    """Return labels (n, T) of the rows in `count` permutations."""
    things = len(pool.block)
    label = np.empty(things, dtype=np.intp)
    label[pool.thing] = pool.label
    order = np.argsort(pool.block, kind="stable")
    _, rank = np.unique(pool.block[order], return_inverse=True)
    drawn = np.argsort(rank.ravel() + rng.random((count, things)), axis=1)
    out = np.empty((things, count), dtype=np.intp)
    out[order] = label[order][drawn].T
    return out[pool.thing]


def group_moments(pool: Pool, label: Ints) -> tuple[Array, Array]:
    """Return mean (T·G, p) and covariance (T·G, p, p) of the groups under T labellings (n, T) of the rows."""
    mean, packed = _group_moments(pool, label)
    return mean.T, unpack(packed.T, len(mean))


def _group_moments(pool: Pool, label: Ints) -> tuple[Array, Array]:
    """Return mean (p, T·G) and packed covariance (p(p+1)/2, T·G)."""
    source, groups, p = pool.source, len(pool.members), len(pool.source.items)
    total, weights = len(label), source.answers.weights
    mean, packed = np.empty((p, label.shape[1] * groups)), np.empty((p * (p + 1) // 2, label.shape[1] * groups))
    wide = max(1, TILE_CELLS // total)
    for begin in range(0, mean.shape[1], wide):
        column = np.arange(begin, min(begin + wide, mean.shape[1]))
        own = label[:, column // groups] == column % groups
        mean[:, column], packed[:, column] = source.moments_of(0, np.where(own, weights[:, None], 0.0))
        # The pooled rows are corrected by N/(N - 1); a group is due n/(n - 1) of its own rows.
        n = own.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            packed[:, column] *= (total - 1) / total * (n / (n - 1))
    return mean, packed


def pooled_estimate(pool: Pool, design: Design, options: Options) -> tuple[Array, Array, Estimates]:
    """Return mean (1, p), covariance (1, p, p) and estimates of all groups together."""
    moments = pool.source.sample()
    mean, cov = flatten(moments.mean, 1), flatten(moments.cov, 2)
    return mean, cov, estimate(mean, cov, design, options)


@dataclass(frozen=True, slots=True, eq=False)
class _Permutations:
    """Moments (p, T, G) of the groups under permutations of the labels of a pool."""

    pool: Pool
    permutations: int
    seed: int
    joint: bool = False

    def size(self, unit: int) -> int:  # noqa: ARG002
        """Return the number of permutations."""
        return self.permutations

    def tile_size(self, unit: int) -> int:  # noqa: ARG002
        """Return the number of permutations in a tile."""
        return max(1, min(TILE, TILE_CELLS // (len(self.pool.label) * len(self.pool.members))))

    def tile(self, unit: int, number: int) -> tuple[Array, Array]:
        """Return means (p, T, G) and packed covariances (p(p+1)/2, T, G)."""
        size, groups = self.tile_size(unit), len(self.pool.members)
        key = (crc32(b"permutation"), *self.pool.members.tolist(), number)
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
        # Labels are always drawn for a whole tile, so that more permutations begin with the same ones.
        label = shuffled(rng, self.pool, size)[:, : self.permutations - number * size]
        mean, packed = _group_moments(self.pool, label)
        return mean.reshape(len(mean), -1, groups), packed.reshape(len(packed), -1, groups)


def permute(
    pool: Pool, design: Design, options: Options, reduce: Reduce, permutations: int, seed: int, bar: Any
) -> tuple[Array, NDArray[np.int8]]:
    """Shuffle the labels and return what `reduce` makes of every permutation.

    Parameters
    ----------
    pool : Pool
    design, options : Design, Options
    reduce : function from Drawn to (T, ...)
    permutations : int
    seed : int
    bar : progress bar

    Returns
    -------
    statistics : (permutations, ...)
    status : (permutations, G) int8
        How the estimation of each group ended, a `Status`.
    """
    groups, p = len(pool.members), len(pool.source.items)
    together = pooled_estimate(pool, design, options)[2]
    start = estimator_of(options).start(together)

    def statistics(_: Ints, means: Array, covs: Array) -> dict[str, NDArray[Any]]:
        mean, cov = means.reshape(p, -1).T, unpack(covs.reshape(len(covs), -1).T, p)
        nearby = np.repeat(start, len(mean), axis=0) if np.isfinite(start).all() else None
        drawn = Drawn(mean, cov, estimate(mean, cov, design, options, nearby), groups)
        return {"statistics": reduce(drawn), "status": drawn.apart(drawn.estimates.status)}

    found = replicate(_Permutations(pool, permutations, seed), [0], statistics, advance=bar.update)
    return np.ascontiguousarray(found["statistics"][0]), np.ascontiguousarray(found["status"][0])


def share_as_extreme(observed: Array, drawn: Array) -> Array:
    """Return p (...) = (1 + #{drawn ≥ observed})/(T + 1) of statistics drawn (T, ...), NaN where there are none.

    Counting the sample itself makes the test exact (Phipson & Smyth 2010). What differs by rounding only is a tie.
    """
    known = np.isfinite(drawn).sum(axis=0)
    with np.errstate(invalid="ignore"):
        reached = (drawn >= observed - ROUNDING).sum(axis=0)
    return np.where((known > 0) & np.isfinite(observed), (1 + reached) / (known + 1), np.nan)
