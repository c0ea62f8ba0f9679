"""Reasons to refuse moments, estimates and replicates, unit by unit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import CsindexError, SurveyError
from csindex.estimation.estimates import CONSTANT_BELOW, REASONS, Estimates, Status
from csindex.estimation.estimator import estimator_of
from csindex.estimation.replicates import Replicates
from csindex.messages import Joined, Message, Several, listed
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.model.parts import Construct, Item
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import Options
from csindex.replicates.rows import RowSource
from csindex.replicates.source import Source
from csindex.stacks.layout import Array, packing
from csindex.stacks.linear import largest_inflation
from csindex.survey.checks import constant, few_rows
from csindex.text.format import Language, unit_name

FEWEST = 10
INFLATION_REFUSED = 1e4
MANY_FAILED = 0.01
SHOWN = 5
ROUNDED = 0.005
SHOWN_MEMBERS = 12
NULL_VARIANCE = 1e-4
"""Share of a variable's variance that others leave, below which it is determined by them; as `INFLATION_REFUSED`."""
NULL_WEIGHT, NULL_SHARE = 1e-3, 0.1


def refuse(problems: Mapping[int, Message], units: pd.DataFrame | None, error: type[CsindexError]) -> None:
    """Raise an error that lists the units' problems."""
    if units is None:
        raise error(next(iter(problems.values())))
    lines: list[object] = [
        Joined([Message("fitting.of_unit", unit=unit_name(units, unit)), problem])
        for unit, problem in list(problems.items())[:SHOWN]
    ]
    if len(problems) > SHOWN:
        lines.append(Message("fitting.more_units", count=len(problems) - SHOWN))
    if len(problems) < len(units):
        lines.append(Message("fitting.drop_units"))
    raise error(Joined(lines, "\n"))


def check_scales(model: Model, moments: Moments) -> None:
    """Raise a SurveyError if means that the user supplies lie off their items' scales, or are missing."""
    if not moments.mean.size:
        raise SurveyError(Message("fitting.no_units"))
    for at, item in enumerate(model.items):
        mean, (low, high) = moments.mean[..., at].ravel(), item.scale
        if not np.isfinite(mean).all():
            raise SurveyError(Message("fitting.mean_missing", item=item.name))
        off = mean[(mean < low) | (mean > high)]
        if len(off):
            raise SurveyError(Message("fitting.mean_off_scale", item=item.name, mean=off[0], low=low, high=high))
        _check_spread(item, mean, moments.sd[..., at].ravel(), moments.n.ravel())


def _check_spread(item: Item, mean: Array, sd: Array, n: Array) -> None:
    """Raise a SurveyError if a standard deviation (u,) is larger than answers within the scale can have.

    With mean m it is largest where all answers are at the ends: (high - m)(m - low) · n/(n - 1) is then the variance.
    Means and standard deviations may be rounded to two decimals.
    """
    low, high = item.scale
    near = np.clip(mean + np.array([[-ROUNDED], [0], [ROUNDED]]), low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.sqrt(((high - near) * (near - low)).max(axis=0) * n / (n - 1))
    bad = np.flatnonzero(sd > most + ROUNDED)
    if len(bad):
        at = bad[0]
        shown = {"sd": sd[at], "mean": mean[at], "most": most[at], "low": low, "high": high}
        raise SurveyError(Message("moments.impossible_sd", name=item.name, **shown))


def least_rows(model: Model, options: Options) -> int:
    """Return the fewest rows for an estimate: more than there are variables in a matrix that is inverted.

    Covariance structures and corrected estimators need that of all items; PLS needs that of the items of a construct in
    Mode B, and of the sources of a construct.
    """
    estimator = estimator_of(options)
    if estimator.common_factors or estimator.corrected or estimator.covariance_structure or options.ordinal:
        return max(FEWEST, len(model.items) + 1)
    blocks = [len(construct.items) for construct in model.constructs if construct.mode != "A"]
    equal = options.convention == "equal"
    sources = [sum(path.target == name for path in model.paths) for name in model.construct_names]
    return max(FEWEST, max(sources, default=0) + 2, 0 if equal or options.weights_from else max(blocks, default=0) + 1)


def sample_problems(model: Model, moments: Moments, options: Options) -> dict[int, Message]:
    """Return what forbids an estimate, by unit."""
    least = least_rows(model, options)
    width = np.array([item.scale[1] - item.scale[0] for item in model.items])
    with np.errstate(invalid="ignore"):
        spread = moments.sd * (100 / width)
    problems: dict[int, Message] = {}
    for unit, count in enumerate(moments.n.astype(np.intp).tolist()):
        flat = np.flatnonzero(~(spread[unit] > CONSTANT_BELOW))
        unanswered = np.flatnonzero(np.isnan(moments.mean[unit]))
        gaps = np.argwhere(~np.isfinite(moments.cov[unit]))
        if count < least:
            problems[unit] = few_rows(count, len(model.items), least)
        elif len(unanswered):
            problems[unit] = Message(
                "fitting.no_answers", count=len(unanswered), names=listed(repr(model.item_names[i]) for i in unanswered)
            )
        elif len(gaps) and gaps[0, 0] != gaps[0, 1]:
            problems[unit] = _gap(model, moments.cov[unit], options)
        elif len(flat):
            problems[unit] = constant([model.item_names[i] for i in flat])
    return problems


def sampling_problems(source: Source, numbers: NDArray[np.intp]) -> dict[int, Message]:
    """Return the units all of whose answers are from one sampling unit of a design, by their rows."""
    if not isinstance(source, RowSource) or source.answers.sampling is None:
        return {}
    sampling = source.answers.sampling
    own = [np.unique(sampling.psu[source.answers.rows_of(number)]) for number in numbers.tolist()]
    return {
        row: Message("survey.one_sampling_unit")
        for row, psus in enumerate(own)
        if len(psus) == 1 and sampling.fraction[psus[0]] < 1
    }


def _gap(model: Model, cov: Array, options: Options) -> Message:
    """Say why covariances (p, p) are not known: of a pair, of one item, or of all; see `csindex.moments.em`."""
    lost = np.flatnonzero((~np.isfinite(cov)).sum(axis=1) == len(cov) - 1)
    if policy_of(options).iterated and len(lost) == 1:
        return Message("fitting.em_one", item=model.item_names[lost[0]])
    if policy_of(options).iterated and len(lost) == len(cov) > 2:
        return Message("fitting.em_all", items=len(cov))
    a, b = (model.item_names[i] for i in np.argwhere(~np.isfinite(cov))[0])
    return Message("fitting.gap_ordinal" if options.ordinal else "fitting.gap", first=a, second=b)


def block_problems(model: Model, design: Design, moments: Moments) -> dict[int, Message]:
    """Return the units whose Mode B blocks are collinear."""
    problems: dict[int, Message] = {}
    for construct, R, vif in formative(model, design, moments):
        for unit in np.flatnonzero(vif > INFLATION_REFUSED):
            names = [construct.items[i] for i in null_members(R[unit])]
            values = {"construct": construct.name, "items": listed(map(repr, names), SHOWN_MEMBERS)}
            problems[int(unit)] = Message("fitting.collinear", **values)
    return problems


def formative(model: Model, design: Design, moments: Moments) -> Iterator[tuple[Construct, Array, Array]]:
    """Yield each construct in Mode B with its items' correlations and their largest variance inflation, by unit."""
    for construct, mode, block in zip(model.constructs, design.modes, design.blocks, strict=True):
        if mode == "B":
            R = moments.correlation[:, block, block]
            yield construct, R, largest_inflation(R)


def estimate_problems(
    model: Model, design: Design, moments: Moments, estimates: Estimates, options: Options
) -> dict[int, Message]:
    """Return why members of the sample (U,) have no estimates."""

    def problem(unit: int) -> Message:
        status = Status(int(estimates.status[unit]))
        reason = REASONS[status]
        if status == Status.INDEFINITE:
            return Message("fitting.failed_indefinite", reason=reason)
        if status == Status.SINGULAR:
            return Message(
                "fitting.failed_singular", reason=reason, found=_dependent(model, design, moments.correlation[unit])
            )
        if status == Status.UNRELIABLE:
            found = _unreliable(model, estimates.reliability[unit])
            return Message("fitting.failed_unreliable", reason=reason, found=found)
        if status == Status.NEGATIVE:
            found = _negative(model, estimates.theta[unit], design, options)
            return Message("fitting.failed_negative", reason=reason, found=found)
        if status == Status.UNCONVERGED:
            rounds, key = int(estimates.rounds[unit]), estimator_of(options).unconverged
            slow = "_slow" if rounds >= options.max_iterations and key == "overlap" else ""
            most = 10 * options.max_iterations
            return Message(f"fitting.failed_unconverged_{key}{slow}", reason=reason, rounds=rounds, more=most)
        return Message("fitting.failed", reason=reason)

    return {unit: problem(unit) for unit in np.flatnonzero(estimates.status).tolist()}


def _unreliable(model: Model, rho: Array) -> Several:
    """Return the constructs that have no reliability."""
    bad = np.flatnonzero(~(rho > 0))
    return listed(Message("fitting.reliability", construct=model.construct_names[j], value=rho[j]) for j in bad)


def _negative(model: Model, theta: Array, design: Design, options: Options) -> Several:
    """Return the factors whose variance, or what their sources leave of it, is negative."""
    from csindex.estimation.cbsem.estimates import parameters_for

    parameters = parameters_for(design, options)
    own = parameters.of("factor") & (parameters.row == parameters.column) & (theta < 0)
    key = np.where(design.links.any(axis=1), "fitting.residual_variance", "fitting.variance")
    return listed(
        Message(str(key[j]), construct=model.construct_names[j], value=theta[a])
        for a in np.flatnonzero(own)
        for j in [parameters.row[a]]
    )


def null_members(R: Array) -> list[int]:
    """Return the variables (q, q) of one dependency, else those with most weight in the weakest eigenvector."""
    found = _dependency(R)
    if found:
        return found
    vector = np.abs(np.linalg.eigh(R)[1][:, 0])
    return [int(i) for i in np.flatnonzero(vector > NULL_SHARE * vector.max())]


def _dependency(R: Array) -> list[int]:
    """Return the first variable (q, q) that those before it determine, with those that it takes; empty if none."""
    kept: list[int] = []
    for j in range(len(R)):
        b = np.linalg.lstsq(R[np.ix_(kept, kept)], R[kept, j], rcond=1e-10)[0] if kept else np.zeros(0)
        if R[j, j] - R[kept, j] @ b <= NULL_VARIANCE * R[j, j]:
            return sorted([*(i for i, weight in zip(kept, b, strict=True) if abs(weight) > NULL_WEIGHT), j])
        kept.append(j)
    return []


def _dependent(model: Model, design: Design, R: Array) -> Message:
    """Return the constructs, by the plain sums of their items, or else the items that determine one another."""
    member = np.stack([np.isin(np.arange(design.p), np.arange(b.start, b.stop)) for b in design.blocks]) * design.sign
    sums = member @ R @ member.T
    C = sums / np.sqrt(np.outer(np.diag(sums), np.diag(sums)))
    items = [] if _dependency(C) else _dependency(R)
    if items:
        return Message(
            "fitting.dependent_items", names=listed((repr(model.item_names[i]) for i in items), SHOWN_MEMBERS)
        )
    names = [repr(model.construct_names[j]) for j in null_members(C)]
    return Message("fitting.dependent_constructs", names=listed(names, SHOWN_MEMBERS))


def least_eigenvalues(estimates: Estimates) -> Array:
    """Return the smallest eigenvalue (...) of each member's item correlations; NaN where these are not known."""
    R = estimates.correlation
    known = np.asarray(np.isfinite(R).all(axis=(-2, -1)))
    least = np.linalg.eigvalsh(np.where(known[..., None, None], R, 0.0))[..., 0]
    return np.where(known, least, np.nan)


def replicate_problems(model: Model, drawn: Replicates, options: Options) -> dict[int, Message]:
    """Return the units too many of whose replicates failed.

    Replicates with constant items have an index; where they are too many, nothing else has an interval, see `too_few`.
    """
    status = drawn.estimates.status
    count = (status != Status.ABSENT).sum(axis=1)
    scored = status == Status.OK
    if not estimator_of(options).covariance_structure:
        scored |= status == Status.CONSTANT
    share = 1 - scored.sum(axis=1) / count
    return {
        unit: Message(
            "fitting.failed_replicates",
            share=share[unit],
            count=count[unit],
            reasons=counted(failure_reasons(model, drawn, [unit])),
            most=options.max_failed,
        )
        for unit in np.flatnonzero(share > options.max_failed).tolist()
    }


def too_few(drawn: Replicates, options: Options) -> NDArray[np.bool_]:
    """Return the units (U,) too many of whose replicates failed for intervals of anything but the index."""
    status = drawn.estimates.status
    failed = 1 - (status == Status.OK).sum(axis=1) / (status != Status.ABSENT).sum(axis=1)
    return np.asarray(failed > options.max_failed)


def failure_reasons(model: Model, drawn: Replicates, units: Sequence[int]) -> list[tuple[Message, int]]:
    """Return the reasons for which replicates of some units failed, and how many did; constant items are named."""
    status = drawn.estimates.status[units]
    counts = [(code, int((status == code).sum())) for code in REASONS]
    return [
        (_constant_items(model, drawn, units) if code == Status.CONSTANT else REASONS[code], count)
        for code, count in counts
        if count
    ]


def _constant_items(model: Model, drawn: Replicates, units: Sequence[int]) -> Message:
    """Return the items that are constant in replicates of some units."""
    constant = np.argwhere(drawn.estimates.status[units] == Status.CONSTANT)
    diagonal = packing(len(model.items))[2].diagonal()
    variance = drawn.estimates.packed[np.asarray(units)[constant[:, 0]], constant[:, 1]][:, diagonal]
    width = np.array([item.scale[1] - item.scale[0] for item in model.items])
    flat = (np.sqrt(np.maximum(variance, 0)) * 100 / width <= CONSTANT_BELOW).any(axis=0)
    names = [name for name, is_flat in zip(model.item_names, flat, strict=True) if is_flat]
    return Message("estimation.constant", items=listed(names))


def counted(counts: Iterable[tuple[object, int]]) -> Several:
    """Return reasons and how often each was met."""
    found = [Message("glossary.counted", reason=reason, count=count) for reason, count in counts]
    return Several(found, most=len(found))


def failures(model: Model, drawn: Replicates | None, units: pd.DataFrame | None, lang: Language = "en") -> pd.DataFrame:
    """Return the failed replicates: unit columns, ``reason, replicates``."""
    rows: list[int] = []
    found: list[tuple[str, int]] = []
    for unit in range(0 if drawn is None else len(drawn.estimates.status)):
        assert drawn is not None
        if (drawn.estimates.status[unit] != Status.OK).any():
            counts = failure_reasons(model, drawn, [unit])
            rows += [unit] * len(counts)
            found += [(reason.text(lang), count) for reason, count in counts]
    labels = pd.DataFrame(index=range(len(rows))) if units is None else units.iloc[rows].reset_index(drop=True)
    return labels.assign(reason=[reason for reason, _ in found], replicates=[count for _, count in found])
