import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csindex.survey.means import linearized_mean, lonely_strata

NAN = float("nan")

# 24 rows made up for this test: 3 strata with 3, 2 and 4 clusters of unequal size, drawn from 12, 10 and 16.
STRATUM = np.repeat([1, 2, 3], [8, 6, 10])
CLUSTER = np.repeat([11, 12, 13, 21, 22, 31, 32, 33, 34], [3, 2, 3, 4, 2, 3, 2, 3, 2])
FRACTION = np.repeat([3 / 12, 2 / 10, 4 / 16], [8, 6, 10])
WEIGHT = np.array(
    [
        *(1.2, 0.8, 1.5, 2.1, 1.9, 0.6, 1.1, 0.9, 3.0, 2.4, 2.7, 3.3),
        *(1.8, 2.2, 0.5, 0.7, 0.9, 1.4, 1.6, 0.4, 1.3, 1.0, 0.8, 2.6),
    ]
)
Y1 = [72, 65, 88, 54, 61, 93, 79, 85, 47, 58, 39, 62, 71, 66, 83, 90, 77, 68, 59, 95, 81, 74, 52, 44]
Y2 = [7, 6, NAN, 5, 6, 9, 8, NAN, 4, 5, 4, 6, 7, 6, 8, 9, 8, NAN, 5, 10, 8, 7, 5, 4]
X = np.column_stack([Y1, Y2])
DOMAIN = np.array([1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1]) == 1

MEANS = {False: [63.17983651226158, 5.805471124620061], True: [62.257028112449795, 5.77433628318584]}

# svy 0.35.0, Sample.estimation.mean(y, deff="wr", drop_nulls=True, where=...): standard errors and design effects of Y1
# and Y2, for the design (strata, clusters, fraction) and for the domain or all.
SVY = {
    ("strata and clusters", False): [5.30117860127346, 0.5600560090511504, 2.992239331542341, 2.710131144469667],
    ("strata and clusters", True): [5.578895033538111, 0.5890262292236619, 2.404113680883782, 2.171661772057593],
    ("finite", False): [4.6815524070847685, 0.4944792056876756, 2.333625885936964, 2.112630037809798],
    ("finite", True): [4.9093339957243485, 0.5184353811876251, 1.8616746198290488, 1.6823338504535499],
    ("weights", False): [3.293414720894135, 0.34467363035198556, 1.154899782429127, 1.0264634776566532],
    ("weights", True): [3.9334720947869433, 0.4115914985829248, 1.1951179417858997, 1.0603657942730866],
    ("clusters", False): [5.061858748297078, 0.5147591142129828, 2.728170438119255, 2.2894727260635803],
    ("clusters", True): [5.0303524477917385, 0.52071007694789, 1.9545889921399047, 1.6971291097160512],
    ("strata", False): [3.0865928479644844, 0.33505165746112386, 1.0144021145670004, 0.9699535253528283],
    ("strata", True): [3.9661867794897727, 0.41856576125628364, 1.2150802012520763, 1.0966052434909805],
}
# samplics 0.6.1, TaylorEstimator(PopParam.mean), remove_nan=True; there fpc is 1 - f. It takes rows without an answer out
# of the design, which is the same only where every cluster has some answers.
SAMPLICS = {
    ("strata and clusters", False): [5.301178601273458, 0.5600560090511504],
    ("strata and clusters", True): [5.578895033538113, 0.5890262292236619],
    ("finite", False): [4.681552407084767, 0.4944792056876756],
    ("finite", True): [4.909333995724349, 0.5184353811876251],
    ("weights", False): [3.2934147208941336, NAN],
    ("weights", True): [3.9334720947869446, NAN],
    ("clusters", False): [5.061858748297076, 0.5147591142129828],
    ("clusters", True): [5.030352447791739, 0.52071007694789],
    ("strata", False): [3.086592847964483, NAN],
    ("strata", True): [3.966186779489774, NAN],
}
DESIGNS = {
    "strata and clusters": (STRATUM, CLUSTER, None),
    "finite": (STRATUM, CLUSTER, FRACTION),
    "weights": (None, None, None),
    "clusters": (None, CLUSTER, None),
    "strata": (STRATUM, None, None),
}


@pytest.mark.parametrize(("design", "within"), SVY)
def test_agrees_with_svy_and_samplics(design, within):
    found = linearized_mean(X, WEIGHT, *DESIGNS[design], DOMAIN if within else None)
    np.testing.assert_allclose(found.mean, MEANS[within], rtol=1e-12)
    np.testing.assert_allclose([*found.se, *found.deff], SVY[design, within], rtol=1e-11)
    other = np.array(SAMPLICS[design, within])
    np.testing.assert_allclose(found.se[~np.isnan(other)], other[~np.isnan(other)], rtol=1e-11)
    np.testing.assert_array_equal(found.n, [17, 15] if within else [24, 21])
    np.testing.assert_allclose(found.n_eff, found.n / found.deff)


def test_degrees_of_freedom_are_clusters_less_strata_that_hold_answers():
    assert linearized_mean(X, WEIGHT, STRATUM, CLUSTER).df.tolist() == [6, 6]
    assert linearized_mean(X, WEIGHT).df.tolist() == [23, 20]
    assert linearized_mean(X, WEIGHT, STRATUM, CLUSTER, domain=STRATUM > 1).df.tolist() == [4, 4]
    assert linearized_mean(X, WEIGHT, STRATUM, None, domain=DOMAIN).df.tolist() == [14, 12]


def test_simple_random_sample_is_s_over_root_n():
    x = np.random.default_rng(1).normal(50, 20, size=(40, 3))
    found = linearized_mean(x, np.full(40, 7.0))
    np.testing.assert_allclose(found.cov, np.cov(x.T) / 40, rtol=1e-12)
    np.testing.assert_allclose(found.deff, 1, rtol=1e-12)
    finite = linearized_mean(x, np.ones(40), fraction=np.full(40, 0.2))
    np.testing.assert_allclose(finite.variance, 0.8 * found.variance, rtol=1e-12)


def test_equal_clusters_are_a_sample_of_their_means():
    x = np.random.default_rng(2).normal(50, 20, size=(12, 5))
    found = linearized_mean(x.reshape(-1, 1), np.ones(60), None, np.repeat(np.arange(12), 5))
    np.testing.assert_allclose(found.variance, x.mean(axis=1).var(ddof=1) / 12, rtol=1e-12)


def test_proportional_strata_leave_the_variance_within():
    x = np.random.default_rng(3).normal(size=(3, 20)) + np.array([[0.0], [10.0], [20.0]])
    found = linearized_mean(x.reshape(-1, 1), np.ones(60), np.repeat(np.arange(3), 20))
    np.testing.assert_allclose(found.variance, x.var(axis=1, ddof=1).mean() / 60, rtol=1e-12)
    assert found.deff[0] < 0.1


def test_whole_clusters_drawn_leave_no_variance():
    found = linearized_mean(X[:, :1], WEIGHT, STRATUM, CLUSTER, np.ones(24))
    np.testing.assert_array_equal(found.variance, 0)


def test_a_domain_is_no_smaller_sample():
    domain = np.random.default_rng(4).random(24) < 0.5
    inside = linearized_mean(X[:, :1], WEIGHT, STRATUM, domain=domain)
    taken_out = linearized_mean(X[domain, :1], WEIGHT[domain], STRATUM[domain])
    np.testing.assert_allclose(inside.mean, taken_out.mean, rtol=1e-12)
    assert not np.allclose(inside.se, taken_out.se, rtol=1e-3)
    blank = linearized_mean(np.where(domain, X[:, 0], np.nan)[:, None], WEIGHT, STRATUM)
    weightless = linearized_mean(X[:, :1], WEIGHT * domain, STRATUM)
    for same in (blank, weightless):
        np.testing.assert_array_equal(same.cov, inside.cov)
        np.testing.assert_array_equal(same.deff, inside.deff)


def test_clusters_of_two_strata_may_have_the_same_code():
    again = np.where(CLUSTER >= 31, CLUSTER - 9, CLUSTER)
    assert set(again[STRATUM == 2]) & set(again[STRATUM == 3]) == {22}
    expected = linearized_mean(X, WEIGHT, STRATUM, CLUSTER)
    np.testing.assert_array_equal(linearized_mean(X, WEIGHT, STRATUM, again).cov, expected.cov)


def test_covariance_of_differences():
    found = linearized_mean(np.nan_to_num(X, nan=6.0), WEIGHT, STRATUM, CLUSTER)
    difference = linearized_mean((np.nan_to_num(X, nan=6.0) @ [1.0, -1.0])[:, None], WEIGHT, STRATUM, CLUSTER)
    np.testing.assert_allclose(np.array([1, -1]) @ found.cov @ [1, -1], difference.variance[0], rtol=1e-12)


def test_single_cluster_has_no_variance_where_its_answers_count():
    cluster = np.where(STRATUM == 2, 21, CLUSTER)
    assert lonely_strata(STRATUM, cluster).tolist() == [2]
    assert np.isnan(linearized_mean(X, WEIGHT, STRATUM, cluster).cov).all()
    one = X.copy()
    one[STRATUM == 2, 1] = np.nan
    found = linearized_mean(one, WEIGHT, STRATUM, cluster)
    assert np.isnan(found.cov).tolist() == [[True, True], [True, False]]
    assert np.isfinite(found.mean).all()


def test_single_cluster_that_was_certain_to_be_drawn_adds_nothing():
    cluster = np.where(STRATUM == 2, 21, CLUSTER)
    certain = np.where(STRATUM == 2, 1.0, 0.0)
    assert lonely_strata(STRATUM, cluster, certain).tolist() == []
    found = linearized_mean(X, WEIGHT, STRATUM, cluster, certain)
    two = linearized_mean(X, WEIGHT, STRATUM, CLUSTER, certain)
    np.testing.assert_allclose(found.cov, two.cov, rtol=1e-12)


def test_answers_of_one_cluster_tell_no_variance():
    assert np.isnan(linearized_mean(X, WEIGHT, STRATUM, CLUSTER, domain=CLUSTER == 11).cov).all()
    nobody = linearized_mean(X, WEIGHT, STRATUM, CLUSTER, domain=CLUSTER == 99)
    assert np.isnan(nobody.mean).all()
    assert np.isnan(nobody.cov).all()
    assert nobody.n.tolist() == [0, 0]


def test_constant_answers():
    found = linearized_mean(np.full((24, 1), 50.0), WEIGHT, STRATUM, CLUSTER)
    np.testing.assert_allclose(found.se, 0, atol=1e-12)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(2, 5))
def test_order_labels_and_units_do_not_matter(seed, strata, clusters):
    rng = np.random.default_rng(seed)
    n = 6 * strata * clusters
    stratum, cluster = np.arange(n) % strata, np.arange(n) // strata % clusters
    x, weight = rng.normal(50, 20, size=(n, 2)), rng.uniform(0.5, 3, n)
    x[rng.random(n) < 0.2, 1] = np.nan
    found = linearized_mean(x, weight, stratum, cluster)
    order = rng.permutation(n)
    again = linearized_mean(
        x[order] * 2 + 5, weight[order] * 9, 70 - 3 * stratum[order], rng.permutation(clusters)[cluster[order]]
    )
    np.testing.assert_allclose(again.mean, found.mean * 2 + 5, rtol=1e-9)
    np.testing.assert_allclose(again.cov, found.cov * 4, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(again.deff, found.deff, rtol=1e-8)
    assert (found.variance > 0).all()


@pytest.mark.slow
def test_variance_is_right_on_average():
    rng = np.random.default_rng(5)
    stratum = np.repeat([0, 1], 60)
    cluster = np.arange(120) // 6
    weight = np.where(stratum, 1.0, 3.0)
    means, variances = [], []
    for _ in range(4000):
        x = rng.normal(size=20)[cluster] + rng.normal(size=120) + 2 * stratum
        found = linearized_mean(x[:, None], weight, stratum, cluster)
        means.append(found.mean[0])
        variances.append(found.variance[0])
    # The variance of 4,000 means is known to 2.2% (sqrt(2/4000)); three of those.
    assert np.mean(variances) == pytest.approx(np.var(means), rel=0.07)
