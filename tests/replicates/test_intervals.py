"""Quantiles, standard errors and p-values of replicates: against numpy, and against each other."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csindex.replicates.intervals import Evidence, uncertainty

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95])


@st.composite
def replicated(draw, least: int = 60):
    """Draw an estimate and its replicates near 0, some of them tied, exactly 0, or failed."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    count = draw(st.integers(least, 300))
    values = rng.normal(draw(st.floats(-3, 3)), 1, size=count)
    if draw(st.booleans()):
        values = np.round(values * 2) / 2
    values[rng.random(count) < draw(st.sampled_from([0, 0.05]))] = np.nan
    values[0] = 0 if np.isnan(values).all() else values[0]
    return float(np.round(rng.normal(np.nanmean(values), 0.3), 2)), values


def of(estimate: float, draws: np.ndarray, level: float, interval: str) -> tuple[float, float, float, float]:
    found = uncertainty(Evidence(np.array([[estimate]]), draws[None, :, None]), level, interval)
    return tuple(float(part[0, 0]) for part in (found.se, found.lower, found.upper, found.p))  # type: ignore[return-value]


@settings(deadline=None, max_examples=80)
@given(replicated(2), LEVELS)
def test_percentiles_are_numpys(sample, level):
    estimate, draws = sample
    if np.isfinite(draws).sum() < 2:
        return
    se, lower, upper, _ = of(estimate, draws, level, "percentile")
    tail = (1 - level) / 2
    np.testing.assert_allclose([lower, upper], np.nanquantile(draws, [tail, 1 - tail]), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(se, np.nanstd(draws, ddof=1), rtol=1e-10)
    _, low, high, _ = of(estimate, draws, level, "basic")
    np.testing.assert_allclose([low, high], [2 * estimate - upper, 2 * estimate - lower], atol=1e-10)


@settings(deadline=None, max_examples=150)
@given(replicated(), LEVELS, st.sampled_from(["percentile", "basic", "normal"]))
@example((0.0, np.zeros(80)), 0.95, "percentile")
@example((1.0, np.r_[np.zeros(40), np.ones(40)]), 0.95, "percentile")
@example((1.0, np.r_[np.zeros(2), np.ones(78)]), 0.95, "percentile")
@example((-1.0, -np.ones(80)), 0.95, "percentile")
@example((-1.0, -np.ones(80)), 0.95, "basic")
def test_intervals_and_p_values_say_the_same(sample, level, interval):
    estimate, draws = sample
    _, lower, upper, p = of(estimate, draws, level, interval)
    if abs(p - (1 - level)) < 1e-9 or min(abs(lower), abs(upper)) < 1e-12:
        return  # 0 is an end of the interval; rounding decides what is inside
    assert (p < 1 - level) == (not lower <= 0 <= upper)
    assert 0 <= p <= 1


@pytest.mark.parametrize("interval", ["percentile", "basic"])
@pytest.mark.parametrize(("count", "level"), [(20, 0.95), (100, 0.99), (1000, 0.999)])
def test_few_replicates_do_not_tear_interval_and_p_value_apart(interval, count, level):
    # All replicates are above 0: an interval without 0 beside a p-value above 1 - level would be a contradiction.
    draws = np.random.default_rng(1).uniform(0.5, 1.5, count)
    _, lower, _, p = of(1.0, draws, level, interval)
    assert (lower > 0) == (p < 1 - level)


@pytest.mark.parametrize("interval", ["percentile", "basic", "normal"])
def test_no_replicate_is_no_number(interval):
    for count in (0, 1):
        draws = np.r_[np.ones(count), np.full(20 - count, np.nan)]
        assert np.isnan(of(1.0, draws, 0.95, interval)).all()


def test_many_quantities_at_once():
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(4, 50, 3))
    draws[1, :7] = np.nan
    found = uncertainty(Evidence(rng.normal(size=(4, 3)), draws), 0.9, "percentile")
    np.testing.assert_allclose(found.lower, np.nanquantile(draws, 0.05, axis=1))
    np.testing.assert_allclose(found.upper, np.nanquantile(draws, 0.95, axis=1))
    assert found.p.shape == found.se.shape == (4, 3)


def test_small_p_values_are_no_smaller_than_replicates_can_show():
    draws = np.random.default_rng(1).uniform(5, 6, 99)
    assert of(5.5, draws, 0.9, "percentile")[3] == pytest.approx(0.02)
