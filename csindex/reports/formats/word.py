"""A document as a Word file."""

import io
import re
from pathlib import Path
from typing import Any

from csindex.reports.formats.pictures import DPI
from csindex.text.document import Block, Bullets, Document, Formula, Paragraph, Picture, Table

# XML has no place for control characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STYLES = {"text": "Normal", "lead": "Intense Quote", "note": "Quote"}
PAGE_CM, MARGIN_CM = (21.0, 29.7), 2.5
LINE_CM = PAGE_CM[0] - 2 * MARGIN_CM


def write(document: Document, path: Path) -> None:
    """Write the document; its styles are those of Word, so that a house's own template can be put on it."""
    import docx
    from docx.oxml.ns import qn

    word = docx.Document()
    _lay_out(word)
    style = word.styles["Normal"]
    style.font.name = "Malgun Gothic" if document.lang == "ko" else "Calibri"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Malgun Gothic")
    word.core_properties.title = _text(document.title)
    word.core_properties.author = "csindex"
    word.add_heading(_text(document.title), 0)
    word.add_paragraph(_text(document.subtitle))
    for section in document.sections:
        word.add_heading(_text(section.title), 1)
        for block, after in zip(section.blocks, (*section.blocks[1:], None), strict=True):
            _add(word, block)
            # What leads to a list or a formula stays on its page.
            if isinstance(block, Paragraph) and isinstance(after, (Bullets, Formula)):
                word.paragraphs[-1].paragraph_format.keep_with_next = True
    word.save(str(path))


def _lay_out(word: Any) -> None:
    """Set the page to A4, and the main finding and remarks to the width of the text."""
    from docx.shared import Cm, Pt

    page = word.sections[0]
    page.page_width, page.page_height = Cm(PAGE_CM[0]), Cm(PAGE_CM[1])
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN_CM)
    lead = word.styles[_STYLES["lead"]]
    lead.paragraph_format.left_indent = lead.paragraph_format.right_indent = Cm(0)
    lead.font.italic, lead.font.size = False, Pt(13)


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
            word.add_picture(out, width=Cm(LINE_CM))
            word.paragraphs[-1].paragraph_format.keep_with_next = True
            word.add_paragraph(_text(block.caption), style="Caption")


def _add_table(word: Any, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    word.add_paragraph(_text(block.caption), style="Caption").paragraph_format.keep_with_next = True
    grid = word.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Light List Accent 1")
    grid.autofit = False
    # Bold is for the head alone.
    look = grid._tbl.tblPr.find(qn("w:tblLook"))
    look.set(qn("w:firstColumn"), "0")
    look.set(qn("w:val"), "0420")
    widths = [Cm(LINE_CM * share / sum(block.widths())) for share in block.widths()]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for number, (row, texts) in enumerate(zip(grid.rows, (block.head, *block.rows), strict=True)):
        _keep(row, head=number == 0)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[at]
            paragraph = cell.paragraphs[0]
            paragraph.add_run(_text(text)).font.size = Pt(9)
            # The head and the first rows stay with the caption.
            paragraph.paragraph_format.keep_with_next = number < min(2, len(block.rows))
            if at >= block.left:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    word.add_paragraph()


def _keep(row: Any, head: bool) -> None:
    """Keep a row on one page; the head is repeated on each."""
    from docx.oxml import OxmlElement

    for tag in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
        row._tr.get_or_add_trPr().append(OxmlElement(tag))


def _text(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)
