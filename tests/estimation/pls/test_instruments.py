"""Two-stage least squares against statsmodels, its diagnostics against regressions, and both in a published population."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.sandbox.regression.gmm import IV2SLS

import csindex as csi
from csindex.assessment.groups.distance import implied_constructs, implied_items
from csindex.errors import InadmissibleWarning, OptionError, WeakInstrumentWarning
from csindex.estimation.pls.consistent import Flaw
from csindex.estimation.pls.instruments import endogenous, excluded, partial_r2
from csindex.estimation.pls.structure import path_coefficients, total_effects, unstable
from csindex.model.design import design_of

ROUNDING = 1e-10
LIMIT = 1e-11

# Dijkstra & Henseler (2015, Computational Statistics & Data Analysis 81, 10-23) simulate this model: four exogenous factors
# that correlate 0.5, two that act on each other, all loadings 0.7. Its parameters and the correlations, to four digits, are
# those of the example of `testHausman` in cSEM 0.6.1, which gives pages 15-16 as their source; the article was not read.
TRUTH = {
    ("e1", "e5"): -0.30, ("e2", "e5"): 0.50, ("e6", "e5"): 0.25,
    ("e3", "e6"): 0.50, ("e4", "e6"): 0.25, ("e5", "e6"): 0.50,
}  # fmt: skip
PRINTED = np.array(
    [
        [1.0000, 0.5000, 0.5000, 0.5000, 0.0500, 0.4000],
        [0.5000, 1.0000, 0.5000, 0.5000, 0.5071, 0.6286],
        [0.5000, 0.5000, 1.0000, 0.5000, 0.2929, 0.7714],
        [0.5000, 0.5000, 0.5000, 1.0000, 0.2571, 0.6286],
        [0.0500, 0.5071, 0.2929, 0.2571, 1.0000, np.sqrt(0.5)],
        [0.4000, 0.6286, 0.7714, 0.6286, np.sqrt(0.5), 1.0000],
    ]
)
LOADING = 0.7
FOUR_DIGITS = 5e-5


def article(**arguments) -> csi.Model:
    names = [f"e{j}" for j in range(1, 7)]
    constructs = [csi.Construct(name, [f"x{name[1]}{i}" for i in (1, 2, 3)]) for name in names]
    return csi.Model(constructs, list(TRUTH), target="e6", feedback=True, **arguments)


def latent() -> np.ndarray:
    """Return the correlations of the article's factors with all digits."""
    gamma = np.array([[-0.3, 0.5, 0, 0], [0, 0, 0.5, 0.25]])
    outer = 0.5 + 0.5 * np.eye(4)
    inner = np.linalg.inv([[1, -0.25], [-0.5, 1]]) @ gamma @ outer
    rest = np.array([[1, np.sqrt(0.5)], [np.sqrt(0.5), 1]])
    return np.block([[outer, inner.T], [inner, rest]])


def moments(model: csi.Model, n: float = 1e6) -> csi.Moments:
    R = np.kron(latent(), np.full((3, 3), LOADING**2))
    np.fill_diagonal(R, 1)
    return csi.Moments(model.item_names, np.full(18, 5.5), R, np.array(n))


def fit(model: csi.Model, data, **options) -> csi.Fit:
    return csi.fit(model, data, **{"replicates": 0, "tolerance": 1e-13, "max_iterations": 3000, **options})


def test_the_population_is_the_printed_one():
    np.testing.assert_allclose(latent(), PRINTED, rtol=0, atol=FOUR_DIGITS)


def test_plsc_and_two_stages_find_the_truth_of_the_article():
    model = article()
    found = fit(model, moments(model), estimator="plsc")
    paths = found.paths.set_index(["source", "target"]).estimate
    for arrow, value in TRUTH.items():
        assert paths[arrow] == pytest.approx(value, abs=LIMIT)
    np.testing.assert_allclose(found.loadings.estimate, LOADING, rtol=0, atol=LIMIT)
    np.testing.assert_allclose(found.estimates.correlations[0], latent(), rtol=0, atol=LIMIT)


def test_without_one_of_both_the_truth_is_missed():
    """Least squares is off although correlations are corrected; two stages are off where they are not."""
    model = article()
    corrected = fit(model, moments(model), estimator="plsc").estimates
    one_stage = np.linalg.solve(
        corrected.correlations[0][np.ix_([0, 1, 5], [0, 1, 5])], corrected.correlations[0, [0, 1, 5], 4]
    )
    assert abs(one_stage[2] - 0.25) > 0.3
    assert abs(fit(model, moments(model)).paths.set_index(["source", "target"]).estimate["e1", "e5"] + 0.3) > 0.1


def test_r2_is_one_less_the_variance_of_the_residual():
    found = fit(article(), moments(article()), estimator="plsc").r2.set_index("construct").estimate
    b, C = np.array([-0.3, 0.5, 0.25]), latent()[np.ix_([0, 1, 5], [0, 1, 5])]
    assert found["e5"] == pytest.approx(2 * b @ latent()[[0, 1, 5], 4] - b @ C @ b, abs=LIMIT)


def test_total_effects_go_round_the_loop():
    model = article()
    found = fit(model, moments(model), estimator="plsc")
    total = found.effects.query("effect == 'total'").set_index(["source", "target"]).estimate
    # Once round multiplies by 0.25 · 0.5; the sum of all rounds is 1/(1 - 0.125).
    assert total["e6", "e5"] == pytest.approx(0.25 / 0.875, abs=LIMIT)
    assert total["e3", "e5"] == pytest.approx(0.5 * 0.25 / 0.875, abs=LIMIT)
    assert "e6" not in found.impacts().source.tolist()
    assert found.impacts(step=1).set_index("source").loc["e3", "total"] == pytest.approx(0.5 / 0.875, abs=LIMIT)


def test_the_model_implies_its_own_population():
    model = article()
    found = fit(model, moments(model), estimator="plsc")
    e = found.estimates
    np.testing.assert_allclose(
        implied_constructs(e.correlations, e.paths, e.r2, found.design)[0], latent(), rtol=0, atol=LIMIT
    )
    np.testing.assert_allclose(implied_items(e, e.correlation, found.design), e.correlation, rtol=0, atol=LIMIT)


def scores(rng, n=300):
    """Return rows of six constructs that depend on each other somehow."""
    y = rng.standard_normal((n, 6)) @ rng.standard_normal((6, 6))
    return (y - y.mean(axis=0)) / y.std(axis=0)


def single_items(**arguments) -> csi.Model:
    return csi.Model([csi.Construct(f"e{j}", [f"x{j}"]) for j in range(1, 7)], list(TRUTH), target="e6", **arguments)


def test_coefficients_are_those_of_statsmodels(rng):
    design = design_of(single_items(feedback=True))
    for _ in range(5):
        y = scores(rng)
        B, _ = path_coefficients(np.corrcoef(y, rowvar=False)[None], design)
        for j in (4, 5):
            sources = design.sources[j]
            theirs = IV2SLS(y[:, j], y[:, sources], instrument=y[:, design.instruments[j]]).fit().params
            np.testing.assert_allclose(B[0, j, sources], theirs, rtol=ROUNDING)


def test_chosen_instruments_are_those_of_statsmodels(rng):
    model = csi.Model(
        [csi.Construct(f"e{j}", [f"x{j}"]) for j in range(1, 7)],
        [("e1", "e5"), ("e2", "e5"), ("e3", "e5"), ("e5", "e6"), ("e1", "e6"), ("e4", "e6")],
        target="e6",
        instruments={"e6": ["e1", "e2", "e3", "e4"]},
    )
    design, y = design_of(model), scores(rng)
    B, r2 = path_coefficients(np.corrcoef(y, rowvar=False)[None], design)
    sources = design.sources[5]
    theirs = IV2SLS(y[:, 5], y[:, sources], instrument=y[:, :4]).fit()
    np.testing.assert_allclose(B[0, 5, sources], theirs.params, rtol=ROUNDING)
    assert r2[0, 5] == pytest.approx(1 - (y[:, 5] - y[:, sources] @ theirs.params).var(), abs=ROUNDING)
    least_squares = np.linalg.lstsq(y[:, :3], y[:, 4])[0]
    np.testing.assert_allclose(B[0, 4, :3], least_squares, rtol=ROUNDING)


def residual(y, x):
    return y - x @ np.linalg.lstsq(x, y)[0]


def test_strength_is_shea_s_by_his_regressions(rng):
    """Shea (1997): the squared correlation of what is left of a source, and of its projection, without the other sources."""
    model = csi.Model(
        [csi.Construct(f"e{j}", [f"x{j}"]) for j in range(1, 7)],
        [("e1", "e4"), ("e2", "e4"), ("e3", "e5"), ("e1", "e6"), ("e4", "e6"), ("e5", "e6"), ("e2", "e5")],
        target="e6",
        instruments={"e6": ["e1", "e2", "e3"]},
    )
    design, y = design_of(model), scores(rng)
    assert endogenous(design)[1].tolist() == [3, 4]
    assert excluded(design).tolist() == [0, 0, 0, 0, 0, 2]
    found = partial_r2(np.corrcoef(y, rowvar=False)[None], design)[0]
    z, sources = y[:, :3], design.sources[5]
    projected = y - np.stack([residual(y[:, j], z) for j in range(6)], axis=1)
    for at, source in enumerate((3, 4)):
        others = [s for s in sources if s != source]
        left = residual(y[:, source], y[:, others])
        left_of_projection = residual(projected[:, source], projected[:, others])
        assert found[at] == pytest.approx(np.corrcoef(left, left_of_projection)[0, 1] ** 2, rel=1e-9)


def test_the_table_has_the_usual_f(rng):
    """With one endogenous source, F compares its regressions on all instruments and on those in the equation."""
    model = single_items(feedback=True)
    y = pd.DataFrame(np.clip(np.round(5.5 + 1.5 * scores(rng)), 1, 10), columns=model.item_names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)  # of numbers that no model made
        table = fit(model, y).first_stage.set_index("target")
    assert table.columns.tolist() == ["source", "f", "estimate", "se", "lower", "upper"]
    z = (y - y.mean()).to_numpy()
    small, large = (np.sum(residual(z[:, 5], z[:, x]) ** 2) for x in ([0, 1], [0, 1, 2, 3]))
    assert table.f["e5"] == pytest.approx((small - large) / 2 / (large / (300 - 4 - 1)), rel=1e-9)
    assert table.estimate["e5"] == pytest.approx(1 - large / small, rel=1e-9)


def test_weak_instruments_are_told(rng):
    model = single_items(feedback=True)
    rows = pd.DataFrame(rng.integers(1, 11, (200, 6)), columns=model.item_names)
    with pytest.warns(
        WeakInstrumentWarning, match=r"weak for e6 in the equation of e5 \(F \d\.\d\) and e5 in.*below 10"
    ):
        csi.fit(model, rows, replicates=0)


def test_feedback_that_does_not_die_out_is_told():
    design = design_of(article())
    B = np.zeros((3, 6, 6))
    B[:, 4, 5], B[:, 5, 4] = [0.9, 1.1, np.nan], [0.9, 1.1, 0.5]
    assert unstable(B, design).tolist() == [False, True, False]
    T = total_effects(B, design)
    np.testing.assert_allclose(T[0, 4, 5], 0.9 / (1 - 0.81), rtol=1e-12)
    assert np.isnan(T[2]).any()


def test_an_unstable_sample_is_inadmissible():
    """Sources whose instruments say the contrary of their correlation have coefficients beyond 1."""
    model = csi.Model.parse("A =~ a; B =~ b; C =~ c; D =~ d; C ~ A + D; D ~ B + C", target="D", feedback=True)
    C = np.array([[1, 0, 0.3, 0.4], [0, 1, 0.5, 0.3], [0.3, 0.5, 1, 0.5], [0.4, 0.3, 0.5, 1]])
    data = csi.Moments(model.item_names, np.full(4, 5.5), C, np.array(500.0))
    with pytest.warns(InadmissibleWarning, match=r"feedback does not die out \(largest eigenvalue 1\.\d\d\)"):
        found = csi.fit(model, data, replicates=0)
    assert found.estimates.flaws[0] == Flaw.UNSTABLE
    assert found.inadmissible.reason.tolist() == ["feedback that does not die out"]
    assert "feedback does not die out" in " ".join(found.summary().split())


def test_replicates_of_a_loop():
    """Intervals of the loop's paths hold the truth of the article, at n = 20,000; the summary says what was done."""
    model = article()
    found = csi.fit(model, moments(model, 20_000), estimator="plsc", replicates=300)
    table = found.paths.set_index(["source", "target"])
    for arrow, value in TRUTH.items():
        assert table.loc[arrow, "lower"] < value < table.loc[arrow, "upper"]
    text = " ".join(found.summary().split())
    assert "Two-stage least squares with instruments: e5 (e1, e2, e3, e4); e6 (e1, e2, e3, e4)." in text


LOOP = csi.Model.parse(
    "Q =~ q1 + q2 + q3; V =~ v1 + v2 + v3; S =~ s1 + s2 + s3; L =~ l1 + l2 + l3; W =~ w1 + w2; S ~ Q + L; L ~ S + V; W ~ L + Q",
    target="S",
    feedback=True,
)
ARROWS = {("Q", "S"): 0.5, ("L", "S"): 0.3, ("S", "L"): 0.4, ("V", "L"): 0.4, ("L", "W"): 0.5, ("Q", "W"): 0.2}


def test_populations_with_feedback():
    """Residuals that do not correlate, variances of 1: V = (I-B)⁻¹ Ψ (I-B)⁻ᵀ."""
    drawn = csi.Population(LOOP, paths=ARROWS)
    names = LOOP.construct_names
    rest = np.eye(5) - drawn.coefficients
    psi = rest @ drawn.latent @ rest.T
    assert drawn.coefficients[names.index("S"), names.index("L")] == 0.3
    np.testing.assert_allclose(np.diag(drawn.latent), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(psi, np.diag(np.diag(psi)), rtol=0, atol=1e-12)
    assert (np.diag(psi) > 0).all()
    assert csi.Population(LOOP, paths=0.2).coefficients[2, 3] == 0.2
    with pytest.raises(OptionError, match="feedback of S, L would not die out"):
        csi.Population(LOOP, paths={("L", "S"): 1.1, ("S", "L"): 1.2})
    with pytest.raises(OptionError, match="all the variance of 'S'"):
        csi.Population(LOOP, paths={**ARROWS, ("Q", "S"): 0.99})


def test_a_large_sample_with_feedback():
    """10⁵ answers in categories: cutting a normal variable into ten lowers correlations by a percent or so."""
    found = fit(LOOP, csi.Population(LOOP, paths=ARROWS).draw(100_000, seed=1), estimator="plsc", tolerance=1e-7)
    paths = found.paths.set_index(["source", "target"]).estimate
    for arrow, value in ARROWS.items():
        assert paths[arrow] == pytest.approx(value, abs=0.03)
