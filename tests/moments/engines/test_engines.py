"""Data of any size: every engine gives the numbers that rows in memory give, and refuses what they refuse."""

import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.moments.engines.pass_over_rows import PRIME
from csindex.moments.scan import _mixer
from csindex.replicates.rows import RowSource
from csindex.replicates.source import source_of_moments

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

ROWS = 3000
MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2; Loyalty =~ l1; Satisfaction ~ Quality; Loyalty ~ Satisfaction",
    scales={"l1": (0, 100)},
)
ITEMS = list(MODEL.item_names)
CODES = {"missing_codes": {"q2": [98], "s1": [98, 99]}}


def answers(n: int = ROWS, seed: int = 1) -> pd.DataFrame:
    """Return answers with gaps, codes, weights (some 0), two columns of units and a number of the respondent."""
    rng = np.random.default_rng(seed)
    frame = csi.simulate(MODEL, n, seed=seed)[ITEMS]
    frame["q1"] = frame.q1.astype(float).mask(rng.random(n) < 0.03)
    frame["l1"] = frame.l1 + rng.integers(0, 2, n) / 4
    frame.loc[rng.random(n) < 0.02, "q2"] = 98
    frame.loc[rng.random(n) < 0.02, "s1"] = rng.choice([98, 99])
    frame["w"] = np.where(rng.random(n) < 0.05, 0, rng.gamma(2, size=n))
    frame["company"] = rng.choice(["Hare", "Lynx", "Stork"], n)
    frame["wave"] = rng.choice([2023, 2024], n)
    frame["respondent"] = rng.permutation(10 * n)[:n] - 100
    frame["l1"] = frame.l1.clip(upper=100)
    return frame


@pytest.fixture(scope="module")
def dask_cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with warnings.catch_warnings():
        # Port 8787 may be taken by another cluster on the machine; the dashboard is not used.
        warnings.simplefilter("ignore")
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        )
    with cluster, distributed.Client(cluster, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("there is no Java runtime")
    sql = pytest.importorskip("pyspark.sql")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def parquet(frame: pd.DataFrame, folder: Path) -> str:
    path = folder / f"answers{len(list(folder.iterdir()))}.parquet"
    pl.from_pandas(frame).write_parquet(path)
    return str(path)


def csv(frame: pd.DataFrame, folder: Path) -> str:
    path = folder / "answers.csv"
    frame.to_csv(path, index=False, na_rep="NA")
    return str(path)


def folder_of_parquet(frame: pd.DataFrame, folder: Path) -> str:
    for number in range(3):
        part = frame.iloc[number * len(frame) // 3 : (number + 1) * len(frame) // 3]
        pl.from_pandas(part.reset_index(drop=True)).write_parquet(folder / f"part{number}.parquet")
    return str(folder)


def dask(frame: pd.DataFrame, folder: Path) -> Any:
    dd = pytest.importorskip("dask.dataframe")
    return dd.from_pandas(frame, npartitions=11, sort=False)


ENGINES: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "pandas": lambda frame, folder: frame,
    "pandas nullable": lambda frame, folder: frame.convert_dtypes(),
    "dict": lambda frame, folder: {name: frame[name].to_numpy() for name in frame},
    "Polars": lambda frame, folder: pl.from_pandas(frame),
    "Polars lazy": lambda frame, folder: pl.from_pandas(frame).lazy(),
    "PyArrow": lambda frame, folder: pa.Table.from_pandas(frame, preserve_index=False),
    "DuckDB": lambda frame, folder: duckdb.connect().from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
    "Dask": dask,
    "Parquet": parquet,
    "CSV": csv,
    "folder": folder_of_parquet,
    "pattern": lambda frame, folder: f"{folder_of_parquet(frame, folder)}/part*.parquet",
    "pathlib": lambda frame, folder: Path(parquet(frame, folder)),
}
ARGUMENTS = {
    "all": {},
    "weights": {"weights": "w"},
    "by one": {"by": "company"},
    "weights by two": {"weights": "w", "by": ["company", "wave"]},
}


def same(found: csi.Moments, expected: csi.Moments) -> None:
    np.testing.assert_array_equal(found.n, expected.n)
    for part in ("mean", "cov", "weight", "n_eff"):
        np.testing.assert_allclose(getattr(found, part), getattr(expected, part), rtol=1e-9, err_msg=part)
    assert found.items == expected.items
    if expected.units is None:
        assert found.units is None
    else:
        assert found.units.to_numpy().tolist() == expected.units.to_numpy().tolist()
        assert list(found.units) == list(expected.units)


def equal_sums(found: csi.GroupedMoments, expected: csi.GroupedMoments) -> None:
    np.testing.assert_array_equal(found.n, expected.n)
    np.testing.assert_allclose(found.sums, expected.sums, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.squares, expected.squares, rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("given", ARGUMENTS)
def test_every_engine_gives_the_numbers_of_rows_in_memory(engine, given, tmp_path, request):
    if engine == "Dask":
        request.getfixturevalue("dask_cluster")
    frame, arguments = answers(), {**ARGUMENTS[given], **CODES}
    expected = csi.Moments.from_frame(frame, MODEL, **arguments)
    grouped = csi.scan(ENGINES[engine](frame, tmp_path), MODEL, respondent="respondent", groups=7, **arguments)
    same(grouped.moments, expected)
    assert grouped.account == csi.Survey(frame, **arguments).answers(MODEL.items).account
    equal_sums(grouped, csi.scan(frame, MODEL, respondent="respondent", groups=7, **arguments))


@pytest.mark.parametrize("engine", sorted({*ENGINES} - {"DuckDB"}))
def test_row_numbers_give_the_same_groups_in_every_engine(engine, tmp_path, request):
    if engine == "Dask":
        request.getfixturevalue("dask_cluster")
    frame = answers()
    found = csi.scan(ENGINES[engine](frame, tmp_path), MODEL, by="company", **CODES)
    equal_sums(found, csi.scan(frame.assign(number=range(ROWS)), MODEL, by="company", respondent="number", **CODES))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
# Spark keeps sockets to its Java process open until the garbage collector finds them.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("given", ["all", "weights by two"])
def test_spark(spark, given, tmp_path):
    frame, arguments = answers(), {**ARGUMENTS[given], **CODES}
    data = spark.read.parquet(parquet(frame, tmp_path))
    grouped = csi.scan(data, MODEL, respondent="respondent", groups=7, **arguments)
    same(grouped.moments, csi.Moments.from_frame(frame, MODEL, **arguments))
    equal_sums(grouped, csi.scan(frame, MODEL, respondent="respondent", groups=7, **arguments))
    with pytest.raises(csi.OptionError, match="no order"):
        csi.scan(data, MODEL, **arguments)
    with pytest.raises(csi.SurveyError, match=r"item 's1' holds 98 \(\d+ rows\), outside|item 's1' holds 99 \("):
        csi.scan(data, MODEL, respondent="respondent", missing_codes={"q2": [98]})


def test_paths_without_polars(tmp_path, monkeypatch):
    frame = answers()
    expected = csi.scan(frame, MODEL, by="company", weights="w", **CODES)
    paths = [make(frame, tmp_path) for make in (csv, folder_of_parquet)]
    # A module that is None cannot be imported.
    monkeypatch.setitem(sys.modules, "polars", None)
    for path in paths:
        equal_sums(csi.scan(path, MODEL, by="company", weights="w", **CODES), expected)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(csi.SurveyError, match="needs Polars or DuckDB"):
        csi.scan(paths[0], MODEL, **CODES)


def test_slices_add_up(monkeypatch):
    from csindex.moments.engines import engines

    frame = answers(5000)
    whole = csi.scan(frame, MODEL, by="company", weights="w", **CODES)
    monkeypatch.setattr(engines, "SLICE_CELLS", 1)
    equal_sums(csi.scan(frame, MODEL, by="company", weights="w", **CODES), whole)


@pytest.mark.parametrize("engine", ["pandas", "Polars", "PyArrow", "DuckDB", "Dask", "Parquet", "CSV"])
def test_hostile_names(engine, tmp_path, request):
    if engine == "Dask":
        request.getfixturevalue("dask_cluster")
    # Polars does not undo the doubling of quotation marks in the header of a CSV file.
    names = [
        "select * from x; --" if engine == "CSV" else 'select * from "x"; --',
        "group",
        "it's a; name",
        "x0",
        "고객 만족",
        " g ",
    ]
    frame = answers().rename(
        columns=dict(zip(ITEMS, names, strict=True)) | {"w": "sum", "company": "k0", "wave": "rows"}
    )
    frame = frame.rename(columns={"respondent": "i"})
    items = [csi.Item(name, item.scale) for name, item in zip(names, MODEL.items, strict=True)]
    arguments = {"weights": "sum", "by": ["k0", "rows"], "missing_codes": {names[1]: [98], names[3]: [98, 99]}}
    found = csi.scan(ENGINES[engine](frame, tmp_path), items, respondent="i", **arguments)
    same(found.moments, csi.Moments.from_frame(frame, items, **arguments))


@pytest.mark.parametrize("engine", ["pandas", "Polars", "PyArrow", "DuckDB"])
def test_types_of_columns(engine, tmp_path):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.integers(1, 11, 400).astype("int8"), "b": rng.random(400) < 0.4})
    frame["c"], frame["f"] = rng.normal(1e6, 1, 400).astype("float32"), rng.normal(size=400) * 1e-3
    frame["u"] = rng.integers(0, 255, 400).astype("uint8")
    frame["d"] = pd.Series(frame.a.astype(float), dtype=pd.ArrowDtype(pa.decimal128(10, 2)))
    names = list(frame)
    found = csi.scan(ENGINES[engine](frame, tmp_path), names, groups=0).moments
    same(found, csi.Moments.from_frame(frame, names))


def test_unscaled_items_far_from_zero_keep_their_digits():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(500, 2)), columns=["a", "b"]) + 1e9
    np.testing.assert_allclose(csi.scan(frame, ["a", "b"]).moments.cov, frame.cov(), rtol=1e-9)


def test_nan_in_polars_means_missing():
    frame = pl.DataFrame({"a": [1.0, 2.0, float("nan"), None, 5.0], "b": [1, 3, 2, 4, 9]})
    assert csi.scan(frame, ["a", "b"]).account.missing == {"a": 2, "b": 0}


def group_of(numbers: np.ndarray, groups: int, seed: int) -> np.ndarray:
    """Return the random groups, by Python's integers of any size."""
    a, b, c, d = _mixer(seed)
    return np.array([(a * i**3 + b * i**2 + c * i + d) % PRIME % groups for i in map(int, numbers)])


def test_replicates_are_those_of_rows_without_a_group():
    frame = answers()
    grouped = csi.scan(frame, MODEL, weights="w", by="company", groups=10, seed=5, respondent="respondent", **CODES)
    survey = csi.Survey(frame, weights="w", by="company", **CODES)
    rows = survey.answers(MODEL.items)
    source = RowSource(rows, MODEL.item_names, "listwise")
    # The answers come sorted by unit; their weights tell which row is which.
    place = dict(zip(frame.w, group_of(frame.respondent, 10, 5), strict=True))
    group = np.array([place[weight] for weight in rows.weights])
    for unit in range(3):
        part = slice(*rows.ends[unit : unit + 2])
        weights = rows.weights[part, None] * (group[part, None] != np.arange(10))
        expected = source.moments_of(unit, weights)
        for found, right in zip(source_of_moments(grouped).tile("jackknife", unit, 0, 1, 10), expected, strict=True):
            np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12)
        sizes = np.bincount(group[part], minlength=10)
        np.testing.assert_allclose(
            source_of_moments(grouped).coefficients("jackknife", unit, 10), (sizes.sum() / sizes - 1) / 10
        )


def test_groups_of_one_size_have_the_coefficients_of_kott():
    numbers = np.arange(4000)
    group = group_of(numbers, 8, 1)
    chosen = np.concatenate([numbers[group == g][:300] for g in range(8)])
    frame = csi.simulate(MODEL, 2400, seed=2).assign(id=chosen)
    grouped = csi.scan(frame, MODEL, respondent="id", groups=8)
    np.testing.assert_allclose(source_of_moments(grouped).coefficients("jackknife", 0, 8), 7 / 8)
    # The standard error of a mean, by hand.
    means = frame.groupby(group_of(chosen, 8, 1)).q1.mean()
    deleted = (frame.q1.sum() - 300 * means) / 2100
    expected = np.sqrt(7 / 8 * ((deleted - frame.q1.mean()) ** 2).sum())
    tile = source_of_moments(grouped).tile("jackknife", 0, 0, 1, 8)[0][0]
    np.testing.assert_allclose(np.sqrt(7 / 8 * ((tile - frame.q1.mean()) ** 2).sum()), expected, rtol=1e-9)


def test_fit_uses_the_jackknife():
    frame = csi.simulate(MODEL, 4000, groups=["Hare", "Lynx"], seed=3)
    grouped = csi.scan(frame, MODEL, by="unit", groups=40)
    result = csi.fit(MODEL, grouped)
    rows = csi.fit(MODEL, frame, by="unit", replicates=0)
    np.testing.assert_allclose(result.index.estimate, rows.index.estimate, rtol=1e-9)
    assert (result.options.resampling, result.options.interval) == ("jackknife", "auto")
    np.testing.assert_array_equal(result.degrees, [39, 39])
    assert result.replicates.words == "delete-a-group jackknife, 40 random groups by row number (seed 1) (Kott 2001)"
    assert np.isfinite(result.index.se).all() and np.isfinite(result.impacts().se).all()
    assert "8,000 of 8,000 rows used" in result.summary()
    # By hand, from fits of the rows that are left.
    group = group_of(np.arange(8000), 40, 1)
    hare = frame.unit.to_numpy() == "Hare"
    deleted = np.array([
        csi.fit(MODEL, frame[hare & (group != g)], replicates=0).index.estimate for g in range(40)
    ])  # fmt: skip
    sizes = np.bincount(group[hare], minlength=40)
    whole = rows.index.estimate[:3].to_numpy()
    se = np.sqrt((((4000 / sizes - 1) / 40)[:, None] * (deleted - whole) ** 2).sum(axis=0))
    # A replicate of rows has the divisor of its own number of rows, which moves standard deviations in the fifth digit.
    np.testing.assert_allclose(result.index.se[:3], se, rtol=1e-3)


def test_jackknife_agrees_with_the_bootstrap():
    frame = csi.simulate(MODEL, 2000, groups=30, seed=4)
    jackknife = csi.fit(MODEL, csi.scan(frame, MODEL, by="unit")).index.se
    bootstrap = csi.fit(MODEL, frame, by="unit", replicates=300, progress=False).index.se
    # A jackknife variance with 39 degrees of freedom varies by √(2/39) = 23 %, the mean of 30 units and three (related)
    # constructs by at most 4 %; that of the bootstrap by much less.
    assert np.mean(jackknife**2 / bootstrap**2) == pytest.approx(1, abs=3 * 0.045)
    assert np.std(jackknife**2 / bootstrap**2) == pytest.approx(np.sqrt(2 / 39), rel=0.35)


@pytest.mark.parametrize("size", [8, 30, 100])
def test_few_rows_a_group_give_no_bias(size):
    """The variance of the mean of units with fewer rows than groups, on average over 1,500 units."""
    units = 1500
    frame = pd.DataFrame({"unit": np.repeat(np.arange(units), size)})
    frame["a"] = np.random.default_rng(size).normal(size=len(frame))
    grouped = csi.scan(frame, ["a"], by="unit", groups=20)
    variances = []
    for unit in range(units):
        count = source_of_moments(grouped).size("jackknife", unit, 1000)
        assert count == (grouped.n[unit] > 0).sum() <= min(20, size)
        mean = source_of_moments(grouped).tile("jackknife", unit, 0, 1, count)[0][0]
        gap = mean - frame.a[unit * size : (unit + 1) * size].mean()
        variances.append((source_of_moments(grouped).coefficients("jackknife", unit, count) * gap**2).sum())
        assert source_of_moments(grouped).degrees("jackknife", unit, count) == count - 1
    error = np.std(variances) / np.sqrt(units)
    assert np.mean(variances) == pytest.approx(1 / size, abs=3.5 * error)


def test_fewer_replicates_put_groups_together():
    frame = answers()
    grouped = csi.scan(frame, MODEL, groups=12, **CODES)
    mean, _ = source_of_moments(grouped).tile("jackknife", 0, 0, 1, 4)
    group = group_of(np.arange(ROWS), 12, 1) % 4
    coded = frame[ITEMS].assign(q2=frame.q2.replace(98, np.nan), s1=frame.s1.replace([98, 99], np.nan))
    used = coded.notna().all(axis=1)
    expected = np.array([coded[used & (group != g)].mean() for g in range(4)]).T
    np.testing.assert_allclose(mean, expected, rtol=1e-12)
    with pytest.warns(csi.MissingWarning):
        assert csi.fit(MODEL, grouped, replicates=4).degrees == [3]


def test_groups_depend_on_the_seed_and_do_not_follow_the_answers():
    frame = answers()
    one, same_seed, other = (csi.scan(frame, MODEL, seed=seed, **CODES) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.n, same_seed.n)
    assert (one.n != other.n).any()
    # Sizes as if drawn by lot: chi-square with 39 degrees of freedom.
    n = one.n[0]
    assert 15 < ((n - n.mean()) ** 2 / n.mean()).sum() < 80


def test_without_groups_replicates_are_parametric():
    grouped = csi.scan(answers(), MODEL, groups=0, **CODES)
    assert grouped.groups == 0
    with pytest.warns(csi.MissingWarning):
        assert csi.fit(MODEL, grouped, replicates=50).replicates.kind == "parametric"
    with pytest.raises(csi.OptionError, match="groups=0 left nothing to delete"):
        csi.fit(MODEL, grouped, resampling="jackknife")


def test_fit_refuses_what_sums_cannot_give():
    grouped = csi.scan(answers(), MODEL, **CODES)
    with pytest.raises(csi.OptionError, match="bootstrap replicates need respondents' rows"):
        csi.fit(MODEL, grouped, resampling="bootstrap")
    with pytest.raises(csi.OptionError, match="by cannot be given with GroupedMoments"):
        csi.fit(MODEL, grouped, by="company")
    with pytest.raises(csi.OptionError, match="needs rows"):
        csi.fit(MODEL, grouped, missing="mean")
    with pytest.raises(csi.SurveyError, match="no item 'z1'"):
        csi.fit(MODEL.rename({"q1": "z1"}), grouped)
    wrong = csi.scan(csi.simulate(MODEL, 200, seed=1), list(ITEMS))
    with pytest.raises(csi.SurveyError, match="off its scale"):
        csi.fit(csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2; S ~ Q", scale=(0, 1)), wrong)
    clash = csi.scan(answers().rename(columns={"company": "estimate"}), MODEL, by="estimate", **CODES)
    with pytest.raises(csi.OptionError, match="clash"):
        csi.fit(MODEL, clash)


def test_a_unit_without_rows_enough_can_be_dropped():
    frame = answers().astype({"w": float})
    frame.loc[frame.company == "Lynx", "w"] = 0
    grouped = csi.scan(frame, MODEL, weights="w", by="company", **CODES)
    assert grouped.moments.n[1] == 0 and list(grouped.units.company) == ["Hare", "Lynx", "Stork"]
    with pytest.raises(csi.SurveyError, match="Lynx"):
        csi.fit(MODEL, grouped)
    with pytest.warns(csi.UnitWarning), pytest.warns(csi.MissingWarning):
        result = csi.fit(MODEL, grouped, bad_units="drop")
    assert list(result.units.company) == ["Hare", "Stork"]


def test_a_unit_in_one_group_fails_by_name():
    frame = answers(400)
    lonely = frame.assign(company="Lone", respondent=7)
    grouped = csi.scan(pd.concat([frame, lonely]), MODEL, by="company", respondent="respondent", **CODES)
    with pytest.raises(csi.EstimationError, match="Lone"):
        csi.fit(MODEL, grouped)


@pytest.mark.parametrize("by", [None, "company", ["company", "wave"]])
def test_parts_add_up(by):
    frame = answers()
    arguments = {"weights": "w", "by": by, "respondent": "respondent", **CODES}
    whole = csi.scan(frame, MODEL, **arguments)
    first = csi.scan(frame[: ROWS // 3], MODEL, **arguments)
    rest = csi.scan(pl.from_pandas(frame[ROWS // 3 :].reset_index(drop=True)), list(MODEL.items)[::-1], **arguments)
    added = first + rest
    equal_sums(added, whole)
    assert added.account == whole.account
    same(added.moments, whole.moments)
    assert added.grouping == whole.grouping


def test_units_of_one_part_only_and_other_shifts_add_up():
    frame = answers().assign(l1=lambda f: f.l1 + 1000 * (f.company == "Stork"))
    parts = [csi.scan(part, ITEMS, by="company", **CODES) for _, part in frame.groupby("company")]
    assert parts[0].shifts[-1] != parts[2].shifts[-1]
    found = (parts[2] + parts[0] + parts[1]).moments
    same(found, csi.Moments.from_frame(frame, ITEMS, by="company", **CODES))


def test_pooled_and_selected():
    frame = answers()
    grouped = csi.scan(frame, MODEL, by=["company", "wave"], **CODES)
    same(grouped.pooled().moments, csi.Moments.from_frame(frame, MODEL, **CODES))
    some = grouped.select(["s2", "q1"])
    same(some.moments, grouped.moments.select(["s2", "q1"]))


def test_parts_that_do_not_add_up():
    frame = answers()
    grouped = csi.scan(frame, MODEL, **CODES)
    with pytest.raises(csi.SurveyError, match=r"\['l1'\] were not scanned in both"):
        grouped + csi.scan(frame, ITEMS[:-1], **CODES)
    with pytest.raises(csi.SurveyError, match="cannot be added"):
        grouped + csi.scan(frame, MODEL, groups=20, **CODES)
    with pytest.raises(csi.SurveyError, match="cannot be added"):
        grouped + csi.scan(frame, MODEL, by="wave", **CODES)
    with pytest.raises(TypeError):
        grouped + 1


def spoilt(change: Callable[[pd.DataFrame], Any]) -> pd.DataFrame:
    frame = csi.simulate(MODEL, 200, seed=1)[ITEMS]
    frame = frame.assign(w=1.0, company="Hare", id=range(200))
    change(frame)
    return frame


def put(column: str, value: Any, rows: slice = slice(3, 6)) -> Callable[[pd.DataFrame], Any]:
    def change(frame: pd.DataFrame) -> None:
        frame[column] = frame[column].astype(float if isinstance(value, (int, float)) else object)
        frame.iloc[rows, list(frame.columns).index(column)] = value

    return change


def twice(frame: pd.DataFrame) -> None:
    put("q2", 98)(frame)
    put("s1", np.inf)(frame)


FAULTS: dict[str, tuple[Callable[[pd.DataFrame], Any], dict[str, Any]]] = {
    "off the scale": (put("q2", 98), {}),
    "below the scale": (put("q2", -1), {}),
    "infinite": (put("q2", np.inf), {}),
    "empty item": (put("q2", np.nan, slice(None)), {}),
    "weights missing": (put("w", np.nan), {"weights": "w"}),
    "weights infinite": (put("w", np.inf), {"weights": "w"}),
    "weights negative": (put("w", -1), {"weights": "w"}),
    "weights zero": (put("w", 0, slice(None)), {"weights": "w"}),
    "no unit": (put("company", None), {"by": "company"}),
    "no weights": (lambda frame: None, {"weights": "weight"}),
    "no such unit": (lambda frame: None, {"by": "firm"}),
    "no item": (lambda frame: frame.pop("q2"), {}),
    "two items": (twice, {}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "engine", ["pandas", "Polars", "PyArrow", "Parquet", "CSV", "DuckDB", pytest.param("Dask", marks=pytest.mark.slow)]
)
def test_refused_as_rows_in_memory_are(engine, fault, tmp_path, request):
    if engine == "Dask":
        request.getfixturevalue("dask_cluster")
    change, arguments = FAULTS[fault]
    if engine == "CSV" and "infinite" in fault:
        pytest.skip("the text of infinity differs between writers")
    frame = spoilt(change)
    with pytest.raises(csi.SurveyError) as expected:
        csi.Moments.from_frame(frame, MODEL, **arguments)
    with pytest.raises(csi.SurveyError) as found:
        data = ENGINES[engine](frame, tmp_path)
        csi.scan(data, MODEL, groups=0, **arguments)
    said = str(expected.value)
    if engine == "DuckDB":
        said = said.replace(", first 4", "")
    assert str(found.value) == said


@pytest.mark.parametrize("engine", ["pandas", "Polars", "PyArrow", "Parquet", "CSV", "DuckDB", "Dask"])
def test_no_rows(engine, tmp_path):
    frame = spoilt(lambda frame: None)[:0]
    with pytest.raises(csi.SurveyError, match="the data frame is empty: it has no rows"):
        csi.scan(ENGINES[engine](frame, tmp_path), MODEL, groups=0)


@pytest.mark.parametrize("engine", ["pandas", "Polars", "PyArrow", "Parquet", "DuckDB", "Dask"])
def test_text_is_refused(engine, tmp_path, request):
    if engine == "Dask":
        request.getfixturevalue("dask_cluster")
    frame = spoilt(lambda frame: None)
    frame["q2"], frame["w"] = "good", "heavy"
    with pytest.raises(csi.SurveyError, match=r"item 'q2' holds 'good'(.|\n)*weights column 'w' holds 'heavy'"):
        csi.scan(ENGINES[engine](frame, tmp_path), MODEL, groups=0, weights="w")


def test_text_in_csv_names_the_column(tmp_path):
    frame = spoilt(put("q2", "good"))
    with pytest.raises(csi.SurveyError, match=r"Polars cannot read .*answers.csv: .*good.*"):
        csi.scan(csv(frame, tmp_path), MODEL)


@pytest.mark.parametrize("engine", ["pandas", "Polars", "DuckDB", "Dask"])
def test_no_complete_row(engine, tmp_path, request):
    if engine == "Dask":
        request.getfixturevalue("dask_cluster")
    frame = spoilt(put("q2", np.nan, slice(0, 150)))
    put("q1", np.nan, slice(140, None))(frame)
    with pytest.raises(csi.SurveyError) as expected:
        csi.Moments.from_frame(frame, MODEL)
    with pytest.raises(csi.SurveyError) as found:
        csi.scan(ENGINES[engine](frame, tmp_path), MODEL, groups=0)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (42, "a data frame with rows"),
        ("nowhere.parquet", "there is no file"),
        ("answers.xlsx", "no .parquet or .csv file"),
        (["a.csv", "b.csv"], "there is no file"),
    ],
)
def test_no_data(data, message):
    with pytest.raises(csi.SurveyError, match=message):
        csi.scan(data, MODEL)


def test_a_broken_file(tmp_path):
    path = tmp_path / "broken.parquet"
    path.write_text("no Parquet")
    with pytest.raises(csi.SurveyError, match="Polars cannot read"):
        csi.scan(path, MODEL)
    with pytest.raises(csi.SurveyError, match="Polars cannot read"):
        csi.scan(tmp_path / "*.csv", MODEL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"missing": "mean"}, "not available for data of any size"),
        ({"missing": "none"}, "is not known"),
        ({"groups": 1}, "groups=1 leaves nothing"),
        ({"groups": -1}, "groups=-1 must be"),
        ({"seed": 1.5}, "seed=1.5 must be"),
        ({"weights": np.ones(200)}, "must name a column"),
        ({"respondent": 3}, "must name a column"),
        ({"missing_codes": {"z": [1]}}, "not among the items"),
    ],
)
def test_bad_options(arguments, message):
    with pytest.raises(csi.OptionError, match=message):
        csi.scan(spoilt(lambda frame: None), MODEL, **arguments)


def test_bad_respondents():
    frame = spoilt(lambda frame: None)
    with pytest.raises(csi.SurveyError, match="not whole numbers"):
        csi.scan(frame.assign(id=frame.id.astype(str)), MODEL, respondent="id")
    with pytest.raises(csi.SurveyError, match="into one group"):
        csi.scan(frame.assign(id=1), MODEL, respondent="id")
    gaps = pl.from_pandas(frame).with_columns(pl.when(pl.col("id") > 4).then("id").alias("id"))
    with pytest.raises(csi.SurveyError, match="respondent column 'id' is empty in 5 rows"):
        csi.scan(gaps, MODEL, respondent="id")
    with pytest.raises(csi.OptionError, match=r"DuckDB have no order.*respondent="):
        csi.scan(ENGINES["DuckDB"](frame, Path()), MODEL)


def test_double_items_and_columns():
    frame = spoilt(lambda frame: None)
    with pytest.raises(csi.SurveyError, match=r"\['q1'\] are there more than once"):
        csi.scan(frame, ["q1", "q2", "q1"])
    with pytest.raises(csi.SurveyError, match="more than one column called 'q1'"):
        csi.scan(pd.concat([frame, frame[["q1"]]], axis=1), MODEL)
    with pytest.raises(csi.SurveyError, match="no items"):
        csi.scan(frame, [])


def test_sums_of_other_groups_are_refused_and_sum_works():
    frame = csi.simulate(MODEL, 200, seed=1)
    one, same, other = (csi.scan(frame, MODEL, seed=seed) for seed in (1, 1, 2))
    with pytest.raises(csi.SurveyError, match=r"groups differ.*seed 1.*seed 2.*same seed="):
        one + other
    np.testing.assert_allclose(sum([one, same]).n, (one + same).n)
