"""Rank sets: equal to another program's, honest under ties, and well behaved."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csindex.benchmark.leagues import ranks
from csindex.benchmark.unit_scores import UnitScores
from csindex.index.differences import all_pairs
from tests.reference.stored import stored

FIGURES = stored("multiple_inference/ranks")


def covariance_of(example: dict) -> np.ndarray:
    return np.array(example["cov"]) if "cov" in example else np.diag(np.square(example["se"]))


def z_of(estimate: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return ranks.standardized(estimate, ranks.pair_errors(covariance))


@pytest.mark.parametrize("level", ["0.95", "0.80"])
@pytest.mark.parametrize("example", FIGURES["examples"], ids=lambda example: example["name"])
def test_sets_are_those_of_multiple_inference(example: dict, level: str) -> None:
    """On the same draws, so that nothing is left to chance."""
    estimate, covariance = np.array(example["estimate"]), covariance_of(example)
    noise = np.random.default_rng(7).standard_normal((len(estimate), 5000))
    args = (
        z_of(estimate, covariance),
        ranks.pair_errors(covariance),
        np.linalg.cholesky(covariance) @ noise,
        float(level),
    )
    expected = example["levels"][level]
    for name, sets in (("simultaneous", ranks.simultaneous_sets(*args)), ("marginal", ranks.marginal_sets(*args))):
        np.testing.assert_array_equal(np.stack([sets.lower, sets.upper], axis=1), expected[name])
    np.testing.assert_array_equal(ranks.best_set(*args), expected["best"])


def test_sets_of_pisa_countries() -> None:
    example = FIGURES["examples"][0]
    covariance = covariance_of(example)
    draws = ranks.normal_draws(covariance, 20_000, np.random.default_rng(3))
    args = (z_of(np.array(example["estimate"]), covariance), ranks.pair_errors(covariance), draws, 0.95)
    own, joint = ranks.marginal_sets(*args), ranks.simultaneous_sets(*args)
    expected = {
        "Japan": ((1, 4), (1, 6)),
        "Korea": ((1, 6), (1, 7)),
        "Estonia": ((1, 6), (1, 6)),
        "Netherlands": ((1, 7), (1, 11)),
        "Poland": ((2, 11), (1, 12)),
        "Switzerland": ((2, 11), (1, 13)),
    }
    for name, sets in expected.items():
        at = example["units"].index(name)
        assert ((own.lower[at], own.upper[at]), (joint.lower[at], joint.upper[at])) == sets


def random_units(seed: int, count: int, joint: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    estimate, se = rng.normal(75, 3, count), rng.uniform(0.5, 2, count)
    covariance = np.diag(se**2) + (0.3 * np.outer(se, se) if joint else 0.0)
    return estimate, covariance, ranks.normal_draws(covariance, 400, rng)


units = st.tuples(st.integers(0, 10_000), st.integers(2, 14), st.booleans())


@settings(deadline=None, max_examples=30)
@given(units)
def test_the_order_of_the_units_does_not_matter(given: tuple[int, int, bool]) -> None:
    estimate, covariance, draws = random_units(*given)
    order = np.random.default_rng(1).permutation(len(estimate))
    errors = ranks.pair_errors(covariance)
    for sets in (ranks.simultaneous_sets, ranks.marginal_sets):
        z = ranks.standardized(estimate, errors)
        plain = sets(z, errors, draws, 0.9)
        mixed = sets(z[np.ix_(order, order)], errors[np.ix_(order, order)], draws[order], 0.9)
        np.testing.assert_array_equal(mixed.lower, plain.lower[order])
        np.testing.assert_array_equal(mixed.upper, plain.upper[order])


@settings(deadline=None, max_examples=30)
@given(units)
def test_of_one_step_simultaneous_sets_contain_marginal_ones(given: tuple[int, int, bool]) -> None:
    estimate, covariance, draws = random_units(*given)
    errors, rank = ranks.pair_errors(covariance), ranks.point_ranks(estimate)
    joint = ranks.simultaneous_sets(ranks.standardized(estimate, errors), errors, draws, 0.95)
    own = ranks.marginal_sets(ranks.standardized(estimate, errors), errors, draws, 0.95)
    single = told_in_one_step(estimate, errors, draws)
    # The family of all pairs has the larger critical value; later steps of the stepdown can turn that around.
    assert (single.sum(axis=0) <= own.lower - 1).all()
    assert (joint.lower <= rank).all() and (rank <= joint.upper).all()
    assert (own.lower <= rank).all() and (rank <= own.upper).all()


def told_in_one_step(estimate: np.ndarray, errors: np.ndarray, draws: np.ndarray) -> np.ndarray:
    gap = draws[:, None] - draws[None]
    t = np.divide(gap, errors[..., None], out=np.zeros_like(gap), where=errors[..., None] > 0)
    critical = np.quantile(t.max(axis=(0, 1)), 0.95)
    z = np.divide(estimate[:, None] - estimate, errors, out=np.zeros_like(errors), where=errors > 0)
    return z > critical


@settings(deadline=None, max_examples=30)
@given(units, st.floats(1.0, 4.0))
def test_larger_standard_errors_make_wider_sets(given: tuple[int, int, bool], factor: float) -> None:
    estimate, covariance, draws = random_units(*given)
    errors = ranks.pair_errors(covariance)
    for sets in (ranks.simultaneous_sets, ranks.marginal_sets):
        z = ranks.standardized(estimate, errors)
        fine = sets(z, errors, draws, 0.95)
        coarse = sets(z / factor, factor * errors, factor * draws, 0.95)
        assert (coarse.lower <= fine.lower).all() and (coarse.upper >= fine.upper).all()


@settings(deadline=None, max_examples=30)
@given(units)
def test_bands_are_a_partition_into_units_that_cannot_be_told_apart(given: tuple[int, int, bool]) -> None:
    estimate, covariance, draws = random_units(*given)
    sets = ranks.simultaneous_sets(z_of(estimate, covariance), ranks.pair_errors(covariance), draws, 0.8)
    band = ranks.bands(estimate, sets.above)
    for j, own in enumerate(band):
        assert not sets.above[j, band == own].any()
        assert own == 1 or (sets.above[:, j] & (band == own - 1)).any()
    np.testing.assert_array_equal(band == 1, sets.lower == 1)


@settings(deadline=None, max_examples=30)
@given(units)
def test_being_told_above_is_a_partial_order_and_the_best_set_no_larger(given: tuple[int, int, bool]) -> None:
    estimate, covariance, draws = random_units(*given)
    errors = ranks.pair_errors(covariance)
    sets = ranks.simultaneous_sets(ranks.standardized(estimate, errors), errors, draws, 0.8)
    two_steps = (sets.above.astype(int) @ sets.above.astype(int)) > 0
    assert (sets.above | ~two_steps).all()
    best = ranks.best_set(ranks.standardized(estimate, errors), errors, draws, 0.8)
    assert best[np.argmax(estimate)]
    assert not (best & ~ranks.tau_best(sets, 1)).any()


def test_equal_estimates_share_the_smallest_rank() -> None:
    assert ranks.point_ranks(np.array([80.0, 82, 80, 79, 82])).tolist() == [3, 1, 3, 5, 1]


def test_units_that_never_differ_by_chance_are_not_told_apart() -> None:
    covariance = np.full((3, 3), 1.5)
    errors = ranks.pair_errors(covariance)
    draws = ranks.normal_draws(covariance, 100, np.random.default_rng(1))
    assert not errors.any()
    assert not ranks.simultaneous_sets(z_of(np.array([80.0, 79, 78]), covariance), errors, draws, 0.95).above.any()


def test_one_unit_alone_is_first() -> None:
    draws = np.zeros((1, 10))
    for sets in (ranks.simultaneous_sets, ranks.marginal_sets):
        found = sets(np.zeros((1, 1)), np.zeros((1, 1)), draws, 0.95)
        assert (found.lower.tolist(), found.upper.tolist()) == ([1], [1])


def test_draws_have_the_covariance_asked_for() -> None:
    rng = np.random.default_rng(5)
    covariance = np.array([[2.0, 0.8], [0.8, 1.0]])
    # The error of a covariance from 40,000 draws is below 0.02 here; 5 of them.
    np.testing.assert_allclose(np.cov(ranks.normal_draws(covariance, 40_000, rng)), covariance, atol=0.1)
    np.testing.assert_allclose(np.var(ranks.normal_draws(np.diag([2.0, 1.0]), 40_000, rng), axis=1), [2, 1], atol=0.1)


def test_comparison_intervals_of_equal_errors_are_1_39_standard_errors() -> None:
    se = np.full(6, 1.3)
    assert ranks.comparison_factor(ranks.pair_errors(np.diag(se**2)), se, 0.95) == pytest.approx(1.3859, abs=1e-4)


def tied_scores(rng: np.random.Generator, count: int, answers: int, replicates: int) -> UnitScores:
    """Means of skewed answers of units with the same true mean, and their bootstrap."""
    rows = 100 * rng.beta(4, 1.6, size=(count, answers))
    shares = rng.multinomial(answers, np.full(answers, 1 / answers), size=(count, replicates)) / answers
    n = np.full(count, float(answers))
    labels = pd.DataFrame({"unit": range(count)})
    return UnitScores("Satisfaction", labels, rows.mean(axis=1), np.einsum("urn,un->ur", shares, rows), n, n)


@pytest.mark.slow
@pytest.mark.parametrize("answers", [40, 150])
def test_simultaneous_sets_cover_exact_ties(answers: int) -> None:
    rng, rounds, errors_made = np.random.default_rng(answers), 1500, 0
    marginal = []
    for _ in range(rounds):
        scores = tied_scores(rng, 12, answers, 200)
        logits = scores.logits
        every, draws = all_pairs(logits), ranks.normal_draws(logits.covariance, 2000, rng)
        errors_made += ranks.simultaneous_sets(every.z, every.error, draws, 0.95).above.any()
        marginal.append((ranks.marginal_sets(every.z, every.error, draws, 0.95).lower == 1).mean())
    # Of 1,500 rounds with coverage 0.95, fewer than 0.94 cover in one of 26 series; the seeds are fixed.
    assert 1 - errors_made / rounds >= 0.94
    assert np.mean(marginal) >= 0.94


@pytest.mark.slow
def test_sets_cover_separated_units_and_are_short() -> None:
    rng, theta = np.random.default_rng(4), 60 + 5 * np.arange(20.0)
    covariance, truth = np.eye(20), ranks.point_ranks(60 + 5 * np.arange(20.0))
    errors, held, lengths = ranks.pair_errors(covariance), [], []
    for _ in range(300):
        draws = ranks.normal_draws(covariance, 1000, rng)
        sets = ranks.simultaneous_sets(z_of(theta + rng.standard_normal(20), covariance), errors, draws, 0.95)
        held.append(((sets.lower <= truth) & (truth <= sets.upper)).all())
        lengths.append((sets.upper - sets.lower + 1).mean())
    assert np.mean(held) >= 0.98
    assert np.mean(lengths) < 2
