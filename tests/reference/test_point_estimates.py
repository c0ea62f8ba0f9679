"""Every quantity that csindex and another program both compute, for every scheme and mode, from the same moments."""

import numpy as np
import pytest

import csindex as csi
from csindex.estimation.pls.consistent import Flaw
from tests.reference.reference_runs import (
    PROGRAMS,
    TWELVE_DIGITS,
    comparisons,
    difference,
    figures,
    moments,
    quiet_fit,
    refit,
    runs,
    tolerance,
)


@pytest.mark.parametrize(("program", "run", "quantity"), comparisons())
def test_agrees_to_the_twelve_digits_that_the_program_gives(program, run, quantity):
    assert difference(program, run, quantity) < tolerance(program, run, quantity)


def test_inadmissible_is_what_csem_finds_so():
    """cSEM's `verify` numbers: 2 a loading beyond 1, 3 construct correlations not positive semi-definite, 4 a reliability."""
    theirs = figures("csem")["verify"]["PLSc"]
    found = Flaw(int(refit("csem", "PLSc path").estimates.flaws[0]))
    for number, flaw in (("2", Flaw.LOADING), ("3", Flaw.INDEFINITE), ("4", Flaw.RELIABILITY)):
        assert (flaw in found) == theirs[number], flaw
    assert refit("csem", "PLSc path").inadmissible.reason.tolist() == [
        "correlations of constructs that are not positive definite"
    ]


def test_plsc_changes_paths_and_loadings_not_the_index():
    plain, consistent = refit("csem", "modeA_nocorr path"), refit("csem", "PLSc path")
    for name in ("weights", "index_weights", "index", "deviation"):
        np.testing.assert_array_equal(getattr(plain.estimates, name), getattr(consistent.estimates, name))
    assert (plain.estimates.reliability == 1).all()
    assert (plain.estimates.flaws == 0).all()


def test_every_scheme_and_mode_is_compared():
    seen = {
        (settings["scheme"], settings["variant"], mode)
        for program in PROGRAMS
        for run in runs(program).values()
        for settings in [run["settings"]]
        for mode in settings["modes"].values() or ["A"]
    }
    for scheme in ("path", "centroid", "factorial"):
        assert {(scheme, "standardized", "A"), (scheme, "standardized", "B"), (scheme, "centered", "A")} <= seen
    assert {("path", "standardized", "equal"), ("path", "standardized", "fixed")} <= seen


def test_embedded_moments_are_those_of_r_to_their_six_digits():
    ours, theirs = csi.datasets.ecsi_mobile(), moments("mobi")
    ours = ours.select(theirs.items)
    assert abs(ours.mean - theirs.mean).max() <= 5.1e-7
    assert abs(ours.sd - theirs.sd).max() <= 5.1e-7
    assert abs(ours.correlation - theirs.correlation).max() <= 5.1e-7


def test_first_component_has_the_eigenvalue_and_reliability_that_plspm_finds():
    """No program computed a path model with principal components (cSEM and matrixpls stop at single items).

    plspm gives each block's first eigenvalue, which is the sum of squared loadings on the first component, and
    Dillon-Goldstein's rho from these loadings.
    """
    found = figures("plspm")["first_component"]
    modes = dict.fromkeys(found, "first component")
    result = quiet_fit(csi.ecsi("mobile").with_modes(modes), moments("mobi"))
    squares = (result.loadings.estimate**2).groupby(result.loadings.construct).sum()
    sums = result.loadings.estimate.groupby(result.loadings.construct).sum()
    size = result.loadings.groupby("construct").size()
    rho = sums**2 / (sums**2 + size - squares)
    for construct, theirs in found.items():
        assert squares[construct] == pytest.approx(theirs["eig.1st"], abs=10 * TWELVE_DIGITS)  # between 1 and 10
        assert rho[construct] == pytest.approx(theirs["DG.rho"], abs=TWELVE_DIGITS)
