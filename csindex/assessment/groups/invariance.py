"""Measurement invariance of a covariance structure model between groups."""

import warnings
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.groups.invariance_result import Invariance, equal_parameters
from csindex.errors import ConventionWarning, EstimationError, OptionError
from csindex.estimation.cbsem.discrepancy import Sample
from csindex.estimation.cbsem.estimates import turned
from csindex.estimation.cbsem.estimator import CovarianceStructure
from csindex.estimation.cbsem.fit_measures import ChiSquare, baseline_value, relative_measures
from csindex.estimation.cbsem.groups import BEFORE, EQUAL, FIXED, Constrained, Step, constrained
from csindex.estimation.cbsem.parameters import Parameters, parameters_of
from csindex.fitting.fit import fit
from csindex.fitting.result import Fit
from csindex.fitting.tables.covariance import model_terms
from csindex.messages import Message, Several
from csindex.model.model import Model
from csindex.options import choose
from csindex.stacks.layout import Array

DEFAULT: tuple[Step, ...] = ("configural", "metric", "scalar")


def invariance(
    model: Model,
    data: Any,
    by: str | Sequence[str] | None = None,
    *,
    steps: Sequence[Step] = DEFAULT,
    **fit_options: Any,
) -> Invariance:
    """Test in steps whether a covariance structure model measures the same in several groups.

    Each step holds more parameters to be the same in all groups and is compared with the one before it: *configural* (none),
    *metric* (loadings), *scalar* (loadings and intercepts, while the means of constructs become free), then *strict*
    (residual variances too) or *structural* (paths instead). Paths can be compared between groups under metric
    invariance, means under scalar invariance (Meredith 1993; Steenkamp & Baumgartner 1998).

    Parameters
    ----------
    model : Model
    data : data frame, Survey, Moments or GroupedMoments
        With units, where `by` is not given.
    by : str or sequence of str
        Columns that tell the groups apart.
    steps : sequence of {"configural", "metric", "scalar", "strict", "structural"}
        Those that they are compared with are added.
    **fit_options
        See `csindex.fit`; estimation is by maximum likelihood.

    Returns
    -------
    Invariance

    Raises
    ------
    OptionError
        Fewer than two groups, steps that are not known, or estimators other than maximum likelihood.
    EstimationError
        A group, or a step, that cannot be estimated.

    Examples
    --------
    >>> import csindex as csi
    >>> model = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    >>> frame = csi.simulate(model, 200, groups=["A", "B"], group_share=0, seed=1)
    >>> csi.invariance(model, frame, by="unit").steps.step.tolist()
    ['configural', 'metric', 'scalar']
    """
    other = [name for name in ("discrepancy", "likelihood", "errors", "ordinal") if fit_options.pop(name, False)]
    if other:
        raise OptionError(Message("invariance.only_normal", options=Several(other)))
    wanted = _wanted(steps)
    with warnings.catch_warnings():
        # No index is compared here.
        warnings.simplefilter("ignore", ConventionWarning)
        result = fit(model, data, by=by, **{**fit_options, "estimator": CovarianceStructure.name, "replicates": 0})
    if result.units is None or len(result.units) < 2:
        raise OptionError(Message("invariance.one_group"))
    parameters = parameters_of(result.design, means=True, factor_means=True)
    sample, n = _sample(result), np.asarray(result.moments.n_eff, dtype=np.float64)
    theta, found = _first(result, parameters, sample), dict[Step, Constrained]()
    for step in wanted:
        begin = found[BEFORE[step]].theta if step in BEFORE else theta
        found[step] = constrained(begin, sample, n, parameters, EQUAL[step])
        if not found[step].converged:
            raise EstimationError(Message("invariance.step_failed", step=step))
    return Invariance(
        result=result,
        steps=_step_table(found, sample, n, result.design.p),
        parameters=_parameter_table(result, parameters, found),
    )


def _wanted(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with those that they build on, in order."""
    wanted = {str(choose("steps", step, get_args(Step))) for step in ([steps] if isinstance(steps, str) else steps)}
    for _ in BEFORE:
        wanted |= {before for step, before in BEFORE.items() if step in wanted}
    return [step for step in get_args(Step) if step in wanted | {"configural"}]


def _sample(result: Fit) -> Sample:
    """Return the groups' moments with n in the denominator, of items with reverse-coded answers reversed."""
    moments, design = result.moments, result.design
    S = turned(moments.cov, design) * ((moments.n - 1) / moments.n)[:, None, None]
    return Sample.of(np.ascontiguousarray(np.moveaxis(S, 0, -1)), (moments.mean * design.sign).T.copy())


def _first(result: Fit, parameters: Parameters, sample: Sample) -> Array:
    """Return the groups' own solutions (q, G) as parameters with means."""
    own = parameters_of(result.design)
    theta = np.zeros((parameters.q, len(result.estimates.theta)))
    n = result.moments.n
    scale = np.where(own.of("factor", "residual"), ((n - 1) / n)[:, None], 1.0)
    theta[~parameters.of("intercept", "mean")] = (result.estimates.theta * scale).T
    theta[parameters.of("intercept")] = sample.mean
    return theta


def _srmr(found: Constrained, sample: Sample) -> Array:
    """Return SRMR (G,) of covariances and means."""
    assert sample.mean is not None
    sd = np.sqrt(np.einsum("iig->ig", sample.cov))
    rows, columns = np.triu_indices(len(sd))
    gap = ((sample.cov - found.sigma) / (sd[:, None] * sd[None]))[rows, columns]
    return np.asarray(np.sqrt(np.concatenate([gap**2, ((sample.mean - found.mean) / sd) ** 2]).mean(axis=0)))


def _step_table(found: dict[Step, Constrained], sample: Sample, n: Array, p: int) -> pd.DataFrame:
    from scipy.special import chdtrc

    groups, total = len(n), n.sum()
    baseline = np.atleast_1d(n @ baseline_value(sample, "ML"))
    saturated = float((-n / 2 * (p * np.log(2 * np.pi) + sample.logdet + p)).sum())
    rows: dict[Step, dict[str, object]] = {}
    for step, end in found.items():
        chisq, df = float(n @ end.value), groups * (p * (p + 1) // 2 + p) - end.free
        test = ChiSquare(np.atleast_1d(chisq), df, baseline, groups * p * (p - 1) // 2, np.atleast_1d(total), groups)
        measures = {name: float(value[0]) for name, value in relative_measures(test).items()}
        deviance = chisq - 2 * saturated
        before = rows.get(BEFORE.get(step, step))
        row: dict[str, object] = {
            "step": step,
            "equal": str(equal_parameters(step)),
            "chisq": chisq,
            "df": df,
            "p": float(chdtrc(df, chisq)) if df else np.nan,
            **{name: measures[name] for name in ("cfi", "tli", "rmsea", "rmsea_lower", "rmsea_upper")},
            "srmr": float(_srmr(end, sample) @ n / total),
            "aic": deviance + 2 * end.free,
            "bic": deviance + np.log(total) * end.free,
        }
        rows[step] = row | _change(row, before)
    return pd.DataFrame(list(rows.values()))


def _change(row: dict[str, Any], before: dict[str, Any] | None) -> dict[str, object]:
    from scipy.special import chdtrc

    names = ("chisq_change", "df_change", "p_change", "cfi_change", "rmsea_change")
    if before is None:
        return dict.fromkeys(names, np.nan)
    chisq, df = max(row["chisq"] - before["chisq"], 0.0), row["df"] - before["df"]
    p = float(chdtrc(df, chisq)) if df else np.nan
    return dict(zip(names, (chisq, df, p, row["cfi"] - before["cfi"], row["rmsea"] - before["rmsea"]), strict=True))


def _parameter_table(result: Fit, parameters: Parameters, found: dict[Step, Constrained]) -> pd.DataFrame:
    """Return every group's parameters at each step; what is fixed has no standard error."""
    from scipy.special import ndtr, ndtri

    terms = model_terms(result.model, parameters)
    place = np.array([at for *_, at in terms])
    assert result.units is not None
    frames = []
    for step, end in found.items():
        se_of = np.append(np.sqrt(np.diag(end.acov)), np.nan)
        for group in range(len(result.units)):
            estimate = np.append(end.theta[:, group], 1.0)[place]
            own: NDArray[np.intp] = np.append(end.place[:, group], FIXED)[place]
            se = se_of[own]
            reach = -ndtri((1 - result.options.level) / 2) * se
            frames.append(
                pd.DataFrame(
                    {
                        "step": step,
                        **{str(name): result.units[name].iloc[group] for name in result.units.columns},
                        **{name: [term[i] for term in terms] for i, name in enumerate(("lhs", "op", "rhs"))},
                        "estimate": estimate,
                        "se": se,
                        "lower": estimate - reach,
                        "upper": estimate + reach,
                        "p": 2 * ndtr(-np.abs(estimate / se)),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)
