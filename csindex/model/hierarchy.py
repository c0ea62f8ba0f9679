"""Constructs made of constructs, interactions, and what makes them part of a model."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from csindex.errors import ModelError
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
            raise ModelError(f"construct {twice!r} is listed more than once in {name!r}. Leave one out.")
        for part in parts:
            if part in owner:
                raise ModelError(
                    f"construct {part!r} is a dimension of both {owner[part]!r} and {name!r}. It can be part of one "
                    "higher-order construct only."
                )
            owner[part] = name
    try:
        TopologicalSorter(dimensions).prepare()
    except CycleError as cycle:
        raise ModelError(
            f"constructs are made of each other: {' =~ '.join(reversed(cycle.args[1]))}. The lowest ones need items."
        ) from None
    for name, parts in dimensions.items():
        if len(parts) == 1:
            raise ModelError(
                f"construct {name!r} is made of the single construct {parts[0]!r}. Give it more dimensions, or use "
                f"{parts[0]!r} in its place."
            )
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
                    f"path {path.source} -> {path.target}: {end!r} is a dimension of {owner[end]!r}, which takes its place "
                    f"in the structural model. Draw the path with {owner[end]!r}, or leave {end!r} out of it."
                )
    for name in sorted(set(owner.values()) - set(owner)):
        if all(name not in (path.source, path.target) for path in plain):
            raise ModelError(
                f"construct {name!r} is made of constructs and has no path, so its dimensions have no neighbour to be "
                "weighted by. Add a path."
            )
    seen: set[tuple[frozenset[str], str]] = set()
    for path in products:
        _check_interaction(path, factors_of(path, names), names, plain)
        key = (frozenset(factors_of(path, names)), path.target)
        if key in seen:
            raise ModelError(f"interaction {path.source} -> {path.target} is given more than once.")
        seen.add(key)


def _check_interaction(path: Path, factors: tuple[str, ...], names: Sequence[str], plain: Sequence[Path]) -> None:
    where = f"interaction {path.source} -> {path.target}"
    strangers = [factor for factor in factors if factor not in names]
    if strangers:
        raise ModelError(f"{where}: there is no construct {strangers[0]!r}. Use two of: {', '.join(names)}.")
    if len(factors) != 2 or factors[0] == factors[1]:
        raise ModelError(f"{where}: an interaction is the product of two different constructs, as in 'Quality:Image'.")
    there = {(p.source, p.target) for p in plain}
    absent = [factor for factor in factors if (factor, path.target) not in there]
    if absent:
        raise ModelError(
            f"{where} needs both main effects, and {absent[0]} -> {path.target} is not in the model. Write "
            f"'{path.target} ~ {factors[0]} + {factors[1]} + {path.source}'."
        )
