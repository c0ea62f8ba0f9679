"""The heat map of heterotrait–monotrait ratios."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.options import choose, within
from csindex.plot.kit.canvas import framed
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.style import GREY, INK, VERMILLION, Style, extent, wrapped, write
from csindex.plot.kit.words import available_language, bracketed, say
from csindex.text.format import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES = ("#F7FBFF", "#0B4F8A")


@documented
def htmt_heatmap(
    table: pd.DataFrame,
    ax: "Axes | None" = None,
    *,
    measure: str = "htmt",
    limit: float = 0.90,
    labels: dict[str, str] | None = None,
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw heterotrait–monotrait ratios of pairs of constructs, with intervals.

    Parameters
    ----------
    table : data frame
        ``construct_1, construct_2, estimate, lower, upper``, such as ``csi.assess(result).htmt``.
    {ax}
    measure : str
        Which measure, of a table that has the column ``measure``.
    limit : float
        A pair whose interval reaches it is framed; 0.85 for constructs that differ clearly in content, else 0.90
        (Henseler, Ringle & Sarstedt 2015).
    labels : dict of construct to str, optional
        What readers call the constructs.
    {look}

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If the table lacks a column, has no rows, or has a pair more than once (one unit has to be chosen).

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> ax = csi.plot.htmt_heatmap(csi.assess(result).htmt)
    """
    within("limit", limit, 0, 2, "0.90")
    table = _measured(table, measure)
    names = _constructs(table)
    language, called = available_language(lang), labels or {}
    known = table[["lower", "upper"]].notna().all(axis=None)
    note = say("htmt_note" if known else "htmt_bare", language, limit=limit)
    shown = [called.get(name, name) for name in names]
    frame = framed(ax, size, title=title, usual=say("htmt", language), note=note, texts=shown)
    width, style = frame.width, frame.style
    rows = [wrapped(name, 0.25 * width, style.points, style) for name in shown[1:]]
    left = max(extent(name, style.points, style)[0] for name in rows) + 0.8 * style.points
    count = len(names) - 1
    wide = min((width - left) / count, 11 * style.points) if ax is None else (width - left) / count
    columns = [wrapped(name, 0.94 * wide, style.small, style) for name in shown[:-1]]
    lower = max(extent(name, style.small, style)[1] for name in columns) + 0.8 * style.points
    high = 3.6 * style.points if ax is None else (frame.height - lower) / count
    right = max(0.0, width - left - wide * count)
    ax = frame.stage((wide * count, high * count), left=left, right=right, lower=lower)
    _draw(ax, table, names, limit, _fitting(style, wide, high))
    _name(ax, rows, columns, (wide, high), style)
    return ax


def _measured(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the rows of one measure."""
    if "measure" not in getattr(table, "columns", ()):
        return table
    chosen = choose("measure", measure, dict.fromkeys(table["measure"]))
    return table[table["measure"] == chosen]


def _constructs(table: pd.DataFrame) -> list[str]:
    needed = ("construct_1", "construct_2", "estimate", "lower", "upper")
    lacking = [name for name in needed if name not in getattr(table, "columns", ())]
    if lacking:
        raise OptionError(Message("plot.table_expected", needed=", ".join(needed), missing=", ".join(lacking)))
    pairs = [frozenset(pair) for pair in zip(table["construct_1"], table["construct_2"], strict=True)]
    if not pairs:
        raise OptionError(Message("plot.no_pairs"))
    if len(set(pairs)) < len(pairs):
        raise OptionError(Message("plot.pair_twice"))
    return list(
        dict.fromkeys(
            str(name) for pair in zip(table["construct_1"], table["construct_2"], strict=True) for name in pair
        )
    )


def _fitting(style: Style, wide: float, high: float) -> Style:
    """Return letters with which a cell holds an interval."""
    need = max(extent("[−0.00, 0.00]", style.small, style)[0] / (0.94 * wide), 2.7 * style.points / high)
    return style.scaled(min(1.0, 1 / need))


def _draw(ax: "Axes", table: pd.DataFrame, names: list[str], limit: float, style: Style) -> None:
    from matplotlib.colors import LinearSegmentedColormap, to_rgb
    from matplotlib.patches import Rectangle

    shades = LinearSegmentedColormap.from_list("htmt", [to_rgb(shade) for shade in _SHADES])
    framed = []
    for row in table.to_dict("records"):
        x, y = sorted((names.index(str(row["construct_1"])), names.index(str(row["construct_2"]))))
        value, text = float(row["estimate"]), bracketed(row["lower"], row["upper"], 2)
        fill = shades(float(np.clip((value - 0.3) / 0.7, 0, 1)) if np.isfinite(value) else 0.0)
        ink = "white" if _dark(np.array(fill[:3])) else INK
        cell = Rectangle((x, y - 1), 1, 1, facecolor=fill, edgecolor="white", linewidth=2 * style.line)
        ax.add_patch(cell)
        if (row["upper"] if text else value) >= limit:
            framed.append((x + 0.02, y - 0.98))
        middle = (x + 0.5, y - 0.5)
        write(
            ax,
            (middle[0], middle[1] - 0.16 * bool(text)),
            number(value, 2),
            style.points,
            style,
            color=ink,
            ha="center",
            va="center",
        )
        if text:
            write(ax, (middle[0], middle[1] + 0.2), text, style.small, style, color=ink, ha="center", va="center")
    for corner in framed:
        ax.add_patch(
            Rectangle(corner, 0.96, 0.96, fill=False, edgecolor=VERMILLION, linewidth=2.2 * style.line, zorder=3)
        )


def _dark(color: NDArray[np.float64]) -> bool:
    """Return whether white letters are read more easily on a colour than dark ones (relative luminance, WCAG 2)."""
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return bool(linear @ [0.2126, 0.7152, 0.0722] < 0.25)


def _name(ax: "Axes", rows: list[str], columns: list[str], cell: tuple[float, float], style: Style) -> None:
    count = len(rows)
    ax.set_axis_off()
    ax.set_xlim(0, count)
    ax.set_ylim(count, 0)
    aside, below = 0.6 * style.points / cell[0], 0.5 * style.points / cell[1]
    for at, (row, column) in enumerate(zip(rows, columns, strict=True)):
        write(
            ax, (-aside, at + 0.5), row, style.points, style, ha="right", va="center", multialignment="right", gid="row"
        )
        write(
            ax, (at + 0.5, count + below), column, style.small, style, ha="center", va="top", color=GREY, gid="column"
        )
