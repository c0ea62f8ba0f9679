"""Predictions of the mobile phone customers' answers, against seminr, cSEM and semPLS with their own folds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csindex as csi

FIGURES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "figures" / "prediction.json").read_text(encoding="utf-8")
)
# The programs' figures have twelve digits.
PRINTED = 1e-10
# With both iterations stopped at 1e-7, as the programs do.
TIGHT = {"tolerance": 1e-12, "max_iterations": 2000}

pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")


def measure(table: pd.DataFrame, metric: str, predictor: str = "pls") -> pd.Series:
    rows = table[(table["metric"] == metric) & (table["predictor"] == predictor)]
    return rows.set_index("item")["estimate"]


def gap(ours: pd.Series, theirs: dict[str, float]) -> float:
    assert set(ours.index) == set(theirs)
    return float((ours - pd.Series(theirs)).abs().max())


@pytest.fixture(scope="module", params=["direct", "earliest"])
def replayed(request, mobi):
    found = csi.predict(
        csi.ecsi("mobile"),
        mobi,
        antecedents=request.param,
        benchmark="all",
        folds=FIGURES["seminr"]["folds"],
        **TIGHT,
    )
    return request.param, found


@pytest.mark.parametrize("sample", ["out_of_sample", "in_sample"])
@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_errors_are_those_of_seminr(replayed, sample, metric):
    antecedents, found = replayed
    table = found.items if sample == "out_of_sample" else found.in_sample
    for predictor, theirs in (("pls", "PLS"), ("lm", "LM")):
        figures = FIGURES["seminr"][antecedents][f"{theirs} {sample}"][metric]
        assert gap(measure(table, metric, predictor), figures) < PRINTED


def test_q2_is_that_of_seminr(replayed):
    antecedents, found = replayed
    assert gap(measure(found.items, "q2"), FIGURES["seminr"][antecedents]["q2"]) < PRINTED


@pytest.mark.parametrize("antecedents", ["earliest", "direct"])
def test_errors_are_those_of_csem(mobi, antecedents):
    found = csi.predict(
        csi.ecsi("mobile"),
        mobi,
        antecedents=antecedents,
        benchmark="origin",
        folds=FIGURES["csem"]["folds"],
        **TIGHT,
    )
    theirs = FIGURES["csem"][f"{antecedents} lm"]
    for metric in ("rmse", "mae"):
        assert gap(measure(found.items, metric), theirs[f"{metric.upper()}_target"]) < PRINTED
        assert gap(measure(found.items, metric, "lm"), theirs[f"{metric.upper()}_benchmark"]) < PRINTED
    # cSEM takes Q² from the variances of the errors, so that a bias is forgiven.
    assert 1e-7 < gap(measure(found.items, "q2"), theirs["Q2_predict"]) < 1e-4


@pytest.mark.parametrize("antecedents", ["earliest", "direct"])
def test_equal_weights_predict_as_in_csem(mobi, antecedents):
    model = csi.ecsi("mobile")
    constructs = [csi.Construct(c.name, c.items, mode="equal") for c in model.constructs]
    equal = csi.Model(constructs=constructs, paths=model.paths, items=model.items, target=model.target)
    found = csi.predict(equal, mobi, antecedents=antecedents, folds=FIGURES["csem"]["folds"])
    for metric in ("rmse", "mae"):
        theirs = FIGURES["csem"][f"{antecedents} unit"][f"{metric.upper()}_benchmark"]
        assert gap(measure(found.items, metric), theirs) < PRINTED


@pytest.mark.parametrize("distance", [5, 7, 9, 250])
@pytest.mark.parametrize(("antecedents", "theirs"), [("direct", "path"), ("earliest", "total")])
def test_blindfolding_of_rows_is_that_of_sempls(mobi, distance, antecedents, theirs):
    """SemPLS estimates every round by its default, the centroid scheme, whatever the model was fitted by."""
    key = f"d{distance}_{theirs}_dlines"
    if key not in FIGURES["sempls"]["q2"]:
        pytest.skip("semPLS has leave-one-out for paths only")
    found = csi.blindfold(
        csi.ecsi("mobile"),
        mobi,
        distance=distance,
        omit="rows",
        antecedents=antecedents,
        scheme="centroid",
        **{**TIGHT, "tolerance": 1e-9},
    )
    theirs_q2 = {name: q2 for name, q2 in FIGURES["sempls"]["q2"][key].items() if q2 is not None}
    ours = found.set_index("construct")["estimate"]
    # semPLS stops when weights change by less than a 1e-7th.
    assert gap(ours, theirs_q2) < 1e-8


def test_folds_of_their_order_give_the_same_in_any_order(mobi):
    """The very folds belong to the rows: turning the file round changes nothing."""
    labels = np.array(FIGURES["seminr"]["folds"])
    model = csi.ecsi("mobile")
    one = csi.predict(model, mobi, folds=labels)
    other = csi.predict(model, mobi.iloc[::-1], folds=labels[::-1])
    pd.testing.assert_frame_equal(one.items, other.items)
