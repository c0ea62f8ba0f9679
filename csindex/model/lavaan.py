"""The lavaan notation: ``=~`` measured by, ``<~`` composed of, ``~`` depends on."""

import re
from collections.abc import Iterable, Iterator

from csindex.errors import ModelError
from csindex.model.parts import Construct, Mode, Path

_NAME = r"[^\W\d][\w.]*"
_PRODUCT = re.compile(rf"{_NAME}(\s*:\s*{_NAME})+")
_STATEMENT = re.compile(rf"^\s*({_NAME})\s*(=~|<~|~)\s*(.*)$", re.DOTALL)
_MODES: dict[str, Mode] = {"=~": "A", "<~": "B"}
_OTHER = {
    "~~": "covariances ('~~') are not part of an index model; PLS leaves them free",
    ":=": "defined parameters (':=') are not supported; see result.effects and result.impacts",
}


def read(text: str) -> tuple[dict[str, tuple[Mode, tuple[str, ...]]], list[tuple[str, str]]]:
    """Read a model text; return the blocks (construct to mode and items) and the links (source, target)."""
    if not isinstance(text, str):
        raise ModelError(f"a model text is expected, not {type(text).__name__}.")
    blocks: dict[str, tuple[Mode, tuple[str, ...]]] = {}
    links: list[tuple[str, str]] = []
    for number, statement in _statements(text):
        where = f"line {number}, {' '.join(statement.split())!r}"
        left, operator, right = _split(statement, where)
        terms = [term.strip() for term in right.split("+")]
        for term in terms:
            product = operator == "~" and _PRODUCT.fullmatch(term)
            if not product and not re.fullmatch(_NAME, term):
                raise ModelError(f"{where}: {term!r} is not a name. {_advice(term)}")
        if operator == "~":
            links += [(re.sub(r"\s*:\s*", ":", term), left) for term in terms]
            continue
        mode, items = blocks.get(left, (_MODES[operator], ()))
        if mode != _MODES[operator]:
            raise ModelError(f"{where}: construct {left!r} is given both as '=~' (Mode A) and as '<~' (Mode B).")
        blocks[left] = (mode, items + tuple(terms))
    return blocks, links


def _advice(term: str) -> str:
    if "~" in term:
        return "It looks like a statement of its own, after one that has no end: is there a '+' too many before it?"
    if not term:
        return "There is a '+' too many."
    if "*" in term:
        return (
            "Labels and fixed values ('a*x') are not supported; use reversed= for an item that is turned round, and "
            "Construct(mode='fixed') for given weights. An interaction is written 'Quality:Image'."
        )
    if ":" in term:
        return "An interaction is a source: 'Satisfaction ~ Quality + Image + Quality:Image'."
    return "Names begin with a letter, and hold letters, digits, '_' and '.'; terms are joined by '+'."


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


def _split(statement: str, where: str) -> tuple[str, str, str]:
    for operator, advice in _OTHER.items():
        if operator in statement:
            raise ModelError(f"{where}: {advice}.")
    match = _STATEMENT.match(statement)
    if match is None or not match[3].strip():
        raise ModelError(
            f"{where} is not a statement. Write 'Construct =~ item + item', 'Construct <~ item + item' or "
            "'Target ~ Source + Source'."
        )
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
