"""Item predictions as linear functions of the other items, for a stack of training sets (array functions).

A predictor has slopes A (m, p, q) and a level c (m, q): it predicts q target items from p items x as c + (x - m)A, m being
the training means.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates
from csindex.estimation.pls.structure import total_effects
from csindex.model.design import Design
from csindex.options import Variant
from csindex.stacks.layout import Array

Antecedents = Literal["earliest", "direct"]
Benchmark = Literal["exogenous", "antecedents", "all", "origin"]
RANK_BELOW = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Least-squares predictions of a stack.

    Attributes
    ----------
    slopes, level : (m, p, q), (m, q)
    deficient : (m,) bool
        Whether predictors were collinear, so that the solution of least norm stands for many.
    """

    slopes: Array
    level: Array
    deficient: NDArray[np.bool_]


def target_items(design: Design) -> NDArray[np.intp]:
    """Return the items (q,) of endogenous constructs, which are predicted."""
    return np.flatnonzero(np.asarray(design.links.any(axis=1))[design.block_of])


def composite_slopes(
    estimates: Estimates, cov: Array, design: Design, variant: Variant, antecedents: Antecedents
) -> Array:
    """Return A (m, p, q) of PLSpredict (Shmueli, Ray, Velasquez Estrada & Chatla 2016).

    Items give scores by their weights, scores of antecedents give the construct by its paths, and the construct gives its
    items by their loadings, all from the training set.

    Parameters
    ----------
    estimates : Estimates
        Of the training sets, (m,).
    cov : (m, p, p)
        On the questions' scales.
    antecedents : {"earliest", "direct"}
        *direct*: a construct's own sources are known; *earliest*: only the exogenous constructs are, and those in between
        are predicted in turn, so that total effects take the place of paths.
    """
    sd = np.sqrt(np.einsum("mii->mi", cov))
    to_score, to_item = score_weights(estimates, sd, design, variant), estimates.loadings * sd * design.sign
    paths = known_paths(estimates.paths, design, antecedents)
    owner, targets = design.block_of, target_items(design)
    between = paths[:, owner[targets][None, :], owner[:, None]]
    return np.ascontiguousarray(to_score[:, :, None] * between * to_item[:, None, targets])


def score_weights(estimates: Estimates, sd: Array, design: Design, variant: Variant) -> Array:
    """Return (m, p) weights of centred answers, on the questions' scales, in scores of variance 1."""
    turn = design.sign / sd if variant == "standardized" else np.broadcast_to(design.sign * 100 / design.span, sd.shape)
    return np.asarray(estimates.weights * turn)


def known_paths(paths: Array, design: Design, antecedents: Antecedents) -> Array:
    """Return (m, k, k) from the scores that are known to each construct: paths, or total effects of exogenous ones."""
    if antecedents == "direct":
        return paths
    return np.asarray(total_effects(paths, design) * ~np.asarray(design.links.any(axis=1)))


@np.errstate(invalid="ignore", divide="ignore")
def linear_model(mean: Array, cov: Array, rows: int, design: Design, benchmark: Benchmark) -> Linear:
    """Return the linear model: each target item regressed on other items.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
        NaN for members that have no training moments. `cov` is sums of products over one less than the rows.
    rows : int
        From which the covariances were made.
    benchmark : {"exogenous", "antecedents", "all", "origin"}
        The regressors: items of the exogenous constructs (Shmueli et al. 2019); items of the construct's own sources; all
        items but the construct's own (as seminr does); those of the exogenous constructs without an intercept (as cSEM
        does).
    """
    targets, owner = target_items(design), design.block_of
    slopes = np.zeros((len(cov), design.p, len(targets)))
    deficient = np.zeros(len(cov), dtype=np.bool_)
    S = np.ascontiguousarray(cov)
    if benchmark == "origin":
        S = S * ((rows - 1) / rows) + mean[:, :, None] * mean[:, None, :]
    regressors = {j: _regressors(design, j, benchmark) for j in np.unique(owner[targets]).tolist()}
    for used in sorted(set(regressors.values())):
        at = np.array([t for t, item in enumerate(targets) if regressors[int(owner[item])] == used])
        x, y = np.array(used)[:, None], targets[at]
        b, lacking = _least_squares(S[:, x, x.T], S[:, x, y])
        slopes[:, x, at] = b
        deficient |= lacking
    level = np.einsum("mi,miq->mq", mean, slopes) if benchmark == "origin" else mean[:, targets]
    return Linear(slopes, level, deficient)


def _regressors(design: Design, construct: int, benchmark: Benchmark) -> tuple[int, ...]:
    exogenous = ~design.links.any(axis=1)
    chosen = {
        "exogenous": exogenous,
        "origin": exogenous,
        "antecedents": design.links[construct],
        "all": np.arange(design.k) != construct,
    }[benchmark]
    return tuple(np.flatnonzero(chosen[design.block_of]).tolist())


def _least_squares(S: Array, right: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Solve S b = right for (m, x, x) and (m, x, y); where S is singular, of all solutions the least in scaled items."""
    scale = 1 / np.sqrt(np.einsum("mii->mi", S))[:, :, None]
    R = S * scale * np.swapaxes(scale, 1, 2)
    sound = np.isfinite(R).all(axis=(1, 2))
    R[~sound] = np.eye(R.shape[-1])
    e, V = np.linalg.eigh(R)
    low = e < RANK_BELOW * e[:, -1:]
    inner = np.swapaxes(V, 1, 2) @ (right * scale) / np.where(low, np.inf, e)[:, :, None]
    b = V @ inner * scale
    b[~sound] = np.nan
    return b, low.any(axis=1) & sound
