"""Labels beside points, where they cover nothing (array functions)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def spaced(
    wanted: NDArray[np.float64], distances: Sequence[float], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the places nearest to those wanted, in the same order and far enough apart.

    Parameters
    ----------
    wanted : (n,)
    distances : n - 1 floats
        The least distance of each place from the next one.
    weights : (n,), optional
        The weighted sum of squared displacements is least (isotonic regression, Barlow & Brunk 1972).
    """
    from scipy.optimize import isotonic_regression

    reach = np.concatenate([[0.0], np.cumsum(distances)])
    return np.asarray(isotonic_regression(wanted - reach, weights=weights).x + reach)


Box = tuple[float, float, float, float]
"""Left, lower, right, upper."""


def place_labels(
    points: NDArray[np.float64],
    sizes: Sequence[tuple[float, float]],
    taken: Sequence[Box],
    frame: Box,
    gap: float,
) -> list[Box]:
    """Return a box for the label of each point: the nearest one of many around it that covers nothing.

    Parameters
    ----------
    points : (n, 2)
    sizes : n pairs of width and height
    taken : sequence of boxes
        What labels must not cover.
    frame : box
        Where they have to be.
    gap : float
        From a point to its label, and between boxes.
    """
    occupied = [*taken, *((x - gap, y - gap, x + gap, y + gap) for x, y in points)]
    placed: list[Box] = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        options = [_box(x, y, width, height, angle, away) for away in _AWAY * gap for angle in _ANGLES]
        costs = [_cost(box, [*occupied, *placed], frame) for box in options]
        placed.append(options[int(np.argmin(costs))])
    return placed


_ANGLES = np.radians([25, 155, -25, -155, 45, 135, -45, -135, 90, -90, 0, 180, 65, 115, -65, -115])
_AWAY = np.array([1.6, 2.5, 4, 6, 9, 13, 18, 24, 32])


def _box(x: float, y: float, width: float, height: float, angle: float, away: float) -> Box:
    """Return a box that touches the circle around a point in the given direction."""
    right, up = np.cos(angle), np.sin(angle)
    centre = x + right * (away + width / 2 * abs(right)), y + up * (away + height / 2)
    centre = (x + away * right + np.sign(np.round(right, 6)) * width / 2, centre[1])
    return centre[0] - width / 2, centre[1] - height / 2, centre[0] + width / 2, centre[1] + height / 2


def _cost(box: Box, occupied: Sequence[Box], frame: Box) -> float:
    other = np.array(occupied)
    wide = np.minimum(box[2], other[:, 2]) - np.maximum(box[0], other[:, 0])
    high = np.minimum(box[3], other[:, 3]) - np.maximum(box[1], other[:, 1])
    covered = (np.maximum(wide, 0) * np.maximum(high, 0)).sum()
    outside = (
        max(0, frame[0] - box[0]) + max(0, frame[1] - box[1]) + max(0, box[2] - frame[2]) + max(0, box[3] - frame[3])
    )
    return float(covered + 1e6 * outside)
