"""Consistent PLS in populations of common factors, where it must find the truth, and where it cannot."""

import numpy as np
import pytest

import csindex as csi
from csindex.errors import EstimationError, InadmissibleWarning
from csindex.estimation.pls.consistent import Flaw, disattenuated, flaws, reliability
from csindex.model.design import design_of
from csindex.stacks.linear import solve_general

# Where the iteration stops below 1e-13, estimates are a few times that from their limit.
LIMIT = 1e-11
TIGHT = {"tolerance": 1e-13, "max_iterations": 3000, "replicates": 0}
TEXT = """
    A =~ a1 + a2 + a3; B =~ b1 + b2; C =~ c1 + c2 + c3 + c4; D =~ d1
    B ~ A; C ~ A + B; D ~ B + C
"""
PATHS = {("A", "B"): 0.6, ("A", "C"): 0.3, ("B", "C"): 0.4, ("B", "D"): -0.25, ("C", "D"): 0.7}
LOADINGS = {"A": (0.9, 0.6, 0.75), "B": (0.7, 0.8), "C": (0.5, 0.65, 0.85, 0.95), "D": (1.0,)}
TRUE_LOADINGS = np.concatenate([*LOADINGS.values()])
SD = np.array([1.2, 0.8, 2.0, 1.5, 1.0, 0.7, 2.5, 1.1, 0.9, 1.4])


def population(model, phi, loadings):
    """Return moments of factors that correlate by `phi`, on items with loadings and standard deviations of their own."""
    lam = np.asarray(loadings)
    block = design_of(model).block_of
    R = lam[:, None] * lam * phi[np.ix_(block, block)]
    np.fill_diagonal(R, 1.0)
    p = len(lam)
    sd = np.resize(SD, p)
    return csi.Moments(model.item_names, np.full(p, 6.0), R * sd[:, None] * sd, np.array(1e6))


def factors(model):
    """Return the correlations of factors of variance 1 with the paths of `PATHS`."""
    return csi.Population(model, paths=PATHS).latent


@pytest.fixture
def model():
    return csi.Model.parse(TEXT, target="D")


@pytest.fixture
def moments(model):
    return population(model, factors(model), TRUE_LOADINGS)


@pytest.mark.parametrize("scheme", ["path", "centroid", "factorial"])
@pytest.mark.parametrize("variant", ["standardized", "centered"])
def test_the_population_is_recovered(model, moments, scheme, variant):
    found = csi.fit(model, moments, estimator="plsc", scheme=scheme, variant=variant, **TIGHT)
    np.testing.assert_allclose(found.estimates.correlations[0], factors(model), rtol=0, atol=LIMIT)
    np.testing.assert_allclose(found.loadings.estimate, TRUE_LOADINGS, rtol=0, atol=LIMIT)
    paths = found.paths.set_index(["source", "target"]).estimate
    for arrow, value in PATHS.items():
        assert paths[arrow] == pytest.approx(value, abs=LIMIT)
    assert found.inadmissible.empty
    # ρ_A is the squared correlation of a proxy w'x with its factor.
    w, lam = (
        found.estimates.weights[0] * (moments.sd if variant == "centered" else 1),
        TRUE_LOADINGS,
    )
    if variant == "standardized":
        for j, block in enumerate(found.design.blocks):
            assert found.estimates.reliability[0, j] == pytest.approx((w[block] @ lam[block]) ** 2, abs=LIMIT)


def test_plain_pls_is_attenuated_there(model, moments):
    plain = csi.fit(model, moments, **TIGHT)
    assert abs(plain.paths.set_index(["source", "target"]).estimate["A", "B"]) < 0.5 < PATHS["A", "B"]
    assert (plain.loadings.set_index("item").estimate[["b1", "b2"]] > 0.85).all()


def test_r2_is_that_of_the_factors(model, moments):
    found = csi.fit(model, moments, estimator="plsc", **TIGHT).r2.set_index("construct").estimate
    phi = factors(model)
    assert found["B"] == pytest.approx(0.36, abs=LIMIT)
    assert found["C"] == pytest.approx(0.09 + 0.16 + 2 * 0.3 * 0.4 * phi[0, 1], abs=LIMIT)


@pytest.mark.parametrize("mode", ["B", "nonnegative B", "first component", "equal"])
def test_only_blocks_in_mode_a_are_corrected(model, moments, mode):
    mixed = model.with_modes({"B": mode})
    plain, found = (
        csi.fit(mixed, moments, **TIGHT).estimates,
        csi.fit(mixed, moments, estimator="plsc", **TIGHT).estimates,
    )
    rho = found.reliability[0]
    assert (rho[[1, 3]] == 1).all()
    assert (rho[[0, 2]] < 0.95).all()
    np.testing.assert_array_equal(found.loadings[0, 3:5], plain.loadings[0, 3:5])
    np.testing.assert_allclose(found.correlations[0, 1, 3], plain.correlations[0, 1, 3], rtol=0, atol=1e-15)
    np.testing.assert_allclose(
        found.correlations[0, 0, 1], plain.correlations[0, 0, 1] / np.sqrt(rho[0]), rtol=0, atol=1e-14
    )


def test_a_model_of_single_items_and_composites_is_that_of_pls(moments, model):
    formative = model.with_modes(dict.fromkeys("ABC", "B"))
    plain, found = (csi.fit(formative, moments, estimator=e, **TIGHT).estimates for e in ("pls", "plsc"))
    np.testing.assert_allclose(found.correlations, plain.correlations, rtol=0, atol=1e-15)
    np.testing.assert_allclose(found.paths, plain.paths, rtol=0, atol=1e-14)


def test_impacts_are_consistent_paths_in_points(model, moments):
    found = csi.fit(model, moments, estimator="plsc", **TIGHT)
    sd = dict(zip(model.construct_names, found.estimates.deviation[0], strict=True))
    b = found.impacts(step=1).set_index("source").estimate["C"]
    assert b == pytest.approx(0.7 * sd["D"] / sd["C"], abs=LIMIT)


def test_reliability_by_the_sums_of_the_article(rng):
    """ρ_A = (w'w)² · w'(S - diag S)w / w'(ww' - diag ww')w, written out."""
    design = design_of(csi.Model.parse("A =~ a1 + a2 + a3; B =~ b1 + b2; B ~ A"))
    S = np.array([np.cov(rng.standard_normal((5, 60)) + rng.standard_normal(60)) for _ in range(4)])
    w = rng.uniform(0.5, 1, (4, 5))
    for block in design.blocks:
        w[:, block] /= np.sqrt(np.einsum("mi,mij,mj->m", w[:, block], S[:, block, block], w[:, block]))[:, None]
    rho = reliability(S, w, design)
    for m in range(4):
        for j, block in enumerate(design.blocks):
            v, s = w[m, block], S[m, block, block]
            outer = np.outer(v, v)
            expected = (v @ v) ** 2 * (v @ (s - np.diag(np.diag(s))) @ v) / (v @ (outer - np.diag(np.diag(outer))) @ v)
            assert rho[m, j] == pytest.approx(expected, rel=1e-12)


def test_what_cannot_be_is_flagged():
    eye = np.eye(3)
    beyond, indefinite = eye.copy(), eye.copy()
    beyond[0, 1] = beyond[1, 0] = 1.2
    indefinite[[0, 1, 0, 2, 1, 2], [1, 0, 2, 0, 2, 1]] = [0.9, 0.9, 0.9, 0.9, -0.9, -0.9]
    C = np.array([eye, eye, eye, beyond, indefinite])
    rho, loadings = np.full((5, 3), 0.8), np.full((5, 4), 0.9)
    rho[1, 2], loadings[2, 1] = 1.01, -1.01
    assert flaws(rho, loadings, C).tolist() == [
        0,
        Flaw.RELIABILITY,
        Flaw.LOADING,
        Flaw.CORRELATION | Flaw.INDEFINITE,
        Flaw.INDEFINITE,
    ]


def test_correlations_keep_their_diagonal():
    C = np.array([[[1.0, 0.3], [0.3, 1.0]]])
    np.testing.assert_allclose(disattenuated(C, np.array([[0.5, 0.72]])), [[[1, 0.5], [0.5, 1]]], rtol=0, atol=1e-15)


def test_general_systems(rng):
    A = rng.standard_normal((6, 4, 4))
    A[2] = 1.0
    b = rng.standard_normal((6, 4))
    x = solve_general(A, b)
    assert np.isnan(x[2]).all()
    for m in (0, 1, 3, 4, 5):
        np.testing.assert_allclose(A[m] @ x[m], b[m], rtol=0, atol=1e-10)


def test_items_that_do_not_go_together_are_an_error():
    """Two items that correlate negatively and have weights of one sign: ρ_A < 0."""
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A")
    R = np.array([[1, -0.3, 0.3, 0.3], [-0.3, 1, 0.3, 0.3], [0.3, 0.3, 1, 0.5], [0.3, 0.3, 0.5, 1]])
    moments = csi.Moments(model.item_names, np.full(4, 5.0), R, np.array(300.0))
    with pytest.raises(EstimationError, match=r"ρ_A is not positive.*A -\d.*reversed=.*estimator='pls'"):
        csi.fit(model, moments, estimator="plsc", replicates=0)


def test_a_correlation_beyond_one_is_told_with_its_value():
    model = csi.Model.parse("A =~ a1 + a2; B =~ b1 + b2; B ~ A")
    R = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
    R[0, 1] = R[1, 0] = R[2, 3] = R[3, 2] = 0.5
    moments = csi.Moments(model.item_names, np.full(4, 5.0), R, np.array(300.0))
    with pytest.warns(
        InadmissibleWarning, match=r"A and B correlate 1\.20.*not positive definite.*estimator='pls'"
    ) as told:
        found = csi.fit(model, moments, estimator="plsc", replicates=0)
    assert len(told) == 1
    assert found.paths.estimate[0] == pytest.approx(1.2, abs=1e-6)
    assert found.inadmissible["sample"].tolist() == [True, True]
    text = " ".join(found.summary().split())
    assert "A and B correlate 1.20" in text
    assert "R²: B 1.44 (not a share)" in text
