"""The lavaan notation: ``=~`` measured by, ``<~`` composed of, ``~`` depends on."""

import re
from collections.abc import Iterable, Iterator

from csindex.errors import ModelError
from csindex.messages import Message
from csindex.model.parts import Construct, Mode, Path

_NAME = r"[^\W\d][\w.]*"
_PRODUCT = re.compile(rf"{_NAME}(\s*:\s*{_NAME})+")
_STATEMENT = re.compile(rf"^\s*({_NAME})\s*(=~|<~|~)\s*(.*)$", re.DOTALL)
_MODES: dict[str, Mode] = {"=~": "A", "<~": "B"}
_OTHER = {
    "~~": "model.covariances",
    ":=": "model.defined_parameters",
}


def read(text: str) -> tuple[dict[str, tuple[Mode, tuple[str, ...]]], list[tuple[str, str]]]:
    """Read a model text; return the blocks (construct to mode and items) and the links (source, target)."""
    if not isinstance(text, str):
        raise ModelError(Message("model.not_text", kind=type(text).__name__))
    blocks: dict[str, tuple[Mode, tuple[str, ...]]] = {}
    links: list[tuple[str, str]] = []
    for number, statement in _statements(text):
        where = Message("model.line", number=number, text=" ".join(statement.split()))
        left, operator, right = _split(statement, where)
        terms = [term.strip() for term in right.split("+")]
        for term in terms:
            product = operator == "~" and _PRODUCT.fullmatch(term)
            if not product and not re.fullmatch(_NAME, term):
                raise ModelError(Message("model.not_a_name", where=where, term=term, advice=Message(_advice(term))))
        if operator == "~":
            links += [(re.sub(r"\s*:\s*", ":", term), left) for term in terms]
            continue
        mode, items = blocks.get(left, (_MODES[operator], ()))
        if mode != _MODES[operator]:
            raise ModelError(Message("model.two_modes", where=where, name=left))
        blocks[left] = (mode, items + tuple(terms))
    return blocks, links


def _advice(term: str) -> str:
    """Return the key of what to do about a term that is no name."""
    if "~" in term:
        return "model.advice_statement"
    if not term:
        return "model.advice_plus"
    if "*" in term:
        return "model.advice_labels"
    if ":" in term:
        return "model.advice_interaction"
    return "model.advice_name"


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the number of the line that it begins on; lines that end or begin with + go on."""
    begun, pending = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        for at, piece in enumerate(re.split(r"[#!]", line, maxsplit=1)[0].split(";")):
            piece = piece.strip()
            goes_on = not at and (pending.endswith(("+", "~")) or piece.startswith("+"))
            if pending and (at or piece) and not goes_on:
                yield begun, pending
                pending = ""
            begun = begun if pending else number
            pending = f"{pending} {piece}".strip()
    if pending:
        yield begun, pending


def _split(statement: str, where: Message) -> tuple[str, str, str]:
    for operator, key in _OTHER.items():
        if operator in statement:
            raise ModelError(Message(key, where=where))
    match = _STATEMENT.match(statement)
    if match is None or not match[3].strip():
        raise ModelError(Message("model.not_a_statement", where=where))
    return match[1], match[2], match[3]


def write(constructs: Iterable[Construct], paths: Iterable[Path]) -> str:
    """Write constructs and paths; modes that the notation lacks are written as ``=~`` (A) or ``<~`` (B)."""
    lines = [
        f"{construct.name} {'<~' if construct.mode in ('B', 'nonnegative B') else '=~'} {' + '.join(construct.items)}"
        for construct in constructs
    ]
    sources: dict[str, list[str]] = {}
    for path in paths:
        sources.setdefault(path.target, []).append(path.source)
    lines += [f"{target} ~ {' + '.join(names)}" for target, names in sources.items()]
    return "\n".join(lines) + "\n"
