"""The very resamples that seminr and cSEM drew, through the array functions of csindex."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import csindex as csi
from csindex.assessment.groups.distance import implied_constructs, items_from
from csindex.assessment.quality import measurement, model_fit
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.estimator import estimate
from csindex.estimation.pls.structure import total_effects
from csindex.model.design import Design, design_of
from csindex.moments import sums
from csindex.options import Options
from csindex.stacks.layout import Array, pack, take, unpack
from tests.reference.reference_runs import labels, moments, quiet_fit
from tests.reference.stored import stored

ITEMS = ("weights", "loadings")


def drawn(path: Path, n: int) -> Array:
    """Return how often each of n rows occurs in each resample, (n, B), from a file of row numbers that count from 1."""
    rows = pd.read_csv(path, header=None).to_numpy() - 1
    B = len(rows)
    return np.bincount((rows + n * np.arange(B)[:, None]).ravel(), minlength=n * B).reshape(B, n).T.astype(float)


def estimates(mobi: pd.DataFrame, counts: Array, start: bool, **options: Any) -> dict[str, pd.DataFrame]:
    """Return a frame (resample x label) of each quantity.

    `start` begins at the sample's weights, and orients constructs like the sample, as `csindex.fit` does; without it
    each resample begins with equal weights, as other programs do.
    """
    model = csi.ecsi("mobile")
    design, p, B = design_of(model), len(model.items), counts.shape[1]
    x = mobi[list(model.item_names)].to_numpy(float)
    mean, cov = sums.complete_moments(sums.complete_sums(x - np.round(x.mean(axis=0)), counts), p, counts.sum(axis=0))
    weights = quiet_fit(model, moments("mobi")).estimates.weights
    begin = take(weights, np.zeros(B, dtype=np.intp)) if start else None
    found = estimate(mean.T, unpack(cov.T, p), design, Options(**options), begin)
    assert (found.status == Status.OK).all()
    return frames(found, model, design)


def frames(found: Estimates, model: csi.Model, design: Design) -> dict[str, pd.DataFrame]:
    """Return a frame (replicate x label) of each quantity, of one unit's replicates."""
    names, (k, p) = model.construct_names, (design.k, design.p)
    paths = found.paths.reshape(-1, k, k)
    out = {key: pd.DataFrame(getattr(found, key).reshape(-1, p), columns=model.item_names) for key in ITEMS}
    out["r2"] = pd.DataFrame(found.r2.reshape(-1, k), columns=names)
    for key, effect in (("paths", paths), ("total", total_effects(paths, design))):
        ends = [[names.index(end) for end in label.split(" -> ")] for label in labels(key)]
        out[key] = pd.DataFrame({label: effect[:, b, a] for label, (a, b) in zip(labels(key), ends, strict=True)})
    return {key: frame[list(labels(key))] for key, frame in out.items()}


def spread(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what the programs print of their resamples; quantiles are R's type 7."""
    return {
        "mean": frame.mean(),
        "sd": frame.std(),
        "lower": frame.quantile(0.025),
        "upper": frame.quantile(0.975),
    }


MEASURES = {"seminr": ("htmt+",), "cSEM": ("htmt", "htmt2", "srmr")}


def replay(mobi: pd.DataFrame, counts: Array) -> Estimates:
    """Return our estimates on resamples, with the moments that they were made from."""
    model = csi.ecsi("mobile")
    design, x = design_of(model), mobi[list(model.item_names)].to_numpy(float)
    total = sums.complete_sums(x - np.round(x.mean(axis=0)), counts)
    mean, cov = sums.complete_moments(total, design.p, counts.sum(axis=0))
    begin = take(quiet_fit(model, moments("mobi")).estimates.weights, np.zeros(counts.shape[1], dtype=np.intp))
    S = unpack(cov.T, design.p)
    return estimate(mean.T, S, design, Options(tolerance=1e-10), begin).made_from(mean.T, pack(S))


def measures_of(e: Estimates, program: str) -> Iterator[tuple[str, float]]:
    """Yield each measure that a program gave for its resamples, and how far its mean, error and quantiles are from ours."""
    design, theirs = design_of(csi.ecsi("mobile")), stored("figures/quality")["bootstrap"][program]
    a, b = np.array([(j, i) for i in range(design.k) for j in range(i)]).T
    found = {name: R[:, a, b] for name, R in measurement.heterotrait_monotrait(e.correlation, design.blocks).items()}
    V = implied_constructs(e.correlations, e.paths, e.r2, design)
    sigma = items_from(V, e.loadings, e.correlation, design, np.ones(design.k, dtype=bool))
    found["srmr"] = model_fit.fit_measures(e.correlation, (sigma,))[:, :1]
    for name in MEASURES[program]:
        ours = spread(pd.DataFrame(found[name]))
        yield name, float(np.max([np.abs(ours[what] - theirs[name][what]).max() for what in ours]))
