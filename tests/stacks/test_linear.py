"""Small linear systems against numpy and scipy."""

import numpy as np
import pytest
from scipy.optimize import nnls

from csindex.stacks.linear import inverse, largest_inflation, solve, solve_nonnegative

# Rounding grows with the condition number, which is below 1e4 here.
ROUNDING = 1e-11


def positive_definite(rng, members, q):
    root = rng.standard_normal((members, q, q + 4))
    return root @ np.swapaxes(root, 1, 2) / (q + 4)


def correlation(matrix):
    sd = np.sqrt(np.einsum("mii->mi", matrix))
    return matrix / (sd[:, :, None] * sd[:, None, :])


@pytest.mark.parametrize("q", [1, 2, 3, 7, 12])
def test_solve_and_inverse_agree_with_numpy(rng, q):
    A, b = positive_definite(rng, 50, q), rng.standard_normal((50, q))
    np.testing.assert_allclose(solve(A, b), np.linalg.solve(A, b[..., None])[..., 0], rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(inverse(A), np.linalg.inv(A), rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("function", [solve, solve_nonnegative], ids=["solve", "nonnegative"])
@pytest.mark.parametrize("members", [0, 1])
def test_stacks_of_none_and_of_one(rng, function, members):
    A = positive_definite(rng, members, 3)
    b = np.einsum("mij,j->mi", A, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(function(A, b), np.tile([1.0, 2.0, 3.0], (members, 1)), atol=ROUNDING)


@pytest.mark.parametrize("bad", [np.ones((3, 3)), np.diag([1.0, -1.0, 1.0]), np.full((3, 3), np.nan), np.zeros((3, 3))])
def test_a_member_that_is_not_positive_definite_is_nan_and_leaves_the_others_alone(rng, bad):
    A, b = positive_definite(rng, 5, 3), rng.standard_normal((5, 3))
    expected = np.linalg.solve(A, b[..., None])[..., 0]
    A[2] = bad
    x = solve(A, b)
    assert np.isnan(x[2]).any()
    np.testing.assert_allclose(x[[0, 1, 3, 4]], expected[[0, 1, 3, 4]], rtol=ROUNDING, atol=ROUNDING)
    assert np.isfinite(np.delete(inverse(A), 2, axis=0)).all()


@pytest.mark.parametrize("q", [2, 5, 9])
@pytest.mark.parametrize("overlap", [0.0, 0.99], ids=["apart", "collinear"])
def test_nonnegative_solution_is_that_of_scipy(rng, q, overlap):
    X = rng.standard_normal((200, 40, q)) + np.sqrt(overlap / (1 - overlap)) * rng.standard_normal((200, 40, 1))
    y = rng.standard_normal((200, 40))
    A, b = np.einsum("mni,mnj->mij", X, X) / 40, np.einsum("mni,mn->mi", X, y) / 40
    theirs = np.array([nnls(*member)[0] for member in zip(X, y, strict=True)])
    x = solve_nonnegative(A, b)
    assert (x >= 0).all()
    # Columns of variance 100 that correlate by .99 have condition numbers of some 1e3.
    np.testing.assert_allclose(x, theirs, rtol=0, atol=1e-9)


def test_nonnegative_solution_is_optimal(rng):
    """x >= 0, the slope Ax - b >= 0 where x = 0, and 0 where x > 0 (Karush, Kuhn and Tucker)."""
    A, b = positive_definite(rng, 500, 6), rng.standard_normal((500, 6))
    x = solve_nonnegative(A, b)
    slope = np.einsum("mij,mj->mi", A, x) - b
    assert (x >= 0).all()
    assert (slope > -ROUNDING).all()
    assert np.abs(slope[x > 0]).max() < ROUNDING


@pytest.mark.parametrize("q", [3, 5])
def test_nonnegative_solution_is_found_where_exchanging_all_at_once_goes_round_in_circles(rng, q):
    """One of some hundred such matrices needs the exchange of one element at a time."""
    root = rng.standard_normal((5000, q, q)) * rng.lognormal(0, 1.5, (5000, 1, q))
    A, b = correlation(root @ np.swapaxes(root, 1, 2) + 1e-3 * np.eye(q)), rng.standard_normal((5000, q))
    x = solve_nonnegative(A, b)
    slope = np.einsum("mij,mj->mi", A, x) - b
    assert (x >= 0).all()
    # The slope's rounding grows with the solution, which is large where the columns nearly coincide.
    limit = 1e-10 * (1 + x.max(axis=1, keepdims=True))
    assert (slope > -limit).all()
    assert (np.abs(np.where(x > 0, slope, 0.0)) < limit).all()


def test_nonnegative_solution_without_positive_part_is_zero(rng):
    A = positive_definite(rng, 4, 3)
    assert (solve_nonnegative(A, -np.ones((4, 3))) == 0).all()


def test_nonnegative_solution_has_a_positive_element_where_the_right_side_has(rng):
    A, b = positive_definite(rng, 500, 5), rng.standard_normal((500, 5)) - 1.0
    x = solve_nonnegative(A, b)
    assert ((x > 0).any(axis=1) == (b > 0).any(axis=1)).all()


def test_members_that_are_not_settled_in_time_are_nan(rng):
    A, b = correlation(positive_definite(rng, 300, 9)), rng.standard_normal((300, 9))
    whole, short = solve_nonnegative(A, b), solve_nonnegative(A, b, rounds=2)
    late = np.isnan(short).all(axis=1)
    assert 0 < late.sum() < 300
    np.testing.assert_allclose(short[~late], whole[~late], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("q", [1, 2, 6])
def test_largest_inflation_agrees_with_numpy(rng, q):
    R = correlation(positive_definite(rng, 30, q))
    expected = np.einsum("mii->mi", np.linalg.inv(R)).max(axis=1)
    np.testing.assert_allclose(largest_inflation(R), expected, rtol=ROUNDING)


def test_largest_inflation_of_a_singular_matrix_is_infinite():
    assert largest_inflation(np.ones((1, 2, 2)))[0] == np.inf
