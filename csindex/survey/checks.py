"""What can be wrong with the columns of a survey."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Message, Several
from csindex.model.parts import Item
from csindex.survey.columns import numbers
from csindex.survey.labels import Variable
from csindex.text.format import listed, rows_text

Codes = Sequence[float] | Mapping[str, Sequence[float]]
Columns = str | Sequence[str]
ANY_SCALE = (-1e300, 1e300)


def check_scale(answers: NDArray[np.float64], item: Item, about: Variable, needed: bool = True) -> None:
    """Raise a SurveyError if answers (n,) do not go with the item's scale, or are all missing though needed.

    `about` is what the file says of the column.
    """
    if needed and np.isnan(answers).all():
        raise SurveyError(empty_text(item.name, len(answers)))
    low, high = item.scale
    outside = (answers < low) | (answers > high)
    told = [] if item.scale == ANY_SCALE else [about.scale_problem(item, answers)]
    if outside.any():
        found = np.unique(answers[outside])
        told.append(outside_text(item.name, item.scale, found.tolist(), rows_text(outside)) + about.told(found))
    if any(told):
        raise SurveyError("\n".join(text for text in told if text))


def empty_text(name: str, rows: int) -> str:
    """Say that an item has no answers."""
    return f"item {name!r} has no answers: all {rows:,} are missing. Leave it out of the model."


def outside_text(name: str, scale: tuple[float, float], found: Sequence[float], where: str) -> str:
    """Say that an item holds answers outside its scale; `found` is sorted, `where` tells the rows."""
    low, high = scale
    codes = f"[{', '.join(f'{value:g}' for value in found[:6])}]"
    # A code such as 0 is a good answer to other items, and is better declared for this one alone.
    safe = codes if min(found) > max(high, 10) else f"{{{name!r}: {codes}}}"
    return (
        f"item {name!r} holds {listed(found)} ({where}), outside its scale {low:g}–{high:g}. If they "
        f"mean a missing answer, declare them: missing_codes={safe}; otherwise give the item its right scale."
    )


def refuse_gaps(names: Sequence[str], absent: NDArray[np.bool_]) -> None:
    """Raise a SurveyError because no row is complete; `absent` is (n, p)."""
    raise SurveyError(gaps_text(names, absent.sum(axis=0), len(absent)))


def gaps_text(names: Sequence[str], counts: NDArray[np.intp], rows: int) -> str:
    """Say that no row is complete; `counts` (p,) are the rows without each answer."""
    worst = int(counts.argmax())
    return (
        f"no row has an answer to all {len(names)} items; {names[worst]!r} alone is missing in {counts[worst]:,} of "
        f"{rows:,} rows. Use missing='mean' or 'pairwise', or leave such items out of the model."
    )


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
        raise SurveyError(
            f"{role} column {', '.join(map(repr, names))} is empty in {rows_text(absent)}. Fill it in, or take these "
            "rows out."
        )
    return np.asarray(frame.groupby(names, sort=True, observed=True).ngroup(), dtype=np.intp)


def case_weights(weights: str | ArrayLike | None, frame: pd.DataFrame, index: Any = None) -> NDArray[np.float64]:
    """Return case weights (n,), a column of the frame or an array; a SurveyError tells what is wrong with them."""
    if weights is None:
        return np.ones(len(frame))
    if isinstance(weights, str):
        what, values = f"weights column {weights!r}", numbers(frame[weights], f"weights column {weights!r}")
    else:
        what, values = "weights", _given_weights(weights, len(frame), index)
    for bad, how, remedy in (
        (~np.isfinite(values), "missing or infinite", "Fill them in, or take these rows out."),
        (values < 0, "negative", "Weights cannot be negative; correct them, or set them to 0 to leave the rows out."),
    ):
        if bad.any():
            raise SurveyError(f"{what} is {how} in {rows_text(bad)}. {remedy}")
    if not values.any():
        raise SurveyError(f"{what} is zero in all rows. Nobody would count.")
    return values


def _given_weights(weights: ArrayLike, rows: int, index: Any) -> NDArray[np.float64]:
    if isinstance(weights, pd.Series) and isinstance(index, pd.Index) and not weights.index.equals(index):
        raise SurveyError(
            "weights is a series with another index than the data frame, so nothing tells which row a weight belongs "
            "to. Put it into the frame as a column, or give its .to_numpy() if the order is right."
        )
    try:
        values = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise SurveyError("weights must be numbers, or the name of a column.") from None
    if values.shape != (rows,):
        raise SurveyError(f"weights has the shape {values.shape}; one number for each of {rows:,} rows is due.")
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
            raise OptionError(f"missing_codes names {strangers}, which are not among the items.")
        return {name: _code_list(codes.get(name, ())) for name in names}
    found = _code_list(codes)
    for item in items:
        within = [code for code in found if item.scale != ANY_SCALE and item.scale[0] <= code <= item.scale[1]]
        if within:
            raise OptionError(
                f"missing_codes={list(found)} would make good answers to item {item.name!r} missing, whose scale has "
                f"{listed(within)}. Say for which items the codes are meant: missing_codes={{item: [code, ...]}}."
            )
    return dict.fromkeys(names, found)


def without_codes(column: "pd.Series[Any]", codes: Iterable[float]) -> tuple[NDArray[np.float64], dict[float, int]]:
    """Return an item's answers (n,), NaN where one is missing or a code, and how often each code was met.

    Raises
    ------
    SurveyError
        If the column holds what is no number.
    """
    answers = numbers(column, f"item {column.name!r}")
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
        raise OptionError(f"missing_codes={codes!r} must be numbers, e.g. [98, 99].")
    return tuple(float(str(value)) for value in values)


def refuse_beside(data: str, given: Mapping[str, object]) -> None:
    """Raise an OptionError if arguments are given beside data that were made with or without them."""
    named = [name for name, value in given.items() if value is not None]
    if named:
        raise OptionError(Message("options.beside", named=Several(named, most=len(named)), data=data))
