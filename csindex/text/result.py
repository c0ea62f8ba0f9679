"""What every public result has: text in two languages, a notebook's page, and its tables by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from csindex.messages import Language
from csindex.text.format import WIDTH, language, wrapped

if TYPE_CHECKING:
    from csindex.text.document import Section

NO_ROWS = pd.DataFrame()
"""A table that a result does not have."""


class Result:
    """Base of public results.

    A result says what it has to say once, in `blocks`; `summary`, ``repr`` and the page of a notebook are written from it.
    Its tables are declared once, in ``TABLES``; workbook, command line and JSON are written from `tables`.
    """

    __slots__ = ()

    LINE: ClassVar[int] = WIDTH
    """How many columns a line of text has."""
    TABLES: ClassVar[Mapping[str, str | Callable[[Any], pd.DataFrame]]] = {}
    """What is behind each table, by its name: an attribute, a method without arguments, or a function of the result."""

    def blocks(self, lang: Language) -> Iterable["Section"]:
        """Yield what there is to say: headings, paragraphs, bullets and tables."""
        raise NotImplementedError

    def brief(self, lang: Language) -> Iterable["Section"]:
        """Yield what is shown where a result is the last line of a cell: the first two sections."""
        for section, _ in zip(self.blocks(lang), range(2), strict=False):
            yield section

    def summary(self, lang: str = "en") -> str:
        """Return everything that a reader needs to use and to repeat the result, as text.

        Parameters
        ----------
        lang : {"en", "ko"}

        Raises
        ------
        OptionError
            If the language is not known.
        """
        from csindex.text import plain

        return plain.write(self.blocks(language(lang)), self.LINE)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table that has rows, by name."""
        return {name: frame for name, frame in self._tables() if len(frame)}

    def _tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        for name, source in self.TABLES.items():
            found = getattr(self, source) if isinstance(source, str) else source(self)
            yield name, found() if callable(found) else found

    def __repr__(self) -> str:
        more = self._more()
        from csindex.text import plain

        return plain.write(self.brief("en"), self.LINE) + (f"\n\n{wrapped(f'More: {more}')}" if more else "")

    def _more(self) -> str:
        """Return where the rest is, e.g. ``".summary(), .index, .paths"``; empty where nothing is said of it."""
        return ", ".join([".summary()", *(f".{source}" for source in self.TABLES.values() if isinstance(source, str))])

    def _repr_html_(self) -> str:
        from csindex.text import html

        return html.write(self.brief("en"))


class ShortResult(Result):
    """Base of results that are shown whole: ``repr`` is the summary."""

    __slots__ = ()

    def brief(self, lang: Language) -> Iterable["Section"]:
        """Yield all there is to say."""
        return self.blocks(lang)

    def _more(self) -> str:
        return ""


def gathered(named: Iterable[tuple[str, Mapping[str, pd.DataFrame]]]) -> dict[str, pd.DataFrame]:
    """Return the tables of several results in one mapping.

    Parameters
    ----------
    named : iterable of (name of a result, its tables)
        A table whose name another result has too is named after its result, e.g. ``"assessment r2"``.

    Raises
    ------
    ValueError
        If two tables have one name in the end: a mistake of ours, as a table would be lost.
    """
    parts = [(name, dict(tables)) for name, tables in named]
    count: dict[str, int] = {}
    for _, tables in parts:
        for table in tables:
            count[table] = count.get(table, 0) + 1
    found: dict[str, pd.DataFrame] = {}
    for at, (name, tables) in enumerate(parts):
        for table, frame in tables.items():
            called = table if count[table] == 1 or at == 0 else f"{name} {table}"
            if called in found:
                raise ValueError(f"two tables are called {called!r}")
            found[called] = frame
    return found
