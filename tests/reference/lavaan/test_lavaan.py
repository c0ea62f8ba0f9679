"""Covariance structure models against lavaan 0.6-14: parameters, standard errors and fit measures.

lavaan stops its optimiser when the gradient is about 1e-6, so that its parameters are exact to about four digits of a
standard error, and what is flat at the minimum (measures of fit) to eight or more.
"""

import pytest

import csindex as csi
from tests.reference.lavaan.lavaan_runs import (
    FIML,
    FLAT,
    HOLZINGER,
    NOT_OURS,
    ORDINAL,
    REDUCED,
    RUNS,
    abilities,
    chisquare_with_whole_weight,
    democracy,
    fitted,
    fitted_ordinal,
    fitted_with_gaps,
    holzinger,
    in_halves,
    lavaan,
    listwise,
    measures,
    ordinal_measures,
    parameters,
    relative,
    standardized,
    steps,
    steps_parameters,
)
from tests.reference.reference_runs import figures, moments

pytestmark = pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")

AT_THE_MINIMUM = 1e-8
"""Relative error of measures that are flat at the minimum: χ², likelihoods and what is made of them."""
OF_THE_PARAMETERS = 1e-5
"""Of those that move with the parameters, such as SRMR."""
OF_AN_ERROR = 1e-4
"""Error of a parameter relative to its standard error or itself, whichever is larger, and of a standard error to itself."""
ILL_DETERMINED = 1e-3
"""The same of standard errors where constructs correlate up to .995 and lavaan's own optimiser leaves χ² at 8e-8 above."""
OF_POLYCHORIC = 1e-7
"""The same of measures that are flat at the minimum: lavaan ends its search for polychoric correlations about 3e-8 away."""
TOLERANCE = {
    "estimates": OF_AN_ERROR,
    "standard errors": OF_AN_ERROR,
    "standardized estimates": OF_THE_PARAMETERS,
    "standard errors of standardized": OF_AN_ERROR,
    **dict.fromkeys(FLAT, AT_THE_MINIMUM),
}


def agree(gaps, **looser):
    """Hold every gap to its tolerance; what has none moves with the parameters."""
    for name, found in gaps:
        assert found <= looser.get(name, TOLERANCE.get(name, OF_THE_PARAMETERS)), name


def data_of(run, request):
    """Rows where the run needs them, else moments at twelve digits."""
    return request.getfixturevalue("mobi") if run == "MLR" else moments("mobi")


@pytest.mark.parametrize(("model", "run"), RUNS)
def test_fit_measures(model, run, request):
    theirs, result = lavaan(model, run)["measures"], fitted(model, run, data_of(run, request))
    for name, found in measures(theirs, result, NOT_OURS.get((model, run), ())):
        moving = ILL_DETERMINED if model == "full" and not name.startswith("rmsea.ci") else OF_THE_PARAMETERS
        assert found <= TOLERANCE.get(name, moving), name


@pytest.mark.parametrize("run", ["ML", "MLR", "GLS", "ML_wishart"])
def test_parameters_and_standard_errors(run, request):
    agree(parameters(lavaan("reduced", run)["parameters"], fitted("reduced", run, data_of(run, request))))


def test_parameters_of_unweighted_least_squares():
    gaps = dict(parameters(lavaan("reduced", "ULS")["parameters"], fitted("reduced", "ULS", moments("mobi"))))
    assert gaps["estimates"] < OF_AN_ERROR


def test_parameters_where_constructs_overlap():
    theirs = lavaan("full", "ML")["parameters"]
    agree(parameters(theirs, fitted("full", "ML", moments("mobi"))), **{"standard errors": ILL_DETERMINED})


@pytest.mark.parametrize("run", ["ML", "MLR", "GLS"])
def test_standard_errors_of_standardized_loadings_and_paths(run, request):
    agree(standardized(lavaan("reduced", run)["standardized"], fitted("reduced", run, data_of(run, request))))


@pytest.mark.parametrize("run", FIML)
def test_full_information_maximum_likelihood(run, mobi_missing):
    theirs, result = lavaan("missing", run), fitted_with_gaps(run, mobi_missing)
    agree(measures(theirs["measures"], result, NOT_OURS["missing", run]))
    agree(parameters(theirs["parameters"], result))


@pytest.mark.parametrize("run", ORDINAL)
def test_ordinal_items(run, mobi):
    theirs, result = lavaan("ordinal", run), fitted_ordinal(run, mobi)
    agree(ordinal_measures(theirs["measures"], result), **dict.fromkeys(FLAT, OF_POLYCHORIC))
    agree(parameters(theirs["parameters"], result))
    agree(standardized(theirs["standardized"], result))


def test_chisquare_of_ordinal_items_with_the_mean_alone(mobi):
    measures = fitted_ordinal("WLSMV_collapsed5", mobi).covariance.measures.set_index("measure").estimate
    theirs = lavaan("ordinal", "WLSM_collapsed5")["measures"]["chisq.scaled"]
    assert relative(measures["chisq_mean_scaled"], theirs) < OF_THE_PARAMETERS


def test_the_sampling_covariance_that_weights_come_from(mobi):
    """χ² of weighted least squares with the whole of Γ, at lavaan's parameters."""
    theirs, result = figures("lavaan")["WLS"], csi.fit(REDUCED, mobi, estimator="cbsem", discrepancy="DWLS")
    ours = chisquare_with_whole_weight(theirs["implied"], result, mobi)
    assert relative(ours, theirs["measures"]["chisq"]) < AT_THE_MINIMUM


def test_listwise_deletion(mobi_missing):
    theirs, result = lavaan("missing", "listwise_ML"), listwise(mobi_missing)
    agree(measures(theirs["measures"], result))
    agree(parameters(theirs["parameters"], result))


def test_invariance_steps(mobi):
    theirs, result = figures("lavaan")["groups"], in_halves(mobi)
    agree(steps(theirs, result))
    agree(steps_parameters(theirs, result), estimates=2 * OF_AN_ERROR)


def test_invariance_steps_of_two_schools():
    """The three factors of Holzinger & Swineford (1939) with all paths between them fit as three that correlate."""
    result = csi.invariance(HOLZINGER, holzinger(), by="school", steps=["strict"])
    agree(steps(figures("lavaan")["Holzinger groups"], result))


@pytest.mark.parametrize("run", ["ML", "MLR", "GLS", "ULS"])
def test_measures_of_three_abilities(run):
    theirs = figures("lavaan")["Holzinger"][run]["measures"]
    agree(measures(theirs, abilities(run), NOT_OURS.get(("reduced", run), ())))


@pytest.mark.parametrize("method", ["ML", "GLS", "ULS"])
def test_political_democracy(method):
    agree(democracy(method), cfi=1e-6, tli=1e-6, rmsea=1e-6)
