"""A demanding user's worst data: each time a clear refusal that says what, where and what to do."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    """
    Quality =~ q1 + q2 + q3
    Value =~ v1 + v2
    Satisfaction =~ s1 + s2 + s3
    Complaints =~ c1
    Value ~ Quality
    Satisfaction ~ Quality + Value
    Complaints ~ Satisfaction
    """,
    scales={"c1": (0, 1)},
)
FORMATIVE = csi.Model.parse("Quality <~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
N = 160


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return csi.simulate(MODEL, N, seed=3)


def fit(data, model: csi.Model = MODEL, **options) -> csi.Fit:
    return csi.fit(model, data, **{"replicates": 0, **options})


def refused(error: type[csi.CsindexError], call, *parts: str) -> str:
    with pytest.raises(error) as caught:
        call()
    text = str(caught.value)
    assert [part for part in parts if part not in text] == []
    return text


def put(frame: pd.DataFrame, column: str, *values) -> pd.DataFrame:
    """Return the frame with the first answers to an item replaced."""
    return frame.assign(**{column: [*values, *frame[column].iloc[len(values) :]]})


@pytest.mark.parametrize(
    ("spoil", "parts"),
    [
        (lambda f: f.drop(columns=["q1", "s2"]), ["no column 'q1', 's2'", "It has: q2", "model.rename"]),
        (lambda f: f.rename(columns={"q1": "Q1 "}), ["no column 'q1'", "Did you mean ['Q1 ']"]),
        (lambda f: pd.concat([f, f[["q1"]]], axis=1), ["more than one column called 'q1'"]),
        (lambda f: f.assign(q1=5), ["item 'q1'", "all answers are the same", "Leave"]),
        (lambda f: f.assign(q1=5, s3=2), ["items 'q1' and 's3'", "all answers are the same"]),
        (lambda f: f.assign(q1=np.nan), ["item 'q1' has no answers", "all 160 are missing", "Leave it out"]),
        (lambda f: f.head(5), ["5 usable rows for 9 items", "10 are the least", "Collect more answers"]),
        (lambda f: f.head(1), ["1 usable row for 9 items"]),
        (lambda f: put(f, "q1", "n/a"), ["item 'q1' holds 'n/a' (1 row, first 1)", "frame['q1'].map("]),
        (
            lambda f: f.assign(q1=f.q1.astype(int).astype(str)),
            ["item 'q1' holds '", "160 rows", "frame['q1'].astype(float)"],
        ),
        (
            lambda f: f.assign(q1=f.q1.astype(str).astype("category")),
            ["item 'q1' holds labels", "frame['q1']", ".astype(float)"],
        ),
        (lambda f: put(f, "q1", 98, 99, 98), ["item 'q1' holds 98 and 99 (3 rows, first 1)", "1–10", "missing_codes="]),
        (lambda f: put(f, "q1", -np.inf), ["item 'q1' holds infinite values (1 row, first 1)"]),
        (lambda f: f.head(0), ["empty: it has no rows"]),
        (lambda f: pd.DataFrame(), ["empty: it has no rows"]),
        (lambda f: f.to_numpy()[:, :3], ["each of the model's 9 items"]),
        (lambda f: None, ["expected, not NoneType"]),
        (lambda f: "survey.csv", ["survey.csv"]),
        (lambda f: f.q1, ["expected, not Series"]),
    ],
)
def test_data_that_do_not_fit(frame, spoil, parts):
    refused(csi.SurveyError, lambda: fit(spoil(frame)), *parts)


def test_all_bad_items_are_reported_at_once(frame):
    bad = put(put(frame, "s1", 0), "q1", 99).assign(q2="x", q3=np.inf, v1=np.nan)
    text = refused(csi.SurveyError, lambda: fit(bad))
    assert [line.split("'")[1] for line in text.splitlines()] == ["q1", "q2", "q3", "v1", "s1"]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"weights": -np.ones(N)}, ["weights", "negative", "160 rows"]),
        ({"weights": np.zeros(N)}, ["zero in all rows"]),
        ({"weights": np.full(N, np.nan)}, ["missing", "160 rows"]),
        ({"weights": np.ones(N - 1)}, ["(159,)", "160 rows"]),
        ({"weights": (np.arange(N) == 0).astype(float)}, ["1 usable row for 9 items"]),
        ({"weights": "w"}, ["no column 'w'"]),
        ({"by": "company"}, ["no column 'company'"]),
        ({"by": 0}, ["no column 0"]),
        ({"by": "c1"}, ["c1 0.0: item 'c1': all answers are the same"]),
    ],
)
def test_designs_that_do_not_fit(frame, options, parts):
    refused(csi.SurveyError, lambda: fit(frame, **options), *parts)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"scheme": "pca"}, ["scheme='pca'", "'path', 'centroid', 'factorial'"]),
        ({"scheme": None}, ["scheme=None"]),
        ({"variant": "raw"}, ["variant='raw'", "'standardized', 'centered'"]),
        ({"convention": "acsi"}, ["convention='acsi'", "'fornell'"]),
        ({"missing": "impute"}, ["missing='impute'", "'listwise', 'pairwise', 'mean', 'em'"]),
        ({"missing": "drop"}, ["missing='drop'"]),
        ({"interval": "wald"}, ["interval='wald'", "'percentile'"]),
        ({"estimator": "sem"}, ["estimator='sem'", "'pls'"]),
        ({"bad_units": "keep"}, ["bad_units='keep'", "'raise', 'drop'"]),
        ({"replicates": 1}, ["replicates=1 gives no spread", "at least 100"]),
        ({"replicates": -5}, ["replicates=-5"]),
        ({"replicates": 100.0}, ["replicates=100.0", "whole number"]),
        ({"replicates": True}, ["replicates=True"]),
        ({"level": 95}, ["level=95", "e.g. 0.95"]),
        ({"level": "95%"}, ["level='95%'", "e.g. 0.95"]),
        ({"tolerance": 0}, ["tolerance=0"]),
        ({"tolerance": "small"}, ["tolerance='small'"]),
        ({"max_iterations": 0}, ["max_iterations=0"]),
        ({"max_failed": 10}, ["max_failed=10"]),
        ({"max_failed": None}, ["max_failed=None"]),
        ({"seed": -1}, ["seed=-1"]),
        ({"seed": 1.5}, ["seed=1.5"]),
        ({"block_size": 0}, ["block_size=0"]),
        ({"n_jobs": 0, "replicates": 5}, ["n_jobs=0"]),
        ({"n_jobs": "all", "replicates": 5}, ["n_jobs='all'"]),
        ({"missing_codes": "98"}, ["missing_codes='98'", "numbers"]),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_options_that_are_not_known(frame, options, parts):
    refused(csi.OptionError, lambda: fit(frame, **options), *parts)


@pytest.mark.parametrize("model", ["Quality", None, pd.DataFrame()])
def test_models_that_are_none(frame, model):
    refused(csi.OptionError, lambda: csi.fit(model, frame), "model must be a csindex Model", "csindex.acsi()")


@pytest.mark.parametrize("options", [{"weights": np.ones(N)}, {"by": "q1"}, {"strata": "q1"}, {"missing_codes": [9]}])
def test_arguments_of_a_survey_are_given_once(frame, options):
    (name,) = options
    refused(csi.OptionError, lambda: fit(csi.Survey(frame), **options), f"{name} cannot be given with Survey")
    moments = csi.Moments.from_frame(frame, MODEL)
    refused(csi.OptionError, lambda: fit(moments, **options), f"{name} cannot be given with Moments")


def test_moments_have_no_gaps_to_fill(frame):
    moments = csi.Moments.from_frame(frame, MODEL)
    refused(csi.OptionError, lambda: fit(moments, missing="mean"), "missing='mean' needs rows")


@pytest.mark.parametrize("name", ["estimate", "construct", "se", "item"])
def test_unit_columns_that_clash_with_the_tables(frame, name):
    units = frame.assign(**{name: np.repeat(["a", "b"], N // 2)})
    refused(csi.OptionError, lambda: fit(units, by=name), f"by=['{name}']", "Rename")


@pytest.fixture(scope="module")
def units(frame) -> pd.DataFrame:
    parts = [
        frame.assign(company="fine"),
        frame.head(3).assign(company="three"),
        frame.tail(1).assign(company="one"),
        frame.head(50).assign(company="silent", s1=np.nan),
        frame.head(50).assign(company="steady", s1=7),
        frame.tail(80).assign(company="good"),
    ]
    return pd.concat(parts, ignore_index=True)


def test_bad_units_are_named(units):
    parts = [
        "company 'three': 3 usable rows for 9 items",
        "company 'one': 1 usable row for",
        "company 'silent': 0 usable",
    ]
    refused(
        csi.SurveyError, lambda: fit(units, by="company"), *parts, "company 'steady': item 's1'", "bad_units='drop'"
    )


def test_units_are_named_as_they_are(frame):
    # Two columns of numbers: the whole numbers stay whole.
    waves = frame.assign(wave=np.where(np.arange(N) < 80, 1, 2), region=0.5, s1=frame.s1.where(np.arange(N) >= 80, 7))
    refused(csi.SurveyError, lambda: fit(waves, by=["wave", "region"]), "wave 1, region 0.5: item 's1'")


def test_bad_units_can_be_left_out(units):
    told = pytest.warns(csi.UnitWarning, match=r"4 of 6 units.*'one'.*result\.dropped")
    with told, pytest.warns(csi.MissingWarning, match="most in 's1'"):
        result = fit(units, by="company", bad_units="drop", replicates=20)
    assert result.units is not None
    assert result.units["company"].tolist() == ["fine", "good"]
    assert result.index["company"].unique().tolist() == ["fine", "good"]
    reasons = result.dropped.set_index("company")["reason"]
    assert sorted(reasons.index) == ["one", "silent", "steady", "three"]
    assert "3 usable rows" in reasons["three"]
    assert "'s1'" in reasons["steady"]
    alone = fit(units[units.company == "fine"])
    fine = result.index[result.index.company == "fine"]
    np.testing.assert_allclose(fine.estimate, alone.index.estimate, rtol=1e-10)


def test_somebody_must_be_left(frame):
    triples = frame.assign(company=np.arange(N) // 3)
    text = refused(csi.SurveyError, lambda: fit(triples, by="company", bad_units="drop"), "3 usable rows", "more units")
    # The advice must not be what has just been tried.
    assert "bad_units='drop' fits" not in text


def test_an_item_that_a_unit_did_not_answer_is_not_called_constant(frame):
    halves = frame.assign(company=np.repeat(["a", "b"], N // 2))
    halves.loc[halves.company == "a", "q1"] = np.nan
    for policy in ("mean", "pairwise"):
        text = refused(csi.SurveyError, lambda p=policy: fit(halves, by="company", missing=p), "company 'a'", "'q1'")
        assert "no answers" in text


def test_pairs_that_nobody_answered(frame):
    odd = np.arange(N) % 2 == 1
    never = frame.assign(q1=frame.q1.mask(odd), q2=frame.q2.mask(~odd))
    refused(csi.CsindexError, lambda: fit(never, missing="pairwise"), "'q1'", "'q2'")


def test_pairwise_matrices_that_are_not_positive_definite():
    rng = np.random.default_rng(4)
    x = np.clip(np.round(6 + 2 * rng.normal(size=(90, 1)) + rng.normal(size=(90, 6))), 1, 10)
    x[:30, 2], x[30:60, 1], x[60:, 0] = np.nan, np.nan, np.nan
    x[:30, 1] = x[:30, 0]
    x[30:60, 2] = x[30:60, 0]
    x[60:, 2] = 11 - x[60:, 1]
    data = pd.DataFrame(x, columns=["q1", "q2", "q3", "s1", "s2", "s3"])
    model = FORMATIVE.with_modes({"Quality": "A"})
    refused(
        csi.EstimationError, lambda: fit(data, model, missing="pairwise"), "not positive definite", "missing='mean'"
    )


def test_a_doubled_item_in_mode_b(frame):
    parts = ["'Quality' is collinear", "'q1' and 'q2'", "Leave one of these out", "Mode A"]
    refused(csi.EstimationError, lambda: fit(frame.assign(q2=frame.q1), FORMATIVE), *parts)


def test_nearly_doubled_items_in_mode_b(frame):
    near = frame.assign(q2=frame.q1.where(np.arange(N) % 12 != 0, frame.q1.clip(2, 9) - 1))
    with (
        pytest.warns(csi.CollinearityWarning, match=r"Mode B overlap.*Quality \(\d+\)"),
        pytest.warns(csi.NegativeWeightWarning, match="'q2' in Quality|'q1' in Quality"),
    ):
        fit(near, FORMATIVE)


def test_constructs_that_say_the_same(frame):
    same = frame.assign(**dict.fromkeys(["q2", "q3", "v1", "v2"], frame.q1))
    text = refused(csi.EstimationError, lambda: fit(same), "collinear")
    assert "'Quality'" in text
    assert "'Value'" in text


def test_no_convergence(frame):
    refused(csi.EstimationError, lambda: fit(frame, max_iterations=1), "did not converge", "max_iterations")


@pytest.fixture(scope="module")
def moments(frame) -> csi.Moments:
    return csi.Moments.from_frame(frame, MODEL)


def changed(moments: csi.Moments, **parts) -> csi.Moments:
    return csi.Moments(**{"items": moments.items, "mean": moments.mean, "cov": moments.cov, "n": moments.n, **parts})


def test_moments_of_other_items(moments):
    other = changed(moments, items=["x1", *moments.items[1:]])
    refused(csi.SurveyError, lambda: fit(other), "no item 'q1'", "They have: x1", "model.rename")


def test_moments_of_too_few_answers(moments):
    refused(csi.SurveyError, lambda: fit(changed(moments, n=8)), "8 usable rows for 9 items")
    few = changed(moments, n_eff=6)
    refused(
        csi.SurveyError, lambda: fit(few, replicates=20), "6 answers are too few for parametric", "10 are the least"
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_moments_with_gaps(moments, bad):
    mean = moments.mean.copy()
    mean[2] = bad
    refused(csi.SurveyError, lambda: fit(changed(moments, mean=mean)), "'q3'", "mean")
    cov = moments.cov.copy()
    cov[2, 0] = cov[0, 2] = bad
    refused(csi.SurveyError, lambda: fit(changed(moments, cov=cov)), "'q1'", "'q3'")


def test_moments_off_their_scales(moments):
    # Means on 0-100 with a model on 1-10 would give an index in the hundreds.
    refused(csi.SurveyError, lambda: fit(changed(moments, mean=moments.mean * 10)), "'q1'", "scale", "1–10")


def test_moments_of_no_units(moments):
    nobody = csi.Moments(moments.items, np.empty((0, 9)), np.empty((0, 9, 9)), np.empty(0))
    refused(csi.SurveyError, lambda: fit(nobody), "no units")


def test_moments_with_two_axes(moments):
    deep = csi.Moments(moments.items, moments.mean[None, None], moments.cov[None, None], 100)
    refused(csi.OptionError, lambda: fit(deep), "2 leading axes")


@pytest.mark.parametrize("replicates", [0, 50])
def test_published_correlations_that_are_not_positive_definite(moments, replicates):
    R = moments.correlation.copy()
    R[0, 1] = R[1, 0] = -0.4
    table = csi.Moments.from_published(moments.mean, moments.sd, R, 250, items=moments.items)
    with pytest.warns(csi.RepairWarning, match="not positive definite.*eigenvalue -0"):
        fit(table, replicates=replicates)


def test_scores_of_other_data(frame):
    result = fit(frame.assign(company=np.repeat(["a", "b"], N // 2)), by="company")
    refused(csi.SurveyError, lambda: result.scores(frame), "no column 'company'")
    strangers = frame.assign(company=np.where(np.arange(N) < 100, "a", "z"))
    refused(csi.SurveyError, lambda: result.scores(strangers), "60 rows", "not fitted", "101")
    refused(csi.SurveyError, lambda: result.scores(csi.Moments.from_frame(frame, MODEL)), "rows", "Moments")


def test_unknown_targets(frame):
    result = fit(frame)
    refused(csi.ModelError, lambda: result.impacts("Loyalty"), "no construct 'Loyalty'", "Quality, Value")
    refused(csi.ModelError, lambda: result.impacts("Quality"), "nothing in the model leads to 'Quality'")
    refused(csi.OptionError, lambda: result.impacts(step="five"), "step='five'")
