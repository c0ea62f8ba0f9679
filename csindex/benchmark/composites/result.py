"""The result of a composite index: its tables, its text and its warnings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from csindex.benchmark.composites.scheme import TOTAL, Scheme
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import CsindexWarning, MissingWarning, OptionError, ReplicateWarning, SmallSampleWarning
from csindex.fitting.core import table
from csindex.fitting.intake import Plan
from csindex.messages import Argument, Language, Message, listed
from csindex.moments.missing import POLICIES, Policy
from csindex.options import choose
from csindex.replicates.bounded import mean_scores
from csindex.replicates.intervals import Uncertainty
from csindex.replicates.means import Drawn
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.text import format
from csindex.text.document import Block, Paragraph, Section, Table
from csindex.text.format import unit_name
from csindex.text.result import Result

Gaps = Literal["listwise", "available"]
# Means of the items are those of rows whose gaps are filled with them.
POLICY: dict[Gaps, Policy] = {"listwise": POLICIES["listwise"], "available": POLICIES["mean"]}
_WORDS: dict[Gaps, str] = {"listwise": "glossary.listwise", "available": "composite.available"}

FEW, MANY_MISSING, MANY_FAILED = 30, 0.05, 0.01


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CompositeResult(Result):
    """A composite index of U units with its uncertainty.

    Attributes
    ----------
    scheme : Scheme
    plan : Plan
        Replicates, seed, level and kind of interval.
    missing : {"listwise", "available"}
    account : Account
        What became of rows and answers.
    units : data frame of U rows, or None
    n, n_eff : (U,)
        Rows used, and Kish's effective number of them.
    estimates : (U, 2p + k + 1)
        Item scores and inner weights of p items, scores of k dimensions and of the whole.
    spread : Uncertainty
        Of these estimates.
    drawn : Drawn
        Replicates of the k + 1 scores.
    """

    scheme: Scheme
    plan: Plan
    missing: Gaps
    account: Account
    units: pd.DataFrame | None
    n: Array
    n_eff: Array
    estimates: Array
    spread: Uncertainty
    drawn: Drawn

    TABLES: ClassVar = {"index": "index", "items": "items", "weights": "weights"}

    @property
    def index(self) -> pd.DataFrame:
        """Scores on 0-100: unit columns, ``dimension, estimate, se, lower, upper``; the index is the dimension "Total"."""
        names = [*self.scheme.shares, TOTAL]
        return self._table({"dimension": names}, slice(-len(names), None))

    @property
    def items(self) -> pd.DataFrame:
        """Scores of the items on 0-100: unit columns, ``dimension, item, estimate, se, lower, upper``."""
        return self._table(self._labels, slice(0, len(self.scheme.items)))

    @property
    def weights(self) -> pd.DataFrame:
        """What items count within their dimension: unit columns, ``dimension, item, estimate, se, lower, upper``.

        They vary between replicates where customers' importance ratings make them.
        """
        p = len(self.scheme.items)
        return self._table(self._labels, slice(p, 2 * p))

    @property
    def scores(self) -> UnitScores:
        """The index of the units, for leagues, grades, aggregates and trends."""
        return self.scores_of(TOTAL)

    def scores_of(self, dimension: str) -> UnitScores:
        """Return the scores of one dimension of the units.

        Raises
        ------
        OptionError
            Without units or replicates, or if there is no such dimension.
        """
        names = [*self.scheme.shares, TOTAL]
        at = names.index(choose("dimension", dimension, names))
        if self.units is None:
            raise OptionError(Message("composite.single_unit"))
        if not self.plan.replicates:
            raise OptionError(Message("composite.no_replicates"))
        return UnitScores(
            name=self.scheme.name if dimension == TOTAL else dimension,
            units=self.units,
            estimate=self.estimates[:, at - len(names)],
            draws=self.drawn.draws[..., at],
            n=self.n,
            n_eff=self.n_eff,
            joint=self.drawn.joint,
            coefficients=self.drawn.coefficients,
            degrees=self.drawn.degrees,
            level=self.plan.level,
            interval="auto",
            moments=mean_scores(self.drawn.draws[..., [at]], self.spread.se[:, [at - len(names)]], self.n_eff),
        )

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield the scores, the weights, and how all was computed."""
        yield from self.brief(lang)
        weights = self.scheme.cells(lang)
        if lang == "en":
            weights = replace(weights, screen=pd.DataFrame(weights.rows, columns=weights.head).to_string(index=False))
        yield Section(_say(lang, "weights"), (weights,))
        yield Section(Message("summary.how").text(lang), tuple(map(Paragraph, _method(self, lang))))

    def brief(self, lang: Language) -> Iterator[Section]:
        """Yield the headline and the scores: of several units those of the whole, of the first units."""
        yield Section("", (Paragraph(_headline(self, lang), "lead"),))
        yield Section("", tuple(_scores(self, lang)))

    def _more(self) -> str:
        return ""

    @property
    def _labels(self) -> dict[str, list[str]]:
        pairs = [(d.name, item.name) for d in self.scheme.dimensions for item in d.items]
        return {"dimension": [d for d, _ in pairs], "item": [i for _, i in pairs]}

    def _table(self, labels: dict[str, list[str]], part: slice) -> pd.DataFrame:
        s = self.spread
        spread = Uncertainty(s.se[:, part], s.lower[:, part], s.upper[:, part], s.p[:, part])
        return table(self.units, labels, self.estimates[:, part], spread)


def notices(result: CompositeResult) -> Iterator[CsindexWarning]:
    """Yield what changes the reading of a result."""
    account, few = result.account, np.flatnonzero(result.n_eff < FEW).tolist()
    weighted = account.rows - account.zero_weight
    if account.incomplete > MANY_MISSING * weighted:
        missing = Argument("missing", result.missing)
        yield MissingWarning(
            Message("composite.missing", missing=missing, incomplete=account.incomplete, rows=weighted)
        )
    if few:
        who = Message("composite.few_sample")
        if result.units is not None:
            who = Message("composite.few_units", units=listed([unit_name(result.units, unit) for unit in few], most=3))
        yield SmallSampleWarning(Message("composite.few", who=who, few=FEW))
    if result.plan.replicates:
        share = failed(result) / max(1, result.drawn.draws[..., -1].size)
        if share > MANY_FAILED:
            yield ReplicateWarning(Message("composite.failed", share=share))


def failed(result: CompositeResult) -> int:
    """Return the number of replicates without an index."""
    there = np.ones(result.drawn.draws.shape[:2]) if result.drawn.coefficients is None else result.drawn.coefficients
    return int((~np.isfinite(result.drawn.draws[..., -1]) & (there > 0)).sum())


def _say(lang: Language, key: str, **values: object) -> str:
    return Message(f"composite.{key}", **values).text(lang)


def _headline(result: CompositeResult, lang: Language) -> str:
    total = result.index[result.index.dimension == TOTAL].estimate
    name, answers = result.scheme.called(lang), int(result.n.sum())
    if result.units is not None:
        scores = {"low": total.min(), "high": total.max(), "median": total.median()}
        return _say(lang, "headline_units", name=name, units=len(total), **scores, answers=answers)
    row, interval = result.index.iloc[-1], ""
    if np.isfinite(row.se):
        level = f"{result.plan.level:.0%}"
        interval = Message("summary.headline_interval", level=level, lower=row.lower, upper=row.upper).text(lang)
    values = {"target": name, "index": row.estimate, "interval": interval, "answers": answers}
    return Message("summary.headline", **values).text(lang)


def _scores(result: CompositeResult, lang: Language) -> Iterator[Block]:
    """Yield the scores as a table, and how many units there are besides."""
    if result.units is None:
        names = {dimension.name: dimension.called(lang) for dimension in result.scheme.dimensions}
        names[TOTAL] = _say(lang, "total")
        yield _rounded(result.index.assign(dimension=result.index.dimension.map(names)), lang)
        return
    total = result.index[result.index.dimension == TOTAL].drop(columns="dimension")
    yield _rounded(total.head(format.ROWS), lang)
    if len(total) > format.ROWS:
        yield Paragraph(_say(lang, "more_units", count=len(total) - format.ROWS), "lead")


def _rounded(frame: pd.DataFrame, lang: Language) -> Table:
    """Return scores, rounded, as they are to be read; on a screen as a data frame."""
    shown = frame.copy()
    for name, digits in (("estimate", 1), ("se", 2), ("lower", 1), ("upper", 1)):
        shown[name] = [f"{value:.{digits}f}" if np.isfinite(value) else "–" for value in frame[name]]
    words = dict(zip(_HEADS, _say(lang, "index_heads").split("|"), strict=True))
    heads = tuple(words.get(str(name), str(name)) for name in shown.columns)
    rows = tuple(tuple(map(str, row)) for row in shown.itertuples(index=False))
    return Table("", heads, rows, left=len(heads) - 4, screen=shown.to_string(index=False) if lang == "en" else "")


_HEADS = ("dimension", "estimate", "se", "lower", "upper")


def _method(result: CompositeResult, lang: Language) -> list[str]:
    source, notes = result.scheme.origin(lang)
    said = [_say(lang, "source", source=source)] if source else []
    return [*said, *notes, _rows(result, lang), _replicates(result, lang)]


def _rows(result: CompositeResult, lang: Language) -> str:
    account = result.account
    said = [Message("summary.rows", used=account.used, rows=account.rows)]
    if account.zero_weight:
        said.append(Message("summary.zero_weight", count=account.zero_weight))
    if account.incomplete:
        said.append(Message("summary.incomplete", count=account.incomplete))
    if account.filled:
        how = Message(_WORDS[result.missing])
        said.append(Message("summary.filled", count=account.filled, how=how))
    if account.made_missing():
        said.append(Message("summary.made_missing", codes=account.made_missing()))
    if abs(result.n_eff.sum() - result.n.sum()) > 0.5:
        said.append(Message("summary.effective", n_eff=result.n_eff.sum()))
    return "; ".join(message.text(lang) for message in said) + "."


def _replicates(result: CompositeResult, lang: Language) -> str:
    plan = result.plan
    if not plan.replicates:
        return _say(lang, "without_replicates")
    return _say(
        lang,
        "replicates",
        count=result.drawn.draws.shape[1],
        each="" if result.units is None else _say(lang, "each"),
        words=result.drawn.words_in(lang),
        seed=plan.seed,
        interval=Message("glossary.auto logit" if plan.kind == "bootstrap" else "glossary.auto t"),
        level=f"{plan.level:.0%}",
        failed=failed(result),
    )
