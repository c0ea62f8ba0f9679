"""The permutations of a comparison: of all groups for the omnibus tests, of each pair for its differences."""

from dataclasses import dataclass

import numpy as np

from csindex.assessment.difference import between
from csindex.assessment.distance import average_distances, implied_items
from csindex.assessment.groups import Groups, bar_of, rows_of, tell_failures
from csindex.assessment.permutation import Drawn, Reduce, permute, pool, share_as_extreme
from csindex.assessment.quantities import Measure, together
from csindex.fitting.estimates import Estimates
from csindex.fitting.result import Fit
from csindex.survey.stacks import Array


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
    failed : dict of reason to int
    """

    p_pairs: Array
    p_between: Array
    distances: Array
    p_distances: Array
    words: str
    failed: dict[str, int]


def shuffle(groups: Groups, chosen: list[Measure], permutations: int, seed: int, progress: bool) -> Shuffled:
    """Permute the labels and return the p-values."""
    result, answers = groups.result, rows_of(groups, "permutations")
    names, count, options = result.model.item_names, len(groups.names), result.options
    pairs = np.stack([groups.first, groups.second], axis=1)
    # With three groups or more a pair's hypothesis says nothing of the others, whose rows then stay out.
    sets = [np.arange(count), *(pairs if count > 2 else [])]
    pools = [pool(answers, names, options.missing, groups.members[which], options.ordinal) for which in sets]
    with bar_of(permutations * len(pools), progress) as bar:
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
        failed=tell_failures([status for _, status in runs], options.max_failed),
    )


def _kept(result: Fit, chosen: list[Measure], distances: bool) -> Reduce:
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
