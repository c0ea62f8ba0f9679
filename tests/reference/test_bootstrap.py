"""Bootstrap and jackknife against other programs: replicate by replicate on their rows, and ours within Monte Carlo error."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from tests.reference import published_tables as published
from tests.reference.reference_runs import CORRECTED, TWELVE_DIGITS, gap, labels, series
from tests.reference.resamples import drawn, estimates, frames, spread
from tests.reference.stored import stored

KINDS = ("paths", "total", "weights", "loadings")
B = 5000

# seminr stops when the sum of the weights' changes is below 1e-7, so that its weights are a few 1e-9 from their limit.
SEMINR_STOPS = 1e-8
# cSEM stops when the largest change is below 1e-5. A round takes away nine tenths of what is left, so that the limit is
# about a tenth of that away.
CSEM_STOPS = 1e-6
CSEM_RULE = {"tolerance": 1e-5}


@pytest.fixture(scope="module")
def counts(shared):
    """The rows of the 5,000 resamples of each program."""
    folder = shared / "reference"
    return {name: drawn(folder / f"{name.lower()}_bootstrap_rows.csv.gz", 250) for name in ("seminr", "cSEM")}


@pytest.fixture(scope="module")
def like_fit(mobi, counts):
    """Both programs' resamples as `csindex.fit` treats replicates: started at and oriented like the sample."""
    return {name: estimates(mobi, drawn, start=True, tolerance=1e-10) for name, drawn in counts.items()}


@pytest.fixture(scope="module")
def like_csem(mobi, counts):
    """cSEM's resamples with cSEM's start (equal weights) and stopping rule."""
    return estimates(mobi, counts["cSEM"], start=False, **CSEM_RULE)


def check(found, program, tolerance):
    theirs = stored("figures/bootstrap")[program]
    for kind in KINDS:
        for what, values in spread(found[kind]).items():
            assert gap(values, series(kind, theirs[kind][what])) < tolerance, (kind, what)


@pytest.mark.parametrize(("program", "tolerance"), [("seminr", SEMINR_STOPS), ("cSEM", CSEM_STOPS)])
def test_each_resample_gives_the_programs_paths(like_fit, program, tolerance):
    theirs = pd.DataFrame(stored("figures/bootstrap")[program]["first10"], columns=labels("paths"))
    found = like_fit[program]["paths"].head(len(theirs))
    np.testing.assert_allclose(found, theirs, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("program", "tolerance"), [("seminr", SEMINR_STOPS), ("cSEM", CSEM_STOPS)])
def test_all_resamples_give_the_programs_errors_and_quantiles(like_fit, program, tolerance):
    """The programs do not orient constructs in resamples; on these data none turns, so that both ways agree."""
    check(like_fit[program], program, tolerance)


def test_resamples_stopped_as_csem_stops_agree_to_twelve_digits(like_csem):
    theirs = pd.DataFrame(stored("figures/bootstrap")["cSEM"]["first10"], columns=labels("paths"))
    np.testing.assert_allclose(like_csem["paths"].head(10), theirs, rtol=0, atol=TWELVE_DIGITS)
    check(like_csem, "cSEM", TWELVE_DIGITS)
    for what, values in spread(like_csem["r2"]).items():
        assert gap(values, series("r2", stored("figures/bootstrap")["cSEM"]["r2"][what])) < TWELVE_DIGITS, what


@pytest.mark.parametrize(
    ("program", "how", "tolerance"),
    [
        ("seminr", {"start": True, "tolerance": 1e-10}, CORRECTED * SEMINR_STOPS),
        ("cSEM", {"start": False, **CSEM_RULE}, CORRECTED * TWELVE_DIGITS),
    ],
)
def test_plsc_in_each_resample(mobi, counts, program, how, tolerance):
    """In some resamples the correlations are so near to singular that their paths are in the hundreds.

    Standard errors of paths are those of these few, and have as many digits less; quantiles and loadings show all.
    """
    found, theirs = (
        estimates(mobi, counts[program], estimator="plsc", **how),
        stored("figures/bootstrap")[f"{program} PLSc"],
    )
    np.testing.assert_allclose(found["paths"].head(10), theirs["first10"], rtol=0, atol=tolerance)
    for kind, whats in (("paths", ("lower", "upper")), ("loadings", ("mean", "sd", "lower", "upper"))):
        for what, values in spread(found[kind]).items():
            if what in whats:
                assert gap(values, series(kind, theirs[kind][what])) < tolerance, (kind, what)
    assert gap(found["paths"].std() / series("paths", theirs["paths"]["sd"]), pd.Series(1.0, labels("paths"))) < 1e-5


def test_jackknife_errors_are_csems(mobi):
    """se² = (n - 1)/n Σ(θ_i - θ̄)² over the samples without row i."""
    n = len(mobi)
    without_one = estimates(mobi, np.ones((n, n)) - np.eye(n), start=False, **CSEM_RULE)["paths"]
    se = np.sqrt((n - 1) ** 2 / n * without_one.var())
    assert gap(se, series("paths", stored("figures/bootstrap")["cSEM jackknife"]["paths"]["sd"])) < TWELVE_DIGITS


@pytest.fixture(scope="module")
def fitted(mobi):
    return csi.fit(csi.ecsi("mobile"), mobi, replicates=B, seed=20260101, progress=False)


@pytest.fixture(scope="module")
def replicates(fitted):
    """Our own replicates as frames (replicate x label)."""
    return frames(fitted.replicates.estimates, fitted.model, fitted.design)


def z_of(draws, theirs, their_draws):
    """Return how many Monte Carlo errors two bootstrap standard errors are apart.

    The logarithm of a standard deviation of B draws has the variance (κ - 1)/(4B), κ the draws' kurtosis (3 for normal
    ones); κ is taken from our replicates.
    """
    moving = draws.std() > 1e-9  # weights and loadings of single items are constant
    draws = draws.loc[:, moving]
    kurtosis = draws.kurt() + 3
    error = np.sqrt((kurtosis - 1) / 4 * (1 / len(draws) + 1 / their_draws))
    return (np.log(draws.std()) - np.log(theirs[draws.columns])) / error


# 237 ratios are looked at; the largest of so many normal ones passes 4.5 once in 600 times.
FAR = 4.5


@pytest.mark.parametrize("program", ["seminr", "cSEM", "plspm"])
def test_standard_errors_are_within_monte_carlo_error(replicates, program):
    theirs = stored("figures/bootstrap")[program]
    for kind in KINDS:
        z = z_of(replicates[kind], series(kind, theirs[kind]["sd"]), B)
        assert z.abs().max() < FAR, (kind, z.abs().idxmax())


def test_standard_errors_are_within_monte_carlo_error_of_the_vignette_of_sempls(replicates):
    theirs = published.read(published.MOBILE_STANDARD_ERRORS)["se"].astype(float)
    z = z_of(replicates["paths"][list(theirs.index)], theirs, 500)
    assert z.abs().max() < FAR


def test_tables_show_the_spread_of_the_replicates(fitted, replicates):
    for kind, table in (("weights", fitted.weights), ("loadings", fitted.loadings)):
        for what, values in spread(replicates[kind]).items():
            column = {"sd": "se"}.get(what, what)
            if column in table:
                np.testing.assert_allclose(table.set_index("item")[column][values.index], values, rtol=0, atol=1e-12)
