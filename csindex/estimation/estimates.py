"""Estimates of a stack of moments, and how the estimation of each member ended."""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csindex.messages import Message
from csindex.stacks.layout import Array, packing, unpack

CONSTANT_BELOW = 1e-9


class Status(IntEnum):
    """How the estimation of a member ended."""

    OK = 0
    CONSTANT = 1
    INDEFINITE = 2
    SINGULAR = 3
    UNCONVERGED = 4
    NO_MOMENTS = 5
    ABSENT = 6
    UNRELIABLE = 7
    STAGE_BEFORE = 8
    UNKNOWN = 9
    NEGATIVE = 10


_FAILED = (
    Status.CONSTANT,
    Status.INDEFINITE,
    Status.SINGULAR,
    Status.UNCONVERGED,
    Status.UNRELIABLE,
    Status.UNKNOWN,
    Status.NEGATIVE,
    Status.NO_MOMENTS,
    Status.STAGE_BEFORE,
)
REASONS = {status: Message(f"estimation.reason_{status.name.lower()}") for status in _FAILED}
"""Why members failed; absent ones only fill up a stack of units with different numbers of replicates."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates of a stack; every array has the stack on its leading axes and NaN for members that failed.

    Those of a `Fit` know the moments that they were made from, so that any function of both can be evaluated on the sample
    and on its replicates alike.

    Attributes
    ----------
    weights, loadings, index_weights : (..., p)
        Outer weights w, correlations of each item with its own construct (by PLSc consistent ones), index weights v.
    correlations : (..., k, k)
        C, of the constructs (by PLSc disattenuated).
    paths : (..., k, k)
        B, ``paths[target, source]``.
    r2, index, deviation : (..., k)
        R²; index scores on 0-100; standard deviations of respondents' index scores.
    reliability : (..., k)
        ρ by which PLSc has corrected: ρ_A, or 1 for single items and for modes other than A; all 1 by PLS. Members that
        failed for it keep it.
    status, rounds : (...) int
        A `Status`, and the number of iterations.
    flaws : (...) int
        A `csindex.estimation.pls.consistent.Flaw`: what is inadmissible; 0 where nothing is.
    theta : (..., q)
        Free parameters of a covariance structure model; q is 0 under PLS.
    mean : (..., p), or None where they are not known
        Means of the items, on the questions' scales.
    packed : (..., p(p+1)/2), or None
        Their covariances without the double half; see `cov`.
    before : tuple of Estimates
        Of the stages before, first to last, for models that are fitted in stages.
    """

    weights: Array
    loadings: Array
    index_weights: Array
    correlations: Array
    paths: Array
    r2: Array
    index: Array
    deviation: Array
    reliability: Array
    status: NDArray[np.int8]
    rounds: NDArray[np.intp]
    flaws: NDArray[np.int8]
    theta: Array
    mean: Array = None  # type: ignore[assignment]
    packed: Array = None  # type: ignore[assignment]
    before: tuple["Estimates", ...] = ()

    @property
    def cov(self) -> Array:
        """(..., p, p) covariances of the items, made when asked for."""
        return unpack(self.packed, self.mean.shape[-1])

    @property
    def correlation(self) -> Array:
        """(..., p, p) correlations of the items, made when asked for."""
        S = self.cov
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = 1 / np.sqrt(np.einsum("...ii->...i", S))
            S *= scale[..., :, None]
            S *= scale[..., None, :]
        return S

    @property
    def sd(self) -> Array:
        """(..., p) standard deviations of the items, on the questions' scales."""
        diagonal = packing(self.mean.shape[-1])[2].diagonal()
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(np.moveaxis(np.moveaxis(self.packed, -1, 0)[diagonal], 0, -1)))

    @property
    def arrays(self) -> dict[str, Any]:
        """Every array of this stage by its name, without those that are not known."""
        found = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "before"}
        return {name: array for name, array in found.items() if array is not None}

    @property
    def stages(self) -> tuple["Estimates", ...]:
        """Estimates of all stages, first to last; a plain model has one."""
        return (*self.before, self)

    def at_stage(self, number: int) -> "Estimates":
        """Return the estimates of a stage, which know those of the stages before it."""
        return replace(self.stages[number], before=self.before[:number])

    def made_from(self, mean: Array, packed: Array) -> "Estimates":
        """Return the same estimates, with the moments that they were made from."""
        return replace(self, mean=mean, packed=packed)

    def part(self, members: slice | tuple[int, slice]) -> "Estimates":
        """Return the estimates of some members."""
        return Estimates(**{name: getattr(self, name)[members] for name in _OWN})

    def reshape(self, *stack: int) -> "Estimates":
        """Return the same estimates with another shape of the stack."""
        parts: dict[str, Any] = {}
        for name in _OWN:
            array = getattr(self, name)
            inner = np.moveaxis(array, 0, -1)
            parts[name] = np.moveaxis(
                inner.reshape(*inner.shape[:-1], *stack), range(-len(stack), 0), range(len(stack))
            )
        return Estimates(**parts)


_OWN = [field.name for field in fields(Estimates) if field.name not in ("mean", "packed", "before")]
