"""MICOM: closed forms, what each step finds, and the sentences that say what may be compared."""

import re

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.assessment.groups.micom import composite_correlation, score_moments
from csindex.errors import OptionError
from csindex.model.design import design_of

MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
ASK = {"by": "unit", "permutations": 199, "progress": False}
SENTENCE = re.compile(r"[.](?=\s|$)")

pytestmark = [
    pytest.mark.filterwarnings("ignore::csindex.errors.ConventionWarning"),
    pytest.mark.filterwarnings("ignore::csindex.errors.NegativeWeightWarning"),
]


def survey(groups=2, n=250, seed=1, **more) -> pd.DataFrame:
    return csi.simulate(MODEL, n, groups=[f"g{i}" for i in range(groups)], group_share=0, seed=seed, **more)


def verdicts(found: csi.Micom) -> dict[str, str]:
    return dict(zip(found.verdict["construct"], found.verdict["verdict"], strict=True))


def test_composite_correlation_is_that_of_the_scores():
    frame, design = survey(), design_of(MODEL)
    x = frame[list(MODEL.item_names)].to_numpy()
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0.1, 1, (2, 1, 6))
    found = composite_correlation(a, b, np.cov(x.T), design)[0]
    for j, block in enumerate(design.blocks):
        assert found[j] == pytest.approx(np.corrcoef(x[:, block] @ a[0, block], x[:, block] @ b[0, block])[0, 1])
    mean, variance = score_moments(x.mean(axis=0), np.cov(x.T), a[0], design)
    scores = np.stack([x[:, block] @ a[0, block] for block in design.blocks], axis=1)
    np.testing.assert_allclose(mean, scores.mean(axis=0))
    np.testing.assert_allclose(variance, scores.var(axis=0, ddof=1))


def test_equal_weights_correlate_perfectly():
    w = np.array([[1.0, 2, 3, 1, 1, 1]])
    assert composite_correlation(w, 2.5 * w, np.eye(6) + 0.5, design_of(MODEL))[0] == pytest.approx([1, 1])


def test_equal_groups_are_fully_invariant():
    found = csi.micom(MODEL, survey(), **ASK)
    assert set(verdicts(found).values()) == {"full"}
    assert (found.compositional["correlation"] >= found.compositional["quantile"]).all()
    assert ((found.equality["lower"] < 0) & (found.equality["upper"] > 0)).all()


def test_a_shifted_mean_makes_invariance_partial():
    frame = survey(level={"q1": 0.6, "q2": 0.6, "q3": 0.6})
    for item in ("q1", "q2", "q3"):
        frame.loc[frame["unit"] == "g0", item] = (frame[item] + 1).clip(upper=10)
    found = csi.micom(MODEL, frame, **ASK)
    assert verdicts(found) == {"Quality": "partial", "Satisfaction": "full"}
    row = found.equality.query("construct == 'Quality' and aspect == 'mean'").iloc[0]
    assert row["estimate"] > row["upper"] and row["p"] == pytest.approx(1 / 200) and not row["equal"]


def test_a_stretched_scale_is_found_by_the_variances():
    frame = survey(level={"q1": 0.5, "q2": 0.5, "q3": 0.5}, spread={"q1": 0.12, "q2": 0.12, "q3": 0.12})
    for item in ("q1", "q2", "q3"):
        frame.loc[frame["unit"] == "g0", item] = (5.5 + 1.8 * (frame[item] - 5.5)).round().clip(1, 10)
    found = csi.micom(MODEL, frame, **ASK)
    variance = found.equality.query("construct == 'Quality' and aspect == 'variance'").iloc[0]
    # Less than log 1.8² = 1.18: answers are rounded and end at 1 and 10.
    assert 0.5 < variance["estimate"] < np.log(1.8**2) and not variance["equal"]
    assert verdicts(found)["Quality"] == "partial"


def test_an_item_that_is_noise_in_one_group_breaks_composition():
    frame = survey(n=400)
    rng = np.random.default_rng(1)
    here = (frame["unit"] == "g0").to_numpy()
    frame.loc[here, "q1"] = rng.permutation(frame.loc[here, "q1"])
    found = csi.micom(MODEL, frame, **ASK)
    assert verdicts(found)["Quality"] == "none"
    row = found.compositional.set_index("construct").loc["Quality"]
    assert row["correlation"] < row["quantile"] and row["p"] == pytest.approx(1 / 200) and not row["invariant"]
    assert verdicts(found)["Satisfaction"] != "none"


def test_swapped_groups_flip_the_signs():
    frame = survey()
    one = csi.micom(MODEL, frame, **ASK)
    other = csi.micom(MODEL, frame, reference="g0", **ASK)
    np.testing.assert_allclose(one.compositional["correlation"], other.compositional["correlation"], atol=1e-12)
    np.testing.assert_allclose(one.equality["estimate"], -other.equality["estimate"], atol=1e-12)


@pytest.mark.parametrize("mode", ["~", "<~"])
def test_single_items_and_formative_blocks(mode):
    sign = "=~" if mode == "~" else "<~"
    model = csi.Model.parse(f"Quality {sign} q1 + q2 + q3; Satisfaction =~ s1; Satisfaction ~ Quality")
    frame = csi.simulate(model, 200, groups=2, group_share=0, seed=2)
    found = csi.micom(model, frame, **ASK)
    row = found.compositional.set_index("construct").loc["Satisfaction"]
    assert row["correlation"] == pytest.approx(1) and row["p"] == 1 and row["invariant"]


def test_three_groups_are_tested_in_pairs_and_adjusted():
    found = csi.micom(MODEL, survey(3), **ASK)
    assert len(found.compositional) == 3 * 2
    assert (found.compositional["p_adjusted"] >= found.compositional["p"]).all()
    for _, rows in found.compositional.groupby("construct"):
        assert rows["p_adjusted"].min() == pytest.approx(min(1, 3 * rows["p"].min()))
    assert "(all pairs)" in found.summary()


def paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n")]


@pytest.mark.parametrize("kind", ["equal", "shifted", "broken"])
def test_one_sentence_for_each_step_and_verdict(kind):
    frame = survey(3 if kind == "shifted" else 2, n=300)
    here = (frame["unit"] == "g0").to_numpy()
    if kind == "shifted":
        frame.loc[here, ["q1", "q2", "q3"]] = (frame[["q1", "q2", "q3"]] - 2).clip(lower=1)
    if kind == "broken":
        frame.loc[here, "q1"] = np.random.default_rng(1).permutation(frame.loc[here, "q1"])
    found = csi.micom(MODEL, frame, **ASK)
    steps, allowed, _ = paragraphs(found.summary())
    assert len(SENTENCE.findall(steps)) == 4
    assert [steps.count(name) for name in ("Step 1,", "Step 2,", "Step 3a,", "Step 3b,")] == [1, 1, 1, 1]
    assert len(SENTENCE.findall(allowed)) == found.verdict["verdict"].nunique()
    for verdict, words in {"full": "Full invariance", "partial": "Partial invariance", "none": "No invariance"}.items():
        assert allowed.count(words) == (verdict in set(found.verdict["verdict"]))


def test_standardized_items_are_the_same_on_any_scale():
    """Composites of standardized items do not change where an item is asked on another scale; raw ones do."""
    frame = survey()
    wide = frame.assign(q1=10 * frame["q1"])
    model = csi.Model.parse(MODEL_TEXT, scales={"q1": (10, 100)})
    one, other = csi.micom(MODEL, frame, **ASK), csi.micom(model, wide, **ASK)
    np.testing.assert_allclose(one.compositional["correlation"], other.compositional["correlation"], atol=1e-9)
    raw = csi.micom(model, wide, items="raw", **ASK)
    assert (raw.compositional["correlation"] - one.compositional["correlation"]).abs().max() > 1e-6


MODEL_TEXT = "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality"


def test_variants_and_weights():
    frame = survey(weights=0.4)
    for options in ({"variant": "centered"}, {"weights": "weight"}, {"missing": "mean"}):
        found = csi.micom(MODEL, frame, **ASK, **options)
        assert found.compositional["correlation"].between(0.5, 1).all()
    assert found.result.replicates is None


@pytest.mark.parametrize("change, told", [
    ({"model": "Quality"}, "model first"),
    ({"by": None}, "two groups"),
    ({"permutations": 5}, "permutations"),
    ({"items": "scaled"}, "'raw'"),
    ({"reference": "nobody"}, "not a group"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused(change, told):
    ask = {"model": MODEL, **ASK, **change}
    with pytest.raises(OptionError, match=told):
        csi.micom(data=survey(), **ask)


def test_moments_hold_no_rows():
    with pytest.raises(OptionError, match="hold none"):
        csi.micom(MODEL, csi.Moments.from_frame(survey(), MODEL, by="unit"), progress=False)
