"""Pictures of a report as files beside it."""

from pathlib import Path

from csindex.reports.formats.registry import folder
from csindex.text.document import Document

DPI = 200


def saved(document: Document, path: Path, ending: str) -> dict[str, str]:
    """Draw the pictures of a document into the folder beside `path`; return where each is, as seen from there."""
    place, names = folder(path), {}
    place.mkdir(exist_ok=True)
    for picture in document.pictures:
        file = place / f"{picture.name}{ending}"
        picture.figure().savefig(file, bbox_inches="tight", dpi=DPI)
        names[picture.name] = f"{place.name}/{file.name}"
    return names
