"""From a source of moments to estimates and their replicates."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.errors import EstimationError, OptionError, SurveyError
from csindex.estimation.cbsem.analytic import analytic
from csindex.estimation.cbsem.fiml import fiml_estimates
from csindex.estimation.cbsem.row_errors import moment_weights
from csindex.estimation.estimates import estimate
from csindex.fitting import refusals
from csindex.fitting.earlier_weights import Carried
from csindex.fitting.stage_source import StagedSource
from csindex.fitting.units import Kept
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.options import Options
from csindex.replicates.replicate import replicate
from csindex.replicates.source import Kind, MomentSource, RowSource, Source
from csindex.stacks.layout import Array, flatten, pack

UNLIKE_SAMPLES = ("jackknife", "replicate weights")
MOST_DELETED, MOST_LEFT_OUT, INNER = 200, 400, 25


def estimated(
    model: Model,
    design: Design,
    source: Source,
    options: Options,
    drop: bool,
    work: dict[str, Any],
    earlier: Carried | None,
) -> Kept:
    """Take the moments from the source, estimate them and their replicates; units with a problem go on the way."""
    moments = source.sample()
    kept = Kept.of(moments)
    kept = kept.settle(refusals.sample_problems(model, kept.moments, options), SurveyError, drop)
    kept = kept.settle(refusals.block_problems(model, design, kept.moments), EstimationError, drop)
    carried = None
    if earlier is not None:
        kept = kept.settle(earlier.problems(kept.units), OptionError, drop)
        carried = earlier.weights(kept.units, len(kept.numbers))
    weights = moment_weights(source, kept.numbers, kept.moments, design, options)
    mean, cov = flatten(kept.moments.mean, 1), flatten(kept.moments.cov, 2)
    sample = estimate(mean, cov, design, options, carried=carried if weights is None else weights).made_from(
        mean, pack(cov)
    )
    if options.missing == "fiml":
        sample = fiml_estimates(source, kept.numbers, kept.moments, sample, design, options).made_from(mean, pack(cov))
    problems = refusals.estimate_problems(model, design, kept.moments, sample, options)
    kept = replace(kept, estimates=sample, weights=weights).settle(problems, EstimationError, drop)
    for kind, (name, wanted) in _kinds(options, source).items():
        assert kept.estimates is not None
        made_by = MomentSource(moments) if kind == "parametric" and not isinstance(source, StagedSource) else source
        drawn = replicate(
            made_by, kept.numbers, kept.estimates, design, options, kept.weights, kind=kind, wanted=wanted, **work
        )
        kept = replace(kept, drawn={**kept.drawn, name: drawn})
        kept = kept.settle(refusals.replicate_problems(model, drawn, options), EstimationError, drop)
    if options.analytic:
        assert kept.estimates is not None
        steps = analytic(source, kept.numbers, kept.moments, kept.estimates, design, options)
        kept = replace(kept, drawn={"replicates": steps})
    return kept


def _kinds(options: Options, source: Source) -> dict[Kind, tuple[str, int]]:
    """Return the kinds of replicates that are needed: what the result calls them, and how many."""
    if not options.replicates:
        return {}
    kinds: dict[Kind, tuple[str, int]] = {options.resampling: ("replicates", options.replicates)}
    if options.interval in ("percentile", "basic", "bca", "studentized") and options.resampling in UNLIKE_SAMPLES:
        raise OptionError(
            f"interval={options.interval!r} does not go with resampling={options.resampling!r}; use 'normal'."
        )
    if options.interval in ("bca", "studentized") and options.resampling != "bootstrap":
        raise OptionError(f"interval={options.interval!r} needs resampling='bootstrap', with respondents' rows.")
    if options.interval == "bca":
        kinds["jackknife"] = ("jackknife", MOST_DELETED)
    if options.interval == "studentized":
        kinds["nested"] = ("nested", INNER)
    if source.weighted:
        kinds["simple"] = ("simple", MOST_LEFT_OUT)
    return kinds


def degrees_of(source: Source, numbers: NDArray[np.intp], options: Options) -> Array:
    """Return the degrees of freedom (U,) of the variances: those of a design, infinite without one."""
    kind: Kind = "bootstrap" if options.analytic and isinstance(source, RowSource) else options.resampling
    if options.analytic and not isinstance(source, RowSource):
        return np.full(len(numbers), np.inf)
    sizes = [source.size(kind, unit, options.replicates) for unit in numbers.tolist()]
    return np.array([source.degrees(kind, unit, n) for unit, n in zip(numbers.tolist(), sizes, strict=True)])
