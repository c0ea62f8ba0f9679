"""The distribution of answers, item by item."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.options import choose
from csindex.plot.kit.canvas import Frame, framed, label_axis, name_row, plain
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.style import GREY, INK, Style, extent, line_height, wrapped, write
from csindex.plot.kit.words import available_language, say
from csindex.survey.survey import Survey
from csindex.text.format import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ANSWERS = 11
"""Items with more different answers are drawn in ten equal parts of their scale."""

_SHADES = ("#B34700", "#F2B27A", "#E9EAEC", "#8CC1E0", "#005B96")


@dataclass(frozen=True, slots=True)
class _Item:
    """Shares of an item's answers: their texts, places on the scale from 0 to 1, and shares that sum to 1."""

    label: str
    answers: list[str]
    place: NDArray[np.float64]
    share: NDArray[np.float64]


@documented
def answer_distribution(
    data: "Survey | pd.DataFrame",
    items: "Model | Sequence[Item | str] | None" = None,
    ax: "Axes | None" = None,
    *,
    kind: Literal["stacked", "diverging"] = "stacked",
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw how often each answer was given, item by item.

    Parameters
    ----------
    data : Survey or data frame
        A survey, whose case weights and missing codes are used; or a frame of shares ``item, answer, share``, the answers
        as numbers.
    items : Model or sequence of Item or str
        Which items of the survey; from a model they are called by their constructs' order. For shares they may be left
        out.
    {ax}
    kind : {"stacked", "diverging"}
        Bars from 0 to 100 %, or bars that are centred on the middle of the scale.
    {look}

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If there are no items, or the frame has no such columns, or shares that are negative or all 0.
    SurveyError
        See `Survey.values`.

    Examples
    --------
    >>> import csindex as csi
    >>> survey = csi.Survey(csi.simulate(csi.scsb(), 200, seed=1))
    >>> ax = csi.plot.answer_distribution(survey, csi.scsb())
    """
    choose("kind", kind, ("stacked", "diverging"))
    language = available_language(lang)
    if isinstance(data, Survey):
        found, note = _of_survey(data, _items(items), language)
    else:
        found, note = _of_shares(data, items), say("distribution_colors", language)
    labels = [item.label for item in found]
    frame = framed(ax, size, title=title, usual=say("distribution", language), note=note, texts=labels)
    return _stacked(frame, found, say(f"distribution_{kind}", language), kind == "diverging")


def _stacked(frame: Frame, items: list[_Item], axis: str, diverging: bool) -> "Axes":
    width, style = frame.width, frame.style
    names = [wrapped(item.label, 0.4 * width, style.points, style) for item in items]
    left, right = max(extent(name, style.points, style)[0] for name in names) + 0.8 * style.points, 1.2 * style.points
    tall = [(1 + name.count("\n")) * line_height(style.points) + 0.7 * style.points for name in names]
    free = width - left - right
    ax = frame.stage((free, sum(tall)), left=left, right=right, lower=3.2 * style.points)
    plain(ax, style)
    ax.set_ylim(sum(tall), 0)
    ax.set_yticks([])
    label_axis(ax, axis, style)
    starts = [_start(item) if diverging else 0.0 for item in items]
    low, high = min(starts), max(starts) + 1
    ax.set_xlim(100 * low, 100 * high)
    if diverging:
        ax.axvline(0, color=GREY, linewidth=style.line, zorder=4)
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(round(value, 9)):g}")
    middle = np.cumsum(tall) - np.array(tall) / 2
    for item, name, y, start in zip(items, names, middle, starts, strict=True):
        _draw(ax, item, float(y), start, free / (high - low), style)
        name_row(ax, float(y), name, style)
    return ax


def _items(items: Any) -> list[Item | str]:
    if isinstance(items, Model):
        return list(items.items)
    found = [] if items is None else [items] if isinstance(items, (str, Item)) else list(items)
    if not found:
        raise OptionError(Message("plot.items_needed"))
    return found


def _of_survey(survey: Survey, items: list[Item | str], lang: Language) -> tuple[list[_Item], str]:
    answers = survey.answers(items, complete=False)
    given = answers.values.T  # noqa: PD011  (not a data frame)
    found, counts = [], []
    for item, values in zip(items, given, strict=True):
        known = np.isfinite(values)
        counts.append(int(known.sum()))
        table = pd.Series(answers.weights[known]).groupby(values[known]).sum()
        ends = item.scale if isinstance(item, Item) else (float(table.index.min()), float(table.index.max()))
        text = (item.text_ko if lang == "ko" else item.text) if isinstance(item, Item) else ""
        name = item.name if isinstance(item, Item) else item
        found.append(_item(f"{name}: {text}" if text else name, table, ends))
    few, many = min(counts), max(counts)
    said = [
        say("distribution_each", lang, many=many)
        if few == many
        else say("distribution_range", lang, few=few, many=many)
    ]
    said += [say("distribution_weighted", lang)] if np.ptp(answers.weights) > 0 else []
    return found, " ".join([*said, say("distribution_colors", lang)])


def _of_shares(table: Any, items: Any) -> list[_Item]:
    lacking = [name for name in ("item", "answer", "share") if name not in getattr(table, "columns", ())]
    if lacking:
        raise OptionError(Message("plot.shares_expected", missing=", ".join(lacking)))
    try:
        numbers = table[["answer", "share"]].astype(float)
    except (TypeError, ValueError):
        raise OptionError(Message("plot.shares_not_numbers")) from None
    if table.empty or not np.isfinite(numbers.to_numpy()).all() or (numbers["share"] < 0).any():
        raise OptionError(Message("plot.shares_lacking"))
    wanted = None if items is None else [item if isinstance(item, str) else item.name for item in _items(items)]
    found = []
    for name, rows in numbers.groupby(table["item"].astype(str), sort=False):
        if wanted is not None and name not in wanted:
            continue
        shares = rows.groupby("answer")["share"].sum()
        if not shares.sum() > 0:
            raise OptionError(Message("plot.shares_zero", name=name))
        ends = float(numbers["answer"].min()), float(numbers["answer"].max())
        found.append(_item(str(name), shares, ends))
    if not found:
        raise OptionError(Message("plot.shares_of_none", items=wanted))
    return found


def _item(label: str, weight: "pd.Series[float]", ends: tuple[float, float]) -> _Item:
    """Return the shares of answers; those of ten parts of the scale where there are many answers."""
    values, share = weight.index.to_numpy(dtype=np.float64), weight.to_numpy(dtype=np.float64)
    share = share / share.sum()
    low, high = ends
    span = high - low or 1.0
    if len(values) <= MOST_ANSWERS:
        return _Item(label, [f"{value:g}".replace("-", "−") for value in values], (values - low) / span, share)
    part = np.clip(np.floor((values - low) / span * 10), 0, 9).astype(int)
    sums = np.asarray(np.bincount(part, share, 10), dtype=np.float64)
    texts = [f"{low + at * span / 10:g}–{low + (at + 1) * span / 10:g}" for at in range(10)]
    return _Item(label, texts, (np.arange(10) + 0.5) / 10, sums)


def _start(item: _Item) -> float:
    """Return where a bar begins that has the lower half of the scale to the left of 0; the middle answer is halved."""
    below = np.where(np.isclose(item.place, 0.5), 0.5, item.place < 0.5)
    return -float(item.share @ below)


def _draw(ax: "Axes", item: _Item, y: float, start: float, per_share: float, style: Style) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("answers", _SHADES)
    left = start + np.concatenate([[0.0], np.cumsum(item.share)[:-1]])
    colors = [shades(float(place)) for place in item.place]
    ax.barh(
        [y] * len(left),
        100 * item.share,
        height=1.25 * style.points,
        left=100 * left,
        color=colors,
        edgecolor="white",
        linewidth=0.4 * style.line,
    )
    for text, at, share, place in zip(item.answers, left, item.share, item.place, strict=True):
        if extent(text, style.small, style)[0] + 0.4 * style.points > share * per_share:
            continue
        ink = "white" if place < 0.12 or place > 0.88 else INK
        write(
            ax, (100 * (at + share / 2), y), text, style.small, style, color=ink, ha="center", va="center", gid="answer"
        )
