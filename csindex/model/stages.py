"""Stages of a model with higher-order constructs or interactions: plain models, each fitted to results of the one before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.model.hierarchy import factors_of, items_below, made_of, split_paths, upper
from csindex.model.model import Model
from csindex.model.parts import Construct, Item, Path
from csindex.options import HigherOrder, Interaction

HUNDRED = (0.0, 100.0)
STANDARDIZED = (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Product:
    """An interaction of a stage.

    Attributes
    ----------
    name : str
        Also the name of its construct in the stage's model.
    left, right : str
        The constructs that interact.
    factors : mapping of item to (str, str)
        The items of its construct, each the product of two standardized items or constructs of the stage before.
    """

    name: str
    left: str
    right: str
    factors: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A plain model, and where its items come from.

    Attributes
    ----------
    model : Model
        Without higher-order constructs and interactions. Scores of constructs are items on 0-100.
    takes : tuple of p str
        What each item is: an item of the stage before, a construct of it (whose score it is), or "" for a product. The
        first stage takes answers.
    whole : Model
        The model as it was given.
    products : tuple of Product
    way : {"", "scores", "repeated", "two-stage", "product", "orthogonal"}
        How the stage was made: from scores of constructs, with repeated indicators, or as an interaction is.
    of : tuple of str
        Constructs or interactions that were made so.
    """

    model: Model
    takes: tuple[str, ...]
    whole: Model
    products: tuple[Product, ...] = ()
    way: str = ""
    of: tuple[str, ...] = ()


def stages_of(model: Model, higher_order: HigherOrder, interaction: Interaction) -> tuple[Stage, ...]:
    """Return the stages of a model; a plain model is its only stage.

    Raises
    ------
    OptionError
        Repeated indicators for a higher-order construct that its own dimensions explain.
    """
    if not model.layered:
        return (Stage(model, model.item_names, model),)
    plain, products = split_paths(model.paths, model.construct_names)
    mains = replace(model, paths=plain)
    stages = _repeated(mains, model) if higher_order == "repeated" else _two_stage(mains, model)
    return (*stages, _interacting(stages[-1], products, interaction)) if products else stages


def _two_stage(mains: Model, whole: Model) -> tuple[Stage, ...]:
    """Return one stage a level: of two, the dimensions in the places of their constructs, then scores for them."""
    dimensions = made_of(mains.constructs)
    levels = _levels(mains.constructs, dimensions)
    tops = [construct.name for construct in upper(mains.constructs)]
    stages = []
    for level in range(max(levels.values()) + 1):
        shown = {name: _opened(name, level, levels, dimensions) for name in tops}
        active = {part for parts in shown.values() for part in parts}
        constructs = [construct for construct in mains.constructs if construct.name in active]
        paths = [
            Path(source, target, path.sign)
            for path in mains.paths
            for source in shown[path.source]
            for target in shown[path.target]
        ]
        items = [_item(mains, name) for construct in constructs for name in construct.items]
        scored = _just(constructs, level, levels) if level else ()
        target = mains.target if mains.target in active else shown[mains.target][0]
        flat = replace(mains, constructs=tuple(constructs), paths=tuple(paths), items=tuple(items), target=target)
        stages.append(Stage(flat, flat.item_names, whole, way="scores" if scored else "", of=scored))
    return tuple(stages)


def _just(constructs: Iterable[Construct], level: int, levels: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(part for construct in constructs if levels[construct.name] == level for part in construct.items)


def _levels(constructs: Iterable[Construct], dimensions: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return how far each construct is from the items."""

    def level(name: str) -> int:
        return 1 + max(map(level, dimensions[name])) if name in dimensions else 0

    return {construct.name: level(construct.name) for construct in constructs}


def _opened(
    name: str, level: int, levels: Mapping[str, int], dimensions: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the construct, or, where it lies above `level`, the dimensions that stand in its place."""
    if levels[name] <= level:
        return (name,)
    return tuple(part for below in dimensions[name] for part in _opened(below, level, levels, dimensions))


def _item(model: Model, name: str) -> Item:
    """Return an item of the model, or the item that is the score of a construct."""
    if name not in model.construct_names:
        return model.item(name)
    construct = model.construct(name)
    return Item(name, HUNDRED, construct.label, construct.label_ko)


def _repeated(mains: Model, whole: Model) -> tuple[Stage, ...]:
    """Return one stage in which a higher-order construct has the items of its dimensions once more."""
    dimensions = made_of(mains.constructs)
    constructs, items, paths = [], [], list(mains.paths)
    takes: list[str] = []
    for construct in mains.constructs:
        below = items_below(construct.name, mains.constructs)
        copies = below if construct.name not in dimensions else tuple(f"{construct.name}.{item}" for item in below)
        if construct.name in dimensions:
            paths += _joined(construct, mains)
            turned = {item for part in construct.reversed for item in items_below(part, mains.constructs)}
            turned ^= {item for lower in mains.constructs for item in lower.reversed if item in below}
            reversed_ = tuple(copy for copy, item in zip(copies, below, strict=True) if item in turned)
            construct = replace(construct, items=copies, reversed=reversed_)
        constructs.append(construct)
        items += [replace(mains.item(item), name=copy) for item, copy in zip(below, copies, strict=True)]
        takes += below
    flat = replace(mains, constructs=tuple(constructs), paths=tuple(paths), items=tuple(items))
    return (Stage(flat, tuple(takes), whole, way="repeated" if dimensions else ""),)


def _joined(construct: Construct, mains: Model) -> list[Path]:
    """Return the paths between a higher-order construct and its dimensions, from the dimensions where it is composed."""
    name = construct.name
    if construct.weights is not None:
        raise OptionError(Message("model.repeated_weights", name=name))
    if construct.mode == "A":
        return [Path(name, part) for part in construct.items]
    sources = [path.source for path in mains.paths if path.target == name]
    if sources:
        raise OptionError(Message("model.repeated_explained", name=name, sources=", ".join(sources)))
    return [Path(part, name) for part in construct.items]


def _interacting(stage: Stage, paths: Iterable[Path], method: Interaction) -> Stage:
    """Return the stage with the interactions: as products of scores, or of items."""
    model = stage.model
    products: dict[frozenset[str], Product] = {}
    arrows = list(model.paths)
    for path in paths:
        left, right = factors_of(path, model.construct_names)
        key = frozenset((left, right))
        if key not in products:
            name = f"{left}:{right}"
            pairs = [(a, b) for a in model.construct(left).items for b in model.construct(right).items]
            pairs = [(left, right)] if method == "two-stage" else pairs
            factors = {f"{a}*{b}": (a, b) for a, b in pairs}
            products[key] = Product(name, left, right, factors)
        arrows.append(Path(products[key].name, path.target, path.sign))
    found = tuple(products.values())
    whole = replace(
        model,
        constructs=(*model.constructs, *(Construct(product.name, tuple(product.factors)) for product in found)),
        paths=tuple(arrows),
        items=(*model.items, *(Item(item, STANDARDIZED) for product in found for item in product.factors)),
    )
    takes = model.item_names + ("",) * (len(whole.items) - len(model.items))
    return Stage(whole, takes, stage.whole, found, method, tuple(product.name for product in found))
