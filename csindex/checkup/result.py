"""The result of a checkup: tables of findings, and their text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

import pandas as pd

from csindex.checkup.findings import Finding, as_table
from csindex.messages import Argument, Language, Message, Several, Spell, rendered, words
from csindex.model.model import Model
from csindex.survey.answers import Account
from csindex.survey.checks import plain_number
from csindex.survey.labels import SurveyFile
from csindex.text import html
from csindex.text.document import Bullets, Paragraph, Section
from csindex.text.format import wrapped
from csindex.text.plain import INDENT
from csindex.text.result import ShortResult

MOST = 40
"""Findings of a kind that are shown."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Checkup(ShortResult):
    """The result of `csindex.check`.

    Attributes
    ----------
    found_problems, found_notices : tuple of Finding
        What forbids a fit, and what a reader should know.
    model : Model
    rows : int
    file : SurveyFile or None
        What was found out in reading, where the answers came from a file.
    account : Account or None
        What became of the rows and answers, where there is no problem.
    renames : mapping of item to column
        Columns that are missing, and those that are perhaps meant.
    codes : tuple of float
        Codes outside all scales that are perhaps missing answers.
    """

    found_problems: tuple[Finding, ...]
    found_notices: tuple[Finding, ...]
    model: Model
    rows: int
    file: SurveyFile | None = None
    account: Account | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[float, ...] = ()

    LINE: ClassVar[int] = 100
    TABLES: ClassVar = {"problems": "problems", "notices": "notices"}

    @property
    def problems(self) -> pd.DataFrame:
        """What forbids a fit: ``kind, column, rows, first, text``; `first` is counted from 1, the text is English."""
        return as_table(self.found_problems)

    @property
    def notices(self) -> pd.DataFrame:
        """What a reader should know, with the columns of `problems`."""
        return as_table(self.found_notices)

    @property
    def ok(self) -> bool:
        """Whether the model can be fitted to these answers."""
        return not self.found_problems

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return problems and notices, also where there are none."""
        return dict(self._tables())

    def blocks(self, lang: Language, spell: Spell = str) -> Iterator[Section]:
        """Yield problems, what to do about them, and notices; `spell` is how arguments are spelt."""
        say = words("checkup")[lang]
        yield Section("", (Paragraph(self._headline(lang), "lead"),))
        if self.found_problems:
            yield Section(say["problems"], _by_kind(self.found_problems, Finding.problem, lang, spell))
        remedies = self._remedies(lang, spell)
        if remedies:
            yield Section(say["remedies"], (Bullets(tuple(remedies), indent=INDENT),))
        if self.found_notices:
            yield Section(say["notices"], _by_kind(self.found_notices, Finding.text, lang, spell))
        if self.account is not None:
            yield Section("", (Paragraph(_rows(self.account, lang)),))

    def _repr_html_(self) -> str:
        """Return the headline and both tables, which have more room in a notebook."""
        tables = {"Problems": self.problems, "Notices": self.notices}
        shown = [html.as_table(table, name, f".{name.lower()}") for name, table in tables.items()]
        rows = "" if self.account is None else _rows(self.account, "en")
        return html.page(f"{self._headline('en')}\n{rows}", shown)

    def _headline(self, lang: Language) -> str:
        data = Message("checkup.rows", rows=self.rows) if self.rows else Message("checkup.data")
        what = self.file.message if self.file else data
        model = self.model.name or Message("checkup.unnamed", items=len(self.model.items))
        counts = {
            "problems": _counted("problems", self.found_problems),
            "notices": _counted("notices", self.found_notices),
        }
        checked = Message("checkup.checked", what=what, model=model).text(lang)
        return f"{wrapped(checked, '', self.LINE, INDENT)}\n{Message('checkup.counts', **counts).text(lang)}"

    def _remedies(self, lang: Language, spell: Spell) -> list[str]:
        """Return what to do, each thing once: codes and columns that are perhaps meant first."""
        first = []
        if self.codes:
            shown = Several((f"{code:g}" for code in self.codes), most=len(self.codes))
            declared = Argument("missing_codes", [plain_number(code) for code in self.codes])
            first.append(Message("checkup.codes", codes=shown, count=len(self.codes), declared=declared))
        if self.renames:
            rename = Argument("rename", dict(self.renames), "model.rename({value!r})")
            first.append(Message("checkup.renames", rename=rename))
        rest = [one for one in self.found_problems if one.column not in self.renames and not self._covered(one)]
        texts = [*(rendered(one, lang, spell) for one in first), *(one.remedy(lang, spell) for one in rest)]
        return [text for text in dict.fromkeys(texts) if text]

    def _covered(self, finding: Finding) -> bool:
        """Return whether all codes of a finding are among those that are named at once."""
        codes = finding.codes()
        return bool(codes) and codes <= {*self.codes}


def _counted(word: str, findings: Sequence[Finding]) -> Message:
    return Message(f"checkup.{word}_found", count=len(findings)) if findings else Message(f"checkup.no_{word}")


def _by_kind(
    findings: Sequence[Finding], text: Callable[[Finding, Language, Spell], str], lang: Language, spell: Spell
) -> tuple[Bullets, ...]:
    """Return findings below their kinds, in the order in which the kinds were met first."""
    order = list(dict.fromkeys(one.kind for one in findings))
    blocks = []
    for _, group in groupby(sorted(findings, key=lambda one: order.index(one.kind)), key=lambda one: one.kind):
        found = list(group)
        head = found[0].called(lang) + (f" ({len(found)})" if len(found) > 1 else "")
        said = list(dict.fromkeys(text(one, lang, spell) for one in found))
        texts = [line for text_of_one in said[:MOST] for line in text_of_one.splitlines()]
        rest = len(said) - MOST
        texts += [Message("checkup.more", count=rest).text(lang)] if rest > 0 else []
        blocks.append(Bullets(tuple(texts), head=head, indent=INDENT))
    return tuple(blocks)


def _rows(account: Account, lang: Language) -> str:
    """Return how many rows can be used, and why not all of them."""
    parts = [Message("checkup.usable", used=account.used, rows=account.rows)]
    parts += [Message("checkup.incomplete", count=account.incomplete)] if account.incomplete else []
    codes = account.made_missing()
    parts += [Message("checkup.made_missing", codes=codes)] if codes else []
    return "; ".join(part.text(lang) for part in parts) + "."
