"""Bounded intervals: closed forms, edges, and coverage by an independent simulation."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import csindex as csi
from csindex.benchmark.unit_scores import UnitScores
from csindex.replicates.bounded import Scores, combined, student_logit, studentized, weighting, widest
from csindex.replicates.intervals import Evidence, uncertainty

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Satisfaction ~ Quality; "
    "Loyalty ~ Satisfaction",
    target="Satisfaction",
)
ITEMS = list(MODEL.item_names)


def scores(draws, deviation, deviations, n=50.0, n_eff=None):
    """Return Scores of one unit and one quantity."""
    n_eff = n if n_eff is None else n_eff
    return Scores(
        np.asarray(draws, float)[None, :, None],
        np.array([[deviation]]),
        np.asarray(deviations, float)[None, :, None],
        np.array([[weighting(np.float64(n), np.float64(n_eff))]]),
        np.array([[n_eff]]),
    )


def quiet(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(*arguments, **options)


@pytest.mark.parametrize(("yes", "n"), [(0, 10), (3, 10), (10, 10), (19, 20), (96, 100)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_of_a_share_is_that_of_scipy(yes, n, level):
    low, high = widest(np.float64(100 * yes / n), np.float64(n), (1 - level) / 2)
    exact = stats.binomtest(yes, n).proportion_ci(level, method="exact")
    np.testing.assert_allclose([low, high], [100 * exact.low, 100 * exact.high], atol=1e-9)


def test_all_tens_are_a_share_of_all():
    low, high = widest(np.float64(100), np.float64(20), 0.025)
    assert (low, high) == (pytest.approx(100 * 0.025 ** (1 / 20)), 100)


def test_studentized_ends_by_hand():
    rng = np.random.default_rng(1)
    draws, deviations = 60 + rng.normal(0, 2, 400), rng.uniform(10, 20, 400)
    low, high = studentized(np.array([[60.5]]), scores(draws, 15.0, deviations), 0.025)
    t = (draws - 60.5) / deviations
    ends = [60.5 - np.quantile(t, 0.975) * 15, 60.5 - np.quantile(t, 0.025) * 15]
    np.testing.assert_allclose([low[0, 0], high[0, 0]], ends)
    # A failed replicate is left out; weights make the interval longer by the factor.
    gone = scores(np.r_[draws, np.nan], 15.0, np.r_[deviations, np.nan])
    np.testing.assert_allclose(studentized(np.array([[60.5]]), gone, 0.025), [low, high])
    weighted = scores(draws, 15.0, deviations, 100.0, 60.0)
    r = 100 / 60
    factor = np.sqrt((1 - 1 / 100) / (1 - (2 * r**2 - r) / 100))
    np.testing.assert_allclose(60.5 - studentized(np.array([[60.5]]), weighted, 0.025)[0], factor * (60.5 - low))


def test_replicates_of_equal_answers_are_infinite_and_stop_at_the_interval_of_a_share():
    draws = np.r_[np.full(300, 100.0), np.linspace(90, 99, 700)]
    deviations = np.r_[np.zeros(300), np.linspace(20, 5, 700)]
    low, high = studentized(np.array([[97.0]]), scores(draws, 8.0, deviations, 20.0), 0.025)
    least, most = widest(np.array([[97.0]]), np.array([[20.0]]), 0.025)
    assert low == least
    assert 97 < high <= most


def test_equal_answers_have_no_interval_of_width_0():
    same = scores(np.full(200, 100.0), 0.0, np.zeros(200), 40.0)
    for interval in ("auto", "percentile", "normal"):
        evidence = Evidence(np.array([[100.0]]), np.full((1, 200, 1), 100.0), scores=same)
        found = uncertainty(evidence, 0.95, interval)
        assert (found.lower, found.upper) == (pytest.approx(100 * 0.025 ** (1 / 40)), 100)
        assert found.se == pytest.approx((100 - 100 * 0.025 ** (1 / 40)) / (2 * stats.norm.ppf(0.975)))


def test_an_index_off_the_scale_has_no_interval():
    off = scores(np.linspace(90, 110, 200), 10.0, np.full(200, 10.0))
    found = uncertainty(Evidence(np.array([[100.5]]), off.draws, scores=off), 0.95, "auto")
    assert np.isnan([found.se, found.lower, found.upper]).all()


def test_student_on_the_logit_scale_by_hand():
    low, high = student_logit(np.array([[80.0]]), np.array([[5.0]]), np.array([[stats.t.ppf(0.975, 3)]]))
    far = stats.t.ppf(0.975, 3) * 0.05 / (0.8 * 0.2)
    ends = [1 / (1 + np.exp(-(np.log(4) + sign * far))) for sign in (-1, 1)]
    np.testing.assert_allclose([low[0, 0], high[0, 0]], 100 * np.array(ends))


def test_a_sum_of_one_unit_is_the_unit_and_weights_of_units_add_up_in_squares():
    rng = np.random.default_rng(2)
    draws, d = rng.normal([[60], [80]], 2, (2, 500)), rng.uniform(10, 20, (2, 500))
    both = Scores(
        draws[..., None], np.array([[14.0], [16.0]]), d[..., None], np.ones((2, 1)), np.array([[50.0], [60.0]])
    )
    estimate, se = np.array([60.0, 80.0]), np.array([2.0, 1.5])
    shares = np.array([[1.0, 0.0], [0.25, 0.75]])
    found = combined(shares, estimate, se, both, 0.025)
    alone = studentized(estimate[:1, None], both.of_rows(np.array([0])), 0.025)
    ends = studentized((shares @ estimate)[:, None], found, 0.025)
    for one, other in zip(ends, alone, strict=True):
        assert one[0, 0] == pytest.approx(60 + (other[0, 0] - 60) * 2.0 / 14.0 * 14.0 / 2.0)
    np.testing.assert_allclose(found.deviation[1, 0], np.hypot(0.25 * 2.0, 0.75 * 1.5))
    inner = np.hypot(0.25 * 2.0 * d[0] / 14, 0.75 * 1.5 * d[1] / 16)
    np.testing.assert_allclose(found.deviations[1, :, 0], inner)


def test_a_sum_with_a_unit_of_equal_answers_is_no_surer_than_that_unit():
    draws = np.stack([np.full(300, 100.0), np.random.default_rng(3).normal(70, 2, 300)])
    d = np.stack([np.zeros(300), np.full(300, 15.0)])
    both = Scores(draws[..., None], np.array([[0.0], [15.0]]), d[..., None], np.ones((2, 1)), np.full((2, 1), 30.0))
    found = combined(np.array([[0.5, 0.5]]), np.array([100.0, 70.0]), np.array([1.0, 2.0]), both, 0.025)
    low, _ = studentized(np.array([[85.0]]), found, 0.025)
    alone = 0.5 * (100 - widest(np.float64(100), np.float64(30), 0.025)[0])
    assert 85 - low > alone


def test_the_interval_never_leaves_the_scale_and_is_never_empty():
    for seed in range(3):
        data = answers(np.random.default_rng(seed), 25, shift=2.6, scale=1.6)
        found = quiet(MODEL, data, replicates=200).index
        assert ((found.lower >= 0) & (found.upper <= 100) & (found.lower < found.upper)).all()
        assert ((found.lower <= found.estimate) & (found.estimate <= found.upper)).all()


def test_few_clusters_are_student_t():
    data = csi.simulate(MODEL, 200, seed=1)
    data["branch"] = np.where(np.arange(200) < 100, "A", "B")
    with pytest.warns(csi.SmallSampleWarning, match="1 degree of freedom"):
        result = csi.fit(MODEL, data, clusters="branch", replicates=200)
    row = result.index.set_index("construct").loc["Satisfaction"]
    share = row.estimate / 100
    far = stats.t.ppf(0.975, 1) * row.se / 100 / (share * (1 - share))
    ends = [100 / (1 + np.exp(-(np.log(share / (1 - share)) + sign * far))) for sign in (-1, 1)]
    np.testing.assert_allclose([row.lower, row.upper], ends)
    paths = result.paths
    np.testing.assert_allclose(paths.upper - paths.estimate, stats.t.ppf(0.975, 1) * paths.se)
    np.testing.assert_allclose(paths.p, 2 * stats.t.sf(np.abs(paths.estimate) / paths.se, 1))
    assert "Student's t with 1 degree of freedom" in " ".join(result.summary().split())


def test_a_weak_construct_has_the_standard_error_of_a_mean_of_its_items():
    rng = np.random.default_rng(4)
    data = csi.simulate(MODEL, 200, seed=1)
    data["l1"], data["l2"] = rng.integers(1, 11, 200), rng.integers(1, 11, 200)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = csi.fit(MODEL, data)
    assert any("sign" in str(one.message) and "Loyalty" in str(one.message) for one in caught)
    row = result.index.set_index("construct").loc["Loyalty"]
    assert 1 < row.se < 5


@pytest.fixture(scope="module")
def best():
    """Five units of forty, of which all customers of one give the best answer throughout."""
    data = csi.simulate(MODEL, 40, groups=5, seed=2)
    data.loc[data.unit == "unit 1", ITEMS] = 10
    return data


def test_a_unit_of_equal_answers_is_scored(best):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = csi.fit(MODEL, best, by="unit", replicates=200)
    assert any("unit 1" in str(one.message) and "same answer throughout" in str(one.message) for one in caught)
    first = result.index[result.index.unit == "unit 1"]
    assert (first.estimate == 100).all() and (first.upper == 100).all()
    np.testing.assert_allclose(first.lower, 100 * 0.025 ** (1 / 40))
    assert result.paths[result.paths.unit == "unit 1"].estimate.isna().all()
    assert result.dropped.empty
    assert np.isfinite(UnitScores.of(result).table.lower).all()
    both = csi.aggregate(result).table.iloc[0]
    assert 0 < both.lower < both.estimate < both.upper < 100
    for lang in ("en", "ko"):
        assert "nan" not in result.summary(lang)


def test_a_single_sample_of_equal_answers_names_the_way_out(best):
    alone = best[best.unit == "unit 1"].drop(columns="unit")
    with pytest.raises(csi.SurveyError, match="weights_from="):
        csi.fit(MODEL, alone)
    earlier = quiet(MODEL, best[best.unit == "unit 2"].drop(columns="unit"), replicates=0)
    found = quiet(MODEL, alone, weights_from=earlier, replicates=200).index
    np.testing.assert_allclose(found.lower, 100 * 0.025 ** (1 / 40))


def answers(rng: np.random.Generator, n: int, shift: float, scale: float) -> pd.DataFrame:
    """Return answers 1-10: rounded and clipped normals, with one factor a construct."""
    correlation = np.array([[1, 0.8, 0.7], [0.8, 1, 0.8], [0.7, 0.8, 1]])
    factors = rng.standard_normal((n, 3)) @ np.linalg.cholesky(correlation).T
    of = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    z = 0.8 * factors[:, of] + 0.6 * rng.standard_normal((n, 8))
    return pd.DataFrame(np.clip(np.round(5.5 + shift * scale + scale * 1.5 * z), 1, 10), columns=ITEMS)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20, 50])
def test_intervals_of_the_index_cover_under_a_ceiling(n):
    """Equal item weights, so that the truth is a mean of a million answers, not from csindex."""
    rng = np.random.default_rng(5)
    truth = (answers(rng, 1_000_000, 1.6, 1.7)[ITEMS[3:6]].to_numpy().mean() - 1) / 9 * 100
    runs = 600
    data = answers(rng, n * runs, 1.6, 1.7).assign(unit=np.repeat(np.arange(runs), n))
    result = quiet(MODEL, data, by="unit", convention="equal", replicates=400, bad_units="drop")
    found = result.index[result.index.construct == "Satisfaction"]
    above, below = (found.lower > truth).mean(), (found.upper < truth).mean()
    assert 1 - above - below > 0.94 - 2 * np.sqrt(0.95 * 0.05 / runs)
    assert max(above, below) < 0.05
