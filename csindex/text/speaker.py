"""Sentences and labels for readers of one language."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import ClassVar

from csindex.messages import fill, term, words
from csindex.text.format import WIDTH, Language, listed, wrapped

INDENT = "  "


class Speaker:
    """Sentences of a catalogue in one language, and what its readers call the constructs.

    Parameters
    ----------
    labels : mapping of construct to str
        What is shown for a construct; its name where it is not among them.
    lang : {"en", "ko"}
    """

    families: ClassVar[tuple[str, ...]] = ("summary", "notices")

    def __init__(self, labels: Mapping[str, str], lang: Language) -> None:
        self.lang = lang
        self._labels = labels

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return fill(words(*self.families)[self.lang][key], values, self.lang)

    def term(self, name: str, prefix: str = "") -> str:
        """Return the words for an option's value, or its name where there are none; see `csindex.messages.term`."""
        return term(name, self.lang, *self.families, prefix=prefix)

    def name(self, construct: str) -> str:
        """Return what the readers call a construct."""
        return self._labels.get(construct, construct)

    def listed(self, values: Iterable[object], most: int = 6) -> str:
        """Return values as running text, shortened after `most`."""
        if self.lang == "en":
            return listed(values, most)
        texts = [str(value) for value in values]
        return ", ".join(texts[:most]) + (f" 외 {len(texts) - most}개" if len(texts) > most else "")

    def wrapped(self, text: str) -> str:
        """Return a sentence in indented lines."""
        if self.lang == "en":
            return textwrap.fill(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
        return wrapped(text, INDENT)
