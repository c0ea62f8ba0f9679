"""Colours, sizes and lettering of pictures."""

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from csindex.errors import FontWarning
from csindex.messages import Message
from csindex.options import choose

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


KOREAN = "가힣"
# In order of preference; any other font that has Korean letters comes after them.
_KNOWN = (
    "Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Noto Sans CJK JP", "Source Han Sans KR", "Source Han Sans K",
    "NanumGothic", "Nanum Gothic", "NanumBarunGothic", "Malgun Gothic", "Apple SD Gothic Neo", "AppleGothic",
    "NanumSquare", "Gulim", "Dotum", "Batang", "UnDotum", "Baekmuk Dotum",
)  # fmt: skip
_HINTS = ("cjk", "nanum", "gothic", "noto", "malgun", "pretendard", "gulim", "dotum", "batang", "baekmuk", "hangul")


def has_korean(texts: Iterable[str]) -> bool:
    """Return whether a text has Korean letters."""
    return any("\uac00" <= letter <= "\ud7a3" or "\u3131" <= letter <= "\u318e" for text in texts for letter in text)


def families(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of fonts that have the letters of the texts, the first choice first.

    Warns
    -----
    FontWarning
        If there are Korean letters and no installed font has them.
    """
    base = _default()
    if not has_korean(texts):
        return base
    korean = korean_font()
    if korean is None:
        warnings.warn(
            FontWarning(Message("plot.font_boxes", remedy=Message("plot.install_font"))),
            stacklevel=outside(),
        )
        return base
    return tuple(dict.fromkeys((korean, *base)))


def outside() -> int:
    """Return the stack level, for a warning of the caller, of the code that called csindex."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("csindex."):
        level, frame = level + 1, frame.f_back
    return level


def korean_font() -> str | None:
    """Return the name of an installed font that has Korean letters; None if there is none."""
    from matplotlib.font_manager import fontManager

    return _korean_font(len(fontManager.ttflist), _default()[0])


def _default() -> tuple[str, ...]:
    """Return the font that matplotlib is set to, and the one that comes with it and has the signs that others lack."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return tuple(dict.fromkeys((str(get_font(findfont(FontProperties())).family_name), "DejaVu Sans")))


@lru_cache(maxsize=8)
def _korean_font(installed: int, wanted: str) -> str | None:  # noqa: ARG001  (another number of fonts is another answer)
    return _best(wanted) or (_best(wanted) if _add_new() else None)


def _best(wanted: str) -> str | None:
    from matplotlib.font_manager import fontManager

    rank = {name: at for at, name in enumerate((wanted, *_KNOWN))}
    upright = [entry for entry in fontManager.ttflist if entry.style == "normal"]
    for entry in sorted(upright, key=lambda entry: (rank.get(entry.name, len(rank)), entry.name, entry.fname)):
        if _has(entry.fname):
            return str(entry.name)
    return None


def _add_new() -> bool:
    """Tell matplotlib of fonts that were installed after it made its list; return whether there are any."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    listed = {entry.fname for entry in fontManager.ttflist}
    new = [path for path in sorted(set(findSystemFonts()) - listed) if any(hint in path.lower() for hint in _HINTS)]
    added = [path for path in new if _has(path)]
    for path in added:
        fontManager.addfont(path)
    return bool(added)


def _has(path: str) -> bool:
    from matplotlib.font_manager import get_font

    try:
        font = get_font(path)
    except (OSError, RuntimeError):
        return False
    # A font of last resort maps all letters of a script to one box.
    found = {font.get_char_index(ord(letter)) for letter in KOREAN}
    return 0 not in found and len(found) == len(KOREAN)


Size = Literal["print", "slide"]

INK, GREY, PALE, FAINT = "#222222", "#5F6670", "#C9CDD2", "#F1F3F5"
# Okabe & Ito (2008): told apart with any colour vision; the yellow is left out as it vanishes on white.
BLUE, ORANGE, GREEN, VERMILLION, SKY, PINK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
PALETTE = (BLUE, VERMILLION, GREEN, ORANGE, PINK, SKY)
TARGET_FILL = "#DCEBF5"

# Letters fitted to pixels take up to 7.5 % more room than their outlines (5 to 20 points at 150 dpi).
_HINTED = 1.08
_POINTS = {"print": 8.0, "slide": 15.0}
_WIDTH = {"print": 6.8 * 72, "slide": 12.6 * 72}
_HEIGHT = {"print": 9.4 * 72, "slide": 7.0 * 72}


@dataclass(frozen=True, slots=True)
class Style:
    """The lettering of a picture; every length is in points.

    Attributes
    ----------
    size : {"print", "slide"}
        A page of a paper or report, or a slide of 13.3 × 7.5 inches.
    points : float
        Size of the ordinary letters.
    width, height : float
        The room that there is on a page or slide.
    fonts : tuple of str
        Names of fonts; a letter is taken from the first that has it.
    """

    size: Size
    points: float
    width: float
    height: float
    fonts: tuple[str, ...]

    @property
    def small(self) -> float:
        """Size of intervals and notes."""
        return 0.85 * self.points

    @property
    def line(self) -> float:
        """Width of an ordinary line."""
        return 0.11 * self.points

    def scaled(self, factor: float) -> "Style":
        """Return the style with other letters."""
        return Style(self.size, factor * self.points, self.width, self.height, self.fonts)


def style_of(size: str, texts: Iterable[str]) -> Style:
    """Return the style of a picture with these texts.

    Raises
    ------
    OptionError
        If the size is not known.
    """
    name: Size = choose("size", size, get_args(Size))  # type: ignore[assignment]
    return Style(name, _POINTS[name], _WIDTH[name], _HEIGHT[name], families(texts))


def extent(text: str, points: float, style: Style, *, bold: bool = False) -> tuple[float, float]:
    """Return width and height of a text of one or more lines, in points; its lines are as high as the tallest letters."""
    lines = text.split("\n")
    width = max(_width(line, points, style.fonts, bold) for line in lines)
    return width, line_height(points) * (len(lines) - 1) + 1.2 * points


@lru_cache(maxsize=4096)
def _width(line: str, points: float, fonts: tuple[str, ...], bold: bool) -> float:
    from matplotlib.textpath import text_to_path

    with quiet():
        outline = text_to_path.get_text_width_height_descent(line, _properties(fonts, points, bold), ismath=False)
    return _HINTED * float(outline[0])


def line_height(points: float) -> float:
    """Return the distance of lines of text, in points."""
    return 1.3 * points


def wrapped(text: str, width: float, points: float, style: Style, *, bold: bool = False) -> str:
    """Return a text in lines that are not wider than `width` points.

    A word that is too wide itself is broken; so is Korean text, wherever it must be.
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            joined = f"{line} {word}" if line else word
            if extent(joined, points, style, bold=bold)[0] <= width:
                line = joined
                continue
            lines += [line] if line else []
            *whole, line = _broken(word, width, points, style, bold)
            lines += whole
        lines.append(line)
    return "\n".join(lines)


def write(
    ax: "Axes",
    at: Sequence[float] | NDArray[np.float64],
    text: str,
    points: float,
    style: Style,
    *,
    bold: bool = False,
    **more: Any,
) -> "Text":
    """Write a text as it is, without mathematics, in the data's coordinates unless told otherwise."""
    more.setdefault("color", INK)
    extent("", points, style, bold=bold)
    found = ax.text(at[0], at[1], text, parse_math=False, linespacing=1.3 / 1.2, **more)
    found.set_fontproperties(_properties(style.fonts, points, bold))
    return found


def shortened(text: str, width: float, points: float, style: Style) -> str:
    """Return a text that is not wider than `width` points, with … for what is left out."""
    if extent(text, points, style)[0] <= width:
        return text
    while len(text) > 1 and extent(f"{text}…", points, style)[0] > width:
        text = text[:-1].rstrip()
    return f"{text}…"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep matplotlib from saying that bold is called semibold in a font, or again that letters are lacking (`families`)."""
    logger = logging.getLogger("matplotlib.font_manager")
    before = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            yield
    finally:
        logger.disabled = before


def _properties(fonts: tuple[str, ...], points: float, bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=list(fonts), size=points, weight="bold" if bold else "normal")


def _broken(word: str, width: float, points: float, style: Style, bold: bool) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and extent(parts[-1] + letter, points, style, bold=bold)[0] > width:
            # A hyphen would be wrong in Korean and needs room in other languages; the break alone is understood.
            parts.append("")
        parts[-1] += letter
    if len(parts) > 1 and len(parts[-1]) == 1 and east_asian_width(parts[-1]) in "WF":
        # No letter is left alone on the last line.
        parts[-2:] = [parts[-2][:-1], parts[-2][-1] + parts[-1]]
    return parts
