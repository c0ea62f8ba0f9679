"""Rows wherever they are: in memory, in another engine, or in files; small grouped results come back.

Engines with a plan of their own (Polars, DuckDB, Spark) get a task whole. Frames in memory are taken slice by slice and
Dask's partitions one by one, so that the columns of products that a task makes are never there for all rows at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pandas as pd

from csindex.errors import SurveyError
from csindex.messages import Message
from csindex.survey.columns import check_names, opened

if TYPE_CHECKING:
    from narwhals.dtypes import DType

SLICE_CELLS = 8_000_000
FAN_IN = 8
CHUNK_ROWS = 10_000
ENGINE_NAMES = {"polars": "Polars", "duckdb": "DuckDB", "pyspark": "Spark", "pyspark[connect]": "Spark", "ibis": "Ibis"}
CSV_MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A")


Terms = Mapping[str, tuple[Literal["sum", "min"], Any]]
"""Names of results, and of what narwhals expression they are the sum or the least value."""


class Task(Protocol):
    """What is done with rows. It is sent to Dask's workers, and so must be picklable."""

    @property
    def keys(self) -> Sequence[str]:
        """Columns that the result is grouped by."""

    def prepared(self, frame: Any) -> Any:
        """Return a narwhals frame of the same kind with the keys, and with what the terms are made of."""

    def terms(self) -> Terms:
        """Return what is computed of each group."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that can be worked on.

    Attributes
    ----------
    frame : narwhals frame, or Dask data frame
    kind : {"eager", "lazy", "dask"}
    ordered : bool
        Whether rows have numbers: those of a file or of a frame in memory have, those of a query have not.
    engine : str
        What it is called in messages.
    path : str or None
        Where the rows were read from.
    """

    frame: Any
    kind: Literal["eager", "lazy", "dask"]
    ordered: bool
    engine: str
    path: str | None = None

    def schema(self, names: Sequence[str]) -> dict[str, DType]:
        """Return the types of the named columns.

        Raises
        ------
        SurveyError
            If a column is missing or there twice.
        """
        import narwhals as nw

        if self.kind == "dask":
            check_names(list(self.frame.columns), names)
            kinds = self.frame.dtypes
            return dict(nw.from_native(pd.DataFrame({name: pd.Series(dtype=kinds[name]) for name in names})).schema)
        found = self._guarded(self.frame.collect_schema)
        check_names(found.names(), names)
        return {name: found[name] for name in names}

    def run(self, columns: Mapping[str, str], task: Task, number: str | None) -> pd.DataFrame:
        """Return the result of a task, one row a group.

        Parameters
        ----------
        columns : mapping of the task's names of columns to the user's
        task : Task
        number : str, optional
            What to call an added column of row numbers from 0.
        """
        if self.kind == "dask":
            return _run_dask(self.frame, columns, task, number)
        import narwhals as nw

        frame = self.frame.select(*(nw.col(name).alias(own) for own, name in columns.items()))
        if self.kind == "eager":
            return _run_slices(frame if number is None else frame.with_row_index(number), task)
        rows = task.prepared(frame if number is None else _numbered(frame, number))
        # Terms within the aggregation, not as columns before it: Polars then needs a third less memory and time.
        result = rows.group_by(*task.keys).agg(*(getattr(x, how)().alias(k) for k, (how, x) in task.terms().items()))
        return _totals(_small(self._guarded(lambda: _collected(result))), task)

    def first(self, names: Sequence[str], count: int) -> pd.DataFrame:
        """Return the named columns of about the first `count` rows, whichever come first where there is no order."""
        if self.kind == "dask":
            return pd.DataFrame(self.frame[list(names)].head(count))
        import narwhals as nw

        head = self.frame.select(*(nw.col(name) for name in names)).head(count)
        return _small(self._guarded(lambda: _collected(head)))

    def _guarded(self, call: Callable[[], Any]) -> Any:
        """Return what a call returns; what stops an engine from reading a file is the file's fault, not the caller's."""
        try:
            return call()
        except Exception as error:
            if self.path is None or isinstance(error, (ImportError, SurveyError)):
                raise
            said = next(iter(str(error).splitlines()), type(error).__name__)
            raise SurveyError(Message("moments.unreadable", engine=self.engine, path=self.path, said=said)) from error


def open_rows(data: Any, numbers: Sequence[str], whole: Sequence[str]) -> Rows:
    """Return the rows of a frame of any engine, or of files.

    Parameters
    ----------
    data : data frame, or path
    numbers, whole : sequence of str
        Columns that must hold numbers and whole numbers, for files without types.

    Raises
    ------
    SurveyError
        If `data` is neither, files are missing or of another kind, or nothing is installed that reads them.
    """
    if isinstance(data, (str, os.PathLike)):
        return _open_path(os.fspath(data), numbers, whole)
    if isinstance(data, (list, tuple)) and data and all(isinstance(part, (str, os.PathLike)) for part in data):
        return _open_paths([os.fspath(part) for part in data], numbers, whole)
    from narwhals import dependencies

    # Dask does not need narwhals' support of it: its partitions are pandas frames.
    if dependencies.is_dask_dataframe(data):
        return Rows(data, "dask", True, "Dask")
    import narwhals as nw

    found = opened(data)
    if isinstance(found, pd.DataFrame):
        return Rows(found, "eager", True, "pandas")
    if isinstance(found, nw.LazyFrame):
        polars = found.implementation.is_polars()
        engine = found.implementation.value
        return Rows(found, "lazy", polars, ENGINE_NAMES.get(engine, engine))
    if found.implementation.is_polars():
        return Rows(found.lazy(), "lazy", True, "Polars")
    return Rows(found, "eager", True, "PyArrow")


def _open_path(path: str, numbers: Sequence[str], whole: Sequence[str]) -> Rows:
    import narwhals as nw

    csv, folder = path.lower().endswith((".csv", ".csv.gz")), Path(path).is_dir()
    if not csv and not folder and not path.lower().endswith((".parquet", ".pq")):
        raise SurveyError(Message("moments.not_a_file_of_rows", path=path))
    pattern = "://" in path or any(sign in path for sign in "*?[")
    if not pattern and not Path(path).exists():
        raise SurveyError(Message("moments.no_file", path=path))
    for engine, scan_path in (("Polars", _scan_by_polars), ("DuckDB", _scan_by_duckdb)):
        unread = Rows(None, "lazy", True, engine, path)
        try:
            native = unread._guarded(partial(scan_path, path, csv, numbers, whole))
        except ImportError:
            continue
        return replace(unread, frame=nw.from_native(native))
    raise SurveyError(Message("moments.no_engine", path=path))


def _open_paths(paths: Sequence[str], numbers: Sequence[str], whole: Sequence[str]) -> Rows:
    """Return the rows of several files one after another; columns that not all of them have are left out."""
    import narwhals as nw

    parts = [_open_path(path, numbers, whole) for path in paths]
    shared = _shared([(part.path or "", part._guarded(part.frame.collect_schema).names()) for part in parts], numbers)
    frames = [part.frame.select(*shared) for part in parts]
    if parts[0].engine == "Polars":
        return replace(parts[0], frame=nw.concat(frames, how="vertical"))
    native = reduce(lambda one, other: one.union(other), map(nw.to_native, frames))
    return replace(parts[0], frame=nw.from_native(native))


def _shared(found: Sequence[tuple[str, Sequence[str]]], needed: Sequence[str]) -> list[str]:
    """Return the columns that all files have; a SurveyError names a file without one of `needed` that others have."""
    for name in needed:
        without = [path for path, names in found if name not in names]
        if 0 < len(without) < len(found):
            raise SurveyError(Message("moments.wave_lacks", path=without[0], name=name))
    return [name for name in found[0][1] if all(name in names for _, names in found)]


def _files(path: str, ending: str) -> list[str]:
    """Return the files of a local folder or pattern; none where names of folders are columns, as in ``year=2025``."""
    if "://" in path or "=" in path:
        return []
    folder = Path(path)
    if folder.is_dir():
        found = list(folder.rglob(f"*{ending}"))
        return [] if any("=" in str(file.relative_to(folder)) for file in found) else sorted(map(str, found))
    return sorted(map(str, Path(folder.anchor or ".").glob(str(folder.relative_to(folder.anchor)))))


def _scan_by_polars(path: str, csv: bool, numbers: Sequence[str], whole: Sequence[str]) -> Any:
    import polars as pl

    if (Path(path) / "_delta_log").is_dir():
        return _scan_delta(path)
    files = _files(path, ".parquet")
    if len(files) > 1:
        parts = [_scan_file(file, csv, numbers, whole) for file in files]
        names = [part.collect_schema().names() for part in parts]
        if any(set(own) != set(names[0]) for own in names):
            shared = _shared(list(zip(files, names, strict=True)), numbers)
            return pl.concat([part.select(shared) for part in parts])
        if not csv and Path(path).is_dir():
            return pl.scan_parquet(files)
    return _scan_file(path, csv, numbers, whole)


def _scan_delta(path: str) -> Any:
    """Return the rows of a Delta table, whose folder also has files of rows that were deleted."""
    import polars as pl

    try:
        return pl.scan_delta(path)
    except ImportError:
        raise SurveyError(Message("moments.delta", path=path)) from None


def _scan_file(path: str, csv: bool, numbers: Sequence[str], whole: Sequence[str]) -> Any:
    import polars as pl

    if not csv:
        return pl.scan_parquet(path)
    missing = list(CSV_MISSING)
    # Polars settles types from the first rows; what has to be numbers is numbers in all rows or an error.
    present = pl.scan_csv(path, infer_schema=False).collect_schema().names()
    types = {**dict.fromkeys(numbers, pl.Float64), **dict.fromkeys(whole, pl.Int64)}
    types = {name: kind for name, kind in types.items() if name in present}
    return pl.scan_csv(path, schema_overrides=types, null_values=missing, infer_schema_length=10_000)


def _scan_by_duckdb(path: str, csv: bool, numbers: Sequence[str], whole: Sequence[str]) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    if not csv:
        return connection.read_parquet(f"{path}/**/*.parquet" if Path(path).is_dir() else path)
    present = connection.read_csv(path).columns
    types = {**dict.fromkeys(numbers, "DOUBLE"), **dict.fromkeys(whole, "BIGINT")}
    types = {name: kind for name, kind in types.items() if name in present}
    return connection.read_csv(path, dtype=types, na_values=list(CSV_MISSING))


def _numbered(frame: Any, number: str) -> Any:
    """Return a lazy frame, whose rows have an order, with their numbers."""
    import narwhals as nw

    native = nw.to_native(frame)
    if frame.implementation.is_polars():
        return nw.from_native(native.with_row_index(number))
    return nw.from_native(native.project(f'*, row_number() over () - 1 as "{number}"'))


def _collected(frame: Any) -> Any:
    if not hasattr(frame, "collect"):
        return frame
    if not frame.implementation.is_polars():
        return frame.collect()
    import polars as pl

    # The streaming engine bounds memory; with smaller chunks of rows each thread takes less, and time is the same.
    with pl.Config(streaming_chunk_size=CHUNK_ROWS):
        return frame.collect(engine="streaming")


def _small(frame: Any) -> pd.DataFrame:
    """Return a small narwhals frame as a pandas one, with keys of the kind that `as_frame` gives."""
    import narwhals as nw

    native = nw.to_native(frame)
    if isinstance(native, pd.DataFrame):
        return native
    return pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})


def _totals(rows: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Return the result of a task, one row a group, from a frame with the keys and terms."""
    # The copy puts columns that came one by one side by side in memory.
    groups = rows.copy().groupby(list(task.keys), dropna=False, observed=True, sort=False)
    terms = task.terms()
    names = {way: [name for name, (how, _) in terms.items() if how == way] for way in ("sum", "min")}
    found: list[pd.DataFrame] = [groups[names["sum"]].sum(), *([groups[names["min"]].min()] if names["min"] else [])]
    return pd.concat(found, axis=1)[list(terms)].astype(np.float64).reset_index()


def _joined(parts: Sequence[pd.DataFrame], task: Task) -> pd.DataFrame:
    return _totals(pd.concat(parts, ignore_index=True), task)


def _run_slices(frame: Any, task: Task) -> pd.DataFrame:
    """Return a task's result on an eager frame, slice by slice."""
    terms = {name: x.alias(name) for name, (_, x) in task.terms().items()}
    size = max(1024, SLICE_CELLS // len(terms))
    result: list[pd.DataFrame] = []
    for begin in range(0, max(1, len(frame)), size):
        rows = task.prepared(frame[begin : begin + size]).select(*task.keys, *terms.values())
        result = [_joined([*result, _totals(_small(rows), task)], task)]
    return result[0]


def _run_partition(partition: pd.DataFrame, columns: Mapping[str, str], task: Task) -> pd.DataFrame:
    """Return a task's result on a partition of Dask; carried out by a worker."""
    import narwhals as nw

    frame = nw.from_native(partition.reset_index(drop=True), eager_only=True)
    return _run_slices(frame.select(*(nw.col(name).alias(own) for own, name in columns.items())), task)


def _run_dask(data: Any, columns: Mapping[str, str], task: Task, number: str | None) -> pd.DataFrame:
    """Return a task's result on Dask's partitions, merged in a tree."""
    from dask.base import compute
    from dask.delayed import delayed

    data = data[list(dict.fromkeys(columns.values()))]
    if number is not None:
        unused = max(columns.values(), key=len) + "_"
        ones = data.map_partitions(_ones, meta=("ones", "int64"))
        data, columns = data.assign(**{unused: ones.cumsum() - 1}), {**columns, number: unused}
    work, join = delayed(_run_partition), delayed(_joined)
    parts = [work(partition, dict(columns), task) for partition in data.to_delayed()]
    while len(parts) > 1:
        parts = [join(parts[at : at + FAN_IN], task) for at in range(0, len(parts), FAN_IN)]
    (result,) = compute(*parts)
    return pd.DataFrame(result)


def _ones(partition: pd.DataFrame) -> pd.Series[int]:
    return pd.Series(1, index=partition.index, dtype="int64")
