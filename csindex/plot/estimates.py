"""Bars of the index, forests of paths or any other estimates, and weights of items."""

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from csindex.errors import OptionError
from csindex.fitting.result import Fit
from csindex.fitting.text import labels_of
from csindex.options import choose
from csindex.plot.kit.rows import Rows, draw_rows
from csindex.plot.kit.style import BLUE, VERMILLION, style_of
from csindex.plot.kit.units import fit_expected, heading_of, joined, part, unit_row
from csindex.plot.kit.words import answered, intervals, say, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WORDS = {
    "index": {"en": "Index, 0–100", "ko": "지수(0–100점)"},
    "by": {"en": "{label} by {units}", "ko": "{units}별 {label}"},
    "units": {"en": "{count:,} units.", "ko": "단위 {count:,}개."},
    "paths": {"en": "Standardized path coefficient", "ko": "표준화 경로계수"},
    "estimate": {"en": "Estimate", "ko": "추정치"},
    "lines": {"en": "Lines: from lower to upper of the table.", "ko": "선: 표의 lower부터 upper까지."},
    "no lines": {"en": "No intervals: the table has none.", "ko": "표에 신뢰구간이 없습니다."},
    "index_weights": {"en": "Weight in the index", "ko": "지수 가중치"},
    "weights": {"en": "Outer weight", "ko": "외부 가중치"},
    "loadings": {"en": "Loading", "ko": "적재값"},
    "excludes": {
        "en": "Orange: negative, and the interval leaves 0 out.",
        "ko": "주황색: 음(−)이며 신뢰구간에 0이 없음.",
    },
}
_NUMBERS = {"estimate", "se", "lower", "upper", "p", "direct", "total", "adjusted", "n", "n_eff", "deff"}


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
    ax : Axes, optional
        Everything is drawn within their rectangle; by default a figure of its own is made.
    unit : label, tuple of labels or mapping, optional
        Draw the constructs of this unit, of a fit with ``by=``.
    construct : str, optional
        Draw this construct for every unit, the highest first.
    size : {"print", "slide"}
    lang : {"en", "ko"}
    title : str, optional

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
        raise OptionError("construct= is for a fit with by=, to compare its units; leave it out, or leave unit= out.")
    language = spoken(lang)
    labels = labels_of(result, language)
    if construct is not None and units is not None:
        chosen = labels[result.specified.construct(construct).name]
        table = result.index[result.index["construct"] == construct].sort_values(
            "estimate", ascending=False, kind="stable"
        )
        names = [joined(row) for row in table[list(units.columns)].itertuples(index=False)]
        heading = say(_WORDS["by"], language, label=chosen, units=", ".join(map(str, units.columns)))
        about = say(_WORDS["units"], language, count=len(units))
    else:
        row = unit_row(result, unit)
        table = part(result.index, result, row)
        names = [labels[name] for name in table["construct"]]
        heading = heading_of(result, row)
        about = answered(float(result.moments.n[row]), language)
    heading = heading if title is None else title
    style = style_of(size, [*names, heading, about])
    rows = Rows.of(names, table, digits=1)
    note = f"{about} {intervals(result, language)}"
    return draw_rows(
        ax, rows, style, title=heading, note=note, axis=say(_WORDS["index"], language), bars=True, limits=(0, 100)
    )


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
    ax : Axes, optional
        Everything is drawn within their rectangle; by default a figure of its own is made.
    unit : label, tuple of labels or mapping, optional
        Which unit, of a fit with ``by=``.
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
    language = spoken(lang)
    if isinstance(result, pd.DataFrame):
        table, labels = _checked(result), {}
        known = bool(table[["lower", "upper"]].notna().all(axis=1).any())
        said, heading, what = say(_WORDS["lines" if known else "no lines"], language), "", "estimate"
    else:
        row = unit_row(fit_expected(result), unit)
        table, labels = part(result.paths, result, row).drop(columns=_unit_columns(result)), labels_of(result, language)
        said = f"{answered(float(result.moments.n[row]), language)} {intervals(result, language)}"
        heading, what = heading_of(result, row), "paths"
    names = _row_names(table, labels)
    colors = [VERMILLION if upper < 0 else BLUE for upper in table["upper"]]
    said += f" {say(_WORDS['excludes'], language)}" if VERMILLION in colors else ""
    heading, said = heading if title is None else title, said if note is None else note
    style = style_of(size, [*names, heading, said])
    plain = Rows.of(names, table, digits)
    rows = Rows(names, plain.estimate, plain.lower, plain.upper, colors=colors, digits=digits)
    return draw_rows(
        ax, rows, style, title=heading, note=said, axis=say(_WORDS[what], language) if axis is None else axis, zero=0.0
    )


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
    ax : Axes, optional
        Everything is drawn within their rectangle; by default a figure of its own is made.
    which : {"index_weights", "weights", "loadings"}
        Weights in the index, which sum to 1 in each construct; outer weights; or loadings.
    unit : label, tuple of labels or mapping, optional
        Which unit, of a fit with ``by=``.
    size : {"print", "slide"}
    lang : {"en", "ko"}
    title : str, optional

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
    row, language = unit_row(fit_expected(result), unit), spoken(lang)
    table, labels = part(getattr(result, what), result, row), labels_of(result, language)
    heading = heading_of(result, row) if title is None else title
    names, groups = list(table["item"]), [labels[name] for name in table["construct"]]
    note = f"{answered(float(result.moments.n[row]), language)} {intervals(result, language)}"
    style = style_of(size, [*names, *groups, heading, note])
    return draw_rows(
        ax,
        Rows.of(names, table, 2, groups),
        style,
        title=heading,
        note=note,
        axis=say(_WORDS[what], language),
        zero=0.0,
    )


def _unit_columns(result: Fit) -> list[str]:
    return [] if result.units is None else [str(name) for name in result.units.columns]


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    lacking = [name for name in ("estimate", "lower", "upper") if name not in table.columns]
    if lacking:
        raise OptionError(
            f"the table has no column {', '.join(map(repr, lacking))}; estimate, lower and upper are needed."
        )
    if table.empty:
        raise OptionError("the table has no rows, so there is nothing to draw.")
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
