"""What makes a set of constructs and paths a model."""

import re
from collections.abc import Sequence

from csindex.errors import ModelError
from csindex.messages import Message
from csindex.model.hierarchy import made_of
from csindex.model.parts import Construct, Path

SATISFACTION = re.compile(r"satisfaction|satisfied|만족|满意|満足|zufrieden|(?<![a-z])(c?sat|cusa|satis|sati)(?![a-z])")
UNSATISFIED = re.compile(r"dissatis|unsatis|unzufrieden|불만|不满|不満")
CONSEQUENCE = re.compile(
    r"loyal|(?<![a-z])loy|complain|retention|recommend|intention|repurchase|churn|word.of.mouth|wom(?![a-z])|trust|"
    r"충성|불평|불만|재구매|재이용|추천|의도|신뢰"
)

ITERATED = ("A", "B", "nonnegative B")


def check_measurement(constructs: Sequence[Construct], known: set[str] | None) -> tuple[str, ...]:
    """Return the items in the constructs' order; `known` are the defined items, None if none are.

    Higher-order constructs have none of their own.
    """
    if not constructs:
        raise ModelError(Message("model.no_constructs"))
    owner: dict[str, str] = {}
    names = [construct.name for construct in constructs]
    higher = made_of(constructs)
    for construct in constructs:
        if names.count(construct.name) > 1:
            raise ModelError(Message("model.construct_twice", name=construct.name))
        for item in () if construct.name in higher else construct.items:
            if construct.items.count(item) > 1:
                raise ModelError(Message("model.listed_twice", item=item, name=construct.name))
            if item in owner:
                raise ModelError(Message("model.used_twice", item=item, one=owner[item], other=construct.name))
            if item in names:
                raise ModelError(Message("model.item_and_construct", name=item))
            owner[item] = construct.name
    if known is not None and known != set(owner):
        undefined, unused = sorted(set(owner) - known), sorted(known - set(owner))
        if unused:
            raise ModelError(Message("model.unused_items", items=unused))
        raise ModelError(Message("model.undefined_items", items=undefined))
    return tuple(owner)


def target_of(constructs: Sequence[Construct], paths: Sequence[Path], given: str) -> str:
    """Return the construct that the model is about, as far as possible also when nobody has said it."""
    names = [construct.name for construct in constructs]
    if given:
        if given not in names:
            raise ModelError(Message("model.target_unknown", name=given, known=", ".join(names)))
        return given
    found = recognised_target(constructs, paths)[0]
    if found:
        return found
    raise ModelError(Message("model.target_unclear", known=", ".join(names)))


def recognised_target(constructs: Sequence[Construct], paths: Sequence[Path]) -> tuple[str, str]:
    """Return the construct that a model is about by itself, and how one can tell; twice nothing where one cannot.

    It is called, or labelled, satisfaction; where none is, it is the only one that leads to no other, unless its name is
    that of a consequence of satisfaction.
    """
    names = [construct.name for construct in constructs]
    if "Satisfaction" in names:
        return "Satisfaction", "name"
    for how in ("name", "label"):
        named = [c.name for c in constructs if any(map(_satisfaction, _texts(c, how)))]
        if named:
            return (named[0], how) if len(named) == 1 else ("", "")
    last = [c for c in constructs if all(path.source != c.name for path in paths)]
    consequence = any(CONSEQUENCE.search(text) for c in last for how in ("name", "label") for text in _texts(c, how))
    return (last[0].name, "last") if len(last) == 1 and not consequence else ("", "")


def _texts(construct: Construct, how: str) -> tuple[str, ...]:
    texts = (construct.name,) if how == "name" else (construct.label, construct.label_ko)
    return tuple(text.casefold() for text in texts if text)


def _satisfaction(text: str) -> bool:
    """Return whether a name or label means satisfaction, e.g. "SAT", "ACSI_satisfaction" and "고객만족도"."""
    return bool(SATISFACTION.search(text)) and not UNSATISFIED.search(text)


def check_structure(constructs: Sequence[Construct], paths: Sequence[Path]) -> None:
    """Check that the paths join all constructs."""
    names = [construct.name for construct in constructs]
    seen: set[tuple[str, str]] = set()
    for path in paths:
        for end in (path.source, path.target):
            if end not in names:
                raise ModelError(
                    Message("model.path_end", source=path.source, target=path.target, end=end, known=", ".join(names))
                )
        if (path.source, path.target) in seen:
            raise ModelError(Message("model.path_twice", source=path.source, target=path.target))
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
        raise ModelError(Message("model.unconnected", names=lone, first=first))
    only = constructs[0]
    if len(constructs) == 1 and only.mode in ITERATED and len(only.items) > 1:
        raise ModelError(Message("model.alone", name=only.name, mode=only.mode))
