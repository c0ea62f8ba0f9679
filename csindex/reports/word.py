"""A document as a Word file."""

import io
import re
from pathlib import Path
from typing import Any

from csindex.reports.document import Block, Bullets, Document, Formula, Paragraph, Picture, Table

# XML has no place for control characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STYLES = {"text": "Normal", "lead": "Intense Quote", "note": "Quote"}
PICTURE_CM, DPI = 16.0, 200


def write(document: Document, path: Path) -> None:
    """Write the document; its styles are those of Word, so that a house's own template can be put on it."""
    import docx
    from docx.oxml.ns import qn

    word = docx.Document()
    style = word.styles["Normal"]
    style.font.name = "Malgun Gothic" if document.lang == "ko" else "Calibri"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Malgun Gothic")
    word.core_properties.title = _text(document.title)
    word.core_properties.author = "csindex"
    word.add_heading(_text(document.title), 0)
    word.add_paragraph(_text(document.subtitle))
    for section in document.sections:
        word.add_heading(_text(section.title), 1)
        for block in section.blocks:
            _add(word, block)
    word.save(str(path))


def _add(word: Any, block: Block) -> None:
    from docx.shared import Cm

    match block:
        case Paragraph():
            word.add_paragraph(_text(block.text), style=_STYLES[block.kind])
        case Bullets():
            for item in block.items:
                word.add_paragraph(_text(item), style="List Bullet")
        case Formula():
            word.add_paragraph(_text(block.text)).runs[0].italic = True
        case Table():
            _add_table(word, block)
        case Picture():
            out = io.BytesIO()
            block.figure().savefig(out, format="png", dpi=DPI, bbox_inches="tight")
            out.seek(0)
            word.add_picture(out, width=Cm(PICTURE_CM))
            word.add_paragraph(_text(block.caption), style="Caption")


def _add_table(word: Any, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    word.add_paragraph(_text(block.caption), style="Caption")
    grid = word.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Light List Accent 1")
    for cells, texts in zip(grid.rows, (block.head, *block.rows), strict=True):
        for at, (cell, text) in enumerate(zip(cells.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(_text(text)).font.size = Pt(9)
            if at >= block.left:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    word.add_paragraph()


def _text(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)
