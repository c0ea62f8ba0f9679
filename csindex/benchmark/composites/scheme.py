"""Schemes of composite indices: dimensions, their items and their weights."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import ModelError
from csindex.messages import Argument, Language, Message
from csindex.model.parts import Item, name_of, names_of
from csindex.options import choose
from csindex.stacks.layout import Array
from csindex.text.document import Block, Bullets, Paragraph, Section, Table
from csindex.text.result import ShortResult


@dataclass(frozen=True, slots=True)
class Weighting:
    """A scheme as arrays: p items, k dimensions, q importance ratings.

    Attributes
    ----------
    low, high : (p,)
        Ends of the scales; swapped where an item is reversed.
    cut : (p,)
        NaN where answers are placed on 0-100 by the ends of the scale.
    member : (p, k)
        1 where an item belongs to a dimension.
    fixed : (p,)
        Inner weights, relative; not used where there is a rating.
    rating : (p,) int
        Which importance rating weights an item; -1 for none.
    shares : (k,)
    """

    low: Array
    high: Array
    cut: Array
    member: Array
    fixed: Array
    rating: NDArray[np.intp]
    shares: Array

    @classmethod
    def of(cls, scheme: "Scheme") -> "Weighting":
        """Return the arrays of a scheme."""
        pairs = [(d, i) for d in scheme.dimensions for i in range(len(d.items))]
        ends = np.array([d.items[i].scale[:: -1 if d.items[i].name in d.reversed else 1] for d, i in pairs])
        cut = [np.nan if d.cut is None else d.cut for d, _ in pairs]
        # A reversed answer of at least the cut is an answer of at most low + high - cut.
        cut = [low + high - c if low > high else c for c, (low, high) in zip(cut, ends.tolist(), strict=True)]
        return cls(
            low=ends[:, 0],
            high=ends[:, 1],
            cut=np.array(cut),
            member=np.array([[d is other for other in scheme.dimensions] for d, _ in pairs], dtype=np.float64),
            fixed=np.array([1.0 if d.inner is None else d.inner[i] for d, i in pairs]),
            rating=np.array(
                [-1 if d.importance is None else scheme.importance.index(d.importance[i]) for d, i in pairs], np.intp
            ),
            shares=np.array(list(scheme.shares.values())),
        )

    def points(self, answers: Array) -> Array:
        """Return answers (n, p) on 0-100; NaN stays NaN."""
        up = np.where(self.high > self.low, 1.0, -1.0)
        placed = 100 * (answers - self.low) / (self.high - self.low)
        counted = np.where(np.isnan(answers), np.nan, 100.0 * (up * answers >= up * self.cut))
        return np.where(np.isnan(self.cut), placed, counted)

    def inner(self, ratings: Array) -> Array:
        """Return inner weights (..., p), which add up to 1 in each dimension, from mean ratings (..., q)."""
        raw = np.broadcast_to(self.fixed, (*ratings.shape[:-1], len(self.fixed))).copy()
        rated = self.rating >= 0
        raw[..., rated] = ratings[..., self.rating[rated]]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(raw / (raw @ self.member @ self.member.T))

    def index(self, means: Array) -> Array:
        """Return scores of the k dimensions and of the whole, (..., k + 1), from means (..., p + q) of points and ratings."""
        p = len(self.fixed)
        dimensions = (means[..., :p] * self.inner(means[..., p:])) @ self.member
        return np.concatenate([dimensions, (dimensions @ self.shares)[..., None]], axis=-1)

    def parameters(self, means: Array) -> Array:
        """Return item scores, inner weights and `index`, (..., 2p + k + 1), from means (..., p + q)."""
        p = len(self.fixed)
        return np.concatenate([means[..., :p], self.inner(means[..., p:]), self.index(means)], axis=-1)


Score = Literal["mean", "top box"]
TOTAL = "Total"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One part of a composite index.

    Parameters
    ----------
    name : str
    items : Item, or sequence of Item
        Questions with the ends of their scales.
    weight : float
        What the dimension counts, relative to the others; see `Scheme.shares`.
    score : {"mean", "top box"}
        How answers become 0-100: 100 · (answer - low)/(high - low), or 100 where the answer is at least `cut` and 0
        elsewhere, so that the score is the percentage of such answers.
    cut : float, optional
        For ``score="top box"`` only: the lowest answer that counts.
    inner : sequence of float, optional
        What each item counts within the dimension, relative to the others; equal by default.
    importance : sequence of str, optional
        Instead of `inner`: for each item the column in which customers rated its importance, on any scale from 0. The
        inner weights are the shares of the mean ratings.
    reversed : sequence of str
        Items on which a high answer means something bad; they are reverse-coded (low + high - answer) first.
    label_ko : str
        Name in Korean.

    Raises
    ------
    ModelError
        Names, weights or a cut that contradict each other.

    Examples
    --------
    >>> from csindex import Dimension, Item
    >>> Dimension("Overall", Item("q1", scale=(1, 7)), weight=30, score="top box", cut=6).cut
    6
    """

    name: str
    items: tuple[Item, ...]
    weight: float = 1.0
    score: Score = "mean"
    cut: float | None = None
    inner: tuple[float, ...] | None = None
    importance: tuple[str, ...] | None = None
    reversed: tuple[str, ...] = ()
    label_ko: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", name_of(self.name, "a dimension's name"))
        whole: Any = self.items
        items: tuple[Item, ...] = (whole,) if isinstance(whole, Item) else tuple(whole)
        put(self, "items", items)
        where = Message("composite.dimension", name=self.name)
        if not items or not all(isinstance(item, Item) for item in items):
            raise ModelError(Message("composite.items", where=where))
        put(self, "score", choose("score", self.score, get_args(Score)))
        positive([self.weight], Message("composite.dimension_weight", name=self.name))
        self._check_cut(where)
        for field in ("inner", "importance"):
            given = getattr(self, field)
            if given is not None:
                given = names_of(given, f"{where}: importance") if field == "importance" else tuple(given)
                put(self, field, given)
                if len(given) != len(items):
                    counts = {"items": len(items), "given": len(given)}
                    raise ModelError(
                        Message("composite.entries", where=where, **counts, field=Argument(field, None, "{name}="))
                    )
        if self.inner is not None and self.importance is not None:
            raise ModelError(Message("composite.inner_and_importance", where=where))
        positive(self.inner or [1], Message("composite.dimension_inner", name=self.name))
        put(self, "reversed", names_of(self.reversed, f"{where}: reversed"))
        strangers = sorted(set(self.reversed) - {item.name for item in items})
        if strangers:
            raise ModelError(Message("composite.reversed", where=where, names=strangers))

    def called(self, lang: Language) -> str:
        """Return what readers of a language call the dimension."""
        return (self.label_ko if lang == "ko" else "") or self.name

    def _check_cut(self, where: Message) -> None:
        if (self.cut is None) != (self.score == "mean"):
            raise ModelError(Message("composite.cut_and_score", where=where, score=self.score, cut=self.cut))
        for item in self.items:
            low, high = item.scale
            if self.cut is not None and not low < self.cut <= high:
                ends = {"low": low, "high": high, "item": item.name}
                raise ModelError(Message("composite.cut_beyond", where=where, cut=self.cut, **ends))


def positive(values: Iterable[object], what: Message) -> None:
    """Raise a ModelError unless all values are finite positive numbers."""
    bad = [
        v for v in values if isinstance(v, bool) or not isinstance(v, (int, float, np.number)) or not 0 < v < math.inf
    ]
    if bad:
        raise ModelError(Message("composite.not_positive", what=what, value=bad[0]))


@dataclass(frozen=True, slots=True, repr=False)
class Scheme(ShortResult):
    """A composite index: a weighted mean of dimensions, with weights that are set and not estimated.

    Parameters
    ----------
    name : str
    dimensions : sequence of Dimension
    source : str
        Where the scheme is described.
    notes : sequence of str
        What of it is certain, and what is not.
    label_ko, source_ko, notes_ko
        The name, the source and the notes in Korean; by default as in English.

    Raises
    ------
    ModelError
        No dimensions; two of one name or one called "Total"; an item that is asked for twice.

    Examples
    --------
    >>> from csindex import Dimension, Item, Scheme
    >>> Scheme("Mine", [Dimension("A", Item("a"), 3), Dimension("B", Item("b"), 1)]).shares
    {'A': 0.75, 'B': 0.25}
    """

    name: str
    dimensions: tuple[Dimension, ...]
    source: str = ""
    notes: tuple[str, ...] = ()
    label_ko: str = ""
    source_ko: str = ""
    notes_ko: tuple[str, ...] = ()

    TABLES: ClassVar = {"scheme": "frame"}

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", name_of(self.name, "a scheme's name"))
        object.__setattr__(self, "dimensions", tuple(self.dimensions))
        for field in ("notes", "notes_ko"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        if not self.dimensions or not all(isinstance(d, Dimension) for d in self.dimensions):
            raise ModelError(Message("composite.no_dimensions", name=self.name))
        asked = [item.name for item in self.items]
        for what, names in (("dimension", [d.name for d in self.dimensions]), ("item", asked)):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ModelError(Message(f"composite.{what}_twice", name=self.name, twice=twice[0]))
        if TOTAL in [d.name for d in self.dimensions]:
            raise ModelError(Message("composite.called_total", name=self.name, total=TOTAL))
        both = sorted(set(asked) & set(self.importance))
        if both:
            raise ModelError(Message("composite.item_and_rating", name=self.name, both=both[0]))

    @property
    def items(self) -> tuple[Item, ...]:
        """The p items, dimension by dimension."""
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def importance(self) -> tuple[str, ...]:
        """Columns of importance ratings, each once."""
        return tuple(dict.fromkeys(name for dimension in self.dimensions for name in dimension.importance or ()))

    @property
    def shares(self) -> dict[str, float]:
        """What each dimension counts; they add up to 1."""
        total = sum(dimension.weight for dimension in self.dimensions)
        return {dimension.name: float(dimension.weight / total) for dimension in self.dimensions}

    @property
    def frame(self) -> pd.DataFrame:
        """The scheme as a table: ``dimension, share, item, low, high, score, cut, inner``."""
        rows = [
            (d.name, self.shares[d.name], item.name, *item.scale, d.score, d.cut, _inner_text(d, i))
            for d in self.dimensions
            for i, item in enumerate(d.items)
        ]
        return pd.DataFrame(rows, columns=["dimension", "share", "item", "low", "high", "score", "cut", "inner"])

    def called(self, lang: Language) -> str:
        """Return what readers of a language call the index."""
        return (self.label_ko if lang == "ko" else "") or self.name

    def origin(self, lang: Language) -> tuple[str, tuple[str, ...]]:
        """Return the source and the notes in a language."""
        korean = lang == "ko"
        return (korean and self.source_ko) or self.source, (korean and self.notes_ko) or self.notes

    def cells(self, lang: Language) -> Table:
        """Return what each dimension counts, its items and its score, as they are to be read."""
        rows = []
        for d in self.dimensions:
            key = "score_mean" if d.cut is None else "score_top_box"
            score = Message(f"composite.{key}", cut=d.cut).text(lang)
            rows.append((d.called(lang), f"{self.shares[d.name]:.3g}", ", ".join(i.name for i in d.items), score))
        heads = Message("composite.weight_heads").text(lang).split("|")
        return Table("", tuple(heads), tuple(rows), left=len(heads))

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield the number of dimensions and items, the weights, and the source with its notes."""
        counts = {"dimensions": len(self.dimensions), "items": len(self.items)}
        title = Message("composite.scheme", name=self.called(lang), **counts).text(lang)
        yield Section("", (Paragraph(title, "lead"), self.cells(lang)))
        source, notes = self.origin(lang)
        said: list[Block] = [Paragraph(source)] if source else []
        said += [Bullets(notes)] if notes else []
        if said:
            yield Section(Message("composite.notes").text(lang), tuple(said))


def _inner_text(dimension: Dimension, item: int) -> str:
    if dimension.importance is not None:
        return f"importance in {dimension.importance[item]}"
    inner: Sequence[float] = dimension.inner or [1] * len(dimension.items)
    return f"{inner[item] / sum(inner):.3g}"
