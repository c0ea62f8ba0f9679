"""A survey: answers with their weights and design, checked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError, SurveyError
from csindex.messages import Joined, Message
from csindex.model.parts import Item
from csindex.survey.answers import Account, Answers, RowMargins
from csindex.survey.checks import (
    ANY_SCALE,
    Codes,
    Columns,
    case_weights,
    codes_by_item,
    content_key,
    group_codes,
    names_in,
    no_answers,
    refuse_beside,
    refuse_gaps,
    without_codes,
)
from csindex.survey.columns import as_frame, numbers, row_count, settled
from csindex.survey.design import ReplicateMethod, Sampling, replicate_coefficients, sampling_of
from csindex.survey.labels import SurveyFile, Variable
from csindex.survey.margins import Margins
from csindex.text.format import some_rows

if TYPE_CHECKING:
    from csindex.survey.raking import RakingReport


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
    margins : mapping of column to mapping of category to share, or Margins, optional
        What is known of the population: weights are raked to it, anew in every replicate (Deming & Stephan 1940).
        `Margins` has the settings, e.g. for trimming. Among rows with missing answers, those that are used are raked.
    by : str or sequence of str, optional
        Columns that tell the units (companies, waves, ...) apart that each get their own estimates. With a sampling
        design units are domains of the one sample; where they were sampled separately, name them in `strata` too.
    missing_codes : sequence of float, or mapping of item to sequence of float, optional
        Numbers that mean "don't know", "refused", ... and are made missing, e.g. ``[98, 99]``.
    file : SurveyFile, optional
        What a file says of its columns: `read_survey` gives it.

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
    margins: Margins | Mapping[str, Mapping[Any, float]] | None = None
    by: Columns | None = None
    missing_codes: Codes | None = None
    file: SurveyFile | None = None
    _design: pd.DataFrame = None  # type: ignore[assignment]
    _given: NDArray[np.float64] | None = None
    _coefficients: NDArray[np.float64] | None = None
    _raking: RowMargins | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", settled(self.frame))
        rows = row_count(self.frame)
        names = [*names_in(self.strata), *names_in(self.clusters), *names_in(self.by), *names_in(self.fpc)]
        if isinstance(self.weights, str):
            names.append(self.weights)
        found = as_frame(self.frame, names) if names else pd.DataFrame(index=pd.RangeIndex(rows))
        design = pd.DataFrame(index=pd.RangeIndex(rows))
        design["weight"] = case_weights(self.weights, found, getattr(self.frame, "index", None))
        for role, columns in (("unit", self.by), ("stratum", self.strata), ("cluster", self.clusters)):
            design[role] = group_codes(found, names_in(columns), role)
        if self.clusters is None:
            design["cluster"] = -1
        design["fpc"] = (
            np.nan if self.fpc is None else numbers(found[self.fpc], Message("survey.fpc_column", name=self.fpc))
        )
        if self.fpc is not None and design["fpc"].isna().any():
            raise SurveyError(
                Message("survey.fpc_empty", name=self.fpc, rows=some_rows(design["fpc"].isna().to_numpy()))
            )
        object.__setattr__(self, "_design", design)
        if self.replicate_weights is not None:
            self._take_replicate_weights()
        if self.margins is not None:
            self._take_margins(self.margins)
        if self.designed:
            self._sampling(design["weight"].to_numpy() > 0, np.zeros(rows))

    def _take_replicate_weights(self) -> None:
        columns = names_in(self.replicate_weights)
        if self.strata is not None or self.clusters is not None or self.fpc is not None:
            raise OptionError(Message("survey.design_contained"))
        if len(columns) < 2:
            raise OptionError(Message("survey.replicate_columns"))
        scale = None if self.replicate_scale is None else np.asarray(self.replicate_scale, dtype=np.float64)
        coefficients = replicate_coefficients(self.replicate_method, len(columns), scale, self.fay)
        frame = as_frame(self.frame, columns)
        given = np.column_stack([case_weights(name, frame) for name in columns])
        object.__setattr__(self, "_given", given)
        object.__setattr__(self, "_coefficients", coefficients)

    def _take_margins(self, margins: Margins | Mapping[str, Mapping[Any, float]]) -> None:
        if self.replicate_weights is not None:
            raise OptionError(Message("survey.margins_contained"))
        margins = margins if isinstance(margins, Margins) else Margins(margins)
        weight = self._design["weight"].to_numpy()
        raking = RowMargins(margins, weight, margins.codes(as_frame(self.frame, list(margins.shares))))
        object.__setattr__(self, "margins", margins)
        object.__setattr__(self, "_raking", raking)
        raking.weights()

    def raking(self) -> "RakingReport | None":
        """Return how raking to the margins went, for all rows; None without margins."""
        if self._raking is None:
            return None
        from csindex.survey.raking import RakingReport

        return RakingReport.of(self._raking.base, self._raking.rake(np.ones((self.n, 1))))

    def final_weights(self) -> NDArray[np.float64]:
        """Return the case weights (n,), raked where there are margins."""
        return self._design["weight"].to_numpy() if self._raking is None else self._raking.weights()

    def unit_codes(self) -> NDArray[np.intp]:
        """Return the number (n,) of each row's unit."""
        return np.asarray(self._design["unit"], dtype=np.intp)

    def design_codes(self, weights: NDArray[np.float64]) -> tuple[Any, Any, Any]:
        """Return stratum, sampling unit (n,) int and sampling fraction (n,) of rows, or None where there is no design.

        Rows without a weight belong to no sampling unit; they are put with the first one, where they count nothing.
        """
        if not self.designed:
            return None, None, None
        weighted = weights > 0
        sampling = self._sampling(weighted, np.zeros(self.n))
        psu = np.zeros(self.n, dtype=np.intp)
        psu[weighted] = sampling.psu
        return sampling.stratum[psu], psu, sampling.fraction[psu]

    def supplied(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return supplied replicate weights (n, R) and the coefficients (R,) of their variance."""
        if self._given is None or self._coefficients is None:
            raise OptionError(Message("survey.no_replicate_weights"))
        return self._given, self._coefficients

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self._design)

    @property
    def scales(self) -> dict[str, tuple[float, float]]:
        """Scales by column, where the file's value labels tell them."""
        return {} if self.file is None else self.file.scales

    def variable(self, name: str) -> Variable:
        """Return what the file says of a column; nothing where there is no file."""
        return Variable() if self.file is None else self.file.variable(name)

    def __repr__(self) -> str:
        return f"Survey of {self.n:,} rows" + (f" from {self.file}" if self.file else "")

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'

    @property
    def designed(self) -> bool:
        """Whether strata, clusters, a finite population correction or margins were given."""
        return any(given is not None for given in (self.strata, self.clusters, self.fpc, self.margins))

    def units(self) -> pd.DataFrame | None:
        """Return the labels of the units, one row each, in the order of the results; None without ``by=``."""
        names = names_in(self.by)
        if not names:
            return None
        labels = as_frame(self.frame, names)
        first = self._design["unit"].drop_duplicates().sort_values().index
        return labels.iloc[first].reset_index(drop=True)

    def answers(self, items: Sequence[Item | str], *, complete: bool = True) -> Answers:
        """Return the answers to p items as arrays.

        Parameters
        ----------
        items : sequence of p Item or str
            Where only a name is given, no scale is checked.
        complete : bool
            Leave out rows that miss any answer; else only those whose answers are all missing.

        Raises
        ------
        SurveyError
            Answers that are no numbers or outside the item's scale, all missing; every such item is named.
        """
        asked = [item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in items]
        values, coded, marked = self._values(asked)
        weight = self._design["weight"].to_numpy()
        absent = np.isnan(values)
        weighted = weight > 0
        drop = absent.any(axis=1) if complete else absent.all(axis=1)
        keep = weighted & ~drop
        if not keep.any():
            refuse_gaps([item.name for item in asked], absent)
        key = content_key(values, weight, asked)
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
            marked=marked,
            upside_down={
                item.name: found for item in asked if (found := self.variable(item.name).upside_down(item)) is not None
            },
            ends=_ends([item.name for item in asked], values[rows]),
        )
        sampling = self._sampling(weighted, key) if self.designed else None
        if sampling is not None:
            place = np.full(self.n, -1, dtype=np.intp)
            place[weighted] = sampling.psu
            sampling = replace(sampling, psu=place[rows])
        raking = None if self._raking is None else self._raking.part(rows)
        return Answers(
            values=values[rows],
            weights=weight[rows] if raking is None else raking.weights(),
            unit=self._design["unit"].to_numpy()[rows].astype(np.intp),
            units=self.units(),
            account=account,
            sampling=sampling,
            given=None if self._given is None else self._given[rows],
            coefficients=self._coefficients,
            raking=raking,
            rows=rows,
        )

    def values(self, items: Sequence[Item]) -> NDArray[np.float64]:
        """Return the answers (n, p) in the rows' order, NaN where one is missing or coded so; all of an item's can be.

        Raises
        ------
        SurveyError
            See `answers`.
        """
        return self._values(items, needed=False)[0]

    def _sampling(self, weighted: NDArray[np.bool_], key: NDArray[np.float64]) -> Sampling:
        """Return the design of the rows that have a weight; rows without answers still belong to their PSU."""
        names = names_in(self.strata)
        labels = as_frame(self.frame, names)[weighted] if names else None
        return sampling_of(self._design[weighted], key[weighted], labels)

    def _values(
        self, items: Sequence[Item], needed: bool = True
    ) -> tuple[NDArray[np.float64], dict[float, int], dict[str, int]]:
        names = [item.name for item in items]
        frame = as_frame(self.frame, names)
        codes = codes_by_item(self.missing_codes, items)
        values = np.empty((self.n, len(items)))
        coded: dict[float, int] = {code: 0 for name in names for code in codes[name]}
        marked: dict[str, int] = {}
        problems: list[object] = []
        for column, item in enumerate(items):
            about = self.variable(item.name)
            try:
                values[:, column], found = without_codes(frame[item.name], (*codes[item.name], *about.missing))
                coded |= {code: coded.get(code, 0) + count for code, count in found.items()}
                marked |= {mark: marked.get(mark, 0) + count for mark, count in about.marked.items()}
            except SurveyError as error:
                problems.append(error.message)
                continue
            problems += _scale_problems(values[:, column], item, about, needed)
        if problems:
            from csindex.survey.off_scale import in_order

            raise SurveyError(Joined(in_order(problems, items), "\n"))
        return values, coded, marked


def _ends(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest answer of each item that has any; values are (n, p)."""
    known = np.flatnonzero(~np.isnan(values).all(axis=0))
    low, high = np.nanmin(values[:, known], axis=0), np.nanmax(values[:, known], axis=0)
    return {names[item]: (float(low[at]), float(high[at])) for at, item in enumerate(known.tolist())}


def _scale_problems(answers: NDArray[np.float64], item: Item, about: Variable, needed: bool) -> list[object]:
    """Return why answers (n,) do not go with the item's scale, or that all are missing though needed."""
    if needed and np.isnan(answers).all():
        return [no_answers(item.name, len(answers))]
    other = None if item.scale == ANY_SCALE else about.scale_problem(item, answers)
    problems: list[object] = [] if other is None else [other]
    if ((answers < item.scale[0]) | (answers > item.scale[1])).any():
        from csindex.survey.off_scale import off_scale

        problems.append(off_scale(item, answers, about))
    return problems


def as_survey(data: Any, **given: Any) -> Survey:
    """Return `data` if it is a Survey, else a Survey of the data frame with what is given (None for nothing)."""
    if isinstance(data, Survey):
        refuse_beside("Survey", given)
        return data
    return Survey(data, **given)
