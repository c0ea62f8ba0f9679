"""Customer-satisfaction-index models: index scores and driver weights, each with its uncertainty.

>>> import csindex as csi
>>> print(csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=500).summary())  # doctest: +ELLIPSIS
American Customer Satisfaction Index...
"""

from csindex import datasets
from csindex.assessment.compare import compare
from csindex.assessment.comparison import Comparison
from csindex.assessment.invariance import Micom
from csindex.assessment.micom import micom
from csindex.errors import (
    CollinearityWarning,
    ConventionWarning,
    CsindexError,
    CsindexWarning,
    EstimationError,
    MissingWarning,
    ModelError,
    NegativeWeightWarning,
    OptionError,
    RepairWarning,
    ReplicateWarning,
    SmallSampleWarning,
    SurveyError,
    UnitWarning,
)
from csindex.fitting.conventions import conventions
from csindex.fitting.fit import fit
from csindex.fitting.result import Fit
from csindex.model.library import acsi, ccsi, ecsi, hkcsi, jcsi, ncsb, ncsi, pcsi, scsb, swics
from csindex.model.model import Model
from csindex.model.parts import Construct, Item, Path
from csindex.survey.loyalty import price_tolerance, retention
from csindex.survey.margins import Margins
from csindex.survey.means import means
from csindex.survey.moments import Moments
from csindex.survey.population import Population
from csindex.survey.scan import scan
from csindex.survey.simulate import simulate
from csindex.survey.survey import Survey

__version__ = "0.1.0"

__all__ = [
    "CollinearityWarning",
    "Comparison",
    "Construct",
    "ConventionWarning",
    "CsindexError",
    "CsindexWarning",
    "EstimationError",
    "Fit",
    "Item",
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
    "RepairWarning",
    "ReplicateWarning",
    "SmallSampleWarning",
    "Survey",
    "SurveyError",
    "UnitWarning",
    "acsi",
    "ccsi",
    "compare",
    "conventions",
    "datasets",
    "ecsi",
    "fit",
    "hkcsi",
    "jcsi",
    "means",
    "micom",
    "ncsb",
    "ncsi",
    "pcsi",
    "price_tolerance",
    "retention",
    "scan",
    "scsb",
    "simulate",
    "swics",
]
