"""Where a fit takes its moments from: answers, or moments that somebody else has made."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError, RepairWarning
from csindex.fitting import checks
from csindex.fitting.tables import RESERVED
from csindex.model.model import Model
from csindex.options import Options, Resampling
from csindex.survey.answers import Account
from csindex.survey.checks import Codes
from csindex.survey.grouped import GroupedMoments
from csindex.survey.moments import Moments
from csindex.survey.sources import MomentSource, RowSource, Source
from csindex.survey.survey import Survey


def usual_resampling(data: Any) -> Resampling:
    """Return how replicates of data are made where nothing else is said."""
    if isinstance(data, Moments):
        return "parametric"
    if isinstance(data, GroupedMoments):
        return "jackknife" if data.groups else "parametric"
    return "replicate weights" if isinstance(data, Survey) and data.replicate_weights is not None else "bootstrap"


def source_of(
    model: Model, data: Any, options: Options, given: dict[str, Any]
) -> tuple[Source, Account | None, Codes | None]:
    """Return where moments come from, and the account of the rows."""
    named = [name for name, value in given.items() if value is not None]
    if isinstance(data, (Moments, GroupedMoments, Survey)) and named:
        kind = type(data).__name__
        raise OptionError(f"{', '.join(named)} cannot be given with {kind}: {kind} has been made with or without them.")
    if isinstance(data, (Moments, GroupedMoments)) and options.missing != "listwise":
        raise OptionError(f"missing={options.missing!r} needs rows; moments have none.")
    if isinstance(data, (Moments, GroupedMoments)) and options.ordinal:
        raise OptionError("ordinal items need rows: moments do not tell how often each answer was given.")
    if isinstance(data, GroupedMoments):
        grouped = data.select(model.item_names)
        checks.check_scales(model, grouped.pooled().moments)
        _check_units(grouped.units)
        return grouped, grouped.account, grouped.missing_codes
    if isinstance(data, Moments):
        moments = data.select(model.item_names)
        if moments.mean.ndim > 2:
            raise OptionError(
                f"moments with {moments.mean.ndim - 1} leading axes cannot be fitted; one axis of units is the most."
            )
        checks.check_scales(model, moments)
        _check_definite(moments)
        return MomentSource(moments), None, None
    survey = data if isinstance(data, Survey) else Survey(data, **given)
    answers = survey.answers(model.items, options.missing)
    _check_units(answers.units)
    return RowSource.of(answers, model.item_names, options), answers.account, survey.missing_codes


def _check_units(units: pd.DataFrame | None) -> None:
    clash = [] if units is None else [name for name in units.columns if name in RESERVED]
    if clash:
        raise OptionError(f"by={clash} would clash with columns of the tables. Rename these columns.")


def _check_definite(moments: Moments) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        R = moments.correlation
    least = np.linalg.eigvalsh(np.where(np.isfinite(R), R, np.eye(R.shape[-1])))[..., 0].min()
    if least < -1e-10:
        warnings.warn(
            f"the correlations are not positive definite (smallest eigenvalue {least:.2g}), e.g. because they are rounded; "
            "parametric replicates are drawn with negative eigenvalues set to 0.",
            RepairWarning,
            stacklevel=4,
        )
