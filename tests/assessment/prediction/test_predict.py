"""Cross-validated predictions against plain loops, closed forms and populations with known truth."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.assessment.prediction.folds import draw
from csindex.assessment.prediction.losses import measures
from csindex.assessment.prediction.predict import power_of
from csindex.survey.survey import Survey

MODEL = csi.Model.parse(
    """
    Quality      =~ q1 + q2 + q3
    Price        =~ p1
    Value        =~ v1 + v2
    Satisfaction =~ s1 + s2 + s3
    Value        ~ Quality + Price
    Satisfaction ~ Quality + Value
    """,
    scales={"p1": (1, 5)},
    reversed=["q2", "s3"],
    target="Satisfaction",
)
FORMATIVE = csi.Model(
    [
        csi.Construct("Quality", ["q1", "q2", "q3"], mode="B", reversed=["q2"]),
        csi.Construct("Price", ["p1"]),
        csi.Construct("Value", ["v1", "v2"], mode="equal"),
        csi.Construct("Satisfaction", ["s1", "s2", "s3"], reversed=["s3"]),
    ],
    MODEL.paths,
    MODEL.items,
    target="Satisfaction",
)
# Sums in another order, and an iteration stopped at 1e-12.
ROUNDING = 1e-9
TIGHT = {"tolerance": 1e-12, "max_iterations": 2000}
ITEMS = ("v1", "v2", "s1", "s2", "s3")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return csi.simulate(MODEL, 240, seed=7).assign(w=np.random.default_rng(1).uniform(0.5, 2, 240).round(2))


@pytest.fixture(scope="module")
def folds() -> np.ndarray:
    return np.random.default_rng(2).permuted(np.tile(np.arange(240) % 6, (2, 1)), axis=1).T


def measure(table: pd.DataFrame, metric: str, predictor: str = "pls") -> pd.Series:
    rows = table[(table["metric"] == metric) & (table["predictor"] == predictor)]
    return rows.set_index("item" if "item" in rows else "construct")["estimate"]


def by_hand(model: csi.Model, train: pd.DataFrame, test: pd.DataFrame, antecedents: str, **options) -> pd.DataFrame:
    """Predictions of `test` from a fit of `train`, step by step from its tables."""
    fit = csi.fit(model, train, replicates=0, **TIGHT, **options)
    items, constructs = list(model.item_names), list(model.construct_names)
    weights = options.get("weights")
    w = np.ones(len(train)) if weights is None else train[weights].to_numpy()
    m = np.average(train[items], axis=0, weights=w)
    sd = np.sqrt(np.average((train[items] - m) ** 2, axis=0, weights=w) * len(train) / (len(train) - 1))
    owner = {item: c.name for c in model.constructs for item in c.items}
    sign = np.array([-1 if i in model.construct(owner[i]).reversed else 1 for i in items])
    if options.get("variant") == "centered":
        unit = np.array([100 / (model.item(i).scale[1] - model.item(i).scale[0]) for i in items])
    else:
        unit = 1 / sd
    z = (test[items].to_numpy() - m) * unit * sign * fit.weights["estimate"].to_numpy()
    scores = pd.DataFrame({c: z[:, [owner[i] == c for i in items]].sum(axis=1) for c in constructs})
    paths = fit.paths.set_index(["source", "target"])["estimate"]
    sources = {t: [s for s, other in paths.index if other == t] for t in constructs}
    known = scores.copy()
    for c in ("Value", "Satisfaction"):
        used = scores if antecedents == "direct" else known
        known[c] = sum(paths[s, c] * used[s] for s in sources[c])
    loading = fit.loadings.set_index("item")["estimate"]
    return pd.DataFrame(
        {i: m[a] + sd[a] * sign[a] * loading[i] * known[owner[i]] for a, i in enumerate(items) if i in ITEMS}
    )


def loop(model, frame, labels, antecedents, **options) -> np.ndarray:
    """Errors (n, 5) of a plain loop over folds."""
    out = np.empty((len(frame), len(ITEMS)))
    for fold in np.unique(labels):
        test = labels == fold
        predicted = by_hand(model, frame[~test], frame[test], antecedents, **options)
        out[test] = frame.loc[test, list(ITEMS)].to_numpy() - predicted[list(ITEMS)].to_numpy()
    return out


@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
@pytest.mark.parametrize("antecedents", ["earliest", "direct"])
@pytest.mark.parametrize(
    ("model", "options"),
    [
        (MODEL, {}),
        (MODEL, {"scheme": "centroid"}),
        (MODEL, {"scheme": "factorial", "weights": "w"}),
        (MODEL, {"variant": "centered"}),
        (FORMATIVE, {"weights": "w", "convention": "equal"}),
    ],
)
def test_errors_are_those_of_a_plain_loop(frame, folds, model, options, antecedents):
    found = csi.predict(model, frame, folds=folds, antecedents=antecedents, **TIGHT, **options)
    errors = np.stack([loop(model, frame, column, antecedents, **options) for column in folds.T])
    w = frame["w"] if "weights" in options else np.ones(len(frame))
    rmse = np.sqrt(np.average((errors**2).mean(axis=0), axis=0, weights=w))
    mae = np.average(np.abs(errors).mean(axis=0), axis=0, weights=w)
    assert np.abs(measure(found.items, "rmse")[list(ITEMS)] - rmse).max() < ROUNDING
    assert np.abs(measure(found.items, "mae")[list(ITEMS)] - mae).max() < ROUNDING
    averaged = csi.predict(
        model, frame, folds=folds, antecedents=antecedents, average="predictions", **TIGHT, **options
    )
    rmse = np.sqrt(np.average(errors.mean(axis=0) ** 2, axis=0, weights=w))
    assert np.abs(measure(averaged.items, "rmse")[list(ITEMS)] - rmse).max() < ROUNDING
    each = np.sqrt(np.average(errors**2, axis=1, weights=w))
    spread = found.items.query("metric == 'rmse' and predictor == 'pls'").set_index("item")["spread"]
    assert np.abs(spread[list(ITEMS)] - each.std(axis=0, ddof=1)).max() < ROUNDING


REGRESSORS = {
    "exogenous": {"Value": ["q1", "q2", "q3", "p1"], "Satisfaction": ["q1", "q2", "q3", "p1"]},
    "antecedents": {"Value": ["q1", "q2", "q3", "p1"], "Satisfaction": ["q1", "q2", "q3", "v1", "v2"]},
    "all": {"Value": ["q1", "q2", "q3", "p1", "s1", "s2", "s3"], "Satisfaction": ["q1", "q2", "q3", "p1", "v1", "v2"]},
    "origin": {"Value": ["q1", "q2", "q3", "p1"], "Satisfaction": ["q1", "q2", "q3", "p1"]},
}


@pytest.mark.parametrize("regressors", list(REGRESSORS))
def test_the_linear_model_is_least_squares(frame, folds, regressors):
    labels = folds[:, 0]
    found = csi.predict(MODEL, frame, folds=labels, benchmark=regressors)
    for construct, items in (("Value", ["v1", "v2"]), ("Satisfaction", ["s1", "s2", "s3"])):
        x = frame[REGRESSORS[regressors][construct]].to_numpy()
        if regressors != "origin":
            x = np.column_stack([np.ones(len(x)), x])
        errors = np.empty((len(frame), len(items)))
        for fold in range(6):
            test = labels == fold
            b = np.linalg.lstsq(x[~test], frame.loc[~test, items].to_numpy(), rcond=None)[0]
            errors[test] = frame.loc[test, items].to_numpy() - x[test] @ b
        rmse = np.sqrt((errors**2).mean(axis=0))
        assert np.abs(measure(found.items, "rmse", "lm")[items] - rmse).max() < ROUNDING


def test_the_usual_benchmark_knows_what_the_model_knows(frame):
    assert csi.predict(MODEL, frame).benchmark == "exogenous"
    assert csi.predict(MODEL, frame, antecedents="direct").benchmark == "antecedents"


def test_integer_weights_are_repeated_rows(frame, folds):
    labels, times = folds[:, 0], np.arange(240) % 3 + 1
    once = csi.predict(MODEL, frame.assign(w=times), weights="w", folds=labels, **TIGHT)
    again = np.repeat(np.arange(240), times)
    repeated = csi.predict(MODEL, frame.iloc[again], folds=labels[again], **TIGHT)
    for table in ("items", "constructs", "in_sample"):
        gap = getattr(once, table)["estimate"] - getattr(repeated, table)["estimate"]
        assert gap.abs().max() < ROUNDING


def test_errors_converge_to_those_of_the_population():
    """With many answers Q² is 1 - (S_tt - 2A'S_xt + A'S_xx A)/S_tt of the population's moments."""
    population = csi.Population(MODEL, seed=3)
    frame = population.draw(20_000, seed=3)
    found = csi.predict(MODEL, frame, repeats=1)
    truth, S = csi.fit(MODEL, population.moments, replicates=0), population.moments.cov
    sd, sign = np.sqrt(np.diag(S)), truth.design.sign
    T, owner = truth.total(truth.estimates)[0], truth.design.block_of
    exogenous = ~truth.design.links.any(axis=1)
    A = (truth.estimates.weights[0] * sign / sd)[:, None] * (T * exogenous)[owner][:, owner].T
    A = A * (truth.estimates.loadings[0] * sd * sign)
    loss = np.diag(S) - 2 * np.einsum("it,it->t", A, S) + np.einsum("it,ij,jt->t", A, S, A)
    q2 = pd.Series(1 - loss / np.diag(S), index=MODEL.item_names)[list(ITEMS)]
    rows = found.items.query("metric == 'q2' and predictor == 'pls'").set_index("item").loc[list(ITEMS)]
    assert ((rows["estimate"] - q2).abs() < 4 * rows["se"]).all()
    assert (q2 > 0.05).all() and (rows["se"] < 0.01).all()


def test_what_is_noise_is_not_predicted(frame):
    noise = csi.Model.parse(
        "Quality =~ q1 + q2 + q3; Noise =~ n1 + n2; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality; Noise ~ Quality"
    )
    rng = np.random.default_rng(4)
    made = frame.assign(
        n1=rng.integers(1, 11, 240), n2=rng.integers(1, 11, 240), q2=11 - frame["q2"], s3=11 - frame["s3"]
    )
    found = csi.predict(noise, made)
    q2 = found.items.query("metric == 'q2' and predictor == 'pls'").set_index("item")
    assert (q2.loc[["n1", "n2"], "estimate"] < 2 * q2.loc[["n1", "n2"], "se"]).all()
    assert (q2.loc[["s1", "s2", "s3"], "lower"] > 0).all()
    against = found.cvpat.query("benchmark == 'mean'").set_index("construct")
    assert against.loc["Noise", "p"] > 0.05 > against.loc["Satisfaction", "p"]


def test_index_errors_are_those_of_the_indices(frame, folds):
    labels = folds[:, 0]
    found = csi.predict(MODEL, frame, folds=labels, **TIGHT)
    v = csi.fit(MODEL, frame, replicates=0, **TIGHT).index_weights.set_index("item")["estimate"]
    errors = pd.DataFrame(loop(MODEL, frame, labels, "earliest"), columns=ITEMS) * (100 / 9)
    rmse = np.sqrt(np.mean((v["s1"] * errors["s1"] + v["s2"] * errors["s2"] - v["s3"] * errors["s3"]) ** 2))
    assert measure(found.constructs, "rmse")["Satisfaction"] == pytest.approx(rmse, abs=100 * ROUNDING)


def test_standard_errors_are_the_delta_methods(frame, folds):
    labels = folds[:, 0]
    found = csi.predict(MODEL, frame, folds=labels, **TIGHT)
    e = loop(MODEL, frame, labels, "earliest")[:, ITEMS.index("s1")]
    mean = np.array([frame.loc[labels != f, "s1"].mean() for f in range(6)])[labels]
    o = frame["s1"].to_numpy() - mean
    q2 = 1 - (e**2).sum() / (o**2).sum()
    z = -(e**2 - (1 - q2) * o**2) / (o**2).mean()
    rows = found.items.query("item == 's1' and predictor == 'pls'").set_index("metric")
    assert rows.loc["q2", "se"] == pytest.approx(z.std(ddof=1) / np.sqrt(240), rel=1e-6)
    assert rows.loc["rmse", "se"] == pytest.approx((e**2).std(ddof=1) / np.sqrt(240) / 2 / rows.loc["rmse", "estimate"])
    assert rows.loc["mae", "se"] == pytest.approx(np.abs(e).std(ddof=1) / np.sqrt(240))


def test_cvpat_is_the_paired_t_test(frame, folds):
    from scipy.stats import ttest_rel

    labels = folds[:, 0]
    found = csi.predict(MODEL, frame, folds=labels, **TIGHT).cvpat.query("benchmark == 'mean'").set_index("construct")
    e = loop(MODEL, frame, labels, "earliest")
    mean = np.array([frame.loc[labels != f, list(ITEMS)].mean().to_numpy() for f in range(6)])[labels]
    o = frame[list(ITEMS)].to_numpy() - mean
    losses = [np.stack([(x[:, :2] ** 2).mean(axis=1), (x[:, 2:] ** 2).mean(axis=1)], axis=1) for x in (e, o)]
    for construct, (a, b) in {
        "Value": (losses[0][:, 0], losses[1][:, 0]),
        "overall": (losses[0].mean(axis=1), losses[1].mean(axis=1)),
    }.items():
        test, row = ttest_rel(a, b), found.loc[construct]
        assert row["p"] == pytest.approx(test.pvalue, rel=1e-6)
        assert (row["lower"], row["upper"]) == pytest.approx(tuple(test.confidence_interval(0.95)), rel=1e-6)
        assert (row["loss"], row["loss_benchmark"]) == pytest.approx((a.mean(), b.mean()))


def test_units_are_predicted_on_their_own(frame, folds):
    labels = folds[:, 0]
    firm = np.where(np.arange(240) % 2 == 0, "Hare", "Lynx")
    found = csi.predict(MODEL, frame.assign(firm=firm), by="firm", folds=labels)
    for name in ("Hare", "Lynx"):
        own = csi.predict(MODEL, frame[firm == name], folds=labels[firm == name])
        for table, alone in own.tables().items():
            part = found.tables()[table].query("firm == @name").drop(columns="firm").reset_index(drop=True)
            pd.testing.assert_frame_equal(part, alone, check_exact=False, rtol=1e-7, atol=1e-9)


def test_clusters_are_held_out_whole_and_widen_intervals():
    frame = csi.simulate(MODEL, 400, seed=5, clusters=20, cluster_share=0.3)
    survey = Survey(frame, clusters="cluster")
    answers = survey.answers(MODEL.items)
    dealt = draw(answers, [0], 10, 3, 1)
    assert answers.sampling is not None
    for column in dealt.fold.T:
        held = pd.Series(column).groupby(answers.sampling.psu).nunique()
        assert (held == 1).all() and len(np.unique(column)) == 10
    clustered = csi.predict(MODEL, survey)
    plain = csi.predict(MODEL, frame)
    assert "whole clusters" in clustered.drawn and "20 clusters" in " ".join(clustered.summary().split())
    rmse = [t.items.query("metric == 'rmse' and predictor == 'mean'")["se"].mean() for t in (clustered, plain)]
    assert rmse[0] > rmse[1]


def test_strata_have_their_share_of_every_fold(frame):
    survey = Survey(frame.assign(region=np.arange(240) // 80), strata="region")
    answers = survey.answers(MODEL.items)
    assert answers.sampling is not None
    region = answers.sampling.stratum[answers.sampling.psu]
    dealt = draw(answers, [0], 8, 2, 1)
    for column in dealt.fold.T:
        assert (pd.crosstab(region, column) == 10).all(axis=None)


def test_gaps_are_filled_inside_the_training_set(frame, folds):
    """What is missing is predicted from as the training mean, and is no error itself."""
    labels = folds[:, 0]
    holes = frame.copy()
    rng = np.random.default_rng(8)
    for item in MODEL.item_names:
        holes.loc[rng.random(240) < 0.05, item] = np.nan
    found = csi.predict(MODEL, holes, folds=labels, missing="mean", **TIGHT)
    errors = np.empty((240, len(ITEMS)))
    for fold in range(6):
        test = labels == fold
        mean = holes[~test].mean()
        predicted = by_hand(MODEL, holes[~test].fillna(mean), holes[test].fillna(mean), "earliest")
        errors[test] = holes.loc[test, list(ITEMS)].to_numpy() - predicted[list(ITEMS)].to_numpy()
    rmse = np.sqrt(np.nanmean(errors**2, axis=0))
    assert np.abs(measure(found.items, "rmse")[list(ITEMS)] - rmse).max() < ROUNDING


def test_neither_the_order_of_rows_nor_more_repeats_change_a_fold(frame):
    one = csi.predict(MODEL, frame, repeats=2, seed=3)
    turned = csi.predict(MODEL, frame.sample(frac=1, random_state=1), repeats=2, seed=3)
    pd.testing.assert_frame_equal(one.items, turned.items)
    answers = Survey(frame).answers(MODEL.items)
    np.testing.assert_array_equal(draw(answers, [0], 5, 2, 3).fold, draw(answers, [0], 5, 9, 3).fold[:, :2])
    assert not one.items.equals(csi.predict(MODEL, frame, repeats=2, seed=4).items)


def test_rows_without_a_fold_only_teach(frame):
    """Wave 2 predicted from wave 1: one fold, the other rows in training."""
    labels = [None] * 180 + ["wave 2"] * 60
    found = csi.predict(MODEL, frame, folds=labels, **TIGHT)
    assert found.folds[["train", "test"]].to_numpy().tolist() == [[180, 60]]
    predicted = by_hand(MODEL, frame[:180], frame[180:], "earliest")
    errors = frame.loc[180:, list(ITEMS)].to_numpy() - predicted[list(ITEMS)].to_numpy()
    assert np.abs(measure(found.items, "rmse")[list(ITEMS)] - np.sqrt((errors**2).mean(axis=0))).max() < ROUNDING


def test_folds_can_be_columns(frame, folds):
    named = frame.assign(a=folds[:, 0], b=folds[:, 1])
    pd.testing.assert_frame_equal(
        csi.predict(MODEL, named, folds=["a", "b"]).items, csi.predict(MODEL, frame, folds=folds).items
    )


def test_a_fit_is_cross_validated_as_it_was_made(frame, folds):
    fit = csi.fit(MODEL, frame, weights="w", scheme="centroid", replicates=0)
    found = csi.predict(fit, frame, weights="w", folds=folds)
    again = csi.predict(MODEL, frame, weights="w", scheme="centroid", folds=folds)
    pd.testing.assert_frame_equal(found.items, again.items)
    with pytest.raises(csi.SurveyError, match=r"not the rows of the fit: the mean of '.*' is"):
        csi.predict(fit, frame, folds=folds)
    with pytest.raises(csi.OptionError, match="scheme cannot be given with a Fit"):
        csi.predict(fit, frame, weights="w", scheme="path")


@pytest.mark.parametrize(
    ("better", "items", "word"), [(0, 3, "none"), (1, 3, "low"), (2, 4, "medium"), (3, 4, "medium"), (4, 4, "high")]
)
def test_predictive_power_has_the_words_of_shmueli(better, items, word):
    assert power_of(better, items) == word


def test_the_power_table_counts_smaller_errors(frame):
    found = csi.predict(MODEL, frame)
    gap = found.items.query("metric == 'rmse' and predictor == 'pls - lm'")
    better = (gap["estimate"] < 0).groupby(gap["construct"]).sum()
    power = found.power.set_index("construct")
    assert power.loc[better.index, "better"].tolist() == better.tolist()
    assert power.loc["all", "better"] == better.sum()
    words = {"high": "all items", "medium": "half of the items or more", "low": "a minority", "none": "every item"}
    assert words[power.loc["all", "power"]] in " ".join(found.summary().split())


def test_measures_of_known_losses():
    mae, mse = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [4.0], [16.0]])
    assert measures(mae, mse)[:, 0].tolist() == [1, 2, 4, -1, 1, 2, 3, -1, 1 - 1 / 16, 1 - 4 / 16]
