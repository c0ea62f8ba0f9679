"""Tables about the structural model and the model as a whole."""

import numpy as np
import pandas as pd

from csindex.assessment.quality import model_fit, reliability, structure
from csindex.assessment.quality.blocks import blockwise
from csindex.assessment.quality.criteria import CRITERIA, information_criteria
from csindex.assessment.quality.exact_fit import exact_fit
from csindex.assessment.quality.scope import Scope, beside, crossed
from csindex.estimation.structure import adjusted_r2, variance_inflation
from csindex.fitting.estimates import Estimates
from csindex.survey.stacks import Array

EFFECTS = ("f2", "f2_reestimated")
TESTED = ("srmr", "d_uls", "d_g")
# A jackknife and replicate weights give a variance, not a picture of the sampling distribution.
LIKE_SAMPLES = ("bootstrap", "parametric")


def inflation_table(scope: Scope) -> pd.DataFrame:
    """Return ``kind, construct, name, estimate, ...``: VIF of items in their block, of sources of one construct."""
    design, items = scope.design, scope.result.model.item_names
    outer = np.flatnonzero(scope.several[design.block_of])
    arrows = [(int(t), int(s)) for t, s in zip(*design.arrows, strict=True) if len(design.sources[t]) > 1]
    targets, sources = [t for t, _ in arrows], [s for _, s in arrows]

    def of(e: Estimates) -> Array:
        within = structure.item_inflation(scope.correlations(e), design)[:, outer]
        among = variance_inflation(e.correlations, design)[:, targets, sources]
        return np.concatenate([within, among], axis=1)

    labels = {
        "kind": ["item"] * len(outer) + ["source"] * len(arrows),
        "construct": [scope.names[design.block_of[i]] for i in outer] + [scope.names[t] for t in targets],
        "name": [items[i] for i in outer] + [scope.names[s] for s in sources],
    }
    return scope.table(labels, of)


def r2_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, measure, estimate, ...``: R² and adjusted R²."""

    def of(e: Estimates) -> Array:
        adjusted = adjusted_r2(e.r2, scope.answers(e.r2)[..., 0], scope.design)
        return beside([e.r2[..., scope.explained], adjusted[..., scope.explained]])

    names = [scope.names[j] for j in scope.explained]
    return scope.result.table(crossed({"construct": names}, "measure", ("r2", "r2_adjusted")), of)


def effect_table(scope: Scope) -> pd.DataFrame:
    """Return ``source, target, measure, estimate, ...``: f² of every path."""
    design, options = scope.design, scope.result.options
    targets, sources = design.arrows

    def of(e: Estimates) -> Array:
        found = [structure.effect_sizes(e, design)]
        if scope.variants:
            found.append(structure.effect_sizes_anew(e, design, options))
        return beside([part[:, targets, sources] for part in found])

    labels = {"source": [scope.names[s] for s in sources], "target": [scope.names[t] for t in targets]}
    return scope.table(crossed(labels, "measure", EFFECTS[: 1 + scope.variants]), of)


def redundancy_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, measure, estimate, ...``: communality of all constructs, redundancy of the explained ones."""
    design, explained = scope.design, scope.explained

    def of(e: Estimates) -> Array:
        shared = reliability.average_variance(e.loadings, design.blocks)
        return np.concatenate([shared, structure.redundancy(e, design)[:, explained]], axis=1)

    labels = {
        "construct": [*scope.names, *(scope.names[j] for j in explained)],
        "measure": ["communality"] * design.k + ["redundancy"] * len(explained),
    }
    return scope.table(labels, of)


def goodness_table(scope: Scope) -> pd.DataFrame:
    """Return ``measure, estimate, ...``: the GoF, if anything is explained."""
    there = len(scope.explained) > 0
    labels = {"measure": ["gof"] * there}
    return scope.table(labels, lambda e: structure.goodness(e, scope.design)[:, :there])


def criteria_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, criterion, estimate, ...`` of the equation of each explained construct."""
    design, options, explained = scope.design, scope.result.options, scope.explained
    whole = structure.saturated(design)

    def of(e: Estimates) -> Array:
        r2 = np.full_like(e.r2, np.nan)
        if scope.variants:
            r2 = blockwise(lambda part: structure.again(part, whole, options).r2, e)
        found = information_criteria(e.r2, r2, scope.answers(e.r2), design)
        return beside([found[name][..., explained] for name in CRITERIA])

    names = [scope.names[j] for j in explained]
    return scope.result.table(crossed({"construct": names}, "criterion", CRITERIA), of)


def fit_table(scope: Scope) -> pd.DataFrame:
    """Return ``model, measure, estimate, ..., hi95, hi99, p, tested``: of the saturated and estimated model, and RMS_theta."""
    design = scope.design

    def of(e: Estimates) -> Array:
        R = scope.correlations(e)
        measures = model_fit.fit_measures(R, model_fit.implied(e, R, scope))
        theta = model_fit.root_mean_theta(R, scope.weights(e), e, design, scope.common)
        return np.concatenate([measures, theta], axis=1)

    labels = crossed({"model": model_fit.MODELS}, "measure", model_fit.MEASURES)
    labels = {"model": [*labels["model"], "measurement"], "measure": [*labels["measure"], "rms_theta"]}
    table = scope.table(labels, of)
    return table.assign(**{name: values.ravel() for name, values in _exact(scope, table).items()})


def _exact(scope: Scope, table: pd.DataFrame) -> dict[str, Array]:
    """Return the test of exact fit beside the measures of each unit, NaN where there is none."""
    result, width = scope.result, 2 * len(model_fit.MEASURES) + 1
    observed = table["estimate"].to_numpy().reshape(-1, width)
    out = {name: np.full(observed.shape, np.nan) for name in ("hi95", "hi99", "p", "tested")}
    drawn = result.replicates
    if drawn is None or drawn.kind not in LIKE_SAMPLES or not scope.reestimate or result.options.adjusted:
        return out
    sample = result.estimates
    models = model_fit.implied(sample, scope.correlations(sample), scope)
    for at, sigma in enumerate(models):
        if not np.isfinite(sigma).any():
            continue
        part = slice(at * len(model_fit.MEASURES), at * len(model_fit.MEASURES) + len(TESTED))
        found = exact_fit(observed[:, part], sigma, drawn.estimates, scope, at)
        for name, values in out.items():
            values[:, part] = getattr(found, name)
    return out
