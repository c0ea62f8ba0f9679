"""What cannot be a covariance structure model, and options that do not go with one."""

from csindex.errors import EstimationError, OptionError
from csindex.estimation.cbsem.estimates import adjusted, parameters_for
from csindex.messages import Argument, Message, listed
from csindex.model.design import design_of
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.options import Options
from csindex.replicates.intervals import INTERVALS


def check_factor_model(model: Model, options: Options) -> None:
    """Raise an error if a model cannot be a covariance structure model, or an option does not go with one.

    Raises
    ------
    OptionError, EstimationError
    """
    if model.layered:
        raise OptionError(Message("estimation.layered"))
    formative = [c.name for c in model.constructs if c.mode in ("B", "nonnegative B") and len(c.items) > 1]
    if formative:
        modes = Argument("modes", {}, "model.with_modes({{...: 'A'}})")
        raise OptionError(Message("estimation.formative", names=listed(map(repr, formative)), modes=modes))
    if model.instruments:
        raise OptionError(Message("estimation.instruments"))
    _check_options(options)
    parameters = parameters_for(design_of(model), options)
    df = parameters.degrees()
    if df < 0:
        raise EstimationError(Message("estimation.not_identified", more=-df, items=parameters.design.p))


def _check_options(options: Options) -> None:
    policy, missing = policy_of(options), Argument("missing", options.missing)
    if options.weights_from:
        raise OptionError(Message("estimation.weights_from"))
    if options.variant != "standardized":
        raise OptionError(Message("estimation.of_pls", option=Argument("variant", options.variant)))
    if adjusted(options) and not policy.complete:
        raise OptionError(Message("estimation.complete_rows", missing=missing))
    if not policy.chi_square:
        raise OptionError(Message("estimation.no_chi_square", missing=missing))
    if not options.replicates and not policy.analytic:
        raise OptionError(Message("estimation.filled_in", missing=missing))
    if options.ordinal and options.discrepancy not in ("DWLS", "ULS"):
        raise OptionError(Message("estimation.ordinal", discrepancy=Argument("discrepancy", options.discrepancy)))
    if adjusted(options) and options.errors == "normal":
        raise OptionError(Message("estimation.normal_errors"))
    if policy.full_information and (options.replicates or options.discrepancy != "ML"):
        raise OptionError(Message("estimation.full_information", missing=missing))
    if not options.replicates and INTERVALS[options.interval].distribution:
        raise OptionError(Message("estimation.interval", interval=Argument("interval", options.interval)))
