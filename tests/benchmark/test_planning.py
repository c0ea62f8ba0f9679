"""Sample sizes against closed forms, statsmodels and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import csindex as csi

positive = st.floats(0.5, 50)


def test_figures_of_the_agencies():
    assert csi.sample_size(2, sd=18) == 311
    assert csi.minimum_detectable_change(250, sd=18, deff=1.3) == pytest.approx(5.143, abs=1e-3)
    # Half-widths at 250 customers from the standard deviations of the ACSI sample of 2015.
    widths = csi.half_width(250, sd=[15.8, 20.6, 21.0, 27.5])
    np.testing.assert_allclose(widths, [1.95, 2.55, 2.60, 3.41], atol=0.011)


def test_finite_populations_and_designs():
    n0 = (1.959963985 * 18 / 2) ** 2
    assert csi.sample_size(2, population=1000) == round(n0 / (1 + n0 / 1000))
    assert csi.sample_size(2, deff=1.5) == round(1.5 * n0)
    assert csi.sample_size(0.001, population=500) == 500
    assert csi.half_width(500, population=500) == 0
    assert csi.sample_size(2, level=0.99) > csi.sample_size(2) > csi.sample_size(3)


def test_power_is_that_of_a_two_sample_test():
    from statsmodels.stats.power import normal_power

    change = csi.minimum_detectable_change(250, sd=18)
    assert normal_power(change / 18, 125, 0.05) == pytest.approx(0.8, abs=1e-4)


def test_arrays():
    found = csi.sample_size(np.array([1, 2, 4]), sd=18)
    assert found.tolist() == [1245, 311, 78] and found.dtype == np.intp
    assert csi.minimum_detectable_change([100, 400]).shape == (2,)
    assert isinstance(csi.half_width(250), float) and isinstance(csi.sample_size_for_change(2), int)


@given(positive, positive, st.floats(1, 5), st.floats(0, 1), st.floats(0, 0.9))
def test_planning_for_a_change_is_the_inverse(change, sd, deff, overlap, correlation):
    more = {"sd": sd, "deff": deff, "overlap": overlap, "correlation": correlation}
    n = csi.sample_size_for_change(change, **more)
    if n > 10:
        assert csi.minimum_detectable_change(n, **more) == pytest.approx(change, rel=0.06)


def test_a_panel_needs_fewer_answers():
    assert csi.sample_size_for_change(2, overlap=1, correlation=0.5) == pytest.approx(
        csi.sample_size_for_change(2) / 2, abs=1
    )


def test_the_standard_deviation_of_a_pilot():
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100)
    found = csi.standard_deviation(result)
    assert found["estimate"][0] == pytest.approx(21.0, abs=0.1)
    assert found["deff"][0] == 1 and found["se"][0] < 1
    se = result.index.set_index("construct").loc["Satisfaction", "se"]
    # The index's own error holds that of its weights, too.
    assert found["estimate"][0] / np.sqrt(2263) == pytest.approx(se, rel=0.15)


def test_the_design_effect_of_a_pilot_is_the_indexs():
    answers = csi.simulate(csi.acsi(), 600, weights=1.0, seed=1)
    result = csi.fit(csi.acsi(), answers, weights="weight", replicates=200)
    index = result.index.set_index("construct")
    assert csi.standard_deviation(result)["deff"][0] == index.loc["Satisfaction", "deff"]
    assert list(csi.standard_deviation(result, "Loyalty").columns) == [
        "construct", "deff", "estimate", "se", "lower", "upper",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: csi.sample_size(0), "half_width=0 must be more than 0"),
        (lambda: csi.sample_size(sd="wide"), "sd='wide' must be a number"),
        (lambda: csi.sample_size(level=95), "level=95"),
        (lambda: csi.minimum_detectable_change(100, power=1.0), "power=1.0"),
        (lambda: csi.minimum_detectable_change([100, -1]), "n="),
        (lambda: csi.minimum_detectable_change(100, overlap=2), "overlap=2"),
        (lambda: csi.standard_deviation(3), "a result of csindex.fit"),
    ],
)
def test_errors_say_what_is_wrong(call, words):
    with pytest.raises(csi.OptionError, match=words):
        call()
