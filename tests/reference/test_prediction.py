"""Predictions of the mobile phone customers' answers, against seminr, cSEM and semPLS with their own folds."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from tests.reference.prediction_runs import FIGURES, MODEL, WAYS, csem, seminr, sempls

# The programs' figures have twelve digits.
PRINTED = 1e-10

pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")


@pytest.mark.parametrize("antecedents", WAYS)
def test_errors_and_q2_are_those_of_seminr(mobi, antecedents):
    for quantity, found in seminr(mobi, antecedents):
        assert found < PRINTED, quantity


@pytest.mark.parametrize("antecedents", WAYS)
def test_errors_are_those_of_csem(mobi, antecedents):
    for quantity, found in csem(mobi, antecedents):
        if quantity == "q2":
            # cSEM takes Q² from the variances of the errors, so that a bias is forgiven.
            assert 1e-7 < found < 1e-4
        else:
            assert found < PRINTED, quantity


@pytest.mark.parametrize("distance", [5, 7, 9, 250])
@pytest.mark.parametrize("antecedents", WAYS)
def test_blindfolding_of_rows_is_that_of_sempls(mobi, distance, antecedents):
    found = sempls(mobi, antecedents, distance)
    if found is None:
        pytest.skip("semPLS has leave-one-out for paths only")
    # semPLS stops when weights change by less than a 1e-7th.
    assert found < 1e-8


def test_folds_of_their_order_give_the_same_in_any_order(mobi):
    """The very folds belong to the rows: turning the file round changes nothing."""
    labels = np.array(FIGURES["seminr"]["folds"])
    one = csi.predict(MODEL, mobi, folds=labels)
    other = csi.predict(MODEL, mobi.iloc[::-1], folds=labels[::-1])
    pd.testing.assert_frame_equal(one.items, other.items)
