"""Settings of how a file is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from csindex.errors import OptionError
from csindex.messages import Argument, Message
from csindex.options import whole
from csindex.survey.checks import Codes

Marks = Mapping[str, Sequence[str]] | Sequence[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a file is to be read; see `csindex.read_survey`.

    Attributes
    ----------
    columns : tuple of str or None
        Those that are read.
    marks : texts that mean a missing answer, for all columns or by column
    as_text : frozenset of str
        Columns of labels, in which a zero in front is not lost.
    texts : mapping of text to number, or None
        Answers that are written as texts.
    """

    columns: tuple[str, ...] | None = None
    sheet: str | int | None = None
    header: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    marks: Marks = ()
    as_text: frozenset[str] = frozenset()
    texts: Mapping[str, float] | None = None

    def marks_of(self, name: str) -> Sequence[str]:
        """Return the texts that mean a missing answer in a column."""
        return self.marks.get(name, ()) if isinstance(self.marks, Mapping) else self.marks

    def __post_init__(self) -> None:
        texts = {} if self.texts is None else self.texts
        if not isinstance(texts, Mapping) or not all(isinstance(n, (int, float)) for n in texts.values()):
            raise OptionError(Message("readers.texts_form", texts=Argument("texts", self.texts)))
        if self.header is not None:
            whole("header", self.header, 1)
        for name in ("delimiter", "decimal", "encoding"):
            value = getattr(self, name)
            if value is not None and (
                not isinstance(value, str) or not value or (name != "encoding" and len(value) > 1)
            ):
                key = "a_name" if name == "encoding" else "one_letter"
                raise OptionError(Message(f"readers.{key}", argument=Argument(name, value)))
        if self.decimal not in (None, ".", ","):
            raise OptionError(Message("readers.decimal", decimal=Argument("decimal", self.decimal)))


def parted(codes: Sequence[float | str] | Mapping[str, Sequence[float | str]] | None) -> tuple[Codes | None, Marks]:
    """Return missing codes that are numbers, and those that are texts."""
    if codes is None:
        return None, ()
    if isinstance(codes, Mapping):
        by_column = {name: _listed(own) for name, own in codes.items()}
        numbers = {name: [c for c in own if not isinstance(c, str)] for name, own in by_column.items()}
        return (
            {name: own for name, own in numbers.items() if own} or None,
            {name: [c for c in own if isinstance(c, str)] for name, own in by_column.items()},
        )
    codes = _listed(codes)
    return [code for code in codes if not isinstance(code, str)] or None, [c for c in codes if isinstance(c, str)]


def _listed(codes: object) -> list[float | str]:
    """Return codes as a list; a number in quotation marks is a number."""
    given = [codes] if isinstance(codes, (str, int, float)) else list(codes)  # type: ignore[call-overload]
    return [float(code) if isinstance(code, str) and code.strip().lstrip("+-").isdecimal() else code for code in given]
