"""What a drawn picture looks like to a ruler: boxes of texts, and lines of arrows, in pixels."""

import itertools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Ink of neighbouring letters may come as near as this: text boxes are rounded to whole pixels at 150 dpi.
PIXEL = 1.0


def drawn(ax: Axes) -> Axes:
    """Return the axes after everything has been laid out."""
    FigureCanvasAgg(ax.figure)
    ax.figure.draw_without_rendering()
    return ax


def texts(ax: Axes) -> list[tuple[str, Bbox]]:
    """Return every visible text of the figure and its box."""
    hidden = {id(label) for axes in ax.figure.axes for axis in (axes.xaxis, axes.yaxis) for label in out_of_view(axis)}
    found = [
        text
        for text in ax.figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden
    ]
    return [(f"{text.get_gid() or ''} {text.get_text()!r}", text.get_window_extent()) for text in found]


def out_of_view(axis: Axis) -> list[Text]:
    """Return labels of ticks that matplotlib holds ready and does not draw."""
    if not axis.axes.axison:
        return [tick.label1 for tick in axis.get_major_ticks()]
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    return [
        tick.label1
        for tick, at in zip(axis.get_major_ticks(), axis.get_majorticklocs(), strict=True)
        if not low - slack <= at <= high + slack
    ]


def overlap(a: Bbox, b: Bbox, slack: float = PIXEL) -> bool:
    return min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack


def overlapping_texts(ax: Axes) -> list[str]:
    return [f"{a} over {b}" for (a, one), (b, two) in itertools.combinations(texts(ax), 2) if overlap(one, two)]


def cut_texts(ax: Axes) -> list[str]:
    """Return the texts that do not lie inside the figure."""
    page = ax.figure.bbox
    inside = [page.x0 - PIXEL, page.y0 - PIXEL, page.x1 + PIXEL, page.y1 + PIXEL]
    return [
        name for name, box in texts(ax)
        if box.x0 < inside[0] or box.y0 < inside[1] or box.x1 > inside[2] or box.y1 > inside[3]
    ]  # fmt: skip


def boxes(ax: Axes) -> dict[str, Bbox]:
    """Return the boxes of constructs by name."""
    return {
        patch.get_gid().partition(":")[2]: patch.get_window_extent()
        for patch in ax.patches
        if isinstance(patch, FancyBboxPatch)
    }


def arrows(ax: Axes) -> dict[str, np.ndarray]:
    """Return the lines of arrows as points (n, 2) that lie less than two pixels apart."""
    lines = {}
    for patch in ax.patches:
        if isinstance(patch, PathPatch):
            (line,) = patch.get_transform().transform_path(patch.get_path()).to_polygons(closed_only=False)
            steps = [np.linspace(a, b, int(np.hypot(*(b - a)) / 2) + 2) for a, b in itertools.pairwise(line)]
            lines[patch.get_gid().partition(":")[2]] = np.concatenate(steps)
    return lines


def meets(line: np.ndarray, box: Bbox, slack: float) -> bool:
    """Return whether a line comes into a box, or nearer than -slack."""
    x, y = line.T
    return bool(((x > box.x0 + slack) & (x < box.x1 - slack) & (y > box.y0 + slack) & (y < box.y1 - slack)).any())
