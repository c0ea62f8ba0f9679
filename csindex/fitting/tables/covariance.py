"""What a covariance structure model gives beyond the tables of every fit: its parameters and how well it fits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.estimation.cbsem.analytic import directions
from csindex.estimation.cbsem.discrepancy import Sample, distance
from csindex.estimation.cbsem.estimator import parameters_for, sample_of, standardized, turned
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
from csindex.model.model import Model
from csindex.options import Options
from csindex.replicates.source import Source
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array
from csindex.text.speaker import Speaker

if TYPE_CHECKING:
    from csindex.fitting.result import Fit

RANGES = {name: (f"{name}_lower", f"{name}_upper") for name in ("rmsea", "rmsea_robust", "rmsea_scaled")}


@dataclass(frozen=True, slots=True, eq=False)
class CovarianceFit:
    """A covariance structure model's own tables.

    Attributes
    ----------
    parameters : data frame
        Unit columns, ``lhs, op, rhs`` in the lavaan notation (``=~`` loading, ``~`` path, ``~~`` variance or covariance),
        ``standardized`` (items and factors of variance 1), ``z``, ``estimate, se, lower, upper, p``. The first loading of each
        construct is fixed to 1. Reversed items enter turned round, as minus the answer. With ordinal items all parameters are
        those of standardized variables behind them.
    measures : data frame
        Unit columns, ``measure, estimate, lower, upper``: χ² and the fit indices; of RMSEA with its 90% interval. What ends in
        *_robust* estimates population values, what ends in *_scaled* is made of the adjusted χ² of DWLS and ordinal items.
    sigma : (U, p, p)
        Covariances of the items that the model implies, of ordinal ones correlations, with reversed items turned round.
    """

    parameters: pd.DataFrame
    measures: pd.DataFrame
    sigma: Array


@one_thread()
def covariance_fit(
    result: "Fit", source: Source, numbers: NDArray[np.intp], weights: Array | None = None
) -> CovarianceFit:
    """Return the tables of a result.

    Parameters
    ----------
    result : Fit
    source : Source
        Rows are needed for robust statistics.
    numbers : (U,) int
        The source's numbers of the units.
    weights : (U, p(p+1)/2), optional
        Of the moments under DWLS.
    """
    parameters = parameters_for(result.design, result.options)
    sigma = np.moveaxis(implied(_as_reported(result, parameters).T, parameters).sigma, -1, 0)
    if result.options.missing == "fiml":
        measures = _by_patterns(result, parameters, source, numbers)
    else:
        measures = _by_moments(result, parameters, source, numbers, weights)
    return CovarianceFit(_parameter_table(result, parameters), _measure_table(result, measures), sigma)


def _shrinkage(result: "Fit") -> Array:
    """Return the factor (U,) from covariances with n - 1 to those that are fitted, with n under normal likelihood."""
    n = result.moments.n
    plain = result.options.discrepancy != "ML" or result.options.likelihood == "wishart"
    return np.ones(len(n)) if plain else (n - 1) / n


def _as_reported(result: "Fit", parameters: Parameters) -> Array:
    """Return the sample's parameters (U, q) in the metric of the covariances that are fitted."""
    variances = parameters.of("factor", "residual")
    return np.asarray(result.estimates.theta * np.where(variances, _shrinkage(result)[:, None], 1.0))


def _by_moments(
    result: "Fit", parameters: Parameters, source: Source, numbers: NDArray[np.intp], weights: Array | None
) -> dict[str, Array]:
    """Return all measures of models fitted to moments."""
    options, method, p = result.options, result.options.discrepancy, result.design.p
    S = result.estimates.cov * _shrinkage(result)[:, None, None]
    sample = sample_of(S, weights, result.design, options)
    found = distance(_as_reported(result, parameters).T, sample, parameters, method)
    n = effective(result.moments, options)
    test = ChiSquare(n * found.value, parameters.degrees(), n * baseline_value(sample, method), p * (p - 1) // 2, n)
    inverse = Sample.of(found.implied.sigma).inverse
    measures = _tests(test, parameters, found.value, options)
    residual = residual_measures(sample, found.implied.sigma, inverse, test.df, method)
    # GFI would count variances that are 1 by definition as explained.
    measures |= {"srmr": residual["srmr"]} if options.ordinal else residual
    if method == "ML":
        saturated = saturated_deviance(sample)
        measures |= likelihood_measures(saturated + found.value, saturated, result.moments.n_eff, parameters.q)
    if options.adjusted:
        measures |= adjusted_measures(test, *_traces(result, parameters, sample, source, numbers))
    elif options.errors == "robust" or method == "ULS":
        measures |= scaled_measures(test, *_scalings(result, parameters, source, numbers, n))
    return measures


def _by_patterns(result: "Fit", parameters: Parameters, source: Source, numbers: NDArray[np.intp]) -> dict[str, Array]:
    """Return all measures of models fitted to rows with missing answers."""
    found = fiml_likelihood(source, numbers, result.moments, result.estimates, result.design, result.options)
    n = effective(result.moments, result.options)
    test = fiml_test(found, n, parameters.degrees(), result.design.p)
    measures = _tests(test, parameters, found.model - found.saturated, result.options) | {"srmr": found.srmr}
    measures |= likelihood_measures(found.model, found.saturated, n, parameters.q)
    if result.options.errors == "robust":
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
    result: "Fit", parameters: Parameters, source: Source, numbers: NDArray[np.intp], n: Array
) -> tuple[Array, Array]:
    """Return the scaling (U,) of χ² of the model and of the baseline."""
    e, options, design = result.estimates, result.options, result.design
    S, pairs = turned(e.cov, design), []
    for unit, number in enumerate(numbers.tolist()):
        _, gap, _ = directions(source, number, result.moments, e, unit, design, options)
        own = Sample.of(S[unit][..., None])
        pairs.append(scalings(e.theta[unit], own, parameters, options.discrepancy, gap, float(n[unit])))
    model, baseline = np.array(pairs).T
    return model, baseline


def _traces(
    result: "Fit", parameters: Parameters, sample: Sample, source: Source, numbers: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Return the traces (U, 2) of the model and of the baseline; see `traces`."""
    e, options, pairs = result.estimates, result.options, []
    S, n = turned(e.cov, result.design), effective(result.moments, options)
    for unit, number in enumerate(numbers.tolist()):
        _, gap = row_directions(source, number, e.cov[unit], result.design)
        changed = gap_as_fitted(gap, S[unit], float(result.moments.n[unit]), options)
        own = sample.part(np.array([unit]))
        pairs.append(traces(e.theta[unit], own, parameters, options.discrepancy, changed, float(n[unit])))
    found = np.array(pairs)
    return found[:, 0], found[:, 1]


def _measure_table(result: "Fit", measures: dict[str, Array]) -> pd.DataFrame:
    """Return tidy measures; what is the end of another's interval stands beside it."""
    ends = {name for pair in RANGES.values() for name in pair}
    names = [name for name in measures if name not in ends]
    nothing = np.full(len(result.estimates.index), np.nan)

    def column(which: int) -> Array:
        parts = [measures[RANGES[name][which]] if name in RANGES else nothing for name in names]
        return np.stack(parts, axis=1).ravel()

    units, count = result.units, len(nothing)
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


def _parameter_table(result: "Fit", parameters: Parameters) -> pd.DataFrame:
    """Return all parameters, with the first loadings, which are 1."""
    terms = model_terms(result.model, parameters)
    place = np.array([at for *_, at in terms])
    shrinkage = _shrinkage(result)
    variances = np.append(parameters.of("factor", "residual"), False)[place]

    def quantity(e: Estimates) -> Array:
        whole = np.concatenate([e.theta, np.ones((*e.theta.shape[:-1], 1))], axis=-1)[..., place]
        scale = shrinkage.reshape(-1, *[1] * (whole.ndim - 1))
        return np.asarray(whole * np.where(variances, scale, 1.0))

    found = implied(result.estimates.theta.T, parameters)
    standard = result.estimates.theta * standard_scale(found, parameters).T
    own = standardized(found, parameters, turn=False)[0][parameters.markers].T
    marker = np.cumsum(place < 0) - 1
    extra = np.where(place < 0, own[:, marker], standard[:, np.maximum(place, 0)])
    left, operator, right, _ = zip(*terms, strict=True)
    labels = {"lhs": left, "op": operator, "rhs": right}
    frame = result.table(labels, quantity, extra={"standardized": extra}, p=True)
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


def measures_said(found: CovarianceFit, speaker: Speaker) -> str:
    """Say how well the model fits; of several units, in the median."""
    middle = found.measures.groupby("measure")[["estimate", "lower", "upper"]].median()
    value, units = middle.estimate, int((found.measures.measure == "df").sum())
    who = "" if units == 1 else speaker.say("measures_units", units=units)
    df, scaled = int(value["df"]), "chisq_scaled" in value
    if not df:
        return speaker.say("just_identified", who=who)
    p, chisq = value["p_scaled" if scaled else "p"], "chisq_scaled" if scaled else "chisq"
    of_scaled = ("_scaled" if "cfi_scaled" in value else "_robust") * scaled
    cfi, tli, rmsea = (f"{name}{of_scaled}" for name in ("cfi", "tli", "rmsea"))
    return speaker.say(
        "measures",
        who=who,
        chisq=speaker.say(chisq, value=value[chisq], df=df),
        p="p < .001" if p < 0.001 else f"p = {p:.3f}",
        cfi=value[cfi],
        tli=value[tli],
        rmsea=value[rmsea],
        lower=middle.lower[rmsea],
        upper=middle.upper[rmsea],
        srmr=value["srmr"],
    )
