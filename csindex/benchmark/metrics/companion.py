"""Companion metrics: tidy tables with an interval for every number, by unit and wave."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.benchmark.metrics.differences import difference_table, pairs_of
from csindex.benchmark.metrics.measure import Measured, measure
from csindex.benchmark.metrics.metrics import Metric
from csindex.errors import OptionError, SurveyError, UnitWarning
from csindex.fitting.intake import plan_of, survey_of
from csindex.messages import Joined, Message, listed
from csindex.model.parts import Item
from csindex.survey.checks import ANY_SCALE, Codes
from csindex.survey.survey import Survey
from csindex.text.format import some_rows, unit_name


def companion(
    data: Any,
    metrics: Mapping[str, Metric],
    *,
    weights: str | ArrayLike | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    missing_codes: Codes | None = None,
    difference: str | Mapping[str, Any] | None = None,
    replicates: int = 1000,
    seed: int | None = 1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compute metrics that are published beside an index, by unit and wave, each with an interval.

    Parameters
    ----------
    data : data frame or Survey
    metrics : mapping of name to Metric
        E.g. ``{"CSAT": csi.top_box("q1"), "NPS": csi.nps("q2")}``.
    weights, strata, clusters, by, missing_codes
        See `Survey`. Each metric uses the answers that are there.
    difference : str, or mapping of a unit column to one of its values, optional
        Return differences instead: ``"wave"`` for each wave less the one before it, among units that agree in the other
        columns; ``{"company": "Acme"}`` for each company less Acme.
    replicates : int
        For means and percentiles, and for differences within one sample; 0 for none.
    seed : int or None
        The same seed gives the same numbers.
    level : float
        Of the intervals.

    Returns
    -------
    data frame
        Unit columns, ``metric, statistic, n, n_eff, estimate, se, lower, upper, method``. Shares are in percent. Of
        differences: unit columns, ``against, metric, statistic, estimate, se, lower, upper, method``.

    Raises
    ------
    SurveyError
        Columns that are missing, answers outside the scale or neither yes nor no, negative times.
    OptionError
        An argument that is not known, or does not go with the data.

    Warns
    -----
    UnitWarning
        If a unit has no answers for a metric; its row is there, with NaN.

    Notes
    -----
    *Shares*: the interval of Clopper & Pearson (1934); with weights or a design from the effective number of answers, n over
    the design effect and corrected for few degrees of freedom (Korn & Graubard 1998), at most n. Standard errors are
    linearised (Woodruff 1971), or from supplied replicate weights. *NPS*: one promoter, one passive and one detractor are
    added, and the interval is Student's t. *Means* on a scale: studentized bootstrap intervals from the means of answers and
    of their squares (Davison & Hinkley 1997, section 5.2); with a design, or without replicates, Student's t on the logit
    scale. *Percentiles*: order statistics with the ranks of Clopper and Pearson; the upper end is infinite where there are too
    few answers, which for the 90th percentile are fewer than 36; their `n_eff` is Kish's.

    *Differences* of shares: Newcombe's (1998) hybrid score interval. Where units are domains of one sample, the
    correlation of the two shares enters as in Zou & Donner (2008). Other differences: percentiles of the replicates'
    differences.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> data = pd.DataFrame({"wave": [1] * 50 + [2] * 50, "complained": [1] * 10 + [0] * 40 + [1] * 5 + [0] * 45})
    >>> csi.companion(data, {"complaints": csi.rate("complained")}, by="wave").round(1).upper.tolist()
    [33.7, 21.8]
    """
    if not isinstance(metrics, Mapping) or not metrics or not all(isinstance(m, Metric) for m in metrics.values()):
        raise OptionError(Message("metrics.not_metrics"))
    survey = survey_of(data, weights=weights, strata=strata, clusters=clusters, by=by, missing_codes=missing_codes)
    _refuse_jackknifed_quantiles(survey, metrics)
    plan = plan_of(survey, None, replicates, seed, level)
    units = survey.units()
    pairs = None if difference is None else pairs_of(units, difference)
    items = _items(metrics)
    answers = survey.answers(list(items.values()), complete=False)
    columns = {name: answers.values[:, at] for at, name in enumerate(items)}  # noqa: PD011
    _check_times(metrics, columns)
    if pairs is not None and not plan.replicates and (answers.sampling is not None or answers.given is not None):
        raise OptionError(Message("metrics.difference_replicates"))
    found = measure(metrics, columns, answers, plan, correlations=pairs is not None)
    _warn(metrics, found, units)
    if pairs is not None:
        assert units is not None
        return difference_table(metrics, found, units, pairs, plan)
    return _table(metrics, found, units)


def _refuse_jackknifed_quantiles(survey: Survey, metrics: Mapping[str, Metric]) -> None:
    quantiles = [name for name, metric in metrics.items() if metric.kind == "quantile"]
    if quantiles and survey.replicate_method in ("JK1", "JKn"):
        raise OptionError(Message("metrics.jackknifed_quantile", name=quantiles[0]))


def _items(metrics: Mapping[str, Metric]) -> dict[str, Item]:
    """Return the columns that are needed, with their scales."""
    scales: dict[str, tuple[float, float]] = {}
    for name, metric in metrics.items():
        scale = scales.get(metric.column, ANY_SCALE)
        if ANY_SCALE not in (scale, metric.scale) and scale != metric.scale:
            low, high = metric.scale
            other = {"other_low": scale[0], "other_high": scale[1]}
            raise OptionError(
                Message("metrics.two_scales", name=name, column=metric.column, low=low, high=high, **other)
            )
        scales[metric.column] = metric.scale if scale == ANY_SCALE else scale
        if metric.trials is not None:
            scales.setdefault(metric.trials, ANY_SCALE)
    return {column: Item(column, scale) for column, scale in scales.items()}


def _check_times(metrics: Mapping[str, Metric], columns: Mapping[str, NDArray[np.float64]]) -> None:
    for metric in metrics.values():
        negative = columns[metric.column] < 0
        if metric.kind == "quantile" and negative.any():
            raise SurveyError(Message("metrics.negative_time", column=metric.column, rows=some_rows(negative)))


def _table(metrics: Mapping[str, Metric], found: Measured, units: pd.DataFrame | None) -> pd.DataFrame:
    U, q = found.estimate.shape
    names = [(name, statistic) for name, metric in metrics.items() for statistic in metric.statistics]
    labels = {} if units is None else {str(name): units[name].repeat(q).array for name in units.columns}
    columns: dict[str, Any] = {"metric": [n for n, _ in names] * U, "statistic": [s for _, s in names] * U}
    columns |= {name: getattr(found, name).ravel() for name in ("n", "n_eff", "estimate", "se", "lower", "upper")}
    if (found.n == found.n.round()).all():
        columns["n"] = columns["n"].astype(np.int64)
    frame = pd.DataFrame({**labels, **columns, "method": found.method.ravel()})
    return frame.astype({"metric": "str", "statistic": "str", "method": "str"})


def _warn(metrics: Mapping[str, Metric], found: Measured, units: pd.DataFrame | None) -> None:
    names = [name for name, metric in metrics.items() for _ in metric.statistics]
    empty: dict[str, list[object]] = {}
    for unit, at in np.argwhere(found.n == 0).tolist():
        empty.setdefault(names[at], []).append(Message("metrics.sample") if units is None else unit_name(units, unit))
    if empty:
        each = [
            Message("metrics.no_answers_one", name=name, units=listed(dict.fromkeys(who), most=3))
            for name, who in empty.items()
        ]
        warnings.warn(UnitWarning(Message("metrics.no_answers", metrics=Joined(each, "; "))), stacklevel=3)
