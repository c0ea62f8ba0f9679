"""What a file says of its columns, beside the answers themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from csindex.model.parts import Item
from csindex.survey.columns import listed

Scale = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Variable:
    """What a file says of one column.

    Attributes
    ----------
    label : str
        The question, or what else the column is called for readers.
    labels : mapping of code to text
        Value labels.
    missing : tuple of float
        Codes that the file declares to be missing (user-missing); of declared ranges, those that occur.
    ranges : tuple of (float, float)
        Declared ranges of missing codes.
    marked : mapping of mark to int
        How many answers are missing with a mark that is no number, such as Stata's ``.a``.
    scale : (float, float) or None
        The ends of the scale, where value labels tell them.
    """

    label: str = ""
    labels: Mapping[float, str] = field(default_factory=dict)
    missing: tuple[float, ...] = ()
    ranges: tuple[Scale, ...] = ()
    marked: Mapping[str, int] = field(default_factory=dict)
    scale: Scale | None = None

    def scale_problem(self, item: Item, answers: NDArray[np.float64]) -> str | None:
        """Say that value labels tell another scale than the model; None if they do not, or name some answers only."""
        if self.scale is None or self.scale == item.scale:
            return None
        (low, high), (least, most) = self.scale, item.scale
        beyond = (answers < low) | (answers > high)
        if (beyond & (answers >= least) & (answers <= most)).any():
            return None
        ends = [f"{end:g}{f' {self.labels[end]!r}' if end in self.labels else ''}" for end in self.scale]
        return (
            f"item {item.name!r} has the scale {least:g}–{most:g} in the model, but in the file, by its value labels, "
            f"{ends[0]} to {ends[1]}. If the file is right: model.with_scales(survey.scales). If the model is right: "
            f"read_survey(..., scales={{{item.name!r}: ({least:g}, {most:g})}})."
        )

    def told(self, codes: NDArray[np.float64] | list[float]) -> str:
        """Say what the file calls those of some codes that have a label; empty if it has none."""
        known = [f"{code:g} {self.labels[code]!r}" for code in map(float, codes) if code in self.labels]
        return f" The file labels {listed(known)}." if known else ""


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """A file that answers were read from.

    Attributes
    ----------
    name : str
    kind : str
        E.g. ``"SPSS"``.
    notes : tuple of str
        What was found out or decided in reading, e.g. the encoding.
    variables : mapping of column to Variable
        Columns of which the file says something.
    """

    name: str
    kind: str
    notes: tuple[str, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=dict)

    def variable(self, name: str) -> Variable:
        """Return what the file says of a column, perhaps nothing."""
        return self.variables.get(name, _NOTHING)

    @property
    def scales(self) -> dict[str, Scale]:
        """Scales by column, where value labels tell them."""
        return {name: v.scale for name, v in self.variables.items() if v.scale is not None}

    def __str__(self) -> str:
        return f"{self.name} ({', '.join([self.kind, *self.notes])})"


_NOTHING = Variable()
