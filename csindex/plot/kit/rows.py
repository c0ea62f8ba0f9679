"""Rows of estimates with their intervals, one below the other: bars and forests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.plot.kit.canvas import Frame, beside, label_axis, name_row, plain
from csindex.plot.kit.style import BLUE, GREY, INK, PALE, SKY, Style, extent, line_height, wrapped, write
from csindex.plot.kit.words import bracketed
from csindex.text.format import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST_POINTS = 3.5
"""Letters that are smaller cannot be read in print."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n rows.

    Attributes
    ----------
    labels : n texts
    estimate, lower, upper : (n,)
    groups : n texts, or empty
        A heading stands where it changes.
    colors : n colours, or empty
    digits : int
    """

    labels: Sequence[str]
    estimate: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    groups: Sequence[str] = ()
    colors: Sequence[str] = ()
    digits: int = 2

    @classmethod
    def of(cls, labels: Sequence[str], table: pd.DataFrame, digits: int, groups: Sequence[str] = ()) -> "Rows":
        """Return rows of a table with the columns ``estimate, lower, upper``."""
        estimate, lower, upper = (table[name].to_numpy(dtype=float) for name in ("estimate", "lower", "upper"))
        return cls(labels, estimate, lower, upper, groups=groups, digits=digits)

    @property
    def numbers(self) -> list[str]:
        """The numbers of each row as text."""
        return [
            f"{number(value, self.digits)} {bracketed(low, high, self.digits)}".strip()
            for value, low, high in zip(self.estimate, self.lower, self.upper, strict=True)
        ]


def draw_rows(
    frame: Frame,
    rows: Rows,
    *,
    axis: str,
    bars: bool = False,
    limits: tuple[float, float] | None = None,
    zero: float | None = None,
) -> "Axes":
    """Draw the rows, with their labels to the left and their numbers to the right.

    Parameters
    ----------
    bars : bool
        Bars that begin at 0 instead of points.
    limits : (float, float), optional
        Ends of the axis; by default those of the intervals.
    zero : float, optional
        Where a line is drawn for comparison.
    """
    lower = (3.2 if axis else 1.8) * frame.style.points
    if frame.ax is not None:
        frame = _fitting(frame, len(rows.labels) + len(set(rows.groups)), frame.height - lower)
    style, width = frame.style, frame.width
    names = [wrapped(label, 0.36 * width, style.points, style) for label in rows.labels]
    left = max(extent(name, style.points, style)[0] for name in names) + 0.8 * style.points
    right = max(extent(value, style.small, style)[0] for value in rows.numbers) + 0.8 * style.points
    left = max([left, *(min(extent(name, style.points, style, bold=True)[0], 0.5 * width) for name in rows.groups)])
    middle, headings, natural = _heights(names, rows.groups, style)
    ax = frame.stage((width - left - right, natural), left=left, right=right, lower=lower)
    plain(ax, style)
    ax.set_ylim(natural, 0)
    ax.set_yticks([])
    low, high = limits or _limits(rows, zero)
    ax.set_xlim(low, high)
    label_axis(ax, axis, style)
    if zero is not None:
        ax.axvline(zero, color=GREY, linewidth=style.line, zorder=1)
    _draw_numbers(ax, rows, middle, style, bars)
    _draw_texts(ax, rows, names, middle, style)
    for y, heading in headings:
        write(
            ax, (0, y), heading, style.points, style, bold=True, transform=beside(ax, -left), va="center", ha="left",
            gid="heading",
        )  # fmt: skip
    return ax


def _fitting(frame: Frame, count: int, height: float) -> Frame:
    """Return the frame with letters that are small enough for rows in given axes.

    Raises
    ------
    OptionError
        If they would be too small to be read.
    """
    points = height / (1.75 * count)
    if height <= 0 or points >= frame.style.points:
        return frame
    if points < LEAST_POINTS:
        raise OptionError(
            Message("plot.too_many_rows", count=count, room=height / 72, least=1.75 * LEAST_POINTS * count / 72)
        )
    return frame.scaled(points / frame.style.points)


def _heights(
    names: Sequence[str], groups: Sequence[str], style: Style
) -> tuple[list[float], list[tuple[float, str]], float]:
    """Return the middle of each row, that of each heading, and the height of them all."""
    middle, headings, y = [], [], 0.2 * style.points
    for at, name in enumerate(names):
        if groups and (at == 0 or groups[at] != groups[at - 1]):
            y += 0.6 * style.points if at else 0.0
            headings.append((y + line_height(style.points) / 2, groups[at]))
            y += 1.2 * line_height(style.points)
        tall = line_height(style.points) * (1 + name.count("\n")) + 0.45 * style.points
        middle.append(y + tall / 2)
        y += tall
    return middle, headings, y + 0.2 * style.points


def _limits(rows: Rows, zero: float | None) -> tuple[float, float]:
    found = np.concatenate([rows.estimate, rows.lower, rows.upper, [] if zero is None else [zero]])
    found = found[np.isfinite(found)]
    low, high = (found.min(), found.max()) if len(found) else (0.0, 1.0)
    margin = 0.04 * (high - low) or 0.5
    return float(low - margin), float(high + margin)


def _draw_numbers(ax: "Axes", rows: Rows, middle: Sequence[float], style: Style, bars: bool) -> None:
    colors = rows.colors or [BLUE] * len(middle)
    if bars:
        shades = [SKY if color == BLUE else color for color in colors]
        ax.barh(middle, np.nan_to_num(rows.estimate), height=style.points, color=shades, alpha=0.75, zorder=2)
    else:
        for y in middle:
            ax.axhline(y, color=PALE, linewidth=0.4 * style.line, zorder=0)
        ax.scatter(rows.estimate, middle, s=(0.62 * style.points) ** 2, c=list(colors), linewidths=0, zorder=4)
    shade = [INK] * len(middle) if bars else list(colors)
    ax.hlines(middle, rows.lower, rows.upper, colors=shade, linewidth=1.6 * style.line, zorder=3)


def _draw_texts(ax: "Axes", rows: Rows, names: Sequence[str], middle: Sequence[float], style: Style) -> None:
    for y, name, value in zip(middle, names, rows.numbers, strict=True):
        name_row(ax, y, name, style)
        write(
            ax, (1, y), value, style.small, style, transform=beside(ax, 0.6 * style.points), ha="left", va="center",
            color=GREY, gid="value",
        )  # fmt: skip
