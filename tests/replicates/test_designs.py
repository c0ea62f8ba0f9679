"""Sampling designs against closed forms, linearised variances and SciPy's bootstrap."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import csindex as csi
from csindex.replicates.intervals import Evidence, uncertainty
from csindex.replicates.resampling import group_jackknife, jackknife, random_groups, rescaled_bootstrap

# Both constructs have a single item, so that each index is a plain (weighted) mean with a known variance.
MODEL = csi.Model.parse("Quality =~ q; Satisfaction =~ s; Satisfaction ~ Quality", scale=(0, 100))
ITEMS = [csi.Item("q", (0, 100)), csi.Item("s", (0, 100))]


@pytest.fixture(scope="module")
def frame():
    """240 answers of 24 clusters in 4 strata, with unequal weights and clusters of unequal size."""
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(24), rng.multinomial(240 - 24 * 4, np.full(24, 1 / 24)) + 4)
    effect = rng.normal(0, 8, 24)[cluster]
    q = np.clip(60 + effect + rng.normal(0, 15, 240), 0, 100)
    s = np.clip(0.6 * q + 25 + effect / 2 + rng.normal(0, 10, 240), 0, 100)
    return pd.DataFrame(
        {"q": q, "s": s, "cluster": cluster, "stratum": cluster % 4, "w": rng.uniform(0.5, 2.5, 240), "N": 15.0}
    )


def index_se(survey, **options):
    return csi.fit(MODEL, survey, progress=False, **options).index.se.to_numpy()


def test_jackknife_of_a_mean_is_its_textbook_error(frame):
    got = index_se(csi.Survey(frame), resampling="jackknife")
    np.testing.assert_allclose(got, frame[["q", "s"]].std() / np.sqrt(240), rtol=1e-10)


def test_stratified_jackknife_of_equal_clusters_is_the_linearised_error(frame):
    equal = frame.groupby("cluster").head(4)
    survey = csi.Survey(equal, strata="stratum", clusters="cluster")
    expected = csi.means(survey, ITEMS).se
    np.testing.assert_allclose(index_se(survey, resampling="jackknife"), expected, rtol=1e-10)


@pytest.mark.parametrize(
    "design",
    [
        {"weights": "w"},
        {"strata": "stratum"},
        {"clusters": "cluster"},
        {"weights": "w", "strata": "stratum", "clusters": "cluster"},
        {"weights": "w", "strata": "stratum", "clusters": "cluster", "fpc": "N"},
    ],
    ids=lambda design: "+".join(design),
)
def test_bootstrap_errors_of_means_are_the_linearised_ones(frame, design):
    survey = csi.Survey(frame, **design)
    expected = csi.means(survey, ITEMS)
    result = csi.fit(MODEL, survey, replicates=4000)
    # A standard error from 4,000 replicates has itself one of 1.1%; linearisation adds a little.
    np.testing.assert_allclose(result.index.se, expected.se, rtol=0.05)
    np.testing.assert_allclose(result.index.deff, expected.deff, rtol=0.10)
    np.testing.assert_allclose(result.index.n_eff, result.index.n / result.index.deff)
    np.testing.assert_allclose(result.index.estimate, expected.estimate)


def test_a_census_has_no_sampling_error(frame):
    everybody = csi.Survey(frame.assign(N=1.0), strata="stratum", clusters="cluster", fpc="N")
    np.testing.assert_allclose(index_se(everybody), 0, atol=1e-9)


def test_fpc_as_population_size_and_as_fraction_agree(frame):
    size = csi.Survey(frame, strata="stratum", clusters="cluster", fpc="N")
    share = csi.Survey(frame.assign(N=6 / 15), strata="stratum", clusters="cluster", fpc="N")
    np.testing.assert_array_equal(index_se(size), index_se(share))
    np.testing.assert_allclose(
        index_se(size),
        np.sqrt(1 - 6 / 15) * index_se(csi.Survey(frame, strata="stratum", clusters="cluster")),
        rtol=0.02,
    )


def test_units_are_domains_of_one_sample(frame):
    survey = csi.Survey(frame.assign(half=np.arange(240) % 2), weights="w", clusters="cluster", by="half")
    expected = csi.means(survey, ITEMS)
    result = csi.fit(MODEL, survey, replicates=4000)
    np.testing.assert_allclose(result.index.se, expected.se, rtol=0.05)
    # Clusters lie in both halves, so that the halves' estimates move together.
    draws = result.replicates.estimates.index[..., 0]
    assert np.corrcoef(draws)[0, 1] > 0.2


def test_balanced_repeated_replication_of_two_clusters_a_stratum():
    # Four strata of two clusters, and the balanced half samples of a Hadamard matrix of order 4... of order 8.
    hadamard = np.array([[1]])
    for _ in range(3):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"stratum": np.repeat(np.arange(4), 10), "cluster": np.tile(np.repeat([1, -1], 5), 4)})
    rows["q"], rows["s"] = rng.uniform(20, 90, (2, 40))
    half = 1 + hadamard[1:5][rows.stratum] * rows.cluster.to_numpy()[:, None]
    names = [f"r{number}" for number in range(8)]
    rows[names] = half
    brr = csi.Survey(rows, replicate_weights=names, replicate_method="BRR")
    design = csi.Survey(rows, strata="stratum", clusters="cluster")
    # For means of equal clusters balanced half samples give the linearised variance exactly (McCarthy 1969).
    np.testing.assert_allclose(index_se(brr), csi.means(design, ITEMS).se, rtol=1e-10)
    np.testing.assert_allclose(csi.means(brr, ITEMS).se, csi.means(design, ITEMS).se, rtol=1e-10)
    fay = csi.Survey(
        rows.assign(**{name: 1 + 0.5 * (half[:, i] - 1) for i, name in enumerate(names)}),
        replicate_weights=names,
        replicate_method="Fay",
        fay=0.5,
    )
    np.testing.assert_allclose(index_se(fay), csi.means(design, ITEMS).se, rtol=1e-10)


def test_supplied_jackknife_weights_equal_the_jackknife(frame):
    multipliers, coefficients = jackknife(
        np.sort(frame.groupby("cluster").stratum.first().to_numpy()), np.zeros(24), slice(0, 24)
    )
    order = frame.groupby("cluster").stratum.first().sort_values(kind="stable").index
    place = pd.Series(np.arange(24), index=order)[frame.cluster].to_numpy()
    names = [f"r{number}" for number in range(24)]
    given = pd.DataFrame(multipliers[place] * frame.w.to_numpy()[:, None], columns=names, index=frame.index)
    supplied = csi.Survey(
        pd.concat([frame, given], axis=1),
        weights="w",
        replicate_weights=names,
        replicate_method="JKn",
        replicate_scale=coefficients,
    )
    own = csi.Survey(frame, weights="w", strata="stratum", clusters="cluster")
    np.testing.assert_allclose(index_se(supplied), index_se(own, resampling="jackknife"), rtol=1e-10)


def test_multipliers_keep_the_strata():
    rng = np.random.default_rng(0)
    stratum = np.repeat([0, 1, 2], [3, 5, 40])
    drawn = rescaled_bootstrap(rng, stratum, np.zeros(48), 500)
    groups = random_groups(rng, stratum, 12)
    deleted, coefficients = group_jackknife(groups, 12, stratum, slice(0, 12))
    for h, size in enumerate([3, 5, 40]):
        np.testing.assert_allclose(drawn[stratum == h].sum(axis=0), size)
        np.testing.assert_allclose(deleted[stratum == h].sum(axis=0), size)
    assert coefficients == pytest.approx(11 / 12)


def test_group_jackknife_of_a_mean_averages_to_its_variance(frame):
    # Random groups: the variance estimator is unbiased, so over many seeds it averages to s²/n.
    variances = [
        index_se(csi.Survey(frame), resampling="jackknife", replicates=30, seed=seed) ** 2 for seed in range(60)
    ]
    np.testing.assert_allclose(np.mean(variances, axis=0), frame[["q", "s"]].var() / 240, rtol=0.10)


def test_raking_takes_out_the_variance_that_margins_explain(frame):
    group = np.where(frame.q > frame.q.median(), "high", "low")
    raked = csi.Survey(frame.assign(group=group), margins={"group": {"high": 0.5, "low": 0.5}})
    # Post-stratification leaves the variance within groups; of a cut variable this is much less.
    within = frame.q.groupby(group).var().mean()
    assert index_se(raked)[0] == pytest.approx(np.sqrt(within / 240), rel=0.08)
    assert index_se(raked)[0] < 0.75 * index_se(csi.Survey(frame))[0]


@pytest.mark.parametrize("method", ["percentile", "basic", "BCa"])
def test_intervals_equal_scipy(method):
    rng = np.random.default_rng(5)
    sample = rng.gamma(2.0, size=60)
    found = stats.bootstrap((sample,), np.mean, n_resamples=1999, method=method, rng=np.random.default_rng(2))
    left_out = (sample.sum() - sample) / 59
    evidence = Evidence(
        estimate=np.array([[sample.mean()]]),
        draws=found.bootstrap_distribution[None, :, None],
        jackknife=left_out[None, :, None],
        leverage=np.full((1, 60), 59 / 60),
    )
    ours = uncertainty(evidence, 0.95, method.lower())
    np.testing.assert_allclose((ours.lower[0, 0], ours.upper[0, 0]), found.confidence_interval, rtol=1e-10)
    assert ours.se[0, 0] == pytest.approx(found.standard_error)


def test_studentized_interval_of_a_mean_is_the_bootstrap_t():
    frame = pd.DataFrame(np.clip(np.random.default_rng(4).gamma(1.5, 12, (120, 2)), 0, 100), columns=["q", "s"])
    result = csi.fit(MODEL, frame, replicates=4000, interval="studentized", progress=False)
    # The textbook's t* = (m* - m)/(s*/√n), without a bootstrap within the bootstrap.
    rng = np.random.default_rng(9)
    draws = frame.q.to_numpy()[rng.integers(0, 120, (20000, 120))]
    t = (draws.mean(1) - frame.q.mean()) / (draws.std(1, ddof=1) / np.sqrt(120))
    se = frame.q.std() / np.sqrt(120)
    expected = frame.q.mean() - np.quantile(t, [0.975, 0.025]) * se
    row = result.index.iloc[0]
    # Inner standard errors of 25 resamples are noisy, which widens t* by about 1/(2·24) of its length.
    np.testing.assert_allclose([row.lower, row.upper], expected, atol=0.25 * se)


@pytest.mark.parametrize("joint", [False, True])
def test_workers_and_blocks_change_nothing(frame, joint):
    survey = csi.Survey(frame, by="stratum", clusters="cluster" if joint else None)
    one = csi.fit(MODEL, survey, replicates=600, progress=False)
    for options in ({"block_size": 1}, {"n_jobs": 2}, {"n_jobs": 2, "block_size": 700}):
        other = csi.fit(MODEL, survey, replicates=600, progress=False, **options)
        pd.testing.assert_frame_equal(one.index, other.index, check_exact=True)
        pd.testing.assert_frame_equal(one.paths, other.paths, check_exact=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strata": "only"}, r"strata have a single row \('x'\).*Join such strata"),
        ({"strata": "stratum", "clusters": "one"}, "single cluster"),
        ({"fpc": "few"}, "fpc is 5 in a stratum with 240"),
        ({"replicate_weights": ["w", "N"]}, "needs replicate_method="),
        ({"replicate_weights": ["w", "N"], "replicate_method": "JKn"}, "needs replicate_scale="),
        ({"replicate_weights": ["w", "N"], "replicate_method": "Fay"}, "go together"),
        ({"replicate_weights": ["w", "N"], "replicate_method": "BRR", "strata": "stratum"}, "already contain"),
        ({"margins": {"stratum": {0: 0.5, 1: 0.5}}}, "stratum"),
    ],
)
def test_impossible_designs_are_refused(frame, change, message):
    rows = frame.assign(only=["x"] + ["y"] * 239, one=frame.stratum, few=5.0)
    with pytest.raises(csi.CsindexError, match=message):
        csi.Survey(rows, **change)


def test_intervals_that_do_not_go_with_the_replicates_are_refused(frame):
    for options in ({"interval": "percentile"}, {"interval": "bca"}, {"interval": "studentized"}):
        with pytest.raises(csi.CsindexError, match="does not go with"):
            csi.fit(MODEL, frame, resampling="jackknife", **options)
    with pytest.raises(csi.CsindexError, match="not available for sampling designs"):
        csi.fit(MODEL, csi.Survey(frame, clusters="cluster"), interval="studentized")
