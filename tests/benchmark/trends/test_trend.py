"""Changes against scores by hand, the exactness of the split, and simulated waves with known truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import csindex as csi
from csindex.benchmark.unit_scores import bennet
from csindex.index.scores import to_hundred

MODEL = csi.Model.parse(
    "Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Loyalty ~ Satisfaction", target="Satisfaction"
)
COMPANIES = list("ABC")
LEVELS = {2021: 0.66, 2022: 0.66, 2023: 0.72}

pytestmark = pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")


def population(year: int, companies=COMPANIES, **more) -> csi.Population:
    loadings = {"s1": 0.9, "s2": 0.8, "s3": 0.6 + 0.1 * (year - 2021)}
    # Items of different difficulty: otherwise the part of the weights is a product of two noises.
    level = {"s1": LEVELS[year] + 0.12, "s2": LEVELS[year], "s3": LEVELS[year] - 0.16}
    return csi.Population(MODEL, level=level, loadings=loadings, groups=companies, seed=1, **more)


def waves(n=250, seed=1, companies=COMPANIES, years=(2021, 2022, 2023)) -> pd.DataFrame:
    parts = [population(year, companies).draw(n, seed=seed * 10 + year).assign(year=year) for year in years]
    return pd.concat(parts, ignore_index=True).rename(columns={"unit": "company"})


@pytest.fixture(scope="module")
def result():
    return csi.fit(MODEL, waves(), by=["company", "year"], replicates=300)


def parts_of(result):
    """Return item means on 0-100 and index weights of Satisfaction, (company, year, item)."""
    x = to_hundred(result.moments.mean, result.design)[:, :3].reshape(3, 3, 3)
    return x, result.estimates.index_weights[:, :3].reshape(3, 3, 3)


numbers = arrays(np.float64, (4, 3), elements=st.floats(-100, 100))


@given(numbers, numbers, numbers, numbers)
@settings(max_examples=50, deadline=None)
def test_the_split_is_exact_and_symmetric(x0, x1, w0, w1):
    ratings, weights = bennet(x0, x1, w0, w1)
    np.testing.assert_allclose(ratings + weights, (w1 * x1 - w0 * x0).sum(axis=-1), atol=1e-9)
    back = bennet(x1, x0, w1, w0)
    np.testing.assert_allclose(np.negative(back), (ratings, weights), atol=1e-12)
    assert not bennet(x0, x1, w0, w0)[1].any() and not bennet(x0, x0, w0, w1)[0].any()


def test_fixed_weights_reproduce_plain_reweighting(result):
    x, v = parts_of(result)
    mean = csi.trend(result)
    np.testing.assert_allclose(mean.table["estimate"], ((v.mean(axis=1, keepdims=True)) * x).sum(-1).ravel())
    base = csi.trend(result, base=2022)
    np.testing.assert_allclose(base.table["estimate"], (v[:, 1:2] * x).sum(-1).ravel())
    outside = csi.trend(result, weights={"s1": 2, "s2": 1, "s3": 1})
    np.testing.assert_allclose(outside.table["estimate"], (x @ [0.5, 0.25, 0.25]).ravel())


def test_own_weights_reproduce_the_fit(result):
    found = csi.trend(result, weights="own")
    index = result.index.query("construct == 'Satisfaction'")
    pd.testing.assert_frame_equal(
        found.table[["company", "year", "estimate", "se", "lower", "upper"]],
        index[["company", "year", "estimate", "se", "lower", "upper"]].reset_index(drop=True),
    )
    pd.testing.assert_frame_equal(found.table, csi.trend(csi.UnitScores.of(result)).table)


def test_changes_are_differences_with_the_replicates_standard_error(result):
    found = csi.trend(result, weights="own").changes
    scores = csi.UnitScores.of(result)
    y, draws = scores.estimate.reshape(3, 3), scores.draws.reshape(3, 3, -1)
    np.testing.assert_allclose(found["estimate"], np.diff(y, axis=1).ravel())
    np.testing.assert_allclose(found["se"], np.diff(draws, axis=1).std(axis=-1, ddof=1).ravel())
    np.testing.assert_allclose(found["percent"], (100 * np.diff(y, axis=1) / y[:, :-1]).ravel())
    np.testing.assert_allclose(found["detectable"], 2.801585218 * found["se"])
    # Tested on the logit scale, with Welch's degrees of freedom and variances moderated over all units.
    np.testing.assert_allclose(found["upper"] - found["lower"], 2 * 1.959963985 * found["se"], rtol=0.08)
    np.testing.assert_array_equal((found["lower"] > 0) | (found["upper"] < 0), found["p"] < 0.05)
    assert list(zip(found["from"], found["to"], strict=True))[:2] == [(2021, 2022), (2022, 2023)]
    se = scores.spread().se.reshape(3, 3)
    np.testing.assert_allclose(found["se"], np.hypot(se[:, :-1], se[:, 1:]).ravel(), rtol=0.15)


def test_changes_against_the_first_wave(result):
    found = csi.trend(result, against="first").changes
    assert set(found["from"]) == {2021} and found["to"].tolist() == [2022, 2023] * 3


def test_an_independent_jackknife_adds_the_variances_of_waves():
    result = csi.fit(MODEL, waves(n=100), by=["company", "year"], resampling="jackknife", replicates=100)
    se = csi.UnitScores.of(result).spread().se.reshape(3, 3)
    found = csi.trend(result, weights="own")
    np.testing.assert_allclose(found.changes["se"], np.hypot(se[:, :-1], se[:, 1:]).ravel())
    np.testing.assert_allclose(found.table["se"], se.ravel())
    # With fixed weights, waves share a part of their errors; both ways of resampling find it.
    boot = csi.trend(csi.fit(MODEL, waves(n=100), by=["company", "year"], replicates=1000))
    np.testing.assert_allclose(csi.trend(result).changes["se"], boot.changes["se"], rtol=0.15)
    with pytest.raises(csi.OptionError, match="resampling='bootstrap'"):
        csi.fixed_weights(result)


def test_a_panel_has_smaller_errors_of_change_than_independent_waves():
    answers = waves(n=200, years=(2021, 2022))
    answers["person"] = answers.groupby("year").cumcount()
    rng = np.random.default_rng(5)
    taste = rng.integers(-2, 3, answers["person"].max() + 1)[answers["person"]]
    for item in ("s1", "s2", "s3"):
        answers[item] = (answers[item] + taste).clip(1, 10)
    panel = csi.fit(MODEL, answers, by=["company", "year"], clusters="person", replicates=300)
    apart = csi.fit(MODEL, answers, by=["company", "year"], replicates=300)
    joint, single = csi.trend(panel), csi.trend(apart)
    assert (joint.changes["se"] < 0.9 * single.changes["se"]).all()
    np.testing.assert_allclose(joint.changes["estimate"], single.changes["estimate"])
    scores = csi.UnitScores.of(panel)
    wanted = [np.sqrt(c[i, i] + c[i + 1, i + 1] - 2 * c[i, i + 1]) for c in [scores.covariance] for i in (0, 2, 4)]
    np.testing.assert_allclose(csi.trend(panel, weights="own").changes["se"], wanted, rtol=1e-6)


def test_the_decomposition_adds_up_and_matches_the_fixed_change_of_two_waves():
    result = csi.fit(MODEL, waves(years=(2021, 2023)), by=["company", "year"], replicates=200)
    found = csi.trend(result)
    parts = found.decomposition.pivot_table(index="company", columns="part", values="estimate")
    own = csi.trend(result, weights="own").changes
    np.testing.assert_allclose(parts["ratings"] + parts["weights"], parts["total"])
    np.testing.assert_allclose(parts["total"], own["estimate"])
    # With two waves the mean weights are those of the split.
    np.testing.assert_allclose(parts["ratings"], found.changes["estimate"])
    se = found.decomposition.pivot_table(index="company", columns="part", values="se")
    np.testing.assert_allclose(se["total"], own["se"])
    assert (se["weights"] < se["ratings"]).all()


def test_breaks_are_flagged_and_never_spliced(result):
    found = csi.trend(result, breaks=2022)
    across = found.changes.query("`from` == 2021")
    assert across["series_break"].all() and across[["estimate", "se", "p", "p_adjusted"]].isna().all(axis=None)
    assert not found.changes.query("`from` == 2022")["series_break"].any()
    assert found.table["series"].tolist() == [1, 2, 2] * 3
    assert 2021 not in found.decomposition["from"].tolist()
    x, v = parts_of(result)
    weights = np.stack([v[:, 0], v[:, 1:].mean(axis=1), v[:, 1:].mean(axis=1)], axis=1)
    np.testing.assert_allclose(found.table["estimate"], (weights * x).sum(-1).ravel())
    assert "break" in found.summary() and "단절" in found.summary("ko")
    first = csi.trend(result, breaks=[2022, 2023], against="first")
    assert first.changes["series_break"].all()


def test_units_that_miss_a_wave_are_compared_with_their_last_one():
    answers = waves()
    answers = answers[~((answers["company"] == "B") & (answers["year"] == 2022))]
    result = csi.fit(MODEL, answers, by=["company", "year"], replicates=100)
    found = csi.trend(result)
    own = found.changes.query("company == 'B'")
    assert own[["from", "to"]].to_numpy().tolist() == [[2021, 2023]]
    assert np.isfinite(own["se"]).all() and len(found.table) == 8
    with pytest.raises(csi.OptionError, match="'B': not measured in the base wave 2022"):
        csi.trend(result, base=2022)


def test_p_values_are_adjusted_over_all_changes(result):
    from statsmodels.stats.multitest import multipletests

    for adjust, method in (("bh", "fdr_bh"), ("holm", "holm"), ("by", "fdr_by")):
        found = csi.trend(result, adjust=adjust).changes
        np.testing.assert_allclose(found["p_adjusted"], multipletests(found["p"], method=method)[1])
    none = csi.trend(result, adjust="none").changes
    np.testing.assert_array_equal(none["p"], none["p_adjusted"])


def test_a_single_unit_and_ordered_waves():
    answers = waves(companies=["A"])
    names = {2021: "before", 2022: "during", 2023: "after"}
    answers["wave"] = pd.Categorical(answers["year"].map(names), categories=list(names.values()), ordered=True)
    result = csi.fit(MODEL, answers, by="wave", replicates=100)
    found = csi.trend(result, "wave")
    assert found.waves == ("before", "during", "after")
    assert found.table["wave"].tolist() == list(found.waves)
    assert list(found.table.columns) == ["wave", "series", "n", "estimate", "se", "lower", "upper"]
    assert len(found.changes) == 2 and "units" not in found.summary()


def test_fixed_weights_go_into_aggregates(result):
    fixed = csi.fixed_weights(result)
    found = csi.trend(result)
    np.testing.assert_allclose(fixed.estimate, found.table["estimate"])
    np.testing.assert_allclose(fixed.spread().se[:, 0], found.table["se"])
    assert fixed.joint
    national = csi.trend(csi.aggregate(fixed, "year", {"A": 2, "B": 1, "C": 1}))
    by_hand = found.table.pivot_table(index="year", columns="company", values="estimate") @ [0.5, 0.25, 0.25]
    np.testing.assert_allclose(national.table["estimate"], by_hand)
    assert national.decomposition.empty


def test_summaries(result):
    found = csi.trend(result, base=2021)
    assert "weights of its wave 2021" in found.summary() and "2021 회차" in found.summary("ko")
    assert repr(found) == found.summary()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"wave": "wave"}, "wave='wave' is not a column"),
        ({"base": 1999}, "base=1999 is not a wave"),
        ({"breaks": 1999}, "breaks=1999 is not a wave"),
        ({"weights": "free"}, "weights='free' is not known"),
        ({"weights": "own", "base": 2021}, "base= goes with"),
        ({"weights": {"s1": 1}}, "has the items s1, s2 and s3"),
        ({"weights": {"s1": 1, "s2": 1, "s3": -1}}, "must be 0 or more"),
        ({"against": "next"}, "against='next'"),
        ({"adjust": "bonferroni"}, "adjust='bonferroni'"),
        ({"level": 95}, "level=95"),
        ({"power": 1}, "power=1"),
    ],
)
def test_errors_say_what_is_wrong(result, arguments, words):
    with pytest.raises(csi.OptionError, match=words):
        csi.trend(result, **arguments)


def test_scores_have_no_item_weights(result):
    with pytest.raises(csi.OptionError, match="need a fit"):
        csi.trend(csi.UnitScores.of(result), weights="fixed")
    with pytest.raises(csi.OptionError, match="need a fit"):
        csi.fixed_weights(csi.UnitScores.of(result))  # type: ignore[arg-type]


def test_a_single_wave_has_no_trend():
    result = csi.fit(MODEL, waves(years=(2021,)), by=["company", "year"], replicates=50)
    with pytest.raises(csi.OptionError, match="a single wave"):
        csi.trend(result)


def coverage(surveys: int) -> tuple[float, float, float]:
    """Return how often intervals of changes hold the truth: fixed weights, and both parts of the split."""
    companies = [f"c{number:02d}" for number in range(40)]
    exact = [csi.fit(MODEL, population(year, companies).moments, replicates=0) for year in (2022, 2023)]
    x = np.stack([to_hundred(fit.moments.mean, fit.design)[:, :3] for fit in exact])
    v = np.stack([fit.estimates.index_weights[:, :3] for fit in exact])
    ratings, weights = bennet(x[0], x[1], v[0], v[1])
    held = []
    for seed in range(surveys):
        answers = waves(200, seed + 1, companies, (2022, 2023))
        found = csi.trend(csi.fit(MODEL, answers, by=["company", "year"], replicates=200, seed=seed))
        parts = found.decomposition
        intervals = [found.changes, parts[parts["part"] == "ratings"], parts[parts["part"] == "weights"]]
        truth = [ratings, ratings, weights]
        held.append([((f["lower"] <= t) & (t <= f["upper"])).mean() for f, t in zip(intervals, truth, strict=True)])
    return tuple(np.mean(held, axis=0))


@pytest.mark.slow
def test_intervals_of_changes_hold_the_truth():
    # 160 intervals: 0.95 give or take three standard errors of 0.017.
    assert all(share > 0.89 for share in coverage(4))


@pytest.mark.slow
def test_intervals_of_changes_hold_the_truth_in_many_surveys():
    # 1,200 intervals: 0.95 give or take three standard errors of 0.006.
    assert all(0.93 < share < 0.97 for share in coverage(30))
