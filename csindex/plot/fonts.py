"""A font that has the letters of a text."""

import warnings
from collections.abc import Iterable
from functools import lru_cache

from csindex.errors import FontWarning

KOREAN = "가힣"
# In order of preference; any other font that has Korean letters comes after them.
_KNOWN = (
    "Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Noto Sans CJK JP", "Source Han Sans KR", "Source Han Sans K",
    "NanumGothic", "Nanum Gothic", "NanumBarunGothic", "Malgun Gothic", "Apple SD Gothic Neo", "AppleGothic",
    "NanumSquare", "Gulim", "Dotum", "Batang", "UnDotum", "Baekmuk Dotum",
)  # fmt: skip
_HINTS = ("cjk", "nanum", "gothic", "noto", "malgun", "pretendard", "gulim", "dotum", "batang", "baekmuk", "hangul")
REMEDY = (
    "Install one and start Python anew: Noto Sans KR from fonts.google.com on any system; `apt-get install fonts-nanum` or "
    "`fonts-noto-cjk` on Debian and Ubuntu; Windows has Malgun Gothic and macOS AppleGothic."
)


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
            f"no installed font has Korean letters, so that they are drawn as boxes. {REMEDY}",
            FontWarning,
            stacklevel=4,
        )
        return base
    return tuple(dict.fromkeys((korean, *base)))


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
    return all(font.get_char_index(ord(letter)) for letter in KOREAN)
