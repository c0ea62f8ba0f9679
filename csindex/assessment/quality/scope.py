"""What an assessment is about, and how its tables are made from functions of a stack of estimates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.estimation.estimates import Estimates
from csindex.estimation.estimator import Estimator, estimator_of
from csindex.fitting.result import Fit
from csindex.model.design import Design
from csindex.options import Options
from csindex.stacks.layout import Array, empty

BLOCK_CELLS = 400_000


def blockwise(of: Callable[[Estimates], Array], estimates: Estimates) -> Array:
    """Return of(estimates) as (..., q), where `of` takes a stack (m,) and returns (m, q)."""
    stack = estimates.status.shape
    size = max(2, BLOCK_CELLS // estimates.mean.shape[-1] ** 2)
    parts = [of(part) for part in _parts(estimates, size)]
    whole = empty(sum(map(len, parts)), parts[0].shape[1])
    np.concatenate(parts, out=whole)
    return np.moveaxis(whole.T.reshape(-1, *stack), 0, -1)


def _parts(estimates: Estimates, size: int) -> Iterator[Estimates]:
    """Yield the estimates of some members after the other, as stacks (m,)."""
    stack = estimates.status.ndim
    flat: dict[str, Any] = {}
    for name, array in estimates.arrays.items():
        inner = np.moveaxis(array, range(stack), range(-stack, 0))
        flat[name] = inner.reshape(*inner.shape[: inner.ndim - stack], estimates.status.size)
    members = flat["status"].shape[-1]
    for begin in range(0, members, size):
        part = slice(begin, begin + size)
        yield Estimates(**{name: np.moveaxis(array[..., part], -1, 0) for name, array in flat.items()})


def oriented(matrix: Array, design: Design) -> Array:
    """Return (m, p, p) covariances or correlations of the items with reversed ones recoded."""
    return matrix if (design.sign > 0).all() else matrix * (design.sign[:, None] * design.sign)


def standard_weights(estimates: Estimates, design: Design, options: Options) -> Array:
    """Return outer weights (m, p) of standardized items, whichever variant they were estimated with."""
    if options.variant == "standardized":
        return estimates.weights
    sd = np.sqrt(np.einsum("mii->mi", estimates.cov))
    return np.asarray(estimates.weights * sd * (100.0 / design.span))


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A fit, and which of its constructs their items reflect.

    Attributes
    ----------
    result : Fit
    reflective : (k,) bool
        Whether a construct's items are taken as its reflections; those of the others make it up (composites).
    common : (k,) bool
        Whether the model says that a construct's items correlate only through it, as common factors do; items of others may
        correlate in any way.
    reestimate : bool
        Whether the model may be estimated anew: without each path, with all paths, and on replicates in which it holds.
    """

    result: Fit
    reflective: NDArray[np.bool_]
    common: NDArray[np.bool_]
    reestimate: bool

    @property
    def design(self) -> Design:
        """The model as arrays."""
        return self.result.design

    @property
    def names(self) -> tuple[str, ...]:
        """The constructs."""
        return self.result.model.construct_names

    @property
    def estimator(self) -> Estimator:
        """What has estimated the model."""
        return estimator_of(self.result.options)

    @property
    def covariance(self) -> bool:
        """Whether the fit is a covariance structure model, whose parameters say what it implies."""
        return self.estimator.covariance_structure

    @property
    def variants(self) -> bool:
        """Whether models with other paths are estimated too; a covariance structure model has other parameters then."""
        return self.reestimate and not self.covariance

    @property
    def several(self) -> NDArray[np.bool_]:
        """(k,) whether a construct has more than one item."""
        return np.array([block.stop - block.start > 1 for block in self.design.blocks])

    @property
    def scales(self) -> NDArray[np.intp]:
        """Constructs that several items reflect: those that have a reliability."""
        return np.flatnonzero(self.reflective & self.several)

    @property
    def explained(self) -> NDArray[np.intp]:
        """Constructs with sources."""
        return np.flatnonzero(self.design.links.any(axis=1))

    def correlations(self, e: Estimates) -> Array:
        """Return R (m, p, p), reversed items recoded."""
        return oriented(e.correlation, self.design)

    def weights(self, e: Estimates) -> Array:
        """Return outer weights (m, p) of standardized items."""
        return standard_weights(e, self.design, self.result.options)

    def answers(self, like: Array) -> Array:
        """Return the number of answers of each unit, (U, 1, ..., 1) to go with an array (U, ..., k)."""
        return self.result.moments.n.reshape(-1, *[1] * (like.ndim - 1))

    def table(
        self,
        labels: Mapping[str, Sequence[str]],
        of: Callable[[Estimates], Array],
        extra: Mapping[str, Array] | None = None,
    ) -> pd.DataFrame:
        """Return a tidy frame of q quantities with their uncertainty; `of` takes a stack (m,) and returns (m, q)."""
        return self.result.table(labels, lambda e: blockwise(of, e), extra=extra)


def labels_by_measure(
    labels: Mapping[str, Sequence[str]], column: str, measures: Sequence[str]
) -> dict[str, list[str]]:
    """Return labels for several measures of each labelled thing, side by side."""
    count = len(next(iter(labels.values())))
    repeated = {name: [value for value in values for _ in measures] for name, values in labels.items()}
    return {**repeated, column: list(measures) * count}


def beside(measures: Sequence[Array]) -> Array:
    """Return measures (..., c) of c things as (..., c · measures), those of one thing side by side."""
    together = np.stack(measures, axis=-1)
    return together.reshape(*together.shape[:-2], -1)
