"""Two-stage least squares on correlations of constructs, on a stack (array functions).

Symbols, for one equation: x (m, q) its sources, y its construct, z (m, L) its instruments; C (m, k, k) correlations; P the
projection of the sources on the instruments, so that P = C_xz C_zz⁻¹ C_zx is the covariance of the projected sources.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from csindex.model.design import Design
from csindex.stacks.layout import Array, empty
from csindex.stacks.linear import inverse_general, solve_general

Solver = Callable[[Array, Array], Array]
Ints = NDArray[np.intp]


def two_stage(C: Array, target: int, sources: Ints, instruments: Ints, system: Solver) -> Array:
    """Return the coefficients (m, q) of the sources, P⁻¹ C_xz C_zz⁻¹ C_zy; NaN where a matrix is singular."""
    first = first_stage(C, sources, instruments, system)
    across = C[:, instruments[:, None], sources]
    toward = np.einsum("mlq,ml->mq", first, C[:, instruments, target])
    return system(np.einsum("mlq,mlr->mqr", first, across), toward)


def first_stage(C: Array, sources: Ints, instruments: Ints, system: Solver) -> Array:
    """Return the coefficients (m, L, q) of each source on the instruments."""
    among = C[:, instruments[:, None], instruments]
    out = empty(len(C), len(instruments), len(sources))
    for at, source in enumerate(sources):
        out[:, :, at] = system(among, C[:, instruments, source])
    return out


def endogenous(design: Design) -> tuple[Ints, Ints]:
    """Return target and source (q,) of the paths whose source is projected on instruments."""
    found = [
        (j, int(source))
        for j, (sources, instruments) in enumerate(zip(design.sources, design.instruments, strict=True))
        if instruments is not None
        for source in sources
        if source not in instruments
    ]
    targets, sources = np.array(found, dtype=np.intp).reshape(-1, 2).T
    return targets, sources


def excluded(design: Design) -> Ints:
    """Return (k,) how many instruments of each equation are not in the equation."""
    pairs = zip(design.sources, design.instruments, strict=True)
    return np.array([0 if z is None else len(np.setdiff1d(z, x)) for x, z in pairs], dtype=np.intp)


def partial_r2(C: Array, design: Design) -> Array:
    """Return the partial R² (m, q) of the excluded instruments, for each path of `endogenous` (Shea 1997).

    It is (C_xx⁻¹)_ii/(P⁻¹)_ii (Godfrey 1999): what of a source the instruments explain that is neither explained by the other
    sources, nor needed to tell them apart. With a single endogenous source it is the usual partial R².
    """
    out = []
    for j, source in zip(*endogenous(design), strict=True):
        sources, instruments = design.sources[j], design.instruments[j]
        assert instruments is not None
        first = first_stage(C, sources, instruments, solve_general)
        projected = np.einsum("mlq,mlr->mqr", first, C[:, instruments[:, None], sources])
        at = int(np.flatnonzero(sources == source)[0])
        with np.errstate(invalid="ignore", divide="ignore"):
            whole = inverse_general(C[:, sources[:, None], sources])[:, at, at]
            out.append(whole / inverse_general(projected)[:, at, at])
    return np.stack(out, axis=1) if out else np.empty((len(C), 0))
