"""Feedback loops of the structural model, and the instruments of the equations in them."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.errors import ModelError
from csindex.messages import Message
from csindex.model.parts import Path, names_of

Instruments = tuple[tuple[str, tuple[str, ...]], ...]


def links_of(names: Sequence[str], paths: Sequence[Path]) -> NDArray[np.bool_]:
    """Return (k, k) ``links[target, source]``."""
    links = np.zeros((len(names), len(names)), dtype=np.bool_)
    for path in paths:
        links[names.index(path.target), names.index(path.source)] = True
    return links


def closure(links: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (k, k) whether a route of one or more paths leads to the target (row) from the source (column)."""
    reach = links.copy()
    for via in range(len(links)):
        reach |= reach[:, via, None] & reach[via]
    return reach


def together(links: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (k, k) whether two constructs affect each other; False on the diagonal."""
    reach = closure(links)
    return reach & reach.T & ~np.eye(len(links), dtype=np.bool_)


def instruments_of(names: Sequence[str], paths: Sequence[Path], given: Instruments) -> dict[str, tuple[str, ...]]:
    """Return the instruments of each equation that is estimated by two-stage least squares.

    Those of an equation in a feedback loop are the constructs outside that lead into the loop, whether they are in the equation
    or not; `given` ones stand instead.
    """
    links = links_of(names, paths)
    loop, reach = together(links), closure(links)
    found = {
        name: tuple(names[i] for i in np.flatnonzero(reach[j] & ~loop[j]).tolist() if i != j)
        for j, name in enumerate(names)
        if loop[j].any()
    }
    return found | dict(given)


def given_instruments(values: Any) -> Instruments:
    """Return the mapping of construct to instruments that a model was given as a tuple."""
    pairs = values.items() if isinstance(values, Mapping) else values
    try:
        return tuple((str(name), names_of(of, Message("model.instruments_of", name=name))) for name, of in pairs or ())
    except (TypeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(
            Message("model.mapping", what="instruments", example="{'Satisfaction': ['Image', 'Quality']}", value=values)
        ) from None


def check_loops(names: Sequence[str], paths: Sequence[Path], feedback: bool, given: Instruments) -> None:
    """Check that cycles are meant, and that every equation estimated by two-stage least squares can be."""
    graph = TopologicalSorter({name: [p.source for p in paths if p.target == name] for name in names})
    try:
        graph.prepare()
    except CycleError as cycle:
        if not feedback:
            route = " -> ".join(reversed(cycle.args[1]))
            raise ModelError(Message("model.cycle", route=route)) from None
    _check_given(names, paths, given)
    for name, instruments in instruments_of(names, paths, given).items():
        sources = [path.source for path in paths if path.target == name]
        inner, outer = [s for s in sources if s not in instruments], [i for i in instruments if i not in sources]
        lacking = len(inner) - len(outer)
        if lacking > 0:
            raise ModelError(
                Message(
                    "model.few_instruments" if outer else "model.no_instruments",
                    name=name,
                    inner=_listed(inner),
                    needed=len(inner),
                    outer=_listed(outer),
                    found=len(outer),
                    lacking=lacking,
                )
            )


def _check_given(names: Sequence[str], paths: Sequence[Path], given: Instruments) -> None:
    reach = closure(links_of(names, paths))
    for name, instruments in given:
        if name not in names or all(path.target != name for path in paths):
            raise ModelError(Message("model.instruments_of_none", name=name))
        for instrument in instruments:
            if instrument not in names:
                raise ModelError(
                    Message("model.instrument_unknown", instrument=instrument, name=name, known=", ".join(names))
                )
            if instrument == name or reach[names.index(instrument), names.index(name)]:
                raise ModelError(Message("model.instrument_depends", instrument=instrument, name=name))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
