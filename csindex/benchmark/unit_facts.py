"""Attributes of units, such as industry or revenue, matched with the units' labels."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.messages import Argument, Message, Several, listed
from csindex.stacks.layout import Array

By = str | Sequence[str] | Mapping[Any, Any] | pd.Series | None
Weights = str | Mapping[Any, Any] | pd.Series | pd.DataFrame | None

Key = tuple[Hashable, ...]

WEIGHTS = Argument("weights", None, "{name}=")


def levels_of(units: pd.DataFrame, by: By, facts: pd.DataFrame | None) -> pd.DataFrame:
    """Return the columns (U rows) by which units are put together.

    Raises
    ------
    OptionError
        Columns that are not known, units for which a mapping or `facts` has no value.
    """
    if by is None:
        return pd.DataFrame({"unit": ["all"] * len(units)})
    if isinstance(by, (Mapping, pd.Series)):
        named = by if _is_nested(by) else {str(getattr(by, "name", None) or "group"): by}
        return pd.DataFrame({str(name): _mapped(units, values, Argument("by", name)) for name, values in named.items()})
    names = [by] if isinstance(by, str) else list(by)
    if not names:
        raise OptionError(Message("benchmark.no_column_named"))
    return pd.DataFrame({name: column_of(units, name, facts, "by") for name in names})


def column_of(units: pd.DataFrame, name: str, facts: pd.DataFrame | None, what: str) -> list[Any]:
    """Return a column of the units, or of `facts`, as one value for each unit."""
    if name in units.columns:
        return list(units[name].tolist())
    if facts is None or name not in facts.columns:
        known = [str(column) for column in [*units.columns, *([] if facts is None else facts.columns)]]
        key = "benchmark.not_a_column" if facts is None else "benchmark.not_a_column_of_facts"
        raise OptionError(Message(key, column=Argument(what, name), known=_all_of(known)))
    values = _looked_up(units, facts, name, Argument(what, name))
    _refuse_gaps(units, values, Argument(what, name))
    return values


def weights_of(units: pd.DataFrame, weights: Weights, facts: pd.DataFrame | None) -> Array:
    """Return a weight for each unit (U,), NaN where none is given.

    Raises
    ------
    OptionError
        Weights of unknown units, or that are not numbers, negative or infinite.
    """
    if weights is None:
        return np.ones(len(units))
    if isinstance(weights, str):
        values = column_of(units, weights, facts, "weights")
    elif isinstance(weights, (pd.DataFrame, pd.Series, Mapping)):
        frame = weights if isinstance(weights, pd.DataFrame) else _as_frame(units, weights, WEIGHTS)
        values = _of_frame(units, frame)
    else:
        raise OptionError(Message("benchmark.unknown_weights", weights=f"{weights!r:.80}"))
    return _checked(units, values)


def tuples(frame: pd.DataFrame) -> list[Key]:
    """Return the rows of a frame as tuples."""
    return list(zip(*(frame[name].tolist() for name in frame.columns), strict=True))


def numbered(labels: pd.DataFrame) -> NDArray[np.intp]:
    """Return (U,) a number for each row, equal where the labels are equal, in the order in which they appear."""
    groups = labels.groupby(list(labels.columns), sort=False, dropna=False, observed=True)
    return np.asarray(groups.ngroup(), dtype=np.intp)


def said(key: Key) -> str:
    """Return a unit's labels as text, e.g. ``'Alpha' / 2024``."""
    return " / ".join(map(repr, key))


def _of_frame(units: pd.DataFrame, frame: pd.DataFrame) -> list[Any]:
    others = [name for name in frame.columns if name not in units.columns]
    if len(others) != 1:
        columns = {"units": _all_of(units.columns), "found": _all_of(frame.columns)}
        raise OptionError(Message("benchmark.weight_columns", **columns))
    shared = [name for name in frame.columns if name in units.columns]
    values = _looked_up(units, frame, others[0], WEIGHTS)
    there = set(tuples(units[shared]))
    unknown = [said(key) for key in tuples(frame[shared]) if key not in there]
    if unknown:
        raise OptionError(Message("benchmark.weights_of_others", units=listed(unknown)))
    return values


def _as_frame(units: pd.DataFrame, values: Any, what: Argument) -> pd.DataFrame:
    """Return a mapping or series as a frame of unit columns and the column ``value``."""
    index = values.index.names if isinstance(values, pd.Series) else []
    pairs = list(values.items())
    if not pairs:
        raise OptionError(Message("benchmark.empty", what=what))
    keys = [key if isinstance(key, tuple) else (key,) for key, _ in pairs]
    if index and all(name in units.columns for name in index):
        names = list(index)
    elif all(len(key) == units.shape[1] for key in keys) and units.shape[1] > 1:
        names = list(units.columns)
    else:
        # A mapping does not say which column its keys are of: the one that has most of them.
        common = {name: len(set(units[name]) & {key[0] for key in keys}) for name in units.columns}
        names = [max(common, key=lambda name: common[name])]
    columns = {name: [key[at] if at < len(key) else None for key in keys] for at, name in enumerate(names)}
    return pd.DataFrame({**columns, "value": [value for _, value in pairs]})


def _mapped(units: pd.DataFrame, values: Any, what: Argument) -> list[Any]:
    found = _looked_up(units, _as_frame(units, values, what), "value", what)
    _refuse_gaps(units, found, what)
    return found


def _looked_up(units: pd.DataFrame, frame: pd.DataFrame, name: str, what: Argument) -> list[Any]:
    shared = [column for column in frame.columns if column in units.columns]
    if not shared:
        columns = {"units": _all_of(units.columns), "found": _all_of(frame.columns)}
        raise OptionError(Message("benchmark.no_unit_column", what=what, **columns))
    table = frame[[*shared, name]].drop_duplicates()
    twice = table.duplicated(shared)
    if twice.any():
        key = tuples(table.loc[twice, shared])[0]
        raise OptionError(Message("benchmark.different_values", what=what, unit=said(key), shared=shared, name=name))
    known = dict(zip(tuples(table[shared]), table[name].tolist(), strict=True))
    return [known.get(key, np.nan) for key in tuples(units[shared])]


def _refuse_gaps(units: pd.DataFrame, values: list[Any], what: Argument) -> None:
    absent = [said(key) for key, value in zip(tuples(units), values, strict=True) if pd.isna(value)]
    if absent:
        raise OptionError(Message("benchmark.no_value", what=what, units=listed(absent)))


def _all_of(names: Iterable[object]) -> Several:
    """Return names as a list that is not cut."""
    texts = list(map(repr, names))
    return Several(texts, len(texts))


def _checked(units: pd.DataFrame, values: list[Any]) -> Array:
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise OptionError(Message("benchmark.weights_not_numbers", found=listed(map(repr, values)))) from None
    wrong = (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        at = int(wrong.argmax())
        raise OptionError(Message("benchmark.bad_weight", unit=said(tuples(units)[at]), weight=numbers[at]))
    return numbers


def _is_nested(by: Any) -> bool:
    return isinstance(by, Mapping) and bool(by) and all(isinstance(v, (Mapping, pd.Series)) for v in by.values())
