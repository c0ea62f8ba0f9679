"""Columns of any data frame as numbers, and what cannot be read as such."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from csindex.errors import SurveyError
from csindex.survey.columns import as_frame, numbers, row_count
from csindex.text.format import listed, some_rows

pl = pytest.importorskip("polars")


def named(values, **options) -> pd.Series:
    return pd.Series(values, name="q1", **options)


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (named([1, 2]), [1, 2]),
        (named([1, None], dtype="Int64"), [1, np.nan]),
        (named([1.5, None], dtype="Float64"), [1.5, np.nan]),
        (named([True, None], dtype="boolean"), [1, np.nan]),
        (named([True, False]), [1, 0]),
        (named([1, None], dtype=object), [1, np.nan]),
        (named([np.int8(3), 1, None], dtype=object), [3, 1, np.nan]),
        (named([Decimal("2.5"), None]), [2.5, np.nan]),
        (named([None, None]), [np.nan, np.nan]),
    ],
    ids=lambda value: str(getattr(value, "dtype", "")),
)
def test_numbers_of_many_kinds(series, expected):
    np.testing.assert_array_equal(numbers(series, "item 'q1'"), expected)


@pytest.mark.parametrize(
    ("series", "parts"),
    [
        (named([7, "x", None, "y"]), ["holds 'x' and 'y'", "2 rows, first 2", "frame['q1'].map("]),
        (named(["7", "8"]), ["holds '7' and '8'", "2 rows, first 1", "frame['q1'].astype(float)"]),
        (
            named(["a", "b"], dtype="category"),
            ["labels ('a' and 'b')", "{'a': ..., 'b': ...}.get(answer, answer)).astype(float)"],
        ),
        (named([1, 2], dtype="category"), ["labels (1 and 2)", "frame['q1'].astype(float)"]),
        (named([1 + 2j]), ["(1+2j)", "1 row, first 1", "choose the column"]),
        (named([np.complex64(1)], dtype=object), ["(1+0j)", "choose the column"]),
        (named(pd.to_datetime(["2024-05-01"])), ["2024-05-01", "choose the column"]),
        (named(pd.to_timedelta([1], "D")), ["1 days", "choose the column"]),
        (named([1, np.inf, -np.inf]), ["infinite", "2 rows, first 2", "missing first"]),
    ],
)
def test_what_is_no_number(series, parts):
    with pytest.raises(SurveyError) as caught:
        numbers(series, "item 'q1'")
    text = str(caught.value)
    assert text.startswith("item 'q1' holds")
    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize("series", [named(["a", "b"], dtype="category"), named([1, 2], dtype="category")])
def test_the_remedy_for_labels_works(series):
    # pandas keeps a mapped categorical column categorical, hence the astype in the message.
    mapped = series.map({"a": 1, "b": 2, 1: 1, 2: 2}).astype(float)
    np.testing.assert_array_equal(numbers(mapped, "item 'q1'"), [1, 2])


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (pd.DataFrame({"q2": [1]}), ["no column 'q1'", "It has: q2", "model.rename"]),
        (pd.DataFrame({" Q1": [1]}), ["no column 'q1'", "Did you mean [' Q1']", "model.rename"]),
        (pd.DataFrame([[1, 2]], columns=["q1", "q1"]), ["more than one column called 'q1'"]),
        (pd.DataFrame([[1, 2]]), ["no column 'q1'", "It has: 0, 1", "frame.columns.astype(str)"]),
        ({"q1": [1, 2], "q2": [1]}, ["side by side", "same length"]),
        ({"q1": 1}, ["side by side"]),
        (pl.DataFrame({"q2": [1]}), ["no column 'q1'", "It has: q2"]),
        (pl.LazyFrame({"q2": [1]}), ["no column 'q1'"]),
        *(
            (data, ["data frame", "expected, not", type(data).__name__])
            for data in (None, 3, "file.csv", [1], np.eye(2))
        ),
    ],
)
def test_frames_without_the_column(data, parts):
    with pytest.raises(SurveyError) as caught:
        as_frame(data, ["q1"])
    assert [part for part in parts if part not in str(caught.value)] == []


def test_long_lists_of_columns_are_cut():
    with pytest.raises(SurveyError) as caught:
        as_frame(pd.DataFrame(columns=[f"x{i}" for i in range(200)]), ["q1"])
    assert "x29 ..." in str(caught.value)
    assert "x30" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [pd.DataFrame({"q1": []}), pd.DataFrame(), {}, pl.DataFrame(), pl.LazyFrame({"q1": []})]
)
def test_empty_frames(data):
    with pytest.raises(SurveyError, match="empty: it has no rows"):
        row_count(data)


def test_texts():
    assert str(some_rows(np.array([False, True, True]))) == "2 rows, first 2"
    assert str(some_rows(np.array([True]))) == "1 row, first 1"
    assert listed([1.0, 2.5]) == "1 and 2.5"
    assert listed("abc", most=2) == "a, b and 1 more"
