"""Estimates of the units of a plain model, and of their replicates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from csindex.errors import EstimationError, OptionError, SurveyError
from csindex.estimation.estimates import CONSTANT_BELOW
from csindex.estimation.estimator import Sampled, estimate, estimator_of
from csindex.estimation.replicates import Estimation, replicate_estimates
from csindex.fitting import refusals
from csindex.fitting.stage_source import StagedSource
from csindex.fitting.units import UnitStack
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.moments.moments import Moments
from csindex.options import Kind, Options
from csindex.replicates.intervals import INTERVALS, check_interval
from csindex.replicates.rows import NESTED, RowSource
from csindex.replicates.source import MomentSource, Source
from csindex.stacks.layout import Array, flatten, pack

if TYPE_CHECKING:
    from csindex.fitting.earlier_weights import EarlierWeights

MOST_DELETED, MOST_LEFT_OUT = 200, 400


@dataclass(frozen=True, slots=True)
class Procedure:
    """How units are estimated.

    Attributes
    ----------
    options : Options
    drop : bool
        Whether units with a problem are left out; otherwise they are an error.
    work : dict
        Seed, size of the blocks, workers and progress bar of `csindex.estimation.replicates.replicate_estimates`.
    earlier : EarlierWeights or None
        Index weights that are given.
    """

    options: Options
    drop: bool
    work: dict[str, Any]
    earlier: "EarlierWeights | None"


def estimate_units(units: UnitStack, source: Source, model: Model, design: Design, procedure: Procedure) -> UnitStack:
    """Return the units with estimates and replicates; those with a problem are left out, or an error.

    Parameters
    ----------
    units : UnitStack
        All units of the source, with its sample moments.
    source : Source
    model : Model
        A plain one.
    design : Design
        Of this model.
    procedure : Procedure
    """
    options, drop, estimator = procedure.options, procedure.drop, estimator_of(procedure.options)
    moments = units.moments
    problems = refusals.sample_problems(model, units.moments, options)
    scored = _scored(units, design, procedure)
    problems = {unit: text for unit, text in problems.items() if unit not in scored}
    if options.replicates and options.resampling == "bootstrap":
        problems = {**refusals.sampling_problems(source, units.numbers), **problems}
    units = units.without(problems, SurveyError, drop)
    units = units.without(refusals.block_problems(model, design, units.moments), EstimationError, drop)
    units = _with_estimates(units, source, design, procedure)
    problems = refusals.estimate_problems(model, design, units.moments, units.estimates, options)
    scored = _scored(units, design, procedure)
    units = units.without({unit: text for unit, text in problems.items() if unit not in scored}, EstimationError, drop)
    for name, kind, wanted in _kinds(options, source):
        start = estimator.start(units.estimates)
        given = units.estimates.index_weights if options.weights_from else units.weights
        estimation = Estimation(partial(estimate, by=estimator), design, options, start, given)
        drawn_from = _drawn_from(kind, source, moments)
        drawn = replicate_estimates(drawn_from, units.numbers, estimation, kind=kind, wanted=wanted, **procedure.work)
        units = replace(units, replicates={**units.replicates, name: drawn})
        units = units.without(refusals.replicate_problems(model, drawn, options), EstimationError, drop)
    if estimator.analytic and not options.replicates:
        steps = estimator.analytic_replicates(_sampled(units, source, design, options), units.estimates)
        units = replace(units, replicates={"replicates": steps})
    return units


def _scored(units: UnitStack, design: Design, procedure: Procedure) -> set[int]:
    """Return the rows of the units whose answers are all alike, which have an index all the same, and no other estimates.

    A single sample has one only by given weights: there are no other units to take them from.
    """
    estimator, options = estimator_of(procedure.options), procedure.options
    if estimator.covariance_structure or options.ordinal or (units.labels is None and procedure.earlier is None):
        return set()
    if not (units.moments.sd < CONSTANT_BELOW * design.span).all(axis=1).any():
        return set()
    from csindex.estimation.constant_units import constant_units

    constant = constant_units(units.moments, design)
    enough = units.moments.n >= refusals.FEWEST
    return set() if constant.all() and procedure.earlier is None else set(np.flatnonzero(constant & enough).tolist())


def _with_estimates(units: UnitStack, source: Source, design: Design, procedure: Procedure) -> UnitStack:
    """Return the units with the estimates of their sample moments."""
    options, given = procedure.options, None
    if procedure.earlier is not None:
        units = units.without(procedure.earlier.problems(units.labels), OptionError, procedure.drop)
        given = procedure.earlier.weights(units.labels, len(units.numbers))
    estimator, sampled = estimator_of(options), _sampled(units, source, design, options)
    weights = estimator.given(sampled)
    mean, cov = flatten(units.moments.mean, 1), flatten(units.moments.cov, 2)
    sample = estimate(mean, cov, design, options, given=given if weights is None else weights)
    sample = estimator.from_rows(sampled, sample.made_from(mean, pack(cov)))
    if _scored(units, design, procedure):
        from csindex.estimation.constant_units import with_constant_units

        sample = with_constant_units(sample, units.moments, design, given)
    return replace(units, estimates=sample, weights=weights)


def _sampled(units: UnitStack, source: Source, design: Design, options: Options) -> Sampled:
    return Sampled(source, units.numbers, units.moments, design, options)


def _drawn_from(kind: Kind, source: Source, moments: Moments) -> Source:
    """Return what replicates of a kind are drawn from; parametric ones from moments, even where there are rows."""
    return MomentSource(moments) if kind == "parametric" and not isinstance(source, StagedSource) else source


def _kinds(options: Options, source: Source) -> Iterator[tuple[str, Kind, int]]:
    """Yield the replicates that are needed: their name on the result, their kind, and how many."""
    if not options.replicates:
        return
    check_interval(options, designed=source.joint)
    method = INTERVALS[options.interval]
    yield "replicates", options.resampling, options.replicates
    if method.jackknife:
        yield "jackknife", "jackknife", MOST_DELETED
    if method.nested:
        yield "nested", "nested", NESTED
    if source.weighted:
        yield "simple", "simple", MOST_LEFT_OUT


def degrees_of(source: Source, numbers: NDArray[np.intp], options: Options) -> Array:
    """Return the degrees of freedom (U,) of the variances: those of a design, infinite without one."""
    analytic = estimator_of(options).analytic and not options.replicates
    kind: Kind = "bootstrap" if analytic and isinstance(source, RowSource) else options.resampling
    if analytic and not isinstance(source, RowSource):
        return np.full(len(numbers), np.inf)
    sizes = [source.size(kind, unit, options.replicates) for unit in numbers.tolist()]
    return np.array([source.degrees(kind, unit, n) for unit, n in zip(numbers.tolist(), sizes, strict=True)])
