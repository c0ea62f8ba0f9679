"""Solutions that lie where they cannot be, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csindex.estimation.consistent import ROUNDING, Flaw
from csindex.fitting.estimates import Estimates, Status
from csindex.survey.columns import listed

if TYPE_CHECKING:
    from csindex.fitting.result import Fit
    from csindex.model.model import Model

FLAWS = {
    Flaw.RELIABILITY: "a reliability ρ_A beyond 1",
    Flaw.LOADING: "a loading beyond 1",
    Flaw.CORRELATION: "a correlation of constructs beyond 1",
    Flaw.INDEFINITE: "correlations of constructs that are not positive definite",
    Flaw.UNSTABLE: "feedback that does not die out",
}


def flawed_replicates(result: Fit) -> tuple[int, int]:
    """Return how many replicates are inadmissible, of how many that did not fail."""
    if result.replicates is None or result.replicates.kind == "delta":
        return 0, 0
    drawn = result.replicates.estimates
    return int((drawn.flaws > 0).sum()), int((drawn.status == Status.OK).sum())


def inadmissible_table(result: Fit) -> pd.DataFrame:
    """Return unit columns, ``reason, sample, replicates``: whether the sample is so, and how many replicates are."""
    of_sample = result.estimates.flaws
    none = np.zeros((len(of_sample), 0), dtype=np.int8)
    made = result.replicates
    drawn = none if made is None or made.kind == "delta" else made.estimates.flaws
    rows = [
        (unit, words, bool(of_sample[unit] & flaw), int((drawn[unit] & flaw > 0).sum()))
        for unit in range(len(of_sample))
        for flaw, words in FLAWS.items()
    ]
    rows = [row for row in rows if row[2] or row[3]]
    units = pd.DataFrame(index=range(len(rows)))
    if result.units is not None:
        units = result.units.iloc[[row[0] for row in rows]].reset_index(drop=True)
    _, reason, sample, replicates = zip(*rows, strict=True) if rows else ((), (), (), ())
    return units.assign(reason=pd.Series(reason, dtype="str"), sample=list(sample), replicates=list(replicates))


def flaws_said(model: Model, estimates: Estimates, unit: int) -> str:
    """Say what is inadmissible about a unit's solution, with the numbers."""
    names, items, most = model.construct_names, model.item_names, 1 + ROUNDING
    rho, loadings, C = estimates.reliability[unit], estimates.loadings[unit], estimates.correlations[unit]
    owner = {item: construct.name for construct in model.constructs for item in construct.items}
    said = [f"ρ_A of {names[j]} is {rho[j]:.2f}" for j in np.flatnonzero(rho > most)]
    said += [
        f"the loading of {items[i]!r} in {owner[items[i]]} is {loadings[i]:.2f}"
        for i in np.flatnonzero(np.abs(loadings) > most)
    ]
    said += [f"{names[a]} and {names[b]} correlate {C[a, b]:.2f}" for a, b in np.argwhere(np.abs(np.triu(C, 1)) > most)]
    if estimates.flaws[unit] & Flaw.INDEFINITE:
        least = np.linalg.eigvalsh(C)[0]
        said.append(f"the correlations of the constructs are not positive definite (smallest eigenvalue {least:.2g})")
    if estimates.flaws[unit] & Flaw.UNSTABLE:
        most_lasting = np.abs(np.linalg.eigvals(estimates.paths[unit])).max()
        said.append(
            f"feedback does not die out (largest eigenvalue {most_lasting:.2f}), so that total effects mean nothing"
        )
    return listed(said)
