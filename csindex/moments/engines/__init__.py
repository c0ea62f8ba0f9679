"""Grouped sums of rows in pandas, Polars, DuckDB, Dask, Spark and Arrow."""
