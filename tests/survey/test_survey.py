"""Surveys: weights, units, codes and gaps, checked once and accounted for."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

ITEMS = [csi.Item("q1"), csi.Item("q2"), csi.Item("c1", (0, 1))]


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    data = {"q1": rng.integers(1, 11, 60), "q2": rng.integers(1, 11, 60), "c1": rng.integers(0, 2, 60)}
    return pd.DataFrame({**data, "w": rng.uniform(0.5, 2, 60), "company": np.repeat(["a", "b", "c"], 20)})


def refusal(error: type[csi.CsindexError], call, *parts: str) -> str:
    with pytest.raises(error) as caught:
        call()
    text = str(caught.value)
    assert [part for part in parts if part not in text] == []
    return text


@pytest.mark.parametrize(
    ("weights", "parts"),
    [
        (np.r_[-1.0, np.ones(58), -2], ["weights", "negative", "2 rows, first 1", "set them to 0"]),
        (np.zeros(60), ["weights", "zero in all rows"]),
        (np.r_[1.0, np.nan, np.ones(58)], ["weights", "missing", "1 row, first 2", "Fill them in"]),
        (np.r_[1.0, np.inf, np.ones(58)], ["weights", "infinite", "1 row, first 2"]),
        (np.ones(59), ["weights", "(59,)", "60 rows"]),
        (np.ones((60, 1)), ["weights", "(60, 1)", "60 rows"]),
        (1.0, ["weights", "60 rows"]),
        (["heavy"] * 60, ["weights", "numbers"]),
        ("nothing", ["no column 'nothing'", "company"]),
        ("company", ["weights column 'company'", "'a'", "60 rows, first 1"]),
    ],
)
def test_weights_that_cannot_be(frame, weights, parts):
    refusal(csi.SurveyError, lambda: csi.Survey(frame, weights=weights), *parts)


@pytest.mark.parametrize(("role", "what"), [("by", "unit"), ("strata", "stratum"), ("clusters", "cluster")])
def test_gaps_in_the_design(frame, role, what):
    frame.loc[[3, 7], "company"] = None
    refusal(
        csi.SurveyError, lambda: csi.Survey(frame, **{role: "company"}), what, "'company'", "2 rows, first 4", "Fill"
    )


def test_every_bad_item_is_named_at_once(frame):
    frame["q1"] = frame["q1"].astype(object)
    frame.loc[4, "q1"] = "good"
    frame.loc[[1, 2], "q2"] = [98, 99]
    frame["c1"] = np.nan
    text = refusal(csi.SurveyError, lambda: csi.Survey(frame).answers(ITEMS))
    lines = text.splitlines()
    assert [line.split(" ")[1] for line in lines] == ["'q1'", "'q2'", "'c1'"]
    assert "'good' (1 row, first 5)" in lines[0]
    assert "98 and 99 (2 rows, first 2), outside its scale 1–10" in lines[1]
    assert "missing_codes=" in lines[1]
    assert "98, 99" in lines[1]
    assert "no answers: all 60 are missing" in lines[2]


@pytest.mark.parametrize("codes", [[98, 99], {"q1": [98], "q2": (98, 99)}])
def test_declared_codes_are_counted(frame, codes):
    frame.loc[[0, 1], "q1"] = 98
    frame.loc[[1, 2], "q2"] = [98, 99]
    account = csi.Survey(frame, missing_codes=codes).answers(ITEMS).account
    assert account.coded == {98.0: 3, 99.0: 1}
    assert account.missing == {"q1": 2, "q2": 2, "c1": 0}
    assert (account.rows, account.used, account.incomplete, account.filled) == (60, 57, 3, 0)


def test_codes_of_one_item_do_not_touch_the_others(frame):
    frame["c1"] = frame["c1"].replace(1, 9)
    answers = csi.Survey(frame, missing_codes={"q1": [9]}).values([csi.Item("q1"), csi.Item("c1", (0, 9))])
    assert np.isnan(answers[:, 0]).sum() == (frame["q1"] == 9).sum()
    assert not np.isnan(answers[:, 1]).any()


@pytest.mark.parametrize("codes", ["98", "98, 99", ["don't know"], [None], {"q1": "98"}])
def test_codes_must_be_numbers(frame, codes):
    # A text would otherwise be read digit by digit, and 9 and 8 are good answers.
    refusal(csi.OptionError, lambda: csi.Survey(frame, missing_codes=codes).answers(ITEMS), "missing_codes", "numbers")


def test_codes_for_unknown_items(frame):
    survey = csi.Survey(frame, missing_codes={"q9": [98]})
    refusal(csi.OptionError, lambda: survey.answers(ITEMS), "missing_codes", "['q9']", "not among the items")


def test_zero_weights_leave_rows_out(frame):
    frame.loc[:9, "w"] = 0
    frame.loc[[0, 20], "q1"] = np.nan
    account = csi.Survey(frame, weights="w").answers(ITEMS).account
    assert (account.rows, account.zero_weight, account.incomplete, account.used) == (60, 10, 1, 49)
    assert account.missing["q1"] == 1


@pytest.mark.parametrize(("missing", "used", "filled"), [("listwise", 57, 0), ("mean", 59, 4), ("pairwise", 59, 4)])
def test_gaps_are_counted_by_every_policy(frame, missing, used, filled):
    frame[["q1", "q2", "c1"]] = frame[["q1", "q2", "c1"]].astype(float)
    frame.loc[0, ["q1", "q2", "c1"]] = np.nan
    frame.loc[1, ["q1", "q2"]] = np.nan
    frame.loc[2, ["q1", "c1"]] = np.nan
    account = csi.Survey(frame).answers(ITEMS, complete=missing == "listwise").account
    assert (account.used, account.filled) == (used, filled)
    assert account.incomplete == 60 - used


def test_no_complete_row(frame):
    frame["q1"] = np.where(np.arange(60) < 40, np.nan, frame["q1"])
    frame["q2"] = np.where(np.arange(60) >= 40, np.nan, frame["q2"])
    parts = ["no row has an answer to all 3 items", "'q1' alone is missing in 40 of 60 rows", "missing='mean'"]
    refusal(csi.SurveyError, lambda: csi.Survey(frame).answers(ITEMS), *parts)


@pytest.mark.parametrize("outside", [0, 11, -1, 10.5])
def test_every_answer_outside_the_scale_counts(frame, outside):
    frame["q1"] = frame["q1"].astype(float)
    frame.loc[17, "q1"] = outside
    refusal(csi.SurveyError, lambda: csi.Survey(frame).answers(ITEMS), f"'q1' holds {outside:g} (1 row, first 18)")


def test_advice_on_a_code_does_not_endanger_other_items(frame):
    # 0 may be an answer in q1, and is "no" in c1: following the advice loses the answers to neither.
    frame.loc[3, "q1"] = 0
    text = refusal(csi.SurveyError, lambda: csi.Survey(frame).answers(ITEMS), "'q1' holds 0")
    assert "model.with_scales({'q1': (0, 10)})" in text
    assert "missing_codes={" not in text


def test_units_are_sorted_and_may_need_several_columns(frame):
    frame["wave"] = np.tile([2, 1], 30)
    units = csi.Survey(frame.sample(frac=1, random_state=2), by=["company", "wave"]).units()
    assert units is not None
    assert units.to_dict("list") == {"company": list("aabbcc"), "wave": [1, 2] * 3}


def test_weights_of_another_frame_are_not_taken_by_position(frame):
    shuffled = frame.sample(frac=1, random_state=1)
    refusal(csi.SurveyError, lambda: csi.Survey(shuffled, weights=frame["w"]), "weights", "index")


def test_rows_of_lazy_frames_keep_their_weights():
    # unique() gives the rows in another order each time the frame is collected.
    pl = pytest.importorskip("polars")
    n = 5000
    lazy = pl.LazyFrame({"q1": np.arange(n) % 10 + 1, "id": np.arange(n), "w": np.arange(n) % 10 + 1.0}).unique()
    answers = csi.Survey(lazy, weights="w").answers([csi.Item("q1")])
    np.testing.assert_array_equal(answers.values.ravel(), answers.weights)  # noqa: PD011


def test_a_survey_does_not_change_with_its_frame(frame):
    survey = csi.Survey(frame, weights="w")
    before = survey.values(ITEMS)
    frame["q1"] = 1
    np.testing.assert_array_equal(survey.values(ITEMS), before)
