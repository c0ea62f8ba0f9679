"""Inadmissible solutions: a table, and messages."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csindex.estimation.estimates import Status
from csindex.estimation.pls.consistent import ROUNDING, Flaw
from csindex.fitting.constructs import names_in_both
from csindex.fitting.core import FittedModel
from csindex.messages import Bilingual, Message, Several, listed
from csindex.stacks.layout import Array

FLAWS = {
    Flaw.RELIABILITY: "a reliability ρ_A beyond 1",
    Flaw.LOADING: "a loading beyond 1",
    Flaw.CORRELATION: "a correlation of constructs beyond 1",
    Flaw.INDEFINITE: "correlations of constructs that are not positive definite",
    Flaw.UNSTABLE: "feedback that does not die out",
    Flaw.VARIANCE: "a negative residual variance of a construct",
    Flaw.PATH: "a standardized path beyond 1",
}


def flawed_replicates(fitted: FittedModel) -> tuple[int, int]:
    """Return how many replicates are inadmissible, of how many that did not fail."""
    if fitted.replicates is None or fitted.replicates.kind == "delta":
        return 0, 0
    drawn = fitted.replicates.estimates
    return int((drawn.flaws > 0).sum()), int((drawn.status == Status.OK).sum())


def inadmissible_table(fitted: FittedModel) -> pd.DataFrame:
    """Return unit columns, ``reason, sample, replicates``: whether the sample is so, and how many replicates are."""
    of_sample = fitted.estimates.flaws
    none = np.zeros((len(of_sample), 0), dtype=np.int8)
    replicates = fitted.replicates
    drawn = none if replicates is None or replicates.kind == "delta" else replicates.estimates.flaws
    rows = [
        (unit, words, bool(of_sample[unit] & flaw), int((drawn[unit] & flaw > 0).sum()))
        for unit in range(len(of_sample))
        for flaw, words in FLAWS.items()
    ]
    rows = [row for row in rows if row[2] or row[3]]
    units = pd.DataFrame(index=range(len(rows)))
    if fitted.units is not None:
        units = fitted.units.iloc[[row[0] for row in rows]].reset_index(drop=True)
    _, reason, sample, counts = zip(*rows, strict=True) if rows else ((), (), (), ())
    return units.assign(reason=pd.Series(reason, dtype="str"), sample=list(sample), replicates=list(counts))


def flaws_of(fitted: FittedModel, unit: int) -> Several:
    """Return what is inadmissible about a unit's solution, with the numbers."""
    model, estimates, most = fitted.model, fitted.estimates, 1 + ROUNDING
    label, items = names_in_both(fitted), model.item_names
    names = [label(name) for name in model.construct_names]
    rho, loadings, C = estimates.reliability[unit], estimates.loadings[unit], estimates.correlations[unit]
    owner = {item: label(construct.name) for construct in model.constructs for item in construct.items}
    said = [Message("notices.flaw_reliability", name=names[j], value=rho[j]) for j in np.flatnonzero(rho > most)]
    key = "notices.flaw_loading_residual" if estimates.theta.shape[-1] else "notices.flaw_loading"
    said += [
        Message(key, item=items[i], name=owner[items[i]], value=loadings[i], residual=1 - loadings[i] ** 2)
        for i in np.flatnonzero(np.abs(loadings) > most)
    ]
    said += [
        Message("notices.flaw_correlation", first=names[a], second=names[b], value=C[a, b])
        for a, b in np.argwhere(np.abs(np.triu(C, 1)) > most)
    ]
    if estimates.flaws[unit] & Flaw.VARIANCE:
        r2 = estimates.r2[unit]
        said += [Message("notices.flaw_variance", name=names[j], value=r2[j]) for j in np.flatnonzero(r2 > most)]
    if estimates.flaws[unit] & Flaw.PATH:
        said.append(_overlap(estimates.paths[unit], C, names))
    if estimates.flaws[unit] & Flaw.INDEFINITE:
        said.append(Message("notices.flaw_indefinite", value=np.linalg.eigvalsh(C)[0]))
    if estimates.flaws[unit] & Flaw.UNSTABLE:
        said.append(Message("notices.flaw_unstable", value=np.abs(np.linalg.eigvals(estimates.paths[unit])).max()))
    return listed(said)


def _overlap(B: Array, C: Array, names: Sequence[Bilingual]) -> Message:
    """Say which standardized path is furthest beyond 1, and which constructs are closest to each other."""
    more = len(np.argwhere(np.abs(B) > 1 + ROUNDING)) - 1
    target, source = divmod(int(np.abs(B).argmax()), len(B))
    a, b = divmod(int(np.abs(C - np.eye(len(C))).argmax()), len(C))
    return Message(
        "notices.flaw_paths" if more else "notices.flaw_path",
        source=names[source],
        target=names[target],
        value=B[target, source],
        more=more,
        first=names[b],
        second=names[a],
        correlation=C[a, b],
    )
