"""The structural model against matrix algebra and least squares."""

import numpy as np
import pytest

import csindex as csi
from csindex.estimation.pls.structure import adjusted_r2, path_coefficients, total_effects, variance_inflation
from csindex.model.design import design_of

ROUNDING = 1e-12
MODELS = {"ecsi": csi.ecsi("mobile"), "acsi": csi.acsi(), "split": csi.acsi(variant="split"), "ncsi": csi.ncsi()}


@pytest.fixture(params=MODELS)
def design(request):
    return design_of(MODELS[request.param])


def scattered(model):
    """The same model with its constructs in another order, so that causes come after effects."""
    return csi.Model(model.constructs[::-1], model.paths, model.items, model.target)


def scores(rng, members, n, k):
    return rng.standard_normal((members, n, k)) @ rng.standard_normal((members, k, k))


def correlations(Y):
    return np.array([np.corrcoef(y, rowvar=False) for y in Y])


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "in reverse order"])
@pytest.mark.parametrize("name", MODELS)
def test_total_effects_are_the_inverse(rng, name, turned):
    design = design_of(scattered(MODELS[name]) if turned else MODELS[name])
    B = rng.standard_normal((20, design.k, design.k)) * design.links
    eye = np.eye(design.k)
    np.testing.assert_allclose(total_effects(B, design), np.linalg.inv(eye - B) - eye, rtol=0, atol=1e-10)
    assert (total_effects(np.abs(B), design) > 0).all(axis=0).tolist() == design.reaches.tolist()


def test_paths_are_least_squares(rng, design):
    Y = scores(rng, 5, 300, design.k)
    Y = (Y - Y.mean(axis=1, keepdims=True)) / Y.std(axis=1, ddof=1, keepdims=True)
    B, r2 = path_coefficients(correlations(Y), design)
    for member, y in enumerate(Y):
        for j, sources in enumerate(design.sources):
            expected = np.zeros(design.k)
            share = 0.0
            if len(sources):
                expected[sources], rest, *_ = np.linalg.lstsq(y[:, sources], y[:, j])
                share = 1 - rest[0] / (y[:, j] @ y[:, j])
            np.testing.assert_allclose(B[member, j], expected, rtol=0, atol=1e-10)
            assert r2[member, j] == pytest.approx(share, abs=1e-10)


def test_inflation_is_that_of_regressing_each_source_on_the_others(rng, design):
    C = correlations(scores(rng, 4, 300, design.k))
    vif = variance_inflation(C, design)
    assert (np.isfinite(vif) == design.links).all()
    for j, sources in enumerate(design.sources):
        for source in sources:
            others = [s for s in sources if s != source]
            share = [c[source, others] @ np.linalg.solve(c[np.ix_(others, others)], c[others, source]) for c in C]
            np.testing.assert_allclose(vif[:, j, source], 1 / (1 - np.array(share)), rtol=1e-9)


def test_collinear_sources_have_no_paths(rng):
    design = design_of(csi.Model.parse("A =~ a; B =~ b; C =~ c; C ~ A + B"))
    C = np.array(
        [[[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]], [[1, 0.3, 0.5], [0.3, 1, 0.5], [0.5, 0.5, 1]]], dtype=float
    )
    B, r2 = path_coefficients(C, design)
    assert np.isnan(B[0, 2]).any()
    assert np.isnan(r2[0, 2])
    np.testing.assert_allclose(B[1, 2, :2], 0.5 / 1.3, atol=ROUNDING)


@pytest.mark.parametrize(
    ("n", "expected"), [(250, 1 - 0.5 * 249 / 247), (4, 1 - 0.5 * 3 / 1), (3, np.nan), (2, np.nan)]
)
def test_adjusted_r2_needs_more_rows_than_parameters(n, expected):
    design = design_of(csi.Model.parse("A =~ a; B =~ b; C =~ c; C ~ A + B"))
    found = adjusted_r2(np.array([[0.0, 0.0, 0.5]]), np.array([float(n)]), design)
    np.testing.assert_allclose(found[0, 2], expected, atol=ROUNDING)
