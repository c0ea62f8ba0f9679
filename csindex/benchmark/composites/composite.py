"""The door to composite indices: scores of dimensions and of the whole, with the replicates that fits have."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from csindex.benchmark.composites import result as text
from csindex.benchmark.composites.scheme import TOTAL, Scheme, Weighting
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import OptionError, SurveyError
from csindex.fitting.core import table
from csindex.fitting.intake import Plan, plan_of, refuse_empty, survey_of
from csindex.model.parts import Item
from csindex.moments.missing import POLICIES, Policy
from csindex.options import choose
from csindex.replicates.intervals import Evidence, Uncertainty, uncertainty, unknown
from csindex.replicates.means import Drawn, MeanSource, drawn, placed, sample_of, sizes
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.survey.checks import ANY_SCALE, Codes
from csindex.text.format import rows_text

Gaps = Literal["listwise", "available"]
# Means of the items are those of rows whose gaps are filled with them.
_POLICY: dict[str, Policy] = {"listwise": POLICIES["listwise"], "available": POLICIES["mean"]}


@dataclass(frozen=True, slots=True, eq=False)
class CompositeResult:
    """A composite index of U units with its uncertainty.

    Attributes
    ----------
    scheme : Scheme
    plan : Plan
        Replicates, seed, level and kind of interval.
    missing : {"listwise", "available"}
    account : Account
        What became of rows and answers.
    units : data frame of U rows, or None
    n, n_eff : (U,)
        Rows used, and Kish's effective number of them.
    estimates : (U, 2p + k + 1)
        Item scores and inner weights of p items, scores of k dimensions and of the whole.
    spread : Uncertainty
        Of these estimates.
    drawn : Drawn
        Replicates of the k + 1 scores.
    """

    scheme: Scheme
    plan: Plan
    missing: Gaps
    account: Account
    units: pd.DataFrame | None
    n: Array
    n_eff: Array
    estimates: Array
    spread: Uncertainty
    drawn: Drawn

    @property
    def index(self) -> pd.DataFrame:
        """Scores on 0-100: unit columns, ``dimension, estimate, se, lower, upper``; the index is the dimension "Total"."""
        names = [*self.scheme.shares, TOTAL]
        return self._table({"dimension": names}, slice(-len(names), None))

    @property
    def items(self) -> pd.DataFrame:
        """Scores of the items on 0-100: unit columns, ``dimension, item, estimate, se, lower, upper``."""
        return self._table(self._labels, slice(0, len(self.scheme.items)))

    @property
    def weights(self) -> pd.DataFrame:
        """What items count within their dimension: unit columns, ``dimension, item, estimate, se, lower, upper``.

        They vary between replicates where customers' importance ratings make them.
        """
        p = len(self.scheme.items)
        return self._table(self._labels, slice(p, 2 * p))

    @property
    def scores(self) -> UnitScores:
        """The index of the units, for leagues, grades, aggregates and trends."""
        return self.scores_of(TOTAL)

    def scores_of(self, dimension: str) -> UnitScores:
        """Return the scores of one dimension of the units.

        Raises
        ------
        OptionError
            Without units or replicates, or if there is no such dimension.
        """
        names = [*self.scheme.shares, TOTAL]
        at = names.index(choose("dimension", dimension, names))
        if self.units is None:
            raise OptionError("the result has a single unit. Give by= to compare units.")
        if not self.plan.replicates:
            raise OptionError("the result has no replicates, so nothing can be said of differences. Give replicates=.")
        return UnitScores(
            name=self.scheme.name if dimension == TOTAL else dimension,
            units=self.units,
            estimate=self.estimates[:, at - len(names)],
            draws=self.drawn.draws[..., at],
            n=self.n,
            n_eff=self.n_eff,
            joint=self.drawn.joint,
            coefficients=self.drawn.coefficients,
            degrees=self.drawn.degrees,
            level=self.plan.level,
            interval=self.plan.interval,
        )

    def summary(self) -> str:
        """Return all that a reader needs to use and to repeat the result, as text."""
        return text.full(self)

    def __repr__(self) -> str:
        return text.short(self)

    @property
    def _labels(self) -> dict[str, list[str]]:
        pairs = [(d.name, item.name) for d in self.scheme.dimensions for item in d.items]
        return {"dimension": [d for d, _ in pairs], "item": [i for _, i in pairs]}

    def _table(self, labels: dict[str, list[str]], part: slice) -> pd.DataFrame:
        s = self.spread
        spread = Uncertainty(s.se[:, part], s.lower[:, part], s.upper[:, part], s.p[:, part])
        return table(self.units, labels, self.estimates[:, part], spread)


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
    replicates of these means carry the sampling design, and the uncertainty of customers' importance ratings too.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> data = pd.DataFrame({"overall": [7, 6, 3, 5] * 10, "service": [6, 6, 2, 7] * 10, "repurchase": 6})
    >>> csi.composite(csi.kcsi(elements="service"), data, replicates=0).index.estimate.tolist()
    [50.0, 75.0, 100.0, 72.5]
    """
    if not isinstance(scheme, Scheme):
        raise OptionError(f"scheme must be a csindex Scheme, e.g. csindex.kcsi(), not {scheme!r:.80}.")
    choose("missing", missing, get_args(Gaps))
    survey = survey_of(data, weights=weights, strata=strata, clusters=clusters, by=by, missing_codes=missing_codes)
    plan = plan_of(survey, resampling, replicates, seed, level)
    ratings = [Item(name, ANY_SCALE) for name in scheme.importance]
    answers = survey.answers([*scheme.items, *ratings], complete=_POLICY[missing].complete)
    n, n_eff = sizes(answers)
    refuse_empty(answers.units, n, 2)
    weighting, names = Weighting.of(scheme), (*(item.name for item in scheme.items), *scheme.importance)
    source = MeanSource(placed(answers, lambda values: _points(values, weighting, scheme)), names, "mean")
    made = drawn(source, plan.kind, plan.replicates, plan.seed, weighting.parameters)
    estimates = weighting.parameters(sample_of(source))
    evidence = Evidence(estimates, made.draws, made.coefficients, made.degrees)
    result = CompositeResult(
        scheme=scheme,
        plan=plan,
        missing=missing,
        account=answers.account,
        units=answers.units,
        n=n,
        n_eff=n_eff,
        estimates=estimates,
        spread=uncertainty(evidence, level, plan.interval) if plan.replicates else unknown(estimates),
        # The items' replicates have done their work; a league needs those of the scores.
        drawn=replace(made, draws=made.draws[..., -len(weighting.shares) - 1 :].copy()),
    )
    for notice, category in text.warnings_of(result):
        warnings.warn(notice, category, stacklevel=2)
    return result


def _points(values: Array, weighting: Weighting, scheme: Scheme) -> Array:
    """Return answers and ratings (n, p + q) with the answers on 0-100."""
    p = len(scheme.items)
    for name, column in zip(scheme.importance, values.T[p:], strict=True):
        if (column < 0).any():
            raise SurveyError(
                f"importance rating {name!r} is negative in {rows_text(column < 0)} of those used. A share needs ratings "
                "from 0 up; declare codes in missing_codes=."
            )
    return np.column_stack([weighting.points(values[:, :p]), values[:, p:]])
