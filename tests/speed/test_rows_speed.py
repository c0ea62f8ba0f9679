"""How fast EM and polychoric correlations are, beside plain loops that compute the same."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtri
from scipy.stats import multivariate_normal

import csindex as csi

pytest.importorskip("pytest_benchmark")

REPLICATES = 1000


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def plain_em(x: np.ndarray, tolerance: float = 1e-9) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance (divided by n) as a textbook would compute them: row patterns, one solve for each."""
    n, p = x.shape
    patterns, which = np.unique(np.isnan(x), axis=0, return_inverse=True)
    mean, S = np.nanmean(x, axis=0), np.diag(np.nanvar(x, axis=0))
    unit = np.sqrt(np.diag(S))
    while True:
        filled, spread = x.copy(), np.zeros((p, p))
        for number, gap in enumerate(patterns):
            if gap.any():
                rows = np.flatnonzero(which.ravel() == number)
                slopes = np.linalg.solve(S[np.ix_(~gap, ~gap)], S[np.ix_(~gap, gap)])
                filled[np.ix_(rows, gap)] = mean[gap] + (x[np.ix_(rows, ~gap)] - mean[~gap]) @ slopes
                spread[np.ix_(gap, gap)] += len(rows) * (S[np.ix_(gap, gap)] - S[np.ix_(gap, ~gap)] @ slopes)
        new_mean = filled.mean(axis=0)
        new = ((filled - new_mean).T @ (filled - new_mean) + spread) / n
        change = max(np.abs((new_mean - mean) / unit).max(), np.abs((new - S) / np.outer(unit, unit)).max())
        mean, S = new_mean, new
        if change < tolerance:
            return mean, S


def test_em_with_1000_replicates(benchmark: Any) -> None:
    model = csi.ecsi()
    answers = csi.simulate(model, 250, seed=1, missing=0.03)
    x = answers[list(model.item_names)].to_numpy(dtype=np.float64)
    moments = csi.Moments.from_frame(answers, model, missing="em")
    np.testing.assert_allclose(plain_em(x)[1] * 250 / 249, moments.cov, atol=1e-6)

    result = benchmark.pedantic(
        lambda: csi.fit(model, answers, missing="em", replicates=REPLICATES, progress=False), rounds=3
    )
    rng = np.random.default_rng(1)
    plain = np.mean([seconds(lambda: plain_em(x[rng.integers(0, 250, 250)])) for _ in range(10)])
    benchmark.extra_info["ratio_to_plain_loop"] = round(plain * REPLICATES / benchmark.stats.stats.min, 1)
    assert result.sample.failed.item() == 0


def plain_polychoric(x: np.ndarray, y: np.ndarray) -> float:
    """Return the two-step polychoric correlation of two items, through scipy's distribution function."""
    cuts = [np.array([-9, *ndtri(np.cumsum(np.unique(c, return_counts=True)[1] / len(c))[:-1]), 9]) for c in (x, y)]
    codes = np.stack([np.unique(c, return_inverse=True)[1] for c in (x, y)], axis=1)
    cells, counts = np.unique(codes, axis=0, return_counts=True)
    corners = [np.stack([cuts[0][cells[:, 0] + i], cuts[1][cells[:, 1] + j]], axis=1) for i in (0, 1) for j in (0, 1)]

    def minus(rho: float) -> float:
        F = multivariate_normal.cdf(np.stack(corners), cov=[[1, rho], [rho, 1]])
        return -float(counts @ np.log(np.maximum(F[3] - F[2] - F[1] + F[0], 1e-14)))

    return float(minimize_scalar(minus, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-6}).x)


@pytest.mark.parametrize("categories", [5, 10])
def test_polychoric_with_1000_replicates(benchmark: Any, categories: int) -> None:
    model = csi.ecsi()
    answers = csi.simulate(model, 250, seed=1)[list(model.item_names)]
    answers = np.ceil(answers / 2) if categories == 5 else answers
    x = answers.to_numpy(dtype=np.float64)
    ours = csi.Moments.from_frame(answers, model, ordinal=True).correlation
    assert plain_polychoric(x[:, 0], x[:, 9]) == pytest.approx(ours[0, 9], abs=1e-4)

    benchmark.pedantic(lambda: csi.fit(model, answers, ordinal=True, replicates=REPLICATES, progress=False), rounds=2)
    pairs = [(0, 9), (3, 20), (7, 8)]
    plain = np.mean([seconds(lambda a=a, b=b: plain_polychoric(x[:, a], x[:, b])) for a, b in pairs]) * 276
    benchmark.extra_info["ratio_to_plain_loop"] = round(plain * REPLICATES / benchmark.stats.stats.min, 1)
