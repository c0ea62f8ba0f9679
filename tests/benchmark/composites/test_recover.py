"""Recovered weights: the published rows of Korean local public enterprises, exact cases, and properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csindex as csi

# Published in Korea: customer survey of local public enterprises 2020, Incheon (insiseol.or.kr, n = 410) and the total and
# parts of Gumi's corporation (sedaily, December 2020): service environment, process, result, social and overall
# satisfaction, and the index. One decimal, Gumi two.
PUBLISHED = pd.DataFrame(
    [
        ("Incheon, total", 90.1, 88.5, 89.2, 93.7, 89.6, 90.2),
        ("Cheongna park", 93.1, 86.2, 91.5, 97.5, 91.3, 91.7),
        ("Haneul centre", 89.6, 91.5, 90.4, 95.4, 89.4, 91.2),
        ("Gyesan sports", 89.1, 89.1, 89.2, 91.9, 91.0, 90.2),
        ("Juan arcade", 90.3, 88.5, 88.4, 92.8, 90.5, 90.1),
        ("Samsan gym", 88.4, 88.0, 86.5, 90.6, 86.3, 87.8),
        ("Gumi, total", 90.31, 89.06, 90.12, 91.19, 89.52, 89.96),
    ],
    columns=["unit", "Environment", "Process", "Result", "Social", "Overall", "index"],
).set_index("unit")
PARTS = PUBLISHED.drop(columns="index")
QUALITY = {"quality": ["Environment", "Process", "Result"]}


def test_the_seven_published_rows_are_recovered_within_their_rounding():
    found = csi.recover_weights(PARTS, PUBLISHED["index"], score_rounding=0, groups=QUALITY)
    assert found.possible
    assert found.largest_error == pytest.approx(0.0425, abs=5e-4)
    assert found.largest_error < 0.05
    assert found.smallest_largest_error == pytest.approx(0.0282, abs=5e-4)
    assert found.residuals.within.all()
    # Free non-negative least squares, computed apart, gave these; with a sum of 1 they hardly move.
    np.testing.assert_allclose(found.weights.estimate, [0.131, 0.209, 0.184, 0.193, 0.282], atol=0.0015)
    free = csi.recover_weights(PARTS, PUBLISHED["index"], sum_to_one=False)
    np.testing.assert_allclose(free.weights.estimate, [0.131, 0.209, 0.184, 0.193, 0.282], atol=5e-4)


def test_the_rule_that_is_used_by_default_fits_and_equal_weights_do_not():
    found = csi.recover_weights(PARTS, PUBLISHED["index"], score_rounding=0, groups=QUALITY)
    default = csi.local_public_enterprises().shares
    tests = found.test(
        {"50/20/30": {"quality": 0.5, "Social": 0.2, "Overall": 0.3}, "default": default, "equal": "equal"}
    ).set_index("hypothesis")
    assert tests.possible.tolist() == [True, True, False]
    np.testing.assert_allclose(tests.largest_error, [0.047, 0.048, 0.22], atol=5e-4)
    np.testing.assert_allclose(
        tests.loc["50/20/30", list(QUALITY["quality"])].astype(float), [0.11, 0.21, 0.18], atol=0.011
    )
    # The rounding of the published scores themselves does not make the plain average possible either.
    assert not csi.recover_weights(PARTS, PUBLISHED["index"]).test({"equal": "equal"}).possible[0]


def test_how_well_they_are_determined():
    exact = csi.recover_weights(PARTS, PUBLISHED["index"], score_rounding=0, groups=QUALITY)
    rounded = csi.recover_weights(PARTS, PUBLISHED["index"], groups=QUALITY)
    both = [frame.set_index("dimension") for frame in (exact.weights, rounded.weights)]
    assert (both[1].lower <= both[0].lower).all()
    assert (both[1].upper >= both[0].upper).all()
    np.testing.assert_allclose(both[0].loc["Social", ["lower", "upper"]].astype(float), [0.185, 0.202], atol=1e-3)
    np.testing.assert_allclose(rounded.groups[["lower", "upper"]].to_numpy()[0], [0.462, 0.582], atol=1e-3)
    assert "up to 0.18 wide" in rounded.summary()


def test_without_rounding_the_weights_are_exact():
    rng = np.random.default_rng(4)
    scores = pd.DataFrame(rng.uniform(60, 95, (12, 4)), columns=list("abcd"))
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    for options in ({}, {"sum_to_one": False}, {"nonnegative": False}, {"sum_to_one": False, "nonnegative": False}):
        found = csi.recover_weights(scores, scores.to_numpy() @ weights, rounding=1e-6, score_rounding=0, **options)
        np.testing.assert_allclose(found.weights.estimate, weights, atol=1e-8)
        np.testing.assert_allclose(found.weights.lower, weights, atol=1e-5)
        assert found.possible


def test_constrained_least_squares_against_a_general_optimiser():
    from scipy.optimize import minimize

    rng = np.random.default_rng(8)
    scores = rng.uniform(60, 95, (10, 4))
    index = scores @ np.array([0.7, 0.3, 0, 0]) + rng.normal(0, 2, 10)
    found = csi.recover_weights(pd.DataFrame(scores, columns=list("abcd")), index)
    best = minimize(
        lambda w: ((scores @ w - index) ** 2).sum(),
        np.full(4, 0.25),
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    np.testing.assert_allclose(found.weights.estimate, best.x, atol=1e-4)
    assert not found.possible
    assert found.weights.lower.isna().all()
    assert "No weights give every published index" in found.summary()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=4), st.integers(3, 12), st.integers(0, 2**31))
def test_the_true_weights_of_rounded_scores_are_always_possible(raw, count, seed):
    weights = np.array(raw) / np.sum(raw)
    rng = np.random.default_rng(seed)
    exact = rng.uniform(50, 100, (count, len(raw)))
    names = [f"d{i}" for i in range(len(raw))]
    found = csi.recover_weights(pd.DataFrame(exact.round(1), columns=names), (exact @ weights).round(1))
    assert found.possible
    assert (found.weights.lower - 1e-6 <= weights).all()
    assert (weights <= found.weights.upper + 1e-6).all()
    tested = found.test({"truth": dict(zip(names, weights.tolist(), strict=True))})
    assert tested.possible[0]


def test_a_series_is_matched_by_its_labels():
    shuffled = PUBLISHED["index"].sample(frac=1, random_state=1)
    one = csi.recover_weights(PARTS, shuffled)
    pd.testing.assert_frame_equal(one.weights, csi.recover_weights(PARTS, PUBLISHED["index"].to_numpy()).weights)


def test_unbounded_weights_are_said_to_be_so():
    scores = pd.DataFrame({"a": [80.0, 90.0], "b": [80.0, 90.0], "c": [70.0, 95.0]})
    found = csi.recover_weights(scores, [80.0, 90.0], nonnegative=False)
    assert np.isinf(found.weights.upper[:2]).all()
    pd.testing.assert_series_equal(found.residuals.within, pd.Series([True, True], name="within"))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"published": [1.0, 2.0]}, csi.SurveyError, "2 indices for 7 units"),
        ({"published": [np.nan] * 7}, csi.SurveyError, "missing in 7 rows"),
        ({"published": ["x"] * 7}, csi.SurveyError, "not numbers"),
        (
            {"published": PUBLISHED["index"].rename(str.upper)},
            csi.SurveyError,
            "no .single. index for 'Incheon, total'",
        ),
        ({"dimensions": PARTS.to_numpy()}, csi.SurveyError, "data frame"),
        ({"rounding": 0}, csi.OptionError, "rounding=0 must be positive"),
        ({"rounding": [0.05, 0.05]}, csi.OptionError, "one for each of 7 units"),
        ({"score_rounding": -1}, csi.OptionError, "at least 0"),
        ({"score_rounding": 0.05, "nonnegative": False}, csi.OptionError, "nonnegative=True only"),
        ({"groups": {"quality": ["Speed"]}}, csi.OptionError, "consist of dimensions"),
        ({"groups": {"Social": ["Social"]}}, csi.OptionError, "name of its own"),
    ],
)
def test_what_cannot_be_recovered(arguments, error, match):
    with pytest.raises(error, match=match):
        csi.recover_weights(**{"dimensions": PARTS, "published": PUBLISHED["index"], **arguments})


@pytest.mark.parametrize(
    ("claim", "match"),
    [
        ({"Speed": 0.5}, "names .'Speed'."),
        ({}, "names nothing"),
        ("50/20/30", "must be 'equal' or a mapping"),
        ({"Social": 0.8, "Overall": 0.8}, "no weights agree"),
    ],
)
def test_hypotheses_that_cannot_be(claim, match):
    with pytest.raises(csi.OptionError, match=match):
        csi.recover_weights(PARTS, PUBLISHED["index"]).test({"claim": claim})
