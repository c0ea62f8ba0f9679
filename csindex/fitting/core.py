"""Tidy tables: one row for each unit and parameter."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from csindex.replicates.intervals import Uncertainty
from csindex.stacks.layout import Array

RESERVED = (
    "construct", "item", "source", "target", "effect", "estimate", "se", "lower", "upper", "p", "direct", "total",
    "adjusted", "n", "n_eff", "replicates", "failed", "reason",
)  # fmt: skip


def table(
    units: pd.DataFrame | None,
    labels: Mapping[str, Sequence[str]],
    estimate: Array,
    spread: Uncertainty,
    *,
    extra: Mapping[str, Array] | None = None,
    p: bool = False,
) -> pd.DataFrame:
    """Return a tidy frame of U units × q parameters.

    Parameters
    ----------
    units : frame of U rows, or None for a single unit without a name
    labels : mapping of column to q labels
    estimate : (U, q)
    spread : Uncertainty
    extra : mapping of column to (U, q), optional
        Columns before the estimate.
    p : bool
        Add the p-value.
    """
    count, width = estimate.shape
    columns: dict[str, object] = {}
    if units is not None:
        columns |= {str(name): units[name].repeat(width).array for name in units.columns}
    columns |= {name: np.tile(np.array(values, dtype=object), count) for name, values in labels.items()}
    numbers = {**(extra or {}), "estimate": estimate, "se": spread.se, "lower": spread.lower, "upper": spread.upper}
    if p:
        numbers["p"] = spread.p
    columns |= {name: np.asarray(values).ravel() for name, values in numbers.items()}
    frame = pd.DataFrame(columns)
    return frame.astype(dict.fromkeys(labels, "str"))
