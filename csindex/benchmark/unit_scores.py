"""One score for each of many units, wherever it comes from: what leagues, aggregates and trends work on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csindex.errors import OptionError
from csindex.fitting.intervals import Evidence, Uncertainty, uncertainty
from csindex.fitting.levels import place
from csindex.fitting.result import Fit
from csindex.options import Interval
from csindex.survey.stacks import Array


@dataclass(frozen=True, slots=True, eq=False)
class UnitScores:
    """Scores of U units on 0-100 with replicates.

    Attributes
    ----------
    name : str
        What is scored, e.g. ``"Satisfaction"``.
    units : data frame of U rows
        Labels of the units.
    estimate : (U,)
    draws : (U, R)
        Replicates, NaN where one failed.
    joint : bool
        Whether replicate r of one unit goes with replicate r of every other, because units are domains of one sample;
        otherwise the units are independent.
    n, n_eff : (U,)
        Answers, and their effective number.
    coefficients : (U, R) or None
        See `csindex.fitting.intervals.Evidence`.
    degrees : (U,) or None
        See `csindex.fitting.intervals.Evidence`.
    level : float
    interval : {"percentile", "normal", "basic"}
    """

    name: str
    units: pd.DataFrame
    estimate: Array
    draws: Array
    n: Array
    n_eff: Array
    joint: bool = False
    coefficients: Array | None = None
    degrees: Array | None = None
    level: float = 0.95
    interval: Interval = "percentile"

    @classmethod
    def of(cls, result: "Fit | UnitScores", construct: str | None = None) -> "UnitScores":
        """Return the index scores of a construct (by default the model's target) of a fit with units.

        Raises
        ------
        OptionError
            If the fit has no units or no replicates.
        """
        if isinstance(result, UnitScores):
            return result
        # A composite index carries its scores ready-made.
        scores = getattr(result, "scores", None)
        if isinstance(scores, UnitScores):
            return scores
        if not isinstance(result, Fit):
            raise OptionError(f"a result of csindex.fit with by= is expected, not {type(result).__name__}.")
        name = result.specified.construct(construct or result.model.target).name
        _, result, at = place(result, name)
        if result.units is None:
            raise OptionError("the result has a single unit. Fit with by= to compare units.")
        if result.replicates is None:
            raise OptionError(
                "the result has no replicates, so nothing can be said of differences. Fit with replicates=."
            )
        interval = (
            result.options.interval if result.options.interval in ("percentile", "normal", "basic") else "percentile"
        )
        return cls(
            name=name,
            units=result.units,
            estimate=result.estimates.index[:, at],
            draws=result.replicates.estimates.index[..., at],
            n=result.moments.n,
            n_eff=result.moments.n_eff,
            joint=result.replicates.joint,
            coefficients=result.replicates.coefficients,
            degrees=result.degrees,
            level=result.options.level,
            interval=interval,
        )

    @property
    def covariance(self) -> Array:
        """(U, U) covariance of the scores, from the replicates; diagonal where the units are independent."""
        if not self.joint:
            return np.diag(self.spread().se[:, 0] ** 2)
        known = np.isfinite(self.draws)
        gap = np.where(known, self.draws - self.estimate[:, None], 0.0)
        if self.coefficients is None:
            gap = np.where(known, gap - (gap.sum(axis=1) / known.sum(axis=1))[:, None], 0.0)
            return np.asarray(gap @ gap.T / np.maximum(known.astype(float) @ known.T - 1, 1))
        return np.asarray((gap * self.coefficients) @ gap.T)

    def spread(self) -> Uncertainty:
        """Return standard error, interval and p-value of each score, all (U, 1)."""
        evidence = Evidence(self.estimate[:, None], self.draws[..., None], self.coefficients, self.degrees)
        return uncertainty(evidence, self.level, self.interval)
