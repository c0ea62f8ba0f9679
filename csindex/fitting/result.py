"""What a fit gives: tables of everything, each number with its uncertainty."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import ModelError, OptionError
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.pls.structure import adjusted_r2
from csindex.fitting import constructs, text
from csindex.fitting.core import table
from csindex.fitting.refusals import failures
from csindex.fitting.scores import respondent_scores
from csindex.fitting.tables.first_stage import first_stage_table
from csindex.fitting.tables.inadmissible import inadmissible_table
from csindex.index.impacts import STEP
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.model.stages import Stage
from csindex.moments.moments import Moments
from csindex.options import Options
from csindex.replicates.intervals import Evidence, Uncertainty, standard_error, uncertainty, unknown
from csindex.replicates.replicate import Replicates
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.survey.checks import Codes
from csindex.text import html
from csindex.text.format import language

if TYPE_CHECKING:
    from csindex.fitting.tables.covariance import CovarianceFit

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
    lower, stage : Fit or None, Stage or None
        Of a model with higher-order constructs or interactions: the fit of the stage before, of the same units and
        replicates, and what this stage is.
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
    stage: Stage | None = None
    lower: "Fit | None" = None
    covariance: "CovarianceFit | None" = None

    @property
    def specified(self) -> Model:
        """The model as it was given; `model` is the plain one of the last stage."""
        return self.model if self.stage is None else self.stage.whole

    @property
    def units(self) -> pd.DataFrame | None:
        """Labels of the units, one row each; None without ``by=``."""
        return self.moments.units

    @property
    def failures(self) -> pd.DataFrame:
        """Failed replicates: ``reason, replicates``."""
        return failures(self.model, self.replicates, self.units)

    @property
    def inadmissible(self) -> pd.DataFrame:
        """Estimates that lie where they cannot be: ``reason, sample, replicates``; empty where there are none.

        `sample` says whether it is true of the estimates, `replicates` of how many replicates.
        """
        return inadmissible_table(self)

    @property
    def index(self) -> pd.DataFrame:
        """Index scores, 0-100: ``construct, estimate, se, lower, upper`` (Fornell et al. 1996).

        The index of a construct that is measured by one yes/no item is the percentage of yes. The dimensions of
        higher-order constructs are among the constructs; an interaction has no index.
        """
        return self.table(*constructs.indices(self))

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
            them as effects is to trust the model. A dimension acts through its higher-order construct, with its weight in
            the index of that. A driver that interacts acts as it does at the mean of its moderator; see
            `csindex.simple_slopes`.

        Raises
        ------
        ModelError
            If the target is not a construct, or nothing leads to it.
        OptionError
            If the step is no number.
        """
        if isinstance(step, bool) or not isinstance(step, (int, float)):
            raise OptionError(f"step={step!r} must be a number of index points, e.g. 5.")
        goal = self.model.construct(target or self.model.target).name
        sources = constructs.drivers(self, goal)
        if not sources:
            raise ModelError(f"nothing in the model leads to {goal!r}, so it has no drivers. Name another target.")
        total, direct = (constructs.effect_in_points(self, goal, total=kind) for kind in (True, False))
        labels = {"source": sources, "target": [goal] * len(sources)}
        extra = {"direct": direct(self.estimates), "total": total(self.estimates)}
        return self.table(labels, lambda e: step * total(e), extra=extra)

    @property
    def paths(self) -> pd.DataFrame:
        """Standardized path coefficients: ``source, target, estimate, se, lower, upper, p``."""
        return self._arrows(self.design.links, lambda e: e.paths)

    @property
    def effects(self) -> pd.DataFrame:
        """Standardized total and indirect effects: ``source, target, effect, estimate, se, lower, upper, p``."""
        design = self.design
        total = self._arrows(design.reaches, self.total, effect="total")
        detour = design.detours
        if not detour.any():
            return total
        indirect = self._arrows(detour, lambda e: self.total(e) - e.paths, effect="indirect")
        return pd.concat([total, indirect], ignore_index=True)

    @property
    def weights(self) -> pd.DataFrame:
        """Outer weights of the standardized (or centred) items: ``construct, item, estimate, se, lower, upper``."""
        return self.table(*constructs.items(self, "weights"))

    @property
    def index_weights(self) -> pd.DataFrame:
        """Weights of the items (on 0-100) in their index, which sum to 1: ``construct, item, estimate, ...``."""
        return self.table(*constructs.items(self, "index_weights"))

    @property
    def loadings(self) -> pd.DataFrame:
        """Correlations of the items with their construct: ``construct, item, estimate, se, lower, upper``.

        By PLSc those of a block in Mode A are consistent loadings on the common factor (Dijkstra & Henseler 2015).
        """
        return self.table(*constructs.items(self, "loadings"))

    @property
    def first_stage(self) -> pd.DataFrame:
        """Strength of the instruments where two-stage least squares was used: ``source, target, f, estimate, ...``.

        A row for each source that is projected on instruments; the estimate is the partial R² of those that are not in the
        equation (Shea 1997), f their F statistic, which should pass 10 (Staiger & Stock 1997).
        """
        return first_stage_table(self)

    @property
    def r2(self) -> pd.DataFrame:
        """Share of variance explained: ``construct, adjusted, estimate, se, lower, upper``.

        Of an equation with instruments it is 1 less the variance of its residual, and can be negative.
        """
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

    def summary(self, lang: str = "en") -> str:
        """Return the result as text: index, driver weights, paths, and how they were computed.

        Parameters
        ----------
        lang : {"en", "ko"}
            English, or Korean with the `label_ko` of the constructs in place of their names.

        Raises
        ------
        OptionError
            If the language is not known.
        """
        return text.full(self, language(lang))

    def __repr__(self) -> str:
        return text.short(self)

    def _repr_html_(self) -> str:
        return html.as_html(self, text.headline(self))

    def total(self, estimates: Estimates) -> Array:
        """Return total effects (..., k, k), ``[target, source]``, of the estimates of any stack."""
        return constructs.total_paths(self, estimates)

    def evidence(self, quantity: Quantity) -> Evidence | None:
        """Return what is known of the uncertainty of q quantities; None without replicates."""
        if self.replicates is None:
            return None
        estimate, replicates = quantity(self.estimates), self.options.replicates
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
            else inner.reshape(len(inner), replicates, inner.shape[1] // replicates, inner.shape[-1]),
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
        return self.table(labels, lambda e: constructs.of_products(self, e, quantity(e))[..., targets, sources], p=True)
