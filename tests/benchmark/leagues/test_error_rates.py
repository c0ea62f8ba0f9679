"""Leagues of simulated answers whose truth is known: how often they say something wrong."""

import numpy as np
import pytest

from csindex.benchmark.leagues.gaps import mean_of_others, mean_weights
from csindex.benchmark.leagues.ranks import largest_difference, normal_draws
from csindex.index.differences import all_pairs
from csindex.index.logit_scores import on_logit_scale
from csindex.replicates.intervals import Evidence
from tests.benchmark.leagues.simulated import POINTS, SHAPES, probabilities

UNITS, LEAGUES = 40, 250


def critical_values(n: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """95 % points of the largest difference of pairs, and from the mean, of equal units."""
    draws = normal_draws(np.diag(1 / n), 6000, rng)
    pairs = largest_difference(draws, np.sqrt(1 / n[:, None] + 1 / n), ~np.eye(len(n), dtype=bool))
    A = mean_weights(np.full(len(n), 1 / len(n)))
    gaps = np.abs(A @ draws) / np.sqrt((A**2 / n).sum(axis=1))[:, None]
    return float(np.quantile(pairs, 0.95)), float(np.quantile(gaps.max(axis=0), 0.95))


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(30,), (30, 100, 400)], ids=["30", "mixed"])
@pytest.mark.parametrize("shape", SHAPES)
def test_equal_units_are_told_apart_in_one_league_of_twenty(shape: str, sizes: tuple[int, ...]) -> None:
    rng, p = np.random.default_rng(4), probabilities(*SHAPES[shape])
    n = np.resize(sizes, UNITS).astype(float)
    pair_limit, mean_limit = critical_values(n, rng)
    A = mean_weights(np.full(UNITS, 1 / UNITS))
    wrong = np.zeros(2)
    for _ in range(LEAGUES):
        answers = np.stack([rng.multinomial(int(size), p) / size for size in n])
        draws = np.stack(
            [rng.multinomial(int(size), f, size=300) @ POINTS / size for size, f in zip(n, answers, strict=True)]
        )
        scores = on_logit_scale(Evidence((answers @ POINTS)[:, None], draws[..., None]), n, False)
        points = scores.covariance * np.outer(scores.slope, scores.slope)
        wrong += (
            all_pairs(scores).z.max() > pair_limit,
            np.abs(mean_of_others(scores, points, A).z).max() > mean_limit,
        )
    # At a rate of .05 the standard error of 250 leagues is .014: .06 and two of them.
    assert (wrong / LEAGUES < 0.088).all(), wrong / LEAGUES
