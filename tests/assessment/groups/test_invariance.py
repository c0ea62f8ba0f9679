"""Invariance steps at the door; that their figures are lavaan's is tested with its other figures."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q")


@pytest.fixture(scope="module")
def frame():
    return csi.simulate(MODEL, 400, groups=["a", "b", "c"], group_share=0, seed=2)


def test_groups_of_one_population_are_invariant(frame):
    result = csi.invariance(MODEL, frame, by="unit", steps=["strict"])
    assert result.steps.step.tolist() == ["configural", "metric", "scalar", "strict"]
    assert (result.steps.p_change.dropna() > 0.001).all()
    assert (result.steps.df_change.dropna() == [2 * 4, 2 * 4, 2 * 6]).all()
    assert "metric (loadings equal)" in result.summary()


def test_a_loading_of_its_own_breaks_the_metric_step(frame):
    mine = frame.unit == "a"
    broken = frame.assign(q2=np.where(mine, frame.q2.mean() + (frame.q2 - frame.q2.mean()) * 0.3, frame.q2))
    result = csi.invariance(MODEL, broken, by="unit")
    steps = result.steps.set_index("step")
    assert steps.p_change["metric"] < 1e-6 and -steps.cfi_change["metric"] > 0.01
    assert "in doubt" in repr(result)


def test_a_shifted_item_breaks_the_scalar_step_only(frame):
    broken = frame.assign(s3=np.where(frame.unit == "b", np.clip(frame.s3 - 1.5, 1, 10), frame.s3))
    steps = csi.invariance(MODEL, broken, by="unit").steps.set_index("step")
    assert steps.p_change["scalar"] < 1e-6
    assert steps.cfi_change["scalar"] < 10 * steps.cfi_change["metric"] - 0.01


def test_means_of_constructs_are_those_of_the_population():
    """Groups of one factor model, whose second has Q two points higher; S follows by the path of .5."""
    loading = np.array([1.0, 0.8, 1.2])
    factors = np.array([[1.5, 0.75], [0.75, 1.2]])
    L = np.zeros((6, 2))
    L[:3, 0], L[3:, 1] = loading, loading
    S = L @ factors @ L.T + 0.8 * np.eye(6)
    means = np.full((2, 6), 5.0)
    means[1] += L @ [2.0, 1.0]
    units = pd.DataFrame({"firm": ["x", "y"]})
    wide = csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q", scale=(0, 10))
    moments = csi.Moments(wide.item_names, means, np.stack([S, S]), np.full(2, 300.0), units=units)
    result = csi.invariance(wide, moments)
    assert result.steps.chisq.max() < 1e-6
    found = result.parameters.query("step == 'scalar' and op == '~1' and firm == 'y'").set_index("lhs").estimate
    assert found["Q"] == pytest.approx(2.0, abs=1e-6)
    assert found["S"] == pytest.approx(0.0, abs=1e-6)  # its intercept: all of its rise comes through the path


def test_configural_step_is_the_groups_own_solutions(frame):
    result = csi.invariance(MODEL, frame, by="unit", steps=["configural"])
    own = result.result.covariance.measures
    assert result.steps.chisq[0] == pytest.approx(own[own.measure == "chisq"].estimate.sum(), rel=1e-9)
    assert result.steps.df[0] == own[own.measure == "df"].estimate.sum()


def test_steps_that_others_build_on_are_added(frame):
    steps = csi.invariance(MODEL, frame, by="unit", steps="structural").steps
    assert steps.step.tolist() == ["configural", "metric", "scalar", "structural"]
    scalar = steps.set_index("step")
    assert scalar.df_change["structural"] == scalar.df["structural"] - scalar.df["scalar"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "by="),
        ({"by": "unit", "steps": ["tau"]}, "'metric'"),
        ({"by": "unit", "discrepancy": "GLS"}, "maximum likelihood"),
    ],
)
def test_what_cannot_be_asked(frame, options, words):
    with pytest.raises(csi.OptionError, match=words):
        csi.invariance(MODEL, frame, **options)
