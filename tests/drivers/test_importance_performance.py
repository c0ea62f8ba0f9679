"""The importance–performance map as a table."""

import numpy as np
import pytest

import csindex as csi
from csindex.drivers.importance_performance import QUADRANTS, quadrants


@pytest.fixture(scope="module")
def banks() -> csi.Fit:
    return csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100)


def test_agrees_with_impacts_and_index(banks: csi.Fit):
    found = csi.importance_performance(banks).set_index("source")
    impacts = banks.impacts().set_index("source")
    index = banks.index.set_index("construct")
    for name in found.index:
        assert found.loc[name, "importance"] == impacts.loc[name, "estimate"]
        assert found.loc[name, "importance_lower"] == impacts.loc[name, "lower"]
        assert found.loc[name, "estimate"] == index.loc[name, "estimate"]
        assert found.loc[name, "upper"] == index.loc[name, "upper"]
    assert found["importance"].is_monotonic_decreasing


def test_items_share_their_construct_s_importance(banks: csi.Fit):
    items = csi.importance_performance(banks, items=True)
    whole = csi.importance_performance(banks).set_index("source")["importance"]
    np.testing.assert_allclose(items.groupby("source")["importance"].sum().sort_index(), whole.sort_index())
    # Performance of an item of 1-10 is (mean - 1)/9 of 100.
    mean = dict(zip(banks.model.item_names, banks.moments.mean[0], strict=True))
    np.testing.assert_allclose(items["estimate"], [(mean[name] - 1) / 9 * 100 for name in items["item"]])


def test_quadrants_are_divided_at_the_means():
    importance, performance = np.array([4.0, 4.0, 1.0, 1.0]), np.array([60.0, 80.0, 60.0, 80.0])
    assert [QUADRANTS[int(at)] for at in quadrants(importance, performance)] == list(QUADRANTS)


def test_probability_is_a_share_of_replicates_and_needs_draws(banks: csi.Fit):
    e = banks.replicates.estimates
    drivers = [banks.model.construct_names.index(name) for name in ("Expectations", "Quality", "Value")]
    goal = banks.model.construct_names.index("Satisfaction")
    total = banks.total(e)[..., goal, :][..., drivers] * e.deviation[..., [goal]] / e.deviation[..., drivers]
    own = e.index[..., drivers]
    important = total >= total.mean(-1, keepdims=True)
    high = own >= own.mean(-1, keepdims=True)
    found = csi.importance_performance(banks).set_index("source")
    for at, name in enumerate(("Expectations", "Quality", "Value")):
        wanted = QUADRANTS.index(found.loc[name, "quadrant"])
        same = (np.where(important[0, :, at], 0, 2) + high[0, :, at]) == wanted
        assert found.loc[name, "probability"] == same.mean()
    point = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0)
    assert csi.importance_performance(point)["probability"].isna().all()


def test_units_come_first_and_every_unit_has_its_own_means():
    answers = csi.simulate(csi.scsb(), 200, groups=["A", "B"], seed=1)
    result = csi.fit(csi.scsb(), answers, by="unit", replicates=50)
    found = csi.importance_performance(result)
    assert found.columns[0] == "unit"
    assert found["unit"].tolist() == sorted(found["unit"])


def test_a_construct_without_drivers_is_refused(banks: csi.Fit):
    with pytest.raises(csi.ModelError, match="no drivers"):
        csi.importance_performance(banks, "Expectations")
