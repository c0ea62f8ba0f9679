"""Aggregates against sums by hand, pandas and closed forms."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csindex as csi
from csindex.benchmark.unit_scores import combined_degrees, compact, side_by_side, weighted_sums

MODEL = csi.Model.parse(
    "Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Loyalty ~ Satisfaction", target="Satisfaction"
)
COMPANIES = list("ABCDE")
FACTS = pd.DataFrame(
    {
        "company": COMPANIES,
        "industry": ["bank", "bank", "shop", "shop", "shop"],
        "revenue": [30.0, 10.0, 5.0, 2.0, 3.0],
    }
)


@pytest.fixture(scope="module")
def answers():
    return csi.simulate(MODEL, 200, groups=COMPANIES, group_share=0.2, seed=4).rename(columns={"unit": "company"})


@pytest.fixture(scope="module")
def result(answers):
    return csi.fit(MODEL, answers, by="company", replicates=400)


def scores_of(estimate, draws, joint=False, **more) -> csi.UnitScores:
    units = pd.DataFrame({"company": COMPANIES[: len(estimate)]})
    n = np.full(len(estimate), 100.0)
    return csi.UnitScores("Satisfaction", units, np.array(estimate), np.array(draws), n, n, joint=joint, **more)


def test_estimate_and_shares_are_those_of_pandas(result):
    found = csi.aggregate(result, "industry", "revenue", facts=FACTS)
    index = result.index.query("construct == 'Satisfaction'").merge(FACTS, on="company")
    wanted = {name: np.average(part["estimate"], weights=part["revenue"]) for name, part in index.groupby("industry")}
    assert dict(zip(found.table["industry"], found.table["estimate"], strict=True)) == pytest.approx(wanted)
    assert found.shares.groupby("industry")["share"].sum().tolist() == pytest.approx([1, 1])
    assert found.shares["share"].tolist() == pytest.approx([0.75, 0.25, 0.5, 0.2, 0.3])
    assert found.table["n"].tolist() == [400, 600]


def test_standard_error_of_independent_units_is_the_root_of_the_squares(result):
    found = csi.aggregate(result, "industry", "revenue", facts=FACTS)
    se = csi.UnitScores.of(result).spread().se[:, 0]
    wanted = [np.hypot(0.75 * se[0], 0.25 * se[1]), np.linalg.norm([0.5 * se[2], 0.2 * se[3], 0.3 * se[4]])]
    assert not found.joint
    # The replicates of 400 leave chance correlations of about 0.05 between units.
    np.testing.assert_allclose(found.table["se"], wanted, rtol=0.1)


def test_standard_error_of_an_independent_jackknife_is_exact(answers):
    result = csi.fit(MODEL, answers, by="company", resampling="jackknife", replicates=200)
    found = csi.aggregate(result, "industry", "revenue", facts=FACTS)
    se = csi.UnitScores.of(result).spread().se[:, 0]
    wanted = [np.hypot(0.75 * se[0], 0.25 * se[1]), np.linalg.norm([0.5 * se[2], 0.2 * se[3], 0.3 * se[4]])]
    np.testing.assert_allclose(found.table["se"], wanted, rtol=1e-10)
    again = csi.aggregate(found, weights={"bank": 1, "shop": 3})
    np.testing.assert_allclose(again.table["se"], np.hypot(0.25 * wanted[0], 0.75 * wanted[1]), rtol=1e-10)


def test_joint_units_keep_their_covariance():
    rng = np.random.default_rng(1)
    draws = rng.multivariate_normal([70, 60, 80], [[4, 3, 0], [3, 4, -1], [0, -1, 2]], 300).T
    scores = scores_of([70.0, 60.0, 80.0], draws, joint=True)
    a = np.array([0.5, 0.3, 0.2])
    found = csi.aggregate(scores, weights=dict(zip("ABC", a, strict=True)))
    assert found.joint
    assert found.table["se"][0] == pytest.approx(np.sqrt(a @ scores.covariance @ a))
    assert found.estimate[0] == pytest.approx(a @ scores.estimate)


def test_joint_coefficients_are_those_of_the_sample(answers):
    clusters = answers.assign(cluster=np.arange(len(answers)) % 40)
    result = csi.fit(MODEL, clusters, by="company", clusters="cluster", resampling="jackknife", replicates=100)
    scores = csi.UnitScores.of(result)
    found = csi.aggregate(result)
    assert scores.joint and found.joint
    assert found.table["se"][0] == pytest.approx(np.sqrt(np.full(5, 0.2) @ scores.covariance @ np.full(5, 0.2)))
    assert found.degrees.tolist() == [39]


def test_company_to_industry_to_nation_equals_company_to_nation(result):
    industries = csi.aggregate(result, "industry", "revenue", facts=FACTS)
    nation = csi.aggregate(industries, weights={"bank": 40, "shop": 10})
    direct = csi.aggregate(result, weights="revenue", facts=FACTS)
    np.testing.assert_allclose(nation.estimate, direct.estimate)
    np.testing.assert_allclose(nation.draws, direct.draws)
    np.testing.assert_allclose(nation.n_eff, direct.n_eff)


def test_equal_weights_and_a_mapping_as_level(result):
    index = result.index.query("construct == 'Satisfaction'").estimate.to_numpy()
    assert csi.aggregate(result).estimate[0] == pytest.approx(index.mean())
    level = dict(zip(FACTS["company"], FACTS["industry"], strict=True))
    plain, named = csi.aggregate(result, level), csi.aggregate(result, {"sector": level})
    assert list(plain.units) == ["group"] and list(named.units) == ["sector"]
    np.testing.assert_allclose(plain.estimate, named.estimate)
    np.testing.assert_allclose(plain.estimate, csi.aggregate(result, "industry", facts=FACTS).estimate)


def test_a_frame_a_series_and_a_mapping_are_the_same_weights(result):
    frame = FACTS[["company", "revenue"]]
    series = frame.set_index("company")["revenue"]
    found = [csi.aggregate(result, weights=w).estimate[0] for w in (frame, series, series.to_dict())]
    assert found[0] == found[1] == found[2]


def test_another_construct(result):
    index = result.index.query("construct == 'Loyalty'").estimate
    assert csi.aggregate(result, construct="Loyalty").estimate[0] == pytest.approx(index.mean())


def test_all_others_get_what_the_market_shares_leave(result):
    y = result.index.query("construct == 'Satisfaction'").estimate.to_numpy()
    found = csi.aggregate(result, weights={"A": 0.3, "B": 0.2, "C": 0.1, "D": 0.1}, others="E")
    assert found.estimate[0] == pytest.approx([0.3, 0.2, 0.1, 0.1, 0.3] @ y)


def test_all_others_with_a_share_of_their_own(result):
    y = result.index.query("construct == 'Satisfaction'").estimate.to_numpy()
    by_share = csi.aggregate(result, weights={"A": 30, "B": 10, "C": 5, "D": 5}, others={"E": 0.2})
    assert by_share.estimate[0] == pytest.approx(np.array([0.48, 0.16, 0.08, 0.08, 0.2]) @ y)
    by_industry = csi.aggregate(result, "industry", "revenue", facts=FACTS, others={"E": {"shop": 0.5, "bank": 0}})
    assert by_industry.shares["share"].tolist() == pytest.approx([0.75, 0.25, 5 / 14, 1 / 7, 0.5])


def test_waves_stay_apart_when_they_are_named(answers):
    both = pd.concat([answers.assign(year=2023), answers.assign(year=2024)])
    result = csi.fit(MODEL, both, by=["company", "year"], replicates=50)
    found = csi.aggregate(result, ["industry", "year"], "revenue", facts=FACTS)
    assert len(found.table) == 4
    weights = pd.DataFrame({"company": COMPANIES * 2, "year": [2023] * 5 + [2024] * 5, "sales": np.arange(1.0, 11)})
    share = csi.aggregate(result, "year", weights).shares.query("year == 2024").sort_values("company")["share"]
    np.testing.assert_allclose(share, np.arange(6, 11) / 40)


def test_rolling_scores_are_the_latest_ones():
    quarters = ["Q1", "Q2", "Q2", "Q3"]
    units = pd.DataFrame({"sector": ["a", "b", "a", "b"], "quarter": quarters})
    draws = np.random.default_rng(2).normal([[70], [60], [72], [64]], 1.0, (4, 200))
    n = np.full(4, 100.0)
    rolled = csi.rolling(csi.UnitScores("Satisfaction", units, np.array([70.0, 60.0, 72.0, 64.0]), draws, n, n))
    table = rolled.units.assign(estimate=rolled.estimate)
    assert table.to_numpy().tolist() == [["a", "Q2", 72.0], ["b", "Q2", 60.0], ["a", "Q3", 72.0], ["b", "Q3", 64.0]]
    national = csi.aggregate(rolled, "quarter", {"a": 3, "b": 1})
    change = csi.trend(national, "quarter").changes.iloc[0]
    # Sector a is the same score in both quarters, and no part of the change.
    assert change["estimate"] == pytest.approx(1.0)
    assert change["se"] == pytest.approx(np.std(draws[3] - draws[1], ddof=1) / 4)


def test_failed_replicates_of_independent_units_do_not_add_up():
    rng = np.random.default_rng(3)
    draws = rng.normal(70, 1, (50, 100))
    draws[rng.random(draws.shape) < 0.02] = np.nan
    units, n = pd.DataFrame({"company": range(50)}), np.full(50, 100.0)
    found = csi.aggregate(csi.UnitScores("x", units, np.full(50, 70.0), draws, n, n))
    assert np.isfinite(found.draws).sum() == np.isfinite(draws).sum(axis=1).min() > 90


@given(st.integers(1, 5), st.integers(2, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_side_by_side_adds_variances_of_any_weighted_sum(units, replicates, seed):
    rng = np.random.default_rng(seed)
    estimate, draws = rng.normal(size=(1, units, 2)), rng.normal(size=(1, units, replicates, 2))
    c, a = rng.uniform(0.1, 1, (1, units, replicates)), rng.normal(size=units)
    joint, common = side_by_side(estimate, draws, c)
    gap = np.einsum("u,gurq->grq", a, joint - estimate[:, :, None])
    own = np.einsum("gur,gurq->guq", c, (draws - estimate[:, :, None]) ** 2)
    np.testing.assert_allclose(np.einsum("gr,grq->gq", common, gap**2), np.einsum("u,guq->gq", a**2, own))


def test_array_functions_and_gaps():
    draws = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(compact(draws)[0], [1, 3, np.nan])
    shares = np.array([[0.5, 0.5], [0.0, 1.0]])
    np.testing.assert_array_equal(weighted_sums(shares, draws), [[2.5, np.nan, 4.5], [4, 5, 6]])
    v, df = np.array([1.0, 1.0]), np.array([10.0, 10.0])
    assert combined_degrees(df, v, joint=False) == 20
    assert combined_degrees(df, v, joint=True) == 10
    assert combined_degrees(np.array([10.0, np.inf]), v, joint=False) == 40


def test_summary_in_two_languages_rounds_and_the_scores_do_not(result):
    found = csi.aggregate(result, "industry", "revenue", facts=FACTS)
    assert f"{found.estimate[0]:.1f}" in found.summary() and "weights: revenue" in repr(found)
    assert "합산" in found.summary("ko")
    assert "지정값" in csi.aggregate(result, weights=dict.fromkeys(COMPANIES, 1)).summary("ko")
    assert found.estimate[0] != round(found.estimate[0], 1)
    with pytest.raises(csi.OptionError, match="lang='fr'"):
        found.summary("fr")


def test_an_aggregate_can_be_replaced_like_any_scores(result):
    assert replace(csi.aggregate(result), level=0.9).spread().lower > csi.aggregate(result).spread().lower


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": {"A": 1, "B": 1, "C": 1, "D": 1}}, "no weight for 'E'"),
        ({"weights": {"A": 1, "B": 1, "C": 1, "D": 1, "E": -2}}, "weight of 'E' is -2"),
        ({"weights": {"A": 1, "B": 1, "C": 1, "D": 1, "E": 1, "Z": 1}}, "names 'Z'"),
        ({"weights": {"A": 1, "B": 1, "C": 1, "D": 1, "E": "many"}}, "must be numbers"),
        ({"weights": dict.fromkeys(COMPANIES, 0)}, "are 0"),
        ({"weights": {}}, "empty"),
        ({"weights": 3}, "weights=3 is not known"),
        ({"weights": "revenue"}, "weights='revenue' is not a column"),
        ({"weights": FACTS}, "one column of weights"),
        ({"weights": pd.DataFrame({"firm": COMPANIES, "w": 1.0})}, "one column of weights"),
        ({"by": "industry"}, "by='industry' is not a column"),
        ({"by": []}, "names no column"),
        ({"by": "industry", "facts": FACTS[:4]}, "no value for 'E'"),
        ({"by": "industry", "facts": pd.concat([FACTS, FACTS.assign(industry="x")])}, "different values for 'A'"),
        ({"by": "industry", "facts": FACTS[["industry"]]}, "none of the unit columns"),
        ({"by": {"A": "x"}}, "no value for 'B'"),
        ({"by": {"estimate": dict.fromkeys(COMPANIES, "x")}}, "clash"),
        ({"others": "Z"}, "not the label of a unit"),
        ({"others": "E"}, "needs market shares"),
        ({"others": "E", "weights": dict.fromkeys("ABCD", 1)}, "sum to 4"),
        ({"others": {"E": 1.5}}, "less than 1"),
        ({"others": {"E": {"bank": 0.1}}, "by": "industry", "facts": FACTS}, "no share for 'shop'"),
        ({"others": {}}, "label of a unit, or"),
    ],
)
def test_errors_say_what_is_wrong(result, arguments, words):
    with pytest.raises(csi.OptionError, match=words):
        csi.aggregate(result, **arguments)


def test_units_that_come_and_go_are_named_and_can_be_left_out_of_the_change():
    waves = [
        csi.simulate(csi.ncsi(), 300, groups=["a", "b", "low"], group_share=0.3, seed=5).assign(year=y)
        for y in (2024, 2025)
    ]
    answers = pd.concat(waves, ignore_index=True)
    answers = answers[(answers["unit"] != "low") | (answers["year"] != 2025)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        result = csi.fit(csi.ncsi(), answers, by=["unit", "year"], replicates=60, progress=False)
    mixed, matched = csi.aggregate(result, "year"), csi.aggregate(result, "year", matched="year")
    assert mixed.left_out[["unit", "year"]].to_numpy().tolist() == [["low", 2025]]
    assert "low / 2025 (no answers in 2025)" in mixed.summary() and "matched=" in mixed.summary()
    assert "low / 2025" in mixed.summary("ko")
    assert sorted(set(matched.shares["unit"])) == ["a", "b"]
    # The same people answered in both years.
    assert csi.trend(matched, "year").changes["estimate"].item() == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(csi.OptionError, match="no column of the units"):
        csi.aggregate(result, "year", matched="quarter")
