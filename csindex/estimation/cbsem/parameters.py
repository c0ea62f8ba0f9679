"""The free parameters of a covariance structure model, and its matrices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from csindex.model.design import Design
from csindex.stacks.layout import Array

Role = Literal["loading", "path", "factor", "residual", "intercept", "mean"]
ROLES: tuple[Role, ...] = ("loading", "path", "factor", "residual", "intercept", "mean")


@dataclass(frozen=True, slots=True)
class Parameters:
    """q parameters of p items and k factors: Σ = ΛAΨA'Λ' + Θ and μ = τ + ΛAα, with A = (I - B)⁻¹.

    As the `sem` function of lavaan sets a model up: the first loading of each factor is 1; exogenous factors covary; of the
    endogenous ones those that lead nowhere have residuals that covary; single items have no residual.

    Attributes
    ----------
    design : Design
    role : (q,) of `Role`
    row, column : (q,) int
        Item and factor of a loading; target and source of a path; two factors; two items; an item and 0; a factor and 0.
    """

    design: Design
    role: NDArray[np.str_]
    row: NDArray[np.intp]
    column: NDArray[np.intp]

    @property
    def q(self) -> int:
        """Number of free parameters."""
        return len(self.role)

    @property
    def means(self) -> bool:
        """Whether means are parameters too; if not, they are what they are in the sample."""
        return bool((self.role == "intercept").any())

    @property
    def markers(self) -> NDArray[np.intp]:
        """(k,) the item of each factor whose loading is 1."""
        return np.array([block.start for block in self.design.blocks])

    def of(self, *roles: Role) -> NDArray[np.bool_]:
        """Return which parameters (q,) have one of the roles."""
        return np.isin(self.role, roles)

    def degrees(self) -> int:
        """Return the degrees of freedom."""
        p = self.design.p
        return p * (p + 1) // 2 + p * self.means - self.q


def parameters_of(
    design: Design, *, residual_pairs: Sequence[tuple[int, int]] = (), means: bool = False, factor_means: bool = False
) -> Parameters:
    """Return the free parameters of a design.

    Parameters
    ----------
    design : Design
    residual_pairs : sequence of pairs of items
        Whose residuals covary.
    means : bool
        Items' intercepts are free.
    factor_means : bool
        Factors' means (of exogenous ones) and intercepts (of the others) are free too.
    """
    owner, links = design.block_of, design.links
    markers = {block.start for block in design.blocks}
    single = [block.start for block in design.blocks if block.stop - block.start == 1]
    targets, sources = np.nonzero(links)
    caused, causing = np.asarray(links.any(axis=1)), np.asarray(links.any(axis=0))
    first, last = np.flatnonzero(~caused), np.flatnonzero(caused & ~causing)
    pairs = [(int(s), int(t)) for group in (first, last) for s in group for t in group if t < s]
    found: dict[Role, list[tuple[int, int]]] = {
        "loading": [(i, int(owner[i])) for i in range(design.p) if i not in markers],
        "path": list(zip(targets.tolist(), sources.tolist(), strict=True)),
        "factor": [(s, s) for s in range(design.k)] + pairs,
        "residual": [(i, i) for i in range(design.p) if i not in single] + list(residual_pairs),
        "intercept": [(i, 0) for i in range(design.p) if means],
        "mean": [(s, 0) for s in range(design.k) if factor_means],
    }
    places = [place for role in ROLES for place in found[role]]
    return Parameters(
        design=design,
        role=np.repeat(ROLES, [len(found[role]) for role in ROLES]),
        row=np.array([row for row, _ in places], dtype=np.intp),
        column=np.array([column for _, column in places], dtype=np.intp),
    )


@dataclass(frozen=True, slots=True)
class Matrices:
    """The model's matrices for a stack of m members.

    Attributes
    ----------
    loadings : (p, k, m)
        Λ.
    paths : (k, k, m)
        B, ``[target, source]``.
    disturbances : (k, k, m)
        Ψ.
    residuals : (p, p, m)
        Θ.
    intercepts, factor_intercepts : (p, m), (k, m)
        τ and α; zero where means are no parameters.
    """

    loadings: Array
    paths: Array
    disturbances: Array
    residuals: Array
    intercepts: Array
    factor_intercepts: Array


def matrices(theta: Array, parameters: Parameters) -> Matrices:
    """Return the matrices of parameters `theta` (q, m)."""
    p, k, m = parameters.design.p, parameters.design.k, theta.shape[1]
    rooms = {
        "loading": np.zeros((p, k, m)), "path": np.zeros((k, k, m)), "factor": np.zeros((k, k, m)),
        "residual": np.zeros((p, p, m)), "intercept": np.zeros((p, 1, m)), "mean": np.zeros((k, 1, m)),
    }  # fmt: skip
    for role, room in rooms.items():
        mine = parameters.of(role)  # type: ignore[arg-type]
        row, column = parameters.row[mine], parameters.column[mine]
        room[row, column] = theta[mine]
        if role in ("factor", "residual"):
            room[column, row] = theta[mine]
    rooms["loading"][parameters.markers, np.arange(k)] = 1.0
    loading, path, factor, residual, intercept, mean = rooms.values()
    return Matrices(loading, path, factor, residual, intercept[:, 0], mean[:, 0])
