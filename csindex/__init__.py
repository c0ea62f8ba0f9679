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
from csindex.moments.moments import Moments
from csindex.survey.margins import Margins
from csindex.survey.survey import Survey
from csindex.version import __version__ as __version__

if TYPE_CHECKING:
    from csindex import datasets, plot
    from csindex.assessment.groups.compare import compare
    from csindex.assessment.groups.compare_result import Comparison
    from csindex.assessment.groups.invariance import Invariance, invariance
    from csindex.assessment.groups.micom import micom
    from csindex.assessment.groups.micom_result import Micom
    from csindex.assessment.prediction.blindfold import blindfold
    from csindex.assessment.prediction.cvpat import Cvpat, cvpat
    from csindex.assessment.prediction.predict import predict
    from csindex.assessment.prediction.result import Prediction
    from csindex.assessment.quality.assess import assess
    from csindex.assessment.quality.result import Assessment
    from csindex.assessment.quality.selection import compare_models
    from csindex.benchmark.composites.composite import composite
    from csindex.benchmark.composites.grades import grade_absolute, grade_relative
    from csindex.benchmark.composites.library import kcsi, local_public_enterprises
    from csindex.benchmark.composites.recover import recover_weights
    from csindex.benchmark.composites.scheme import Dimension, Scheme
    from csindex.benchmark.leagues.league import league
    from csindex.benchmark.leagues.result import League
    from csindex.benchmark.metrics.companion import companion
    from csindex.benchmark.metrics.metrics import ces, handling_time, nps, rate, top_box
    from csindex.benchmark.planning import (
        half_width,
        minimum_detectable_change,
        sample_size,
        sample_size_for_change,
        standard_deviation,
    )
    from csindex.benchmark.trends.aggregate import Aggregate, aggregate, rolling
    from csindex.benchmark.trends.pooling import fit_pooled, sensitivity
    from csindex.benchmark.trends.result import Trend
    from csindex.benchmark.trends.sensitivity import Sensitivity
    from csindex.benchmark.trends.trend import fixed_weights, trend
    from csindex.benchmark.unit_scores import UnitScores
    from csindex.checkup.check import Checkup, check
    from csindex.drivers.importance_performance import importance_performance
    from csindex.fitting.fit import fit
    from csindex.fitting.result import Fit
    from csindex.fitting.tables.conventions import conventions
    from csindex.fitting.tables.slopes import simple_slopes
    from csindex.model.library.acsi import acsi
    from csindex.model.library.ccsi import ccsi
    from csindex.model.library.ecsi import ecsi
    from csindex.model.library.hkcsi import hkcsi
    from csindex.model.library.jcsi import jcsi
    from csindex.model.library.ncsb import ncsb
    from csindex.model.library.ncsi import ncsi
    from csindex.model.library.pcsi import pcsi
    from csindex.model.library.scsb import scsb
    from csindex.model.library.swics import swics
    from csindex.moments.grouped import GroupedMoments
    from csindex.moments.ordinal import thresholds
    from csindex.moments.scan import scan
    from csindex.reports.report import report
    from csindex.simulation.population import Population, simulate
    from csindex.survey.codebook import codebook
    from csindex.survey.loyalty import price_tolerance, retention
    from csindex.survey.means import means
    from csindex.survey.readers.read import read_survey

# Imported when they are first asked for, so that `import csindex` costs little more than `import pandas`.
_LATER = {
    "csindex.simulation.population": ("Population", "simulate"),
    "csindex.benchmark.trends.aggregate": ("Aggregate", "aggregate", "rolling"),
    "csindex.assessment.groups.invariance": ("Invariance", "invariance"),
    "csindex.checkup.check": ("Checkup", "check"),
    "csindex.fitting.tables.conventions": ("conventions",),
    "csindex.fitting.fit": ("fit",),
    "csindex.drivers.importance_performance": ("importance_performance",),
    "csindex.fitting.result": ("Fit",),
    "csindex.fitting.tables.slopes": ("simple_slopes",),
    "csindex.model.library.acsi": ("acsi",),
    "csindex.model.library.ccsi": ("ccsi",),
    "csindex.model.library.ecsi": ("ecsi",),
    "csindex.model.library.hkcsi": ("hkcsi",),
    "csindex.model.library.jcsi": ("jcsi",),
    "csindex.model.library.ncsb": ("ncsb",),
    "csindex.model.library.ncsi": ("ncsi",),
    "csindex.model.library.pcsi": ("pcsi",),
    "csindex.model.library.scsb": ("scsb",),
    "csindex.model.library.swics": ("swics",),
    "csindex.survey.loyalty": ("price_tolerance", "retention"),
    "csindex.assessment.groups.compare": ("compare",),
    "csindex.assessment.groups.compare_result": ("Comparison",),
    "csindex.assessment.groups.micom_result": ("Micom",),
    "csindex.assessment.groups.micom": ("micom",),
    "csindex.assessment.quality.assess": ("assess",),
    "csindex.assessment.quality.result": ("Assessment",),
    "csindex.assessment.quality.selection": ("compare_models",),
    "csindex.assessment.prediction.blindfold": ("blindfold",),
    "csindex.assessment.prediction.cvpat": ("Cvpat", "cvpat"),
    "csindex.assessment.prediction.predict": ("predict",),
    "csindex.assessment.prediction.result": ("Prediction",),
    "csindex.benchmark.metrics.companion": ("companion",),
    "csindex.benchmark.metrics.metrics": (
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
    "csindex.benchmark.composites.library": (
        "kcsi",
        "local_public_enterprises",
    ),
    "csindex.benchmark.leagues.league": ("league",),
    "csindex.benchmark.leagues.result": ("League",),
    "csindex.benchmark.planning": (
        "half_width",
        "minimum_detectable_change",
        "sample_size",
        "sample_size_for_change",
        "standard_deviation",
    ),
    "csindex.benchmark.trends.pooling": (
        "fit_pooled",
        "sensitivity",
    ),
    "csindex.benchmark.trends.sensitivity": ("Sensitivity",),
    "csindex.benchmark.trends.trend": (
        "fixed_weights",
        "trend",
    ),
    "csindex.benchmark.trends.result": ("Trend",),
    "csindex.benchmark.unit_scores": ("UnitScores",),
    "csindex.reports.report": ("report",),
    "csindex.survey.codebook": ("codebook",),
    "csindex.moments.grouped": ("GroupedMoments",),
    "csindex.survey.means": ("means",),
    "csindex.survey.readers.read": ("read_survey",),
    "csindex.moments.scan": ("scan",),
    "csindex.moments.ordinal": ("thresholds",),
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
