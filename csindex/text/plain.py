"""Blocks of text as lines for a screen."""

from collections.abc import Iterable

from csindex.text.document import Block, Bullets, Formula, Paragraph, Section, Table
from csindex.text.format import WIDTH, aligned, wrapped

INDENT = "  "


def write(sections: Iterable[Section], width: int = WIDTH) -> str:
    """Return sections as text of at most `width` columns, an empty line between two of them.

    A paragraph is wrapped, and indented below a title; a lead stands as it is.
    """
    return "\n\n".join(text for section in sections for text in [_section(section, width)] if text)


def _section(section: Section, width: int) -> str:
    indent = INDENT if section.title else ""
    parts = [section.title] if section.title else []
    return "\n".join([*parts, *(line for block in section.blocks for line in _lines(block, indent, width))])


def _lines(block: Block, indent: str, width: int) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text if block.kind == "lead" else wrapped(block.text, indent, width)]
    if isinstance(block, Bullets) and not block.mark:
        return [wrapped(item, indent, width, INDENT[len(indent) :]) for item in block.items]
    if isinstance(block, Bullets):
        return _bullets(block, width)
    if isinstance(block, Table):
        return _table(block)
    return [f"{indent}{block.text}"] if isinstance(block, Formula) else []


def _bullets(bullets: Bullets, width: int) -> list[str]:
    """Return items with dashes, or indented below what they are about."""
    if not bullets.head:
        return [
            wrapped(f"{bullets.mark}{item}", bullets.indent, width).replace("\n", f"\n{INDENT}")
            for item in bullets.items
        ]
    inner = bullets.indent + INDENT
    return [f"{bullets.indent}{bullets.head}", *(wrapped(item, inner, width, INDENT) for item in bullets.items)]


def _table(table: Table) -> list[str]:
    lines = [table.caption] if table.caption else []
    if table.screen:
        return [*lines, table.screen]
    rows = aligned([table.head, *table.rows], table.left).split("\n")
    at, text = table.rest
    if text:
        rows.insert(1 + at, f"{INDENT}{text}")
    return [*lines, *rows]
