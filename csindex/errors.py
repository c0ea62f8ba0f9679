"""Everything csindex can refuse or warn about."""


class CsindexError(ValueError):
    """Base of every error that csindex raises on purpose."""


class ModelError(CsindexError):
    """The model contradicts itself, or its text cannot be read."""


class SurveyError(CsindexError):
    """The answers or moments do not fit the model or the design."""


class OptionError(CsindexError):
    """An argument has a value that csindex does not know."""


class EstimationError(CsindexError):
    """The model cannot be estimated from these moments."""


class CsindexWarning(UserWarning):
    """Base of every warning that csindex gives."""


class ConventionWarning(CsindexWarning):
    """The index depends by more than one point on the convention that is used."""


class NegativeWeightWarning(CsindexWarning):
    """An item has a negative index weight, which breaks the 0-100 reading."""


class CollinearityWarning(CsindexWarning):
    """Items or constructs overlap so much that their weights are unstable."""


class SmallSampleWarning(CsindexWarning):
    """There are few answers for a model of this size."""


class ReplicateWarning(CsindexWarning):
    """More than one percent of the replicates failed."""


class RepairWarning(CsindexWarning):
    """A matrix that was not positive definite has been repaired."""


class InadmissibleWarning(CsindexWarning):
    """An estimate lies where it cannot be, such as a correlation or loading beyond 1."""


class WeakInstrumentWarning(CsindexWarning):
    """Instruments say little about what they stand for, so that two-stage least squares is biased."""


class MissingWarning(CsindexWarning):
    """Many rows or answers were left out or filled in."""


class UnitWarning(CsindexWarning):
    """Units were left out of the result."""


class FontWarning(CsindexWarning):
    """No installed font has the letters of a picture."""
