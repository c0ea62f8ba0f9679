"""What a fit in stages says of all its constructs: labels, with functions of the estimates of the last stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from csindex.estimation.estimates import Estimates
from csindex.estimation.pls.structure import total_effects
from csindex.fitting.stage_source import deviations
from csindex.index.impacts import in_points
from csindex.index.scores import to_hundred
from csindex.model.hierarchy import made_of
from csindex.stacks.layout import Array

if TYPE_CHECKING:
    from csindex.fitting.result import Fit

Labels = dict[str, list[str]]
Quantity = Callable[[Estimates], Array]


def stages(result: Fit) -> Iterator[tuple[int, Fit]]:
    """Yield the fits of all stages with how far they are below the last one."""
    depth, fit = 0, result
    while True:
        yield depth, fit
        if fit.lower is None:
            return
        depth, fit = depth + 1, fit.lower


def at_depth(estimates: Estimates, depth: int) -> Estimates:
    """Return the estimates of a stage that is so far below."""
    for _ in range(depth):
        estimates = estimates.lower
    return estimates


def place(result: Fit, construct: str) -> tuple[int, Fit, int]:
    """Return the last stage that has a construct: its depth, its fit, and the construct's number in it."""
    return next(
        (depth, fit, fit.model.construct_names.index(construct))
        for depth, fit in stages(result)
        if construct in fit.model.construct_names
    )


def names_of(result: Fit) -> list[str]:
    """Return the constructs of all levels that this stage and those before it know, as the model was given."""
    known = {name for _, fit in stages(result) for name in fit.model.construct_names}
    return [name for name in result.specified.construct_names if name in known]


def products(result: Fit) -> list[str]:
    """Return the names of the interactions."""
    return [] if result.stage is None else [product.name for product in result.stage.products]


def side_by_side(arrays: list[Array]) -> Array:
    """Return (...) arrays as (..., q), with the stack innermost in memory."""
    return np.moveaxis(np.stack(arrays), 0, -1)


def taken(result: Fit, scores: Array, hundred: Array) -> Array:
    """Return a stage's items (n, p) on 0-100 from scores (n, k) and items of the stage before; NaN for products."""
    assert result.lower is not None
    assert result.stage is not None
    before = result.lower.model
    places = before.construct_names + before.item_names
    both = np.concatenate([scores, hundred, np.full((len(scores), 1), np.nan)], axis=1)
    found = both[:, [places.index(take) if take else -1 for take in result.stage.takes]]
    # Items have been turned round before; scores have not.
    turned = (result.design.sign < 0) & np.isin(result.stage.takes, before.construct_names)
    return np.where(turned, 100.0 - found, found)


def indices(result: Fit) -> tuple[Labels, Quantity]:
    """Return the constructs, of all levels, and their index; an interaction has none."""
    names = names_of(result)
    if result.lower is None:
        return {"construct": names}, lambda e: e.index
    places = [(depth, at) for depth, _, at in (place(result, name) for name in names)]
    return {"construct": names}, lambda e: side_by_side([at_depth(e, d).index[..., at] for d, at in places])


def index_of(result: Fit, names: list[str]) -> Quantity:
    """Return a function to the index (..., q) of some constructs of any level."""
    places = [place(result, name) for name in names]
    if result.lower is None:
        at = [number for _, _, number in places]
        return lambda e: np.asarray(e.index[..., at])
    return lambda e: side_by_side([at_depth(e, depth).index[..., number] for depth, _, number in places])


def items_of(result: Fit, names: list[str]) -> tuple[list[str], list[str]]:
    """Return the constructs and the items of those constructs that have items of their own."""
    higher = made_of(result.specified.constructs)
    own = [name for name in names if name not in higher or result.lower is None]
    places = [place(result, name) for name in own]
    found = [
        (name, item)
        for name, (_, fit, at) in zip(own, places, strict=True)
        for item in fit.model.item_names[fit.design.blocks[at]]
    ]
    return [name for name, _ in found], [item for _, item in found]


def of_items(result: Fit, owner: list[str], names: list[str], e: Estimates) -> tuple[Array, Array]:
    """Return index weights (..., q) and means (..., q) on 0-100 of the items of some constructs."""
    places = [place(result, name) for name in owner]
    found = [
        (at_depth(e, d), fit, fit.model.item_names.index(item)) for (d, fit, _), item in zip(places, names, strict=True)
    ]
    hundred = {id(s): to_hundred(s.mean, fit.design) for s, fit, _ in found}
    weights = side_by_side([s.index_weights[..., i] for s, _, i in found])
    return weights, side_by_side([hundred[id(s)][..., i] for s, _, i in found])


def items(result: Fit, what: str) -> tuple[Labels, Quantity]:
    """Return the items of the constructs of all levels, and what there is for each of them in every stage."""
    if result.lower is None:
        owner = [result.model.construct_names[j] for j in result.design.block_of]
        return {"construct": owner, "item": list(result.model.item_names)}, lambda e: getattr(e, what)
    labels: Labels = {"construct": [], "item": []}
    places: list[tuple[int, int]] = []
    for name in (*names_of(result), *(products(result) if what != "index_weights" else ())):
        depth, fit, at = place(result, name)
        for i in range(*fit.design.blocks[at].indices(fit.design.p)):
            labels["construct"].append(name)
            labels["item"].append(fit.model.item_names[i])
            places.append((depth, i))
    return labels, lambda e: side_by_side([getattr(at_depth(e, d), what)[..., i] for d, i in places])


def drivers(result: Fit, goal: str) -> list[str]:
    """Return the constructs that lead to the goal, dimensions after what they are part of; interactions are left out."""
    design, names = result.design, result.model.construct_names
    found = {names[j] for j in np.flatnonzero(design.reaches[names.index(goal)])} - set(products(result))
    if result.lower is None:
        return [name for name in names if name in found]
    owner = {part: c.name for c in result.specified.constructs for part in c.items if part not in names}

    def leads(name: str) -> bool:
        return name in found or owner.get(name) == goal or (name in owner and leads(owner[name]))

    return [name for name in names_of(result) if leads(name)]


def driven(result: Fit) -> bool:
    """Return whether anything in the model leads to its target."""
    return bool(result.design.reaches[result.model.construct_names.index(result.model.target)].any())


def effect_in_points(result: Fit, goal: str, total: bool = True) -> Quantity:
    """Return a function to the effects (..., q) of all `drivers`: points of the goal's index for one point of theirs.

    A dimension acts through its higher-order construct: a point more of it is as many points there as its weight in
    the index says.
    """
    names, at = drivers(result, goal), result.model.construct_names.index(goal)
    places = [result.model.construct_names.index(name) for name in names] if result.lower is None else []

    def effects(e: Estimates) -> Array:
        B = total_paths(result, e) if total else e.paths
        points = in_points(B, e.deviation)
        if result.lower is None:
            return np.asarray(points[..., at, places])
        points = points[..., at, :]
        return side_by_side([_effect(result, e, points, goal, name) for name in names])

    return effects


def _effect(result: Fit, e: Estimates, points: Array, goal: str, name: str) -> Array:
    if name == goal:
        return np.ones(points.shape[:-1])
    if name in result.model.construct_names:
        return np.asarray(points[..., result.model.construct_names.index(name)])
    parent = next(c.name for c in result.specified.constructs if name in c.items)
    depth, fit, _ = place(result, parent)
    i = fit.model.item_names.index(name)
    share = at_depth(e, depth).index_weights[..., i] * fit.design.sign[i]
    return np.asarray(share * _effect(result, e, points, goal, parent))


def total_paths(result: Fit, estimates: Estimates) -> Array:
    """Return total effects (..., k, k), ``[target, source]``, of the estimates of any stack."""
    B, k = estimates.paths, result.design.k
    inner = np.moveaxis(B, (-2, -1), (0, 1)).reshape(k, k, -1)
    total = np.moveaxis(total_effects(np.moveaxis(inner, -1, 0), result.design), 0, -1)
    return np.moveaxis(total.reshape(k, k, *B.shape[:-2]), (0, 1), (-2, -1))


def of_products(result: Fit, e: Estimates, effects: Array) -> Array:
    """Return effects (..., k, k) in which those of an interaction are for one unit of the product.

    The product is that of standardized constructs, and has a standard deviation of its own; with products of items it is
    taken as the mean of theirs, weighted by their absolute loadings.
    """
    if not products(result):
        return effects
    assert result.stage is not None
    sd, out = deviations(e), effects.copy(order="K")
    for product in result.stage.products:
        at = result.model.construct_names.index(product.name)
        block = result.design.blocks[at]
        size = np.abs(e.loadings[..., block])
        out[..., :, at] /= ((sd[..., block] * size).sum(axis=-1) / size.sum(axis=-1))[..., None]
    return out
