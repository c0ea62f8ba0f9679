"""One test of a difference: its scale, its tails and its intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from csindex.index import differences as m
from csindex.index.logit_scores import LogitScores, expit, on_logit_scale, prior_degrees
from csindex.replicates.intervals import Evidence


def scored(score: list[float], se: list[float], n: list[float], replicates: int = 4001, seed: int = 1) -> LogitScores:
    noise = np.random.default_rng(seed).standard_normal((len(score), replicates))
    noise = (noise - noise.mean(axis=1, keepdims=True)) / noise.std(axis=1, ddof=1, keepdims=True)
    y = np.array(score, dtype=float)
    draws = y[:, None] + np.array(se)[:, None] * noise
    return on_logit_scale(Evidence(y[:, None], draws[..., None]), np.array(n, dtype=float), False)


def test_two_units_of_moderate_scores_are_compared_as_by_welch() -> None:
    found = m.pairs_of(scored([50.0, 51.0], [1.0, 1.5], [200, 100]), np.array([0]), np.array([1]))
    v = np.array([1.0, 1.5]) ** 2 * [200 / 199, 100 / 99]
    # Two units lend each other hardly anything, and the logit is nearly straight at 50.
    assert m.two_sided(found.z)[0] == pytest.approx(2 * stats.norm.sf(1 / np.sqrt(v.sum())), rel=0.03)


def test_units_without_variation_have_the_dispersion_of_the_others() -> None:
    found = scored([100.0, 90.0, 91.0, 89.0], [0.0, 2.0, 2.1, 1.9], [30, 40, 40, 40])
    assert 1.0 < found.variance[0] < 3.0 and found.degrees[0] >= 5
    assert np.isfinite(found.value).all()
    lower, upper = found.interval(2.0)
    assert upper[0] == 100 and 80 < lower[0] < 99
    assert (lower <= found.score).all() and (found.score <= upper).all()


def test_one_wild_unit_hardly_widens_the_others() -> None:
    """A dispersion a hundred times that of the others, as of a weak construct with few answers."""
    quiet = scored([80.0, 81, 79, 80, 82, 78], [2.0] * 6, [40] * 6)
    wild = scored([80.0, 81, 79, 80, 82, 78, 60], [2.0] * 6 + [24.0], [40] * 7)
    assert (wild.variance[:6] / quiet.variance < 1.15).all()


def test_units_of_equal_dispersion_borrow_more() -> None:
    rng = np.random.default_rng(2)
    d = np.full(60, 29.0)
    alike = rng.chisquare(29, 60) / 29
    assert prior_degrees(alike, d) == 10
    assert prior_degrees(alike * np.exp(rng.standard_normal(60)), d) < 3
    assert prior_degrees(alike[:1], d[:1]) == 1


def test_the_normal_z_has_the_tail_of_student_t() -> None:
    t, df = np.array([-3.0, 0.0, 2.0, 5.0]), np.array([4.0, 7, np.inf, 30])
    expected = np.where(np.isinf(df), 2 * stats.norm.sf(np.abs(t)), 2 * stats.t.sf(np.abs(t), np.minimum(df, 1e9)))
    np.testing.assert_allclose(m.two_sided(m.normal_of(t, df)), expected, rtol=1e-9)
    np.testing.assert_allclose(m.student_of(np.abs(m.normal_of(t, df)), df), np.abs(t), atol=1e-8)


def test_no_unit_is_told_above_one_with_a_higher_score() -> None:
    """Half a pseudo-answer pulls the score of few answers more than that of many."""
    found = scored([100.0, 100.0, 99.9], [0.0, 0.0, 0.05], [30, 100_000, 100_000])
    z = m.all_pairs(found).z
    assert z[0, 1] == z[1, 0] == 0
    assert z[0, 2] >= 0
    np.testing.assert_array_equal(z, -z.T)


shares = st.floats(0.02, 0.98)
errors = st.floats(0.05, 1.5)


@settings(deadline=None, max_examples=200)
@given(shares, shares, errors, errors, st.floats(-0.5, 0.9), st.floats(4, 200), st.floats(0.5, 4))
def test_the_interval_leaves_0_out_where_the_test_says_so(
    a: float, b: float, sa: float, sb: float, r: float, df: float, critical: float
) -> None:
    left, right = np.log(a / (1 - a)), np.log(b / (1 - b))
    values = (left, right, sa**2, sb**2, r * sa * sb, 100 * (a - b), df)
    pair = m.Pair(*(np.array([value]) for value in values))
    lower, upper = m.gap_limits(pair, critical)
    assert lower <= pair.gap <= upper
    assert ((lower > 0) | (upper < 0)) == (np.abs(pair.z) > critical)
    assert lower >= -100 and upper <= 100


def test_the_interval_of_a_small_gap_is_the_usual_one() -> None:
    pair = m.pairs_of(scored([60.0, 62.0], [0.8, 0.6], [4000, 4000]), np.array([0]), np.array([1]))
    lower, upper = m.gap_limits(pair, m.critical_z(0.95))
    assert lower[0] == pytest.approx(-2 - 1.96, abs=0.03)
    assert upper[0] == pytest.approx(-2 + 1.96, abs=0.03)


def test_correlations_of_joint_units_stay() -> None:
    rng = np.random.default_rng(3)
    shared = rng.standard_normal(500)
    y, draws = np.array([70.0, 75.0]), np.stack([70 + shared, 75 + shared + 0.5 * rng.standard_normal(500)])
    found = on_logit_scale(Evidence(y[:, None], draws[..., None]), np.array([100.0, 100.0]), True)
    r = found.covariance[0, 1] / np.sqrt(found.variance.prod())
    assert r == pytest.approx(np.corrcoef(draws)[0, 1], abs=1e-9)
    pair = m.pairs_of(found, np.array([0]), np.array([1]))
    assert pair.z[0] == pytest.approx(m.all_pairs(found).z[0, 1])
    np.testing.assert_allclose(expit(np.array([0.0])), 0.5)
