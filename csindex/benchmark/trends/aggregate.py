"""Aggregates of units: industries, sectors and the nation, and rolling scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.unit_facts import By, Weights, levels_of, numbered, said, tuples, weights_of
from csindex.benchmark.unit_scores import (
    UnitScores,
    chosen,
    combined_degrees,
    compact,
    score_cells,
    side_by_side,
    weighted_sums,
)
from csindex.benchmark.wave_order import wave_column, with_waves_in_order
from csindex.benchmark.waves import Grid, absent_from_waves, with_reasons
from csindex.errors import OptionError
from csindex.fitting.core import RESERVED
from csindex.fitting.intake import refuse_clash
from csindex.fitting.result import Fit
from csindex.messages import Argument, Language, Message, listed
from csindex.replicates.bounded import Scores, combined
from csindex.stacks.layout import Array
from csindex.text.document import Paragraph, Section

Others = str | Mapping[Any, Any] | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Aggregate(UnitScores):
    """Scores of aggregates; it is a `UnitScores`, and can be aggregated, ranked and followed over time as one.

    Attributes
    ----------
    shares : data frame
        The labels of every unit, the aggregate to which it belongs, and its ``share`` in it.
    weighting : str
        What the shares are proportional to: a column's name, "equal" or "given".
    left_out : data frame
        Units that are not in it, with the ``reason``: dropped before they had a score, or absent from a wave.
    """

    shares: pd.DataFrame = field(default_factory=pd.DataFrame)
    weighting: str = ""
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)

    TABLES: ClassVar = {"scores": "table", "shares": "shares", "left_out": "left_out"}

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield what is put together with which weights, and all scores; numbers are rounded here and nowhere before."""
        named = self.weighting in ("equal", "given")
        weighting = Message(f"trend.weighting_{self.weighting}") if named else self.weighting
        title = Message("trend.aggregate", name=self.name, units=len(self.shares), weighting=weighting).text(lang)
        yield Section("", (Paragraph(title, "lead"), score_cells(self, lang, len(self.units))))
        if len(self.left_out):
            names = [name for name in self.left_out.columns if name != "reason"]
            found = with_reasons(self.left_out, names)
            said = Message("trend.left_out", count=len(self.left_out), found=found).text(lang)
            yield Section("", (Paragraph(said),))


def aggregate(
    result: Fit | UnitScores,
    by: By = None,
    weights: Weights = None,
    *,
    facts: pd.DataFrame | None = None,
    others: Others = None,
    construct: str | None = None,
    matched: str | None = None,
) -> Aggregate:
    """Put units together: companies to industries, industries to sectors, sectors to the nation.

    An aggregate's score is Σ a_j Y_j, with shares a_j that sum to 1 within it; so are its replicates. The standard errors
    thus hold whatever the units have in common. The ACSI weights companies and industries by revenue, and sectors by
    their part of the GDP (benchmarks differ; state yours).

    Parameters
    ----------
    result : Fit or UnitScores
        A fit with ``by=``, or aggregates, to put them together once more.
    by : str, list of str or mapping, optional
        The level: columns of the units' labels or of `facts`, a mapping of unit to aggregate, or
        ``{"industry": mapping}`` to name the column. Columns that are not named are summed over, so with waves name the
        wave too: ``by=["industry", "year"]``. None puts all units together.
    weights : mapping, series, data frame or str, optional
        Revenue, GDP, customers or market shares: by unit (or by all its labels, as a tuple); a frame of unit columns and
        one more; a column of the units or of `facts`. By default all units have the same.
    facts : data frame, optional
        What is known of the units: their label columns, and columns that `by` and `weights` name. Rows of units that are
        not in the result are not used.
    others : str or mapping, optional
        The label of the unit that stands for all companies that are too small to have their own. As a label: `weights`
        are market shares, and it gets what they leave of 1. As ``{label: share}``, or ``{label: {aggregate: share}}``:
        the named companies share the rest in the ratio of their weights.
    construct : str, optional
        By default the model's target.
    matched : str, optional
        The column of the waves: only units with a score in every wave are put together, so that waves are compared like
        with like. Without it a change between waves is also one of the units that come and go; see ``.left_out``.

    Returns
    -------
    Aggregate
        A `UnitScores` with ``.table``, ``.shares`` and ``.summary()``.

    Raises
    ------
    OptionError
        Units without a weight or an aggregate, weights of unknown units, negative weights, aggregates whose weights are
        all 0, market shares that sum to more than 1.

    Examples
    --------
    >>> import csindex as csi
    >>> banks = csi.simulate(csi.acsi(), 300, groups=["Ash", "Birch"], seed=1)
    >>> result = csi.fit(csi.acsi(), banks, by="unit", replicates=100)
    >>> len(csi.aggregate(result, weights={"Ash": 30.5, "Birch": 12}).table)
    1
    """
    scores, left_out = _compared(UnitScores.of(result, construct), by, matched)
    levels = levels_of(scores.units, by, facts)
    refuse_clash(levels, RESERVED)
    refuse_clash(scores.units, (*RESERVED, "share"))
    number = numbered(levels)
    labels = levels.iloc[np.unique(number, return_index=True)[1]].reset_index(drop=True)
    given = weights_of(scores.units, weights, facts)
    given = _with_others(scores.units, given, number, labels, others, equal=weights is None)
    _refuse(scores.units, given, number, labels)
    share = given / np.bincount(number, given)[number]
    table = np.zeros((len(labels), len(number)))
    table[number, np.arange(len(number))] = share
    new = [name for name in levels.columns if name not in scores.units.columns]
    return Aggregate(
        **_combined(scores, table),
        name=scores.name,
        units=labels,
        level=scores.level,
        interval=scores.interval,
        shares=pd.concat([scores.units.reset_index(drop=True), levels[new]], axis=1).assign(share=share),
        weighting="equal" if weights is None else weights if isinstance(weights, str) else "given",
        left_out=left_out,
    )


def _compared(scores: UnitScores, by: By, matched: str | None) -> tuple[UnitScores, pd.DataFrame]:
    """Return the units that are put together, and those that are not in all waves; with `matched` these are left out."""
    named = [by] if isinstance(by, str) else list(by) if isinstance(by, (list, tuple)) else []
    wave = matched or next((name for name in named if name == wave_column(scores.units)), None)
    if wave is not None and wave not in scores.units.columns:
        raise OptionError(
            Message("trend.no_matched", matched=Argument("matched", wave), known=listed(scores.units.columns))
        )
    absent = absent_from_waves(scores.units, wave, scores.dropped)
    left_out = pd.concat(
        [part for part in (scores.dropped, absent) if len(part)] or [pd.DataFrame()], ignore_index=True
    )
    if matched is None or left_out.empty:
        return scores, left_out
    others = [name for name in scores.units.columns if name != matched]
    gone = set(tuples(left_out[others]))
    rows = np.array([key not in gone for key in tuples(scores.units[others])])
    if not rows.any():
        raise OptionError(Message("trend.none_matched", matched=Argument("matched", matched)))
    return chosen(scores, np.flatnonzero(rows)), left_out


def _combined(scores: UnitScores, share: Array) -> dict[str, Any]:
    """Return estimate, replicates and their like for shares (A, U)."""
    joint, coefficients = scores.joint, scores.coefficients
    if coefficients is None:
        draws = weighted_sums(share, scores.draws if joint else compact(scores.draws))
    elif joint:
        draws, coefficients = weighted_sums(share, scores.draws), np.repeat(coefficients[:1], len(share), axis=0)
    else:
        draws, coefficients = _of_independent(scores, share)
    degrees, se = scores.degrees, scores.spread().se[:, 0]
    if degrees is not None:
        variance = share**2 * se**2
        degrees = combined_degrees(np.broadcast_to(degrees, share.shape), variance, joint)
    return {
        "estimate": share @ scores.estimate,
        "draws": draws,
        "coefficients": coefficients,
        "degrees": degrees,
        "moments": None if scores.moments is None else _moments(scores, scores.moments, share, se, draws),
        "joint": joint,
        "n": (share > 0) @ scores.n,
        "n_eff": 1 / (share**2 @ (1 / scores.n_eff)),
    }


def _moments(scores: UnitScores, moments: Scores, share: Array, se: Array, draws: Array) -> Scores:
    """Return what bounded intervals of aggregates need: of independent units their own, of joint ones replicates alone."""
    if scores.joint or scores.coefficients is not None or moments.deviations is None:
        none = np.full((len(share), 1), np.nan)
        return Scores(draws[..., None], none, None, np.ones_like(none), none)
    order = np.argsort(np.isnan(moments.draws), axis=1, kind="stable")
    aligned = (np.take_along_axis(values, order, axis=1) for values in (moments.draws, moments.deviations))
    compacted = replace(moments, **dict(zip(("draws", "deviations"), aligned, strict=True)))
    return combined(share, scores.estimate, se, compacted, (1 - scores.level) / 2)


def _of_independent(scores: UnitScores, share: Array) -> tuple[Array, Array]:
    """Return replicates (A, M·R) of aggregates of at most M independent units, with their coefficients."""
    assert scores.coefficients is not None
    inside = share > 0
    place = np.argsort(~inside, axis=1, kind="stable")[:, : inside.sum(axis=1).max()]
    a = np.take_along_axis(share, place, axis=1)
    draws, c = side_by_side(
        scores.estimate[place][..., None], scores.draws[place][..., None], scores.coefficients[place]
    )
    return np.einsum("am,amr->ar", a, draws[..., 0]), c


def _with_others(
    units: pd.DataFrame, given: Array, number: NDArray[np.intp], labels: pd.DataFrame, others: Others, equal: bool
) -> Array:
    """Return the weights with those of the units that stand for all others."""
    if others is None:
        return given
    name = others if isinstance(others, str) else _only_key(others)
    chosen = (units == name).any(axis=1).to_numpy()
    if not chosen.any():
        raise OptionError(Message("trend.others_unknown", name=name))
    if (np.bincount(number, chosen) > 1).any():
        raise OptionError(Message("trend.others_twice", name=name))
    out = given.copy()
    if isinstance(others, Mapping):
        share = _share_of_others(others[name], labels)
        named = np.bincount(number, np.where(chosen, 0.0, given), len(labels))
        out = given * np.where(chosen, 1.0, ((1 - share) / np.where(named > 0, named, 1.0))[number])
        out[chosen] = share[number[chosen]]
        return np.where(np.bincount(number, chosen)[number] > 0, out, given)
    if equal:
        raise OptionError(Message("trend.others_no_share", name=name, others=Argument("others", {name: 0.2})))
    rest = chosen & np.isnan(given)
    left = 1 - np.bincount(number, np.nan_to_num(given), len(labels))
    if (left[number[rest]] < -1e-9).any():
        at = number[rest][left[number[rest]].argmin()]
        unit, its_share = said(tuples(labels)[at]), Argument("others", {name: 0.2})
        raise OptionError(Message("trend.others_too_much", unit=unit, sum=1 - left[at], name=name, others=its_share))
    out[rest] = np.maximum(left[number[rest]], 0.0)
    return out


def _only_key(others: Mapping[Any, Any]) -> Any:
    if not isinstance(others, Mapping) or len(others) != 1:
        raise OptionError(Message("trend.others_form", others=others))
    return next(iter(others))


def _share_of_others(share: Any, labels: pd.DataFrame) -> Array:
    if isinstance(share, Mapping):
        found = [share.get(key if len(key) > 1 else key[0], share.get(key[0], np.nan)) for key in tuples(labels)]
        absent = [said(key) for key, value in zip(tuples(labels), found, strict=True) if pd.isna(value)]
        if absent:
            raise OptionError(Message("trend.others_absent", labels=listed(absent)))
    else:
        found = [share] * len(labels)
    values = np.array(found, dtype=np.float64)
    if not ((values >= 0) & (values < 1)).all():
        raise OptionError(Message("trend.others_share", share=share))
    return values


def _refuse(units: pd.DataFrame, given: Array, number: NDArray[np.intp], labels: pd.DataFrame) -> None:
    absent = [said(key) for key, value in zip(tuples(units), given, strict=True) if np.isnan(value)]
    if absent:
        raise OptionError(Message("trend.no_weight", units=listed(absent)))
    empty = np.flatnonzero(np.bincount(number, given) <= 0)
    if len(empty):
        raise OptionError(Message("trend.all_zero", unit=said(tuples(labels)[int(empty[0])])))


def rolling(scores: UnitScores, wave: str = "quarter", *, order: Sequence[Any] | None = None) -> UnitScores:
    """Return, for every wave, the latest score of each unit, for indices that replace a part of the units at a time.

    National indices measure some sectors each quarter, and put them together with the latest scores of all others.
    Give the result to `aggregate` with ``by=wave``; its changes are of the sectors that were measured anew.

    Parameters
    ----------
    scores : UnitScores
        Units with a column `wave`, not all of them measured in every wave.
    wave : str
    order : sequence of labels, optional
        All waves, the earliest first, where their labels do not show it.

    Returns
    -------
    UnitScores
        All units in all waves from the first one by which every unit has been measured. They are joint, since a score
        that is carried forward is the same score.

    Raises
    ------
    OptionError
        If there is no such column, or the replicates are of a jackknife of independent units.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 200, groups=["a 1", "b 2", "a 3"], seed=1)
    >>> answers[["sector", "quarter"]] = answers.pop("unit").str.split(expand=True)
    >>> result = csi.fit(csi.acsi(), answers, by=["sector", "quarter"], replicates=100)
    >>> csi.rolling(csi.UnitScores.of(result)).units.quarter.tolist()
    ['2', '2', '3', '3']
    """
    scores = with_waves_in_order(UnitScores.of(scores), wave, order)
    grid = Grid.of(scores.units, wave)
    if not scores.joint and scores.coefficients is not None:
        raise OptionError(Message("trend.not_joint_rolling"))
    # Of each unit the last wave so far in which it was measured.
    last = np.maximum.accumulate(np.where(grid.place >= 0, np.arange(len(grid.waves)), -1), axis=1)
    begin = int((last >= 0).all(axis=0).argmax())
    chosen = last[:, begin:].T
    row = np.take_along_axis(grid.place.T, chosen, axis=0).ravel()
    count = len(grid.units)
    units = pd.concat([grid.units] * len(chosen), ignore_index=True)
    units[wave] = [value for value in grid.waves[begin:] for _ in range(count)]
    draws = scores.draws if scores.joint else compact(scores.draws)
    arrays = {name: getattr(scores, name) for name in ("estimate", "n", "n_eff", "coefficients", "degrees")}
    moments = None if scores.moments is None else scores.moments.of_rows(row)
    latest: dict[str, Any] = {name: None if array is None else array[row] for name, array in arrays.items()}
    return UnitScores(
        name=scores.name,
        units=units,
        draws=draws[row],
        joint=True,
        level=scores.level,
        interval=scores.interval,
        moments=moments,
        **latest,
    )
