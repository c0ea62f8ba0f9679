"""A fit as text and as HTML."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from csindex.estimation.estimator import estimator_of
from csindex.estimation.pls.consistent import ROUNDING
from csindex.fitting.constructs import driven, labels_of
from csindex.fitting.core import CovarianceFit, FittedModel
from csindex.fitting.refusals import counted, failures, least_eigenvalues
from csindex.fitting.tables.estimates import impact_table, index_table, path_table, r2_table
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_of
from csindex.model.checks import recognised_target
from csindex.model.hierarchy import split_paths, upper
from csindex.options import Options
from csindex.text.document import Paragraph, Section, Table
from csindex.text.format import Language, labels_shown
from csindex.text.speaker import Speaker

UNITS_SHOWN = 10
NUMBERS = ("n", "n_eff", "deff", "direct", "total", "adjusted", "estimate", "se", "lower", "upper", "p")


def blocks(fitted: FittedModel, lang: Language) -> Iterator[Section]:
    """Yield everything that a reader needs to use and to repeat the result."""
    speaker = Speaker(names_shown(fitted, lang), lang)
    yield headline(fitted, lang)
    yield _index(fitted, speaker)
    if driven(fitted):
        yield _impacts(fitted, speaker)
    if fitted.units is None:
        yield _paths(fitted, speaker)
    yield from _inadmissible(fitted, speaker)
    yield _method(fitted, speaker)


def brief(fitted: FittedModel, lang: Language) -> Iterator[Section]:
    """Yield the headline and the index, its constructs as they are named in the model."""
    yield headline(fitted, lang)
    yield _index(fitted, Speaker(names_shown(fitted, lang), lang))


def notebook(fitted: FittedModel, lang: Language) -> Iterator[Section]:
    """Yield the headline, the index and, of a single sample, the driver weights."""
    yield from brief(fitted, lang)
    if fitted.units is None and driven(fitted):
        yield _impacts(fitted, Speaker(names_shown(fitted, lang), lang))


def names_shown(fitted: FittedModel, lang: Language) -> dict[str, str]:
    """Return what readers call the constructs: Korean ones by their labels, English ones as they are named in the model."""
    return {} if lang == "en" else labels_of(fitted, lang)


def headline(fitted: FittedModel, lang: Language = "en") -> Section:
    """Return the model's name, and the index of its target."""
    speaker = Speaker(names_shown(fitted, lang), lang)
    title = fitted.model.name or speaker.say("untitled")
    rows = index_table(fitted).query("construct == @fitted.model.target")
    about = {"target": speaker.name(fitted.model.target), "answers": int(fitted.sample.n.sum())}
    if fitted.units is None:
        row = rows.iloc[0]
        said = speaker.say("headline", index=row.estimate, interval=_interval(row, fitted, speaker), **about)
    else:
        values = rows.estimate
        ends = {"low": values.min(), "high": values.max(), "median": values.median()}
        said = speaker.say("headline_units", units=len(fitted.sample), **ends, **about)
    return Section(title, (Paragraph(said, "lead"),))


def _interval(row: "pd.Series[float]", fitted: FittedModel, speaker: Speaker) -> str:
    if not np.isfinite(row.se):
        return ""
    return speaker.say("headline_interval", level=_level(fitted), lower=row.lower, upper=row.upper)


def _level(fitted: FittedModel) -> str:
    return f"{fitted.options.level:.0%}"


def _index(fitted: FittedModel, speaker: Speaker) -> Section:
    frame = index_table(fitted)
    if fitted.units is not None:
        frame = frame[frame.construct == fitted.model.target].drop(columns="construct")
        return _block(speaker.say("index_units", target=speaker.name(fitted.model.target)), frame, fitted, 1, speaker)
    frame = frame.assign(construct=[_row_label(fitted, name, speaker) for name in frame.construct])
    return _block(speaker.say("index"), frame, fitted, 1, speaker)


def _row_label(fitted: FittedModel, name: str, speaker: Speaker) -> str:
    model, label = fitted.specified, speaker.name(name)
    construct = model.construct(name)
    rate = len(construct.items) == 1 and model.item(construct.items[0]).scale == (0, 1)
    return speaker.say("rate", name=label) if rate else label


def _impacts(fitted: FittedModel, speaker: Speaker) -> Section:
    frame = impact_table(fitted).drop(columns=["target", "direct", "total"])
    if fitted.units is None:
        frame = frame.sort_values("estimate", ascending=False)
        frame = frame.assign(source=[_row_label(fitted, name, speaker) for name in frame.source])
    else:
        frame = frame.assign(source=[speaker.name(name) for name in frame.source])
    frame = frame.rename(columns={"source": speaker.say("source")})
    return _block(speaker.say("impacts", target=speaker.name(fitted.model.target)), frame, fitted, 2, speaker)


def _paths(fitted: FittedModel, speaker: Speaker) -> Section:
    expected = {(path.source, path.target): path.sign for path in fitted.model.paths}
    frame = path_table(fitted)
    against = [expected[s, t] * e < 0 for s, t, e in zip(frame.source, frame.target, frame.estimate, strict=True)]
    arrows = [
        f"{speaker.name(s)} → {speaker.name(t)}{' *' * bad}"
        for s, t, bad in zip(frame.source, frame.target, against, strict=True)
    ]
    frame = frame.drop(columns=["source", "target"]).assign(path=arrows)
    shown = _block(speaker.say("paths"), frame, fitted, 3, speaker, "path")
    no_share, r2 = speaker.say("no_share"), r2_table(fitted)
    shares = ", ".join(
        f"{speaker.name(name)} {value:.2f}{no_share * (not 0 <= value <= 1)}"
        for name, value in zip(r2.construct, r2.estimate, strict=True)
        if np.isfinite(value)
    )
    notes = [speaker.say("against")] if any(against) else []
    notes += [*([speaker.say("r2", shares=shares)] if shares else []), *_reliability(fitted, speaker)]
    return Section(shown.title, (*shown.blocks, *map(Paragraph, notes)))


def _reliability(fitted: FittedModel, speaker: Speaker) -> list[str]:
    if not estimator_of(fitted.options).corrected:
        return []
    rhos, beyond = fitted.estimates.reliability[0].tolist(), speaker.say("beyond")
    values = [
        f"{speaker.name(name)} {rho:.2f}{beyond * (rho > 1 + ROUNDING)}"
        for name, rho, factor in zip(fitted.model.construct_names, rhos, fitted.design.factors, strict=True)
        if factor
    ]
    return [speaker.say("reliability", values=", ".join(values))]


def _inadmissible(fitted: FittedModel, speaker: Speaker) -> list[Section]:
    flawed, usable = flawed_replicates(fitted)
    at = np.flatnonzero(fitted.estimates.flaws).tolist()
    lines = []
    if at and fitted.units is None:
        lines.append(speaker.say("inadmissible_sample", flaws=flaws_of(fitted, 0)))
    elif at:
        lines.append(speaker.say("inadmissible_units", count=len(at), units=len(fitted.estimates.flaws)))
    if flawed:
        lines.append(speaker.say("inadmissible_replicates", count=flawed, usable=usable))
    return [Section(speaker.say("inadmissible"), tuple(map(Paragraph, lines)))] if lines else []


def _method(fitted: FittedModel, speaker: Speaker) -> Section:
    from csindex.fitting.tables.convention_gaps import convention_gaps

    options, source, say = fitted.options, fitted.model.source, speaker.say
    lines = [
        say("carried", source=options.weights_from) if options.weights_from else _computed(options, speaker),
        *([gaps.text(speaker.lang)] if (gaps := convention_gaps(fitted)) is not None else []),
        _target(fitted, speaker),
        speaker.say("scales", scales=scales_said(fitted, speaker)),
        *([_measures(fitted.covariance, speaker)] if fitted.covariance is not None else []),
        *_two_stage(fitted, speaker),
        *([_ordinal(fitted, speaker)] if options.ordinal else []),
        *([say("model", source=source)] if source else []),
        *_stages(fitted, speaker),
        *_rows(fitted, speaker),
        _replicates(fitted, speaker),
        *([say("dropped", count=len(fitted.dropped))] if len(fitted.dropped) else []),
    ]
    return Section(say("how"), tuple(map(Paragraph, lines)))


def _computed(options: Options, speaker: Speaker) -> str:
    say = speaker.say
    convention = f"index_{options.convention}"
    if options.convention == "fornell" and options.variant == "centered":
        convention = "index_fornell_centered"
    same = options.discrepancy == "DWLS" and options.replicates > 0
    keys = {
        "scheme": options.scheme,
        "variant": f"items_{options.variant}",
        "discrepancy": "DWLS_replicated" if same else options.discrepancy,
    }
    parts = [speaker.term(options.estimator), *(say(keys[name]) for name in estimator_of(options).own_options)]
    return say("computed", estimator=", ".join(parts), convention=say(convention))


def _target(fitted: FittedModel, speaker: Speaker) -> str:
    """Say which construct the index is about, and how one can tell."""
    model = fitted.specified
    found, how = recognised_target(upper(model.constructs), split_paths(model.paths, model.construct_names)[0])
    key = how if found == model.target else "stated"
    return speaker.say(f"target_{key}", name=speaker.name(model.target))


def scales_said(fitted: FittedModel, speaker: Speaker) -> str:
    """Return on which scales the items are, the most usual first."""
    counts = Counter(item.scale for item in fitted.specified.items).most_common()
    return ", ".join(speaker.say("scale_of", low=low, high=high, items=count) for (low, high), count in counts)


def _measures(found: CovarianceFit, speaker: Speaker) -> str:
    """Say how well the model fits; of several units, in the median."""
    middle = found.measures.groupby("measure")[["estimate", "lower", "upper"]].median()
    value, units = middle.estimate, int((found.measures.measure == "df").sum())
    who = "" if units == 1 else speaker.say("measures_units", units=units)
    df, scaled = int(value["df"]), "chisq_scaled" in value
    if not df:
        return speaker.say("just_identified", who=who)
    p, chisq = value["p_scaled" if scaled else "p"], "chisq_scaled" if scaled else "chisq"
    of_scaled = ("_scaled" if "cfi_scaled" in value else "_robust") * scaled
    cfi, tli, rmsea = (f"{name}{of_scaled}" for name in ("cfi", "tli", "rmsea"))
    return speaker.say(
        "measures",
        who=who,
        chisq=speaker.say(chisq, value=value[chisq], df=df),
        p="p < .001" if p < 0.001 else f"p = {p:.3f}",
        cfi=value[cfi],
        tli=value[tli],
        rmsea=value[rmsea],
        lower=middle.lower[rmsea],
        upper=middle.upper[rmsea],
        srmr=value["srmr"],
    )


def _two_stage(fitted: FittedModel, speaker: Speaker) -> list[str]:
    if not estimator_of(fitted.options).instruments:
        return []
    names = [speaker.name(name) for name in fitted.model.construct_names]
    equations = [
        f"{name} ({', '.join(names[i] for i in z)})"
        for name, z in zip(names, fitted.design.instruments, strict=True)
        if z is not None
    ]
    return [speaker.say("instruments", equations="; ".join(equations))] if equations else []


def _stages(fitted: FittedModel, speaker: Speaker) -> list[str]:
    """Say how a model with levels or interactions was fitted, from the first stage to the last."""
    parts = [
        speaker.say(f"stage_{stage.way}", names=", ".join(map(speaker.name, stage.of)))
        for stage in (fitted_stage.stage for fitted_stage in fitted.stages)
        if stage.way
    ]
    if not parts:
        return []
    said = speaker.say("stages", stages=speaker.say("then").join(parts))
    if fitted.stage.products:
        said += speaker.say("interaction")
        if estimator_of(fitted.options).corrected:
            said += speaker.say("interaction_plsc")
    return [said]


def _ordinal(fitted: FittedModel, speaker: Speaker) -> str:
    named, p = fitted.options.ordinal, len(fitted.specified.item_names)
    key, count = ("ordinal_all", p) if named is True else ("ordinal_some", len(tuple(named or ())))
    drawn = fitted.replicates
    lost = 0 if drawn is None else int((least_eigenvalues(drawn.estimates) < 0).sum())
    said = speaker.say("ordinal", which=speaker.say(key, items=p, count=count))
    return said + (speaker.say("ordinal_lost", count=lost) if lost else "")


def _rows(fitted: FittedModel, speaker: Speaker) -> list[str]:
    account, say = fitted.account, speaker.say
    if account is None:
        return []
    said = [say("rows", used=account.used, rows=account.rows)]
    if account.zero_weight:
        said.append(say("zero_weight", count=account.zero_weight))
    if account.incomplete:
        said.append(say("incomplete", count=account.incomplete))
    if account.filled:
        said.append(say("filled", count=account.filled, how=speaker.term(fitted.options.missing, "missing_")))
    if account.made_missing():
        said.append(say("made_missing", codes=account.made_missing()))
    n_eff, n = fitted.sample.n_eff.sum(), fitted.sample.n.sum()
    if abs(n_eff - n) > 0.5:
        said.append(say("effective", n_eff=n_eff))
    return ["; ".join(said) + "."]


def _replicates(fitted: FittedModel, speaker: Speaker) -> str:
    say, drawn = speaker.say, fitted.replicates
    if drawn is None:
        return say("no_replicates")
    words = drawn.words_in(speaker.lang)
    if drawn.kind == "delta":
        return say("analytic", words=words, level=_level(fitted))
    counts, failed = fitted.sample.replicates, int(fitted.sample.failed.sum())
    table = failures(fitted.model, drawn, fitted.units, speaker.lang).groupby("reason").replicates.sum()
    reasons = {str(reason): int(count) for reason, count in table.items()}
    said = say(
        "replicates",
        count=f"{counts.min():,}"
        if counts.min() == counts.max()
        else say("range", low=counts.min(), high=counts.max()),
        each=say("each", units=len(counts)) if fitted.units is not None else "",
        words=words,
        seed=fitted.seed,
        kind=speaker.term(fitted.interval_words),
        level=_level(fitted),
        failed=failed,
        made=counts.sum(),
        why=say("why", reasons=counted(reasons.items())) if failed else "",
    )
    key = {"auto": "intervals_studentized", "auto t": "intervals_student"}
    how = key.get(fitted.interval_words, "")
    degrees = np.inf if fitted.degrees is None else float(np.min(fitted.degrees))
    if how == "intervals_student" and np.isfinite(degrees):
        how += "_degrees"
    said += say(how, degrees=degrees, count=f"{counts.max():,}") if how else ""
    return said + (say("parametric") if drawn.kind == "parametric" else "")


def _block(
    title: str, frame: pd.DataFrame, fitted: FittedModel, digits: int, speaker: Speaker, first: str | None = None
) -> Section:
    """Return a titled table: labels, estimate, standard error and interval; of many units the highest and lowest."""
    labels = [first] if first else [str(name) for name in frame.columns if name not in NUMBERS]
    if fitted.units is not None:
        own = {name: labels_shown(frame[name]) for name in fitted.units.columns if name in frame}
        frame = frame.assign(**own)
    shown, rest = frame, 0
    if fitted.units is not None and len(frame) > UNITS_SHOWN:
        frame = frame.sort_values("estimate", ascending=False, kind="stable")
        shown, rest = pd.concat([frame.head(UNITS_SHOWN // 2), frame.tail(UNITS_SHOWN // 2)]), len(frame) - UNITS_SHOWN
    rows = [[*map(str, row)] for row in shown[labels].itertuples(index=False)]
    numbers = [
        _cells(row, digits, speaker) for row in shown[["estimate", "se", "lower", "upper"]].itertuples(index=False)
    ]
    heads = [*(labels if fitted.units is not None else [""] * len(labels)), speaker.say("estimate"), speaker.say("se")]
    heads.append(speaker.say("interval", level=_level(fitted)))
    cells = tuple(tuple(a + b) for a, b in zip(rows, numbers, strict=True))
    more = (UNITS_SHOWN // 2, speaker.say("more_rows", count=rest) if rest else "")
    return Section(title, (Table("", tuple(heads), cells, left=len(labels), rest=more),))


def _cells(row: Iterable[float], digits: int, speaker: Speaker) -> list[str]:
    estimate, se, lower, upper = row
    if not np.isfinite(estimate):
        return ["–", "–", "–"]
    if not np.isfinite(se):
        return [f"{estimate:.{digits}f}", "–", "–"]
    between = speaker.say("between", lower=f"{lower:.{digits}f}", upper=f"{upper:.{digits}f}")
    return [f"{estimate:.{digits}f}", f"{se:.{digits + 1}f}", between]
