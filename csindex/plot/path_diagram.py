"""The path diagram: constructs with their index, arrows with their coefficients."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from csindex.fitting.result import Fit
from csindex.plot.diagram.columns import arrange
from csindex.plot.diagram.layout import Arrow, Layout, Measures, lay_out
from csindex.plot.kit.canvas import EDGE, Frame, framed
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    TARGET_FILL,
    VERMILLION,
    Style,
    extent,
    line_height,
    wrapped,
    write,
)  # fmt: skip
from csindex.plot.kit.units import Chosen, choose_unit
from csindex.plot.kit.words import bracketed, say
from csindex.text.format import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TINY = 0.78

Row = Mapping[Hashable, Any]
"""A row of a table: of paths, or of indices."""

Line = tuple[str, bool]
"""A line of text in a box; whether it is in bold letters, or in small ones."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What is to be drawn: texts, and where they go."""

    layout: Layout
    measures: Measures
    boxes: list[tuple[str, list[Line]]]
    arrows: Mapping[tuple[int, int], Row]
    target: int
    style: Style


@documented
def path_diagram(
    result: Fit,
    ax: "Axes | None" = None,
    *,
    unit: Any = None,
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw the model as the satisfaction indices are drawn: from what drives satisfaction to what follows from it.

    Parameters
    ----------
    result : Fit
    {ax}
    {unit}
    {look}

    Returns
    -------
    Axes
        In points. Boxes have the gid ``box:<construct>``, arrows ``arrow:<source>-><target>``.

    Raises
    ------
    OptionError
        If `result` is no fit, the fit has several units and none is chosen, or a size or language is not known.

    Warns
    -----
    FontWarning
        If no installed font has the Korean letters of labels.

    Notes
    -----
    Constructs stand in columns, sources to the left; of constructs in a row two may share a column. The order within a
    column has few crossings (Sugiyama, Tagawa & Toda 1981). In a feedback loop some arrows point to the left. Arrows pass
    columns between the boxes and reach each box at heights of their own, so that labels meet no arrow, box or other label.

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> ax = csi.plot.path_diagram(result)
    """
    chosen = choose_unit(result, unit, lang)
    frame = framed(ax, size, title=title, usual=chosen.title, note=_note(chosen), texts=chosen.labels.values())
    drawing = _drawing(chosen, frame.natural)
    ax, factor = _staged(frame, drawing)
    _draw(ax, drawing, factor)
    return ax


def _drawing(chosen: Chosen, style: Style) -> _Drawing:
    result, labels = chosen.result, chosen.labels
    names, design = list(result.model.construct_names), result.design
    index, r2 = chosen.part(result.index), chosen.part(result.r2)
    explained = dict(zip(r2["construct"], r2.to_dict("records"), strict=True))
    scores = dict(zip(index["construct"], index.to_dict("records"), strict=True))
    boxes = [(name, _lines(labels[name], scores.get(name), explained.get(name), style)) for name in names]
    paths = chosen.part(result.paths).to_dict("records")
    arrows = {(names.index(path["source"]), names.index(path["target"])): path for path in paths}
    pad = 1.2 * style.points
    needed = [_extent(lines, style) for _, lines in boxes]
    measures = Measures(
        boxes=np.array([(width + pad, height + pad) for width, height in needed]),
        above={at: extent(number(path["estimate"], 2), style.points, style) for at, path in arrows.items()},
        below={at: _extent_of_interval(path, style) for at, path in arrows.items()},
        unit=style.points,
    )
    target = names.index(result.model.target)
    layout = lay_out(arrange(design.links, design.order, target), measures)
    return _Drawing(layout, measures, boxes, arrows, target, style)


def _lines(label: str, score: Row | None, r2: Row | None, style: Style) -> list[Line]:
    """Return the text of a box; an interaction has no score."""
    name = wrapped(label, 11 * style.points, style.points, style, bold=True)
    lines = [(line, True) for line in name.split("\n")]
    if score is not None:
        lines.append((f"{number(score['estimate'], 1)} {bracketed(score['lower'], score['upper'], 1)}".strip(), False))
    if r2 is not None:
        lines.append((f"R² {number(r2['estimate'], 2)} {bracketed(r2['lower'], r2['upper'], 2)}".strip(), False))
    return lines


def _extent(lines: list[Line], style: Style) -> tuple[float, float]:
    sizes = [extent(text, style.points if bold else style.small, style, bold=bold) for text, bold in lines]
    heights = [line_height(style.points if bold else style.small) for _, bold in lines]
    return max(width for width, _ in sizes), sum(heights)


def _extent_of_interval(path: Row, style: Style) -> tuple[float, float]:
    text = bracketed(path["lower"], path["upper"], 2)
    return extent(text, _TINY * style.points, style) if text else (0.0, 0.0)


def _note(chosen: Chosen) -> str:
    lang, paths = chosen.lang, chosen.part(chosen.result.paths).to_dict("records")
    dashed = say("diagram_dashed", lang) if any(_unclear(path) for path in paths) else ""
    negative = say("diagram_negative", lang) if any(path["estimate"] < 0 for path in paths) else ""
    return f"{chosen.note} {say('diagram', lang, dashed=dashed, negative=negative)}"


def _unclear(path: Row) -> bool:
    return bool(path["lower"] <= 0 <= path["upper"])


def _staged(frame: Frame, drawing: _Drawing) -> tuple["Axes", float]:
    """Return axes for the diagram, and how much smaller than by nature it is drawn, as a page has limits."""
    layout, width, height = drawing.layout, frame.width, frame.height
    if frame.ax is None:
        factor = min(1.0, max(0.75, (width - 2 * EDGE) / layout.width))
        width, height = max(factor * layout.width, 40 * frame.style.points), factor * layout.height
        frame = frame.narrowed(width)
    else:
        factor = min(1.0, width / layout.width, height / layout.height)
    ax = frame.stage((width, height))
    _limit(ax, drawing, width / factor, height / factor)
    return ax, factor


def _limit(ax: "Axes", drawing: _Drawing, width: float, height: float) -> None:
    """Put the diagram into the upper middle of axes of a size in points."""
    aside = (width - drawing.layout.width) / 2
    ax.set_axis_off()
    ax.set_xlim(-aside, width - aside)
    ax.set_ylim(drawing.layout.height - height, drawing.layout.height)


def _draw(ax: "Axes", drawing: _Drawing, factor: float) -> None:
    names = [name for name, _ in drawing.boxes]
    for (source, end), arrow in drawing.layout.arrows.items():
        path = drawing.arrows[source, end]
        _draw_arrow(ax, arrow, path, drawing, factor, f"{names[source]}->{names[end]}")
    for node, (name, lines) in enumerate(drawing.boxes):
        _draw_box(ax, drawing, node, lines, factor, name)


def _draw_box(ax: "Axes", drawing: _Drawing, node: int, lines: list[Line], factor: float, name: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    style, target = drawing.style, node == drawing.target
    left, lower, width, height = drawing.layout.boxes[node]
    box = FancyBboxPatch(
        (left, lower), width, height, boxstyle=f"round,pad=0,rounding_size={0.7 * style.points}", clip_on=False,
        facecolor=TARGET_FILL if target else FAINT, edgecolor=BLUE if target else GREY,
        linewidth=factor * style.line * (1.5 if target else 1.0), zorder=3, gid=f"box:{name}",
    )  # fmt: skip
    ax.add_patch(box)
    y = lower + height / 2 + _extent(lines, style)[1] / 2
    for text, bold in lines:
        points = style.points if bold else style.small
        y -= line_height(points)
        write(
            ax, (left + width / 2, y + 0.33 * points), text, factor * points, style, bold=bold, ha="center", va="baseline",
            zorder=4, gid=f"text:{name}",
        )  # fmt: skip


def _draw_arrow(ax: "Axes", arrow: Arrow, path: Row, drawing: _Drawing, factor: float, name: str) -> None:
    style, negative = drawing.style, path["estimate"] < 0
    color = VERMILLION if negative else INK
    wide = style.points * (0.07 + 0.3 * min(abs(path["estimate"]), 1.0))
    _draw_line(ax, arrow, color, wide, factor, _unclear(path), name)
    look: dict[str, Any] = {
        "ha": "left" if arrow.upright else "center",
        "va": "center",
        "zorder": 5,
        "gid": f"label:{name}",
    }
    write(ax, arrow.above, number(path["estimate"], 2), factor * style.points, style, color=color, **look)
    interval = bracketed(path["lower"], path["upper"], 2)
    if interval:
        write(ax, arrow.below, interval, factor * _TINY * style.points, style, color=GREY, **look)


def _draw_line(ax: "Axes", arrow: Arrow, color: str, wide: float, factor: float, dashed: bool, name: str) -> None:
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    vertices, codes = [arrow.start], [Path.MOVETO]
    for step in arrow.steps:
        vertices += step
        codes += [Path.LINETO] if len(step) == 1 else [Path.CURVE4] * 3
    base, tip = np.array(arrow.base), np.array(arrow.tip)
    length = float(np.abs(tip - base).sum())
    line = PathPatch(
        Path(vertices, codes), facecolor="none", edgecolor=color, linewidth=factor * wide, capstyle="butt",
        # Dashes are counted in widths of the line.
        linestyle=(0, (0.6 * length / wide, 0.45 * length / wide)) if dashed else "solid",
        joinstyle="round", clip_on=False, zorder=2, gid=f"arrow:{name}",
    )  # fmt: skip
    aside = (tip - base)[::-1] * (-1, 1) * (0.3 + 0.6 * wide / length)
    corners = [tip, base + aside, base - aside]
    head = Polygon(corners, facecolor=color, edgecolor="none", clip_on=False, zorder=2, gid=f"head:{name}")
    ax.add_patch(line)
    ax.add_patch(head)
