"""Higher-order constructs and interactions: against seminr, against stages done by hand, and where the answer is known."""

import warnings

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.estimation.estimates import Status
from tests.reference.seminr import stage_runs
from tests.reference.seminr.stage_runs import HIGHER_ORDER, TIGHT, by

# The figures have 12 digits, and products of standardized scores reach 10.
SEMINR = 5e-11
# The same arithmetic in another order, and an iteration that stops at 1e-13.
EXACT = 1e-9

BASE = "A =~ a1 + a2 + a3; B =~ b1 + b2; M =~ m1 + m2; Satisfaction =~ s1 + s2; Loyalty =~ l1; "
FLAT = csi.Model.parse(BASE + "Satisfaction ~ A + B + M; Loyalty ~ Satisfaction")
MODEL = csi.Model.parse(BASE + "H =~ A + B; Satisfaction ~ H + M + H:M; Loyalty ~ Satisfaction")
HIGHER = csi.Model.parse(BASE + "H =~ A + B; Satisfaction ~ H + M; Loyalty ~ Satisfaction")


@pytest.fixture(autouse=True)
def _calm():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        yield


def answers(n: int = 120, seed: int = 3, **options) -> pd.DataFrame:
    frame = csi.simulate(FLAT, n, seed=seed, **options)
    # Where M is high, A counts more.
    frame["s1"] = np.clip(frame.s1 + ((frame.a1 - 7) * (frame.m1 - 7) > 3), 1, 10)
    return frame


def fit(model: csi.Model, data, **options) -> csi.Fit:
    return csi.fit(model, data, **{"replicates": 0, **TIGHT, **options})


def standardized(values) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)


def slopes(y, *x) -> np.ndarray:
    """Least squares of y on the x and a constant; the constant is left out."""
    design = np.column_stack([np.ones(len(y)), *x])
    return np.linalg.lstsq(design, np.asarray(y, dtype=float), rcond=None)[0][1:]


# Against seminr


def test_higher_order_construct_is_as_in_seminr(mobi):
    for data in (mobi, csi.Moments.from_frame(mobi, HIGHER_ORDER)):
        for quantity, found in stage_runs.higher_order(data):
            assert found <= SEMINR, quantity


@pytest.mark.parametrize("method", stage_runs.METHODS)
def test_interactions_are_as_in_seminr(mobi, method):
    for quantity, found in stage_runs.interaction(mobi, method):
        assert found <= SEMINR, quantity


# Stages by hand: rows of scores in a plain model


def by_hand(model: csi.Model, frame: pd.DataFrame, scores: pd.DataFrame, scores_of: list[str], **options) -> csi.Fit:
    scales = dict.fromkeys(scores_of, (0, 100))
    plain = csi.Model.parse(str(model), scales=scales)
    return fit(plain, pd.concat([frame, scores[scores_of]], axis=1), **options)


def same(one: csi.Fit, other: csi.Fit, table: str) -> None:
    """Compare tables whatever the order of their rows."""
    labels = [name for name in ("source", "target", "effect", "construct") if name in getattr(one, table)]
    a, b = (getattr(result, table).sort_values(labels, ignore_index=True) for result in (one, other))
    pd.testing.assert_frame_equal(a, b, rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("variant", ["standardized", "centered"])
@pytest.mark.parametrize("mode", ["=~", "<~"])
def test_two_stages_are_two_fits(mode, variant):
    frame, options = answers(), {"variant": variant, "scheme": "centroid"}
    model = csi.Model.parse(BASE + f"H {mode} A + B; Satisfaction ~ H + M; Loyalty ~ Satisfaction")
    first = fit(FLAT, frame, **options)
    upper = csi.Model.parse(
        f"H {mode} A + B; M =~ m1 + m2; Satisfaction =~ s1 + s2; Loyalty =~ l1; Satisfaction ~ H + M; Loyalty ~ Satisfaction"
    )
    second = by_hand(upper, frame, first.scores(frame), ["A", "B"], **options)
    result = fit(model, frame, **options)
    for table in ("paths", "effects", "r2"):
        same(result, second, table)
    for table, labels in (("index", ["construct"]), ("loadings", ["item"]), ("weights", ["item"])):
        found, due = by(getattr(result, table), *labels), by(getattr(second, table), *labels)
        pd.testing.assert_series_equal(found[due.index], due, rtol=EXACT)
        lower = by(getattr(first, table), *labels)
        there = [name for name in ("A", "B", "a1", "a3", "b2") if name in lower.index and name not in due.index]
        pd.testing.assert_series_equal(found[there], lower[there], rtol=EXACT)
    impacts, plain = by(result.impacts("Loyalty"), "source"), by(second.impacts("Loyalty"), "source")
    pd.testing.assert_series_equal(impacts[plain.index], plain, rtol=EXACT)
    share = by(second.index_weights, "item")
    assert impacts["A"] == pytest.approx(impacts["H"] * share["A"], rel=EXACT)
    assert by(result.impacts("H", step=1), "source")["B"] == pytest.approx(share["B"], rel=EXACT)


def test_levels_of_levels_are_three_fits():
    frame = answers()
    text = "A =~ a1 + a2; B =~ b1 + b2; C =~ a3; M =~ m1 + m2; Satisfaction =~ s1 + s2;"
    result = fit(csi.Model.parse(text + "D =~ A + B; H =~ D + C; Satisfaction ~ H + M; M ~ H"), frame)
    rest = "M =~ m1 + m2; Satisfaction =~ s1 + s2;"
    first = fit(csi.Model.parse(text + "Satisfaction ~ A + B + C + M; M ~ A + B + C"), frame)
    scores = first.scores(frame)
    second = by_hand(csi.Model.parse(f"D =~ A + B; C =~ a3; {rest} Satisfaction ~ D + C + M; M ~ D + C"), frame, scores, ["A", "B"])  # fmt: skip
    scores = second.scores(pd.concat([frame, scores[["A", "B"]]], axis=1))
    third = by_hand(csi.Model.parse(f"H =~ D + C; {rest} Satisfaction ~ H + M; M ~ H"), frame, scores, ["D", "C"])
    same(result, third, "paths")
    found = by(result.index, "construct")
    for name, fitted in (("H", third), ("D", second), ("C", second), ("A", first)):
        assert found[name] == pytest.approx(by(fitted.index, "construct")[name], rel=EXACT)
    shares = by(result.index_weights, "construct", "item")
    impacts = by(result.impacts(), "source")
    assert impacts["A"] == pytest.approx(impacts["H"] * shares["H", "D"] * shares["D", "A"], rel=EXACT)


@pytest.mark.parametrize("variant", ["standardized", "centered"])
def test_two_stage_interaction_is_the_product_of_standardized_scores(variant):
    frame, options = answers(), {"variant": variant}
    lower = fit(HIGHER, frame, **options)
    scores = standardized(lower.scores(frame)[["H", "M"]])
    product = scores.prod(axis=1)
    result = fit(MODEL, frame, **options)
    names = result.model.construct_names
    # The construct scores of the last stage, standardized, on which paths are least squares.
    z = standardized(result.scores(frame)[["Satisfaction", "H", "M"]])
    b = slopes(z[:, 0], z[:, 1], z[:, 2], product)
    paths = by(result.paths, "source", "target").xs("Satisfaction", level="target")
    assert paths[["H", "M", "H:M"]].tolist() == pytest.approx(b, rel=1e-6)
    assert result.estimates.correlations[0, names.index("H:M"), names.index("H")] == pytest.approx(
        np.corrcoef(product, z[:, 1])[0, 1], rel=1e-6
    )
    assert result.moments.sd[0, -1] == pytest.approx(product.std(ddof=1), rel=EXACT)
    assert result.moments.mean[0, -1] == pytest.approx(product.mean(), rel=EXACT)


# Known answers

SINGLE = "X =~ a1; M =~ m1; Satisfaction =~ s1; Satisfaction ~ X + M"


@pytest.mark.parametrize("method", ["two-stage", "product", "orthogonal"])
def test_interaction_of_single_items_is_moderated_regression(method):
    frame = answers(n=60)
    x, m, y = standardized(frame[["a1", "m1", "s1"]]).T
    full, plain = slopes(y, x, m, x * m), slopes(y, x, m)
    # Orthogonalizing leaves the main effects as they are without the product.
    due = [*(plain if method == "orthogonal" else full[:2]), full[2]]
    result = fit(csi.Model.parse(SINGLE + " + X:M"), frame, interaction=method)
    if method == "orthogonal":
        residual = x * m - np.column_stack([x, m]) @ slopes(x * m, x, m)
        assert result.moments.sd[0, -1] == pytest.approx(residual.std(ddof=1), rel=EXACT)
    assert result.paths.estimate.tolist() == pytest.approx(due, rel=EXACT)
    table = csi.simple_slopes(result, standardized=True)
    found = table[table.source == "X"].estimate.tolist()
    assert found == pytest.approx([due[0] + due[2] * z for z in (-1, 0, 1)], rel=EXACT)
    points = csi.simple_slopes(result, at=[2], step=3).iloc[0]
    sd = frame[["a1", "s1"]].std()
    assert points.estimate == pytest.approx(3 * (due[0] + 2 * due[2]) * sd.s1 / sd.a1, rel=EXACT)
    assert points.moderator_index == pytest.approx((frame.m1.mean() + 2 * frame.m1.std() - 1) / 9 * 100, rel=EXACT)


@pytest.mark.parametrize("mode", ["=~", "<~"])
def test_dimensions_of_one_item_make_a_plain_construct(mode):
    frame, options = answers(n=150), {"replicates": 60, "seed": 2}
    rest = "M =~ m1 + m2; Satisfaction =~ s1 + s2; Satisfaction ~ H + M"
    plain = fit(csi.Model.parse(f"H {mode} a1 + b1 + a3; {rest}", reversed=["b1"]), frame, **options)
    text = f"A =~ a1; B =~ b1; C =~ a3; H {mode} A + B + C; {rest}"
    result = fit(csi.Model.parse(text, reversed=["B"]), frame, **options)
    for table in ("paths", "r2"):
        pd.testing.assert_frame_equal(getattr(result, table), getattr(plain, table), rtol=EXACT, atol=EXACT)
    numbers = ["estimate", "se", "lower", "upper"]
    lower = result.lower
    assert lower.index.construct.tolist() == list(csi.conventions(lower).construct) == list(lower.scores(frame))
    assert lower.impacts().source.tolist() == ["A", "B", "C", "M"]
    assert "Stages" not in lower.summary()
    found, due = (r.index.set_index("construct")[numbers] for r in (result, plain))
    pd.testing.assert_frame_equal(found.loc[due.index], due, rtol=EXACT)
    assert found.loc["B", "estimate"] == pytest.approx((frame.b1.mean() - 1) / 9 * 100)


def second_order(loadings: dict[str, float], on_target: float) -> csi.Moments:
    """Return a population in which every item is its dimension, which has a loading on H; Y depends on H alone."""
    names = [f"{d}{n}" for d in loadings for n in (1, 2)]
    c = np.array([loadings[name[0]] for name in names] + [on_target])
    R = np.outer(c, c)
    for i in range(0, len(names), 2):
        R[i, i + 1] = R[i + 1, i] = 0.64 + 0.36 * (c[i] == 0)
    np.fill_diagonal(R, 1)
    items = [*names, "y1"]
    return csi.Moments.from_published(np.full(len(items), 7.0), np.full(len(items), 2.0), R, 1e6, items=items)


def test_second_order_population_has_the_known_path():
    # Two equal items of correlation .64 a dimension, so that a dimension's score correlates c·2/√(2 + 2·.64) with H.
    loadings, b = {"a": 0.7, "b": 0.5, "c": 0.3}, 0.6
    text = "A =~ a1 + a2; B =~ b1 + b2; C =~ c1 + c2; H {} A + B + C; Y =~ y1; Y ~ H"
    r = np.array(list(loadings.values())) * 2 / np.sqrt(2 + 2 * 0.64)
    R = np.outer(r, r)
    np.fill_diagonal(R, 1)
    weights = {"=~": r * b, "<~": np.linalg.solve(R, r * b)}
    for mode, w in weights.items():
        w = w / np.sqrt(w @ R @ w)
        result = fit(csi.Model.parse(text.format(mode), target="Y"), second_order(loadings, b))
        assert by(result.paths, "source")["H"] == pytest.approx(w @ r * b, rel=EXACT)
        assert by(result.weights, "construct").loc["H"].tolist() == pytest.approx(w, rel=EXACT)
        assert by(result.index_weights, "construct").loc["H"].tolist() == pytest.approx(
            w / np.sqrt(1.64 / 2) / (w / np.sqrt(1.64 / 2)).sum(), rel=EXACT
        )
        assert by(result.index, "construct")["H"] == pytest.approx(600 / 9, rel=EXACT)


def test_repeated_indicators_of_equal_dimensions():
    # By symmetry the block of H is the plain sum of its items, whatever the scheme.
    moments = second_order({"a": 0.6, "b": 0.6}, 0.5)
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; H =~ A + B; Y =~ y1; Y ~ H", target="Y")
    result = fit(model, moments, higher_order="repeated")
    variance = 4 + 4 * 0.64 + 8 * 0.36
    assert by(result.paths, "source", "target")["H", "Y"] == pytest.approx(4 * 0.6 * 0.5 / np.sqrt(variance), rel=EXACT)
    assert by(result.paths, "source", "target")["H", "A"] == pytest.approx(
        (2 + 2 * 0.64 + 4 * 0.36) / np.sqrt(variance * 3.28), rel=EXACT
    )
    assert by(result.index, "construct")["H"] == pytest.approx(600 / 9, rel=EXACT)


@pytest.mark.parametrize("options", [{"missing": "em"}, {"ordinal": True}])
def test_stages_take_every_way_of_making_moments(options):
    frame = answers().round()
    if "missing" in options:
        frame = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.03)
    result, first = fit(HIGHER, frame, **options), fit(FLAT, frame, **options)
    lower = by(result.lower.index_weights, "item")
    pd.testing.assert_series_equal(lower, by(first.index_weights, "item")[lower.index], rtol=EXACT)
    # What the second stage is made of: scores whose correlation follows from those of the items.
    a, b = (result.lower.design.blocks[i] for i in (0, 1))
    v, cov = result.lower.estimates.index_weights[0], result.lower.moments.cov[0]
    due = v[a] @ cov[a, b] @ v[b] / np.sqrt((v[a] @ cov[a, a] @ v[a]) * (v[b] @ cov[b, b] @ v[b]))
    names = result.moments.items
    assert result.moments.correlation[0][names.index("A"), names.index("B")] == pytest.approx(due, rel=EXACT)


def test_plsc_corrects_the_last_stage_for_its_items():
    moments = second_order({"a": 0.7, "b": 0.6, "c": 0.5}, 0.6)
    text = "A =~ a1 + a2; B =~ b1 + b2; C =~ c1 + c2; H =~ A + B + C; Y =~ y1; Y ~ H"
    model = csi.Model.parse(text, target="Y")
    result = fit(model, moments, estimator="plsc")
    # The dimensions are items of one factor in the population, so that the path is that of the factor.
    assert by(result.paths, "source")["H"] == pytest.approx(0.6, abs=1e-6)
    assert by(result.loadings, "construct").loc["H"].tolist() == pytest.approx(
        [c * 2 / np.sqrt(3.28) for c in (0.7, 0.6, 0.5)], abs=1e-6
    )


# What cannot matter does not

METHODS = [{}, {"interaction": "product"}, {"interaction": "orthogonal", "higher_order": "repeated"}]


@pytest.mark.parametrize("options", METHODS)
def test_a_replicate_is_the_fit_of_its_rows(options):
    frame = answers(n=50)
    result = fit(MODEL, frame, replicates=50, resampling="jackknife", **options)
    drawn, model = result.replicates.estimates, result.model
    for row in range(0, 50, 10):
        # Rows are sorted inside, so which replicate left this one out is found by its index.
        one = fit(MODEL, frame.drop(row), **options).estimates
        at = model.construct_names.index("Satisfaction")
        same = np.abs(drawn.index[0, :, at] - one.index[0, at]).argmin()
        for name in ("paths", "weights", "index"):
            a, b = getattr(drawn, name)[0, same], getattr(one, name)[0]
            np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("options", METHODS)
def test_units_are_as_if_alone(options):
    frame = answers(n=60, groups=["x", "y"], group_share=0.1)
    both = fit(MODEL, frame, by="unit", replicates=30, **options)
    alone = fit(MODEL, frame[frame.unit == "y"], **options)
    for name in ("index", "paths", "loadings"):
        table = getattr(both, name)
        pd.testing.assert_frame_equal(
            table[table.unit == "y"].drop(columns=["unit", "se", "lower", "upper", "p"], errors="ignore").reset_index(drop=True),
            getattr(alone, name).drop(columns=["se", "lower", "upper", "p"], errors="ignore"),
            rtol=1e-8,
        )  # fmt: skip


@pytest.mark.parametrize("options", METHODS)
def test_blocks_and_workers_change_nothing(options):
    frame = answers(n=60)
    one = fit(MODEL, frame, replicates=60, **options)
    for changed in ({"block_size": 7}, {"n_jobs": 2}):
        other = fit(MODEL, frame, replicates=60, **options, **changed)
        pd.testing.assert_frame_equal(one.impacts(), other.impacts(), check_exact=True)


def test_case_weights_are_repeated_rows():
    frame = answers(n=60).assign(w=np.tile([1, 2, 3], 20))
    weighted = fit(MODEL, frame, weights="w")
    repeated = fit(MODEL, frame.loc[frame.index.repeat(frame.w)])
    for name in ("index", "loadings"):
        pd.testing.assert_frame_equal(getattr(weighted, name), getattr(repeated, name), rtol=1e-8)


@pytest.mark.parametrize("convention", ["fornell", "standardized", "equal"])
@pytest.mark.parametrize("options", METHODS)
def test_respondents_scores_have_the_index_for_their_mean(convention, options):
    frame = answers()
    text = BASE.replace("A =~", "T =~ l1; A =~").replace("Loyalty =~ l1;", "")
    model = csi.Model.parse(text + "H =~ A + B + T; Satisfaction ~ H + M + H:M", reversed=["a2", "T"])
    result = fit(model, frame, convention=convention, **options)
    scores = result.scores(frame)
    assert tuple(scores.columns) == model.construct_names == tuple(result.index.construct)
    assert scores.mean().tolist() == pytest.approx(result.index.estimate.tolist(), rel=EXACT)
    sd = dict(zip(result.model.construct_names, result.estimates.deviation[0], strict=True))
    assert [sd[name] for name in ("H", "M", "Satisfaction")] == pytest.approx(scores[["H", "M", "Satisfaction"]].std().tolist())  # fmt: skip
    table = csi.conventions(result)
    assert table[convention].tolist() == pytest.approx(result.index.estimate.tolist(), rel=EXACT)


# The rest of the library


def test_every_kind_of_replicates_goes_through_the_stages():
    frame = answers(n=90).assign(stratum=["a", "b", "c"] * 30, w=np.linspace(1, 2, 90))
    for options in (
        {"interval": "bca"},
        {"interval": "studentized"},
        {"strata": "stratum", "weights": "w"},
        {"resampling": "jackknife"},
    ):
        result = fit(MODEL, frame, replicates=40, **options)
        for table in (result.index, result.impacts(), csi.simple_slopes(result), result.paths):
            assert np.isfinite(table[["estimate", "se", "lower", "upper"]]).all().all()
    moments = fit(HIGHER, csi.Moments.from_frame(frame, HIGHER), replicates=40)
    assert moments.replicates.words == moments.lower.replicates.words == "parametric: moments of normal samples"
    scanned = fit(HIGHER, csi.scan(frame, HIGHER, groups=20), replicates=40)
    assert np.isfinite(scanned.impacts().se).all()


def test_leagues_comparisons_and_trends_take_such_fits():
    frame = answers(n=80, groups=["2023", "2024"], group_share=0.05).rename(columns={"unit": "firm"})
    result = fit(MODEL, frame, by="firm", replicates=50)
    assert csi.league(result, construct="H").table["rank"].tolist() == [1, 2]
    for name in ("H", "A", "M"):
        league, index = csi.league(result, construct=name).table, result.index[result.index.construct == name]
        assert sorted(league.estimate) == pytest.approx(sorted(index.estimate))
        assert np.isfinite(csi.trend(result, "firm", construct=name).changes.se).all()
        assert np.isfinite(csi.standard_deviation(result, construct=name).se).all()
    with pytest.raises(csi.ModelError, match="no construct 'H:M'"):
        csi.league(result, construct="H:M")
    compared = csi.compare(result, quantities=("index", "paths", "impacts", "loadings")).differences
    index = result.index.set_index(["firm", "construct"]).estimate
    one = compared[(compared["quantity"] == "index") & (compared.construct == "A")].estimate.item()
    assert one == pytest.approx(index["2023", "A"] - index["2024", "A"])
    assert "H:M" in set(compared.source)
    assert "H:M" not in set(compared[compared["quantity"] == "impacts"].source)
    with pytest.raises(csi.OptionError, match="not available for higher-order constructs"):
        csi.compare(frame, MODEL, by="firm", permutations=19, replicates=20)
    with pytest.raises(csi.OptionError, match="not available for higher-order constructs"):
        csi.micom(MODEL, frame, by="firm", permutations=19)


def test_assessments_maps_and_pictures_take_such_fits():
    import matplotlib as mpl

    mpl.use("Agg")
    for result in (
        fit(MODEL, answers(), replicates=60),
        fit(HIGHER, answers(), replicates=60, higher_order="repeated"),
    ):
        table = csi.importance_performance(result)
        impacts, index = by(result.impacts(), "source"), by(result.index, "construct")
        for source, importance, performance in zip(table.source, table.importance, table.estimate, strict=True):
            assert (importance, performance) == pytest.approx((impacts[source], index[source]))
        for draw in (
            csi.plot.path_diagram,
            csi.plot.index_bars,
            csi.plot.weights_plot,
            csi.plot.importance_performance,
        ):
            draw(result)
        # Items that are there twice make the item correlations singular, so that only distances without an inverse exist.
        assert np.isfinite(csi.assess(result).fit.query("measure == 'srmr'").estimate).all()
    result = fit(HIGHER, answers(), replicates=60)
    items = csi.importance_performance(result, items=True)
    assert set(items["item"]) == {"a1", "a2", "a3", "b1", "b2", "m1", "m2"}
    share = by(result.index_weights, "construct", "item")
    first = items.set_index("item").loc["b1"]
    assert first.importance == pytest.approx(by(result.impacts(), "source")["B"] * share["B", "b1"])
    assert first.estimate == pytest.approx((answers().b1.mean() - 1) / 9 * 100)


def test_failures_and_lost_units_are_those_of_all_stages():
    frame = answers(n=60, groups=["x", "y", "z"])
    frame.loc[frame.unit == "y", "a1"] = 5
    result = fit(MODEL, frame, by="unit", replicates=30, bad_units="drop")
    assert result.dropped.unit.tolist() == result.lower.dropped.unit.tolist() == ["y"]
    assert result.lower.units.unit.tolist() == ["x", "z"]
    rare = answers(n=60, seed=5)
    rare["a1"], rare["a2"], rare["a3"] = 5, 5, [9.0] * 3 + [5.0] * 57
    model = csi.Model.parse(str(MODEL).replace("a1 + a2 + a3", "a3"))
    result = fit(model, rare, replicates=200, max_failed=0.5)
    assert result.failures.reason.tolist() == ["the stage before had failed"]
    lowest = result.lower.lower
    assert lowest.failures.reason.tolist() == ["constant: a3"]
    assert result.failures.replicates.tolist() == lowest.failures.replicates.tolist()
    assert (result.replicates.estimates.status == Status.STAGE_BEFORE).sum() == lowest.failures.replicates.sum()


def test_units_of_different_sizes_have_each_their_own_jackknife():
    """The stack of replicates is as long as the largest unit; the second of three is left out on the way."""
    frame = pd.concat([answers(n=n, seed=n).assign(unit=name) for name, n in {"x": 90, "y": 60, "z": 70}.items()])
    frame.loc[frame.unit == "y", "a1"] = 5
    both = fit(MODEL, frame, by="unit", replicates=200, resampling="jackknife", bad_units="drop")
    assert both.sample.replicates.tolist() == [90, 70]
    for unit in ("x", "z"):
        alone = fit(MODEL, frame[frame.unit == unit], replicates=200, resampling="jackknife")
        for table in ("paths", "index", "index_weights"):
            own = getattr(both, table).query("unit == @unit").drop(columns="unit").reset_index(drop=True)
            pd.testing.assert_frame_equal(own, getattr(alone, table), rtol=EXACT)
    assert np.isfinite(fit(MODEL, frame, by="unit", replicates=50, interval="bca", bad_units="drop").paths.lower).all()


def test_what_interactions_refuse():
    frame = answers()
    with pytest.raises(csi.OptionError, match="needs respondents' rows"):
        fit(MODEL, csi.Moments.from_frame(frame, MODEL))
    with pytest.raises(csi.OptionError, match="normal answers"):
        fit(MODEL, frame, replicates=20, resampling="parametric")
    gaps = frame.copy()
    gaps.loc[3, "a1"] = np.nan
    with pytest.raises(csi.OptionError, match="missing='mean' does not go with an interaction"):
        fit(MODEL, gaps, missing="mean")
    assert fit(MODEL, gaps).moments.n.tolist() == [119]
    for missing in ("mean", "em"):
        pd.testing.assert_frame_equal(fit(MODEL, frame, missing=missing).paths, fit(MODEL, frame).paths)
    with pytest.raises(csi.OptionError, match="ordinal= does not go with an interaction"):
        fit(MODEL, frame, ordinal=True)
    for model in (MODEL, HIGHER, fit(HIGHER, frame)):
        with pytest.raises(csi.OptionError, match="prediction of higher-order constructs"):
            csi.predict(model, frame)
    with pytest.raises(csi.OptionError, match=r"interaction='products' is not known"):
        fit(MODEL, frame, interaction="products")
    with pytest.raises(csi.OptionError, match="need the fit of a model with an interaction"):
        csi.simple_slopes(fit(HIGHER, frame))
    with pytest.raises(csi.OptionError, match="at="):
        csi.simple_slopes(fit(MODEL, frame), at=["low"])
    with pytest.raises(csi.OptionError, match="clash"):
        csi.simple_slopes(fit(MODEL, frame.assign(at="x"), by="at"))


def test_the_summary_says_how_stages_were_made():
    text = fit(MODEL, answers()).summary()
    assert "Stages: scores on 0–100 of A, B; then interaction of H:M" in " ".join(text.split())
    assert "An interaction has no index" in text
    assert "Stages" not in fit(FLAT, answers()).summary()
    assert "PLSc corrects" not in text
    single = fit(csi.Model.parse(SINGLE + " + X:M"), answers(), estimator="plsc").summary()
    assert "PLSc corrects the main effects" in " ".join(single.split())


@pytest.mark.slow
def test_intervals_of_an_interaction_cover_the_truth():
    """300 samples of 200: y = .4 x + .3 m + .2 xm + noise, answered in hundreds of steps, one item each."""
    rng = np.random.default_rng(8)
    model = csi.Model.parse(SINGLE + " + X:M", scale=(-10, 10))
    # sd(y)² = .16 + .09 + 2·.4·.3·.5 + .04·(1 + .25) + .36
    truth, inside, runs = 0.2 / np.sqrt(0.16 + 0.09 + 0.12 + 0.05 + 0.36), 0, 300
    for _ in range(runs):
        x, m = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 200).T
        frame = pd.DataFrame({"a1": x, "m1": m, "s1": 0.4 * x + 0.3 * m + 0.2 * x * m + 0.6 * rng.standard_normal(200)})
        row = csi.fit(model, frame, replicates=400, seed=int(rng.integers(1 << 30))).paths.iloc[2]
        inside += row.lower <= truth <= row.upper
    # 95 % less three binomial errors, and two points that percentile intervals of 200 skewed products may lose.
    assert inside / runs > 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs) - 0.02
