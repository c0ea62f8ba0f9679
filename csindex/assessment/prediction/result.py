"""The result of a prediction: tables of errors, tests, and a text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from csindex.assessment.groups.groups import labels_of
from csindex.assessment.wording import by_reason, probability, reasons
from csindex.estimation.estimates import Status
from csindex.fitting.result import Fit
from csindex.fitting.text import names_shown
from csindex.messages import Language, Message
from csindex.text import html
from csindex.text.document import Bullets, Paragraph, Section, Table
from csindex.text.result import Result
from csindex.text.speaker import Speaker

SHOWN = 12
POWERS = ("high", "medium", "low", "none")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Prediction(Result):
    """The result of `csindex.predict`. It holds no respondents' rows.

    Tables begin with the unit columns of ``by=`` and end with ``estimate, se, lower, upper``. Standard errors are over
    respondents (delta method; within the sampling design where there is one). They take the losses of different respondents
    to be independent; as training sets overlap, that holds approximately.

    Attributes
    ----------
    result : Fit
        Of the whole sample, without replicates.
    items : data frame
        ``construct, item, metric, predictor, spread, estimate, ...``. *metric*: rmse and mae on the question's scale, q2 = 1 -
        Σe²/Σ(x - training mean)². *predictor*: the model (pls), the linear model (lm), the training mean (mean), and the
        difference of the first two (pls - lm), negative where the model is better. *spread* is the standard deviation over
        the repeats.
    constructs : data frame
        The same of respondents' index scores, 0-100: ``construct, metric, predictor, ...``.
    cvpat : data frame
        ``construct, benchmark, loss, loss_benchmark, estimate, ..., p``: mean losses (square errors, averaged over the
        construct's items), and their difference, negative where the model is better; for each construct and *overall*, against
        the indicators' averages (mean) and the linear model (lm). p is two-sided.
    power : data frame
        ``construct, items, better, power``: how many items the model predicts with a smaller RMSE than the linear model, and
        what Shmueli et al. (2019) call that: none, low (the minority), medium (half or more), high (all).
    in_sample : data frame
        As `items`, of the rows in the training sets (predictions averaged over them): how well the model fits the rows that it
        was estimated from.
    folds : data frame
        ``repeat, fold, train, test, status`` of every training set.
    antecedents, benchmark, average : str
    repeats, seed : int
    dealt, sampling : Message
        How the folds were formed, and what the standard errors are over.
    failures : dict of Status to int
        Training sets that could not be estimated.
    """

    result: Fit
    items: pd.DataFrame
    constructs: pd.DataFrame
    cvpat: pd.DataFrame
    power: pd.DataFrame
    in_sample: pd.DataFrame
    folds: pd.DataFrame
    antecedents: str
    benchmark: str
    average: str
    repeats: int
    seed: int
    dealt: Message
    sampling: Message
    failures: Mapping[Status, int] = field(default_factory=dict)

    TABLES: ClassVar = {name: name for name in ("items", "constructs", "cvpat", "power", "in_sample", "folds")}

    @property
    def drawn(self) -> str:
        """How the folds were formed, in English."""
        return str(self.dealt)

    @property
    def sampled(self) -> str:
        """What the standard errors are over, in English."""
        return str(self.sampling)

    @property
    def failed(self) -> dict[str, int]:
        """Training sets that could not be estimated, by reason."""
        return by_reason(self.failures)

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield how well the model predicts, compared with what, and how that was computed."""
        speaker = _speaker(self, lang)
        yield from self.brief(lang)
        if self.result.units is None:
            yield from (_items(self, speaker), _indices(self, speaker), _losses(self, speaker))
        else:
            yield _units(self, speaker)
        yield _method(self, speaker)

    def brief(self, lang: Language) -> Iterator[Section]:
        """Yield Q², the predictive power, and the tests of losses."""
        speaker = _speaker(self, lang)
        said = _verdicts(self, speaker) if self.result.units is None else [_unit_powers(self, speaker)]
        yield Section("", (Bullets(tuple(said), ""),))

    def _repr_html_(self) -> str:
        say = _speaker(self, "en").say
        tables = [
            html.as_table(self.power, say("power_table"), ".power"),
            html.as_table(self.cvpat, say("losses_table"), ".cvpat"),
        ]
        return html.write(self.brief("en"), tables)


class _Words(Speaker):
    """Sentences about a prediction."""

    families = ("prediction",)


def _speaker(found: Prediction, lang: Language) -> _Words:
    return _Words(names_shown(found.result, lang), lang)


def _level(found: Prediction) -> str:
    return f"{found.result.options.level:.0%}"


def _unit_powers(found: Prediction, speaker: Speaker) -> str:
    """Return how many units have which predictive power."""
    units, target = found.result.units, found.result.model.target
    assert units is not None
    judged = target if target in set(found.power["construct"]) else "all"
    counts = found.power.loc[found.power["construct"] == judged, "power"].value_counts()
    said = [speaker.say(f"power_count_{name}", count=counts[name]) for name in POWERS if name in counts]
    name = speaker.say("all") if judged == "all" else speaker.name(judged)
    return speaker.say("power_units", construct=name, units=len(units), counts=", ".join(said))


def _verdicts(found: Prediction, speaker: Speaker) -> Iterator[str]:
    yield _better_than_means(found, speaker)
    target, power = found.result.model.target, found.power.set_index("construct")
    for name, called in (("all", speaker.say("all_endogenous")), (target, speaker.name(target))):
        if name in power.index:
            row = power.loc[name]
            meant = speaker.say(f"power_{row['power']}")
            yield speaker.say("power", construct=called, better=row["better"], items=row["items"], meant=meant)
    overall = found.cvpat[found.cvpat["construct"] == "overall"]
    yield from (_loss_sentence(losses, found, speaker) for losses in overall.to_dict("records"))


def _better_than_means(found: Prediction, speaker: Speaker) -> str:
    q2 = _q2(found)
    below = q2.loc[q2["estimate"] <= 0, "item"].tolist()
    rest = speaker.say("q2_below", items=", ".join(below)) if below else ""
    return speaker.say("q2", good=len(q2) - len(below), items=len(q2), rest=rest)


def _q2(found: Prediction) -> pd.DataFrame:
    return found.items[(found.items["metric"] == "q2") & (found.items["predictor"] == "pls")]


def _loss_sentence(row: Mapping[Any, Any], found: Prediction, speaker: Speaker) -> str:
    numbers = {name: row[name] for name in ("estimate", "lower", "upper")}
    difference = speaker.say("difference", level=_level(found), p=probability(row["p"]), **numbers)
    sure = row["p"] < 1 - found.result.options.level
    key = "same" if not sure else "smaller" if row["estimate"] < 0 else "larger"
    return speaker.say(key, other=speaker.say(f"loss_{row['benchmark']}"), difference=difference)


def _wide(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a row for each target and a column for each metric and predictor."""
    named = frame.assign(column=frame["metric"] + " " + frame["predictor"])
    return named.pivot_table(index=keys, columns="column", values="estimate", sort=False)


def _heads(key: str, found: Prediction, speaker: Speaker) -> tuple[str, ...]:
    return tuple(speaker.say(key, level=_level(found)).split("|"))


def _items(found: Prediction, speaker: Speaker) -> Section:
    wide, ends = _wide(found.items, ["construct", "item"]), _q2(found).set_index("item")
    rows = []
    for (construct, item), row in zip(wide.index.tolist(), wide.to_dict("records"), strict=True):
        between = speaker.say("item_ends", lower=ends["lower"][item], upper=ends["upper"][item])
        errors = (f"{row[name]:.3f}" for name in ("rmse pls", "rmse lm", "mae pls", "mae lm"))
        rows.append((speaker.name(str(construct)), str(item), f"{row['q2 pls']:.3f}", between, *errors))
    table = Table("", _heads("item_heads", found, speaker), tuple(rows), left=2)
    return Section(speaker.say("items"), (table,))


def _indices(found: Prediction, speaker: Speaker) -> Section:
    wide = _wide(found.constructs, ["construct"])
    rows = []
    for name, row in zip(wide.index.tolist(), wide.to_dict("records"), strict=True):
        errors = (f"{row[f'rmse {one}']:.1f}" for one in ("pls", "lm", "mean"))
        rows.append((speaker.name(str(name)), f"{row['q2 pls']:.3f}", *errors))
    return Section(speaker.say("indices"), (Table("", _heads("index_heads", found, speaker), tuple(rows)),))


def _losses(found: Prediction, speaker: Speaker) -> Section:
    rows = []
    for row in found.cvpat.to_dict("records"):
        name = speaker.say("overall") if row["construct"] == "overall" else speaker.name(row["construct"])
        losses = (f"{row[column]:.3f}" for column in ("loss", "loss_benchmark"))
        between = speaker.say("ends", lower=row["lower"], upper=row["upper"])
        numbers = (*losses, f"{row['estimate']:+.3f}", between, probability(row["p"]))
        rows.append((name, speaker.say(f"against_{row['benchmark']}"), *numbers))
    table = Table("", _heads("loss_heads", found, speaker), tuple(rows), left=2)
    return Section(speaker.say("losses"), (table,))


def _units(found: Prediction, speaker: Speaker) -> Section:
    units = found.result.units
    assert units is not None
    names, target, chosen = labels_of(units), found.result.model.target, found.constructs
    if target not in set(chosen["construct"]):
        target = str(chosen["construct"].iloc[-1])
    chosen = chosen[(chosen["construct"] == target) & (chosen["predictor"] == "pls")]
    q2, rmse = (chosen[chosen["metric"] == name] for name in ("q2", "rmse"))
    rows = []
    for name, a, b in zip(names[:SHOWN], q2.to_dict("records"), rmse.to_dict("records"), strict=False):
        between = speaker.say("item_ends", lower=a["lower"], upper=a["upper"])
        rows.append((str(name), f"{a['estimate']:.3f}", between, f"{b['estimate']:.1f}"))
    more = len(names) - SHOWN
    rest = speaker.say("more_units", count=more) if more > 0 else ""
    table = Table("", _heads("unit_heads", found, speaker), tuple(rows), rest=(len(rows), rest))
    return Section(speaker.say("units", construct=speaker.name(target)), (table,))


def _method(found: Prediction, speaker: Speaker) -> Section:
    say, account = speaker.say, found.result.account
    counts = {"failed": sum(found.failures.values()), "sets": len(found.folds)}
    lines = [
        say(
            "plspredict",
            rows="" if account is None else say("used", used=account.used, rows=account.rows),
            folds=found.dealt,
            reasons=say("reasons", reasons=reasons(found.failures)) if found.failures else "",
            **counts,
        ),
        say(
            "known",
            antecedents=say(f"antecedents_{found.antecedents}"),
            benchmark=say(f"benchmark_{found.benchmark}"),
        ),
        say("averaged", what=say(f"average_{found.average}"), sampled=found.sampling),
        say("test"),
    ]
    return Section(say("how"), tuple(map(Paragraph, lines)))
