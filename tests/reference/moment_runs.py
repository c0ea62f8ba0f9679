"""Polychoric correlations of cSEM and lavaan, and moments of incomplete rows by lavaan, beside ours.

Each function yields (quantity, largest absolute difference).
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

import csindex as csi
from csindex.moments.em import em_moments
from csindex.moments.missing import row_moments
from csindex.stacks.layout import unpack
from tests.reference.stored import stored

SAMPLES = ("full10", "collapsed5")
Gaps = Iterator[tuple[str, float]]


def square(triangle: list[list[float]]) -> np.ndarray:
    low = np.zeros((len(triangle), len(triangle)))
    for row, values in enumerate(triangle):
        low[row, : row + 1] = values
    return low + np.tril(low, -1).T


def collapsed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return np.ceil(frame / 2) if name == "collapsed5" else frame


def quiet_fit(*args: Any, **options: Any) -> csi.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.ConventionWarning)
        warnings.simplefilter("ignore", csi.MissingWarning)
        return csi.fit(*args, **{"replicates": 0, "progress": False, **options})


def correlation(x: np.ndarray, weights: np.ndarray | None = None, ordinal: Any = True) -> np.ndarray:
    p = x.shape[1]
    flags = np.ones(p, dtype=bool) if ordinal is True else np.array(ordinal)
    w = np.ones((len(x), 1)) if weights is None else weights.reshape(len(x), -1)
    S = unpack(row_moments(x, w, "pairwise", flags)[1].T, p)
    sd = np.sqrt(np.einsum("tii->ti", S))
    R = S / (sd[:, :, None] * sd[:, None, :])
    return R[0] if weights is None or weights.ndim == 1 else R


def far(ours: Any, theirs: Any) -> float:
    return float(np.abs(np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)).max())


def polychoric(mobi: pd.DataFrame, name: str) -> dict[str, float]:
    """Return how far correlations are from lavaan's and cSEM's."""
    theirs = stored("figures/ordinal")["samples"][name]
    found = correlation(collapsed(mobi, name)[theirs["items"]].to_numpy(dtype=np.float64))
    return {program: far(found, square(theirs[program])) for program in ("lavaan", "cSEM")}


def thresholds(mobi: pd.DataFrame, name: str) -> float:
    theirs = stored("figures/ordinal")["samples"][name]
    found = csi.thresholds(collapsed(mobi, name), theirs["items"])
    gaps = [far(found[found["item"] == item].estimate, cuts) for item, cuts in theirs["thresholds"].items()]
    return float(np.max(gaps))


def by_path(result: csi.Fit, theirs: list[tuple[str, str, float]]) -> float:
    paths = result.paths.set_index(["source", "target"]).estimate
    return far([paths[source, target] for source, target, _ in theirs], [value for *_, value in theirs])


def from_correlations(name: str) -> Gaps:
    """Given cSEM's polychoric matrix, PLS is cSEM's OrdPLS; no rows are needed for this half of the way."""
    theirs = stored("figures/ordinal")["samples"][name]
    items = theirs["items"]
    moments = csi.Moments.from_published([5.0] * 24, [1.0] * 24, square(theirs["cSEM"]), 250, items=items)
    result = quiet_fit(csi.ecsi("mobile"), moments, tolerance=1e-12)
    yield "paths", by_path(result, theirs["paths"])
    for part in ("weights", "loadings"):
        yield part, far(getattr(result, part).set_index("item").estimate[items], theirs[part])
    with warnings.catch_warnings():
        # The corrected correlations of these constructs are not positive definite; cSEM's are the same.
        warnings.simplefilter("ignore", csi.InadmissibleWarning)
        corrected = quiet_fit(csi.ecsi("mobile"), moments, estimator="plsc", tolerance=1e-12)
    yield "consistent paths", by_path(corrected, theirs["consistent paths"])


def from_rows(mobi: pd.DataFrame, name: str) -> float:
    theirs = stored("figures/ordinal")["samples"][name]["paths"]
    return by_path(quiet_fit(csi.ecsi("mobile"), collapsed(mobi, name), estimator="ordinal"), theirs)


def by_em(x: np.ndarray, weights: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and maximum-likelihood covariance (divided by n)."""
    n = len(x)
    mean, cov = em_moments(x, np.ones((n, 1)) if weights is None else weights[:, None])
    return mean[:, 0], unpack(cov[:, 0], x.shape[1]) * (n - 1) / n


def loglik(x: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> float:
    """Return the log-likelihood of normal rows with gaps, up to a constant, row by row."""
    total = 0.0
    for row in x:
        there = ~np.isnan(row)
        gap, S = row[there] - mean[there], cov[np.ix_(there, there)]
        total -= (np.linalg.slogdet(S)[1] + gap @ np.linalg.solve(S, gap)) / 2
    return total


def em(mobi_missing: pd.DataFrame) -> dict[str, float]:
    """Return how far EM's moments are from lavaan's, and by how much our likelihood is the larger."""
    theirs = stored("lavaan/em")
    x = mobi_missing[theirs["items"]].to_numpy(dtype=np.float64)
    (mean, cov), other = by_em(x), square(theirs["cov"])
    return {
        "mean": far(mean, theirs["mean"]),
        "covariances": far(cov, other),
        "likelihood": loglik(x, mean, cov) - loglik(x, np.array(theirs["mean"]), other),
    }
