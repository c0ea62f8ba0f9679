"""How long covariance structure models take, with semopy in the same run. Nothing here can fail because a machine is slow."""

from typing import Any

import numpy as np
import pytest

import csindex as csi
from csindex.estimation.cbsem.discrepancy import Sample, distance
from csindex.estimation.cbsem.parameters import Parameters, parameters_of
from csindex.estimation.cbsem.scoring import scored, start
from csindex.estimation.cbsem.semopy import semopy_parameters
from csindex.model.design import design_of

pytest.importorskip("pytest_benchmark")

TEXT = "Q =~ q1 + q2 + q3; V =~ v1 + v2 + v3; S =~ s1 + s2 + s3; L =~ l1 + l2 + l3; V ~ Q; S ~ Q + V; L ~ S"
MODEL = csi.Model.parse(TEXT)
REFITS = 200

pytestmark = pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")


@pytest.fixture(scope="module")
def refits() -> tuple[np.ndarray, Parameters]:
    """Covariances (p, p, m) of bootstrap samples of one survey."""
    x = csi.simulate(MODEL, 250, seed=1)[list(MODEL.item_names)].to_numpy()
    rng = np.random.default_rng(1)
    S = np.stack([np.cov(x[rng.integers(0, len(x), len(x))].T) for _ in range(REFITS)], axis=-1)
    return S, parameters_of(design_of(MODEL))


@pytest.mark.benchmark(group="cbsem, 200 refits")
def test_refits(benchmark: Any, refits: tuple[np.ndarray, Parameters]) -> None:
    S, parameters = refits
    found = benchmark(lambda: scored(start(S, parameters), Sample.of(S), parameters, "ML"))
    assert found.converged.all()


@pytest.mark.benchmark(group="cbsem, 200 refits")
def test_refits_of_semopy(benchmark: Any, refits: tuple[np.ndarray, Parameters]) -> None:
    S, parameters = refits
    each = benchmark.pedantic(lambda: [semopy_parameters(s, parameters, "ML") for s in np.moveaxis(S, -1, 0)], rounds=2)
    theirs, sample = np.array(each).T, Sample.of(S)
    ours = scored(start(S, parameters), sample, parameters, "ML")
    worse = distance(theirs, sample, parameters, "ML").value - ours.value
    benchmark.extra_info["largest_excess_of_F"] = float(worse.max())


@pytest.mark.benchmark(group="cbsem, whole fits")
@pytest.mark.parametrize(
    "options",
    [{}, {"errors": "robust"}, {"replicates": 1000, "progress": False}],
    ids=["normal", "robust", "1000 replicates"],
)
def test_whole_fits(benchmark: Any, options: dict[str, Any]) -> None:
    frame = csi.simulate(MODEL, 250, seed=1)
    result = benchmark(lambda: csi.fit(MODEL, frame, estimator="cbsem", **options))
    assert result.covariance is not None


@pytest.mark.benchmark(group="cbsem, whole fits")
def test_300_companies(benchmark: Any) -> None:
    frame = csi.simulate(MODEL, 250, groups=300, seed=1)
    result = benchmark.pedantic(lambda: csi.fit(MODEL, frame, by="unit", estimator="cbsem", bad_units="drop"), rounds=2)
    assert len(result.sample) > 290
