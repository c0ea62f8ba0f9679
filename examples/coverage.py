"""Do 95% intervals cover the truth 95 times in 100? Known populations, many surveys, one fit for all of them.

Each survey is a "unit" of one data frame, so that a single call to csindex.fit makes the intervals of all surveys. Look
at the last columns: an honest interval covers about .95; one that ignores clusters or weights does not.
"""

import argparse
import warnings

import numpy as np
import pandas as pd

import csindex as csi

MODEL = csi.Model.parse(
    """
    Expectations =~ x1 + x2 + x3
    Quality      =~ q1 + q2 + q3
    Satisfaction =~ s1 + s2 + s3
    Loyalty      =~ l1 + l2
    Quality      ~ Expectations
    Satisfaction ~ Expectations + Quality
    Loyalty      ~ Satisfaction
    """
)
LOADINGS = {name: 0.75 + 0.03 * (number % 4) for number, name in enumerate(MODEL.item_names)}


def composite_reliability(estimates):
    """Return ρ_C of each construct: (Σλ)²/((Σλ)² + Σ(1 - λ²))."""
    loadings = np.moveaxis(estimates.loadings, -1, 0)
    blocks = np.split(loadings, np.cumsum([len(c.items) for c in MODEL.constructs])[:-1])
    return np.stack([b.sum(0) ** 2 / (b.sum(0) ** 2 + (1 - b**2).sum(0)) for b in blocks], axis=-1)


def tables(result):
    names = {"construct": MODEL.construct_names}
    return {
        "index": result.index,
        "impact": result.impacts(),
        "path": result.paths,
        "reliability": result.table(names, composite_reliability),
    }


def coverage(survey, truth, **options):
    """Return the share of surveys whose interval covers the truth, by kind of quantity."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        result = csi.fit(MODEL, survey, progress=False, **options)
        true = tables(csi.fit(MODEL, truth, replicates=0))
    shares = {}
    for name, table in tables(result).items():
        value = np.tile(true[name].estimate, len(result.units))
        hit = (table.lower <= value) & (value <= table.upper)
        shares[name] = hit.mean()
        shares[f"{name} (worst)"] = hit.to_numpy().reshape(len(result.units), -1).mean(axis=0).min()
    return shares


def main(surveys, n, replicates, seed=1):
    population = csi.Population(MODEL, loadings=LOADINGS, groups=surveys, group_share=0.0)
    truth = csi.Population(MODEL, loadings=LOADINGS).moments
    simple = csi.Survey(population.draw(n, seed), by="unit")
    frame = population.draw(n, seed, clusters=n // 10, cluster_share=0.1, weights=0.5)
    frame["stratum"] = frame["unit"] + "-" + (frame["cluster"] % 5).astype(str)
    designed = csi.Survey(frame, weights="weight", strata="stratum", clusters="cluster", by="unit")
    ignored = csi.Survey(frame, by="unit")
    rows = {}
    for name, survey in {"simple random sample": simple, "complex sample, design used": designed}.items():
        for interval in ("percentile", "bca"):
            rows[name, interval] = coverage(survey, truth, interval=interval, replicates=replicates)
    rows["complex sample, design ignored", "percentile"] = coverage(ignored, truth, replicates=replicates)
    table = pd.DataFrame(rows).T.round(3)
    print(
        f"{surveys} surveys of {n} answers, {replicates} replicates each; Monte Carlo error of a share {0.22 / surveys**0.5:.3f}"
    )
    print(table.to_string())
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=60)
    parser.add_argument("--n", type=int, default=250)
    parser.add_argument("--replicates", type=int, default=300)
    main(**vars(parser.parse_args()))
