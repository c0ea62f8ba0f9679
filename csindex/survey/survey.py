"""A survey: answers with their weights and design, checked once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError, SurveyError
from csindex.model.parts import Item
from csindex.survey.columns import as_frame, listed, numbers, row_count, rows_text
from csindex.survey.sampling import ReplicateMethod, Sampling, replicate_coefficients, sampling_of

Codes = Sequence[float] | Mapping[str, Sequence[float]]
Columns = str | Sequence[str]
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
    """Answers of n rows to p items, sorted by unit, all arrays in the same row order.

    Attributes
    ----------
    values : (n, p)
        NaN where an answer is missing.
    weights : (n,)
    unit : (n,) int
        Codes from 0.
    units : data frame of U rows, or None
        Labels of the units.
    account : Account
    sampling : Sampling or None
        Where strata, clusters or a finite population correction were given.
    given, coefficients : (n, R), (R,) or None
        Supplied replicate weights, and the coefficients of their variance.
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    unit: NDArray[np.intp]
    units: pd.DataFrame | None
    account: Account
    sampling: Sampling | None = None
    given: NDArray[np.float64] | None = None
    coefficients: NDArray[np.float64] | None = None

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
        Columns of the sampling design: what was sampled separately, and what was sampled as a whole.
    fpc : str, optional
        Column for the finite population correction: the number of sampling units (clusters, or respondents without
        clusters) in the population of the stratum, or the share of them that was sampled.
    replicate_weights : sequence of str, optional
        Columns of replicate weights that came with the data.
    replicate_method : {"bootstrap", "BRR", "Fay", "JK1", "JKn", "SDR"}, optional
        What kind they are; needed with `replicate_weights`.
    replicate_scale : float or (R,) array, optional
        Coefficients of their variance, where they are not those of the method; needed for JKn.
    fay : float, optional
        Fay's factor, for ``replicate_method="Fay"``.
    by : str or sequence of str, optional
        Columns that tell the units (companies, waves, ...) apart that each get their own estimates. With a sampling
        design units are domains of the one sample; where they were sampled separately, name them in `strata` too.
    missing_codes : sequence of float, or mapping of item to sequence of float, optional
        Numbers that mean "don't know", "refused", ... and are made missing, e.g. ``[98, 99]``.

    Raises
    ------
    SurveyError
        Columns that are missing or double, an empty frame, weights that are negative, missing, infinite or all zero,
        rows without a unit, stratum or cluster, a stratum with a single sampling unit.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> csi.Survey(pd.DataFrame({"q1": [1, 2, 98], "w": [1.0, 2.0, 1.0]}), weights="w", missing_codes=[98]).n
    3
    """

    frame: Any
    weights: str | ArrayLike | None = None
    strata: Columns | None = None
    clusters: Columns | None = None
    fpc: str | None = None
    replicate_weights: Sequence[str] | None = None
    replicate_method: ReplicateMethod | None = None
    replicate_scale: float | ArrayLike | None = None
    fay: float | None = None
    by: Columns | None = None
    missing_codes: Codes | None = None
    _design: pd.DataFrame = None  # type: ignore[assignment]
    _given: NDArray[np.float64] | None = None
    _coefficients: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        rows = row_count(self.frame)
        names = [*_names(self.strata), *_names(self.clusters), *_names(self.by), *_names(self.fpc)]
        if isinstance(self.weights, str):
            names.append(self.weights)
        found = as_frame(self.frame, names) if names else pd.DataFrame(index=pd.RangeIndex(rows))
        design = pd.DataFrame(index=pd.RangeIndex(rows))
        design["weight"] = _weights(self.weights, found)
        for role, columns in (("unit", self.by), ("stratum", self.strata), ("cluster", self.clusters)):
            design[role] = _codes(found, _names(columns), role)
        if self.clusters is None:
            design["cluster"] = -1
        design["fpc"] = np.nan if self.fpc is None else numbers(found[self.fpc], f"fpc column {self.fpc!r}")
        if self.fpc is not None and design["fpc"].isna().any():
            raise SurveyError(f"fpc column {self.fpc!r} is empty in {rows_text(design['fpc'].isna().to_numpy())}.")
        object.__setattr__(self, "_design", design)
        if self.replicate_weights is not None:
            self._take_replicate_weights()
        if self.designed:
            self._sampling(design["weight"].to_numpy() > 0, np.zeros(rows))

    def _take_replicate_weights(self) -> None:
        columns = _names(self.replicate_weights)
        if self.strata is not None or self.clusters is not None or self.fpc is not None:
            raise OptionError("replicate_weights= already contain the design; leave strata=, clusters= and fpc= out.")
        if len(columns) < 2:
            raise OptionError("replicate_weights= must name the columns, two or more.")
        scale = None if self.replicate_scale is None else np.asarray(self.replicate_scale, dtype=np.float64)
        coefficients = replicate_coefficients(self.replicate_method, len(columns), scale, self.fay)
        frame = as_frame(self.frame, columns)
        given = np.column_stack([_weights(name, frame) for name in columns])
        object.__setattr__(self, "_given", given)
        object.__setattr__(self, "_coefficients", coefficients)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self._design)

    @property
    def designed(self) -> bool:
        """Whether strata, clusters or a finite population correction were given."""
        return self.strata is not None or self.clusters is not None or self.fpc is not None

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
        weight = self._design["weight"].to_numpy()
        absent = np.isnan(values)
        weighted = weight > 0
        drop = absent.any(axis=1) if missing == "listwise" else absent.all(axis=1)
        keep = weighted & ~drop
        if not keep.any():
            _refuse_gaps([item.name for item in asked], absent)
        key = _content_key(values, weight, asked)
        order = np.lexsort([key, self._design["unit"].to_numpy()])
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
        sampling = self._sampling(weighted, key) if self.designed else None
        if sampling is not None:
            place = np.full(self.n, -1, dtype=np.intp)
            place[weighted] = sampling.psu
            sampling = replace(sampling, psu=place[rows])
        return Answers(
            values=values[rows],
            weights=weight[rows],
            unit=self._design["unit"].to_numpy()[rows].astype(np.intp),
            units=self.units(),
            account=account,
            sampling=sampling,
            given=None if self._given is None else self._given[rows],
            coefficients=self._coefficients,
        )

    def values(self, items: Sequence[Item]) -> NDArray[np.float64]:
        """Return the answers (n, p) in the rows' order, NaN where one is missing or coded so.

        Raises
        ------
        SurveyError
            See `answers`.
        """
        return self._values(items)[0]

    def _sampling(self, weighted: NDArray[np.bool_], key: NDArray[np.float64]) -> Sampling:
        """Return the design of the rows that have a weight; rows without answers still belong to their PSU."""
        names = _names(self.strata)
        labels = as_frame(self.frame, names)[weighted] if names else None
        return sampling_of(self._design[weighted], key[weighted], labels)

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


def _refuse_gaps(names: Sequence[str], absent: NDArray[np.bool_]) -> None:
    counts = absent.sum(axis=0)
    worst = int(counts.argmax())
    raise SurveyError(
        f"no row has an answer to all {len(names)} items; {names[worst]!r} alone is missing in {counts[worst]:,} of "
        f"{len(absent):,} rows. Use missing='mean' or 'pairwise', or leave such items out of the model."
    )


def _content_key(values: NDArray[np.float64], weight: NDArray[np.float64], items: Sequence[Item]) -> Any:
    """Return a number (n,) for what each row says, so that replicates depend on no order of rows, items or units."""
    key = weight.copy()
    for column in sorted(range(len(items)), key=lambda column: items[column].name):
        key = key * 0.7548776662466927 + np.nan_to_num(values[:, column], nan=0.5698402909980532)
    return key


def _names(names: Columns | None) -> list[str]:
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
