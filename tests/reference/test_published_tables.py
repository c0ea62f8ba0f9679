"""The printed tables of the ECSI mobile study and of the ACSI sample of 2015, to their last digit."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.index.impacts import in_points
from tests.reference import published_tables as published
from tests.reference.reference_runs import by_arrow, importance, moments, ours, quiet_fit

COLUMNS = {
    "A": {"variant": "centered", "scheme": "centroid"},
    "B": {"variant": "standardized", "scheme": "centroid"},
    "path": {"variant": "standardized", "scheme": "path"},
}
INDUSTRIES = ("processed food", "airlines", "internet providers", "banks", "pooled")


def cells(table):
    return [pytest.param(column, printed, id=column) for column, printed in published.read(table).items()]


def check(found, printed):
    pd.testing.assert_series_equal(published.as_printed(found, printed), printed)


@cache
def mobile(column):
    return quiet_fit(csi.ecsi("mobile"), moments("mobi"), **COLUMNS[column])


def slopes(result):
    names, (targets, sources) = result.model.construct_names, result.design.arrows
    points = in_points(result.estimates.paths, result.estimates.deviation)[0]
    return pd.Series({f"{names[s]} -> {names[t]}": points[t, s] for t, s in zip(targets, sources, strict=True)})


def squared_loadings(result):
    return (result.loadings.estimate**2).groupby(result.loadings.construct)


def rho(result):
    sums = result.loadings.estimate.groupby(result.loadings.construct).sum()
    squares = squared_loadings(result)
    return sums**2 / (sums**2 + squares.size() - squares.sum())


def means(result):
    squares = squared_loadings(result)
    several = squares.size() > 1
    communality = squares.sum()[several].sum() / squares.size()[several].sum()
    r2 = result.r2.estimate.mean()
    return pd.Series(
        {
            "mean R2": r2,
            "communality": communality,
            "communality, all blocks": squares.sum().sum() / squares.size().sum(),
            "GoF": np.sqrt(communality * r2),
        }
    )


MOBILE = {
    "paths": (published.MOBILE_PATHS, lambda result: ours(result, "paths")),
    "vignette": (published.MOBILE_VIGNETTE, lambda result: ours(result, "paths")),
    "r2": (published.MOBILE_R2, lambda result: ours(result, "r2")),
    "means": (published.MOBILE_MEANS, means),
    "index": (published.MOBILE_INDEX, lambda result: ours(result, "index")),
    "index weights": (published.MOBILE_INDEX_WEIGHTS, lambda result: ours(result, "index_weights")),
    "loadings": (published.MOBILE_LOADINGS, lambda result: ours(result, "loadings")),
    "deviations": (published.MOBILE_DEVIATIONS, lambda result: ours(result, "deviation")),
    "rho": (published.MOBILE_RHO, rho),
    "correlations": (published.MOBILE_CORRELATIONS, lambda result: ours(result, "correlations")),
    "slopes": (published.MOBILE_SLOPES, slopes),
    "total": (published.MOBILE_TOTAL, lambda result: ours(result, "total")),
}


@pytest.mark.parametrize(
    ("quantity", "column", "printed"),
    [
        pytest.param(quantity, column, printed, id=f"{quantity}-{column}")
        for quantity, (table, _) in MOBILE.items()
        for column, printed in published.read(table).items()
    ],
)
def test_mobile_study(quantity, column, printed):
    check(MOBILE[quantity][1](mobile(column)), printed)


def test_mobile_study_from_the_embedded_moments():
    """Six digits of the moments are enough for the four that are printed."""
    result = quiet_fit(csi.ecsi("mobile"), csi.datasets.ecsi_mobile(), **COLUMNS["A"])
    check(ours(result, "paths"), published.read(published.MOBILE_PATHS)["A"])
    check(ours(result, "index"), published.read(published.MOBILE_INDEX)["A"])


@cache
def industry(name, convention="fornell"):
    found = csi.datasets.acsi2015().pooled() if name == "pooled" else csi.datasets.acsi2015(name)
    return quiet_fit(csi.acsi(), found, scheme="centroid", convention=convention)


ACSI = {
    "paths": (published.ACSI_PATHS, lambda result: ours(result, "paths")),
    "r2": (published.ACSI_R2, lambda result: ours(result, "r2")),
    "index": (published.ACSI_INDEX, lambda result: ours(result, "index")),
    "index weights": (published.ACSI_INDEX_WEIGHTS, lambda result: ours(result, "index_weights")),
    "complaints": (published.ACSI_COMPLAINTS, lambda result: ours(result, "index")),
    "total": (published.ACSI_TOTAL, importance),
    "impacts": (published.ACSI_IMPACTS, lambda result: 5 * importance(result)),
}


@pytest.mark.parametrize(
    ("quantity", "name", "printed"),
    [
        pytest.param(quantity, name, printed, id=f"{quantity}-{name}")
        for quantity, (table, _) in ACSI.items()
        for name, printed in published.read(table).items()
    ],
)
def test_acsi_2015_from_moments(quantity, name, printed):
    check(ACSI[quantity][1](industry(name)), printed)


@pytest.mark.parametrize(("name", "printed"), cells(published.ACSI_EQUAL))
def test_acsi_2015_by_equal_weights(name, printed):
    check(ours(industry(name, "equal"), "index"), printed)


@pytest.mark.parametrize("name", INDUSTRIES[:4])
def test_impacts_step_is_five_points(name):
    printed = published.read(published.ACSI_IMPACTS)[name]
    found = pd.concat([by_arrow(industry(name).impacts(target)) for target in ("Satisfaction", "Loyalty")])
    check(found, printed)


@pytest.fixture(scope="session")
def answers(acsi2015):
    return csi.datasets.read_acsi2015(acsi2015)


@pytest.fixture(scope="session")
def by_industry(answers):
    return quiet_fit(csi.acsi(), answers, by="industry", scheme="centroid")


@pytest.fixture(params=INDUSTRIES)
def from_rows(request, answers, by_industry):
    """Name, rows and tables of an industry: all four in one fit, and the rows of all together."""
    if request.param == "pooled":
        whole = quiet_fit(csi.acsi(), answers, scheme="centroid")
        return request.param, answers, lambda table: getattr(whole, table)

    def mine(table):
        return table[table.industry == request.param]

    return request.param, mine(answers), lambda table: mine(getattr(by_industry, table))


def test_acsi_2015_from_rows(from_rows):
    name, _, table = from_rows
    check(by_arrow(table("paths")), published.read(published.ACSI_PATHS)[name])
    check(table("r2").set_index("construct").estimate, published.read(published.ACSI_R2)[name])
    check(table("index").set_index("construct").estimate, published.read(published.ACSI_INDEX)[name])
    check(table("index_weights").set_index("item").estimate, published.read(published.ACSI_INDEX_WEIGHTS)[name])


def test_acsi_2015_on_all_answers(from_rows):
    """What listwise deletion does: weights of the complete rows, or equal ones, on the means of all answers.

    The printed figures took weights of four digits, which sum to 1.0001 for processed food: 78.45, and 78.44 without.
    """
    name, rows, table = from_rows
    printed = published.read(published.ACSI_ROWS)[name]
    weights = table("index_weights").query("construct == 'Satisfaction'").set_index("item").estimate
    mean = (rows[weights.index].mean() - 1) / 9 * 100
    found = {
        "rows": len(rows),
        "complete rows": table("sample").n.iloc[0],
        "PLS weights, all answers": weights.round(4) @ mean,
        "equal weights, all answers": mean.mean(),
        "complaints, all answers": 100 * rows.COMP.mean(),
    }
    check(pd.Series(found, dtype=float), printed)
