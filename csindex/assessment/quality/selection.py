"""Comparison of models of the same data by information criteria."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csindex.assessment.quality.structure import information_criteria, model_weights
from csindex.errors import OptionError
from csindex.estimation.estimates import Estimates
from csindex.fitting.result import Fit
from csindex.messages import Argument, Message
from csindex.options import choose
from csindex.stacks.layout import Array

METHOD = (
    "estimator", "scheme", "variant", "ordinal", "missing", "discrepancy", "likelihood", "higher_order", "interaction",
    "weights_from",
)  # fmt: skip
"""Options that decide which scores a criterion is of."""
COMPARED = ("bic", "aic", "aicc", "aicu", "hq", "hqc")


def compare_models(
    *results: Fit, construct: str | None = None, criterion: str = "bic", names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Compare models of the same data by an information criterion of one construct's equation.

    Parameters
    ----------
    *results : Fit
        Two or more, of the same answers.
    construct : str, optional
        The construct that is explained; by default the first model's target.
    criterion : {"bic", "aic", "aicc", "aicu", "hq", "hqc"}
        BIC is the one that finds the model with the right paths most often (Sharma et al. 2019).
    names : sequence of str, optional
        What the models are called; by default ``model 1``, ``model 2``, ...

    Returns
    -------
    data frame
        ``model, construct, criterion, estimate, delta, weight, best``: how far it is from the lowest, its Akaike weight
        exp(-Δ/2)/Σ exp(-Δ/2) (Burnham & Anderson 2002; Danks, Sharma & Sarstedt 2020), and the share of replicates in
        which it is the lowest, NaN unless the models have the same replicates.

    Raises
    ------
    OptionError
        Fewer than two results, results with units, of different answers or of different methods, a construct that a model does not explain.

    Examples
    --------
    >>> import csindex as csi
    >>> data = csi.datasets.ecsi_mobile()
    >>> paths = "Quality =~ PERQ1 + PERQ2 + PERQ3; Value =~ PERV1 + PERV2; Satisfaction =~ CUSA1 + CUSA2 + CUSA3;"
    >>> wide = csi.Model.parse(paths + "Satisfaction ~ Quality + Value")
    >>> chain = csi.Model.parse(paths + "Value ~ Quality; Satisfaction ~ Value")
    >>> results = [csi.fit(model, data, replicates=100) for model in (wide, chain)]
    >>> csi.compare_models(*results, names=["wide", "chain"]).weight.round(3).tolist()
    [1.0, 0.0]
    """
    chosen = choose("criterion", criterion, COMPARED)
    titles = _titles(results, names)
    target = _checked(results, construct, titles)
    values = np.stack([_criterion(result, result.estimates, target, chosen)[0] for result in results])
    return pd.DataFrame(
        {
            "model": titles,
            "construct": target,
            "criterion": chosen,
            "estimate": values,
            "delta": values - values.min(),
            "weight": model_weights(values),
            "best": _best(results, target, chosen),
        }
    )


def _checked(results: Sequence[Fit], construct: str | None, titles: Sequence[str]) -> str:
    """Return the construct, or raise an OptionError where the results cannot be compared."""
    target = construct or results[0].model.target
    first = results[0]
    for title, result in zip(titles, results, strict=True):
        model = result.model
        _same_method(first, result, titles[0], title)
        if target not in model.construct_names or not model_explains(result, target):
            raise OptionError(Message("assess.unexplained", model=title, construct=target))
        if model.construct(target).items != first.model.construct(target).items:
            raise OptionError(Message("assess.other_items", model=title, construct=target))
        items = list(model.construct(target).items)
        same = [r.moments.select(items) for r in (first, result)]
        if result.moments.n[0] != first.moments.n[0] or not np.allclose(same[0].cov, same[1].cov, rtol=1e-9, atol=0):
            n = result.moments.n[0]
            raise OptionError(Message("assess.other_answers", model=title, n=n, first=titles[0]))
    return target


def _same_method(first: Fit, other: Fit, one: str, title: str) -> None:
    """Raise an OptionError unless two results are of one method, so that their criteria measure one score's residuals."""
    for name in METHOD:
        values = [getattr(result.options, name) for result in (first, other)]
        if values[0] != values[1]:
            known = dict(zip(("a", "b"), (Argument(name, value) for value in values), strict=True))
            raise OptionError(Message("assess.other_method", model=title, first=one, **known))


def side_by_side(*results: Fit, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return indices, R² and paths of several fits in columns, for fits that no common criterion can rank.

    Parameters
    ----------
    *results : Fit
        Two or more, without units; other estimators, options or models.
    names : sequence of str, optional
        What the fits are called; by default ``model 1``, ``model 2``, ...

    Returns
    -------
    data frame
        ``quantity, name`` and the estimate of each fit; NaN where a model has no such construct or path.

    Raises
    ------
    OptionError
        Fewer than two results, results with units, or not as many names as results.

    Examples
    --------
    >>> import csindex as csi
    >>> data = csi.datasets.ecsi_mobile()
    >>> text = "Quality =~ PERQ1 + PERQ2; Satisfaction =~ CUSA1 + CUSA2; Satisfaction ~ Quality"
    >>> both = [csi.fit(csi.Model.parse(text), data, estimator=name, replicates=0) for name in ("pls", "plsc")]
    >>> csi.side_by_side(*both, names=["pls", "plsc"]).columns.tolist()
    ['quantity', 'name', 'pls', 'plsc']
    """
    titles = _titles(results, names)
    columns: dict[str, dict[tuple[str, str], float]] = {}
    for title, result in zip(titles, results, strict=True):
        paths = result.paths
        arrows = [f"{source} -> {target}" for source, target in zip(paths["source"], paths["target"], strict=True)]
        parts = [
            ("index", result.index["construct"].tolist(), result.index["estimate"]),
            ("r2", result.r2["construct"].tolist(), result.r2["estimate"]),
            ("path", arrows, paths["estimate"]),
        ]
        found = {
            (quantity, str(name)): float(value)
            for quantity, labels, values in parts
            for name, value in zip(labels, values.to_numpy(dtype=np.float64), strict=True)
        }
        columns[title] = found
    rows = list(dict.fromkeys(key for found in columns.values() for key in found))
    table = pd.DataFrame(rows, columns=["quantity", "name"])
    for title, values in columns.items():
        table[title] = np.array([values.get(key, np.nan) for key in rows])
    return table


def _titles(results: Sequence[Fit], names: Sequence[str] | None) -> list[str]:
    """Return what the results are called, or raise an OptionError where there are not several of one sample each."""
    titles = [f"model {at}" for at in range(1, len(results) + 1)] if names is None else list(names)
    if len(results) < 2 or not all(isinstance(result, Fit) for result in results):
        raise OptionError(Message("assess.two_results"))
    if len(titles) != len(results):
        raise OptionError(Message("assess.names", names=len(titles), results=len(results)))
    if any(result.units is not None for result in results):
        raise OptionError(Message("assess.results_with_units"))
    return titles


def model_explains(result: Fit, construct: str) -> bool:
    """Return whether any path leads to the construct."""
    return bool(result.design.links[result.model.construct_names.index(construct)].any())


def _criterion(result: Fit, e: Estimates, construct: str, criterion: str) -> Array:
    """Return the criterion (...) of a stack."""
    at = result.model.construct_names.index(construct)
    n = np.asarray(result.moments.n[0])
    return information_criteria(e.r2, np.full_like(e.r2, np.nan), n, result.design)[criterion][..., at]


def _best(results: Sequence[Fit], construct: str, criterion: str) -> Array:
    """Return in what share of the replicates each model has the lowest criterion."""
    kinds = {
        (r.replicates.kind, r.seed, r.replicates.estimates.status.shape)
        if r.replicates is not None and r.replicates.coefficients is None
        else None
        for r in results
    }
    if len(kinds) > 1 or None in kinds:
        return np.full(len(results), np.nan)
    drawn = np.stack([_criterion(r, r.replicates.estimates, construct, criterion)[0] for r in results if r.replicates])
    known = drawn[:, np.isfinite(drawn).all(axis=0)]
    return np.asarray(np.bincount(known.argmin(axis=0), minlength=len(results)) / max(1, known.shape[1]))
