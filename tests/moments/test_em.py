"""missing="em": against closed forms, direct maximisation and lavaan; what fails is told; better than leaving rows out."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config

import csindex as csi
from csindex.moments.em import em_moments, expected_answers
from csindex.replicates.resampling import bootstrap
from tests.reference.moment_runs import by_em, em, loglik

# What is left when no element changes by more than 1e-9 standard deviations in a step of EM, even where 90 % is missing.
CONVERGED = 1e-7
NAMES = ["a", "b", "c", "d"]
MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
ITEMS = list(MODEL.item_names)


def answers(seed: int, n: int, gaps: float, p: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = np.clip(np.round(6 + 1.5 * rng.normal(size=(n, 1)) + 1.2 * rng.normal(size=(n, p))), 1, 10)
    x[rng.random(x.shape) < gaps] = np.nan
    return x[~np.isnan(x).all(axis=1)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_monotone_gaps_have_a_closed_form(seed, weighted):
    """Anderson (1957): the complete part's regression, with the moments of what everybody answered."""
    x = answers(seed, 120, 0.0)
    x[: 30 + seed % 60, 2:] = np.nan
    w = np.random.default_rng(seed).gamma(2, size=len(x)) if weighted else np.ones(len(x))
    mean, cov = by_em(x, w)
    first, part = x[:, :2], ~np.isnan(x[:, 2])
    m1, S1 = np.average(first, axis=0, weights=w), np.cov(first.T, aweights=w, ddof=0)
    m, S = np.average(x[part], axis=0, weights=w[part]), np.cov(x[part].T, aweights=w[part], ddof=0)
    slopes = np.linalg.solve(S[:2, :2], S[:2, 2:])
    np.testing.assert_allclose(mean, [*m1, *(m[2:] + (m1 - m[:2]) @ slopes)], atol=CONVERGED)
    np.testing.assert_allclose(cov[:2, :2], S1, atol=CONVERGED)
    np.testing.assert_allclose(cov[:2, 2:], S1 @ slopes, atol=CONVERGED)
    np.testing.assert_allclose(cov[2:, 2:], S[2:, 2:] + slopes.T @ (S1 - S[:2, :2]) @ slopes, atol=CONVERGED)


@pytest.mark.parametrize("seed", range(3))
def test_the_likelihood_is_at_its_maximum(seed):
    from scipy.optimize import minimize

    x = answers(seed, 60, 0.25, p=3)
    mean, cov = by_em(x)
    low = np.tril_indices(3)

    def minus(theta: np.ndarray) -> float:
        root = np.zeros((3, 3))
        root[low] = theta[3:]
        return -loglik(x, theta[:3], root @ root.T)

    start = np.concatenate([np.nanmean(x, axis=0), (np.nanstd(x, axis=0) * np.eye(3))[low]])
    found = minimize(minus, start, method="BFGS", options={"gtol": 1e-6})
    root = np.zeros((3, 3))
    root[low] = found.x[3:]
    # BFGS with differences of the function stops about 1e-6 from the maximum, whose value is then right to 1e-10.
    np.testing.assert_allclose(mean, found.x[:3], atol=1e-5)
    np.testing.assert_allclose(cov, root @ root.T, atol=5e-5)
    assert loglik(x, mean, cov) >= -found.fun - 1e-10


def test_lavaan(mobi_missing):
    """lavaan stops at a tolerance of 1e-5; it ends 8e-6 from us, and its likelihood is the smaller one."""
    found = em(mobi_missing)
    # Variances are 2 to 8: 1e-5 is the sixth digit.
    assert found["mean"] < 2e-6
    assert found["covariances"] < 1e-5
    assert 0 <= found["likelihood"] < 1e-6


def test_complete_answers_give_the_sample_moments():
    x = answers(1, 80, 0.0)
    mean, cov = by_em(x)
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(cov * 80 / 79, np.cov(x.T), rtol=1e-11)
    frame = pd.DataFrame(x, columns=NAMES)
    found, plain = (csi.Moments.from_frame(frame, NAMES, missing=missing) for missing in ("em", "listwise"))
    assert (found.cov == plain.cov).all()


def test_interactions_of_complete_answers():
    """The products that a stage adds have a solution of their own, not that of the answers."""
    model = csi.Model.parse("A =~ a + b; B =~ c; D =~ d; D ~ A + B + A:B")
    frame = pd.DataFrame(answers(3, 150, 0.0), columns=NAMES)
    found, plain = (quiet_fit(model, frame, missing=missing).paths for missing in ("em", "listwise"))
    pd.testing.assert_frame_equal(found, plain)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_integer_weights_are_repeated_rows(seed):
    frame = pd.DataFrame(answers(seed, 90, 0.15), columns=NAMES)
    times = np.random.default_rng(seed).integers(0, 4, len(frame))
    weighted = csi.Moments.from_frame(frame, NAMES, weights=times, missing="em")
    repeated = csi.Moments.from_frame(frame.loc[frame.index.repeat(times)], NAMES, missing="em")
    np.testing.assert_allclose(weighted.mean, repeated.mean, atol=CONVERGED)
    np.testing.assert_allclose(weighted.correlation, repeated.correlation, atol=CONVERGED)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-1e4, 1e4))
def test_units_of_measurement_do_not_matter(seed, scale, far):
    x = answers(seed, 80, 0.2)
    mean, cov = by_em(x)
    factor = np.array([1, scale, 1, 1])
    moved_mean, moved = by_em(x * factor + far - round(far) + 0.0)
    np.testing.assert_allclose((moved_mean - (far - round(far))) / factor, mean, atol=CONVERGED)
    np.testing.assert_allclose(moved / np.outer(factor, factor), cov, atol=CONVERGED)


def test_few_and_many_rows_of_a_pattern_are_summed_alike():
    """A pattern of few rows is kept as rows, one of many as sums; ten times the rows have the same maximum."""
    x = answers(5, 60, 0.2)
    mean, cov = by_em(x)
    ten = np.repeat(x, 10, axis=0)
    ten_mean, ten_cov = by_em(ten)
    np.testing.assert_allclose(ten_mean, mean, atol=CONVERGED)
    np.testing.assert_allclose(ten_cov, cov, atol=CONVERGED)


@pytest.mark.parametrize("gaps", [0.03, 0.3])
def test_replicates_are_what_their_rows_give(gaps):
    x = answers(2, 150, gaps, p=6)
    counts = bootstrap(np.random.default_rng(3), len(x), 7)
    start = em_moments(x, np.ones((len(x), 1)))
    mean, cov = em_moments(x, counts, (start[0][:, 0], start[1][:, 0]))
    for column in range(7):
        rows = np.repeat(x, counts[:, column].astype(int), axis=0)
        alone_mean, alone_cov = em_moments(rows, np.ones((len(rows), 1)))
        np.testing.assert_allclose(mean[:, column], alone_mean[:, 0], atol=CONVERGED)
        np.testing.assert_allclose(cov[:, column], alone_cov[:, 0], atol=CONVERGED)


def frame_with_gaps(seed: int = 1, n: int = 200, gaps: float = 0.1) -> pd.DataFrame:
    frame = csi.simulate(MODEL, n, seed=seed, missing=gaps)
    return frame[ITEMS]


def quiet_fit(*args: Any, **options: Any) -> csi.Fit:
    return csi.fit(*args, **{"replicates": 0, "progress": False, **options})


def test_results_do_not_depend_on_blocks_workers_or_number():
    frame = frame_with_gaps()
    whole = quiet_fit(MODEL, frame, missing="em", replicates=60)
    blocks = quiet_fit(MODEL, frame, missing="em", replicates=60, block_size=7)
    with parallel_config("threading"):
        workers = quiet_fit(MODEL, frame, missing="em", replicates=60, n_jobs=2)
    for other in (blocks, workers):
        pd.testing.assert_frame_equal(other.index, whole.index)
    fewer = quiet_fit(MODEL, frame, missing="em", replicates=20)
    assert (fewer.replicates.estimates.index == whole.replicates.estimates.index[:, :20]).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_of_the_scores_is_the_index(weighted):
    frame = frame_with_gaps().assign(firm=np.tile(["x", "y"], 100), w=1.0)
    if weighted:
        frame["w"] = np.random.default_rng(1).gamma(2, size=len(frame))
    frame.loc[3, ITEMS] = np.nan
    result = quiet_fit(MODEL, frame, weights="w", by="firm", missing="em")
    scores = result.scores(frame)
    assert scores.loc[3].isna().all()
    assert scores.drop(index=3).notna().all(axis=None)
    rest = scores.drop(index=3).join(frame[["firm", "w"]])
    for firm, part in rest.groupby("firm"):
        index = result.index[result.index["firm"] == firm].set_index("construct").estimate
        found = [np.average(part[name], weights=part["w"]) for name in index.index]
        np.testing.assert_allclose(found, index, atol=100 * CONVERGED)


def test_expected_answers_are_regressions():
    mean, cov = np.array([5.0, 6.0]), np.array([[4.0, 2.0], [2.0, 3.0]])
    x = np.array([[7.0, np.nan], [np.nan, 9.0], [np.nan, np.nan], [1.0, 2.0]])
    expected = [[7.0, 7.0], [7.0, 9.0], [np.nan, np.nan], [1.0, 2.0]]
    np.testing.assert_allclose(expected_answers(x, mean, cov), expected, rtol=1e-12)


def test_what_was_filled_is_told():
    frame = frame_with_gaps()
    result = quiet_fit(MODEL, frame, missing="em")
    gaps = int(frame.isna().sum().sum())
    assert (result.account.filled, result.account.used) == (gaps, 200)
    assert f"{gaps} missing answers in the rows used (maximum likelihood" in " ".join(result.summary().split())


def test_pairs_that_nobody_answered_together():
    frame = frame_with_gaps()
    frame["q2"] = frame["q2"].mask(frame["s1"].notna())
    with pytest.raises(csi.SurveyError, match=r"'q2' and 's1': nobody answered both.*missing='mean'"):
        quiet_fit(MODEL, frame, missing="em")


@pytest.mark.parametrize("options", [{"missing": "em"}, {"missing": "pairwise", "ordinal": ["q2", "s1"]}], ids=str)
def test_a_unit_without_any_answer_to_an_item(options):
    frame = frame_with_gaps().assign(firm=np.tile(["x", "y"], 100))
    frame.loc[frame.firm == "y", "q2"] = np.nan
    with pytest.raises(csi.SurveyError, match="firm 'y': item 'q2': no answers"):
        quiet_fit(MODEL, frame, by="firm", **options)


def test_items_that_say_the_same():
    frame = frame_with_gaps()
    twin = frame["q1"].where(frame["q1"].notna(), 5).mask(np.arange(200) % 9 == 0)
    with pytest.raises(csi.SurveyError, match=r"item 'q[12]': EM finds no covariances"):
        quiet_fit(MODEL, frame.assign(q1=frame["q1"].mask(frame["q1"].isna(), twin), q2=twin), missing="em")


def test_too_many_gaps_are_refused_and_the_unit_can_be_dropped():
    rng = np.random.default_rng(1)
    frame = frame_with_gaps().assign(firm=np.tile(["x", "y"], 100))
    lost = (frame.firm == "y").to_numpy()[:, None] & (rng.random((200, 6)) < 0.85)
    frame[ITEMS] = frame[ITEMS].mask(lost)
    with pytest.raises(csi.SurveyError, match=r"firm 'y': (item|EM|items)"):
        quiet_fit(MODEL, frame, missing="em", by="firm")
    with pytest.warns(csi.UnitWarning), pytest.warns(csi.MissingWarning, match=r"39 of 200 rows .* answer none"):
        kept = quiet_fit(MODEL, frame, missing="em", by="firm", bad_units="drop")
    assert kept.dropped["firm"].tolist() == ["y"]


def test_replicates_without_a_solution_are_counted():
    whole = frame_with_gaps(gaps=0.0)
    frame = whole.copy()
    # Six answer both, the others one of the two.
    frame.loc[6:, "q2"] = whole.loc[6:, "q2"].mask(np.arange(6, 200) % 3 > 0)
    frame.loc[6:, "s1"] = whole.loc[6:, "s1"].mask(np.arange(6, 200) % 3 == 0)
    with pytest.warns(csi.ReplicateWarning, match="could not be estimated"):
        result = quiet_fit(MODEL, frame, missing="em", replicates=200, max_failed=0.9)
    assert result.failures["reason"].tolist() == ["covariances of the items could not be estimated"]
    assert 3 <= result.failures["replicates"].sum() <= 60


@pytest.mark.parametrize("missing", ["em", "mean"])
def test_needs_rows(missing):
    with pytest.raises(csi.OptionError, match=f"missing='{missing}' needs rows"):
        csi.fit(csi.ecsi(), csi.datasets.ecsi_mobile(), missing=missing)


def missing_at_random(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Those who rate quality low mostly leave the page on satisfaction out, and half of the quality items too."""
    low = frame["q1"] <= frame["q1"].quantile(0.4)
    for name in ("s1", "s2", "s3", "q3"):
        frame[name] = frame[name].mask(low & (rng.random(len(frame)) < (0.7 if name != "q3" else 0.4)))
    return frame


@pytest.mark.slow
def test_em_is_right_where_answers_are_missing_at_random():
    """The figures are in docs/moments.md: bias against the population, in points and of the path."""
    population = csi.Population(MODEL, paths=0.7)
    truth = quiet_fit(MODEL, population.moments)
    rng, policies = np.random.default_rng(1), ("listwise", "mean", "pairwise", "em")
    found: dict[str, list[tuple[float, float, float]]] = {policy: [] for policy in policies}
    for seed in range(200):
        frame = missing_at_random(population.draw(500, seed), rng)
        for policy in policies:
            e = _told(frame, policy).estimates
            found[policy].append((e.index[0, 1], e.index[0, 0], e.paths[0, 1, 0]))
    exact = np.array([truth.estimates.index[0, 1], truth.estimates.index[0, 0], truth.estimates.paths[0, 1, 0]])
    bias = {policy: np.mean(values, axis=0) - exact for policy, values in found.items()}
    error = {policy: np.sqrt(np.mean((np.array(values) - exact) ** 2, axis=0)) for policy, values in found.items()}
    noise = np.std(found["em"], axis=0) / np.sqrt(200)
    print(exact, bias, error, noise, sep="\n")
    assert (np.abs(bias["em"]) < 4 * noise + [0.3, 0.3, 0.01]).all()
    for other in ("listwise", "mean", "pairwise"):
        assert (error["em"][[0, 2]] < error[other][[0, 2]]).all(), other
    assert bias["listwise"][0] > 3


def _told(frame: pd.DataFrame, policy: str) -> csi.Fit:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return quiet_fit(MODEL, frame, missing=policy)
