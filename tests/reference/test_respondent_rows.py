"""From rows: the moments are R's, whole and with answers missing, and the fit from rows is the fit from moments."""

import numpy as np
import pytest

import csindex as csi
from tests.reference.reference_runs import (
    TIGHT,
    TWELVE_DIGITS,
    figures,
    gap,
    labels,
    moments,
    ours,
    quiet_fit,
    refit,
    series,
)

# Means and standard deviations lie between 1 and 10.
MOMENTS = 10 * TWELVE_DIGITS


@pytest.fixture(params=["mobi", "mean", "listwise"])
def sample(request, mobi, mobi_missing):
    """Name, rows and missing= of a sample that R has computed moments of."""
    rows = mobi if request.param == "mobi" else mobi_missing
    return request.param, rows, "mean" if request.param == "mean" else "listwise"


def test_moments_of_rows_are_those_of_r(sample):
    name, rows, missing = sample
    theirs = moments(name)
    found = csi.Moments.from_frame(rows, csi.ecsi("mobile"), missing=missing).select(theirs.items)
    np.testing.assert_allclose(found.mean, theirs.mean, rtol=0, atol=MOMENTS)
    np.testing.assert_allclose(found.sd, theirs.sd, rtol=0, atol=MOMENTS)
    np.testing.assert_allclose(found.correlation, theirs.correlation, rtol=0, atol=TWELVE_DIGITS)
    assert found.n == theirs.n


def test_fit_of_rows_is_that_of_seminr(sample):
    name, rows, missing = sample
    run = "modeA path_weighting" if name == "mobi" else f"modeA missing {name}"
    found = quiet_fit(csi.ecsi("mobile"), rows, missing=missing)
    for quantity in ("paths", "weights", "loadings", "correlations", "total", "indirect", "r2", "adjusted"):
        theirs = figures("seminr")["runs"][run][quantity]
        assert gap(ours(found, quantity), series(quantity, theirs)) < TWELVE_DIGITS, quantity
        assert gap(ours(found, quantity), ours(refit("seminr", run), quantity)) < TWELVE_DIGITS, quantity


def test_pairwise_is_a_fit_of_pandas_pairwise_correlations(mobi_missing):
    model = csi.ecsi("mobile")
    n = len(mobi_missing)
    theirs = csi.Moments.from_published(mobi_missing.mean(), mobi_missing.std(), mobi_missing.corr(), n)
    found, expected = quiet_fit(model, mobi_missing, missing="pairwise"), quiet_fit(model, theirs)
    for quantity in ("paths", "weights", "loadings", "correlations", "total", "r2", "index_weights"):
        assert gap(ours(found, quantity), ours(expected, quantity)) < TWELVE_DIGITS, quantity
    assert gap(ours(found, "index"), ours(expected, "index")) < 100 * TWELVE_DIGITS


def test_pairwise_of_sempls_is_another_definition(mobi_missing):
    """semPLS makes scores first, which are missing wherever one item of the block is, and correlates what is left.

    That leaves 189 to 242 of 250 scores; csindex takes each correlation of items from all rows
    that answered both. Paths are up to .07 apart.
    """
    found = quiet_fit(csi.ecsi("mobile"), mobi_missing, missing="pairwise")
    apart = gap(ours(found, "paths"), series("paths", figures("sempls")["pairwise"]["paths"]))
    assert apart == pytest.approx(0.0695, abs=5e-5)


def test_a_fit_in_public_use_agrees_with_everything_at_its_default_tolerance(mobi):
    """The default stopping rule, 1e-7 on weights, leaves less than 1e-6 on everything that is shown."""
    result = csi.fit(csi.ecsi("mobile"), mobi, replicates=0)
    assert result.options.tolerance > TIGHT
    run = figures("seminr")["runs"]["modeA path_weighting"]
    for quantity in ("paths", "weights", "loadings", "total", "indirect", "r2", "adjusted"):
        assert set(ours(result, quantity).index) == set(labels(quantity))
        assert gap(ours(result, quantity), series(quantity, run[quantity])) < 1e-6, quantity
