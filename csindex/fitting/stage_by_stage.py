"""Fit of a model stage after stage."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.estimates import Estimates, Status
from csindex.fitting.core import FittedStage
from csindex.fitting.estimate_units import Procedure, estimate_units
from csindex.fitting.stage_source import StagedSource, on_hundred, with_scores
from csindex.fitting.units import UnitStack
from csindex.index.scores import index_deviations, index_scores
from csindex.messages import Argument, Message
from csindex.model.design import design_of
from csindex.model.hierarchy import items_below
from csindex.model.stages import Stage
from csindex.options import Options
from csindex.replicates.rows import RowSource
from csindex.replicates.source import MomentSource, Source
from csindex.stacks.layout import Array, flatten, unpack


def fit_stages(
    stages: Sequence[Stage], source: Source, procedure: Procedure
) -> tuple[tuple[FittedStage, ...], UnitStack]:
    """Fit stage after stage.

    Parameters
    ----------
    stages : sequence of Stage
    source : Source
        Of the answers to the whole model's items.
    procedure : Procedure
        How each stage is fitted.

    Returns
    -------
    tuple of FittedStage, UnitStack
        All stages of the same units; and these units after the last stage, whose estimates know those of the stages before.
    """
    fitted: tuple[FittedStage, ...] = ()
    units: UnitStack | None = None
    for stage in stages:
        design = design_of(stage.model)
        own = _source_of(stage, source, fitted, units, procedure.options)
        sample = own.sample()
        before, units = units, UnitStack.of(sample) if units is None else units.with_moments(sample)
        units = estimate_units(units, own, stage.model, design, procedure)
        if before is not None:
            rows = before.rows(units.numbers)
            before, fitted = before.of_rows(rows), tuple(earlier.of_rows(rows) for earlier in fitted)
        fitted = (*fitted, FittedStage(stage, design, units.moments))
        if before is not None:
            units = _after(before, units, fitted, procedure.options)
    assert units is not None
    return fitted, units


def _source_of(
    stage: Stage, raw: Source, fitted: tuple[FittedStage, ...], units: UnitStack | None, options: Options
) -> Source:
    """Return the source of the moments of a stage's items."""
    if units is None and stage.takes == stage.model.item_names:
        return raw
    if not stage.products:
        first = MomentSource(raw.sample()) if options.resampling == "parametric" and units is None else raw
        return StagedSource(first, stage, options, fitted, units)
    model = stage.whole
    centre = np.array([sum(item.scale) / 2 for item in model.items])
    names = model.item_names
    pairs: dict[tuple[int, int], int] = {}
    for product in stage.products:
        for left in items_below(product.left, model.constructs):
            for right in items_below(product.right, model.constructs):
                pairs.setdefault((names.index(left), names.index(right)), len(pairs))
    return StagedSource(_with_pairs(raw, pairs, centre, options), stage, options, fitted, units, pairs, centre)


def _with_pairs(raw: Source, pairs: Iterable[tuple[int, int]], centre: Array, options: Options) -> RowSource:
    """Return the rows with products of answers after the answers."""
    if not isinstance(raw, RowSource):
        raise OptionError(Message("fitting.interaction_rows"))
    if options.resampling == "parametric":
        raise OptionError(Message("fitting.interaction_parametric"))
    if options.ordinal:
        raise OptionError(Message("fitting.interaction_ordinal"))
    values = raw.answers.values
    if np.isnan(values).any():
        raise OptionError(Message("fitting.interaction_missing", missing=Argument("missing", options.missing)))
    i, j = np.array(list(pairs), dtype=np.intp).T
    x = values - centre
    answers = replace(raw.answers, values=np.column_stack([values, x[:, i] * x[:, j]]))
    names = (f"{raw.items[a]}*{raw.items[b]}" for a, b in pairs)
    return replace(raw, answers=answers, items=(*raw.items, *names), missing="listwise")


def _after(before: UnitStack, units: UnitStack, stages: Sequence[FittedStage], options: Options) -> UnitStack:
    """Let the estimates of a stage know those of the stages before, and what only all of them can say."""
    replicates = {
        name: replace(drawn, estimates=_joined(before.replicates[name].estimates, drawn.estimates, stages, options))
        for name, drawn in units.replicates.items()
    }
    return replace(units, estimates=_joined(before.estimates, units.estimates, stages, options), replicates=replicates)


def _joined(before: Estimates, e: Estimates, stages: Sequence[FittedStage], options: Options) -> Estimates:
    stage, design = stages[-1].stage, stages[-1].design
    index, deviation, v = (getattr(e, name).copy(order="K") for name in ("index", "deviation", "index_weights"))
    status = np.where((before.status != Status.OK) & (e.status != Status.ABSENT), Status.STAGE_BEFORE, e.status)
    if options.convention != "fornell":
        mean, cov = _index_moments((*before.stages, e), stages)
        shape = e.index.shape
        weights = flatten(v, 1)
        index[...] = index_scores(weights, mean, design).reshape(shape)
        deviation[...] = index_deviations(weights, cov, design).reshape(shape)
    for product in stage.products:
        at = stage.model.construct_names.index(product.name)
        index[..., at] = deviation[..., at] = v[..., design.blocks[at]] = np.nan
    own = {"index": index, "deviation": deviation, "index_weights": v}
    return replace(e, **own, status=status.astype(np.int8), before=(*before.before, replace(before, before=())))


def _index_moments(estimates: Sequence[Estimates], stages: Sequence[FittedStage]) -> tuple[Array, Array]:
    """Return the moments (m, p), (m, p, p) of the last stage's items on 0-100, with scores by the convention of the index."""
    first, design = estimates[0], stages[0].design
    mean, cov = on_hundred(flatten(first.mean, 1), unpack(flatten(first.packed, 1), design.p), design)
    for before, e, fitted in zip(stages, estimates, stages[1:], strict=False):
        mean, cov = with_scores(mean, cov, flatten(e.index_weights, 1), before.design)
        chosen, turned = _chosen(fitted, before)
        sign = np.where(turned, -1.0, 1.0)
        mean, cov = mean[:, chosen], cov[:, chosen[:, None], chosen]
        mean, cov = np.where(turned, 100.0 - mean, mean), cov * sign[:, None] * sign
    return mean, cov


def _chosen(fitted: FittedStage, before: FittedStage) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return where a stage's items (p,) are among constructs and items of the stage before, and which scores are reversed."""
    places = before.model.construct_names + before.model.item_names
    # Products have no index; whatever stands in their place is not looked at.
    chosen = np.array([places.index(take) if take else 0 for take in fitted.stage.takes])
    return chosen, (chosen < before.design.k) & (fitted.design.sign < 0)
