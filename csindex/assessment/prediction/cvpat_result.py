"""The result of a comparison of two models' predictions: its table and its text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from csindex.assessment.wording import by_reason, probability
from csindex.estimation.estimates import Status
from csindex.fitting.result import Fit
from csindex.fitting.text import names_shown
from csindex.messages import Language, Message
from csindex.text import html
from csindex.text.document import Bullets, Section, Table
from csindex.text.result import ShortResult

OVERALL = "overall"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cvpat(ShortResult):
    """The result of `csindex.cvpat`.

    Attributes
    ----------
    table : data frame
        Unit columns, ``construct, items, loss_1, loss_2, estimate, se, lower, upper, p``: mean losses of the two models
        (square errors, averaged over the items of the construct that both predict), and the first less the second, negative
        where the first predicts better; for each construct and *overall*. p is two-sided; half of it is that of Liengaard et
        al.'s (2021) one-sided test, where the direction was named beforehand.
    first, second : Fit
        Of the whole sample, without replicates.
    antecedents, average : str
    seed : int
    dealt : Message
        How the folds were formed.
    failures : dict of Status to int
        Training sets that could not be estimated, of both models.
    """

    table: pd.DataFrame
    first: Fit
    second: Fit
    antecedents: str
    average: str
    seed: int
    dealt: Message
    failures: Mapping[Status, int] = field(default_factory=dict)

    TABLES: ClassVar = {"cvpat": "table"}

    @property
    def drawn(self) -> str:
        """How the folds were formed, in English."""
        return str(self.dealt)

    @property
    def failed(self) -> dict[str, int]:
        """Training sets that could not be estimated, by reason."""
        return by_reason(self.failures)

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield which model predicts better, in each unit, and how that was tested."""
        rows = self.table[self.table["construct"] == OVERALL]
        lines = [_better(row, self, lang) for row in rows.to_dict("records")]
        lines.append(_say(lang, "cvpat", folds=self.dealt, failed=sum(self.failures.values())))
        yield Section("", (Bullets(tuple(lines), ""),))

    def _repr_html_(self) -> str:
        return html.write([*self.blocks("en"), Section("", (_cells(self, "en"),))])


def _say(lang: Language, key: str, **values: object) -> str:
    return Message(f"prediction.{key}", **values).text(lang)


def _units(found: Cvpat) -> list[str]:
    return [] if found.first.units is None else [str(name) for name in found.first.units.columns]


def _level(found: Cvpat) -> str:
    return f"{found.first.options.level:.0%}"


def _better(row: Mapping[Any, Any], found: Cvpat, lang: Language) -> str:
    names = ", ".join(str(row[name]) for name in _units(found))
    numbers = {name: row[name] for name in ("loss_1", "loss_2", "estimate", "lower", "upper", "p")}
    losses = _say(lang, "two_losses", level=_level(found), **numbers)
    sure = row["p"] < 1 - found.first.options.level
    key = "not_apart" if not sure else "first_better" if row["estimate"] < 0 else "second_better"
    said = _say(lang, key, unit=f"{names}: " if names else "", losses=losses)
    return said[0].upper() + said[1:]


def _cells(found: Cvpat, lang: Language) -> Table:
    units = _units(found)
    names = {**names_shown(found.first, lang), OVERALL: _say(lang, "overall")}
    rows = []
    for row in found.table.to_dict("records"):
        losses = [f"{row[name]:.3f}" for name in ("loss_1", "loss_2")]
        between = _say(lang, "ends", lower=row["lower"], upper=row["upper"])
        numbers = (*losses, f"{row['estimate']:+.3f}", between, probability(row["p"]))
        own = [str(row[name]) for name in units]
        rows.append((*own, names.get(row["construct"], row["construct"]), *numbers))
    heads = _say(lang, "construct_heads", level=_level(found)).split("|")
    return Table(_say(lang, "construct_losses"), (*units, *heads), tuple(rows), left=len(units) + 1)
