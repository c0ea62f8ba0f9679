"""Predictions of the mobile phone customers' answers in the folds that seminr, cSEM and semPLS had.

Each function yields (quantity, largest absolute difference) for one way to take antecedents.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

import csindex as csi
from tests.reference.stored import stored

FIGURES = stored("figures/prediction")
MODEL = csi.ecsi("mobile")
# With both iterations stopped at 1e-7, as the programs do.
TIGHT: dict[str, Any] = {"tolerance": 1e-12, "max_iterations": 2000}
WAYS = ("direct", "earliest")
Gaps = Iterator[tuple[str, float]]


def measure(table: pd.DataFrame, metric: str, predictor: str = "pls") -> pd.Series:
    rows = table[(table["metric"] == metric) & (table["predictor"] == predictor)]
    return rows.set_index("item")["estimate"]


def gap(ours: pd.Series, theirs: dict[str, float]) -> float:
    assert set(ours.index) == set(theirs)
    return float((ours - pd.Series(theirs)).abs().max(skipna=False))


def seminr(mobi: pd.DataFrame, antecedents: str) -> Gaps:
    theirs = FIGURES["seminr"][antecedents]
    folds = FIGURES["seminr"]["folds"]
    found = csi.predict(MODEL, mobi, antecedents=antecedents, benchmark="all", folds=folds, **TIGHT)
    for sample, table in (("out_of_sample", found.items), ("in_sample", found.in_sample)):
        for metric in ("rmse", "mae"):
            for predictor in ("pls", "lm"):
                figures = theirs[f"{predictor.upper()} {sample}"][metric]
                yield f"{metric} {predictor} {sample}", gap(measure(table, metric, predictor), figures)
    yield "q2", gap(measure(found.items, "q2"), theirs["q2"])


@cache
def equal_weights() -> csi.Model:
    constructs = [csi.Construct(c.name, c.items, mode="equal") for c in MODEL.constructs]
    return csi.Model(constructs=constructs, paths=MODEL.paths, items=MODEL.items, target=MODEL.target)


def csem(mobi: pd.DataFrame, antecedents: str) -> Gaps:
    """Yield errors of the model, of the linear model, and of equal weights."""
    theirs, folds = FIGURES["csem"], FIGURES["csem"]["folds"]
    found = csi.predict(MODEL, mobi, antecedents=antecedents, benchmark="origin", folds=folds, **TIGHT)
    equal = csi.predict(equal_weights(), mobi, antecedents=antecedents, folds=folds)
    for metric in ("rmse", "mae"):
        linear, unit = theirs[f"{antecedents} lm"], theirs[f"{antecedents} unit"]
        yield f"{metric} pls out_of_sample", gap(measure(found.items, metric), linear[f"{metric.upper()}_target"])
        yield (
            f"{metric} lm out_of_sample",
            gap(measure(found.items, metric, "lm"), linear[f"{metric.upper()}_benchmark"]),
        )
        yield f"{metric} equal out_of_sample", gap(measure(equal.items, metric), unit[f"{metric.upper()}_benchmark"])
    yield "q2", gap(measure(found.items, "q2"), theirs[f"{antecedents} lm"]["Q2_predict"])


def sempls(mobi: pd.DataFrame, antecedents: str, distance: int) -> float | None:
    """Return how far blindfolding of rows is apart; semPLS has leave-one-out for direct antecedents only.

    SemPLS estimates every round by its default, the centroid scheme, whatever the model was fitted by.
    """
    theirs = FIGURES["sempls"]["q2"].get(f"d{distance}_{'path' if antecedents == 'direct' else 'total'}_dlines")
    if theirs is None:
        return None
    how = {**TIGHT, "tolerance": 1e-9, "omit": "rows", "scheme": "centroid"}
    found = csi.blindfold(MODEL, mobi, distance=distance, antecedents=antecedents, **how)
    known = {name: q2 for name, q2 in theirs.items() if q2 is not None}
    return gap(found.set_index("construct")["estimate"], known)
