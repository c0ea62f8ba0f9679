"""Moments of a stage's items, from the moments of the answers and the estimates of the stages before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates
from csindex.estimation.replicates import Replicates
from csindex.fitting.core import FittedStage
from csindex.fitting.units import UnitStack
from csindex.index.scores import index_scores, index_weights, to_hundred
from csindex.model.design import Design
from csindex.model.stages import Stage
from csindex.moments.moments import Moments
from csindex.options import Kind, Options
from csindex.replicates.source import Source
from csindex.stacks.layout import Array, empty, flatten, pack, packing, unpack
from csindex.stacks.linear import solve
from csindex.text.format import Language

Composite = tuple[NDArray[np.intp], Array]
Pairs = NDArray[np.intp]


def on_hundred(mean: Array, cov: Array, design: Design) -> tuple[Array, Array]:
    """Return moments (m, p), (m, p, p) on 0-100, of reverse-coded items of 100 less the answer."""
    turn = design.sign * 100.0 / design.span
    return to_hundred(mean, design), cov * turn[:, None] * turn


def with_scores(mean: Array, cov: Array, v: Array, design: Design) -> tuple[Array, Array]:
    """Return the moments (m, k + p), (m, k + p, k + p) of the scores of k constructs and of their p items, on 0-100.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
        Of the items, on 0-100.
    v : (m, p)
        Index weights.
    """
    across, among = empty(len(mean), design.k, design.p), empty(len(mean), design.k, design.k)
    for j, block in enumerate(design.blocks):
        across[:, j] = np.einsum("mij,mj->mi", cov[:, :, block], v[:, block])
    for j, block in enumerate(design.blocks):
        among[:, :, j] = np.einsum("mli,mi->ml", across[:, :, block], v[:, block])
    means = np.concatenate([index_scores(v, mean, design).T, mean.T]).T
    return means, bordered(among, across, cov)


def bordered(among: Array, across: Array, rest: Array) -> Array:
    """Return (m, a+b, a+b) covariances put together from (m, a, a), (m, a, b) and (m, b, b)."""
    a, b = across.shape[1:]
    out = empty(len(across), a + b, a + b)
    out[:, :a, :a], out[:, :a, a:], out[:, a:, a:] = among, across, rest
    out[:, a:, :a] = np.swapaxes(across, 1, 2)
    return out


def centred_products(mean: Array, cov: Array, pairs: Pairs, centre: NDArray[np.float64]) -> tuple[Array, Array]:
    """Return the moments of p items and of the products of their deviations from the means of this very member.

    With x̃ = x - centre and m̃ its mean, (x_i - m_i)(x_j - m_j) = x̃_i x̃_j - m̃_j x̃_i - m̃_i x̃_j + m̃_i m̃_j: linear in what the
    moments are of.

    Parameters
    ----------
    mean, cov : (m, p + q), (m, p + q, p + q)
        Of the items, and of q products (x_i - centre_i)(x_j - centre_j).
    pairs : (q, 2) int
        i and j.
    centre : (p,)
    """
    i, j = pairs.T
    at = np.arange(len(centre), len(centre) + len(pairs))
    shift = mean[:, : len(centre)] - centre
    cov, mean = cov.copy(order="K"), mean.copy(order="K")
    cov[:, at] -= shift[:, j, None] * cov[:, i] + shift[:, i, None] * cov[:, j]
    cov[:, :, at] -= shift[:, None, j] * cov[:, :, i] + shift[:, None, i] * cov[:, :, j]
    mean[:, at] -= shift[:, i] * shift[:, j]
    return mean, cov


def combined(cov: Array, rows: Sequence[Composite]) -> Array:
    """Return the covariances (m, q, p) of q composites of the p columns with each of these."""
    out = empty(len(cov), len(rows), cov.shape[-1])
    for row, (columns, coefficients) in enumerate(rows):
        out[:, row] = np.einsum("mcj,mc->mj", cov[:, columns], coefficients)
    return out


def closed(across: Array, rows: Sequence[Composite]) -> Array:
    """Return the covariances (m, a, q) of a things with q composites, from those (m, a, p) with the p columns."""
    out = empty(len(across), across.shape[1], len(rows))
    for row, (columns, coefficients) in enumerate(rows):
        out[:, :, row] = np.einsum("mac,mc->ma", across[:, :, columns], coefficients)
    return out


def residual(cov: Array, columns: NDArray[np.intp], by: NDArray[np.intp]) -> Array:
    """Return covariances (m, p, p) in which some columns are replaced by their residuals on others.

    Parameters
    ----------
    columns : (q,) int
        What is replaced.
    by : (c,) int
        What it is regressed on; none of `columns`.
    """
    out = cov.copy(order="K")
    inside = cov[:, by[:, None], by]
    slopes = empty(len(cov), len(columns), len(by))
    for at, column in enumerate(columns):
        slopes[:, at] = solve(inside, cov[:, by, column])
    out[:, columns] -= np.einsum("mqc,mcj->mqj", slopes, cov[:, by])
    out[:, :, columns] -= np.einsum("mqc,mjc->mjq", slopes, out[:, :, by])
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Composites:
    """Items and constructs of the last stage that was fitted, and products of them, as composites of answers.

    Attributes
    ----------
    stages : tuple of FittedStage
    estimates : tuple of Estimates
        Of m members, one for each stage.
    options : Options
    pairs : dict of (int, int) to int
        The answers whose products follow the answers, and the number of each product.
    answers : int
        How many answers there are.
    """

    stages: tuple[FittedStage, ...]
    estimates: tuple[Estimates, ...]
    options: Options
    pairs: dict[tuple[int, int], int]
    answers: int

    def items(self) -> list[Composite]:
        """Return the items of the last stage."""
        return [self._item(name, len(self.stages) - 1) for name in self.stages[-1].model.item_names]

    def product(self, left: str, right: str) -> Composite:
        """Return the product of two standardized items or constructs as a composite of the products of answers."""
        (i, a), (j, b) = self._standardized(left), self._standardized(right)
        columns = [self.pairs[x, y] for x in i.tolist() for y in j.tolist()]
        return np.array(columns) + self.answers, np.moveaxis(np.einsum("mi,mj->ijm", a, b).reshape(-1, len(a)), -1, 0)

    def _standardized(self, name: str) -> Composite:
        """Return a standardized item or construct of the last stage."""
        model, design = self.stages[-1].model, self.stages[-1].design
        e, number = self.estimates[-1], len(self.stages) - 1
        if name in model.item_names:
            i = model.item_names.index(name)
            columns, coefficients = self._item(name, number)
            return columns, coefficients * (design.sign[i] / e.sd[:, i])[:, None]
        block = design.blocks[model.construct_names.index(name)]
        turn = design.sign * 100.0 / design.span if self.options.variant == "centered" else design.sign / e.sd
        return self._sum(model.item_names[block], (e.weights * turn)[:, block], number)

    def _item(self, name: str, number: int) -> Composite:
        """Return an item of a stage, by the stage's number."""
        stage = self.stages[number].stage
        take = stage.takes[stage.model.item_names.index(name)]
        if number == 0:
            return np.array([stage.whole.item_names.index(take)]), np.ones((len(self.estimates[0].status), 1))
        model, design = self.stages[number - 1].model, self.stages[number - 1].design
        if take in model.item_names:
            return self._item(take, number - 1)
        block = design.blocks[model.construct_names.index(take)]
        turn = design.sign * 100.0 / design.span
        v = (composite_weights(self.estimates[number - 1], design, self.options) * turn)[:, block]
        return self._sum(model.item_names[block], v, number - 1)

    def _sum(self, items: Sequence[str], weights: Array, number: int) -> Composite:
        """Return the sum of items of a stage, with weights (m, q)."""
        parts = [self._item(item, number) for item in items]
        columns = np.concatenate([columns for columns, _ in parts])
        return columns, np.concatenate([c.T * w for (_, c), w in zip(parts, weights.T, strict=True)]).T


@dataclass(frozen=True, slots=True, eq=False)
class StagedSource:
    """Source of the moments of a stage's items. It calls units by the numbers of the source of the answers.

    Attributes
    ----------
    raw : Source
        Of the answers; where there are interactions, also of the products of answers.
    stage : Stage
    options : Options
    before : tuple of FittedStage
        The stages before, first to last.
    units : UnitStack or None
        The units after the stage before; None for a first stage.
    pairs : dict of (int, int) to int
        The answers whose products follow the p answers of `raw`, and the number of each product.
    centre : (p,)
        What was taken off the answers before they were multiplied.
    """

    raw: Source
    stage: Stage
    options: Options
    before: tuple[FittedStage, ...] = ()
    units: UnitStack | None = None
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
        """Return the sample moments of the stage's items: of all units, or a stack of those after the stage before."""
        items, units = self.stage.model.item_names, self.units
        if units is None:
            raw = self.raw.sample()
            chosen = self._chosen
            return replace(raw, items=items, mean=raw.mean[..., chosen], cov=raw.cov[..., chosen[:, None], chosen])
        if self.stage.products:
            raw = self.raw.sample()
            p = len(raw.items)
            answers = raw.mean.reshape(-1, p)[units.numbers], raw.cov.reshape(-1, p, p)[units.numbers]
            mean, cov = self._with_products(flatten(answers[0], 1), flatten(answers[1], 2), units.estimates)
        else:
            mean, cov = self._scored(units.estimates)
        return replace(units.moments, items=items, mean=mean, cov=cov)

    def words(self, kind: Kind, lang: Language = "en") -> str:
        """Return how replicates of a kind are made, in words."""
        return self.raw.words(kind, lang) if self.units is None else self._replicates(kind).words_in(lang)

    def size(self, kind: Kind, unit: int, wanted: int) -> int:
        """Return how many replicates a unit has when `wanted` are asked for (at most, of a jackknife)."""
        return self.raw.size(kind, unit, wanted)

    def coefficients(self, kind: Kind, unit: int, count: int) -> Array | None:
        """Return (R,) coefficients of the variance; None where it is the replicates' own variance."""
        return self.raw.coefficients(kind, unit, count)

    def degrees(self, kind: Kind, unit: int, count: int) -> float:
        """Return the degrees of freedom of a unit's variance from `count` replicates, infinite without a design."""
        return self.raw.degrees(kind, unit, count)

    def tile_size(self, kind: Kind, unit: int) -> int:
        """Return the number of replicates in a tile of this unit."""
        return self.raw.tile_size(kind, unit)

    def tile(self, kind: Kind, unit: int, number: int, seed: int, count: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile, stack last."""
        if self.units is None:
            mean, packed = self.raw.tile(kind, unit, number, seed, count)
            chosen = self._chosen
            place = packing(len(mean))[2][chosen[:, None], chosen]
            rows, columns, _ = packing(len(chosen))
            return mean[chosen], packed[place[rows, columns]]
        size = self.tile_size(kind, unit) * (count if kind == "nested" else 1)
        if not self.stage.products:
            mean, cov = self._scored(self._earlier(kind, unit, slice(number * size, (number + 1) * size)))
            return mean.T, pack(cov).T
        mean, packed = self.raw.tile(kind, unit, number, seed, count)
        # A tile may reach beyond the last replicate, and the stack of replicates beyond the last tile of a small unit.
        earlier = self._earlier(kind, unit, slice(number * size, number * size + mean.shape[1]))
        wanted = len(earlier.status)
        mean, cov = self._with_products(mean[:, :wanted].T, unpack(packed[:, :wanted].T, len(mean)), earlier)
        return mean.T, pack(cov).T

    def _replicates(self, kind: Kind) -> Replicates:
        """Return the replicates of a kind after the stage before."""
        assert self.units is not None
        return next(replicates for replicates in self.units.replicates.values() if replicates.kind == kind)

    def _earlier(self, kind: Kind, unit: int, members: slice) -> Estimates:
        """Return the estimates of some replicates (T,) of a unit after the stage before."""
        assert self.units is not None
        return _members(self._replicates(kind).estimates, int(self.units.rows(np.array(unit))), members)

    @property
    def _chosen(self) -> NDArray[np.intp]:
        """Where the items of a first stage are among those of the answers; some are there twice."""
        names = self.stage.whole.item_names
        return np.array([names.index(name) for name in self.stage.takes])

    def _scored(self, earlier: Estimates) -> tuple[Array, Array]:
        """Return the moments (m, p), (m, p, p) of scores of constructs and of items of the stage before."""
        design, model = self.before[-1].design, self.before[-1].model
        v = composite_weights(earlier, design, self.options)
        mean, cov = with_scores(*on_hundred(earlier.mean, earlier.cov, design), v, design)
        places = model.construct_names + model.item_names
        chosen = np.array([places.index(name) for name in self.stage.takes])
        # Scores stay on 0-100; items go back to the scales of their questions.
        scale = np.r_[np.ones(design.k), design.sign * design.span / 100.0][chosen]
        low = np.r_[np.zeros(design.k), np.where(design.sign > 0, design.low, design.low + design.span)][chosen]
        return mean[:, chosen] * scale + low, cov[:, chosen[:, None], chosen] * scale[:, None] * scale

    def _with_products(self, mean: Array, cov: Array, earlier: Estimates) -> tuple[Array, Array]:
        """Return the moments of the items of the stage before and, after them, of products."""
        mean, cov = centred_products(mean, cov, np.array(list(self.pairs), dtype=np.intp), self.centre)
        composites = Composites(self.before, earlier.stages, self.options, self.pairs, len(self.centre))
        rows = [composites.product(*factors) for product in self.stage.products for factors in product.factors.values()]
        items = composites.items()
        G = combined(cov, rows)
        out = bordered(earlier.cov, np.swapaxes(closed(G, items), 1, 2), closed(G, rows))
        centre = np.stack([np.einsum("mc,mc->m", mean[:, columns], c) for columns, c in rows])
        if self.options.interaction == "orthogonal":
            out, centre = self._orthogonal(out, len(items)), np.zeros_like(centre)
        return np.concatenate([earlier.mean.T, centre]).T, out

    def _orthogonal(self, cov: Array, first: int) -> Array:
        """Take out of the products of items what the items of the two constructs explain of them (Little et al. 2006)."""
        model = self.stage.model
        for product in self.stage.products:
            columns = np.arange(first, first + len(product.factors))
            own = model.construct(product.left).items + model.construct(product.right).items
            cov = residual(cov, columns, np.array([model.item_names.index(item) for item in own]))
            first += len(product.factors)
        return cov


def _members(estimates: Estimates, row: int, members: slice) -> Estimates:
    """Return some replicates (T,) of a row of a stack (U, R), with their moments and the stages before."""
    before = tuple(_members(stage, row, members) for stage in estimates.before)
    return Estimates(**{name: array[row, members] for name, array in estimates.arrays.items()}, before=before)


def composite_weights(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return the weights (..., p) by which items make a construct's composite, as PLS has estimated it, on 0-100.

    They are the index weights, unless the index is by another convention than that of Fornell et al. (1996).
    """
    if options.convention == "fornell":
        return estimates.index_weights
    sd = estimates.sd * (100.0 / design.span)
    u = estimates.weights / sd if options.variant == "standardized" else estimates.weights
    return index_weights(u, sd, design, "fornell")
