"""The formats of a report, by the ending of the file's name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from csindex.text.document import Document


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which reports are written.

    Attributes
    ----------
    ending : str
        E.g. ``".html"``.
    module : str
        Imported when a report is written; its ``write(document, path)`` writes the file.
    pictures : str
        The ending of the pictures' files, which go into a folder beside the report; empty where they are inside it.
    """

    ending: str
    module: str
    pictures: str = ""

    def write(self, document: Document, path: Path) -> None:
        """Write a document."""
        import_module(self.module).write(document, path)

    def files(self, path: Path) -> tuple[Path, ...]:
        """Return the files of a report that are there: itself, and pictures in its folder."""
        pictures = sorted(folder(path).glob(f"*{self.pictures}")) if self.pictures else []
        return tuple(file for file in (path, *pictures) if file.exists())


def by_ending(formats: Iterable[Format]) -> Mapping[str, Format]:
    """Return formats by their endings."""
    return MappingProxyType({each.ending: each for each in formats})


FORMATS = by_ending(
    (
        Format(".html", "csindex.reports.formats.html"),
        Format(".xlsx", "csindex.reports.formats.excel"),
        Format(".docx", "csindex.reports.formats.word"),
        Format(".md", "csindex.reports.formats.markdown", pictures=".png"),
        Format(".tex", "csindex.reports.formats.latex", pictures=".pdf"),
    )
)


def folder(path: Path) -> Path:
    """Return the folder of the pictures of a report."""
    return path.with_name(f"{path.stem}_pictures")
