"""What the invariance steps of a covariance structure model give: a table of steps, and a sentence for each."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csindex.fitting.result import Fit

WIDTH = 88
CFI_FALLS, RMSEA_RISES = 0.010, 0.015
SMALL_SAMPLE, SMALL_CFI_FALLS, SMALL_RMSEA_RISES = 300, 0.005, 0.010
_ALLOWED = {
    "metric": "paths and covariances may be compared",
    "scalar": "means of constructs may be compared",
    "strict": "items are as reliable in every group",
    "structural": "constructs drive each other alike",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Invariance:
    """The result of `csindex.invariance`.

    Attributes
    ----------
    result : Fit
        The groups' own solutions.
    steps : data frame
        ``step, equal, chisq, df, p, cfi, tli, rmsea, rmsea_lower, rmsea_upper, srmr, aic, bic``, then the changes from the step
        before (of *structural* from *scalar*): ``chisq_change, df_change, p_change, cfi_change, rmsea_change``.
    parameters : data frame
        ``step``, unit columns, ``lhs, op, rhs, estimate, se, lower, upper, p``; ``~1`` are intercepts of items and means of
        constructs (of those with sources: their intercepts), which are 0 in the first group.
    """

    result: Fit
    steps: pd.DataFrame
    parameters: pd.DataFrame

    def summary(self) -> str:
        """Return a sentence for each step, and by what the changes can be judged."""
        return "\n".join([*map(_wrapped, self._sentences()), "", _wrapped(self._method())])

    def __repr__(self) -> str:
        return "\n".join([*map(_wrapped, self._sentences()), "More: .summary(), .steps, .parameters, .result"])

    @property
    def _limits(self) -> tuple[float, float]:
        small = self.result.moments.n_eff.sum() <= SMALL_SAMPLE
        return (SMALL_CFI_FALLS, SMALL_RMSEA_RISES) if small else (CFI_FALLS, RMSEA_RISES)

    def _sentences(self) -> list[str]:
        return [self._sentence(row) for row in self.steps.to_dict("records")]

    def _sentence(self, row: Mapping[Any, Any]) -> str:
        fit = f"χ² = {row['chisq']:.1f} (df {row['df']}), CFI {row['cfi']:.3f}, RMSEA {row['rmsea']:.3f}"
        if row["df_change"] != row["df_change"]:
            return f"{row['step']}: {fit}; the same model in every group, with nothing held equal."
        falls, rises = self._limits
        p = "p < .001" if row["p_change"] < 0.001 else f"p = {row['p_change']:.3f}"
        said = f"χ² rises by {row['chisq_change']:.1f} (df {row['df_change']:.0f}, {p}), CFI changes by {row['cfi_change']:+.3f}, "
        said += f"RMSEA by {row['rmsea_change']:+.3f}"
        wide = [
            name
            for name, change, limit in (("CFI", -row["cfi_change"], falls), ("RMSEA", row["rmsea_change"], rises))
            if change >= limit
        ]
        if wide:
            verdict = f"in doubt, by the change of {' and '.join(wide)}"
        elif row["p_change"] < 1 - self.result.options.level:
            verdict = "holds by the changes of CFI and RMSEA, not by the χ² test"
        else:
            verdict = f"holds: {_ALLOWED[row['step']]}"
        return f"{row['step']} ({row['equal']} equal): {fit}; {said}: {verdict}."

    def _method(self) -> str:
        falls, rises = self._limits
        assert self.result.units is not None
        return (
            f"{len(self.result.units)} groups, {self.result.moments.n.sum():,.0f} answers, maximum likelihood for normal answers. "
            f"A step is in doubt where CFI falls by {falls:g} or more, or RMSEA rises by {rises:g} or more (Chen 2007, for "
            f"{'at most' if falls == SMALL_CFI_FALLS else 'more than'} {SMALL_SAMPLE} answers; Cheung & Rensvold 2002: CFI by 0.01); the "
            "χ² test finds ever smaller differences as samples grow."
        )


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="  ")
