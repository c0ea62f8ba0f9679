"""What prediction cannot do is refused, and what it could not use is counted."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Complaints =~ c1; "
    "Satisfaction ~ Quality; Complaints ~ Satisfaction",
    scales={"c1": (0, 1)},
    target="Satisfaction",
)
ALONE = csi.Model([csi.Construct("Satisfaction", ["s1", "s2", "s3"], mode="equal")], [], target="Satisfaction")
DOORS = {
    "predict": lambda data, **options: csi.predict(MODEL, data, **options),
    "cvpat": lambda data, **options: csi.cvpat(MODEL, MODEL, data, **options),
    "blindfold": lambda data, **options: csi.blindfold(MODEL, data, **options),
}

pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.ConventionWarning")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return csi.simulate(MODEL, 160, seed=3)


@pytest.fixture(scope="module")
def rare(frame) -> pd.DataFrame:
    """Three complaints, in the rows 0, 1 and 2."""
    return frame.assign(c1=[1.0] * 3 + [0.0] * 157)


@pytest.mark.parametrize("door", DOORS)
def test_moments_have_no_rows_to_judge_by(frame, door):
    with pytest.raises(csi.OptionError, match="respondents' rows, and Moments holds none"):
        DOORS[door](csi.fit(MODEL, frame, replicates=0).moments)
    with pytest.raises(csi.OptionError, match="and Fit holds none"):
        DOORS[door](csi.fit(MODEL, frame, replicates=0))


@pytest.mark.parametrize("door", DOORS)
def test_gaps_cannot_be_predicted_from_in_pairs(frame, door):
    with pytest.raises(csi.OptionError, match=r"missing='pairwise' leaves gaps .* 'mean'"):
        DOORS[door](frame, missing="pairwise")


@pytest.mark.parametrize("door", DOORS)
def test_replicate_weights_do_not_tell_what_belongs_together(frame, door):
    survey = csi.Survey(frame.assign(r1=1.0, r2=2.0), replicate_weights=["r1", "r2"], replicate_method="BRR")
    with pytest.raises(csi.OptionError, match="replicate weights do not tell"):
        DOORS[door](survey)


def test_the_model_comes_first(frame):
    with pytest.raises(csi.OptionError, match="comes first and the rows after it; found DataFrame first"):
        csi.predict(frame, MODEL)


def test_a_model_without_paths_predicts_nothing(frame):
    with pytest.raises(csi.ModelError, match="no paths, so nothing"):
        csi.predict(ALONE, frame)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"antecedents": "nearest"}, "antecedents='nearest' is not known. Use one of: 'earliest', 'direct'"),
        ({"benchmark": "forest"}, "benchmark='forest' is not known"),
        ({"average": "all"}, "average='all' is not known"),
        ({"folds": 1}, "folds=1 must be a whole number of at least 2"),
        ({"folds": None}, "folds=None must be a whole number"),
        ({"repeats": 0}, "repeats=0 must be a whole number of at least 1"),
        ({"folds": [0, 1]}, "folds= has the shape .*one label for each of 160 rows"),
        ({"folds": [1] * 160}, "folds= puts all rows .* into one fold"),
        ({"scheme": "patth"}, "scheme='patth' is not known"),
    ],
)
def test_arguments_that_are_not_known(frame, options, text):
    with pytest.raises(csi.OptionError, match=text):
        csi.predict(MODEL, frame, **options)


def test_fewer_rows_than_folds(frame):
    with pytest.raises(csi.SurveyError, match=r"160 rows cannot be dealt out to 161 folds. Use folds=80 or fewer"):
        csi.predict(MODEL, frame, folds=161)
    clustered = csi.Survey(frame.assign(store=np.arange(160) % 8), clusters="store")
    with pytest.raises(csi.SurveyError, match="8 clusters cannot be dealt out to 10 folds"):
        csi.predict(MODEL, clustered)
    firms = frame.assign(firm=["Hare"] * 130 + ["Lynx"] * 30)
    with pytest.raises(csi.SurveyError, match="Lynx: 30 rows cannot be dealt out to 40 folds"):
        csi.predict(MODEL, firms, by="firm", folds=40)


def test_given_folds_keep_clusters_together(frame):
    survey = csi.Survey(frame.assign(store=np.arange(160) % 8), clusters="store")
    assert len(csi.predict(MODEL, survey, folds=np.arange(160) % 4).folds) == 4
    with pytest.raises(csi.OptionError, match="folds= splits clusters"):
        csi.predict(MODEL, survey, folds=np.arange(160) // 40)


def test_training_sets_that_fail_are_counted_and_told(rare):
    """Where all three complaints are held out together, nothing varies in the training set."""
    folds = np.where(np.arange(160) < 3, 0, np.arange(160) % 16)
    with pytest.warns(
        csi.ReplicateWarning, match=r"1 of 16 training sets could not be estimated \(an item is constant: 1\)"
    ):
        found = csi.predict(MODEL, rare, folds=folds)
    assert found.failed == {"an item is constant": 1}
    assert found.folds["status"].value_counts().to_dict() == {"ok": 15, "an item is constant": 1}
    assert "1 of 16 training sets failed (an item is constant: 1)" in " ".join(found.summary().split())
    assert np.isfinite(found.items["estimate"]).all()
    with pytest.raises(csi.EstimationError, match=r"25% of the training sets failed; 1 of 4 .*max_failed=0.1"):
        csi.predict(MODEL, rare, folds=np.where(np.arange(160) < 3, 0, np.arange(160) % 4))
    with pytest.raises(csi.EstimationError, match=r"1 of 2 rounds of 'Complaints' cannot be estimated"):
        csi.blindfold(MODEL, rare.iloc[[0, *range(3, 40), 1, *range(40, 99), 2]], distance=2)


def test_a_benchmark_that_cannot_be_told_apart_is_told(frame):
    """Two exogenous items that say the same: the linear model has many solutions, and the model has one."""
    twins = frame.assign(q2=frame["q1"])
    with pytest.warns(csi.ReplicateWarning, match="collinear in 100 of 100 training sets"):
        found = csi.predict(MODEL, twins)
    lm = found.items.query("metric == 'rmse' and predictor == 'lm'")["estimate"]
    alone = csi.Model.parse(
        "Quality =~ q1 + q3; Satisfaction =~ s1 + s2 + s3; Complaints =~ c1; "
        "Satisfaction ~ Quality; Complaints ~ Satisfaction",
        scales={"c1": (0, 1)},
    )
    labels = np.arange(160) % 5
    with pytest.warns(csi.ReplicateWarning):
        both = csi.predict(MODEL, twins, folds=labels).items.query("predictor == 'lm'")["estimate"]
    single = csi.predict(alone, frame, folds=labels).items.query("predictor == 'lm'")["estimate"]
    assert np.isfinite(lm).all() and np.abs(both.to_numpy() - single.to_numpy()).max() < 1e-9


def test_blindfolding_refuses_what_it_does_not_know(frame):
    with pytest.raises(csi.OptionError, match="distance=200 is more than the 160 rows"):
        csi.blindfold(MODEL, frame, distance=200)
    with pytest.raises(csi.OptionError, match="omit='halves' is not known"):
        csi.blindfold(MODEL, frame, omit="halves")
    with pytest.raises(csi.OptionError, match="omit='rows' needs standardized items"):
        csi.blindfold(MODEL, frame, omit="rows", variant="centered")
    positive = csi.Model.parse("Quality <~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    odd = csi.Model(
        [csi.Construct("Quality", ["q1", "q2", "q3"], mode="nonnegative B"), positive.construct("Satisfaction")],
        positive.paths,
        positive.items,
        target="Satisfaction",
    )
    with pytest.raises(csi.OptionError, match="does not know the mode of Quality"):
        csi.blindfold(odd, frame, omit="rows")


def test_models_that_predict_nothing_in_common(frame):
    one = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    other = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Quality ~ Satisfaction")
    with pytest.raises(csi.OptionError, match="predict no item in common"):
        csi.cvpat(one, other, frame)
