"""Ranks, gaps and bands of units that are ranked among each other (array functions)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from csindex.benchmark.leagues import gaps, ranks
from csindex.benchmark.leagues.gaps import ADJUSTMENTS, SPELLINGS, Adjust
from csindex.benchmark.leagues.shrinkage import shrink
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import OptionError
from csindex.index.differences import all_pairs
from csindex.index.logit_scores import LogitScores
from csindex.messages import Message
from csindex.options import choose, whole
from csindex.stacks.layout import Array

Shrink = Literal["eb"] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The choices of a league; every field is also an argument of `csindex.league`."""

    level: float = 0.95
    simultaneous: bool = True
    least_n: int = 30
    adjust: Adjust = "holm"
    shrink: Shrink = None
    rounding: int | None = None
    wave: str | None = None
    bands: bool = True
    seed: int = 1
    mean: str = "equal"

    def __post_init__(self) -> None:
        level: Any = self.level
        if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0.5 <= level < 1:
            raise OptionError(Message("league.level", level=level))
        adjust = SPELLINGS.get(self.adjust, self.adjust) if isinstance(self.adjust, str) else self.adjust
        object.__setattr__(self, "adjust", choose("adjust", adjust, ADJUSTMENTS))
        if self.shrink is not None:
            choose("shrink", self.shrink, ["eb"])
        if self.rounding is not None:
            object.__setattr__(self, "rounding", whole("rounding", self.rounding, 0))
        object.__setattr__(self, "least_n", whole("least_n", self.least_n, 0))
        object.__setattr__(self, "seed", whole("seed", self.seed, 0))


DRAWS = 4000
FEWEST_SHRUNK = 10
WHOLE = ("rank", "rank_lower", "rank_upper", "rank_lower_marginal", "rank_upper_marginal", "band")
YES_NO = ("first", "co_first")


@dataclass(frozen=True, slots=True)
class Standing:
    """U units ranked among each other.

    Attributes
    ----------
    columns : mapping of column to (U,)
    totals : mapping of name to number
        Of the league as a whole.
    above : (U, U)
        True at [j, k] where unit j is found to be above unit k, all pairs at once.
    """

    columns: dict[str, Array]
    totals: dict[str, float]
    above: ranks.Truth


def rounded(values: Array, digits: int) -> Array:
    """Return values rounded to `digits` decimals, halves upward as in publications."""
    return np.floor(values * 10.0**digits + 0.5) / 10.0**digits


def standing(
    scores: UnitScores, logits: LogitScores, weights: Array | None, rules: Rules, rng: np.random.Generator
) -> Standing:
    """Rank units.

    Parameters
    ----------
    scores : UnitScores
        Of U units.
    logits : LogitScores
        Of the same units.
    weights : (U,) or None
        Of the mean with which units are compared, of sum 1; None for the mean of all others.
    rules : Rules
    rng : Generator
    """
    y, every = scores.estimate, all_pairs(logits)
    z, errors = every.z, every.error
    draws = ranks.normal_draws(logits.covariance, DRAWS, rng)
    joint = ranks.simultaneous_sets(z, errors, draws, rules.level)
    own = ranks.marginal_sets(z, errors, draws, rules.level)
    sets = joint if rules.simultaneous else own
    published = y if rules.rounding is None else rounded(y, rules.rounding)
    rank = ranks.point_ranks(published)
    columns: dict[str, Any] = {} if rules.rounding is None else {"published": published}
    columns |= {"rank": rank, "rank_lower": sets.lower, "rank_upper": sets.upper}
    columns |= {"rank_lower_marginal": own.lower, "rank_upper_marginal": own.upper}
    columns |= {"first": rank == 1, "co_first": joint.lower == 1}
    if rules.bands:
        columns["band"] = ranks.bands(y, joint.above)
    columns |= _gaps(gaps.Sample(logits, scores.covariance, draws), weights, rules)
    half = ranks.comparison_factor(errors, np.sqrt(logits.variance), rules.level)
    lower, upper = logits.interval(half)
    columns |= {"comparison_lower": lower, "comparison_upper": upper}
    totals: dict[str, float] = {
        "pairs": len(y) * (len(y) - 1) // 2,
        "told_apart": int(joint.above.sum()),
        "places": float((sets.upper - sets.lower + 1).mean()),
    }
    if rules.shrink == "eb":
        more, tau = _shrunken(y, np.sqrt(np.diag(scores.covariance)), rules.level)
        columns, totals = columns | more, totals | {"between_sd": tau}
    return Standing(columns, totals, joint.above)


def _gaps(sample: gaps.Sample, weights: Array | None, rules: Rules) -> dict[str, Array]:
    """Return the columns of the gaps to the leader and to the mean."""
    A = gaps.other_weights(len(sample.draws)) if weights is None else gaps.mean_weights(weights)
    how = (rules.level, rules.adjust, rules.simultaneous)
    found = {
        "leader": gaps.gaps_to_leader(sample, *how),
        "mean": gaps.gaps_to_mean(sample, A, *how),
    }
    columns: dict[str, Array] = {}
    for name, of in found.items():
        columns |= {f"gap_{name}": of.estimate, f"gap_{name}_se": of.se}
        columns |= {f"gap_{name}_lower": of.lower, f"gap_{name}_upper": of.upper}
        columns |= {f"p_{name}": of.p, f"p_{name}_adjusted": of.adjusted}
    return columns


def _shrunken(y: Array, se: Array, level: float) -> tuple[dict[str, Array], float]:
    """Return the columns of the shrunken scores, and the standard deviation between units; NaN for few units."""
    names = ("shrunken", "shrunken_lower", "shrunken_upper", "reliability")
    if len(y) < FEWEST_SHRUNK or not (se > 0).all():
        return dict.fromkeys(names, np.full(len(y), np.nan)), np.nan
    eb = shrink(y, se**2, level)
    return dict(zip(names, (eb.estimate, eb.lower, eb.upper, eb.reliability), strict=True)), float(np.sqrt(eb.tau2))
