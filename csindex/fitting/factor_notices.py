"""What of a covariance structure model must not be read as it stands."""

from collections.abc import Iterator

import numpy as np

from csindex.errors import CsindexWarning, EstimationError, InadmissibleWarning, OptionError
from csindex.estimation.covariance.structure import implied
from csindex.fitting.checks import unit_name
from csindex.fitting.factors import parameters_for
from csindex.fitting.result import Fit
from csindex.model.design import design_of
from csindex.model.model import Model
from csindex.options import Options
from csindex.survey.columns import listed

BEYOND = 1 + 1e-9
SHOWN = 4


def check_options(options: Options) -> None:
    """Raise an error if an option belongs to covariance structure models, and another estimator is used."""
    if options.estimator == "cbsem":
        return
    if options.missing == "fiml":
        raise OptionError(
            "missing='fiml' belongs to estimator='cbsem'. Use missing='em', which gives PLS the same moments."
        )
    usual = {"discrepancy": "ML", "errors": "normal", "likelihood": "normal"}
    for name, value in usual.items():
        if getattr(options, name) != value:
            raise OptionError(
                f"{name}={getattr(options, name)!r} belongs to estimator='cbsem'; leave it out otherwise."
            )


def check_factor_model(model: Model, options: Options) -> None:
    """Raise an error if a model cannot be a covariance structure model, or an option says nothing to one."""
    if model.layered:
        raise OptionError(
            "estimator='cbsem' takes no constructs made of constructs and no interactions. Take them out of the model, or use "
            "estimator='pls' or 'plsc'."
        )
    design = design_of(model)
    formative = [c.name for c in model.constructs if c.mode in ("B", "nonnegative B") and len(c.items) > 1]
    if formative:
        raise OptionError(
            f"estimator='cbsem' takes items to reflect their construct, but {listed(map(repr, formative))} is composed of its "
            "items ('<~', Mode B). Write '=~' (or model.with_modes({...: 'A'})) if the items do reflect it; else use "
            "estimator='pls'."
        )
    if any(instruments is not None for instruments in design.instruments):
        raise OptionError(
            "estimator='cbsem' has no feedback and no instruments: its errors are taken to be independent of all sources. Use "
            "estimator='plsc', which estimates such equations by two-stage least squares."
        )
    if options.variant != "standardized":
        raise OptionError(f"variant={options.variant!r} belongs to estimator='pls'; leave it out with 'cbsem'.")
    if options.missing in ("pairwise", "em"):
        raise OptionError(
            f"missing={options.missing!r} gives covariances whose χ² and standard errors are not those of a complete sample. Use "
            "missing='fiml', which fits the model to the answers that are there, or 'listwise'."
        )
    if options.missing == "mean" and options.analytic:
        raise OptionError(
            "missing='mean' takes filled-in answers for real ones, so analytic standard errors would be too small. Use "
            "missing='fiml', or replicates=1000."
        )
    if options.ordinal:
        raise OptionError("estimator='cbsem' does not take ordinal items; leave ordinal= out, or use estimator='pls'.")
    if options.missing == "fiml" and (options.replicates or options.discrepancy != "ML"):
        raise OptionError(
            "missing='fiml' is maximum likelihood with analytic standard errors: leave discrepancy= and replicates= out. "
            "errors='robust' allows for answers that are not normal."
        )
    if options.analytic and options.interval != "normal":
        raise OptionError(
            f"interval={options.interval!r} needs replicates; analytic standard errors give 'normal' intervals. Set "
            "replicates=1000."
        )
    df = parameters_for(design, options).degrees()
    if df < 0:
        raise EstimationError(
            f"the model has {-df} more parameters than its {design.p} items have variances and covariances, so it cannot be "
            "estimated. Use more items for a construct, or fewer paths."
        )


def improper(result: Fit) -> list[tuple[str, type[CsindexWarning]]]:
    """Say where a solution lies outside of what can be, or at its border."""
    found = [(unit, text) for unit in range(len(result.estimates.index)) for text in _improper(result, unit)]
    if not found:
        return []
    units = len({unit for unit, _ in found})
    if result.units is None:
        what = listed([text for _, text in found], most=SHOWN)
        return [(f"the solution is not proper: {what}. {_ADVICE}", InadmissibleWarning)]
    texts = [f"{unit_name(result.units, unit)}: {text}" for unit, text in found]
    text = (
        f"the solutions of {units} of {len(result.units)} units are not proper: {listed(texts, most=SHOWN)}. {_ADVICE}"
    )
    return [(text, InadmissibleWarning)]


_ADVICE = (
    "Estimates that depend on it cannot be read as they stand: join constructs that cannot be told apart, leave items out, "
    "or use estimator='pls'."
)


def _improper(result: Fit, unit: int) -> Iterator[str]:
    """Yield what is improper in the solution of a unit, in words with the number."""
    e, design, model = result.estimates, result.design, result.model
    names, items = model.construct_names, model.item_names
    at = implied(e.theta[unit][:, None], parameters_for(design, result.options))
    residual, factor = (np.einsum("iim->i", a) for a in (at.matrices.residuals, at.matrices.disturbances))
    for i in np.flatnonzero(residual < 0):
        yield f"the residual variance of item {items[i]!r} is negative ({residual[i]:.3g})"
    for j in np.flatnonzero(factor < 0):
        yield f"the residual variance of {names[j]} is negative ({factor[j]:.3g})"
    for i in np.flatnonzero((np.abs(e.loadings[unit]) > BEYOND) & (residual >= 0)):
        yield f"the standardized loading of item {items[i]!r} is {e.loadings[unit, i]:.2f}"
    C = e.correlations[unit]
    for a, b in np.argwhere(np.tril(np.abs(C) > BEYOND, -1)):
        yield f"{names[b]} and {names[a]} correlate {C[a, b]:.3f}"
    least = np.linalg.eigvalsh(C)[0]
    if least <= 0 and not (np.abs(C) > BEYOND).any():
        yield f"the correlations of the constructs are not positive definite (smallest eigenvalue {least:.2g})"
    paths = np.argwhere(np.abs(e.paths[unit]) > BEYOND)
    if len(paths):
        worst = max(paths.tolist(), key=lambda path: abs(e.paths[unit][path[0], path[1]]))
        others = f" and {len(paths) - 1} more standardized paths lie" if len(paths) > 1 else " lies"
        value = e.paths[unit][worst[0], worst[1]]
        off = np.abs(C - np.eye(len(C)))
        a, b = np.unravel_index(off.argmax(), C.shape)
        yield (
            f"{names[worst[1]]} → {names[worst[0]]} ({value:.2f}){others} beyond ±1, as constructs overlap ({names[b]} and "
            f"{names[a]} correlate {C[a, b]:.3f})"
        )
