"""The result of MICOM: its steps as tables, a verdict, and a sentence for each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from csindex.assessment.groups.groups import labels_of
from csindex.assessment.wording import by_reason
from csindex.estimation.estimates import Status
from csindex.fitting.result import Fit
from csindex.fitting.text import names_shown
from csindex.messages import Language, Message
from csindex.text import html
from csindex.text.document import Bullets, Section, Table
from csindex.text.result import Result
from csindex.text.speaker import Speaker

VERDICTS = ("full", "partial", "none")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Micom(Result):
    """The result of `csindex.micom`.

    Attributes
    ----------
    result : Fit
        The groups' own estimates, without replicates.
    compositional : data frame
        Step 2: ``group_1, group_2, construct, correlation, quantile, p, p_adjusted, invariant``. *correlation* is c, between
        the scores that each group's weights give in both groups together; *quantile* what c exceeds in all but 1 - level of
        the permutations.
    equality : data frame
        Step 3: ``group_1, group_2, construct, aspect, estimate, lower, upper, p, p_adjusted, equal``. The *estimate* is the
        first group's mean less the second's, in standard deviations of both together (or 0–100 points, of centred
        items), or the logarithm of the ratio of their variances; *lower* and *upper* span the permutations' values.
    verdict : data frame
        ``group_1, group_2, construct, verdict``: *full*, *partial* or *none*.
    items : {"standardized", "raw"}
        The items that the composites of step 2 consist of.
    adjust : str
        How p-values are adjusted over the pairs of groups.
    permutations, seed : int
    shuffled : str
        What was shuffled.
    failures : dict of Status to int
        Permutations that could not be estimated.
    """

    result: Fit
    compositional: pd.DataFrame
    equality: pd.DataFrame
    verdict: pd.DataFrame
    items: str
    adjust: str
    permutations: int
    seed: int
    shuffled: str
    failures: Mapping[Status, int] = field(default_factory=dict)

    TABLES: ClassVar = {"compositional": "compositional", "equality": "equality", "verdict": "verdict"}

    @property
    def failed(self) -> dict[str, int]:
        """Permutations that could not be estimated, by reason."""
        return by_reason(self.failures)

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield a sentence for each step and each verdict, and how they were tested."""
        speaker = _speaker(self, lang)
        steps = [_configural(self, speaker), _composition(self, speaker)]
        steps += [_equality(self, aspect, speaker) for aspect in ("mean", "variance")]
        yield Section("", (Bullets(tuple(steps), ""),))
        yield from self.brief(lang)
        yield Section("", (Bullets((_method(self, speaker),), ""),))

    def brief(self, lang: Language) -> Iterator[Section]:
        """Yield a sentence for each verdict."""
        yield Section("", (Bullets(tuple(_verdicts(self, _speaker(self, lang))), ""),))

    def _repr_html_(self) -> str:
        return html.write([*self.brief("en"), Section("", (_cells(self, _speaker(self, "en")),))])


class _Words(Speaker):
    """Sentences about invariance."""

    families = ("invariance",)


def _speaker(found: Micom, lang: Language) -> _Words:
    return _Words(names_shown(found.result, lang), lang)


def _alpha(found: Micom) -> str:
    return f"{1 - found.result.options.level:.3g}"


def _configural(found: Micom, speaker: Speaker) -> str:
    model, options = found.result.model, found.result.options
    assert found.result.units is not None
    # English readers know the options by their values.
    chosen = {name: getattr(options, name) for name in ("scheme", "variant", "missing")}
    if speaker.lang == "ko":
        chosen = {name: speaker.term(value) for name, value in chosen.items()}
    groups = ", ".join(map(str, labels_of(found.result.units)))
    return speaker.say("configural", groups=groups, items=len(model.items), **chosen)


def _composition(found: Micom, speaker: Speaker) -> str:
    frame = found.compositional
    broken = frame[~frame["invariant"]]
    if broken.empty:
        counts = {"constructs": frame["construct"].nunique(), "least": frame["correlation"].min()}
        return speaker.say("composition_holds", alpha=_alpha(found), **counts)
    numbers = ("correlation", "quantile")
    each = [
        speaker.say("composition_one", who=_who(row, found, speaker), **{name: row[name] for name in numbers})
        for row in broken.to_dict("records")
    ]
    return speaker.say("composition_fails", alpha=_alpha(found), found=", ".join(each))


def _equality(found: Micom, aspect: str, speaker: Speaker) -> str:
    """Return whether the means, or the variances, of the composites are equal."""
    frame = found.equality[found.equality["aspect"] == aspect]
    apart = frame[~frame["equal"]]
    if apart.empty:
        return speaker.say(f"{aspect}_holds", alpha=_alpha(found), constructs=frame["construct"].nunique())
    each = [
        speaker.say(f"{aspect}_one", who=_who(row, found, speaker), estimate=row["estimate"])
        for row in apart.to_dict("records")
    ]
    return speaker.say(f"{aspect}_fails", alpha=_alpha(found), found=", ".join(each))


def _verdicts(found: Micom, speaker: Speaker) -> Iterator[str]:
    for verdict in VERDICTS:
        rows = found.verdict[found.verdict["verdict"] == verdict]
        if len(rows):
            yield speaker.say(verdict, who=_all_of(rows, found, speaker))


def _all_of(rows: pd.DataFrame, found: Micom, speaker: Speaker) -> str:
    """Return constructs and, with more than two groups, the pairs of each."""
    assert found.result.units is not None
    if len(found.result.units) == 2:
        return ", ".join(map(speaker.name, rows["construct"]))
    out = []
    for construct, part in rows.groupby("construct", sort=False):
        every = len(part) == len(found.verdict) // found.verdict["construct"].nunique()
        pairs = [_pair(row, speaker) for row in part.to_dict("records")]
        named = speaker.say("all_pairs") if every else "; ".join(pairs)
        out.append(speaker.say("construct_pairs", name=speaker.name(str(construct)), pairs=named))
    return ", ".join(out)


def _pair(row: Mapping[Any, Any], speaker: Speaker) -> str:
    return speaker.say("pair", first=row["group_1"], second=row["group_2"])


def _who(row: Mapping[Any, Any], found: Micom, speaker: Speaker) -> str:
    """Return the construct and, with more than two groups, the pair."""
    assert found.result.units is not None
    name = speaker.name(row["construct"])
    return speaker.say("construct_pairs", name=name, pairs=_pair(row, speaker)) if len(found.result.units) > 2 else name


def _cells(found: Micom, speaker: Speaker) -> Table:
    rows = [
        (_pair(row, speaker), speaker.name(row["construct"]), speaker.say(f"verdict_{row['verdict']}"))
        for row in found.verdict.to_dict("records")
    ]
    return Table("", tuple(speaker.say("verdict_heads").split("|")), tuple(rows), left=3)


def _method(found: Micom, speaker: Speaker) -> str:
    several = found.result.units is not None and len(found.result.units) > 2
    counts = {"count": found.permutations, "failed": sum(found.failures.values()), "seed": found.seed}
    return speaker.say(
        "micom",
        shuffled=Message(f"comparison.{found.shuffled}"),
        items=speaker.say(f"items_{found.items}"),
        adjusted=speaker.say("over_pairs", method=Message(f"comparison.{found.adjust}")) if several else "",
        **counts,
    )
