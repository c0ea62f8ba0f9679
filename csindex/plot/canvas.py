"""Figures that need no pyplot: they are shown by a notebook and leave no state behind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from csindex.plot.style import GREY, INK, Style, extent, line_height, wrapped, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGE = 10.0
"""From the edge of a figure to what it shows, in points."""


@dataclass(frozen=True, slots=True)
class Header:
    """Title and note of a picture in lines, and their height in points."""

    title: str
    note: str
    height: float


def header_of(title: str, note: str, width: float, style: Style) -> Header:
    """Return title and note in lines of at most `width` points."""
    big = 1.25 * style.points
    title, note = wrapped(title, width, big, style, bold=True), wrapped(note, width, style.small, style)
    height = (extent(title, big, style)[1] + 0.5 * style.points) if title else 0.0
    height += (extent(note, style.small, style)[1] + 0.3 * style.points) if note else 0.0
    return Header(title, note, height + 0.6 * style.points)


def blank(width: float, height: float) -> "Figure":
    """Return an empty figure of a size in points."""
    from csindex.plot.picture import Picture

    return Picture(figsize=(width / 72, height / 72), facecolor="white", dpi=150)


def panel(figure: "Figure", left: float, lower: float, width: float, height: float) -> "Axes":
    """Return axes at a place in a figure, in points."""
    from csindex.plot.picture import PictureAxes

    wide, high = figure.get_size_inches() * 72
    return figure.add_axes(PictureAxes(figure, (left / wide, lower / high, width / wide, height / high)))


def room(ax: "Axes") -> tuple[float, float]:
    """Return width and height of axes, in points."""
    box = ax.get_window_extent()
    per_point = ax.figure.dpi / 72
    return box.width / per_point, box.height / per_point


def put_header(ax: "Axes", header: Header, style: Style, *, left: float = 0.0) -> None:
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


def label_axis(ax: "Axes", text: str, style: Style) -> None:
    """Name the horizontal axis."""
    ax.set_xlabel(text, fontsize=style.small, color=INK, fontfamily=list(style.fonts), labelpad=0.3 * style.points)
