"""What makes a set of constructs and paths a model."""

from collections.abc import Sequence

from csindex.errors import ModelError
from csindex.model.hierarchy import made_of
from csindex.model.parts import Construct, Path

ITERATED = ("A", "B", "nonnegative B")


def check_measurement(constructs: Sequence[Construct], known: set[str] | None) -> tuple[str, ...]:
    """Return the items in the constructs' order; `known` are the defined items, None if none are.

    Higher-order constructs have none of their own.
    """
    if not constructs:
        raise ModelError("the model has no constructs. Write e.g. 'Satisfaction =~ s1 + s2 + s3'.")
    owner: dict[str, str] = {}
    names = [construct.name for construct in constructs]
    higher = made_of(constructs)
    for construct in constructs:
        if names.count(construct.name) > 1:
            raise ModelError(f"construct {construct.name!r} is defined more than once.")
        for item in () if construct.name in higher else construct.items:
            if construct.items.count(item) > 1:
                raise ModelError(f"item {item!r} is listed more than once in {construct.name!r}. Leave one out.")
            if item in owner:
                raise ModelError(
                    f"item {item!r} is used twice, in {owner[item]!r} and in {construct.name!r}. "
                    "An item belongs to one construct; leave it out of the other."
                )
            if item in names:
                raise ModelError(
                    f"{item!r} names both an item and a construct. Rename one of them; the dimensions of a higher-order "
                    "construct are constructs, all of them."
                )
            owner[item] = construct.name
    if known is not None and known != set(owner):
        undefined, unused = sorted(set(owner) - known), sorted(known - set(owner))
        if unused:
            raise ModelError(f"items {unused} belong to no construct. Add them to one, or leave them out.")
        raise ModelError(f"items {undefined} of the constructs are not among the model's items.")
    return tuple(owner)


def target_of(constructs: Sequence[Construct], paths: Sequence[Path], given: str) -> str:
    """Return the construct that the model is about, as far as possible also when nobody has said it."""
    names = [construct.name for construct in constructs]
    if given:
        if given not in names:
            raise ModelError(f"target {given!r} is not a construct of the model. It has: {', '.join(names)}.")
        return given
    if "Satisfaction" in names:
        return "Satisfaction"
    last = [name for name in names if all(path.source != name for path in paths)]
    if len(last) == 1:
        return last[0]
    raise ModelError(f"the model's target is not clear. Say target= one of: {', '.join(names)}.")


def check_structure(constructs: Sequence[Construct], paths: Sequence[Path]) -> None:
    """Check that the paths join all constructs."""
    names = [construct.name for construct in constructs]
    seen: set[tuple[str, str]] = set()
    for path in paths:
        for end in (path.source, path.target):
            if end not in names:
                raise ModelError(
                    f"path {path.source} -> {path.target}: there is no construct {end!r}. "
                    f"Define it with '{end} =~ ...', or use one of: {', '.join(names)}."
                )
        if (path.source, path.target) in seen:
            raise ModelError(f"path {path.source} -> {path.target} is given more than once.")
        seen.add((path.source, path.target))
    _check_connected(constructs, paths)


def _check_connected(constructs: Sequence[Construct], paths: Sequence[Path]) -> None:
    first = constructs[0].name
    reached, border = {first}, [first]
    while border:
        here = border.pop()
        for path in paths:
            if here in (path.source, path.target):
                border += [end for end in (path.source, path.target) if end not in reached]
                reached |= {path.source, path.target}
    lone = [construct.name for construct in constructs if construct.name not in reached]
    if lone:
        raise ModelError(
            f"constructs {lone} are not connected with {first!r} by any path. Add a path, or make two models of them."
        )
    only = constructs[0]
    if len(constructs) == 1 and only.mode in ITERATED and len(only.items) > 1:
        raise ModelError(
            f"construct {only.name!r} stands alone, so mode {only.mode!r} has no neighbour to weight its items by. "
            "Use mode 'first component', 'equal' or 'fixed'."
        )
