"""Answers outside their items' scales: one message for all items with the same cause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from csindex.messages import Argument, Joined, Message, listed
from csindex.model.parts import Item
from csindex.survey.checks import ANY_SCALE, numbers_listed, plain_number
from csindex.survey.labels import COMMON, MOST_CODES, Scale, Variable
from csindex.text.format import some_rows

PERCENT = (0.0, 100.0)
CODES_OF_FIVE = {8.0, 9.0}
"""What often means "don't know" and "refused" where a scale ends at 5 or 7."""


@dataclass(frozen=True, slots=True)
class OffScale:
    """An item with answers outside its scale.

    Attributes
    ----------
    item : Item
    found : tuple of float
        The distinct answers outside, sorted.
    rows
        In which rows, a text or a message.
    about : Variable
        What the file says of the column.
    """

    item: Item
    found: tuple[float, ...]
    rows: object
    about: Variable = field(default_factory=Variable)

    @property
    def wider(self) -> Scale | None:
        """The scale on which the answers were perhaps given; None where they look like codes."""
        return wider_scale(self.item.scale, self.found)

    @property
    def codes(self) -> tuple[float, ...]:
        """Answers outside that look like codes."""
        wider = self.wider
        beyond = self.found if wider is None else [v for v in self.found if not wider[0] <= v <= wider[1]]
        return tuple(beyond) if len(beyond) <= MOST_CODES and not any(v % 1 for v in beyond) else ()


def off_scale(item: Item, answers: NDArray[np.float64], about: Variable) -> OffScale | None:
    """Return the answers (n,) to an item that lie outside its scale; None if there are none."""
    outside = (answers < item.scale[0]) | (answers > item.scale[1])
    if not outside.any():
        return None
    return OffScale(item, tuple(np.unique(answers[outside]).tolist()), some_rows(outside), about)


def wider_scale(scale: Scale, found: Sequence[float]) -> Scale | None:
    """Return the smallest common scale around `scale` that has the answers `found`; None where they look like codes.

    Answers that continue a scale of 1–10 or 1–5 belong to a longer one; decimals, and many different answers, to 0–100.
    """
    low, high = scale
    if scale == ANY_SCALE or not low < high:
        return None
    near = {value for value in found if 0 <= value <= PERCENT[1]}
    many = len(near) > MOST_CODES or any(value % 1 for value in near)
    if many and low >= 0 and max(near) > 2 * max(high, 10):
        return PERCENT
    if many and any(value % 1 for value in near):
        return None
    whole = {value for value in near if value <= max(high, 10)}
    above = sorted(value for value in whole if value > high)
    if set(above) <= CODES_OF_FIVE or len(above) < 2 or above[0] != high + 1:
        above = []
    below = [0.0] if low == 1 and high > 2 and 0 in whole else []
    if not (above or below):
        return None
    ends = (0.0 if below else low, above[-1] if above else high)
    around = [one for one in COMMON if one[0] <= ends[0] and one[1] >= ends[1]] if above else [ends]
    return around[0] if around else None


def in_order(problems: Iterable[object], items: Sequence[Item]) -> list[object]:
    """Return problems, those of answers outside scales as messages: one for all items with the same cause."""
    listed_problems = list(problems)
    messages = {
        id(group[0]): outside_scale(group, items)
        for group in grouped(one for one in listed_problems if isinstance(one, OffScale))
    }
    ordered = [messages.get(id(one)) if isinstance(one, OffScale) else one for one in listed_problems]
    return [one for one in ordered if one is not None]


def grouped(found: Iterable[OffScale]) -> list[list[OffScale]]:
    """Return items with the same cause together, in the order in which the causes were met first."""
    causes: dict[object, list[OffScale]] = {}
    for one in found:
        causes.setdefault(_cause(one), []).append(one)
    return list(causes.values())


def _cause(one: OffScale) -> tuple[object, ...]:
    labels = tuple(one.about.labels.get(code) for code in one.found)
    return (one.item.scale, one.wider, one.codes or (one.wider is None and "decimals"), labels)


def outside_scale(alike: Sequence[OffScale], items: Sequence[Item]) -> Message | Joined:
    """Return that items hold answers outside their scale, all for the same cause; `items` are those of the model."""
    first = alike[0]
    low, high = first.item.scale
    names = [one.item.name for one in alike]
    found = sorted({value for one in alike for value in one.found})
    values = {
        "name": names[0], "names": listed(map(repr, names), 3), "count": len(names), "found": numbers_listed(found),
        "rows": first.rows, "low": low, "high": high,
    }  # fmt: skip
    several = "several_outside" if len(alike) > 1 else "outside"
    if first.wider is not None:
        remedy: dict[str, object] = {
            "scales": _stated(names, first.item.scale, first.wider, items),
            "first": f"{first.wider[0]:g}",
        }
        remedy["last"] = f"{first.wider[1]:g}"
        if not first.codes:
            return Message(f"survey.{several}_wider", **values, **remedy)
        return Message(f"survey.{several}_wider_codes", **values, **remedy, codes=_declared(first, names))
    if not first.codes:
        scales = Argument("scales", {}, "model.with_scales({{item: (low, high)}})")
        return Message(f"survey.{several}_decimals", **values, scales=scales)
    message = Message(f"survey.{several}_scale", **values, codes=_declared(first, names))
    return first.about.labelled(message, np.array(first.found))


def _declared(one: OffScale, names: Sequence[str]) -> Argument:
    """Return the codes as an argument. A code such as 0 is a good answer to other items, so it is declared by item."""
    codes = [plain_number(value) for value in one.codes]
    everywhere = codes and min(codes) > max(one.item.scale[1], 10)
    return Argument("missing_codes", codes if everywhere else dict.fromkeys(names, codes))


def _stated(names: Sequence[str], scale: Scale, wider: Scale, items: Sequence[Item]) -> Argument:
    """Return how the model gets the scale: for all items that have the same one where half of them show it."""
    kind = [item.name for item in items if item.scale == scale]
    own = (plain_number(wider[0]), plain_number(wider[1]))
    old = (plain_number(scale[0]), plain_number(scale[1]))
    given = {old: own} if len(names) > 1 and 2 * len(names) >= len(kind) else dict.fromkeys(names, own)
    return Argument("scales", given, "model.with_scales({value!r})")
