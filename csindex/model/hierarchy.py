"""Constructs made of constructs, interactions, and what makes them part of a model."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from csindex.errors import ModelError
from csindex.messages import Message
from csindex.model.parts import Construct, Path


def made_of(constructs: Sequence[Construct]) -> dict[str, tuple[str, ...]]:
    """Return the dimensions of every higher-order construct: its "items" are constructs of the model."""
    names = {construct.name for construct in constructs}
    return {c.name: c.items for c in constructs if names.issuperset(c.items)}


def items_below(name: str, constructs: Sequence[Construct]) -> tuple[str, ...]:
    """Return the items of a construct, of its dimensions where it is of higher order."""
    dimensions = made_of(constructs)
    if name in dimensions:
        return tuple(item for part in dimensions[name] for item in items_below(part, constructs))
    return next(construct.items for construct in constructs if construct.name == name)


def factors_of(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Return the constructs whose product is a path's source, as in ``"Quality:Image"``; none if it is a construct."""
    if ":" not in path.source or path.source in names:
        return ()
    return tuple(part.strip() for part in path.source.split(":"))


def split_paths(paths: Sequence[Path], names: Sequence[str]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the paths between constructs, and those of interactions."""
    products = tuple(path for path in paths if factors_of(path, names))
    return tuple(path for path in paths if path not in products), products


def upper(constructs: Sequence[Construct]) -> tuple[Construct, ...]:
    """Return the constructs that are no dimension of another: those of the structural model.

    Raises
    ------
    ModelError
        A construct that is a dimension twice, or of itself; a higher-order construct with a single dimension.
    """
    dimensions = made_of(constructs)
    owner: dict[str, str] = {}
    for name, parts in dimensions.items():
        if len(set(parts)) < len(parts):
            twice = next(part for part in parts if parts.count(part) > 1)
            raise ModelError(Message("model.part_twice", part=twice, name=name))
        for part in parts:
            if part in owner:
                raise ModelError(Message("model.part_of_two", part=part, one=owner[part], other=name))
            owner[part] = name
    try:
        TopologicalSorter(dimensions).prepare()
    except CycleError as cycle:
        raise ModelError(Message("model.made_of_each_other", route=" =~ ".join(reversed(cycle.args[1])))) from None
    for name, parts in dimensions.items():
        if len(parts) == 1:
            raise ModelError(Message("model.single_part", name=name, part=parts[0]))
    return tuple(construct for construct in constructs if construct.name not in owner)


def check_levels(constructs: Sequence[Construct], paths: Sequence[Path]) -> None:
    """Check that the structural model is about the upper constructs only, and that interactions have their parts."""
    names = [construct.name for construct in constructs]
    owner = {part: name for name, parts in made_of(constructs).items() for part in parts}
    plain, products = split_paths(paths, names)
    for path in paths:
        for end in (*(factors_of(path, names) or [path.source]), path.target):
            if end in owner:
                raise ModelError(
                    Message(
                        "model.path_of_dimension", source=path.source, target=path.target, end=end, owner=owner[end]
                    )
                )
    for name in sorted(set(owner.values()) - set(owner)):
        if all(name not in (path.source, path.target) for path in plain):
            raise ModelError(Message("model.higher_alone", name=name))
    seen: set[tuple[frozenset[str], str]] = set()
    for path in products:
        _check_interaction(path, factors_of(path, names), names, plain)
        key = (frozenset(factors_of(path, names)), path.target)
        if key in seen:
            raise ModelError(Message("model.interaction_twice", source=path.source, target=path.target))
        seen.add(key)


def _check_interaction(path: Path, factors: tuple[str, ...], names: Sequence[str], plain: Sequence[Path]) -> None:
    where = Message("model.interaction", source=path.source, target=path.target)
    strangers = [factor for factor in factors if factor not in names]
    if strangers:
        raise ModelError(Message("model.interaction_unknown", where=where, name=strangers[0], known=", ".join(names)))
    if len(factors) != 2 or factors[0] == factors[1]:
        raise ModelError(Message("model.interaction_product", where=where))
    there = {(p.source, p.target) for p in plain}
    absent = [factor for factor in factors if (factor, path.target) not in there]
    if absent:
        raise ModelError(
            Message(
                "model.main_effects",
                where=where,
                absent=absent[0],
                target=path.target,
                one=factors[0],
                other=factors[1],
                source=path.source,
            )
        )
