"""What of a covariance structure model must not be read as it stands."""

from collections.abc import Iterator

import numpy as np

from csindex.errors import CsindexWarning, EstimationError, InadmissibleWarning, OptionError
from csindex.estimation.covariance.structure import implied
from csindex.fitting.checks import unit_name
from csindex.fitting.factors import parameters_for
from csindex.fitting.result import Fit
from csindex.fitting.speaker import Speaker
from csindex.model.design import Design
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


def check_factor_model(model: Model, design: Design, options: Options) -> None:
    """Raise an error if a model cannot be a covariance structure model, or an option says nothing to one."""
    formative = [c.name for c in model.constructs if c.mode in ("B", "nonnegative B") and len(c.items) > 1]
    if formative:
        raise OptionError(
            f"estimator='cbsem' takes items to reflect their construct, but {listed(map(repr, formative))} is composed of its "
            "items ('<~', Mode B). Write '=~' (or model.with_modes({...: 'A'})) if the items do reflect it; else use "
            "estimator='pls'."
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


def improper(result: Fit, speaker: Speaker) -> list[tuple[str, type[CsindexWarning]]]:
    """Say where a solution lies outside of what can be, or at its border."""
    found = [(unit, text) for unit in range(len(result.estimates.index)) for text in _improper(result, unit, speaker)]
    if not found:
        return []
    key, texts = "improper", [text for _, text in found]
    counts = {"count": len({unit for unit, _ in found})}
    if result.units is not None:
        key, texts = "improper_units", [f"{unit_name(result.units, unit)}: {text}" for unit, text in found]
        counts["units"] = len(result.units)
    text = speaker.say(key, found=speaker.listed(texts, most=SHOWN), advice=speaker.say("advice_cbsem"), **counts)
    return [(text, InadmissibleWarning)]


def _improper(result: Fit, unit: int, speaker: Speaker) -> Iterator[str]:
    """Yield what is improper in the solution of a unit, in words with the number."""
    e, design, model, say = result.estimates, result.design, result.model, speaker.say
    names, items = [speaker.name(name) for name in model.construct_names], model.item_names
    at = implied(e.theta[unit][:, None], parameters_for(design, result.options))
    residual, factor = (np.einsum("iim->i", a) for a in (at.matrices.residuals, at.matrices.disturbances))
    for i in np.flatnonzero(residual < 0):
        yield say("improper_item", item=items[i], value=residual[i])
    for j in np.flatnonzero(factor < 0):
        yield say("improper_construct", name=names[j], value=factor[j])
    for i in np.flatnonzero((np.abs(e.loadings[unit]) > BEYOND) & (residual >= 0)):
        yield say("improper_loading", item=items[i], value=e.loadings[unit, i])
    C = e.correlations[unit]
    for a, b in np.argwhere(np.tril(np.abs(C) > BEYOND, -1)):
        yield say("improper_correlation", first=names[b], second=names[a], value=C[a, b])
    least = np.linalg.eigvalsh(C)[0]
    if least <= 0 and not (np.abs(C) > BEYOND).any():
        yield say("flaw_indefinite", value=least)
    paths = np.argwhere(np.abs(e.paths[unit]) > BEYOND).tolist()
    if paths:
        target, source = max(paths, key=lambda path: abs(e.paths[unit][path[0], path[1]]))
        a, b = np.unravel_index(np.abs(C - np.eye(len(C))).argmax(), C.shape)
        yield say(
            "improper_paths" if len(paths) > 1 else "improper_path",
            source=names[source],
            target=names[target],
            value=e.paths[unit][target, source],
            more=len(paths) - 1,
            first=names[b],
            second=names[a],
            correlation=C[a, b],
        )
