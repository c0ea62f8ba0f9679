"""A model as a YAML document."""

from collections.abc import Mapping, Sequence
from typing import Any

from csindex.errors import ModelError
from csindex.model.parts import Construct, Item, Path

_TOP = {"name", "source", "notes", "target", "scale", "constructs", "paths"}
_CONSTRUCT = {"items", "mode", "weights", "reversed", "label", "label_ko"}
_ITEM = {"scale", "text", "text_ko"}
_SIGNS = {1: "+", -1: "-", 0: ""}


def read(text: str) -> dict[str, Any]:
    """Read a YAML document; return the arguments of a Model."""
    import yaml

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ModelError(f"the model file is not plain YAML: {error}") from None
    top = _mapping(content, "the model file", _TOP)
    blocks = _mapping(top.get("constructs"), "constructs", None)
    scale = top.get("scale", (1, 10))
    constructs, items = [], []
    for name, body in blocks.items():
        block = _mapping(body if isinstance(body, Mapping) else {"items": body}, f"construct {name!r}", _CONSTRUCT)
        texts = block.pop("items", None) or ()
        if not isinstance(texts, Mapping):
            texts = dict.fromkeys([texts] if isinstance(texts, str) else texts)
        constructs.append(Construct(name, tuple(texts), **block))
        for item, detail in texts.items():
            items.append(Item(item, **{"scale": scale, **_mapping(detail or {}, f"item {item!r}", _ITEM)}))
    plain = {key: str(top.get(key) or "") for key in ("target", "name", "source", "notes")}
    paths = tuple(_path(entry) for entry in top.get("paths") or ())
    return {"constructs": tuple(constructs), "paths": paths, "items": tuple(items), **plain}


def _mapping(value: Any, what: str, known: set[str] | None) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ModelError(f"{what} must be a mapping of names to values, not {value!r}.")
    unknown = sorted(str(key) for key in value if known is not None and key not in known)
    if unknown:
        raise ModelError(f"{what} has unknown entries {unknown}. Known are: {', '.join(sorted(known or ()))}.")
    return dict(value)


def _path(entry: Any) -> Path:
    arrow, _, sign = str(entry).partition("(")
    ends = [end.strip() for end in arrow.split("->")]
    sign = sign.strip().rstrip(")").strip()
    if len(ends) != 2 or sign not in ("", "+", "-"):
        raise ModelError(
            f"path {entry!r} must read 'Source -> Target', optionally with an expected sign: '(+)', '(-)'."
        )
    return Path(ends[0], ends[1], {"+": 1, "-": -1, "": 0}[sign])


def write(
    constructs: Sequence[Construct],
    paths: Sequence[Path],
    items: Sequence[Item],
    target: str,
    *texts: str,
) -> str:
    """Write a model (with its name, source and notes) as a YAML document."""
    import yaml

    scales = [item.scale for item in items]
    scale = max(scales, key=scales.count)
    by_name = {item.name: item for item in items}
    content: dict[str, Any] = {key: text for key, text in zip(("name", "source", "notes"), texts, strict=True) if text}
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
        block["items"] = {name: _item(by_name[name], scale) for name in construct.items}
        content["constructs"][construct.name] = block
    content["paths"] = [
        f"{path.source} -> {path.target}" + (f" ({_SIGNS[path.sign]})" if path.sign else "") for path in paths
    ]
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))


def _item(item: Item, usual: tuple[float, float]) -> dict[str, Any] | None:
    detail: dict[str, Any] = {} if item.scale == usual else {"scale": [_number(end) for end in item.scale]}
    return detail | {key: getattr(item, key) for key in ("text", "text_ko") if getattr(item, key)} or None


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value
