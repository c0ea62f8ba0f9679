"""The picture of a league: scores with two intervals, and the ranks not ruled out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csindex.benchmark.leagues.result import League
from csindex.errors import OptionError
from csindex.messages import Message, listed
from csindex.plot.kit.canvas import Frame, beside, framed, label_axis, name_row, panel_below, panel_beside, plain, spans
from csindex.plot.kit.labels import spaced
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    SKY,
    VERMILLION,
    Style,
    extent,
    line_height,
    shortened,
    write,
)
from csindex.plot.kit.units import highlighted, joined
from csindex.plot.kit.words import available_language, say
from csindex.text.format import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 60
"""More units are drawn as a curve of scores, in which only some are named."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """Units in the order of their ranks: rows of the league, names, and which of them are highlighted."""

    table: pd.DataFrame
    names: list[str]
    marked: list[bool]


@documented
def league_plot(
    league: League,
    ax: "Axes | None" = None,
    *,
    group: Any = None,
    wave: Any = None,
    highlight: Any = (),
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw a league: scores with two intervals, and the ranks that cannot be ruled out.

    Up to 60 units are listed by name, with the ranks beside the scores. More are drawn from left to right with the ranks
    below, and those of `highlight` are named, or else the three highest and the three lowest.

    Parameters
    ----------
    league : League
        From `csindex.league`.
    {ax}
    group : label or tuple of labels, optional
        Which group, of a league with ``group=``.
    wave : label, optional
        Which wave, of a league with ``wave=``; by default the last one.
    highlight : label or sequence of labels
        Units in another colour.
    {look}

    Returns
    -------
    Axes
        Those of the scores; ``ax.figure`` has those of the ranks, too, which are added to the figure of given axes.

    Raises
    ------
    OptionError
        If `league` is none, it has several groups and none is chosen, or a group, wave or unit is not known.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.scsb(), 120, groups=["Hare", "Lynx", "Owl"], seed=1)
    >>> result = csi.fit(csi.scsb(), answers, by="unit", replicates=200)
    >>> ax = csi.plot.league_plot(csi.league(result))
    """
    if not isinstance(league, League):
        raise OptionError(Message("plot.not_league", kind=type(league).__name__))
    language = available_language(lang)
    table = _chosen(league, group, wave)
    ranked = table[table["rank"].notna()].sort_values("rank", kind="stable")
    if ranked.empty:
        raise OptionError(Message("plot.nothing_ranked"))
    names = [joined(row) for row in ranked[list(league.labels)].itertuples(index=False)]
    chosen = highlighted(highlight, names)
    units = _Ranked(ranked, names, [at in chosen for at in range(len(names))])
    note = _note(league, len(table) - len(ranked), language)
    usual = say("league", language, name=league.name, count=len(ranked))
    frame = framed(ax, size, title=title, usual=usual, note=note, texts=names)
    return (_listed if len(names) <= FEW else _curve)(frame, units, language)


def _note(league: League, left: int, lang: Language) -> str:
    rules = league.rules
    scope = say("league_simultaneous" if rules.simultaneous else "league_marginal", lang)
    said = say("league_note", lang, level=rules.level, scope=scope)
    return f"{said} {say('league_unranked', lang, count=left)}" if left else said


def _chosen(league: League, group: Any, wave: Any) -> pd.DataFrame:
    """Return the rows of one group and wave."""
    table, column = league.table, league.rules.wave
    if column is not None:
        table = _only(table, [column], league.waves[-1] if wave is None else wave, "wave")
    elif wave is not None:
        raise OptionError(Message("plot.no_waves", wave=wave))
    keys = [name for name in league.keys if name != column]
    if group is None and keys:
        groups = table[keys].drop_duplicates()
        if len(groups) > 1:
            shown = listed([_label(row) for row in groups.itertuples(index=False, name=None)])
            raise OptionError(Message("plot.several_groups", count=len(groups), groups=shown))
        return table
    if group is not None and not keys:
        raise OptionError(Message("plot.no_groups", group=group))
    return table if group is None else _only(table, keys, group, "group")


def _only(table: pd.DataFrame, columns: list[str], wanted: Any, what: str) -> pd.DataFrame:
    labels = wanted if isinstance(wanted, tuple) else (wanted,)
    rows = list(table[columns].itertuples(index=False, name=None))
    hit = np.array([row == labels for row in rows])
    if not hit.any():
        known = listed([_label(row) for row in dict.fromkeys(rows)])
        raise OptionError(Message("plot.not_in_league", name=what, value=wanted, known=known))
    return table[hit]


def _label(row: tuple[Any, ...]) -> str:
    return repr(row[0] if len(row) == 1 else row)


def _listed(frame: Frame, units: _Ranked, lang: Language) -> "Axes":
    """Draw the units below each other."""
    table, names, marked = units.table, units.names, units.marked
    lower = 3.2 * frame.style.points
    if frame.ax is not None:
        frame = frame.scaled(min(1.0, max(0.45, (frame.height - lower) / (1.6 * frame.style.points * len(names)))))
    width, style = frame.width, frame.style
    shown = [shortened(name, 0.3 * width, style.points, style) for name in names]
    left = max(extent(name, style.points, style)[0] for name in shown) + 0.8 * style.points
    tall = 1.75 * style.points * len(names)
    free = width - left
    ax = frame.stage((0.62 * free, tall), left=left, right=0.38 * free, lower=lower)
    ranks = panel_beside(ax, 0.06 * free, 0.32 * free)
    y = np.arange(len(names))
    colors = [VERMILLION if mark else BLUE for mark in marked]
    for axes, what in ((ax, "score"), (ranks, "league_rank")):
        plain(axes, style)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks([])
        axes.hlines(y, 0, 1, colors=PALE, linewidth=0.4 * style.line, transform=axes.get_yaxis_transform(), zorder=0)
        label_axis(axes, say(what, lang), style)
    ax.hlines(y, table["lower"], table["upper"], colors=colors, linewidth=style.line, zorder=2)
    ax.hlines(
        y,
        table["comparison_lower"],
        table["comparison_upper"],
        colors=colors,
        linewidth=4 * style.line,
        alpha=0.45,
        zorder=1,
    )
    ax.scatter(table["estimate"], y, c=colors, s=(0.6 * style.points) ** 2, linewidths=0, zorder=3)
    ranks.hlines(y, table["rank_lower"], table["rank_upper"], colors=colors, linewidth=2 * style.line, zorder=2)
    ranks.scatter(table["rank"], y, c=colors, s=(0.5 * style.points) ** 2, linewidths=0, zorder=3)
    ranks.set_xlim(0.4, len(names) + 0.6)
    ranks.set_xticks(_rank_ticks(len(names)))
    for at, name in enumerate(shown):
        name_row(ax, at, name, style, color=VERMILLION if marked[at] else INK, gid="unit")
    return ax


def _curve(frame: Frame, units: _Ranked, lang: Language) -> "Axes":
    """Draw the units from left to right, and name some of them."""
    width, style = frame.width, frame.style
    table, names, marked = units.table, units.names, units.marked
    count = len(names)
    named = [at for at in range(count) if marked[at]] or [0, 1, 2, count - 3, count - 2, count - 1]
    shown = [shortened(names[at], 0.28 * width, style.small, style) for at in named]
    right = max(extent(name, style.small, style)[0] for name in shown) + 3.2 * style.points
    left, lower = 3.6 * style.points, 3.2 * style.points
    tall = frame.tall(0.55, lower)
    tall = max(tall, 1.5 * line_height(style.small) * len(named)) if frame.ax is None else tall
    below = 0.38 * tall
    ax = frame.stage((width - left - right, tall - below), left=left, right=right, lower=lower + below)
    ranks = panel_below(ax, 1.2 * style.points, below - 1.2 * style.points)
    x = np.arange(1, count + 1)
    for axes, what in ((ax, "score"), (ranks, "league_rank")):
        plain(axes, style, spines=("left", "bottom") if axes is ranks else ("left",))
        axes.set_xlim(0.2, count + 0.8)
        label_axis(axes, say(what, lang), style, "y")
        axes.set_xticks(_rank_ticks(count))
    ax.tick_params(axis="x", bottom=False, labelbottom=False)
    thin = min(style.line, 0.5 * (width - left - right) / count)
    for mark, wide, narrow in ((False, SKY, BLUE), (True, VERMILLION, VERMILLION)):
        hit, factor = np.array(marked) == mark, 1.6 if mark else 1.0
        rows, at, over = table[hit], x[hit], 3 * mark
        spans(ax, at, rows, ("lower", "upper"), wide, 1 + over)
        spans(ax, at, rows, ("comparison_lower", "comparison_upper"), narrow, 2 + over)
        ax.scatter(at, rows["estimate"], c="white", s=(1.7 * factor * thin) ** 2, linewidths=0, zorder=3 + over)
        spans(ranks, at, rows, ("rank_lower", "rank_upper"), wide, 2 + over)
    ranks.scatter(x, table["rank"], c=INK, s=(1.2 * thin) ** 2, linewidths=0, zorder=6)
    label_axis(ranks, say("league_order", lang), style)
    ranks.set_ylim(count + 0.8, 0.2)
    ranks.set_yticks(_rank_ticks(count))
    _name(ax, named, shown, table, tall - below, (marked, style))
    return ax


def _name(
    ax: "Axes",
    named: list[int],
    shown: list[str],
    table: pd.DataFrame,
    height: float,
    look: tuple[list[bool], Style],
) -> None:
    """Write names to the right of the curve, at the heights of their scores as far as there is room."""
    marked, style = look
    low, high = ax.get_ylim()
    estimate = table["estimate"].to_numpy()[named]
    wanted = (high - estimate) / (high - low) * height
    step = line_height(style.small)
    at = spaced(wanted, [step] * (len(named) - 1))
    at += min(0.0, height - at[-1]) if at[-1] - at[0] < height else 0.0
    for number, (unit, name) in enumerate(zip(named, shown, strict=True)):
        color = VERMILLION if marked[unit] else GREY
        y = high - at[number] / height * (high - low)
        write(
            ax, (1, y), name, style.small, style, transform=beside(ax, 2.6 * style.points), ha="left", va="center",
            color=VERMILLION if marked[unit] else INK, gid="unit",
        )  # fmt: skip
        ax.annotate(
            "", (unit + 1, estimate[number]), (1, y), textcoords=beside(ax, 2.3 * style.points), zorder=0,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.5 * style.line, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip


def _rank_ticks(count: int) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if count / step <= 8)
    return [1, *(at for at in range(step, count + 1, step) if at > 1)]
