"""The PLS iteration: known solutions, and that a stack is nothing but its members."""

import numpy as np
import pytest
from scipy.optimize import nnls

import csindex as csi
from csindex.errors import EstimationError
from csindex.estimation.estimates import Status
from csindex.estimation.estimator import estimate
from csindex.estimation.pls.iteration import outer_weights, proxy_correlations, proxy_covariances
from csindex.model.design import design_of
from csindex.options import Options
from csindex.stacks.layout import flatten, take

SCHEMES = ("path", "centroid", "factorial")
MODES = ("A", "B", "nonnegative B", "first component", "equal")
TIGHT = 1e-13
# Where the iteration stops below 1e-13, the weights are a few times that from their limit.
LIMIT = 1e-11


def model_of(modes, blocks=(4, 3, 2, 3, 1)):
    """Five constructs, of which the first acts on all others and the last depends on all others."""
    names = "ABCDE"[: len(blocks)]
    weights = {j: tuple(range(1, size + 1)) for j, size in enumerate(blocks)}
    constructs = [
        csi.Construct(
            name,
            [f"{name.lower()}{i}" for i in range(size)],
            mode=modes.get(name, "A"),
            weights=weights[j] if modes.get(name) == "fixed" else None,
        )
        for j, (name, size) in enumerate(zip(names, blocks, strict=True))
    ]
    paths = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if a == "A" or b == names[-1]]
    return csi.Model(constructs, paths, target=names[-1])


def covariances(rng, members, model, n=200):
    """Covariances of samples of n rows with one common factor, and one for each construct; items vary in spread."""
    design = design_of(model)
    common, own = rng.standard_normal((members, n, 1)), rng.standard_normal((members, n, design.k))
    latent = 0.6 * common + 0.8 * own
    rows = latent[:, :, design.block_of] + rng.standard_normal((members, n, design.p))
    rows *= rng.uniform(0.5, 3.0, design.p)
    return flatten(np.array([np.cov(x, rowvar=False) for x in rows]), 2)


def correlations(S):
    sd = np.sqrt(np.einsum("mii->mi", S))
    return flatten(S / (sd[:, :, None] * sd[:, None, :]), 2)


def weights_of(R, model, scheme="path", start=None, tolerance=TIGHT, rounds=2000):
    return outer_weights(R, design_of(model), scheme, start, tolerance, rounds)


def up_to_sign(w, expected):
    """Return the expected weights (m, q) of a block with the sign that w has."""
    return expected * np.sign(np.einsum("mi,mi->m", w, expected))[:, None]


def whitened(R):
    """Return R^(-1/2) of (m, q, q)."""
    values, vectors = np.linalg.eigh(R)
    return (vectors / np.sqrt(values)[:, None, :]) @ np.swapaxes(vectors, 1, 2)


def unit(w, R):
    return w / np.sqrt(np.einsum("mi,mij,mj->m", w, R, w))[:, None]


@pytest.fixture
def pair(rng):
    """Two blocks of four and three items, joined by one path."""
    model = model_of({}, (4, 3))
    R = correlations(covariances(rng, 8, model))
    return R, R[:, :4, :4], R[:, 4:, 4:], R[:, :4, 4:]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_blocks_in_mode_a_are_tuckers_interbattery_factor(pair, scheme):
    """w₁ ∝ R₁₂w₂ and w₂ ∝ R₂₁w₁: the first singular vectors of R₁₂, by any scheme."""
    R, R11, R22, R12 = pair
    left, _, right = np.linalg.svd(R12)
    w = weights_of(R, model_of({}, (4, 3)), scheme).w
    for part, block, expected in ((w[:, :4], R11, left[:, :, 0]), (w[:, 4:], R22, right[:, 0])):
        np.testing.assert_allclose(part, up_to_sign(part, unit(expected, block)), rtol=0, atol=LIMIT)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_blocks_in_mode_b_are_canonical_correlation(pair, scheme):
    """The path is the first canonical correlation and the weights are the canonical variates'."""
    R, R11, R22, R12 = pair
    model = model_of({"A": "B", "B": "B"}, (4, 3))
    u, singular, v = np.linalg.svd(whitened(R11) @ R12 @ whitened(R22))
    w = weights_of(R, model, scheme).w
    for part, root, expected in ((w[:, :4], whitened(R11), u[:, :, 0]), (w[:, 4:], whitened(R22), v[:, 0])):
        variate = np.einsum("mij,mj->mi", root, expected)
        np.testing.assert_allclose(part, up_to_sign(part, variate), rtol=0, atol=LIMIT)
    C = proxy_correlations(proxy_covariances(R, w, design_of(model)), w, design_of(model))
    np.testing.assert_allclose(np.abs(C[:, 0, 1]), singular[:, 0], rtol=0, atol=LIMIT)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", ["A", "B"])
def test_a_block_and_a_single_item_need_no_iteration(rng, scheme, mode):
    """Mode A weights are the items' correlations with that item, Mode B weights are its regression on them."""
    model = model_of({"A": mode}, (4, 1))
    R = correlations(covariances(rng, 8, model))
    r, R11 = R[:, :4, 4], R[:, :4, :4]
    raw = r if mode == "A" else np.linalg.solve(R11, r[..., None])[..., 0]
    found = weights_of(R, model, scheme)
    assert found.rounds.max() == 2
    np.testing.assert_allclose(found.w[:, :4], unit(raw, R11), rtol=0, atol=1e-13)
    if mode == "B":
        r2 = np.einsum("mi,mi->m", r, raw)
        C = np.einsum("mi,mi->m", found.w[:, :4], r)
        np.testing.assert_allclose(C**2, r2, rtol=0, atol=1e-13)


def test_first_component_is_numpys_eigenvector(rng):
    model = model_of(dict.fromkeys("ABCD", "first component"))
    R = correlations(covariances(rng, 6, model))
    found = weights_of(R, model)
    assert found.rounds.max() == 0
    assert found.converged.all()
    for block in design_of(model).blocks:
        part, own = found.w[:, block], R[:, block, block]
        expected = unit(np.linalg.eigh(own)[1][:, :, -1], own)
        np.testing.assert_allclose(part, up_to_sign(part, expected), rtol=0, atol=1e-13)


@pytest.mark.parametrize("mode", ["equal", "fixed"])
def test_given_weights_are_only_scaled(rng, mode):
    model = model_of(dict.fromkeys("ABCD", mode))
    design = design_of(model)
    R = correlations(covariances(rng, 6, model))
    found = weights_of(R, model)
    assert found.rounds.max() == 0
    for block in design.blocks:
        size = block.stop - block.start
        given = np.ones(size) if mode == "equal" else np.arange(1.0, size + 1)
        expected = unit(np.tile(given, (6, 1)), R[:, block, block])
        np.testing.assert_allclose(found.w[:, block], expected, rtol=0, atol=1e-13)


def test_given_weights_take_no_part_in_the_iteration_but_act_on_their_neighbours(rng):
    fixed, plain = model_of({"B": "fixed"}), model_of({})
    R = correlations(covariances(rng, 4, plain))
    a, b = weights_of(R, fixed).w, weights_of(R, plain).w
    block = design_of(plain).blocks[1]
    ratio = a[:, block] / np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(ratio, ratio[:, :1] * np.ones(3), rtol=1e-12)
    assert np.abs(a[:, :4] - b[:, :4]).max() > 1e-4


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nonnegative_weights_are_best_among_nonnegative_ones(rng, scheme):
    """At the solution each block solves min |inner proxy - Xw|, w >= 0, which scipy solves from a root of R."""
    model = model_of(dict.fromkeys("AD", "nonnegative B"))
    design = design_of(model)
    # Small samples of weak items, so that some unrestricted weights are negative.
    R = correlations(covariances(rng, 12, model, n=30))
    found = weights_of(R, model, scheme)
    assert found.converged.all()
    free = weights_of(R, model_of(dict.fromkeys("AD", "B")), scheme).w
    restricted = [design.blocks[j] for j in (0, 3)]
    assert any((free[:, block] < 0).any() for block in restricted)
    again = inner_proxy_covariances(R, found.w, design, scheme)
    for block in restricted:
        assert (found.w[:, block] >= 0).all()
        root = np.linalg.cholesky(R[:, block, block])
        target = np.linalg.solve(root, again[:, block, None])[..., 0]
        best = np.array([nnls(np.swapaxes(L, 0, 1), t)[0] for L, t in zip(root, target, strict=True)])
        np.testing.assert_allclose(found.w[:, block], unit(best, R[:, block, block]), rtol=0, atol=1e-9)


def inner_proxy_covariances(R, w, design, scheme):
    """Return (m, p) the items' covariances with the inner proxies, by matrices written out."""
    m, k = len(R), design.k
    W = np.zeros((m, design.p, k))
    W[:, np.arange(design.p), design.block_of] = w
    C = np.swapaxes(W, 1, 2) @ R @ W
    joined = design.links | design.links.T
    E = np.where(joined, np.sign(C) if scheme == "centroid" else C, 0.0)
    if scheme == "path":
        for j, sources in enumerate(design.sources):
            if len(sources):
                E[:, sources, j] = np.linalg.solve(C[:, sources[:, None], sources], C[:, sources, j, None])[..., 0]
    Z = R @ W @ E
    return Z[:, np.arange(design.p), design.block_of]


@pytest.mark.parametrize("mode", ["A", "B"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_solution_is_a_fixed_point_of_lohmoellers_equations(rng, mode, scheme):
    model = model_of(dict.fromkeys("ABCD", mode))
    design = design_of(model)
    R = correlations(covariances(rng, 6, model))
    w = weights_of(R, model, scheme).w
    z = inner_proxy_covariances(R, w, design, scheme)
    for block in design.blocks:
        own = R[:, block, block]
        raw = z[:, block] if mode == "A" else np.linalg.solve(own, z[:, block, None])[..., 0]
        np.testing.assert_allclose(w[:, block], unit(raw, own), rtol=0, atol=LIMIT)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("tolerance", [1e-3, 1e-6])
def test_iteration_stops_in_the_first_round_in_which_no_weight_changes_by_more(rng, tolerance, scheme):
    """Counted with Lohmöller's equations written out; the weights of that round are the solution."""
    model = model_of({})
    design = design_of(model)
    R = correlations(covariances(rng, 6, model, n=60))
    found = weights_of(R, model, scheme, tolerance=tolerance)
    for i in range(6):
        one, rounds, change = R[i : i + 1], 0, np.inf
        w = scaled(np.ones((1, design.p)), one, design)
        while change >= tolerance:
            new = scaled(inner_proxy_covariances(one, w, design, scheme), one, design)
            change, w, rounds = np.abs(new - w).max(), new, rounds + 1
        assert found.rounds[i] == rounds
        np.testing.assert_allclose(found.w[i], w[0], rtol=0, atol=1e-13)


def scaled(raw, R, design):
    return np.concatenate([unit(raw[:, block], R[:, block, block]) for block in design.blocks], axis=1)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", MODES)
def test_a_stack_is_its_members_one_by_one(rng, mode, scheme):
    """Members take different numbers of rounds, and leave the stack when they are done."""
    model = model_of(dict.fromkeys("ABCD", mode))
    R = correlations(covariances(rng, 60, model, n=60))
    whole = weights_of(R, model, scheme, tolerance=1e-7)
    if mode in ("A", "B", "nonnegative B"):
        assert len(np.unique(whole.rounds)) > 2
    for i in range(0, 60, 7):
        one = weights_of(take(R, slice(i, i + 1)), model, scheme, tolerance=1e-7)
        assert (one.rounds[0], one.converged[0]) == (whole.rounds[i], whole.converged[i])
        np.testing.assert_allclose(one.w[0], whole.w[i], rtol=0, atol=1e-13)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", ["A", "B", "nonnegative B"])
def test_solution_does_not_depend_on_where_the_iteration_begins(rng, mode, scheme):
    model = model_of(dict.fromkeys("ABCD", mode))
    R = correlations(covariances(rng, 20, model))
    plain = weights_of(R, model, scheme)
    start = flatten(rng.uniform(0.2, 2.0, plain.w.shape), 1)
    np.testing.assert_allclose(weights_of(R, model, scheme, start).w, plain.w, rtol=0, atol=LIMIT)
    assert weights_of(R, model, scheme, plain.w).rounds.max() <= 2


def test_members_that_cannot_be_estimated_leave_the_others_alone(rng):
    model = model_of({"A": "B"})
    R = correlations(covariances(rng, 9, model))
    expected = weights_of(R, model).w
    broken = R.copy(order="K")
    broken[2] = np.nan
    broken[5, :4, :4] = 1.0
    found = weights_of(broken, model)
    good = np.isin(np.arange(9), [2, 5], invert=True)
    assert (found.converged == good).all()
    assert np.isnan(found.w[~good]).all()
    assert found.rounds[~good].max() <= 1
    np.testing.assert_allclose(found.w[good], expected[good], rtol=0, atol=1e-13)


def constant(S):
    S[1, :, 5] = S[1, 5, :] = 0.0


def collinear(S):
    S[1, :4, :4] = S[1, 0, 0]


@pytest.mark.parametrize(
    ("spoil", "variant", "status"),
    [
        (constant, "standardized", Status.CONSTANT),
        (constant, "centered", Status.CONSTANT),
        (collinear, "standardized", Status.SINGULAR),
        (collinear, "centered", Status.SINGULAR),
    ],
)
def test_members_that_fail_say_why(rng, spoil, variant, status):
    model = model_of({"A": "B"})
    design = design_of(model)
    S = covariances(rng, 3, model)
    spoil(S)
    found = estimate(flatten(np.full((3, design.p), 5.5), 1), S, design, Options(variant=variant))
    assert found.status.tolist() == [Status.OK, status, Status.OK]
    for name in ("weights", "loadings", "index_weights", "correlations", "paths", "r2", "index", "deviation"):
        known = np.isfinite(getattr(found, name).reshape(3, -1)).all(axis=1)
        assert known.tolist() == [True, False, True]


def test_too_few_rounds_are_a_status_for_replicates_and_an_error_for_the_sample(rng):
    model = model_of({})
    S = covariances(rng, 5, model)
    mean = flatten(np.full((5, design_of(model).p), 5.5), 1)
    found = estimate(mean, S, design_of(model), Options(max_iterations=2, tolerance=1e-10))
    assert (found.status == Status.UNCONVERGED).all()
    assert (found.rounds == 2).all()
    assert np.isnan(found.weights).all()
    assert np.isnan(found.index).all()
    moments = csi.Moments(model.item_names, mean[0], S[0], 200)
    with pytest.raises(EstimationError, match=r"did not converge.*After 2 rounds"):
        csi.fit(model, moments, replicates=0, max_iterations=2, tolerance=1e-10)


@pytest.mark.parametrize("variant", ["standardized", "centered"])
def test_constructs_are_oriented_by_their_items_and_replicates_by_the_sample(rng, variant):
    model = model_of(dict.fromkeys("ABCD", "first component"))
    design, options = design_of(model), Options(variant=variant)
    S = covariances(rng, 6, model)
    mean = flatten(np.full((6, design.p), 5.5), 1)
    found = estimate(mean, S, design, options)
    for block in design.blocks:
        assert (found.loadings[:, block].sum(axis=1) > 0).all()
    replicates = estimate(mean, S, design, options, -found.weights)
    several = np.array([block.stop - block.start > 1 for block in design.blocks])[design.block_of]
    np.testing.assert_allclose(replicates.weights[:, several], -found.weights[:, several], rtol=0, atol=1e-13)
    np.testing.assert_allclose(replicates.index, found.index, rtol=0, atol=1e-10)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_standardized_estimates_do_not_depend_on_the_items_units(rng, scheme):
    model = model_of({"A": "B"})
    design, options = design_of(model), Options(scheme=scheme, tolerance=TIGHT, max_iterations=2000)
    S = covariances(rng, 4, model)
    unit_of = rng.uniform(0.1, 10.0, design.p)
    mean = flatten(np.full((4, design.p), 5.5), 1)
    a, b = (estimate(mean, flatten(x, 2), design, options) for x in (S, S * unit_of[:, None] * unit_of))
    for name in ("weights", "loadings", "paths", "correlations", "r2"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=0, atol=LIMIT)


@pytest.mark.parametrize("variant", ["standardized", "centered"])
def test_a_reversed_item_is_the_item_turned_round(rng, variant):
    """low + high - answer: its mean, and the sign of its covariances."""
    plain = csi.Model.parse("A =~ a1 + a2 + a3; B =~ b1 + b2; B ~ A")
    turned = csi.Model.parse("A =~ a1 + a2 + a3; B =~ b1 + b2; B ~ A", reversed=["a2"])
    S, sign = covariances(rng, 1, plain), np.array([1.0, -1.0, 1.0, 1.0, 1.0])
    mean, options = np.array([[7.0, 4.0, 6.0, 5.0, 8.0]]), Options(variant=variant)
    expected = estimate(mean, S, design_of(plain), options)
    mirrored = np.where(sign > 0, mean, 11 - mean), flatten(S * sign[:, None] * sign, 2)
    found = estimate(*mirrored, design_of(turned), options)
    for name in ("weights", "index", "index_weights", "paths", "r2", "deviation"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=0, atol=1e-10)
