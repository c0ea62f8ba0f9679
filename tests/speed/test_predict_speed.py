"""How long ten times ten folds of 250 answers to 24 items take, and the same in a plain NumPy loop over the folds.

The loop does the least that anybody can: one PLS iteration and one regression for each training set, no standard errors.
"""

from typing import Any

import numpy as np
import pytest

import csindex as csi
from csindex.assessment.prediction.folds import draw
from csindex.assessment.prediction.held_out import cross_validate, plan_of
from csindex.survey.survey import Survey

pytest.importorskip("pytest_benchmark")

MODEL = csi.ecsi("mobile")


@pytest.fixture(scope="module")
def answers() -> Any:
    return csi.simulate(MODEL, 250, seed=1)


def one_by_one(x: np.ndarray, fold: np.ndarray, design: Any) -> np.ndarray:
    """Root mean square errors (2, q) of the model and the linear model, fold by fold and repeat by repeat."""
    endogenous = design.links.any(axis=1)
    targets = np.flatnonzero(endogenous[design.block_of])
    first = np.flatnonzero(~endogenous[design.block_of])
    square = np.zeros((2, len(targets)))
    for labels in fold.T:
        for number in np.unique(labels):
            test = labels == number
            train = x[~test]
            mean, sd = train.mean(axis=0), train.std(axis=0, ddof=1)
            R = np.corrcoef(train.T)
            W = member(design)
            while True:
                W /= np.sqrt(np.einsum("ij,ik,kj->j", W, R, W))
                C = W.T @ R @ W
                E = C * (design.links | design.links.T)
                for j, sources in enumerate(design.sources):
                    if len(sources):
                        E[sources, j] = np.linalg.solve(C[np.ix_(sources, sources)], C[sources, j])
                new = (R @ W @ E) * (member(design) > 0)
                new /= np.sqrt(np.einsum("ij,ik,kj->j", new, R, new))
                if np.abs(new - W).max() < 1e-7:
                    break
                W = new
            C, loadings = W.T @ R @ W, (R @ W * (member(design) > 0)).sum(axis=1)
            score = (x[test] - mean) / sd @ W
            for j in design.order:
                if len(design.sources[j]):
                    s = design.sources[j]
                    score[:, j] = score[:, s] @ np.linalg.solve(C[np.ix_(s, s)], C[s, j])
            predicted = mean + score[:, design.block_of] * loadings * sd
            X = np.column_stack([np.ones(len(train)), train[:, first]])
            b = np.linalg.lstsq(X, train[:, targets], rcond=None)[0]
            linear = np.column_stack([np.ones(test.sum()), x[test][:, first]]) @ b
            for at, guess in enumerate((predicted[:, targets], linear)):
                square[at] += ((x[test][:, targets] - guess) ** 2).sum(axis=0)
    return np.sqrt(square / fold.size)


def member(design: Any) -> np.ndarray:
    return (design.block_of[:, None] == np.arange(design.k)).astype(float)


def test_predict(benchmark: Any, answers: Any) -> None:
    found = benchmark(lambda: csi.predict(MODEL, answers))
    assert len(found.folds) == 100


def test_cross_validation_without_tables(benchmark: Any, answers: Any) -> None:
    survey, result = Survey(answers), csi.fit(MODEL, answers, replicates=0)
    rows, plan = survey.answers(MODEL.items), plan_of("earliest", None, "losses", 10, 10, 1)
    found = benchmark(lambda: cross_validate(result, survey, rows, MODEL.item_names, plan))
    assert len(found.validated) == 1


def test_the_same_in_a_plain_loop(benchmark: Any, answers: Any) -> None:
    rows = Survey(answers).answers(MODEL.items)
    fold = draw(rows, [0], 10, 10, 1).fold
    design = csi.fit(MODEL, answers, replicates=0).design
    rmse = benchmark.pedantic(lambda: one_by_one(rows.values, fold, design), rounds=3)
    items = csi.predict(MODEL, answers).items.query("metric == 'rmse'")
    for at, predictor in enumerate(("pls", "lm")):
        # Both iterations stop at changes of 1e-7.
        assert np.abs(items["estimate"][items["predictor"] == predictor].to_numpy() - rmse[at]).max() < 1e-5
