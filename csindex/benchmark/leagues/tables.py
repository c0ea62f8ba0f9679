"""Tables of a league: units in order, changes over waves, groups, bands, and pairs that can be told apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.groups.groups import adjusted
from csindex.benchmark.leagues.ranks import Ints, Truth, consecutive, leader_changes
from csindex.benchmark.leagues.standing import WHOLE, YES_NO, Rules, Standing
from csindex.benchmark.unit_scores import UnitScores
from csindex.benchmark.waves import Grid, absent_from_waves
from csindex.index.differences import critical_z, gap_limits, pairs_of, student_of, two_sided
from csindex.index.logit_scores import FIXED, LogitScores
from csindex.messages import Message
from csindex.replicates.intervals import Evidence, standard_error
from csindex.stacks.layout import Array

FEW_EFFECTIVE = 100
COLUMNS = (
    "n", "n_eff", "estimate", "se", "lower", "upper", "published", *WHOLE, *YES_NO, "comparison_lower",
    "comparison_upper", "shrunken", "shrunken_lower", "shrunken_upper", "reliability", "change", "note", "units",
    "ranked", "highest", "lowest", "bands", "higher", "gap",
)  # fmt: skip


def suppressed(scores: UnitScores, least_n: int) -> list[Message | None]:
    """Return why each unit has no score, None where it has one."""
    se = scores.spread().se[:, 0]
    off = (scores.estimate < -FIXED) | (scores.estimate > 100 + FIXED)
    reasons: list[Message | None] = []
    for n, estimate, error, outside in zip(scores.n, scores.estimate, se, off, strict=True):
        if n < least_n:
            reasons.append(Message("league.few_answers", n=n, least=least_n))
        elif outside:
            reasons.append(Message("league.off_scale", estimate=estimate))
        else:
            reasons.append(None if np.isfinite(estimate) and np.isfinite(error) else Message("league.no_error"))
    return reasons


def full_table(
    scores: UnitScores,
    logits: LogitScores,
    labels: pd.DataFrame,
    places: dict[int, Ints],
    standings: dict[int, Standing],
    shown: Truth,
    whole: bool,
) -> pd.DataFrame:
    """Return the labels, the scores and what is known of their order, a row for each unit in the order of `labels`."""
    spread = scores.spread()
    lower, upper = spread.lower[:, 0], spread.upper[:, 0]
    # Answers that are all alike say less of their unit than that nothing can vary.
    alike, wide = spread.se[:, 0] < FIXED, logits.interval(student_of(critical_z(scores.level), logits.degrees))
    lower, upper = np.where(alike, wide[0], lower), np.where(alike, wide[1], upper)
    values = {"estimate": scores.estimate, "se": spread.se[:, 0], "lower": lower, "upper": upper}
    counts = np.isfinite(scores.n).all() and (scores.n == np.round(scores.n)).all()
    numbers: dict[str, Any] = {"n": scores.n.astype(np.intp) if counts else scores.n, "n_eff": scores.n_eff}
    numbers |= {name: np.where(shown, value, np.nan) for name, value in values.items()}
    for name in next(iter(standings.values())).columns:
        numbers[name] = np.full(len(labels), np.nan)
        for number, found in standings.items():
            numbers[name][places[number]] = found.columns[name]
    frame = pd.concat([labels.reset_index(drop=True), pd.DataFrame(numbers)], axis=1)
    kinds = dict.fromkeys(WHOLE, "Int64") | dict.fromkeys(YES_NO, "boolean") | ({"published": "Int64"} if whole else {})
    return frame.astype({name: kind for name, kind in kinds.items() if name in frame})


def notes(scores: UnitScores, reasons: list[Message | None]) -> "pd.Series[str]":
    """Return why a unit has no score, or that its score rests on few answers."""
    few = [f"effective n {n:.0f}, fewer than {FEW_EFFECTIVE}" if n < FEW_EFFECTIVE else "" for n in scores.n_eff]
    return pd.Series([str(a or b) for a, b in zip(reasons, few, strict=True)], dtype="str")


def wave_columns(
    scores: UnitScores, logits: LogitScores, table: pd.DataFrame, keys: Sequence[str], code: Ints, rules: Rules
) -> pd.DataFrame:
    """Return ``change`` and its uncertainty, ``waves_first`` and ``leader_changed``, a row for each unit and wave."""
    assert rules.wave is not None
    grid = Grid.of(scores.units, rules.wave)
    shown = table["rank"].notna().to_numpy()
    before = np.full(len(table), -1, dtype=np.intp)
    earlier, later = grid.place[:, :-1], grid.place[:, 1:]
    both = (earlier >= 0) & (later >= 0)
    both[both] = shown[earlier[both]] & shown[later[both]]
    before[later[both]] = earlier[both]
    columns = _changes(scores, logits, before, rules)
    # Changes of different units are independent, or nearly so: max-T would not differ from Holm.
    how: Any = "holm" if rules.adjust == "max_t" else rules.adjust
    columns["p_change_adjusted"] = np.full(len(table), np.nan)
    for number in np.unique(code):
        columns["p_change_adjusted"][code == number] = adjusted(columns["p_change"][code == number], how)
    leads = table["first"].fillna(False).to_numpy(dtype=bool)
    columns |= _first_places(grid, leads, shown, table[[name for name in keys if name != rules.wave]])
    return pd.DataFrame(columns).astype({"waves_first": "Int64", "leader_changed": "boolean"})


def _changes(scores: UnitScores, logits: LogitScores, before: Ints, rules: Rules) -> dict[str, Array]:
    """Return changes against the rows `before`, -1 for none; an interval is of its own change only."""
    now = np.flatnonzero(before >= 0)
    old = before[now]
    change, variance = scores.estimate[now] - scores.estimate[old], scores.spread().se[:, 0] ** 2
    if scores.joint:
        c = None if scores.coefficients is None else scores.coefficients[now]
        se = standard_error(Evidence(change[:, None], (scores.draws[now] - scores.draws[old])[..., None], c))[:, 0]
    else:
        se = np.sqrt(variance[now] + variance[old])
    pair = pairs_of(logits, now, old)
    lower, upper = gap_limits(pair, critical_z(rules.level))
    found = {"change": change, "change_se": se, "change_lower": lower, "change_upper": upper}
    found |= {"change_percent": 100 * change / scores.estimate[old], "p_change": two_sided(pair.z)}
    out = {name: np.full(len(before), np.nan) for name in found}
    for name, values in found.items():
        out[name][now] = values
    return out


def _first_places(grid: Grid, leads: Truth, shown: Truth, groups: pd.DataFrame) -> dict[str, Array]:
    """Return how many waves in a row units have been first, and whether their group's leader has changed."""
    streak, changed = np.full(len(leads), np.nan), np.full(len(leads), np.nan)
    there = grid.place >= 0
    count = consecutive(there & leads[grid.place])
    streak[grid.place[there]] = count[there]
    streak[~shown] = np.nan
    code = (
        groups.groupby(list(groups.columns), sort=False).ngroup().to_numpy()
        if groups.shape[1]
        else np.zeros(len(leads))
    )
    for own in range(int(code.max()) + 1):
        inside = there & (code[grid.place] == own)
        first = inside & leads[grid.place]
        has = first.any(axis=0)
        known = np.concatenate([[False], has[1:] & has[:-1]])
        moved = np.where(known, leader_changes(first), np.nan)
        changed[grid.place[inside]] = np.broadcast_to(moved, inside.shape)[inside]
    return {"waves_first": streak, "leader_changed": changed}


def in_order(table: pd.DataFrame, code: Ints) -> Ints:
    """Return the order of the rows: by league, rank and score; units without a rank come last."""
    rank = table["rank"].astype("float64").fillna(np.inf).to_numpy()
    return np.lexsort((-table["estimate"].fillna(-np.inf).to_numpy(), rank, code))


def groups_table(table: pd.DataFrame, keys: list[str], code: Ints, standings: dict[int, Standing]) -> pd.DataFrame:
    """Return one row for each league: how many units it has, and how much of their order is known."""
    rows = []
    for number in range(int(code.max()) + 1):
        part = table[code == number]
        row = {name: part[name].iloc[0] for name in keys}
        row |= {"units": len(part), "ranked": int(part["rank"].notna().sum())}
        if number in standings:
            row |= {"highest": part["estimate"].max(), "lowest": part["estimate"].min()}
            row |= {"first": int(part["first"].sum()), "co_first": int(part["co_first"].sum())}
            row |= standings[number].totals
            row |= {"bands": int(part["band"].max())} if "band" in part else {}
        rows.append(row)
    return pd.DataFrame(rows)


def bands_table(table: pd.DataFrame, keys: list[str], code: Ints) -> pd.DataFrame:
    """Return one row for each band: its number of units, and the highest and lowest of their scores."""
    if "band" not in table:
        return pd.DataFrame()
    ranked = table[table["rank"].notna()]
    found = ranked.groupby([code[table["rank"].notna()], ranked["band"]], sort=True)
    bands = found.agg(
        **{name: (name, "first") for name in keys},
        units=("estimate", "size"),
        highest=("estimate", "max"),
        lowest=("estimate", "min"),
    ).reset_index(level="band")
    return bands[[*keys, "band", "units", "highest", "lowest"]].reset_index(drop=True)


def apart_table(
    scores: UnitScores, labels: pd.DataFrame, keys: list[str], places: dict[int, Ints], standings: dict[int, Standing]
) -> pd.DataFrame:
    """Return one row for each pair of units that is told apart."""
    own = [name for name in labels.columns if name not in keys] or keys
    names = labels[own].astype(str).agg(" / ".join, axis=1).to_numpy()
    pairs = [np.nonzero(found.above) for found in standings.values()]
    higher, lower = (
        np.concatenate([places[number][pair[at]] for number, pair in zip(standings, pairs, strict=True)])
        for at in (0, 1)
    )
    frame = labels[keys].iloc[higher].reset_index(drop=True)
    gap = scores.estimate[higher] - scores.estimate[lower]
    return frame.assign(higher=names[higher], lower=names[lower], gap=gap)


def left_out_table(scores: UnitScores, table: pd.DataFrame, wave: str | None) -> pd.DataFrame:
    """Return one row for each unit that is not ranked, with the reason: dropped, not published, or absent from a wave."""
    names = [name for name in scores.units.columns if name in table]
    hidden = table.loc[table["rank"].isna(), [*names, "note"]].rename(columns={"note": "reason"})
    parts = [
        part for part in (scores.dropped, hidden, absent_from_waves(scores.units, wave, scores.dropped)) if len(part)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*names, "reason"])
