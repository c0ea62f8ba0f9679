import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csindex.errors import ModelError, OptionError, SurveyError
from csindex.survey.loyalty import price_tolerance, retention

NAN = float("nan")


@pytest.fixture(scope="module")
def acsi(acsi2015) -> pd.DataFrame:
    return pd.read_csv(acsi2015)


def test_ladder_by_hand():
    ladder = price_tolerance([10, 6, 8, 5, 1, 3], [0, 26, 10, NAN, NAN, NAN], [NAN, NAN, NAN, 0, 26, 10])
    np.testing.assert_array_equal(ladder, [25, 51, 35, 25, -1, 15])


def test_ladder_is_unknown_where_neither_question_is_answered():
    ladder = price_tolerance(
        [10, 9, 4, 98, NAN, 7], [98, 101, None, None, None, None], [None, None, 99, None, None, None]
    )
    assert ladder.shape == (6,)
    assert np.isnan(ladder).all()


def test_ladder_needs_no_repurchase_to_read_an_answered_rung():
    np.testing.assert_array_equal(price_tolerance([99, 98], [10, None], [None, 10]), [35, 15])


def test_missing_codes_are_an_argument():
    np.testing.assert_array_equal(price_tolerance([9], [-9], [NAN], missing_codes=(-9,)), [NAN])
    with pytest.raises(SurveyError, match=r"high holds 98 \(1 row, first 2\), outside its ladder of 0-26"):
        price_tolerance([9, 9], [5, 98], [NAN, NAN], missing_codes=())


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 26)), min_size=1))
def test_ladder_lies_between_its_ends_and_rises_with_what_is_tolerated(answers):
    likely, rung = map(np.array, zip(*answers, strict=True))
    ladder = price_tolerance(likely, np.where(likely > 5, rung, NAN), np.where(likely <= 5, rung, NAN))
    assert ((ladder >= -1) & (ladder <= 51)).all()
    np.testing.assert_array_equal(np.abs(ladder - 25), rung)
    assert (ladder[likely > 5] >= 25).all()
    assert (ladder[likely <= 5] <= 25).all()


def test_series_in_series_out():
    frame = pd.DataFrame({"r": [9, 3], "h": [10, None], "l": [None, 5]}, index=["a", "b"])
    ladder = price_tolerance(frame["r"], frame["h"], frame["l"])
    pd.testing.assert_series_equal(ladder, pd.Series([35.0, 20.0], index=["a", "b"], name="PTOL"))
    kept = retention(frame["r"], ladder)
    assert isinstance(kept, pd.Series)
    assert kept.index.equals(frame.index)
    assert isinstance(retention(frame["r"].to_numpy()), np.ndarray)


def test_nullable_integers():
    columns = (pd.array([9, 3], dtype="Int64"), pd.array([10, None], dtype="Int64"), pd.array([None, 5], dtype="Int64"))
    ladder = price_tolerance(*map(pd.Series, columns))
    assert ladder.tolist() == [35, 20]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (([9, 9, 9], [5, 27, 30], [NAN] * 3), r"high holds 27 and 30 \(2 rows, first 2\), outside its ladder of 0-26"),
        (([2, 2], [NAN] * 2, [-1, 3]), r"low holds -1 \(1 row, first 1\), outside its ladder of 0-26"),
        (([9, 2], [5, NAN], [7, 3]), r"high and low are both answered \(1 row, first 1: high 5, low 7\)"),
        (
            ([9, 4], [5, 8], [NAN] * 2),
            r"high is answered where repurchase is not 6-10 \(1 row, first 2: high 8, repurchase 4",
        ),
        (
            ([6, 4], [NAN] * 2, [2, 8]),
            r"low is answered where repurchase is not 1-5 \(1 row, first 1: low 2, repurchase 6",
        ),
        (([0, 4], [NAN] * 2, [NAN, 8]), r"repurchase holds 0 \(1 row, first 1\), outside 1-5 or 6-10"),
        (([5.5], [NAN], [NAN]), "repurchase holds 5.5"),
        (([9, 9], [5], [NAN]), "differ in length"),
        ((["likely"], [5], [NAN]), r"repurchase holds 'likely' \(1 row, first 1\), not numbers"),
        (([[9]], [5], [NAN]), "repurchase must be one column of answers, not 2-dimensional"),
    ],
)
def test_ladder_refuses(answers, message):
    with pytest.raises(SurveyError, match=message):
        price_tolerance(*answers)


def test_columns_of_different_frames_are_refused():
    with pytest.raises(SurveyError, match="indexes of repurchase and high differ"):
        price_tolerance(pd.Series([9, 8]), pd.Series([1, 2], index=[1, 2]), [NAN, NAN])


def test_ladder_of_the_acsi_file(acsi):
    ladder = price_tolerance(acsi["REPUR"], acsi["HIGHPTOL"], acsi["LOWPTOL"])
    assert ladder.count() == 5748
    assert ladder.mean() == pytest.approx(34.2, abs=0.05)
    assert ladder.std() == pytest.approx(16.0, abs=0.05)
    assert ladder.corr(acsi["REPUR"].where(acsi["REPUR"] <= 10)) == pytest.approx(0.728, abs=0.0005)


def test_repurchase_of_the_acsi_file_is_retained_as_its_index_says(acsi):
    whole = acsi[acsi["REPUR"] <= 10]
    expected = (whole["REPUR"].mean() - 1) / 9 * 100
    assert retention(acsi["REPUR"]).mean() == pytest.approx(expected)


def test_default_retention_takes_people_at_their_word():
    np.testing.assert_allclose(retention([1, 5.5, 10, 98]), [0, 50, 100, NAN])
    np.testing.assert_allclose(retention([0, 5, 10], scale=(0, 10)), [0, 50, 100])


def test_retention_weighs_price_tolerance_by_its_share():
    np.testing.assert_allclose(retention([10, 1], [-1, 51]), [63, 37])
    np.testing.assert_allclose(retention([10, 1], [-1, 51], share=0), [100, 0])
    np.testing.assert_allclose(retention([10, 1, 5], [-1, 25, NAN], share=1), [0, 50, NAN])


def test_calibration_curve():
    curve = [(20, 10), (60, 50), (80, 90)]
    np.testing.assert_allclose(retention([0, 20, 40, 70, 100], scale=(0, 100), curve=curve), [10, 10, 30, 70, 90])


@given(st.lists(st.floats(1, 10), min_size=2), st.floats(0, 1))
def test_retention_never_falls_with_loyalty(answers, share):
    likely = np.sort(answers)
    kept = retention(likely, np.full(len(likely), 25.0), share=share, curve=[(0, 15), (40, 20), (100, 95)])
    assert (np.diff(kept) >= -1e-9).all()
    assert ((kept >= 15) & (kept <= 95)).all()


@pytest.mark.parametrize("share", [-0.1, 1.5, NAN])
def test_share_outside_its_range(share):
    with pytest.raises(OptionError, match="share="):
        retention([5], [25], share=share)


@pytest.mark.parametrize(
    "curve",
    [[], [1, 2], [(0, 0, 0)], [(0, 0), (100,)], [(0, -1), (100, 90)], [(0, 0), (100, 101)], [(0, 0), (NAN, 5)]],
)
def test_curve_that_is_none(curve):
    with pytest.raises(OptionError, match="pairs"):
        retention([5], curve=curve)


@pytest.mark.parametrize("curve", [[(50, 0), (0, 100)], [(0, 50), (100, 20)], [(0, 0), (0, 100)]])
def test_curve_that_falls(curve):
    with pytest.raises(OptionError, match="must rise"):
        retention([5], curve=curve)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([11],), SurveyError, r"repurchase holds 11 \(1 row, first 1\), outside its scale 1 to 10"),
        (([5, 5], [25, 52]), SurveyError, r"tolerance holds 52 \(1 row, first 2\), outside its scale -1 to 51"),
        (([5, 5], [25]), SurveyError, "differ in length"),
    ],
)
def test_retention_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        retention(*arguments)


def test_retention_on_no_scale():
    with pytest.raises(ModelError, match="swapped"):
        retention([5], scale=(10, 1))
