"""The words and labels in which a result is told to readers of one language."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from csindex.messages import fill, words
from csindex.text.format import WIDTH, Language, listed, wrapped

if TYPE_CHECKING:
    from csindex.fitting.result import Fit
    from csindex.model.parts import Construct

INDENT = "  "


class Speaker:
    """Tells of a result. English readers read a construct's name, as they write it in the model; Korean ones its label."""

    families: ClassVar[tuple[str, ...]] = ("summary", "notices")

    def __init__(self, result: Fit, lang: Language) -> None:
        self.lang = lang
        self._labels = {} if lang == "en" else labels_of(result, lang)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return fill(words(*self.families)[self.lang][key], values, self.lang)

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


def called(construct: Construct, lang: Language) -> str:
    """Return the label of a construct; its name where it has none."""
    return (construct.label_ko if lang == "ko" else "") or construct.label or construct.name


def labels_of(result: Fit, lang: Language) -> dict[str, str]:
    """Return the label of each construct of a result, and of its interactions."""
    labels = {construct.name: called(construct, lang) for construct in result.specified.constructs}
    for product in result.stage.products if result.stage is not None else ():
        labels[product.name] = f"{labels[product.left]} × {labels[product.right]}"
    return labels
