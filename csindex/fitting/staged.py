"""Stages of a fit: a source of moments made from those of the answers and from what the stage before has estimated."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.fitting.composites import (
    Composite,
    bordered,
    centred_products,
    closed,
    combined,
    on_hundred,
    residual,
    with_scores,
)
from csindex.fitting.estimates import Estimates, Status
from csindex.fitting.kept import Kept
from csindex.index.scores import index_deviations, index_scores, index_weights
from csindex.model.design import Design, design_of
from csindex.model.levels import items_below
from csindex.model.stages import Stage
from csindex.options import Options
from csindex.survey.moments import Moments
from csindex.survey.sources import Kind, MomentSource, RowSource, Source
from csindex.survey.stacks import Array, flatten, pack, packing, unpack


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage that has been fitted: what it is, its design, and its units with their estimates."""

    stage: Stage
    design: Design
    kept: Kept


@dataclass(frozen=True, slots=True, eq=False)
class StagedSource:
    """Moments of a stage's items.

    Attributes
    ----------
    raw : Source
        Of the answers; where there are interactions, also of the products of answers.
    stage : Stage
    ladder : tuple of Rung
        The stages before, the last one last.
    options : Options
    pairs, centre : (q, 2) int, (p,)
        Whose products follow the p answers of `raw`, and what was taken off the answers before.
    """

    raw: Source
    stage: Stage
    ladder: tuple[Rung, ...]
    options: Options
    pairs: dict[tuple[int, int], int] = field(default_factory=dict)
    centre: Array = None  # type: ignore[assignment]

    @property
    def joint(self) -> bool:
        """Whether a tile of one unit goes with the tile of the same number of every other unit."""
        return self.raw.joint

    @property
    def weighted(self) -> bool:
        """Whether answers differ in weight or belong to a sampling design, so that there is a design effect."""
        return self.raw.weighted

    def sample(self) -> Moments:
        """Return the sample moments of the stage's items."""
        if not self.ladder:
            raw = self.raw.sample()
            mean, cov = self._moments(flatten(raw.mean, 1), flatten(raw.cov, 2), None)
            return replace(raw, items=self.stage.model.item_names, mean=mean.reshape(raw.mean.shape[:-1] + mean.shape[1:]),
                           cov=cov.reshape(raw.mean.shape[:-1] + cov.shape[1:]))  # fmt: skip
        kept = self.ladder[-1].kept
        assert kept.estimates is not None
        if not self.stage.products:
            mean, cov = self._moments(None, None, kept.estimates)
        else:
            raw = self.raw.sample()
            p = len(raw.items)
            chosen = raw.mean.reshape(-1, p)[kept.numbers], raw.cov.reshape(-1, p, p)[kept.numbers]
            mean, cov = self._moments(flatten(chosen[0], 1), flatten(chosen[1], 2), kept.estimates)
        made = replace(kept.moments, items=self.stage.model.item_names, mean=mean, cov=cov)
        return made if made.units is not None else _single(made)

    def words(self, kind: Kind) -> str:
        """Return how replicates of a kind are made, in words."""
        if not self.ladder:
            return self.raw.words(kind)
        return next(drawn.words for drawn in self.ladder[-1].kept.drawn.values() if drawn.kind == kind)

    def size(self, kind: Kind, unit: int, wanted: int) -> int:
        """Return how many replicates a unit has when `wanted` are asked for (at most, of a jackknife)."""
        return self.raw.size(kind, self._number(unit), wanted)

    def coefficients(self, kind: Kind, unit: int, count: int) -> Array | None:
        """Return (R,) coefficients of the variance; None where it is the replicates' own variance."""
        return self.raw.coefficients(kind, self._number(unit), count)

    def degrees(self, kind: Kind, unit: int, count: int) -> float:
        """Return the degrees of freedom of a unit's variance from `count` replicates, infinite without a design."""
        return self.raw.degrees(kind, self._number(unit), count)

    def tile_size(self, kind: Kind, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""
        return self.raw.tile_size(kind, self._number(unit))

    def tile(self, kind: Kind, unit: int, number: int, seed: int, count: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile, stack last."""
        below, mean, packed = None, None, None
        if not self.ladder or self.stage.products:
            mean, packed = self.raw.tile(kind, self._number(unit), number, seed, count)
        if self.ladder:
            drawn = next(drawn for drawn in self.ladder[-1].kept.drawn.values() if drawn.kind == kind)
            size = self.tile_size(kind, unit) * (count if kind == "nested" else 1)
            below = _members(drawn.estimates, unit, slice(number * size, (number + 1) * size))
        if mean is None or packed is None:
            m, s = self._moments(None, None, below)
        else:
            size = mean.shape[1] if below is None else len(below.status)
            m, s = self._moments(mean[:, :size].T, unpack(packed[:, :size].T, len(mean)), below)
        return m.T, pack(s).T

    def _number(self, unit: int) -> int:
        """Return the raw source's number of a unit."""
        return int(self.ladder[-1].kept.numbers[unit]) if self.ladder else unit

    def _moments(self, mean: Array | None, cov: Array | None, below: Estimates | None) -> tuple[Array, Array]:
        """Return mean (m, p) and covariance (m, p, p) of the stage's items."""
        if self.stage.products:
            assert mean is not None
            assert cov is not None
            assert below is not None
            return self._with_products(mean, cov, below)
        if below is None:
            assert mean is not None
            assert cov is not None
            names = self.stage.whole.item_names
            chosen = np.array([names.index(name) for name in self.stage.takes])
            return mean[:, chosen], cov[:, chosen[:, None], chosen]
        rung = self.ladder[-1]
        design, model = rung.design, rung.stage.model
        turn = np.r_[np.ones(design.k), design.sign * design.span / 100.0]
        low = np.r_[np.zeros(design.k), np.where(design.sign > 0, design.low, design.low + design.span)]
        v = composite_weights(below, design, self.options)
        mean, cov = with_scores(*on_hundred(below.mean, below.cov, design), v, design)
        places = model.construct_names + model.item_names
        chosen = np.array([places.index(name) for name in self.stage.takes])
        # Scores stay on 0-100; items go back to the scales of their questions.
        scale = turn[chosen]
        return mean[:, chosen] * scale + low[chosen], cov[:, chosen[:, None], chosen] * scale[:, None] * scale

    def _with_products(self, mean: Array, cov: Array, below: Estimates) -> tuple[Array, Array]:
        pairs = np.array(list(self.pairs), dtype=np.intp)
        mean, cov = centred_products(mean, cov, pairs, self.centre)
        carried = [name for name in self.stage.takes if name]
        rung = self.ladder[-1]
        rows = [
            self._product(self._factor(a, below), self._factor(b, below))
            for product in self.stage.products
            for a, b in product.factors.values()
        ]
        items = [self._item(name, len(self.ladder) - 1, below) for name in carried]
        G = combined(cov, rows)
        out = bordered(closed(G, rows), closed(G, items), below.cov)
        q, p = len(rows), len(carried)
        # Products come last.
        order = np.r_[q : q + p, :q]
        out = out[:, order[:, None], order]
        centre = np.stack([np.einsum("mc,mc->m", mean[:, columns], c) for columns, c in rows])
        if self.options.interaction == "orthogonal":
            out, centre = self._orthogonal(out, p), np.zeros_like(centre)
        assert rung.stage.model.item_names == tuple(carried)
        return np.concatenate([below.mean.T, centre]).T, out

    def _orthogonal(self, cov: Array, first: int) -> Array:
        """Take out of the products of items what the items of the two constructs explain of them (Little et al. 2006)."""
        model = self.stage.model
        for product in self.stage.products:
            columns = np.arange(first, first + len(product.factors))
            own = model.construct(product.left).items + model.construct(product.right).items
            cov = residual(cov, columns, np.array([model.item_names.index(item) for item in own]))
            first += len(product.factors)
        return cov

    def _product(self, left: Composite, right: Composite) -> Composite:
        """Return the product of two composites of answers as a composite of the products of answers."""
        (i, a), (j, b) = left, right
        columns = [self.pairs[x, y] for x in i.tolist() for y in j.tolist()]
        return np.array(columns) + len(self.centre), np.moveaxis(
            np.einsum("mi,mj->ijm", a, b).reshape(-1, len(a)), -1, 0
        )

    def _factor(self, name: str, below: Estimates) -> Composite:
        """Return a standardized item or construct of the stage before as a composite of answers."""
        rung, at = self.ladder[-1], len(self.ladder) - 1
        model, design = rung.stage.model, rung.design
        sd = deviations(below)
        if name in model.item_names:
            i = model.item_names.index(name)
            columns, coefficients = self._item(name, at, below)
            return columns, coefficients * (design.sign[i] / sd[:, i])[:, None]
        block = design.blocks[model.construct_names.index(name)]
        turn = design.sign * 100.0 / design.span if self.options.variant == "centered" else design.sign / sd
        return self._sum(model.item_names[block], (below.weights * turn)[:, block], at, below)

    def _item(self, name: str, at: int, below: Estimates) -> Composite:
        """Return an item of a stage as a composite of answers."""
        stage = self.ladder[at].stage
        take = stage.takes[stage.model.item_names.index(name)]
        if at == 0:
            return np.array([stage.whole.item_names.index(take)]), np.ones((len(below.status), 1))
        lower, under = self.ladder[at - 1], below.lower
        if take in lower.stage.model.item_names:
            return self._item(take, at - 1, under)
        model, design = lower.stage.model, lower.design
        block = design.blocks[model.construct_names.index(take)]
        turn = design.sign * 100.0 / design.span
        v = (composite_weights(under, design, self.options) * turn)[:, block]
        return self._sum(model.item_names[block], v, at - 1, under)

    def _sum(self, items: Sequence[str], weights: Array, at: int, below: Estimates) -> Composite:
        parts = [self._item(item, at, below) for item in items]
        columns = np.concatenate([columns for columns, _ in parts])
        return columns, np.concatenate([c.T * w for (_, c), w in zip(parts, weights.T, strict=True)]).T


def _single(stack: Moments) -> Moments:
    """Return a stack of one without its axis."""
    return replace(stack, **{name: getattr(stack, name)[0] for name in ("mean", "cov", "n", "weight", "n_eff")})


def _members(estimates: Estimates, unit: int, members: slice) -> Estimates:
    """Return some replicates (T,) of a unit, with their moments and the stages below."""
    arrays = {name: getattr(estimates, name) for name in Estimates.__slots__ if name != "lower"}
    chosen: dict[str, Any] = {name: array[unit, members] for name, array in arrays.items() if array is not None}
    lower: Any = None if estimates.lower is None else _members(estimates.lower, unit, members)
    return Estimates(**chosen, lower=lower)


def deviations(estimates: Estimates) -> Array:
    """Return the items' standard deviations (..., p), on the questions' scales."""
    diagonal = packing(estimates.mean.shape[-1])[2].diagonal()
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(np.moveaxis(np.moveaxis(estimates.packed, -1, 0)[diagonal], 0, -1)))


def composite_weights(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return the weights (..., p) that carry a construct's composite, as PLS has made it, to 0-100.

    They are the index weights, unless the index is by another convention than that of Fornell et al. (1996).
    """
    if options.convention == "fornell":
        return estimates.index_weights
    sd = deviations(estimates) * (100.0 / design.span)
    u = estimates.weights / sd if options.variant == "standardized" else estimates.weights
    return index_weights(u, sd, design, "fornell")


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
    values = raw.answers.values  # noqa: PD011
    if np.isnan(values).any():
        raise OptionError(
            f"missing={options.missing!r} does not go with an interaction: a product that is filled in is not the product "
            "of filled-in answers. Use missing='listwise'."
        )
    i, j = np.array(list(pairs), dtype=np.intp).T
    x = values - centre
    answers = replace(raw.answers, values=np.column_stack([values, x[:, i] * x[:, j]]))
    return replace(raw, answers=answers, items=(*raw.items, *(f"{raw.items[a]}*{raw.items[b]}" for a, b in pairs)))


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
