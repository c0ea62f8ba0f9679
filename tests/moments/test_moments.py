"""Moments: against numpy and pandas, added up, published, and refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csindex as csi
from csindex.replicates.resampling import parametric_moments

NAMES = ["a", "b", "c"]
R = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]])


def answers(seed: int, n: int, gaps: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    frame = pd.DataFrame(np.clip(np.round(6 + 2 * (common + rng.normal(size=(n, 3)))), 1, 10), columns=NAMES)
    return frame.mask(rng.random(frame.shape) < gaps)


def same(found: csi.Moments, expected: csi.Moments) -> None:
    for part in ("mean", "cov", "n", "weight", "n_eff"):
        np.testing.assert_allclose(getattr(found, part), getattr(expected, part), rtol=1e-11, err_msg=part)


SAMPLES = st.tuples(st.integers(0, 10**6), st.integers(5, 80))


@settings(max_examples=25, deadline=None)
@given(SAMPLES)
def test_moments_are_the_sample_moments(sample):
    frame = answers(*sample)
    found = csi.Moments.from_frame(frame, NAMES)
    np.testing.assert_allclose(found.mean, frame.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.cov, frame.cov(), rtol=1e-10, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(SAMPLES)
def test_weighted_moments(sample):
    frame = answers(*sample)
    n = len(frame)
    w = np.random.default_rng(sample[0]).gamma(2, size=n)
    found = csi.Moments.from_frame(frame, NAMES, weights=w)
    np.testing.assert_allclose(found.mean, np.average(frame, axis=0, weights=w), rtol=1e-12)
    expected = np.cov(frame.T, aweights=w, ddof=0) * n / (n - 1)
    np.testing.assert_allclose(found.cov, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.n_eff, w.sum() ** 2 / (w**2).sum())
    assert (found.n, found.weight) == (n, pytest.approx(w.sum()))


@settings(max_examples=25, deadline=None)
@given(SAMPLES, st.sampled_from(["listwise", "mean", "pairwise"]), st.sampled_from([0.0, 0.2]))
def test_integer_weights_are_repeated_rows(sample, missing, gaps):
    frame = answers(sample[0], sample[1] + 20, gaps)
    times = np.random.default_rng(sample[0]).integers(0, 4, len(frame))
    weighted = csi.Moments.from_frame(frame, NAMES, weights=times, missing=missing)
    repeated = csi.Moments.from_frame(frame.loc[frame.index.repeat(times)], NAMES, missing=missing)
    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=1e-12)
    np.testing.assert_allclose(weighted.correlation, repeated.correlation, atol=1e-10)


@settings(max_examples=25, deadline=None)
@given(SAMPLES)
def test_policies_against_pandas(sample):
    frame = answers(sample[0], sample[1] + 20, 0.15)
    listwise, mean, pairwise = (
        csi.Moments.from_frame(frame, NAMES, missing=policy) for policy in ("listwise", "mean", "pairwise")
    )
    complete = frame.dropna()
    np.testing.assert_allclose(listwise.cov, complete.cov(), rtol=1e-9, atol=1e-12)
    assert listwise.n == len(complete)
    # A row without any answer says nothing and is left out by the other two as well.
    some = frame.dropna(how="all")
    filled = some.fillna(some.mean())
    np.testing.assert_allclose(mean.mean, filled.mean(), rtol=1e-12)
    np.testing.assert_allclose(mean.cov, filled.cov(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(pairwise.mean, some.mean(), rtol=1e-12)
    np.testing.assert_allclose(pairwise.sd, some.std(), rtol=1e-10)
    np.testing.assert_allclose(pairwise.correlation, some.corr(), atol=1e-10)
    assert mean.n == pairwise.n == len(some)


@settings(max_examples=15, deadline=None)
@given(SAMPLES, st.floats(0, 1e6))
def test_nothing_is_lost_to_cancellation(sample, far):
    frame = answers(*sample)
    near, moved = (csi.Moments.from_frame(data, NAMES) for data in (frame, frame + far))
    np.testing.assert_allclose(moved.cov, near.cov, rtol=1e-8, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(SAMPLES, st.booleans())
def test_parts_add_up(sample, weighted):
    frame = answers(sample[0], sample[1] + 10).assign(w=1.0, part=0)
    rng = np.random.default_rng(sample[0])
    if weighted:
        frame["w"] = rng.gamma(2, size=len(frame))
    cut = int(rng.integers(3, len(frame) - 3))
    frame.loc[cut:, "part"] = 1
    first, second = (csi.Moments.from_frame(part, NAMES, weights="w") for part in (frame[:cut], frame[cut:]))
    stack = csi.Moments.from_frame(frame, NAMES, weights="w", by="part")
    whole = csi.Moments.from_frame(frame, NAMES, weights="w")
    for found in (first + second, second + first, stack.pooled()):
        np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-12)
        np.testing.assert_allclose(found.cov, whole.cov, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose([found.n, found.weight, found.n_eff], [whole.n, whole.weight, whole.n_eff])


def test_items_are_matched_when_parts_are_added():
    frame = answers(1, 50)
    one, other = csi.Moments.from_frame(frame[:20], NAMES), csi.Moments.from_frame(frame[20:], NAMES[::-1])
    same(one + other, csi.Moments.from_frame(frame, NAMES))


def test_stacks_add_up_unit_by_unit():
    frame = answers(2, 90).assign(unit=np.tile(["x", "y", "z"], 30))
    early, late = (csi.Moments.from_frame(part, NAMES, by="unit") for part in (frame[:45], frame[45:]))
    both = early + late
    same(both, csi.Moments.from_frame(frame, NAMES, by="unit"))
    assert both.units is not None
    assert both.units["unit"].tolist() == ["x", "y", "z"]


def test_different_units_are_not_added():
    frame = answers(2, 90).assign(unit=np.tile(["x", "y", "z"], 30))
    stack = csi.Moments.from_frame(frame, NAMES, by="unit")
    other = csi.Moments.from_frame(frame.replace("z", "w"), NAMES, by="unit")
    with pytest.raises(csi.SurveyError, match=r"different units.*pooled\(\)"):
        _ = stack + other
    # A single sample would be added to every unit, and nobody means that.
    for pair in ((stack, stack.pooled()), (stack.pooled(), stack)):
        with pytest.raises(csi.SurveyError, match="units"):
            _ = pair[0] + pair[1]


def test_units_stand_in_the_rows_of_the_stack():
    frame = answers(3, 60).assign(unit=np.tile(["y", "x"], 30))
    stack = csi.Moments.from_frame(frame, NAMES, by="unit")
    assert stack.units is not None
    for row, unit in enumerate(stack.units["unit"]):
        np.testing.assert_allclose(stack.mean[row], frame.loc[frame["unit"] == unit, NAMES].mean())


@pytest.mark.parametrize("above", [0.0, np.nan])
def test_lower_triangles(above):
    triangle = np.where(np.triu(np.ones((3, 3)), 1) > 0, above, R)
    found = csi.Moments.from_published([5, 6, 7], [2, 1, 3], triangle, 100, items=NAMES)
    np.testing.assert_allclose(found.correlation, R)
    np.testing.assert_allclose(found.sd, [2, 1, 3])
    assert found.n == found.n_eff == found.weight == 100


def test_published_labels_are_matched():
    order = ["c", "a", "b"]
    table = pd.DataFrame(R, NAMES, NAMES)
    mean, sd = pd.Series([5.0, 6, 7], NAMES), pd.Series([2.0, 1, 3], NAMES)
    straight = csi.Moments.from_published(mean, sd, table, 100)
    mixed = csi.Moments.from_published(mean[order], sd[order[::-1]], table.loc[order, NAMES], 100)
    same(mixed, straight)
    assert mixed.items == tuple(NAMES)


PUBLISHED = {"mean": [5, 6, 7], "sd": [2, 1, 3], "correlation": R, "n": 100, "items": NAMES}


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ({"mean": [5, 6]}, ["for 3 items", "(2,), (3,), (3, 3)"]),
        ({"correlation": np.eye(4)}, ["for 3 items", "(4, 4)"]),
        ({"correlation": [[1], [0.5, 1], [0.2, 0.3, 1]]}, ["correlation"]),
        ({"correlation": np.where(R == 0.5, "x", R.astype(str))}, ["correlation", "numbers"]),
        ({"correlation": np.where(R == 0.5, 1.5, R)}, ["'a' and 'b'", "1.5", "between -1 and 1"]),
        ({"correlation": np.where(np.triu(R) == 0.5, 0.4, R)}, ["'a' and 'b'", "0.4 one way and 0.5 the other"]),
        ({"correlation": 4 * R}, ["diagonal", "not 1", "covariances"]),
        ({"correlation": np.where(R == 0.5, np.nan, R)}, ["gaps"]),
        ({"mean": [5, np.nan, 7]}, ["gaps"]),
        ({"sd": [2, 0, 3]}, ["standard deviation of 'b' is not positive"]),
        ({"n": 3}, ["n=3", "more than the number of items, 3"]),
        ({"n": "many"}, ["n='many'"]),
        ({"n": None}, ["n=None"]),
        ({"items": None}, ["items="]),
        ({"items": ["a", "b", "b"]}, ["'b'"]),
        ({"mean": pd.Series([5, 6, 7], ["a", "b", "x"])}, ["mean does not have all the items", "c"]),
    ],
)
def test_published_tables_that_cannot_be(changed, parts):
    with pytest.raises(csi.SurveyError) as caught:
        csi.Moments.from_published(**{**PUBLISHED, **changed})
    assert [part for part in parts if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"mean": [1, 2]},
        {"cov": np.eye(2)},
        {"n": [5, 6]},
        {"mean": ["x", 2, 3]},
        {"n": "many"},
        {"n": -5},
        {"items": ["a", "a", "b"]},
        {"cov": np.tril(R)},
        {"cov": -R},
        {"mean": [[1, 2, 3]], "cov": [R], "units": pd.DataFrame({"unit": ["x", "y"]})},
    ],
    ids=lambda changed: ", ".join(changed),
)
def test_moments_that_cannot_be(changed):
    # NaN is another matter: it is what units without answers have, and a fit says so.
    with pytest.raises(csi.SurveyError):
        csi.Moments(**{"items": NAMES, "mean": [1, 2, 3], "cov": R, "n": 10, **changed})


def test_moments_do_not_change():
    mean = np.array([5.0, 6, 7])
    moments = csi.Moments(NAMES, mean, R, 100)
    mean[0] = 0
    assert moments.mean[0] == 5
    with pytest.raises(ValueError, match="read-only"):
        moments.mean[0] = 0


def test_unknown_items_are_named():
    moments = csi.Moments(NAMES, [5, 6, 7], R, 100)
    with pytest.raises(csi.SurveyError, match=r"no item 'x', 'y'.*They have: a, b, c.*rename"):
        moments.select(["a", "x", "y"])


@pytest.mark.parametrize(
    "arguments", [{"weights": "w"}, {"by": "unit"}, {"missing_codes": [9]}, {"missing": "impute"}], ids=str
)
def test_nothing_is_ignored_beside_a_survey(arguments):
    survey = csi.Survey(answers(1, 30).assign(w=1.0, unit="x"))
    with pytest.raises(csi.OptionError):
        csi.Moments.from_frame(survey, NAMES, **arguments)


def test_parametric_replicates_have_the_right_moments():
    draws, n = 40_000, 30.0
    mean, cov = np.array([5.0, 6, 7]), R * np.outer([2, 1, 3], [2, 1, 3])
    m, s = parametric_moments(np.random.default_rng(1), mean, cov, n, draws)
    # m* ~ N(m, S/n) and S* ~ Wishart(S, n - 1)/(n - 1), independent of each other; five standard errors of the means.
    variance = (cov**2 + np.outer(np.diag(cov), np.diag(cov))) / (n - 1)
    np.testing.assert_array_less(np.abs(m.mean(0) - mean), 5 * np.sqrt(np.diag(cov) / n / draws))
    np.testing.assert_array_less(np.abs(s.mean(0) - cov), 5 * np.sqrt(variance / draws))
    np.testing.assert_allclose(np.cov(m.T), cov / n, atol=0.02 * np.diag(cov).max() / n)
    np.testing.assert_allclose(s.var(0), variance, rtol=0.05)
    together = np.corrcoef(np.column_stack([m, s.reshape(draws, -1)]).T)[:3, 3:]
    assert np.abs(together).max() < 5 / np.sqrt(draws)
