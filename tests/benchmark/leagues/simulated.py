"""Answers of units whose true scores are known, in plain NumPy."""

import numpy as np
from scipy.special import ndtr

POINTS = np.arange(28) * 100 / 27
SHAPES = {"ceiling": (9.0, 2.0), "strong": (9.96, 2.0), "floor": (1.67, 2.0), "symmetric": (5.5, 2.0)}
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


def probabilities(mean: float, deviation: float, shared: float = 0.6) -> np.ndarray:
    """Return the probabilities (28,) of the mean of three items 1-10 that correlate by `shared` before they are cut."""
    cuts = np.arange(1.5, 10)
    at = (cuts - mean - deviation * np.sqrt(shared) * NODES[:, None]) / (deviation * np.sqrt(1 - shared))
    ends = np.zeros((len(NODES), 1))
    one = np.diff(np.concatenate([ends, ndtr(at), ends + 1], axis=1), axis=1)
    found = np.clip(WEIGHTS @ np.array([np.convolve(np.convolve(p, p), p) for p in one]), 0, None)
    return found / found.sum()
