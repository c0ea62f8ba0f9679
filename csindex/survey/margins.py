"""Known shares of a population: checked, and matched with the columns of a data frame."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Argument, Joined, Message, listed
from csindex.options import whole
from csindex.survey.columns import as_frame
from csindex.text.format import some_rows

Codes = NDArray[np.intp]

# Published shares are rounded: a margin of 17 regions in tenths of a percent misses 100% by some tenths.
ROUNDING = 0.005


@dataclass(frozen=True, slots=True)
class Margins:
    """What is known of the population, and how weights are raked to it.

    Parameters
    ----------
    shares : mapping of column to mapping of category to number
        Shares (which sum to 1), or totals (percent, people), which must then agree between margins. Kept as shares.
    trim : (low, high), optional
        Limits of the weights as multiples of their mean, e.g. ``(0.3, 3)``.
    tolerance : float
        Largest difference from a share that is let pass.
    max_rounds : int
        How often the margins are gone through at most.

    Raises
    ------
    SurveyError
        Numbers that are no shares or totals, or that contradict each other.
    OptionError
        Settings out of their range.

    Examples
    --------
    >>> margins = Margins({"gender": {"f": 51, "m": 49}, "age": {"-39": 40, "40-": 60}}, trim=(0.3, 3))
    >>> margins.codes({"gender": ["m", "f"], "age": ["-39", "40-"]})
    (array([1, 0]), array([0, 1]))
    """

    shares: Mapping[str, Mapping[Hashable, float]]
    trim: tuple[float, float] | None = None
    tolerance: float = 1e-6
    max_rounds: int = 200

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", _shares(self.shares))
        object.__setattr__(self, "trim", _trim(self.trim))
        object.__setattr__(self, "max_rounds", whole("max_rounds", self.max_rounds, 1))
        if not isinstance(self.tolerance, float) or not 0 < self.tolerance < 0.1:
            raise OptionError(Message("survey.tolerance", tolerance=Argument("tolerance", self.tolerance)))

    def targets(self) -> tuple[NDArray[np.float64], ...]:
        """Return the shares (c,) of each margin, in the order of their categories."""
        return tuple(np.array(list(margin.values())) for margin in self.shares.values())

    def codes(self, frame: Any) -> tuple[Codes, ...]:
        """Return the category (n,) of each row, in each margin.

        Parameters
        ----------
        frame : data frame
            With a column for each margin.

        Raises
        ------
        SurveyError
            A column that is not there, rows without a value or with one that the margin lacks, categories that no row
            has. All of them are named.
        """
        try:
            columns = as_frame(frame, self.shares)
        except SurveyError as error:
            raise SurveyError(Joined([error.message, Message("survey.margin_names")])) from None
        codes, problems = [], []
        for name, margin in self.shares.items():
            found, wrong = _matched(columns[name], list(margin))
            codes.append(found)
            problems += wrong
        if problems:
            raise SurveyError(Joined(problems, "\n"))
        return tuple(codes)


def _matched(column: "pd.Series[Any]", categories: list[Hashable]) -> tuple[Codes, list[Message]]:
    """Return the codes (n,) of a column, -1 where it has no category, and what is wrong with it."""
    numbers, values = pd.factorize(column)
    place = {category: code for code, category in enumerate(categories)}
    lookup = np.array([*(place.get(value, -1) for value in values), -1], dtype=np.intp)
    codes, what = lookup[numbers], {"name": str(column.name)}
    problems = []
    if (absent := numbers < 0).any():
        problems.append(Message("survey.margin_missing", rows=some_rows(absent), **what))
    if (strange := (codes < 0) & ~absent).any():
        found = listed(repr(_plain(value)) for value in values if value not in place)
        known = listed(map(repr, categories), most=12)
        problems.append(Message("survey.margin_unknown", found=found, rows=some_rows(strange), known=known, **what))
    taken = set(lookup[:-1].tolist())
    if empty := [repr(category) for code, category in enumerate(categories) if code not in taken]:
        problems.append(Message("survey.margin_empty", empty=listed(empty), **what))
    return codes, problems


def _plain(value: Any) -> Any:
    """Return a NumPy scalar as the Python one, which reads better in messages."""
    return value.item() if isinstance(value, np.generic) else value


def _shares(given: Any) -> dict[str, dict[Hashable, float]]:
    """Return margins as shares that sum to 1."""
    if not isinstance(given, Mapping) or not given:
        raise SurveyError(Message("survey.margins_form", given=given))
    margins = {name: _amounts(name, margin) for name, margin in given.items()}
    sums = {name: fsum(margin.values()) for name, margin in margins.items()}
    totals = {}
    for name, margin in margins.items():
        if max(margin.values()) > 1:
            totals[name] = sums[name]
        elif abs(sums[name] - 1) > ROUNDING:
            raise SurveyError(Message("survey.margin_sum", name=name, total=sums[name]))
    if totals and max(totals.values()) > min(totals.values()) * (1 + ROUNDING):
        found = listed(f"{total:,.10g} ({name!r})" for name, total in totals.items())
        raise SurveyError(Message("survey.margin_totals", found=found))
    return {name: {key: amount / sums[name] for key, amount in margin.items()} for name, margin in margins.items()}


def _amounts(name: Any, margin: Any) -> dict[Hashable, float]:
    if not isinstance(name, str):
        raise SurveyError(Message("survey.margin_name", name=name))
    try:
        amounts = {_plain(key): float(value) for key, value in dict(margin).items()}
    except (TypeError, ValueError):
        raise SurveyError(Message("survey.margin_form", name=name, margin=margin)) from None
    bad = [f"{key!r}: {amount:g}" for key, amount in amounts.items() if not (isfinite(amount) and amount > 0)]
    if bad or not amounts:
        found = listed(bad) if bad else Message("survey.none")
        raise SurveyError(Message("survey.margin_amounts", name=name, found=found))
    return amounts


def _trim(trim: Any) -> tuple[float, float] | None:
    if trim is None:
        return None
    try:
        low, high = map(float, trim)
    except (TypeError, ValueError):
        raise OptionError(Message("survey.trim_form", trim=Argument("trim", trim))) from None
    if not (0 <= low < 1 < high and isfinite(high)):
        raise OptionError(Message("survey.trim_value", trim=Argument("trim", trim)))
    return low, high
