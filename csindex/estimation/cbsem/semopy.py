"""The only file that knows semopy: a second road to the minimum, with another algorithm from other first values."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from csindex.estimation.cbsem.discrepancy import Method
from csindex.estimation.cbsem.parameters import Parameters
from csindex.stacks.last_axis import one_thread
from csindex.stacks.layout import Array

# Of DWLS it is only to come near.
_OBJECTIVES = {"ML": "MLW", "GLS": "GLS", "ULS": "ULS", "DWLS": "ULS"}
# semopy's own default stops early and reports success.
_TIGHT = {"ftol": 1e-12, "maxiter": 2000}


def semopy_parameters(cov: Array, parameters: Parameters, method: Method) -> Array:
    """Return the parameters (q,) at which semopy's sequential quadratic programming ends, from covariances (p, p).

    NaN throughout where semopy fails. Whether this is a minimum is for the caller to check.
    """
    import semopy

    items = [f"x{i}" for i in range(parameters.design.p)]
    frame = pd.DataFrame(cov, index=items, columns=items)
    # A model remembers its last solution, so each fit has a new one; and threads cost more than they bring.
    model = semopy.Model(description(parameters))
    try:
        with one_thread(), _quiet():
            # The number of answers only matters for what it says of errors, which is not asked for.
            model.fit(cov=frame, n_samples=100, obj=_OBJECTIVES[method], solver="SLSQP", options=_TIGHT)
            found = model.inspect(information=None)
    except (ValueError, np.linalg.LinAlgError, ArithmeticError):
        return np.full(parameters.q, np.nan)
    # Loadings come back as item ~ factor, so that every operator but ~~ is a regression.
    value = {
        (left, "~~" if operator == "~~" else "~", right): float(number)
        for left, operator, right, number in found[["lval", "op", "rval", "Estimate"]].itertuples(index=False)
    }
    value |= {(right, operator, left): number for (left, operator, right), number in value.items() if operator == "~~"}
    return np.array([value.get(term, np.nan) for term in _terms(parameters)])


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what semopy says on the way; how it ended is checked afterwards."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def description(parameters: Parameters) -> str:
    """Return the model in semopy's notation, with x0, x1... for items and f0, f1... for factors."""
    design, lines = parameters.design, []
    for j, block in enumerate(design.blocks):
        lines.append(f"f{j} =~ 1*x{block.start}" + "".join(f" + x{i}" for i in range(block.start + 1, block.stop)))
        if block.stop - block.start == 1:
            lines.append(f"x{block.start} ~~ 0*x{block.start}")
    for left, operator, right in _terms(parameters):
        if left.startswith("f") or operator == "~~":
            lines.append(f"{left} {operator} {right}")
    factors = range(design.k)
    free = {frozenset((left, right)) for left, operator, right in _terms(parameters) if operator == "~~"}
    # semopy lets some factors covary by itself; what is not a parameter here is none there.
    lines += [f"f{s} ~~ 0*f{t}" for s in factors for t in range(s) if frozenset((f"f{s}", f"f{t}")) not in free]
    return "\n".join(lines)


def _terms(parameters: Parameters) -> list[tuple[str, str, str]]:
    names = {
        "loading": ("x", "~", "f"),
        "path": ("f", "~", "f"),
        "factor": ("f", "~~", "f"),
        "residual": ("x", "~~", "x"),
    }
    return [
        (f"{names[role][0]}{i}", names[role][1], f"{names[role][2]}{j}")
        for role, i, j in zip(
            parameters.role.tolist(), parameters.row.tolist(), parameters.column.tolist(), strict=True
        )
    ]
