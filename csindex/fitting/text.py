"""The result as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.estimation.pls.consistent import ROUNDING
from csindex.fitting.constructs import driven, stages
from csindex.fitting.refusals import counted, failures, least_eigenvalues
from csindex.fitting.tables.covariance import measures_said
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_said
from csindex.options import Options
from csindex.text.format import Language, aligned
from csindex.text.speaker import Speaker

if TYPE_CHECKING:
    from csindex.fitting.result import Fit

UNITS_SHOWN = 10
NUMBERS = ("n", "n_eff", "deff", "direct", "total", "adjusted", "estimate", "se", "lower", "upper", "p")


def short(result: Fit) -> str:
    """Return the headline and the index table."""
    parts = [headline(result), _index(result, Speaker(result, "en"))]
    return "\n\n".join(parts) + "\n\nMore: .summary(), .impacts(), .paths, .effects, .weights, .loadings, .r2"


def full(result: Fit, lang: Language) -> str:
    """Return everything that a reader needs to use and to repeat the result."""
    speaker = Speaker(result, lang)
    parts = [headline(result, lang), _index(result, speaker)]
    if driven(result):
        parts.append(_impacts(result, speaker))
    if result.units is None:
        parts.append(_paths(result, speaker))
    parts += _inadmissible(result, speaker)
    parts.append(_method(result, speaker))
    return "\n\n".join(parts)


def headline(result: Fit, lang: Language = "en") -> str:
    """Return the model's name and the index of its target, on two lines."""
    speaker = Speaker(result, lang)
    title = result.model.name or speaker.say("untitled")
    rows = result.index.query("construct == @result.model.target")
    told = {"target": speaker.name(result.model.target), "answers": int(result.sample.n.sum())}
    if result.units is None:
        row = rows.iloc[0]
        said = speaker.say("headline", index=row.estimate, interval=_interval(row, result, speaker), **told)
    else:
        values = rows.estimate
        ends = {"low": values.min(), "high": values.max(), "median": values.median()}
        said = speaker.say("headline_units", units=len(result.sample), **ends, **told)
    return f"{title}\n{said}"


def _interval(row: pd.Series[float], result: Fit, speaker: Speaker) -> str:
    if not np.isfinite(row.se):
        return ""
    return speaker.say("headline_interval", level=_level(result), lower=row.lower, upper=row.upper)


def _level(result: Fit) -> str:
    return f"{result.options.level:.0%}"


def _index(result: Fit, speaker: Speaker) -> str:
    frame = result.index
    if result.units is not None:
        frame = frame[frame.construct == result.model.target].drop(columns="construct")
        return _block(speaker.say("index_units", target=speaker.name(result.model.target)), frame, result, 1, speaker)
    frame = frame.assign(construct=[_row_label(result, name, speaker) for name in frame.construct])
    return _block(speaker.say("index"), frame, result, 1, speaker)


def _row_label(result: Fit, name: str, speaker: Speaker) -> str:
    model, label = result.specified, speaker.name(name)
    construct = model.construct(name)
    rate = len(construct.items) == 1 and model.item(construct.items[0]).scale == (0, 1)
    return speaker.say("rate", name=label) if rate else label


def _impacts(result: Fit, speaker: Speaker) -> str:
    frame = result.impacts().drop(columns=["target", "direct", "total"])
    if result.units is None:
        frame = frame.sort_values("estimate", ascending=False)
        frame = frame.assign(source=[_row_label(result, name, speaker) for name in frame.source])
    else:
        frame = frame.assign(source=[speaker.name(name) for name in frame.source])
    frame = frame.rename(columns={"source": speaker.say("source")})
    return _block(speaker.say("impacts", target=speaker.name(result.model.target)), frame, result, 2, speaker)


def _paths(result: Fit, speaker: Speaker) -> str:
    expected = {(path.source, path.target): path.sign for path in result.model.paths}
    frame = result.paths
    against = [expected[s, t] * e < 0 for s, t, e in zip(frame.source, frame.target, frame.estimate, strict=True)]
    arrows = [
        f"{speaker.name(s)} → {speaker.name(t)}{' *' * bad}"
        for s, t, bad in zip(frame.source, frame.target, against, strict=True)
    ]
    frame = frame.drop(columns=["source", "target"]).assign(path=arrows)
    text = _block(speaker.say("paths"), frame, result, 3, speaker, "path")
    no_share = speaker.say("no_share")
    shares = ", ".join(
        f"{speaker.name(name)} {value:.2f}{no_share * (not 0 <= value <= 1)}"
        for name, value in zip(result.r2.construct, result.r2.estimate, strict=True)
    )
    note = f"\n{speaker.say('against')}" if any(against) else ""
    return f"{text}{note}\n" + speaker.wrapped(speaker.say("r2", shares=shares)) + _reliability(result, speaker)


def _reliability(result: Fit, speaker: Speaker) -> str:
    if result.options.estimator != "plsc":
        return ""
    rhos, beyond = result.estimates.reliability[0].tolist(), speaker.say("beyond")
    values = [
        f"{speaker.name(name)} {rho:.2f}{beyond * (rho > 1 + ROUNDING)}"
        for name, rho, factor in zip(result.model.construct_names, rhos, result.design.factors, strict=True)
        if factor
    ]
    return "\n" + speaker.wrapped(speaker.say("reliability", values=", ".join(values)))


def _inadmissible(result: Fit, speaker: Speaker) -> list[str]:
    flawed, usable = flawed_replicates(result)
    at = np.flatnonzero(result.estimates.flaws).tolist()
    lines = []
    if at and result.units is None:
        lines.append(speaker.say("inadmissible_sample", flaws=flaws_said(result, 0, speaker)))
    elif at:
        lines.append(speaker.say("inadmissible_units", count=len(at), units=len(result.estimates.flaws)))
    if flawed:
        lines.append(speaker.say("inadmissible_replicates", count=flawed, usable=usable))
    return ["\n".join([speaker.say("inadmissible"), *map(speaker.wrapped, lines)])] if lines else []


def _method(result: Fit, speaker: Speaker) -> str:
    options, source, say = result.options, result.model.source, speaker.say
    lines = [
        say("carried", source=options.weights_from) if options.weights_from else _computed(options, speaker),
        *([measures_said(result.covariance, speaker)] if result.covariance is not None else []),
        *_two_stage(result, speaker),
        *([_ordinal(result, speaker)] if options.ordinal else []),
        *([say("model", source=source)] if source else []),
        *_stages(result, speaker),
        *_rows(result, speaker),
        _replicates(result, speaker),
        *([say("dropped", count=len(result.dropped))] if len(result.dropped) else []),
    ]
    return "\n".join([say("how"), *map(speaker.wrapped, lines)])


def _computed(options: Options, speaker: Speaker) -> str:
    say = speaker.say
    convention = f"index_{options.convention}"
    if options.convention == "fornell" and options.variant == "centered":
        convention = "index_fornell_centered"
    parts = (options.estimator, options.scheme, f"items_{options.variant}")
    if options.estimator == "cbsem":
        same = options.discrepancy == "DWLS" and options.replicates > 0
        parts = ("cbsem", "DWLS_replicated" if same else options.discrepancy)  # type: ignore[assignment]
    return say("computed", estimator=", ".join(map(say, parts)), convention=say(convention))


def _two_stage(result: Fit, speaker: Speaker) -> list[str]:
    if result.options.estimator == "cbsem":
        return []
    names = [speaker.name(name) for name in result.model.construct_names]
    equations = [
        f"{name} ({', '.join(names[i] for i in z)})"
        for name, z in zip(names, result.design.instruments, strict=True)
        if z is not None
    ]
    return [speaker.say("instruments", equations="; ".join(equations))] if equations else []


def _stages(result: Fit, speaker: Speaker) -> list[str]:
    """Say how a model with levels or interactions was fitted, from the first stage to the last."""
    told: list[str] = []
    for _, fit in stages(result):
        if fit.stage is not None and fit.stage.way:
            names = ", ".join(map(speaker.name, fit.stage.of))
            told.insert(0, speaker.say(f"stage_{fit.stage.way}", names=names))
    if not told:
        return []
    said = speaker.say("stages", stages=speaker.say("then").join(told))
    if result.stage is not None and result.stage.products:
        said += speaker.say("interaction")
        if result.options.estimator == "plsc":
            said += speaker.say("interaction_plsc")
    return [said]


def _ordinal(result: Fit, speaker: Speaker) -> str:
    named, p = result.options.ordinal, len(result.specified.item_names)
    key, count = ("ordinal_all", p) if named is True else ("ordinal_some", len(tuple(named or ())))
    drawn = result.replicates
    lost = 0 if drawn is None else int((least_eigenvalues(drawn.estimates) < 0).sum())
    said = speaker.say("ordinal", which=speaker.say(key, items=p, count=count))
    return said + (speaker.say("ordinal_lost", count=lost) if lost else "")


def _rows(result: Fit, speaker: Speaker) -> list[str]:
    account, say = result.account, speaker.say
    if account is None:
        return []
    said = [say("rows", used=account.used, rows=account.rows)]
    if account.zero_weight:
        said.append(say("zero_weight", count=account.zero_weight))
    if account.incomplete:
        said.append(say("incomplete", count=account.incomplete))
    if account.filled:
        said.append(say("filled", count=account.filled, how=say(f"missing_{result.options.missing}")))
    if account.made_missing():
        said.append(say("made_missing", codes=account.made_missing()))
    n_eff, n = result.sample.n_eff.sum(), result.sample.n.sum()
    if abs(n_eff - n) > 0.5:
        said.append(say("effective", n_eff=n_eff))
    return ["; ".join(said) + "."]


def _replicates(result: Fit, speaker: Speaker) -> str:
    say, drawn = speaker.say, result.replicates
    if drawn is None:
        return say("no_replicates")
    words = drawn.words_in(speaker.lang)
    if drawn.kind == "delta":
        return say("analytic", words=words, level=_level(result))
    made, failed = result.sample.replicates, int(result.sample.failed.sum())
    table = failures(result.model, drawn, result.units, speaker.lang).groupby("reason").replicates.sum()
    reasons = {str(reason): int(count) for reason, count in table.items()}
    said = say(
        "replicates",
        count=f"{made.min():,}" if made.min() == made.max() else say("range", low=made.min(), high=made.max()),
        each=say("each", units=len(made)) if result.units is not None else "",
        words=words,
        seed=result.seed,
        kind=say(result.options.interval),
        level=_level(result),
        failed=failed,
        made=made.sum(),
        why=say("why", reasons=counted(reasons)) if failed else "",
    )
    return said + (say("parametric") if drawn.kind == "parametric" else "")


def _block(
    title: str, frame: pd.DataFrame, result: Fit, digits: int, speaker: Speaker, first: str | None = None
) -> str:
    """Return a titled table: labels, estimate, standard error and interval; of many units the highest and lowest."""
    labels = [first] if first else [str(name) for name in frame.columns if name not in NUMBERS]
    shown, rest = frame, 0
    if result.units is not None and len(frame) > UNITS_SHOWN:
        frame = frame.sort_values("estimate", ascending=False, kind="stable")
        shown, rest = pd.concat([frame.head(UNITS_SHOWN // 2), frame.tail(UNITS_SHOWN // 2)]), len(frame) - UNITS_SHOWN
    rows = [[*map(str, row)] for row in shown[labels].itertuples(index=False)]
    numbers = [
        _cells(row, digits, speaker) for row in shown[["estimate", "se", "lower", "upper"]].itertuples(index=False)
    ]
    heads = [*(labels if result.units is not None else [""] * len(labels)), speaker.say("estimate"), speaker.say("se")]
    heads.append(speaker.say("interval", level=_level(result)))
    cells = [heads, *(a + b for a, b in zip(rows, numbers, strict=True))]
    lines = aligned(cells, len(labels)).split("\n")
    if rest:
        lines.insert(1 + UNITS_SHOWN // 2, speaker.say("more_rows", count=rest))
    return "\n".join([title, *lines])


def _cells(row: Iterable[float], digits: int, speaker: Speaker) -> list[str]:
    estimate, se, lower, upper = row
    if not np.isfinite(se):
        return [f"{estimate:.{digits}f}", "–", "–"]
    between = speaker.say("between", lower=f"{lower:.{digits}f}", upper=f"{upper:.{digits}f}")
    return [f"{estimate:.{digits}f}", f"{se:.{digits + 1}f}", between]
