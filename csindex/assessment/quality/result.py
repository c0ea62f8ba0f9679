"""What an assessment gives: tables of every measure, and a text."""

from dataclasses import dataclass

import pandas as pd

from csindex.assessment.quality import text
from csindex.assessment.quality.thresholds import threshold_table
from csindex.fitting.result import Fit
from csindex.text import html
from csindex.text.format import language


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Assessment:
    """The result of `csindex.assess`.

    Every table is tidy: the unit columns of ``by=`` first, then labels, then ``estimate, se, lower, upper`` (NaN without
    replicates, and where a measure does not apply).

    Attributes
    ----------
    result : Fit
    reflective : tuple of str
        Constructs whose items are taken as their reflections. The others are composites, which have no reliability.
    factors : tuple of str
        Constructs that `fit` takes as common factors; items of the others may correlate in any way.
    reliability : data frame
        ``construct, measure``: *alpha* (of standardized items), *alpha_raw* (of the items in points of 100), *rho_a*,
        *rho_c*, *ave*. NaN for single items and composites; *rho_a* also for "cbsem", whose weights are not those of PLS.
    htmt : data frame
        ``construct_1, construct_2, measure``: *htmt*, *htmt+*, *htmt2*. Pairs with a single item or a composite are left out.
    fornell_larcker : data frame
        ``construct_1, construct_2, root_ave, correlation``; the estimate is √AVE of the first less the absolute
        correlation with the second.
    cross_loadings : data frame
        ``item, own, construct``: the correlation of each item with the score of each construct.
    weights : data frame
        ``construct, item`` and the p-value: what the items of a composite contribute to it.
    vif : data frame
        ``kind, construct, name``: *item* among the items of its construct, *source* among the sources of a construct. What
        stands alone has no VIF.
    r2 : data frame
        ``construct, measure``: *r2*, *r2_adjusted*.
    f2 : data frame
        ``source, target, measure``: *f2* keeps the constructs' scores when a path is left out, *f2_reestimated* estimates
        the whole model again (not for "cbsem"). NaN for equations with instruments (feedback).
    redundancy : data frame
        ``construct, measure``: *communality* (mean λ²) of all, *redundancy* (communality · R²) of explained constructs.
    gof : data frame
        The GoF of Tenenhaus et al. (2005).
    fit : data frame
        ``model, measure, estimate, se, lower, upper, hi95, hi99, p, tested``: *srmr, d_uls, d_g, nfi* of the *saturated* model (the
        constructs correlate freely: is measurement right?) and of the *estimated* one; *rms_theta* of the measurement.
        *hi95* and *hi99* are quantiles where the model fits exactly, *p* the share of such samples that fit at least as badly, of
        as many as *tested*. "cbsem" has the estimated model only: from its parameters, so that *srmr* and *nfi* are those of
        ``result.covariance.measures``.
    criteria : data frame
        ``construct, criterion``: *aic, aicc, aicu, bic, fpe, gm, hq, hqc, mallows_cp* of each construct's equation; for
        comparing models of the same data, see `csindex.compare_models`.
    inadmissible : data frame
        ``what, where, estimate, reading``: numbers that lie where they cannot be.
    """

    result: Fit
    reflective: tuple[str, ...]
    factors: tuple[str, ...]
    reliability: pd.DataFrame
    htmt: pd.DataFrame
    fornell_larcker: pd.DataFrame
    cross_loadings: pd.DataFrame
    weights: pd.DataFrame
    vif: pd.DataFrame
    r2: pd.DataFrame
    f2: pd.DataFrame
    redundancy: pd.DataFrame
    gof: pd.DataFrame
    fit: pd.DataFrame
    criteria: pd.DataFrame
    inadmissible: pd.DataFrame

    @property
    def thresholds(self) -> pd.DataFrame:
        """Customary thresholds: ``table, measure, rule, value, source``."""
        return threshold_table()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name, e.g. to export them."""
        return {name: getattr(self, name) for name in (*TABLES, "thresholds")}

    def summary(self, lang: str = "en") -> str:
        """Return the assessment as text: what each measure is for, what was found, what is questionable, what to do.

        In English (``"en"``) or Korean (``"ko"``).
        """
        return text.full(self, language(lang))

    def __repr__(self) -> str:
        return text.short(self)

    def _repr_html_(self) -> str:
        text = repr(self).partition("  More:")[0]
        return html.page(
            text if self.result.units is None else text.partition("\n")[0],
            [
                html.as_table(self.reliability.dropna(subset="estimate"), "Reliability", ".reliability"),
                html.as_table(self.htmt[self.htmt["measure"] == "htmt"], "Discriminant validity: HTMT", ".htmt"),
                html.as_table(
                    self.fit, "Fit of the model", ".fit", {**dict.fromkeys(self.fit.columns, 3), "tested": 0}
                ),
            ],
        )


TABLES = tuple(name for name in Assessment.__slots__ if name not in ("result", "reflective", "factors"))
