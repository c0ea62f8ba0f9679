"""Results to report: one of published figures, and one of companies with names that try to do harm."""

import warnings

import pytest

import csindex as csi

HOSTILE = ("<script>document.title='taken'</script>", "=1+1", "A&B_{50%} #1", "한국은행", "@SUM(A1)", "C:\\new|pipe")


@pytest.fixture(scope="session")
def banks() -> csi.Fit:
    return csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100)


@pytest.fixture(scope="session")
def companies() -> csi.Fit:
    names = [*HOSTILE, *(f"U{number}" for number in range(30))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(csi.ncsi(), csi.simulate(csi.ncsi(), 150, groups=names, seed=1), by="unit", replicates=60)
