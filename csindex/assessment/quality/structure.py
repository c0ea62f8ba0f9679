"""Tables about the structural model and the model as a whole."""

from dataclasses import replace

import numpy as np
import pandas as pd

from csindex.assessment.quality import measurement, model_fit
from csindex.assessment.quality.measurement import average_variance
from csindex.assessment.quality.model_fit import exact_fit
from csindex.assessment.quality.scope import Scope, beside, blockwise, labels_by_measure
from csindex.estimation.estimates import Estimates
from csindex.estimation.estimator import estimate
from csindex.estimation.pls.structure import adjusted_r2, variance_inflation
from csindex.model.design import Design
from csindex.model.feedback import together
from csindex.options import Options
from csindex.stacks.layout import Array, empty, flatten
from csindex.stacks.linear import inverse

CRITERIA = ("aic", "aicc", "aicu", "bic", "fpe", "gm", "hq", "hqc", "mallows_cp")


@np.errstate(invalid="ignore", divide="ignore")
def information_criteria(r2: Array, saturated_r2: Array, n: Array, design: Design) -> dict[str, Array]:
    """Return the criteria of Sharma, Sarstedt, Shmueli, Kim & Thiele (2019, table B1), each (..., k).

    With SSE = (1 - R²)(n - 1) and c parameters, one for each source and one for the constant. *gm* and *mallows_cp*
    compare with the R² of the saturated model, in which every construct leads to all that come after it.

    Parameters
    ----------
    r2, saturated_r2 : (..., k)
    n : (..., 1)
        Answers.
    design : Design
    """
    c = design.links.sum(axis=1) + 1.0
    sse = (1 - r2) * (n - 1)
    enough = n - c - 2 > 0
    fit, ratio = np.log(sse / n), sse / (1 - saturated_r2)
    loglog = 2 * c * np.log(np.log(n))
    few = np.where(enough, n - c - 2, np.nan)
    free = np.where(n > c, n - c, np.nan)
    return {
        "aic": n * fit + 2 * c,
        "aicc": n * (fit + (n + c) / few),
        "aicu": n * np.log(sse / free) + 2 * c,
        "bic": n * fit + c * np.log(n),
        "fpe": sse / free * (1 + c / n),
        "gm": ratio + c * np.log(n),
        "hq": n * fit + loglog,
        "hqc": n * (fit + loglog / few),
        "mallows_cp": ratio - (n - 2 * c),
    }


def model_weights(criterion: Array) -> Array:
    """Return Akaike weights (models, ...) = exp(-Δ/2)/Σ exp(-Δ/2) of any criterion (Burnham & Anderson 2002)."""
    relative = np.exp(-0.5 * (criterion - criterion.min(axis=0)))
    return np.asarray(relative / relative.sum(axis=0))


def item_inflation(R: Array, design: Design) -> Array:
    """Return the variance inflation (m, p) of each item among the items of its block; 1 for single items."""
    out = empty(len(R), design.p)
    for block in design.blocks:
        out[:, block] = np.einsum("mii->mi", inverse(R[:, block, block]))
    return out


@np.errstate(invalid="ignore", divide="ignore")
def effect_sizes(estimates: Estimates, design: Design) -> Array:
    """Return f² (m, k, k) at [target, source]: what R² loses without a path, with the constructs' scores as they are (Cohen 1988).

    Without source i, R² loses b_i²/VIF_i, so that f² = b_i²/(VIF_i (1 - R²)). That is so by least squares only: equations
    with instruments have NaN.
    """
    inflation = variance_inflation(estimates.correlations, design)
    instrumental = np.array([instruments is not None for instruments in design.instruments])
    out = estimates.paths**2 / inflation / (1 - estimates.r2)[:, :, None]
    return np.where(instrumental[:, None], np.nan, out)


@np.errstate(invalid="ignore", divide="ignore")
def effect_sizes_anew(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return f² (m, k, k) at [target, source] with the whole model estimated again without the path.

    Equations with instruments have NaN: without a source they would need others.
    """
    out = np.full(estimates.paths.shape, np.nan)
    for target, source in zip(*design.arrows, strict=True):
        if design.instruments[target] is not None:
            continue
        remaining: Array | float = 0.0
        if len(design.sources[target]) > 1:
            remaining = again(estimates, without(design, int(target), int(source)), options).r2[:, target]
        explained = estimates.r2[:, target]
        out[:, target, source] = (explained - remaining) / (1 - explained)
    return out


def without(design: Design, target: int, source: int) -> Design:
    """Return the model without a path; a construct that is then joined to no other gets equal weights."""
    links = design.links.copy()
    links[target, source] = False
    alone = np.asarray(~(links.any(axis=0) | links.any(axis=1)))
    modes = tuple("equal" if lonely else mode for mode, lonely in zip(design.modes, alone, strict=True))
    return with_links(replace(design, modes=modes), links)


def saturated(design: Design) -> Design:
    """Return the model with a path to each construct from all those before it in the causal order, by least squares."""
    links = np.zeros_like(design.links)
    for at, target in enumerate(design.order):
        links[target, list(design.order[:at])] = True
    return with_links(replace(design, instruments=(None,) * design.k), links)


def with_links(design: Design, links: np.ndarray) -> Design:
    """Return the model with other paths that go the same way."""
    return replace(design, links=links, sources=tuple(np.flatnonzero(row) for row in links), loops=together(links))


def again(estimates: Estimates, design: Design, options: Options) -> Estimates:
    """Estimate the members (m,) again with another design, beginning at the weights that they have."""
    earlier = estimates.index_weights if options.weights_from else None
    return estimate(flatten(estimates.mean, 1), flatten(estimates.cov, 2), design, options, estimates.weights, earlier)


def redundancy(estimates: Estimates, design: Design) -> Array:
    """Return (m, k) mean redundancy: the communality, mean λ², times R² (Lohmöller 1989)."""
    return average_variance(estimates.loadings, design.blocks) * estimates.r2


@np.errstate(invalid="ignore")
def goodness(estimates: Estimates, design: Design) -> Array:
    """Return the GoF (m, 1) = √(mean communality · mean R²) (Tenenhaus, Esposito Vinzi, Chatelin & Lauro 2005).

    The mean of λ² is over the items of blocks with more than one; where every block has one item, over all. NaN where the mean
    R² is negative, as that of equations with instruments can be.
    """
    sizes = np.array([block.stop - block.start for block in design.blocks])
    several = sizes[design.block_of] > 1
    items = several if several.any() else np.ones(design.p, dtype=np.bool_)
    explained = estimates.r2.sum(axis=1) / max(1, design.links.any(axis=1).sum())
    communality = (estimates.loadings[:, items] ** 2).mean(axis=1)
    return np.asarray(np.sqrt(communality * explained)[:, None])


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
        within = item_inflation(scope.correlations(e), design)[:, outer]
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
    return scope.result.table(labels_by_measure({"construct": names}, "measure", ("r2", "r2_adjusted")), of)


def effect_table(scope: Scope) -> pd.DataFrame:
    """Return ``source, target, measure, estimate, ...``: f² of every path."""
    design, options = scope.design, scope.result.options
    targets, sources = design.arrows

    def of(e: Estimates) -> Array:
        found = [effect_sizes(e, design)]
        if scope.variants:
            found.append(effect_sizes_anew(e, design, options))
        return beside([part[:, targets, sources] for part in found])

    labels = {"source": [scope.names[s] for s in sources], "target": [scope.names[t] for t in targets]}
    return scope.table(labels_by_measure(labels, "measure", EFFECTS[: 1 + scope.variants]), of)


def redundancy_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, measure, estimate, ...``: communality of all constructs, redundancy of the explained ones."""
    design, explained = scope.design, scope.explained

    def of(e: Estimates) -> Array:
        shared = measurement.average_variance(e.loadings, design.blocks)
        return np.concatenate([shared, redundancy(e, design)[:, explained]], axis=1)

    labels = {
        "construct": [*scope.names, *(scope.names[j] for j in explained)],
        "measure": ["communality"] * design.k + ["redundancy"] * len(explained),
    }
    return scope.table(labels, of)


def goodness_table(scope: Scope) -> pd.DataFrame:
    """Return ``measure, estimate, ...``: the GoF, if anything is explained."""
    there = len(scope.explained) > 0
    labels = {"measure": ["gof"] * there}
    return scope.table(labels, lambda e: goodness(e, scope.design)[:, :there])


def criteria_table(scope: Scope) -> pd.DataFrame:
    """Return ``construct, criterion, estimate, ...`` of the equation of each explained construct."""
    design, options, explained = scope.design, scope.result.options, scope.explained
    whole = saturated(design)

    def of(e: Estimates) -> Array:
        r2 = np.full_like(e.r2, np.nan)
        if scope.variants:
            r2 = blockwise(lambda part: again(part, whole, options).r2, e)
        found = information_criteria(e.r2, r2, scope.answers(e.r2), design)
        return beside([found[name][..., explained] for name in CRITERIA])

    names = [scope.names[j] for j in explained]
    return scope.result.table(labels_by_measure({"construct": names}, "criterion", CRITERIA), of)


def fit_table(scope: Scope) -> pd.DataFrame:
    """Return ``model, measure, estimate, ..., hi95, hi99, p, tested``: of the saturated and estimated model, and RMS_theta."""
    design = scope.design

    def of(e: Estimates) -> Array:
        R = scope.correlations(e)
        measures = model_fit.fit_measures(R, model_fit.implied(e, R, scope))
        theta = model_fit.root_mean_theta(R, scope.weights(e), e, design, scope.common)
        return np.concatenate([measures, theta], axis=1)

    labels = labels_by_measure({"model": model_fit.MODELS}, "measure", model_fit.MEASURES)
    labels = {"model": [*labels["model"], "measurement"], "measure": [*labels["measure"], "rms_theta"]}
    table = scope.table(labels, of)
    return table.assign(**{name: values.ravel() for name, values in _exact(scope, table).items()})


def _exact(scope: Scope, table: pd.DataFrame) -> dict[str, Array]:
    """Return the test of exact fit beside the measures of each unit, NaN where there is none."""
    result, width = scope.result, 2 * len(model_fit.MEASURES) + 1
    observed = table["estimate"].to_numpy().reshape(-1, width)
    out = {name: np.full(observed.shape, np.nan) for name in ("hi95", "hi99", "p", "tested")}
    drawn = result.replicates
    possible = scope.reestimate and scope.estimator.from_moments(result.options)
    if drawn is None or drawn.kind not in LIKE_SAMPLES or not possible:
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
