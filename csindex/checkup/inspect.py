"""What is looked at in a survey, against a model: its design, its items, its rows, and a fit without replicates."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import CsindexError, CsindexWarning, SurveyError, UnitWarning
from csindex.fitting.fit import fit
from csindex.fitting.notices import MANY_MISSING
from csindex.fitting.notices import notices as told_of
from csindex.fitting.refusals import FEWEST, constant_text, few_text
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.options import Missing
from csindex.survey.answers import Account
from csindex.survey.checks import codes_by_item, empty_text, names_in, outside_text, without_codes
from csindex.survey.codebook import suspected
from csindex.survey.columns import as_frame, check_names, column_names
from csindex.survey.labels import Variable, means_no_answer
from csindex.survey.survey import Survey
from csindex.text.format import listed, rows_text, unit_name

COLUMNS = ("kind", "column", "rows", "first", "text")


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings that are being collected."""

    found: list[tuple[str, str, int | None, int | None, str]] = field(default_factory=list)
    korean: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return not self.found

    def add(self, kind: str, text: str, column: str = "", bad: NDArray[np.bool_] | None = None) -> None:
        """Add a finding about a column, or about the rows where `bad` is True."""
        places = np.flatnonzero(bad) if bad is not None else np.zeros(0, dtype=np.intp)
        first = int(places[0]) + 1 if len(places) else None
        self.found.append((kind, column, None if bad is None else len(places), first, text))

    def table(self) -> pd.DataFrame:
        """Return ``kind, column, rows, first, text``; rows and first are missing where a finding is about none."""
        table = pd.DataFrame(self.found, columns=list(COLUMNS))
        return table.astype({"kind": "str", "column": "str", "rows": "Int64", "first": "Int64", "text": "str"})


SMALL_UNIT = 30
UNEVEN = 1.5
FEWEST_ALIKE = 5

_KINDS = {
    "MissingWarning": "missing answers",
    "SmallSampleWarning": "small sample",
    "CollinearityWarning": "collinear items",
    "NegativeWeightWarning": "negative weights",
    "ConventionWarning": "convention",
}


@dataclass(slots=True)
class Seen:
    """What was seen of the items: ratings within their scale, names that are perhaps meant, and codes outside."""

    ratings: list[NDArray[np.float64]] = field(default_factory=list)
    renames: dict[str, str] = field(default_factory=dict)
    codes: set[float] = field(default_factory=set)


def inspect_design(plain: Survey, design: Mapping[str, Any], problems: Findings) -> Survey:
    """Add what is wrong with weights, units, strata and clusters; return the survey with those that are right."""
    good = {}
    present = column_names(plain.frame)
    for role, given in design.items():
        absent = [name for name in names_in(given) if name not in present] if _named(given) else []
        for name in absent:
            _missing_column(name, present, plain, problems, f"{role}=")
        if absent:
            continue
        try:
            Survey(plain.frame, **{role: given})
            good[role] = given
        except SurveyError as error:
            problems.add(role, str(error), given if isinstance(given, str) else "")
    try:
        return Survey(plain.frame, missing_codes=plain.missing_codes, file=plain.file, **good)
    except SurveyError as error:
        problems.add("design", str(error))
        return plain


def _named(given: Any) -> bool:
    """Return whether an argument names columns, as all do but weights that are an array."""
    return isinstance(given, str) or (isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given))


def inspect_items(model: Model, survey: Survey, problems: Findings, notices: Findings) -> Seen:
    """Add what is wrong with the items, one by one."""
    seen = Seen()
    present = column_names(survey.frame)
    codes = codes_by_item(survey.missing_codes, model.items)
    spare = [name for name in present if name not in model.item_names]
    for item in model.items:
        if item.name not in present:
            near = _missing_column(item.name, spare, survey, problems)
            seen.renames |= {item.name: near} if near else {}
            continue
        try:
            check_names(present, [item.name])
            column = as_frame(survey.frame, [item.name])[item.name]
        except SurveyError as error:
            problems.add("double column", str(error), item.name)
            continue
        about = survey.variable(item.name)
        try:
            answers, _ = without_codes(column, (*codes[item.name], *about.missing))
        except SurveyError as error:
            problems.add("no numbers", str(error), item.name)
            continue
        _answers(item, answers, about, problems, seen)
        _gaps(item, answers, notices)
        _labels(item, answers, about, notices)
    seen.codes = {code for code in seen.codes if not any(i.scale[0] <= code <= i.scale[1] for i in model.items)}
    least = max(FEWEST, len(model.items) + 1)
    if not problems.empty and survey.n < least:
        problems.add("few rows", few_text(survey.n, len(model.items), least))
    return seen


def _missing_column(name: str, spare: list[Any], survey: Survey, problems: Findings, role: str = "") -> str:
    """Add that a column is missing; return the name of one that is perhaps meant."""
    known = {_plain(other): str(other) for other in reversed(spare)}
    near = get_close_matches(_plain(name), list(known), n=1, cutoff=0.7)
    if not near:
        remedy = (
            f"Name another for {role}" if role else "If the item has another name there: model.rename({item: column})"
        )
        problems.add("missing column", f"the data have no column {name!r}. {remedy}.", name)
        return ""
    meant = known[near[0]]
    label = survey.variable(meant).label
    about = f" ({label})" if label else ""
    remedy = f"{role}{meant!r}" if role else f"model.rename({{{name!r}: {meant!r}}})"
    problems.add(
        "missing column", f"the data have no column {name!r}. Did you mean {meant!r}{about}? Then {remedy}.", name
    )
    return meant


def _plain(name: Any) -> str:
    return "".join(letter for letter in str(name).casefold() if letter.isalnum()) or str(name)


def _answers(item: Item, answers: NDArray[np.float64], about: Variable, problems: Findings, seen: Seen) -> None:
    name, (low, high) = item.name, item.scale
    absent = np.isnan(answers)
    if absent.all():
        problems.add("no answers", empty_text(name, len(answers)), name, absent)
        return
    told = about.scale_problem(item, answers)
    if told:
        problems.add("other scale", told, name)
    outside = (answers < low) | (answers > high)
    if outside.any():
        found = np.unique(answers[outside])
        text = outside_text(name, item.scale, found.tolist(), rows_text(outside)) + about.told(found)
        problems.add("outside the scale", text, name, outside)
        seen.codes |= set(found[np.isin(found, suspected(np.unique(answers[~absent]), about))].tolist())
    # Yes and no are no ratings: many answer all of them alike.
    if high - low > 1:
        seen.ratings.append(np.where(outside, np.nan, answers))
    good = answers[~absent & ~outside]
    if len(good) and good.min() == good.max():
        problems.add("constant", constant_text([name]), name)


def _gaps(item: Item, answers: NDArray[np.float64], notices: Findings) -> None:
    absent = np.isnan(answers)
    if MANY_MISSING < absent.mean() < 1:
        text = f"item {item.name!r} has no answer in {absent.sum():,} of {len(absent):,} rows ({absent.mean():.1%})."
        notices.add("missing answers", text, item.name, absent)


def _labels(item: Item, answers: NDArray[np.float64], about: Variable, notices: Findings) -> None:
    """Add codes of the file that lie within the scale."""
    low, high = item.scale
    for code, label in about.labels.items():
        hit = answers == code
        if low <= code <= high and means_no_answer(label) and hit.any():
            text = (
                f"item {item.name!r}: the file labels {code:g} {label!r}, but does not declare it missing, so {rows_text(hit)}, "
                f"count as {code:g} on the scale {low:g}–{high:g}. Declare it: missing_codes={{{item.name!r}: [{code:g}]}}."
            )
            notices.add("labelled as missing", text, item.name, hit)
    within = [code for code in about.missing if low <= code <= high]
    if within:
        text = (
            f"item {item.name!r}: the file declares {listed(within)} missing, within the scale {low:g}–{high:g}. They are made "
            "missing, as the file says."
        )
        notices.add("declared within the scale", text, item.name)


def inspect_rows(survey: Survey, seen: Seen, notices: Findings) -> None:
    """Add what is odd about the rows."""
    alike = _all_alike(seen.ratings)
    if alike.any():
        text = (
            f"{rows_text(alike)}: the same answer to every rating ({alike.mean():.1%} of all). Some mean it; others have not read "
            "the questions. Look at how long they took, or compare the index without them."
        )
        notices.add("straight-lining", text, bad=alike)
    _twice(survey, notices)
    weights = survey.final_weights()
    effect = len(weights) * float((weights**2).sum()) / float(weights.sum()) ** 2
    if effect > UNEVEN:
        text = (
            f"the weights are so uneven that {len(weights):,} rows are worth {len(weights) / effect:,.0f} (design effect of "
            f"weights {effect:.2f}, Kish 1965); the largest is {weights.max() / weights[weights > 0].min():,.0f} times the smallest."
        )
        notices.add("uneven weights", text)


def _all_alike(ratings: list[NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Return the rows (n,) that answer all ratings alike, at least five of them."""
    if len(ratings) < FEWEST_ALIKE:
        return np.zeros(0, dtype=np.bool_)
    table = np.column_stack(ratings)
    given = (~np.isnan(table)).sum(axis=1)
    spread = np.where(np.isnan(table), -np.inf, table).max(axis=1) - np.where(np.isnan(table), np.inf, table).min(
        axis=1
    )
    return np.asarray((given >= FEWEST_ALIKE) & (spread == 0))


def _twice(survey: Survey, notices: Findings) -> None:
    if not isinstance(survey.frame, pd.DataFrame):
        return
    try:
        twice = survey.frame.duplicated().to_numpy()
    except TypeError:
        return
    if twice.any():
        text = (
            f"{rows_text(twice)}: the same in all {survey.frame.shape[1]} columns as a row before. Without a number for each "
            "respondent that can be chance; with one, these were put in twice: frame.drop_duplicates()."
        )
        notices.add("double rows", text, bad=twice)


def try_fit(model: Model, survey: Survey, missing: Missing, problems: Findings, notices: Findings) -> Account | None:
    """Fit without replicates; add what is refused, unit by unit, and what is warned of; return the account of the rows."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = fit(model, survey, missing=missing, replicates=0, bad_units="drop")
    except CsindexError as error:
        for line in str(error).splitlines():
            problems.add("fit", line)
        return None
    for warning in caught:
        if issubclass(warning.category, CsindexWarning) and not issubclass(warning.category, UnitWarning):
            kind = _KINDS.get(warning.category.__name__, warning.category.__name__)
            notices.add(kind, str(warning.message))
    both = zip(told_of(result), told_of(result, "ko"), strict=True)
    notices.korean.update({english: korean for (english, _), (korean, _) in both})
    for row, reason in enumerate(result.dropped["reason"]):
        who = unit_name(result.dropped.drop(columns="reason"), row)
        problems.add("unit", f"{who}: {reason} bad_units='drop' fits the others without it.", who)
    if result.units is not None:
        few = np.flatnonzero(result.moments.n < SMALL_UNIT)
        names = [f"{unit_name(result.units, int(unit))} ({result.moments.n[unit]:.0f})" for unit in few]
        if names:
            text = (
                f"{len(names)} of {len(result.units)} units have fewer than {SMALL_UNIT} usable rows, too few to publish: "
                f"{listed(names)}. Join them to others, or collect more answers."
            )
            notices.add("small units", text)
    return result.account
