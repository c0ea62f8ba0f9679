"""Effects on the 0-100 scale: how many index points go with one point of a driver (array functions)."""

import numpy as np

from csindex.stacks.layout import Array

STEP = 5.0


def in_points(effect: Array, deviation: Array) -> Array:
    """Return effects (..., k, k) between indices on 0-100 from effects between standardized constructs.

    T^u[y, x] = T[y, x] · sd(index_y)/sd(index_x): one point more on x goes with T^u points on y.

    Parameters
    ----------
    effect : (..., k, k)
        ``effect[target, source]``, direct or total.
    deviation : (..., k)
        Standard deviations of respondents' index scores.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(effect * deviation[..., :, None] / deviation[..., None, :])
