"""Companion metrics: against statsmodels, closed forms, scipy.stats.bootstrap and csindex.means."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

import csindex as csi
from csindex.benchmark.metrics.measure import hybrid
from csindex.replicates.means import weighted_quantiles

# Of the ratio of a standard error from 1,000 replicates to the true one, 0.02 is a standard error.
BOOTSTRAP = 0.10
DESIGN = {"weights": "w", "strata": "stratum", "clusters": "cluster"}


def answers(n: int = 900, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    cluster = np.arange(n) // 9
    shared = rng.normal(size=n // 9 + 1)[cluster]
    calls = rng.integers(0, 30, n)
    return pd.DataFrame(
        {
            "csat": np.clip(np.round(7 + shared + 2 * rng.normal(size=n)), 1, 10),
            "recommend": np.clip(np.round(8 + shared + 2 * rng.normal(size=n)), 0, 10),
            "ease": np.clip(np.round(5 + rng.normal(size=n)), 1, 7),
            "complained": (rng.random(n) < 0.15).astype(int),
            "minutes": rng.exponential(8, n).round(1),
            "calls": calls,
            "settled": rng.binomial(calls, 0.8),
            "w": rng.uniform(0.5, 2, n),
            "stratum": cluster % 5,
            "cluster": cluster,
            "branch": rng.integers(0, 2, n),
            "wave": rng.integers(2021, 2024, n),
        }
    )


METRICS = {
    "CSAT": csi.top_box("csat"),
    "NPS": csi.nps("recommend"),
    "CES": csi.ces("ease"),
    "agreeing": csi.ces("ease", statistic="agreeing"),
    "complaints": csi.rate("complained"),
    "first contact": csi.rate("settled", trials="calls"),
    "time": csi.handling_time("minutes"),
}


def test_one_row_for_each_number_with_all_its_columns():
    frame = csi.companion(answers(), METRICS, by=["branch", "wave"])
    assert frame.columns.tolist() == [
        "branch", "wave", "metric", "statistic", "n", "n_eff", "estimate", "se", "lower", "upper", "method",
    ]  # fmt: skip
    assert len(frame) == 6 * 8
    assert frame.notna().all().all()
    assert (frame.lower <= frame.estimate).all()
    assert (frame.estimate <= frame.upper).all()
    assert frame.statistic[:8].tolist() == [
        "top 2 of 1-10", "net share", "mean of 1-7", "5-7 of 1-7", "rate", "rate", "median", "percentile 90",
    ]  # fmt: skip


def test_shares_have_exact_intervals():
    data = answers()
    frame = csi.companion(data, METRICS, by="branch", level=0.9).set_index(["metric", "branch"])
    for branch, part in data.groupby("branch"):
        for metric, hits, n in (
            ("CSAT", (part.csat >= 9).sum(), len(part)),
            ("agreeing", (part.ease >= 5).sum(), len(part)),
            ("complaints", part.complained.sum(), len(part)),
            ("first contact", part.settled.sum(), part.calls.sum()),
        ):
            row = frame.loc[metric, branch]
            low, high = proportion_confint(hits, n, alpha=0.1, method="beta")
            assert row.estimate == pytest.approx(100 * hits / n)
            assert (row.lower, row.upper) == pytest.approx((100 * low, 100 * high), rel=1e-10)
            assert (row.n, row.n_eff) == (n, n)
            assert row.se == pytest.approx(100 * np.sqrt(hits / n * (1 - hits / n) / (n - 1)))


def test_shares_of_none_and_all():
    frame = csi.companion({"x": [0] * 20, "y": [1] * 20}, {"x": csi.rate("x"), "y": csi.rate("y")})
    assert (frame.lower[0], frame.upper[1]) == (0, 100)
    assert frame.upper[0] == pytest.approx(100 * proportion_confint(0, 20, method="beta")[1])
    weighted = csi.companion({"x": [0] * 20, "w": [1.0, 3.0] * 10}, {"x": csi.rate("x")}, weights="w")
    assert weighted.n_eff[0] == pytest.approx(16)
    assert "Kish" in weighted.method[0]


def test_nps_has_the_multinomial_error():
    data = answers()
    promoters, detractors = (data.recommend >= 9).mean(), (data.recommend <= 6).mean()
    score = promoters - detractors
    se = 100 * np.sqrt((promoters + detractors - score**2) / len(data))
    drawn = csi.companion(data, {"NPS": csi.nps("recommend")}, replicates=2000)
    closed = csi.companion(data, {"NPS": csi.nps("recommend")}, replicates=0)
    for frame in (drawn, closed):
        assert frame.estimate[0] == pytest.approx(100 * score)
    assert closed.se[0] == pytest.approx(se * np.sqrt(len(data) / (len(data) - 1)))
    assert drawn.se[0] == pytest.approx(se, rel=BOOTSTRAP)
    points = 100.0 * (data.recommend >= 9) - 100.0 * (data.recommend <= 6)
    theirs = stats.bootstrap((points.to_numpy(),), np.mean, n_resamples=2000, method="percentile", rng=1)
    assert (drawn.lower[0], drawn.upper[0]) == pytest.approx(tuple(theirs.confidence_interval), abs=0.3 * se)


def test_percentiles_against_scipys_bootstrap():
    data = answers(301)
    frame = csi.companion(data, {"time": csi.handling_time("minutes", percentiles=(50, 75))}, replicates=2000)
    values = data.minutes.to_numpy()
    for row, share in zip(frame.itertuples(), (0.5, 0.75), strict=True):
        theirs = stats.bootstrap(
            (values,),
            lambda x, axis, share=share: np.quantile(x, share, axis=axis, method="averaged_inverted_cdf"),
            n_resamples=2000,
            method="percentile",
            rng=1,
        )
        se = theirs.standard_error
        assert row.estimate == np.quantile(values, share, method="averaged_inverted_cdf")
        assert row.se == pytest.approx(se, rel=BOOTSTRAP)
        assert (row.lower, row.upper) == pytest.approx(tuple(theirs.confidence_interval), abs=0.35 * se)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.floats(0.01, 0.99), st.integers(0, 2**31))
def test_whole_weights_are_repeated_answers(values, share, seed):
    x = np.array(values, dtype=float)
    weights = np.random.default_rng(seed).integers(0, 4, (len(x), 3)).astype(float)
    weights[0] += 1
    found = weighted_quantiles(np.r_[x, np.nan], np.vstack([weights, [5.0, 5, 5]]), (share, 0.5))
    for column, w in zip(found.T, weights.T, strict=True):
        repeated = np.repeat(x, w.astype(int))
        assert column[0] == np.quantile(repeated, share, method="averaged_inverted_cdf")
        assert column[1] == np.median(repeated)


@pytest.mark.parametrize("by", [None, "branch"])
def test_designs_give_the_linearised_errors_of_csindex_means(by):
    data = answers()
    points = data.assign(
        CSAT=100.0 * (data.csat >= 9),
        NPS=100.0 * (data.recommend >= 9) - 100.0 * (data.recommend <= 6),
        CES=data.ease,
    )
    expected = csi.means(csi.Survey(points, by=by, **DESIGN), ["CSAT", "NPS", "CES"])
    found = csi.companion(data, {k: METRICS[k] for k in ("CSAT", "NPS", "CES")}, by=by, replicates=0, **DESIGN)
    for name in ("estimate", "se"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9)
    # Means have the design's t interval, on the logit scale; shares are exact with Korn and Graubard's number.
    others, effort = found.metric != "CSAT", found.metric == "CES"
    share, reach = (found.estimate[effort] - 1) / 6, stats.t.ppf(0.975, expected.df[effort]) * found.se[effort] / 6
    low = stats.logistic.cdf(stats.logistic.ppf(share) - reach / (share * (1 - share)))
    np.testing.assert_allclose(found.lower[effort], 1 + 6 * low, rtol=1e-9)
    np.testing.assert_allclose(found.lower[others], expected.lower[others], atol=0.15)
    share, line = found[~others].iloc[0], expected[(~others).to_numpy()].iloc[0]
    correction = (stats.t.ppf(0.975, line.n - 1) / stats.t.ppf(0.975, line.df)) ** 2
    assert share.n_eff == pytest.approx(min(line.n, line.n_eff * correction))
    low, high = proportion_confint(share.estimate / 100 * share.n_eff, share.n_eff, method="beta")
    assert (share.lower, share.upper) == pytest.approx((100 * low, 100 * high))
    drawn = csi.companion(data, {"NPS": METRICS["NPS"]}, by=by, **DESIGN)
    np.testing.assert_allclose(drawn.se, expected.se[expected["item"] == "NPS"], rtol=BOOTSTRAP)


def test_finite_populations_and_whole_strata():
    data = answers(180).assign(fraction=lambda f: np.where(f.stratum == 0, 1.0, 0.25))
    survey = csi.Survey(data.assign(x=100.0 * data.complained), strata="stratum", clusters="cluster", fpc="fraction")
    found = csi.companion(survey, {"complaints": METRICS["complaints"]})
    assert found.se[0] == pytest.approx(csi.means(survey, ["x"]).se[0])


def test_replicate_weights_give_the_error_of_shares_and_means():
    data = answers(60)
    for k in range(60):
        data[f"r{k}"] = np.where(np.arange(60) == k, 0.0, 60 / 59)
    columns = [f"r{k}" for k in range(60)]
    survey = csi.Survey(data, replicate_weights=columns, replicate_method="JK1")
    found = csi.companion(survey, {"CSAT": METRICS["CSAT"], "CES": METRICS["CES"]})
    simple = csi.companion(data, {"CSAT": METRICS["CSAT"], "CES": METRICS["CES"]}, replicates=0)
    np.testing.assert_allclose(found.se, simple.se, rtol=1e-9)
    assert found.n_eff[0] == pytest.approx(60)
    with pytest.raises(csi.OptionError, match="jackknife replicate weights"):
        csi.companion(survey, {"time": METRICS["time"]})


def test_counts_with_clusters_are_ratio_estimates():
    data = answers()
    plain = csi.companion(data, {"fcr": METRICS["first contact"]})
    clustered = csi.companion(data, {"fcr": METRICS["first contact"]}, clusters="cluster")
    assert plain.estimate[0] == clustered.estimate[0]
    totals = data.groupby("cluster")[["settled", "calls"]].sum()
    ratio = totals.settled.sum() / totals.calls.sum()
    u = (totals.settled - ratio * totals.calls) / totals.calls.sum()
    assert clustered.se[0] == pytest.approx(100 * np.sqrt(len(u) * u.var()))


def test_differences_of_shares_are_newcombes():
    data = answers()
    frame = csi.companion(data, METRICS, by="branch", difference={"branch": 0})
    assert frame.branch.unique().tolist() == [1]
    assert frame.against.unique().tolist() == [0]
    hits = data.groupby("branch").complained.agg(["sum", "count"])
    low, high = confint_proportions_2indep(*hits.loc[1], *hits.loc[0], method="newcomb", compare="diff")
    row = frame.set_index("metric").loc["complaints"]
    assert (row.lower, row.upper) == pytest.approx((100 * low, 100 * high), rel=1e-9)
    single = csi.companion(data, METRICS, by="branch").set_index(["metric", "statistic"])
    for line in frame.itertuples():
        ours = single.loc[(line.metric, line.statistic)].set_index("branch")
        assert line.estimate == pytest.approx(ours.estimate[1] - ours.estimate[0])
        assert line.se == pytest.approx(np.hypot(*ours.se), rel=BOOTSTRAP)


def test_differences_from_wave_to_wave():
    data = answers()
    frame = csi.companion(data, {"NPS": METRICS["NPS"]}, by=["branch", "wave"], difference="wave")
    assert frame[["branch", "wave", "against"]].to_numpy().tolist() == [
        [0, 2022, 2021], [0, 2023, 2022], [1, 2022, 2021], [1, 2023, 2022],
    ]  # fmt: skip
    closed = csi.companion(data, {"NPS": METRICS["NPS"]}, by=["branch", "wave"], difference="wave", replicates=0)
    np.testing.assert_allclose(frame.se, closed.se, rtol=BOOTSTRAP)
    assert closed.method.str.contains("Zou & Donner").all()


def test_domains_of_one_sample_are_correlated():
    # Both branches are in every cluster, so what a cluster has in common cancels in the difference.
    data = answers().assign(branch=lambda f: np.arange(len(f)) % 2)
    metrics = {"CSAT": METRICS["CSAT"], "NPS": METRICS["NPS"]}
    frame = csi.companion(data, metrics, by="branch", difference={"branch": 0}, clusters="cluster")
    for metric, cut in (("CSAT", data.csat >= 9), ("NPS", None)):
        x = 100.0 * cut if cut is not None else 100.0 * (data.recommend >= 9) - 100.0 * (data.recommend <= 6)
        means = x.groupby(data.branch).mean()
        sizes = data.branch.value_counts()
        sign = np.where(data.branch == 1, 1, -1)
        u = (sign * (x - data.branch.map(means)) / data.branch.map(sizes)).groupby(data.cluster).sum()
        row = frame.set_index("metric").loc[metric]
        assert row.se == pytest.approx(np.sqrt(len(u) * u.var()), rel=BOOTSTRAP)
        assert (row.upper - row.lower) / 2 == pytest.approx(1.96 * row.se, rel=BOOTSTRAP)
    with pytest.raises(csi.OptionError, match="needs replicates"):
        csi.companion(data, metrics, by="branch", difference="branch", clusters="cluster", replicates=0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_the_hybrid_interval_is_that_of_statsmodels_and_turns_round(a, b):
    sides = []
    for hits, n in ((a, 30), (b, 40)):
        low, high = proportion_confint(hits, n, method="wilson")
        sides.append(tuple(np.array(v) for v in (hits / n, max(low, 0.0), min(high, 1.0))))
    low, high = hybrid(*sides, np.array(0.0))
    theirs = confint_proportions_2indep(a, 30, b, 40, method="newcomb", compare="diff")
    assert (low, high) == pytest.approx(theirs, abs=1e-9)
    back = hybrid(sides[1], sides[0], np.array(0.0))
    assert (-back[1], -back[0]) == pytest.approx((low, high))


def test_missing_answers_are_each_metrics_own_and_empty_groups_are_told():
    data = answers(200)
    data.loc[data.branch == 1, "minutes"] = np.nan
    data.loc[:19, "csat"] = 99
    metrics = {"CSAT": METRICS["CSAT"], "time": METRICS["time"]}
    with pytest.warns(csi.UnitWarning, match="no answers for 'time': branch 1"):
        frame = csi.companion(data, metrics, by="branch", missing_codes={"csat": [99]})
    assert frame.n.tolist() == [*(
        n for b in (0, 1) for n in ((data.branch[20:] == b).sum(), *[(data.branch == 0).sum() * (b == 0)] * 2)
    )]  # fmt: skip
    empty = frame[frame.n == 0]
    assert empty[["estimate", "se", "lower", "upper"]].isna().all().all()


def test_other_codes_and_definitions():
    data = {"x": [1, 2, 2, 2], "t": [1.0, 2.0, 3.0, 9.0], "e": [1, 2, 4, 5]}
    assert csi.companion(data, {"x": csi.rate("x", yes=1, no=2)}).estimate[0] == 25
    assert csi.companion(data, {"t": csi.handling_time("t", percentiles=50)}).estimate[0] == 2.5
    assert csi.companion(data, {"e": csi.ces("e", scale=(1, 5), statistic="agreeing")}).estimate[0] == 50
    assert csi.companion(data, {"e": csi.top_box("e", 1, scale=(1, 5))}).estimate[0] == 25


@pytest.mark.parametrize(
    ("metric", "change", "match"),
    [
        (csi.top_box("csat"), {"csat": 11.0}, "outside its scale 1–10"),
        (csi.nps("recommend"), {"recommend": 99.0}, "outside its scale 0–10"),
        (csi.rate("complained"), {"complained": 2}, "holds 2, neither yes=1 nor no=0"),
        (csi.rate("settled", trials="calls"), {"settled": 31}, "must lie between 0 and the trials in 'calls'"),
        (csi.handling_time("minutes"), {"minutes": -1.0}, "times start at 0"),
        (csi.nps("nobody"), {}, "no column 'nobody'"),
        (csi.nps("recommend"), {"recommend": "very"}, "not numbers"),
    ],
)
def test_answers_that_do_not_fit(metric, change, match):
    with pytest.raises(csi.SurveyError, match=match):
        csi.companion(answers(90).assign(**change), {"m": metric})


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: csi.top_box("q", 10), "boxes=10"),
        (lambda: csi.top_box("q", 1.5), "boxes=1.5"),
        (lambda: csi.nps("q", scale=(1, 5)), "scale must be"),
        (lambda: csi.ces("q", statistic="agreeing", agree=8), "agree=8 must lie above 1"),
        (lambda: csi.ces("q", agree=5), "goes with statistic='agreeing'"),
        (lambda: csi.ces("q", statistic="median"), "statistic='median'"),
        (lambda: csi.rate("q", yes=1, no=1), "are both 1"),
        (lambda: csi.handling_time("q", percentiles=(0.5, 100)), "between 0 and 100"),
        (lambda: csi.companion(answers(90), {}), "metrics must map"),
        (lambda: csi.companion(answers(90), {"m": "csat"}), "metrics must map"),
        (lambda: csi.companion(answers(90), METRICS, difference="wave"), "needs units"),
        (
            lambda: csi.companion(answers(90), METRICS, by="wave", difference="branch"),
            "must name one of the unit columns",
        ),
        (lambda: csi.companion(answers(90), METRICS, by="wave", difference={"wave": 1999}), "no unit has this value"),
        (lambda: csi.companion(answers(90).assign(k=1), METRICS, by="k", difference="k"), "no two units"),
        (lambda: csi.companion(answers(90).rename(columns={"wave": "metric"}), METRICS, by="metric"), "clash"),
        (
            lambda: csi.companion(answers(90), {"a": csi.top_box("csat"), "b": csi.top_box("csat", scale=(0, 10))}),
            "another metric on 1–10",
        ),
    ],
)
def test_definitions_that_are_none(make, match):
    with pytest.raises(csi.CsindexError, match=match):
        make()


def test_nothing_is_certain_because_nothing_varies():
    frame = csi.companion(
        {"x": [10, 9] * 5, "y": [7] * 10, "z": [1] * 10},
        {"NPS": csi.nps("x"), "CES": csi.ces("y"), "rate": csi.rate("z")},
    )
    # Ten promoters, and one answer of each kind: 11 - 1 of 13.
    p, d = 11 / 13, 1 / 13
    reach = stats.t.ppf(0.975, 9) * np.sqrt((p + d - (p - d) ** 2) / 13)
    assert (frame.estimate[0], frame.upper[0]) == (100, 100)
    assert frame.lower[0] == pytest.approx(100 * (p - d - reach))
    assert frame.lower[1] == pytest.approx(1 + 6 * 0.025**0.1)
    assert frame.lower[2] == pytest.approx(100 * 0.025**0.1)


def test_the_ends_of_percentiles_are_order_statistics():
    x = np.random.default_rng(1).exponential(10, 50)
    row = csi.companion({"t": x}, {"t": csi.handling_time("t", percentiles=(90,))}).iloc[0]
    ordered = np.sort(x)
    low, high = int(stats.binom.ppf(0.025, 50, 0.9)), int(stats.binom.ppf(0.975, 50, 0.9)) + 1
    assert (row.lower, row.upper) == (ordered[low - 1], ordered[high - 1])
    few = csi.companion({"t": x[:35]}, {"t": csi.handling_time("t", percentiles=(90,))}).iloc[0]
    assert np.isinf(few.upper) and few.lower > 0
    assert np.isfinite(csi.companion({"t": x[:36]}, {"t": csi.handling_time("t", percentiles=(90,))}).upper[0])


@pytest.mark.slow
def test_rates_net_scores_and_means_cover_from_ten_answers():
    rng, n, runs = np.random.default_rng(2), 10, 2000
    p = {"promoter": 0.7, "passive": 0.2, "detractor": 0.1}
    answered = rng.choice([10, 8, 3], (runs, n), p=list(p.values()))
    effort = np.clip(np.round(rng.normal(5.5, 1.3, (runs, n))), 1, 7)
    exact = np.clip(np.round(rng.normal(5.5, 1.3, 2_000_000)), 1, 7).mean()
    data = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(runs), n),
            "x": answered.ravel(),
            "y": effort.ravel(),
            "z": (answered == 10).ravel() * 1,
        }
    )
    metrics = {"NPS": csi.nps("x"), "CES": csi.ces("y"), "rate": csi.rate("z")}
    found = csi.companion(data, metrics, by="unit", replicates=200)
    for metric, truth in (("NPS", 60), ("CES", exact), ("rate", 70)):
        rows = found[found.metric == metric]
        assert ((rows.lower <= truth) & (truth <= rows.upper)).mean() > 0.93 - 2 * np.sqrt(0.93 * 0.07 / runs)
