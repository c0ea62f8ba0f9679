"""Errors and warnings, each with the message that it carries."""

from csindex.messages import Joined, Language, Message, Spell, rendered


class _Spoken:
    """What errors and warnings have in common: ``str()`` is the English text, `text` that of any language."""

    args: tuple[object, ...]

    @property
    def message(self) -> object:
        """What was said: a `csindex.messages.Message`, or a text."""
        return self.args[0] if self.args else ""

    @property
    def remedy(self) -> str:
        """What to do, in English; empty where there is nothing to say."""
        return self.message.remedy() if isinstance(self.message, (Message, Joined)) else ""

    def text(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return the whole text in English (``"en"``) or Korean (``"ko"``)."""
        return rendered(self.message, lang, spell)


class CsindexError(_Spoken, ValueError):
    """Base of every error that csindex raises on purpose."""


class ModelError(CsindexError):
    """The model contradicts itself, or its text cannot be read."""


class SurveyError(CsindexError):
    """The answers or moments do not fit the model or the design."""


class OptionError(CsindexError):
    """An argument has a value that csindex does not know."""


class EstimationError(CsindexError):
    """The model cannot be estimated from these moments."""


class CsindexWarning(_Spoken, UserWarning):
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
    """An estimate is inadmissible, such as a correlation or loading beyond 1."""


class MinimumWarning(CsindexWarning):
    """The discrepancy of a covariance structure model has several minima."""


class WeakInstrumentWarning(CsindexWarning):
    """Instruments are weak, so that two-stage least squares is biased."""


class ScaleWarning(CsindexWarning):
    """Answers reach so little of the stated scale that it may be another one."""


class MissingWarning(CsindexWarning):
    """Many rows or answers were left out or filled in."""


class UnitWarning(CsindexWarning):
    """Units were left out of the result."""


class FontWarning(CsindexWarning):
    """No installed font has the letters of a picture."""
