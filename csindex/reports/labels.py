"""What readers see in place of names and numbers."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from csindex.fitting.result import Fit
from csindex.messages import fill, words
from csindex.text import format
from csindex.text.document import Table


class Reader:
    """Words and labels of a result for readers of one language."""

    def __init__(self, result: Fit, lang: format.Language) -> None:
        self.result = result
        self.lang = lang
        self.level = f"{result.options.level:.0%}"

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return fill(words("report")[self.lang][key], {"level": self.level, **values}, self.lang)

    def say_interval(self, key: str, ends: tuple[float, float], digits: int, unit: str = "", **values: object) -> str:
        """Return a sentence with an interval; that of the key ``..._bare`` where there is none."""
        if not np.isfinite(ends).all():
            return self.say(f"{key}_bare", **values)
        return self.say(key, interval=self.interval(*ends, digits) + unit, **values)

    def heads(self, key: str, **values: object) -> tuple[str, ...]:
        """Return the heads of a table's columns."""
        return tuple(self.say(key, **values).split("|"))

    def choice(self, value: object) -> str:
        """Return what an option's value means."""
        return words("glossary")[self.lang].get(str(value), str(value))

    def construct(self, name: str) -> str:
        """Return a construct's label; its name where it has none."""
        names = self.result.specified.construct_names
        if name not in names:
            return name
        construct = self.result.specified.construct(name)
        return (construct.label_ko if self.lang == "ko" else construct.label) or construct.name

    def index_label(self, name: str) -> str:
        """Return a construct's label, with a word that it is a rate where it is one."""
        label = self.construct(name)
        if name not in self.result.specified.construct_names:
            return label
        items = self.result.specified.construct(name).items
        rate = (
            len(items) == 1
            and items[0] in self.result.specified.item_names
            and self.result.specified.item(items[0]).scale == (0, 1)
        )
        return self.say("rate", label=label) if rate else label

    def question(self, item: str) -> str:
        """Return the text of a question; empty where it has none."""
        found = self.result.specified.item(item)
        return (found.text_ko if self.lang == "ko" else found.text) or found.text or found.text_ko

    def interval(self, lower: float, upper: float, digits: int) -> str:
        """Return an interval as text."""
        return format.interval(lower, upper, digits, self.lang)

    def estimate(self, value: float, lower: float, upper: float, digits: int) -> str:
        """Return a number with its interval in brackets, a dash where there is no number."""
        text = format.number(value, digits)
        return f"{text} ({self.interval(lower, upper, digits)})" if np.isfinite(lower) and np.isfinite(value) else text

    def estimates(
        self,
        frame: pd.DataFrame,
        caption: str,
        head: tuple[str, ...],
        labels: Iterable[str],
        digits: int,
        *,
        p: bool = False,
    ) -> Table:
        """Return the rows of a tidy table with estimate, standard error and interval."""
        rows = []
        for label, (_, row) in zip(labels, frame.iterrows(), strict=True):
            cells = [label, format.number(row["estimate"], digits), format.number(row["se"], digits + 1)]
            cells.append(self.interval(row["lower"], row["upper"], digits))
            rows.append((*cells, format.p_value(row["p"])) if p else tuple(cells))
        return Table(caption, head, tuple(rows))
