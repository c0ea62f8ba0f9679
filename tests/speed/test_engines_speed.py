"""Ten million rows in a file: time and memory of an index with standard errors, beside DuckDB's own grouped sums.

Nothing here can fail because a machine is slow; docs/any-size.md has figures. Run with
``python -m pytest tests/speed/test_engines_speed.py --benchmark-only``. It writes 130 MB into a temporary folder.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pytest_benchmark")
pytest.importorskip("polars")
pytest.importorskip("duckdb")
pytest.importorskip("resource")
np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

ROWS, CHUNK, COMPANIES, ITEMS, GROUPS = 10_000_000, 500_000, 400, 15, 40

# Both sides report seconds, the peak of the process in MiB, and a number to compare.
REPORT = """
import json, resource, sys, time
def report(seconds, **more):
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
    print(json.dumps({"seconds": round(seconds, 2), "peak_mib": peak, **more}))
"""

OURS = (
    REPORT
    + """
begin = time.perf_counter()
import csindex as csi

model = csi.Model.parse("Quality =~ q0 + q1 + q2 + q3 + q4; Satisfaction =~ q5 + q6 + q7 + q8 + q9;"
                        "Loyalty =~ q10 + q11 + q12 + q13 + q14; Satisfaction ~ Quality; Loyalty ~ Satisfaction")
grouped = csi.scan(sys.argv[1], model, by="company")
scanned = time.perf_counter()
index = csi.fit(model, grouped, progress=False).index
end = time.perf_counter()
assert len(index) == 1200 and (index.se > 0).all()
total = grouped.pooled().moments
report(end - begin, scan_seconds=round(scanned - begin, 2), fit_seconds=round(end - scanned, 2), mean=total.mean[0])
"""
)

DUCKDB = (
    REPORT
    + """
import duckdb
kind, path, items, groups = sys.argv[1], sys.argv[2], [f"q{at}" for at in range(int(sys.argv[3]))], int(sys.argv[4])
sums = [f"sum({a}::{kind})" for a in items]
sums += [f"sum({a}::{kind} * {b}::{kind})" for at, a in enumerate(items) for b in items[at:]]
query = (f"select company, file_row_number % {groups} as part, count(*) as n, {', '.join(sums)} "
         f"from read_parquet('{path}', file_row_number = true) group by company, part")
duckdb.execute("SET enable_progress_bar = false")
begin = time.perf_counter()
found = duckdb.sql(query).fetchnumpy()
end = time.perf_counter()
first = next(name for name in found if "sum" in name)
report(end - begin, groups=len(found["n"]), mean=float(sum(map(float, found[first])) / found["n"].sum()))
"""
)


def write(path: Path) -> None:
    import pyarrow.parquet as parquet

    rng = np.random.default_rng(1)
    writer = None
    for begin in range(0, ROWS, CHUNK):
        company = rng.integers(0, COMPANIES, CHUNK)
        common = rng.normal(size=(CHUNK, 1)) + company[:, None] % 10 / 10
        answers = np.clip(np.rint(6.5 + 1.5 * (common + rng.normal(size=(CHUNK, ITEMS)))), 1, 10).astype("int8")
        table = pa.table(
            {"company": company.astype("int16"), "respondent": np.arange(begin, begin + CHUNK)}
            | {f"q{item}": answers[:, item] for item in range(ITEMS)}
        )
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def measured(code: str, *arguments: object) -> dict[str, Any]:
    """Return what a process of its own reports. One between keeps this one's memory peak out of it."""
    between = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]], check=True)"
    command = [sys.executable, "-c", between, code, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_ten_million_rows_from_parquet(benchmark: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    write(path)
    # DuckDB is measured at its best: with the type of number that is fastest.
    theirs = [measured(DUCKDB, kind, path, ITEMS, GROUPS) for kind in ("INTEGER", "DOUBLE")]
    ours = benchmark.pedantic(lambda: measured(OURS, path), rounds=1)
    theirs += [measured(DUCKDB, kind, path, ITEMS, GROUPS) for kind in ("INTEGER", "DOUBLE")]
    best = min(theirs, key=lambda run: run["seconds"])
    assert best["groups"] == COMPANIES * GROUPS
    assert ours["mean"] == pytest.approx(best["mean"], rel=1e-9)
    benchmark.extra_info |= {
        **{f"csindex_{name}": value for name, value in ours.items()},
        "duckdb_seconds": best["seconds"],
        "duckdb_peak_mib": best["peak_mib"],
        "ratio_to_duckdb": round(ours["seconds"] / best["seconds"], 2),
    }
