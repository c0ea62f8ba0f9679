"""Blindfolding against plain loops; semPLS's figures are in test_prediction_references."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1; Satisfaction ~ Quality; Loyalty ~ Satisfaction",
    reversed=["q2", "s3"],
    target="Satisfaction",
)
SINGLE = csi.Model.parse("X =~ x; Y =~ y; Y ~ X", target="Y")
TIGHT = {"tolerance": 1e-12, "max_iterations": 2000}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return csi.simulate(MODEL, 150, seed=2)


def cells_by_hand(frame: pd.DataFrame, construct: str, rounds: int, metric: str, turn: dict[str, int]) -> float:
    """Q² by a loop over rounds, each with a fit of its own."""
    items = list(MODEL.construct(construct).items)
    group = (np.arange(len(frame))[:, None] + np.arange(len(items))) % rounds
    sse = sso = 0.0
    sd = frame.std()
    for number in range(rounds):
        hidden = frame.copy()
        hidden[items] = hidden[items].mask(group == number)
        mean = hidden.mean()
        filled = hidden.fillna(mean)
        fit = csi.fit(MODEL, filled, replicates=0, **TIGHT)
        w, loading = (t.set_index("item")["estimate"] for t in (fit.weights, fit.loadings))
        z = (filled - mean) / filled.std() * pd.Series(turn)
        scores = {c.name: (z[list(c.items)] * w[list(c.items)]).sum(axis=1) for c in MODEL.constructs}
        if metric == "communality":
            known = scores[construct]
        else:
            paths = fit.paths[fit.paths["target"] == construct]
            known = sum(scores[s] * b for s, b in zip(paths["source"], paths["estimate"], strict=True))
        for at, item in enumerate(items):
            rows = group[:, at] == number
            predicted = mean[item] + known[rows] * loading[item] * filled[item].std() * turn[item]
            sse += (((frame.loc[rows, item] - predicted) / sd[item]) ** 2).sum()
            sso += (((frame.loc[rows, item] - mean[item]) / sd[item]) ** 2).sum()
    return 1 - sse / sso


@pytest.mark.parametrize("rounds", [5, 7])
def test_cells_are_hidden_along_diagonals(frame, rounds):
    found = csi.blindfold(MODEL, frame, distance=rounds, **TIGHT).set_index(["construct", "metric"])["estimate"]
    turn = dict.fromkeys(MODEL.item_names, 1) | {"q2": -1, "s3": -1}
    assert len(found) == 4
    for (construct, metric), q2 in found.items():
        assert q2 == pytest.approx(cells_by_hand(frame, construct, rounds, metric, turn), abs=1e-8)


def test_single_items_give_the_regressions_press():
    """With one item each, row by row, Q² is that of leave-one-out regression on a standardized x."""
    rng = np.random.default_rng(1)
    x = rng.normal(5, 1, 60)
    frame = pd.DataFrame({"x": x, "y": (5 + 0.6 * (x - 5) + rng.normal(0, 0.8, 60))})
    z = (frame["x"] - frame["x"].mean()) / frame["x"].std()
    sse = sso = 0.0
    for row in range(60):
        rest = frame.drop(index=row)
        r = np.corrcoef(rest["x"], rest["y"])[0, 1]
        sse += (frame["y"][row] - rest["y"].mean() - r * rest["y"].std() * z[row]) ** 2
        sso += (frame["y"][row] - rest["y"].mean()) ** 2
    found = csi.blindfold(SINGLE, frame, distance=60, omit="rows")
    assert found["estimate"].tolist() == pytest.approx([1 - sse / sso], abs=1e-9)


@pytest.mark.parametrize("omit", ["cells", "rows"])
def test_noise_has_no_relevance_and_truth_has(frame, omit):
    rng = np.random.default_rng(3)
    noise = frame.assign(l1=rng.integers(1, 11, 150).astype(float))
    q2 = csi.blindfold(MODEL, noise, omit=omit).query("metric == 'redundancy'").set_index("construct")
    assert q2.loc["Loyalty", "estimate"] < 2 * q2.loc["Loyalty", "se"]
    assert q2.loc["Satisfaction", "lower"] > 0


@pytest.mark.parametrize("omit", ["cells", "rows"])
def test_units_and_fits_give_the_same_as_rows_alone(frame, omit):
    firms = frame.assign(firm=["Hare"] * 80 + ["Lynx"] * 70)
    both = csi.blindfold(MODEL, firms, by="firm", omit=omit, **TIGHT)
    hare = csi.blindfold(csi.fit(MODEL, frame[:80], replicates=0, **TIGHT), frame[:80], omit=omit)
    part = both.query("firm == 'Hare'").drop(columns="firm").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, hare, rtol=1e-7, atol=1e-9)
