"""An assessment as text: what each measure is for, what was found, what is questionable and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csindex import messages
from csindex.assessment.quality.admissible import reading
from csindex.assessment.quality.thresholds import Threshold, limit
from csindex.estimation.estimator import estimator_of
from csindex.fitting.text import names_shown
from csindex.text.format import Language, aligned
from csindex.text.speaker import Speaker

if TYPE_CHECKING:
    from csindex.assessment.quality.result import Assessment


WIDTH = 88
LISTED = 8
SYMBOLS = {
    "alpha": "α", "alpha_raw": "raw α", "rho_a": "ρ_A", "rho_c": "ρ_C", "ave": "AVE", "r2": "R²", "r2_adjusted": "adjusted R²",
    "f2": "f²", "htmt": "HTMT", "htmt+": "HTMT+", "htmt2": "HTMT2", "vif": "VIF", "srmr": "SRMR", "d_uls": "d_ULS", "d_g": "d_G",
    "nfi": "NFI", "rms_theta": "RMS_theta",
}  # fmt: skip


def number(value: float, digits: int = 2) -> str:
    """Return a number as text, a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def cell(row: Any, digits: int = 2) -> str:
    """Return an estimate and its interval, e.g. ``0.72 [.65, .78]``."""
    if not np.isfinite(row.estimate):
        return "–"
    if not np.isfinite(row.lower):
        return number(row.estimate, digits)
    ends = ", ".join(
        number(end, digits).replace("0.", ".", 1) if abs(end) < 1 else number(end, digits)
        for end in (row.lower, row.upper)
    )
    return f"{number(row.estimate, digits)} [{ends}]"


def probability(p: float) -> str:
    """Return a p-value as text; one below 0.001 is not called 0."""
    return "–" if not np.isfinite(p) else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame, each with its columns as attributes."""
    yield from frame.itertuples()


def wrapped(text: str) -> str:
    """Return a sentence in indented lines."""
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def outside(frame: pd.DataFrame, threshold: Threshold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that are beyond a threshold, and those within it whose interval reaches beyond."""
    value, least = threshold.value, threshold.rule == "at least"
    beyond = frame["estimate"] < value if least else frame["estimate"] >= value
    reaching = frame["lower"] < value if least else frame["upper"] >= value
    return frame[beyond], frame[~beyond & reaching]


class Teller(Speaker):
    """Tells of an assessment."""

    families = ("assess",)

    def some(self, texts: Iterable[str], most: int = LISTED) -> str:
        """Return texts as a list, shortened after the first few."""
        all_texts = list(texts)
        names, count = ", ".join(all_texts[:most]), len(all_texts) - most
        return self.say("more", names=names, count=count) if count > 0 else names

    def names(self, constructs: Iterable[str], most: int = LISTED) -> str:
        """Return constructs as a list."""
        return self.some(map(self.name, constructs), most)

    def symbol(self, measure: str) -> str:
        """Return the sign or the word for a measure."""
        return messages.words(*self.families)[self.lang].get(measure) or SYMBOLS.get(measure, measure)

    def limit(self, table: str, measure: str, at: int = 0) -> str:
        """Return a threshold with its source."""
        threshold = limit(table, measure, at)
        value = f"{threshold.value:.2f}" if threshold.value < 1 else f"{threshold.value:g}"
        return self.say(threshold.rule, value=value, source=threshold.source)

    def wrapped(self, text: str) -> str:
        """Return a sentence in indented lines."""
        return wrapped(text) if self.lang == "en" else super().wrapped(text)

    def by_construct(self, frame: pd.DataFrame) -> list[str]:
        """Return e.g. ``Loyalty (α 0.47, ρ_C 0.68)`` for the rows of each construct."""
        groups: Mapping[Any, pd.DataFrame] = dict(list(frame.groupby("construct", sort=False)))
        said = {
            name: ", ".join(f"{self.symbol(row.measure)} {number(row.estimate)}" for row in rows_of(part))
            for name, part in groups.items()
        }
        return [self.say("values", name=self.name(name), values=values) for name, values in said.items()]

    def impossible(self, row: Any) -> str:
        """Return a number that cannot be, with what it means."""
        where = row.where
        if self.lang == "ko":
            sign, joined = (" → ", " → ") if " → " in row.where else (" ~~ ", " – ")
            place = messages.words(*self.families)["ko"].get(f"place_{row.where}")
            where = place or joined.join(map(self.name, row.where.split(sign)))
        said = {"what": self.symbol(row.what), "where": where, "value": number(row.estimate, 3)}
        return self.say("impossible_row", **said, reading=reading(row.what, row.where, self.lang))


RELIABILITIES = ("alpha", "rho_a", "rho_c", "ave")
WEAK_LOADING = 0.708
PAIRS = 8


def reliability(found: Assessment, teller: Teller) -> str:
    """Return the section on reliability."""
    frame, names = found.reliability, [c.name for c in found.result.model.constructs]
    known = [name for name in names if frame.loc[frame.construct == name, "estimate"].notna().any()]
    lines = [teller.say("reliability")]
    if known:
        rows = [["", *(SYMBOLS[measure] for measure in RELIABILITIES)]]
        for name in known:
            own = frame[frame.construct == name].set_index("measure")
            rows.append([teller.name(name), *(cell(own.loc[measure]) for measure in RELIABILITIES)])
        lines.append(aligned(rows, 1))
    limits = {measure: teller.limit("reliability", measure) for measure in RELIABILITIES}
    too_high = teller.say("on_loadings" if estimator_of(found.result.options).common_factors else "too_high")
    texts = [teller.say("reliability_usual", **limits) + too_high, *_reliability_questions(found, teller)]
    return "\n".join([*lines, *map(teller.wrapped, [*texts, *_not_applicable(found, names, known, teller)])])


def _not_applicable(found: Assessment, names: list[str], known: list[str], teller: Teller) -> list[str]:
    single = [c.name for c in found.result.model.constructs if len(c.items) == 1]
    rest = [name for name in names if name not in known and name not in single]
    texts = [teller.say("single", names=teller.names(single))] if single else []
    texts += [teller.say("composites", names=teller.names(rest))] if rest else []
    return [" ".join(texts)] if texts else []


def low_reliability(found: Assessment) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows below the usual, and those whose interval reaches there."""
    frame = found.reliability
    sides = [outside(frame[frame.measure == name], limit("reliability", name)) for name in RELIABILITIES]
    below, reaching = (pd.concat(rows).sort_index() for rows in zip(*sides, strict=True))
    return below, reaching


def _reliability_questions(found: Assessment, teller: Teller) -> list[str]:
    below, reaching = low_reliability(found)
    cap = limit("reliability", "rho_c", 1)
    high, _ = outside(found.reliability[found.reliability.measure == "rho_c"], cap)
    texts = []
    for rows, key in ((below, "low"), (reaching, "low_reaching")):
        if len(rows):
            texts.append(teller.say(key, found=teller.some(teller.by_construct(rows))))
    if len(high):
        texts.append(teller.say("high", source=cap.source, names=teller.names(high.construct)))
    return [*texts, *_weak_items(found, teller)]


def _weak_items(found: Assessment, teller: Teller) -> list[str]:
    frame = found.cross_loadings
    own = frame[(frame.own == frame.construct) & frame.own.isin(found.reflective)]
    weak = own[own.estimate.abs() < WEAK_LOADING].sort_values("estimate")
    against = own[own.estimate <= -WEAK_LOADING]
    return [
        teller.say(key, found=teller.some(f"{row.item} {number(row.estimate)}" for row in rows_of(rows)))
        for rows, key in ((weak, "weak"), (against, "against"))
        if len(rows)
    ]


def discriminant(found: Assessment, teller: Teller) -> str:
    """Return the section on discriminant validity."""
    frame, say = found.htmt, teller.say
    if frame.empty:
        return "\n".join([say("discriminant"), teller.wrapped(say("discriminant_none"))])
    wide = {measure: frame[frame.measure == measure].reset_index(drop=True) for measure in ("htmt", "htmt+", "htmt2")}
    order = wide["htmt"].sort_values("estimate", ascending=False).index
    rows = [[say("highest_pairs"), *(SYMBOLS[measure] for measure in wide)]]
    rows += [
        [_pair(wide["htmt"].loc[at], teller), *(cell(part.loc[at]) for part in wide.values())] for at in order[:PAIRS]
    ]
    texts = [say("discriminant_usual"), *_discriminant_questions(found, teller)]
    return "\n".join([say("discriminant"), aligned(rows, 1), *map(teller.wrapped, texts)])


def _pair(row: Any, teller: Teller) -> str:
    return f"{teller.name(row.construct_1)} – {teller.name(row.construct_2)}"


def _discriminant_questions(found: Assessment, teller: Teller) -> list[str]:
    frame, say = found.htmt[found.htmt.measure == "htmt"], teller.say
    end, of = upper_end(frame), say("upper_end" if found.result.replicates is not None else "ratio")
    texts = []
    for low, high, key in ((1.0, np.inf, "not_apart"), (0.90, 1.0, "hardly_apart"), (0.85, 0.90, "close")):
        pairs = frame[(end >= low) & (end < high)]
        if len(pairs):
            texts.append(say(key, of=of, pairs=teller.some(_pair(row, teller) for row in rows_of(pairs))))
    if texts:
        texts.append(say("apart_advice"))
    close = found.fornell_larcker[found.fornell_larcker.estimate < 0]
    if len(close):
        each = [
            say(
                "fornell_one",
                first=teller.name(row.construct_1),
                second=teller.name(row.construct_2),
                value=number(row.estimate),
            )
            for row in rows_of(close)
        ]
        texts.append(say("fornell", found=teller.some(each)))
    return [*texts, *_crossing(found, teller)]


def _crossing(found: Assessment, teller: Teller) -> list[str]:
    frame = found.cross_loadings.assign(size=found.cross_loadings.estimate.abs())
    own = frame[frame.own == frame.construct].set_index("item")["size"]
    others = frame[frame.own != frame.construct]
    over = others[others["size"] >= others.item.map(own)]
    if over.empty:
        return []
    each = [
        teller.say("crossing_one", item=row.item, name=teller.name(row.construct), value=number(row.estimate))
        for row in rows_of(over)
    ]
    return [teller.say("crossing", found=teller.some(each))]


def upper_end(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the interval's upper end, the estimate where there is none."""
    return frame.upper.where(frame.upper.notna(), frame.estimate)


def inflation(found: Assessment, teller: Teller) -> str:
    """Return the section on collinearity, and on the weights of composites."""
    frame, say = found.vif, teller.say
    if frame.empty:
        return ""
    lines = []
    for kind in ("source", "item"):
        part = frame[frame.kind == kind]
        if len(part):
            top = part.sort_values("estimate", ascending=False).iloc[0]
            name, target = teller.name(top["name"]), teller.name(top.construct)
            lines.append(say(kind, value=cell(top), name=name, target=target))
    usual = {"usual": teller.limit("vif", "vif"), "stricter": teller.limit("vif", "vif", 1)}
    lines += [say("inflation_usual", **usual), *_inflation_questions(found, teller), *_weights(found, teller)]
    return "\n".join([say("inflation"), *map(teller.wrapped, lines)])


def _inflation_questions(found: Assessment, teller: Teller) -> list[str]:
    frame = found.vif[(found.vif.kind == "source") | ~found.vif.construct.isin(found.reflective)]
    beyond, reaching = outside(frame, limit("vif", "vif"))
    texts = []
    for rows, key in ((beyond, "inflation_beyond"), (reaching, "inflation_reaching")):
        if len(rows):
            named = zip(rows["name"], rows["construct"], rows["estimate"], strict=True)
            listed = teller.some(f"{teller.name(a)} → {teller.name(b)} {number(vif)}" for a, b, vif in named)
            texts.append(teller.say(key, found=listed))
    return [*texts, teller.say("inflation_advice")] if len(beyond) else texts


def _weights(found: Assessment, teller: Teller) -> list[str]:
    """Return which items of composites contribute nothing that is clear of 0."""
    frame = found.weights
    if frame.empty or frame.p.isna().all():
        return []
    idle = frame[(frame.lower <= 0) & (frame.upper >= 0)]
    if idle.empty:
        return [teller.say("weights_clear")]
    return [teller.say("weights_idle", found=teller.some(f"{row.item} {cell(row)}" for row in rows_of(idle)))]


def structure(found: Assessment, teller: Teller) -> str:
    """Return the section on the structural model."""
    if found.r2.empty:
        return ""
    r2, f2, say = found.r2, found.f2[found.f2.measure == "f2"], teller.say
    rows = [["", teller.symbol("r2"), teller.symbol("r2_adjusted")]]
    for name in dict.fromkeys(r2.construct):
        own = r2[r2.construct == name].set_index("measure")
        rows.append([teller.name(name), cell(own.loc["r2"]), cell(own.loc["r2_adjusted"])])
    lines = [say("structure"), aligned(rows, 1), teller.wrapped(say("r2_usual"))]
    rows = [["", "f²", ""]]
    for row in rows_of(f2.sort_values("estimate", ascending=False)):
        size = _size(row.estimate)
        arrow = f"{teller.name(row.source)} → {teller.name(row.target)}"
        rows.append([arrow, cell(row), say(size) if size else ""])
    return "\n".join([*lines, aligned(rows, 1), teller.wrapped(say("f2_usual"))])


def _size(effect: float) -> str:
    if not np.isfinite(effect):
        return ""
    return next(
        (word for least, word in ((0.35, "large"), (0.15, "medium"), (0.02, "small")) if effect >= least), "negligible"
    )


def fit(found: Assessment, teller: Teller) -> str:
    """Return the section on fit."""
    frame, say = found.fit, teller.say
    rows = [["", say("saturated"), "HI95", "p", say("estimated"), "HI95", "p"]]
    for measure in ("srmr", "d_uls", "d_g", "nfi"):
        line = [teller.symbol(measure)]
        for model in ("saturated", "estimated"):
            row = frame[(frame.model == model) & (frame.measure == measure)].iloc[0]
            line += [number(row.estimate, 3), number(row.hi95, 3), probability(row.p)]
        rows.append(line)
    theta = frame[frame.measure == "rms_theta"].iloc[0]
    limits = {measure: teller.limit("fit", measure) for measure in ("srmr", "nfi", "rms_theta")}
    texts = [say("fit_usual", theta=number(theta.estimate, 3), **limits), *_fit_questions(found, teller)]
    return "\n".join([say("fit"), aligned(rows, 1), *map(teller.wrapped, texts)])


def _fit_questions(found: Assessment, teller: Teller) -> list[str]:
    frame, alpha, say = found.fit, 1 - found.result.options.level, teller.say
    rows = frame[frame.measure == "srmr"]
    srmr = dict(zip(rows.model, rows.estimate, strict=True))
    poor = [model for model in srmr if srmr[model] >= limit("fit", "srmr").value]
    texts = []
    if poor:
        texts.append(say("poor", found=say("and").join(f"{say(model)} {number(srmr[model], 3)}" for model in poor)))
    rejected = [model for model in srmr if (frame[frame.model == model].p < alpha).any()]
    if "saturated" in rejected or "saturated" in poor:
        texts.append(say("saturated_misses"))
    elif (rejected or poor) and np.isfinite(srmr["saturated"]):
        attenuated = not estimator_of(found.result.options).common_factors and len(found.reflective) > 0
        texts.append(say("estimated_misses") + (say("error") if attenuated else ""))
    if rejected:
        texts.append(say("rejected", alpha=alpha, models=", ".join(map(say, rejected))))
    elif frame.p.notna().any():
        texts.append(say("not_rejected", alpha=alpha))
    elif found.result.covariance is not None:
        texts.append(_chi_square(found.result.covariance.measures, alpha, teller))
    else:
        texts.append(say("untested"))
    return texts


def _chi_square(measures: pd.DataFrame, alpha: float, teller: Teller) -> str:
    """Say what χ², scaled where it has been, tells of an exact fit."""
    known = dict(zip(measures.measure, measures.estimate, strict=True))
    scaled = "_scaled" if "chisq_scaled" in known else ""
    p, told = known[f"p{scaled}"], {"chisq": number(known[f"chisq{scaled}"], 1), "df": known["df"]}
    if not np.isfinite(p):
        return teller.say("chisq_untested", **told)
    return teller.say("chisq_rejected" if p < alpha else "chisq_fits", p=probability(p), alpha=alpha, **told)


def units_full(found: Assessment, teller: Teller) -> str:
    """Return a row for each measure and construct over all units."""
    result, say = found.result, teller.say
    rows = [["", *say("units_head").split("|")]]
    for label, part, threshold in _lines(found, teller):
        values = part.estimate.dropna()
        if len(values):
            beyond, doubt = outside(part, threshold)
            known = part.lower.notna().any()
            numbers = [number(value) for value in (values.min(), values.median(), values.max())]
            rows.append([label, *numbers, f"{len(beyond):,}", f"{len(doubt):,}" if known else "–"])
    return "\n".join(
        [
            say("title_units", model=result.model.name or say("the_model"), units=len(result.sample)),
            aligned(rows, 1),
            teller.wrapped(say("units_usual")),
            *_exact(found, teller),
            *_inadmissible_units(found, teller),
        ]
    )


def _lines(found: Assessment, teller: Teller) -> Iterator[tuple[str, pd.DataFrame, Threshold]]:
    """Yield label, rows and threshold of each measure that is judged."""
    say = teller.say
    for name in found.reflective:
        own = found.reliability[found.reliability.construct == name]
        for measure in ("alpha", "rho_a", "rho_c", "ave"):
            label = say("units_measure", measure=teller.symbol(measure), name=teller.name(name))
            yield label, own[own.measure == measure], limit("reliability", measure)
    units = _unit_columns(found)
    ratios = found.htmt[found.htmt.measure == "htmt"]
    if len(ratios):
        yield say("units_htmt"), _highest(ratios, units), limit("htmt", "htmt")
    sources = found.vif[found.vif.kind == "source"]
    if len(sources):
        yield say("units_vif"), _highest(sources, units), limit("vif", "vif")
    for model in ("saturated", "estimated"):
        rows = found.fit[(found.fit.model == model) & (found.fit.measure == "srmr")]
        yield say("units_srmr", model=say(model)), rows, limit("fit", "srmr")


def _unit_columns(found: Assessment) -> list[str]:
    return [] if found.result.units is None else [str(name) for name in found.result.units.columns]


def _highest(frame: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    """Return each unit's row with the highest estimate."""
    ordered = frame.sort_values("estimate", ascending=False, kind="stable", na_position="last")
    return ordered.drop_duplicates(units)


def _exact(found: Assessment, teller: Teller) -> list[str]:
    frame, alpha = found.fit, 1 - found.result.options.level
    tested = frame[frame.p.notna()]
    if tested.empty:
        return []
    units = _unit_columns(found)
    said = []
    for model, part in tested.groupby("model", sort=False):
        count = int((part.groupby(units, dropna=False).p.min() < alpha).sum())
        said.append(teller.say("units_rejected_one", model=teller.say(str(model)), count=count))
    text = teller.say("units_rejected", alpha=alpha, found=", ".join(said), units=len(found.result.sample))
    return [teller.wrapped(text)]


def _inadmissible_units(found: Assessment, teller: Teller) -> list[str]:
    rows = found.inadmissible
    if rows.empty:
        return []
    kinds = ", ".join(f"{teller.symbol(str(what))}: {count:,}" for what, count in rows["what"].value_counts().items())
    return [teller.wrapped(teller.say("units_impossible", found=kinds))]


def short(found: Assessment) -> str:
    """Return one line for each subject."""
    teller = Teller({}, "en")
    if found.result.units is not None:
        return units_full(found, teller) + "\n\n" + _more(found)
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
    teller = Teller(names_shown(found.result, lang), lang)
    if found.result.units is not None:
        return "\n\n".join([units_full(found, teller), method(found, teller)])
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
    estimator = estimator_of(found.result.options)
    if estimator.covariance_structure:
        said.append(say("without_weights"))
    elif not estimator.common_factors:
        said.append(say("pls_rejects"))
    return said


def method(found: Assessment, teller: Teller) -> str:
    """Return how it was computed."""
    result, drawn, say = found.result, found.result.replicates, teller.say
    lines = [*_measurement(found, teller), say("definitions")]
    if drawn is not None and drawn.kind == "delta":
        lines.append(say("delta", words=drawn.words_in(teller.lang)))
    elif drawn is not None:
        made, interval = int(result.sample.replicates.max()), result.options.interval
        kind = Speaker({}, teller.lang).term(interval)
        lines.append(say("intervals", kind=kind, made=made, words=drawn.words_in(teller.lang), seed=result.seed))
        tested = found.fit.tested.min()
        if np.isfinite(tested):
            key = "tested_all" if tested == made else "tested_some"
            lines.append(say("tested", usable=say(key, tested=tested, made=made)))
    return "\n".join([say("how"), *map(teller.wrapped, lines)])
