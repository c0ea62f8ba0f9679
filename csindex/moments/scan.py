"""The door to data of any size: one pass over the rows, wherever they are."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from csindex.errors import OptionError, SurveyError
from csindex.messages import Message
from csindex.model.model import Model
from csindex.model.parts import Item
from csindex.moments.engines import problems
from csindex.moments.engines.engines import Rows, open_rows
from csindex.moments.engines.pass_over_rows import PRIME, Sweep
from csindex.moments.grouped import GroupedMoments
from csindex.moments.missing import POLICIES
from csindex.options import Missing, choose, whole
from csindex.stacks.layout import Array
from csindex.survey.answers import Account
from csindex.survey.checks import ANY_SCALE, Codes, Columns, codes_by_item, group_codes, names_in

SAMPLED = 1000


def scan(
    data: Any,
    items: Model | Sequence[Item | str],
    *,
    weights: str | None = None,
    by: Columns | None = None,
    missing: Missing = "listwise",
    missing_codes: Codes | None = None,
    respondent: str | None = None,
    groups: int = 40,
    seed: int = 1,
) -> GroupedMoments:
    """Sum up answers of any number of rows, in one grouped pass of the engine that holds them.

    Parameters
    ----------
    data : data frame or path
        A frame or query of pandas, Polars, PyArrow, DuckDB, Dask, Spark or another engine that narwhals knows; or a
        .parquet or .csv file, a pattern of such files (``"wave*.parquet"``), a list of files, a folder of Parquet files
        or a Delta table. Columns that not all files have are left out. Files are read by Polars' streaming engine, or by DuckDB where there is no Polars.
    items : Model, or sequence of Item or str
        Which columns; where a scale is known, the answers are checked against it. A model may also stand before the data.
    weights, by, missing_codes
        Columns of case weights and of units, and codes of missing answers; see `Survey`.
    missing : {"listwise"}
        Rows with missing answers are left out; other policies need `Survey`.
    respondent : str, optional
        Column of whole numbers by which rows are put into random groups; rows with the same number stay together, as
        those of one household or interviewer should. By default it is the number of the row. Needed for queries
        (DuckDB, Spark), whose rows have no order.
    groups : int
        Number of random groups for the jackknife, 0 for none.
    seed : int
        Of the random groups. The same seed gives the same groups in every engine.

    Returns
    -------
    GroupedMoments
        Moments of the units, and their jackknife replicates; `fit` takes it in place of data.

    Raises
    ------
    SurveyError
        What `Survey` and `Survey.answers` refuse; files that are missing or cannot be read.
    OptionError
        Arguments that are not known.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 500, groups=["Hare", "Lynx"], seed=1)
    >>> csi.scan(answers, csi.acsi(), by="unit").moments.n
    array([500., 500.])
    """
    if isinstance(data, Model) and not isinstance(items, Model):
        data, items = items, data
    asked = _items(items)
    names = [item.name for item in asked]
    codes = codes_by_item(missing_codes, asked)
    _check_options(missing, weights, respondent, groups)
    columns = {f"k{at}": name for at, name in enumerate(names_in(by))} | {f"x{at}": n for at, n in enumerate(names)}
    columns |= {own: name for own, name in (("w", weights), ("i", respondent)) if name is not None}
    rows = open_rows(data, [*names, *([weights] if weights else [])], [respondent] if respondent else [])
    rows = problems.readable(rows, asked, weights, respondent, list(columns.values()))
    number = "i" if groups and respondent is None else None
    if number and not rows.ordered:
        raise OptionError(Message("moments.no_order", engine=rows.engine))
    sweep = Sweep(
        scales=tuple(item.scale for item in asked),
        shifts=(0.0,) * len(asked),
        codes=tuple(codes[name] for name in names),
        by=len(names_in(by)),
        weighted=weights is not None,
        groups=groups,
        mixer=_mixer(whole("seed", seed, 0)),
    )
    sweep = replace(sweep, shifts=_shifts(rows, columns, sweep))
    found = rows.run(columns, sweep, number)
    account = _account(found, sweep, names)
    problems.refuse(found, rows, columns, sweep, asked, account)
    sums, squares, n, units = _stacked(found, sweep, names_in(by))
    grouping = f"{groups} random groups by {'row number' if respondent is None else repr(respondent)} (seed {seed})"
    return GroupedMoments(
        tuple(names),
        np.array(sweep.shifts),
        sums,
        squares,
        n,
        units,
        account,
        grouping if groups else "",
        missing_codes,
    )


def _items(items: Model | Sequence[Item | str]) -> tuple[Item, ...]:
    chosen = items.items if isinstance(items, Model) else [items] if isinstance(items, (Item, str)) else list(items)
    asked = tuple(item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in chosen)
    names = [item.name for item in asked]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        raise SurveyError(Message("moments.items_twice", items=twice) if twice else Message("moments.no_items"))
    return asked


def _check_options(missing: str, weights: Any, respondent: Any, groups: int) -> None:
    if not POLICIES[choose("missing", missing, POLICIES)].complete:
        raise OptionError(Message("moments.scan_missing", missing=missing))
    if whole("groups", groups, 0) == 1:
        raise OptionError(Message("moments.one_group"))
    for argument, value in (("weights", weights), ("respondent", respondent)):
        if value is not None and not isinstance(value, str):
            raise OptionError(Message("moments.column", argument=argument, value=f"{value!r:.40}"))


def _mixer(seed: int) -> tuple[int, int, int, int]:
    a, b, c, d = np.random.default_rng(seed).integers(1, PRIME, 4).tolist()
    return a, b, c, d


def _shifts(rows: Rows, columns: dict[str, str], sweep: Sweep) -> tuple[float, ...]:
    """Return a whole number near the middle of each item's scale or, where it has none, of its first answers."""
    middles = [float(np.floor((low + high) / 2)) for low, high in sweep.scales]
    unknown = {columns[f"x{at}"]: at for at, scale in enumerate(sweep.scales) if scale == ANY_SCALE}
    if unknown:
        first = rows.first(list(unknown), SAMPLED)
        for name, at in unknown.items():
            answers = pd.to_numeric(first[name]).to_numpy(dtype=np.float64, na_value=np.nan)
            answers = answers[np.isfinite(answers)]
            middles[at] = float(np.round(np.median(answers))) if len(answers) else 0.0
    return tuple(middles)


def _account(found: pd.DataFrame, sweep: Sweep, names: Sequence[str]) -> Account:
    total = {str(name): round(float(found[name].sum())) for name in found.columns.difference(sweep.keys)}
    return Account(
        rows=total["rows"],
        used=total["used"],
        zero_weight=total["rows"] - total["some"],
        incomplete=total["some"] - total["used"],
        missing={name: total[f"m{at}"] for at, name in enumerate(names)},
        coded={code: total[f"c{at}"] for at, code in enumerate(sweep.code_list)},
    )


def _stacked(found: pd.DataFrame, sweep: Sweep, by: Sequence[str]) -> tuple[Array, Array, Array, pd.DataFrame | None]:
    """Return sums (1 + p + p(p+1)/2, U, G), squares and n (U, G), and labels of the units."""
    labels = found[sweep.keys[:-1]].set_axis(list(by), axis=1)
    unit = group_codes(labels, list(by), "unit")
    place = (unit, found["g"].to_numpy(dtype=np.intp))
    units = labels.iloc[np.unique(unit, return_index=True)[1]].reset_index(drop=True) if by else None
    answers = [name for name in found.columns if name[0] in "st" and name[1:].isdigit()]
    w, ww = ("w", "ww") if sweep.weighted else ("used", "used")
    stack = np.zeros((len(answers) + 3, int(unit.max()) + 1, max(1, sweep.groups)))
    for row, name in enumerate((w, *answers, ww, "used")):
        stack[(row, *place)] = found[name].to_numpy(dtype=np.float64)
    return stack[:-2], stack[-2], stack[-1], units
