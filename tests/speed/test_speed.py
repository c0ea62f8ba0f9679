"""How fast csindex is, and how it compares. Nothing here can fail because a machine is slow.

Run with ``python -m pytest tests/speed --benchmark-only``; docs/speed.md has figures.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csindex as csi

pytest.importorskip("pytest_benchmark")

COMPANIES = """
import resource
import csindex as csi

answers = csi.simulate(csi.acsi(), 250, groups=300, seed=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
csi.fit(csi.acsi(), answers, by="unit", replicates=500, progress=False).index
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(before, after)
"""


def every_table(result: csi.Fit) -> list[pd.DataFrame]:
    return [
        result.index,
        result.impacts(),
        result.paths,
        result.effects,
        result.weights,
        result.loadings,
        result.r2,
        result.sample,
    ]


def seconds(call: Callable[[], Any], rounds: int = 5) -> float:
    """Return the least time of several calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def peak_mib(code: str) -> list[int]:
    """Return the numbers of ru_maxrss that `code` prints, in MiB.

    A process between keeps the memory of this one out of them: Linux hands a parent's peak on to its child.
    """
    between = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
    run = subprocess.run([sys.executable, "-c", between, code], check=True, capture_output=True, text=True)
    # Linux counts in KiB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return [round(int(number) / unit) for number in run.stdout.split()]


def test_ecsi_with_5000_replicates_and_all_tables(benchmark: Any) -> None:
    model = csi.ecsi()
    answers = csi.simulate(model, 250, seed=1)
    tables = benchmark.pedantic(
        lambda: every_table(csi.fit(model, answers, replicates=5000, progress=False)),
        rounds=5,
        warmup_rounds=1,
    )
    assert np.isfinite(tables[0].se).all()


@pytest.mark.filterwarnings("ignore::csindex.errors.InadmissibleWarning")
def test_consistent_pls_beside_pls(benchmark: Any) -> None:
    model = csi.ecsi()
    answers = csi.simulate(model, 250, seed=1)

    def run(estimator: str) -> csi.Fit:
        return csi.fit(model, answers, estimator=estimator, replicates=5000, progress=False)

    result = benchmark.pedantic(lambda: run("plsc"), rounds=5, warmup_rounds=1)
    # Alternating runs see the same machine; the least of each is the least disturbed.
    pairs = [[seconds(lambda name=name: run(name), 1) for name in ("pls", "plsc")] for _ in range(7)]
    plain, consistent = (min(times) for times in zip(*pairs, strict=True))
    benchmark.extra_info |= {"ratio_to_pls": round(consistent / plain, 2)}
    assert np.isfinite(result.paths.se).all()


def test_300_companies_with_500_replicates(benchmark: Any) -> None:
    pytest.importorskip("resource")
    model = csi.acsi()
    answers = csi.simulate(model, 250, groups=300, seed=1)
    result = benchmark.pedantic(
        lambda: csi.fit(model, answers, by="unit", replicates=500, progress=False), rounds=3, warmup_rounds=1
    )
    before, after = peak_mib(COMPANIES)
    benchmark.extra_info |= {"peak_mib": after, "peak_mib_before_the_fit": before}
    assert len(result.units) == 300


def test_import(benchmark: Any) -> None:
    benchmark.pedantic(lambda: python("import csindex"), rounds=7, warmup_rounds=1)
    codes = ("import pandas", "import csindex", "import csindex; csindex.fit")
    pandas, ours, use = (seconds(lambda code=code: python(code), 7) for code in codes)
    ratios = {"ratio_to_pandas": round(ours / pandas, 2), "ratio_with_fit": round(use / pandas, 2)}
    benchmark.extra_info |= {"pandas_seconds": round(pandas, 3)} | ratios


def plain_pls(
    R: np.ndarray, blocks: list[np.ndarray], arrows: np.ndarray, tolerance: float = 1e-7
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (p, k) and path coefficients (k, k) as a textbook would compute them: Mode A, path scheme.

    `arrows` (k, k) is True at [target, source] where there is a path.
    """
    p, k = len(R), len(blocks)
    W = np.zeros((p, k))
    for j, block in enumerate(blocks):
        W[block, j] = 1 / np.sqrt(R[np.ix_(block, block)].sum())
    for _ in range(300):
        C = W.T @ R @ W
        E = np.zeros((k, k))
        for j in range(k):
            sources = np.flatnonzero(arrows[j])
            if len(sources):
                E[sources, j] = np.linalg.solve(C[np.ix_(sources, sources)], C[sources, j])
            targets = np.flatnonzero(arrows[:, j])
            E[targets, j] = C[targets, j]
        Z = R @ W @ E
        new = np.zeros_like(W)
        for j, block in enumerate(blocks):
            z = Z[block, j]
            new[block, j] = z / np.sqrt(z @ R[np.ix_(block, block)] @ z)
        done = np.abs(new - W).max() < tolerance
        W = new
        if done:
            break
    C = W.T @ R @ W
    B = np.zeros((k, k))
    for j in range(k):
        sources = np.flatnonzero(arrows[j])
        if len(sources):
            B[j, sources] = np.linalg.solve(C[np.ix_(sources, sources)], C[sources, j])
    return W, B


def test_plain_numpy_loop_as_a_peer(benchmark: Any) -> None:
    model = csi.ecsi()
    answers = csi.simulate(model, 250, seed=1)
    X = answers[list(model.item_names)].to_numpy()
    names, items = list(model.construct_names), list(model.item_names)
    blocks = [np.array([items.index(item) for item in construct.items]) for construct in model.constructs]
    arrows = np.zeros((len(names), len(names)), dtype=bool)
    for path in model.paths:
        arrows[names.index(path.target), names.index(path.source)] = True

    def loop(replicates: int = 200) -> list[np.ndarray]:
        rng = np.random.default_rng(1)
        drawn = (X[rng.integers(0, len(X), len(X))] for _ in range(replicates))
        return [plain_pls(np.corrcoef(rows, rowvar=False), blocks, arrows)[1] for rows in drawn]

    paths = csi.fit(model, answers, replicates=0).paths
    B = plain_pls(np.corrcoef(X, rowvar=False), blocks, arrows)[1]
    ours = [B[names.index(row.target), names.index(row.source)] for row in paths.itertuples()]
    np.testing.assert_allclose(ours, paths.estimate, atol=1e-6)

    benchmark.pedantic(loop, rounds=3, warmup_rounds=1)
    plain = seconds(loop, 3) / 200
    stacked = seconds(lambda: csi.fit(model, answers, replicates=5000, progress=False).paths, 3) / 5000
    benchmark.extra_info |= {
        "milliseconds_a_replicate": round(1000 * plain, 3),
        "csindex_milliseconds_a_replicate": round(1000 * stacked, 4),
        "ratio": round(plain / stacked, 1),
    }
