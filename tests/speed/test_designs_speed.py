"""What intervals and sampling designs cost beside the plain bootstrap with percentiles, in the same run.

Run with ``python -m pytest tests/speed --benchmark-only``.
"""

import time
from typing import Any

import pytest

import csindex as csi

pytest.importorskip("pytest_benchmark")

MODEL = csi.ecsi()
KINDS: dict[str, dict[str, Any]] = {
    "bca": {"interval": "bca"},
    "weights": {"weights": "weight"},
    "strata, clusters, weights": {"weights": "weight", "strata": "stratum", "clusters": "cluster"},
    "jackknife": {"resampling": "jackknife"},
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_cost_beside_the_plain_bootstrap(benchmark: Any, kind: str) -> None:
    answers = csi.simulate(MODEL, 250, seed=1, clusters=25, weights=0.5)
    answers["stratum"] = answers["cluster"] % 5

    def run(**options: Any) -> float:
        start = time.perf_counter()
        assert len(csi.fit(MODEL, answers, replicates=2000, progress=False, **options).index) == 7
        return time.perf_counter() - start

    benchmark.pedantic(lambda: run(**KINDS[kind]), rounds=5, warmup_rounds=1)
    # Alternating runs see the same machine; the least of each is the least disturbed.
    pairs = [(run(), run(**KINDS[kind])) for _ in range(7)]
    plain, special = (min(times) for times in zip(*pairs, strict=True))
    benchmark.extra_info["ratio_to_plain"] = round(special / plain, 2)
