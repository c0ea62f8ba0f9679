"""Reasons to refuse moments, estimates and replicates, unit by unit."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from csindex.errors import CsindexError, SurveyError
from csindex.estimation.estimates import CONSTANT_BELOW, REASONS, REASONS_KO, Estimates, Status
from csindex.estimation.estimator import estimator_of
from csindex.estimation.replicates import Replicates
from csindex.messages import Message
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.model.parts import Construct, Item
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import Options
from csindex.stacks.layout import Array, packing
from csindex.stacks.linear import largest_inflation
from csindex.survey.checks import constant, few_rows
from csindex.text.format import Language, listed, unit_name

FEWEST = 10
INFLATION_REFUSED = 1e4
MANY_FAILED = 0.01
SHOWN = 5
ROUNDED = 0.005


def refuse(problems: Mapping[int, str], units: pd.DataFrame | None, error: type[CsindexError]) -> None:
    """Raise an error that lists the units' problems."""
    if units is None:
        raise error(next(iter(problems.values())))
    lines = [f"{unit_name(units, unit)}: {text}" for unit, text in list(problems.items())[:SHOWN]]
    more = f"\n... and {len(problems) - SHOWN} more units" if len(problems) > SHOWN else ""
    advice = "\nbad_units='drop' fits the others without them." if len(problems) < len(units) else ""
    raise error("\n".join(lines) + more + advice)


def check_scales(model: Model, moments: Moments) -> None:
    """Raise a SurveyError if means that the user supplies lie off their items' scales, or are missing."""
    if not moments.mean.size:
        raise SurveyError("the moments have no units.")
    for at, item in enumerate(model.items):
        mean, (low, high) = moments.mean[..., at].ravel(), item.scale
        if not np.isfinite(mean).all():
            raise SurveyError(f"the mean of item {item.name!r} is missing or infinite. All means are needed.")
        off = mean[(mean < low) | (mean > high)]
        if len(off):
            raise SurveyError(
                f"the mean of item {item.name!r} is {off[0]:g}, off its scale {low:g}–{high:g}. Give the model the scale that "
                "the moments are on."
            )
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


def sample_problems(model: Model, moments: Moments, options: Options) -> dict[int, str]:
    """Return what forbids an estimate, by unit."""
    least = max(FEWEST, len(model.items) + 1)
    width = np.array([item.scale[1] - item.scale[0] for item in model.items])
    with np.errstate(invalid="ignore"):
        spread = moments.sd * (100 / width)
    problems = {}
    for unit, count in enumerate(moments.n.astype(np.intp).tolist()):
        flat = np.flatnonzero(~(spread[unit] > CONSTANT_BELOW))
        unanswered = np.flatnonzero(np.isnan(moments.mean[unit]))
        gaps = np.argwhere(~np.isfinite(moments.cov[unit]))
        if count < least:
            problems[unit] = few_text(count, len(model.items), least)
        elif len(unanswered):
            names = [model.item_names[i] for i in unanswered]
            problems[unit] = (
                f"item{'s' * (len(names) > 1)} {listed(map(repr, names))}: no answers, so there is no mean."
            )
        elif len(gaps) and gaps[0, 0] != gaps[0, 1]:
            problems[unit] = _gap(model, moments.cov[unit], options)
        elif len(flat):
            problems[unit] = constant_text([model.item_names[i] for i in flat])
    return problems


def few_text(count: int, items: int, least: int) -> str:
    """Say that there are too few rows."""
    return str(few_rows(count, items, least))


def constant_text(names: Sequence[str]) -> str:
    """Say that items are constant."""
    return str(constant(names))


def _gap(model: Model, cov: Array, options: Options) -> str:
    """Say why covariances (p, p) are not known: of a pair, of one item, or of all; see `csindex.moments.em`."""
    lost = np.flatnonzero((~np.isfinite(cov)).sum(axis=1) == len(cov) - 1)
    if policy_of(options).iterated and len(lost) == 1:
        return (
            f"item {model.item_names[lost[0]]!r}: EM finds no covariances, because in the answers that are there the other "
            "items determine this one: two items say the same, or too few people answered all of them. Leave it out, or use "
            "missing='mean'."
        )
    if policy_of(options).iterated and len(lost) == len(cov) > 2:
        return (
            f"EM did not converge: too many answers are missing for {len(cov)} items. Leave out the items that are missing "
            "most often, or use missing='pairwise' or 'mean'."
        )
    a, b = (model.item_names[i] for i in np.argwhere(~np.isfinite(cov))[0])
    if options.ordinal:
        return (
            f"items {a!r} and {b!r}: nobody answered both, or their polychoric correlation runs to 1 or -1, as where they say "
            "the same or cells of their table are empty. Leave one of them out, or join rare categories."
        )
    return (
        f"items {a!r} and {b!r}: nobody answered both, or their covariance is not known. Use missing='mean', or leave one "
        "of them out."
    )


def block_problems(model: Model, design: Design, moments: Moments) -> dict[int, str]:
    """Return the units whose Mode B blocks are collinear."""
    problems: dict[int, str] = {}
    for construct, R, vif in formative(model, design, moments):
        for unit in np.flatnonzero(vif > INFLATION_REFUSED):
            pair = np.unravel_index(np.abs(R[unit] - np.eye(len(R[unit]))).argmax(), R[unit].shape)
            a, b = (construct.items[i] for i in pair)
            problems[int(unit)] = (
                f"construct {construct.name!r} is collinear: its items carry the same information (the closest pair, "
                f"{a!r} and {b!r}, correlates {R[unit][pair]:.4f}), so Mode B cannot weight them. Leave one out, or use "
                "Mode A or non-negative Mode B."
            )
    return problems


def formative(model: Model, design: Design, moments: Moments) -> Iterator[tuple[Construct, Array, Array]]:
    """Yield each construct in Mode B with its items' correlations and their largest variance inflation, by unit."""
    for construct, mode, block in zip(model.constructs, design.modes, design.blocks, strict=True):
        if mode == "B":
            R = moments.correlation[:, block, block]
            yield construct, R, largest_inflation(R)


_OTHERWISE = {
    "scheme": "try another scheme, or raise max_iterations",
    "overlap": "F falls without end where constructs overlap or the model is not identified: join constructs that cannot be told "
    "apart, use more items for a construct, or estimator='pls'",
}


def estimate_problems(
    model: Model, design: Design, moments: Moments, estimates: Estimates, options: Options
) -> dict[int, str]:
    """Return why members of the sample (U,) have no estimates."""
    advice = {
        Status.INDEFINITE: "Use missing='mean', 'em' or 'listwise'.",
        Status.SINGULAR: "Leave out one of those that say the same.",
        Status.UNRELIABLE: "Turn reversed items round (reversed=), drop items that do not belong, or use estimator='pls'.",
        Status.NEGATIVE: "Its items do not share anything, or run against each other: turn reversed items round (reversed=), "
        "drop items that do not belong, or use estimator='pls'.",
        Status.UNCONVERGED: f"After {options.max_iterations} rounds; {_OTHERWISE[estimator_of(options).unconverged]}.",
    }
    return {
        int(unit): f"{REASONS[status]}{near}. {advice.get(status, '')}".strip()
        for unit in np.flatnonzero(estimates.status)
        for status in [Status(int(estimates.status[unit]))]
        for near in [
            _closest(model, design, moments.correlation[unit])
            if status == Status.SINGULAR
            else _unreliable(model, estimates.reliability[unit])
            if status == Status.UNRELIABLE
            else _negative(model, estimates.theta[unit], design, options)
            if status == Status.NEGATIVE
            else ""
        ]
    }


def _unreliable(model: Model, rho: Array) -> str:
    """Say which constructs have no reliability."""
    bad = [f"{model.construct_names[j]} {rho[j]:.2f}" for j in np.flatnonzero(~(rho > 0))]
    return f": {listed(bad)}; the items of a construct do not go together, or hardly correlate with its neighbours"


def _negative(model: Model, theta: Array, design: Design, options: Options) -> str:
    """Say of which factors the variance, or what their sources leave of it, is negative."""
    from csindex.estimation.cbsem.estimates import parameters_for

    parameters = parameters_for(design, options)
    own = parameters.of("factor") & (parameters.row == parameters.column) & (theta < 0)
    kind = np.where(design.links.any(axis=1), "residual variance", "variance")
    said = [
        f"the {kind[j]} of {model.construct_names[j]} is {theta[a]:.3g}"
        for a in np.flatnonzero(own)
        for j in [parameters.row[a]]
    ]
    return "; " + listed(said)


def _closest(model: Model, design: Design, R: Array) -> str:
    """Say which two constructs are closest, by the plain sums of their standardized items."""
    member = np.stack([np.isin(np.arange(design.p), np.arange(b.start, b.stop)) for b in design.blocks]) * design.sign
    sums = member @ R @ member.T
    C = np.abs(sums / np.sqrt(np.outer(np.diag(sums), np.diag(sums)))) - np.eye(design.k)
    a, b = np.unravel_index(C.argmax(), C.shape)
    names = model.construct_names
    return f"; the closest constructs, {names[a]!r} and {names[b]!r}, correlate {C[a, b]:.4f}"


def least_eigenvalues(estimates: Estimates) -> Array:
    """Return the smallest eigenvalue (...) of each member's item correlations; NaN where these are not known."""
    R = estimates.correlation
    known = np.asarray(np.isfinite(R).all(axis=(-2, -1)))
    least = np.linalg.eigvalsh(np.where(known[..., None, None], R, 0.0))[..., 0]
    return np.where(known, least, np.nan)


def replicate_problems(model: Model, drawn: Replicates, options: Options) -> dict[int, str]:
    """Return the units too many of whose replicates failed."""
    status = drawn.estimates.status
    count = (status != Status.ABSENT).sum(axis=1)
    share = 1 - (status == Status.OK).sum(axis=1) / count
    return {
        int(
            unit
        ): f"{share[unit]:.0%} of {count[unit]:,} replicates failed ({counted(failure_reasons(model, drawn, [int(unit)]))}), "
        f"more than max_failed={options.max_failed:g} allows. Intervals from the others would be too narrow."
        for unit in np.flatnonzero(share > options.max_failed)
    }


def failure_reasons(model: Model, drawn: Replicates, units: Sequence[int], lang: Language = "en") -> dict[str, int]:
    """Return how many replicates of some units failed, by reason; constant items are named."""
    status, reasons = drawn.estimates.status[units], REASONS if lang == "en" else REASONS_KO
    counts = {reason: int((status == code).sum()) for code, reason in reasons.items()}
    constant = np.argwhere(status == Status.CONSTANT)
    if len(constant):
        diagonal = packing(len(model.items))[2].diagonal()
        variance = drawn.estimates.packed[np.asarray(units)[constant[:, 0]], constant[:, 1]][:, diagonal]
        width = np.array([item.scale[1] - item.scale[0] for item in model.items])
        flat = (np.sqrt(np.maximum(variance, 0)) * 100 / width <= CONSTANT_BELOW).any(axis=0)
        names = [name for name, is_flat in zip(model.item_names, flat, strict=True) if is_flat]
        counts = {
            (
                _CONSTANT[lang].format(items=listed(names) if lang == "en" else ", ".join(names))
                if reason == reasons[Status.CONSTANT]
                else reason
            ): count
            for reason, count in counts.items()
        }
    return {reason: count for reason, count in counts.items() if count}


_CONSTANT = {"en": "constant: {items}", "ko": "모든 응답이 같은 문항 {items}"}


def counted(counts: Mapping[str, int]) -> str:
    """Return reasons and how often each was met, as text."""
    return ", ".join(f"{reason}: {count:,}" for reason, count in counts.items())


def failures(model: Model, drawn: Replicates | None, units: pd.DataFrame | None, lang: Language = "en") -> pd.DataFrame:
    """Return the failed replicates: unit columns, ``reason, replicates``."""
    rows: list[int] = []
    found: list[tuple[str, int]] = []
    for unit in range(0 if drawn is None else len(drawn.estimates.status)):
        assert drawn is not None
        if (drawn.estimates.status[unit] != Status.OK).any():
            counts = failure_reasons(model, drawn, [unit], lang)
            rows += [unit] * len(counts)
            found += counts.items()
    labels = pd.DataFrame(index=range(len(rows))) if units is None else units.iloc[rows].reset_index(drop=True)
    return labels.assign(reason=[reason for reason, _ in found], replicates=[count for _, count in found])
