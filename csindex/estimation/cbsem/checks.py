"""What cannot be a covariance structure model, and options that do not go with one."""

from csindex.errors import EstimationError, OptionError
from csindex.estimation.cbsem.estimates import adjusted, parameters_for
from csindex.model.design import design_of
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.options import Options
from csindex.replicates.intervals import INTERVALS
from csindex.text.format import listed


def check_factor_model(model: Model, options: Options) -> None:
    """Raise an error if a model cannot be a covariance structure model, or an option does not go with one.

    Raises
    ------
    OptionError, EstimationError
    """
    if model.layered:
        raise OptionError(
            "estimator='cbsem' does not take higher-order constructs or interactions. Use estimator='pls' or 'plsc', or fit the "
            "model of the dimensions."
        )
    formative = [c.name for c in model.constructs if c.mode in ("B", "nonnegative B") and len(c.items) > 1]
    if formative:
        raise OptionError(
            f"estimator='cbsem' takes items to reflect their construct, but {listed(map(repr, formative))} is composed of its "
            "items ('<~', Mode B). Write '=~' (or model.with_modes({...: 'A'})) if the items do reflect it; else use "
            "estimator='pls'."
        )
    if model.instruments:
        raise OptionError(
            "estimator='cbsem' uses no instruments: it estimates all equations at once. Leave instruments= out of the model, or "
            "use estimator='plsc'."
        )
    _check_options(options)
    parameters = parameters_for(design_of(model), options)
    df = parameters.degrees()
    if df < 0:
        raise EstimationError(
            f"the model has {-df} more parameters than its {parameters.design.p} items have variances and covariances, so it "
            "cannot be estimated. Use more items for a construct, or fewer paths."
        )


def _check_options(options: Options) -> None:
    policy = policy_of(options)
    if options.weights_from:
        raise OptionError("weights_from= does not go with estimator='cbsem'; carry weights over with estimator='pls'.")
    if options.variant != "standardized":
        raise OptionError(f"variant={options.variant!r} belongs to estimator='pls'; leave it out with 'cbsem'.")
    if adjusted(options) and not policy.complete:
        raise OptionError(
            f"missing={options.missing!r} does not go with ordinal items or with discrepancy='DWLS', which take errors and "
            "weights from complete rows. Use missing='listwise'."
        )
    if not policy.chi_square:
        raise OptionError(
            f"missing={options.missing!r} gives covariances whose χ² and standard errors are not those of a complete sample. "
            "Use missing='fiml', which fits the model to the answers that are there, or 'listwise'."
        )
    if not options.replicates and not policy.analytic:
        raise OptionError(
            f"missing={options.missing!r} takes filled-in answers for real ones, so analytic standard errors would be too small. Use "
            "missing='fiml', or replicates=1000."
        )
    if options.ordinal and options.discrepancy not in ("DWLS", "ULS"):
        raise OptionError(
            f"discrepancy={options.discrepancy!r} does not go with ordinal items, whose polychoric correlations are not "
            "those of normal answers. Use discrepancy='DWLS', or 'ULS'."
        )
    if adjusted(options) and options.errors == "normal":
        raise OptionError(
            "errors='normal' does not go with ordinal items or with discrepancy='DWLS', whose errors always come from the "
            "rows. Leave errors= out."
        )
    if policy.full_information and (options.replicates or options.discrepancy != "ML"):
        raise OptionError(
            f"missing={options.missing!r} is maximum likelihood with analytic standard errors: leave discrepancy= and replicates= out. "
            "errors='robust' allows for answers that are not normal."
        )
    if not options.replicates and INTERVALS[options.interval].distribution:
        raise OptionError(
            f"interval={options.interval!r} needs replicates; analytic standard errors give 'normal' intervals. Set "
            "replicates=1000."
        )
