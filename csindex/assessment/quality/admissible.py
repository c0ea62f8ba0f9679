"""Inadmissible numbers: estimates beyond the limits of what they estimate, each with what it means."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.quality import measurement, model_fit
from csindex.assessment.quality.measurement import scales_rho_a
from csindex.assessment.quality.scope import Scope
from csindex.messages import Language, Message, catalogue, words
from csindex.stacks.layout import Array

MATRICES = ("the items' correlations", "the constructs' correlations", "the saturated model", "the estimated model")
# Beyond what rounding can do.
SLACK = 1e-8

EIGENVALUE = "smallest eigenvalue"


def reading(what: str, where: str, lang: Language = "en") -> str:
    """Return what a number beyond its limits means: of a matrix by its name, else by the kind of the estimate."""
    said = words("assess")[lang]
    return said.get(f"reading_{where}") or said[f"reading_{what}"]


def named(what: str) -> Message | str:
    """Return the word for a kind of estimate, or its name where it has none."""
    return Message(f"assess.{what}") if what in catalogue("assess") else what


def placed(where: str) -> Message | str:
    """Return the words for a matrix; constructs and items have their names."""
    key = f"place_{where}"
    return Message(f"assess.{key}") if key in catalogue("assess") else where


def inadmissible(scope: Scope) -> pd.DataFrame:
    """Return the numbers beyond their limits: unit columns, ``what, where, estimate, reading``."""
    rows = sorted(_found(scope), key=lambda row: row[0])
    units = scope.result.units
    columns: dict[str, Any] = {}
    if units is not None:
        chosen = units.iloc[[row[0] for row in rows]]
        columns = {str(name): chosen[name].array for name in units.columns}
    columns |= {
        name: pd.Series([row[at] for row in rows], dtype="str").array for at, name in ((1, "what"), (2, "where"))
    }
    columns["estimate"] = [row[3] for row in rows]
    columns["reading"] = pd.Series([reading(row[1], row[2]) for row in rows], dtype="str").array
    return pd.DataFrame(columns)


def _found(scope: Scope) -> Iterator[tuple[int, str, str, float]]:
    """Yield unit, what, where and the number."""
    e, design, items = scope.result.estimates, scope.design, scope.result.model.item_names
    R = scope.correlations(e)
    alphas = measurement.alpha(R, design.blocks)[:, scope.scales]
    rhos = scales_rho_a(scope, e, R)[:, scope.scales]
    aves = measurement.average_variance(e.loadings, design.blocks)[:, scope.scales]
    scales = [scope.names[j] for j in scope.scales]
    yield from _beyond("alpha", alphas, alphas < 0, scales)
    yield from _beyond("rho_a", rhos, (rhos < 0) | (rhos > 1 + SLACK), scales)
    yield from _beyond("ave", aves, aves > 1 + SLACK, scales)
    yield from _beyond("loading", e.loadings, np.abs(e.loadings) > 1 + SLACK, list(items))
    yield from _beyond("r2", e.r2, e.r2 > 1 + SLACK, list(scope.names))
    if scope.estimator.common_factors:
        targets, sources = design.arrows
        arrows = [f"{scope.names[s]} → {scope.names[t]}" for t, s in zip(targets, sources, strict=True)]
        paths = e.paths[:, targets, sources]
        yield from _beyond("path", paths, np.abs(paths) > 1 + SLACK, arrows)
    first, second = np.triu_indices(design.k, 1)
    pairs = [f"{scope.names[a]} ~~ {scope.names[b]}" for a, b in zip(first, second, strict=True)]
    C = e.correlations[:, first, second]
    yield from _beyond("correlation", C, np.abs(C) > 1 + SLACK, pairs)
    # Items that stand twice, as repeated indicators do, make a matrix singular, which is not inadmissible.
    floors = (-model_fit.DEFINITE_ABOVE, *[model_fit.DEFINITE_ABOVE] * 3)
    matrices = (R, e.correlations, *model_fit.implied(e, R, scope))
    for where, matrix, floor in zip(MATRICES, matrices, floors, strict=True):
        least = model_fit.smallest_eigenvalue(matrix)[:, None]
        yield from _beyond(EIGENVALUE, least, least < floor, [where])


def _beyond(what: str, values: Array, wrong: Any, names: list[str]) -> Iterator[tuple[int, str, str, float]]:
    for unit, at in np.argwhere(wrong):
        yield int(unit), what, names[at], float(values[unit, at])
