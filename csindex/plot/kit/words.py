"""The words and numbers of pictures, in English and Korean."""

import warnings

import numpy as np

from csindex.errors import FontWarning
from csindex.fitting.result import Fit
from csindex.messages import Message, fill, term, words
from csindex.plot.kit.style import korean_font, outside
from csindex.text.format import Language, language, number


def available_language(lang: str) -> Language:
    """Return the language of a picture: English where Korean is asked for and no font has it.

    Raises
    ------
    OptionError
        If the language is not known.

    Warns
    -----
    FontWarning
        If English has to be used.
    """
    chosen = language(lang)
    if chosen == "ko" and korean_font() is None:
        message = Message("plot.font_english", remedy=Message("plot.install_font"))
        warnings.warn(FontWarning(message), stacklevel=outside())
        return "en"
    return chosen


def say(key: str, lang: Language, **values: object) -> str:
    """Return a sentence in a language."""
    return fill(words("plot")[lang][key], values, lang)


def bracketed(lower: float, upper: float, digits: int, sign: bool = False) -> str:
    """Return an interval in brackets; nothing where there is none."""
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return ""
    return f"[{number(lower, digits, sign)}, {number(upper, digits, sign)}]"


def intervals(result: Fit, lang: Language) -> str:
    """Return what the intervals of a fit are; that there are none, without replicates."""
    if result.replicates is None:
        return say("intervals_none", lang)
    level = result.options.level
    if result.replicates.kind == "delta":
        return say("intervals_analytic", lang, level=level)
    counts = result.sample["replicates"]
    few, many = int(counts.min()), int(counts.max())
    count = f"{many:,}" if few == many else say("range", lang, few=few, many=many)
    return say("intervals", lang, level=level, kind=term(result.interval_words, lang, "plot"), count=count)


def answered(n: float, lang: Language) -> str:
    """Return the number of answers in words."""
    return say("answers", lang, n=n)
