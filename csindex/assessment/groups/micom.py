"""Measurement invariance of composites between groups, and which comparisons it allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.groups.groups import Groups, adjust_of, adjusted, failed_permutations, groups_of, rows_of
from csindex.assessment.groups.micom_result import Micom
from csindex.assessment.groups.permutation import Drawn, Pool, permute, pool, pooled_estimate, share_as_extreme
from csindex.assessment.wording import reason
from csindex.errors import EstimationError, OptionError
from csindex.estimation.estimates import Status
from csindex.estimation.estimator import ESTIMATORS
from csindex.fitting.result import Fit
from csindex.messages import Argument, Message
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.options import choose, whole
from csindex.replicates.replicate import progress_bar
from csindex.stacks.layout import Array

ASPECTS = ("mean", "variance")


@dataclass(frozen=True, slots=True)
class _Pair:
    """MICOM of two groups and k constructs, observed (k,) and permuted (T, k).

    Attributes
    ----------
    correlation, mean, variance : pairs of (k,) and (T, k)
        c of step 2; difference of means, logarithm of the ratio of variances of step 3.
    status : (T, 2) int8
    words : str
        What was shuffled.
    """

    correlation: tuple[Array, Array]
    mean: tuple[Array, Array]
    variance: tuple[Array, Array]
    status: NDArray[np.int8]
    words: str


def micom(
    model: Model,
    data: Any,
    by: str | Sequence[str] | None = None,
    *,
    permutations: int = 1000,
    seed: int = 1,
    level: float = 0.95,
    adjust: str = "holm",
    items: Literal["standardized", "raw"] = "standardized",
    reference: Any = None,
    progress: bool = True,
    **fit_options: Any,
) -> Micom:
    """Test the measurement invariance of composites in three steps (MICOM; Henseler, Ringle & Sarstedt 2016).

    Parameters
    ----------
    model : Model
    data : data frame or Survey
    by : str or sequence of str
        Columns that tell the groups apart; not with a Survey that has its own.
    permutations : int
        Of the groups' labels.
    seed : int
    level : float
        A step holds where its test does not reject at 1 - level.
    adjust : {"holm", "bh", "fdr_by", "none"}
        With more than two groups every pair is tested; each construct's p-values of a step are adjusted for that.
    items : {"standardized", "raw"}
        Of what step 2 makes the composites of both groups' weights: of the items as the algorithm sees them,
        standardized over both groups; or of the answers as they stand, as cSEM does, which suits items on one scale only.
    reference : group, optional
        Compare every other group with this one; by default all pairs.
    progress : bool
    **fit_options
        See `csindex.fit`.

    Returns
    -------
    Micom

    Raises
    ------
    OptionError
        Arguments that do not go together, fewer than two groups, data without rows.
    EstimationError
        Groups, or both together, that cannot be estimated.

    Examples
    --------
    >>> import csindex as csi
    >>> model = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    >>> frame = csi.simulate(model, 200, groups=["A", "B"], group_share=0, seed=1)
    >>> csi.micom(model, frame, by="unit", permutations=99).compositional.construct.tolist()
    ['Quality', 'Satisfaction']
    """
    method = adjust_of(adjust)
    choose("items", items, ("standardized", "raw"))
    whole("permutations", permutations, 19)
    if not isinstance(model, Model) or isinstance(data, Fit):
        raise OptionError(Message("invariance.model_first"))
    wanted = fit_options.get("estimator")
    if isinstance(wanted, str) and wanted in ESTIMATORS and ESTIMATORS[wanted].covariance_structure:
        raise OptionError(Message("invariance.common_factors", estimator=Argument("estimator", wanted)))
    options = {**fit_options, "level": level, "replicates": 0, "seed": whole("seed", seed, 0)}
    groups = groups_of(data, model, by, reference, options)
    answers = rows_of(groups, "permutations_of_micom")
    result, members = groups.result, groups.members
    raw = items == "raw"
    found = []
    with progress_bar(permutations * len(groups.first), "permutations", progress) as bar:
        for a, b in zip(groups.first, groups.second, strict=True):
            rows = pool(answers, model.item_names, result.options.missing, members[[a, b]], result.options.ordinal)
            found.append(_pair(result, rows, np.array([a, b]), raw, permutations, seed, bar))
    failed = failed_permutations([pair.status for pair in found], result.options.max_failed)
    compositional, equality = _compositional(groups, found, method), _equality(groups, found, method)
    return Micom(
        result=result,
        compositional=compositional,
        equality=equality,
        verdict=_verdict(compositional, equality),
        items=items,
        adjust=method,
        permutations=permutations,
        seed=seed,
        shuffled=found[0].words,
        failures=failed,
    )


def _pair(result: Fit, rows: Pool, pair: NDArray[np.intp], raw: bool, permutations: int, seed: int, bar: Any) -> _Pair:
    design, options = result.design, result.options
    centre, cov, pooled = pooled_estimate(rows, design, options)
    if pooled.status[0] != Status.OK:
        raise EstimationError(Message("invariance.pooled_failed", reason=reason(Status(int(pooled.status[0])))))
    hundred = 100.0 / design.span * design.sign
    scale = hundred / np.sqrt(np.einsum("ii->i", cov[0]) * hundred**2) if options.variant == "standardized" else hundred
    # cSEM leaves the items in their own units in step 2, though the weights belong to standardized ones.
    near = cov[0] * np.outer(design.sign, design.sign) if raw else cov[0] * np.outer(scale, scale)
    own = pooled.weights[0] * scale
    k = design.k

    def steps(mean: Array, spread: Array, weights: Array) -> Array:
        """Return the statistics (T, 3k) from means (T, 2, p), covariances (T, 2, p, p) and weights (T, 2, p)."""
        m, v = score_moments(mean - centre[0], spread, own, design)
        c = composite_correlation(weights[:, 0], weights[:, 1], near, design)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.concatenate([c, m[:, 0] - m[:, 1], np.log(v[:, 0] / v[:, 1])], axis=1)

    def kept(drawn: Drawn) -> Array:
        return steps(*map(drawn.apart, (drawn.mean, drawn.cov, drawn.estimates.weights)))

    drawn, status = permute(rows, design, options, kept, permutations, seed, bar)
    # A permutation counts in all steps or in none.
    drawn[(status != Status.OK).any(axis=1)] = np.nan
    moments, weights = result.moments, result.estimates.weights
    observed = steps(moments.mean[pair][None], moments.cov[pair][None], weights[pair][None])[0]
    c, mean, variance = ((observed[at : at + k], drawn[:, at : at + k]) for at in (0, k, 2 * k))
    return _Pair(c, mean, variance, status, rows.words)


def composite_correlation(first: Array, second: Array, S: Array, design: Design) -> Array:
    """Return c (m, k) = w₁'Sw₂/√(w₁'Sw₁ · w₂'Sw₂) of each construct's block (Henseler, Ringle & Sarstedt 2016).

    Parameters
    ----------
    first, second : (m, p)
        Weights of the two groups.
    S : (p, p)
        Covariance of the items in both groups together.
    design : Design
    """
    out = np.empty((len(first), design.k))
    for j, block in enumerate(design.blocks):
        a, b, s = first[:, block], second[:, block], S[block, block]
        across, own, other = (np.einsum("mi,ij,mj->m", x, s, y) for x, y in ((a, b), (a, a), (b, b)))
        out[:, j] = across / np.sqrt(own * other)
    return out


def score_moments(mean: Array, cov: Array, weights: Array, design: Design) -> tuple[Array, Array]:
    """Return means and variances (..., k) of scores Σ weight · item.

    Parameters
    ----------
    mean, cov : (..., p), (..., p, p)
    weights : (p,)
    design : Design
    """
    blocks = [(weights[block], block) for block in design.blocks]
    centre = np.stack([mean[..., block] @ w for w, block in blocks], axis=-1)
    variance = np.stack([np.einsum("i,...ij,j->...", w, cov[..., b, b], w) for w, b in blocks], axis=-1)
    return centre, variance


def _compositional(groups: Groups, found: list[_Pair], method: Any) -> pd.DataFrame:
    alpha = 1 - groups.result.options.level
    observed = np.stack([pair.correlation[0] for pair in found])
    # Weights that are given or belong to a single item correlate perfectly, whatever rounding says.
    p = np.stack([share_as_extreme(-c, -drawn) for c, drawn in (pair.correlation for pair in found)])
    numbers = {
        "correlation": observed,
        "quantile": np.stack([np.nanquantile(pair.correlation[1], alpha, axis=0) for pair in found]),
        "p": p,
        "p_adjusted": _over_pairs(p, method),
    }
    return _frame(groups, numbers).assign(invariant=lambda frame: frame["p_adjusted"] >= alpha)


def _equality(groups: Groups, found: list[_Pair], method: Any) -> pd.DataFrame:
    level = groups.result.options.level
    frames = []
    for aspect in ASPECTS:
        both = [getattr(pair, aspect) for pair in found]
        p = np.stack([share_as_extreme(np.abs(d), np.abs(drawn)) for d, drawn in both])
        ends = [np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0) for _, drawn in both]
        numbers = {
            "estimate": np.stack([d for d, _ in both]),
            "lower": np.stack([low for low, _ in ends]),
            "upper": np.stack([high for _, high in ends]),
            "p": p,
            "p_adjusted": _over_pairs(p, method),
        }
        frame = _frame(groups, numbers)
        frame.insert(3, "aspect", aspect)
        frames.append(frame.assign(equal=frame["p_adjusted"] >= 1 - level))
    return pd.concat(frames, ignore_index=True)


def _over_pairs(p: Array, method: Any) -> Array:
    """Return p-values (P, k) adjusted over the pairs of each construct."""
    return np.stack([adjusted(column, method) for column in p.T], axis=1)


def _frame(groups: Groups, numbers: dict[str, Array]) -> pd.DataFrame:
    names = groups.result.model.construct_names
    columns = groups.pair_columns(len(names)) | {"construct": list(names) * len(groups.first)}
    return pd.DataFrame(columns | {name: np.ravel(values) for name, values in numbers.items()})


def _verdict(compositional: pd.DataFrame, equality: pd.DataFrame) -> pd.DataFrame:
    equal = [equality.loc[equality["aspect"] == aspect, "equal"].to_numpy() for aspect in ASPECTS]
    invariant = compositional["invariant"].to_numpy()
    verdict = np.where(invariant, np.where(equal[0] & equal[1], "full", "partial"), "none")
    return compositional[["group_1", "group_2", "construct"]].assign(verdict=verdict.tolist())
