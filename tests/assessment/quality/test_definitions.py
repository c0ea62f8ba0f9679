"""Every measure by its definition, written down once more in plain NumPy, on a population that no other test has."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

N, NAMES = 400, "ABCD"
LOADINGS = {"a": [0.9, 0.6, 0.75], "b": [0.55, 0.8, 0.7, 0.85], "c": [0.7, 0.7], "d": [0.65, 0.9, 0.5]}
BLOCKS = [slice(0, 3), slice(3, 7), slice(7, 9), slice(9, 12)]
LINKS = {1: [0], 2: [0, 1], 3: [1, 2]}
MODEL = csi.Model.parse(
    "A =~ a1+a2+a3; B =~ b1+b2+b3+b4; C =~ c1+c2; D =~ d1+d2+d3; B ~ A; C ~ A+B; D ~ B+C", scale=(1, 9), reversed=["a2"]
)
EXACT = {"rtol": 0, "atol": 1e-8}


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(77)
    eta = rng.normal(size=(N, 4))
    eta[:, 1] += 0.6 * eta[:, 0]
    eta[:, 2] += 0.4 * eta[:, 0] + 0.3 * eta[:, 1]
    eta[:, 3] += 0.3 * eta[:, 1] + 0.6 * eta[:, 2]
    columns = {}
    for factor, (name, loadings) in zip((eta / eta.std(axis=0)).T, LOADINGS.items(), strict=True):
        for at, loading in enumerate(loadings, 1):
            x = 5 + 1.4 * (loading * factor + np.sqrt(1 - loading**2) * rng.normal(size=N))
            columns[f"{name}{at}"] = np.clip(np.round(x), 1, 9)
    return pd.DataFrame(columns).assign(a2=lambda frame: 10 - frame.a2)


@pytest.fixture(scope="module")
def R(answers):
    turned = answers.assign(a2=10 - answers.a2)
    return np.corrcoef(turned.to_numpy().T)


@pytest.fixture(scope="module")
def w(R):
    """Return outer weights (p, k) by Mode A and the path weighting scheme."""
    w = np.zeros((12, 4))
    for j, block in enumerate(BLOCKS):
        w[block, j] = 1.0
    for _ in range(500):
        w /= np.sqrt(np.diag(w.T @ R @ w))
        C, E = w.T @ R @ w, np.zeros((4, 4))
        for target, sources in LINKS.items():
            E[sources, target] = np.linalg.solve(C[np.ix_(sources, sources)], C[sources, target])
            E[target, sources] = C[target, sources]
        Z, w = R @ w @ E, np.zeros((12, 4))
        for j, block in enumerate(BLOCKS):
            w[block, j] = Z[block, j]
    return w / np.sqrt(np.diag(w.T @ R @ w))


def structural(C):
    B, r2 = np.zeros((4, 4)), np.zeros(4)
    for t, s in LINKS.items():
        B[t, s] = np.linalg.solve(C[np.ix_(s, s)], C[s, t])
        r2[t] = B[t, s] @ C[s, t]
    return B, r2


def implied(C, loadings):
    """Return what a common factor model implies, with constructs that correlate freely, and as the paths say."""
    B, r2 = structural(C)
    A = np.linalg.inv(np.eye(4) - B)
    V = A @ np.diag(np.where(r2 > 0, 1 - r2, 1.0)) @ A.T
    np.fill_diagonal(V, 1.0)
    wide = np.zeros((12, 4))
    for j, block in enumerate(BLOCKS):
        wide[block, j] = loadings[block]
    for M in (C, V):
        sigma = wide @ M @ wide.T
        np.fill_diagonal(sigma, 1.0)
        yield sigma


def distances(R, sigma):
    gap, p = R - sigma, len(R)
    phi = np.linalg.eigvals(np.linalg.solve(R, sigma)).real
    F = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(R)[1] + np.trace(R @ np.linalg.inv(sigma)) - p
    nfi = 1 - F / -np.linalg.slogdet(R)[1]
    return [
        np.sqrt((np.tril(gap) ** 2).sum() / (p * (p + 1) / 2)),
        (gap**2).sum() / 2,
        (np.log(phi) ** 2).sum() / 2,
        nfi,
    ]


def rho_a(R, w):
    S = R - np.diag(np.diag(R))
    return (w @ w) ** 2 * (w @ S @ w) / (w @ (np.outer(w, w) - np.diag(w**2)) @ w)


@pytest.fixture(scope="module")
def fitted(answers):
    return csi.fit(MODEL, answers, replicates=0, tolerance=1e-12, max_iterations=2000)


@pytest.fixture(scope="module")
def found(fitted):
    return csi.assess(fitted, factors=True)


def test_reliability(found, R, w):
    for j, block in enumerate(BLOCKS):
        r, v = R[block, block], w[block, j]
        q, loadings = len(v), (R @ w)[block, j]
        own = found.reliability[found.reliability.construct == NAMES[j]].set_index("measure").estimate
        expected = {
            "alpha": q / (q - 1) * (1 - q / r.sum()),
            "rho_a": rho_a(r, v),
            "rho_c": loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum()),
            "ave": (loadings**2).mean(),
        }
        np.testing.assert_allclose(own[list(expected)], list(expected.values()), **EXACT)


def test_discriminant_validity(found, R):
    def within(block):
        part = R[block, block]
        return part[np.triu_indices(len(part), 1)]

    pairs = [(a, b) for a in range(4) for b in range(a + 1, 4)]
    plain = [
        R[BLOCKS[a], BLOCKS[b]].mean() / np.sqrt(within(BLOCKS[a]).mean() * within(BLOCKS[b]).mean()) for a, b in pairs
    ]
    log = [
        np.log(R[BLOCKS[a], BLOCKS[b]]).mean()
        - (np.log(within(BLOCKS[a])).mean() + np.log(within(BLOCKS[b])).mean()) / 2
        for a, b in pairs
    ]
    for measure, expected in (("htmt", plain), ("htmt2", np.exp(log))):
        np.testing.assert_allclose(found.htmt[found.htmt.measure == measure].estimate, expected, **EXACT)


def test_collinearity_and_effect_sizes(found, R, w):
    C, vif, f2 = w.T @ R @ w, found.vif, found.f2.query("measure == 'f2'").set_index(["source", "target"]).estimate
    _, r2 = structural(C)
    for j, block in enumerate(BLOCKS):
        own = vif[(vif.kind == "item") & (vif.construct == NAMES[j])].estimate
        np.testing.assert_allclose(own, np.diag(np.linalg.inv(R[block, block])), **EXACT)
    for t, s in LINKS.items():
        if len(s) > 1:
            own = vif[(vif.kind == "source") & (vif.construct == NAMES[t])].estimate
            np.testing.assert_allclose(own, np.diag(np.linalg.inv(C[np.ix_(s, s)])), **EXACT)
        for source in s:
            rest = [other for other in s if other != source]
            less = C[rest, t] @ np.linalg.solve(C[np.ix_(rest, rest)], C[rest, t]) if rest else 0.0
            assert f2[NAMES[source], NAMES[t]] == pytest.approx((r2[t] - less) / (1 - r2[t]), abs=1e-8)


def test_information_criteria(found, R, w):
    _, r2 = structural(w.T @ R @ w)
    for t, s in LINKS.items():
        own = found.criteria[found.criteria.construct == NAMES[t]].set_index("criterion").estimate
        c, deviance = len(s) + 1, N * np.log((1 - r2[t]) * (N - 1) / N)
        np.testing.assert_allclose(own[["aic", "bic"]], [deviance + 2 * c, deviance + c * np.log(N)], **EXACT)


def test_fit_of_composites_taken_as_factors(found, R, w):
    loadings = np.concatenate([(R @ w)[block, j] for j, block in enumerate(BLOCKS)])
    expected = np.concatenate([distances(R, sigma) for sigma in implied(w.T @ R @ w, loadings)])
    np.testing.assert_allclose(found.fit.estimate[:8], expected, **EXACT)


def test_consistent_pls(answers, R, w):
    result = csi.fit(MODEL, answers, estimator="plsc", replicates=0, tolerance=1e-12, max_iterations=2000)
    rho = np.array([rho_a(R[block, block], w[block, j]) for j, block in enumerate(BLOCKS)])
    C = w.T @ R @ w / np.sqrt(np.outer(rho, rho))
    np.fill_diagonal(C, 1.0)
    B, r2 = structural(C)
    v = [w[block, j] for j, block in enumerate(BLOCKS)]
    loadings = np.concatenate([x * np.sqrt(r) / (x @ x) for x, r in zip(v, rho, strict=True)])
    np.testing.assert_allclose(result.estimates.paths[0], B, **EXACT)
    np.testing.assert_allclose(result.estimates.r2[0], r2, **EXACT)
    np.testing.assert_allclose(result.loadings.estimate, loadings, **EXACT)
    expected = np.concatenate([distances(R, sigma) for sigma in implied(C, loadings)])
    np.testing.assert_allclose(csi.assess(result).fit.estimate[:8], expected, **EXACT)


def test_a_simple_slope_is_that_of_least_squares(answers):
    model = csi.Model.parse("X =~ b1; Z =~ c1; Y =~ d1; Y ~ X + Z + X:Z", scale=(1, 9))
    x, z, y = ((answers[name] - answers[name].mean()) / answers[name].std() for name in ("b1", "c1", "d1"))
    b, *_ = np.linalg.lstsq(np.column_stack([np.ones(N), x, z, x * z]), y, rcond=None)
    slopes = csi.simple_slopes(csi.fit(model, answers, replicates=0), standardized=True)
    np.testing.assert_allclose(slopes.query("source == 'X'").estimate, b[1] + b[3] * np.array([-1, 0, 1]), **EXACT)


def test_a_prediction_by_one_item_is_that_of_least_squares_in_each_fold(answers):
    model, fold = csi.Model.parse("X =~ b1; Y =~ d1; Y ~ X", scale=(1, 9)), np.arange(N) % 5
    fitted, mean = np.empty(N), np.empty(N)
    for out in range(5):
        train = fold != out
        fitted[~train] = np.polyval(np.polyfit(answers.b1[train], answers.d1[train], 1), answers.b1[~train])
        mean[~train] = answers.d1[train].mean()
    gap = answers.d1 - fitted
    expected = {
        "rmse": np.sqrt((gap**2).mean()),
        "mae": gap.abs().mean(),
        "q2": 1 - (gap**2).sum() / ((answers.d1 - mean) ** 2).sum(),
    }
    items = csi.predict(csi.fit(model, answers, replicates=0), answers, folds=fold).items
    own = items[items.predictor == "pls"].set_index("metric").estimate
    np.testing.assert_allclose(own[list(expected)], list(expected.values()), **EXACT)


def test_em_of_one_item_that_is_missing_by_another_has_a_closed_form(answers):
    frame = answers[["b1", "b2"]].assign(b2=answers.b2.where(answers.b1 <= 6))
    slope, start = np.polyfit(*frame.dropna().to_numpy().T, 1)
    rest = ((frame.b2 - start - slope * frame.b1) ** 2).mean()
    spread = frame.b1.var(ddof=0)
    model = csi.Model.parse("X =~ b1; Y =~ b2; Y ~ X", scale=(1, 9))
    result = csi.fit(model, frame, missing="em", replicates=0)
    np.testing.assert_allclose(result.moments.mean[0], [frame.b1.mean(), start + slope * frame.b1.mean()], atol=1e-5)
    expected = slope * np.sqrt(spread / (rest + slope**2 * spread))
    assert result.paths.estimate.iloc[0] == pytest.approx(expected, abs=1e-5)
