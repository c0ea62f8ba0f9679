"""What a fit gives: tables of everything, each number with its uncertainty."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import ModelError, OptionError
from csindex.estimation.structure import adjusted_r2, total_effects
from csindex.fitting import summary
from csindex.fitting.checks import failures
from csindex.fitting.estimates import Estimates, Status
from csindex.fitting.intervals import Evidence, Uncertainty, standard_error, uncertainty, unknown
from csindex.fitting.replicate import Replicates
from csindex.fitting.respondents import respondent_scores
from csindex.fitting.tables import table
from csindex.index.impacts import STEP, in_points
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.options import Options
from csindex.survey.answers import Account
from csindex.survey.checks import Codes
from csindex.survey.moments import Moments
from csindex.survey.stacks import Array

if TYPE_CHECKING:
    from csindex.fitting.covariance import CovarianceFit

Quantity = Callable[[Estimates], Array]
"""A function from the estimates of a stack (...) to q numbers (..., q)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Fit:
    """The result of `csindex.fit`. It holds no respondents' rows and does not change.

    Every table is a tidy pandas frame: one row for each parameter, the unit columns of ``by=`` first, then labels, then
    ``estimate, se, lower, upper``; NaN where there is no number.

    Attributes
    ----------
    model : Model
    options : Options
        Everything that was decided.
    seed : int
        Seed of the replicates.
    moments : Moments
        Of the sample, a stack of U units (one without ``by=``).
    estimates : Estimates
        Arrays of the sample, with the stack (U,).
    replicates : Replicates or None
        Replicates of the moments, and their estimates, with the stack (U, R).
    jackknife, nested, simple : Replicates or None
        What BCa intervals, studentised intervals and design effects also need.
    degrees : (U,)
        Degrees of freedom of design-based variances, PSUs less strata; infinite without a design.
    account : Account or None
        What became of the rows and answers.
    dropped : data frame
        Units that were left out, with the reason.
    missing_codes
        As given to `fit`.
    covariance : CovarianceFit or None
        Of "cbsem": ``.parameters`` in the lavaan notation and ``.measures``, χ² and fit indices.
    """

    model: Model
    design: Design
    options: Options
    seed: int
    moments: Moments
    estimates: Estimates
    replicates: Replicates | None
    account: Account | None
    dropped: pd.DataFrame
    jackknife: Replicates | None = None
    nested: Replicates | None = None
    simple: Replicates | None = None
    degrees: Array | None = None
    missing_codes: Codes | None = None
    covariance: "CovarianceFit | None" = None

    @property
    def units(self) -> pd.DataFrame | None:
        """Labels of the units, one row each; None without ``by=``."""
        return self.moments.units

    @property
    def failures(self) -> pd.DataFrame:
        """Failed replicates: ``reason, replicates``."""
        return failures(self.model, self.replicates, self.units)

    @property
    def index(self) -> pd.DataFrame:
        """Index scores, 0-100: ``construct, estimate, se, lower, upper`` (Fornell et al. 1996).

        The index of a construct that is measured by one yes/no item is the percentage of yes.
        """
        return self.table({"construct": self.model.construct_names}, lambda e: e.index)

    def impacts(self, target: str | None = None, step: float = STEP) -> pd.DataFrame:
        """Return driver weights: what goes with a rise of a driver's index, in points of the target's index.

        Parameters
        ----------
        target : str, optional
            A construct; by default the model's target.
        step : float
            Rise of the driver in index points; 5 as the ACSI reports it.

        Returns
        -------
        data frame
            ``source, target, direct, total, estimate, se, lower, upper``. `direct` and `total` are points for one
            point, `estimate` (with its interval) is the total effect of `step` points. These are associations; to read
            them as effects is to trust the model.

        Raises
        ------
        ModelError
            If the target is not a construct, or nothing leads to it.
        OptionError
            If the step is no number.
        """
        if isinstance(step, bool) or not isinstance(step, (int, float)):
            raise OptionError(f"step={step!r} must be a number of index points, e.g. 5.")
        names = self.model.construct_names
        goal = names.index(self.model.construct(target or self.model.target).name)
        sources = np.flatnonzero(self.design.reaches[goal])
        if not len(sources):
            raise ModelError(
                f"nothing in the model leads to {names[goal]!r}, so it has no drivers. Name another target."
            )

        def total(e: Estimates) -> Array:
            return step * in_points(self.total(e), e.deviation)[..., goal, sources]

        direct = in_points(self.estimates.paths, self.estimates.deviation)[..., goal, sources]
        labels = {"source": [names[i] for i in sources], "target": [names[goal]] * len(sources)}
        return self.table(labels, total, extra={"direct": direct, "total": total(self.estimates) / step})

    @property
    def paths(self) -> pd.DataFrame:
        """Standardized path coefficients: ``source, target, estimate, se, lower, upper, p``."""
        return self._arrows(self.design.links, lambda e: e.paths)

    @property
    def effects(self) -> pd.DataFrame:
        """Standardized total and indirect effects: ``source, target, effect, estimate, se, lower, upper, p``."""
        design = self.design
        total = self._arrows(design.reaches, self.total, effect="total")
        detour = design.links.astype(np.intp) @ design.reaches > 0
        if not detour.any():
            return total
        indirect = self._arrows(detour, lambda e: self.total(e) - e.paths, effect="indirect")
        return pd.concat([total, indirect], ignore_index=True)

    @property
    def weights(self) -> pd.DataFrame:
        """Outer weights of the standardized (or centred) items: ``construct, item, estimate, se, lower, upper``."""
        return self._items(lambda e: e.weights)

    @property
    def index_weights(self) -> pd.DataFrame:
        """Weights of the items (on 0-100) in their index, which sum to 1: ``construct, item, estimate, ...``."""
        return self._items(lambda e: e.index_weights)

    @property
    def loadings(self) -> pd.DataFrame:
        """Correlations of the items with their construct: ``construct, item, estimate, se, lower, upper``."""
        return self._items(lambda e: e.loadings)

    @property
    def r2(self) -> pd.DataFrame:
        """Share of variance explained: ``construct, adjusted, estimate, se, lower, upper``."""
        chosen = np.flatnonzero(self.design.links.any(axis=1))
        adjusted = adjusted_r2(self.estimates.r2, self.moments.n, self.design)[..., chosen]
        labels = {"construct": [self.model.construct_names[i] for i in chosen]}
        return self.table(labels, lambda e: e.r2[..., chosen], extra={"adjusted": adjusted})

    @property
    def sample(self) -> pd.DataFrame:
        """Answers and replicates of each unit: ``n, n_eff, replicates, failed`` (n_eff by Kish, from the weights)."""
        columns = {} if self.units is None else {name: self.units[name] for name in self.units.columns}
        made = failed = np.zeros(len(self.estimates.index), dtype=np.intp)
        if self.replicates is not None and self.replicates.kind != "delta":
            status = self.replicates.estimates.status
            made = (status != Status.ABSENT).sum(axis=1)
            failed = made - (status == Status.OK).sum(axis=1)
        n, n_eff = self.moments.n.astype(np.intp), self.moments.n_eff
        return pd.DataFrame({**columns, "n": n, "n_eff": n_eff, "replicates": made, "failed": failed})

    def scores(self, data: Any) -> pd.DataFrame:
        """Return respondents' index scores, 0-100.

        Parameters
        ----------
        data : data frame or Survey
            Answers to the model's items, and the unit columns where the fit has them.

        Returns
        -------
        data frame
            A row for each row of `data` and a column for each construct; NaN where an answer is missing. Only a fit with
            ``missing="mean"`` fills the item's mean in, and one with ``missing="em"`` what is expected of the answer given
            the row's others, so that the mean of the scores is the index; a row without any answer is then NaN.

        Raises
        ------
        SurveyError
            See `Survey.answers`; also where a row belongs to a unit that was not fitted.
        """
        return respondent_scores(self, data)

    def summary(self) -> str:
        """Return the result as text: index, driver weights, paths, and how they were computed."""
        return summary.full(self)

    def __repr__(self) -> str:
        return summary.short(self)

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
        estimate = quantity(self.estimates)
        jackknife, nested = self.jackknife, self.nested
        inner = None if nested is None else quantity(nested.estimates)
        return Evidence(
            estimate=estimate,
            draws=quantity(self.replicates.estimates),
            coefficients=self.replicates.coefficients,
            degrees=self.degrees,
            jackknife=None if jackknife is None else quantity(jackknife.estimates),
            leverage=None if jackknife is None else jackknife.coefficients,
            nested=None
            if inner is None
            else inner.reshape(len(estimate), self.options.replicates, -1, inner.shape[-1]),
        )

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

    def _arrows(self, which: NDArray[np.bool_], quantity: Quantity, effect: str = "") -> pd.DataFrame:
        names = self.model.construct_names
        targets, sources = np.nonzero(which)
        labels = {"source": [names[i] for i in sources], "target": [names[i] for i in targets]}
        if effect:
            labels["effect"] = [effect] * len(sources)
        return self.table(labels, lambda e: quantity(e)[..., targets, sources], p=True)

    def _items(self, quantity: Quantity) -> pd.DataFrame:
        owner = [self.model.construct_names[j] for j in self.design.block_of]
        return self.table({"construct": owner, "item": self.model.item_names}, quantity)
