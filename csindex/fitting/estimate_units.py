"""Estimates of the units of a plain model, and of their replicates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.errors import EstimationError, OptionError, SurveyError
from csindex.estimation.cbsem.analytic import analytic
from csindex.estimation.cbsem.fiml import fiml_estimates
from csindex.estimation.cbsem.row_errors import moment_weights
from csindex.estimation.estimates import estimate
from csindex.estimation.replicates import Estimation, replicate_estimates
from csindex.fitting import refusals
from csindex.fitting.earlier_weights import EarlierWeights
from csindex.fitting.stage_source import StagedSource
from csindex.fitting.units import UnitStack
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.moments.moments import Moments
from csindex.options import Kind, Options
from csindex.replicates.intervals import INTERVALS, check_interval
from csindex.replicates.rows import NESTED, RowSource
from csindex.replicates.source import MomentSource, Source
from csindex.stacks.layout import Array, flatten, pack

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
    earlier: EarlierWeights | None


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
    options, drop = procedure.options, procedure.drop
    moments = units.moments
    units = units.without(refusals.sample_problems(model, units.moments, options), SurveyError, drop)
    units = units.without(refusals.block_problems(model, design, units.moments), EstimationError, drop)
    units = _with_estimates(units, source, design, procedure)
    problems = refusals.estimate_problems(model, design, units.moments, units.estimates, options)
    units = units.without(problems, EstimationError, drop)
    for name, kind, wanted in _kinds(options, source):
        sample = units.estimates
        start = sample.theta if options.estimator == "cbsem" else sample.weights
        given = sample.index_weights if options.weights_from else units.weights
        drawn = replicate_estimates(
            _drawn_from(kind, source, moments),
            units.numbers,
            Estimation(estimate, design, options, start, given),
            kind=kind,
            wanted=wanted,
            **procedure.work,
        )
        units = replace(units, replicates={**units.replicates, name: drawn})
        units = units.without(refusals.replicate_problems(model, drawn, options), EstimationError, drop)
    if options.analytic:
        steps = analytic(source, units.numbers, units.moments, units.estimates, design, options)
        units = replace(units, replicates={"replicates": steps})
    return units


def _with_estimates(units: UnitStack, source: Source, design: Design, procedure: Procedure) -> UnitStack:
    """Return the units with the estimates of their sample moments."""
    options, given = procedure.options, None
    if procedure.earlier is not None:
        units = units.without(procedure.earlier.problems(units.labels), OptionError, procedure.drop)
        given = procedure.earlier.weights(units.labels, len(units.numbers))
    weights = moment_weights(source, units.numbers, units.moments, design, options)
    mean, cov = flatten(units.moments.mean, 1), flatten(units.moments.cov, 2)
    sample = estimate(mean, cov, design, options, carried=given if weights is None else weights)
    sample = sample.made_from(mean, pack(cov))
    if policy_of(options).full_information:
        sample = fiml_estimates(source, units.numbers, units.moments, sample, design, options)
        sample = sample.made_from(mean, pack(cov))
    return replace(units, estimates=sample, weights=weights)


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
    kind: Kind = "bootstrap" if options.analytic and isinstance(source, RowSource) else options.resampling
    if options.analytic and not isinstance(source, RowSource):
        return np.full(len(numbers), np.inf)
    sizes = [source.size(kind, unit, options.replicates) for unit in numbers.tolist()]
    return np.array([source.degrees(kind, unit, n) for unit, n in zip(numbers.tolist(), sizes, strict=True)])
