"""Figures without pyplot, which notebooks show and which leave no state behind, and the frame of every picture."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from csindex.plot.kit.style import GREY, INK, Style, extent, style_of, wrapped, write
from csindex.stacks.layout import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform


EDGE = 10.0
"""From the edge of a figure to what it shows, in points."""


@dataclass(frozen=True, slots=True)
class Header:
    """Title and note of a picture in lines, and their height in points."""

    title: str
    note: str
    height: float


@dataclass(frozen=True, slots=True)
class Frame:
    """What every picture begins with: its letters, its title and note, and the room for the rest.

    Attributes
    ----------
    ax : Axes or None
        Axes whose rectangle is used for all of it; without them a figure is made, as high as it has to be.
    natural, style : Style
        Letters before and after they are fitted to the axes.
    title, note : str
    header : Header
    width, height : float
        The room for all of it, in points, and what the header leaves of the height of given axes.
    """

    ax: "Axes | None"
    natural: Style
    style: Style
    title: str
    note: str
    header: Header
    width: float
    height: float

    def tall(self, share: float, lower: float) -> float:
        """Return the height above `lower` points of labels: a share of the width, or what is left of given axes."""
        return share * self.width if self.ax is None else self.height - lower

    def scaled(self, factor: float) -> "Frame":
        """Return the frame with smaller letters, its header in as many lines as before."""
        return replace(self, style=self.style.scaled(factor))

    def narrowed(self, width: float) -> "Frame":
        """Return the frame of a figure of another width."""
        return replace(self, width=width, header=_header(self.title, self.note, width, self.style))

    def stage(self, size: tuple[float, float], *, left: float = 0.0, right: float = 0.0, lower: float = 0.0) -> "Axes":
        """Return axes with title and note above them.

        Parameters
        ----------
        size : (width, height)
            Of the axes, in points; of given axes it is what is left.
        left, right, lower : float
            Room for labels around the axes, in points.
        """
        ax = self.ax
        if ax is None:
            whole = (left + size[0] + right + 2 * EDGE, self.header.height + size[1] + lower + 2 * EDGE)
            ax = panel(blank(*whole), EDGE + left, EDGE + lower, *size)
        else:
            place, (wide, high) = ax.get_position(), _extent_of(ax.figure)
            ax.set_position(
                (
                    place.x0 + left / wide,
                    place.y0 + lower / high,
                    place.width - (left + right) / wide,
                    place.height - (self.header.height + lower) / high,
                )
            )
        _put_header(ax, self.header, self.style, left)
        return ax


def framed(
    ax: "Axes | None", size: str, *, title: str | None, usual: str, note: str, texts: Iterable[str] = ()
) -> Frame:
    """Return the frame of a picture.

    Parameters
    ----------
    ax : Axes or None
    size : str
        See `style_of`.
    title : str or None
        None stands for the `usual` one.
    note : str
    texts : iterable of str
        Further texts of the picture, whose letters the fonts must have.

    Raises
    ------
    OptionError
        If the size is not known.
    """
    title = usual if title is None else title
    natural = style = style_of(size, [*texts, title, note])
    width, height = style.width, 0.0
    if ax is not None:
        box, dpi = ax.get_window_extent(), ax.figure.dpi
        width, height = box.width * 72 / dpi, box.height * 72 / dpi
        style = style.scaled(min(1.0, max(0.6, width / (45 * style.points))))
    header = _header(title, note, width, style)
    return Frame(ax, natural, style, title, note, header, width, height - header.height)


def _header(title: str, note: str, width: float, style: Style) -> Header:
    """Return title and note in lines of at most `width` points."""
    big = 1.25 * style.points
    title, note = wrapped(title, width, big, style, bold=True), wrapped(note, width, style.small, style)
    height = (extent(title, big, style)[1] + 0.5 * style.points) if title else 0.0
    height += (extent(note, style.small, style)[1] + 0.3 * style.points) if note else 0.0
    return Header(title, note, height + 0.6 * style.points)


def blank(width: float, height: float) -> "Figure":
    """Return an empty figure of a size in points."""
    from csindex.plot.kit.picture import Picture

    return Picture(figsize=(width / 72, height / 72), facecolor="white", dpi=150)


def panel(figure: "Figure", left: float, lower: float, width: float, height: float) -> "Axes":
    """Return axes at a place in a figure, in points."""
    from csindex.plot.kit.picture import PictureAxes

    wide, high = figure.get_size_inches() * 72
    return figure.add_axes(PictureAxes(figure, (left / wide, lower / high, width / wide, height / high)))


def _extent_of(figure: Any) -> tuple[float, float]:
    """Return width and height of a figure, in points."""
    return figure.bbox.width * 72 / figure.dpi, figure.bbox.height * 72 / figure.dpi


def _put_header(ax: "Axes", header: Header, style: Style, left: float) -> None:
    """Write title and note above the axes, `left` points to the left of them."""
    from matplotlib.transforms import ScaledTranslation

    up = 0.6 * style.points
    for text, points, bold, color in (
        (header.note, style.small, False, GREY),
        (header.title, 1.25 * style.points, True, INK),
    ):
        if not text:
            continue
        move = ScaledTranslation(-left / 72, up / 72, ax.figure.dpi_scale_trans)
        write(
            ax, (0, 1), text, points, style, bold=bold, color=color, va="bottom", ha="left", transform=ax.transAxes + move,
            gid="title" if bold else "note",
        )  # fmt: skip
        up += extent(text, points, style)[1] + (0.3 if points == style.small else 0.5) * style.points


def panel_beside(ax: "Axes", gap: float, width: float) -> "Axes":
    """Add axes of a width to the right of others, `gap` points apart."""
    place, (wide, _) = ax.get_position(), _extent_of(ax.figure)
    return ax.figure.add_axes((place.x1 + gap / wide, place.y0, width / wide, place.height))


def panel_below(ax: "Axes", gap: float, height: float) -> "Axes":
    """Add axes of a height below others, `gap` points apart."""
    place, (_, high) = ax.get_position(), _extent_of(ax.figure)
    return ax.figure.add_axes((place.x0, place.y0 - (gap + height) / high, place.width, height / high))


def plain(ax: "Axes", style: Style, *, spines: tuple[str, ...] = ("bottom",)) -> None:
    """Take everything off axes but the named spines, and give them quiet ticks."""
    ax.set_facecolor("none")
    ax.grid(False)
    for name, spine in ax.spines.items():
        spine.set_visible(name in spines)
        spine.set_color(GREY)
        spine.set_linewidth(0.08 * style.points)
    ax.tick_params(
        which="both", labelsize=style.small, labelfontfamily=list(style.fonts), colors=GREY, labelcolor=INK,
        length=0.35 * style.points, width=0.08 * style.points, pad=0.35 * style.points,
    )  # fmt: skip
    ax.tick_params(axis="y", left="left" in spines)
    ax.tick_params(axis="x", bottom="bottom" in spines)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(_tick)


def label_axis(ax: "Axes", text: str, style: Style, which: Literal["x", "y"] = "x") -> None:
    """Name an axis."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_label_text(text, fontsize=style.small, color=INK, fontfamily=list(style.fonts), parse_math=False)
    axis.labelpad = 0.3 * style.points


def beside(ax: "Axes", points: float) -> "Transform":
    """Return the transform of texts beside the axes: x from 0 to 1 across them and then some points on, y as the data."""
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    across = ax.transAxes + ScaledTranslation(points / 72, 0, ax.figure.dpi_scale_trans)
    return blended_transform_factory(across, ax.transData)


def name_row(ax: "Axes", y: float, text: str, style: Style, *, color: str = INK, gid: str = "row") -> None:
    """Write what is at a height to the left of the axes."""
    write(
        ax, (0, y), text, style.points, style, transform=beside(ax, -0.6 * style.points), ha="right", va="center",
        multialignment="right", color=color, gid=gid,
    )  # fmt: skip


def _tick(value: float, _: object = None) -> str:
    # A minus sign whatever rcParams say; steps of an axis have no rounding errors to show.
    return f"{round(value, 9):g}".replace("-", "−")


def spans(ax: "Axes", at: Array, rows: pd.DataFrame, ends: tuple[str, str], color: str, over: int) -> None:
    """Draw an interval at each place, without gaps: lines side by side would show a pattern that is not in the data."""
    for run in np.split(np.arange(len(at)), np.flatnonzero(np.diff(at) > 1) + 1):
        if len(run):
            edges = np.append(at[run] - 0.5, at[run[-1]] + 0.5)
            low, high = (np.append(rows[end].to_numpy()[run], rows[end].to_numpy()[run[-1]]) for end in ends)
            ax.fill_between(edges, low, high, step="post", color=color, linewidth=0, zorder=over)
