"""Checks of the columns of a survey."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Message, Several, listed
from csindex.model.parts import Item
from csindex.survey.columns import numbers
from csindex.text.format import some_rows

Codes = Sequence[float] | Mapping[str, Sequence[float]]
Columns = str | Sequence[str]
ANY_SCALE = (-1e300, 1e300)
CODES = Argument("missing_codes", None, "{name}")
CODES_BY_ITEM = Argument("missing_codes", {}, "missing_codes={{item: [code, ...]}}")


def no_answers(name: str, rows: int) -> Message:
    """Return that an item has no answers."""
    return Message("survey.no_answers", name=name, rows=rows)


def plain_number(value: float) -> float:
    """Return a number, as an integer where it is one."""
    return int(value) if float(value).is_integer() else float(value)


def numbers_listed(values: Iterable[float], most: int = 6) -> Several:
    """Return numbers as a list within a sentence."""
    return listed((f"{value:g}" for value in values), most)


def constant(names: Sequence[str]) -> Message:
    """Return that all answers to items are the same."""
    return Message("survey.constant", count=len(names), names=listed(map(repr, names)))


def few_rows(count: int, items: int, least: int) -> Message:
    """Return that there are too few rows."""
    return Message("survey.few_rows", count=count, items=items, least=least)


def refuse_gaps(names: Sequence[str], absent: NDArray[np.bool_]) -> None:
    """Raise a SurveyError because no row is complete; `absent` is (n, p)."""
    raise SurveyError(no_complete_row(names, absent.sum(axis=0), len(absent)))


def no_complete_row(names: Sequence[str], counts: NDArray[np.intp], rows: int) -> Message:
    """Return that no row is complete; `counts` (p,) are the rows without each answer."""
    worst = int(counts.argmax())
    return Message("survey.no_complete_row", items=len(names), name=names[worst], count=int(counts[worst]), rows=rows)


def content_key(values: NDArray[np.float64], weight: NDArray[np.float64], items: Sequence[Item]) -> NDArray[np.float64]:
    """Return a number (n,) for what each row says, so that replicates depend on no order of rows, items or units.

    Powers of a transcendental number keep rows of whole answers apart.
    """
    key = weight.copy()
    for column in sorted(range(len(items)), key=lambda column: items[column].name):
        key = key * (np.pi / 4) + np.nan_to_num(values[:, column], nan=np.e / 7)
    return key


def names_in(names: Columns | None) -> list[str]:
    """Return the names in an argument that takes one or several."""
    if names is None:
        return []
    return list(names) if isinstance(names, Iterable) and not isinstance(names, str) else [names]


def group_codes(frame: pd.DataFrame, names: list[str], role: str) -> NDArray[np.intp]:
    """Return the rows' group numbers, in the groups' sorted order."""
    if not names:
        return np.zeros(len(frame), dtype=np.intp)
    absent = frame[names].isna().any(axis=1).to_numpy()
    if absent.any():
        raise SurveyError(empty_in(role, names, some_rows(absent)))
    return np.asarray(frame.groupby(names, sort=True, observed=True).ngroup(), dtype=np.intp)


def empty_in(role: str, names: Iterable[str], rows: object) -> Message:
    """Return that columns of the design are empty; `role` is "unit", "stratum", "cluster" or "respondent"."""
    named = Several(map(repr, names), most=100)
    return Message("survey.empty_column", role=Message(f"survey.{role}"), names=named, rows=rows)


def case_weights(weights: str | ArrayLike | None, frame: pd.DataFrame, index: Any = None) -> NDArray[np.float64]:
    """Return case weights (n,), a column of the frame or an array.

    Raises
    ------
    SurveyError
        Weights that are missing, infinite, negative, all zero, or not as many as there are rows.
    """
    if weights is None:
        return np.ones(len(frame))
    if isinstance(weights, str):
        what = Message("survey.weights_column", name=weights)
        values = numbers(frame[weights], what)
    else:
        what, values = Message("survey.weights"), _given_weights(weights, len(frame), index)
    for bad, key in ((~np.isfinite(values), "weights_missing"), (values < 0, "weights_negative")):
        if bad.any():
            raise SurveyError(Message(f"survey.{key}", what=what, rows=some_rows(bad)))
    if not values.any():
        raise SurveyError(Message("survey.weights_zero", what=what))
    return values


def _given_weights(weights: ArrayLike, rows: int, index: Any) -> NDArray[np.float64]:
    if isinstance(weights, pd.Series) and isinstance(index, pd.Index) and not weights.index.equals(index):
        raise SurveyError(Message("survey.weights_index"))
    try:
        values = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise SurveyError(Message("survey.weights_numbers")) from None
    if values.shape != (rows,):
        raise SurveyError(Message("survey.weights_shape", shape=values.shape, rows=rows))
    return values


def codes_by_item(codes: Codes | None, items: Sequence[Item]) -> dict[str, tuple[float, ...]]:
    """Return the codes that mean a missing answer, for each item.

    Raises
    ------
    OptionError
        Codes that are no numbers, for items that are not there, or, for all items, within the scale of one.
    """
    names = [item.name for item in items]
    if codes is None:
        return dict.fromkeys(names, ())
    if isinstance(codes, Mapping):
        strangers = [name for name in codes if name not in names]
        if strangers:
            raise OptionError(Message("survey.codes_unknown", codes=CODES, names=strangers))
        return {name: _code_list(codes.get(name, ())) for name in names}
    found = _code_list(codes)
    for item in items:
        within = [code for code in found if item.scale != ANY_SCALE and item.scale[0] <= code <= item.scale[1]]
        if within:
            values = {"codes": Argument("missing_codes", list(found)), "own": CODES_BY_ITEM}
            raise OptionError(Message("survey.codes_within", name=item.name, found=numbers_listed(within), **values))
    return dict.fromkeys(names, found)


def without_codes(column: "pd.Series[Any]", codes: Iterable[float]) -> tuple[NDArray[np.float64], dict[float, int]]:
    """Return an item's answers (n,), NaN where one is missing or a code, and how often each code was met.

    Raises
    ------
    SurveyError
        If the column holds what is no number.
    """
    answers = numbers(column, Message("survey.item", name=column.name))
    found = {}
    for code in dict.fromkeys(codes):
        hit = answers == code
        if hit.any():
            found[code] = int(hit.sum())
            answers = np.where(hit, np.nan, answers)
    return answers, found


def _code_list(codes: object) -> tuple[float, ...]:
    values: list[object] = [codes] if isinstance(codes, str) or not isinstance(codes, Iterable) else list(codes)
    if not all(isinstance(value, (int, float, np.number)) for value in values):
        raise OptionError(Message("survey.codes_numbers", codes=Argument("missing_codes", codes)))
    return tuple(float(str(value)) for value in values)


def refuse_beside(data: str, given: Mapping[str, object]) -> None:
    """Raise an OptionError if arguments are given beside data that were made with or without them."""
    named = [name for name, value in given.items() if value is not None]
    if named:
        raise OptionError(Message("options.beside", named=Several(named, most=len(named)), data=data))
