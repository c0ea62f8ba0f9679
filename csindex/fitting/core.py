"""The core of a fit: what was fitted, what came out of it, and a tidy table of any quantity with its uncertainty."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.pls.structure import total_effects
from csindex.estimation.replicates import IndexOf, Replicates, between_items, index_draws, scores_of
from csindex.fitting.refusals import failures, too_few
from csindex.fitting.units import moments_of_rows
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.model.stages import Stage
from csindex.moments.moments import Moments
from csindex.options import Options
from csindex.replicates.bounded import Scores
from csindex.replicates.intervals import (
    Evidence,
    Uncertainty,
    counts_replicates,
    standard_error,
    uncertainty,
    unknown,
    words_of,
)
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.survey.checks import Codes

RESERVED = (
    "construct", "item", "source", "target", "effect", "estimate", "se", "lower", "upper", "p", "direct", "total",
    "adjusted", "n", "n_eff", "replicates", "failed", "reason",
)  # fmt: skip

Quantity = Callable[[Estimates], Array]
"""A function from the estimates of a stack (...) to q numbers (..., q)."""


def table(
    units: pd.DataFrame | None,
    labels: Mapping[str, Sequence[str]],
    estimate: Array,
    spread: Uncertainty,
    *,
    extra: Mapping[str, Array] | None = None,
    p: bool = False,
) -> pd.DataFrame:
    """Return a tidy frame of U units × q parameters.

    Parameters
    ----------
    units : frame of U rows, or None for a single unit without a name
    labels : mapping of column to q labels
    estimate : (U, q)
    spread : Uncertainty
    extra : mapping of column to (U, q), optional
        Columns before the estimate.
    p : bool
        Add the p-value.
    """
    count, width = estimate.shape
    columns: dict[str, object] = {}
    if units is not None:
        columns |= {str(name): units[name].repeat(width).array for name in units.columns}
    columns |= {name: np.tile(np.array(values, dtype=object), count) for name, values in labels.items()}
    numbers = {**(extra or {}), "estimate": estimate, "se": spread.se, "lower": spread.lower, "upper": spread.upper}
    if p:
        numbers["p"] = spread.p
    columns |= {name: np.asarray(values).ravel() for name, values in numbers.items()}
    frame = pd.DataFrame(columns)
    return frame.astype(dict.fromkeys(labels, "str"))


@dataclass(frozen=True, slots=True, eq=False)
class FittedStage:
    """A stage of a fit.

    Attributes
    ----------
    stage : Stage
        Its plain model, and where its items come from.
    design : Design
    moments : Moments
        Of its items, a stack of U units.
    """

    stage: Stage
    design: Design
    moments: Moments

    @property
    def model(self) -> Model:
        """The plain model."""
        return self.stage.model

    def of_rows(self, rows: NDArray[np.intp]) -> "FittedStage":
        """Return the stage of some units, by their rows in the stack."""
        return replace(self, moments=moments_of_rows(self.moments, rows))


@dataclass(frozen=True, slots=True, eq=False)
class CovarianceFit:
    """A covariance structure model's own tables.

    Attributes
    ----------
    parameters : data frame
        Unit columns, ``lhs, op, rhs`` in the lavaan notation (``=~`` loading, ``~`` path, ``~~`` variance or covariance),
        ``standardized`` (items and factors of variance 1), ``z``, ``estimate, se, lower, upper, p``. The first loading of each
        construct is fixed to 1. Reverse-coded items enter as minus the answer. With ordinal items all parameters are
        those of standardized variables behind them.
    measures : data frame
        Unit columns, ``measure, estimate, lower, upper``: χ² and the fit indices; of RMSEA with its 90% interval. What ends in
        *_robust* estimates population values, what ends in *_scaled* is made of the adjusted χ² of DWLS and ordinal items.
    sigma : (U, p, p)
        Covariances of the items that the model implies, of ordinal ones correlations; reverse-coded items enter as minus the answer.
    """

    parameters: pd.DataFrame
    measures: pd.DataFrame
    sigma: Array


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FittedModel:
    """A fitted model: all that tables and texts need. `csindex.fitting.result.Fit` adds the public tables.

    Attributes
    ----------
    options : Options
    seed : int
        Of the replicates.
    stages : tuple of FittedStage
        All stages, first to last; a plain model has one.
    estimates : Estimates
        Of the sample, a stack (U,), with those of the stages before the last.
    replicates : Replicates or None
        A stack (U, R).
    account : Account or None
        What became of the rows and answers.
    dropped : data frame
        Units that were left out, with the reason.
    jackknife, nested, simple : Replicates or None
        What BCa intervals, studentized intervals and design effects also need.
    degrees : (U,)
        Degrees of freedom of design-based variances, infinite without a design.
    missing_codes
        As given to `csindex.fit`.
    covariance : CovarianceFit or None
    """

    options: Options
    seed: int
    stages: tuple[FittedStage, ...]
    estimates: Estimates
    replicates: Replicates | None
    account: Account | None
    dropped: pd.DataFrame
    jackknife: Replicates | None = None
    nested: Replicates | None = None
    simple: Replicates | None = None
    degrees: Array | None = None
    missing_codes: Codes | None = None
    covariance: CovarianceFit | None = None

    @property
    def model(self) -> Model:
        """The plain model of the last stage; `specified` is the model as it was given."""
        return self.stage.model

    @property
    def specified(self) -> Model:
        """The model as it was given; `model` is the plain one of the last stage."""
        return self.stage.whole

    @property
    def stage(self) -> Stage:
        """What the last stage is."""
        return self.stages[-1].stage

    @property
    def design(self) -> Design:
        """The last stage's model as arrays."""
        return self.stages[-1].design

    @property
    def moments(self) -> Moments:
        """Of the sample, a stack of U units (one without ``by=``)."""
        return self.stages[-1].moments

    @property
    def units(self) -> pd.DataFrame | None:
        """Labels of the units, one row each; None without ``by=``."""
        return self.moments.units

    @property
    def sample(self) -> pd.DataFrame:
        """Answers and replicates of each unit: ``n, n_eff, replicates, failed`` (n_eff by Kish, from the weights)."""
        columns = {} if self.units is None else {name: self.units[name] for name in self.units.columns}
        count = failed = np.zeros(len(self.estimates.index), dtype=np.intp)
        if self.replicates is not None and self.replicates.kind != "delta":
            status = self.replicates.estimates.status
            count = (status != Status.ABSENT).sum(axis=1)
            failed = count - (status == Status.OK).sum(axis=1)
        n, n_eff = self.moments.n.astype(np.intp), self.moments.n_eff
        return pd.DataFrame({**columns, "n": n, "n_eff": n_eff, "replicates": count, "failed": failed})

    @property
    def failures(self) -> pd.DataFrame:
        """Failed replicates: ``reason, replicates``."""
        return failures(self.model, self.replicates, self.units)

    @property
    def interval_words(self) -> str:
        """The glossary's key of how intervals are computed."""
        drawn = self.replicates
        return words_of(self.options, self.degrees, 0 if drawn is None else drawn.estimates.index.shape[1])

    @property
    def least_p(self) -> float:
        """The least p-value that the replicates can show, 2/(R + 1); 0 where p-values are not counted on replicates."""
        if self.replicates is None or not counts_replicates(self.options):
            return 0.0
        return float(2 / (self.replicates.estimates.index.shape[1] + 1))

    def at_stage(self, number: int) -> Self:
        """Return the fit as it was after a stage, of the same units and replicates; the first has the number 0."""
        if number == len(self.stages) - 1:
            return self

        def earlier(replicates: Replicates | None) -> Replicates | None:
            return None if replicates is None else replace(replicates, estimates=replicates.estimates.at_stage(number))

        return replace(
            self,
            stages=self.stages[: number + 1],
            estimates=self.estimates.at_stage(number),
            replicates=earlier(self.replicates),
            jackknife=earlier(self.jackknife),
            nested=earlier(self.nested),
            simple=earlier(self.simple),
        )

    def total(self, estimates: Estimates) -> Array:
        """Return total effects (..., k, k), ``[target, source]``, of the estimates of any stack."""
        B, k = estimates.paths, self.design.k
        inner = np.moveaxis(B, (-2, -1), (0, 1)).reshape(k, k, -1)
        total = np.moveaxis(total_effects(np.moveaxis(inner, -1, 0), self.design), 0, -1)
        return np.moveaxis(total.reshape(k, k, *B.shape[:-2]), (0, 1), (-2, -1))

    def evidence(self, quantity: Quantity) -> Evidence | None:
        """Return what is known of the uncertainty of q quantities; None without replicates."""
        if self.replicates is None:
            return None
        estimate, replicates = quantity(self.estimates), self.options.replicates
        jackknife, nested = self.jackknife, self.nested
        inner = None if nested is None else quantity(nested.estimates)
        draws, scores = quantity(self.replicates.estimates), None
        if isinstance(quantity, IndexOf):
            draws, scores = self._index_draws(quantity)
        elif (few := too_few(self.replicates, self.options)).any():
            draws = np.where(few[:, None, None], np.nan, draws)
        return Evidence(
            estimate=estimate,
            draws=draws,
            coefficients=self.replicates.coefficients,
            degrees=self.degrees,
            jackknife=None if jackknife is None else quantity(jackknife.estimates),
            leverage=None if jackknife is None else jackknife.coefficients,
            nested=None
            if inner is None
            else inner.reshape(len(inner), replicates, inner.shape[1] // replicates, inner.shape[-1]),
            scores=scores,
        )

    def _index_draws(self, quantity: IndexOf) -> tuple[Array, Scores]:
        """Return replicates (U, R, q) of the index for standard errors, and what its intervals are computed from."""
        assert self.replicates is not None
        designs, drawn = [stage.design for stage in self.stages], self.replicates.estimates
        draws, deviations = index_draws(quantity, designs, self.estimates, drawn)
        usual = self.replicates.coefficients is None and self.replicates.kind != "parametric"
        scores = scores_of(quantity, self.estimates, self.moments, draws, deviations if usual else None)
        return between_items(quantity, designs, drawn, draws), scores

    def table(
        self,
        labels: Mapping[str, Sequence[str]],
        quantity: Quantity,
        *,
        extra: Mapping[str, Array] | None = None,
        p: bool = False,
    ) -> pd.DataFrame:
        """Return a tidy frame of any q quantities, with their uncertainty.

        Parameters
        ----------
        labels : mapping of column to q labels
        quantity : function from Estimates of a stack (...) to an array (..., q)
        extra : mapping of column to (U, q) array, optional
            Columns before the estimate.
        p : bool
            Add the p-value of the hypothesis that the quantity is 0.
        """
        estimate, evidence = quantity(self.estimates), self.evidence(quantity)
        options = self.options
        spread: Uncertainty = (
            unknown(estimate) if evidence is None else uncertainty(evidence, options.level, options.interval)
        )
        columns = {**self._design_effects(quantity, spread), **(extra or {})}
        return table(self.units, labels, estimate, spread, extra=columns, p=p)

    def _design_effects(self, quantity: Quantity, spread: Uncertainty) -> dict[str, Array]:
        """Return n, effective n and design effect (Kish 1965) of each quantity, for surveys with weights or a design."""
        if self.simple is None:
            return {}
        evidence = Evidence(quantity(self.estimates), quantity(self.simple.estimates), self.simple.coefficients)
        with np.errstate(invalid="ignore", divide="ignore"):
            plain = standard_error(evidence)
            deff = np.where(plain > 1e-10, (spread.se / plain) ** 2, np.nan)
            n = np.broadcast_to(self.moments.n[:, None], deff.shape)
            return {"n": n, "n_eff": n / deff, "deff": deff}
