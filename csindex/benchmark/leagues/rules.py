"""What a league is made by: the choices of `csindex.league`, checked once."""

from dataclasses import dataclass
from typing import Any, Literal

from csindex.benchmark.leagues.multiplicity import ADJUSTMENTS, SPELLINGS, Adjust
from csindex.errors import OptionError
from csindex.options import choose, whole

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
            raise OptionError(f"level={level!r} must be at least 0.5 and less than 1, e.g. 0.95.")
        adjust = SPELLINGS.get(self.adjust, self.adjust) if isinstance(self.adjust, str) else self.adjust
        object.__setattr__(self, "adjust", choose("adjust", adjust, ADJUSTMENTS))
        if self.shrink is not None:
            choose("shrink", self.shrink, ["eb"])
        if self.rounding is not None:
            object.__setattr__(self, "rounding", whole("rounding", self.rounding, 0))
        object.__setattr__(self, "least_n", whole("least_n", self.least_n, 0))
        object.__setattr__(self, "seed", whole("seed", self.seed, 0))
