"""Blocks of text as lines for a screen of 88 columns."""

from collections.abc import Iterable

from csindex.text.document import Block, Bullets, Formula, Paragraph, Section, Table
from csindex.text.format import aligned, wrapped

INDENT = "  "


def write(sections: Iterable[Section]) -> str:
    """Return sections as text, an empty line between two of them.

    A paragraph is wrapped, and indented below a title; a lead stands as it is.
    """
    return "\n\n".join(text for text in map(_section, sections) if text)


def _section(section: Section) -> str:
    indent = INDENT if section.title else ""
    parts = [section.title] if section.title else []
    return "\n".join([*parts, *(line for block in section.blocks for line in _lines(block, indent))])


def _lines(block: Block, indent: str) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text if block.kind == "lead" else wrapped(block.text, indent)]
    if isinstance(block, Bullets) and not block.mark:
        return [wrapped(item, indent, INDENT) for item in block.items]
    if isinstance(block, Bullets):
        return [wrapped(f"{block.mark}{item}").replace("\n", "\n  ") for item in block.items]
    if isinstance(block, Table):
        return _table(block)
    return [f"{indent}{block.text}"] if isinstance(block, Formula) else []


def _table(table: Table) -> list[str]:
    lines = [table.caption] if table.caption else []
    if table.screen:
        return [*lines, table.screen]
    rows = aligned([table.head, *table.rows], table.left).split("\n")
    at, text = table.rest
    if text:
        rows.insert(1 + at, f"{INDENT}{text}")
    return [*lines, *rows]
