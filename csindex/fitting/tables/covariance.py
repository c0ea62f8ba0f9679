"""Parameters and fit measures of a covariance structure model."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.estimation.cbsem.analytic import directions
from csindex.estimation.cbsem.discrepancy import Sample, distance
from csindex.estimation.cbsem.estimates import adjusted, parameters_for, sample_of, standardized, turned
from csindex.estimation.cbsem.fiml import fiml_likelihood, fiml_test
from csindex.estimation.cbsem.fit_measures import (
    ChiSquare,
    adjusted_measures,
    baseline_value,
    likelihood_measures,
    relative_measures,
    residual_measures,
    saturated_deviance,
    scaled_measures,
    scalings,
    traces,
)
from csindex.estimation.cbsem.parameters import Parameters
from csindex.estimation.cbsem.row_errors import effective, gap_as_fitted, row_directions
from csindex.estimation.cbsem.structure import implied, standard_scale
from csindex.estimation.estimates import Estimates
from csindex.fitting.core import CovarianceFit, FittedModel
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.options import Options
from csindex.replicates.source import Source
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array

RANGES = {name: (f"{name}_lower", f"{name}_upper") for name in ("rmsea", "rmsea_robust", "rmsea_scaled")}


@one_thread()
def covariance_fit(
    fitted: FittedModel, source: Source, numbers: NDArray[np.intp], weights: Array | None = None
) -> CovarianceFit:
    """Return the tables of a fit.

    Parameters
    ----------
    fitted : FittedModel
    source : Source
        Rows are needed for robust statistics.
    numbers : (U,) int
        The source's numbers of the units.
    weights : (U, p(p+1)/2), optional
        Of the moments under DWLS.
    """
    parameters = parameters_for(fitted.design, fitted.options)
    sigma = np.moveaxis(implied(_as_reported(fitted, parameters).T, parameters).sigma, -1, 0)
    if policy_of(fitted.options).full_information:
        measures = _by_patterns(fitted, parameters, source, numbers)
    else:
        measures = _by_moments(fitted, parameters, source, numbers, weights)
    return CovarianceFit(_parameter_table(fitted, parameters), _measure_table(fitted, measures), sigma)


def _shrinkage(fitted: FittedModel) -> Array:
    """Return the factor (U,) from covariances with n - 1 to those that are fitted, with n under normal likelihood."""
    n = fitted.moments.n
    plain = fitted.options.discrepancy != "ML" or fitted.options.likelihood == "wishart"
    return np.ones(len(n)) if plain else (n - 1) / n


def _as_reported(fitted: FittedModel, parameters: Parameters) -> Array:
    """Return the sample's parameters (U, q) in the metric of the covariances that are fitted."""
    variances = parameters.of("factor", "residual")
    return np.asarray(fitted.estimates.theta * np.where(variances, _shrinkage(fitted)[:, None], 1.0))


def _by_moments(
    fitted: FittedModel, parameters: Parameters, source: Source, numbers: NDArray[np.intp], weights: Array | None
) -> dict[str, Array]:
    """Return all measures of models fitted to moments."""
    options, method, p = fitted.options, fitted.options.discrepancy, fitted.design.p
    S = fitted.estimates.cov * _shrinkage(fitted)[:, None, None]
    sample = sample_of(S, weights, fitted.design, options)
    found = distance(_as_reported(fitted, parameters).T, sample, parameters, method)
    n = effective(fitted.moments, options)
    test = ChiSquare(n * found.value, parameters.degrees(), n * baseline_value(sample, method), p * (p - 1) // 2, n)
    inverse = Sample.of(found.implied.sigma).inverse
    measures = _tests(test, parameters, found.value, options)
    residual = residual_measures(sample, found.implied.sigma, inverse, test.df, method)
    # GFI would count variances that are 1 by definition as explained.
    measures |= {"srmr": residual["srmr"]} if options.ordinal else residual
    if method == "ML":
        saturated = saturated_deviance(sample)
        measures |= likelihood_measures(saturated + found.value, saturated, fitted.moments.n_eff, parameters.q)
    if adjusted(options):
        measures |= adjusted_measures(test, *_traces(fitted, parameters, sample, source, numbers))
    elif options.errors == "robust" or method == "ULS":
        measures |= scaled_measures(test, *_scalings(fitted, parameters, source, numbers, n))
    return measures


def _by_patterns(
    fitted: FittedModel, parameters: Parameters, source: Source, numbers: NDArray[np.intp]
) -> dict[str, Array]:
    """Return all measures of models fitted to rows with missing answers."""
    found = fiml_likelihood(source, numbers, fitted.moments, fitted.estimates, fitted.design, fitted.options)
    n = effective(fitted.moments, fitted.options)
    test = fiml_test(found, n, parameters.degrees(), fitted.design.p)
    measures = _tests(test, parameters, found.model - found.saturated, fitted.options) | {"srmr": found.srmr}
    measures |= likelihood_measures(found.model, found.saturated, n, parameters.q)
    if fitted.options.errors == "robust":
        measures |= scaled_measures(test, found.scaling, found.baseline_scaling)
    return measures


def _tests(test: ChiSquare, parameters: Parameters, value: Array, options: Options) -> dict[str, Array]:
    from scipy.special import chdtrc

    count = np.ones(len(value))
    # n·F of these least squares is not χ² distributed; only the scaled statistic has a p-value.
    p = chdtrc(test.df, test.chisq) if test.df and options.discrepancy not in ("ULS", "DWLS") else np.nan * count
    free = parameters.q - parameters.design.p * bool(options.ordinal)
    first = {
        "n": test.n, "parameters": free * count, "discrepancy": value,
        "chisq": test.chisq, "df": test.df * count, "p": p,
        "baseline_chisq": test.baseline, "baseline_df": test.baseline_df * count,
    }  # fmt: skip
    return {**first, **relative_measures(test)}


def _scalings(
    fitted: FittedModel, parameters: Parameters, source: Source, numbers: NDArray[np.intp], n: Array
) -> tuple[Array, Array]:
    """Return the scaling (U,) of χ² of the model and of the baseline."""
    e, options, design = fitted.estimates, fitted.options, fitted.design
    S, pairs = turned(e.cov, design), []
    for unit, number in enumerate(numbers.tolist()):
        _, gap, _ = directions(source, number, fitted.moments, e, unit, design, options)
        own = Sample.of(S[unit][..., None])
        pairs.append(scalings(e.theta[unit], own, parameters, options.discrepancy, gap, float(n[unit])))
    model, baseline = np.array(pairs).T
    return model, baseline


def _traces(
    fitted: FittedModel, parameters: Parameters, sample: Sample, source: Source, numbers: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Return the traces (U, 2) of the model and of the baseline; see `traces`."""
    e, options, pairs = fitted.estimates, fitted.options, []
    S, n = turned(e.cov, fitted.design), effective(fitted.moments, options)
    for unit, number in enumerate(numbers.tolist()):
        _, gap = row_directions(source, number, e.cov[unit], fitted.design)
        changed = gap_as_fitted(gap, S[unit], float(fitted.moments.n[unit]), options)
        own = sample.part(np.array([unit]))
        pairs.append(traces(e.theta[unit], own, parameters, options.discrepancy, changed, float(n[unit])))
    found = np.array(pairs)
    return found[:, 0], found[:, 1]


def _measure_table(fitted: FittedModel, measures: dict[str, Array]) -> pd.DataFrame:
    """Return tidy measures; what is the end of another's interval stands beside it."""
    ends = {name for pair in RANGES.values() for name in pair}
    names = [name for name in measures if name not in ends]
    nothing = np.full(len(fitted.estimates.index), np.nan)

    def column(which: int) -> Array:
        parts = [measures[RANGES[name][which]] if name in RANGES else nothing for name in names]
        return np.stack(parts, axis=1).ravel()

    units, count = fitted.units, len(nothing)
    labels = {} if units is None else {str(c): units[c].repeat(len(names)).array for c in units.columns}
    return pd.DataFrame(
        {
            **labels,
            "measure": names * count,
            "estimate": np.stack([measures[name] for name in names], axis=1).ravel(),
            "lower": column(0),
            "upper": column(1),
        }
    )


def _parameter_table(fitted: FittedModel, parameters: Parameters) -> pd.DataFrame:
    """Return all parameters, with the first loadings, which are 1."""
    terms = model_terms(fitted.model, parameters)
    place = np.array([at for *_, at in terms])
    shrinkage = _shrinkage(fitted)
    variances = np.append(parameters.of("factor", "residual"), False)[place]

    def quantity(e: Estimates) -> Array:
        whole = np.concatenate([e.theta, np.ones((*e.theta.shape[:-1], 1))], axis=-1)[..., place]
        scale = shrinkage.reshape(-1, *[1] * (whole.ndim - 1))
        return np.asarray(whole * np.where(variances, scale, 1.0))

    found = implied(fitted.estimates.theta.T, parameters)
    standard = fitted.estimates.theta * standard_scale(found, parameters).T
    own = standardized(found, parameters, turn=False)[0][parameters.markers].T
    marker = np.cumsum(place < 0) - 1
    extra = np.where(place < 0, own[:, marker], standard[:, np.maximum(place, 0)])
    left, operator, right, _ = zip(*terms, strict=True)
    labels = {"lhs": left, "op": operator, "rhs": right}
    frame = fitted.table(labels, quantity, extra={"standardized": extra}, p=True)
    frame.loc[np.tile(place < 0, len(extra)), ["se", "lower", "upper", "p"]] = np.nan
    frame.insert(list(frame.columns).index("estimate"), "z", frame.estimate / frame.se)
    return frame


def model_terms(model: Model, parameters: Parameters) -> list[tuple[str, str, str, int]]:
    """Return the parameters as ``lhs, op, rhs`` and place, in the order of lavaan; -1 stands for a loading of 1."""
    items, names, owner = model.item_names, model.construct_names, parameters.design.block_of
    role, row, column = parameters.role.tolist(), parameters.row.tolist(), parameters.column.tolist()
    at = {(role[a], row[a], column[a]): a for a in range(parameters.q)}
    loadings = [(names[j], "=~", items[i], at.get(("loading", i, j), -1)) for i, j in enumerate(owner.tolist())]

    def those(kind: str, op: str, texts: tuple[str, ...]) -> list[tuple[str, str, str, int]]:
        return [(texts[i], op, texts[j], a) for (r, i, j), a in at.items() if r == kind]

    def levels(kind: str, texts: tuple[str, ...]) -> list[tuple[str, str, str, int]]:
        return [(texts[i], "~1", "", a) for (r, i, _), a in at.items() if r == kind]

    variances = [*those("residual", "~~", items), *those("factor", "~~", names)]
    return [*loadings, *those("path", "~", names), *variances, *levels("intercept", items), *levels("mean", names)]
