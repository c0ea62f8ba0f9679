"""A figure and axes that notebooks show without pyplot; imported on use, as it needs matplotlib."""

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from csindex.plot.kit.style import quiet


class Picture(Figure):
    """A figure with a canvas of its own, which no global state knows of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        FigureCanvasAgg(self)

    def draw(self, renderer: Any) -> None:
        """Draw the picture; a font that lacks letters has been reported once, when the picture was made."""
        with quiet():
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


class PictureAxes(Axes):
    """Axes of a picture; a notebook shows the whole picture for them."""

    def _repr_png_(self) -> bytes | None:
        return self.figure._repr_png_() if isinstance(self.figure, Picture) else None
