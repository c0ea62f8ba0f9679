"""What grades depend on: draws of units' true scores, and of their scores in another survey (array functions)."""

import numpy as np

from csindex.index.logit_scores import LogitScores, expit
from csindex.stacks.layout import Array

DRAWS = 4000
SPREADS = 30


def true_and_repeated(scores: LogitScores, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return draws (U, 4000) of the true scores, and of the scores in a repeat of the same survey.

    On the logit scale the true scores θ are normal around a common centre with a standard deviation τ between units; a
    score is θ and its error. Centre and τ have flat priors, the latter up to three standard deviations of the scores,
    so that the highest of many scores, which is mostly too high, is drawn towards the others (posterior); the repeat adds
    a new error (predictive). With V = QΛQ' everything is of independent parts Q'y.

    Parameters
    ----------
    scores : LogitScores
        Of U units, NaN where a unit has no score; so are its draws.
    rng : Generator
    """
    known = np.flatnonzero(np.isfinite(scores.value) & np.isfinite(scores.variance))
    out = np.full((2, len(scores.value), DRAWS), np.nan)
    part = scores.of(known)
    if part.joint:
        v, Q = np.linalg.eigh(part.covariance)
        v = np.maximum(v, 1e-12)
        y, one = Q.T @ part.value, Q.sum(axis=0)
    else:
        v, Q, y, one = part.variance, None, part.value, np.ones(len(known))
    tau2, share = spreads(y, one, v, float(part.value.std()))
    chosen = tau2[rng.choice(SPREADS, DRAWS, p=share)]
    w = 1 / (v[:, None] + chosen)
    total = ((one**2)[:, None] * w).sum(axis=0)
    centre = one[:, None] * ((one * y)[:, None] * w).sum(axis=0) / total
    own = chosen * w
    shared = one[:, None] * rng.standard_normal(DRAWS) / np.sqrt(total)
    true = centre + own * (y[:, None] - centre) + (1 - own) * shared
    true += np.sqrt(own * v[:, None]) * rng.standard_normal(own.shape)
    again = true + np.sqrt(v)[:, None] * rng.standard_normal(own.shape)
    out[0, known], out[1, known] = (100 * expit(x if Q is None else Q @ x) for x in (true, again))
    return out[0], out[1]


def spreads(y: Array, one: Array, v: Array, deviation: float) -> tuple[Array, Array]:
    """Return variances τ² (30,) between units and their posterior probabilities, with the centre integrated out.

    Parameters
    ----------
    y, one, v : (U,)
        Independent values, what they are multiples of the centre, and their error variances.
    deviation : float
        Standard deviation of the scores.
    """
    tau2 = ((np.arange(SPREADS) + 0.5) / SPREADS * 3 * deviation) ** 2
    w = 1 / (v[:, None] + tau2)
    total = ((one**2)[:, None] * w).sum(axis=0)
    gap = y[:, None] - one[:, None] * ((one * y)[:, None] * w).sum(axis=0) / total
    log = 0.5 * np.log(w).sum(axis=0) - 0.5 * (w * gap**2).sum(axis=0) - 0.5 * np.log(total)
    share = np.exp(log - log.max())
    return tau2, np.asarray(share / share.sum())
