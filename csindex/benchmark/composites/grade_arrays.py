"""Grades of stacks of scores (array functions)."""

import numpy as np
from numpy.typing import NDArray

from csindex.stacks.layout import Array

Grades = NDArray[np.intp]


def by_bands(scores: Array, limits: Array) -> Grades:
    """Return the grade (...) of scores (...), 0 for the best; -1 where there is no score.

    Parameters
    ----------
    scores : (...)
    limits : (g - 1,)
        Least score of each grade but the last, falling.
    """
    grade = len(limits) - np.searchsorted(limits[::-1], scores, side="right")
    return np.where(np.isnan(scores), -1, grade).astype(np.intp)


def by_quotas(scores: Array, places: Grades, better: bool) -> Grades:
    """Return the grade (N, ...) of scores (N, ...) ranked along the first axis, 0 for the best; -1 where there is none.

    Parameters
    ----------
    scores : (N, ...)
    places : (g,) int
        Units for each grade, best first; they add up to N.
    better : bool
        Whether units of equal score all get the best grade that one of them gets, or else the worst.
    """
    from scipy.stats import rankdata

    known = ~np.isnan(scores)
    rank = rankdata(np.where(known, -scores, np.inf), method="min" if better else "max", axis=0)
    # Rank r gets the first grade up to which there are r places or more.
    grade = np.searchsorted(np.cumsum(places), rank, side="left")
    return np.where(known, grade, -1).astype(np.intp)


def places_of(quotas: Array, count: int) -> Grades:
    """Return how many of `count` units get each grade (g,), by largest remainders (Hamilton's method).

    Equal remainders go to the better grade first.
    """
    exact = quotas / quotas.sum() * count
    places = np.floor(exact + 1e-9).astype(np.intp)
    left = count - int(places.sum())
    places[np.argsort(-np.round(exact - places, 9), kind="stable")[:left]] += 1
    return np.asarray(places)


def frequencies(grades: Grades, count: int) -> Array:
    """Return the share (U, g) of replicates in which each unit gets each grade, from grades (U, R), -1 not counted."""
    hits = np.stack([(grades == grade).sum(axis=1) for grade in range(count)], axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(hits / (grades >= 0).sum(axis=1)[:, None])
