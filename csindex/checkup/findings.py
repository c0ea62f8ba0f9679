"""Findings of a checkup: what is wrong or odd, where, and what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.messages import Argument, Joined, Language, Message, Spell, problem, rendered, words

COLUMNS = ("kind", "column", "rows", "first", "text")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    kind : str
        A key of the catalogue of findings.
    message
        What was found, a message or a text, with its remedy.
    column : str
    rows, first : int or None
        How many rows it is about, and the first of them, counted from 1.
    shared
        What is said once of all findings with the same cause; None where the finding stands alone.
    """

    kind: str
    message: object
    column: str = ""
    rows: int | None = None
    first: int | None = None
    shared: object = None

    def text(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what was found and what to do."""
        return rendered(self.message, lang, spell)

    def problem(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what was found, without what to do."""
        text = problem(self.shared or self.message, lang, spell)
        return text if text.endswith((".", "?")) else f"{text}."

    def remedy(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what to do; empty where there is nothing to say."""
        message = self.shared or self.message
        return message.remedy(lang, spell) if isinstance(message, (Message, Joined)) else ""

    def called(self, lang: Language) -> str:
        """Return what findings of this kind are called; the kind where it has no name."""
        return words("findings")[lang].get(self.kind, self.kind)

    def codes(self) -> set[float]:
        """Return the codes, if it is about codes that may be declared missing for all items."""
        declared = [part.value("codes") for part in messages_in(self.message)]
        lists = [code.value for code in declared if isinstance(code, Argument) and isinstance(code.value, list)]
        return {float(code) for codes in lists for code in codes}


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings that are being collected."""

    found: list[Finding] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return not self.found

    def add(
        self, kind: str, message: object, column: str = "", bad: NDArray[np.bool_] | None = None, shared: object = None
    ) -> None:
        """Add a finding about a column, or about the rows where `bad` is True."""
        places = np.flatnonzero(bad) if bad is not None else np.zeros(0, dtype=np.intp)
        first = int(places[0]) + 1 if len(places) else None
        self.found.append(Finding(kind, message, column, None if bad is None else len(places), first, shared))


def messages_in(message: object) -> Iterator[Message]:
    """Yield the messages that stand in a row in one."""
    if isinstance(message, Joined):
        for part in message.parts:
            yield from messages_in(part)
    elif isinstance(message, Message):
        yield message


def as_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return ``kind, column, rows, first, text``; rows and first are missing where a finding is about none."""
    rows = [(one.kind, one.column, one.rows, one.first, one.text()) for one in findings]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"kind": "str", "column": "str", "rows": "Int64", "first": "Int64", "text": "str"})
