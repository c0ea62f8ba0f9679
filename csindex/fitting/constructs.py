"""Constructs and items of all stages: their labels, with functions of the estimates."""

from collections.abc import Callable

import numpy as np

from csindex.estimation.estimates import Estimates
from csindex.estimation.replicates import IndexOf
from csindex.fitting.core import FittedModel, FittedStage, Quantity
from csindex.index.impacts import in_points
from csindex.index.scores import to_hundred
from csindex.messages import Bilingual
from csindex.model.hierarchy import made_of
from csindex.model.parts import Construct
from csindex.stacks.layout import Array
from csindex.text.format import Language

Labels = dict[str, list[str]]


def place(fitted: FittedModel, construct: str) -> tuple[int, int]:
    """Return the number of the last stage that has a construct, and the construct's number in it."""
    return next(
        (number, stage.model.construct_names.index(construct))
        for number, stage in reversed([*enumerate(fitted.stages)])
        if construct in stage.model.construct_names
    )


def names_of(fitted: FittedModel) -> list[str]:
    """Return the constructs, of all levels, that are in one of the stages, in the order of the model as it was given."""
    known = {name for stage in fitted.stages for name in stage.model.construct_names}
    return [name for name in fitted.specified.construct_names if name in known]


def labels_of(fitted: FittedModel, lang: Language) -> dict[str, str]:
    """Return the label of each construct, and of its interactions."""
    labels = {construct.name: _label(construct, lang) for construct in fitted.specified.constructs}
    for product in fitted.stage.products:
        labels[product.name] = f"{labels[product.left]} × {labels[product.right]}"
    return labels


def names_in_both(fitted: FittedModel) -> Callable[[str], Bilingual]:
    """Return the function from a construct to its name, which English readers see, with the label that Korean ones see."""
    labels = labels_of(fitted, "ko")
    return lambda name: Bilingual(name, labels.get(name, name))


def products(fitted: FittedModel) -> list[str]:
    """Return the names of the interactions."""
    return [product.name for product in fitted.stage.products]


def side_by_side(arrays: list[Array]) -> Array:
    """Return (...) arrays as (..., q), with the stack innermost in memory."""
    return np.moveaxis(np.stack(arrays), 0, -1)


def items_on_hundred(stage: FittedStage, before: FittedStage, scores: Array, hundred: Array) -> Array:
    """Return a stage's items (n, p) on 0-100 from scores (n, k) and items of the stage before; NaN for products."""
    places = before.model.construct_names + before.model.item_names
    both = np.concatenate([scores, hundred, np.full((len(scores), 1), np.nan)], axis=1)
    found = both[:, [places.index(take) if take else -1 for take in stage.stage.takes]]
    # Items have been reverse-coded by the stage before; scores have not.
    turned = (stage.design.sign < 0) & np.isin(stage.stage.takes, before.model.construct_names)
    return np.where(turned, 100.0 - found, found)


def indices(fitted: FittedModel) -> tuple[Labels, Quantity]:
    """Return the constructs, of all levels, and their index; an interaction has none."""
    names = names_of(fitted)
    return {"construct": names}, index_of(fitted, names)


def index_of(fitted: FittedModel, names: list[str]) -> IndexOf:
    """Return a function to the index (..., q) of some constructs of any level."""
    # The stages after the first have the scores of the stage before as items, by the convention of Fornell et al. (1996).
    known = len(fitted.stages) if fitted.options.convention == "fornell" else 1
    return IndexOf(tuple(place(fitted, name) for name in names), known)


def items_of(fitted: FittedModel, names: list[str]) -> tuple[list[str], list[str]]:
    """Return the constructs and the items of those constructs that have items of their own."""
    higher = made_of(fitted.specified.constructs)
    own = [name for name in names if name not in higher or len(fitted.stages) == 1]
    places = [(fitted.stages[number], column) for number, column in (place(fitted, name) for name in own)]
    found = [
        (name, item)
        for name, (stage, column) in zip(own, places, strict=True)
        for item in stage.model.item_names[stage.design.blocks[column]]
    ]
    return [name for name, _ in found], [item for _, item in found]


def of_items(fitted: FittedModel, owner: list[str], names: list[str], e: Estimates) -> tuple[Array, Array]:
    """Return index weights (..., q) and means (..., q) on 0-100 of the items of some constructs."""
    numbers = [place(fitted, name)[0] for name in owner]
    columns = [fitted.stages[at].model.item_names.index(name) for at, name in zip(numbers, names, strict=True)]
    found = [*zip(numbers, columns, strict=True)]
    hundred = {at: to_hundred(e.stages[at].mean, fitted.stages[at].design) for at in set(numbers)}
    weights = side_by_side([e.stages[number].index_weights[..., i] for number, i in found])
    return weights, side_by_side([hundred[number][..., i] for number, i in found])


def items(fitted: FittedModel, what: str) -> tuple[Labels, Quantity]:
    """Return the items of the constructs of all levels, and what there is for each of them in every stage."""
    if len(fitted.stages) == 1:
        owner = [fitted.model.construct_names[j] for j in fitted.design.block_of]
        return {"construct": owner, "item": list(fitted.model.item_names)}, lambda e: getattr(e, what)
    labels: Labels = {"construct": [], "item": []}
    places: list[tuple[int, int]] = []
    for name in (*names_of(fitted), *(products(fitted) if what != "index_weights" else ())):
        number, column = place(fitted, name)
        stage = fitted.stages[number]
        for i in range(*stage.design.blocks[column].indices(stage.design.p)):
            labels["construct"].append(name)
            labels["item"].append(stage.model.item_names[i])
            places.append((number, i))
    return labels, lambda e: side_by_side([getattr(e.stages[number], what)[..., i] for number, i in places])


def drivers(fitted: FittedModel, goal: str) -> list[str]:
    """Return the constructs that lead to the goal, dimensions after what they are part of; interactions are left out."""
    design, names = fitted.design, fitted.model.construct_names
    found = {names[j] for j in np.flatnonzero(design.reaches[names.index(goal)])} - set(products(fitted))
    if len(fitted.stages) == 1:
        return [name for name in names if name in found]
    owner = {part: c.name for c in fitted.specified.constructs for part in c.items if part not in names}

    def leads(name: str) -> bool:
        return name in found or owner.get(name) == goal or (name in owner and leads(owner[name]))

    return [name for name in names_of(fitted) if leads(name)]


def driven(fitted: FittedModel) -> bool:
    """Return whether anything in the model leads to its target."""
    return bool(fitted.design.reaches[fitted.model.construct_names.index(fitted.model.target)].any())


def effect_in_points(fitted: FittedModel, goal: str, total: bool = True) -> Quantity:
    """Return a function to the effects (..., q) of all `drivers`: points of the goal's index for one point of theirs.

    A dimension affects the goal through its higher-order construct: a point more of it is as many points there as its weight
    in the index says.
    """
    names, at = drivers(fitted, goal), fitted.model.construct_names.index(goal)
    plain = len(fitted.stages) == 1
    columns = [fitted.model.construct_names.index(name) for name in names] if plain else []

    def effects(e: Estimates) -> Array:
        B = fitted.total(e) if total else e.paths
        points = in_points(B, e.deviation)
        if plain:
            return np.asarray(points[..., at, columns])
        points = points[..., at, :]
        return side_by_side([_effect(fitted, e, points, goal, name) for name in names])

    return effects


def _effect(fitted: FittedModel, e: Estimates, points: Array, goal: str, name: str) -> Array:
    if name == goal:
        return np.ones(points.shape[:-1])
    if name in fitted.model.construct_names:
        return np.asarray(points[..., fitted.model.construct_names.index(name)])
    parent = next(c.name for c in fitted.specified.constructs if name in c.items)
    number, _ = place(fitted, parent)
    stage = fitted.stages[number]
    i = stage.model.item_names.index(name)
    share = e.stages[number].index_weights[..., i] * stage.design.sign[i]
    return np.asarray(share * _effect(fitted, e, points, goal, parent))


def of_products(fitted: FittedModel, e: Estimates, effects: Array) -> Array:
    """Return effects (..., k, k) in which those of an interaction are for one unit of the product.

    The product is that of standardized constructs, and has a standard deviation of its own; with products of items it is
    taken as the mean of theirs, weighted by their absolute loadings.
    """
    if not products(fitted):
        return effects
    sd, out = e.sd, effects.copy(order="K")
    for product in fitted.stage.products:
        at = fitted.model.construct_names.index(product.name)
        block = fitted.design.blocks[at]
        size = np.abs(e.loadings[..., block])
        out[..., :, at] /= ((sd[..., block] * size).sum(axis=-1) / size.sum(axis=-1))[..., None]
    return out


def _label(construct: Construct, lang: Language) -> str:
    """Return the label of a construct; its name where it has none."""
    return (construct.label_ko if lang == "ko" else "") or construct.label or construct.name
