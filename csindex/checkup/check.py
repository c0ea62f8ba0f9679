"""The door: everything that is wrong with answers, against a model, at once."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from csindex import messages
from csindex.checkup.inspect import Findings, inspect_design, inspect_items, inspect_rows, try_fit
from csindex.errors import OptionError, SurveyError
from csindex.model.model import Model
from csindex.moments.missing import POLICIES
from csindex.options import Missing, choose
from csindex.survey.answers import Account
from csindex.survey.checks import refuse_beside
from csindex.survey.labels import SurveyFile
from csindex.survey.readers.read import MissingCodes, read_parts
from csindex.survey.survey import Survey
from csindex.text import html
from csindex.text.format import Language, language, wrapped

WIDTH = 100


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Checkup:
    """The result of `csindex.check`.

    Attributes
    ----------
    problems, notices : data frame
        What forbids a fit, and what a reader should know: ``kind, column, rows, first, text``, one row for each; `first`
        is the first of the rows, counted from 1, and the text ends with the remedy.
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
    korean : mapping
        From the notices that a fit gives to what they say in Korean.
    """

    problems: pd.DataFrame
    notices: pd.DataFrame
    model: Model
    rows: int
    file: SurveyFile | None = None
    account: Account | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[float, ...] = ()
    korean: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the model can be fitted to these answers."""
        return self.problems.empty

    def summary(self, lang: str = "en") -> str:
        """Return problems, what to do about them, and notices, as text.

        In Korean (``lang="ko"``) the headings and what a fit warns of are Korean; the other texts stay English.
        """
        chosen = language(lang)
        parts = [self._headline(chosen), _section("problems", self.problems, chosen), self._remedies(chosen)]
        told = self.notices.assign(text=[self._told(text, chosen) for text in self.notices["text"]])
        parts += [_section("notices", told, chosen), self._rows(chosen)]
        return "\n\n".join(part for part in parts if part)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        tables = {"Problems": self.problems, "Notices": self.notices}
        shown = [html.as_table(table, name, f".{name.lower()}") for name, table in tables.items()]
        return html.page(f"{self._headline('en')}\n{self._rows('en')}", shown)

    def _told(self, text: str, lang: Language) -> str:
        return self.korean.get(text, text) if lang == "ko" else text

    def _headline(self, lang: Language) -> str:
        words = messages.words("checkup")[lang]
        what = str(self.file) if self.file else words["rows"].format(rows=self.rows) if self.rows else words["data"]
        name = self.model.name or words["unnamed"].format(items=len(self.model.items))
        said = {key: _counted(len(table), key[:-1], lang) for key, table in self._found().items()}
        checked = words["checked"].format(what=what, model=name)
        return f"{_wrapped(checked, '')}\n{words['counts'].format(**said)}"

    def _found(self) -> dict[str, pd.DataFrame]:
        return {"problems": self.problems, "notices": self.notices}

    def _remedies(self, lang: Language) -> str:
        lines, words = [], messages.words("checkup")[lang]
        if self.codes:
            key = "code" if len(self.codes) == 1 else "codes"
            lines.append(words[key].format(codes=", ".join(f"{code:g}" for code in self.codes)))
        if self.renames:
            pairs = ", ".join(f"{item!r}: {column!r}" for item, column in self.renames.items())
            lines.append(words["renames"].format(pairs=pairs))
        rest = self.problems[~self.problems["column"].isin(self.renames)]["text"]
        remedies = [text.partition(". ")[2] for text in rest if not self._covered(text)]
        lines += [text for text in dict.fromkeys(remedies) if text]
        return "\n".join([words["remedies"], *(_wrapped(f"- {line}", "  ") for line in lines)]) if lines else ""

    def _covered(self, text: str) -> bool:
        """Return whether all codes that a text says to declare are among those that are told at once."""
        match = re.search(r"missing_codes=\[([^\]]*)\]", text)
        return match is not None and {float(code) for code in match[1].split(",")} <= {*self.codes}

    def _rows(self, lang: Language) -> str:
        account, words = self.account, messages.words("checkup")[lang]
        if account is None:
            return ""
        said = [words["usable"].format(used=account.used, rows=account.rows)]
        if account.incomplete:
            said.append(words["incomplete"].format(count=account.incomplete))
        if account.made_missing():
            said.append(words["made_missing"].format(codes=account.made_missing()))
        return _wrapped("; ".join(said) + ".", "")


def check(
    model: Model,
    data: Any,
    *,
    weights: str | ArrayLike | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    missing_codes: MissingCodes | None = None,
    missing: Missing = "listwise",
    **reading: Any,
) -> Checkup:
    """Tell everything that is wrong with a survey, against a model, in one go.

    Parameters
    ----------
    model : Model
    data : path, data frame or Survey
        A file, see `read_survey`, or what `fit` takes.
    weights, strata, clusters, by, missing_codes, missing
        As in `fit`; `missing_codes` of a file may be texts.
    **reading
        How the file is to be read: ``scales``, ``columns``, ``sheet``, ``header``, ``encoding``, ``delimiter``, ``decimal``;
        see `read_survey`.

    Returns
    -------
    Checkup
        It prints as text; ``problems`` and ``notices`` are tables.

        *Problems*: a file that cannot be read; columns that are missing, with those of a like name; items that hold text,
        codes outside their scale, a single answer or none, or that the file labels on another scale; weights, units, strata
        and clusters that cannot be; and, where there are none of these, everything that `fit` refuses, unit by unit.
        *Notices*: declared missing codes; codes within the scale that are labelled "don't know"; items with many missing
        answers; respondents who give all items the same answer; rows that are there twice; uneven weights; small units; and
        everything that `fit` warns of.

    Raises
    ------
    OptionError
        An argument that is not known, or does not go with the data.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 250, seed=1).rename(columns={"SATIS": "Satis."})
    >>> csi.check(csi.acsi(), answers).problems.text[0]
    "the data have no column 'SATIS'. Did you mean 'Satis.'? Then model.rename({'SATIS': 'Satis.'})."
    """
    if not isinstance(model, Model):
        raise OptionError(f"model must be a csindex Model, e.g. csindex.acsi(), not {model!r:.80}.")
    choose("missing", missing, POLICIES)
    design = {"weights": weights, "strata": strata, "clusters": clusters, "by": by}
    problems, notices, file = Findings(), Findings(), None
    if isinstance(data, Survey):
        refuse_beside("Survey", {**design, "missing_codes": missing_codes, **reading})
        survey = data
    else:
        codes: Any = missing_codes
        from_file = isinstance(data, (str, PathLike))
        try:
            if from_file:
                data, file, codes = read_parts(data, design, missing_codes, **reading)
            elif reading:
                raise OptionError(f"{', '.join(reading)} are for files; a data frame has been read.")
            plain = Survey(data, missing_codes=codes, file=file)
        except SurveyError as error:
            problems.add("file" if from_file else "data", str(error))
            return Checkup(problems.table(), notices.table(), model, 0)
        survey = inspect_design(plain, {k: v for k, v in design.items() if v is not None}, problems)
    seen = inspect_items(model, survey, problems, notices)
    inspect_rows(survey, seen, notices)
    account = try_fit(model, survey, missing, problems, notices) if problems.empty else None
    return Checkup(
        problems.table(),
        notices.table(),
        model,
        survey.n,
        survey.file,
        account,
        seen.renames,
        tuple(sorted(seen.codes)),
        notices.korean,
    )


def _counted(count: int, word: str, lang: Language) -> str:
    words = messages.words("checkup")[lang]
    key = "no" if not count else "one" if count == 1 else "many"
    return words[key].format(count=count, word=words[word])


def _section(key: str, table: pd.DataFrame, lang: Language) -> str:
    """Return findings by kind; of problems only what was found, as remedies come after."""
    if table.empty:
        return ""
    lines = [messages.words("checkup")[lang][key]]
    for kind, found in table.groupby("kind", sort=False):
        called = messages.words("findings")[lang].get(str(kind), str(kind))
        lines.append(f"  {called}" + (f" ({len(found)})" if len(found) > 1 else ""))
        texts = _shown(found["text"], lang)
        lines += [_wrapped(_found(text) if key == "problems" else text, "    ", lang) for text in texts]
    return "\n".join(lines)


def _shown(texts: Iterable[str], lang: Language, most: int = 40) -> list[str]:
    shown = list(texts)
    rest = len(shown) - most
    return [*shown[:most], messages.words("checkup")[lang]["more"].format(count=rest)] if rest > 0 else shown


def _found(text: str) -> str:
    """Return a text without its remedy, but with what the file says of it."""
    found, _, rest = text.partition(". ")
    at = rest.find(" The file labels ")
    return found + (f".{rest[at:]}" if at >= 0 else "." * (not found.endswith((".", "?"))))


def _wrapped(text: str, indent: str, lang: Language = "en") -> str:
    if lang == "ko":
        return wrapped(text, indent)
    lines = text.splitlines() or [""]
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False)
        for line in lines
    )
