"""Covariance structure models of lavaan, fitted again, and how far both programs are apart.

Measures are compared relative to themselves, parameters relative to their standard error or themselves, whichever is larger.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

import csindex as csi
from csindex.estimation.cbsem.discrepancy import Sample, curvature, distance, hessian
from csindex.estimation.cbsem.fit_measures import ChiSquare, baseline_value, relative_measures
from csindex.estimation.cbsem.parameters import Parameters, parameters_of
from csindex.estimation.cbsem.row_errors import gap_as_fitted, row_directions
from csindex.estimation.cbsem.scoring import scored, start
from csindex.model.design import design_of
from csindex.replicates.rows import RowSource
from csindex.stacks.layout import Array, packing
from tests.reference.reference_runs import figures

REDUCED = csi.Model.parse(figures("lavaan")["meta"]["model"], target="Satisfaction")
MODELS = {"reduced": REDUCED, "full": csi.ecsi("mobile")}
HOLZINGER = csi.Model.parse(
    "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9; textual ~ visual; speed ~ visual + textual",
    scale=(0, 10),
)
DEMOCRACY = csi.Model.parse(
    "ind60 =~ x1 + x2 + x3; dem60 =~ y1 + y2 + y3 + y4; dem65 =~ y5 + y6 + y7 + y8; dem60 ~ ind60; dem65 ~ ind60 + dem60"
)
COVARYING = [("y1", "y5"), ("y2", "y4"), ("y2", "y6"), ("y3", "y7"), ("y4", "y8"), ("y6", "y8")]
# What is flat at the minimum, and what moves with the parameters.
FLAT = {
    "npar": "parameters", "chisq": "chisq", "df": "df", "baseline.chisq": "baseline_chisq", "baseline.df": "baseline_df",
    "cfi": "cfi", "tli": "tli", "nfi": "nfi", "rmsea": "rmsea", "logl": "loglik", "unrestricted.logl": "loglik_saturated",
    "aic": "aic", "bic": "bic", "bic2": "bic_adjusted",
}  # fmt: skip
MOVING = {
    "pvalue": "p", "rmsea.pvalue": "p_close", "srmr": "srmr", "gfi": "gfi", "agfi": "agfi", "chisq.scaled": "chisq_scaled",
    "chisq.scaling.factor": "scaling", "cfi.robust": "cfi_robust", "tli.robust": "tli_robust", "rmsea.robust": "rmsea_robust",
}  # fmt: skip
SCALED = {
    "chisq.scaled": "chisq_scaled", "chisq.scaling.factor": "scaling", "cfi.scaled": "cfi_scaled", "tli.scaled": "tli_scaled",
    "rmsea.scaled": "rmsea_scaled",
}  # fmt: skip
INTERVAL = {"rmsea.ci.lower": "lower", "rmsea.ci.upper": "upper"}
RUNS: dict[tuple[str, str], dict[str, str]] = {
    ("reduced", "ML"): {},
    ("reduced", "MLR"): {"errors": "robust"},
    ("reduced", "GLS"): {"discrepancy": "GLS"},
    ("reduced", "ULS"): {"discrepancy": "ULS"},
    ("reduced", "ML_wishart"): {"likelihood": "wishart"},
    ("full", "ML"): {},
    ("full", "MLR"): {"errors": "robust"},
}
# Items halved to five categories, or with all ten.
ORDINAL = {"WLSMV_collapsed5": "DWLS", "ULSMV_collapsed5": "ULS", "WLSMV_full10": "DWLS"}
FIML = {"FIML_ML": "normal", "FIML_MLR": "robust"}
# Other definitions: lavaan's GFI of ULS counts variances and covariances alike; its robust measures with missing answers are
# those of Zhang & Savalei (2023); its p-value and standard errors of ULS take n·F for χ² and W for the moments' precision.
NOT_OURS = {
    ("reduced", "ULS"): {"gfi", "agfi", "pvalue", "rmsea.pvalue"},
    ("missing", "FIML_ML"): {"gfi", "agfi", "cfi.robust", "tli.robust", "rmsea.robust"},
    ("missing", "FIML_MLR"): {"gfi", "agfi", "cfi.robust", "tli.robust", "rmsea.robust"},
}
Gaps = Iterator[tuple[str, float]]


def lavaan(model: str, run: str) -> Any:
    return figures("lavaan")[model][run]


def fitted(model: str, run: str, data: Any) -> csi.Fit:
    return csi.fit(MODELS[model], data, estimator="cbsem", **RUNS[model, run])


def fitted_with_gaps(run: str, frame: pd.DataFrame) -> csi.Fit:
    return csi.fit(REDUCED, frame, estimator="cbsem", missing="fiml", errors=FIML[run])


def fitted_ordinal(run: str, frame: pd.DataFrame) -> csi.Fit:
    answers = np.ceil(frame / 2) if run.endswith("collapsed5") else frame
    return csi.fit(REDUCED, answers, estimator="cbsem", discrepancy=ORDINAL[run], ordinal=True)


def ordinal_measures(theirs: Mapping[str, float], result: csi.Fit) -> Gaps:
    """Yield the measures of polychoric correlations; lavaan counts thresholds among the parameters."""
    ours = result.covariance.measures.set_index("measure")
    for name, mine in (FLAT | {"srmr": "srmr"} | SCALED).items():
        if name in theirs:
            yield name, relative(ours.estimate[mine], theirs[name])
    for name, end in INTERVAL.items():
        yield name, relative(ours[end]["rmsea"], theirs[name])
        yield f"{name}.scaled", relative(ours[end]["rmsea_scaled"], theirs[f"{name}.scaled"])


def listwise(frame: pd.DataFrame) -> csi.Fit:
    return csi.fit(REDUCED, frame, estimator="cbsem", errors="normal")


def relative(ours: float, theirs: float) -> float:
    """Return |ours / theirs - 1|; p-values that are both below 1e-15 are the same."""
    gap = abs(ours - theirs)
    return 0.0 if gap <= 1e-15 else float(gap / abs(theirs))


def measures(theirs: Mapping[str, float], result: csi.Fit, skipped: Collection[str] = ()) -> Gaps:
    """Yield lavaan's name of each measure, and the relative difference."""
    ours = result.covariance.measures.set_index("measure")
    for name, mine in (FLAT | MOVING).items():
        if name in theirs and name not in skipped:
            yield name, relative(ours.estimate[mine], theirs[name])
    for name, end in INTERVAL.items():
        yield name, relative(ours[end]["rmsea"], theirs[name])


def matched(theirs: Any, parameters: pd.DataFrame, *more: str) -> pd.DataFrame:
    """Return both programs' free parameters side by side."""
    keys = ["lhs", "op", "rhs", *more]
    frame = pd.DataFrame(theirs, columns=[*keys, "est", "their_se"])
    free = frame[frame.their_se > 0]
    both = free.merge(parameters, on=keys)
    assert len(both) == len(free)
    return both


def apart(both: pd.DataFrame) -> Gaps:
    yield "estimates", float((abs(both.est - both.estimate) / np.maximum(abs(both.est), both.their_se)).max())
    yield "standard errors", float(abs(both.se / both.their_se - 1).max())


def parameters(theirs: Any, result: csi.Fit) -> Gaps:
    yield from apart(matched(theirs, result.covariance.parameters))


def standardized(theirs: Any, result: csi.Fit) -> Gaps:
    """Ours come from small steps of the moments, lavaan's from derivatives of each formula."""
    ours = pd.concat(
        [
            result.loadings.assign(lhs=result.loadings.construct, op="=~", rhs=result.loadings["item"]),
            result.paths.assign(lhs=result.paths.target, op="~", rhs=result.paths.source),
        ]
    )
    both = matched(theirs, ours)
    yield "standardized estimates", float(abs(both.est - both.estimate).max())
    yield "standard errors of standardized", float(abs(both.se / both.their_se - 1).max())


def chisquare_with_whole_weight(implied: Sequence[Sequence[float]], result: csi.Fit, frame: pd.DataFrame) -> float:
    """Return (s - σ)'Γ⁻¹(s - σ)(n - 1) at covariances that are given below the diagonal."""
    S, design = result.moments.cov[0], result.design
    sigma = np.zeros(S.shape)
    for row in implied:
        sigma[len(row) - 1, : len(row)] = sigma[: len(row), len(row) - 1] = row
    survey = csi.Survey(frame)
    source = RowSource.of(survey.answers(REDUCED.items), REDUCED.item_names, result.options)
    gap = gap_as_fitted(row_directions(source, 0, S, design)[1], S, len(frame), result.options)
    rows, columns, _ = packing(design.p)
    e, L = (S - sigma)[rows, columns], gap[rows, columns]
    return float(e @ np.linalg.solve(L @ L.T, e))


def in_halves(frame: pd.DataFrame) -> csi.Invariance:
    halves = frame.assign(half=np.where(np.arange(len(frame)) < 125, 1, 2))
    return csi.invariance(REDUCED, halves, by="half", steps=["strict", "structural"])


def steps(theirs: Mapping[str, Any], result: csi.Invariance) -> Gaps:
    """Yield the measures of each step of invariance."""
    ours = result.steps.set_index("step")
    names = {name: name for name in ("chisq", "df", "cfi", "tli", "rmsea", "aic", "bic", "srmr")}
    for step, found in theirs.items():
        for name, mine in (names | {"rmsea.ci.lower": "rmsea_lower", "rmsea.ci.upper": "rmsea_upper"}).items():
            yield name, relative(ours[mine][step], found["measures"][name])


def steps_parameters(theirs: Mapping[str, Any], result: csi.Invariance) -> Gaps:
    for step, found in theirs.items():
        ours = result.parameters[result.parameters.step == step]
        yield from apart(matched(found["parameters"], ours, "half"))


def holzinger() -> pd.DataFrame:
    from semopy.examples import holzinger39

    return holzinger39.get_data()


def abilities(run: str) -> csi.Fit:
    """Return the fit of three abilities, from rows where the run needs them."""
    frame = holzinger()
    data = frame if run == "MLR" else csi.Moments.from_frame(frame, HOLZINGER)
    return csi.fit(HOLZINGER, data, estimator="cbsem", **RUNS["reduced", run])


def democracy(method: str) -> Gaps:
    """Bollen's (1989) model, with residuals that covary; these have no door in csindex."""
    from semopy.examples import political_democracy

    x = political_democracy.get_data()[list(DEMOCRACY.item_names)].to_numpy()
    n, less = len(x), method != "ML"
    pairs = [tuple(DEMOCRACY.item_names.index(name) for name in pair) for pair in COVARYING]
    free = parameters_of(design_of(DEMOCRACY), residual_pairs=pairs)
    sample = Sample.of(np.cov(x.T, ddof=int(less))[..., None])
    found = scored(start(sample.cov, free), sample, free, method)
    at = distance(found.theta, sample, free, method)
    assert found.converged
    assert np.linalg.eigvalsh(hessian(at, sample, free, method)[..., 0])[0] > 0
    theirs, ratio = lavaan("PoliticalDemocracy", method), n - less
    baseline = ratio * baseline_value(sample, method)
    test = ChiSquare(ratio * found.value, free.degrees(), baseline, 55, np.array([ratio]))
    yield "chisq", relative(float(test.chisq[0]), theirs["measures"]["chisq"])
    for name in ("cfi", "tli", "rmsea"):
        yield name, relative(float(relative_measures(test)[name][0]), theirs["measures"][name])
    if method != "ULS":
        se = np.sqrt(np.diag(np.linalg.inv(curvature(at, free)[..., 0])) / ratio)
        yield from apart(by_ends(theirs["parameters"], free, found.theta[:, 0], se))


def by_ends(theirs: Any, free: Parameters, theta: Array, se: Array) -> pd.DataFrame:
    """Return both programs' parameters of political democracy, whichever end of a covariance they name first."""
    their = {frozenset((left, right)) | {op}: (est, error) for left, op, right, est, error in theirs}
    items, constructs = DEMOCRACY.item_names, DEMOCRACY.construct_names
    rows = []
    for a in range(free.q):
        role, i, j = str(free.role[a]), int(free.row[a]), int(free.column[a])
        left = (constructs if role in ("path", "factor") else items)[i]
        right = (items if role == "residual" else constructs)[j]
        op = {"loading": "=~", "path": "~"}.get(role, "~~")
        rows.append((*their[frozenset((left, right)) | {op}], theta[a], se[a]))
    return pd.DataFrame(rows, columns=["est", "their_se", "estimate", "se"])
