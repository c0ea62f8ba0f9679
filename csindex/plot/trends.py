"""The picture of a trend: scores over waves with bands, interrupted where a new series begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.trends.result import Trend
from csindex.errors import OptionError
from csindex.messages import Message
from csindex.plot.kit.canvas import beside, framed, label_axis, plain
from csindex.plot.kit.labels import spaced
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.style import GREY, PALE, PALETTE, Style, extent, line_height, shortened, write
from csindex.plot.kit.units import highlighted, joined
from csindex.plot.kit.words import available_language, say
from csindex.text.format import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """Scores of one unit: places of waves, and pieces of one series each."""

    name: str
    pieces: list[tuple[NDArray[np.float64], pd.DataFrame]]

    @property
    def last(self) -> float:
        return float(self.pieces[-1][1]["estimate"].iloc[-1])


@documented
def trend_lines(
    trend: Trend,
    ax: "Axes | None" = None,
    *,
    highlight: Any = (),
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw scores over waves as lines with bands.

    Parameters
    ----------
    trend : Trend
        From `csindex.trend`.
    {ax}
    highlight : label, tuple of labels, or sequence of these
        Up to six units that have a colour, a band and a name; the others are grey. By default all of up to six units.
    {look}

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If `trend` is none, or a unit of `highlight` is not in it, or there are more than six.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> waves = [csi.simulate(csi.scsb(), 120, seed=year).assign(year=year) for year in (2023, 2024)]
    >>> result = csi.fit(csi.scsb(), pd.concat(waves), by="year", replicates=200)
    >>> ax = csi.plot.trend_lines(csi.trend(result, "year"))
    """
    if not isinstance(trend, Trend):
        raise OptionError(Message("plot.not_trend", kind=type(trend).__name__))
    language = available_language(lang)
    lines = _lines(trend)
    shown = _shown(lines, highlight)
    breaks = _breaks(trend)
    note = _note(trend, lines, shown, bool(breaks), language)
    ticks = [str(wave) for wave in trend.waves]
    usual = say("trend", language, name=trend.name, wave=trend.wave)
    texts = [*(line.name for line in lines), *ticks, trend.wave]
    frame = framed(ax, size, title=title, usual=usual, note=note, texts=texts)
    style = frame.style
    names = {at: shortened(lines[at].name, 0.25 * frame.width, style.points, style) for at in shown if lines[at].name}
    right = max((extent(name, style.points, style)[0] for name in names.values()), default=0.0) + 1.2 * style.points
    left, lower = 3.6 * style.points, 3.2 * style.points
    free, tall = frame.width - left - right, frame.tall(0.5, lower)
    ax = frame.stage((free, tall), left=left, right=right, lower=lower)
    _axes(ax, trend, ticks, free, style, language)
    for place in breaks:
        ax.axvline(place, color=GREY, linewidth=style.line, linestyle=":", zorder=1)
    _draw(ax, lines, shown, style)
    _name(ax, {at: lines[at].last for at in names}, names, (tall, [*shown]), style)
    return ax


def _places(waves: Sequence[Any]) -> dict[Any, float]:
    """Return where each wave is: at its number where waves are numbers, else one after the other."""
    numeric = all(isinstance(wave, (int, float, np.integer, np.floating)) for wave in waves)
    return {wave: float(wave) if numeric else float(at) for at, wave in enumerate(waves)}


def _lines(trend: Trend) -> list[_Line]:
    place = _places(trend.waves)
    table = trend.table[trend.table["estimate"].notna()]
    units = (
        table[trend.units].astype(object).agg(tuple, axis=1)
        if trend.units
        else pd.Series([()] * len(table), table.index)
    )
    found = []
    for unit in dict.fromkeys(units):
        own = table[[row == unit for row in units]]
        pieces = [
            (np.array([place[wave] for wave in part[trend.wave]]), part) for _, part in own.groupby("series", sort=True)
        ]
        found.append(_Line(joined(unit), pieces))
    return found


def _breaks(trend: Trend) -> list[float]:
    """Return the middles between the waves where a series ends and the next one begins."""
    place = _places(trend.waves)
    broken = trend.changes[trend.changes["series_break"].astype(bool)]
    order = [place[wave] for wave in trend.waves]
    ends = {place[wave] for wave in broken["to"]}
    return sorted((order[order.index(end) - 1] + end) / 2 for end in ends)


def _shown(lines: list[_Line], highlight: Any) -> list[int]:
    """Return which lines are coloured."""
    chosen = highlighted(highlight, [line.name for line in lines])
    if len(chosen) > len(PALETTE):
        raise OptionError(Message("plot.too_many_colours", count=len(chosen), most=len(PALETTE)))
    return chosen or (list(range(len(lines))) if len(lines) <= len(PALETTE) else [])


def _note(trend: Trend, lines: list[_Line], shown: list[int], broken: bool, lang: Language) -> str:
    count = {"count": len(lines) - len(shown), "all": len(lines)}
    said = [say("trend_bands", lang, level=trend.level)] if shown else [say("trend_bare", lang, all=count["all"])]
    said += [say("trend_others", lang, **count)] if shown and count["count"] else []
    said += [say("trend_break", lang)] if broken else []
    return " ".join(said)


def _axes(ax: "Axes", trend: Trend, ticks: list[str], width: float, style: Style, lang: Language) -> None:
    plain(ax, style, spines=("bottom", "left"))
    at = list(_places(trend.waves).values())
    # Waves are named as far as there is room; the last one always is.
    need = max(extent(tick, style.small, style)[0] for tick in ticks) + style.points
    every = max(1, int(np.ceil(need / (width / max(len(at), 1)))))
    labelled = list(range(len(at) - 1, -1, -every))
    ax.set_xticks([at[place] for place in labelled], [ticks[place] for place in labelled], parse_math=False)
    margin = 0.06 * (max(at) - min(at)) or 0.5
    ax.set_xlim(min(at) - margin, max(at) + margin)
    label_axis(ax, trend.wave, style)
    label_axis(ax, say("score", lang), style, "y")


def _draw(ax: "Axes", lines: list[_Line], shown: list[int], style: Style) -> None:
    for at, line in enumerate(lines):
        color = PALETTE[shown.index(at)] if at in shown else PALE
        wide = (1.8 if at in shown else 0.6) * style.line
        for place, part in line.pieces:
            ax.plot(place, part["estimate"], color=color, linewidth=wide, zorder=3 if at in shown else 1)
            if at not in shown:
                ax.scatter(place, part["estimate"], color=color, s=(0.25 * style.points) ** 2, linewidths=0, zorder=1)
                continue
            ax.fill_between(place, part["lower"], part["upper"], color=color, alpha=0.18, linewidth=0, zorder=2)
            ax.vlines(place, part["lower"], part["upper"], color=color, linewidth=0.7 * style.line, alpha=0.6, zorder=2)
            ax.scatter(place, part["estimate"], color=color, s=(0.55 * style.points) ** 2, linewidths=0, zorder=4)


def _name(
    ax: "Axes", last: dict[int, float], names: dict[int, str], look: tuple[float, list[int]], style: Style
) -> None:
    """Write the names of units to the right of their last scores."""
    if not names:
        return
    height, shown = look
    low, high = ax.get_ylim()
    ax.set_ylim(low, high)
    order = sorted(names, key=lambda at: -last[at])
    wanted = np.array([(high - last[at]) / (high - low) * height for at in order])
    step = line_height(style.points)
    deep = spaced(wanted, [step] * (len(order) - 1))
    for at, y in zip(order, deep, strict=True):
        write(
            ax, (1, high - y / height * (high - low)), names[at], style.points, style, transform=beside(ax, 0.4 * style.points),
            va="center", ha="left", color=PALETTE[shown.index(at)], gid="unit",
        )  # fmt: skip
