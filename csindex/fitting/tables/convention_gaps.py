"""How far the index of other conventions is away."""

import numpy as np
from numpy.typing import NDArray

from csindex.fitting.constructs import names_in_both, names_of
from csindex.fitting.core import FittedModel
from csindex.fitting.tables.conventions import all_conventions
from csindex.messages import Message, listed

NOTABLE_POINTS = 1.0


def convention_gaps(fitted: FittedModel) -> Message | None:
    """Say where the index of another convention is more than a point away; None where it is not, or weights are given."""
    if fitted.options.weights_from:
        return None
    indices, names, chosen = all_conventions(fitted), names_of(fitted), fitted.options.convention
    gaps = [np.abs(values - indices[chosen]) for other, values in indices.items() if other != chosen]
    largest: NDArray[np.float64] = np.nan_to_num(np.max(gaps, axis=0))
    notable = [int(j) for j in np.flatnonzero((largest > NOTABLE_POINTS).any(axis=0))]
    if not notable:
        return None
    texts, name = [], names_in_both(fitted)
    for j in notable:
        unit = int(largest[:, j].argmax())
        values = ", ".join(f"{other} {array[unit, j]:.1f}" for other, array in indices.items())
        texts.append(Message("notices.convention_one", name=name(names[j]), values=values))
    count = int((largest > NOTABLE_POINTS).any(axis=1).sum())
    where = Message("notices.convention_units", count=count, units=len(largest)) if len(largest) > 1 else ""
    shown = {"points": NOTABLE_POINTS, "where": where, "found": listed(texts), "chosen": chosen}
    return Message("notices.convention", **shown)
