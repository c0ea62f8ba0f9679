"""Model and data in either order, and in the forms that they come in."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import csindex as csi

TEXT = "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality"
MODEL = csi.Model.parse(TEXT, target="Satisfaction")
FRAME = csi.simulate(MODEL, 200, seed=1)
OPTIONS = {"replicates": 20, "convention": "equal"}


def test_model_and_data_in_any_order_and_form(tmp_path):
    path = tmp_path / "survey.csv"
    FRAME.assign(w=1.0, unit="a").to_csv(path, index=False)
    plain = csi.fit(MODEL, FRAME, **OPTIONS).index
    array = FRAME[list(MODEL.item_names)].to_numpy()
    for one, other in ((FRAME, MODEL), (TEXT, FRAME), (FRAME, TEXT), (MODEL, array), (MODEL, path), (MODEL, str(path))):
        pd.testing.assert_frame_equal(csi.fit(one, other, **OPTIONS).index, plain)
    assert csi.fit(MODEL, path, by="unit", weights="w", **OPTIONS).units.unit.tolist() == ["a"]


def test_an_array_of_another_width_is_refused():
    with pytest.raises(csi.SurveyError, match=r"each of the model's 6 items.*shape \(200, 2\)"):
        csi.fit(MODEL, np.ones((200, 2)))


def test_scan_and_compare_take_the_model_first_too():
    pl = pytest.importorskip("polars")
    swapped, usual = csi.scan(MODEL, pl.DataFrame(FRAME).lazy()), csi.scan(FRAME, MODEL)
    np.testing.assert_allclose(swapped.moments.cov, usual.moments.cov)
    groups = FRAME.assign(g=np.arange(200) % 2)
    one, other = csi.compare(MODEL, groups, by="g", **OPTIONS), csi.compare(groups, MODEL, by="g", **OPTIONS)
    pd.testing.assert_frame_equal(one.differences, other.differences)


def test_a_query_of_duckdb_needs_no_pyarrow():
    pytest.importorskip("duckdb")
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import duckdb, csindex as csi\n"
        f"m = csi.Model.parse({TEXT!r}, target='Satisfaction')\n"
        "d = csi.simulate(m, 200, seed=1)\n"
        "print(csi.fit(m, duckdb.sql('select * from d'), replicates=20, convention='equal').moments.n[0])\n"
        "print(csi.means(d, ['q1']).n[0])\n"
    )
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert found.stdout.split() == ["200.0", "200"], found.stderr
