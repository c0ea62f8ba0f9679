"""The least minimum from several first values."""

import numpy as np
import pytest

import csindex as csi
from csindex.estimation.cbsem.discrepancy import Sample
from csindex.estimation.cbsem.parameters import parameters_of
from csindex.estimation.cbsem.scoring import scored, start
from csindex.estimation.cbsem.search import searched
from csindex.options import Options

ITEMS = (
    "Expectations =~ OVERALLX + CUSTOMX + WRONGX; Quality =~ OVERALLQ + CUSTOMQ + WRONGQ; Value =~ PQ + QP; "
    "Satisfaction =~ SATIS + CONFIRM + IDEAL; Loyalty =~ REPUR; "
)
SEVERAL = "Quality ~ Expectations; Value ~ Expectations + Quality; Satisfaction ~ Expectations; Loyalty ~ Satisfaction + Value"


def banks(paths):
    """Return a model of the banks' answers, and what is fitted of them."""
    model = csi.Model.parse(ITEMS + paths, target="Satisfaction", scale=(1, 10))
    moments = csi.datasets.acsi2015("banks")
    fitted = csi.fit(model, moments, replicates=0)
    return model, moments, parameters_of(fitted.design), Sample.of(np.moveaxis(fitted.moments.cov, 0, -1))


@pytest.mark.parametrize("share", [0.5, 0.0])
@pytest.mark.parametrize("method", ["ML", "GLS"])
def test_damping_ends_wherever_the_search_begins(method, share):
    """Once large, λ must fall again: its steps are short, and are judged by what F should fall over such a step."""
    *_, parameters, sample = banks(
        "Quality ~ Expectations; Value ~ Quality; Satisfaction ~ Value + Quality; Loyalty ~ Value"
    )
    first = start(sample.cov, parameters)
    other = np.where(parameters.of("path")[:, None], share * first, first)
    near, far = (scored(theta, sample, parameters, method) for theta in (first, other))
    assert near.converged.all()
    assert far.converged.all()
    assert far.rounds[0] < 60
    assert far.value[0] == pytest.approx(near.value[0], rel=1e-10)


def test_least_squares_report_the_least_minimum():
    *_, parameters, sample = banks(SEVERAL)
    options = Options(estimator="cbsem", discrepancy="GLS")
    found, higher = searched(sample, parameters, options)
    first = start(sample.cov, parameters)
    between = parameters.of("path") | (parameters.of("factor") & (parameters.row != parameters.column))
    ends = [
        scored(np.where(between[:, None], share * first, first), sample, parameters, "GLS").value[0]
        for share in (1, 0.5, 0)
    ]
    assert max(ends) > 1.1 * min(ends)
    assert found.value[0] == pytest.approx(min(ends), rel=1e-10)
    assert higher[0] == 1


@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning", "ignore::csindex.InadmissibleWarning")
def test_several_minima_are_said():
    model, moments, *_ = banks(SEVERAL)
    with pytest.warns(csi.MinimumWarning, match="GLS' has several minima: 1 search from other first values ended"):
        csi.fit(model, moments, estimator="cbsem", discrepancy="GLS")


def test_a_slow_search_names_the_number_of_rounds():
    model, moments, *_ = banks(SEVERAL)
    with pytest.raises(csi.EstimationError, match="stopped after 2 rounds: try max_iterations=20"):
        csi.fit(model, moments, estimator="cbsem", max_iterations=2)
