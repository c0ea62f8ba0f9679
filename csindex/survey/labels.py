"""What value labels and answers give away: scales, and codes that mean no answer."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from csindex.survey.variables import Scale

COMMON: tuple[Scale, ...] = ((0, 1), (1, 2), (1, 4), (1, 5), (1, 7), (1, 10), (0, 10))
MOST_CODES = 6

_NO_ANSWER = re.compile(
    r"don.?t know|do not know|\bdk\b|\bno (answer|opinion|response)|refus|not applicable|does not apply|\bn/?a\b|"
    r"(can.?t|cannot|unable to) (say|rate)|not (asked|stated|sure)|missing|skipped|"
    r"모름|모르|무응답|미응답|응답\s*(거절|거부)|거절|거부|해당\s*(사항)?\s*없|비해당|결측|"
    r"wei(ß|ss) nicht|keine (angabe|antwort)|わからない|無回答|不知道",
    re.IGNORECASE,
)


def means_no_answer(label: str) -> bool:
    """Return whether a value label says that there is no answer, e.g. "don't know"."""
    return _NO_ANSWER.search(label) is not None


def labelled_scale(labels: Mapping[float, str], missing: Iterable[float]) -> Scale | None:
    """Return the ends of the scale that value labels tell, None if they do not.

    The labels of a scale begin at 0 or 1, or at minus its upper end, which is at most 11, or 100. If labels are left out
    between the ends, as in 1 "not at all", 10 "very", the whole is still a scale.
    """
    gone = set(missing)
    codes = [code for code, text in labels.items() if code not in gone and not means_no_answer(text)]
    if len(codes) < 2 or any(code % 1 for code in codes):
        return None
    low, high = min(codes), max(codes)
    return (low, high) if (low in (0, 1) or low == -high) and (high <= 11 or high == 100) else None


def guessed_scale(values: NDArray[np.float64]) -> Scale | None:
    """Return the smallest common scale with all of the distinct sorted `values`, None if they are no ratings."""
    if len(values) < 2 or (values % 1).any():
        return None
    if values[-1] > 10:
        return (0, 100) if values[0] >= 0 and values[-1] == 100 else None
    return next(((low, high) for low, high in COMMON if low <= values[0] and values[-1] <= high), None)


def strays(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return those of the distinct sorted `values` that look like codes: few, far above or below all others.

    "Far" is a gap wider than the range of the others, as from 10 to 98, where these are at most 100; or 8 and 9 beside
    answers up to 5.
    """
    none = values[:0]
    if len(values) < 3 or (values % 1).any():
        return none
    gaps = np.diff(values)
    at = int(gaps.argmax())
    below, above = values[: at + 1], values[at + 1 :]
    if len(above) <= MOST_CODES and len(below) >= 2:
        body, few = below, above
    elif len(below) <= MOST_CODES and len(above) >= 2:
        body, few = above, below
    else:
        return none
    known = body[-1] <= 5 and set(few.tolist()) <= {8.0, 9.0}
    ratings = np.abs(body).max() <= 100
    return few if known or (ratings and gaps[at] > body[-1] - body[0]) else none
