"""What a league gives: the table, and what it says in words."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from csindex import wording
from csindex.benchmark.leagues import league_text
from csindex.benchmark.leagues.rules import Rules
from csindex.fitting import display


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class League:
    """The result of `csindex.league`.

    Attributes
    ----------
    name : str
        What is scored, e.g. ``"Satisfaction"``.
    table : data frame
        One row for each unit, by group, wave and rank. After the unit columns:

        ``n, n_eff, estimate, se, lower, upper`` : answers, their effective number, and the score with its interval.
        ``published`` : the rounded score, with `rounding` only.
        ``rank, rank_lower, rank_upper`` : rank 1 is the highest score, equal scores share the smaller rank; and the ends
        of the set of ranks that cannot be ruled out. ``rank_lower_marginal, rank_upper_marginal`` : the set for a
        reader who looks at this one unit only.
        ``first, co_first`` : whether the unit is ranked first; whether it cannot be ruled out that it is the best.
        ``band`` : see `bands`.
        ``gap_leader, gap_leader_se, gap_leader_lower, gap_leader_upper, p_leader, p_leader_adjusted`` : points to the
        highest score. ``gap_mean, ...`` : the same to the mean.
        ``comparison_lower, comparison_upper`` : intervals for plots; where those of two units just touch, the two
        differ at about the level, as a single pair (Goldstein & Healy 1995). They are no intervals of the scores.
        ``shrunken, shrunken_lower, shrunken_upper, reliability`` : with `shrink` only.
        ``change, change_se, change_lower, change_upper, change_percent, p_change, p_change_adjusted, waves_first,
        leader_changed`` : with `wave` only.
        ``note`` : why a unit is not published, or that it has an effective number of less than 100 answers.
    groups : data frame
        One row for each group and wave: ``units, ranked, highest, lowest, first, co_first, pairs, told_apart, places,
        bands``. Of the ``pairs`` of units ``told_apart`` are told apart, at once; ``places`` is the mean number of
        places in a rank set. ``between_sd``, with `shrink`, is the standard deviation of the true scores.
    bands : data frame
        One row for each band: ``band, units, highest, lowest``. No two units of a band can be told apart, each unit of
        a lower band is told to be below some unit of the band above it, and there are as few bands as this allows. Band
        1 are the co-first. A unit with a wide interval can be in a higher band than one that has a higher score.
    apart : data frame
        One row for each pair that can be told apart, all of them at once: ``higher, lower, gap`` after the group columns.
    rules : Rules
        Everything that was decided.
    keys, labels : tuple of str
        Columns by which units are ranked apart, and those that name the units.
    waves : tuple
        Labels of the waves in their order.
    """

    name: str
    table: pd.DataFrame
    groups: pd.DataFrame
    bands: pd.DataFrame
    apart: pd.DataFrame
    rules: Rules
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    waves: tuple[Any, ...] = ()

    def summary(self, lang: str = "en") -> str:
        """Return what can be said of the order of the units, and what not, in English (``"en"``) or Korean (``"ko"``).

        With waves it is about the last one.
        """
        return league_text.summary(self, wording.language(lang))

    def __repr__(self) -> str:
        return league_text.short(self)

    def _repr_html_(self) -> str:
        columns = [
            *self.keys,
            *self.labels,
            "n",
            "estimate",
            "se",
            "lower",
            "upper",
            "rank",
            "rank_lower",
            "rank_upper",
        ]
        shown = self.table[list(dict.fromkeys(columns))]
        return display.page(repr(self), [display.as_table(shown, "Ranks, and those not ruled out", ".table")])
