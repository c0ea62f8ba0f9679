"""What can be wrong with columns in an engine, told as it is told of columns in memory.

Whether something is wrong is known from the one pass over all rows; only then are the rows in question looked at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from csindex.errors import SurveyError
from csindex.messages import Joined, Message
from csindex.model.parts import Item
from csindex.moments.engines.engines import Rows
from csindex.moments.engines.pass_over_rows import LARGEST, Sweep, any_null, unusable_weight
from csindex.survey.answers import Account
from csindex.survey.checks import ANY_SCALE, empty_in, no_answers, no_complete_row
from csindex.survey.columns import as_numbers, check_names, numbers
from csindex.survey.off_scale import OffScale, in_order
from csindex.text.format import listed

SAMPLED = 1000
EMPTY = "the data frame is empty: it has no rows."


def readable(rows: Rows, items: Sequence[Item], weights: str | None, respondent: str | None, names: list[str]) -> Rows:
    """Return the rows with columns that can be computed with.

    Raises
    ------
    SurveyError
        Missing or double columns, answers or weights that are no numbers, respondents that are no whole numbers; every
        such column is named.
    """
    columns = {item.name: f"item {item.name!r}" for item in items}
    columns |= {} if weights is None else {weights: f"weights column {weights!r}"}
    if isinstance(rows.frame, pd.DataFrame):
        rows = _as_numbers(rows, columns, names)
    schema = rows.schema(names)
    _refuse_all(_text_problem(rows, name, what, schema[name]) for name, what in columns.items())
    if respondent is not None and not schema[respondent].is_integer():
        raise SurveyError(
            f"respondent column {respondent!r} holds {schema[respondent]}, not whole numbers in every row. Make a number of "
            "it in your engine first, e.g. with its hash function, or leave respondent= out to go by row number."
        )
    return rows


def _as_numbers(rows: Rows, columns: Mapping[str, str], names: list[str]) -> Rows:
    """Return a pandas frame with columns of numbers, whatever objects they are kept in."""
    import narwhals as nw

    frame: pd.DataFrame = rows.frame
    check_names(list(frame.columns), names)
    problems: list[object] = []
    frame = frame[list(dict.fromkeys(names))].reset_index(drop=True)
    if not len(frame):
        raise SurveyError(EMPTY)
    for name, what in columns.items():
        kind = frame[name].dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
            try:
                frame[name] = numbers(frame[name], what)
            except SurveyError as error:
                problems.append(error.message)
    _refuse_all(problems)
    return replace(rows, frame=nw.from_native(frame, eager_only=True))


def _text_problem(rows: Rows, name: str, what: str, dtype: Any) -> Message | None:
    import narwhals as nw

    if dtype.is_numeric() or dtype == nw.Boolean:
        return None
    found = rows.first([name], SAMPLED)[name].dropna()
    if dtype == nw.Unknown and found.empty:
        return None
    texts = [text for text in found.tolist() if isinstance(text, str)]
    shown = listed(dict.fromkeys(map(repr, found.tolist())), most=3) or "nothing"
    values = {"what": what, "found": shown, "rows": f"a column of {dtype}"}
    return Message("survey.not_numbers", **values, otherwise=as_numbers(texts, name, rows.engine))


def refuse(
    found: pd.DataFrame,
    rows: Rows,
    columns: Mapping[str, str],
    sweep: Sweep,
    items: Sequence[Item],
    account: Account,
) -> None:
    """Raise a SurveyError if sums (a row for each unit and group) show that something is wrong with the rows."""
    if not account.rows:
        raise SurveyError(EMPTY)
    for owns, role in ((sweep.keys[:-1], "unit"), (["g"], "respondent")):
        absent = found["rows"][found[owns].isna().any(axis=1)].sum()
        if absent:
            asked = {own: columns[own] for own in (owns if role == "unit" else ["i"])}
            first = _offenders(rows, asked, _nothing(sweep), next(iter(asked)), partial(any_null, tuple(asked)))
            raise SurveyError(empty_in(role, asked.values(), _where(first, absent)))
    if sweep.weighted:
        _refuse_weights(found, rows, columns["w"], sweep, account)
    if found["bad"].any():
        off = [
            _scale_problem(rows, item, replace(sweep, codes=(codes,)))
            for item, codes in zip(items, sweep.codes, strict=True)
        ]
        _refuse_all(in_order(off, items))
    if not account.used:
        some = account.rows - account.zero_weight
        _refuse_all(no_answers(name, some) for name, count in account.missing.items() if count == some)
        raise SurveyError(no_complete_row([*account.missing], np.array([*account.missing.values()]), some))
    if "i" in columns and sweep.groups and found["g"].nunique() < 2:
        raise SurveyError(
            f"respondent column {columns['i']!r} puts all rows into one group. It must hold a different number for each "
            "respondent."
        )


def _refuse_weights(found: pd.DataFrame, rows: Rows, name: str, sweep: Sweep, account: Account) -> None:
    what = Message("survey.weights_column", name=name)
    if found["wrong"].any():
        wrong = _offenders(rows, {"w": name}, replace(_nothing(sweep), weighted=True), "w", unusable_weight)
        wrong = wrong.astype({"w": np.float64})
        infinite, lost = wrong["w"].abs() > LARGEST, wrong["w"].isna()
        if infinite.any():
            raise SurveyError(Message("survey.infinite", what=what, rows=_where(wrong[infinite])))
        which, key = (lost, "weights_missing") if lost.any() else (~lost, "weights_negative")
        raise SurveyError(Message(f"survey.{key}", what=what, rows=_where(wrong[which])))
    if account.zero_weight == account.rows:
        raise SurveyError(Message("survey.weights_zero", what=what))


def _scale_problem(rows: Rows, item: Item, sweep: Sweep) -> Message | OffScale | None:
    only = replace(_nothing(sweep), scales=(item.scale,), shifts=(0.0,), codes=sweep.codes)
    outside = _offenders(rows, {"x0": item.name}, only, "x0", partial(only.off_scale, 0)).astype({"x0": np.float64})
    infinite = outside["x0"].abs() > LARGEST
    if infinite.any():
        what = Message("survey.item", name=item.name)
        return Message("survey.infinite", what=what, rows=_where(outside[infinite]))
    if outside.empty or item.scale == ANY_SCALE:
        return None
    return OffScale(item, tuple(sorted(set(outside["x0"]))), _where(outside))


def _nothing(sweep: Sweep) -> Sweep:
    """Return a sweep without any columns."""
    return replace(sweep, scales=(), shifts=(), codes=(), by=0, weighted=False, groups=0)


def _offenders(
    rows: Rows, columns: Mapping[str, str], sweep: Sweep, value: str, condition: Callable[[], Any]
) -> pd.DataFrame:
    """Return each offending value with its number of rows and, where rows have an order, the first of them."""
    number = "row" if rows.ordered else None
    return rows.run(columns, Offence(sweep, value, condition, number), number)


@dataclass(frozen=True, slots=True)
class Offence:
    """The task of finding offending values."""

    sweep: Sweep
    value: str
    condition: Callable[[], Any]
    number: str | None

    @property
    def keys(self) -> list[str]:
        """The values themselves."""
        return [self.value]

    def prepared(self, frame: Any) -> Any:
        """Return the offending rows of a renamed frame."""
        import narwhals as nw

        return self.sweep.cleaned(frame).filter(self.condition()).with_columns(rows=nw.lit(1.0))

    def terms(self) -> dict[str, tuple[Literal["sum", "min"], Any]]:
        """Return the number of rows and, where rows have an order, the first of them."""
        import narwhals as nw

        terms: dict[str, tuple[Literal["sum", "min"], Any]] = {"rows": ("sum", nw.col("rows"))}
        if self.number is not None:
            terms[self.number] = ("min", nw.col(self.number))
        return terms


def _where(found: pd.DataFrame, count: float | None = None) -> Message:
    """Return e.g. ``"12 rows, first 17"``, like `csindex.text.format.some_rows`; of rows without an order, ``"12 rows"``."""
    count = round(float(found["rows"].sum()) if count is None else count)
    if "row" in found and len(found):
        return Message("glossary.rows", count=count, first=int(found["row"].min()) + 1)
    return Message("glossary.number_of_rows", count=count)


def _refuse_all(problems: Iterable[object]) -> None:
    found = [problem for problem in problems if problem is not None]
    if found:
        raise SurveyError(Joined(found, "\n"))
