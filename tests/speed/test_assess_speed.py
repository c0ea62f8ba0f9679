"""How long an assessment takes, beside the fit that it is of. Nothing here can fail because a machine is slow."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import csindex as csi

pytest.importorskip("pytest_benchmark")

LIMIT = 1.5

COMPANIES = """
import resource
import csindex as csi

answers = csi.simulate(csi.acsi(), 250, groups=300, seed=1)
result = csi.fit(csi.acsi(), answers, by="unit", replicates=500, progress=False)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
csi.assess(result)
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def answers() -> Any:
    return csi.simulate(csi.ecsi("mobile"), 250, seed=1)


def test_assess_ecsi_with_2000_replicates(benchmark: Any, answers: Any) -> None:
    """Every measure with its interval, f² by re-estimation and the test of exact fit: 250 answers to 24 items."""
    result = csi.fit(csi.ecsi("mobile"), answers, replicates=2000, progress=False)
    found = benchmark.pedantic(lambda: csi.assess(result), rounds=5, warmup_rounds=1)
    benchmark.extra_info |= {"limit_seconds": LIMIT}
    assert np.isfinite(found.fit.se).all()


def test_fit_ecsi_with_2000_replicates_beside_it(benchmark: Any, answers: Any) -> None:
    benchmark.pedantic(
        lambda: csi.fit(csi.ecsi("mobile"), answers, replicates=2000, progress=False), rounds=5, warmup_rounds=1
    )


def test_assess_300_companies_with_500_replicates(benchmark: Any) -> None:
    pytest.importorskip("resource")
    answers = csi.simulate(csi.acsi(), 250, groups=300, seed=1)
    result = csi.fit(csi.acsi(), answers, by="unit", replicates=500, progress=False)
    found = benchmark.pedantic(lambda: csi.assess(result), rounds=1)
    between = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
    run = subprocess.run([sys.executable, "-c", between, COMPANIES], check=True, capture_output=True, text=True)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    before, after = (round(int(number) / unit) for number in run.stdout.split())
    benchmark.extra_info |= {"peak_mib": after, "peak_mib_of_the_fit": before}
    assert len(found.reliability) == 300 * 6 * 5
