"""A survey: answers with their weights and design, checked once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError, SurveyError
from csindex.model.parts import Item
from csindex.survey.columns import as_frame, listed, numbers, row_count, rows_text

Codes = Sequence[float] | Mapping[str, Sequence[float]]
ANY_SCALE = (-1e300, 1e300)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows and answers.

    Attributes
    ----------
    rows, used : int
        Rows of the data frame, and rows that the moments are made of.
    zero_weight, incomplete : int
        Rows left out because their weight is 0, or because answers are missing.
    missing : dict of item to int
        Missing answers by item, among rows with a weight, coded ones included.
    coded : dict of code to int
        Answers made missing because of `missing_codes`.
    filled : int
        Missing answers in rows that are used all the same (pairwise, mean).
    """

    rows: int
    used: int
    zero_weight: int
    incomplete: int
    missing: dict[str, int]
    coded: dict[float, int]
    filled: int = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of n rows to p items, sorted by unit, stratum and cluster, all arrays in the same row order.

    Attributes
    ----------
    values : (n, p)
        NaN where an answer is missing.
    weights : (n,)
    unit, stratum, cluster : (n,) int
        Codes from 0; strata are numbered within units and clusters within strata.
    units : data frame of U rows, or None
        Labels of the units.
    account : Account
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    unit: NDArray[np.intp]
    stratum: NDArray[np.intp]
    cluster: NDArray[np.intp] | None
    units: pd.DataFrame | None
    account: Account

    @property
    def ends(self) -> NDArray[np.intp]:
        """(U + 1,) first row of each unit, then n."""
        count = 1 if self.units is None else len(self.units)
        return np.searchsorted(self.unit, np.arange(count + 1)).astype(np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Answers with their case weights and sampling design.

    Parameters
    ----------
    frame : data frame
        pandas, Polars, PyArrow or any other eager or lazy frame that narwhals knows; one row a respondent.
    weights : str or (n,) array, optional
        Case weights: a column, or one number for each row.
    strata, clusters : str or sequence of str, optional
        Columns of the sampling design. Answers are resampled within strata, and by whole clusters.
    by : str or sequence of str, optional
        Columns that tell the units (companies, waves, ...) apart that each get their own estimates.
    missing_codes : sequence of float, or mapping of item to sequence of float, optional
        Numbers that mean "don't know", "refused", ... and are made missing, e.g. ``[98, 99]``.

    Raises
    ------
    SurveyError
        Columns that are missing or double, an empty frame, weights that are negative, missing, infinite or all zero,
        rows without a unit, stratum or cluster.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> csi.Survey(pd.DataFrame({"q1": [1, 2, 98], "w": [1.0, 2.0, 1.0]}), weights="w", missing_codes=[98]).n
    3
    """

    frame: Any
    weights: str | ArrayLike | None = None
    strata: str | Sequence[str] | None = None
    clusters: str | Sequence[str] | None = None
    by: str | Sequence[str] | None = None
    missing_codes: Codes | None = None
    _design: pd.DataFrame = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        columns = [*_names(self.strata), *_names(self.clusters), *_names(self.by)]
        if isinstance(self.weights, str):
            columns.append(self.weights)
        rows = row_count(self.frame)
        found = as_frame(self.frame, columns) if columns else pd.DataFrame(index=pd.RangeIndex(rows))
        design = pd.DataFrame(index=pd.RangeIndex(rows))
        design["weight"] = _weights(self.weights, found)
        for role, names in (("unit", self.by), ("stratum", self.strata), ("cluster", self.clusters)):
            design[role] = _codes(found, _names(names), role)
        object.__setattr__(self, "_design", design)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self._design)

    def units(self) -> pd.DataFrame | None:
        """Return the labels of the units, one row each, in the order of the results; None without ``by=``."""
        names = _names(self.by)
        if not names:
            return None
        labels = as_frame(self.frame, names)
        first = self._design["unit"].drop_duplicates().sort_values().index
        return labels.iloc[first].reset_index(drop=True)

    def answers(self, items: Sequence[Item | str], missing: str = "listwise") -> Answers:
        """Return the answers to p items as arrays.

        Parameters
        ----------
        items : sequence of p Item or str
            Where only a name is given, no scale is checked.
        missing : {"listwise", "pairwise", "mean"}
            Listwise leaves rows out that miss any answer; the others keep them, unless all their answers are missing.

        Raises
        ------
        SurveyError
            Answers that are no numbers or outside the item's scale, all missing; every such item is named.
        """
        asked = [item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in items]
        values, coded = self._values(asked)
        design = self._design
        weight = design["weight"].to_numpy()
        absent = np.isnan(values)
        weighted = weight > 0
        drop = absent.any(axis=1) if missing == "listwise" else absent.all(axis=1)
        keep = weighted & ~drop
        if not keep.any():
            counts = {
                name: int(number)
                for name, number in zip([item.name for item in asked], absent.sum(axis=0), strict=True)
            }
            worst = max(counts, key=lambda name: counts[name])
            raise SurveyError(
                f"no row has an answer to all {len(counts)} items; {worst!r} alone is missing in {counts[worst]:,} of "
                f"{self.n:,} rows. Use missing='mean' or 'pairwise', or leave such items out of the model."
            )
        keys = [design[role].to_numpy() for role in ("cluster", "stratum", "unit")]
        order = np.lexsort([_content_key(values, weight, asked), *keys])
        rows = order[keep[order]]
        account = Account(
            rows=self.n,
            used=len(rows),
            zero_weight=int((~weighted).sum()),
            incomplete=int((weighted & drop).sum()),
            missing=dict(zip([item.name for item in asked], absent[weighted].sum(axis=0).tolist(), strict=True)),
            coded=coded,
            filled=int(absent[rows].sum()),
        )
        return Answers(
            values=values[rows],
            weights=weight[rows],
            unit=design["unit"].to_numpy()[rows].astype(np.intp),
            stratum=design["stratum"].to_numpy()[rows].astype(np.intp),
            cluster=design["cluster"].to_numpy()[rows].astype(np.intp) if self.clusters is not None else None,
            units=self.units(),
            account=account,
        )

    def values(self, items: Sequence[Item]) -> NDArray[np.float64]:
        """Return the answers (n, p) in the rows' order, NaN where one is missing or coded so.

        Raises
        ------
        SurveyError
            See `answers`.
        """
        return self._values(items)[0]

    def _values(self, items: Sequence[Item]) -> tuple[NDArray[np.float64], dict[float, int]]:
        names = [item.name for item in items]
        frame = as_frame(self.frame, names)
        codes = _codes_by_item(self.missing_codes, names)
        values = np.empty((self.n, len(items)))
        coded: dict[float, int] = {}
        problems = []
        for column, item in enumerate(items):
            try:
                answers = numbers(frame[item.name], f"item {item.name!r}")
                for code in codes[item.name]:
                    hit = answers == code
                    coded[code] = coded.get(code, 0) + int(hit.sum())
                    answers = np.where(hit, np.nan, answers)
                check_scale(answers, item.name, item.scale)
                values[:, column] = answers
            except SurveyError as error:
                problems.append(str(error))
        if problems:
            raise SurveyError("\n".join(problems))
        return values, coded


def check_scale(answers: NDArray[np.float64], name: str, scale: tuple[float, float]) -> None:
    """Raise a SurveyError if answers (n,) are all missing, or outside the ends of the item's scale."""
    if np.isnan(answers).all():
        raise SurveyError(f"item {name!r} has no answers: all {len(answers):,} are missing. Leave it out of the model.")
    low, high = scale
    outside = (answers < low) | (answers > high)
    if outside.any():
        found = np.unique(answers[outside]).tolist()
        raise SurveyError(
            f"item {name!r} holds {listed(found)} ({rows_text(outside)}), outside its scale {low:g}–{high:g}. If they "
            f"mean a missing answer, declare them: missing_codes=[{', '.join(f'{value:g}' for value in found[:6])}]; "
            "otherwise give the item its right scale."
        )


def _content_key(values: NDArray[np.float64], weight: NDArray[np.float64], items: Sequence[Item]) -> Any:
    """Return a number (n,) for what each row says, so that replicates depend on no order of rows, items or units."""
    key = weight.copy()
    for column in sorted(range(len(items)), key=lambda column: items[column].name):
        key = key * 0.7548776662466927 + np.nan_to_num(values[:, column], nan=0.5698402909980532)
    return key


def _names(names: str | Sequence[str] | None) -> list[str]:
    return [] if names is None else [names] if isinstance(names, str) else list(names)


def _codes(frame: pd.DataFrame, names: list[str], role: str) -> NDArray[np.intp]:
    """Return the rows' group numbers, in the groups' sorted order."""
    if not names:
        return np.zeros(len(frame), dtype=np.intp)
    absent = frame[names].isna().any(axis=1).to_numpy()
    if absent.any():
        raise SurveyError(
            f"{role} column {', '.join(map(repr, names))} is empty in {rows_text(absent)}. Fill it in, or take these "
            "rows out."
        )
    return np.asarray(frame.groupby(names, sort=True, observed=True).ngroup(), dtype=np.intp)


def _weights(weights: str | ArrayLike | None, frame: pd.DataFrame) -> NDArray[np.float64]:
    if weights is None:
        return np.ones(len(frame))
    if isinstance(weights, str):
        what, values = f"weights column {weights!r}", numbers(frame[weights], f"weights column {weights!r}")
    else:
        what, values = "weights", np.asarray(weights, dtype=np.float64)
        if values.shape != (len(frame),):
            raise SurveyError(
                f"weights has the shape {values.shape}; one number for each of {len(frame):,} rows is due."
            )
    for bad, how, remedy in (
        (~np.isfinite(values), "missing or infinite", "Fill them in, or take these rows out."),
        (values < 0, "negative", "Weights cannot be negative; correct them, or set them to 0 to leave the rows out."),
    ):
        if bad.any():
            raise SurveyError(f"{what} is {how} in {rows_text(bad)}. {remedy}")
    if not values.any():
        raise SurveyError(f"{what} is zero in all rows. Nobody would count.")
    return values


def _codes_by_item(codes: Codes | None, names: Sequence[str]) -> dict[str, tuple[float, ...]]:
    if codes is None:
        return dict.fromkeys(names, ())
    if isinstance(codes, Mapping):
        strangers = [name for name in codes if name not in names]
        if strangers:
            raise OptionError(f"missing_codes names {strangers}, which are not among the items.")
        return {name: _code_list(codes.get(name, ())) for name in names}
    return dict.fromkeys(names, _code_list(codes))


def _code_list(codes: Iterable[float] | float) -> tuple[float, ...]:
    try:
        return tuple(map(float, codes if isinstance(codes, Iterable) else [codes]))
    except (TypeError, ValueError):
        raise OptionError(f"missing_codes={codes!r} must be numbers, e.g. [98, 99].") from None
