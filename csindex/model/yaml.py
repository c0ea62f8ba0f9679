"""A model as a YAML document."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from csindex.errors import ModelError
from csindex.messages import Message
from csindex.model.feedback import Instruments
from csindex.model.parts import Construct, Item, Path, names_of

_TOP = {"name", "source", "notes", "target", "scale", "constructs", "paths", "feedback", "instruments"}
_CONSTRUCT = {"items", "mode", "weights", "reversed", "label", "label_ko"}
_ITEM = {"scale", "text", "text_ko"}
_TEXTS = {"label", "label_ko", "text", "text_ko"}
_ARROW = re.compile(r"((?:(?!->).)+)->((?:(?!->).)+?)(?:\(([+-])\)\s*)?")
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_SIGNS = {1: "+", -1: "-", 0: ""}


def read(text: str) -> dict[str, Any]:
    """Read a YAML document; return the arguments of a Model."""
    content = _plain(text)
    top = _mapping(content, Message("model.file"), _TOP)
    blocks = _mapping(top.get("constructs"), "constructs", None)
    scale = top.get("scale", (1, 10))
    constructs, items = [], []
    for name, body in blocks.items():
        block = _mapping(
            body if isinstance(body, Mapping) else {"items": body}, Message("model.construct", name=name), _CONSTRUCT
        )
        texts = block.pop("items", None) or ()
        named = names_of(texts, Message("model.items_of", name=name))
        constructs.append(Construct(name, named, **_as_text(block)))
        for item in named:
            detail = texts[item] if isinstance(texts, Mapping) else None
            if item in blocks and not detail:
                continue
            items.append(
                Item(
                    item,
                    **{"scale": scale, **_as_text(_mapping(detail or {}, Message("model.item", name=item), _ITEM))},
                )
            )
    plain = {key: str(top.get(key) or "") for key in ("target", "name", "source", "notes")}
    paths = tuple(_path(entry) for entry in _entries(top.get("paths")))
    loops = {"feedback": top.get("feedback", False), "instruments": top.get("instruments") or ()}
    return {"constructs": tuple(constructs), "paths": paths, "items": tuple(items), **plain, **loops}


def _plain(text: str) -> Any:
    """Read YAML without object tags; a key that is given twice is an error, not the last of the two."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def mapping(loader: Loader, node: yaml.MappingNode) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if (key.tag, str(key.value)) in seen:
                raise ModelError(Message("model.key_twice", key=key.value, line=key.start_mark.line + 1))
            seen.add((key.tag, str(key.value)))
        return loader.construct_mapping(node, deep=True)

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ModelError(Message("model.not_yaml", problem=_in_a_line(error))) from None


def _in_a_line(error: Exception) -> str:
    """Return what is wrong with a text and where, without the picture of the place."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    said = problem or str(error).partition("\n")[0]
    return said if mark is None else f"{said} (line {mark.line + 1}, column {mark.column + 1})"


def _as_text(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, with labels and questions that YAML read as numbers or nothing made text."""
    return {key: str(value or "") if key in _TEXTS else value for key, value in values.items()}


def _entries(value: Any) -> Sequence[Any]:
    if value is not None and not isinstance(value, list):
        raise ModelError(Message("model.not_paths", value=value))
    return value or []


def _mapping(value: Any, what: object, known: set[str] | None) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ModelError(Message("model.not_mapping", what=what, value=value))
    unknown = sorted(str(key) for key in value if known is not None and key not in known)
    if unknown:
        raise ModelError(
            Message("model.unknown_entries", what=what, unknown=unknown, known=", ".join(sorted(known or ())))
        )
    return dict(value)


def _path(entry: Any) -> Path:
    match = _ARROW.fullmatch(str(entry))
    if match is None:
        raise ModelError(Message("model.not_a_path", entry=entry))
    return Path(match[1], match[2], {"+": 1, "-": -1, None: 0}[match[3]])


def write(
    constructs: Sequence[Construct],
    paths: Sequence[Path],
    items: Sequence[Item],
    target: str,
    feedback: bool,
    instruments: Instruments,
    **texts: str,
) -> str:
    """Write a model (with its name, source and notes) as a YAML document."""
    import yaml

    scales = [item.scale for item in items]
    scale = max(scales, key=scales.count)
    by_name = {item.name: item for item in items}
    content: dict[str, Any] = {key: text for key, text in texts.items() if text}
    content |= {"target": target, "scale": [_number(end) for end in scale], "constructs": {}}
    for construct in constructs:
        block: dict[str, Any] = {
            key: getattr(construct, key) for key in ("label", "label_ko") if getattr(construct, key)
        }
        if construct.mode != "A":
            block["mode"] = construct.mode
        if construct.weights is not None:
            block["weights"] = list(construct.weights)
        if construct.reversed:
            block["reversed"] = list(construct.reversed)
        block["items"] = {name: _item(by_name[name], scale) if name in by_name else None for name in construct.items}
        content["constructs"][construct.name] = block
    content["paths"] = [
        f"{path.source} -> {path.target}" + (f" ({_SIGNS[path.sign]})" if path.sign else "") for path in paths
    ]
    if feedback:
        content["feedback"] = True
    if instruments:
        content["instruments"] = {name: list(of) for name, of in instruments}
    written = str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))
    if _LINE_ENDS.search(written):
        # Read back, these would be spaces; escaped they stay.
        written = str(yaml.safe_dump(content, sort_keys=False, allow_unicode=False, width=120))
    return written


def _item(item: Item, usual: tuple[float, float]) -> dict[str, Any] | None:
    detail: dict[str, Any] = {} if item.scale == usual else {"scale": [_number(end) for end in item.scale]}
    return detail | {key: getattr(item, key) for key in ("text", "text_ko") if getattr(item, key)} or None


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value
