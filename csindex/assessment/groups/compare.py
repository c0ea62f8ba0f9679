"""Comparison of groups: differences, and tests that there are none."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.groups.compare_result import Comparison
from csindex.assessment.groups.difference import between, difference, mga, welch
from csindex.assessment.groups.groups import Adjust, Groups, adjust_of, adjusted, groups_of
from csindex.assessment.groups.permutation import Shuffled, shuffle
from csindex.assessment.groups.quantities import LABELS, Measure, measures, split
from csindex.assessment.groups.scales import equal_jointly, scaled
from csindex.fitting.result import Fit
from csindex.index.differences import critical_z, gap_limits, two_sided
from csindex.model.model import Model
from csindex.options import whole
from csindex.replicates.intervals import INTERVALS, Evidence, Uncertainty, standard_error, uncertainty, unknown
from csindex.stacks.layout import Array

FIXED_BELOW = 1e-9
INDEPENDENT = ("bootstrap", "parametric")


def compare(
    data: Any,
    model: Model | Any = None,
    *,
    by: str | Sequence[str] | None = None,
    quantities: str | Iterable[Any] = ("index", "paths"),
    reference: Any = None,
    adjust: str = "holm",
    permutations: int = 0,
    seed: int = 1,
    progress: bool = True,
    **fit_options: Any,
) -> Comparison:
    """Compare groups: how much they differ, how sure that is, and whether they differ at all.

    Parameters
    ----------
    data : data frame, Survey, Moments or Fit
        Answers with their groups, or a result that was made with ``by=`` (without rows there are no permutations).
    model : Model
        Not with a Fit.
    by : str or sequence of str
        Columns that name the groups; not with a Fit or a Survey that has its own.
    quantities : sequence
        Any of ``index, paths, impacts, total, weights, loadings, index_weights, r2``, or a triple of your own: a name,
        labels under some of ``construct, item, source, target``, and a function from `Estimates` with any leading axes
        (...) to numbers (..., q).
    reference : group, optional
        Compare every other group with this one; by default all pairs.
    adjust : {"holm", "bh", "fdr_by", "none"}
        How p-values are adjusted for their number: by Holm (1979), which bounds the chance of any false difference; by
        Benjamini & Hochberg (1995) or Benjamini & Yekutieli (2001), which bound the share of false ones among those found.
        A family is all parameters and pairs of one quantity.
    permutations : int
        Of the groups' labels; 0 for none. Case weights stay with their rows, clusters that lie within a group are
        shuffled as a whole. A pair's permutations are of its own rows; the omnibus tests' are of all.
    seed : int
    progress : bool
    **fit_options
        See `csindex.fit`.

    Returns
    -------
    Comparison

    Raises
    ------
    OptionError
        Arguments that do not go together, fewer than two groups, permutations without rows.
    EstimationError
        Too many permutations that cannot be estimated; and all that `csindex.fit` raises.

    Examples
    --------
    >>> import csindex as csi
    >>> model = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    >>> frame = csi.simulate(model, 200, groups=["A", "B"], seed=1)
    >>> csi.compare(frame, model, by="unit", replicates=200, permutations=99).differences.shape[0]
    3
    """
    if isinstance(data, Model):
        data, model = model, data
    method = adjust_of(adjust)
    whole("permutations", permutations, 0)
    options = dict(fit_options)
    if not isinstance(data, Fit):
        options |= {"seed": whole("seed", seed, 0), "progress": progress}
    groups = groups_of(data, model, by, reference, options)
    chosen = measures(groups.result, quantities)
    found = shuffle(groups, chosen, permutations, seed, progress) if permutations else None
    return Comparison(
        result=groups.result,
        differences=_differences(groups, chosen, method, found),
        omnibus=_omnibus(groups, chosen, method, found),
        adjust=method,
        reference=reference,
        permutations=permutations,
        seed=seed,
        shuffled=found.words if found else "",
        failures=found.failed if found else {},
    )


def _differences(groups: Groups, chosen: list[Measure], adjust: Adjust, found: Shuffled | None) -> pd.DataFrame:
    frames = []
    for measure, part in zip(chosen, split(chosen), strict=True):
        estimate, spread, probability = _pairwise(groups, measure)
        tests = {"p": spread.p} | ({} if found is None else {"p_permutation": found.p_pairs[:, part]})
        columns: dict[str, Any] = {"quantity": measure.name, **_labels(measure, len(estimate))}
        columns |= groups.pair_columns(measure.size)
        value = measure.of(groups.result.estimates)
        numbers = {"estimate_1": value[groups.first], "estimate_2": value[groups.second], "estimate": estimate}
        numbers |= {"se": spread.se, "lower": spread.lower, "upper": spread.upper}
        for name, p in tests.items():
            # What is the same in every replicate is fixed by the model, and nothing to test.
            p = np.where(_fixed(estimate, spread.se), np.nan, p)
            numbers |= {name: p, f"{name}_adjusted": adjusted(p.ravel(), adjust)}
            if name == "p":
                numbers["mga"] = probability
        frames.append(pd.DataFrame(columns | {name: np.ravel(values) for name, values in numbers.items()}))
    return _stacked(frames, ["group_1", "group_2"])


def _pairwise(groups: Groups, measure: Measure) -> tuple[Array, Uncertainty, Array]:
    """Return differences (P, q), their uncertainty and Henseler's probability."""
    result, first, second = groups.result, groups.first, groups.second
    evidence = result.evidence(measure.of)
    if evidence is None:
        value = measure.of(result.estimates)
        estimate = value[first] - value[second]
        return estimate, unknown(estimate), np.full(estimate.shape, np.nan)
    joint = _joint(result)
    apart = difference(evidence, first, second, joint)
    interval = result.options.interval
    if not INTERVALS[interval].of_differences:
        on_scale = scaled(evidence, measure.kind, result.moments.n_eff, joint)
        pair = on_scale.pairs(first, second)
        limits = gap_limits(pair, critical_z(result.options.level), on_scale.scale)
        spread = Uncertainty(_error(apart), *limits, two_sided(pair.z))
    else:
        spread = uncertainty(apart, result.options.level, interval)
    if joint or result.replicates is None or result.replicates.kind not in INDEPENDENT:
        return apart.estimate, spread, np.full(apart.estimate.shape, np.nan)
    probability = mga(evidence.draws, first, second)
    return apart.estimate, spread, np.where(_fixed(apart.estimate, spread.se), np.nan, probability)


def _error(evidence: Evidence) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return standard_error(evidence)


def _joint(result: Fit) -> bool:
    """Return whether replicate r of one group goes with replicate r of the others."""
    return result.replicates is not None and result.replicates.joint


def _omnibus(groups: Groups, chosen: list[Measure], adjust: Adjust, found: Shuffled | None) -> pd.DataFrame:
    frames = [] if found is None else [_distance_rows(found)]
    for measure, part in zip(chosen, split(chosen), strict=True):
        evidence = groups.result.evidence(measure.of)
        value = measure.of(groups.result.estimates)
        parts = []
        if evidence is not None:
            F, lead, rest, p = _equal(groups.result, evidence, measure)
            parts.append(_tests(measure, "wald", F, p, adjust, lead, rest))
        if found is not None:
            fixed = _fixed(value - value[:1], 0.0).all(axis=0)
            p = np.where(fixed, np.nan, found.p_between[part])
            parts.append(_tests(measure, "permutation", between(value, groups.result.moments.n_eff), p, adjust))
        frames += parts
    if not frames:
        frames = [pd.DataFrame(columns=["quantity", "test", "statistic", "df", "df_error", "p", "p_adjusted"])]
    return _stacked(frames, ["test"])


def _equal(result: Fit, evidence: Evidence, measure: Measure) -> tuple[Array, Array, Array, Array]:
    """Return F, its degrees of freedom and p (q,) of the test that all groups are equal; of two, that of their pair."""
    on_scale = scaled(evidence, measure.kind, result.moments.n_eff, _joint(result))
    fixed = _fixed(evidence.estimate - evidence.estimate[:1], _error(evidence)).all(axis=0)
    lead = np.full(len(fixed), len(evidence.estimate) - 1.0)
    if len(evidence.estimate) == 2:
        pair = on_scale.pairs(np.array([0]), np.array([1]))
        with np.errstate(invalid="ignore", divide="ignore"):
            F = np.where(pair.z == 0, 0.0, (pair.a - pair.b) ** 2 / pair.error**2)[0]
        rest, p = pair.degrees[0], two_sided(pair.z)[0]
    elif on_scale.deviations is not None:
        F, lead, rest, p = equal_jointly(on_scale.value, on_scale.covariance, on_scale.degrees)
    else:
        F, rest, p = welch(on_scale.value, np.sqrt(on_scale.variance), on_scale.degrees)
    F, lead, rest, p = (np.where(fixed, np.nan, x) for x in (F, lead, rest, p))
    return F, lead, rest, p


def _tests(
    measure: Measure, test: str, statistic: Array, p: Array, adjust: Adjust, df: Any = np.nan, rest: Any = np.nan
) -> pd.DataFrame:
    labels = _labels(measure, 1)
    numbers = {"statistic": statistic, "df": df, "df_error": rest, "p": p, "p_adjusted": adjusted(p, adjust)}
    return pd.DataFrame({"quantity": measure.name, **labels, "test": test, **numbers})


def _distance_rows(found: Shuffled) -> pd.DataFrame:
    p = found.p_distances
    return pd.DataFrame(
        {"quantity": "model", "test": ["d_ULS", "d_G"], "statistic": found.distances, "p": p, "p_adjusted": p}
    )


def _fixed(estimate: Array, se: Array | float) -> Any:
    return (np.abs(estimate) < FIXED_BELOW) & ~(np.asarray(se) >= FIXED_BELOW)


def _labels(measure: Measure, times: int) -> dict[str, list[str]]:
    return {name: list(values) * times for name, values in measure.labels.items()}


def _stacked(frames: list[pd.DataFrame], after: list[str]) -> pd.DataFrame:
    """Put tables together: quantity, the labels that any of them has, then the rest."""
    used = [name for name in LABELS if any(name in frame for frame in frames)]
    columns = list(dict.fromkeys(["quantity", *used, *after, *(name for frame in frames for name in frame.columns)]))
    full = [frame.reindex(columns=columns) for frame in frames]
    return pd.DataFrame({name: [value for frame in full for value in frame[name].tolist()] for name in columns})
