"""Pooled item weights: one measurement model for all units, or for each industry."""

import warnings
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.benchmark.trends.sensitivity import Sensitivity, agreement_table, ranked_table
from csindex.benchmark.unit_facts import By, levels_of, numbered, said, tuples
from csindex.benchmark.unit_scores import UnitScores
from csindex.errors import EstimationError, OptionError, ReplicateWarning, SmallSampleWarning
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.estimator import estimate
from csindex.estimation.replicates import Estimation, estimates_of_tiles
from csindex.fitting.constructs import place
from csindex.fitting.fit import fit
from csindex.fitting.result import Fit
from csindex.index.scores import to_hundred
from csindex.messages import Message, listed
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.options import Options, choose
from csindex.replicates.replicate import Stack
from csindex.stacks.layout import Array, pack
from csindex.survey.checks import refuse_beside


def pool_moments(mean: Array, packed: Array, n: Array, weight: Array, member: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return the moments of groups of units, as if the rows of a group had been one frame.

    Parameters
    ----------
    mean : (U, R, p)
    packed : (U, R, p(p+1)/2)
        Covariances, see `csindex.moments.moments.Moments`.
    n, weight : (U,)
        Answers and sums of case weights; those of the sample stand for all its replicates.
    member : (U,)
        Number of each unit's group, 0 to G - 1.

    Returns
    -------
    mean : (G, R, p)
    packed : (G, R, p(p+1)/2)
    """
    # A group at a time, so that products of means of all units and replicates are never in memory together.
    groups = [np.flatnonzero(member == g) for g in range(int(member.max()) + 1)]
    found = [_pooled(mean[own], packed[own], n[own], weight[own]) for own in groups]
    return np.stack([m for m, _ in found]), np.stack([s for _, s in found])


def _pooled(mean: Array, packed: Array, n: Array, weight: Array) -> tuple[Array, Array]:
    """Return mean (R, p) and packed covariance of one group, NaN where a unit has no moments."""
    total, rows = weight.sum(), n.sum()
    known = np.isfinite(mean[..., 0]) & np.isfinite(packed[..., 0])
    if not known.all():
        mean, packed = (np.where(known[..., None], x, 0.0) for x in (mean, packed))
    # Means are taken from a common origin, so that the difference of squares below loses no digits.
    origin = mean.mean(axis=(0, 1))
    m = (mean - origin).transpose(1, 0, 2)
    centre = np.einsum("u,rup->rp", weight, m) / total
    between = (m * weight[:, None]).swapaxes(1, 2) @ m - total * centre[:, :, None] * centre[:, None]
    scatter = np.tensordot(weight * (n - 1) / n, packed, 1) + pack(between)
    centre[~known.all(axis=0)] = np.nan
    return centre + origin, scatter / total * (rows / (rows - 1))


def estimates_of(mean: Array, packed: Array, design: Design, options: Options, start: Array | None = None) -> Estimates:
    """Return the estimates of a stack (G, R) of moments, in blocks that bound memory.

    Parameters
    ----------
    mean, packed : (G, R, p), (G, R, p(p+1)/2)
    design, options : Design, Options
    start : (G, p), optional
        Outer weights with which the iteration begins and by which signs are settled.
    """
    estimation = Estimation(estimate, design, options, start, with_moments=False)
    return estimates_of_tiles(Stack(mean, packed), range(len(mean)), estimation)


MANY_FAILED = 0.01

Measurement = Literal["company", "industry", "pooled", "equal"]


def fit_pooled(
    model: Model | Fit,
    data: Any = None,
    *,
    by: str | list[str] | None = None,
    measurement: Measurement = "pooled",
    industry: By = None,
    facts: pd.DataFrame | None = None,
    construct: str | None = None,
    **options: Any,
) -> UnitScores:
    """Score units by their own means, with item weights that several units have in common.

    The item weights of a small unit are uncertain; those of all units together are less so, and scores with the same
    weights differ by ratings alone. The common weights are estimated from the rows of all units together, anew in every
    replicate; units thus are correlated, and the result is joint.

    Parameters
    ----------
    model : Model or Fit
        A model, or a fit with ``by=``, which then needs no `data`.
    data : data frame, Survey or Moments
    by : column or columns
        The units.
    measurement : {"pooled", "industry", "company", "equal"}
        Item weights of all units together, of each industry, of each unit, or the plain mean of the items.
    industry : column, columns or mapping
        Which units share their weights with ``measurement="industry"``; see the argument ``by`` of `aggregate`.
    facts : data frame, optional
        See `aggregate`.
    construct : str, optional
        By default the model's target.
    **options
        Of `csindex.fit`.

    Returns
    -------
    UnitScores

    Raises
    ------
    SurveyError, EstimationError
        See `csindex.fit`: every unit needs more rows than items, and no item with equal answers only.
    OptionError
        Arguments that do not go together; a jackknife of independent units, whose replicates cannot be drawn together.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 150, groups=4, seed=1)
    >>> csi.fit_pooled(csi.acsi(), answers, by="unit", replicates=100).joint
    True
    """
    chosen = choose("measurement", measurement, get_args(Measurement))
    result = _fitted(model, data, by, options, quiet=chosen != "company")
    return _scores(result, chosen, _members(result, chosen, industry, facts), construct)


def sensitivity(
    model: Model | Fit,
    data: Any = None,
    *,
    by: str | list[str] | None = None,
    industry: By = None,
    facts: pd.DataFrame | None = None,
    group: str | None = None,
    construct: str | None = None,
    **options: Any,
) -> Sensitivity:
    """Show how far scores and ranks move with the choice of whose item weights are used.

    Parameters
    ----------
    model, data, by, industry, facts, construct, **options
        See `fit_pooled`; without `industry` there are no industry weights to compare with.
    group : column, optional
        Rank units within these groups, such as industries or waves; by default all together.

    Returns
    -------
    Sensitivity
        With ``.table``, ``.agreement`` and ``.summary()``.

    Raises
    ------
    SurveyError, EstimationError, OptionError
        See `fit_pooled`.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 250, groups=4, seed=1)
    >>> moved = csi.sensitivity(csi.acsi(), answers, by="unit", replicates=100)
    >>> moved.agreement["measurement"].tolist()
    ['company', 'equal']
    """
    result = _fitted(model, data, by, options, quiet=False)
    kinds = [kind for kind in ("pooled", "industry", "company", "equal") if kind != "industry" or industry is not None]
    found = {kind: _scores(result, kind, _members(result, kind, industry, facts), construct) for kind in kinds}
    units = found["pooled"].units
    if group is not None and group not in units.columns:
        raise OptionError(Message("trend.no_group", group=group, known=listed(map(repr, units.columns))))
    if len(units) < 2:
        raise OptionError(Message("trend.one_unit"))
    within = np.zeros(len(units), dtype=np.intp) if group is None else numbered(units[[group]])
    table = ranked_table(found, within)
    return Sensitivity(found["pooled"].name, table, agreement_table(found, table), len(units))


def _fitted(model: Model | Fit, data: Any, by: Any, options: dict[str, Any], quiet: bool) -> Fit:
    if isinstance(model, Fit):
        refuse_beside("a Fit", {"data": data, "by": by, **options})
        result = model
    else:
        if data is None:
            raise OptionError(Message("trend.no_data"))
        with warnings.catch_warnings():
            if quiet:
                # Units that are too small for weights of their own are why weights are pooled: of their replicates only
                # the means and covariances are used.
                options = {"max_failed": 1.0, **options}
                for category in (SmallSampleWarning, ReplicateWarning):
                    warnings.simplefilter("ignore", category)
            result = fit(model, data, **({} if by is None else {"by": by}), **options)
    UnitScores.of(result)
    return result


def _members(result: Fit, measurement: str, industry: By, facts: pd.DataFrame | None) -> NDArray[np.intp]:
    """Return the number (U,) of the measurement model of each unit."""
    assert result.units is not None
    count = len(result.units)
    if measurement != "industry":
        return np.arange(count) if measurement == "company" else np.zeros(count, dtype=np.intp)
    if industry is None:
        raise OptionError(Message("trend.no_industry"))
    return numbered(levels_of(result.units, industry, facts))


def _scores(result: Fit, measurement: str, member: NDArray[np.intp], construct: str | None) -> UnitScores:
    own = UnitScores.of(result, construct)
    number, at = place(result, own.name)
    result = result.at_stage(number)
    replicates = result.replicates
    assert replicates is not None
    if measurement == "company":
        return own
    block = result.design.blocks[at]
    mean, means = (to_hundred(x, result.design)[..., block] for x in (result.moments.mean, replicates.estimates.mean))
    if measurement == "equal":
        weight, drawn = np.full_like(mean, 1 / mean.shape[-1]), np.full_like(means, 1 / mean.shape[-1])
    else:
        if own.coefficients is not None and not own.joint:
            raise OptionError(Message("trend.not_joint_common"))
        sample, again = _common(result, member)
        weight, drawn = (e.index_weights[..., block][member] for e in (sample, again))
        weight = weight[:, 0]
    return UnitScores(
        name=own.name,
        units=own.units,
        estimate=(weight * mean).sum(axis=-1),
        draws=np.asarray((drawn * means).sum(axis=-1)),
        n=own.n,
        n_eff=own.n_eff,
        joint=own.joint or measurement != "equal",
        coefficients=own.coefficients,
        degrees=own.degrees,
        level=own.level,
        interval=own.interval,
    )


def _common(result: Fit, member: NDArray[np.intp]) -> tuple[Estimates, Estimates]:
    """Return the estimates (G, 1) and (G, R) of the units' common measurement models."""
    moments, replicates = result.moments, result.replicates
    assert replicates is not None
    n, weight = moments.n, moments.weight
    pooled = pool_moments(moments.mean[:, None], pack(moments.cov)[:, None], n, weight, member)
    sample = estimates_of(*pooled, result.design, result.options)
    _refuse(result, sample, member)
    drawn = pool_moments(replicates.estimates.mean, replicates.estimates.packed, n, weight, member)
    again = estimates_of(*drawn, result.design, result.options, sample.weights[:, 0])
    _warn(again)
    return sample, again


def _warn(again: Estimates) -> None:
    failed = float((again.status != Status.OK).mean())
    if failed > MANY_FAILED:
        warnings.warn(ReplicateWarning(Message("trend.failed", share=failed)), stacklevel=5)


def _refuse(result: Fit, sample: Estimates, member: NDArray[np.intp]) -> None:
    failed = np.flatnonzero(sample.status[:, 0] != Status.OK)
    if len(failed):
        assert result.units is not None
        units = result.units.iloc[np.flatnonzero(member == failed[0])]
        status = Status(int(sample.status[failed[0], 0]))
        reason = Message(f"estimation.reason_{status.name.lower()}")
        raise EstimationError(Message("trend.common_failed", units=listed(map(said, tuples(units))), reason=reason))
