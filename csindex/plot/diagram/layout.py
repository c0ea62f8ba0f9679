"""Places of the boxes, arrows and labels of a path diagram, such that none meets another (array functions).

Lengths are points; x runs to the right and y upwards. Between two columns there is first a part where arrows bend and may
cross each other, then a lane where all of them are level. Every arrow keeps a height of its own in the lane, far enough
from the others for its label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from csindex.plot.diagram.columns import Columns
from csindex.plot.kit.labels import spaced

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """What the layout has to hold.

    Attributes
    ----------
    boxes : (k, 2)
        Width and height that the text of each construct needs.
    above, below : dict of (source, target) to (width, height)
        Of the label's part above and below the arrow; a height of 0 where there is none.
    unit : float
        Size of the ordinary letters, which sets all distances.
    """

    boxes: NDArray[np.float64]
    above: dict[tuple[int, int], Point]
    below: dict[tuple[int, int], Point]
    unit: float

    @property
    def pitch(self) -> float:
        """Distance of arrows that have labels."""
        return self.over + self.under + 0.3 * self.unit

    @property
    def over(self) -> float:
        """Room above an arrow."""
        return self.clear + self.upper

    @property
    def under(self) -> float:
        """Room below an arrow."""
        return self.clear + self.lower

    @property
    def upper(self) -> float:
        """Height of the labels' part above."""
        return max((height for _, height in self.above.values()), default=0.0)

    @property
    def lower(self) -> float:
        """Height of the labels' part below."""
        return max((height for _, height in self.below.values()), default=0.0)

    @property
    def clear(self) -> float:
        """From the middle of an arrow to its label."""
        return 0.35 * self.unit

    @property
    def head(self) -> float:
        """Length of an arrow's head."""
        return 0.9 * self.unit

    def label(self, arrow: tuple[int, int]) -> float:
        """Return the width of an arrow's label."""
        return max(self.above[arrow][0], self.below[arrow][0])


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow of the diagram.

    Attributes
    ----------
    start : (x, y)
    steps : tuple of tuples of points
        One point for a straight step, three for a curve (two control points and the end).
    base, tip : (x, y)
        Where the head begins and where it points to. Arrows are drawn from left to right, so that the head is at the start
        of one that points to the left.
    above, below : (x, y)
        The middles of the two parts of the label; the middles of their left edges for an arrow that runs up or down.
    upright : bool
    """

    start: Point
    steps: tuple[tuple[Point, ...], ...]
    base: Point
    tip: Point
    above: Point
    below: Point
    upright: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A diagram from (0, 0) to (width, height).

    Attributes
    ----------
    boxes : (k, 4)
        Left, lower, width, height.
    arrows : dict of (source, target) to Arrow
    width, height : float
    """

    boxes: NDArray[np.float64]
    arrows: dict[tuple[int, int], Arrow]
    width: float
    height: float


def lay_out(columns: Columns, measures: Measures) -> Layout:
    """Return the places of all boxes and arrows."""
    ports = _Ports(columns, measures)
    depth = _depths(columns, ports, measures)
    k = len(measures.boxes)
    reach = np.concatenate([ports.heights, np.zeros(len(depth) - k)]) / 2
    top = (depth - reach).min()
    depth, height = depth - top, float((depth + reach).max() - top)
    left, width, lanes = _across(columns, ports, depth, measures)
    at = np.array(columns.column[:k])
    boxes = np.column_stack([left[at], height - depth[:k] - ports.heights / 2, width[at], ports.heights])
    y = height - depth
    arrows = {
        arrow: _upright(boxes, arrow, measures)
        if columns.column[arrow[0]] == columns.column[arrow[1]]
        else _sideways(columns, arrow, ports, y, (left, width, lanes), measures)
        for arrow in columns.routes
    }
    return Layout(boxes, arrows, float(left[-1] + width[-1]), height)


class _Ports:
    """Heights of the boxes, and how far below a node's middle each piece of an arrow begins and ends."""

    def __init__(self, columns: Columns, measures: Measures) -> None:
        place = {node: at for column in columns.order for at, node in enumerate(column)}
        incoming: dict[int, list[int]] = {}
        outgoing: dict[int, list[int]] = {}
        for a, b in sorted(columns.segments, key=lambda piece: (place[piece[0]], place[piece[1]])):
            outgoing.setdefault(a, []).append(b)
            incoming.setdefault(b, []).append(a)
        k, unit = len(measures.boxes), measures.unit
        self.begin: dict[tuple[int, int], float] = {}
        self.end: dict[tuple[int, int], float] = {}
        self.heights = measures.boxes[:, 1].copy()
        for node in range(len(columns.column)):
            sources, ends = incoming.get(node, []), outgoing.get(node, [])
            height = 0.0
            if node < k:
                need = len(sources) * measures.pitch, (len(ends) + 1) * 0.75 * unit
                height = self.heights[node] = max(self.heights[node], *need)
            shift = (measures.over - measures.under) / 2 if node < k else 0.0
            for at, source in enumerate(sources):
                self.end[source, node] = (at - (len(sources) - 1) / 2) * measures.pitch + shift
            spread = min(1.2 * unit, height / (len(ends) + 1))
            for at, end in enumerate(ends):
                self.begin[node, end] = (at - (len(ends) - 1) / 2) * spread


def _depths(columns: Columns, ports: _Ports, measures: Measures, rounds: int = 80) -> NDArray[np.float64]:
    """Return how deep the middle of each node is, such that pieces of arrows go up and down as little as can be."""
    k = len(measures.boxes)
    half = np.concatenate([ports.heights / 2, np.zeros(len(columns.column) - k)])
    segments = columns.segments
    a, b = (np.array([piece[end] for piece in segments], dtype=np.intp) for end in (0, 1))
    rise = np.array([ports.begin[piece] - ports.end[piece] for piece in segments])
    # Long arrows should run straight where they pass columns.
    pull = np.where((a >= k) & (b >= k), 6.0, np.where((a >= k) | (b >= k), 2.0, 1.0))
    depth = np.zeros(len(half))
    distances = []
    for nodes in columns.order:
        pairs = list(pairwise(nodes))
        distances.append([half[m] + half[n] + _between(columns, (m, n), k, measures) for m, n in pairs])
        reach = np.cumsum([0.0, *distances[-1]])
        depth[list(nodes)] = reach - reach[-1] / 2
    for number in range(rounds):
        for nodes, distance in list(zip(columns.order, distances, strict=True))[:: 1 if number % 2 == 0 else -1]:
            into, out = [b == node for node in nodes], [a == node for node in nodes]
            weight = np.array([pull[i].sum() + pull[o].sum() + 0.02 for i, o in zip(into, out, strict=True)])
            total = [
                (pull[i] * (depth[a[i]] + rise[i])).sum() + (pull[o] * (depth[b[o]] - rise[o])).sum()
                for i, o in zip(into, out, strict=True)
            ]
            depth[list(nodes)] = spaced(np.array(total) / weight, distance, weight)
    return depth


def _between(columns: Columns, nodes: tuple[int, int], k: int, measures: Measures) -> float:
    """Return the room between two nodes of a column."""
    passing = sum(node >= k for node in nodes)
    if passing:
        return measures.unit * (0.8 if passing == 2 else 1.3)
    if nodes in columns.routes or nodes[::-1] in columns.routes:
        return measures.over + measures.under + measures.head + 0.8 * measures.unit
    return 2.0 * measures.unit


def _across(
    columns: Columns, ports: _Ports, depth: NDArray[np.float64], measures: Measures
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return left end and width of each column, and where the level lane before it begins."""
    count, unit, k = len(columns.order), measures.unit, len(measures.boxes)
    width, lane, bend = np.zeros(count), np.zeros(count), np.zeros(count)
    for node in range(k):
        width[columns.column[node]] = max(width[columns.column[node]], measures.boxes[node, 0])
    for arrow, route in columns.routes.items():
        label, at = measures.label(arrow), columns.column[route[-1]]
        if columns.column[route[0]] == at:
            width[at] = max(width[at], 2 * (label + 1.2 * unit))
        else:
            lane[at] = max(lane[at], label + measures.head + 1.0 * unit)
    for a, b in columns.segments:
        steep = abs(depth[a] + ports.begin[a, b] - depth[b] - ports.end[a, b])
        at = columns.column[b]
        bend[at] = max(bend[at], np.clip(2.2 * unit + 0.35 * steep, 2.2 * unit, 9 * unit))
    left = np.cumsum(np.concatenate([[0.0], width[:-1] + lane[1:] + bend[1:]]))
    return left, width, left - lane


def _sideways(
    columns: Columns,
    arrow: tuple[int, int],
    ports: _Ports,
    y: NDArray[np.float64],
    across: Sequence[NDArray[np.float64]],
    measures: Measures,
) -> Arrow:
    left, width, lanes = across
    at = np.array(columns.column)
    route = columns.routes[arrow]
    pieces, first, last = list(pairwise(route)), route[0], route[-1]
    backward = first != arrow[0]
    edge = (float(left[at[first]] + width[at[first]]), float(y[first] - ports.begin[pieces[0]]))
    start = (edge[0] + measures.head, edge[1]) if backward else edge
    x0 = start[0]
    steps: list[tuple[Point, ...]] = []
    for a, b in pieces:
        y1, lane = float(y[b] - ports.end[a, b]), float(lanes[at[b]])
        y0 = float(y[a] - ports.begin[a, b])
        middle = (x0 + lane) / 2
        straight = abs(y1 - y0) < 1e-6
        steps.append(((lane, y1),) if straight else ((middle, y0), (middle, y1), (lane, y1)))
        x0 = float(left[at[b]] + (width[at[b]] if b != last else 0 if backward else -measures.head))
        steps.append(((x0, y1),))
    base, tip = (start, edge) if backward else ((x0, y1), (float(left[at[last]]), y1))
    x, up, down = (lane + x0) / 2, measures.clear + measures.upper / 2, measures.clear + measures.lower / 2
    return Arrow(start, tuple(steps), base, tip, (x, y1 + up), (x, y1 - down), False)


def _upright(boxes: NDArray[np.float64], arrow: tuple[int, int], measures: Measures) -> Arrow:
    source, end = boxes[arrow[0]], boxes[arrow[1]]
    x = float(source[0] + source[2] / 2)
    upwards = end[1] > source[1]
    y0 = float(source[1] + (source[3] if upwards else 0))
    y1 = float(end[1] + (0 if upwards else end[3]))
    base = y1 - measures.head if upwards else y1 + measures.head
    middle, side = (y0 + y1) / 2, x + 0.6 * measures.unit
    above, below = (side, middle + measures.lower / 2), (side, middle - measures.upper / 2)
    return Arrow((x, y0), (((x, base),),), (x, base), (x, y1), above, below, True)
