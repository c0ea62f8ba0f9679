"""How often leagues say something wrong, from simulated answers whose truth is known.

Answers 1-10 to three items are cut from normal variables that share a factor; they crowd at the top (40 % tens, or a mean
of 91), at the bottom, or are symmetric. A respondent's score has 28 possible values, whose probabilities are exact by
quadrature, so that the true score of a unit is known without any estimate.

What to see: of leagues of equal units, the share in which some pair is told apart, and in which some unit is told from the
mean; and the share in which all gaps to the leader are in their intervals. Nominal are .05, .05 and .95.

Usage: python simulated_leagues.py [leagues] [units]
"""

import sys

import numpy as np
import pandas as pd
from scipy.special import ndtr

import csindex as csi

POINTS = np.arange(28) * 100 / 27
SHAPES = {"ceiling": (9.0, 2.0), "strong ceiling": (9.96, 2.0), "floor": (1.67, 2.0), "symmetric": (5.5, 2.0)}
SIZES = {"30": (30,), "30/100/400": (30, 100, 400)}
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


def probabilities(mean: float, deviation: float, shared: float = 0.6) -> np.ndarray:
    """Return the probabilities (28,) of the mean of three items that correlate by `shared`, before they are cut."""
    cuts = np.arange(1.5, 10)
    at = (cuts - mean - deviation * np.sqrt(shared) * NODES[:, None]) / (deviation * np.sqrt(1 - shared))
    ends = np.zeros((len(NODES), 1))
    one = np.diff(np.concatenate([ends, ndtr(at), ends + 1], axis=1), axis=1)
    three = [np.convolve(np.convolve(p, p), p) for p in one]
    found = WEIGHTS @ np.array(three)
    return np.clip(found, 0, None) / np.clip(found, 0, None).sum()


def scores(p: np.ndarray, n: np.ndarray, rng: np.random.Generator, replicates: int = 300) -> csi.UnitScores:
    """Return the scores of units with answers of the same distribution, and their bootstrap."""
    answers = np.stack([rng.multinomial(size, p) / size for size in n])
    draws = np.stack(
        [rng.multinomial(size, f, size=replicates) @ POINTS / size for size, f in zip(n, answers, strict=True)]
    )
    labels = pd.DataFrame({"company": np.arange(len(n))})
    return csi.UnitScores("Satisfaction", labels, answers @ POINTS, draws, n.astype(float), n.astype(float))


def rates(shape: str, sizes: tuple[int, ...], units: int, leagues: int, seed: int = 1) -> np.ndarray:
    """Return the shares of leagues with a false pair, with a false unit, and with all gaps to the leader covered."""
    rng, p, found = np.random.default_rng(seed), probabilities(*SHAPES[shape]), []
    for _ in range(leagues):
        league = csi.league(scores(p, np.resize(sizes, units), rng), adjust="max_t", bands=False)
        table = league.table
        found.append(
            [
                len(league.apart) > 0,
                (table["p_mean_adjusted"] < 0.05).any(),
                ((table["gap_leader_lower"] <= 0) & (table["gap_leader_upper"] >= 0)).all(),
            ]
        )
    return np.mean(found, axis=0)


def main(leagues: int = 20, units: int = 10) -> None:
    """Print a table of all shapes and sizes."""
    print(f"{leagues} leagues of {units} equal units")
    print("shape            mean  answers     false pair  false unit  gaps covered")
    for shape in SHAPES:
        for name, sizes in SIZES.items():
            pair, unit, covered = rates(shape, sizes, units, leagues)
            mean = probabilities(*SHAPES[shape]) @ POINTS
            print(f"{shape:15} {mean:5.1f}  {name:10} {pair:11.3f} {unit:11.3f} {covered:13.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
