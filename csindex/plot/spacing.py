"""Places on a line that keep their distance (array function)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def spaced(
    wanted: NDArray[np.float64], distances: Sequence[float], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the places nearest to those wanted, in the same order and far enough apart.

    Parameters
    ----------
    wanted : (n,)
    distances : n - 1 floats
        The least distance of each place from the next one.
    weights : (n,), optional
        The weighted sum of squared displacements is least (isotonic regression, Barlow & Brunk 1972).
    """
    from scipy.optimize import isotonic_regression

    reach = np.concatenate([[0.0], np.cumsum(distances)])
    return np.asarray(isotonic_regression(wanted - reach, weights=weights).x + reach)
