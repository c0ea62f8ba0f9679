"""Pictures in files."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csindex.errors import OptionError
from csindex.messages import Message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".pdf", ".svg", ".eps", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
# The same picture is the same file: no date, and no random names of parts.
_PLAIN: dict[str, dict[str, Any]] = {
    ".pdf": {"metadata": {"CreationDate": None}},
    ".svg": {"metadata": {"Date": None}},
    ".eps": {},
}


def save(picture: "Axes | Figure", path: str | PathLike[str], *, dpi: float = 300, overwrite: bool = False) -> Path:
    """Write a picture to a file, whose name says the format.

    Parameters
    ----------
    picture : Axes or Figure
        What a function of `csindex.plot` returned.
    path : str or path
        Ending in .pdf, .svg or .eps for lines that can be enlarged, or in .png, .jpg, .tif or .webp for pixels.
    dpi : float
        Pixels per inch; journals ask for 300 and more.
    overwrite : bool
        Replace a file that is there.

    Returns
    -------
    Path
        Where it is.

    Raises
    ------
    OptionError
        If the format or `dpi` is not known, the folder does not exist, or the file does and `overwrite` is not set.

    Examples
    --------
    >>> import csindex as csi
    >>> ax = csi.plot.index_bars(csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200))
    >>> csi.plot.save(ax, "index.svg")  # doctest: +SKIP
    """
    from matplotlib import rc_context

    figure = getattr(picture, "figure", picture)
    if not hasattr(figure, "savefig"):
        raise OptionError(Message("plot.not_picture", kind=type(picture).__name__))
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise OptionError(Message("plot.ending", name=path.name, known=", ".join(FORMATS)))
    if isinstance(dpi, bool) or not isinstance(dpi, (int, float)) or not 10 <= dpi <= 2400:
        raise OptionError(Message("plot.dpi", value=dpi))
    if not path.parent.is_dir():
        raise OptionError(Message("plot.no_folder", path=str(path.parent)))
    if path.exists() and not overwrite:
        raise OptionError(Message("plot.there", path=str(path)))
    # Letters stay letters in .pdf and .eps; in .svg they become outlines, as readers may lack the font.
    settings: Any = {"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "csindex"}
    with rc_context(settings):
        figure.savefig(path, dpi=dpi, **_PLAIN.get(ending, {}))
    return path
