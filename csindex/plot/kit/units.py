"""The unit of a fit that a picture is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError
from csindex.fitting.constructs import labels_of
from csindex.fitting.result import Fit
from csindex.messages import Argument, Message, listed
from csindex.plot.kit.words import answered, available_language, intervals
from csindex.text.format import Language, unit_name


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a picture of one unit of a fit has to know.

    Attributes
    ----------
    result : Fit
    row : int
        The number of the unit; 0 for a fit without units.
    lang : {"en", "ko"}
        The language of the picture.
    labels : dict of construct to str
    """

    result: Fit
    row: int
    lang: Language
    labels: dict[str, str]

    @property
    def unit(self) -> str:
        """What the unit is called in a title; empty without units."""
        return "" if self.result.units is None else joined(self.result.units.iloc[self.row])

    @property
    def title(self) -> str:
        """The usual title: the model's name, and the unit."""
        return " – ".join(filter(None, (self.result.model.name, self.unit)))

    @property
    def note(self) -> str:
        """The number of answers, and what the intervals are."""
        return f"{answered(float(self.result.moments.n[self.row]), self.lang)} {intervals(self.result, self.lang)}"

    def part(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table of the fit that are about the unit."""
        if self.result.units is None:
            return table
        count = len(table) // len(self.result.units)
        return table.iloc[self.row * count : (self.row + 1) * count].reset_index(drop=True)


def choose_unit(result: Fit, unit: Any, lang: str) -> Chosen:
    """Return the unit of a fit that a picture is about; see `unit_row` and `available_language`.

    Raises
    ------
    OptionError
        If `result` is no fit, the unit is not one of its units, or the language is not known.
    """
    row, language = unit_row(fit_expected(result), unit), available_language(lang)
    return Chosen(result, row, language, labels_of(result, language))


def fit_expected(result: object) -> Fit:
    """Return the fit, or raise an OptionError."""
    if not isinstance(result, Fit):
        raise OptionError(Message("benchmark.not_fit", kind=type(result).__name__))
    return result


def unit_row(result: Fit, unit: Any) -> int:
    """Return the number of the chosen unit.

    Parameters
    ----------
    result : Fit
    unit
        The label of a unit; with several unit columns a tuple of labels, or a mapping of column to label. None for a
        fit without units, or with a single one.

    Raises
    ------
    OptionError
        If there are several units and none, or an unknown one, is chosen.
    """
    units = result.units
    if units is None:
        if unit is not None:
            raise OptionError(Message("plot.no_units", unit=unit))
        return 0
    names = [str(name) for name in units.columns]
    if unit is None:
        if len(units) == 1:
            return 0
        raise OptionError(Message("plot.several_units", count=len(units), unit=Argument("unit", _example(units))))
    wanted = _wanted(unit, names)
    hit = np.flatnonzero([_same(row, wanted) for row in units.itertuples(index=False, name=None)])
    if not len(hit):
        known = [unit_name(units, row) for row in range(len(units))]
        raise OptionError(Message("plot.no_unit", unit=unit, count=len(units), known=listed(known)))
    return int(hit[0])


def highlighted(highlight: Any, names: Sequence[str]) -> list[int]:
    """Return the places of units among `names`, which are joined labels.

    Parameters
    ----------
    highlight
        The label of a unit, a tuple of labels where units have several, or a list of these.

    Raises
    ------
    OptionError
        If a unit is not among them.
    """
    several = isinstance(highlight, (list, set, frozenset, np.ndarray, pd.Series)) or highlight == ()
    texts = [joined(unit if isinstance(unit, tuple) else (unit,)) for unit in (highlight if several else [highlight])]
    unknown = [text for text in texts if text not in names]
    if unknown:
        raise OptionError(Message("plot.highlight", names=listed(unknown), known=listed(names)))
    return [names.index(text) for text in dict.fromkeys(texts)]


def joined(labels: Iterable[Any]) -> str:
    """Return the labels of a unit as one text."""
    return " · ".join(map(str, labels))


def _wanted(unit: Any, names: list[str]) -> tuple[Any, ...]:
    if isinstance(unit, Mapping):
        if set(unit) != set(names):
            raise OptionError(Message("plot.unit_columns", unit=unit, columns=", ".join(map(repr, names))))
        return tuple(unit[name] for name in names)
    labels = unit if isinstance(unit, (tuple, list)) else (unit,)
    if len(labels) != len(names):
        raise OptionError(Message("plot.unit_labels", unit=unit, columns=", ".join(map(repr, names))))
    return tuple(labels)


def _same(row: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return all(a == b or str(a) == str(b) for a, b in zip(row, wanted, strict=True))


def _example(units: pd.DataFrame) -> object:
    labels = units.iloc[0].tolist()
    return labels[0] if len(labels) == 1 else tuple(labels)
