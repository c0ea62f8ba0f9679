"""What may stand beside a survey, moments or a fit: one answer from every door."""

import numpy as np
import pytest

import csindex as csi

pytestmark = pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")

MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
SETTLED = "weights cannot be given with {data}, already made with or without them. Leave them out."


@pytest.fixture(scope="module")
def frame():
    return csi.simulate(MODEL, 120, groups=["Hare", "Lynx"], weights=0.3, seed=1)


@pytest.fixture(scope="module")
def result(frame):
    return csi.fit(MODEL, frame, by="unit", replicates=0)


DOORS = {
    "fit": lambda data, **more: csi.fit(MODEL, data, **more),
    "check": lambda data, **more: csi.check(MODEL, data, **more),
    "compare": lambda data, **more: csi.compare(data, MODEL, **more),
    "micom": lambda data, **more: csi.micom(MODEL, data, **more),
    "predict": lambda data, **more: csi.predict(MODEL, data, **more),
    "fit_pooled": lambda data, **more: csi.fit_pooled(MODEL, data, **more),
    "composite": lambda data, **more: csi.composite(csi.kcsi(), data, **more),
    "companion": lambda data, **more: csi.companion(data, {"rate": csi.rate("q1")}, **more),
    "Moments.from_frame": lambda data, **more: csi.Moments.from_frame(data, MODEL, **more),
    "thresholds": lambda data, **more: csi.thresholds(data, MODEL, **more),
}


def refused(door, *data, **more):
    with pytest.raises(csi.OptionError) as error:
        door(*data, **more)
    return str(error.value)


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_every_door_refuses_a_design_beside_a_survey_in_the_same_words(door, frame):
    survey = csi.Survey(frame, by="unit")
    assert refused(door, survey, weights="weight") == SETTLED.format(data="Survey")
    with pytest.raises(csi.OptionError) as error:
        door(survey, weights="weight")
    assert "Survey와(과) 함께 지정할 수 없습니다" in error.value.text("ko")


def test_moments_and_scans_have_their_design(frame):
    for data in (csi.Moments.from_frame(frame, MODEL), csi.scan(frame, MODEL)):
        assert refused(DOORS["fit"], data, weights="weight") == SETTLED.format(data=type(data).__name__)


def test_a_fit_has_its_design(frame, result):
    assert refused(csi.compare, result, weights="weight") == SETTLED.format(data="a Fit")
    assert refused(csi.fit_pooled, result, weights="weight") == SETTLED.format(data="a Fit")
    both = SETTLED.format(data="a Survey and a Fit")
    assert refused(csi.predict, result, csi.Survey(frame), weights="weight") == both


@pytest.mark.parametrize("door", [DOORS[name] for name in ("composite", "companion", "predict")])
def test_doors_to_rows_say_what_holds_none(door, frame, result):
    for data in (csi.Moments.from_frame(frame, MODEL), csi.scan(frame, MODEL), result):
        assert "respondents' rows" in refused(door, data)
        assert f"{type(data).__name__} holds none. Give the data." in refused(door, data)


def test_a_survey_without_groups_gets_them(frame):
    named = csi.compare(csi.Survey(frame), MODEL, by="unit", replicates=0)
    assert named.result.units["unit"].tolist() == ["Hare", "Lynx"]
    assert "has by='unit'" in refused(DOORS["compare"], csi.Survey(frame, by="unit"), by="unit")


def test_groups_of_a_scan_are_compared(frame):
    found = csi.compare(csi.scan(frame, MODEL, by="unit"), MODEL).differences
    rows = csi.compare(frame, MODEL, by="unit", replicates=0).differences
    np.testing.assert_allclose(found.estimate, rows.estimate, rtol=1e-9)
    assert np.isfinite(found.se).all()


@pytest.mark.parametrize("groups", [0, 12])
def test_scans_have_parametric_replicates_in_every_stage(groups):
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; H =~ A + B; S =~ s1 + s2; S ~ H")
    frame = csi.simulate(csi.Model.parse("A =~ a1+a2; B =~ b1+b2; S =~ s1+s2; B ~ A; S ~ A + B"), 200, seed=1)
    scanned = csi.scan(frame, model, groups=groups)
    result = csi.fit(model, scanned, resampling="parametric", replicates=30)
    again = csi.fit(model, scanned.moments, replicates=30)
    np.testing.assert_array_equal(result.paths.se, again.paths.se)
