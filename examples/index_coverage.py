"""Does the default interval of the index hold where answers crowd at one end of the scale? Answers drawn by NumPy alone.

Each sample is a "unit" of one data frame. The truth is the mean of two million answers, so the index has equal item weights.
``--runs 5000 --replicates 1000`` gives figures like those of docs/uncertainty.md.
"""

import argparse
import warnings

import numpy as np
import pandas as pd

import csindex as csi

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Satisfaction ~ Quality; "
    "Loyalty ~ Satisfaction",
    scale=(1, 10),
    target="Satisfaction",
)
SHAPES = {"ceiling": (9.2, 2.6), "strong ceiling": (10.6, 2.8), "floor": (1.4, 2.2), "symmetric": (5.5, 2.0)}
FACTORS = np.array([[1, 0.8, 0.64], [0.8, 1, 0.8], [0.64, 0.8, 1]])
LOADINGS = np.array([0.75, 0.8, 0.85, 0.75, 0.8, 0.85, 0.75, 0.8])
OWNER = np.array([0, 0, 0, 1, 1, 1, 2, 2])


def draw(rng, n, mean, sd):
    """Return n answers 1-10: normals with one factor for each construct, rounded and clipped."""
    factors = rng.standard_normal((n, 3)) @ np.linalg.cholesky(FACTORS).T
    z = LOADINGS * factors[:, OWNER] + np.sqrt(1 - LOADINGS**2) * rng.standard_normal((n, 8))
    return pd.DataFrame(np.clip(np.round(mean + sd * z), 1, 10), columns=list(MODEL.item_names))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--n", type=int, nargs="+", default=[20, 50])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    print(f"{'answers':16}{'n':>5}{'interval':>13}{'covers':>9}{'above':>8}{'below':>8}{'width':>8}")
    for shape, (mean, sd) in SHAPES.items():
        items = draw(rng, 2_000_000, mean, sd)[["s1", "s2", "s3"]]
        truth = (items.to_numpy().mean() - 1) / 9 * 100
        for n in options.n:
            data = draw(rng, n * options.runs, mean, sd).assign(unit=np.repeat(np.arange(options.runs), n))
            for interval in ("auto", "percentile"):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", csi.CsindexWarning)
                    result = csi.fit(
                        MODEL,
                        data,
                        by="unit",
                        convention="equal",
                        interval=interval,
                        replicates=options.replicates,
                        bad_units="drop",
                        progress=False,
                    )
                rows = result.index[result.index.construct == "Satisfaction"]
                above, below = (rows.lower > truth).mean(), (rows.upper < truth).mean()
                width = (rows.upper - rows.lower).mean()
                print(f"{shape:16}{n:5}{interval:>13}{1 - above - below:9.3f}{above:8.3f}{below:8.3f}{width:8.1f}")


if __name__ == "__main__":
    main()
