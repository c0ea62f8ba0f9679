"""Bars of the index, forests of paths or any other estimates, and weights of items."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from csindex.errors import OptionError
from csindex.fitting.constructs import labels_of
from csindex.fitting.result import Fit
from csindex.messages import Message
from csindex.options import choose
from csindex.plot.kit.canvas import framed
from csindex.plot.kit.parameters import documented
from csindex.plot.kit.rows import Rows, draw_rows
from csindex.plot.kit.style import BLUE, VERMILLION
from csindex.plot.kit.units import choose_unit, fit_expected, joined
from csindex.plot.kit.words import available_language, intervals, say
from csindex.text.format import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NUMBERS = {"estimate", "se", "lower", "upper", "p", "direct", "total", "adjusted", "n", "n_eff", "deff"}


@documented
def index_bars(
    result: Fit,
    ax: "Axes | None" = None,
    *,
    unit: Any = None,
    construct: str | None = None,
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw the index of every construct, or of one construct for every unit, as bars with intervals.

    Parameters
    ----------
    result : Fit
    {ax}
    unit : label, tuple of labels or mapping, optional
        Draw the constructs of this unit, of a fit with ``by=``.
    construct : str, optional
        Draw this construct for every unit, the highest first.
    {look}

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If the fit has several units, and neither one of them nor a construct is chosen; or both are.
    ModelError
        If there is no such construct.

    Examples
    --------
    >>> import csindex as csi
    >>> ax = csi.plot.index_bars(csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200))
    """
    units = fit_expected(result).units
    if construct is not None and (units is None or unit is not None):
        raise OptionError(Message("plot.construct_of_units"))
    if construct is None:
        chosen = choose_unit(result, unit, lang)
        language, table, usual, note = chosen.lang, chosen.part(result.index), chosen.title, chosen.note
        names = [chosen.labels[name] for name in table["construct"]]
    else:
        language = available_language(lang)
        table, names, usual, note = _by_unit(result, construct, language)
    frame = framed(ax, size, title=title, usual=usual, note=note, texts=names)
    return draw_rows(frame, Rows.of(names, table, digits=1), axis=say("index", language), bars=True, limits=(0, 100))


def _by_unit(result: Fit, construct: str, lang: Language) -> tuple[pd.DataFrame, list[str], str, str]:
    """Return the rows of a construct, the highest first, the names of their units, and the usual title and note."""
    label = labels_of(result, lang)[result.specified.construct(construct).name]
    rows = result.index[result.index["construct"] == construct]
    table, columns = rows.sort_values("estimate", ascending=False, kind="stable"), _unit_columns(result)
    names = [joined(row) for row in table[columns].itertuples(index=False)]
    usual = say("by", lang, label=label, units=", ".join(columns))
    return table, names, usual, f"{say('units', lang, count=len(table))} {intervals(result, lang)}"


@documented
def path_forest(
    result: "Fit | pd.DataFrame",
    ax: "Axes | None" = None,
    *,
    unit: Any = None,
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
    note: str | None = None,
    axis: str | None = None,
    digits: int = 2,
) -> "Axes":
    """Draw a forest of path coefficients, or of the estimates of any table, with intervals.

    Parameters
    ----------
    result : Fit or data frame
        A fit, for its paths; or a tidy table with the columns ``estimate, lower, upper`` such as ``result.effects``,
        ``result.impacts()`` or ``comparison.table``. Its other columns that are no numbers name the rows.
    {ax}
    {unit}
    size : {"print", "slide"}
    lang : {"en", "ko"}
    title, note, axis : str, optional
        Title, what the lines of a table are, and what the axis shows.
    digits : int
        Decimals of the numbers.

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If the table lacks a column or has no rows, or the fit has several units and none is chosen.

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> ax = csi.plot.path_forest(result.impacts(), axis="Points of satisfaction for 5 points", digits=1)
    """
    if isinstance(result, pd.DataFrame):
        language, table, labels = available_language(lang), _checked(result), {}
        known = bool(table[["lower", "upper"]].notna().all(axis=1).any())
        said, usual, what = say("lines" if known else "lines_none", language), "", "estimate"
    else:
        chosen = choose_unit(result, unit, lang)
        language, labels, said, usual, what = chosen.lang, chosen.labels, chosen.note, chosen.title, "paths"
        table = chosen.part(result.paths).drop(columns=_unit_columns(result))
    names = _row_names(table, labels)
    colors = [VERMILLION if upper < 0 else BLUE for upper in table["upper"]]
    said += f" {say('excludes', language)}" if VERMILLION in colors else ""
    axis = say(what, language) if axis is None else axis
    frame = framed(ax, size, title=title, usual=usual, note=said if note is None else note, texts=[*names, axis])
    return draw_rows(frame, replace(Rows.of(names, table, digits), colors=colors), axis=axis, zero=0.0)


@documented
def weights_plot(
    result: Fit,
    ax: "Axes | None" = None,
    *,
    which: Literal["index_weights", "weights", "loadings"] = "index_weights",
    unit: Any = None,
    size: str = "print",
    lang: str = "en",
    title: str | None = None,
) -> "Axes":
    """Draw the weights or loadings of the items with intervals, by construct.

    Parameters
    ----------
    result : Fit
    {ax}
    which : {"index_weights", "weights", "loadings"}
        Weights in the index, which sum to 1 in each construct; outer weights; or loadings.
    {unit}
    {look}

    Returns
    -------
    Axes

    Raises
    ------
    OptionError
        If the fit has several units and none is chosen, or an option is not known.

    Examples
    --------
    >>> import csindex as csi
    >>> ax = csi.plot.weights_plot(csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200))
    """
    what = choose("which", which, ("index_weights", "weights", "loadings"))
    chosen = choose_unit(result, unit, lang)
    table = chosen.part(getattr(result, what))
    names, groups = list(table["item"]), [chosen.labels[name] for name in table["construct"]]
    frame = framed(ax, size, title=title, usual=chosen.title, note=chosen.note, texts=[*names, *groups])
    return draw_rows(frame, Rows.of(names, table, 2, groups), axis=say(what, chosen.lang), zero=0.0)


def _unit_columns(result: Fit) -> list[str]:
    return [] if result.units is None else [str(name) for name in result.units.columns]


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    lacking = [name for name in ("estimate", "lower", "upper") if name not in table.columns]
    if lacking:
        raise OptionError(Message("plot.columns_lacking", missing=", ".join(map(repr, lacking))))
    if table.empty:
        raise OptionError(Message("plot.no_rows"))
    return table


def _row_names(table: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Return what the rows are called: an arrow for source and target, and the other columns that are no numbers."""

    def text(value: object) -> str:
        return labels.get(str(value), str(value))

    columns = [name for name in table.columns if name not in _NUMBERS]
    columns = [name for name in columns if name in ("source", "target") or not pd.api.types.is_float_dtype(table[name])]
    arrow = {"source", "target"} <= set(columns)
    names = []
    for row in table[columns].astype(object).to_dict("records"):
        parts = [text(row[name]) for name in columns if not (arrow and name in ("source", "target"))]
        if arrow:
            parts.insert(0, f"{text(row['source'])} → {text(row['target'])}")
        names.append(joined(parts))
    return names
