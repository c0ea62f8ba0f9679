"""What can be compared: named functions of estimates with labels for what they return."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from csindex.errors import OptionError
from csindex.estimation.estimates import Estimates
from csindex.fitting import constructs
from csindex.fitting.core import Quantity
from csindex.fitting.result import Fit
from csindex.index.impacts import STEP
from csindex.messages import Message, Several
from csindex.options import choose
from csindex.stacks.layout import Array

NAMES = ("index", "paths", "impacts", "total", "weights", "loadings", "index_weights", "r2")
LABELS = ("construct", "item", "source", "target")
UNITS = {"index": "points", "impacts": f"points for +{STEP:g}"}


@dataclass(frozen=True, slots=True)
class Measure:
    """q parameters of a kind.

    Attributes
    ----------
    name : str
    labels : mapping of column to q str
    of : function from Estimates of any stack (...) to (..., q)
    kind : {"number", "correlation", "share", "score"}
        *correlation*: between -1 and 1, or nearly so; *share*: the square of one; *score*: on 0-100. See
        `csindex.assessment.groups.scales`.
    """

    name: str
    labels: Mapping[str, Sequence[str]]
    of: Quantity
    kind: Literal["number", "correlation", "share", "score"] = "number"

    @property
    def size(self) -> int:
        """Number of parameters q."""
        return len(next(iter(self.labels.values())))


def measures(result: Fit, quantities: str | Iterable[Any]) -> list[Measure]:
    """Return the measures that the user names, or makes of a triple of name, labels and function."""
    asked = [quantities] if isinstance(quantities, str) else list(quantities)
    if not asked:
        raise OptionError(Message("comparison.no_quantities", known=Several(NAMES, most=len(NAMES))))
    known = _known(result)
    found = [_own(one, result) if isinstance(one, tuple) else known[choose("quantities", one, NAMES)] for one in asked]
    names = [measure.name for measure in found]
    if len(set(names)) < len(names):
        raise OptionError(Message("comparison.named_twice", names=names))
    empty = [measure.name for measure in found if not measure.size]
    if empty:
        raise OptionError(Message("comparison.no_paths", names=Several(empty, most=len(empty))))
    return found


def _known(result: Fit) -> dict[str, Measure]:
    model, design = result.model, result.design
    names = model.construct_names
    endogenous = np.flatnonzero(design.links.any(axis=1))
    ends, starts = np.nonzero(design.links)
    last, first = np.nonzero(design.reaches)

    def arrows(targets: Iterable[int], sources: Iterable[int]) -> dict[str, list[str]]:
        return {"source": [names[i] for i in sources], "target": [names[i] for i in targets]}

    drivers, points = constructs.drivers(result, model.target), constructs.effect_in_points(result, model.target)

    def effects(e: Estimates, which: Quantity) -> Array:
        return constructs.of_products(result, e, which(e))

    listed = [
        Measure("index", *constructs.indices(result), "score"),
        Measure(
            "paths", arrows(ends, starts), lambda e: effects(e, lambda e: e.paths)[..., ends, starts], "correlation"
        ),
        Measure("impacts", {"source": drivers, "target": [model.target] * len(drivers)}, lambda e: STEP * points(e)),
        Measure("total", arrows(last, first), lambda e: effects(e, result.total)[..., last, first], "correlation"),
        Measure("weights", *constructs.items(result, "weights")),
        Measure("loadings", *constructs.items(result, "loadings"), "correlation"),
        Measure("index_weights", *constructs.items(result, "index_weights")),
        Measure("r2", {"construct": [names[j] for j in endogenous]}, lambda e: e.r2[..., endogenous], "share"),
    ]
    return {measure.name: measure for measure in listed}


def _own(given: tuple[Any, ...], result: Fit) -> Measure:
    """Check a quantity of the user's: its labels and what its function returns."""
    if len(given) != 3 or not isinstance(given[0], str) or not isinstance(given[1], Mapping) or not callable(given[2]):
        raise OptionError(Message("comparison.own_quantity"))
    name, labels, of = given
    if (
        any(key not in LABELS for key in labels)
        or not labels
        or len({len(list(values)) for values in labels.values()}) > 1
    ):
        known, shown = Several(LABELS, most=len(LABELS)), f"{dict(labels)!r:.120}"
        raise OptionError(Message("comparison.own_labels", name=name, known=known, labels=shown))
    measure = Measure(name, {key: [str(value) for value in values] for key, values in labels.items()}, of)
    shape, due = np.shape(of(result.estimates)), (len(result.estimates.index), measure.size)
    if shape != due:
        raise OptionError(Message("comparison.own_shape", name=name, shape=shape, groups=due[0], labels=due[1]))
    return measure


def split(measures: Sequence[Measure]) -> list[slice]:
    """Return where each measure's parameters are when all stand side by side."""
    ends = np.cumsum([0] + [measure.size for measure in measures]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def together(measures: Sequence[Measure], estimates: Estimates) -> Array:
    """Return all measures of a stack side by side, (..., q)."""
    return np.concatenate([measure.of(estimates) for measure in measures], axis=-1)
