"""An index of companies from a file that need not fit into memory.

What to see: how long one pass over 300,000 rows takes; that the numbers are those of the rows in memory; and that a second
file is added without reading the first one again. Needs Polars or DuckDB.
"""

import tempfile
import time
from pathlib import Path

import numpy as np

import csindex as csi

model = csi.acsi()

with tempfile.TemporaryDirectory() as folder:
    first, second = Path(folder, "first half.parquet"), Path(folder, "second half.parquet")
    answers = csi.simulate(model, 5000, groups=60, seed=1).rename(columns={"unit": "company"})
    order = np.random.default_rng(1).permutation(len(answers))
    for path, rows in ((first, order[:200_000]), (second, order[200_000:])):
        answers.iloc[rows].to_parquet(path, index=False)

    start = time.perf_counter()
    parts = [csi.scan(path, model, by="company") for path in (first, second)]
    scanned = time.perf_counter() - start

both = parts[0] + parts[1]
start = time.perf_counter()
result = csi.fit(model, both)
fitted = time.perf_counter() - start

in_memory = csi.fit(model, answers, by="company", replicates=0)
gap = np.abs(result.index.estimate - in_memory.index.estimate).max()

print(
    f"Two files, {both.account.rows:,} rows: one pass {scanned:.1f} seconds, index and standard errors {fitted:.1f} seconds"
)
print(f"Largest difference from the rows in memory: {gap:.0e} points\n")
print("Satisfaction, 0-100, of the first companies")
index = result.index.query("construct == 'Satisfaction'").drop(columns="construct")
print(index.head(5).round(2).to_string(index=False))
nation = csi.fit(model, both.pooled()).index.query("construct == 'Satisfaction'").iloc[0]
print(f"\nAll companies together: {nation.estimate:.2f} ({nation.lower:.2f} to {nation.upper:.2f})")
