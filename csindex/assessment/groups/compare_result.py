"""The result of a comparison of groups: tables of differences and tests, and a text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from csindex.assessment.groups.groups import labels_of
from csindex.assessment.groups.quantities import LABELS, NAMES, UNITS
from csindex.assessment.wording import by_reason, probability, reasons
from csindex.estimation.estimates import Status
from csindex.fitting.result import Fit
from csindex.fitting.text import names_shown
from csindex.index.impacts import STEP
from csindex.messages import Argument, Language
from csindex.replicates.intervals import INTERVALS, counts_replicates
from csindex.text import html
from csindex.text.document import Bullets, Paragraph, Section, Table
from csindex.text.result import Result
from csindex.text.speaker import Speaker

SHOWN = 12


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Result):
    """The result of `csindex.compare`.

    Attributes
    ----------
    result : Fit
        The groups' own estimates.
    differences : data frame
        A row for each pair of groups and parameter: ``quantity``, the parameter's labels, ``group_1, group_2, estimate_1,
        estimate_2, estimate`` (the first less the second), ``se, lower, upper, p, p_adjusted, mga``, and with
        permutations ``p_permutation, p_permutation_adjusted``. *mga* is Henseler's probability that the first group's
        parameter is not larger than the second's: below 0.05 the first is larger, above 0.95 the second, at 5% for a
        direction that was named beforehand. It needs independent samples with bootstrap or parametric replicates.
    omnibus : data frame
        Tests that all groups are equal: ``quantity``, labels, ``test, statistic, df, df_error, p, p_adjusted``. *wald* is
        Welch's F on the estimates and their standard errors (for a sampling design with the distribution that their joint
        covariance gives it; of two groups the test of their difference), with scores on the logit scale and paths,
        effects, loadings and R² on Fisher's z scale; *permutation* has the variance between the groups, weighted by effective answers, as its statistic;
        *d_ULS* and *d_G* are the average distances between the groups' model-implied correlations of the items (Klesel,
        Schuberth, Henseler & Dijkstra 2019), with permutation p-values.
    adjust : str
        How p-values are adjusted, over all rows of a quantity (and test).
    reference : group or None
    permutations, seed : int
    shuffled : str
        What was shuffled.
    failures : dict of Status to int
        Permutations that could not be estimated.
    """

    result: Fit
    differences: pd.DataFrame
    omnibus: pd.DataFrame
    adjust: str
    reference: Any = None
    permutations: int = 0
    seed: int = 1
    shuffled: str = ""
    failures: Mapping[Status, int] = field(default_factory=dict)

    TABLES: ClassVar = {"differences": "differences", "omnibus": "omnibus"}

    @property
    def failed(self) -> dict[str, int]:
        """Permutations that could not be estimated, by reason."""
        return by_reason(self.failures)

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield what differs, whether anything does, and how it was tested; Korean texts have the labels of constructs."""
        speaker = _speaker(self, lang)
        yield Section("", (Paragraph(_headline(self, speaker)),))
        for name in self.differences["quantity"].unique():
            yield _quantity(self, str(name), speaker)
        if (self.omnibus["quantity"] == "model").any():
            yield Section("", (Paragraph(_distances(self, speaker)),))
        yield _method(self, speaker)

    def brief(self, lang: Language) -> Iterator[Section]:
        """Yield the groups, and how many differences of each quantity are clear of 0."""
        speaker = _speaker(self, lang)
        verdicts = [_verdict(self, str(name), speaker) for name in self.differences["quantity"].unique()]
        yield Section("", (Paragraph(_headline(self, speaker)), Bullets(tuple(verdicts), "")))

    def _repr_html_(self) -> str:
        known = self.differences.sort_values("p_adjusted", kind="stable").dropna(axis=1, how="all")
        caption = _speaker(self, "en").say("clearest_first")
        return html.write(self.brief("en"), [html.as_table(known, caption, ".differences")])


class _Words(Speaker):
    """Sentences about a comparison."""

    families = ("comparison",)


def _speaker(found: Comparison, lang: Language) -> _Words:
    return _Words(names_shown(found.result, lang), lang)


def _alpha(found: Comparison) -> float:
    return 1 - found.result.options.level


def _level(found: Comparison) -> str:
    return f"{found.result.options.level:.0%}"


def _headline(found: Comparison, speaker: Speaker) -> str:
    units, sample = found.result.units, found.result.sample
    assert units is not None
    labels = zip(labels_of(units), sample["n"], strict=True)
    names = [speaker.say("group", name=name, answers=n) for name, n in labels]
    more = speaker.say("more_groups", count=len(names) - SHOWN) if len(names) > SHOWN else ""
    return speaker.say("groups", count=len(names), groups=", ".join(names[:SHOWN]), more=more)


def _meant(name: str, speaker: Speaker) -> str:
    """Return the words for a quantity; the user's own quantities have a name only."""
    return speaker.say(name, step=STEP) if name in NAMES else name


def _verdict(found: Comparison, name: str, speaker: Speaker) -> str:
    frame = found.differences[found.differences["quantity"] == name]
    tested, quantity = frame["p_adjusted"].notna(), _meant(name, speaker)
    if not tested.any():
        return speaker.say("untested", quantity=quantity, count=len(frame))
    counts = {"found": int((frame["p_adjusted"] < _alpha(found)).sum()), "count": int(tested.sum())}
    method = speaker.say(found.adjust).partition("(")[0].strip()
    how = "" if found.adjust == "none" else speaker.say("after_adjustment", method=method)
    return speaker.say("clear", quantity=quantity, **counts, alpha=_alpha(found), adjustment=how)


def _quantity(found: Comparison, name: str, speaker: Speaker) -> Section:
    frame = found.differences[found.differences["quantity"] == name]
    ordered = frame.sort_values("p", kind="stable").head(SHOWN)
    rows = [_cells(row, found, 1 if name in UNITS else 3, speaker) for row in ordered.to_dict("records")]
    more = len(frame) - SHOWN
    rest = speaker.say("more_rows", count=more) if more > 0 else ""
    heads = speaker.say("heads", level=_level(found)).split("|")
    first = _verdict(found, name, speaker)
    table = Table("", tuple(heads), tuple(rows), left=2, rest=(len(rows), rest))
    return Section(first[0].upper() + first[1:], (table, *map(Paragraph, _unequal(found, name, speaker))))


def _cells(row: Mapping[Any, Any], found: Comparison, digits: int, speaker: Speaker) -> tuple[str, ...]:
    """Return a difference as it is to be read, with a star where it is clear."""
    star = " *" if row["p_adjusted"] < _alpha(found) else ""
    ends = (f"{row[end]:.{digits}f}" for end in ("lower", "upper"))
    between = (" to " if speaker.lang == "en" else " ~ ").join(ends) if np.isfinite(row["se"]) else "–"
    return (
        parameter(row, speaker),
        f"{row['group_1']} − {row['group_2']}",
        f"{row['estimate']:+.{digits}f}",
        between,
        probability(row["p"]),
        probability(row["p_adjusted"]) + star,
    )


def _unequal(found: Comparison, name: str, speaker: Speaker) -> list[str]:
    """Return for which parameters the hypothesis that all groups are equal is rejected."""
    units = found.result.units
    frame = found.omnibus[(found.omnibus["quantity"] == name) & (found.omnibus["test"] == "wald")]
    if units is None or len(units) < 3 or frame.empty:
        return []
    unequal = [
        speaker.say("unequal_one", name=parameter(row, speaker), p=probability(row["p_adjusted"]))
        for row in frame.to_dict("records")
        if row["p_adjusted"] < _alpha(found)
    ]
    if unequal:
        return [speaker.say("unequal", found=", ".join(unequal))]
    pairs = found.differences[found.differences["quantity"] == name]
    apart = int((pairs["p_adjusted"] < _alpha(found)).sum())
    return [speaker.say("pairs_only", count=apart) if apart else speaker.say("equal")]


def _distances(found: Comparison, speaker: Speaker) -> str:
    frame = found.omnibus[found.omnibus["quantity"] == "model"]
    said = [
        speaker.say("distance", test=row["test"], statistic=row["statistic"], p=probability(row["p"]))
        for row in frame.to_dict("records")
    ]
    low = bool((frame["p"] < _alpha(found)).any())
    return speaker.say("model_differs" if low else "model_same", found=", ".join(said))


def _method(found: Comparison, speaker: Speaker) -> Section:
    options, drawn, say = found.result.options, found.result.replicates, speaker.say
    lines = []
    if drawn is not None:
        counts = {"replicates": drawn.estimates.index.shape[1], "seed": found.result.seed}
        counts["kind"] = drawn.words_in(speaker.lang)
        asked = INTERVALS[options.interval].of_differences
        interval = {"interval": speaker.term(found.result.interval_words)} if asked else {}
        lines.append(say("intervals" if asked else "tested", **counts, **interval))
    lines += [_adjustment(found, speaker), *_floor(found, speaker)]
    if found.permutations:
        why = say("reasons", reasons=reasons(found.failures)) if found.failures else ""
        counts = {"count": found.permutations, "seed": found.seed, "failed": sum(found.failures.values())}
        lines.append(say("permutations", shuffled=say(found.shuffled), reasons=why, **counts))
    lines.append(say("invariant_first"))
    return Section(say("how"), tuple(map(Paragraph, lines)))


def _adjustment(found: Comparison, speaker: Speaker) -> str:
    counts = found.differences.groupby("quantity", sort=False)["p"].count()
    said = [speaker.say("tests", count=count, quantity=_short(str(name), speaker)) for name, count in counts.items()]
    if found.adjust == "none":
        return speaker.say("unadjusted", counts=", ".join(said))
    return speaker.say("adjusted", method=speaker.say(found.adjust), counts=", ".join(said), alpha=_alpha(found))


def _short(name: str, speaker: Speaker) -> str:
    """Return how a quantity is named where it is counted: English readers know it by the argument's value."""
    return name if speaker.lang == "en" else _meant(name, speaker)


def _floor(found: Comparison, speaker: Speaker) -> list[str]:
    """Return a sentence where the replicates are too few for any adjusted p-value to be small."""
    options = found.result.options
    most = int(found.differences.groupby("quantity")["p"].count().max())
    least = 2 / (options.replicates + 1)
    if found.result.replicates is None or not counts_replicates(options) or found.adjust == "none":
        return []
    if least * most < _alpha(found):
        return []
    wanted = Argument("replicates", _round(2 * most / _alpha(found)), "{name}={value:,}")
    numbers = {"replicates": options.replicates, "least": least, "tests": most, "adjusted": min(1.0, least * most)}
    return [speaker.say("few_replicates", wanted=wanted, **numbers)]


def parameter(row: Mapping[Any, Any], speaker: Speaker) -> str:
    """Return a parameter's labels as text, e.g. ``Quality → Satisfaction``."""
    there = {name: str(row[name]) for name in LABELS if isinstance(row.get(name), str)}
    if "source" in there:
        return f"{speaker.name(there['source'])} → {speaker.name(there['target'])}"
    return there.get("item") or speaker.name(there.get("construct", ""))


def _round(least: float) -> int:
    """Return the next round number of replicates."""
    return int(np.ceil(least / 1000) * 1000)
