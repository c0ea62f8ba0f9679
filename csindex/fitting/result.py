"""What a fit gives: tables of everything, each number with its uncertainty."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from csindex.fitting.constructs import driven
from csindex.fitting.core import FittedModel
from csindex.fitting.tables.estimates import effect_table, impact_table, index_table, item_table, path_table, r2_table
from csindex.fitting.tables.inadmissible import inadmissible_table
from csindex.index.impacts import STEP
from csindex.text.format import Language
from csindex.text.result import NO_ROWS, Result

if TYPE_CHECKING:
    from csindex.text.document import Section


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Fit(FittedModel, Result):
    """The result of `csindex.fit`. It holds no respondents' rows and does not change.

    Every table is a tidy pandas frame: one row for each parameter, the unit columns of ``by=`` first, then labels, then
    ``estimate, se, lower, upper``; NaN where there is no number.

    Attributes
    ----------
    model : Model
        As it was given; of a model with higher-order constructs or interactions the plain one of the last stage, and
        `specified` the one that was given.
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
    stages : tuple of FittedStage
        All stages of a model with higher-order constructs or interactions, first to last; one of any other model.
    stage : Stage
        What the last stage is.
    lower : Fit or None
        The fit of the stage before, of the same units and replicates.
    covariance : CovarianceFit or None
        Of "cbsem": ``.parameters`` in the lavaan notation and ``.measures``, χ² and fit indices.
    """

    TABLES: ClassVar = {
        "index": "index",
        "impacts": lambda fit: fit.impacts() if driven(fit) else NO_ROWS,
        **{name: name for name in ("paths", "effects", "r2", "weights", "index_weights", "loadings", "first_stage")},
        "covariance_parameters": lambda fit: NO_ROWS if fit.covariance is None else fit.covariance.parameters,
        "covariance_measures": lambda fit: NO_ROWS if fit.covariance is None else fit.covariance.measures,
        **{name: name for name in ("inadmissible", "sample", "failures", "dropped")},
    }

    @property
    def lower(self) -> "Fit | None":
        """The fit of the stage before, of the same units and replicates; None for a plain model."""
        return self.at_stage(len(self.stages) - 2) if len(self.stages) > 1 else None

    @property
    def inadmissible(self) -> pd.DataFrame:
        """Inadmissible estimates: ``reason, sample, replicates``; empty where there are none.

        `sample` says whether it is true of the estimates, `replicates` of how many replicates.
        """
        return inadmissible_table(self)

    @property
    def index(self) -> pd.DataFrame:
        """Index scores, 0-100: ``construct, estimate, se, lower, upper`` (Fornell et al. 1996).

        The index of a construct that is measured by one yes/no item is the percentage of yes. The dimensions of
        higher-order constructs are among the constructs; an interaction has no index.
        """
        return index_table(self)

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
            them as effects is to trust the model. A dimension affects it through its higher-order construct, with its weight in
            the index of that. A driver that interacts has the effect that it has at the mean of its moderator; see
            `csindex.simple_slopes`.

        Raises
        ------
        ModelError
            If the target is not a construct, or nothing leads to it.
        OptionError
            If the step is no number.
        """
        return impact_table(self, target, step)

    @property
    def paths(self) -> pd.DataFrame:
        """Standardized path coefficients: ``source, target, estimate, se, lower, upper, p``."""
        return path_table(self)

    @property
    def effects(self) -> pd.DataFrame:
        """Standardized total and indirect effects: ``source, target, effect, estimate, se, lower, upper, p``."""
        return effect_table(self)

    @property
    def weights(self) -> pd.DataFrame:
        """Outer weights of the standardized (or centred) items: ``construct, item, estimate, se, lower, upper``."""
        return item_table(self, "weights")

    @property
    def index_weights(self) -> pd.DataFrame:
        """Weights of the items (on 0-100) in their index, which sum to 1: ``construct, item, estimate, ...``."""
        return item_table(self, "index_weights")

    @property
    def loadings(self) -> pd.DataFrame:
        """Correlations of the items with their construct: ``construct, item, estimate, se, lower, upper``.

        By PLSc those of a block in Mode A are consistent loadings on the common factor (Dijkstra & Henseler 2015).
        """
        return item_table(self, "loadings")

    @property
    def first_stage(self) -> pd.DataFrame:
        """Strength of the instruments where two-stage least squares was used: ``source, target, f, estimate, ...``.

        A row for each source that is projected on instruments; the estimate is the partial R² of those that are not in the
        equation (Shea 1997), f their F statistic, which should pass 10 (Staiger & Stock 1997).
        """
        from csindex.fitting.tables.first_stage import first_stage_table

        return first_stage_table(self)

    @property
    def r2(self) -> pd.DataFrame:
        """Share of variance explained: ``construct, adjusted, estimate, se, lower, upper``.

        Of an equation with instruments it is 1 less the variance of its residual, and can be negative.
        """
        return r2_table(self)

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
        from csindex.fitting.scores import respondent_scores

        return respondent_scores(self, data)

    def blocks(self, lang: Language) -> Iterator["Section"]:
        """Yield index, driver weights, paths, and how they were computed; Korean texts have the `label_ko` of constructs."""
        from csindex.fitting import text

        return text.blocks(self, lang)

    def brief(self, lang: Language) -> Iterator["Section"]:
        """Yield the headline and the index."""
        from csindex.fitting import text

        return text.brief(self, lang)

    def _more(self) -> str:
        return ".summary(), .impacts(), .paths, .effects, .weights, .loadings, .r2"

    def _repr_html_(self) -> str:
        from csindex.fitting import text
        from csindex.text import html

        return html.write(text.notebook(self, "en"))
