"""The measures of an assessment as tables: all that its texts need."""

from dataclasses import dataclass

import pandas as pd

from csindex.fitting.result import Fit


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QualityMeasures:
    """Tables of all measures of a fit. `csindex.assessment.quality.result.Assessment` says what each holds."""

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
