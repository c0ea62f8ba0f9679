"""The result of a league: its tables and its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from csindex import messages
from csindex.benchmark.leagues.gaps import ADJUSTMENTS
from csindex.benchmark.leagues.standing import DRAWS, FEWEST_SHRUNK, Rules
from csindex.benchmark.leagues.tables import FEW_EFFECTIVE
from csindex.benchmark.wave_order import waves_said
from csindex.benchmark.waves import with_reasons
from csindex.text import format
from csindex.text.document import Bullets, Paragraph, Section, Table
from csindex.text.result import Result

NAMES, ROWS = 8, 20
LEVEL_SIMULATED = 0.95
HARDLY = 0.1


def _headline(league: League, table: pd.DataFrame, lang: format.Language) -> Section:
    return Section("", (Paragraph(_title(league, table, lang), "lead"),))


def _leading(league: League, table: pd.DataFrame, lang: format.Language) -> Table:
    """Return the first rows: unit, score, rank, and the ranks that are not ruled out."""
    rows = []
    table = table.assign(**{name: format.labels_shown(table[name]) for name in _own_columns(league)})
    for _, row in table.head(format.ROWS).iterrows():
        known = pd.notna(row["rank"])
        between = messages.words("league")[lang]["between"]
        ranks = (
            [str(row["rank"]), between.format(lower=row["rank_lower"], upper=row["rank_upper"])]
            if known
            else ["–", "–"]
        )
        rows.append((*(str(row[name]) for name in _own_columns(league)), _score(league, row), *ranks))
    own = tuple(map(str, _own_columns(league)))
    heads = messages.words("league")[lang]["leading"].split("|")
    more = len(table) - format.ROWS
    rest = messages.words("league")[lang]["more_rows"].format(count=more) if more > 0 else ""
    return Table("", (*own, *heads), tuple(rows), left=len(own), rest=(len(rows), rest))


def _title(league: League, table: pd.DataFrame, lang: str) -> str:
    words, wave = messages.words("league")[lang], league.rules.wave
    when = "" if wave is None else words["wave"].format(wave=table[wave].iloc[0])
    ranked = int(table["rank"].notna().sum())
    counts = {"units": ranked + len(_latest(league, league.left_out)), "ranked": ranked}
    return words["title"].format(name=league.name, wave=when, answers=int(table["n"].sum()), **counts)


def _left_out(league: League, lang: format.Language) -> str:
    """Return which units have no rank in the last wave, and why; empty where all have one."""
    gone = _latest(league, league.left_out)
    if gone.empty:
        return ""
    own = [name for name in gone.columns if name not in (league.rules.wave, "reason")] or [str(league.rules.wave)]
    return messages.Message("league.left_out", count=len(gone), found=with_reasons(gone, own)).text(lang)


def _one(league: League, table: pd.DataFrame, group: pd.Series[Any], lang: format.Language) -> Section:
    """Return the sentences about a single league."""
    words, ranked = messages.words("league")[lang], table[table["rank"].notna()]
    said = [*_first(league, ranked, lang)]
    if len(ranked) > 1:
        share = group["told_apart"] / group["pairs"]
        counts = {"pairs": int(group["pairs"]), "told": int(group["told_apart"]), "share": f"{share:.0%}"}
        if group["told_apart"] == 0:
            said.append(words["nothing"])
        else:
            said.append(words["order"].format(**counts, places=f"{group['places']:.1f}", ranked=len(ranked)))
            said += [words["hardly"]] if share < HARDLY else []
            said.append(_against_mean(league, ranked, lang))
            said += [_bands(ranked, lang)] if league.rules.bands else []
    said += _between(group, lang) if league.rules.shrink else []
    return Section("", tuple(map(Paragraph, said)))


def _first(league: League, ranked: pd.DataFrame, lang: format.Language) -> list[str]:
    """Return the sentences about the first place."""
    words, level = messages.words("league")[lang], _percent(league.rules.level)
    leaders = ranked[ranked["first"]]
    row = leaders.iloc[0]
    between = format.interval(row["lower"], row["upper"], 1, lang)
    names = {"leaders": _listed(league, leaders, lang), "score": _score(league, row)}
    said = [words["first" if len(leaders) == 1 else "tied"].format(level=level, interval=between, **names)]
    others = ranked[ranked["co_first"] & ~ranked["first"]]
    if len(others):
        total = len(others) + int((leaders["co_first"]).sum())
        said.append(words["shared"].format(count=len(others), names=_listed(league, others, lang), total=total))
    elif len(ranked) > 1 and len(leaders) == 1:
        said.append(words["alone"].format(level=level))
    if league.rules.wave is not None:
        long = leaders[leaders["waves_first"] > 1]
        for name, times in zip(_names(league, long), long["waves_first"], strict=True):
            said.append(words["streak"].format(leader=name, times=times, ordinal=ordinal(int(times))))
        said += [words["changed"]] if ranked["leader_changed"].fillna(False).any() else []
    return said


def _against_mean(league: League, ranked: pd.DataFrame, lang: str) -> str:
    sure = ranked["p_mean_adjusted"] < 1 - league.rules.level
    above, below = int((sure & (ranked["gap_mean"] > 0)).sum()), int((sure & (ranked["gap_mean"] < 0)).sum())
    words = messages.words("league")[lang]
    counts = {"above": above, "below": below, "open": len(ranked) - above - below}
    return words["mean"].format(mean=words[league.rules.mean], **counts)


def _bands(ranked: pd.DataFrame, lang: str) -> str:
    sizes = ranked["band"].value_counts().sort_index()
    return messages.words("league")[lang]["bands"].format(bands=" + ".join(str(size) for size in sizes))


def _between(group: pd.Series[Any], lang: str) -> list[str]:
    words, sd = messages.words("league")[lang], group["between_sd"]
    if pd.isna(sd):
        return [words["unshrunk"].format(fewest=FEWEST_SHRUNK)]
    return [words["same"]] if sd == 0 else [words["spread"].format(sd=f"{sd:.1f}")]


def _several(league: League, table: pd.DataFrame, groups: pd.DataFrame, lang: format.Language) -> list[Section]:
    """Return the sentences and the table about several leagues."""
    words, keys = messages.words("league")[lang], [name for name in league.keys if name != league.rules.wave]
    pairs = groups["pairs"].sum()
    counts = {"leagues": len(groups), "ranked": int(groups["ranked"].sum()), "units": int(groups["units"].sum())}
    share = groups["told_apart"].sum() / pairs if pairs else 0.0
    said = [words["several"].format(**counts, shared=int((groups["co_first"] > 1).sum()), share=f"{share:.0%}")]
    if league.rules.rounding is not None:
        said.append(words["ties"].format(tied=int((groups["first"] > 1).sum()), leagues=len(groups)))
    said += [words["hardly"]] if share < HARDLY else []
    if league.rules.wave is not None:
        moved = table.groupby(keys, sort=False)["leader_changed"].first().dropna()
        said += [words["moved"].format(moved=int(moved.sum()), known=len(moved))] if len(moved) else []
    if league.rules.shrink and groups["between_sd"].isna().any():
        said.append(words["unshrunk"].format(fewest=FEWEST_SHRUNK))
    rows = []
    for _, row in groups.head(ROWS).iterrows():
        own = table[(table[keys] == row[keys]).all(axis=1) & table["first"].fillna(False)]
        told = f"{int(row['told_apart'])}/{int(row['pairs'])}"
        cells = [_listed(league, own, lang, 2), _score(league, own.iloc[0]), str(int(row["co_first"]))]
        rows.append((*(str(row[key]) for key in keys), *cells, str(row["ranked"]), f"{row['places']:.1f}", told))
    rest = (len(rows), f"... {len(groups) - ROWS:,}" if len(groups) > ROWS else "")
    listed = Table("", (*keys, *words["heads"].split("|")), tuple(rows), left=len(keys) + 1, rest=rest)
    return [Section("", tuple(map(Paragraph, said))), Section("", (listed,))]


def _method(league: League, table: pd.DataFrame, lang: str) -> Section:
    """Return how the league was computed."""
    words, rules = messages.words("league")[lang], league.rules
    who = words["all" if rules.simultaneous else "one"]
    said = [words["sets"].format(who=who, level=_percent(rules.level), draws=DRAWS, seed=rules.seed)]
    said.append(words["scale"].format(simulated=words["simulated"] if rules.level == LEVEL_SIMULATED else "").rstrip())
    if rules.rounding is not None:
        said.append(words["rounding" if rules.rounding else "whole"].format(digits=rules.rounding))
    hidden, noted = int(table["rank"].isna().sum()), int((table["rank"].notna() & (table["note"] != "")).sum())
    counts = [words["suppressed"].format(count=count) if count else "" for count in (hidden, noted)]
    said.append(words["least"].format(least=rules.least_n, few=FEW_EFFECTIVE, suppressed=counts[0], noted=counts[1]))
    adjust = ADJUSTMENTS[rules.adjust]
    said.append(words["adjust"].format(adjust=adjust) if adjust else words["unadjusted"])
    said += [words["shrunken"]] if rules.shrink else []
    return Section(words["how"], (Bullets(tuple(said)),))


def _latest(league: League, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the last wave in which anything was ranked."""
    wave = league.rules.wave
    if wave is None or frame.empty:
        return frame
    there = set(league.groups.loc[league.groups["ranked"] > 0, wave].tolist())
    last = [label for label in league.waves if label in there][-1]
    found: pd.DataFrame = frame[frame[wave] == last]
    return found


def _percent(level: float) -> str:
    return f"{100 * level:g}%"


def _own_columns(league: League) -> list[str]:
    return [name for name in [*league.keys, *league.labels] if name != league.rules.wave] or [str(league.rules.wave)]


def _names(league: League, rows: pd.DataFrame) -> list[str]:
    columns = list(league.labels) or list(league.keys)
    return [" / ".join(map(str, row)) for row in rows[columns].itertuples(index=False)]


def _listed(league: League, rows: pd.DataFrame, lang: str, most: int = NAMES) -> str:
    names = _names(league, rows)
    if len(names) <= most:
        return ", ".join(names)
    return messages.words("league")[lang]["more"].format(names=", ".join(names[:most]), count=len(names) - most)


def _score(league: League, row: pd.Series[Any]) -> str:
    digits = league.rules.rounding
    if pd.isna(row["rank"]):
        return "–"
    return f"{row['estimate']:.1f}" if digits is None else f"{row['published']:.{digits}f}"


def ordinal(number: int) -> str:
    """Return the English ending of an ordinal number."""
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class League(Result):
    """The result of `csindex.league`.

    Attributes
    ----------
    name : str
        What is scored, e.g. ``"Satisfaction"``.
    table : data frame
        One row for each unit, by group, wave and rank. After the unit columns:

        ``n, n_eff, estimate, se, lower, upper`` : answers, their effective number, and the score with its interval.
        ``published`` : the rounded score, with `rounding` only.
        ``rank, rank_lower, rank_upper`` : rank 1 is the highest score, equal scores share the smaller rank; and the ends
        of the set of ranks that cannot be ruled out. ``rank_lower_marginal, rank_upper_marginal`` : the set for a
        reader who looks at this one unit only.
        ``first, co_first`` : whether the unit is ranked first; whether it cannot be ruled out that it is the best.
        ``band`` : see `bands`.
        ``gap_leader, gap_leader_se, gap_leader_lower, gap_leader_upper, p_leader, p_leader_adjusted`` : points to the
        highest score. ``gap_mean, ...`` : the same to the mean.
        ``comparison_lower, comparison_upper`` : intervals for plots; where those of two units just touch, the two
        differ at about the level, as a single pair (Goldstein & Healy 1995). They are no intervals of the scores.
        ``shrunken, shrunken_lower, shrunken_upper, reliability`` : with `shrink` only.
        ``change, change_se, change_lower, change_upper, change_percent, p_change, p_change_adjusted, waves_first,
        leader_changed`` : with `wave` only.
        ``note`` : why a unit is not published, or that it has an effective number of less than 100 answers.
    groups : data frame
        One row for each group and wave: ``units, ranked, highest, lowest, first, co_first, pairs, told_apart, places,
        bands``. Of the ``pairs`` of units ``told_apart`` are told apart, at once; ``places`` is the mean number of
        places in a rank set. ``between_sd``, with `shrink`, is the standard deviation of the true scores.
    bands : data frame
        One row for each band: ``band, units, highest, lowest``. No two units of a band can be told apart, each unit of
        a lower band is found to be below some unit of the band above it, and there are as few bands as this allows. Band
        1 are the co-first. A unit with a wide interval can be in a higher band than one that has a higher score.
    apart : data frame
        One row for each pair that can be told apart, all of them at once: ``higher, lower, gap`` after the group columns.
    rules : Rules
        Everything that was decided.
    keys, labels : tuple of str
        Columns by which units are ranked apart, and those that name the units.
    left_out : data frame
        Units without a rank, with the ``reason``: dropped before they had a score, not published, or absent from a wave.
    waves : tuple
        Labels of the waves in their order.
    """

    name: str
    table: pd.DataFrame
    groups: pd.DataFrame
    bands: pd.DataFrame
    apart: pd.DataFrame
    rules: Rules
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    waves: tuple[Any, ...] = ()
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)

    TABLES: ClassVar = {
        "league": "table",
        "groups": "groups",
        "bands": "bands",
        "apart": "apart",
        "left_out": "left_out",
    }

    def blocks(self, lang: format.Language) -> Iterator[Section]:
        """Yield what can be said of the order of the units, and what not; with waves of the last one."""
        table, groups = _latest(self, self.table), _latest(self, self.groups)
        groups = groups[groups["ranked"] > 0]
        yield _headline(self, table, lang)
        if len(groups) == 1:
            yield _one(self, table, groups.iloc[0], lang)
        else:
            yield from _several(self, table, groups, lang)
        left_out = _left_out(self, lang)
        if left_out:
            yield Section("", (Paragraph(left_out),))
        ordered = [Paragraph(waves_said(self.waves).text(lang))] if self.waves else []
        yield Section("", (*ordered, Paragraph(messages.words("league")[lang]["cannot"])))
        yield _method(self, table, lang)

    def brief(self, lang: format.Language) -> Iterator[Section]:
        """Yield the headline and the first rows."""
        table = _latest(self, self.table)
        yield _headline(self, table, lang)
        yield Section("", (_leading(self, table, lang),))
