"""Assessing and comparing covariance structure models, whose standard errors come without replicates."""

import numpy as np
import pytest

import csindex as csi

CHAIN = "Q =~ q1+q2+q3; V =~ v1+v2+v3; S =~ s1+s2+s3; V ~ Q; S ~ V"
FULL = CHAIN + " + Q"
MODEL, WIDER = (csi.Model.parse(text, reversed=["q2"]) for text in (CHAIN, FULL))
# The same sums, added up in another order.
SAME = {"rtol": 1e-9, "atol": 1e-10}


@pytest.fixture(scope="module")
def answers():
    return csi.simulate(MODEL, 300, seed=5)


@pytest.fixture(scope="module")
def fitted(answers):
    return csi.fit(MODEL, answers, estimator="cbsem")


@pytest.fixture(scope="module")
def found(fitted):
    return csi.assess(fitted)


def measure(found, name):
    """Return the row of the estimated model."""
    return found.fit[(found.fit.model == "estimated") & (found.fit.measure == name)].iloc[0]


@pytest.mark.parametrize("likelihood", ["normal", "wishart"])
def test_srmr_and_nfi_are_those_of_the_covariance_structure_model(answers, likelihood):
    result = csi.fit(MODEL, answers, estimator="cbsem", likelihood=likelihood)
    known = result.covariance.measures.set_index("measure").estimate
    found = csi.assess(result)
    for name in ("srmr", "nfi"):
        assert measure(found, name).estimate == pytest.approx(known[name], rel=1e-9), name


def test_what_it_implies_comes_from_its_parameters(fitted, found):
    sigma, S = fitted.covariance.sigma[0], fitted.moments.cov[0] * (299 / 300)
    turn = fitted.design.sign[:, None] * fitted.design.sign
    sd = np.sqrt(np.diag(S))
    apart = (S * turn - sigma) / sd[:, None] / sd
    assert measure(found, "d_uls").estimate == pytest.approx(0.5 * (apart**2).sum(), rel=1e-8)


def test_reliability_is_that_of_the_factor_and_composites_have_none_here(fitted, found):
    loadings = fitted.loadings.query("construct == 'V'").estimate.to_numpy()
    own = found.reliability.query("construct == 'V'").set_index("measure").estimate
    assert own["rho_c"] == pytest.approx(loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum()))
    assert own["ave"] == pytest.approx((loadings**2).mean())
    assert np.isnan(own["rho_a"])
    assert np.isnan(found.fit.query("measure == 'rms_theta'").estimate.iloc[0])
    assert "ρ_A and RMS_theta are of composites" in " ".join(found.summary().split())


def test_f_squared_is_the_loss_of_r_squared_among_the_factors(answers):
    result = csi.fit(WIDER, answers, estimator="cbsem")
    C = result.estimates.correlations[0]
    with_both, alone = C[2, :2] @ np.linalg.solve(C[:2, :2], C[:2, 2]), C[1, 2] ** 2
    found = csi.assess(result).f2.query("source == 'Q' and target == 'S'")
    assert found.measure.tolist() == ["f2"]
    assert found.estimate.iloc[0] == pytest.approx((with_both - alone) / (1 - with_both), rel=1e-6)


def test_the_chi_square_test_stands_in_for_replicates(fitted, found):
    p = fitted.covariance.measures.set_index("measure").estimate["p_scaled"]
    said = " ".join(found.summary().split())
    assert f"p {p:.3f}".replace("0.", ".") in said and "by the delta method" in said
    assert "0 replicates" not in said and found.fit.p.isna().all()


def test_bootstrap_replicates_test_exact_fit_as_chi_square_does(answers):
    direct = csi.simulate(WIDER, 300, seed=5, paths={("Q", "V"): 0.4, ("V", "S"): 0.3, ("Q", "S"): 0.5})
    for rows, holds in ((answers, True), (direct, False)):
        result = csi.fit(MODEL, rows, estimator="cbsem", replicates=100)
        row, known = measure(csi.assess(result), "srmr"), result.covariance.measures.set_index("measure").estimate
        assert row.tested == 100
        assert (row.p > 0.05) == (known["p"] > 0.05) == holds


def test_models_whose_constructs_are_no_composites_are_not_assessed_as_such(fitted):
    with pytest.raises(csi.OptionError, match="factors=False does not go with estimator='cbsem'"):
        csi.assess(fitted, factors=False)


def test_small_steps_are_no_draws():
    groups = csi.simulate(MODEL, 150, groups=2, seed=3)
    result = csi.fit(MODEL, groups, by="unit", estimator="cbsem")
    assert csi.compare(result).differences.mga.isna().all()
    assert csi.importance_performance(result).probability.isna().all()
    one = [csi.fit(model, groups, estimator="cbsem") for model in (MODEL, WIDER)]
    assert csi.compare_models(*one, construct="S").best.isna().all()


def test_small_steps_are_not_counted_as_inadmissible_replicates(answers):
    # Each construct has an item of the other, so that their correlation passes 1.
    model = csi.Model.parse("Q =~ q1+q2+v3; V =~ v1+v2+q3; S =~ s1+s2+s3; V ~ Q; S ~ V", reversed=["q2"])
    with pytest.warns(csi.InadmissibleWarning):
        result = csi.fit(model, answers, estimator="cbsem")
    assert result.inadmissible["sample"].all() and (result.inadmissible.replicates == 0).all()
    assert "replicates" not in result.summary().split("admissible")[1].split("How")[0]


def test_groups_are_permuted_as_they_are_fitted():
    groups = csi.simulate(MODEL, 150, groups=2, group_share=0, seed=3)
    found = csi.compare(
        groups, MODEL, by="unit", quantities="paths", estimator="cbsem", permutations=99, progress=False
    )
    # Both tests are of the same differences.
    np.testing.assert_allclose(found.differences.p_permutation, found.differences.p, atol=0.2)
    with pytest.raises(csi.OptionError, match="do not go with missing='fiml'"):
        csi.compare(groups, MODEL, by="unit", estimator="cbsem", missing="fiml", permutations=99, progress=False)
    with pytest.raises(csi.OptionError, match="micom is about composites"):
        csi.micom(MODEL, groups, by="unit", estimator="cbsem")


@pytest.mark.parametrize("single", [False, True])
def test_complete_rows_have_the_standard_errors_of_their_moments(answers, single):
    model = csi.Model.parse(CHAIN.replace("v1+v2+v3", "v1"), reversed=["q2"]) if single else MODEL
    rows, moments = (
        csi.fit(model, answers, estimator="cbsem", missing=way, errors="normal") for way in ("fiml", "listwise")
    )
    # One has n in the denominator of a variance, the other n - 1.
    np.testing.assert_allclose(rows.index.se, moments.index.se * np.sqrt(299 / 300), rtol=1e-3)
    # The one has observed information, the other expected.
    np.testing.assert_allclose(rows.impacts().se, moments.impacts().se, rtol=0.06)


@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")
def test_a_solution_that_is_not_proper_is_told_wherever_it_is_read():
    with pytest.warns(csi.InadmissibleWarning, match="Satisfaction → Loyalty"):
        result = csi.fit(csi.ecsi("mobile"), csi.datasets.ecsi_mobile(), estimator="cbsem")
    worst = f"{result.paths.estimate.abs().max():.2f}"
    said = " ".join(result.summary().split("Inadmissible estimates")[1].split())
    assert f"Satisfaction → Loyalty ({worst}) and 5 more standardized paths lie beyond ±1" in said
    with pytest.warns(csi.InadmissibleWarning, match="path of"):
        found = csi.assess(result)
    rows = found.inadmissible[found.inadmissible["what"] == "path"]
    assert len(rows) == 6 and f"{rows.estimate.abs().max():.2f}" == worst
    assert "a standardized path passes 1 only where sources overlap" in " ".join(found.summary().split())


def test_a_factor_with_a_negative_residual_is_told_in_the_summary_and_the_assessment(answers):
    model = csi.Model.parse("Q =~ q1+q2+v3; V =~ v1+v2+q3; S =~ s1+s2+s3; V ~ Q; S ~ V", reversed=["q2"])
    with pytest.warns(csi.InadmissibleWarning):
        result = csi.fit(model, answers, estimator="cbsem")
    assert "R² of V is 1.13 (its residual variance is negative)" in " ".join(
        result.summary().split("Inadmissible")[1].split()
    )
    with pytest.warns(csi.InadmissibleWarning):
        found = csi.assess(result)
    assert {"r2", "path", "correlation"} <= set(found.inadmissible["what"])


def test_given_instruments_are_refused():
    text = "A =~ a1+a2; B =~ b1+b2; Q =~ q1+q2; S =~ s1+s2; Q ~ A + B; S ~ Q"
    model = csi.Model.parse(text, instruments={"S": ["A", "B"]}, target="S")
    with pytest.raises(csi.OptionError, match="uses no instruments"):
        csi.fit(model, csi.simulate(csi.Model.parse(text, target="S"), 100, seed=1), estimator="cbsem")


@pytest.mark.parametrize("discrepancy", ["ML", "GLS", "ULS"])
@pytest.mark.parametrize("text", ["X =~ q1; Y =~ s1; Y ~ X", "X =~ q1; Z =~ v1; Y =~ s1; Y ~ X + Z"])
def test_a_model_without_degrees_of_freedom_is_least_squares(answers, discrepancy, text):
    result = csi.fit(csi.Model.parse(text), answers, estimator="cbsem", discrepancy=discrepancy, errors="robust")
    x = np.column_stack([np.ones(300), answers[["q1", "v1"][: text.count("=~") - 1]]])
    b, *_ = np.linalg.lstsq(x, answers.s1, rcond=None)
    inverse, gap = np.linalg.inv(x.T @ x), answers.s1.to_numpy() - x @ b
    paths = result.covariance.parameters.query("op == '~'")
    np.testing.assert_allclose(paths.estimate, b[1:], rtol=1e-6)
    # White's (1980) standard errors, HC0.
    np.testing.assert_allclose(paths.se, np.sqrt(np.diag(inverse @ (x.T * gap**2) @ x @ inverse))[1:], rtol=1e-3)
    known = result.covariance.measures.set_index("measure").estimate
    assert known["df"] == 0 and known["chisq_scaled"] == pytest.approx(0, abs=1e-6) and np.isnan(known["p_scaled"])
    assert "no degrees of freedom" in result.summary()
    assert "is not tested" in csi.assess(result).summary()


@pytest.mark.parametrize("text", ["H =~ Q + V; Q =~ q1+q2; V =~ v1+v2; S =~ s1+s2; S ~ H", FULL + " + Q:V"])
def test_levels_and_interactions_are_refused_with_a_remedy(answers, text):
    with pytest.raises(csi.OptionError, match="does not take higher-order constructs or interactions"):
        csi.fit(csi.Model.parse(text), answers, estimator="cbsem")


def test_a_negative_share_has_no_goodness_of_fit():
    # Two-stage least squares can leave more than there was in a replicate, which must not be a warning of NumPy's.
    model = csi.Model.parse(
        "A =~ a1+a2; B =~ b1+b2; Q =~ q1+q2; S =~ s1+s2; Q ~ A + S; S ~ B + Q", feedback=True, target="S"
    )
    flat = csi.Model.parse("A =~ a1+a2; B =~ b1+b2; Q =~ q1+q2; S =~ s1+s2; Q ~ A + B; S ~ A + B + Q", target="S")
    with pytest.warns(csi.CsindexWarning):
        result = csi.fit(model, csi.simulate(flat, 160, seed=3), replicates=50)
    assert result.replicates is not None
    assert (result.replicates.estimates.r2.sum(axis=-1) < 0).any() and result.r2.estimate.sum() > 0
    assert csi.assess(result, reestimate=False).gof.se.notna().all()


def test_a_factor_of_negative_variance_is_refused_with_its_number():
    # So little in common in so few answers that F is smallest where a variance is negative.
    model = csi.Model.parse(FULL)
    few = csi.simulate(model, 60, seed=39, loadings=0.3, paths=0.2)
    with pytest.raises(csi.EstimationError, match=r"the residual variance of S is -0\.439\. .*reversed="):
        csi.fit(model, few, estimator="cbsem")
