"""Messages: a key of a catalogue with its values, as text in English or Korean.

The catalogues are the files ``text/words/*.toml``. Each table of a file is a message: ``en``, ``ko``, and where there is
something to do ``remedy_en``, ``remedy_ko``. Placeholders are those of `str.format`, and two more: ``{count:row|rows}`` is
the singular or the plural, and ``{=missing='em'}`` an argument, which the command line spells as a flag.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal

Language = Literal["en", "ko"]
Catalogue = Mapping[str, Mapping[str, str]]


@cache
def catalogue(family: str) -> Catalogue:
    """Return the messages of a family, e.g. ``"league"``, by key: a mapping of ``en``, ``ko``, ... to text."""
    path = files("csindex").joinpath("text", "words", f"{family}.toml")
    with path.open("rb") as file:
        return MappingProxyType(tomllib.load(file))


@cache
def words(*families: str) -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of families by language and key; of a key that several have, the last one's."""
    return MappingProxyType(
        {
            lang: MappingProxyType({key: text[lang] for family in families for key, text in catalogue(family).items()})
            for lang in ("en", "ko")
        }
    )


def term(name: str, lang: Language, *families: str, prefix: str = "") -> str:
    """Return the words for an option's value: of the families, with a prefix, else of the glossary, else the name."""
    return words(*families)[lang].get(prefix + name, words("glossary")[lang].get(name, name))


class Argument:
    """An argument that a remedy names, e.g. ``missing_codes=[98, 99]``.

    Attributes
    ----------
    name : str
    value
        What it is set to.
    form : str
        How Python spells it, with the placeholders ``{name}`` and ``{value}``.
    """

    __slots__ = ("form", "name", "value")

    def __init__(self, name: str, value: object, form: str = "{name}={value!r}") -> None:
        self.name = name
        self.value = value
        self.form = form

    @classmethod
    def parse(cls, text: str) -> "Argument":
        """Return the argument that is spelt ``name=value``, its value a text in Python, or ``name=`` of any value."""
        from ast import literal_eval

        name, _, value = text.partition("=")
        return cls(name, literal_eval(value)) if value else cls(name, None, "{name}=")

    def __str__(self) -> str:
        return self.form.format(name=self.name, value=self.value)

    def __repr__(self) -> str:
        return f"Argument({self})"


Spell = Callable[[Argument], str]
"""How a reader's program spells an argument: Python, or the command line."""


class Several:
    """Texts that are listed, and cut after the first few.

    Attributes
    ----------
    values : tuple
        Texts, numbers or messages.
    most : int
        How many are shown.
    last : str
        What stands before the last one in English, where all are shown; Korean has a comma.
    """

    __slots__ = ("last", "most", "values")

    def __init__(self, values: Iterable[object], most: int = 6, last: str = ", ") -> None:
        self.values = tuple(values)
        self.most = most
        self.last = last

    def text(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return e.g. ``"a, b and 3 more"``."""
        shown = [rendered(value, lang, spell) for value in self.values[: self.most]]
        rest = len(self.values) - self.most
        if rest > 0:
            return f"{', '.join(shown)} and {rest} more" if lang == "en" else f"{', '.join(shown)} 외 {rest}개"
        before, last = ", ".join(shown[:-1]), shown[-1:]
        return (self.last if lang == "en" else ", ").join([before, *last] if before else last)

    def __str__(self) -> str:
        return self.text()


def listed(values: Iterable[object], most: int = 6) -> Several:
    """Return texts as a list within a sentence, e.g. ``"a, b and c"``."""
    return Several(values, most, " and ")


class Message:
    """A sentence of a catalogue with its values.

    Parameters
    ----------
    key : str
        Family and key, e.g. ``"survey.outside_scale"``.
    **values
        What fills the placeholders: numbers, texts, and messages, `Several` or `Argument`, which are written in the
        reader's language.

    Examples
    --------
    >>> from csindex.messages import Argument, Message
    >>> message = Message("options.unknown", option=Argument("scheme", "star"), known="'path', 'centroid'")
    >>> print(message)
    scheme='star' is not known. Use one of: 'path', 'centroid'.
    >>> message.remedy()
    "Use one of: 'path', 'centroid'."
    """

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values

    def text(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what is wrong and what to do."""
        parts = (self.problem(lang, spell), self.remedy(lang, spell))
        return " ".join(part for part in parts if part)

    def value(self, name: str) -> object:
        """Return what fills a placeholder; None where there is no such value."""
        return self.values.get(name)

    def problem(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what is wrong, without what to do."""
        return self._said("", lang, spell)

    def remedy(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what to do; empty where there is nothing to say."""
        return self._said("remedy_", lang, spell)

    def _said(self, what: str, lang: Language, spell: Spell) -> str:
        family, _, key = self.key.partition(".")
        template = catalogue(family)[key].get(f"{what}{lang}", "")
        return fill(template, self.values, lang, spell) if template else ""

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"Message({self.key!r}: {self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.key, self.values) == (other.key, other.values)

    def __hash__(self) -> int:
        return hash(self.key)


class Bilingual:
    """A text that is known in both languages, e.g. the label of a construct.

    Attributes
    ----------
    en, ko : str
        The English text stands where there is no Korean one.
    """

    __slots__ = ("en", "ko")

    def __init__(self, en: str, ko: str = "") -> None:
        self.en = en
        self.ko = ko or en

    def text(self, lang: Language = "en", spell: Spell = str) -> str:  # noqa: ARG002
        """Return the text in a language."""
        return self.ko if lang == "ko" else self.en

    def __str__(self) -> str:
        return self.en


class Joined:
    """Messages in a row, e.g. the findings of several units.

    Attributes
    ----------
    parts : tuple
        Messages or texts.
    between : str
        What stands between two of them.
    """

    __slots__ = ("between", "parts")

    def __init__(self, parts: Iterable[object], between: str = " ") -> None:
        self.parts = tuple(parts)
        self.between = between

    def text(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return all parts."""
        return self.between.join(rendered(part, lang, spell) for part in self.parts)

    def problem(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what is wrong, without what to do."""
        found = [problem(part, lang, spell) for part in self.parts]
        return self.between.join(text for text in found if text)

    def remedy(self, lang: Language = "en", spell: Spell = str) -> str:
        """Return what to do, each thing once."""
        found = [part.remedy(lang, spell) for part in self.parts if isinstance(part, (Message, Joined))]
        return self.between.join(text for text in dict.fromkeys(found) if text)

    def __str__(self) -> str:
        return self.text()


def rendered(value: object, lang: Language = "en", spell: Spell = str) -> str:
    """Return a value as text for readers of a language."""
    if isinstance(value, (Message, Several, Joined, Bilingual)):
        return value.text(lang, spell)
    return spell(value) if isinstance(value, Argument) else str(value)


def problem(value: object, lang: Language = "en", spell: Spell = str) -> str:
    """Return what is wrong, without what to do; a plain text as it is."""
    return (value.problem if isinstance(value, (Message, Joined)) else partial(rendered, value))(lang, spell)


def fill(template: str, values: Mapping[str, object], lang: Language = "en", spell: Spell = str) -> str:
    """Return a template with its placeholders filled, for readers of a language."""
    return _Filled(lang, spell).vformat(template, (), values)


class _Filled(Formatter):
    """A formatter for readers of one language."""

    def __init__(self, lang: Language, spell: Spell) -> None:
        self.lang = lang
        self.spell = spell

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        if field_name.startswith("="):
            return Argument.parse(field_name[1:]), field_name
        return super().get_field(field_name, args, kwargs)

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, _, many = format_spec.partition("|")
            return one if value == 1 else many
        if isinstance(value, (Message, Several, Joined, Bilingual, Argument)):
            return rendered(value, self.lang, self.spell)
        return str(format(value, format_spec))


def placeholders(template: str) -> set[str]:
    """Return the names of a template's placeholders; arguments as they are spelt."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}
