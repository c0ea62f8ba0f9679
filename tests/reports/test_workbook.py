"""A workbook holds every table of every result in it, none twice and none lost."""

import json
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import csindex as csi
from csindex.cli import main as command_line
from csindex.text.result import gathered

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Satisfaction ~ Quality; Loyalty ~ Satisfaction",
    target="Satisfaction",
)


def quiet(**options) -> csi.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(
            MODEL, csi.simulate(MODEL, 200, groups=options.pop("groups", None), seed=1), progress=False, **options
        )


def sheets(path: Path) -> set[str]:
    return set(openpyxl.load_workbook(path, read_only=True).sheetnames)


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"replicates": 50}, {"index", "impacts", "weights", "index_weights", "r2", "assessment r2"}),
        ({"estimator": "cbsem"}, {"covariance_parameters", "covariance_measures"}),
        ({"replicates": 50, "groups": 3, "by": "unit"}, {"league", "groups", "bands", "dropped"} - {"dropped"}),
    ],
    ids=["pls", "cbsem", "units"],
)
def test_sheets_are_the_union_of_the_tables(options, needed, tmp_path):
    result = quiet(**options)
    path = csi.report(result, tmp_path / "report.xlsx")
    found = sheets(path)
    assert set(result.tables()) <= found
    assert needed <= found


def test_tables_that_were_given_have_their_sheets(tmp_path):
    frame = pd.DataFrame({"wave": [1, 2], "estimate": [70.0, 71.5]})
    path = csi.report(quiet(replicates=50), tmp_path / "report.xlsx", assessment=False, tables={"rolling": frame})
    assert "rolling" in sheets(path)
    text = csi.report(
        quiet(replicates=50), tmp_path / "report.md", assessment=False, tables={"rolling": frame}
    ).read_text("utf-8")
    assert "71.5" in text


def test_two_tables_of_one_name_are_a_mistake():
    frame = pd.DataFrame({"a": [1]})
    assert set(gathered([("fit", {"r2": frame}), ("assessment", {"r2": frame})])) == {"r2", "assessment r2"}
    with pytest.raises(ValueError, match="two tables are called 'b r2'"):
        gathered([("a", {"r2": frame}), ("b", {"r2": frame}), ("b", {"r2": frame})])


def test_the_command_line_writes_every_table_of_a_covariance_model(tmp_path):
    csi.simulate(MODEL, 200, seed=1).to_csv(tmp_path / "answers.csv", index=False)
    (tmp_path / "model.yaml").write_text(MODEL.to_yaml(), encoding="utf-8")
    out = tmp_path / "tables.json"
    arguments = ["fit", str(tmp_path / "answers.csv"), "--model", str(tmp_path / "model.yaml"), "--estimator", "cbsem"]
    assert command_line.main([*arguments, "--out", str(out)]) == 0
    assert {"index", "covariance_measures", "covariance_parameters"} <= set(
        json.loads(out.read_text("utf-8"))["tables"]
    )
