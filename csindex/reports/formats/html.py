"""A document as one HTML file that holds everything, prints well and reads on a phone."""

import base64
import io
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csindex.text.document import Document, Picture

if TYPE_CHECKING:
    from jinja2 import Template


def write(document: Document, path: Path) -> None:
    """Write the document; all text is escaped, and pictures are inside as SVG images that run no script."""
    text = str(_template().render(document=document, kind_of=_kind_of, source=_source))
    path.write_text(text, encoding="utf-8")


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    text = files("csindex.reports").joinpath("report.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(text)


def _kind_of(block: Any) -> str:
    return type(block).__name__.lower()


def _source(picture: Picture) -> str:
    """Return a picture as a data URL."""
    from matplotlib import rc_context

    out = io.StringIO()
    # A fixed salt and no date: the same result gives the same file.
    with rc_context({"svg.hashsalt": picture.name, "svg.fonttype": "path"}):
        picture.figure().savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue().encode()).decode('ascii')}"
