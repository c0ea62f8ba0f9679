"""The importance–performance map: what matters much and goes badly."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.drivers.importance_performance import importance_performance as table_of
from csindex.fitting.result import Fit
from csindex.fitting.text import labels_of
from csindex.index.impacts import STEP
from csindex.plot.kit.canvas import header_of, label_axis, plain, room, stage
from csindex.plot.kit.labels import Box, place_labels
from csindex.plot.kit.style import BLUE, GREY, PALE, Style, extent, style_of, wrapped, write
from csindex.plot.kit.units import fit_expected, joined, named, part, unit_row
from csindex.plot.kit.words import answered, intervals, say, spoken
from csindex.text.format import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WORDS = {
    "title": {"en": "Importance and performance: {target}", "ko": "{target}의 중요도–성과 지도"},
    "x": {
        "en": "Importance: points of {target} for {step:g} points of the driver",
        "ko": "중요도: 동인 {step:g}점 상승 시 {target} 변화(점)",
    },
    "y": {"en": "Performance: index of the driver, 0–100", "ko": "성과: 동인의 지수(0–100점)"},
    "lines": {"en": "Dashed: means of the drivers.", "ko": "파선: 동인들의 평균."},
    "y item": {"en": "Performance: mean of the item, 0–100", "ko": "성과: 문항 평균(0–100점)"},
    "share": {
        "en": "Percent: replicates in which the driver lies in the same quadrant.",
        "ko": "백분율: 같은 사분면에 속한 반복의 비율.",
    },
}
_QUADRANTS = {
    "en": ("improve first", "keep up", "less urgent", "strong, matters less"),
    "ko": ("우선 개선", "유지", "점진 개선", "강점, 낮은 중요도"),
}


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
    ax : Axes, optional
        Everything is drawn within their rectangle; by default a figure of its own is made.
    target : str, optional
        The construct that the drivers lead to; by default the model's target.
    unit : label, tuple of labels or mapping, optional
        Which unit, of a fit with ``by=``.
    items : bool
        Draw the drivers' items in place of the drivers.
    step : float
        See `Fit.impacts`.
    size : {"print", "slide"}
    lang : {"en", "ko"}
    title : str, optional

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
    row, language = unit_row(fit_expected(result), unit), spoken(lang)
    goal = result.model.construct(target or result.model.target).name
    labels = labels_of(result, language)
    found = _map(part(table_of(result, goal, items=items, step=step), result, row), {} if items else labels)
    heading = say(_WORDS["title"], language, target=labels[goal])
    heading = joined(filter(None, (heading, named(result, row)))) if title is None else title
    note = _note(result, row, found, language)
    style = style_of(size, [*found.names, labels[goal], heading, note])
    width, height, style = room(ax, style)
    header = header_of(heading, note, width, style)
    left, lower = 4.6 * style.points, 3.4 * style.points
    tall = height - header.height - lower if ax is not None else 0.62 * width
    ax = stage(ax, header, style, (width - left, tall), left=left, lower=lower)
    _axes(ax, found, style)
    label_axis(ax, say(_WORDS["x"], language, target=labels[goal], step=step), style)
    label_axis(ax, say(_WORDS["y item" if items else "y"], language), style, "y")
    _draw(ax, found, (width - left, tall), style, language)
    return ax


def _map(table: pd.DataFrame, labels: dict[str, str]) -> _Map:
    across, up = ("importance", "importance_lower", "importance_upper"), ("estimate", "lower", "upper")
    at, lower, upper = (table[list(pair)].to_numpy(dtype=float) for pair in zip(across, up, strict=True))
    names = list(table["item" if "item" in table else "source"])
    return _Map(
        [labels.get(name, name) for name in names], at, lower, upper, table["probability"].to_numpy(dtype=float)
    )


def _note(result: Fit, row: int, found: _Map, lang: Language) -> str:
    said = [answered(float(result.moments.n[row]), lang), intervals(result, lang), say(_WORDS["lines"], lang)]
    return " ".join([*said, say(_WORDS["share"], lang)] if found.shares else said)


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
    first, keep, later, strong = _QUADRANTS[lang]
    for text, right, up in ((first, 1, 0), (keep, 1, 1), (later, 0, 0), (strong, 0, 1)):
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
