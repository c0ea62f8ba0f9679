"""Warnings come when something changes the reading of a result, and not otherwise."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Trouble =~ t1; Satisfaction ~ Quality; Trouble ~ Satisfaction",
    scales={"t1": (0, 1)},
)


@pytest.fixture
def frame() -> pd.DataFrame:
    return csi.simulate(MODEL, 200, seed=1)


def conventions_told(data, **options) -> str:
    """Fit and return the summary's line on conventions, which are no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", csi.ConventionWarning)
        warnings.simplefilter("ignore", csi.SmallSampleWarning)
        text = " ".join(csi.fit(MODEL, data, replicates=0, **options).summary().split())
    return text[text.index("The index depends on the convention") : text.index("same convention.")]


def told(data, model: csi.Model = MODEL, **options) -> dict[type[Warning], str]:
    """Fit and return the warnings by class; none comes twice, and all point to the caller."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        csi.fit(model, data, **{"replicates": 0, **options})
    found = {warning.category: str(warning.message) for warning in caught}
    assert len(found) == len(caught)
    assert {warning.filename for warning in caught} <= {__file__}
    return found


def test_a_good_survey_is_fitted_in_silence(frame):
    assert told(frame, replicates=50) == {}
    assert told(csi.Moments.from_frame(frame, MODEL), replicates=50) == {}
    assert told(frame, missing="mean") == {}
    assert told(frame, missing="pairwise", replicates=50) == {}


@pytest.mark.parametrize(("gone", "warned"), [(10, False), (11, True)])
def test_many_incomplete_rows(frame, gone, warned):
    frame.loc[: gone - 1, "q2"] = np.nan
    found = told(frame)
    assert (csi.MissingWarning in found) == warned
    if warned:
        assert "leaves out 11 of 200 rows" in found[csi.MissingWarning]
        assert "'q2': 11" in found[csi.MissingWarning]
        assert "missing='em'" in found[csi.MissingWarning]
    assert csi.MissingWarning not in told(frame, missing="mean")


def test_rows_without_weight_are_not_missing(frame):
    frame.loc[:99, "q2"] = np.nan
    assert csi.MissingWarning not in told(frame, weights=(np.arange(200) >= 100).astype(float))


def test_small_samples(frame):
    # Three items of Mode B are three arrows: thirty answers.
    formative = MODEL.with_modes({"Quality": "nonnegative B"}).with_modes({"Quality": "B"})
    found = told(frame.head(29), formative)
    assert "fewer than 30 effective answers (the smallest 29)" in found[csi.SmallSampleWarning]
    assert csi.SmallSampleWarning not in told(frame.head(31), formative)


def test_weights_make_samples_small(frame):
    weights = np.where(np.arange(200) < 4, 1000.0, 1.0)
    assert "the smallest 4" in told(frame, weights=weights)[csi.SmallSampleWarning]


def test_small_units_are_counted(frame):
    # A single arrow wants ten answers; here it is the effective number that is too small.
    units = frame.assign(company=np.where(np.arange(200) < 20, "small", "large"))
    weights = np.where(np.arange(200) < 2, 500.0, 1.0)
    assert "1 of 2 units have fewer than" in told(units, by="company", weights=weights)[csi.SmallSampleWarning]


def test_negative_weights(frame):
    turned = frame.assign(q3=11 - frame.q3)
    found = told(turned)
    text = found[csi.NegativeWeightWarning]
    assert re.search(r"'q3' in Quality \(weight -\d\.\d+, correlation with the construct -\d", text)
    assert "reversed=" in text
    reversed_model = csi.Model(
        [csi.Construct(c.name, c.items, reversed=["q3"] if c.name == "Quality" else []) for c in MODEL.constructs],
        MODEL.paths,
        MODEL.items,
    )
    assert told(turned, reversed_model) == {}


def test_conventions_that_differ(frame):
    # An item with a small spread and another level: dividing by its standard deviation matters.
    narrow = frame.assign(q1=np.where(frame.q1 > 7, 10, 9))
    text = conventions_told(narrow)
    assert "more than 1 point" in text
    assert "Quality (fornell" in text
    assert "Reported is 'fornell'" in text
    assert "Reported is 'equal'" in conventions_told(narrow, convention="equal")


def test_the_gap_of_conventions_is_measured_from_the_one_used(frame):
    narrow = frame.assign(q1=np.where(frame.q1 > 7, 10, 9))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        table = csi.conventions(csi.fit(MODEL, narrow, replicates=0)).set_index("construct")
    gaps = table.sub(table["fornell"], axis=0).abs().max(axis=1)
    text = conventions_told(narrow)
    assert [name in text for name in gaps.index] == (gaps > 1).tolist()


@pytest.fixture
def rare(frame) -> pd.DataFrame:
    # Two of 200 say yes: a bootstrap sample misses both with a probability of 13 %.
    return frame.assign(t1=np.isin(np.arange(200), [50, 120]).astype(int))


def test_failed_replicates_are_counted_and_told(rare):
    with pytest.warns(csi.ReplicateWarning, match=r"1\d\.\d% of the replicates failed \(constant: t1: \d+\)"):
        result = csi.fit(MODEL, rare, replicates=300, max_failed=0.3)
    failed = int(result.sample.failed[0])
    assert 20 < failed < 60
    assert result.failures.to_dict("list") == {"reason": ["constant: t1"], "replicates": [failed]}
    assert f"{failed} of 300 replicates failed" in " ".join(result.summary().split())
    assert np.isnan(result.replicates.estimates.index).all(axis=-1).sum() == failed
    assert result.index[["se", "lower", "upper"]].notna().all(axis=None)


def test_with_too_many_constant_replicates_only_the_index_has_intervals(rare):
    with pytest.warns(csi.ReplicateWarning, match=r"More than max_failed=0\.1 .* nothing but the index has intervals"):
        result = csi.fit(MODEL, rare, replicates=300)
    assert result.index[["se", "lower", "upper"]].notna().all(axis=None)
    assert result.paths.estimate.notna().all()
    assert result.paths[["se", "lower", "upper", "p"]].isna().all(axis=None)


def test_units_with_failed_replicates(frame, rare):
    units = pd.concat([frame.assign(company="usual"), rare.assign(company="rare")])
    with pytest.warns(csi.ReplicateWarning, match="nothing but the index has intervals"):
        result = csi.fit(MODEL, units, by="company", replicates=200)
    assert result.dropped.empty
    assert result.index.lower.notna().all()
    known = result.paths.set_index("company").lower.notna()
    assert known["usual"].all() and not known["rare"].any()


def test_nothing_fails_in_a_good_survey(frame):
    result = csi.fit(MODEL, frame, replicates=50)
    assert result.failures.empty
    assert result.failures.columns.tolist() == ["reason", "replicates"]
    assert result.dropped.empty
