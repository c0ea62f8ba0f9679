"""Diagonally weighted least squares, and ordinal items in covariance structure models."""

import warnings

import numpy as np
import pandas as pd
import pytest

import csindex as csi

TEXT = "Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q"
MODEL = csi.Model.parse(TEXT, target="S", scale=(1, 4))
SATURATED = csi.Model.parse("Q =~ q1 + q2; S =~ s1; S ~ Q", scale=(1, 4))
WLSMV = {"discrepancy": "DWLS", "ordinal": True}
SQRT_OF_THE_DECREMENT = 1e-7
"""Iterations end where half of F would fall by 1e-14 more at most."""
MONTE_CARLO = 0.10
"""Standard deviations of 400 replicates have an error of 3.5 %; analytic errors are a few percent low at this n."""

pytestmark = pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")


def quiet(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(*arguments, estimator="cbsem", **options)


def cut(x):
    """Cut normal variables into four categories that crowd at the top."""
    return np.searchsorted([-1.6, -0.8, 0.1], x) + 1.0


def drawn(n, rng, path=0.6, whole=()):
    """Answers on four points of two factors that correlate `path`, with loadings .8, .7, .6 and .9, .8, .7."""
    loading = np.array([0.8, 0.7, 0.6, 0.9, 0.8, 0.7])
    factors = rng.standard_normal((n, 2)) @ np.linalg.cholesky([[1, path], [path, 1]]).T
    x = factors[:, [0, 0, 0, 1, 1, 1]] * loading + rng.standard_normal((n, 6)) * np.sqrt(1 - loading**2)
    frame = pd.DataFrame(cut(x), columns=MODEL.item_names)
    return frame.assign(**{name: x[:, MODEL.item_names.index(name)] for name in whole})


@pytest.fixture(scope="module")
def frame():
    return drawn(600, np.random.default_rng(8))


def measures_of(result):
    return result.covariance.measures.set_index("measure").estimate


@pytest.mark.parametrize("ordinal", [False, True])
def test_three_items_are_fitted_exactly(ordinal, frame):
    """λ₁² = r₁₂r₁₃/r₂₃, whatever the weights: two items and a construct with one, whose path is its loading."""
    result = quiet(SATURATED, frame, discrepancy="DWLS", ordinal=ordinal)
    r = csi.Moments.from_frame(frame, SATURATED, ordinal=ordinal).correlation
    exact = np.sqrt([r[0, 1] * r[0, 2] / r[1, 2], r[0, 1] * r[1, 2] / r[0, 2], r[0, 2] * r[1, 2] / r[0, 1]])
    found = [*result.loadings.estimate[:2], result.paths.estimate[0]]
    np.testing.assert_allclose(found, exact, atol=SQRT_OF_THE_DECREMENT)
    assert measures_of(result)["df"] == 0
    assert measures_of(result)["chisq"] == pytest.approx(0, abs=1e-9)
    assert "no degrees of freedom" in result.summary()


def test_errors_of_a_saturated_model_are_those_of_maximum_likelihood(frame):
    """Robust ones are both those of the rows, with n - 1 here where the others have n."""
    weighted, ml = quiet(SATURATED, frame, discrepancy="DWLS"), quiet(SATURATED, frame, errors="robust")
    n = len(frame)
    np.testing.assert_allclose(weighted.loadings.se, ml.loadings.se * np.sqrt((n - 1) / n), rtol=1e-6)


def test_f_is_the_weighted_sum_of_squares_and_falls_nowhere(frame):
    """χ² = Σ(s - σ)²/var(s) with variances from fourth moments, computed here from their definition."""
    result = quiet(MODEL, frame, discrepancy="DWLS")
    x = frame[list(MODEL.item_names)].to_numpy()
    gap, n = x - x.mean(axis=0), len(x)
    products = gap[:, :, None] * gap[:, None]
    variance = products.var(axis=0) / n
    S, sigma = np.cov(x.T), result.covariance.sigma[0]
    lower = np.tril_indices(6)
    expected = (n - 1) / n * ((S - sigma)[lower] ** 2 / variance[lower]).sum()
    assert measures_of(result)["chisq"] == pytest.approx(expected, rel=1e-8)
    assert np.diag(sigma) == pytest.approx(np.diag(S))


def test_means_are_of_the_answers_and_parameters_of_the_variables_behind(frame):
    result, plain = quiet(MODEL, frame, **WLSMV), csi.fit(MODEL, frame, replicates=0)
    np.testing.assert_allclose(np.diag(result.covariance.sigma[0]), 1.0, atol=SQRT_OF_THE_DECREMENT)
    np.testing.assert_allclose(result.moments.mean, plain.moments.mean)
    np.testing.assert_allclose(result.scores(frame).mean(), result.estimates.index[0])
    table = result.covariance.parameters.set_index(["lhs", "op", "rhs"])
    residuals = [table.estimate[i, "~~", i] for i in MODEL.item_names]
    np.testing.assert_allclose(residuals, 1 - result.loadings.estimate**2, atol=SQRT_OF_THE_DECREMENT)
    assert {"gfi", "p_scaled", "cfi_scaled"} & set(measures_of(result).index) == {"p_scaled", "cfi_scaled"}
    assert measures_of(result)["parameters"] == 7  # four loadings, a path, two variances
    assert "(scaled)" in result.summary() and "polychoric correlations of all 6 items" in result.summary()


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        ({"discrepancy": "DWLS"}, ()),
        (WLSMV, ()),
        ({"discrepancy": "ULS", "ordinal": True}, ()),
        ({"discrepancy": "DWLS", "ordinal": ["q1", "q2", "s1"]}, ("q3", "s2", "s3")),
    ],
)
def test_analytic_errors_are_those_of_the_bootstrap(options, whole):
    """Of polychoric, polyserial and product-moment correlations; the bootstrap knows nothing of influence functions."""
    model = csi.Model.parse(TEXT, target="S", scale=(-9, 9)) if whole else MODEL
    data = drawn(600, np.random.default_rng(8), whole=whole)
    analytic, replicated = quiet(model, data, **options), quiet(model, data, replicates=400, **options)
    for table in ("index", "paths", "loadings", "r2", "index_weights"):
        ratio = getattr(analytic, table).se / getattr(replicated, table).se
        assert abs(ratio - 1).max() < 1.5 * MONTE_CARLO, table
        assert abs(ratio - 1).median() < MONTE_CARLO, table
    assert abs(analytic.impacts().se / replicated.impacts().se - 1).max() < 1.5 * MONTE_CARLO


def test_polyserial_correlations_vary_as_their_influence_says():
    """Over 300 samples, which are units here; the model says nothing beyond one correlation."""
    model = csi.Model.parse("Q =~ q1; S =~ s1; S ~ Q", scale=(-9, 9))
    x = np.random.default_rng(2).multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 300 * 200)
    data = pd.DataFrame({"unit": np.arange(len(x)) // 200, "q1": cut(x[:, 0]), "s1": x[:, 1]})
    paths = quiet(model, data, by="unit", discrepancy="DWLS", ordinal=["q1"]).paths
    assert paths.estimate.mean() == pytest.approx(0.7, abs=0.01)
    assert np.sqrt((paths.se**2).mean()) == pytest.approx(paths.estimate.std(), rel=MONTE_CARLO + 0.03)


@pytest.mark.parametrize("options", [{"discrepancy": "DWLS"}, WLSMV])
def test_weights_and_designs_count(options, frame):
    rng = np.random.default_rng(5)
    data = frame.assign(
        w=rng.uniform(0.5, 2, len(frame)), two=2.0, h=np.arange(len(frame)) % 4, c=np.arange(len(frame)) // 6
    )
    plain, same = quiet(MODEL, data, **options), quiet(MODEL, data, weights="two", **options)
    np.testing.assert_allclose(same.paths[["estimate", "se"]], plain.paths[["estimate", "se"]], rtol=1e-9)
    for design in ({"weights": "w"}, {"strata": "h", "clusters": "c"}):
        analytic, replicated = (quiet(MODEL, data, **design, **options, replicates=r) for r in (0, 400))
        assert abs(analytic.loadings.se / replicated.loadings.se - 1).median() < MONTE_CARLO


@pytest.mark.parametrize("options", [{"discrepancy": "DWLS"}, WLSMV])
def test_reversed_items_only_turn_round(options, frame):
    turned = frame.assign(q2=5 - frame.q2)
    model = csi.Model.parse(TEXT, target="S", reversed=["q2"], scale=(1, 4))
    one, other = quiet(MODEL, frame, **options), quiet(model, turned, **options)
    for table in ("index", "paths", "loadings"):
        a, b = getattr(one, table), getattr(other, table)
        np.testing.assert_allclose(a[["estimate", "se"]], b[["estimate", "se"]], rtol=1e-6)
    np.testing.assert_allclose(measures_of(one), measures_of(other), rtol=1e-6, atol=1e-9)


def test_units_stand_side_by_side(frame):
    data = frame.assign(unit=np.where(np.arange(len(frame)) % 2, "a", "b"))
    result = quiet(MODEL, data, by="unit", **WLSMV)
    alone = quiet(MODEL, data[data.unit == "b"].drop(columns="unit"), **WLSMV)
    both = result.paths[result.paths.unit == "b"]
    np.testing.assert_allclose(both[["estimate", "se"]], alone.paths[["estimate", "se"]], rtol=1e-7)
    measures = result.covariance.measures
    np.testing.assert_allclose(measures[measures.unit == "b"].estimate, measures_of(alone), rtol=1e-6)


def test_replicates_have_the_weights_of_the_sample(frame):
    result = quiet(MODEL, frame, replicates=30, **WLSMV)
    parts = quiet(MODEL, frame, replicates=30, block_size=7, **WLSMV)
    np.testing.assert_allclose(result.replicates.estimates.paths, parts.replicates.estimates.paths, rtol=1e-9)
    assert "replicates with the weights of the sample" in " ".join(result.summary().split())


def test_assessment_takes_the_correlations_that_were_fitted(frame):
    result = quiet(MODEL, frame, replicates=30, **WLSMV)
    fit = csi.assess(result).fit.set_index(["model", "measure"])
    assert fit.estimate["estimated", "srmr"] == pytest.approx(measures_of(result)["srmr"])
    assert fit.p.isna().all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ordinal": True}, ["discrepancy='ML'", "'DWLS'"]),
        ({"ordinal": True, "discrepancy": "GLS"}, ["discrepancy='GLS'", "'DWLS'"]),
        ({"errors": "normal", **WLSMV}, ["errors='normal'", "rows"]),
        ({"errors": "normal", "discrepancy": "DWLS"}, ["errors='normal'", "rows"]),
        ({"missing": "pairwise", **WLSMV}, ["missing='pairwise'", "listwise"]),
        ({"missing": "fiml", "discrepancy": "DWLS"}, ["missing='fiml'", "listwise"]),
        ({"estimator": "pls", "discrepancy": "DWLS"}, ["discrepancy='DWLS'", "'cbsem'"]),
    ],
)
def test_options_that_do_not_go_together(options, words, frame):
    with pytest.raises(csi.OptionError) as caught:
        csi.fit(MODEL, frame, **{"estimator": "cbsem", **options})
    assert all(word in str(caught.value) for word in words)


def test_weights_need_rows(frame):
    with pytest.raises(csi.OptionError, match="'DWLS' need respondents' rows"):
        quiet(MODEL, csi.Moments.from_frame(frame, MODEL), discrepancy="DWLS")
    with pytest.raises(csi.OptionError, match="ordinal"):
        csi.invariance(MODEL, frame.assign(g=frame.q1 > 3), by="g", ordinal=True)


@pytest.mark.slow
def test_intervals_cover_and_chisquare_is_distributed_as_it_says():
    """400 samples, which are units here, of 400 answers on four points, most of them at the top."""
    loading = np.array([0.8, 0.7, 0.6, 0.9, 0.8, 0.7])
    data = drawn(400 * 400, np.random.default_rng(12)).assign(unit=np.arange(400 * 400) // 400)
    result = quiet(MODEL, data, by="unit", **WLSMV)
    covered = []
    for table, truth in ((result.loadings, np.tile(loading, 400)), (result.paths, 0.6)):
        covered += ((table.lower <= truth) & (truth <= table.upper)).tolist()
    # 2,800 intervals that are not independent of each other.
    assert 0.93 < np.mean(covered) < 0.97
    measures = result.covariance.measures
    p = measures[measures.measure == "p_scaled"].estimate
    assert 0.02 < (p < 0.05).mean() < 0.08  # 5 % plus or minus three standard errors of 1.1 %
    assert p.mean() == pytest.approx(0.5, abs=0.05)
    numbers = quiet(MODEL, data, by="unit", errors="robust").loadings.estimate
    assert (numbers - np.tile(loading, 400)).mean() < -0.05  # what taking categories for numbers costs
    print(
        np.mean(covered),
        (p < 0.05).mean(),
        p.mean(),
        (numbers - np.tile(loading, 400)).mean(),
        (result.loadings.estimate - np.tile(loading, 400)).mean(),
    )
