"""First places over waves: how long a unit has been first, and where the leader has changed (array functions)."""

import numpy as np

from csindex.benchmark.leagues.ranks import Ints, Truth


def consecutive(first: Truth) -> Ints:
    """Return how many waves (G, T) in a row, up to this one, each of G units has been in first place."""
    count = np.zeros(first.shape, dtype=np.intp)
    for t in range(first.shape[1]):
        count[:, t] = np.where(first[:, t], 1 + (count[:, t - 1] if t else 0), 0)
    return count


def leader_changes(first: Truth) -> Truth:
    """Return whether (T,) nobody who was first in the wave before is first now; False where either has no first place.

    A place that is shared now, or was shared before, with the same unit has not changed hands.
    """
    stays = (first[:, 1:] & first[:, :-1]).any(axis=0)
    there = first[:, 1:].any(axis=0) & first[:, :-1].any(axis=0)
    return np.concatenate([[False], there & ~stays])
