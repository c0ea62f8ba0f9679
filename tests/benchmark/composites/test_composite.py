"""Composite indices: against hand calculation, linearised errors of csindex.means, and replicates made by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csindex as csi
from csindex.benchmark.composites.library import equal, pcsi_scheme
from csindex.benchmark.unit_scores import UnitScores

# Of the ratio of a bootstrap standard error from 1,000 replicates to the true one, 0.02 is a standard error.
BOOTSTRAP = 0.10


def kcsi_answers(n: int = 600, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n)
    names = ["overall", "product", "service", "image", "repurchase", "ip", "is_", "ii"]
    frame = pd.DataFrame(
        {name: np.clip(np.round(4.8 + common + rng.normal(size=n)), 1, 7) for name in names},
    )
    return frame.assign(
        company=np.arange(n) % 3, w=rng.uniform(0.5, 2, n), stratum=np.arange(n) % 4, cluster=np.arange(n) // 8
    )


def test_kcsi_is_the_published_formula():
    answers = kcsi_answers()
    importance = ["ip", "is_", "ii"]
    top = (answers[["overall", "product", "service", "image", "repurchase"]] >= 6).mean() * 100
    g = answers[importance].mean() / answers[importance].mean().sum()
    element = float(g.to_numpy() @ top[["product", "service", "image"]].to_numpy())
    for version, (a, b, c) in {"30/50/20": (0.3, 0.5, 0.2), "40/40/20": (0.4, 0.4, 0.2)}.items():
        result = csi.composite(csi.kcsi(version, importance=importance), answers, replicates=0)
        expected = [top["overall"], element, top["repurchase"]]
        expected.append(a * expected[0] + b * expected[1] + c * expected[2])
        np.testing.assert_allclose(result.index.estimate, expected, rtol=1e-12)
        assert result.index.dimension.tolist() == ["Overall", "Element", "Repurchase", "Total"]
        assert result.index.se.isna().all()
    np.testing.assert_allclose(result.weights.estimate[1:4], g, rtol=1e-12)


def test_weights_that_agencies_publish():
    assert csi.kcsi().shares == {"Overall": 0.3, "Element": 0.5, "Repurchase": 0.2}
    assert csi.kcsi("40/40/20").shares == {"Overall": 0.4, "Element": 0.4, "Repurchase": 0.2}
    shares = csi.local_public_enterprises().shares
    assert shares["Social"] == pytest.approx(0.2)
    assert shares["Overall"] == pytest.approx(0.3)
    assert sum(list(shares.values())[:3]) == pytest.approx(0.5)
    assert "recovered" in " ".join(csi.local_public_enterprises().notes)
    given = dict.fromkeys(["Environment", "Process", "Result", "Social", "Overall"], 1.0)
    scheme = csi.local_public_enterprises(weights=given)
    assert "recovered" not in " ".join(scheme.notes)
    assert len(scheme.items) == 15


@pytest.mark.parametrize("by", [None, "company"])
@pytest.mark.parametrize("design", [{}, {"weights": "w"}, {"weights": "w", "strata": "stratum", "clusters": "cluster"}])
def test_standard_errors_are_those_of_the_design(by, design):
    answers = kcsi_answers(960)
    scheme = equal({"A": "overall", "B": "service", "C": "image"}, scale=(1, 7))
    result = csi.composite(scheme, answers, by=by, **design)
    own = answers.assign(total=(answers[["overall", "service", "image"]].mean(axis=1) - 1) / 6 * 100)
    expected = csi.means(csi.Survey(own, by=by, **design), ["total"])
    total = result.index[result.index.dimension == "Total"]
    np.testing.assert_allclose(total.estimate, expected.estimate, rtol=1e-12)
    np.testing.assert_allclose(total.se, expected.se, rtol=BOOTSTRAP)
    np.testing.assert_allclose(total.lower, expected.lower, atol=3 * BOOTSTRAP * expected.se.max())


def test_supplied_replicate_weights_and_jackknife_have_their_own_formula():
    answers = kcsi_answers(40).assign(total=lambda f: (f.overall + f.service) / 2)
    scheme = equal({"A": "overall", "B": "service"}, scale=(1, 7))
    for k in range(40):
        answers[f"r{k}"] = np.where(np.arange(40) == k, 0.0, 40 / 39)
    survey = csi.Survey(answers, replicate_weights=[f"r{k}" for k in range(40)], replicate_method="JK1")
    se = answers.total.std() / np.sqrt(40) * 100 / 6
    for result in (csi.composite(scheme, survey), csi.composite(scheme, answers, resampling="jackknife")):
        assert result.index.se.iloc[-1] == pytest.approx(se, rel=1e-10)
        assert result.plan.interval == "normal"


def test_the_importance_ratings_are_uncertain_too():
    answers = kcsi_answers()
    result = csi.composite(csi.kcsi(importance=["ip", "is_", "ii"]), answers, seed=3)
    assert (result.weights.se[1:4] > 0).all()
    assert (result.weights.se[[0, 4]] == 0).all()
    # Delta method on the ratio of means, element score Σ t g / Σ g.
    t = (answers[["product", "service", "image"]] >= 6).to_numpy() * 100.0
    g = answers[["ip", "is_", "ii"]].to_numpy()
    score = t.mean(0) @ g.mean(0) / g.mean(0).sum()
    influence = (t - t.mean(0)) @ g.mean(0) + (g - g.mean(0)) @ (t.mean(0) - score)
    se = influence.std() / g.mean(0).sum() / np.sqrt(len(answers))
    assert result.index.se[1] == pytest.approx(se, rel=BOOTSTRAP)


def test_missing_answers_are_left_out_or_averaged_over_and_counted():
    answers = kcsi_answers(300)
    answers.loc[:8, "service"] = np.nan
    answers.loc[9:11, "image"] = 99
    scheme = equal({"A": ["overall", "service"], "B": "image"}, scale=(1, 7))
    listwise = csi.composite(scheme, answers, missing_codes=[99], replicates=0)
    available = csi.composite(scheme, answers, missing_codes=[99], replicates=0, missing="available")
    assert (listwise.account.used, listwise.account.incomplete) == (288, 12)
    assert (available.account.used, available.account.filled, available.account.coded) == (300, 12, {99.0: 3})
    complete = answers.iloc[12:]
    assert listwise.items.estimate[2] == pytest.approx((complete.image.mean() - 1) / 6 * 100)
    assert available.items.estimate[1] == pytest.approx((answers.service.mean() - 1) / 6 * 100)
    assert "12 left out with missing answers" in listwise.summary()
    with pytest.warns(csi.MissingWarning, match="leaves out 20"):
        csi.composite(
            scheme, answers.iloc[:200].assign(image=lambda f: f.image.where(f.index > 19)), missing_codes=[99]
        )


def test_scores_are_unit_scores_with_the_replicates_of_the_index():
    answers = kcsi_answers()
    result = csi.composite(csi.kcsi(), answers, by="company", replicates=300)
    scores = result.scores
    assert isinstance(scores, UnitScores)
    assert scores.draws.shape == (3, 300)
    total = result.index[result.index.dimension == "Total"]
    np.testing.assert_allclose(scores.spread().se[:, 0], total.se)
    np.testing.assert_allclose(scores.spread().lower[:, 0], total.lower)
    assert not scores.joint
    joint = csi.composite(csi.kcsi(), answers, by="company", strata="stratum", replicates=200)
    assert joint.scores.joint
    assert result.scores_of("Element").name == "Element"
    with pytest.raises(csi.OptionError, match="dimension='element' is not known"):
        result.scores_of("element")


def test_results_depend_on_seed_only():
    answers = kcsi_answers(200)
    scheme = csi.kcsi()
    one = csi.composite(scheme, answers, replicates=200, seed=5)
    other = csi.composite(scheme, answers.sample(frac=1, random_state=2), replicates=200, seed=5)
    pd.testing.assert_frame_equal(one.index, other.index)
    assert not one.index.equals(csi.composite(scheme, answers, replicates=200, seed=6).index)
    assert csi.composite(scheme, answers, replicates=200, seed=None).plan.seed >= 0


def test_reversed_items_and_given_inner_weights():
    items = [csi.Item("a", scale=(1, 5)), csi.Item("b", scale=(1, 5))]
    data = pd.DataFrame({"a": [1, 5, 4, 2] * 10, "b": [2, 5, 1, 3] * 10})
    turned = data.assign(b=6 - data.b)
    for score, cut in (("mean", None), ("top box", 4)):
        plain = csi.Scheme("P", [csi.Dimension("D", items, score=score, cut=cut, inner=[3, 1])])
        backward = csi.Scheme("R", [csi.Dimension("D", items, score=score, cut=cut, inner=[3, 1], reversed=["b"])])
        left = csi.composite(plain, turned, replicates=0).index.estimate
        np.testing.assert_allclose(csi.composite(backward, data, replicates=0).index.estimate, left, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0.1, 10), min_size=3, max_size=3),
    st.integers(0, 2**31),
    st.floats(0.5, 20),
)
def test_the_total_lies_among_the_dimensions_and_knows_no_unit_of_weights(weights, seed, factor):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.integers(1, 8, size=(40, 3)), columns=["a", "b", "c"])

    def index(values):
        parts = [csi.Dimension(n.upper(), csi.Item(n, scale=(1, 7)), w) for n, w in zip("abc", values, strict=True)]
        return csi.composite(csi.Scheme("S", parts), data, replicates=0).index.estimate.to_numpy()

    scores = index(weights)
    assert scores[:3].min() - 1e-9 <= scores[3] <= scores[:3].max() + 1e-9
    np.testing.assert_allclose(index([factor * w for w in weights]), scores, rtol=1e-12)


def test_texts():
    answers = kcsi_answers()
    single = csi.composite(csi.kcsi(), answers, weights="w", replicates=100)
    assert "KCSI 30/50/20: " in repr(single)
    assert "effective number of answers" in single.summary()
    assert "100 replicates, bootstrap, seed 1" in single.summary()
    assert "No replicates" in csi.composite(csi.kcsi(), answers, replicates=0).summary()
    many = csi.composite(csi.kcsi(), answers.assign(company=np.arange(600) % 12), by="company", replicates=100)
    assert "12 units" in repr(many)
    assert "2 more units" in repr(many)


def test_small_samples_are_told():
    with pytest.warns(csi.SmallSampleWarning, match="company 0, company 1 and company 2: fewer than 30"):
        csi.composite(csi.kcsi(), kcsi_answers(60), by="company", replicates=100)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"overall": 8.0}, csi.SurveyError, "outside its scale 1–7"),
        ({"ip": -1.0}, csi.SurveyError, "importance rating 'ip' is negative in 600 rows, first 1"),
        ({"company": [0] * 599 + [1]}, csi.SurveyError, "company 1: fewer than 2 usable rows"),
        ({"overall": np.nan}, csi.SurveyError, "no answers"),
    ],
)
def test_answers_that_do_not_fit(change, error, match):
    scheme = csi.kcsi(importance=["ip", "is_", "ii"])
    with pytest.raises(error, match=match):
        csi.composite(scheme, kcsi_answers().assign(**change), by="company", replicates=0)


def test_units_without_complete_rows_are_named():
    answers = kcsi_answers()
    answers.loc[answers.company == 2, "image"] = np.nan
    with pytest.raises(csi.SurveyError, match="company 2: fewer than 2 usable rows"):
        csi.composite(csi.kcsi(), answers, by="company")


def test_unknown_columns_and_arguments():
    answers = kcsi_answers()
    with pytest.raises(csi.SurveyError, match="no column 'satisfaction'"):
        csi.composite(csi.kcsi(overall="satisfaction"), answers)
    for arguments, match in (
        ({"missing": "mean"}, "missing='mean' is not known"),
        ({"replicates": 1}, "no spread"),
        ({"level": 95}, "between 0 and 1"),
        ({"resampling": "parametric"}, "resampling='parametric'"),
    ):
        with pytest.raises(csi.OptionError, match=match):
            csi.composite(csi.kcsi(), answers, **arguments)
    with pytest.raises(csi.OptionError, match="weights cannot be given with Survey"):
        csi.composite(csi.kcsi(), csi.Survey(answers), weights="w")
    with pytest.raises(csi.OptionError, match="must be a csindex Scheme"):
        csi.composite(csi.acsi(), answers)
    with pytest.raises(csi.OptionError, match="respondents' rows are needed"):
        csi.composite(csi.kcsi(), csi.datasets.acsi2015("banks"))
    with pytest.raises(csi.OptionError, match="clash"):
        csi.composite(csi.kcsi(), answers.rename(columns={"company": "dimension"}), by="dimension")
    single = csi.composite(csi.kcsi(), answers, replicates=100)
    with pytest.raises(csi.OptionError, match="single unit"):
        _ = single.scores
    with pytest.raises(csi.OptionError, match="no replicates"):
        _ = csi.composite(csi.kcsi(), answers, by="company", replicates=0).scores


ITEM = csi.Item("a", scale=(1, 7))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"items": []}, "must be csindex Items"),
        ({"items": ["a"]}, "must be csindex Items"),
        ({"weight": 0}, "weight must be positive"),
        ({"weight": float("nan")}, "weight must be positive"),
        ({"score": "top box"}, "go together"),
        ({"cut": 6}, "go together"),
        ({"score": "top box", "cut": 1}, "above 1"),
        ({"score": "top box", "cut": 8}, "not above 7"),
        ({"inner": [1, 2]}, "1 items, but 2"),
        ({"inner": [-1]}, "inner must be positive"),
        ({"inner": [1], "importance": ["b"]}, "both say"),
        ({"reversed": ["b"]}, "not among its items"),
    ],
)
def test_dimensions_that_contradict_themselves(arguments, match):
    with pytest.raises(csi.ModelError, match=match):
        csi.Dimension(**{"name": "D", "items": ITEM, **arguments})


def test_schemes_that_contradict_themselves():
    one = csi.Dimension("D", ITEM)
    with pytest.raises(csi.ModelError, match="dimension 'D' is there twice"):
        csi.Scheme("S", [one, one])
    with pytest.raises(csi.ModelError, match="item 'a' is there twice"):
        csi.Scheme("S", [one, replace(one, name="E")])
    with pytest.raises(csi.ModelError, match="what the index itself is called"):
        csi.Scheme("S", [replace(one, name="Total")])
    with pytest.raises(csi.ModelError, match="list of csindex Dimensions"):
        csi.Scheme("S", [])
    with pytest.raises(csi.ModelError, match="item and an importance rating"):
        csi.Scheme("S", [one, csi.Dimension("E", csi.Item("b"), importance=["a"])])
    with pytest.raises(csi.OptionError, match="score='median'"):
        csi.Dimension("D", ITEM, score="median")
    with pytest.raises(csi.OptionError, match="version='50/30/20'"):
        csi.kcsi("50/30/20")
    with pytest.raises(csi.ModelError, match="one number for each of Overall, Element, Social"):
        pcsi_scheme({"Overall": 1.0}, overall="a", element="b", social="c")


def test_the_scheme_as_a_table():
    frame = csi.kcsi(importance=["ip", "is_", "ii"]).frame
    assert frame.columns.tolist() == ["dimension", "share", "item", "low", "high", "score", "cut", "inner"]
    assert frame.inner.tolist() == ["1", "importance in ip", "importance in is_", "importance in ii", "1"]
    assert frame.cut.tolist() == [6.0] * 5
