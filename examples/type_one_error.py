"""How often do the tests of equal groups reject groups that are equal? They should in 5% of the samples.

Run it as ``python examples/type_one_error.py [samples]``; the default takes less than a minute.
"""

import sys
import warnings

import numpy as np
import pandas as pd

import csindex as csi

MODEL = csi.Model.parse("""
    Quality      =~ q1 + q2 + q3
    Satisfaction =~ s1 + s2 + s3
    Loyalty      =~ l1 + l2
    Satisfaction ~ Quality
    Loyalty      ~ Satisfaction
""")
LEVEL = 0.05


def rejections(seed: int, groups: int = 3, answers: int = 80, draws: int = 199) -> dict[str, float]:
    """Return the share of rejections of each test in one sample of groups from the same population."""
    frame = csi.simulate(MODEL, answers, groups=groups, group_share=0, seed=seed)
    found = csi.compare(
        frame,
        MODEL,
        by="unit",
        quantities=("index", "paths", "loadings"),
        adjust="none",
        replicates=400,
        permutations=draws,
        seed=seed,
        progress=False,
    )
    # A sample with p ≤ .05 is a rejection; rounding must not decide where p is a multiple of 1/200.
    edge = LEVEL + 1e-9
    out = {}
    for quantity, rows in found.differences.groupby("quantity"):
        out[f"difference of {quantity}: bootstrap interval leaves out 0"] = (rows.p <= edge).mean()
        out[f"difference of {quantity}: Henseler's MGA, both tails"] = (abs(rows.mga - 0.5) >= 0.5 - edge / 2).mean()
        out[f"difference of {quantity}: permutation"] = (rows.p_permutation <= edge).mean()
    for (quantity, test), rows in found.omnibus.groupby(["quantity", "test"]):
        out[f"{groups} groups, {quantity}: {test}"] = (rows.p <= edge).mean()
    return out | invariance(frame, seed, draws, edge)


def invariance(frame: pd.DataFrame, seed: int, draws: int, edge: float) -> dict[str, float]:
    """Return the share of rejections in the steps of MICOM, of the first two groups."""
    two = frame[frame.unit.isin(sorted(frame.unit.unique())[:2])]
    steps = csi.micom(MODEL, two, "unit", permutations=draws, seed=seed, progress=False)
    out = {"MICOM step 2": (steps.compositional.p <= edge).mean()}
    for aspect, rows in steps.equality.groupby("aspect"):
        out[f"MICOM step 3, {aspect}"] = (rows.p <= edge).mean()
    return out


def table(samples: int, first: int = 1) -> pd.DataFrame:
    """Return the share of rejections of each test and its standard error, in percent."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        shares = pd.DataFrame([rejections(seed) for seed in range(first, first + samples)])
    found = pd.DataFrame({"rejected": 100 * shares.mean(), "se": 100 * shares.std() / np.sqrt(samples)})
    return found.rename_axis("test")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"Rejections at {LEVEL:.0%} of equal groups, percent; {count} samples")
    print(table(count).round(2).to_string())
