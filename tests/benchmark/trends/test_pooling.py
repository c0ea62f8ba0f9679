"""Common item weights against fits of all rows, and what they change."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.benchmark.trends.pooling import pool_moments
from csindex.index.scores import to_hundred
from csindex.stacks.layout import pack, unpack

MODEL = csi.Model.parse(
    "Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Loyalty ~ Satisfaction", target="Satisfaction"
)
INDUSTRY = {f"unit {number}": "bank" if number < 4 else "shop" for number in range(1, 7)}


@pytest.fixture(scope="module")
def answers():
    loadings = {"s1": 0.9, "s2": 0.75, "s3": 0.5}
    return csi.simulate(MODEL, 150, groups=6, group_share=0.1, loadings=loadings, weights=0.3, seed=2)


@pytest.fixture(scope="module")
def result(answers):
    return csi.fit(MODEL, answers, by="unit", weights="weight", replicates=300)


def means_of(result):
    return to_hundred(result.moments.mean, result.design)[:, :3]


def test_pooled_weights_are_those_of_all_rows(answers, result):
    everybody = csi.fit(MODEL, answers, weights="weight", replicates=0)
    wanted = means_of(result) @ everybody.estimates.index_weights[0, :3]
    np.testing.assert_allclose(csi.fit_pooled(result).estimate, wanted)
    direct = csi.fit_pooled(MODEL, answers, by="unit", weights="weight", replicates=300)
    np.testing.assert_array_equal(direct.draws, csi.fit_pooled(result).draws)


def test_industry_weights_are_those_of_the_industrys_rows(answers, result):
    found = csi.fit_pooled(result, measurement="industry", industry=INDUSTRY)
    sectors = csi.fit(
        MODEL, answers.assign(industry=answers["unit"].map(INDUSTRY)), by="industry", weights="weight", replicates=0
    )
    v = sectors.estimates.index_weights[[0, 0, 0, 1, 1, 1], :3]
    np.testing.assert_allclose(found.estimate, (v * means_of(result)).sum(axis=-1))


def test_company_and_equal_weights(result):
    own = csi.fit_pooled(result, measurement="company")
    np.testing.assert_array_equal(own.estimate, csi.UnitScores.of(result).estimate)
    equal = csi.fit_pooled(result, measurement="equal")
    np.testing.assert_allclose(equal.estimate, means_of(result).mean(axis=1))
    assert not own.joint and not equal.joint and csi.fit_pooled(result).joint


def test_replicates_use_the_pooled_moments_of_the_replicate(result):
    found = csi.fit_pooled(result)
    r = 17
    moments = csi.Moments(
        result.moments.items,
        result.replicates.estimates.mean[:, r],
        result.replicates.estimates.cov[:, r],
        result.moments.n,
        result.moments.weight,
        result.moments.n_eff,
    )
    again = csi.fit(MODEL, moments.pooled(), replicates=0)
    wanted = to_hundred(moments.mean, result.design)[:, :3] @ again.estimates.index_weights[0, :3]
    np.testing.assert_allclose(found.draws[:, r], wanted, rtol=1e-6)


def test_pooled_moments_are_those_of_moments_added_up():
    rng = np.random.default_rng(1)
    mean, n, weight = rng.normal(5, 1, (5, 2, 3)), rng.integers(20, 90, 5).astype(float), rng.uniform(10, 90, 5)
    root = rng.normal(size=(5, 2, 3, 3))
    cov = root @ np.swapaxes(root, -1, -2)
    member = np.array([0, 1, 0, 1, 1])
    pooled, packed = pool_moments(mean, pack(cov), n, weight, member)
    for group in (0, 1):
        own = member == group
        for r in (0, 1):
            wanted = csi.Moments(("a", "b", "c"), mean[own, r], cov[own, r], n[own], weight[own]).pooled()
            np.testing.assert_allclose(pooled[group, r], wanted.mean)
            np.testing.assert_allclose(unpack(packed, 3)[group, r], wanted.cov)


def test_a_lost_replicate_of_a_unit_is_lost_to_its_group_only():
    mean, cov = np.ones((3, 2, 1)), np.ones((3, 2, 1))
    mean[0, 1] = np.nan
    pooled, _ = pool_moments(mean, cov, np.full(3, 9.0), np.full(3, 9.0), np.array([0, 1, 0]))
    assert np.isnan(pooled[:, :, 0]).tolist() == [[False, True], [False, False]]


@pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")
def test_equal_populations_get_equal_weights_and_smaller_errors():
    weak = {"s1": 0.5, "s2": 0.3, "s3": 0.2}
    level = {"s1": 0.9, "s2": 0.6, "s3": 0.3}
    population = csi.Population(MODEL, groups=20, group_share=0.0, loadings=weak, level=level, seed=3)
    answers = population.draw(120, seed=3)
    result = csi.fit(MODEL, answers, by="unit", replicates=300, max_failed=0.5)
    own, pooled = csi.UnitScores.of(result), csi.fit_pooled(result)
    truth = csi.fit(MODEL, population.moments, replicates=0, bad_units="raise").estimates.index[0, 0]
    assert np.abs(pooled.estimate - truth).mean() < 0.5 * np.abs(own.estimate - truth).mean()
    assert np.median(pooled.spread().se) < 0.6 * np.median(own.spread().se)


def test_shared_weights_correlate_units(result):
    found = csi.fit_pooled(result)
    r = np.corrcoef(found.draws)
    assert found.covariance.shape == (6, 6)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), found.spread().se[:, 0])
    assert np.abs(r[np.triu_indices(6, 1)]).max() < 0.35


@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning", "ignore::csindex.NegativeWeightWarning")
def test_small_units_give_no_warning_when_weights_are_pooled(answers):
    small = answers.groupby("unit").head(15)
    assert len(csi.fit_pooled(MODEL, small, by="unit", replicates=50).estimate) == 6


def test_pooled_scores_go_into_aggregates_and_trends(answers):
    both = pd.concat([answers.assign(year=2023), answers.assign(year=2024)])
    result = csi.fit(MODEL, both, by=["unit", "year"], replicates=100)
    pooled = csi.fit_pooled(result, measurement="industry", industry="unit")
    found = csi.trend(pooled)
    np.testing.assert_allclose(found.changes["estimate"], 0, atol=1e-9)
    assert csi.aggregate(pooled, "year").joint


def test_sensitivity(result):
    found = csi.sensitivity(result, industry=INDUSTRY)
    assert found.agreement["measurement"].tolist() == ["industry", "company", "equal"]
    wide = found.table.pivot_table(index="unit", columns="measurement", values="estimate")
    ranks = wide.rank(ascending=False)
    pd.testing.assert_frame_equal(
        found.table.pivot_table(index="unit", columns="measurement", values="rank").astype(float), ranks
    )
    row = found.agreement.set_index("measurement").loc["equal"]
    assert row["max_shift"] == (ranks["equal"] - ranks["pooled"]).abs().max()
    assert row["max_difference"] == pytest.approx((wide["equal"] - wide["pooled"]).abs().max())
    assert row["rank_correlation"] == pytest.approx(ranks["equal"].corr(ranks["pooled"]))
    assert "6 units" in found.summary() and "6개" in found.summary("ko")
    assert repr(found) == found.summary()


def test_sensitivity_within_groups(answers):
    by = answers.assign(industry=answers["unit"].map(INDUSTRY))
    found = csi.sensitivity(MODEL, by, by=["industry", "unit"], group="industry", industry="industry", replicates=50)
    assert found.table.query("measurement == 'pooled'")["rank"].max() == 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r, d: csi.fit_pooled(r, measurement="own"), "measurement='own'"),
        (lambda r, d: csi.fit_pooled(r, measurement="industry"), "needs industry="),
        (lambda r, d: csi.fit_pooled(r, d), "data cannot be given with a Fit"),
        (lambda r, d: csi.fit_pooled(MODEL), "a model without data"),
        (lambda r, d: csi.fit_pooled(MODEL, d, replicates=50), "a single unit"),
        (lambda r, d: csi.fit_pooled(MODEL, d, by="unit", resampling="jackknife", replicates=50), "drawn together"),
        (lambda r, d: csi.sensitivity(r, group="sector"), "group='sector'"),
        (lambda r, d: csi.sensitivity(r, industry={"unit 1": "x"}), "no value for 'unit 2'"),
    ],
)
def test_errors_say_what_is_wrong(result, answers, call, words):
    with pytest.raises(csi.OptionError, match=words):
        call(result, answers)
