"""Composite indices: scores of dimensions and of the whole, with their uncertainty."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from csindex.benchmark.composites.result import POLICY, CompositeResult, Gaps, notices
from csindex.benchmark.composites.scheme import Scheme, Weighting
from csindex.errors import OptionError, SurveyError
from csindex.fitting.intake import Plan, plan_of, refuse_empty, survey_of
from csindex.messages import Message
from csindex.model.parts import Item
from csindex.options import choose
from csindex.replicates.bounded import mean_scores
from csindex.replicates.intervals import Evidence, Uncertainty, uncertainty, unknown
from csindex.replicates.means import MeanSource, drawn, placed, sample_of, sizes
from csindex.stacks.layout import Array
from csindex.survey.checks import ANY_SCALE, Codes
from csindex.text.format import some_rows


def composite(
    scheme: Scheme,
    data: Any,
    *,
    weights: str | ArrayLike | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    missing: Gaps = "listwise",
    missing_codes: Codes | None = None,
    replicates: int = 1000,
    resampling: Literal["bootstrap", "jackknife", "replicate weights"] | None = None,
    seed: int | None = 1,
    level: float = 0.95,
) -> CompositeResult:
    """Compute a composite index: a weighted mean of dimensions, with weights that are set and not estimated.

    Parameters
    ----------
    scheme : Scheme
        E.g. ``csindex.kcsi()``, or your own.
    data : data frame or Survey
    weights, strata, clusters, by, missing_codes
        See `Survey`.
    missing : {"listwise", "available"}
        Leave rows out that miss any answer of the scheme, or take each item's mean over the answers that are there.
    replicates : int
        0 for none; standard errors are then NaN.
    resampling : {"bootstrap", "jackknife", "replicate weights"}, optional
        As in `csindex.fit`: by default the survey's replicate weights, else the bootstrap, rescaled for designs.
    seed : int or None
        The same seed gives the same numbers.
    level : float
        Of the intervals: percentile ones, or normal ones for jackknife and supplied replicates.

    Returns
    -------
    CompositeResult

    Raises
    ------
    SurveyError
        Answers that do not fit the scheme, importance ratings below 0, units with fewer than two rows.
    OptionError
        An argument that is not known, or does not go with the data.

    Notes
    -----
    Every score is a function of the means of the items, placed on 0-100 one answer at a time, and of the ratings. So the
    replicates of these means have the sampling design in them, and the uncertainty of customers' importance ratings too.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> data = pd.DataFrame({"overall": [7, 6, 3, 5] * 10, "service": [6, 6, 2, 7] * 10, "repurchase": 6})
    >>> csi.composite(csi.kcsi(elements="service"), data, replicates=0).index.estimate.tolist()
    [50.0, 75.0, 100.0, 72.5]
    """
    if not isinstance(scheme, Scheme):
        raise OptionError(Message("composite.not_a_scheme", scheme=f"{scheme!r:.80}"))
    choose("missing", missing, get_args(Gaps))
    survey = survey_of(data, weights=weights, strata=strata, clusters=clusters, by=by, missing_codes=missing_codes)
    plan = plan_of(survey, resampling, replicates, seed, level)
    ratings = [Item(name, ANY_SCALE) for name in scheme.importance]
    answers = survey.answers([*scheme.items, *ratings], complete=POLICY[missing].complete)
    n, n_eff = sizes(answers)
    refuse_empty(answers.units, n, 2)
    weighting, names = Weighting.of(scheme), (*(item.name for item in scheme.items), *scheme.importance)
    source = MeanSource(placed(answers, lambda values: _points(values, weighting, scheme)), names, "mean")
    spread = drawn(source, plan.kind, plan.replicates, plan.seed, weighting.parameters)
    estimates = weighting.parameters(sample_of(source))
    evidence = Evidence(estimates, spread.draws, spread.coefficients, spread.degrees)
    result = CompositeResult(
        scheme=scheme,
        plan=plan,
        missing=missing,
        account=answers.account,
        units=answers.units,
        n=n,
        n_eff=n_eff,
        estimates=estimates,
        spread=_spread(evidence, n_eff, len(weighting.shares) + 1, plan) if plan.replicates else unknown(estimates),
        # Leagues, grades and trends need the replicates of the scores, not of the items.
        drawn=replace(spread, draws=spread.draws[..., -len(weighting.shares) - 1 :].copy()),
    )
    for notice in notices(result):
        warnings.warn(notice, stacklevel=2)
    return result


def _spread(evidence: Evidence, n_eff: Array, scores: int, plan: Plan) -> Uncertainty:
    """Return the uncertainty of all parameters, the last ones of which are `scores` means on 0-100."""
    found = uncertainty(evidence, plan.level, plan.interval)
    draws, estimate = evidence.draws[..., -scores:], evidence.estimate[:, -scores:]
    bounded = replace(evidence, estimate=estimate, draws=draws, scores=mean_scores(draws, found.se[:, -scores:], n_eff))
    own = uncertainty(bounded, plan.level, "auto")
    for name in ("se", "lower", "upper"):
        getattr(found, name)[:, -scores:] = getattr(own, name)
    return found


def _points(values: Array, weighting: Weighting, scheme: Scheme) -> Array:
    """Return answers and ratings (n, p + q) with the answers on 0-100."""
    p = len(scheme.items)
    for name, column in zip(scheme.importance, values.T[p:], strict=True):
        if (column < 0).any():
            raise SurveyError(Message("composite.negative_rating", name=name, rows=some_rows(column < 0)))
    return np.column_stack([weighting.points(values[:, :p]), values[:, p:]])
