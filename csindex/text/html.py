"""Headlines and tables as HTML for notebooks: all text escaped, long tables cut."""

from collections.abc import Iterable
from functools import partial
from html import escape
from math import isfinite

import pandas as pd

from csindex.text.document import Block, Bullets, Formula, Paragraph, Section, Table

MOST_ROWS = 20
_PRECISE = {"se": 3, "p": 3, "p_adjusted": 3}


def page(text: str, tables: Iterable[str]) -> str:
    """Return the first line of a text as a heading, what follows up to an empty line as a paragraph, and tables."""
    title, _, said = text.partition("\n\n")[0].partition("\n")
    paragraph = f"<p>{escape(said)}</p>" if said.strip() else ""
    return f'<div class="csindex"><h4>{escape(title)}</h4>{paragraph}{"".join(tables)}</div>'


def write(sections: Iterable[Section], tables: Iterable[str] = ()) -> str:
    """Return sections as HTML: the first title as a heading, the others in bold, texts escaped, long tables cut.

    What follows are `tables` in HTML, of `as_table`.
    """
    parts: list[str] = []
    for section in sections:
        blocks = list(section.blocks)
        title = section.title
        first = blocks[0] if blocks and not parts and not title else None
        if isinstance(first, Paragraph):
            title, _, more = first.text.partition("\n")
            blocks = [*([Paragraph(more)] if more else []), *blocks[1:]]
        if title:
            parts.append(f"<p><b>{escape(title)}</b></p>" if parts else f"<h4>{escape(title)}</h4>")
        parts += [_block(block) for block in blocks]
    return f'<div class="csindex">{"".join([*parts, *tables])}</div>'


def _block(block: Block) -> str:
    if isinstance(block, (Paragraph, Formula)):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Bullets):
        head = f"<p>{escape(block.head)}</p>" if block.head else ""
        return f"{head}<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"
    return _cells(block) if isinstance(block, Table) else ""


def _cells(table: Table) -> str:
    frame = pd.DataFrame(list(table.rows[:MOST_ROWS]), columns=pd.Index(table.head, dtype=object))
    caption = f"<p><b>{escape(table.caption)}</b></p>" if table.caption else ""
    rest = [table.rest[1].strip()] if table.rest[1] else []
    rest += [f"{len(table.rows) - MOST_ROWS:,} more rows"] if len(table.rows) > MOST_ROWS else []
    notes = "".join(f"<p>{escape(text)}</p>" for text in rest)
    return f"{caption}{frame.to_html(index=False, border=0, escape=True)}{notes}"


def as_table(frame: pd.DataFrame, caption: str, where: str, digits: dict[str, int] | None = None) -> str:
    """Return the first rows of a frame, and `where` the others are; nothing where there is none.

    Numbers have two decimals, standard errors and p-values three, if `digits` by column say nothing else.
    """
    if frame.empty:
        return ""
    more = len(frame) - MOST_ROWS
    chosen = _PRECISE | (digits or {})
    formats = {
        name: partial(_number, chosen.get(str(name), 2)) for name in frame.columns if frame[name].dtype.kind == "f"
    }
    text = frame.head(MOST_ROWS).to_html(index=False, border=0, na_rep="–", escape=True, formatters=formats)
    rest = f"<p>{more:,} more rows: {escape(where)}</p>" if more > 0 else ""
    return f"<p><b>{escape(caption)}</b></p>{text}{rest}"


def _number(digits: int, value: float) -> str:
    return f"{value:.{digits}f}" if isfinite(value) else "–"
