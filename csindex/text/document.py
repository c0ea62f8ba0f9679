"""A document in parts that every format can write: text, tables, pictures, formulas."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from csindex.text.format import width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal["text", "lead", "note"]
LINE = 84
"""Letters that a page has room for in the small print of tables."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text: the main finding (``"lead"``), a warning or remark (``"note"``), or anything else."""

    text: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences that stand side by side, below what they are about (`head`); on a screen each with a mark, or a text, before it."""

    items: tuple[str, ...]
    mark: str = "- "
    head: str = ""
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a line of text, and in LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Cells as they are to be read; the first `left` columns are labels, the others numbers.

    `rest` says what is left out, and after which row, e.g. ``(5, "... 12 more ...")``. `screen` is the table as text where
    it does not have the usual columns.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    rest: tuple[int, str] = (0, "")
    screen: str = ""

    def widths(self) -> list[float]:
        """Return the width of each column as a share of the page.

        No word is broken, and no number where there is room; long texts share what is left.
        """
        columns = [list(cells) for cells in zip(self.head, *self.rows, strict=True)]
        wanted = [_room(cells) for cells in columns]
        if sum(wanted) <= LINE:
            return [want / LINE for want in wanted]
        words = [_room([word for cell in cells for word in cell.split()]) for cells in columns]
        whole = [
            max(low, _room(cells[1:]) if at >= self.left else 0)
            for at, (low, cells) in enumerate(zip(words, columns, strict=True))
        ]
        least = whole if sum(whole) <= LINE else words
        spare, missing = max(LINE - sum(least), 0.0), max(sum(wanted) - sum(least), 1.0)
        shares = [low + spare * (want - low) / missing for want, low in zip(wanted, least, strict=True)]
        return [share / max(LINE, sum(shares)) for share in shares]


def _room(texts: list[str]) -> float:
    """Return the letters that the widest of some texts needs, with the space around it."""
    return max((width(text) + 0.5 * sum(map(str.isupper, text)) for text in texts), default=0) + 3.5


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture that is drawn when a format needs it."""

    name: str
    caption: str
    draw: Callable[[], "Axes"]

    def figure(self) -> "Figure":
        """Return the picture, drawn anew."""
        figure = self.draw().get_figure(root=True)
        assert figure is not None
        return figure


Block = Paragraph | Bullets | Formula | Table | Picture


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A titled part."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What a report says.

    Attributes
    ----------
    title, subtitle : str
    lang : {"en", "ko"}
    sections : tuple of Section
    tables : mapping of name to data frame
        The tidy tables behind it, at full precision, for a workbook.
    """

    title: str
    subtitle: str
    lang: str
    sections: tuple[Section, ...]
    tables: dict[str, pd.DataFrame]

    @property
    def pictures(self) -> list[Picture]:
        """All pictures in their order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Picture)]
