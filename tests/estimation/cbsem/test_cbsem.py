"""estimator="cbsem" at the door: the same tables, what is refused, what is told, and errors that are right."""

import warnings

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.estimation.cbsem.estimates import MOST_RELIABLE

TEXT = "Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; L =~ l1 + l2; S ~ Q; L ~ S + Q"
MODEL = csi.Model.parse(TEXT, target="S")
EXACT = 1e-8
MONTE_CARLO = 0.10
"""Standard errors from 2,000 replicates have an error of 1.6 %; a tenth allows for the analytic ones' own bias at n = 400."""

pytestmark = pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")


def factor_population(n=400.0, scale=1.0):
    """Moments of a population of three factors; loadings and errors in standard deviations of 2."""
    loading = np.array([0.8, 0.7, 0.6, 0.9, 0.8, 0.7, 0.8, 0.6])
    owner = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    C = np.array([[1.0, 0.6, 0.5], [0.6, 1.0, 0.7], [0.5, 0.7, 1.0]])
    R = np.outer(loading, loading) * C[np.ix_(owner, owner)]
    np.fill_diagonal(R, 1.0)
    sd = scale * np.full(8, 2.0)
    return csi.Moments(MODEL.item_names, np.full(8, 6.0), R * sd * sd[:, None], n), loading, C


def quiet(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(*arguments, estimator="cbsem", **options)


@pytest.fixture(scope="module")
def frame():
    return csi.simulate(MODEL, 300, groups=["a", "b"], group_share=0, seed=4)


def test_a_factor_population_is_recovered_on_every_table():
    moments, loading, C = factor_population()
    result = csi.fit(MODEL, moments, estimator="cbsem")
    np.testing.assert_allclose(result.loadings.estimate, loading, atol=EXACT)
    np.testing.assert_allclose(result.estimates.correlations[0], C, atol=EXACT)
    b = np.linalg.solve(C[:2, :2], C[:2, 2])
    paths = result.paths.set_index(["source", "target"]).estimate
    assert paths["Q", "S"] == pytest.approx(0.6, abs=EXACT)
    assert paths["Q", "L"] == pytest.approx(b[0], abs=EXACT)
    assert paths["S", "L"] == pytest.approx(b[1], abs=EXACT)
    r2 = result.r2.set_index("construct").estimate
    assert r2["L"] == pytest.approx(b @ C[:2, 2], abs=EXACT)
    measures = result.covariance.measures.set_index("measure").estimate
    assert measures["chisq"] == pytest.approx(0, abs=1e-9)
    assert measures["cfi"] == 1 and measures["srmr"] == pytest.approx(0, abs=EXACT)


def test_weights_are_those_of_greatest_reliability():
    """λ/θ: no other weights of a construct's own items correlate more with the factor."""
    moments, loading, _ = factor_population()
    result = csi.fit(MODEL, moments, estimator="cbsem")
    e, R = result.estimates, moments.correlation
    for block in result.design.blocks:
        lam, w = loading[block], e.weights[0, block]
        np.testing.assert_allclose(w / w.sum(), (lam / (1 - lam**2)) / (lam / (1 - lam**2)).sum(), atol=EXACT)
        assert w @ R[block, block] @ w == pytest.approx(1, abs=EXACT)
        best = w @ lam / np.sqrt(w @ R[block, block] @ w)
        for other in np.random.default_rng(1).uniform(0, 1, (50, len(lam))):
            assert other @ lam / np.sqrt(other @ R[block, block] @ other) <= best + EXACT


def test_index_and_impacts_follow_from_weights_as_under_pls(frame):
    result = quiet(MODEL, frame)
    e, design, moments = result.estimates, result.design, result.moments
    sd, mean = moments.sd[0], moments.mean[0]
    for j, block in enumerate(design.blocks):
        u = e.weights[0, block] / sd[block]
        v = u / u.sum()
        assert e.index[0, j] == pytest.approx(v @ (mean[block] - 1) / 9 * 100)
        assert e.deviation[0, j] == pytest.approx(np.sqrt(v @ moments.cov[0, block, block] @ v) * 100 / 9)
    impact = result.impacts(step=1).set_index("source").estimate["Q"]
    assert impact == pytest.approx(e.paths[0, 1, 0] * e.deviation[0, 1] / e.deviation[0, 0])
    np.testing.assert_allclose(result.scores(frame).mean(), e.index[0])


def test_reversed_items_only_turn_round(frame):
    turned = frame.assign(q2=11 - frame.q2)
    model = csi.Model.parse(TEXT, target="S", reversed=["q2"])
    one, other = quiet(MODEL, frame, errors="robust"), quiet(model, turned, errors="robust")
    for table in ("index", "paths", "loadings", "weights"):
        a, b = getattr(one, table), getattr(other, table)
        np.testing.assert_allclose(a[["estimate", "se"]], b[["estimate", "se"]], rtol=1e-6)


def test_a_first_item_that_runs_against_the_others_turns_its_factor(frame):
    turned = frame.assign(q1=11 - frame.q1)
    result = quiet(MODEL, turned)
    loadings = result.loadings.set_index("item").estimate
    assert loadings["q1"] < 0 < loadings["q2"]
    plain = quiet(MODEL, frame)
    np.testing.assert_allclose(result.paths.estimate, plain.paths.estimate, atol=1e-7)
    parameters = result.covariance.parameters.set_index(["lhs", "rhs"])
    assert parameters.estimate["Q", "q1"] == 1 and parameters.estimate["Q", "q2"] < 0
    assert parameters.standardized["Q", "q1"] == pytest.approx(-loadings["q1"])


@pytest.mark.parametrize("errors", ["normal", "robust"])
def test_analytic_errors_are_those_of_the_bootstrap(errors, frame):
    """Of normal answers; the robust ones from the same rows that are resampled."""
    if errors == "normal":
        moments, *_ = factor_population()
        analytic, drawn = quiet(MODEL, moments), quiet(MODEL, moments, replicates=2000)
    else:
        analytic, drawn = quiet(MODEL, frame, errors="robust"), quiet(MODEL, frame, replicates=2000)
    for table in ("index", "paths", "loadings", "r2", "index_weights", "effects"):
        a, b = getattr(analytic, table).se, getattr(drawn, table).se
        assert abs(a / b - 1).max() < 2 * MONTE_CARLO, table
        assert abs(a / b - 1).median() < MONTE_CARLO / 2, table
    assert abs(analytic.impacts().se / drawn.impacts().se - 1).max() < MONTE_CARLO
    a, b = analytic.covariance.parameters, drawn.covariance.parameters
    assert abs(a.se / b.se - 1).median() < MONTE_CARLO / 2


@pytest.mark.slow
def test_normal_intervals_cover():
    """Of 95 % intervals of 2,000 normal samples of 300, between 94 and 96 % hold the population's value."""
    moments, *_ = factor_population(n=300)
    truth = csi.fit(MODEL, moments, estimator="cbsem").paths.estimate.to_numpy()
    rng = np.random.default_rng(7)
    S = np.stack([np.cov(rng.multivariate_normal(moments.mean, moments.cov, 300).T) for _ in range(2000)])
    stack = csi.Moments(moments.items, np.tile(moments.mean, (2000, 1)), S, np.full(2000, 300.0))
    paths = quiet(MODEL, stack).paths
    truth = np.tile(truth, 2000)
    assert 0.94 < ((paths.lower <= truth) & (truth <= paths.upper)).mean() < 0.96


@pytest.mark.slow
def test_robust_intervals_cover():
    """Of skewed answers, where errors for normal answers are too small: 400 samples of 400 with chi-squared errors."""
    moments, loading, C = factor_population(n=400)
    owner = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    K = np.linalg.cholesky(C)
    rng, held = np.random.default_rng(11), {"normal": [], "robust": []}
    wide = csi.Model.parse(TEXT, target="S", scale=(-60, 60))
    truth = csi.fit(MODEL, moments, estimator="cbsem").loadings.estimate
    for _ in range(400):
        draw = lambda *size: (rng.chisquare(2, size) - 2) / 2  # noqa: E731
        x = (draw(400, 3) @ K.T)[:, owner] * loading + draw(400, 8) * np.sqrt(1 - loading**2)
        data = pd.DataFrame(x, columns=MODEL.item_names)
        for errors, hits in held.items():
            found = quiet(wide, data, errors=errors).loadings
            hits.append(((found.lower <= truth) & (truth <= found.upper)).mean())
    assert 0.91 < np.mean(held["robust"]) < 0.97
    assert np.mean(held["normal"]) < np.mean(held["robust"]) - 0.03


@pytest.mark.slow
def test_chisquare_is_distributed_as_it_says():
    moments, *_ = factor_population(n=400)
    rng = np.random.default_rng(3)
    S = np.stack([np.cov(rng.multivariate_normal(moments.mean, moments.cov, 400).T) for _ in range(2000)])
    stack = csi.Moments(moments.items, np.tile(moments.mean, (2000, 1)), S, np.full(2000, 400.0))
    result = quiet(MODEL, stack)
    measures = result.covariance.measures
    p = measures[measures.measure == "p"].estimate
    assert 0.035 < (p < 0.05).mean() < 0.07  # 5 % plus or minus four standard errors, and a little for n = 400
    assert p.mean() == pytest.approx(0.5, abs=0.03)


def test_robust_errors_know_weights_and_designs(frame):
    """Against the rescaling bootstrap of the same design; weights of 2 are weights of 1."""
    rng = np.random.default_rng(5)
    data = frame.assign(
        w=rng.uniform(0.5, 2, len(frame)), two=2.0, h=np.arange(len(frame)) % 4, c=np.arange(len(frame)) // 6
    )
    assert quiet(MODEL, data).options.errors == "robust"
    assert quiet(MODEL, csi.Moments.from_frame(data, MODEL)).options.errors == "normal"
    assert quiet(MODEL, data, replicates=50).options.errors == "normal"
    weighted = quiet(MODEL, data, weights="w")
    assert weighted.options.errors == "robust"
    drawn = quiet(MODEL, data, weights="w", replicates=1000)
    assert abs(weighted.paths.se / drawn.paths.se - 1).max() < 2 * MONTE_CARLO
    design = quiet(MODEL, data, strata="h", clusters="c")
    drawn = quiet(MODEL, data, strata="h", clusters="c", replicates=1000)
    assert design.degrees[0] == drawn.degrees[0]
    assert abs(design.index.se / drawn.index.se - 1).max() < 2 * MONTE_CARLO
    same = quiet(MODEL, data, weights="two", errors="robust")
    plain = quiet(MODEL, data, errors="robust")
    np.testing.assert_allclose(same.paths.se, plain.paths.se, rtol=1e-9)


def test_units_stand_side_by_side(frame):
    result = quiet(MODEL, frame, by="unit", errors="robust")
    assert list(result.index.columns) == ["unit", "construct", "estimate", "se", "lower", "upper"]
    alone = quiet(MODEL, frame[frame.unit == "b"].drop(columns="unit"), errors="robust")
    for table in ("index", "paths"):
        both, one = getattr(result, table), getattr(alone, table)
        np.testing.assert_allclose(both[both.unit == "b"][["estimate", "se"]], one[["estimate", "se"]], rtol=1e-7)
    measures = result.covariance.measures
    assert measures[measures.unit == "a"].measure.tolist() == measures[measures.unit == "b"].measure.tolist()
    assert result.sample.replicates.tolist() == [0, 0]
    difference = csi.compare(result).differences.query("construct == 'S'")
    se = result.index.query("construct == 'S'").se
    assert difference.se.iloc[0] == pytest.approx(np.sqrt((se**2).sum()), rel=1e-6)


def test_replicates_do_not_depend_on_how_they_are_cut(frame):
    whole = quiet(MODEL, frame, replicates=60)
    parts = quiet(MODEL, frame, replicates=60, block_size=7)
    np.testing.assert_allclose(
        whole.replicates.estimates.paths, parts.replicates.estimates.paths, rtol=1e-9, atol=1e-12
    )


def test_scanned_sums_give_the_same_as_rows(frame, tmp_path):
    frame.to_parquet(tmp_path / "rows.parquet")
    grouped = csi.scan(tmp_path / "rows.parquet", MODEL)
    one, other = quiet(MODEL, grouped), quiet(MODEL, frame, errors="normal")
    np.testing.assert_allclose(one.paths[["estimate", "se"]], other.paths[["estimate", "se"]], rtol=1e-6)


def test_parameters_with_what_is_fixed(frame):
    table = quiet(MODEL, frame).covariance.parameters
    assert list(table.columns) == ["lhs", "op", "rhs", "standardized", "z", "estimate", "se", "lower", "upper", "p"]
    first = table[(table.op == "=~") & table["rhs"].isin(["q1", "s1", "l1"])]
    assert (first.estimate == 1).all() and first[["se", "lower", "upper", "p", "z"]].isna().all(axis=None)
    assert table.op.value_counts().to_dict() == {"=~": 8, "~": 3, "~~": 8 + 3}
    design = quiet(MODEL, frame)
    np.testing.assert_allclose(table[table.op == "=~"].standardized, design.loadings.estimate)
    np.testing.assert_allclose(table.z, table.estimate / table.se)


def test_a_saturated_model_says_nothing_that_could_be_wrong():
    moments, *_ = factor_population()
    result = csi.fit(csi.Model.parse("Q =~ q1; S =~ s1; S ~ Q"), moments, estimator="cbsem")
    measures = result.covariance.measures.set_index("measure").estimate
    assert measures["df"] == 0 and measures["chisq"] == pytest.approx(0, abs=1e-9)
    assert "no degrees of freedom" in result.summary()
    assert result.paths.estimate[0] == pytest.approx(moments.correlation[0, 3])


# What is told


def with_heywood():
    """A factor whose first item would need a negative residual: r12·r13/r23 = 1.28."""
    R = np.eye(6)
    R[0, 1] = R[0, 2] = 0.8
    R[1, 2] = 0.5
    R[3, 4] = R[3, 5] = R[4, 5] = 0.5
    R[:3, 3:] = 0.3
    R = np.triu(R) + np.triu(R, 1).T
    return csi.Moments(("q1", "q2", "q3", "s1", "s2", "s3"), np.full(6, 6.0), 4 * R, 300)


def test_negative_variances_are_told_and_break_no_weight():
    model = csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q")
    with pytest.warns(
        csi.InadmissibleWarning, match=r"loading of 'q1' in Q is 1\.\d+ \(its residual variance is -0\.\d+ of"
    ):
        result = csi.fit(model, with_heywood(), estimator="cbsem")
    e = result.estimates
    assert result.inadmissible.reason.tolist() == ["a loading beyond 1"]
    assert np.isfinite(e.index_weights).all() and (e.index_weights >= 0).all()
    assert result.loadings.estimate[0] > 1
    assert e.weights[0, 0] / e.weights[0, 1] == pytest.approx(
        e.loadings[0, 0] / (1 - MOST_RELIABLE) / (e.loadings[0, 1] / (1 - e.loadings[0, 1] ** 2))
    )


def test_the_full_mobile_model_is_told_to_be_improper():
    with pytest.warns(csi.InadmissibleWarning, match=r"Quality and Expectation correlate 0\.99"):
        result = csi.fit(csi.ecsi("mobile"), csi.datasets.ecsi_mobile(), estimator="cbsem")
    loyalty = result.paths.query("source == 'Image' and target == 'Loyalty'").estimate.iloc[0]
    assert loyalty == pytest.approx(-2.45, abs=0.005)


def test_improper_units_are_named():
    model = csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q")
    bad = with_heywood()
    R = np.full((6, 6), 0.3) + np.diag(np.full(6, 0.7))
    R[:3, :3] += 0.2 * (1 - np.eye(3))
    R[3:, 3:] += 0.2 * (1 - np.eye(3))
    stack = csi.Moments(
        bad.items,
        np.tile(bad.mean, (2, 1)),
        np.stack([bad.cov, 4 * R]),
        np.full(2, 300.0),
        units=pd.DataFrame({"firm": ["x", "y"]}),
    )
    with pytest.warns(csi.InadmissibleWarning, match=r"inadmissible in 1 of 2 units: firm 'x': the loading"):
        csi.fit(model, stack, estimator="cbsem")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"missing": "pairwise"}, ["missing='pairwise'", "fiml"]),
        ({"missing": "mean"}, ["missing='mean'", "replicates=1000"]),
        ({"missing": "fiml", "replicates": 100}, ["missing='fiml'", "replicates="]),
        ({"missing": "fiml", "discrepancy": "GLS"}, ["missing='fiml'", "discrepancy="]),
        ({"variant": "centered"}, ["variant='centered'", "pls"]),
        ({"interval": "percentile"}, ["interval='percentile'", "replicates=1000"]),
        ({"discrepancy": "MLE"}, ["discrepancy='MLE'", "'ML', 'GLS', 'ULS'"]),
        ({"errors": "white"}, ["errors='white'", "'robust'"]),
        ({"ordinal": True}, ["ordinal"]),
        ({"estimator": "pls", "missing": "fiml"}, ["missing='fiml'", "missing='em'"]),
        ({"estimator": "pls", "errors": "robust"}, ["errors='robust'", "'cbsem'"]),
    ],
)
def test_options_that_do_not_go_together(options, words, frame):
    with pytest.raises(csi.OptionError) as caught:
        csi.fit(MODEL, frame, **{"estimator": "cbsem", **options})
    assert all(word in str(caught.value) for word in words)


def test_robust_errors_need_rows():
    with pytest.raises(csi.OptionError, match="rows"):
        csi.fit(MODEL, factor_population()[0], estimator="cbsem", errors="robust")


def test_composites_are_refused_by_name(frame):
    model = csi.Model.parse(TEXT.replace("Q =~", "Q <~"), target="S")
    with pytest.raises(csi.OptionError, match="'Q' is composed of its items"):
        csi.fit(model, frame, estimator="cbsem")


def test_more_parameters_than_moments_are_refused():
    moments, *_ = factor_population()
    with pytest.raises(csi.EstimationError, match="1 more parameters than its 2 items"):
        csi.fit(csi.Model.parse("Q =~ q1 + q2", modes={"Q": "equal"}), moments, estimator="cbsem")


def test_no_minimum_is_an_error_that_says_what_to_do(mobi):
    with pytest.raises(csi.EstimationError, match="constructs overlap"):
        csi.fit(csi.ecsi("mobile"), mobi, estimator="cbsem", discrepancy="GLS", max_iterations=60)


def test_implied_covariances_are_kept():
    moments, *_ = factor_population()
    result = csi.fit(MODEL, moments, estimator="cbsem", likelihood="wishart")
    np.testing.assert_allclose(result.covariance.sigma[0], moments.cov, atol=EXACT)
