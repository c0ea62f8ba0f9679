"""Ordinal items: against quadrature, brute force, lavaan, cSEM and semopy; what cannot be estimated is told."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri, owens_t
from scipy.stats import multivariate_normal

import csindex as csi
from csindex.moments.polychoric import binormal_cdf, ordinal_moments
from csindex.replicates.resampling import bootstrap
from tests.reference.moment_runs import (
    SAMPLES,
    correlation,
    from_correlations,
    from_rows,
    polychoric,
    quiet_fit,
    thresholds,
)

# Newton's method ends when a step is below 1e-5 and squares the error in each.
CONVERGED = 1e-8
# cSEM prints 12 digits; its polychor stops optimize() at .Machine$double.eps^0.25 = 1.2e-4 of the interval, near 3e-5 in effect.
POLYCOR = 5e-5
# lavaan's nlminb ends near the maximum to 3e-8 on these tables.
LAVAAN = 1e-7
MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality", scale=(1, 4))
ITEMS = list(MODEL.item_names)


def answers(seed: int, n: int, p: int = 3, categories: int = 4, gaps: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    latent = 0.8 * rng.normal(size=(n, 1)) + 0.6 * rng.normal(size=(n, p))
    cuts = np.sort(rng.normal(-0.3, 0.7, size=(p, categories - 1)))
    x = 1.0 + (latent[:, :, None] > cuts).sum(axis=2)
    x[rng.random(x.shape) < gaps] = np.nan
    return x


POINTS = np.linspace(-3.3, 3.4, 12)


@pytest.mark.parametrize("rho", [-0.9999, -0.97, -0.6, 0.0, 0.3, 0.5, 0.79, 0.81, 0.9, 0.96, 0.995, 0.9999])
def test_bivariate_normal(rho):
    """To 1e-12: Owen's (1956) identity on a grid, and a few points by adaptive quadrature of the conditional."""
    h, k, root = POINTS[:, None, None], POINTS[None, :, None] + 1e-3, np.sqrt(1 - rho**2)
    found = binormal_cdf(h, k, np.array([np.arcsin(rho)]))
    owen = (ndtr(h) + ndtr(k)) / 2 - owens_t(h, (k / h - rho) / root) - owens_t(k, (h / k - rho) / root)
    np.testing.assert_allclose(found, owen - np.where(h * k < 0, 0.5, 0), atol=1e-12)
    for i, j in ((2, 9), (6, 5)):
        a, b = POINTS[i], POINTS[j] + 1e-3
        near = quad(
            lambda z, b=b: np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * ndtr((b - rho * z) / root),
            *(-9, a),
            points=[min(b / rho, a) if rho else 0],
            epsabs=1e-13,
            limit=200,
        )[0]
        np.testing.assert_allclose(found[i, j, 0], near, atol=1e-11)


def test_bivariate_normal_of_scipy():
    h, k = POINTS[:, None], POINTS[None, :]
    found = binormal_cdf(h[..., None], k[..., None], np.array([np.arcsin(0.7)]))[..., 0]
    points = np.stack(np.broadcast_arrays(h, k), axis=-1)
    theirs = multivariate_normal.cdf(points, cov=[[1, 0.7], [0.7, 1]], abseps=1e-12, releps=1e-12, maxpts=10**6)
    np.testing.assert_allclose(found, theirs, atol=1e-10)


@pytest.mark.parametrize("name", SAMPLES)
def test_lavaan_and_csem(mobi, name):
    """lavaan and polycor (in cSEM) both leave empty cells of larger tables empty, as we do."""
    found = polychoric(mobi, name)
    assert found["lavaan"] < LAVAAN
    assert found["cSEM"] < POLYCOR


@pytest.mark.parametrize("name", SAMPLES)
def test_thresholds_of_csem(mobi, name):
    assert thresholds(mobi, name) < 1e-10


@pytest.mark.parametrize("name", SAMPLES)
def test_ordpls_of_csem_from_its_correlations(name):
    for quantity, found in from_correlations(name):
        assert found < (1e-9 if quantity == "consistent paths" else 1e-10), quantity


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.filterwarnings("ignore::csindex.ScaleWarning")
def test_ordpls_of_csem_from_rows(mobi, name):
    assert from_rows(mobi, name) < POLYCOR


def brute_force(x: np.ndarray, y: np.ndarray, h: np.ndarray, k: np.ndarray) -> float:
    """Maximise the likelihood of a table with thresholds held fixed, through scipy's distribution function."""
    h, k = np.array([-9, *h, 9]), np.array([-9, *k, 9])
    a, b = np.unique(x, return_inverse=True)[1], np.unique(y, return_inverse=True)[1]
    cells, counts = np.unique(np.stack([a, b], axis=1), axis=0, return_counts=True)
    corners = np.stack([np.stack([h[cells[:, 0] + i], k[cells[:, 1] + j]], axis=1) for i in (0, 1) for j in (0, 1)])

    def minus(rho: float) -> float:
        F = multivariate_normal.cdf(corners, cov=[[1, rho], [rho, 1]], abseps=1e-10, releps=1e-10)
        return -float(counts @ np.log(np.maximum(F[3] - F[2] - F[1] + F[0], 1e-14)))

    return float(minimize_scalar(minus, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-7}).x)


@pytest.mark.parametrize(("seed", "categories", "gaps"), [(1, 2, 0.0), (2, 5, 0.0), (3, 4, 0.2)])
def test_brute_force(seed, categories, gaps):
    """Thresholds are from all who answered the item, the correlation from all who answered both."""
    x = answers(seed, 200, categories=categories, gaps=gaps)
    found = correlation(x)
    cuts = [
        ndtri(np.cumsum(np.unique(c[~np.isnan(c)], return_counts=True)[1] / (~np.isnan(c)).sum())[:-1]) for c in x.T
    ]
    both = ~np.isnan(x[:, :2]).any(axis=1)
    expected = brute_force(x[both, 0], x[both, 1], cuts[0], cuts[1])
    assert found[0, 1] == pytest.approx(expected, abs=1e-5)


def test_polyserial():
    """Two steps: thresholds, mean and standard deviation first, then the correlation (Olsson, Drasgow & Dorans 1982)."""
    rng = np.random.default_rng(5)
    z = rng.normal(size=250)
    y = 1.0 + (0.6 * z + 0.8 * rng.normal(size=250) > np.array([[-0.9], [0.1], [1.0]])).sum(axis=0)
    found = correlation(np.column_stack([3 + 2 * z, y, z]), ordinal=[False, True, False])
    cuts = np.array([-40, *ndtri(np.cumsum(np.unique(y, return_counts=True)[1] / 250)[:-1]), 40])
    at, standard = y.astype(int), (z - z.mean()) / z.std()

    def minus(rho: float) -> float:
        root = np.sqrt(1 - rho**2)
        inside = ndtr((cuts[at] - rho * standard) / root) - ndtr((cuts[at - 1] - rho * standard) / root)
        return -float(np.log(inside).sum())

    best = minimize_scalar(minus, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-9}).x
    assert found[0, 1] == pytest.approx(best, abs=1e-6)
    assert found[1, 2] == pytest.approx(best, abs=1e-6)
    assert found[0, 2] == pytest.approx(1, abs=1e-12)


def test_known_correlations_are_recovered():
    """Of 100,000 answers; five standard errors, which are about 0.005 at most."""
    rng = np.random.default_rng(1)
    R = np.array([[1, 0.3, -0.6], [0.3, 1, 0.1], [-0.6, 0.1, 1]])
    z = rng.multivariate_normal(np.zeros(3), R, size=100_000)
    x = np.column_stack([1.0 + (z[:, [0]] > [-1.5, -1.0, 0.2]).sum(axis=1), (z[:, 1] > -0.8) * 1.0, z[:, 2]])
    found = correlation(x[:, :2], ordinal=True)
    assert found[0, 1] == pytest.approx(0.3, abs=0.025)
    coarse = np.column_stack([x[:, :2], np.round(z[:, 2], 1)])
    found = correlation(coarse, ordinal=[True, True, False])
    np.testing.assert_allclose(found, R, atol=0.025)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_integer_weights_are_repeated_rows(seed):
    x = answers(seed, 120)
    times = np.random.default_rng(seed).integers(0, 4, len(x))
    np.testing.assert_allclose(correlation(x, 2.5 * times), correlation(np.repeat(x, times, axis=0)), atol=CONVERGED)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_only_the_order_of_categories_matters(seed):
    x = answers(seed, 120)
    R = correlation(x)
    stretched = np.column_stack([x[:, 0] ** 3, 5 - x[:, 1], x[:, 2]])
    turn = np.diag([1, -1, 1])
    np.testing.assert_allclose(correlation(stretched), turn @ R @ turn, atol=CONVERGED)


@pytest.mark.parametrize(("seed", "gaps"), [(1, 0.0), (2, 0.1)])
def test_replicates_are_what_their_rows_give(seed, gaps):
    """Also where a category is not drawn: the rows of the replicate then have a category less."""
    x = answers(seed, 60, categories=5, gaps=gaps)
    counts = bootstrap(np.random.default_rng(seed), len(x), 8)
    flags = np.array([True, True, False])
    start = ordinal_moments(x, np.ones((len(x), 1)), flags)
    mean, cov = ordinal_moments(x, counts, flags, (start[0][:, 0], start[1][:, 0]))
    fewer = 0
    for column in range(8):
        rows = np.repeat(x, counts[:, column].astype(int), axis=0)
        fewer += sum(len(np.unique(rows[:, j])) < len(np.unique(x[:, j])) for j in range(2))
        alone_mean, alone_cov = ordinal_moments(rows, np.ones((len(rows), 1)), flags)
        np.testing.assert_allclose(mean[:, column], alone_mean[:, 0], rtol=1e-10)
        np.testing.assert_allclose(cov[:, column], alone_cov[:, 0], atol=10 * CONVERGED)
    assert fewer > 0


def survey(seed: int = 1, n: int = 250, **options: Any) -> pd.DataFrame:
    return csi.simulate(MODEL, n, seed=seed, level=0.75, spread=0.3, **options)[ITEMS]


def test_the_index_keeps_its_scale():
    """Means and standard deviations are those of the answers; the index is the mean of the respondents' scores."""
    frame = survey()
    result, plain = quiet_fit(MODEL, frame, ordinal=True), quiet_fit(MODEL, frame)
    np.testing.assert_allclose(result.moments.mean, plain.moments.mean, rtol=1e-12)
    np.testing.assert_allclose(result.moments.sd, plain.moments.sd, rtol=1e-12)
    assert (result.moments.correlation > plain.moments.correlation - 1e-12).all()
    np.testing.assert_allclose(result.scores(frame).mean(), result.index.estimate, rtol=1e-12)
    assert "polychoric correlations of all 6 items" in " ".join(result.summary().split())


def test_some_items_only():
    frame = survey()
    some, all_of_them, plain = (
        quiet_fit(MODEL, frame, ordinal=o).moments.correlation[0] for o in (["q1", "s2"], True, False)
    )
    chosen = np.isin(ITEMS, ["q1", "s2"])
    both, none = np.outer(chosen, chosen), np.outer(~chosen, ~chosen)
    np.testing.assert_allclose(some[both], all_of_them[both], atol=CONVERGED)
    np.testing.assert_allclose(some[none], plain[none], atol=1e-12)
    mixed = ~(both | none)
    assert ((some[mixed] > plain[mixed]) & (some[mixed] < all_of_them[mixed])).all()


def test_short_forms():
    frame = survey()
    long = quiet_fit(MODEL, frame, ordinal=True)
    short = quiet_fit(MODEL, frame, estimator="ordinal")
    assert short.options == long.options
    pd.testing.assert_frame_equal(short.paths, long.paths)
    assert quiet_fit(MODEL, frame, estimator="ordinal", ordinal="q1").options.ordinal == ("q1",)
    moments = csi.Moments.from_frame(frame, MODEL, ordinal=ITEMS)
    np.testing.assert_allclose(moments.cov, long.moments.cov[0], atol=CONVERGED)


def test_replicates_blocks_and_units():
    frame = survey(n=600).assign(firm=np.tile(["x", "y"], 300))
    whole = quiet_fit(MODEL, frame, by="firm", ordinal=True, replicates=60)
    pd.testing.assert_frame_equal(
        quiet_fit(MODEL, frame, by="firm", ordinal=True, replicates=60, block_size=9).index, whole.index
    )
    alone = quiet_fit(MODEL, frame[frame.firm == "x"], ordinal=True)
    np.testing.assert_allclose(alone.paths.estimate, whole.paths.query("firm == 'x'").estimate, atol=1e-6)
    assert (whole.paths.se > 0).all()


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"ordinal": True, "missing": "em"}, ["missing='em'", "'pairwise' or 'listwise'"]),
        ({"ordinal": ["q1"], "missing": "mean"}, ["missing='mean'"]),
        ({"ordinal": ["q1", "x1"]}, ["'x1'", "q1, q2"]),
        ({"ordinal": 3}, ["ordinal=3"]),
        ({"ordinal": [1, 2]}, ["ordinal=[1, 2]"]),
    ],
)
def test_what_does_not_go_together(options, parts):
    with pytest.raises(csi.OptionError) as caught:
        csi.fit(MODEL, survey(), **options)
    assert [part for part in parts if part not in str(caught.value)] == []


def test_interactions_are_refused():
    model = csi.Model.parse(
        "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; L =~ l1; L ~ Quality + Satisfaction + Quality:Satisfaction",
        scale=(1, 4),
    )
    frame = survey().assign(l1=survey(2)["s1"])
    with pytest.raises(csi.OptionError, match="ordinal= does not go with an interaction"):
        csi.fit(model, frame, ordinal=True)


def test_predictions_are_refused():
    frame = survey()
    with pytest.raises(csi.OptionError, match="prediction is of the answers"):
        csi.predict(quiet_fit(MODEL, frame, ordinal=True), frame)


def test_moments_have_no_categories():
    with pytest.raises(csi.OptionError, match="ordinal items need rows"):
        csi.fit(csi.ecsi(), csi.datasets.ecsi_mobile(), ordinal=True)


def test_too_many_categories():
    frame = survey()
    frame["q2"] = np.linspace(1, 4, len(frame))
    for call in (lambda: csi.fit(MODEL, frame, ordinal=True), lambda: csi.thresholds(frame, ITEMS)):
        with pytest.raises(csi.SurveyError, match=r"item 'q2' has 250 different answers, 1 to 4.*more than 20"):
            call()


def test_items_that_say_the_same():
    frame = survey()
    with pytest.raises(csi.SurveyError, match=r"'q1' and 'q2'.*polychoric correlation runs to 1 or -1"):
        csi.fit(MODEL, frame.assign(q2=frame.q1), ordinal=True)


def test_matrices_that_are_not_positive_definite():
    """They are told, and estimates are made of them as they are, as other programs do."""
    frame = survey(1, 30)
    with pytest.warns(csi.InadmissibleWarning, match=r"not positive definite \(smallest eigenvalue -0.*ordinal=False"):
        result = csi.fit(MODEL, frame, ordinal=True, replicates=0)
    assert np.linalg.eigvalsh(result.moments.correlation[0])[0] < 0
    assert np.isfinite(result.paths.estimate).all()
    result = quiet_fit(MODEL, survey(5, 50), ordinal=True, replicates=200)
    drawn = result.replicates.estimates
    bad = (np.linalg.eigvalsh(drawn.correlation[drawn.status == 0])[:, 0] < 0).sum()
    assert bad > 0
    assert f"In {bad} replicates the correlations are not positive definite" in " ".join(result.summary().split())


def test_thresholds_by_hand():
    frame = pd.DataFrame(
        {"a": [1, 1, 2, 2, 3, 3, 3, 3], "b": [1, 2, 2, 2, 2, 2, 2, np.nan], "w": [1.0, 1, 1, 1, 1, 1, 1, 1]}
    )
    found = csi.thresholds(frame, ["a", "b"], missing="pairwise")
    assert found[["item", "category"]].to_numpy().tolist() == [["a", 1], ["a", 2], ["b", 1]]
    np.testing.assert_allclose(found.share, [1 / 4, 1 / 2, 1 / 7])
    np.testing.assert_allclose(found.estimate, ndtri(found.share))
    # Standard errors of the shares, over the normal density at the threshold; of 8 rows 7 answered b.
    se = (
        np.sqrt(found.share * (1 - found.share) / [8, 8, 7] * 8 / 7)
        * np.sqrt(2 * np.pi)
        * np.exp(found.estimate**2 / 2)
    )
    np.testing.assert_allclose(found.se, se)
    listwise = csi.thresholds(frame, ["a", "b"])
    np.testing.assert_allclose(listwise.share, [2 / 7, 4 / 7, 1 / 7])
    stack = csi.thresholds(frame.assign(u=[0, 0, 0, 0, 1, 1, 1, 1]), ["a"], by="u")
    assert stack["u"].tolist() == [0, 0, 1, 1]
    assert stack.estimate.isna().tolist() == [False, True, True, True]


@pytest.mark.slow
def test_polychoric_beats_pearson_on_skewed_items_of_four_points():
    """The figures are in docs/ordinal.md. Truth is the model fitted to the correlations of the variables before the cut."""
    skewed = {"q1": 0.9, "q2": 0.8, "q3": 0.9, "s1": 0.85, "s2": 0.95, "s3": 0.8}
    population = csi.Population(MODEL, paths=0.7, level=skewed, spread=0.35)
    factor = 0.8 * np.repeat(np.eye(2), 3, axis=0)
    R = factor @ population.latent @ factor.T
    np.fill_diagonal(R, 1)
    exact = quiet_fit(MODEL, csi.Moments.from_published([2.5] * 6, [1] * 6, R, 1000, items=ITEMS)).paths.estimate[0]
    found = {}
    for ordinal in (False, True):
        fits = [quiet_fit(MODEL, population.draw(500, seed), ordinal=ordinal) for seed in range(200)]
        path = np.array([fit.estimates.paths[0, 1, 0] for fit in fits])
        load = np.array([fit.moments.correlation[0][np.triu_indices(6, 1)] for fit in fits]) - R[np.triu_indices(6, 1)]
        noise = path.std() / np.sqrt(200)
        found[ordinal] = path.mean() - exact, np.sqrt(((path - exact) ** 2).mean()), load.mean(), noise
    print(exact, found)
    assert abs(found[True][0]) < 4 * found[True][3] + 0.005
    assert found[True][1] < found[False][1] / 1.5
    assert found[False][0] < -0.03
