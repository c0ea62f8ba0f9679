"""Fitting stage after stage."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.estimates import Estimates, Status
from csindex.fitting.stage_source import Rung, StagedSource, on_hundred, with_scores
from csindex.fitting.units import Kept
from csindex.index.scores import index_deviations, index_scores
from csindex.model.design import Design, design_of
from csindex.model.hierarchy import items_below
from csindex.model.stages import Stage
from csindex.options import Options
from csindex.replicates.source import MomentSource, RowSource, Source
from csindex.stacks.layout import Array, flatten, unpack

Estimated = Callable[[Stage, Design, Source], Kept]


def climb(stages: Sequence[Stage], source: Source, options: Options, estimated: Estimated) -> tuple[Rung, ...]:
    """Fit stage after stage.

    Parameters
    ----------
    stages : sequence of Stage
    source : Source
        Of the answers to the whole model's items.
    options : Options
    estimated : callable
        Fits a plain model of a given design to a source of its items' moments.

    Returns
    -------
    tuple of Rung
        All of the same units; the estimates of each stage know those of the one before.
    """
    ladder: tuple[Rung, ...] = ()
    for stage in stages:
        design = design_of(stage.model)
        moments = source if stage.whole is stage.model else _source_of(stage, source, ladder, options)
        kept = estimated(stage, design, moments)
        if ladder:
            rows = kept.numbers
            ladder = _with_units(ladder, rows)
            below = ladder[-1].kept
            kept = replace(
                kept, numbers=below.numbers, dropped=pd.concat([below.dropped, kept.dropped], ignore_index=True)
            )
            kept = _finished(kept, ladder, stage, design, options)
        ladder = (*ladder, Rung(stage, design, kept))
    return ladder


def _source_of(stage: Stage, raw: Source, ladder: tuple[Rung, ...], options: Options) -> Source:
    if not ladder and stage.takes == stage.model.item_names:
        return raw
    if not stage.products:
        drawn = MomentSource(raw.sample()) if options.resampling == "parametric" and not ladder else raw
        return StagedSource(drawn, stage, ladder, options)
    model = stage.whole
    centre = np.array([sum(item.scale) / 2 for item in model.items])
    names = model.item_names
    pairs: dict[tuple[int, int], int] = {}
    for product in stage.products:
        for left in items_below(product.left, model.constructs):
            for right in items_below(product.right, model.constructs):
                pairs.setdefault((names.index(left), names.index(right)), len(pairs))
    return StagedSource(_with_pairs(raw, pairs, centre, options), stage, ladder, options, pairs, centre)


def _with_pairs(raw: Source, pairs: Iterable[tuple[int, int]], centre: Array, options: Options) -> RowSource:
    """Return the rows with products of answers after the answers."""
    if not isinstance(raw, RowSource):
        raise OptionError(
            "an interaction needs respondents' rows, for products of their answers; moments and scans hold none. Fit rows, "
            "or take the interaction out of the model."
        )
    if options.resampling == "parametric":
        raise OptionError(
            "resampling='parametric' draws normal answers, whose products do not vary as those of real ones do. Use "
            "resampling='bootstrap' with an interaction."
        )
    if options.ordinal:
        raise OptionError(
            "ordinal= does not go with an interaction: polychoric correlations do not tell the moments of products. Use "
            "ordinal=False, or take the interaction out of the model."
        )
    values = raw.answers.values  # noqa: PD011
    if np.isnan(values).any():
        raise OptionError(
            f"missing={options.missing!r} does not go with an interaction: a product that is filled in is not the product "
            "of filled-in answers. Use missing='listwise'."
        )
    i, j = np.array(list(pairs), dtype=np.intp).T
    x = values - centre
    answers = replace(raw.answers, values=np.column_stack([values, x[:, i] * x[:, j]]))
    names = (f"{raw.items[a]}*{raw.items[b]}" for a, b in pairs)
    return replace(raw, answers=answers, items=(*raw.items, *names), missing="listwise")


def _with_units(ladder: tuple[Rung, ...], rows: NDArray[np.intp]) -> tuple[Rung, ...]:
    return tuple(replace(rung, kept=rung.kept.of_units(rows)) for rung in ladder)


def _finished(kept: Kept, ladder: tuple[Rung, ...], stage: Stage, design: Design, options: Options) -> Kept:
    """Let the estimates of a stage know those of the one before, and what only both together can say."""
    below = ladder[-1].kept
    assert kept.estimates is not None
    assert below.estimates is not None
    task = ([(rung.stage, rung.design) for rung in ladder] + [(stage, design)], options)
    drawn = {
        name: replace(drawn, estimates=_joined(drawn.estimates, below.drawn[name].estimates, *task))
        for name, drawn in kept.drawn.items()
    }
    return replace(kept, estimates=_joined(kept.estimates, below.estimates, *task), drawn=drawn)


def _joined(e: Estimates, below: Estimates, path: list[tuple[Stage, Design]], options: Options) -> Estimates:
    stage, design = path[-1]
    index, deviation, v = (getattr(e, name).copy(order="K") for name in ("index", "deviation", "index_weights"))
    status = np.where((below.status != Status.OK) & (e.status != Status.ABSENT), Status.LOWER, e.status)
    if options.convention != "fornell":
        mean, cov = _index_moments(replace(e, lower=below), path)
        shape = e.index.shape
        weights = flatten(v, 1)
        index[...] = index_scores(weights, mean, design).reshape(shape)
        deviation[...] = index_deviations(weights, cov, design).reshape(shape)
    for product in stage.products:
        at = stage.model.construct_names.index(product.name)
        index[..., at] = deviation[..., at] = v[..., design.blocks[at]] = np.nan
    kept = {"index": index, "deviation": deviation, "index_weights": v}
    return replace(e, **kept, status=status.astype(np.int8), lower=below)


def _index_moments(e: Estimates, path: list[tuple[Stage, Design]]) -> tuple[Array, Array]:
    """Return the moments (m, p), (m, p, p) of a stage's items on 0-100, with scores by the convention of the index."""
    stage, design = path[-1]
    if len(path) == 1:
        mean, packed = flatten(e.mean, 1), flatten(e.packed, 1)
        return on_hundred(mean, unpack(packed, design.p), design)
    lower, under = path[-2]
    mean, cov = with_scores(*_index_moments(e.lower, path[:-1]), flatten(e.lower.index_weights, 1), under)
    places = lower.model.construct_names + lower.model.item_names
    # Products have no index; whatever stands in their place is not looked at.
    chosen = np.array([places.index(take) if take else 0 for take in stage.takes])
    turned = np.array([place < under.k for place in chosen]) & (design.sign < 0)
    sign = np.where(turned, -1.0, 1.0)
    mean, cov = mean[:, chosen], cov[:, chosen[:, None], chosen]
    return np.where(turned, 100.0 - mean, mean), cov * sign[:, None] * sign
