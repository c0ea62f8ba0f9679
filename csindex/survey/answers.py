"""Arrays of the rows of a survey that are used, and an account of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import SurveyError
from csindex.messages import Message
from csindex.survey.design import Sampling
from csindex.survey.margins import Margins

if TYPE_CHECKING:
    from csindex.survey.raking import Raked


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """What became of the rows and answers.

    Attributes
    ----------
    rows, used : int
        Rows of the data frame, and rows that the moments are made of.
    zero_weight, incomplete : int
        Rows left out because their weight is 0, or because answers are missing.
    missing : dict of item to int
        Missing answers by item, among rows with a weight, coded ones included.
    coded : dict of code to int
        Answers made missing because of `missing_codes`, or because the file declares the code to be missing.
    filled : int
        Missing answers in rows that are used all the same (pairwise, mean, EM).
    marked : dict of mark to int
        Answers that are missing with a mark that is no number, such as Stata's ``.a``, or a text.
    ends : dict of item to (float, float)
        Lowest and highest answer of the rows that are used; empty where it is not known.
    upside_down : dict of item to Message
        Items whose label at the high end of the scale is the bad one.
    """

    rows: int
    used: int
    zero_weight: int
    incomplete: int
    missing: dict[str, int]
    coded: dict[float, int]
    filled: int = 0
    marked: dict[str, int] = field(default_factory=dict)
    ends: dict[str, tuple[float, float]] = field(default_factory=dict, compare=False)
    upside_down: dict[str, Message] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        left = f"{self.zero_weight:,} with weight 0, {self.incomplete:,} incomplete"
        return (
            f"Account: {self.used:,} of {self.rows:,} rows used; {left}; {sum(self.missing.values()):,} answers missing"
        )

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'

    def made_missing(self) -> str:
        """Return which answers were made missing, e.g. ``"41 × 98, 3 × .a"``, in any language; empty if none were."""
        said = [f"{count:,} × {code:g}" for code, count in sorted(self.coded.items())]
        return ", ".join(said + [f"{count:,} × {mark}" for mark, count in self.marked.items()])


@dataclass(frozen=True, slots=True)
class RowMargins:
    """Known margins and where rows belong in them.

    Attributes
    ----------
    margins : Margins
    base : (n,)
        Weights before raking.
    cells : tuple of (n,) int
    """

    margins: Margins
    base: NDArray[np.float64]
    cells: tuple[NDArray[np.intp], ...]

    def rake(self, multipliers: NDArray[np.float64]) -> "Raked":
        """Return raked weights of replicates from the rows' multipliers (n, T); NaN where raking did not converge."""
        raked = self._raked(multipliers, tuple(range(len(self.cells))))
        raked.weights[:, ~raked.converged] = np.nan
        return raked

    def _raked(self, multipliers: NDArray[np.float64], chosen: tuple[int, ...], trimmed: bool = True) -> "Raked":
        """Return weights raked to some of the margins, converged or not."""
        from csindex.survey.raking import rake

        settings = self.margins
        targets = settings.targets()
        return rake(
            self.base[:, None] * multipliers,
            [self.cells[at] for at in chosen],
            [targets[at] for at in chosen],
            counts=multipliers,
            trim=settings.trim if trimmed else None,
            tolerance=settings.tolerance,
            max_rounds=settings.max_rounds,
        )

    def weights(self) -> NDArray[np.float64]:
        """Return the sample's raked weights (n,).

        Raises
        ------
        SurveyError
            If raking does not converge; margins that no weights meet together are named.
        """
        ones = np.ones((len(self.base), 1))
        raked = self._raked(ones, tuple(range(len(self.cells))))
        if not raked.converged[0]:
            raise SurveyError(self._contradiction(ones) or self._failure(raked))
        return np.asarray(raked.weights[:, 0])

    def _failure(self, raked: "Raked") -> Message:
        from csindex.survey.raking import RakingReport

        report = RakingReport.of(self.base, raked)
        return Message("survey.raking_failed", report=report.message, rows=len(self.base))

    def _contradiction(self, ones: NDArray[np.float64]) -> Message | None:
        """Return the first two margins that cannot be met together though each can alone, also without limits."""
        names = list(self.margins.shares)
        if not all(self._raked(ones, (at,), trimmed=False).converged[0] for at in range(len(names))):
            return None
        for pair in combinations(range(len(names)), 2):
            if not self._raked(ones, pair, trimmed=False).converged[0]:
                first, second = (names[at] for at in pair)
                return Message("survey.raking_contradiction", first=first, second=second, rows=len(self.base))
        return None

    def part(self, rows: NDArray[np.intp]) -> "RowMargins":
        """Return the margins of some rows."""
        return RowMargins(self.margins, self.base[rows], tuple(cell[rows] for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of n rows to p items, sorted by unit, all arrays in the same row order.

    Attributes
    ----------
    values : (n, p)
        NaN where an answer is missing.
    weights : (n,)
    unit : (n,) int
        Codes from 0.
    units : data frame of U rows, or None
        Labels of the units.
    account : Account
    sampling : Sampling or None
        Where strata, clusters or a finite population correction were given.
    given, coefficients : (n, R), (R,) or None
        Supplied replicate weights, and the coefficients of their variance.
    raking : RowMargins or None
        What every replicate's weights are raked to.
    rows : (n,) int or None
        Where the rows stand in the survey's frame.
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    unit: NDArray[np.intp]
    units: pd.DataFrame | None
    account: Account
    sampling: Sampling | None = None
    given: NDArray[np.float64] | None = None
    coefficients: NDArray[np.float64] | None = None
    raking: RowMargins | None = None
    rows: NDArray[np.intp] | None = None

    def of_items(self, columns: Sequence[int]) -> "Answers":
        """Return the same rows with the answers to some items only."""
        return replace(self, values=self.values[:, list(columns)])

    def rows_of(self, unit: int) -> slice:
        """Return where the rows of a unit stand."""
        first, end = self.ends[unit : unit + 2].tolist()
        return slice(first, end)

    @property
    def ends(self) -> NDArray[np.intp]:
        """(U + 1,) first row of each unit, then n."""
        count = 1 if self.units is None else len(self.units)
        return np.searchsorted(self.unit, np.arange(count + 1)).astype(np.intp)
