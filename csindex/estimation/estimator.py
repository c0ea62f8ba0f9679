"""The estimators by their names, and what an estimator is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.estimation.estimates import Estimates
from csindex.estimation.replicates import Replicates
from csindex.messages import Message
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.moments.moments import Moments
from csindex.options import Errors, Options, Registry
from csindex.replicates.source import Source
from csindex.stacks.layout import Array, take


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """U units, where they come from, and what is fitted to them.

    Attributes
    ----------
    source : Source
    numbers : (U,) int
        The source's numbers of the units.
    moments : Moments
        A stack (U,).
    design, options : Design, Options
    """

    source: Source
    numbers: NDArray[np.intp]
    moments: Moments
    design: Design
    options: Options


class Estimator(Protocol):
    """What turns moments into estimates, and what the other parts of a fit need to know of it.

    Attributes
    ----------
    name : str
        The value of the option ``estimator``. The glossary has its words; without them texts show the name.
    unconverged, inadmissible : str
        Keys of the remedies for estimates that did not converge, and for solutions that are inadmissible.
    own_options : tuple of str
        Names of the options that say how it estimates: "scheme", "variant", "discrepancy".
    common_factors : bool
        Whether loadings and paths are those of common factors; else they are those of composites, the scores of which have
        these paths and give the index with weights in proportion to the loadings.
    corrected : bool
        Whether loadings and paths are corrected for measurement error by the `reliability` of the estimates.
    covariance_structure : bool
        Whether θ are the parameters of a covariance structure model, which has χ², and whose constructs are never composites.
    instruments : bool
        Whether the equations of a feedback loop are estimated with instruments, one after the other.
    analytic : bool
        Whether standard errors come from the estimator's own theory where there are no replicates.
    default_replicates : int
        Number of replicates where nothing else is said.
    """

    name: str
    unconverged: str
    inadmissible: str
    own_options: tuple[str, ...] = ()
    common_factors: bool = False
    corrected: bool = False
    covariance_structure: bool = False
    instruments: bool = True
    analytic: bool = False
    default_replicates: int = 1000

    def check(self, model: Model, options: Options) -> None:
        """Raise an error if the model cannot be estimated, or an option does not go with the estimator.

        Raises
        ------
        OptionError, EstimationError
        """
        ...

    def estimate(
        self, mean: Array, cov: Array, design: Design, options: Options, start: Array | None, given: Array | None
    ) -> Estimates:
        """Estimate every member of a stack of two members or more; see `csindex.estimation.estimator.estimate`."""
        ...

    def start(self, sample: Estimates) -> Array:
        """Return where the estimation of the replicates of a sample begins, (..., p) or (..., q)."""
        return sample.weights

    def usual_errors(self, options: Options, *, weighted: bool = False) -> Errors:  # noqa: ARG002
        """Return the analytic errors where nothing else is said; `weighted` tells of case weights or a sampling design."""
        return "normal"

    def from_moments(self, options: Options) -> bool:  # noqa: ARG002
        """Return whether the estimates are made of moments alone, so that any moments will do."""
        return True

    def given(self, units: Sampled) -> Array | None:  # noqa: ARG002
        """Return what estimation takes from the rows beside the moments, (U, ...); None if nothing."""
        return None

    def from_rows(self, units: Sampled, estimates: Estimates) -> Estimates:  # noqa: ARG002
        """Return the sample's estimates (U,) by the rows, where those by the moments are only where to begin."""
        return estimates

    def analytic_replicates(self, units: Sampled, estimates: Estimates) -> Replicates:
        """Return the analytic errors in the form of replicates, of the kind "delta"; of analytic estimators only."""
        raise NotImplementedError

    def implied_correlations(self, estimates: Estimates, design: Design, options: Options) -> Array | None:  # noqa: ARG002
        """Return Σ (m, p, p) over the sample's standard deviations of the items; reverse-coded items enter as minus the answer.

        None where it follows from the loadings and the constructs' correlations and paths.
        """
        return None


class Estimators(Registry[Estimator]):
    """Estimators by their names. The module of each is imported when the estimator is first asked for.

    Parameters
    ----------
    homes : mapping of name to "module:class"
    """

    def __init__(self, homes: Mapping[str, str]) -> None:
        super().__init__("estimator", ())
        self._homes = homes

    def __getitem__(self, name: str) -> Estimator:
        if name not in self._entries:
            module, _, kind = self._homes[name].partition(":")
            self._entries[name] = getattr(import_module(module), kind)()
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._homes, *self._entries)))

    def __len__(self) -> int:
        return len({*self._homes, *self._entries})

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)


ESTIMATORS = Estimators(
    {
        "pls": "csindex.estimation.pls.estimator:PLS",
        "plsc": "csindex.estimation.pls.estimator:ConsistentPLS",
        "cbsem": "csindex.estimation.cbsem.estimator:CovarianceStructure",
    }
)


def estimator_of(options: Options) -> Estimator:
    """Return the estimator that the options name."""
    return ESTIMATORS[options.estimator]


def estimate(
    mean: Array,
    cov: Array,
    design: Design,
    options: Options,
    start: Array | None = None,
    given: Array | None = None,
    *,
    by: Estimator | None = None,
) -> Estimates:
    """Estimate every member of a stack.

    Parameters
    ----------
    mean, cov : (m, p), (m, p, p)
        On the questions' scales, the stack innermost in memory.
    design : Design
    options : Options
    start : (m, p) or (m, q), optional
        Outer weights (or parameters, see `Estimator.start`) of the sample that a member replicates: where the iteration
        begins, and how its constructs are oriented. Without it each construct is oriented so that its items' correlations
        with it sum to more than 0.
    given : (m, p) or (m, p(p+1)/2), optional
        What is given where the options say so: index weights of an earlier wave, by which outer weights are these times the
        items' deviations; or what the estimator takes from the rows, see `Estimator.given`.
    by : Estimator, optional
        For another process, in which it may not be registered. By default the one that the options name.
    """
    if options.weights_from and given is None:
        raise OptionError(Message("estimation.given_weights"))
    if len(mean) == 1:
        # Sums over a stack of one are added up in another order; a twin keeps results the same in every stack.
        twins = np.zeros(2, dtype=np.intp)
        start, given = (None if one is None else take(one, twins) for one in (start, given))
        pair = estimate(take(mean, twins), take(cov, twins), design, options, start, given, by=by)
        return pair.part(slice(0, 1))
    return (by or estimator_of(options)).estimate(mean, cov, design, options, start, given)
