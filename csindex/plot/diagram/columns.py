"""The columns of a path diagram: which construct stands in which, and in what order (array functions).

A diagram reads from left to right. Nodes 0 to k-1 are constructs; further ones are places where a long arrow passes a
column. Arrows between neighbouring columns cross the gap, and those of two constructs of one column run up or down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Block = tuple[int, ...]
"""Nodes that stand one above the other: a single one, or two constructs that an arrow joins."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Constructs and passing arrows in columns.

    Attributes
    ----------
    column : tuple of ints
        The column of every node.
    order : tuple of tuple of nodes
        The nodes of each column, from top to bottom.
    routes : dict of (source, target) to tuple of nodes
        The nodes of every arrow from left to right, its ends included; an arrow of a feedback loop may begin at the right.
    """

    column: tuple[int, ...]
    order: tuple[tuple[int, ...], ...]
    routes: dict[tuple[int, int], tuple[int, ...]]

    @property
    def segments(self) -> list[tuple[int, int]]:
        """The pieces of arrows from one column to the next."""
        return [piece for route in self.routes.values() for piece in pairwise(route) if self._apart(piece)]

    def _apart(self, piece: tuple[int, int]) -> bool:
        return self.column[piece[0]] != self.column[piece[1]]


def arrange(links: NDArray[np.bool_], order: Sequence[int], target: int) -> Columns:
    """Put constructs into columns with few crossings.

    Parameters
    ----------
    links : (k, k)
        ``links[target, source]`` is True where there is an arrow.
    order : sequence of k ints
        The constructs, sources before targets; in a feedback loop one has to be the first.
    target : int
        The construct in the middle, which shares its column with no source or consequence of its own.
    """
    rank = np.argsort(order)
    onward = rank[:, None] > rank
    column, pairs = _columns(links & onward | (links & ~onward).T, links & links.T, order, target)
    routes: dict[tuple[int, int], tuple[int, ...]] = {}
    for end, source in np.argwhere(links).tolist():
        left, right = sorted((source, end), key=lambda node: column[node])
        through = range(column[left] + 1, column[right])
        routes[source, end] = (left, *range(len(column), len(column) + len(through)), right)
        column += through
    blocks: list[list[Block]] = [[] for _ in range(max(column) + 1)]
    for node in range(len(column)):
        if node in pairs:
            # What drives the target rises to it, what follows from it sinks: so the indices are customarily drawn.
            drives = column[node] < column[target]
            blocks[column[node]].append((pairs[node], node) if drives else (node, pairs[node]))
        elif node not in pairs.values():
            blocks[column[node]].append((node,))
    found = _uncrossed(blocks, Columns(tuple(column), (), routes).segments)
    return Columns(tuple(column), tuple(tuple(node for block in blocks for node in block) for blocks in found), routes)


def _columns(
    links: NDArray[np.bool_], mutual: NDArray[np.bool_], order: Sequence[int], target: int
) -> tuple[list[int], dict[int, int]]:
    """Return the column of each construct; and the pairs that share one, source: consequence.

    Constructs that act on each other are two columns apart, so that each of their arrows goes its own way.
    """
    column = [0] * len(links)
    pairs: dict[int, int] = {}
    single = set(range(len(links))) - {target} if len(links) > 2 else set()
    for node in order:
        sources = np.flatnonzero(links[node]).tolist()
        if not sources:
            continue
        reach = [column[source] + bool(mutual[node, source]) for source in sources]
        furthest = max(reach)
        last = [source for source, at in zip(sources, reach, strict=True) if at == furthest]
        column[node] = furthest + 1
        if len(last) == 1 and {node, last[0]} <= single and not mutual[node, last[0]]:
            column[node] = furthest
            pairs[last[0]] = node
            single -= {node, last[0]}
    for node in single:
        ends = np.flatnonzero(links[:, node]).tolist()
        if ends and not links[node].any():
            column[node] = max(0, min(column[end] for end in ends) - 1)
    return column, pairs


def _uncrossed(blocks: list[list[Block]], segments: list[tuple[int, int]]) -> list[list[Block]]:
    """Order the blocks of each column so that few pieces cross, and that they are short."""
    ends = np.array(segments, dtype=np.intp).reshape(-1, 2)
    best, least = blocks, _cost(blocks, ends)
    for rightward in (True, False):
        trial = blocks
        for number in range(12):
            trial = _ordered(trial, ends, rightward if number % 2 == 0 else not rightward)
            cost = _cost(trial, ends)
            if cost < least:
                best, least = trial, cost
    return _moved(best, ends, least)


def _ordered(blocks: list[list[Block]], ends: NDArray[np.intp], rightward: bool) -> list[list[Block]]:
    """Sort each column by the mean place of its neighbours in the column before."""
    result = [list(column) for column in blocks]
    steps = range(1, len(result)) if rightward else range(len(result) - 2, -1, -1)
    for at in steps:
        place = _places(result)
        own, other = (ends[:, 1], ends[:, 0]) if rightward else (ends[:, 0], ends[:, 1])

        def wanted(nodes: Block, own: NDArray[np.intp] = own, other: NDArray[np.intp] = other) -> float:
            found = place[other[np.isin(own, nodes)]]  # noqa: B023  (used before the next step)
            return float(found.mean() if len(found) else place[list(nodes)].mean())  # noqa: B023

        column = [block if wanted(block[:1]) <= wanted(block[-1:]) else block[::-1] for block in result[at]]
        result[at] = sorted(column, key=wanted)
    return result


def _moved(blocks: list[list[Block]], ends: NDArray[np.intp], least: tuple[int, float]) -> list[list[Block]]:
    """Move and turn single blocks as long as that helps."""
    helped = True
    while helped:
        helped = False
        for at, column in enumerate(blocks):
            for block in list(column):
                for trial in _alternatives(blocks[at], block):
                    changed = [*blocks[:at], trial, *blocks[at + 1 :]]
                    cost = _cost(changed, ends)
                    if cost < least:
                        blocks, least, helped = changed, cost, True
                        break
    return blocks


def _alternatives(column: list[Block], block: Block) -> list[list[Block]]:
    rest = [other for other in column if set(other) != set(block)]
    turned = dict.fromkeys((block, block[::-1]))
    return [[*rest[:at], new, *rest[at:]] for at in range(len(rest) + 1) for new in turned]


def _places(blocks: list[list[Block]]) -> NDArray[np.float64]:
    """Return the place of every node in its column, 0 in the middle."""
    place = np.zeros(sum(len(block) for column in blocks for block in column))
    for column in blocks:
        nodes = [node for block in column for node in block]
        place[nodes] = np.arange(len(nodes)) - (len(nodes) - 1) / 2
    return place


def _cost(blocks: list[list[Block]], ends: NDArray[np.intp]) -> tuple[int, float]:
    """Return the number of crossings, and how far the pieces go up and down."""
    place, at = _places(blocks), np.zeros(sum(len(block) for column in blocks for block in column), dtype=np.intp)
    for number, column in enumerate(blocks):
        at[[node for block in column for node in block]] = number
    a, b = place[ends[:, 0]], place[ends[:, 1]]
    same = at[ends[:, 0]][:, None] == at[ends[:, 0]]
    crossed = (a[:, None] < a) & (b[:, None] > b) & same
    return int(crossed.sum()), round(float(((b - a) ** 2).sum()), 9)
