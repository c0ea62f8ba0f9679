"""The words and numbers of pictures, in English and Korean."""

import warnings
from collections.abc import Mapping
from typing import get_args

import numpy as np

from csindex.errors import FontWarning
from csindex.fitting.result import Fit
from csindex.messages import words
from csindex.options import choose
from csindex.plot.kit.style import REMEDY, korean_font
from csindex.text.format import Language, number

_INTERVALS = {
    "en": {
        "percentile": "percentile", "normal": "normal", "basic": "basic bootstrap", "bca": "BCa",
        "studentized": "studentised",
    },
    "ko": {
        "percentile": "백분위수", "normal": "정규근사", "basic": "기본 붓스트랩", "bca": "BCa", "studentized": "스튜던트화",
    },
}  # fmt: skip


def spoken(lang: str) -> Language:
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
    chosen: Language = choose("lang", lang, get_args(Language))  # type: ignore[assignment]
    if chosen == "ko" and korean_font() is None:
        warnings.warn(
            f"no installed font has Korean letters, so the picture is in English. {REMEDY}", FontWarning, stacklevel=3
        )
        return "en"
    return chosen


def say(words: Mapping[str, str], lang: Language, **values: object) -> str:
    """Return a sentence in a language."""
    return words[lang].format(**values)


def bracketed(lower: float, upper: float, digits: int, sign: bool = False) -> str:
    """Return an interval in brackets; nothing where there is none."""
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return ""
    return f"[{number(lower, digits, sign)}, {number(upper, digits, sign)}]"


def intervals(result: Fit, lang: Language) -> str:
    """Return what the intervals of a fit are; that there are none, without replicates."""
    if result.replicates is None:
        return {
            "en": "No intervals: the fit has no replicates.",
            "ko": "반복추출을 하지 않아 신뢰구간이 없습니다.",
        }[lang]
    if result.replicates.kind == "delta":
        return {
            "en": f"{result.options.level:.0%} normal intervals, from analytic standard errors.",
            "ko": f"{result.options.level:.0%} 정규근사 신뢰구간(해석적 표준오차).",
        }[lang]
    options, made = result.options, result.sample["replicates"]
    few, many = int(made.min()), int(made.max())
    count = f"{many:,}" if few == many else f"{few:,}–{many:,}"
    kind = _INTERVALS[lang].get(options.interval) or words("glossary")[lang].get(options.interval, options.interval)
    return {
        "en": f"{options.level:.0%} {kind} intervals, {count} replicates.",
        "ko": f"{options.level:.0%} {kind} 신뢰구간, 반복 {count}회.",
    }[lang]


def answered(n: float, lang: Language) -> str:
    """Return the number of answers in words."""
    return {"en": f"{n:,.0f} answers.", "ko": f"응답 {n:,.0f}명."}[lang]
