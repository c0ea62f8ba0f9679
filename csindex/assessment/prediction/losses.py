"""From errors to measures of prediction, each with its standard error over respondents (array functions)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from csindex.assessment.prediction.cross_validation import Errors
from csindex.replicates.intervals import Uncertainty
from csindex.stacks.layout import Array
from csindex.survey.answers import Answers
from csindex.survey.means import linearized_mean

Average = Literal["losses", "predictions"]
MEASURES = (
    ("rmse", "pls"),
    ("rmse", "lm"),
    ("rmse", "mean"),
    ("rmse", "pls - lm"),
    ("mae", "pls"),
    ("mae", "lm"),
    ("mae", "mean"),
    ("mae", "pls - lm"),
    ("q2", "pls"),
    ("q2", "lm"),
)
"""What is measured, of which predictor, in the order of `measures`."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Measures of a unit, with their uncertainty.

    Attributes
    ----------
    estimate : (10, t)
        The `MEASURES` of t targets.
    se, df : (10, t)
    spread : (10, t)
        Standard deviation over the repeats, NaN of a single one.
    """

    estimate: Array
    se: Array
    df: Array
    spread: Array


@np.errstate(invalid="ignore", divide="ignore")
def measured(errors: Errors, average: Average, answers: Answers, rows: slice) -> Measured:
    """Return the measures of a unit's errors.

    Respondents are the sample: a measure's standard error is that of the weighted mean of its influences (delta method),
    within the sampling design where there is one.
    """
    absolute, square = losses(errors, average)
    weights = answers.weights[rows]
    mae, mse = weighted_mean(absolute, weights), weighted_mean(square, weights)
    estimate = measures(mae, mse)
    z = influences(absolute, square, mse)
    found = over_respondents(np.moveaxis(z, 1, 0).reshape(z.shape[1], -1), answers, rows)
    each = measures(errors.by_repeat[0], errors.by_repeat[1])
    spread = each.std(axis=0, ddof=1) if len(each) > 1 else np.full_like(estimate, np.nan)
    return Measured(
        estimate, found.se.reshape(estimate.shape), found.df.reshape(estimate.shape).astype(np.float64), spread
    )


def losses(errors: Errors, average: Average) -> tuple[Array, Array]:
    """Return absolute and square losses (3, n, t) of each row."""
    if average == "predictions":
        return np.abs(errors.signed), errors.signed**2
    return errors.absolute, errors.square


def measures(mae: Array, mse: Array) -> Array:
    """Return the `MEASURES` (..., 10, t) from mean absolute and mean square errors (..., 3, t) of pls, lm and mean.

    Q² = 1 - Σe²/Σ(x - m)², m being the training mean (Shmueli et al. 2016).
    """
    rmse = np.sqrt(mse)
    q2 = 1 - mse[..., :2, :] / mse[..., 2:, :]
    parts = [rmse, rmse[..., :1, :] - rmse[..., 1:2, :], mae, mae[..., :1, :] - mae[..., 1:2, :], q2]
    return np.concatenate(parts, axis=-2)


def influences(absolute: Array, square: Array, mse: Array) -> Array:
    """Return what each row contributes (10, n, t) to the measures, up to constants; losses are (3, n, t), mean squares (3, t)."""
    on_rmse = square / (2 * np.sqrt(mse))[:, None]
    share = mse[:2] / mse[2]
    on_q2 = -(square[:2] - share[:, None] * square[2]) / mse[2]
    return np.concatenate([on_rmse, on_rmse[:1] - on_rmse[1:2], absolute, absolute[:1] - absolute[1:2], on_q2])


def weighted_mean(x: Array, weights: Array) -> Array:
    """Return the weighted mean (s, t) of x (s, n, t) over the rows that have a number."""
    there = np.isfinite(x)
    return np.asarray(np.einsum("n,snt->st", weights, np.where(there, x, 0.0)) / np.einsum("n,snt->st", weights, there))


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Weighted means (q,) over respondents, with standard errors and degrees of freedom."""

    mean: Array
    se: Array
    df: Array


def over_respondents(x: Array, answers: Answers, rows: slice) -> Judged:
    """Return weighted means of x (n, q) over a unit's rows, with standard errors from the sampling design.

    Without a design they are those of independent rows, the same formula as `linearized_mean` has.
    """
    weights, sampling = answers.weights[rows], answers.sampling
    if sampling is None:
        there = np.isfinite(x)
        total, n = weights @ there, there.sum(axis=0)
        mean = weights @ np.where(there, x, 0.0) / total
        centred = np.where(there, x - mean, 0.0)
        se = np.sqrt(weights**2 @ centred**2 * (n / (n - 1))) / total
        return Judged(mean, np.asarray(se), n - 1.0)
    whole = np.full((len(answers.weights), x.shape[1]), np.nan)
    whole[rows] = x
    psu = sampling.psu
    found = linearized_mean(whole, answers.weights, sampling.stratum[psu], psu, sampling.fraction[psu])
    return Judged(found.mean, found.se, found.df.astype(np.float64))


def student(estimate: Array, se: Array, df: Array, level: float) -> Uncertainty:
    """Return intervals and p-values by Student's t."""
    from scipy.special import stdtr, stdtrit

    reach = stdtrit(df, (1 + level) / 2) * se
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * stdtr(df, -np.abs(estimate / se))
    return Uncertainty(se, estimate - reach, estimate + reach, np.asarray(p, dtype=np.float64))
