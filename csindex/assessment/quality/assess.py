"""Assessment of a fitted model: reliability, validity, structural model and fit."""

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.quality import measurement, structure
from csindex.assessment.quality.admissible import inadmissible, named, placed
from csindex.assessment.quality.result import Assessment
from csindex.assessment.quality.scope import Scope
from csindex.errors import InadmissibleWarning, ModelError, OptionError
from csindex.estimation.estimator import estimator_of
from csindex.fitting.result import Fit
from csindex.messages import Argument, Message, Several, listed
from csindex.text.format import unit_name

CHOICES = ("model", "all", "none")
LABELS = (
    "measure", "construct_1", "construct_2", "root_ave", "correlation", "own", "kind", "name", "criterion", "model", "what",
    "where", "reading", "hi95", "hi99", "tested",
)  # fmt: skip


def assess(
    result: Fit,
    *,
    reflective: str | Iterable[str] = "model",
    factors: bool | None = None,
    reestimate: bool = True,
) -> Assessment:
    """Assess a fitted model: reliability, validity, structural model and overall fit, each number with its interval.

    Parameters
    ----------
    result : Fit
        From `csindex.fit`. Its replicates give the intervals; nothing is resampled again.
    reflective : {"model", "all", "none"} or sequence of str
        Constructs that their items reflect. By default those of Mode A; the others are composites, and have no reliability.
    factors : bool, optional
        Whether fit is that of common factors: items of a reflective construct correlate only through it. By default not
        for PLS, whose constructs are composites of their items: their loadings are not those of common factors, and the test
        of exact fit would reject models that hold. It is the default for estimators that are consistent for common factors.
    reestimate : bool
        Also estimate the model without each path (for f² by re-estimation), with all paths (for GM and Mallows' Cp), and on
        replicates that were turned so that it holds (for the test of exact fit). Without it these are NaN or left out.
        Models with other paths are not estimated for "cbsem", nor its saturated model: fit them and compare χ².

    Returns
    -------
    Assessment

    Raises
    ------
    OptionError
        Arguments that are not known; unit columns that would clash with columns of the tables.
    ModelError
        A name that is no construct.

    Notes
    -----
    Definitions and sources are those of the attributes of `Assessment`; where programs disagree, see docs/assessment.md.
    The test of exact fit is that of Beran & Srivastava (1985), as Dijkstra & Henseler (2015) use it.

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> csi.assess(result).reliability.query("measure == 'alpha'").set_index("construct").estimate.round(2)["Satisfaction"]
    np.float64(0.91)
    """
    if not isinstance(result, Fit):
        raise OptionError(Message("assess.not_a_fit", found=f"{result!r:.80}"))
    for name, value in (("factors", factors), ("reestimate", reestimate)):
        if not isinstance(value, bool) and not (name == "factors" and value is None):
            raise OptionError(Message("assess.not_true_or_false", name=name, value=value))
    clash = [] if result.units is None else [name for name in result.units.columns if name in LABELS]
    if clash:
        raise OptionError(Message("assess.clash", by=Argument("by", clash)))
    chosen = _reflective(result, reflective)
    estimator = estimator_of(result.options)
    if estimator.covariance_structure and factors is False:
        raise OptionError(Message("assess.factors_false", estimator=Argument("estimator", estimator.name)))
    common = estimator.common_factors if factors is None else factors
    scope = Scope(result, chosen, chosen & common, reestimate)
    found = inadmissible(scope)
    _warn(found, result.units)
    return Assessment(
        result=result,
        reflective=tuple(name for name, yes in zip(scope.names, scope.reflective, strict=True) if yes),
        factors=tuple(name for name, yes in zip(scope.names, scope.common, strict=True) if yes),
        reliability=measurement.reliability_table(scope),
        htmt=measurement.htmt_table(scope),
        fornell_larcker=measurement.fornell_larcker_table(scope),
        cross_loadings=measurement.cross_loading_table(scope),
        weights=measurement.weight_table(scope),
        vif=structure.inflation_table(scope),
        r2=structure.r2_table(scope),
        f2=structure.effect_table(scope),
        redundancy=structure.redundancy_table(scope),
        gof=structure.goodness_table(scope),
        fit=structure.fit_table(scope),
        criteria=structure.criteria_table(scope),
        inadmissible=found,
    )


def _reflective(result: Fit, chosen: str | Iterable[str]) -> NDArray[np.bool_]:
    names, modes = result.model.construct_names, result.design.modes
    if isinstance(chosen, str) and chosen in CHOICES:
        return np.array([mode == "A" if chosen == "model" else chosen == "all" for mode in modes])
    if isinstance(chosen, str) and chosen not in names:
        known = Several(map(repr, CHOICES))
        raise OptionError(Message("assess.unknown_reflective", value=chosen, known=known))
    asked = [chosen] if isinstance(chosen, str) else list(chosen)
    others = [name for name in asked if name not in names]
    if others:
        raise ModelError(Message("assess.no_constructs", names=others, known=Several(names, most=len(names))))
    return np.array([name in asked for name in names])


def _warn(found: pd.DataFrame, units: pd.DataFrame | None) -> None:
    """Warn of inadmissible numbers, the first few by name."""
    if found.empty:
        return
    labels = found.drop(columns=["what", "where", "estimate", "reading"])
    each = []
    for at, row in enumerate(found.itertuples()):
        said = {"what": named(str(row.what)), "where": placed(str(row.where)), "value": row.estimate}
        unit = {} if units is None else {"unit": unit_name(labels, at)}
        each.append(Message("assess.inadmissible_unit" if unit else "assess.inadmissible_one", **said, **unit))
    warnings.warn(InadmissibleWarning(Message("assess.inadmissible", found=listed(each, most=3))), stacklevel=3)
