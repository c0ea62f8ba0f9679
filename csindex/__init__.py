"""Customer-satisfaction-index models: index scores and driver weights, each with its uncertainty.

>>> import csindex as csi
>>> print(csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=500).summary())  # doctest: +ELLIPSIS
American Customer Satisfaction Index...
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from csindex.errors import (
    CollinearityWarning,
    ConventionWarning,
    CsindexError,
    CsindexWarning,
    EstimationError,
    FontWarning,
    InadmissibleWarning,
    MissingWarning,
    ModelError,
    NegativeWeightWarning,
    OptionError,
    RepairWarning,
    ReplicateWarning,
    SmallSampleWarning,
    SurveyError,
    UnitWarning,
    WeakInstrumentWarning,
)
from csindex.model.model import Model
from csindex.model.parts import Construct, Item, Path
from csindex.survey.margins import Margins
from csindex.survey.moments import Moments
from csindex.survey.survey import Survey
from csindex.version import __version__ as __version__

if TYPE_CHECKING:
    from csindex import datasets, plot
    from csindex.assessment.compare import compare
    from csindex.assessment.comparison import Comparison
    from csindex.assessment.factor_invariance import invariance
    from csindex.assessment.invariance import Micom
    from csindex.assessment.invariance_steps import Invariance
    from csindex.assessment.micom import micom
    from csindex.assessment.prediction.blindfold import blindfold
    from csindex.assessment.prediction.cvpat import Cvpat, cvpat
    from csindex.assessment.prediction.predict import predict
    from csindex.assessment.prediction.prediction import Prediction
    from csindex.assessment.quality.assess import assess
    from csindex.assessment.quality.assessment import Assessment
    from csindex.assessment.quality.selection import compare_models
    from csindex.benchmark.companions.companion import companion
    from csindex.benchmark.companions.metrics import ces, handling_time, nps, rate, top_box
    from csindex.benchmark.composites.composite import composite
    from csindex.benchmark.composites.grades import grade_absolute, grade_relative
    from csindex.benchmark.composites.recover import recover_weights
    from csindex.benchmark.composites.scheme import Dimension, Scheme
    from csindex.benchmark.composites.schemes import kcsi, local_public_enterprises
    from csindex.benchmark.leagues.league import league
    from csindex.benchmark.leagues.league_result import League
    from csindex.benchmark.planning import (
        half_width,
        minimum_detectable_change,
        sample_size,
        sample_size_for_change,
        standard_deviation,
    )
    from csindex.benchmark.trends.aggregate import Aggregate, aggregate
    from csindex.benchmark.trends.pooling import fit_pooled, sensitivity
    from csindex.benchmark.trends.rolling import rolling
    from csindex.benchmark.trends.sensitivity import Sensitivity
    from csindex.benchmark.trends.trend import fixed_weights, trend
    from csindex.benchmark.trends.trend_result import Trend
    from csindex.benchmark.unit_scores import UnitScores
    from csindex.fitting.checkup import Checkup, check
    from csindex.fitting.conventions import conventions
    from csindex.fitting.fit import fit
    from csindex.fitting.importance import importance_performance
    from csindex.fitting.result import Fit
    from csindex.fitting.slopes import simple_slopes
    from csindex.model.library import acsi, ccsi, ecsi, hkcsi, jcsi, ncsb, ncsi, pcsi, scsb, swics
    from csindex.reports.report import report
    from csindex.survey.codebook import codebook
    from csindex.survey.grouped import GroupedMoments
    from csindex.survey.loyalty import price_tolerance, retention
    from csindex.survey.means import means
    from csindex.survey.population import Population
    from csindex.survey.readers.read import read_survey
    from csindex.survey.scan import scan
    from csindex.survey.simulate import simulate
    from csindex.survey.thresholds import thresholds

# Imported when they are first asked for, so that `import csindex` costs little more than `import pandas`.
_LATER = {
    "csindex.fitting.checkup": ("Checkup", "check"),
    "csindex.fitting.conventions": ("conventions",),
    "csindex.fitting.fit": ("fit",),
    "csindex.fitting.importance": ("importance_performance",),
    "csindex.fitting.result": ("Fit",),
    "csindex.fitting.slopes": ("simple_slopes",),
    "csindex.model.library": ("acsi", "ccsi", "ecsi", "hkcsi", "jcsi", "ncsb", "ncsi", "pcsi", "scsb", "swics"),
    "csindex.survey.loyalty": ("price_tolerance", "retention"),
    "csindex.assessment.compare": ("compare",),
    "csindex.assessment.comparison": ("Comparison",),
    "csindex.assessment.factor_invariance": ("invariance",),
    "csindex.assessment.invariance": ("Micom",),
    "csindex.assessment.invariance_steps": ("Invariance",),
    "csindex.assessment.micom": ("micom",),
    "csindex.assessment.quality.assess": ("assess",),
    "csindex.assessment.quality.assessment": ("Assessment",),
    "csindex.assessment.quality.selection": ("compare_models",),
    "csindex.assessment.prediction.blindfold": ("blindfold",),
    "csindex.assessment.prediction.cvpat": ("Cvpat", "cvpat"),
    "csindex.assessment.prediction.predict": ("predict",),
    "csindex.assessment.prediction.prediction": ("Prediction",),
    "csindex.benchmark.companions.companion": ("companion",),
    "csindex.benchmark.companions.metrics": (
        "ces",
        "handling_time",
        "nps",
        "rate",
        "top_box",
    ),
    "csindex.benchmark.composites.composite": ("composite",),
    "csindex.benchmark.composites.grades": (
        "grade_absolute",
        "grade_relative",
    ),
    "csindex.benchmark.composites.recover": ("recover_weights",),
    "csindex.benchmark.composites.scheme": (
        "Dimension",
        "Scheme",
    ),
    "csindex.benchmark.composites.schemes": (
        "kcsi",
        "local_public_enterprises",
    ),
    "csindex.benchmark.leagues.league": ("league",),
    "csindex.benchmark.leagues.league_result": ("League",),
    "csindex.benchmark.planning": (
        "half_width",
        "minimum_detectable_change",
        "sample_size",
        "sample_size_for_change",
        "standard_deviation",
    ),
    "csindex.benchmark.trends.aggregate": (
        "Aggregate",
        "aggregate",
    ),
    "csindex.benchmark.trends.pooling": (
        "fit_pooled",
        "sensitivity",
    ),
    "csindex.benchmark.trends.rolling": ("rolling",),
    "csindex.benchmark.trends.sensitivity": ("Sensitivity",),
    "csindex.benchmark.trends.trend": (
        "fixed_weights",
        "trend",
    ),
    "csindex.benchmark.trends.trend_result": ("Trend",),
    "csindex.benchmark.unit_scores": ("UnitScores",),
    "csindex.reports.report": ("report",),
    "csindex.survey.codebook": ("codebook",),
    "csindex.survey.grouped": ("GroupedMoments",),
    "csindex.survey.means": ("means",),
    "csindex.survey.population": ("Population",),
    "csindex.survey.readers.read": ("read_survey",),
    "csindex.survey.scan": ("scan",),
    "csindex.survey.simulate": ("simulate",),
    "csindex.survey.thresholds": ("thresholds",),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in ("datasets", "plot"):
        return import_module(f"csindex.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'csindex' has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "Aggregate",
    "Assessment",
    "Checkup",
    "CollinearityWarning",
    "Comparison",
    "Construct",
    "ConventionWarning",
    "CsindexError",
    "CsindexWarning",
    "Cvpat",
    "Dimension",
    "EstimationError",
    "Fit",
    "FontWarning",
    "GroupedMoments",
    "InadmissibleWarning",
    "Invariance",
    "Item",
    "League",
    "Margins",
    "Micom",
    "MissingWarning",
    "Model",
    "ModelError",
    "Moments",
    "NegativeWeightWarning",
    "OptionError",
    "Path",
    "Population",
    "Prediction",
    "RepairWarning",
    "ReplicateWarning",
    "Scheme",
    "Sensitivity",
    "SmallSampleWarning",
    "Survey",
    "SurveyError",
    "Trend",
    "UnitScores",
    "UnitWarning",
    "WeakInstrumentWarning",
    "acsi",
    "aggregate",
    "assess",
    "blindfold",
    "ccsi",
    "ces",
    "check",
    "codebook",
    "companion",
    "compare",
    "compare_models",
    "composite",
    "conventions",
    "cvpat",
    "datasets",
    "ecsi",
    "fit",
    "fit_pooled",
    "fixed_weights",
    "grade_absolute",
    "grade_relative",
    "half_width",
    "handling_time",
    "hkcsi",
    "importance_performance",
    "invariance",
    "jcsi",
    "kcsi",
    "league",
    "local_public_enterprises",
    "means",
    "micom",
    "minimum_detectable_change",
    "ncsb",
    "ncsi",
    "nps",
    "pcsi",
    "plot",
    "predict",
    "price_tolerance",
    "rate",
    "read_survey",
    "recover_weights",
    "report",
    "retention",
    "rolling",
    "sample_size",
    "sample_size_for_change",
    "scan",
    "scsb",
    "sensitivity",
    "simple_slopes",
    "simulate",
    "standard_deviation",
    "swics",
    "thresholds",
    "top_box",
    "trend",
]
