"""Closed forms of what comparisons are made of: differences, tests of several groups, distances."""

import numpy as np
import pytest

import csindex as csi
from csindex.assessment.groups.difference import between, difference, mga, on_z_scale, welch
from csindex.assessment.groups.distance import average_distances, implied_constructs, implied_items
from csindex.assessment.groups.scales import equal_jointly, scaled
from csindex.index.differences import critical_z, gap_limits
from csindex.model.design import design_of
from csindex.replicates.intervals import Evidence, uncertainty

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2; Loyalty =~ l1; Satisfaction ~ Quality; Loyalty ~ Satisfaction"
)


def test_mga_is_the_double_sum():
    rng = np.random.default_rng(1)
    draws = rng.normal([[0.2], [0.0], [-0.1]], 0.3, size=(3, 40)).reshape(3, 40, 1)
    draws[0, 3], draws[1, 5], draws[1, 6] = np.nan, np.nan, np.nan
    first, second = np.array([0, 1]), np.array([1, 2])
    for at, (i, j) in enumerate(zip(first, second, strict=True)):
        a, b = (x[np.isfinite(x)] for x in (draws[i, :, 0], draws[j, :, 0]))
        wins = 2 * a.mean() - a[:, None] - 2 * b.mean() + b > 0
        assert mga(draws, first, second)[at, 0] == pytest.approx(1 - wins.mean(), abs=1e-12)


def test_mga_of_equal_constants_is_a_half():
    assert mga(np.ones((2, 10, 1)), np.array([0]), np.array([1])) == pytest.approx(0.5)


def test_welch_of_two_groups_is_the_square_of_welchs_t():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(2)
    x, y = rng.normal(size=20), rng.normal(0.5, 2, size=35)
    se = np.array([[x.std(ddof=1) / 20**0.5], [y.std(ddof=1) / 35**0.5]])
    F, df, p = welch(np.array([[x.mean()], [y.mean()]]), se, np.array([19.0, 34.0]))
    theirs = ttest_ind(x, y, equal_var=False)
    assert F[0] == pytest.approx(theirs.statistic**2)
    assert df[0] == pytest.approx(theirs.df)
    assert p[0] == pytest.approx(theirs.pvalue)


def test_welch_of_three_groups_is_that_of_statsmodels():
    from statsmodels.stats.oneway import anova_oneway

    rng = np.random.default_rng(3)
    samples = [rng.normal(m, s, n) for m, s, n in ((0, 1, 15), (0.6, 2, 30), (0.2, 1.5, 22))]
    theirs = anova_oneway(samples, use_var="unequal", welch_correction=True)
    estimate = np.array([[x.mean()] for x in samples])
    se = np.array([[x.std(ddof=1) / len(x) ** 0.5] for x in samples])
    F, df, p = welch(estimate, se, np.array([len(x) - 1.0 for x in samples]))
    assert (F[0], df[0], p[0]) == pytest.approx((theirs.statistic, theirs.df_denom, theirs.pvalue))


def test_correlations_are_tested_on_fishers_scale():
    rng = np.random.default_rng(6)
    z = rng.normal(0.8, 0.1, (2, 50, 2))
    draws = np.tanh(z)
    draws[1, 3, 1] = 1.2
    found = on_z_scale(Evidence(np.tanh(z[:, 0]), draws), share=False)
    np.testing.assert_allclose(found.draws[..., 0], z[..., 0])
    np.testing.assert_allclose(found.estimate[:, 0], z[:, 0, 0])
    np.testing.assert_array_equal(found.draws[..., 1], draws[..., 1])
    squares = on_z_scale(Evidence(np.tanh(z[:, 0]) ** 2, np.tanh(z) ** 2), share=True)
    np.testing.assert_allclose(squares.draws, z)


def test_the_joint_test_of_independent_groups_is_welchs():
    rng = np.random.default_rng(4)
    y, se, df = rng.normal(size=(4, 2)), rng.uniform(0.5, 2, (4, 2)), np.array([9.0, 20, 30, 5])
    F, rest, p = welch(y, se, df)
    covariance = np.stack([np.diag(se[:, c] ** 2) for c in range(2)])
    joint = equal_jointly(y, covariance, np.repeat(df[:, None], 2, axis=1))
    np.testing.assert_allclose(joint, (F, [3, 3], rest, p))


def test_an_error_that_groups_share_makes_their_joint_test_sharper():
    y = np.array([[70.0], [71.0], [72.0]])
    df = np.full((3, 1), 30.0)
    shared = equal_jointly(y, (np.eye(3) + 5)[None], df)
    apart = equal_jointly(y, (np.eye(3) * 6)[None], df)
    assert shared[3][0] == pytest.approx(equal_jointly(y, np.eye(3)[None], df)[3][0], rel=0.01)
    assert shared[3] < apart[3]


def test_each_kind_of_parameter_goes_back_to_its_own_scale():
    rng = np.random.default_rng(8)
    z = np.array([[0.9], [0.5]])
    draws = np.tanh(z[:, None] + 0.08 * rng.standard_normal((2, 800, 1)))
    pair = np.array([0]), np.array([1])
    for kind, power in (("correlation", 1), ("share", 2), ("number", 1)):
        found = scaled(Evidence(np.tanh(z) ** power, draws**power), kind, np.array([160.0, 160.0]), False)
        apart = found.pairs(*pair)
        lower, upper = gap_limits(apart, critical_z(0.95), found.scale)
        gap = np.tanh(0.9) ** power - np.tanh(0.5) ** power
        assert 0 < lower[0, 0] < gap < upper[0, 0] < 1
        plain = np.var(draws[0] ** power, ddof=1) + np.var(draws[1] ** power, ddof=1)
        assert (upper - lower)[0, 0] == pytest.approx(2 * 1.96 * np.sqrt(plain), rel=0.1)
        # A quarter of the degrees of freedom of a mean.
        assert (apart.degrees[0, 0] > 200) == (kind == "number")


def test_jackknife_variances_of_independent_samples_add_up():
    rng = np.random.default_rng(5)
    draws, c = rng.normal(size=(2, 30, 3)), np.full((2, 30), 29 / 30)
    estimate = draws.mean(axis=1) + 0.1
    pair = np.array([0]), np.array([1])
    evidence = Evidence(estimate, draws, coefficients=c)
    own = uncertainty(evidence, 0.95, "normal").se
    apart = uncertainty(difference(evidence, *pair, False), 0.95, "normal")
    np.testing.assert_allclose(apart.se[0] ** 2, (own**2).sum(axis=0), rtol=1e-12)
    paired = uncertainty(difference(evidence, *pair, True), 0.95, "normal").se[0]
    gap = draws[0] - draws[1] - (estimate[0] - estimate[1])
    np.testing.assert_allclose(paired**2, (29 / 30 * gap**2).sum(axis=0), rtol=1e-12)


def test_between_is_the_weighted_variance():
    values, size = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 1.0, 2.0])
    assert between(values, size)[0] == pytest.approx(np.var([1, 2, 4, 4]))


def test_distances_of_diagonal_matrices_are_known():
    a, b = np.diag([1.0, 1.0]), np.diag([np.e, np.e**3])
    uls, geodesic = average_distances(np.stack([a, b])[None])[0]
    assert uls == pytest.approx(0.5 * ((np.e - 1) ** 2 + (np.e**3 - 1) ** 2))
    assert geodesic == pytest.approx(0.5 * (1 + 9))
    assert average_distances(np.stack([a, a, a])[None])[0] == pytest.approx([0, 0], abs=1e-20)
    broken = average_distances(np.stack([np.stack([a, np.diag([1.0, -1.0])]), np.stack([a, a * np.nan])]))
    assert np.isfinite(broken[0, 0]) and np.isnan(broken[0, 1]) and np.isnan(broken[1]).all()


def test_a_chain_implies_products_of_its_paths():
    design = design_of(MODEL)
    truth = csi.Population(MODEL, paths=0.5)
    C, B = truth.latent[None], truth.coefficients[None]
    r2 = np.einsum("mij,mij->mi", B, C)
    np.testing.assert_allclose(implied_constructs(C, B, r2, design)[0], C[0], atol=1e-12)


def test_population_moments_are_what_the_model_implies_up_to_the_cutting():
    """With composites left as they are observed, only items of different constructs are implied."""
    result = csi.fit(MODEL, csi.Population(MODEL, paths=0.5).moments, replicates=0)
    R = result.moments.correlation.reshape(1, 6, 6)
    e = result.estimates
    S = implied_items(e, R, result.design)
    np.testing.assert_allclose(np.einsum("mii->mi", S), 1.0)
    k = MODEL.item_names.index
    assert S[0, k("q1"), k("q2")] == pytest.approx(e.loadings[0, k("q1")] * e.loadings[0, k("q2")])
    assert S[0, k("q1"), k("s1")] == pytest.approx(e.loadings[0, k("q1")] * e.loadings[0, k("s1")] * e.paths[0, 1, 0])
