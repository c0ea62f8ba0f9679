"""Maximum likelihood for several groups whose parameters are partly the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from csindex.estimation.cbsem.discrepancy import Sample, curvature, distance, slope
from csindex.estimation.cbsem.parameters import Parameters, Role
from csindex.estimation.cbsem.scoring import minimised
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array

Step = Literal["configural", "metric", "scalar", "strict", "structural"]

EQUAL: dict[Step, tuple[Role, ...]] = {
    "configural": (),
    "metric": ("loading",),
    "scalar": ("loading", "intercept"),
    "strict": ("loading", "intercept", "residual"),
    "structural": ("loading", "intercept", "path"),
}
"""Which parameters each step holds to be the same in all groups."""
BEFORE: dict[Step, Step] = {
    "metric": "configural",
    "scalar": "metric",
    "strict": "scalar",
    "structural": "scalar",
}
"""The step that each is compared with."""
FIXED = -1


@dataclass(frozen=True, slots=True)
class Constrained:
    """Where several groups' estimation ended.

    Attributes
    ----------
    theta : (q, G)
        Parameters of every group.
    place : (q, G) int
        Which of the free parameters each of them is; -1 where it is fixed to 0.
    free : int
        Number of free parameters.
    value : (G,)
        F of each group.
    sigma, mean : (p, p, G), (p, G)
        What is implied.
    acov : (free, free)
        Sampling covariance of the free parameters, from the expected information.
    converged : bool
    """

    theta: Array
    place: NDArray[np.intp]
    free: int
    value: Array
    sigma: Array
    mean: Array
    acov: Array
    converged: bool


def places(parameters: Parameters, groups: int, equal: Sequence[Role]) -> tuple[NDArray[np.intp], int]:
    """Return which free parameter each group's parameters (q, G) are, and how many there are.

    Factors' means are fixed to 0 in the first group, and in the others too unless intercepts are equal, as they could not
    be told apart otherwise.
    """
    place = np.full((parameters.q, groups), FIXED, dtype=np.intp)
    same, means = parameters.of(*equal), parameters.of("mean")
    count = 0
    for a in range(parameters.q):
        members = [g for g in range(groups) if not means[a] or (g > 0 and "intercept" in equal)]
        if same[a]:
            place[a] = count
            count += 1
        else:
            place[a, members] = np.arange(count, count + len(members))
            count += len(members)
    return place, count


@one_thread()
def constrained(
    theta: Array,
    sample: Sample,
    n: Array,
    parameters: Parameters,
    equal: Sequence[Role],
) -> Constrained:
    """Minimise Σ n_g F_g / Σ n_g under equal parameters, by damped Fisher scoring from `theta` (q, G).

    Parameters
    ----------
    theta : (q, G)
        Where parameters are to be equal, their mean over the groups is where the iteration begins.
    sample : Sample
        Of G groups, with means.
    n : (G,)
    parameters : Parameters
        With means.
    equal : roles of parameters that are the same in all groups
    """
    place, free = places(parameters, theta.shape[1], equal)
    used, share = place != FIXED, n / n.sum()
    phi = np.bincount(place[used], theta[used], free) / np.bincount(place[used], minlength=free)

    def value(at: Array) -> float:
        return float(distance(_spread(at, place), sample, parameters, "ML").value @ share)

    def local(phi: Array) -> tuple[Array, Array]:
        at = distance(_spread(phi, place), sample, parameters, "ML")
        g = np.bincount(place[used], (slope(at, sample, parameters) * share)[used], free)
        return np.asarray(g, dtype=np.float64), _gathered(curvature(at, parameters) * share, place, free)

    phi, done = minimised(phi, value, local)
    theta = _spread(phi, place)
    at = distance(theta, sample, parameters, "ML")
    H = _gathered(curvature(at, parameters) * share, place, free)
    acov = np.linalg.pinv(H, hermitian=True) / n.sum()
    return Constrained(theta, place, free, at.value, at.implied.sigma, at.implied.mean, acov, done)


def _spread(phi: Array, place: NDArray[np.intp]) -> Array:
    return np.where(place == FIXED, 0.0, np.append(phi, 0.0)[place])


def _gathered(H: Array, place: NDArray[np.intp], free: int) -> Array:
    """Return the groups' curvature (q, q, G) as that of the free parameters (free, free)."""
    out = np.zeros((free + 1, free + 1))
    for group, own in enumerate(place.T):
        np.add.at(out, (own[:, None], own), H[..., group])
    return out[:free, :free]
