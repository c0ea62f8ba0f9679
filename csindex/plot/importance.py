"""The importance–performance map."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.drivers.importance_performance import importance_performance as table_of
from csindex.fitting.result import Fit
from csindex.index.impacts import STEP
from csindex.plot.kit.canvas import framed, label_axis, plain
from csindex.plot.kit.labels import Box, place_labels
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.style import BLUE, GREY, PALE, Style, extent, wrapped, write
from csindex.plot.kit.units import Chosen, choose_unit, joined
from csindex.plot.kit.words import say
from csindex.text.format import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class _Map:
    """d drivers: names, importance and performance (d, 2) with intervals, and quadrant shares (d,), NaN without."""

    names: list[str]
    centre: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    share: NDArray[np.float64]

    @property
    def crossing(self) -> NDArray[np.float64]:
        """(2,) where the quadrants meet."""
        return np.asarray(self.centre.mean(axis=0))

    @property
    def shares(self) -> bool:
        """Whether the shares are known."""
        return bool(np.isfinite(self.share).any())


@documented
def importance_performance(
    result: Fit,
    ax: "Axes | None" = None,
    *,
    target: str | None = None,
    unit: Any = None,
    items: bool = False,
    step: float = STEP,
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw an importance–performance map: driver weights across, indices upwards, both with their intervals.

    Parameters
    ----------
    result : Fit
    {ax}
    target : str, optional
        The construct that the drivers lead to; by default the model's target.
    {unit}
    items : bool
        Draw the drivers' items in place of the drivers.
    step : float
        See `Fit.impacts`.
    {look}

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If the fit has several units and none is chosen.
    ModelError
        If nothing leads to the target.

    Notes
    -----
    What is drawn is the table of `csindex.importance_performance`. The dashed lines are the means of the drivers. The
    percentage at a driver is the share of replicates in which it lies in the same quadrant as in the sample, each divided
    at its own means: how sure the advice is.

    References
    ----------
    Martilla & James (1977), Journal of Marketing 41(1), 77-79; Ringle & Sarstedt (2016), Industrial Management & Data
    Systems 116(9), 1865-1886.

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> ax = csi.plot.importance_performance(result)
    """
    chosen = choose_unit(result, unit, lang)
    language, labels = chosen.lang, chosen.labels
    goal = result.model.construct(target or result.model.target).name
    found = _map(chosen.part(table_of(result, goal, items=items, step=step)), {} if items else labels)
    usual = joined(filter(None, (say("importance", language, target=labels[goal]), chosen.unit)))
    texts = [*found.names, labels[goal]]
    frame = framed(ax, size, title=title, usual=usual, note=_note(chosen, found), texts=texts)
    style = frame.style
    left, lower = 4.6 * style.points, 3.4 * style.points
    extents = frame.width - left, frame.tall(0.62, lower)
    ax = frame.stage(extents, left=left, lower=lower)
    _axes(ax, found, style)
    label_axis(ax, say("importance_x", language, target=labels[goal], step=step), style)
    label_axis(ax, say("importance_y_item" if items else "importance_y", language), style, "y")
    _draw(ax, found, extents, style, language)
    return ax


def _map(table: pd.DataFrame, labels: dict[str, str]) -> _Map:
    across, up = ("importance", "importance_lower", "importance_upper"), ("estimate", "lower", "upper")
    at, lower, upper = (table[list(pair)].to_numpy(dtype=float) for pair in zip(across, up, strict=True))
    names = list(table["item" if "item" in table else "source"])
    return _Map(
        [labels.get(name, name) for name in names], at, lower, upper, table["probability"].to_numpy(dtype=float)
    )


def _note(chosen: Chosen, found: _Map) -> str:
    said = [chosen.note, say("importance_means", chosen.lang)]
    return " ".join([*said, say("importance_share", chosen.lang)] if found.shares else said)


def _axes(ax: "Axes", found: _Map, style: Style) -> None:
    plain(ax, style, spines=("bottom", "left"))
    every = np.concatenate([found.centre, found.lower, found.upper, found.crossing[None]])
    low, high = np.nanmin(every, axis=0), np.nanmax(every, axis=0)
    # Neither a map of one driver nor one of drivers that are alike should look as if they were far apart.
    least = np.array([0.5, 4.0])
    grow = np.maximum(0.16 * (high - low), (least - (high - low)) / 2 + 0.1 * least)
    ax.set_xlim(low[0] - grow[0], high[0] + grow[0])
    ax.set_ylim(low[1] - grow[1], high[1] + grow[1])
    ax.axvline(found.crossing[0], color=GREY, linewidth=style.line, linestyle=(0, (4, 3)), zorder=1)
    ax.axhline(found.crossing[1], color=GREY, linewidth=style.line, linestyle=(0, (4, 3)), zorder=1)


def _draw(ax: "Axes", found: _Map, room_: tuple[float, float], style: Style, lang: Language) -> None:
    low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
    per_unit = np.array(room_) / (high - low)
    ax.scatter(found.centre[:, 0], found.centre[:, 1], s=(0.8 * style.points) ** 2, color=BLUE, linewidths=0, zorder=4)
    ax.hlines(
        found.centre[:, 1], found.lower[:, 0], found.upper[:, 0], color=BLUE, linewidth=1.5 * style.line, zorder=3
    )
    ax.vlines(
        found.centre[:, 0], found.lower[:, 1], found.upper[:, 1], color=BLUE, linewidth=1.5 * style.line, zorder=3
    )
    frame = (0.0, 0.0, room_[0], room_[1])
    taken = _corners(ax, room_, style, lang)
    thick = 0.3 * style.points
    at = (found.centre - low) * per_unit
    for begin, end, middle in zip((found.lower - low) * per_unit, (found.upper - low) * per_unit, at, strict=True):
        if np.isfinite(begin).all():
            taken.append((begin[0], middle[1] - thick, end[0], middle[1] + thick))
            taken.append((middle[0] - thick, begin[1], middle[0] + thick, end[1]))
    cross = (found.crossing - low) * per_unit
    taken += [(cross[0] - thick, 0, cross[0] + thick, room_[1]), (0, cross[1] - thick, room_[0], cross[1] + thick)]
    texts = [wrapped(name, 10 * style.points, style.points, style) for name in found.names]
    if found.shares:
        texts = [f"{text}\n{_percent(share)}" for text, share in zip(texts, found.share, strict=True)]
    places = place_labels(at, [extent(text, style.points, style) for text in texts], taken, frame, 0.6 * style.points)
    for text, box, point in zip(texts, places, at, strict=True):
        _label(ax, text, box, point, (low, per_unit), style)


def _label(
    ax: "Axes",
    text: str,
    box: Box,
    point: NDArray[np.float64],
    scale: tuple[NDArray[np.float64], NDArray[np.float64]],
    style: Style,
) -> None:
    low, per_unit = scale
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    nearest = np.clip(point, [box[0], box[1]], [box[2], box[3]])
    if np.hypot(*(nearest - point)) > 2 * style.points:
        ends = np.array([point, nearest]) / per_unit + low
        ax.plot(ends[:, 0], ends[:, 1], color=PALE, linewidth=style.line, zorder=2)
    write(ax, middle / per_unit + low, text, style.points, style, ha="center", va="center", zorder=5, gid="driver")


def _corners(ax: "Axes", room_: tuple[float, float], style: Style, lang: Language) -> list[Box]:
    """Write what the quadrants mean into the corners; return where."""
    pad, taken = 0.5 * style.points, []
    for key, right, up in (("improve_first", 1, 0), ("keep_up", 1, 1), ("less_urgent", 0, 0), ("strong", 0, 1)):
        text = say(key, lang)
        width, height = extent(text, style.small, style)
        x, y = (room_[0] - pad if right else pad), (room_[1] - pad if up else pad)
        write(
            ax, (x / room_[0], y / room_[1]), text, style.small, style, color=GREY, transform=ax.transAxes,
            ha="right" if right else "left", va="top" if up else "bottom", gid="quadrant",
        )  # fmt: skip
        left, base = (x - width if right else x), (y - height if up else y)
        taken.append((left, base, left + width, base + height))
    return taken


def _percent(share: float) -> str:
    return ">99%" if share > 0.994 else f"{share:.0%}"
