"""Inspection of a survey against a model: its design, its items, its rows, and a fit without replicates."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.checkup.findings import Findings
from csindex.errors import CsindexError, CsindexWarning, ScaleWarning, SurveyError, UnitWarning
from csindex.fitting.fit import fit
from csindex.fitting.notices import MANY_MISSING
from csindex.fitting.notices import notices as fit_notices
from csindex.fitting.refusals import least_rows
from csindex.fitting.result import Fit
from csindex.messages import Argument, Joined, Message, listed
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.options import Missing, Options
from csindex.survey.answers import Account
from csindex.survey.checks import (
    codes_by_item,
    constant,
    few_rows,
    names_in,
    no_answers,
    numbers_listed,
    plain_number,
    without_codes,
)
from csindex.survey.codebook import suspected
from csindex.survey.columns import as_frame, check_names, column_names
from csindex.survey.labels import Variable, means_no_answer, questioned_scale
from csindex.survey.off_scale import OffScale, grouped, off_scale, outside_scale
from csindex.survey.survey import Survey
from csindex.text.format import alike, some_rows, unit_name

RENAME = Argument("rename", {}, "model.rename({{item: column}})")
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
    """What was seen of the items: ratings within their scale, names that are perhaps meant, codes outside, and ends."""

    ratings: list[NDArray[np.float64]] = field(default_factory=list)
    renames: dict[str, str] = field(default_factory=dict)
    codes: set[float] = field(default_factory=set)
    ends: dict[str, tuple[float, float]] = field(default_factory=dict)
    off: list[tuple[OffScale, NDArray[np.bool_]]] = field(default_factory=list)


def inspect_design(plain: Survey, design: Mapping[str, Any], problems: Findings) -> Survey:
    """Add what is wrong with weights, units, strata and clusters; return the survey with those that are right."""
    good = {}
    present = column_names(plain.frame)
    for role, given in design.items():
        absent = [name for name in names_in(given) if name not in present] if _named(given) else []
        for name in absent:
            _missing_column(name, present, plain, problems, role)
        if absent:
            continue
        try:
            Survey(plain.frame, **{role: given})
            good[role] = given
        except SurveyError as error:
            problems.add(role, error.message, given if isinstance(given, str) else "")
    try:
        return Survey(plain.frame, missing_codes=plain.missing_codes, file=plain.file, **good)
    except SurveyError as error:
        problems.add("design", error.message)
        return plain


def _named(given: Any) -> bool:
    """Return whether an argument names columns, as all do but weights that are an array."""
    return isinstance(given, str) or (isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given))


def inspect_items(model: Model, survey: Survey, problems: Findings, notices: Findings) -> Seen:
    """Add what is wrong with the items, one by one."""
    seen = Seen()
    present = column_names(survey.frame)
    codes = codes_by_item(survey.missing_codes, model.items)
    turned = {name for construct in model.constructs for name in construct.reversed}
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
            problems.add("double column", error.message, item.name)
            continue
        about = survey.variable(item.name)
        try:
            answers, _ = without_codes(column, (*codes[item.name], *about.missing))
        except SurveyError as error:
            problems.add("no numbers", error.message, item.name)
            continue
        _answers(item, answers, about, problems, seen)
        _gaps(item, answers, notices)
        _labels(item, answers, about, notices)
        upside_down = None if item.name in turned else about.upside_down(item)
        if upside_down is not None:
            notices.add("scale", upside_down, item.name)
    _off_scale(model, seen, problems)
    seen.codes = {code for code in seen.codes if not any(i.scale[0] <= code <= i.scale[1] for i in model.items)}
    least = least_rows(model, Options())
    if not problems.empty and survey.n < least:
        problems.add("few rows", few_rows(survey.n, len(model.items), least))
    return seen


def _off_scale(model: Model, seen: Seen, problems: Findings) -> None:
    """Add items with answers outside their scale, and what is said once of all with the same cause."""
    outside = {one.item.name: rows for one, rows in seen.off}
    shared = {
        one.item.name: outside_scale(alike, model.items)
        for alike in grouped(one for one, _ in seen.off)
        for one in alike
    }
    for one, _ in seen.off:
        name = one.item.name
        own = outside_scale([one], model.items)
        problems.add("outside the scale", own, name, outside[name], shared[name])


def _missing_column(name: str, spare: list[Any], survey: Survey, problems: Findings, role: str = "") -> str:
    """Add that a column is missing; return the name of one that is perhaps meant."""
    known = {_plain(other): str(other) for other in reversed(spare)}
    near = get_close_matches(_plain(name), list(known), n=1, cutoff=0.7)
    if not near:
        if role:
            message = Message("checkup.column_of_design", name=name, argument=Argument(role, None, "{name}="))
        else:
            message = Message("checkup.column_of_item", name=name, rename=RENAME)
        problems.add("missing column", message, name)
        return ""
    meant = known[near[0]]
    label = survey.variable(meant).label
    argument = Argument(role, meant) if role else Argument("rename", {name: meant}, "model.rename({value!r})")
    values = {"near": meant, "label": f" ({label})" if label else "", "argument": argument}
    problems.add("missing column", Message("checkup.column_near", name=name, **values), name)
    return meant


def _plain(name: Any) -> str:
    return "".join(letter for letter in str(name).casefold() if letter.isalnum()) or str(name)


def _answers(item: Item, answers: NDArray[np.float64], about: Variable, problems: Findings, seen: Seen) -> None:
    name, (low, high) = item.name, item.scale
    absent = np.isnan(answers)
    if absent.all():
        problems.add("no answers", no_answers(name, len(answers)), name, absent)
        return
    other = about.scale_problem(item, answers)
    if other is not None:
        problems.add("other scale", other, name)
    outside = (answers < low) | (answers > high)
    if outside.any():
        found = np.unique(answers[outside])
        off = off_scale(item, answers, about)
        assert off is not None
        seen.off.append((off, outside))
        seen.codes |= set(found[np.isin(found, suspected(np.unique(answers[~absent]), about))].tolist()) & {*off.codes}
    # Yes and no are no ratings: many answer all of them alike.
    if high - low > 1:
        seen.ratings.append(np.where(outside, np.nan, answers))
    good = answers[~absent & ~outside]
    seen.ends |= {name: (float(good.min()), float(good.max()))} if len(good) else {}
    if len(good) and good.min() == good.max():
        problems.add("constant", constant([name]), name)


def _gaps(item: Item, answers: NDArray[np.float64], notices: Findings) -> None:
    absent = np.isnan(answers)
    if MANY_MISSING < absent.mean() < 1:
        counts = {"count": int(absent.sum()), "rows": len(absent), "share": float(absent.mean())}
        notices.add("missing answers", Message("checkup.missing_answers", name=item.name, **counts), item.name, absent)


def _labels(item: Item, answers: NDArray[np.float64], about: Variable, notices: Findings) -> None:
    """Add codes of the file that lie within the scale."""
    low, high = item.scale
    for code, label in about.labels.items():
        hit = answers == code
        if low <= code <= high and means_no_answer(label) and hit.any():
            codes = Argument("missing_codes", {item.name: [plain_number(code)]})
            values = {"name": item.name, "code": code, "label": label, "rows": some_rows(hit), "codes": codes}
            message = Message("checkup.labelled_as_missing", low=low, high=high, **values)
            notices.add("labelled as missing", message, item.name, hit)
    within = [code for code in about.missing if low <= code <= high]
    if within:
        values = {"name": item.name, "codes": numbers_listed(within), "low": low, "high": high}
        notices.add("declared within the scale", Message("checkup.declared_within_scale", **values), item.name)


def inspect_units(survey: Survey, notices: Findings) -> None:
    """Add units whose labels a reader would take for one."""
    units = survey.units()
    if units is None:
        return
    for name in units.columns:
        groups: dict[str, dict[str, None]] = {}
        for value in units[name].tolist():
            groups.setdefault(alike(value), {})[repr(value)] = None
        for labels in groups.values():
            if len(labels) > 1:
                message = Message("checkup.look_alike", name=name, labels=listed(labels))
                notices.add("look-alike units", message, str(name))


def inspect_rows(model: Model, survey: Survey, seen: Seen, notices: Findings) -> None:
    """Add what is odd about the rows."""
    scale = questioned_scale(model.items, seen.ends, survey.n)
    if scale is not None:
        notices.add("scale", scale)
    alike = _all_alike(seen.ratings)
    if alike.any():
        message = Message("checkup.straight_lining", rows=some_rows(alike), share=float(alike.mean()))
        notices.add("straight-lining", message, bad=alike)
    _twice(survey, notices)
    weights = survey.final_weights()
    effect = len(weights) * float((weights**2).sum()) / float(weights.sum()) ** 2
    if effect > UNEVEN:
        ratio = float(weights.max() / weights[weights > 0].min())
        values = {"rows": len(weights), "effective": len(weights) / effect, "effect": effect, "ratio": ratio}
        notices.add("uneven weights", Message("checkup.uneven_weights", **values))


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
        message = Message("checkup.double_rows", rows=some_rows(twice), columns=survey.frame.shape[1])
        notices.add("double rows", message, bad=twice)


def try_fit(model: Model, survey: Survey, missing: Missing, problems: Findings, notices: Findings) -> Account | None:
    """Fit without replicates; add what is refused, unit by unit, and what is warned of; return the account of the rows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CsindexWarning)
            result = fit(model, survey, missing=missing, replicates=0, bad_units="drop")
    except CsindexError as error:
        for message in _lines(error.message):
            problems.add("fit", message)
        return None
    for message, category in fit_notices(result):
        if not issubclass(category, (UnitWarning, ScaleWarning)):
            notices.add(_KINDS.get(category.__name__, category.__name__), message)
    for row, reason in enumerate(result.dropped["reason"]):
        who = unit_name(result.dropped.drop(columns="reason"), row)
        problems.add("unit", Joined([Message("checkup.of_unit", who=who), reason, Message("checkup.drop_unit")]), who)
    _small_units(result, notices)
    return result.account


def _lines(message: object) -> list[object]:
    """Return what stands in lines of its own in a message."""
    if isinstance(message, Joined) and message.between == "\n":
        return list(message.parts)
    return [message] if isinstance(message, (Message, Joined)) else [*str(message).splitlines()]


def _small_units(result: Fit, notices: Findings) -> None:
    """Add units with few usable rows."""
    if result.units is None:
        return
    few = np.flatnonzero(result.moments.n < SMALL_UNIT)
    if len(few):
        names = [f"{unit_name(result.units, int(unit))} ({result.moments.n[unit]:.0f})" for unit in few]
        counts = {"count": len(names), "units": len(result.units), "least": SMALL_UNIT}
        notices.add("small units", Message("checkup.small_units", names=listed(names), **counts))
