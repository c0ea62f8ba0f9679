"""The parts of a model: items, constructs and paths."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from csindex.errors import ModelError, OptionError
from csindex.messages import Message
from csindex.options import choose

Mode = Literal["A", "B", "nonnegative B", "first component", "equal", "fixed"]

_MODE_SPELLINGS = {"a": "A", "b": "B", "nonnegative_b": "nonnegative B", "first_component": "first component"}


def column_of(value: object, what: object) -> str:
    """Return `value` if it can name an item; it is not stripped, as a column may be called ``"q1 "``."""
    if not isinstance(value, str) or not value.strip():
        raise ModelError(Message("model.empty_name", what=what, value=value))
    return value


def name_of(value: object, what: object) -> str:
    """Return `value` without spaces around it if it can name a construct."""
    name = column_of(value, what).strip()
    if "->" in name or "\n" in name:
        raise ModelError(Message("model.arrow_in_name", what=what, name=name))
    return name


def names_of(values: object, what: object) -> tuple[str, ...]:
    """Return `values` as a tuple of items' names; a single text is one name."""
    if isinstance(values, str):
        return (column_of(values, what),)
    if not isinstance(values, Iterable):
        raise ModelError(Message("model.not_names", what=what, value=values))
    return tuple(column_of(value, what) for value in values)


def scale_of(value: object, what: object) -> tuple[float, float]:
    """Return the lower and upper end of a question's scale."""
    try:
        ends: tuple[float, ...] = () if isinstance(value, str) else tuple(map(float, value))  # type: ignore[call-overload]
        low, high = ends
    except (TypeError, ValueError):
        raise ModelError(Message("model.scale_ends", what=what, value=value)) from None
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        raise ModelError(Message("model.scale_same", what=what, low=low, high=high))
    if low > high:
        raise ModelError(Message("model.scale_swapped", what=what, low=low, high=high))
    return low, high


@dataclass(frozen=True, slots=True)
class Item:
    """One question, answered on a scale.

    Parameters
    ----------
    name : str
        Name of the column that holds the answers.
    scale : (float, float)
        Lowest and highest answer that the questionnaire offers (not the lowest and highest that were given).
    text, text_ko : str
        The question in English and in Korean.

    Examples
    --------
    >>> from csindex import Item
    >>> Item("q1", scale=(1, 10), text="Overall, how satisfied are you?").scale
    (1.0, 10.0)
    """

    name: str
    scale: tuple[float, float] = (1.0, 10.0)
    text: str = ""
    text_ko: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", column_of(self.name, Message("model.item_name")))
        object.__setattr__(self, "scale", scale_of(self.scale, Message("model.item", name=self.name)))


@dataclass(frozen=True, slots=True)
class Construct:
    """Something that is measured by a block of items.

    Parameters
    ----------
    name : str
        The construct's name, e.g. ``"Satisfaction"``.
    items : sequence of str
        Names of its items; or of constructs, its dimensions, which it is then of higher order than.
    mode : {"A", "B", "nonnegative B", "first component", "equal", "fixed"}
        How its outer weights come about: correlation weights (Mode A, reflective blocks), regression weights (Mode B,
        formative blocks), regression weights that cannot be negative, the block's first principal component, equal
        weights, or the given `weights`. All but the first three skip the PLS iteration. Equal and fixed weights
        apply to the items as the variant sees them: standardized, or centred on 0-100.
    weights : sequence of float, optional
        One number for each item, for ``mode="fixed"`` only.
    reversed : sequence of str
        Items on which a high answer means less of the construct; they are reverse-coded (low + high - answer).
    label, label_ko : str
        What tables for readers call the construct, in English and in Korean.

    Examples
    --------
    >>> from csindex import Construct
    >>> Construct("Value", ["price", "quality"], mode="B").items
    ('price', 'quality')
    """

    name: str
    items: tuple[str, ...]
    mode: Mode = "A"
    weights: tuple[float, ...] | None = None
    reversed: tuple[str, ...] = ()
    label: str = ""
    label_ko: str = ""

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "name", name_of(self.name, Message("model.construct_name")))
        set_field(self, "items", names_of(self.items, Message("model.items_of", name=self.name)))
        set_field(self, "reversed", names_of(self.reversed, Message("model.reversed_of", name=self.name)))
        mode = _MODE_SPELLINGS.get(str(self.mode).lower(), self.mode)
        try:
            set_field(self, "mode", choose(f"construct {self.name!r}: mode", mode, get_args(Mode)))
        except OptionError as error:
            raise ModelError(error.message) from None
        if not self.items:
            raise ModelError(Message("model.empty_construct", name=self.name))
        strangers = [item for item in self.reversed if item not in self.items]
        if strangers:
            raise ModelError(Message("model.reversed_unknown", name=self.name, items=strangers))
        self._check_weights()

    def _check_weights(self) -> None:
        if (self.mode == "fixed") != (self.weights is not None):
            raise ModelError(Message("model.fixed_weights", name=self.name))
        if self.weights is None:
            return
        try:
            weights = tuple(float(weight) for weight in self.weights)
        except (TypeError, ValueError):
            weights = ()
        if len(weights) != len(self.items) or not all(map(math.isfinite, weights)) or not any(weights):
            raise ModelError(Message("model.bad_weights", name=self.name, weights=self.weights, count=len(self.items)))
        object.__setattr__(self, "weights", weights)


@dataclass(frozen=True, slots=True)
class Path:
    """An arrow of the structural model.

    Parameters
    ----------
    source, target : str
        Names of two constructs; the path says that `target` depends on `source`. A source ``"Quality:Image"`` is the
        interaction of two constructs.
    sign : {1, -1, 0}
        The sign that theory expects, 0 where it expects none. It is only used to point out estimates that contradict
        it; nothing is constrained.
    """

    source: str
    target: str
    sign: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", name_of(self.source, Message("model.source")))
        object.__setattr__(self, "target", name_of(self.target, Message("model.target")))
        if self.sign not in (-1, 0, 1):
            raise ModelError(Message("model.sign", source=self.source, target=self.target, sign=self.sign))
        if self.source == self.target:
            raise ModelError(Message("model.own_source", source=self.source, target=self.target))


Part = TypeVar("Part", Item, Construct, Path)


def parts_of(values: object, kind: type[Part], what: str) -> tuple[Part, ...]:
    """Return the parts of a model as a tuple; a path may also be its source and target."""
    if not isinstance(values, Iterable) or isinstance(values, (str, Mapping)):
        raise ModelError(Message("model.not_parts", what=what, kind=kind.__name__, value=values))
    parts = []
    for value in values:
        ends = kind is Path and isinstance(value, (tuple, list)) and len(value) in (2, 3)
        part = kind(*value) if ends else value
        if not isinstance(part, kind):
            raise ModelError(
                Message(
                    "model.no_path" if kind is Path else "model.no_part", what=what, kind=kind.__name__, value=value
                )
            )
        parts.append(part)
    return tuple(parts)
