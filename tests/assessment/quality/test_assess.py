"""What assess says of ordinary and of odd models: tables, texts, warnings, errors."""

import warnings

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.assessment.groups.distance import implied_constructs, items_from
from csindex.assessment.quality import measurement, model_fit, scope, structure
from csindex.assessment.quality.structure import model_weights
from csindex.errors import ConventionWarning, InadmissibleWarning, ModelError, OptionError, SmallSampleWarning
from csindex.estimation.pls.structure import path_coefficients

THREE = "Quality =~ q1 + q2 + q3; Value =~ v1 + v2; Satisfaction =~ s1 + s2 + s3;"
MODEL = csi.Model.parse(THREE + "Value ~ Quality; Satisfaction ~ Quality + Value")
TABLES = tuple(name for name in csi.Assessment.TABLES if name != "thresholds")
NUMBERS = ["estimate", "se", "lower", "upper"]


def fitted(model: csi.Model = MODEL, n: int = 300, replicates: int = 150, **options: object) -> csi.Fit:
    data = options.pop("data", None)
    data = csi.simulate(model, n, seed=3) if data is None else data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConventionWarning)
        return csi.fit(model, data, replicates=replicates, progress=False, **options)


@pytest.fixture(scope="module")
def found() -> csi.Assessment:
    return csi.assess(fitted())


def of_correlations(R: np.ndarray, model: csi.Model, n: int = 200, **options: object) -> csi.Fit:
    p = len(R)
    moments = csi.Moments.from_published(np.full(p, 5.0), np.ones(p), R, n, items=model.item_names)
    return csi.fit(model, moments, progress=False, **{"replicates": 0, **options})


def test_every_table_is_tidy_and_every_number_has_its_interval(found):
    for name, table in found.tables().items():
        if name in ("thresholds", "inadmissible", "weights"):
            continue
        assert list(table.columns)[-4 - 4 * (name == "fit") :][:4] == NUMBERS, name
        numbers = table[NUMBERS]
        assert np.isfinite(numbers.to_numpy()).all(), name
        assert (table.se >= 0).all() and (table.lower <= table.upper).all(), name


def test_tables_have_the_rows_that_their_names_say(found):
    sizes = {name: len(table) for name, table in found.tables().items()}
    assert set(sizes) == {*TABLES, "thresholds"} - {"weights", "inadmissible"}
    expected = {"reliability": 15, "htmt": 9, "fornell_larcker": 6, "cross_loadings": 24, "r2": 4, "f2": 6, "fit": 9}
    assert {name: sizes[name] for name in expected} == expected
    assert sizes["vif"] == 8 + 2
    assert sizes["redundancy"] == 3 + 2
    assert sizes["criteria"] == 2 * 9
    assert len(found.weights) == len(found.inadmissible) == 0


def test_it_does_not_change(found):
    with pytest.raises(AttributeError):
        found.gof = None


def test_alpha_by_hand():
    R = np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    S = R * np.outer([1, 2, 3], [1, 2, 3])
    # Three items with r = 0.4: 3 · 0.4/(1 + 2 · 0.4); raw: (3/2)(1 - 14/22.8) with tr S = 14 and off-diagonal sum 8.8.
    assert measurement.alpha(R[None], [slice(0, 3)])[0, 0] == pytest.approx(1.2 / 1.8)
    assert measurement.alpha(S[None], [slice(0, 3)])[0, 0] == pytest.approx(1.5 * (1 - 14 / 22.8))
    assert np.isnan(measurement.alpha(R[None], [slice(0, 1)])[0, 0])


def test_two_items_have_the_reliability_of_spearman_and_brown():
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A", target="B")
    R = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    R[0, 1] = R[1, 0] = R[2, 3] = R[3, 2] = 0.6
    rows = csi.assess(of_correlations(R, model)).reliability.set_index(["construct", "measure"]).estimate
    # 2r/(1+r), and by symmetry loadings of √((1+r)/2).
    for measure in ("alpha", "alpha_raw", "rho_a"):
        assert rows["A", measure] == pytest.approx(1.2 / 1.6)
    assert rows["A", "ave"] == pytest.approx(0.8)


def test_reliability_of_a_factor_population():
    """With loadings of a common factor in the weights' place, rho_A is the reliability of that composite."""
    loadings = np.array([0.9, 0.7, 0.5])
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1)
    w = loadings / np.sqrt(loadings @ R @ loadings)
    # Dijkstra & Henseler: exact where weights are proportional to the loadings.
    assert measurement.rho_a(R[None], w[None], [slice(0, 3)])[0, 0] == pytest.approx((w @ loadings) ** 2)


def test_raw_alpha_counts_items_in_points_of_100():
    """A change of an item's unit with its scale changes nothing; alpha of raw answers does change with their spread."""
    answers = csi.simulate(MODEL, 300, seed=3)
    other = answers.assign(q1=(answers.q1 - 1) * 10)
    wide = csi.Model.parse(THREE + "Value ~ Quality; Satisfaction ~ Quality + Value", scales={"q1": (0, 90)})
    a, b = (csi.assess(fitted(m, data=d, replicates=0)).reliability for m, d in ((MODEL, answers), (wide, other)))
    pd.testing.assert_series_equal(a.estimate, b.estimate, rtol=1e-9)
    squeezed = csi.assess(fitted(data=answers.assign(q1=4 + answers.q1 / 5), replicates=0)).reliability
    apart = (squeezed.estimate - a.estimate).abs()
    assert apart[a.measure == "alpha_raw"].max() > 0.01
    assert apart[a.measure != "alpha_raw"].max() < 1e-9


def test_reversed_items_change_nothing():
    answers = csi.simulate(MODEL, 300, seed=3)
    turned = csi.Model.parse(THREE + "Value ~ Quality; Satisfaction ~ Quality + Value")
    constructs = [
        csi.Construct(c.name, c.items, reversed=("q2",) if c.name == "Quality" else ()) for c in turned.constructs
    ]
    turned = csi.Model(constructs, turned.paths, turned.items, turned.target)
    a = csi.assess(fitted(data=answers, replicates=0))
    b = csi.assess(fitted(turned, data=answers.assign(q2=11 - answers.q2), replicates=0))
    for name in ("reliability", "htmt", "cross_loadings", "vif", "fit", "f2"):
        left, right = getattr(a, name), getattr(b, name)
        pd.testing.assert_frame_equal(left, right, rtol=1e-6, atol=1e-8)


def test_variants_measure_the_same_reliability():
    """Centred items give other weights; reliability is of standardized items in both."""
    answers = csi.simulate(MODEL, 300, seed=3)
    a, b = (csi.assess(fitted(data=answers, variant=v, replicates=0)) for v in ("standardized", "centered"))
    rows = a.reliability.assign(other=b.reliability.estimate)
    same = rows.measure.isin(["alpha", "alpha_raw"])
    np.testing.assert_allclose(rows[same].estimate, rows[same].other, rtol=1e-12)
    assert (rows.estimate - rows.other).abs().max() < 0.02
    own = a.cross_loadings.query("own == construct").estimate.to_numpy()
    np.testing.assert_allclose(own, a.result.loadings.estimate, rtol=1e-9)
    own = b.cross_loadings.query("own == construct").estimate.to_numpy()
    np.testing.assert_allclose(own, b.result.loadings.estimate, rtol=1e-9)


def test_f_squared_is_the_loss_of_r_squared(found):
    e, design = found.result.estimates, found.result.design
    at = {name: j for j, name in enumerate(found.result.model.construct_names)}
    for row in found.f2[found.f2.measure == "f2"].itertuples():
        source, target = at[row.source], at[row.target]
        less = structure.without(design, target, source)
        kept = path_coefficients(e.correlations, less)[1][0, target]
        r2 = e.r2[0, target]
        assert row.estimate == pytest.approx((r2 - kept) / (1 - r2), abs=1e-12)


def test_a_construct_left_alone_by_a_path_still_leaves_an_f_squared():
    """Without its one path, Image is joined to nothing; the rest is estimated without it, as a model of the rest is."""
    text = "Image =~ i1 + i2; Quality =~ q1 + q2; Satisfaction =~ s1 + s2; Satisfaction ~ Image + Quality"
    model = csi.Model.parse(text)
    answers = csi.simulate(model, 200, seed=1)
    rest = csi.Model.parse("Quality =~ q1 + q2; Satisfaction =~ s1 + s2; Satisfaction ~ Quality")
    r2, kept = (fitted(m, data=answers, replicates=0).estimates.r2[0, -1] for m in (model, rest))
    rows = csi.assess(fitted(model, data=answers, replicates=0)).f2.set_index(["source", "measure"]).estimate
    assert rows["Image", "f2_reestimated"] == pytest.approx((r2 - kept) / (1 - r2), abs=1e-6)


def test_a_model_that_holds_fits_exactly():
    """Two single items, and a saturated model of one block each: nothing is left to explain."""
    model = csi.Model.parse("A =~ a; B =~ b; B ~ A", target="B")
    rows = csi.assess(of_correlations(np.array([[1, 0.5], [0.5, 1]]), model)).fit.set_index(["model", "measure"])
    for measure in ("srmr", "d_uls", "d_g"):
        assert rows.estimate["estimated", measure] == pytest.approx(0, abs=1e-12)
    assert rows.estimate["estimated", "nfi"] == pytest.approx(1)


def test_distances_by_their_definitions():
    rng = np.random.default_rng(1)
    R, sigma = (np.corrcoef(rng.normal(size=(6, 50)) + 0.5 * rng.normal(size=50)) for _ in range(2))
    srmr, uls, geodesic, nfi = model_fit.fit_measures(R[None], (sigma[None],))[0]
    gap = (R - sigma)[np.tril_indices(6, -1)]
    phi = np.linalg.eigvals(np.linalg.solve(R, sigma)).real
    ml = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(R)[1] + np.trace(R @ np.linalg.inv(sigma)) - 6
    assert uls == pytest.approx((gap**2).sum())
    assert srmr == pytest.approx(np.sqrt((gap**2).sum() / 21))
    assert geodesic == pytest.approx(0.5 * (np.log(phi) ** 2).sum())
    assert nfi == pytest.approx(1 - ml / -np.linalg.slogdet(R)[1])


def test_what_is_not_positive_definite_has_no_geodesic_distance():
    R = np.eye(3) + 0.2 * (1 - np.eye(3))
    bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    stack = np.stack([R, R, bad, np.full((3, 3), np.nan)])
    sigma = np.stack([R, bad, R, R])
    found = model_fit.fit_measures(stack, (sigma,))
    assert np.isfinite(found[0]).all()
    assert np.isfinite(found[1:3, :2]).all()
    assert np.isnan(found[1:3, 2:]).all()
    assert np.isnan(found[3]).all()


def test_units_get_what_they_get_alone():
    answers = csi.simulate(MODEL, 200, groups=["A", "B"], seed=5)
    both = csi.assess(fitted(data=answers, by="unit", replicates=100))
    for name in TABLES:
        table = getattr(both, name)
        assert table.columns[0] == "unit", name
    one = csi.assess(fitted(data=answers[answers.unit == "B"], replicates=100))
    for name in ("reliability", "htmt", "fornell_larcker", "vif", "r2", "f2", "gof", "fit", "criteria"):
        ours = getattr(both, name).query("unit == 'B'").reset_index(drop=True)
        np.testing.assert_allclose(ours.estimate, getattr(one, name).estimate, rtol=1e-6, atol=1e-8, err_msg=name)
    tested = both.fit.p.notna().sum()
    assert tested == 2 * 6
    assert "2 units" in both.summary() and "An exact fit is rejected" in both.summary()
    assert "2 units" in repr(both)


def test_units_in_blocks_are_units_at_once(monkeypatch):
    answers = csi.simulate(MODEL, 150, groups=3, seed=5)
    result = fitted(data=answers, by="unit", replicates=60)
    whole = csi.assess(result)

    for module in (scope, model_fit):
        monkeypatch.setattr(module, "BLOCK_CELLS", 64 * 50)
    parts = csi.assess(result)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(parts, name), rtol=1e-9)


def test_without_replicates_there_are_estimates_only():
    found = csi.assess(fitted(replicates=0))
    for name in ("reliability", "htmt", "f2", "fit", "criteria"):
        table = getattr(found, name)
        assert np.isfinite(table.estimate).all() and table[["se", "lower", "upper"]].isna().all(axis=None)
    assert found.fit[["hi95", "hi99", "p"]].isna().all(axis=None)
    assert "without replicates" in found.summary() and "no test of exact fit" in found.summary()


def test_published_moments_have_parametric_intervals_and_a_test():
    found = csi.assess(fitted(csi.ecsi("mobile"), data=csi.datasets.ecsi_mobile(), replicates=200))
    assert np.isfinite(found.reliability.query("construct != 'Complaints'").lower).all()
    rows = found.fit.set_index(["model", "measure"])
    assert rows.p["estimated", "srmr"] == pytest.approx(1 / 201)


def test_a_jackknife_has_intervals_but_no_test():
    result = fitted(resampling="jackknife", replicates=60)
    found = csi.assess(result)
    assert np.isfinite(found.fit.se).all()
    assert found.fit.p.isna().all()


def test_failed_replicates_are_left_out():
    from dataclasses import replace

    result = fitted(replicates=100)
    drawn = result.replicates.estimates
    broken = {name: np.copy(getattr(drawn, name)) for name in ("weights", "loadings", "correlations", "paths", "r2")}
    for array in broken.values():
        array[:, :10] = np.nan
    status = drawn.status.copy()
    status[:, :10] = 4
    failed = replace(result.replicates, estimates=replace(drawn, status=status, **broken))
    found = csi.assess(replace(result, replicates=failed))
    for name in ("reliability", "htmt", "f2", "vif", "fit", "criteria"):
        assert np.isfinite(getattr(found, name)[NUMBERS].to_numpy()).all(), name
    # p has one more than the replicates that are known in its denominator.
    assert (found.fit.tested.dropna() == 90).all()
    ours = found.fit.p.dropna() * 91
    np.testing.assert_allclose(ours, ours.round(), atol=1e-9)


def test_single_items_and_two_constructs():
    model = csi.Model.parse("Value =~ v1; Satisfaction =~ s1; Satisfaction ~ Value")
    found = csi.assess(fitted(model, replicates=60))
    assert found.reliability.estimate.isna().all()
    assert found.htmt.empty and found.fornell_larcker.empty and found.vif.empty
    text = found.summary()
    assert "One item cannot tell how reliable it is: Value, Satisfaction." in text
    assert "there are no two of them" in text
    assert len(found.f2) == 2 and np.isfinite(found.f2.estimate).all()


def test_one_construct_alone():
    model = csi.Model([csi.Construct("Satisfaction", ["s1", "s2", "s3"], mode="equal")], [])
    found = csi.assess(fitted(model, replicates=60), reflective="all")
    assert found.r2.empty and found.f2.empty and found.gof.empty and found.criteria.empty
    assert np.isfinite(found.reliability.estimate).all()
    assert "Reliability" in found.summary() and "Structural model" not in found.summary()
    assert repr(found)


def test_composites_have_weights_and_no_reliability():
    model = MODEL.with_modes({"Quality": "B"})
    found = csi.assess(fitted(model))
    assert found.reflective == ("Value", "Satisfaction")
    assert found.reliability.query("construct == 'Quality'").estimate.isna().all()
    assert not found.htmt.construct_1.eq("Quality").any() and not found.fornell_larcker.construct_1.eq("Quality").any()
    assert found.fornell_larcker.construct_2.eq("Quality").any()
    assert found.weights.item.tolist() == ["q1", "q2", "q3"] and np.isfinite(found.weights.p).all()
    text = found.summary()
    assert "Composites have no reliability" in text and "Composites of their items: Quality" in text
    forced = csi.assess(found.result, reflective=["Quality", "Value"])
    assert forced.reflective == ("Quality", "Value")


def test_factors_say_how_the_items_of_a_construct_correlate():
    result = fitted()
    composites, factors = csi.assess(result), csi.assess(result, factors=True)
    assert composites.factors == () and factors.factors == ("Quality", "Value", "Satisfaction")
    a, b = (found.fit.set_index(["model", "measure"]).estimate for found in (composites, factors))
    assert a["saturated", "srmr"] < b["saturated", "srmr"]
    said = [" ".join(found.summary().split()) for found in (composites, factors)]
    assert ["rejects models that hold" in text for text in said] == [False, True]


def test_without_estimating_anew():
    found = csi.assess(fitted(), reestimate=False)
    assert found.f2.measure.unique().tolist() == ["f2"]
    assert found.fit.p.isna().all()
    missing = found.criteria[found.criteria.estimate.isna()].criterion.unique().tolist()
    assert missing == ["gm", "mallows_cp"]


def negative_alpha() -> csi.Fit:
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A", target="B")
    R = np.eye(4)
    R[0, 1] = R[1, 0] = -0.3
    R[2, 3] = R[3, 2] = 0.6
    R[0, 2:] = R[2:, 0] = 0.4
    return of_correlations(R, model)


def test_a_negative_alpha_is_told_in_words():
    with pytest.warns(InadmissibleWarning, match=r"alpha of A is -0\.857"):
        found = csi.assess(negative_alpha())
    row = found.inadmissible[found.inadmissible["what"] == "alpha"].iloc[0]
    assert row["where"] == "A" and row.estimate == pytest.approx(2 * -0.3 / 0.7)
    assert "listed under reversed=" in row.reading
    assert "Inadmissible, and not to be reported as if it were fine" in found.summary()
    assert "Inadmissible" in repr(found)


def test_an_item_that_goes_against_its_construct_is_named():
    answers = csi.simulate(MODEL, 300, seed=3)
    with pytest.warns(csi.NegativeWeightWarning):
        result = fitted(data=answers.assign(s3=11 - answers.s3), replicates=0)
    with pytest.warns(InadmissibleWarning, match="alpha of Satisfaction"):
        text = " ".join(csi.assess(result).summary().split())
    assert "Items that go against their construct: s3 −0.8" in text


def test_a_reliability_above_1_is_told_in_words():
    """An item of little weight that agrees with the other all the same makes rho_A = (w'w)² r/(w₁w₂) large."""
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A", target="B")
    R = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
    R[0, 1] = R[1, 0] = 0.3
    R[1, 2:] = R[2:, 1] = 0.05
    result = of_correlations(R, model)
    a, b = result.estimates.weights[0, :2]
    rho = (a**2 + b**2) ** 2 * 0.3 / (a * b)
    assert rho > 1
    with pytest.warns(InadmissibleWarning, match=f"rho_a of A is {rho:.3f}"):
        found = csi.assess(result)
    assert "a reliability lies between 0 and 1" in " ".join(found.summary().split())


def test_correlations_that_cannot_be_are_told_and_have_no_test():
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A", target="B")
    R = np.full((4, 4), 0.2) + 0.8 * np.eye(4)
    R[0, 2] = R[2, 0] = 0.9
    R[1, 2] = R[2, 1] = -0.5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = of_correlations(R, model)
    with pytest.warns(InadmissibleWarning, match="rho_a of A is -0.580"):
        found = csi.assess(result)
    told = found.inadmissible.set_index(["what", "where"]).estimate
    assert round(told["correlation", "A ~~ B"], 3) == 1.112
    assert "the items' correlations" in found.inadmissible["where"].tolist()
    rows = found.fit.set_index(["model", "measure"]).estimate
    assert np.isnan(rows["estimated", "d_g"]) and np.isfinite(rows["estimated", "srmr"])


def test_inadmissible_units_are_named():
    ok = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    odd = negative_alpha().moments.cov[0]
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A", target="B")
    moments = csi.Moments(
        mean=np.full((2, 4), 5.0),
        cov=np.stack([ok, odd]),
        n=np.array([100.0, 100.0]),
        items=model.item_names,
        units=pd.DataFrame({"firm": ["good", "odd"]}),
    )
    with pytest.warns(InadmissibleWarning, match="alpha of A in firm 'odd'"):
        found = csi.assess(csi.fit(model, moments, replicates=0, progress=False))
    assert found.inadmissible.firm.unique().tolist() == ["odd"]
    assert "Inadmissible numbers" in found.summary()


@pytest.mark.parametrize(
    ("choices", "error", "words"),
    [
        ({"reflective": "modeA"}, OptionError, "reflective='modeA' is not known"),
        ({"reflective": ["Quality", "Price"]}, ModelError, "which are no constructs"),
        ({"factors": "yes"}, OptionError, "factors='yes' must be True or False"),
        ({"reestimate": None}, OptionError, "reestimate=None must be True or False"),
    ],
)
def test_arguments_that_are_refused(found, choices, error, words):
    with pytest.raises(error, match=words):
        csi.assess(found.result, **choices)


def test_only_fits_are_assessed():
    with pytest.raises(OptionError, match=r"needs the result of csindex\.fit"):
        csi.assess(MODEL)


def test_unit_columns_must_not_be_labels_of_the_tables():
    answers = csi.simulate(MODEL, 150, groups=2, seed=5).rename(columns={"unit": "model"})
    with pytest.raises(OptionError, match=r"by=\['model'\] would clash"):
        csi.assess(fitted(data=answers, by="model", replicates=0))


def test_the_summary_says_what_a_reader_needs(found):
    text = found.summary()
    for said in (
        "Nunnally & Bernstein 1994", "Fornell & Larcker 1981", "Henseler, Ringle & Sarstedt 2015", "Hu & Bentler 1999",
        "Cohen 1988", "95% intervals from 150 replicates", "seed 1", "Beran & Srivastava 1985", "d_G has the natural logarithm",
    ):  # fmt: skip
        assert said in " ".join(text.split()), said
    assert max(map(len, text.splitlines())) <= 100


def test_thresholds_are_rows_with_a_source(found):
    rows = found.thresholds
    assert list(rows.columns) == ["table", "measure", "rule", "value", "source"]
    assert rows.source.str.contains(r"\d{4}").all()
    assert set(rows.table) <= set(TABLES)


def test_models_are_compared_by_a_criterion():
    answers = csi.simulate(MODEL, 300, seed=3)
    narrow = csi.Model.parse(THREE + "Value ~ Quality; Satisfaction ~ Value")
    results = [fitted(model, data=answers) for model in (MODEL, narrow)]
    rows = csi.compare_models(*results, names=["both", "value only"]).set_index("model")
    ours = [
        csi.assess(r).criteria.query("construct == 'Satisfaction' and criterion == 'bic'").estimate for r in results
    ]
    np.testing.assert_allclose(rows.estimate, np.concatenate(ours))
    assert rows.delta.min() == 0 and rows.weight.sum() == pytest.approx(1)
    assert rows.best["both"] > 0.95 and rows.best.sum() == pytest.approx(1)
    lone = csi.compare_models(results[0], fitted(narrow, data=answers, replicates=0), criterion="aic")
    assert lone.best.isna().all() and lone.criterion.eq("aic").all()


def test_akaike_weights_by_hand():
    # Δ of 0 and 2: 1/(1 + e⁻¹).
    np.testing.assert_allclose(
        model_weights(np.array([10.0, 12.0])), [1 / (1 + np.exp(-1)), np.exp(-1) / (1 + np.exp(-1))]
    )


def test_models_that_cannot_be_compared():
    answers = csi.simulate(MODEL, 300, seed=3)
    one = fitted(data=answers, replicates=0)
    with pytest.raises(OptionError, match="two or more results"):
        csi.compare_models(one)
    with pytest.raises(OptionError, match="other answers"):
        csi.compare_models(one, fitted(data=answers.iloc[:250], replicates=0))
    with pytest.raises(OptionError, match="does not explain 'Quality'"):
        csi.compare_models(one, one, construct="Quality")
    with pytest.raises(OptionError, match="has 1 names for 2 results"):
        csi.compare_models(one, one, names=["a"])
    other = csi.Model.parse("Quality =~ q1 + q2; Satisfaction =~ s1 + s2; Satisfaction ~ Quality")
    with pytest.raises(OptionError, match="by other items"):
        csi.compare_models(one, fitted(other, data=answers, replicates=0))
    with pytest.raises(OptionError, match="without by="):
        units = csi.simulate(MODEL, 150, groups=2, seed=5)
        csi.compare_models(one, fitted(data=units, by="unit", replicates=0))


def test_small_samples_have_no_criterion_that_divides_by_nothing():
    answers = csi.simulate(MODEL, 12, seed=2)
    with pytest.warns(SmallSampleWarning):
        result = fitted(data=answers, replicates=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InadmissibleWarning)
        assert csi.assess(result).criteria.estimate.notna().any()


def test_equations_with_instruments_have_no_f_squared():
    text = "A =~ a1 + a2; B =~ b1 + b2; C =~ c1 + c2; D =~ d1 + d2; C ~ A + D; D ~ B + C"
    model = csi.Model.parse(text, target="D", feedback=True)
    plain = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; C =~ c1 + c2; D =~ d1 + d2; C ~ A; D ~ B + C", target="D")
    found = csi.assess(fitted(model, data=csi.simulate(plain, 500, seed=1), replicates=0))
    assert found.f2.estimate.isna().all() and np.isfinite(found.fit.estimate).all()
    assert found.summary()


@pytest.mark.parametrize("interval", ["bca", "studentized"])
def test_intervals_that_need_more_replicates(interval):
    """A single item has no reliability, and a model without composites no weights, also with these intervals."""
    model = csi.Model.parse("Value =~ v1; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Value")
    found = csi.assess(fitted(model, replicates=60, interval=interval))
    own = found.reliability.query("construct == 'Satisfaction'")
    assert np.isfinite(own[NUMBERS].to_numpy()).all()
    assert found.reliability.query("construct == 'Value'")[NUMBERS].isna().all(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["pls", "plsc"])
def test_an_exact_fit_is_rejected_as_often_as_it_should_be(estimator):
    """Normal samples from a population of composites, or of common factors: at 5%, 5% are rejected.

    400 samples, four standard errors; the geodesic distance of small samples is on the safe side, so that it has no lower
    bound.
    """
    sigma = population(estimator)
    rng, n, count = np.random.default_rng(4), 200, 400
    X = rng.normal(size=(count, n, len(sigma))) @ np.linalg.cholesky(sigma).T
    centred = X - X.mean(axis=1, keepdims=True)
    moments = csi.Moments(
        mean=5 + X.mean(axis=1),
        cov=np.swapaxes(centred, 1, 2) @ centred / (n - 1),
        n=np.full(count, float(n)),
        items=MODEL.item_names,
        units=pd.DataFrame({"sample": np.arange(count)}),
    )
    found = csi.assess(csi.fit(MODEL, moments, replicates=199, estimator=estimator, progress=False))
    rows = found.fit.dropna(subset="p").assign(out=lambda rows: rows.p <= 0.05)
    share, reach = rows.groupby(["model", "measure"]).out.mean(), 4 * np.sqrt(0.05 * 0.95 / count)
    assert (share < 0.05 + reach).all(), share
    assert (share.drop("d_g", level="measure") > 0.05 - reach).all(), share


def population(estimator: str) -> np.ndarray:
    """Return correlations in which the model holds as the estimator takes it."""
    if estimator == "plsc":
        return csi.Population(MODEL).moments.correlation
    base = fitted(n=2000, replicates=0)
    e, design = base.estimates, base.design
    V = implied_constructs(e.correlations, e.paths, e.r2, design)
    return items_from(V, e.loadings, e.correlation, design, np.zeros(3, dtype=bool))[0]
