"""A document as Markdown."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from csindex.reports.formats.pictures import saved
from csindex.text.document import Bullets, Document, Formula, Paragraph, Picture, Table

ENDING = ".png"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def write(document: Document, path: Path) -> None:
    """Write the document, and its pictures into a folder beside it."""
    path.write_text(text_of(document, saved(document, path, ENDING)), encoding="utf-8")


def text_of(document: Document, pictures: Mapping[str, str]) -> str:
    """Return the document as Markdown; `pictures` tells where the file of each picture is."""
    parts = [f"# {escaped(document.title)}", escaped(document.subtitle)]
    for section in document.sections:
        parts.append(f"## {escaped(section.title)}")
        for block in section.blocks:
            match block:
                case Paragraph():
                    text = escaped(block.text)
                    parts.append({"lead": f"**{text}**", "note": f"> {text}", "text": text}[block.kind])
                case Bullets():
                    parts.append("\n".join(f"- {escaped(item)}" for item in block.items))
                case Formula():
                    parts.append(f"    {block.text}")
                case Table():
                    parts.append(f"*{escaped(block.caption)}*\n\n{table(block.head, block.rows, block.left)}")
                case Picture():
                    parts.append(f"![{escaped(block.caption)}]({pictures[block.name]})")
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """Return a table, the first `left` columns flush left."""
    rule = [":---" if at < left else "---:" for at in range(len(head))]
    lines = [[escaped(cell) for cell in row] for row in (head, *rows)]
    lines.insert(1, rule)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
