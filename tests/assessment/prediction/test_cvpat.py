"""Which of two models predicts better: closed forms, and how often the test is wrong."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

BOTH = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; Y =~ y1 + y2; Y ~ A + B", target="Y")
ONLY_LEFT = csi.Model.parse("A =~ a1 + a2; Y =~ y1 + y2; Y ~ A", target="Y")
ONLY_RIGHT = csi.Model.parse("B =~ b1 + b2; Y =~ y1 + y2; Y ~ B", target="Y")

pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")


def answers(n: int, left: float, right: float, rng: np.random.Generator) -> pd.DataFrame:
    """Two independent causes of Y, with paths `left` and `right`; two items of each."""
    a, b = rng.standard_normal((2, n))
    y = left * a + right * b + np.sqrt(1 - left**2 - right**2) * rng.standard_normal(n)
    latent = np.stack([a, a, b, b, y, y], axis=1)
    x = 5.5 + 1.6 * (0.8 * latent + 0.6 * rng.standard_normal((n, 6)))
    return pd.DataFrame(x.clip(1, 10), columns=["a1", "a2", "b1", "b2", "y1", "y2"])


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return answers(300, 0.75, 0.1, np.random.default_rng(1))


def test_losses_are_those_of_predict(frame):
    found = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, frame, seed=5).table
    for model, column in ((ONLY_LEFT, "loss_1"), (ONLY_RIGHT, "loss_2")):
        # The rows of both models are put in one order by all their answers, so folds are given here.
        labels = np.arange(300) % 6
        own = csi.predict(model, frame, folds=labels).cvpat.query("benchmark == 'mean'")
        both = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, frame, folds=labels).table
        assert np.abs(own["loss"].to_numpy() - both[column].to_numpy()).max() < 1e-9
    assert found["construct"].tolist() == ["Y", "overall"] and found["items"].tolist() == [2, 2]


def test_the_better_model_wins_whichever_comes_first(frame):
    one, other = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, frame), csi.cvpat(ONLY_RIGHT, ONLY_LEFT, frame)
    gap = one.table.set_index("construct").loc["overall"]
    turned = other.table.set_index("construct").loc["overall"]
    assert gap["estimate"] == pytest.approx(-turned["estimate"]) and gap["p"] == pytest.approx(turned["p"])
    assert gap["upper"] < 0 and gap["p"] < 0.001
    assert one.summary().startswith("The first model predicts better")
    assert other.summary().startswith("The second model predicts better")


def test_a_model_and_itself_cannot_be_told_apart(frame):
    found = csi.cvpat(BOTH, BOTH, frame)
    assert (found.table["estimate"] == 0).all() and (found.table["se"] == 0).all()
    assert "cannot be told apart" in found.summary()


def test_models_share_rows_where_answers_are_missing(frame):
    """Only rows that both models can use count for either."""
    holes = frame.copy()
    holes.loc[:29, "a1"], holes.loc[30:49, "b1"] = np.nan, np.nan
    labels = np.arange(300) % 5
    found = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, holes, folds=labels).table
    whole = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, frame[50:], folds=labels[50:]).table
    pd.testing.assert_frame_equal(found, whole, rtol=1e-7, atol=1e-9)


def test_units_are_compared_one_by_one(frame):
    firms = frame.assign(firm=["Hare", "Lynx"] * 150)
    labels = np.arange(300) // 2 % 5
    found = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, firms, by="firm", folds=labels)
    hare = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, frame[::2], folds=labels[::2]).table
    part = found.table.query("firm == 'Hare'").drop(columns="firm").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, hare, rtol=1e-6, atol=1e-8)
    assert "Lynx: " in found.summary()


@pytest.mark.slow
def test_models_that_are_equally_good_are_told_apart_in_five_percent():
    """Y depends on A and B alike, so that predicting it from either has the same expected loss."""
    rng, runs = np.random.default_rng(11), 600
    wrong = 0
    for run in range(runs):
        found = csi.cvpat(ONLY_LEFT, ONLY_RIGHT, answers(150, 0.45, 0.45, rng), folds=5, repeats=4, seed=run)
        wrong += found.table["p"].iloc[-1] < 0.05
    # Four standard errors of a share of 5 % in 600 runs are 3.6 points.
    assert abs(wrong / runs - 0.05) < 4 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.slow
def test_intervals_of_q2_cover_the_value_of_the_population():
    """The interval ignores that training sets overlap and are smaller than the sample; it is judged by what it covers."""
    rng, runs, hits = np.random.default_rng(12), 250, 0
    truth = csi.predict(ONLY_LEFT, answers(100_000, 0.6, 0.2, rng), repeats=1).items
    value = truth.query("metric == 'q2' and predictor == 'pls'")["estimate"].iloc[0]
    for run in range(runs):
        found = csi.predict(ONLY_LEFT, answers(200, 0.6, 0.2, rng), repeats=4, seed=run).items
        row = found.query("metric == 'q2' and predictor == 'pls'").iloc[0]
        hits += row["lower"] <= value <= row["upper"]
    # Three standard errors of a share of 94 % in 250 runs are 4.5 points.
    assert 0.895 < hits / runs < 0.985
