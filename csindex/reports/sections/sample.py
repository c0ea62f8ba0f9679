"""What a report says of the questions and of those who answered them."""

from typing import Any

import numpy as np

from csindex import plot
from csindex.fitting.intake import survey_of_fit
from csindex.fitting.result import Fit
from csindex.model.parts import Item
from csindex.reports.labels import Reader
from csindex.survey.answers import Account
from csindex.text import format
from csindex.text.document import Block, Bullets, Paragraph, Picture, Section, Table
from csindex.text.format import listed

MOST = 5


def asked(reader: Reader) -> Section:
    """Return the questions with their scales and mean answers, and the picture of the model."""
    result, model = reader.result, reader.result.specified
    counts = {"items": len(model.items), "constructs": len(model.constructs)}
    blocks: list[Block] = [Paragraph(reader.say("asked_intro", **counts))]
    if result.units is None:
        blocks.append(Picture("model", reader.say("diagram"), lambda: plot.path_diagram(result, lang=reader.lang)))
    first = result.stages[0]
    answers = first.moments.mean[0] if result.units is None else first.moments.pooled().mean
    mean = dict(zip(first.model.item_names, answers.tolist(), strict=True))
    rows = [
        (
            reader.construct(name),
            item.name,
            reader.question(item.name),
            f"{item.scale[0]:g}–{item.scale[1]:g}",
            format.number(mean.get(item.name, np.nan), 2),
        )
        for name, item in questions(result)
    ]
    blocks.append(Table(reader.say("asked_table"), reader.heads("asked_head"), tuple(rows), left=3))
    return Section(reader.say("asked"), tuple(blocks))


def questions(result: Fit) -> list[tuple[str, Item]]:
    """Return the questions that were asked, each with the construct that it belongs to."""
    known = set(result.specified.item_names)
    return [
        (construct.name, result.specified.item(item))
        for construct in result.specified.constructs
        for item in construct.items
        if item in known
    ]


def answered(reader: Reader, data: Any) -> Section:
    """Return what became of the rows and answers."""
    result = reader.result
    said = [reader.say("moments_only")] if result.account is None else _account(reader, result.account)
    n, n_eff = result.sample["n"], float(result.sample["n_eff"].sum())
    if abs(n_eff - float(n.sum())) > 0.5:
        said.append(reader.say("effective", n_eff=f"{n_eff:,.0f}"))
    if result.units is not None:
        ends = {"low": f"{n.min():,}", "high": f"{n.max():,}", "median": f"{n.median():,.0f}"}
        said.append(reader.say("unit_count", units=f"{len(n):,}", **ends))
    if len(result.dropped):
        reasons = listed(result.dropped["reason"].tolist(), most=3)
        said.append(reader.say("left_out", count=len(result.dropped), reasons=reasons))
    blocks: list[Block] = [Bullets(tuple(said))]
    if data is not None:
        blocks.append(Picture("answers", reader.say("distribution"), lambda: _distribution(result, data, reader)))
    return Section(reader.say("answered"), tuple(blocks))


def _distribution(result: Fit, data: Any, reader: Reader) -> Any:
    survey = survey_of_fit(result, data, by=None)
    return plot.answer_distribution(survey, result.specified, lang=reader.lang)


def _account(reader: Reader, account: Account) -> list[str]:
    said = [reader.say("rows", used=f"{account.used:,}", rows=f"{account.rows:,}")]
    for key in ("zero_weight", "incomplete"):
        count = getattr(account, key)
        said += [reader.say(key, count=f"{count:,}")] if count else []
    if account.filled:
        how = reader.choice(reader.result.options.missing)
        said.append(reader.say("filled", count=f"{account.filled:,}", how=how))
    codes = {f"{code:g}": count for code, count in sorted(account.coded.items()) if count} | account.marked
    if codes:
        said.append(reader.say("coded", codes=", ".join(f"{count:,} × {code}" for code, count in codes.items())))
    gaps = sorted(((count, item) for item, count in account.missing.items() if count), reverse=True)
    if gaps:
        said.append(reader.say("most_missing", items=", ".join(f"{item} ({count:,})" for count, item in gaps[:MOST])))
    return said
