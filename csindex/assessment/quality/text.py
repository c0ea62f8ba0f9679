"""An assessment as text: what each measure is for, what was found, what is questionable and what to do."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from csindex.assessment.quality import measurement_text, structure_text
from csindex.assessment.quality.measures import QualityMeasures
from csindex.assessment.quality.thresholds import Threshold, limit
from csindex.assessment.quality.wording import (
    RELIABILITIES,
    QualityWords,
    low_reliability,
    outside,
    rows_of,
    upper_end,
)
from csindex.assessment.wording import number, probability
from csindex.estimation.estimator import estimator_of
from csindex.fitting.text import names_shown
from csindex.text.document import Paragraph, Section, Table
from csindex.text.format import Language

MODELS = ("saturated", "estimated")


def blocks(found: QualityMeasures, lang: Language) -> Iterator[Section]:
    """Yield the whole assessment; of several units what is found in how many of them."""
    words = QualityWords(names_shown(found.result, lang), lang)
    if found.result.units is not None:
        yield units(found, words)
    else:
        yield headline(found, words)
        yield from _inadmissible(found, words)
        yield from _sections(found, words)
    yield method(found, words)


def _sections(found: QualityMeasures, words: QualityWords) -> Iterator[Section]:
    yield measurement_text.reliability(found, words)
    yield measurement_text.discriminant(found, words)
    if len(found.vif):
        yield measurement_text.inflation(found, words)
    if len(found.r2):
        yield structure_text.structure(found, words)
    yield structure_text.fit(found, words)


def brief(found: QualityMeasures, lang: Language) -> Iterator[Section]:
    """Yield the headline and one line for each subject; of several units their table."""
    words = QualityWords(names_shown(found.result, lang), lang)
    if found.result.units is not None:
        yield units(found, words)
        return
    yield headline(found, words)
    yield from _inadmissible(found, words)
    yield Section(words.say("briefly"), tuple(map(Paragraph, _brief_lines(found, words))))


def notebook(found: QualityMeasures, lang: Language) -> Iterator[Section]:
    """Yield the headline, what is inadmissible, and the tables of measurement and fit; of several units their table."""
    words = QualityWords(names_shown(found.result, lang), lang)
    if found.result.units is not None:
        yield units(found, words)
        return
    yield headline(found, words)
    yield from _inadmissible(found, words)
    for section in _sections(found, words):
        tables = tuple(block for block in section.blocks if isinstance(block, Table))
        if tables:
            yield Section(section.title, tables)


def headline(found: QualityMeasures, words: QualityWords) -> Section:
    """Return what was assessed, and from what."""
    result, say = found.result, words.say
    known = say("no_intervals")
    if result.replicates is not None:
        made, level = int(result.sample.replicates.iloc[0]), f"{result.options.level:.0%}"
        key = "by_delta" if result.replicates.kind == "delta" else "with_intervals"
        known = say(key, level=level, replicates=made)
    title = say("title", model=result.model.name or say("the_model"))
    return Section(title, (Paragraph(say("headline", answers=int(result.sample.n.iloc[0]), known=known)),))


def _inadmissible(found: QualityMeasures, words: QualityWords) -> Iterator[Section]:
    rows = tuple(Paragraph(words.inadmissible(row)) for row in rows_of(found.inadmissible))
    if rows:
        yield Section(words.say("impossible"), rows)


def _brief_lines(found: QualityMeasures, words: QualityWords) -> Iterator[str]:
    say, (low, _) = words.say, low_reliability(found)
    names = words.names(dict.fromkeys(low.construct)) if len(low) else say("brief_no_construct")
    yield say("brief_reliability", names=names)
    ratios = found.htmt[found.htmt.measure == "htmt"]
    apart = int((upper_end(ratios) < limit("htmt", "htmt").value).sum())
    key = "brief_htmt" if found.result.replicates is None else "brief_htmt_interval"
    yield say(key, apart=apart, pairs=len(ratios))
    if len(found.vif):
        yield say("brief_vif", vif=number(found.vif.estimate.max()))
    if len(found.r2):
        r2 = found.r2[found.r2.measure == "r2"].estimate
        yield say("brief_r2", least=number(r2.min()), most=number(r2.max()))
    known = [row for row in rows_of(found.fit[found.fit.measure == "srmr"]) if np.isfinite(row.estimate)]
    said = [
        say(
            "brief_srmr_one",
            model=say(row.model),
            srmr=number(row.estimate, 3),
            p=say("brief_p", p=probability(row.p)) if np.isfinite(row.p) else "",
        )
        for row in known
    ]
    yield say("brief_srmr", found=", ".join(said))


def units(found: QualityMeasures, words: QualityWords) -> Section:
    """Return a row for each measure and construct over all units."""
    result, say = found.result, words.say
    rows = []
    for label, part, threshold in _lines(found, words):
        values = part.estimate.dropna()
        if len(values):
            beyond, doubt = outside(part, threshold)
            known = part.lower.notna().any()
            numbers = [number(value) for value in (values.min(), values.median(), values.max())]
            rows.append((label, *numbers, f"{len(beyond):,}", f"{len(doubt):,}" if known else "–"))
    table = Table("", ("", *say("units_head").split("|")), tuple(rows))
    texts = [say("units_usual"), *_exact(found, words), *_inadmissible_units(found, words)]
    title = say("title_units", model=result.model.name or say("the_model"), units=len(result.sample))
    return Section(title, (table, *map(Paragraph, texts)))


def _lines(found: QualityMeasures, words: QualityWords) -> Iterator[tuple[str, pd.DataFrame, Threshold]]:
    """Yield label, rows and threshold of each measure that is judged."""
    say = words.say
    for name in found.reflective:
        own = found.reliability[found.reliability.construct == name]
        for measure in RELIABILITIES:
            label = say("units_measure", measure=words.symbol(measure), name=words.name(name))
            yield label, own[own.measure == measure], limit("reliability", measure)
    columns = _unit_columns(found)
    ratios = found.htmt[found.htmt.measure == "htmt"]
    if len(ratios):
        yield say("units_htmt"), _highest(ratios, columns), limit("htmt", "htmt")
    sources = found.vif[found.vif.kind == "source"]
    if len(sources):
        yield say("units_vif"), _highest(sources, columns), limit("vif", "vif")
    for model in MODELS:
        rows = found.fit[(found.fit.model == model) & (found.fit.measure == "srmr")]
        yield say("units_srmr", model=say(model)), rows, limit("fit", "srmr")


def _unit_columns(found: QualityMeasures) -> list[str]:
    return [] if found.result.units is None else [str(name) for name in found.result.units.columns]


def _highest(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return each unit's row with the highest estimate."""
    ordered = frame.sort_values("estimate", ascending=False, kind="stable", na_position="last")
    return ordered.drop_duplicates(columns)


def _exact(found: QualityMeasures, words: QualityWords) -> Iterator[str]:
    """Yield in how many units an exact fit is rejected, where it is tested."""
    frame, alpha = found.fit, 1 - found.result.options.level
    tested = frame[frame.p.notna()]
    if tested.empty:
        return
    columns, said = _unit_columns(found), []
    for model, part in tested.groupby("model", sort=False):
        count = int((part.groupby(columns, dropna=False).p.min() < alpha).sum())
        said.append(words.say("units_rejected_one", model=words.say(str(model)), count=count))
    yield words.say("units_rejected", alpha=alpha, found=", ".join(said), units=len(found.result.sample))


def _inadmissible_units(found: QualityMeasures, words: QualityWords) -> Iterator[str]:
    rows = found.inadmissible
    if len(rows):
        counts = rows["what"].value_counts().items()
        yield words.say("units_impossible", found=", ".join(f"{words.symbol(str(w))}: {n:,}" for w, n in counts))


def method(found: QualityMeasures, words: QualityWords) -> Section:
    """Return how it was computed."""
    result, drawn, say = found.result, found.result.replicates, words.say
    lines = [*_measurement(found, words), say("definitions")]
    if drawn is not None and drawn.kind == "delta":
        lines.append(say("delta", words=drawn.words_in(words.lang)))
    elif drawn is not None:
        made, kind = int(result.sample.replicates.max()), words.term(result.interval_words)
        lines.append(say("intervals", kind=kind, made=made, words=drawn.words_in(words.lang), seed=result.seed))
        tested = found.fit.tested.min()
        if np.isfinite(tested):
            key = "tested_all" if tested == made else "tested_some"
            lines.append(say("tested", usable=say(key, tested=tested, made=made)))
    return Section(say("how"), tuple(map(Paragraph, lines)))


def _measurement(found: QualityMeasures, words: QualityWords) -> list[str]:
    """Return which constructs are composites, and what that means for fit."""
    names, say = found.result.model.construct_names, words.say
    composites = [name for name in names if name not in found.reflective]
    said = [say("all_composites", names=words.names(composites, 20))] if composites else []
    if not found.factors:
        return [*said, say("as_composites")]
    said.append(say("as_factors"))
    estimator = estimator_of(found.result.options)
    if estimator.covariance_structure:
        said.append(say("without_weights"))
    elif not estimator.common_factors:
        said.append(say("pls_rejects"))
    return said
