"""National scores that replace a part of the units at a time."""

from typing import Any

import numpy as np
import pandas as pd

from csindex.benchmark.combination import compact
from csindex.benchmark.unit_scores import UnitScores
from csindex.benchmark.waves import Grid
from csindex.errors import OptionError


def rolling(scores: UnitScores, wave: str = "quarter") -> UnitScores:
    """Return, for every wave, the latest score of each unit, for indices that replace a part of the units at a time.

    National indices measure some sectors each quarter, and put them together with the latest scores of all others.
    Give the result to `aggregate` with ``by=wave``; its changes are of the sectors that were measured anew.

    Parameters
    ----------
    scores : UnitScores
        Units with a column `wave`, not all of them measured in every wave.
    wave : str

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
    scores = UnitScores.of(scores)
    grid = Grid.of(scores.units, wave)
    if not scores.joint and scores.coefficients is not None:
        raise OptionError("rolling scores need replicates that can be drawn together. Fit with resampling='bootstrap'.")
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
    kept: dict[str, Any] = {name: None if array is None else array[row] for name, array in arrays.items()}
    return UnitScores(
        name=scores.name,
        units=units,
        draws=draws[row],
        joint=True,
        level=scores.level,
        interval=scores.interval,
        **kept,
    )
