"""What the tests against other programs share: their figures, our fits, and both as labelled series."""

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import csindex as csi
from csindex.errors import (
    ConventionWarning,
    InadmissibleWarning,
    MissingWarning,
    NegativeWeightWarning,
    SmallSampleWarning,
)
from csindex.estimation.pls.structure import variance_inflation
from tests.reference.stored import stored

PROGRAMS = {"seminr": "seminr", "csem": "cSEM", "sempls": "semPLS", "plspm": "plspm", "matrixpls": "matrixpls"}
QUANTITIES = (
    "paths",
    "weights",
    "loadings",
    "correlations",
    "total",
    "indirect",
    "r2",
    "adjusted",
    "vif",
    "reliability",
)
ON_HUNDRED = ("index_weights", "index", "deviation")

# The figures have twelve significant digits, so a number below 1 is off by at most 5e-13; the correlations that we start
# from have twelve too. Ten times that leaves room for how the rounding of inputs spreads, and nothing else: the programs'
# tight runs stop below 1e-12.
TWELVE_DIGITS = 5e-12
# Variance inflation lies between 1 and 10, indices and their deviations between 10 and 100.
TOLERANCE = {"vif": 10 * TWELVE_DIGITS, "index": 100 * TWELVE_DIGITS, "deviation": 100 * TWELVE_DIGITS}
# PLSc divides correlations by reliabilities of .46 and more, and solves with correlations up to .95 (once beyond 1): the
# rounding of what goes in spreads ten times as far.
CORRECTED = 10
# So that our own stopping rule adds nothing.
TIGHT = 1e-13


def figures(program: str) -> dict[str, Any]:
    """Return what a program estimates, as `extract_figures.py` wrote it."""
    return stored(f"{program}/estimates")


@cache
def labels(quantity: str) -> tuple[str, ...]:
    return tuple(figures("seminr")["labels"][quantity])


def series(quantity: str, values: Any) -> pd.Series:
    """Return a program's list of figures under the names that it goes by."""
    return pd.Series(values, labels(quantity), dtype=float)


def runs(program: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = figures(program)["runs"]
    return found


def comparisons() -> list[tuple[str, str, str]]:
    """Return (program, run, quantity) of everything that the runs have."""
    return [
        (program, name, quantity)
        for program in PROGRAMS
        for name, run in runs(program).items()
        for quantity in (*QUANTITIES, *ON_HUNDRED)
        if quantity in run
    ]


@cache
def moments(sample: str) -> csi.Moments:
    """Return the moments of the mobile survey as R printed them: ``mobi``, or with gaps ``mean`` or ``listwise``."""
    found = stored("figures/moments")
    part, p = found["samples"][sample], len(found["items"])
    R = np.eye(p)
    for i, row in enumerate(part["correlation"]):
        R[i, : i + 1] = R[: i + 1, i] = row
    return csi.Moments.from_published(part["mean"], part["sd"], R, part["n"], items=found["items"])


def with_fixed(weights: pd.Series, model: csi.Model) -> csi.Model:
    """Return the model with given weights for every construct."""
    constructs = [
        csi.Construct(c.name, c.items, mode="fixed", weights=tuple(weights[list(c.items)])) for c in model.constructs
    ]
    return csi.Model(constructs, model.paths, model.items, model.target)


def model_of(run: dict[str, Any]) -> csi.Model:
    """Return the mobile model with the modes of a run; ``fixed`` takes the program's own weights."""
    modes = run["settings"]["modes"]
    if "fixed" in modes.values():
        return with_fixed(series("weights", run["weights"]), csi.ecsi("mobile"))
    return csi.ecsi("mobile").with_modes(modes)


@cache
def refit(program: str, name: str, convention: str = "fornell") -> csi.Fit:
    """Do a program's run again, from the moments."""
    run = runs(program)[name]
    settings = run["settings"]
    return quiet_fit(
        model_of(run),
        moments(settings["data"]),
        scheme=settings["scheme"],
        variant=settings["variant"],
        convention=convention,
        estimator=settings.get("estimator", "pls"),
    )


def quiet_fit(model: csi.Model, data: Any, tolerance: float = TIGHT, **arguments: Any) -> csi.Fit:
    """Fit without replicates. That csindex warns of these data is tested where its warnings are."""
    with warnings.catch_warnings():
        for category in (
            ConventionWarning,
            InadmissibleWarning,
            MissingWarning,
            NegativeWeightWarning,
            SmallSampleWarning,
        ):
            warnings.simplefilter("ignore", category)
        return csi.fit(model, data, replicates=0, tolerance=tolerance, max_iterations=3000, progress=False, **arguments)


def ours(result: csi.Fit, quantity: str) -> pd.Series:
    """Return a quantity of a fit under the names of `labels`."""
    names, e = result.model.construct_names, result.estimates
    if quantity in ("weights", "loadings", "index_weights"):
        return getattr(result, quantity).set_index("item").estimate
    if quantity == "index":
        return result.index.set_index("construct").estimate
    if quantity in ("deviation", "reliability"):
        return pd.Series(getattr(e, quantity)[0], names)
    if quantity in ("r2", "adjusted"):
        return result.r2.set_index("construct")["estimate" if quantity == "r2" else "adjusted"]
    if quantity == "paths":
        return by_arrow(result.paths)
    if quantity in ("total", "indirect"):
        effects = by_arrow(result.effects[result.effects.effect == quantity])
        return effects.reindex(labels(quantity), fill_value=0.0)
    if quantity == "vif":
        vif = variance_inflation(e.correlations, result.design)[0]
        return pd.Series({f"{a} -> {b}": vif[i, j] for j, a in enumerate(names) for i, b in enumerate(names)}).dropna()
    C = pd.DataFrame(e.correlations[0], names, names)
    return pd.Series({label: C.loc[*label.split(" ~~ ")] for label in labels("correlations")})


def by_arrow(table: pd.DataFrame) -> pd.Series:
    """Return the estimates of a table of paths or effects under ``source -> target``."""
    return table.set_index(table.source + " -> " + table.target).estimate


def importance(result: csi.Fit) -> pd.Series:
    """Return the total effects of one index point on every construct, under ``source -> target``."""
    reached = [name for name, row in zip(result.model.construct_names, result.design.reaches, strict=True) if row.any()]
    return pd.concat([by_arrow(result.impacts(name, step=1)) for name in reached])


def gap(found: pd.Series, theirs: pd.Series) -> float:
    """Return the largest absolute difference, over all that they have; NaN where we have none."""
    return float(np.abs(found[theirs.index].to_numpy() - theirs.to_numpy()).max())


def importance_performance(scale: str) -> dict[str, float]:
    """Return how far we are from cSEM's importance-performance analysis of items on ``0-100`` or ``1-10``."""
    theirs, result = figures("csem")["importance_performance"][scale], refit("csem", "modeA_nocorr path")
    index, mean = ours(result, "index"), pd.Series(result.moments.mean[0], result.model.item_names)
    effect, v = importance(result), ours(result, "index_weights")
    owner = result.weights.set_index("item").construct
    items = {target: (owner + f" -> {target}").map(effect).fillna(0.0) for target in theirs["item_importance"]}
    for target, values in items.items():
        values[owner == target] = 1.0
    return {
        "total": gap(effect, series("total", theirs["total"])),
        "index_weights": gap(v, series("index_weights", theirs["index_weights"])),
        "index": gap(index if scale == "0-100" else 1 + 0.09 * index, series("index", theirs["index"])),
        "mean": gap((mean - 1) / 0.09 if scale == "0-100" else mean, series("mean", theirs["mean"])),
        "item_importance": max(
            gap(values * v, series("weights", theirs["item_importance"][target])) for target, values in items.items()
        ),
    }


def rescaled(name: str) -> dict[str, float]:
    """Return how far we are from plspm's scores in the items' units, and their standard deviations.

    plspm takes the weights of the items as it was given them: its scaled runs are our convention "standardized", its
    unscaled ones the convention of Fornell et al. (1996), and only these give the figures of the literature.
    """
    run = runs("plspm")[name]
    scaled = run["settings"]["variant"] == "standardized"
    result = refit("plspm", name, "standardized" if scaled else "fornell")
    return {
        "index": gap(1 + 0.09 * ours(result, "index"), series("index", run["original_mean"])),
        "deviation": gap(0.09 * ours(result, "deviation"), series("index", run["original_sd"])),
    }


def tolerance(program: str, name: str, quantity: str) -> float:
    """Return how far our fit may be from a program's run."""
    corrected = "estimator" in runs(program)[name]["settings"]
    return TOLERANCE.get(quantity, TWELVE_DIGITS) * (CORRECTED if corrected else 1)


def difference(program: str, name: str, quantity: str) -> float:
    """Return the largest absolute difference between our fit and a program's run."""
    run = runs(program)[name]
    result, values = refit(program, name), run[quantity]
    theirs, found = series(quantity, values), ours(result, quantity)
    if quantity == "weights" and program == "plspm" and run["settings"]["variant"] == "centered":
        # plspm weights items on 1-10 to scores of population variance 1; ours are on 0-100 with sample variance 1.
        n = float(result.moments.n[0])
        found = found * (100 / 9 * np.sqrt(n / (n - 1)))
    if "fixed" in run["settings"]["modes"].values():
        found = found * turns(quantity, result, run)
    return gap(found, theirs)


def turns(quantity: str, result: csi.Fit, run: dict[str, Any]) -> pd.Series:
    """Return signs that turn our constructs as the program has them, which does not orient these weights itself."""
    opposite = ours(result, "weights") * series("weights", run["weights"]) < 0
    owner = result.weights.set_index("item").construct
    sign = pd.Series({c: -1.0 if opposite[owner == c].any() else 1.0 for c in result.model.construct_names})
    if quantity in ("weights", "loadings"):
        return owner.map(sign)
    if quantity in ("r2", "adjusted", "vif"):
        return pd.Series(1.0, labels(quantity))
    ends = [label.replace("~~", "->").split(" -> ") for label in labels(quantity)]
    return pd.Series([sign[a] * sign[b] for a, b in ends], labels(quantity))
