"""An assessment as text: what each measure is for, what was found, what is questionable and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csindex.assessment.quality import unit_text
from csindex.assessment.quality.measurement_text import discriminant, low_reliability, reliability, upper_end
from csindex.assessment.quality.model_text import fit, inflation, structure
from csindex.assessment.quality.thresholds import limit
from csindex.assessment.quality.wording import Teller, number, probability, rows_of, wrapped
from csindex.fitting.speaker import Speaker
from csindex.wording import Language

if TYPE_CHECKING:
    from csindex.assessment.quality.assessment import Assessment


def short(found: Assessment) -> str:
    """Return one line for each subject."""
    teller = Teller(found.result, "en")
    if found.result.units is not None:
        return unit_text.full(found, teller) + "\n\n" + _more(found)
    parts = [headline(found, teller), *_inadmissible(found, teller), *_briefly(found, teller)]
    return "\n".join([*parts, _more(found)])


def _briefly(found: Assessment, teller: Teller) -> list[str]:
    low, _ = low_reliability(found)
    names = teller.names(dict.fromkeys(low.construct)) if len(low) else "no construct"
    ratios = found.htmt[found.htmt.measure == "htmt"]
    apart = int((upper_end(ratios) < limit("htmt", "htmt").value).sum())
    lines = [
        f"Reliability: α, ρ_A, ρ_C or AVE below the usual in {names}.",
        f"Discriminant validity: HTMT below 0.85{_by_end(found)} in {apart} of {len(ratios)} pairs.",
    ]
    if len(found.vif):
        lines.append(f"Collinearity: highest VIF {number(found.vif.estimate.max())}.")
    if len(found.r2):
        r2 = found.r2[found.r2.measure == "r2"].estimate
        lines.append(f"Structural model: R² from {number(r2.min())} to {number(r2.max())}.")
    said = [
        f"{row.model} {number(row.estimate, 3)}"
        + (f" (p of exact fit {probability(row.p)})" if np.isfinite(row.p) else "")
        for row in rows_of(found.fit[found.fit.measure == "srmr"])
        if np.isfinite(row.estimate)
    ]
    return [wrapped(line) for line in [*lines, f"Fit: SRMR {', '.join(said)}."]]


def _by_end(found: Assessment) -> str:
    return " with the whole interval" if found.result.replicates is not None else ""


def full(found: Assessment, lang: Language) -> str:
    """Return the whole assessment."""
    teller = Teller(found.result, lang)
    if found.result.units is not None:
        return "\n\n".join([unit_text.full(found, teller), method(found, teller)])
    sections = (reliability, discriminant, inflation, structure, fit, method)
    parts = [headline(found, teller), *_inadmissible(found, teller), *(section(found, teller) for section in sections)]
    return "\n\n".join(part for part in parts if part)


def headline(found: Assessment, teller: Teller) -> str:
    """Return what was assessed, and from what."""
    result, say = found.result, teller.say
    known = say("no_intervals")
    if result.replicates is not None:
        made, level = int(result.sample.replicates.iloc[0]), f"{result.options.level:.0%}"
        key = "by_delta" if result.replicates.kind == "delta" else "with_intervals"
        known = say(key, level=level, replicates=made)
    title = say("title", model=result.model.name or say("the_model"))
    return f"{title}\n" + teller.wrapped(say("headline", answers=int(result.sample.n.iloc[0]), known=known))


def _more(found: Assessment) -> str:
    return wrapped("More: .summary(), .tables(), " + ", ".join(f".{name}" for name in found.tables()))


def _inadmissible(found: Assessment, teller: Teller) -> list[str]:
    rows = [teller.wrapped(teller.impossible(row)) for row in rows_of(found.inadmissible)]
    return ["\n".join([teller.say("impossible"), *rows])] if rows else []


def _measurement(found: Assessment, teller: Teller) -> list[str]:
    names, say = found.result.model.construct_names, teller.say
    composites = [name for name in names if name not in found.reflective]
    said = [say("all_composites", names=teller.names(composites, 20))] if composites else []
    if not found.factors:
        return [*said, say("as_composites")]
    said.append(say("as_factors"))
    more = {"pls": "pls_rejects", "cbsem": "without_weights"}.get(found.result.options.estimator)
    return [*said, say(more)] if more else said


def method(found: Assessment, teller: Teller) -> str:
    """Return how it was computed."""
    result, drawn, say = found.result, found.result.replicates, teller.say
    lines = [*_measurement(found, teller), say("definitions")]
    if drawn is not None and drawn.kind == "delta":
        lines.append(say("delta", words=drawn.words_in(teller.lang)))
    elif drawn is not None:
        made, interval = int(result.sample.replicates.max()), result.options.interval
        kind = Speaker(result, teller.lang).say(interval)
        lines.append(say("intervals", kind=kind, made=made, words=drawn.words_in(teller.lang), seed=result.seed))
        tested = found.fit.tested.min()
        if np.isfinite(tested):
            key = "tested_all" if tested == made else "tested_some"
            lines.append(say("tested", usable=say(key, tested=tested, made=made)))
    return "\n".join([say("how"), *map(teller.wrapped, lines)])
