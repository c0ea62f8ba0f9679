"""Covariance structure models against lavaan 0.6-14: parameters, standard errors and fit measures.

lavaan stops its optimiser when the gradient is about 1e-6, so that its parameters are exact to about four digits of a
standard error, and what is flat at the minimum (measures of fit) to eight or more.
"""

import numpy as np
import pandas as pd
import pytest
from reference_runs import figures, moments

import csindex as csi
from csindex.estimation.covariance.discrepancy import Sample, curvature, distance, hessian
from csindex.estimation.covariance.measures import ChiSquare, baseline_value, relative_measures
from csindex.estimation.covariance.parameters import parameters_of
from csindex.estimation.covariance.scoring import scored
from csindex.estimation.covariance.start import start
from csindex.model.design import design_of

pytestmark = pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")

AT_THE_MINIMUM = 1e-8
"""Relative error of measures that are flat at the minimum: χ², likelihoods and what is made of them."""
OF_THE_PARAMETERS = 1e-5
"""Of those that move with the parameters, such as SRMR."""
OF_AN_ERROR = 1e-4
"""Error of a parameter relative to its standard error or itself, whichever is larger, and of a standard error to itself."""
ILL_DETERMINED = 1e-3
"""The same of standard errors where constructs correlate up to .995 and lavaan's own optimiser leaves χ² at 8e-8 above."""

REDUCED = csi.Model.parse(figures("lavaan")["meta"]["model"], target="Satisfaction")
FULL = csi.ecsi("mobile")
HOLZINGER = csi.Model.parse(
    "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9; textual ~ visual; speed ~ visual + textual",
    scale=(0, 10),
)
OURS = {
    "npar": "parameters", "chisq": "chisq", "df": "df", "baseline.chisq": "baseline_chisq", "baseline.df": "baseline_df",
    "cfi": "cfi", "tli": "tli", "nfi": "nfi", "rmsea": "rmsea", "logl": "loglik", "unrestricted.logl": "loglik_saturated",
    "aic": "aic", "bic": "bic", "bic2": "bic_adjusted",
}  # fmt: skip
LOOSER = {
    "pvalue": "p", "rmsea.pvalue": "p_close", "srmr": "srmr", "gfi": "gfi", "agfi": "agfi", "chisq.scaled": "chisq_scaled",
    "chisq.scaling.factor": "scaling", "cfi.robust": "cfi_robust", "tli.robust": "tli_robust", "rmsea.robust": "rmsea_robust",
}  # fmt: skip
INTERVALS = {"rmsea.ci.lower": "lower", "rmsea.ci.upper": "upper"}
RUNS = {
    ("reduced", "ML"): {},
    ("reduced", "MLR"): {"errors": "robust"},
    ("reduced", "GLS"): {"discrepancy": "GLS"},
    ("reduced", "ULS"): {"discrepancy": "ULS"},
    ("reduced", "ML_wishart"): {"likelihood": "wishart"},
    ("full", "ML"): {},
    ("full", "MLR"): {"errors": "robust"},
}
# Other definitions: lavaan's GFI of ULS counts variances and covariances alike; its robust measures with missing answers are
# those of Zhang & Savalei (2023); its p-value and standard errors of ULS take n·F for χ² and W for the moments' precision.
NOT_OURS = {
    ("reduced", "ULS"): {"gfi", "agfi", "pvalue", "rmsea.pvalue"},
    ("missing", "FIML_ML"): {"gfi", "agfi", "cfi.robust", "tli.robust", "rmsea.robust"},
    ("missing", "FIML_MLR"): {"gfi", "agfi", "cfi.robust", "tli.robust", "rmsea.robust"},
}
WITHOUT_LIKELIHOOD = ("GLS", "ULS")


def lavaan(model, run):
    return figures("lavaan")[model][run]


def fitted(model, run, data):
    return csi.fit({"reduced": REDUCED, "full": FULL}[model], data, estimator="cbsem", **RUNS[model, run])


def data_of(run, request):
    """Rows where the run needs them, else moments at twelve digits."""
    return request.getfixturevalue("mobi") if run == "MLR" else moments("mobi")


def measures_agree(theirs, result, skipped=(), looser=OF_THE_PARAMETERS):
    ours = result.covariance.measures.set_index("measure")
    for names, tolerance in ((OURS, AT_THE_MINIMUM), (LOOSER, looser)):
        for name, mine in names.items():
            if name in theirs and name not in skipped:
                assert ours.estimate[mine] == pytest.approx(theirs[name], rel=tolerance, abs=1e-15), name
    for name, end in INTERVALS.items():
        assert ours[end]["rmsea"] == pytest.approx(theirs[name], rel=OF_THE_PARAMETERS), name


def matched(theirs, parameters):
    """Return both programs' free parameters side by side."""
    columns = ["lhs", "op", "rhs", "est", "their_se"]
    frame = pd.DataFrame(theirs, columns=columns)
    free = frame[frame.their_se > 0]
    both = free.merge(parameters, on=["lhs", "op", "rhs"])
    assert len(both) == len(free)
    return both


def parameters_agree(theirs, result, se_tolerance=OF_AN_ERROR):
    both = matched(theirs, result.covariance.parameters)
    assert (abs(both.est - both.estimate) / np.maximum(abs(both.est), both.their_se)).max() < OF_AN_ERROR
    if se_tolerance:
        assert abs(both.se / both.their_se - 1).max() < se_tolerance


@pytest.mark.parametrize(("model", "run"), RUNS)
def test_fit_measures(model, run, request):
    result = fitted(model, run, data_of(run, request))
    looser = ILL_DETERMINED if model == "full" else OF_THE_PARAMETERS
    measures_agree(lavaan(model, run)["measures"], result, NOT_OURS.get((model, run), ()), looser)


@pytest.mark.parametrize("run", ["ML", "MLR", "GLS", "ML_wishart"])
def test_parameters_and_standard_errors(run, request):
    parameters_agree(lavaan("reduced", run)["parameters"], fitted("reduced", run, data_of(run, request)))


def test_parameters_of_unweighted_least_squares():
    result = fitted("reduced", "ULS", moments("mobi"))
    parameters_agree(lavaan("reduced", "ULS")["parameters"], result, se_tolerance=None)


def test_parameters_where_constructs_overlap():
    parameters_agree(lavaan("full", "ML")["parameters"], fitted("full", "ML", moments("mobi")), ILL_DETERMINED)


@pytest.mark.parametrize("run", ["ML", "MLR", "GLS"])
def test_standard_errors_of_standardized_loadings_and_paths(run, request):
    """Ours come from small steps of the moments, lavaan's from derivatives of each formula."""
    result = fitted("reduced", run, data_of(run, request))
    ours = pd.concat(
        [
            result.loadings.assign(lhs=result.loadings.construct, op="=~", rhs=result.loadings["item"]),
            result.paths.assign(lhs=result.paths.target, op="~", rhs=result.paths.source),
        ]
    )
    both = matched(lavaan("reduced", run)["standardized"], ours)
    assert abs(both.est - both.estimate).max() < OF_THE_PARAMETERS
    assert abs(both.se / both.their_se - 1).max() < OF_AN_ERROR


@pytest.mark.parametrize(("run", "errors"), [("FIML_ML", "normal"), ("FIML_MLR", "robust")])
def test_full_information_maximum_likelihood(run, errors, mobi_missing):
    theirs = lavaan("missing", run)
    result = csi.fit(REDUCED, mobi_missing, estimator="cbsem", missing="fiml", errors=errors)
    measures_agree(theirs["measures"], result, NOT_OURS.get(("missing", run), ()))
    parameters_agree(theirs["parameters"], result)


def test_listwise_deletion(mobi_missing):
    result = csi.fit(REDUCED, mobi_missing, estimator="cbsem")
    measures_agree(lavaan("missing", "listwise_ML")["measures"], result)
    parameters_agree(lavaan("missing", "listwise_ML")["parameters"], result)


def steps_agree(theirs, result):
    ours = result.steps.set_index("step")
    for step, found in theirs.items():
        for name in ("chisq", "df", "cfi", "tli", "rmsea", "aic", "bic"):
            assert ours[name][step] == pytest.approx(found["measures"][name], rel=AT_THE_MINIMUM), (step, name)
        for name, mine in {"srmr": "srmr", "rmsea.ci.lower": "rmsea_lower", "rmsea.ci.upper": "rmsea_upper"}.items():
            assert ours[mine][step] == pytest.approx(found["measures"][name], rel=OF_THE_PARAMETERS), (step, name)


def test_invariance_steps(mobi):
    frame = mobi.assign(half=np.where(np.arange(len(mobi)) < 125, 1, 2))
    theirs = figures("lavaan")["groups"]
    result = csi.invariance(REDUCED, frame, by="half", steps=["strict", "structural"])
    steps_agree(theirs, result)
    for step, found in theirs.items():
        frame = pd.DataFrame(found["parameters"], columns=["lhs", "op", "rhs", "half", "est", "their_se"])
        both = frame[frame.their_se > 0].merge(
            result.parameters[result.parameters.step == step], on=["lhs", "op", "rhs", "half"]
        )
        assert len(both) == (frame.their_se > 0).sum()
        assert (abs(both.est - both.estimate) / np.maximum(abs(both.est), both.their_se)).max() < 2 * OF_AN_ERROR
        assert abs(both.se / both.their_se - 1).max() < OF_AN_ERROR


def holzinger():
    from semopy.examples import holzinger39

    return holzinger39.get_data()


def test_invariance_steps_of_two_schools():
    """The three factors of Holzinger & Swineford (1939) with all paths between them fit as three that correlate."""
    result = csi.invariance(HOLZINGER, holzinger(), by="school", steps=["strict"])
    steps_agree(figures("lavaan")["Holzinger groups"], result)


@pytest.mark.parametrize("run", ["ML", "MLR", "GLS", "ULS"])
def test_measures_of_three_abilities(run):
    frame = holzinger()
    data = frame if run == "MLR" else csi.Moments.from_frame(frame, HOLZINGER)
    result = csi.fit(HOLZINGER, data, estimator="cbsem", **RUNS["reduced", run])
    measures_agree(figures("lavaan")["Holzinger"][run]["measures"], result, NOT_OURS.get(("reduced", run), ()))


DEMOCRACY = csi.Model.parse(
    "ind60 =~ x1 + x2 + x3; dem60 =~ y1 + y2 + y3 + y4; dem65 =~ y5 + y6 + y7 + y8; dem60 ~ ind60; dem65 ~ ind60 + dem60"
)
COVARYING = [("y1", "y5"), ("y2", "y4"), ("y2", "y6"), ("y3", "y7"), ("y4", "y8"), ("y6", "y8")]


@pytest.mark.parametrize(("run", "method"), [("ML", "ML"), ("GLS", "GLS"), ("ULS", "ULS")])
def test_political_democracy(run, method):
    """Bollen's (1989) model, with residuals that covary; these have no door in csindex."""
    from semopy.examples import political_democracy

    items = DEMOCRACY.item_names
    x = political_democracy.get_data()[list(items)].to_numpy()
    n, less = len(x), method != "ML"
    pairs = [(items.index(a), items.index(b)) for a, b in COVARYING]
    parameters = parameters_of(design_of(DEMOCRACY), residual_pairs=pairs)
    S = np.cov(x.T, ddof=int(less))[..., None]
    sample = Sample.of(S)
    found = scored(start(S, parameters), sample, parameters, method)
    assert found.converged
    theirs = figures("lavaan")["PoliticalDemocracy"][run]
    test = ChiSquare(
        (n - less) * found.value,
        parameters.degrees(),
        (n - less) * baseline_value(sample, method),
        55,
        np.array([n - less]),
    )
    assert test.chisq == pytest.approx(theirs["measures"]["chisq"], rel=AT_THE_MINIMUM)
    for name in ("cfi", "tli", "rmsea"):
        assert relative_measures(test)[name] == pytest.approx(theirs["measures"][name], rel=1e-6), name
    if method != "ULS":
        at = distance(found.theta, sample, parameters, method)
        se = np.sqrt(np.diag(np.linalg.inv(curvature(at, parameters)[..., 0])) / (n - less))
        both = {frozenset((left, right)) | {op}: (est, error) for left, op, right, est, error in theirs["parameters"]}
        names = [*items], list(DEMOCRACY.construct_names)
        for a in range(parameters.q):
            role, i, j = str(parameters.role[a]), int(parameters.row[a]), int(parameters.column[a])
            left = names[role in ("path", "factor")][i]
            right = names[role != "residual"][j]
            op = {"loading": "=~", "path": "~"}.get(role, "~~")
            est, error = both[frozenset((left, right)) | {op}]
            assert found.theta[a, 0] == pytest.approx(est, abs=OF_AN_ERROR * max(abs(est), error))
            assert se[a] == pytest.approx(error, rel=OF_AN_ERROR)
    assert (
        np.linalg.eigvalsh(
            hessian(distance(found.theta, sample, parameters, method), sample, parameters, method)[..., 0]
        )[0]
        > 0
    )
