"""Grades: published shares, quotas, ties, and how often a grade would come again."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csindex as csi
from csindex.benchmark.composites.grade_arrays import by_bands, by_quotas, places_of
from csindex.benchmark.unit_scores import UnitScores

BANDS = {"우수": 90, "양호": 85, "보통": 80, "미흡": 0}
QUOTAS = {"S": 0.1, "A": 0.4, "B": 0.4, "C": 0.1}


def scores_of(estimate, se=0.01, seed=1, replicates=500, **fields):
    estimate = np.asarray(estimate, dtype=float)
    rng = np.random.default_rng(seed)
    count = len(estimate)
    return UnitScores(
        **{
            "name": "index",
            "units": pd.DataFrame({"institution": np.arange(count), "kind": np.arange(count) % 3}),
            "estimate": estimate,
            "draws": estimate[:, None] + se * rng.normal(size=(count, replicates)),
            "n": np.full(count, 100.0),
            "n_eff": np.full(count, 100.0),
            **fields,
        }
    )


def test_published_shares_of_2013_are_whole_numbers_of_177_institutions():
    # 47.5 / 27.7 / 19.8 / 5.1 % (bizkhan 2801; 182 institutions were surveyed).
    published = np.array([47.5, 27.7, 19.8, 5.1])
    # No other number of institutions from 100 to 259 gives these four percentages.
    counts = np.arange(100, 260)[:, None]
    near = np.round(published * counts / 100)
    fits = (abs(100 * near / counts - published) <= 0.0501).all(axis=1) & (near.sum(axis=1) == counts[:, 0])
    assert counts[fits, 0].tolist() == [177]
    result = csi.grade_absolute(scores_of(np.repeat([93.0, 87.0, 82.0, 75.0], [84, 49, 35, 9])), BANDS)
    np.testing.assert_allclose(100 * result.counts.share, published, atol=0.05)
    assert result.counts.units.tolist() == [84, 49, 35, 9]
    assert (result.table.repeated > 0.999).all() and (result.table.true > 0.999).all()


def test_a_score_at_a_limit_belongs_to_the_better_grade():
    limits = np.array([90.0, 85.0, 80.0])
    grades = by_bands(np.array([90.0, 89.999, 85.0, 84.9, 80.0, 79.0, -5.0, np.nan]), limits)
    assert grades.tolist() == [0, 1, 1, 2, 2, 3, 3, -1]
    assert csi.grade_absolute(scores_of([89.96], se=1e-6), BANDS).table.grade.tolist() == ["양호"]
    assert csi.grade_absolute(scores_of([89.96], se=1e-6), BANDS, decimals=1).table.grade.tolist() == ["우수"]


def test_repeated_and_true_are_those_of_scores_that_hardly_differ_in_error_from_the_truth():
    """Of units far apart, each grade's probability is that of its own normal distribution."""
    from scipy.stats import norm

    scores = scores_of([90.5, 86.0, 70.0, *range(20, 64, 4)], se=1.0, replicates=20_000)
    result = csi.grade_absolute(scores, BANDS)
    # The unit's own error, and that of the other survey.
    se = np.sqrt(2)
    expected = [norm.sf(-0.5 / se), norm.cdf(4 / se) - norm.cdf(-1 / se), 1.0]
    # A score far above the others is drawn towards them by a fifth of its error.
    np.testing.assert_allclose(result.table.repeated[:3], expected, atol=0.08)
    np.testing.assert_allclose(result.table.true[:3], [norm.sf(-0.5), norm.cdf(4) - norm.cdf(-1), 1.0], atol=0.1)
    np.testing.assert_allclose(result.probabilities[list(BANDS)].sum(axis=1), 1)
    np.testing.assert_allclose(result.counts.expected.sum(), len(scores.estimate))
    np.testing.assert_array_equal(result.table.certainty, result.table.repeated)


@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
def test_scores_that_differ_by_chance_only_are_drawn_together():
    rng = np.random.default_rng(5)
    scores = scores_of(80 + 2 * rng.standard_normal(60), se=2.0)
    found = csi.grade_absolute(scores, {"high": 80, "low": 0}).table
    # Whoever is above 80 by chance is there again in every other survey.
    assert found.repeated.mean() == pytest.approx(0.5, abs=0.08)
    alone = csi.grade_absolute(scores_of([83.0, 77.0], se=2.0), {"high": 80, "low": 0})
    assert alone.table.true.isna().all() and alone.table.repeated.notna().all()
    assert "rough with fewer than 10 units" in alone.rule


@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
def test_any_replicates_with_a_covariance_will_do():
    gap = np.array([[1.0, -1.0]] * 2)
    scores = scores_of([90.5, 86.0], draws=np.array([[90.5], [86.0]]) + gap, coefficients=np.full((2, 2), 0.5))
    result = csi.grade_absolute(scores, BANDS)
    np.testing.assert_allclose(result.table.se, 1.0)
    assert result.table.repeated.between(0.4, 0.9).all()


@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
def test_an_error_that_units_share_hardly_changes_their_quotas():
    rng = np.random.default_rng(6)
    y = np.linspace(70, 90, 12)
    shared = 3 * rng.standard_normal(800)
    draws = y[:, None] + shared + 0.3 * rng.standard_normal((12, 800))
    joint = csi.grade_relative(scores_of(y, draws=draws, joint=True), {"S": 1, "A": 2}).table
    apart = csi.grade_relative(scores_of(y, draws=draws), {"S": 1, "A": 2}).table
    assert joint.repeated.mean() > 0.97 > apart.repeated.mean()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
@pytest.mark.parametrize(("spread", "se"), [(1.0, 2.0), (3.0, 3.0), (3.0, 1.5)])
def test_grades_come_again_as_often_as_is_printed(spread, se):
    rng, bands = np.random.default_rng(9), {"a": 83, "b": 80, "c": 77, "d": 0}
    limits, rows = np.array([83.0, 80.0, 77.0]), []
    for _ in range(150):
        truth = 80 + spread * rng.standard_normal(40)
        first, again = (truth + se * rng.standard_normal(40) for _ in range(2))
        table = csi.grade_absolute(
            scores_of(first, se=se, seed=int(rng.integers(1 << 30)), replicates=200), bands
        ).table
        mine, then, right = (by_bands(x, limits) for x in (first, again, truth))
        rows.append([table.repeated.mean(), (mine == then).mean(), table.true.mean(), (mine == right).mean()])
    repeated, came, true, was = np.array(rows).T
    for printed, happened, band in ((repeated, came, 0.03), (true, was, 0.05)):
        # The band is met where the 95% Monte Carlo interval of the mean difference touches it.
        gap = printed - happened
        assert abs(gap.mean()) <= band + 1.96 * gap.std(ddof=1) / np.sqrt(len(gap))


def test_quotas_become_whole_numbers_by_largest_remainders():
    shares = np.array([0.1, 0.4, 0.4, 0.1])
    assert places_of(shares, 10).tolist() == [1, 4, 4, 1]
    assert places_of(shares, 232).tolist() == [23, 93, 93, 23]
    assert places_of(shares, 7).tolist() == [1, 3, 3, 0]
    assert places_of(shares, 1).tolist() == [0, 1, 0, 0]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0.01, 1), min_size=2, max_size=5),
    st.lists(st.integers(0, 12), min_size=1, max_size=40),
    st.booleans(),
)
def test_quotas_hold_but_for_ties_and_better_scores_never_get_worse_grades(shares, values, better):
    scores = np.array(values, dtype=float)
    places = places_of(np.array(shares), len(scores))
    assert places.sum() == len(scores)
    assert (abs(places - np.array(shares) / np.sum(shares) * len(scores)) < 1).all()
    grade = by_quotas(scores, places, better)
    order = np.argsort(-scores, kind="stable")
    assert (np.diff(grade[order]) >= 0).all()
    for value in set(values):
        assert len(set(grade[scores == value].tolist())) == 1
    counts = np.array([(grade <= g).sum() for g in range(len(shares))])
    assert ((counts >= np.cumsum(places)) if better else (counts <= np.cumsum(places))).all()
    if len(set(values)) == len(values):
        np.testing.assert_array_equal(counts, np.cumsum(places))


def test_relative_grades_within_groups():
    rng = np.random.default_rng(2)
    scores = scores_of(rng.uniform(70, 95, 60), se=1e-6)
    result = csi.grade_relative(scores, QUOTAS, within="kind")
    counts = result.counts.set_index(["kind" if "kind" in result.counts else "group", "grade"]).units
    assert counts.tolist() == [2, 8, 8, 2] * 3
    for _, group in result.table.groupby("kind"):
        best = group.sort_values("estimate", ascending=False).grade.tolist()
        assert best == ["S"] * 2 + ["A"] * 8 + ["B"] * 8 + ["C"] * 2
    labels = csi.grade_relative(scores, QUOTAS, within=scores.units.kind.to_numpy())
    assert labels.table.grade.tolist() == result.table.grade.tolist()
    assert "group" in labels.table


def test_ties_at_the_end_of_a_quota():
    scores = scores_of([90, 80, 80, 80, 70], se=1e-9)
    thirds = {"first": 0.4, "second": 0.6}
    assert csi.grade_relative(scores, thirds, decimals=0).table.grade.tolist() == ["first"] * 4 + ["second"]
    worse = csi.grade_relative(scores, thirds, decimals=0, ties="worse")
    assert worse.table.grade.tolist() == ["first"] + ["second"] * 4


def test_many_doubtful_grades_are_told_in_words():
    with pytest.warns(csi.CsindexWarning, match="hang on the toss of a coin.*institution"):
        result = csi.grade_relative(scores_of(np.linspace(80, 81, 30), se=2), QUOTAS)
    assert len(result.doubtful) >= 6
    assert result.doubtful.repeated.is_monotonic_increasing
    assert "another in more than one of three repeats" in result.summary()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        csi.grade_relative(scores_of(np.linspace(60, 95, 30), se=0.01), QUOTAS)


def test_composites_and_fits_can_be_graded():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(
        {"q": np.r_[rng.integers(7, 11, 200), rng.integers(1, 5, 200)], "u": np.repeat(["a", "b"], 200)}
    )
    scheme = csi.Scheme("S", [csi.Dimension("D", csi.Item("q"))])
    result = csi.composite(scheme, data, by="u", replicates=100)
    assert csi.grade_absolute(result, {"high": 60, "low": 0}).table.grade.tolist() == ["high", "low"]
    assert csi.grade_relative(result.scores, {"1": 1, "2": 1}).table.grade.tolist() == ["1", "2"]
    with pytest.raises(csi.OptionError, match="is expected, not DataFrame"):
        csi.grade_absolute(data, BANDS)


@pytest.mark.parametrize(
    ("door", "arguments", "match"),
    [
        (csi.grade_absolute, {"bands": {"a": 80, "b": 90}}, "falling limits"),
        (csi.grade_absolute, {"bands": {"a": 80}}, "two grades or more"),
        (csi.grade_absolute, {"bands": {"a": "x", "b": 0}}, "grade 'a' has 'x'"),
        (csi.grade_absolute, {"bands": BANDS, "decimals": -1}, "decimals=-1"),
        (csi.grade_relative, {"quotas": {"a": 0.5, "b": 0}}, "not a positive number"),
        (csi.grade_relative, {"quotas": {"a": 1}}, "two grades or more"),
        (csi.grade_relative, {"quotas": QUOTAS, "within": "region"}, "within='region' is not a unit column"),
        (csi.grade_relative, {"quotas": QUOTAS, "within": [1, 2]}, "one label for each of 5 units"),
        (csi.grade_relative, {"quotas": QUOTAS, "within": [1, 2, None, 4, 5]}, "no label for some units"),
        (csi.grade_relative, {"quotas": QUOTAS, "ties": "random"}, "ties='random'"),
    ],
)
def test_rules_that_are_none(door, arguments, match):
    with pytest.raises(csi.OptionError, match=match):
        door(scores_of([90, 85, 80, 75, 70]), **arguments)
