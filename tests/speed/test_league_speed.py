"""How long a league of 300 companies takes, and how much memory. Nothing here can fail because a machine is slow."""

import subprocess
import sys
from typing import Any

import pytest

import csindex as csi

pytest.importorskip("pytest_benchmark")

WHOLE = """
import resource
import csindex as csi

answers = csi.simulate(csi.acsi(), 250, groups=300, seed=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
csi.league(csi.fit(csi.acsi(), answers, by="unit", replicates=500, progress=False), shrink="eb").summary()
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.fixture(scope="module")
def result() -> csi.Fit:
    answers = csi.simulate(csi.acsi(), 250, groups=300, seed=1)
    return csi.fit(csi.acsi(), answers, by="unit", replicates=500, progress=False)


def test_league_of_300_companies(benchmark: Any, result: csi.Fit) -> None:
    league = benchmark.pedantic(lambda: csi.league(result, shrink="eb"), rounds=3, warmup_rounds=1)
    assert len(league.table) == 300


def test_fit_and_league_of_300_companies(benchmark: Any) -> None:
    pytest.importorskip("resource")
    answers = csi.simulate(csi.acsi(), 250, groups=300, seed=1)
    benchmark.pedantic(
        lambda: csi.league(csi.fit(csi.acsi(), answers, by="unit", replicates=500, progress=False), shrink="eb"),
        rounds=2,
    )
    between = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
    run = subprocess.run([sys.executable, "-c", between, WHOLE], check=True, capture_output=True, text=True)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    before, after = (round(int(number) / unit) for number in run.stdout.split())
    benchmark.extra_info |= {"peak_mib": after, "peak_mib_before_the_fit": before}
