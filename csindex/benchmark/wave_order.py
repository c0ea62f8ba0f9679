"""The order of waves in time, as their labels show it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import OptionError
from csindex.messages import Argument, Message, Several, listed

YEARS = range(1900, 2200)
WAVES = frozenset(
    [
        "wave",
        "waves",
        "year",
        "years",
        "quarter",
        "month",
        "period",
        "round",
        "season",
        "date",
        "time",
        "fiscal_year",
        "fy",
        "survey_year",
        "welle",
        "jahr",
        "연도",
        "년도",
        "조사연도",
        "분기",
        "월",
        "차수",
        "회차",
        "시점",
        "시기",
        "조사시점",
        "반기",
    ]
)
"""Names of columns that are those of waves."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Winter belongs to two years, so that its place in one is not known.
PARTS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "봄": 1, "여름": 2, "가을": 3, "상반기": 1, "하반기": 2}
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b\.?")
_PART = re.compile("|".join(PARTS))
_DIGITS = re.compile(r"\d+")

Key = tuple[Any, ...]


def ordered_waves(values: "pd.Series[Any]", wave: str) -> list[Any]:
    """Return the labels of waves in their order: that of the categories, of numbers and dates, or that labels show.

    Raises
    ------
    OptionError
        Labels of several kinds, or texts that do not show their order.
    """
    found = list(dict.fromkeys(values.tolist()))
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = values.cat.categories.tolist()
        chosen = values.cat.ordered or not _sorted_alike(categories)
        if chosen:
            return [value for value in categories if value in set(found)]
    if all(isinstance(value, str) for value in found):
        return found if len(found) < 2 else _by_text(found, wave)
    try:
        return sorted(found)
    except TypeError:
        raise OptionError(Message("benchmark.mixed_waves")) from None


def with_waves_in_order(scores: UnitScores, wave: str, order: Sequence[Any] | None) -> UnitScores:
    """Return scores whose column of waves is in the order that is given, where one is.

    Raises
    ------
    OptionError
        An order that is not that of all labels.
    """
    if order is None or wave not in scores.units.columns:
        return scores
    labels = scores.units[wave]
    found, given = set(labels.tolist()), [] if isinstance(order, str) else list(order)
    if not found <= set(given) or len(set(given)) < len(given):
        known = Several(map(repr, found), len(found))
        raise OptionError(Message("benchmark.order_labels", order=Argument("order", order), wave=wave, known=known))
    given = [label for label in given if label in found]
    column = pd.Categorical(labels.tolist(), categories=given, ordered=True)
    return replace(scores, units=scores.units.assign(**{wave: column}))


def wave_column(units: pd.DataFrame | None) -> str | None:
    """Return the column of units that is, by its name or kind, that of waves; None where there is none, or no two waves."""
    if units is None:
        return None
    for name in units.columns:
        dated = pd.api.types.is_datetime64_any_dtype(units[name].dtype) or isinstance(units[name].dtype, pd.PeriodDtype)
        if (dated or str(name).casefold() in WAVES) and len(set(units[name].tolist())) > 1:
            return str(name)
    return None


def waves_said(waves: Sequence[Any]) -> Message:
    """Return the order of the waves as a sentence."""
    return Message("benchmark.order", waves=Several(map(str, waves), 12))


def _sorted_alike(categories: list[Any]) -> bool:
    """Return whether categories stand as pandas sorts them by itself, which nobody has chosen."""
    try:
        return categories == sorted(categories)
    except TypeError:
        return False


def _by_text(labels: list[str], wave: str) -> list[str]:
    for key in (_parted, _monthly, _counted, _number):
        keys = _keys(labels, key)
        if keys is not None:
            return [label for _, label in sorted(zip(keys, labels, strict=True))]
    named = listed(map(repr, sorted(labels)), 6)
    order = Argument("order", sorted(labels)[:6])
    raise OptionError(Message("benchmark.no_order", wave=wave, labels=named, order=order))


def _keys(labels: list[str], key: Callable[[str], tuple[str, Key] | None]) -> list[Key] | None:
    """Return the keys of all labels, None unless all have one, of the same form, and no two the same."""
    found = [key(" ".join(label.casefold().split())) for label in labels]
    forms = {pair[0] for pair in found if pair is not None}
    keys = [pair[1] for pair in found if pair is not None]
    return keys if len(forms) == 1 and len(keys) == len(set(keys)) == len(labels) else None


def _parted(label: str) -> tuple[str, Key] | None:
    """Return year and quarter, half or season, e.g. of "2023Q1", "Q1 2023", "2023년 1분기" and "spring 2019"."""
    year = re.search(r"(?<!\d)(\d{4})(?!\d)", label)
    if year is None or int(year[1]) not in YEARS:
        return None
    rest = label[: year.start()] + " " + label[year.end() :]
    season = _PART.search(rest)
    if season is not None and not _DIGITS.search(rest):
        return (_PART.sub("", rest).strip() and "named") or "part", (int(year[1]), PARTS[season[0]])
    part = re.search(r"(?<![a-z])([qh])\s*([1-4])(?!\d)|(?<!\d)([1-4])\s*([qh]|분기)(?![a-z])", rest)
    if part is None:
        return None
    return part[1] or part[4], (int(year[1]), int(part[2] or part[3]))


def _monthly(label: str) -> tuple[str, Key] | None:
    """Return year and month, e.g. of "May 2023"; of days the day, too."""
    month, numbers = _MONTH.search(label), [int(text) for text in _DIGITS.findall(label)]
    year = [number for number in numbers if number in YEARS]
    rest = [number for number in numbers if number not in YEARS]
    if month is None or len(year) != 1 or len(rest) > 1:
        return None
    return f"month {len(rest)}", (year[0], MONTHS.index(month[1]), *rest)


def _counted(label: str) -> tuple[str, Key] | None:
    """Return the numbers within one text, e.g. of "W10", "wave 2" and "2023-05"; several begin or end with a year."""
    numbers = [int(text) for text in _DIGITS.findall(label)]
    form = _DIGITS.sub("#", label)
    if not numbers:
        return None
    if len(numbers) == 1 or numbers[0] in YEARS:
        return form, tuple(numbers)
    # Of 03/05/2023 nobody knows which is the month; 03.05.2023 is the third of May.
    known = numbers[-1] in YEARS and (len(numbers) == 2 or form == "#.#.#")
    return (form, tuple(reversed(numbers))) if known else None


def _number(label: str) -> tuple[str, Key] | None:
    try:
        return "number", (float(label),)
    except ValueError:
        return None
