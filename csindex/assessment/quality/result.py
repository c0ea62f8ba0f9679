"""The result of an assessment: tables of every measure, and a text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from csindex.assessment.quality import text
from csindex.assessment.quality.measures import QualityMeasures
from csindex.assessment.quality.thresholds import threshold_table
from csindex.messages import Language
from csindex.text import html
from csindex.text.document import Section
from csindex.text.result import Result

LABELS = ("result", "reflective", "factors")
"""What of the measures is not a table."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Assessment(QualityMeasures, Result):
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
        ``what, where, estimate, reading``: numbers beyond their limits.
    """

    TABLES: ClassVar = {
        **{name: name for name in QualityMeasures.__slots__ if name not in LABELS},
        "thresholds": "thresholds",
    }

    @property
    def thresholds(self) -> pd.DataFrame:
        """Customary thresholds: ``table, measure, rule, value, source``."""
        return threshold_table()

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield what each measure is for, what was found, what is questionable, and what to do."""
        return text.blocks(self, lang)

    def brief(self, lang: Language) -> Iterator[Section]:
        """Yield the headline and one line for each subject."""
        return text.brief(self, lang)

    def _repr_html_(self) -> str:
        return html.write(text.notebook(self, "en"))
