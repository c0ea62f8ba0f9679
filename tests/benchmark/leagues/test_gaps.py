"""Gaps to the leader and to the mean."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from csindex.benchmark.leagues import gaps as m
from csindex.benchmark.leagues.ranks import normal_draws
from csindex.index.differences import all_pairs, two_sided
from csindex.index.logit_scores import LogitScores

Y = np.array([79.0, 82.5, 75.0, 81.0, 70.0])
SE = np.array([1.0, 1.3, 0.9, 1.1, 2.0])
INDEPENDENT = np.diag(SE**2)


def logits(y: np.ndarray, covariance: np.ndarray, degrees: float = np.inf, joint: bool = False) -> LogitScores:
    """Scores that are not moderated."""
    slope, se = y * (100 - y) / 100, np.sqrt(np.diag(covariance))
    deviations = np.linalg.cholesky(covariance / np.outer(se, se)) if joint else None
    return LogitScores(y, np.log(y / (100 - y)), (se / slope) ** 2, np.full(len(y), degrees), deviations)


def sample(covariance: np.ndarray = INDEPENDENT, degrees: float = np.inf, joint: bool = False) -> m.Sample:
    scores = logits(Y, covariance, degrees, joint)
    return m.Sample(scores, covariance, normal_draws(scores.covariance, 20_000, np.random.default_rng(1)))


def test_gaps_to_the_mean_by_hand() -> None:
    gaps = m.gaps_to_mean(sample(), m.mean_weights(np.full(5, 0.2)), 0.95, "none", False)
    np.testing.assert_allclose(gaps.estimate, Y - Y.mean())
    # Var(d_j) = (1 - a)²σ_j² + Σ_{k≠j} a²σ_k².
    variance = [0.64 * SE[j] ** 2 + 0.04 * (np.square(SE).sum() - SE[j] ** 2) for j in range(5)]
    np.testing.assert_allclose(gaps.se, np.sqrt(variance))
    # On the logit scale it is not symmetric, but about as wide.
    np.testing.assert_allclose((gaps.upper - gaps.lower) / 2, 1.959964 * gaps.se, rtol=0.06)
    np.testing.assert_array_equal(gaps.adjusted, gaps.p)


def test_weighted_mean_and_shared_errors() -> None:
    weights, common = np.array([0.5, 0.2, 0.1, 0.1, 0.1]), 0.7
    plain = m.gaps_to_mean(sample(), m.mean_weights(weights), 0.95, "holm", True)
    shared = m.gaps_to_mean(sample(np.diag(SE**2) + common, joint=True), m.mean_weights(weights), 0.95, "holm", True)
    np.testing.assert_allclose(plain.estimate, Y - weights @ Y)
    # An error that all units share moves no unit against the mean.
    np.testing.assert_allclose(shared.se, plain.se)


def test_the_mean_of_the_others_gives_the_same_test() -> None:
    own = m.gaps_to_mean(sample(), m.mean_weights(np.full(5, 0.2)), 0.95, "holm", False)
    others = m.gaps_to_mean(sample(), m.other_weights(5), 0.95, "holm", False)
    np.testing.assert_allclose(others.estimate, [Y[j] - np.delete(Y, j).mean() for j in range(5)])
    np.testing.assert_allclose(others.p, own.p)


@pytest.mark.parametrize("adjust", ["holm", "fdr_bh", "fdr_by"])
def test_adjusted_p_are_those_of_statsmodels(adjust: m.Adjust) -> None:
    gaps = m.gaps_to_mean(sample(), m.mean_weights(np.full(5, 0.2)), 0.95, adjust, False)
    np.testing.assert_allclose(gaps.adjusted, multipletests(gaps.p, method=adjust)[1])


def test_gaps_to_the_leader_are_adjusted_for_all_pairs() -> None:
    gaps = m.gaps_to_leader(sample(), 0.95, "holm", False)
    j, k = np.triu_indices(5, 1)
    p = two_sided(all_pairs(logits(Y, INDEPENDENT)).z[j, k])
    adjusted = multipletests(p, method="holm")[1]
    for unit in (0, 2, 3, 4):
        at = int(np.flatnonzero(((j == unit) & (k == 1)) | ((j == 1) & (k == unit)))[0])
        assert gaps.p[unit] == pytest.approx(p[at])
        assert gaps.adjusted[unit] == pytest.approx(adjusted[at])
    assert gaps.estimate[1] == gaps.se[1] == gaps.lower[1] == gaps.upper[1] == 0
    assert np.isnan(gaps.p[1])


def test_simultaneous_intervals_of_the_leader_leave_out_0_where_max_t_rejects() -> None:
    gaps = m.gaps_to_leader(sample(), 0.95, "max_t", True)
    away = np.delete(np.arange(5), 1)
    np.testing.assert_array_equal(gaps.upper[away] < 0, gaps.adjusted[away] < 0.05)


def test_max_t_of_independent_tests_is_that_of_sidak() -> None:
    rng = np.random.default_rng(2)
    t = np.array([3.0, 2.5, 0.5])
    found = m.stepdown_max_t(t, np.abs(rng.standard_normal((3, 200_000))))
    p = two_sided(t)
    # Stepdown of Šidák: 1 - (1 - p)^(tests that are left); the error of 200,000 draws is below 0.0011.
    np.testing.assert_allclose(found, 1 - (1 - p) ** [3, 2, 1], atol=0.004)


def test_few_degrees_of_freedom_widen_the_intervals() -> None:
    wide = m.gaps_to_leader(sample(degrees=4), 0.95, "none", False)
    plain = m.gaps_to_leader(sample(), 0.95, "none", False)
    away = np.delete(np.arange(5), 1)
    assert ((wide.upper - wide.lower)[away] > (plain.upper - plain.lower)[away]).all()
    # Units of one sample share its degrees of freedom: t with 4 has the 97.5 % point 2.776, about a fifth more than with 8.
    joint = m.gaps_to_leader(sample(degrees=4, joint=True), 0.95, "none", False)
    assert ((joint.upper - joint.lower)[away] > (wide.upper - wide.lower)[away]).all()
    np.testing.assert_allclose((joint.upper - joint.lower)[away] / 2, 2.776445 * joint.se[away], rtol=0.1)


@pytest.mark.slow
def test_under_ties_the_leader_is_told_from_nobody_in_19_of_20_leagues() -> None:
    rng, false = np.random.default_rng(8), 0
    for _ in range(120):
        tied = m.Sample(logits(50 + rng.standard_normal(10), np.eye(10)), np.eye(10), np.zeros((10, 2)))
        false += (m.gaps_to_leader(tied, 0.95, "holm", False).adjusted < 0.05).any()
    # The chance is at most 0.05 for all pairs; 34 .
    assert false < 34
