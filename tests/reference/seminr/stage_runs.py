"""A higher-order construct and interactions as seminr has them, beside ours: (quantity, largest absolute difference)."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

import csindex as csi
from tests.reference.stored import stored

FIGURES = stored("seminr/stages")["runs"]
TIGHT = {"tolerance": 1e-13, "max_iterations": 5000}
METHODS = {"two-stage": "two_stage", "product": "product_indicator", "orthogonal": "orthogonal"}
MOBI = "Image =~ IMAG1 + IMAG2 + IMAG3 + IMAG4 + IMAG5; Value =~ PERV1 + PERV2; Satisfaction =~ CUSA1 + CUSA2 + CUSA3;"
HIGHER_ORDER = csi.Model.parse(
    MOBI + "Loyalty =~ CUSL1 + CUSL2 + CUSL3; Quality =~ Image + Value; Satisfaction ~ Quality; Loyalty ~ Satisfaction"
)
MODERATED = csi.Model.parse(
    MOBI + "Expectation =~ CUEX1 + CUEX2 + CUEX3; Satisfaction ~ Image + Expectation + Value + Image:Expectation"
)
Gaps = Iterator[tuple[str, float]]


def by(table: pd.DataFrame, *labels: str) -> pd.Series:
    return table.set_index(list(labels)).estimate


def largest(gaps: Iterable[float]) -> float:
    """Return the largest size, NaN where one is."""
    return float(np.abs(list(gaps)).max())


def higher_order(data: Any) -> Gaps:
    yield from apart(csi.fit(HIGHER_ORDER, data, replicates=0, **TIGHT), "higher order two-stage")


def interaction(mobi: pd.DataFrame, method: str) -> Gaps:
    result = csi.fit(MODERATED, mobi, interaction=method, replicates=0, **TIGHT)
    yield from apart(result, f"interaction {METHODS[method]}")


def apart(result: csi.Fit, run: str) -> Gaps:
    theirs = FIGURES[run]
    name = {"Image*Expectation_intxn": "Image*Expectation"}
    paths = by(result.paths, "source", "target")
    ends = {key: key.replace("*", ":").split(" -> ") for key in theirs["paths"]}
    yield "paths", largest(paths[*ends[key]] - value for key, value in theirs["paths"].items())
    for what in ("weights", "loadings"):
        found = by(getattr(result, what), "construct", "item")
        assert len(found) == len(theirs[what])
        gaps = []
        for key, value in theirs[what].items():
            item, construct = key.split(" in ")
            # seminr's loadings on an interaction are covariances with its rescaled scores.
            value = value / theirs["product_sd"] if what == "loadings" and "*" in construct else value
            gaps.append(found[construct.replace("*", ":"), name.get(item, item)] - value)
        yield what, largest(gaps)
    r2 = by(result.r2, "construct")
    assert set(r2.index) == set(theirs["r2"])
    yield "r2", largest(r2[construct] - value for construct, value in theirs["r2"].items())
