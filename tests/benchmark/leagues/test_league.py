"""The league: its table, its rules and its words."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.benchmark.leagues.ranks import point_ranks
from csindex.benchmark.leagues.standing import rounded

MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ q4 + q5 + q6; Satisfaction ~ Quality")
BANKS, SHOPS = ["Hare", "Lynx", "Stork"], ["Crane", "Wren", "Owl"]


def scores(
    estimate: list[float], se: float | list[float] = 1.0, n: int | list[int] = 250, **labels: list[object]
) -> csi.UnitScores:
    """Independent units with bootstrap replicates of exactly these standard errors."""
    count = len(estimate)
    noise = np.random.default_rng(1).standard_normal((count, 400))
    noise = (noise - noise.mean(axis=1, keepdims=True)) / noise.std(axis=1, ddof=1, keepdims=True)
    y = np.array(estimate, dtype=float)
    draws = y[:, None] + np.broadcast_to(se, count)[:, None] * noise
    size = np.broadcast_to(n, count).astype(float)
    units = pd.DataFrame(labels or {"company": [f"c{number}" for number in range(count)]})
    return csi.UnitScores("Satisfaction", units, y, draws, size, size)


@pytest.fixture(scope="module")
def fitted() -> csi.Fit:
    frame = csi.simulate(MODEL, 150, groups=BANKS + SHOPS, group_share=0.1, seed=2).rename(columns={"unit": "company"})
    sector = np.where(frame.company.isin(BANKS), "banks", "shops")
    return csi.fit(MODEL, frame.assign(sector=sector), by=["sector", "company"], replicates=200)


def test_scores_are_those_of_the_fit(fitted: csi.Fit) -> None:
    table = csi.league(fitted).table
    index = fitted.index.query("construct == 'Satisfaction'").drop(columns="construct")
    both = table.merge(index, on=["sector", "company"], suffixes=("", "_fit"))
    for name in ("estimate", "se", "lower", "upper"):
        np.testing.assert_allclose(both[name], both[f"{name}_fit"])
    assert table["estimate"].is_monotonic_decreasing
    np.testing.assert_array_equal(table["rank"], point_ranks(table["estimate"].to_numpy()))
    assert (table["rank_lower"] <= table["rank"]).all() and (table["rank"] <= table["rank_upper"]).all()
    assert (csi.league(fitted, construct="Quality").table["estimate"] != table["estimate"]).any()


def test_the_order_of_the_rows_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    plain = scores(rng.normal(75, 3, 9).tolist(), rng.uniform(0.5, 2, 9).tolist())
    order = rng.permutation(9)
    mixed = csi.UnitScores(
        plain.name,
        plain.units.iloc[order].reset_index(drop=True),
        plain.estimate[order],
        plain.draws[order],
        plain.n[order],
        plain.n_eff[order],
    )
    pd.testing.assert_frame_equal(csi.league(plain).table, csi.league(mixed).table)


def test_groups_are_ranked_apart(fitted: csi.Fit) -> None:
    by_column = csi.league(fitted, group="sector")
    assert by_column.table["rank"].tolist() == [1, 2, 3, 1, 2, 3]
    assert by_column.groups["sector"].tolist() == ["banks", "shops"]
    assert by_column.groups["pairs"].tolist() == [3, 3]
    mapping = {name: "feathered" if name in ("Stork", "Crane", "Wren", "Owl") else "furred" for name in BANKS + SHOPS}
    by_mapping = csi.league(fitted, group=mapping)
    assert by_mapping.groups[["group", "units"]].to_numpy().tolist() == [["furred", 2], ["feathered", 4]]
    # A group of its own gives what the same units give alone.
    alone = scores([80.0, 75, 70])
    with_others = scores([80.0, 75, 70, 60], company=["c0", "c1", "c2", "c3"], kind=["a", "a", "a", "b"])
    both = csi.league(with_others, group="kind").table
    for name in ("rank", "rank_lower", "rank_upper", "gap_mean", "gap_mean_se"):
        np.testing.assert_allclose(both[name][:3].astype(float), csi.league(alone).table[name].astype(float), rtol=1e-9)
    # The variances are moderated over all units of the result, whatever groups are ranked.
    p = csi.league(alone).table["p_mean_adjusted"]
    np.testing.assert_allclose(both["p_mean_adjusted"][:3], p, rtol=0.1)
    assert both["rank_upper"].tolist()[3] == 1


def test_units_with_few_answers_have_neither_score_nor_rank() -> None:
    table = csi.league(scores([90.0, 80, 70], n=[29, 80, 200])).table
    hidden = table[table.company == "c0"].iloc[0]
    assert hidden["n"] == 29
    assert hidden.drop(["company", "n", "n_eff", "note"]).isna().all()
    assert hidden["note"] == "not published: 29 answers, fewer than 30"
    assert table["note"].tolist()[:2] == ["effective n 80, fewer than 100", ""]
    assert table["company"].tolist() == ["c1", "c2", "c0"]
    assert table["gap_mean"].tolist()[:2] == pytest.approx([5, -5])
    assert csi.league(scores([90.0, 80], n=[29, 80]), least_n=10).table["rank"].tolist() == [1, 2]


def test_publication_mode_ranks_integers() -> None:
    league = csi.league(scores([80.4, 79.6, 79.5, 79.4, 75.0], 0.2), rounding=0)
    table = league.table
    assert table["published"].tolist() == [80, 80, 80, 79, 75]
    assert table["rank"].tolist() == [1, 1, 1, 4, 5]
    assert table["first"].tolist() == [True, True, True, False, False]
    assert table["co_first"].tolist() == [True, False, False, False, False]
    assert "published as whole numbers" in re.sub(r"\s+", " ", league.summary())
    assert csi.league(scores([80.4, 79.6, 79.5, 79.4, 75.0], 0.2)).table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert csi.league(scores([80.44, 80.41]), rounding=1).table["rank"].tolist() == [1, 1]


def test_halves_are_rounded_upward() -> None:
    assert rounded(np.array([76.5, 77.5, 76.49]), 0).tolist() == [77, 78, 76]


def test_co_first_are_band_1_and_the_first_band_has_the_leader() -> None:
    rng = np.random.default_rng(5)
    league = csi.league(scores(rng.normal(75, 4, 20).tolist(), rng.uniform(0.8, 2, 20).tolist()))
    table = league.table
    np.testing.assert_array_equal(table["co_first"], table["band"] == 1)
    assert table["co_first"].iloc[0]
    assert league.bands["units"].sum() == 20
    assert len(league.apart) == league.groups["told_apart"].iloc[0]
    band = table.set_index("company")["band"]
    assert (band[league.apart["higher"]].to_numpy() < band[league.apart["lower"]].to_numpy()).all()
    assert "band" not in csi.league(scores([80.0, 70]), bands=False).table


def test_simultaneous_intervals_and_sets_are_wider_than_those_of_one_unit() -> None:
    rng = np.random.default_rng(6)
    given = scores(rng.normal(75, 4, 20).tolist())
    together, each = csi.league(given).table, csi.league(given, simultaneous=False).table
    for gap in ("gap_mean", "gap_leader"):
        assert (
            together[f"{gap}_upper"] - together[f"{gap}_lower"] >= each[f"{gap}_upper"] - each[f"{gap}_lower"]
        ).all()
    np.testing.assert_array_equal(each["rank_lower"], each["rank_lower_marginal"])
    assert (together["rank_upper"] - together["rank_lower"]).sum() > (each["rank_upper"] - each["rank_lower"]).sum()
    np.testing.assert_array_equal(each["co_first"], together["co_first"])


def test_the_mean_can_be_weighted_or_of_the_others() -> None:
    given = scores([80.0, 76, 72])
    assert csi.league(given, mean={"c0": 2, "c1": 1, "c2": 1}).table["gap_mean"].tolist() == pytest.approx([3, -1, -5])
    assert csi.league(given, mean="others").table["gap_mean"].tolist() == pytest.approx([6, 0, -6])
    with pytest.raises(csi.OptionError, match="gives no weight to 'c2'"):
        csi.league(given, mean={"c0": 2, "c1": 1})


def test_shrunken_scores_stand_beside_the_raw_ones() -> None:
    rng = np.random.default_rng(7)
    given = scores(rng.normal(75, 3, 15).tolist(), rng.uniform(0.5, 3, 15).tolist())
    raw, both = csi.league(given), csi.league(given, shrink="eb")
    pd.testing.assert_frame_equal(both.table[raw.table.columns], raw.table)
    table = both.table
    assert table["shrunken"].std() < table["estimate"].std()
    assert (table["shrunken_lower"] < table["shrunken"]).all()
    assert both.groups["between_sd"].iloc[0] > 0
    few = csi.league(scores([80.0, 70, 60]), shrink="eb")
    assert few.table["shrunken"].isna().all()
    assert "at least 10 units" in re.sub(r"\s+", " ", few.summary())


def test_no_measurable_differences_are_told_in_words() -> None:
    rng = np.random.default_rng(8)
    league = csi.league(scores((75 + 0.3 * rng.standard_normal(15)).tolist(), 2.0), shrink="eb")
    assert league.groups["between_sd"].iloc[0] == 0
    text = re.sub(r"\s+", " ", league.summary())
    assert "no measurable differences" in text
    assert "No two units can be told apart" in text
    assert "우열을 가릴 수 없습니다" in league.summary("ko")


def waves() -> csi.UnitScores:
    """Three waves of three companies: a leads twice, then b overtakes; c is not in the second wave."""
    company = ["a", "b", "c", "a", "b", "a", "b", "c"]
    year = [2022, 2022, 2022, 2023, 2023, 2024, 2024, 2024]
    return scores([80.0, 75, 70, 81, 78, 74, 79, 60], company=company, year=year)


def test_waves() -> None:
    table = csi.league(waves(), wave="year").table.set_index(["year", "company"])
    assert table.loc[(2024, "b"), "rank"] == 1
    assert table["waves_first"].to_dict() == {
        (2022, "a"): 1, (2022, "b"): 0, (2022, "c"): 0, (2023, "a"): 2, (2023, "b"): 0, (2024, "b"): 1, (2024, "a"): 0,
        (2024, "c"): 0,
    }  # fmt: skip
    row = table.loc[(2024, "b")]
    assert (row["change"], row["change_percent"]) == pytest.approx((1.0, 100 / 78))
    assert row["change_se"] == pytest.approx(np.sqrt(2))
    assert row["change_lower"] < 0 < row["change_upper"]
    assert np.isnan(table.loc[(2024, "c"), "change"]) and table["change"][2022].isna().all()
    assert table.loc[2024, "leader_changed"].all() and not table.loc[2023, "leader_changed"].any()
    assert table.loc[2022, "leader_changed"].isna().all()


def test_a_place_that_is_shared_has_not_changed_hands() -> None:
    given = scores([80.0, 75, 79.6, 80.2], company=["a", "b", "a", "b"], year=[1, 1, 2, 2])
    assert not csi.league(given, wave="year", rounding=0).table["leader_changed"].fillna(False).any()
    assert csi.league(given, wave="year").table["leader_changed"].fillna(False).any()


def test_waves_of_one_sample_share_their_errors() -> None:
    plain = waves()
    common = np.random.default_rng(2).standard_normal(400) * 3
    joint = csi.UnitScores(
        plain.name, plain.units, plain.estimate, plain.draws + common, plain.n, plain.n_eff, joint=True
    )
    table = csi.league(joint, wave="year").table
    # The common error of variance 9 is in every score, and in no change or gap.
    assert (table["se"] > 2.5).all()
    assert (table["change_se"].dropna() < 1.7).all()
    assert (table["gap_mean_se"] < 1.7).all()


def test_summaries_speak_of_the_last_wave() -> None:
    league = csi.league(waves(), wave="year")
    text = re.sub(r"\s+", " ", league.summary())
    assert "3 of 3 units ranked, 2024" in text
    assert "First: b, 79.0" in text
    assert "The leader is not the one of the wave before." in text
    assert "직전 조사와 비교하여 1위가 바뀌었습니다." in league.summary("ko")
    by_two = csi.league(scores([80.0, 75, 82, 74], company=["a", "b", "a", "b"], year=[1, 1, 2, 2]), wave="year")
    assert "a is first for the 2nd wave in a row." in by_two.summary()
    assert "a: 2회 연속 1위입니다." in by_two.summary("ko")


def test_summaries_of_groups(fitted: csi.Fit) -> None:
    league = csi.league(fitted, group="sector", rounding=0)
    english, korean = league.summary(), league.summary("ko")
    assert "2 groups, 6 of 6 units ranked" in english
    assert all(word in english for word in ("banks", "shops", "co-first"))
    assert "우열을 가릴 수 있는 비율" in korean.replace("\n", " ")
    for text in (english, korean):
        assert "{" not in text and "nan" not in text


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_summaries_name_the_rules(lang: str) -> None:
    text = csi.league(scores([80.0, 79, 70], n=[20, 250, 250]), least_n=25, adjust="by", seed=7).summary(lang)
    for word in ("95%", "25", "Benjamini & Yekutieli", "Mogstad", "4,000", "7"):
        assert word in text


def test_short_form() -> None:
    text = repr(csi.league(scores([80.0, 79, 70])))
    assert text.startswith("Satisfaction: 3 of 3 units ranked")
    assert "1 to 2" in text and len(text.splitlines()) < 12


def test_designs_with_few_degrees_of_freedom_tell_less_apart(fitted: csi.Fit) -> None:
    given = scores(np.linspace(70, 80, 12).tolist())
    few = csi.UnitScores(
        given.name, given.units, given.estimate, given.draws, given.n, given.n_eff, degrees=np.full(12, 5.0)
    )
    assert csi.league(few).groups["told_apart"].iloc[0] < csi.league(given).groups["told_apart"].iloc[0]
    assert csi.league(few).table["p_mean"].iloc[0] > csi.league(given).table["p_mean"].iloc[0]


def test_jackknife_of_a_design() -> None:
    frame = csi.simulate(MODEL, 120, groups=["a", "b", "c"], seed=4)
    survey = csi.Survey(frame.assign(psu=np.arange(len(frame)) % 30), by="unit", clusters="psu")
    table = csi.league(csi.fit(MODEL, survey, resampling="jackknife", replicates=100)).table
    assert np.isfinite(table["gap_mean_se"]).all()
    assert table["rank"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"level": 1.2}, "level=1.2"),
        ({"level": 0.3}, "at least 0.5"),
        ({"adjust": "bonferroni"}, "adjust='bonferroni' is not known"),
        ({"shrink": "yes"}, "shrink='yes' is not known"),
        ({"rounding": -1}, "rounding=-1"),
        ({"wave": "year"}, "wave='year' is not a column of the units"),
        ({"group": "sector"}, "'sector' is not a column"),
        ({"least_n": 1000}, "no unit can be ranked"),
        ({"mean": "median"}, "median"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(csi.OptionError, match=re.escape(words)):
        csi.league(scores([80.0, 79, 70]), **arguments)  # type: ignore[arg-type]


def test_wrong_results(fitted: csi.Fit) -> None:
    with pytest.raises(csi.OptionError, match="would clash"):
        csi.league(scores([80.0, 79], rank=["a", "b"]))
    with pytest.raises(csi.OptionError, match="lang='fr'"):
        csi.league(fitted).summary("fr")
    single = csi.fit(MODEL, csi.simulate(MODEL, 100, seed=1), replicates=20)
    with pytest.raises(csi.OptionError, match="single unit"):
        csi.league(single)


def answers_of(*units: list[int]) -> pd.DataFrame:
    frames = [pd.DataFrame({"branch": f"b{number}", "q": answers}) for number, answers in enumerate(units)]
    return pd.concat(frames, ignore_index=True)


def test_answers_that_are_all_alike_are_no_certainty() -> None:
    """Fisher's exact p of no nine in 30 against four in 30 is .11."""
    scheme = csi.Scheme("Mine", [csi.Dimension("All", csi.Item("q"))])
    found = csi.composite(scheme, answers_of([10] * 30, [10] * 26 + [9] * 4), by="branch")
    league = csi.league(found.scores)
    table = league.table
    assert table["co_first"].tolist() == [True, True]
    assert table["p_leader"][1] == pytest.approx(0.17, abs=0.03)
    assert table["gap_leader_lower"][1] < 0 < table["gap_leader_upper"][1]
    assert table["upper"][0] == 100 and 90 < table["lower"][0] < 97
    assert "no other unit is the best" not in league.summary()
    # Two units without any variation, three points apart at most.
    same = csi.league(csi.composite(scheme, answers_of([10] * 30, [10] * 30), by="branch").scores).table
    assert same["rank"].tolist() == [1, 1] and same["p_leader"].dropna().tolist() == [1.0]


def test_a_score_off_the_scale_has_no_rank() -> None:
    table = csi.league(scores([104.0, 80, 70], se=[20.0, 1, 1])).table
    assert table["company"].tolist() == ["c1", "c2", "c0"]
    assert table["rank"].tolist()[:2] == [1, 2] and pd.isna(table["rank"][2])
    assert table["note"][2] == "not published: the score of 104.0 is off the scale of 0 to 100"


@pytest.mark.parametrize("simultaneous", [True, False])
def test_intervals_of_gaps_say_what_their_tests_say(simultaneous: bool) -> None:
    rng = np.random.default_rng(9)
    given = scores(rng.normal(91, 3, 15).clip(0, 99.5).tolist(), rng.uniform(0.3, 2, 15).tolist(), n=40)
    table = csi.league(given, simultaneous=simultaneous, adjust="max_t" if simultaneous else "none").table
    for gap in ("leader", "mean"):
        known = table[f"p_{gap}"].notna()
        out = (table[f"gap_{gap}_lower"] > 0) | (table[f"gap_{gap}_upper"] < 0)
        if gap == "leader" or not simultaneous:
            np.testing.assert_array_equal(out[known], table[f"p_{gap}_adjusted"][known] < 0.05)
        assert (table[f"gap_{gap}_lower"] <= table[f"gap_{gap}"]).all()
        assert (table[f"gap_{gap}"] <= table[f"gap_{gap}_upper"]).all()


def test_units_without_a_rank_are_named_with_the_reason():
    answers = csi.simulate(csi.ncsi(), 60, groups=["a", "b", "c", "few"], seed=5)
    answers = answers[(answers["unit"] != "few") | (answers.groupby("unit").cumcount() < 5)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        result = csi.fit(csi.ncsi(), answers, by="unit", bad_units="drop", replicates=50, progress=False)
        league = csi.league(result, least_n=30)
    assert league.left_out["unit"].tolist() == ["few"]
    assert "usable" in league.left_out["reason"].item()
    assert "3 of 4 units ranked" in league.summary() and "Without a rank (1): few (" in league.summary()
    assert "순위에 없는 기관(1개): few" in league.summary("ko")
    assert "left_out" in league.tables()


def test_units_that_are_absent_from_a_wave_are_named():
    waves = [csi.simulate(csi.ncsi(), 60, groups=["a", "b", "c"], seed=year).assign(year=year) for year in (2024, 2025)]
    answers = pd.concat(waves, ignore_index=True)
    answers = answers[(answers["unit"] != "c") | (answers["year"] != 2025)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        result = csi.fit(csi.ncsi(), answers, by=["unit", "year"], replicates=50, progress=False)
        league = csi.league(result, wave="year")
    assert league.left_out[["unit", "year", "reason"]].to_numpy().tolist() == [["c", 2025, "no answers in 2025"]]
    assert "2 of 3 units ranked" in league.summary()
