"""Numbers, p-values and reasons of failures as text, as assessments write them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import REASONS, Status
from csindex.messages import Message, Several


def number(value: float, digits: int = 2) -> str:
    """Return a number as text, a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def cell(row: Any, digits: int = 2) -> str:
    """Return an estimate and its interval, e.g. ``0.72 [.65, .78]``."""
    if not np.isfinite(row.estimate):
        return "–"
    if not np.isfinite(row.lower):
        return number(row.estimate, digits)
    ends = ", ".join(
        number(end, digits).replace("0.", ".", 1) if abs(end) < 1 else number(end, digits)
        for end in (row.lower, row.upper)
    )
    return f"{number(row.estimate, digits)} [{ends}]"


def probability(p: float) -> str:
    """Return a p-value as text; one below 0.001 is not called 0."""
    return "–" if not np.isfinite(p) else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def count_failures(status: NDArray[Any]) -> dict[Status, int]:
    """Return how many of some estimations failed, by the way in which they ended."""
    return {code: int((status == code).sum()) for code in REASONS if (status == code).any()}


def reason(status: Status) -> Message:
    """Return why an estimation failed."""
    return Message(f"estimation.reason_{status.name.lower()}")


def reasons(counts: Mapping[Status, int]) -> Several:
    """Return how many estimations failed for each reason, as a list within a sentence."""
    found = [Message("glossary.counted", reason=reason(status), count=count) for status, count in counts.items()]
    return Several(found, most=len(found))


def by_reason(counts: Mapping[Status, int]) -> dict[str, int]:
    """Return how many estimations failed, by the reason in English."""
    return {str(REASONS[status]): count for status, count in counts.items()}
