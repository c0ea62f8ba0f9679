"""The arithmetic of covariance structure models: derivatives, recovery of populations, steps of theory."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import csindex as csi
from csindex.estimation.cbsem import fiml
from csindex.estimation.cbsem.discrepancy import Sample, curvature, distance, hessian, slope
from csindex.estimation.cbsem.fit_measures import ChiSquare, baseline_value, noncentrality, rmsea
from csindex.estimation.cbsem.groups import EQUAL, constrained, places
from csindex.estimation.cbsem.parameters import parameters_of
from csindex.estimation.cbsem.row_errors import normal_directions, response
from csindex.estimation.cbsem.scoring import scored, start
from csindex.estimation.cbsem.semopy import semopy_parameters
from csindex.estimation.cbsem.structure import implied, jacobian
from csindex.model.design import design_of
from csindex.stacks.last_axis import inverse, solve
from csindex.stacks.layout import packing

ROUNDING = 1e-10
DIFFERENCES = 1e-7
"""Relative error of central differences with a step of 1e-5 of a parameter."""
EXACT = 1e-6
"""Parameters of a population recovered from its covariances: the decrement ends at 1e-15, its root at 3e-8."""

MODELS = {
    "chain": "A =~ a1 + a2 + a3; B =~ b1 + b2; C =~ c1 + c2 + c3; B ~ A; C ~ A + B",
    "exogenous": "A =~ a1 + a2 + a3; B =~ b1 + b2 + b3; C =~ c1; D =~ d1 + d2 + d3; C ~ A + B; D ~ A + B",
    "feedback": "A =~ a1 + a2; B =~ b1 + b2; C =~ c1 + c2 + c3; D =~ d1 + d2 + d3; C ~ A + D; D ~ B + C",
}
METHODS = ["ML", "GLS", "ULS", "DWLS"]


@pytest.fixture(params=MODELS)
def design(request):
    return design_of(csi.Model.parse(MODELS[request.param], target="C", feedback=request.param == "feedback"))


def population(parameters, rng, members=1):
    """Parameters of proper populations: loadings about .8, paths about .4, residuals about .5."""
    theta = np.zeros((parameters.q, members))
    for role, low, high in (("loading", 0.7, 1.3), ("path", 0.2, 0.5), ("residual", 0.3, 0.9), ("intercept", 4, 7)):
        mine = parameters.of(role)
        theta[mine] = rng.uniform(low, high, (mine.sum(), members))
    factor = parameters.of("factor")
    same = parameters.row == parameters.column
    theta[factor & same] = rng.uniform(0.5, 1.0, ((factor & same).sum(), members))
    theta[factor & ~same] = rng.uniform(0.1, 0.2, ((factor & ~same).sum(), members))
    return theta


def sampled(S):
    """Return covariances (p, p, m) with weights of their own for DWLS."""
    i, j = np.indices(S.shape[:2])
    return Sample.of(S, weight=np.repeat((1.0 + i * j % 3)[..., None], S.shape[2], axis=2))


def answers(sigma, n, rng):
    return rng.multivariate_normal(np.zeros(len(sigma)), sigma, n)


def differences(function, theta, step=1e-5):
    """Return central differences of a function of (q, m) parameters at a single (q, 1), last axis parameters."""
    h = step * np.maximum(np.abs(theta[:, 0]), 0.1)
    up, down = function(theta + np.diag(h)), function(theta - np.diag(h))
    return (up - down) / (2 * h)


def many(sample, m):
    return sample.part(np.zeros(m, dtype=np.intp))


def test_auto_covariances_are_those_of_lavaan():
    """Exogenous constructs covary, and so do the residuals of those that lead nowhere."""
    found = parameters_of(design_of(csi.Model.parse(MODELS["exogenous"], target="C")))
    names = ["A", "B", "C", "D"]
    factor = found.of("factor") & (found.row != found.column)
    assert [(names[i], names[j]) for i, j in zip(found.row[factor], found.column[factor], strict=True)] == [
        ("B", "A"),
        ("D", "C"),
    ]
    assert found.degrees() == 10 * 11 // 2 - found.q


def test_implied_covariances_are_those_of_simulated_factors(design, rng):
    """Σ by going through the equations with a million factors and errors."""
    parameters = parameters_of(design)
    theta = population(parameters, rng)
    found = implied(theta, parameters)
    psi, B = found.matrices.disturbances[..., 0], found.matrices.paths[..., 0]
    A = np.linalg.inv(np.eye(design.k) - B)
    L = found.matrices.loadings[..., 0]
    expected = L @ A @ psi @ A.T @ L.T + found.matrices.residuals[..., 0]
    np.testing.assert_allclose(found.sigma[..., 0], expected, atol=ROUNDING)
    np.testing.assert_allclose(found.causal[..., 0], A, atol=ROUNDING)


def test_jacobian_is_the_derivative(design, rng):
    parameters = parameters_of(design)
    theta = population(parameters, rng)
    numeric = differences(lambda t: implied(t, parameters).sigma, theta)
    found = jacobian(implied(theta, parameters), parameters)[..., 0]
    np.testing.assert_allclose(found[packing(design.p)[2]], numeric, atol=DIFFERENCES)


@pytest.mark.parametrize("method", METHODS)
def test_slope_and_second_derivatives(design, method, rng):
    """Away from the minimum, so that every term counts."""
    parameters = parameters_of(design)
    theta = population(parameters, rng)
    S = np.cov(answers(implied(theta, parameters).sigma[..., 0], 60, rng).T)[..., None]
    sample = sampled(S)
    at = distance(theta, sample, parameters, method)
    q = parameters.q
    value = differences(lambda t: distance(t, many(sample, q), parameters, method).value, theta)
    np.testing.assert_allclose(slope(at, sample, parameters)[:, 0], -value / 2, atol=DIFFERENCES * np.abs(value).max())

    def slopes(t):
        same = many(sample, q)
        return slope(distance(t, same, parameters, method), same, parameters)

    second = -differences(slopes, theta)
    ours = hessian(at, sample, parameters, method)[..., 0]
    np.testing.assert_allclose(ours, second, atol=DIFFERENCES * np.abs(second).max())
    np.testing.assert_allclose(ours, ours.T, atol=ROUNDING)


@pytest.mark.parametrize("method", METHODS)
def test_expected_curvature_is_that_where_the_model_holds(design, method, rng):
    parameters = parameters_of(design)
    theta = population(parameters, rng)
    sample = sampled(implied(theta, parameters).sigma)
    at = distance(theta, sample, parameters, method)
    H = hessian(at, sample, parameters, method)
    np.testing.assert_allclose(curvature(at, parameters), H, atol=ROUNDING * np.abs(H).max())


@pytest.mark.parametrize("method", METHODS)
def test_populations_are_recovered(design, method, rng):
    parameters = parameters_of(design)
    theta = population(parameters, rng, 20)
    S = implied(theta, parameters).sigma
    found = scored(start(S, parameters), sampled(S), parameters, method)
    assert found.converged.all()
    np.testing.assert_allclose(found.theta, theta, atol=EXACT)
    assert np.abs(found.value).max() < 1e-12


@pytest.mark.parametrize("method", ["ML", "GLS"])
def test_units_of_items_do_not_matter(design, method, rng):
    parameters = parameters_of(design)
    S = np.cov(answers(implied(population(parameters, rng), parameters).sigma[..., 0], 300, rng).T)
    units = rng.uniform(0.1, 10, design.p)
    both = np.stack([S, S * units * units[:, None]], axis=-1)
    found = scored(start(both, parameters), Sample.of(both), parameters, method)
    assert found.value[0] == pytest.approx(found.value[1], rel=1e-10)


def test_members_do_not_depend_on_each_other(design, rng):
    parameters = parameters_of(design)
    sigma = implied(population(parameters, rng), parameters).sigma[..., 0]
    S = np.stack([np.cov(answers(sigma, 150, rng).T) for _ in range(8)], axis=-1)
    whole = scored(start(S, parameters), Sample.of(S), parameters, "ML")
    few = scored(start(S[..., 3:6].copy(), parameters), Sample.of(S[..., 3:6].copy()), parameters, "ML")
    np.testing.assert_allclose(whole.theta[:, 3:6], few.theta, rtol=ROUNDING)


@pytest.mark.parametrize("method", ["ML", "GLS", "ULS"])
def test_semopy_finds_the_same_minimum(design, method, rng):
    """On a proper sample; its tolerance leaves its parameters within about 1e-4 of ours."""
    parameters = parameters_of(design)
    S = np.cov(answers(implied(population(parameters, rng), parameters).sigma[..., 0], 400, rng).T)
    sample = Sample.of(S[..., None])
    ours = scored(start(S[..., None], parameters), sample, parameters, method)
    theirs = semopy_parameters(S, parameters, method)
    assert np.isfinite(theirs).all()
    assert distance(theirs[:, None], sample, parameters, method).value[0] == pytest.approx(ours.value[0], abs=1e-6)
    np.testing.assert_allclose(theirs, ours.theta[:, 0], atol=2e-3)


def test_directions_are_a_factor_of_the_normal_covariance(rng):
    """n·cov(s_ij, s_kl) = σ_ik σ_jl + σ_il σ_jk."""
    X = rng.standard_normal((50, 4))
    sigma = np.cov(X.T)
    gap = normal_directions(sigma)
    got = np.einsum("ijd,kld->ijkl", gap, gap)
    expected = np.einsum("ik,jl->ijkl", sigma, sigma) + np.einsum("il,jk->ijkl", sigma, sigma)
    np.testing.assert_allclose(got, expected, atol=ROUNDING)


@pytest.mark.parametrize("method", METHODS)
def test_response_is_the_derivative_of_the_estimate(design, method, rng):
    """The parameters of covariances that are moved a little, against the formula; the model need not hold."""
    parameters = parameters_of(design)
    S = np.cov(answers(implied(population(parameters, rng), parameters).sigma[..., 0], 100, rng).T)
    gap = normal_directions(S)[..., ::5]
    step = 1e-4
    moved = np.concatenate([S[..., None] + step * gap, S[..., None] - step * gap], axis=2)
    theta = scored(start(S[..., None], parameters), sampled(S[..., None]), parameters, method).theta
    begin = np.repeat(theta, moved.shape[2], axis=1)
    found = scored(begin, sampled(moved), parameters, method, near=True).theta
    d = gap.shape[2]
    numeric = (found[:, :d] - found[:, d:]) / (2 * step)
    ours = response(theta[:, 0], sampled(S[..., None]), parameters, method, gap, observed=True)
    np.testing.assert_allclose(ours, numeric, atol=1e-4 * np.abs(numeric).max())


def test_inverse_says_where_a_matrix_is_not_positive_definite(rng):
    A = rng.standard_normal((4, 4))
    stack = np.stack([A @ A.T, np.diag([1.0, 1.0, -1.0, 1.0])], axis=-1)
    back, logdet = inverse(stack)
    np.testing.assert_allclose(back[..., 0], np.linalg.inv(stack[..., 0]), rtol=1e-8)
    assert logdet[0] == pytest.approx(np.linalg.slogdet(stack[..., 0])[1])
    assert np.isnan(back[..., 1]).all() and np.isnan(logdet[1])


def test_one_bad_member_does_not_stop_the_others(rng):
    A = rng.standard_normal((3, 3))
    H = np.stack([A @ A.T, np.full((3, 3), np.nan), np.ones((3, 3))], axis=-1)
    g = rng.standard_normal((3, 3))
    x = solve(H, g)
    np.testing.assert_allclose(H[..., 0] @ x[:, 0], g[:, 0], atol=1e-8)
    assert np.isnan(x[:, 1]).all()


def test_baseline_of_generalized_least_squares_is_a_minimum(rng):
    S = np.cov(rng.standard_normal((80, 5)) @ rng.standard_normal((5, 5)), rowvar=False)[..., None]
    sample = Sample.of(S)
    least = baseline_value(sample, "GLS")[0]
    P = sample.inverse[..., 0]

    def value(d):
        VE = P @ (S[..., 0] - np.diag(d))
        return np.trace(VE @ VE) / 2

    best = np.linalg.solve(P**2, np.diag(P))
    assert value(best) == pytest.approx(least)
    assert all(value(best * (1 + 0.01 * rng.standard_normal(5))) >= least for _ in range(50))


@pytest.mark.parametrize(("chisq", "df"), [(443.65, 165), (30.0, 20), (12.0, 20), (5000.0, 100)])
def test_noncentrality_puts_the_statistic_at_its_quantile(chisq, df):
    for share in (0.05, 0.95):
        found = float(noncentrality(np.array([chisq]), df, share)[0])
        if found > 0:
            assert stats.ncx2.cdf(chisq, df, found) == pytest.approx(share, abs=1e-9)
        else:
            assert stats.chi2.cdf(chisq, df) <= share
    test = ChiSquare(np.array([chisq]), df, np.array([1e4]), 300, np.array([250.0]))
    found = rmsea(test)
    assert found["rmsea_lower"] <= found["rmsea"] <= found["rmsea_upper"]


def test_equal_groups_give_the_parameters_of_one(rng, design):
    """Two groups with the same moments: nothing is lost by holding everything equal."""
    parameters = parameters_of(design, means=True, factor_means=True)
    theta = population(parameters, rng)
    made = implied(theta, parameters)
    sample = Sample.of(np.repeat(made.sigma, 2, axis=2), np.repeat(made.mean, 2, axis=1))
    for step, equal in EQUAL.items():
        start_ = np.repeat(theta * (1 + 0.05 * rng.standard_normal(theta.shape)), 2, axis=1)
        found = constrained(start_, sample, np.array([100.0, 300.0]), parameters, equal)
        assert found.converged, step
        assert found.value.max() < 1e-12, step
        np.testing.assert_allclose(
            found.theta[parameters.of("loading", "path")],
            np.repeat(theta, 2, axis=1)[parameters.of("loading", "path")],
            atol=1e-5,
        )


def test_factor_means_are_free_only_under_equal_intercepts(design):
    parameters = parameters_of(design, means=True, factor_means=True)
    for step, equal in EQUAL.items():
        place, free = places(parameters, 3, equal)
        means = place[parameters.of("mean")]
        assert (means[:, 0] == -1).all()
        assert ((means[:, 1:] >= 0) == ("intercept" in equal)).all(), step
        assert sorted(np.unique(place[place >= 0])) == list(range(free))


class TestCasewise:
    """Maximum likelihood by patterns against what complete data and derivatives say."""

    @pytest.fixture
    def case(self, design, rng):
        parameters = parameters_of(design, means=True)
        theta = population(parameters, rng)
        made = implied(theta, parameters)
        x = made.mean[:, 0] + answers(made.sigma[..., 0], 200, rng)
        return parameters, theta[:, 0], x

    def test_complete_rows_give_maximum_likelihood_of_their_moments(self, case):
        parameters, theta, x = case
        patterns = fiml.patterns_of(x, np.ones(len(x)))
        assert len(patterns) == 1
        found, converged = fiml.fitted(theta, patterns, parameters)
        assert converged
        base = parameters_of(parameters.design)
        S = np.cov(x.T, ddof=0)[..., None]
        by_moments = scored(start(S, base), Sample.of(S), base, "ML")
        np.testing.assert_allclose(found[: base.q], by_moments.theta[:, 0], atol=1e-5)
        np.testing.assert_allclose(found[base.q :], x.mean(axis=0), atol=1e-5)

    def test_scores_add_up_to_nothing_and_information_is_their_derivative(self, case, rng):
        parameters, theta, x = case
        x = np.where(rng.random(x.shape) < 0.1, np.nan, x)
        patterns = fiml.patterns_of(x, np.ones(len(x)))
        found, converged = fiml.fitted(theta, patterns, parameters)
        assert converged
        scores = fiml.case_scores(found, x, patterns, parameters)
        assert np.abs(scores.mean(axis=0)).max() < 1e-6
        h, a = 1e-4, int(np.flatnonzero(parameters.of("path"))[0])
        e = np.eye(len(found))[a] * h
        up, down = (fiml.case_scores(found + side * e, x, patterns, parameters).mean(axis=0) for side in (1, -1))
        information = fiml.observed_information(found, patterns, parameters)
        np.testing.assert_allclose(information[a], -(up - down) / (2 * h), atol=1e-5)

    def test_deviance_is_that_of_the_normal_distribution(self, case, rng):
        parameters, theta, x = case
        x = np.where(rng.random(x.shape) < 0.2, np.nan, x)
        x = x[~np.isnan(x).all(axis=1)]
        made = implied(theta[:, None], parameters)
        patterns = fiml.patterns_of(x, np.ones(len(x)))
        ours = fiml.deviance(made.sigma, made.mean, patterns)[0] + fiml.constant(patterns)
        there = [~np.isnan(row) for row in x]
        expected = [
            stats.multivariate_normal(made.mean[t, 0], made.sigma[np.ix_(t, t)][..., 0]).logpdf(row[t])
            for row, t in zip(x, there, strict=True)
        ]
        assert ours == pytest.approx(-2 * np.mean(expected), rel=1e-10)


@pytest.mark.parametrize("discrepancy", ["ML", "GLS", "ULS"])
@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning", "ignore::csindex.InadmissibleWarning")
def test_the_index_weighs_items_by_loading_over_residual_variance(discrepancy):
    """λ/θ from the table of parameters alone, on the questions' scales; single items count fully."""
    moments = csi.datasets.acsi2015("banks")
    result = csi.fit(csi.acsi(), moments, estimator="cbsem", discrepancy=discrepancy)
    found = result.covariance.parameters
    loading = found[found.op == "=~"].set_index("rhs")
    residual = found[(found.op == "~~") & (found.lhs == found.rhs)].set_index("lhs").estimate
    for name, items in loading.groupby("lhs").groups.items():
        if len(items) == 1:
            continue
        weight = loading.estimate[items] / residual[items]
        mean = 100 * (pd.Series(moments.mean.ravel(), moments.items)[items] - 1) / 9
        index = result.index.set_index("construct").estimate[name]
        assert index == pytest.approx(weight @ mean / weight.sum(), abs=1e-9)
