"""Empirical Bayes: τ² as other programs have it, critical values as published, intervals that cover."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.special import ndtr
from statsmodels.stats.meta_analysis import combine_effects

from csindex.benchmark.leagues.shrinkage import shrink, tau_squared, worst_bias_critical, worst_noncoverage

Y = np.array([79.0, 82.5, 75.0, 81.0, 70.0, 77.0, 74.0, 79.5, 83.0, 72.0, 76.0, 78.0])
V = np.linspace(0.5, 2.0, 12) ** 2


def cva(bias: float, kurtosis: float, alpha: float) -> float:
    return float(worst_bias_critical(np.array([bias**2]), np.array([kurtosis]), alpha)[0])


@pytest.mark.parametrize(("ours", "theirs"), [("paule-mandel", "iterated"), ("dersimonian-laird", "chi2")])
def test_tau_squared_is_that_of_statsmodels(ours: str, theirs: str) -> None:
    found = combine_effects(Y, V, method_re=theirs, atol=1e-10).tau2
    # statsmodels ends its iteration at 1e-5 of Q.
    assert tau_squared(Y, V, method=ours) == pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize("method", ["paule-mandel", "dersimonian-laird", "reml"])
def test_tau_squared_in_closed_form(method: str) -> None:
    # With equal variances all three are the sample variance less σ².
    assert tau_squared(Y, np.full(12, 2.0), method=method) == pytest.approx(Y.var(ddof=1) - 2.0, rel=1e-8)
    assert tau_squared(Y, np.full(12, 100.0), method=method) == 0.0


def test_reml_is_at_the_top_of_its_likelihood() -> None:
    def likelihood(tau2: float) -> float:
        v = 1 / (V + tau2)
        mean = (v * Y).sum() / v.sum()
        return float(0.5 * np.log(v).sum() - 0.5 * np.log(v.sum()) - 0.5 * (v * (Y - mean) ** 2).sum())

    best = tau_squared(Y, V, method="reml")
    assert likelihood(best) >= max(likelihood(best + step) for step in (-1e-3, 1e-3))


def test_covariates_take_their_part_out_of_tau_squared() -> None:
    sector = np.repeat([0.0, 1.0], 6)
    X = np.stack([np.ones(12), sector], axis=1)
    raised = Y + 20 * sector
    assert tau_squared(raised, V, X) == pytest.approx(tau_squared(Y, V, X))
    assert tau_squared(raised, V) > 50 + tau_squared(Y, V)
    assert tau_squared(Y, np.full(12, 1.0), X, "dersimonian-laird") == pytest.approx(
        tau_squared(Y, np.full(12, 1.0), X), rel=1e-8
    )


@pytest.mark.parametrize(
    ("bias", "kurtosis", "alpha", "published"),
    [
        (0.0, 4.0, 0.05, 1.959963985),
        (0.0, 4.0, 0.20, 1.281551566),
        (5.0, 3.0, 0.05, 11.88358367),
        (1.0, 3.0, 0.20, 1.8494683),
        (10.0, 3.0, 0.05, 24.86172217),
        (2.8, 8.0, 0.10, 7.0779747158),
    ],
)
def test_critical_values_are_those_of_ebci(bias: float, kurtosis: float, alpha: float, published: float) -> None:
    """Values that the authors' R package ebci (1.0.0) holds itself to."""
    assert cva(bias, kurtosis, alpha) == pytest.approx(published, abs=2e-7)


def test_critical_values_at_the_ends() -> None:
    # A kurtosis of 1 is a bias of fixed size; a bound that does not bind changes nothing; a tight one helps.
    fixed = cva(2.0, 1.0, 0.05)
    assert ndtr(2 - fixed) + ndtr(-2 - fixed) == pytest.approx(0.05)
    assert cva(2.0, 20.0, 0.05) == pytest.approx(cva(2.0, np.inf, 0.05))
    assert cva(0.5, 15.0, 0.05) < cva(0.5, np.inf, 0.05)
    assert cva(0.01, 15.0, 0.05) == pytest.approx(1.96015, abs=1e-4)


@pytest.mark.parametrize(
    ("t", "kurtosis", "chi"),
    [(4, np.inf, 5.0), (1, np.inf, 3.0), (1, 3, 3.0), (0.3, 5, 2.5), (9, 2, 6.0), (2, 1.3, 2.5)],
)
def test_noncoverage_is_the_worst_of_all_distributions(t: float, kurtosis: float, chi: float) -> None:
    b = np.linspace(0, 3 * np.sqrt(t) + 25, 4000)
    bound = {} if np.isinf(kurtosis) else {"A_ub": [b**4], "b_ub": [kurtosis * t**2]}
    worst = linprog(-(ndtr(-chi - b) + ndtr(b - chi)), A_eq=[np.ones_like(b), b**2], b_eq=[1, t], **bound)
    found = worst_noncoverage(np.array([float(t)]), np.array([float(kurtosis)]), np.array([chi]))[0]
    # The program may place the bias on 4,000 points only, which costs it a little.
    assert -worst.fun - 1e-9 <= found <= -worst.fun + 2e-6


def test_shrunken_scores_by_hand() -> None:
    found = shrink(Y, np.full(12, 2.0), 0.95)
    w = 1 - 2.0 / Y.var(ddof=1)
    np.testing.assert_allclose(found.reliability, w)
    np.testing.assert_allclose(found.estimate, Y.mean() + w * (Y - Y.mean()))
    estimated = shrink(Y, np.full(12, 2.0), 0.95, kurtosis=None)
    assert estimated.kurtosis > 1
    assert (estimated.upper - estimated.lower <= found.upper - found.lower).all()


def test_scores_that_differ_by_chance_only_are_shrunken_nearly_to_the_mean() -> None:
    found = shrink(Y, np.full(12, 100.0), 0.95)
    assert found.tau2 == 0.0
    # The least variance of Armstrong et al. is 2σ²/U for equal σ.
    assert found.used == pytest.approx(2 * 100 / 12)
    assert np.ptp(found.estimate) < 0.2 * np.ptp(Y)
    assert (found.upper > found.lower).all()


@pytest.mark.slow
@pytest.mark.parametrize("units", [10, 60])
@pytest.mark.parametrize("prior", ["normal", "two points", "a few far away"])
def test_intervals_cover_on_average_whatever_the_true_scores(prior: str, units: int) -> None:
    rng, held, raw, short = np.random.default_rng(3), [], [], []
    for _ in range(1200 // units):
        theta = {
            "normal": rng.normal(0, 1, units),
            "two points": rng.choice([-1.0, 1.0], units),
            "a few far away": rng.choice([-3.0, 0.0, 3.0], units, p=[0.06, 0.88, 0.06]),
        }[prior]
        variance = rng.uniform(0.5, 1.5, units) ** 2
        y = theta + np.sqrt(variance) * rng.standard_normal(units)
        found = shrink(y, variance, 0.95)
        held.append(((found.lower <= theta) & (theta <= found.upper)).mean())
        raw.append(((found.estimate - theta) ** 2).mean() / ((y - theta) ** 2).mean())
        short.append((found.upper - found.lower).mean() / (2 * 1.96 * np.sqrt(variance)).mean())
    # 1,200 units: the standard error of the coverage is about 0.006.
    assert np.mean(held) >= 0.94
    assert np.mean(raw) < 0.8
    assert np.mean(short) < 1.0
