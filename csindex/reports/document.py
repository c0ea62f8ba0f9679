"""A document in parts that every format can write: text, tables, pictures, formulas."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal["text", "lead", "note"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text: the main finding (``"lead"``), a warning or remark (``"note"``), or anything else."""

    text: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences that stand side by side."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a line of text, and in LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Cells as they are to be read; the first `left` columns are labels, the others numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1


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
