"""Information criteria of each construct's equation, to choose between models (array functions)."""

import numpy as np

from csindex.model.design import Design
from csindex.survey.stacks import Array

CRITERIA = ("aic", "aicc", "aicu", "bic", "fpe", "gm", "hq", "hqc", "mallows_cp")


@np.errstate(invalid="ignore", divide="ignore")
def information_criteria(r2: Array, saturated_r2: Array, n: Array, design: Design) -> dict[str, Array]:
    """Return the criteria of Sharma, Sarstedt, Shmueli, Kim & Thiele (2019, table B1), each (..., k).

    With SSE = (1 - R²)(n - 1) and c parameters, one for each source and one for the constant. *gm* and *mallows_cp*
    compare with the R² of the saturated model, in which every construct leads to all that come after it.

    Parameters
    ----------
    r2, saturated_r2 : (..., k)
    n : (..., 1)
        Answers.
    design : Design
    """
    c = design.links.sum(axis=1) + 1.0
    sse = (1 - r2) * (n - 1)
    enough = n - c - 2 > 0
    fit, ratio = np.log(sse / n), sse / (1 - saturated_r2)
    loglog = 2 * c * np.log(np.log(n))
    few = np.where(enough, n - c - 2, np.nan)
    free = np.where(n > c, n - c, np.nan)
    return {
        "aic": n * fit + 2 * c,
        "aicc": n * (fit + (n + c) / few),
        "aicu": n * np.log(sse / free) + 2 * c,
        "bic": n * fit + c * np.log(n),
        "fpe": sse / free * (1 + c / n),
        "gm": ratio + c * np.log(n),
        "hq": n * fit + loglog,
        "hqc": n * (fit + loglog / few),
        "mallows_cp": ratio - (n - 2 * c),
    }


def model_weights(criterion: Array) -> Array:
    """Return Akaike weights (models, ...) = exp(-Δ/2)/Σ exp(-Δ/2) of any criterion (Burnham & Anderson 2002)."""
    relative = np.exp(-0.5 * (criterion - criterion.min(axis=0)))
    return np.asarray(relative / relative.sum(axis=0))
