"""Leagues: units ranked by their scores, with the uncertainty of the ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from csindex.benchmark.leagues.gaps import Adjust
from csindex.benchmark.leagues.ranks import Ints, Truth
from csindex.benchmark.leagues.result import League
from csindex.benchmark.leagues.standing import Rules, Shrink, Standing, standing
from csindex.benchmark.leagues.tables import (
    COLUMNS,
    apart_table,
    bands_table,
    full_table,
    groups_table,
    in_order,
    left_out_table,
    notes,
    suppressed,
    wave_columns,
)
from csindex.benchmark.unit_facts import By, levels_of, said, tuples, weights_of
from csindex.benchmark.unit_scores import UnitScores, chosen
from csindex.benchmark.wave_order import wave_column, with_waves_in_order
from csindex.benchmark.waves import Grid
from csindex.errors import OptionError
from csindex.fitting.result import Fit
from csindex.index.logit_scores import LogitScores
from csindex.messages import Argument, Message, Several
from csindex.stacks.layout import Array

Mean = str | Mapping[Any, float] | pd.Series | pd.DataFrame


def league(
    result: Fit | UnitScores,
    *,
    construct: str | None = None,
    group: By = None,
    level: float | None = None,
    simultaneous: bool = True,
    least_n: int = 30,
    adjust: Adjust = "holm",
    mean: Mean = "equal",
    shrink: Shrink = None,
    rounding: int | None = None,
    wave: str | None = None,
    bands: bool = True,
    seed: int = 1,
    order: Sequence[Any] | None = None,
) -> League:
    """Rank units by their index: each rank with the set of ranks that the survey cannot rule out.

    Parameters
    ----------
    result : Fit or UnitScores
        A fit with ``by=`` and replicates, or scores such as those of `aggregate`.
    construct : str, optional
        By default the model's target.
    group : column, columns, or mapping of unit to group, optional
        Units are ranked within groups, e.g. sectors. By default all together.
    level : float, optional
        Of intervals and rank sets, at least 0.5; by default the fit's.
    simultaneous : bool
        Whether rank sets and intervals of gaps hold for all units of a group at once, as a table needs that is read as
        a whole; or for one unit each, as in this unit's own report. First places and bands always hold at once.
    least_n : int
        Units with fewer answers have a row with their number of answers, and neither score nor rank.
    adjust : {"holm", "bh", "by", "max_t", "none"}
        Adjustment of p-values: of all pairs for gaps to the leader, as it was chosen by the data; of all units for gaps
        to the mean.
    mean : {"equal", "others"}, or weights
        The mean with which units are compared: of all ranked units of the group; of all others; or weighted, by a
        mapping or a frame, see `aggregate`.
    shrink : {None, "eb"}
        Add empirical-Bayes scores, with intervals that are robust to the distribution of the true scores (Armstrong,
        Kolesár & Plagborg-Møller 2022), in columns beside the raw scores. Ranks are always those of raw scores.
    rounding : int, optional
        Publish scores with this many decimals and rank them so, halves rounded upward: with 0, equal integers share
        their place. Rank sets are about the true scores, and not rounded.
    wave : column, optional
        Rank each wave by itself, as is done with a column called year, wave, quarter, ... also where this is not given; add changes since the wave before, consecutive waves in first place, and whether the
        leader has changed.
    bands : bool
        Add the column `band`.
    seed : int
        Of the 4,000 normal draws, with the replicates' covariance, from which critical values are taken.
    order : sequence of labels, optional
        All waves, the earliest first, where their labels do not show it.

    Returns
    -------
    League

    Raises
    ------
    OptionError
        A result without units or replicates, columns or weights that are not there, arguments that are not known.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 250, groups=["Hare", "Lynx", "Stork"], seed=1)
    >>> csi.league(csi.fit(csi.acsi(), answers, by="unit", replicates=200)).table["rank"].tolist()
    [1, 2, 3]
    """
    scores = UnitScores.of(result, construct)
    wave = _waves_apart(scores.units, group, wave)
    scores = scores if wave is None else with_waves_in_order(scores, wave, order)
    words = mean if isinstance(mean, str) and mean in ("equal", "others") else "weights"
    level = scores.level if level is None else level
    rules = Rules(level, simultaneous, least_n, adjust, shrink, rounding, wave, bands, seed, words)
    scores = replace(scores, level=level)
    labels, keys = _labels(scores.units, group, wave)
    weights = weights_of(scores.units, mean, None) if words == "weights" else np.ones(len(labels))
    reasons, shown = _shown(scores, least_n)
    code = _codes(scores.units, labels, keys, wave)
    places = _places(scores, code, shown)
    logits = scores.logits
    standings = {
        number: _ranked(scores, logits, rows, weights, rules, np.random.default_rng((seed, number)))
        for number, rows in places.items()
    }
    table = full_table(scores, logits, labels, places, standings, shown, rounding == 0)
    if wave is not None:
        table = pd.concat([table, wave_columns(scores, logits, table, keys, code, rules)], axis=1)
    table["note"] = notes(scores, reasons)
    falling = in_order(table, code)
    table, code = table.iloc[falling].reset_index(drop=True), code[falling]
    return League(
        name=scores.name,
        table=table,
        left_out=left_out_table(scores, table, wave),
        groups=groups_table(table, keys, code, standings),
        bands=bands_table(table, keys, code),
        apart=apart_table(scores, labels, keys, places, standings),
        rules=rules,
        keys=tuple(keys),
        labels=tuple(name for name in labels.columns if name not in keys),
        waves=() if wave is None else tuple(Grid.of(scores.units, wave).waves),
    )


def _waves_apart(units: pd.DataFrame, group: By, wave: str | None) -> str | None:
    """Return the column of the waves, which are ranked apart also where nobody has named it; waves alone have no rank."""
    found = wave_column(units) if wave is None else None
    grouped = group == found or (isinstance(group, (list, tuple)) and found in group)
    if found is None or grouped:
        return wave
    if len(units.columns) == 1:
        raise OptionError(Message("league.waves_only", wave=found, trend=Argument("wave", found)))
    return found


def _shown(scores: UnitScores, least_n: int) -> tuple[list[Message | None], Truth]:
    """Return why units are not published, None for those that are, and which are."""
    reasons = suppressed(scores, least_n)
    if all(reasons):
        raise OptionError(Message("league.nothing_ranked", reason=reasons[0], least_n=Argument("least_n", least_n)))
    return reasons, np.array([reason is None for reason in reasons])


def _labels(units: pd.DataFrame, group: By, wave: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Return the columns that name the rows, and those of them by which units are ranked apart."""
    labels = units.reset_index(drop=True).copy()
    labels.columns = labels.columns.map(str)
    keys: list[str] = []
    if group is not None:
        levels = levels_of(units, group, None)
        keys = [str(name) for name in levels.columns]
        for name in keys:
            if name not in labels.columns:
                labels.insert(len(labels.columns), name, levels[name].to_numpy())
    if wave is not None and wave not in keys:
        if wave not in labels.columns:
            known = Several(map(repr, labels.columns), len(labels.columns))
            by = Argument("by", ["unit", wave])
            raise OptionError(Message("league.no_wave_column", wave=Argument("wave", wave), known=known, by=by))
        keys.append(wave)
    clash = [name for name in labels.columns if name in COLUMNS]
    if clash:
        raise OptionError(Message("league.clash", names=clash))
    return labels, keys


def _codes(units: pd.DataFrame, labels: pd.DataFrame, keys: list[str], wave: str | None) -> Ints:
    """Return the number of each row's league: by group as they come, and by wave in its order."""
    others = [name for name in keys if name != wave]
    code: Ints = np.zeros(len(labels), dtype=np.intp)
    if others:
        code = np.asarray(labels.groupby(others, sort=False).ngroup(), dtype=np.intp)
    if wave is None:
        return code
    place = Grid.of(units, wave).place
    at = np.zeros(len(labels), dtype=np.intp)
    at[place[place >= 0]] = np.nonzero(place >= 0)[1]
    found: Ints = np.unique(code * place.shape[1] + at, return_inverse=True)[1].astype(np.intp)
    return found


def _places(scores: UnitScores, code: Ints, shown: Truth) -> dict[int, Ints]:
    """Return the ranked rows of each league, highest score first, so that nothing depends on the order of the rows."""
    falling: Ints = np.lexsort((scores.spread().se[:, 0], -scores.estimate)).astype(np.intp)
    found = {number: falling[shown[falling] & (code[falling] == number)] for number in range(int(code.max()) + 1)}
    return {number: rows for number, rows in found.items() if len(rows)}


def _ranked(
    scores: UnitScores, logits: LogitScores, rows: Ints, weights: Array, rules: Rules, rng: np.random.Generator
) -> Standing:
    own = weights[rows]
    if np.isnan(own).any() or own.sum() <= 0:
        at = int(rows[np.isnan(own).argmax()])
        raise OptionError(Message("league.no_weight", unit=said(tuples(scores.units)[at])))
    return standing(
        chosen(scores, rows), logits.of(rows), None if rules.mean == "others" else own / own.sum(), rules, rng
    )
