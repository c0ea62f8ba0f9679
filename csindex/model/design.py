"""The model as index arrays and 0/1 matrices: the only form of it that numerics see."""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from csindex.errors import ModelError
from csindex.messages import Message
from csindex.model.feedback import closure, instruments_of, links_of, together
from csindex.model.model import Model
from csindex.model.parts import Mode


@dataclass(frozen=True, slots=True)
class Design:
    """A model of p items and k constructs, in the order of ``model.item_names`` and ``model.construct_names``.

    Attributes
    ----------
    blocks : tuple of k slices
        The items of each construct.
    modes : tuple of k modes
        Single items are ``"A"`` whatever the model says: their weight is 1.
    fixed : (p,)
        Given weights; 1 where there are none.
    low, span : (p,)
        Lower end and width of each item's scale.
    sign : (p,)
        -1 for reversed items, else 1.
    links : (k, k) bool
        ``links[target, source]`` is True where there is a path.
    order : tuple of k ints
        The constructs, sources before targets; those of a feedback loop side by side.
    sources : tuple of k int arrays
        The sources of each construct.
    instruments : tuple of k int arrays or None
        The instruments of equations that are estimated by two-stage least squares.
    loops : (k, k) bool
        Whether two constructs affect each other; False on the diagonal.
    """

    blocks: tuple[slice, ...]
    modes: tuple[Mode, ...]
    fixed: NDArray[np.float64]
    low: NDArray[np.float64]
    span: NDArray[np.float64]
    sign: NDArray[np.float64]
    links: NDArray[np.bool_]
    order: tuple[int, ...]
    sources: tuple[NDArray[np.intp], ...]
    instruments: tuple[NDArray[np.intp] | None, ...]
    loops: NDArray[np.bool_]

    @property
    def p(self) -> int:
        """Number of items."""
        return len(self.low)

    @property
    def k(self) -> int:
        """Number of constructs."""
        return len(self.blocks)

    @property
    def block_of(self) -> NDArray[np.intp]:
        """(p,) index of each item's construct."""
        return np.repeat(np.arange(self.k), [block.stop - block.start for block in self.blocks])

    @property
    def factors(self) -> NDArray[np.bool_]:
        """(k,) whether PLSc takes a construct for a common factor: several items, in Mode A."""
        return np.array([m == "A" and b.stop - b.start > 1 for m, b in zip(self.modes, self.blocks, strict=True)])

    @property
    def arrows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Targets and sources of the paths, by target."""
        targets, sources = np.nonzero(self.links)
        return targets, sources

    @property
    def reaches(self) -> NDArray[np.bool_]:
        """(k, k) ``reaches[target, source]`` is True where a route of one or more paths leads to another construct."""
        return closure(self.links) & ~np.eye(self.k, dtype=np.bool_)

    @property
    def detours(self) -> NDArray[np.bool_]:
        """(k, k) the same for routes of two or more paths."""
        return np.asarray((self.links.astype(np.intp) @ closure(self.links) > 0) & ~np.eye(self.k, dtype=np.bool_))


def design_of(model: Model) -> Design:
    """Return the arrays of `model`.

    Raises
    ------
    ModelError
        For a model with higher-order constructs or interactions, which has no such form.
    """
    if model.layered:
        raise ModelError(Message("model.layered"))
    names = model.construct_names
    ends = np.cumsum([0] + [len(construct.items) for construct in model.constructs])
    links = links_of(names, model.paths)
    instruments = instruments_of(names, model.paths, model.instruments)
    scales = np.array([item.scale for item in model.items])
    turned = {item for construct in model.constructs for item in construct.reversed}
    return Design(
        blocks=tuple(slice(int(a), int(b)) for a, b in pairwise(ends)),
        modes=tuple("A" if len(c.items) == 1 else c.mode for c in model.constructs),
        fixed=np.concatenate([np.array(c.weights or [1.0] * len(c.items)) for c in model.constructs]),
        low=scales[:, 0],
        span=scales[:, 1] - scales[:, 0],
        sign=np.array([-1.0 if name in turned else 1.0 for name in model.item_names]),
        links=links,
        order=_ordered(links),
        sources=tuple(np.flatnonzero(row) for row in links),
        instruments=tuple(
            np.array([names.index(name) for name in instruments[target]]) if target in instruments else None
            for target in names
        ),
        loops=together(links),
    )


def _ordered(links: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the constructs with sources before targets; of a model with loops by how many constructs lead to each."""
    if not together(links).any():
        return tuple(TopologicalSorter({j: np.flatnonzero(row).tolist() for j, row in enumerate(links)}).static_order())
    before, loop = closure(links).sum(axis=1), together(links) | np.eye(len(links), dtype=np.bool_)
    return tuple(sorted(range(len(links)), key=lambda j: (before[j], np.flatnonzero(loop[j])[0], j)))
