"""Blindfolding: Stone and Geisser's Q², for comparison with older tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.assessment.prediction.held_out import check_same, fitted, units_of
from csindex.assessment.prediction.losses import over_respondents, student
from csindex.assessment.prediction.predictors import Antecedents, known_paths, score_weights
from csindex.assessment.wording import reason
from csindex.errors import EstimationError, OptionError
from csindex.estimation.estimates import Status
from csindex.estimation.estimator import estimate
from csindex.estimation.pls.iteration import inner_weights, proxy_correlations, proxy_covariances
from csindex.estimation.pls.structure import path_coefficients
from csindex.fitting.core import table
from csindex.fitting.result import Fit
from csindex.messages import Message, Several
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.moments.sums import complete_moments, complete_sums
from csindex.options import Options, choose, whole
from csindex.stacks.layout import Array, unpack
from csindex.stacks.linear import inverse
from csindex.survey.answers import Answers


@dataclass(frozen=True, slots=True, eq=False)
class Blinded:
    """Estimates without the hidden rows of block j.

    Attributes
    ----------
    w : (m, p)
        Outer weights.
    paths : (m, k)
        From every construct to j.
    loadings : (m, items of j)
    converged : (m,) bool
    """

    w: Array
    paths: Array
    loadings: Array
    converged: NDArray[np.bool_]


def blinded(F: Array, T: Array, j: int, design: Design, options: Options, antecedents: Antecedents) -> Blinded:
    """Iterate PLS with each correlation from the rows that have both its sides, as semPLS does with missing answers.

    Scores of j are known on T's rows, and so are inner proxies that j is part of.
    """
    block = design.blocks[j]
    F = F.copy()
    F[:, block], F[:, :, block] = T[:, block], T[:, :, block]
    neighbour = design.links[j] | design.links[:, j]
    partly = (neighbour | (np.arange(design.k) == j))[design.block_of]
    sd = np.sqrt(np.where(partly, np.einsum("mii->mi", T), np.einsum("mii->mi", F)))
    formative = [(b, inverse(F[:, b, b])) for mode, b in zip(design.modes, design.blocks, strict=True) if mode == "B"]
    iterated = np.isin(np.array(design.modes), ("A", "B"))[design.block_of]
    iterated &= np.array([b.stop - b.start > 1 for b in design.blocks])[design.block_of]
    w = _scaled(np.broadcast_to(design.fixed, F.shape[:2]).copy(), F, design)
    change = np.full(len(F), np.inf)
    for _ in range(options.max_iterations):
        full, train = proxy_covariances(F, w, design), proxy_covariances(T, w, design)
        E = inner_weights(_correlations(full, train, w, j, design), design, options.scheme)
        z = np.einsum("mli,mli->mi", np.where(partly, train, full), E[:, :, design.block_of]) / sd
        for b, R in formative:
            z[:, b] = np.einsum("mij,mj->mi", R, z[:, b])
        new = _scaled(np.where(iterated, z, w), F, design)
        change, w = np.abs(new - w).max(axis=1), new
        if (change < options.tolerance).all():
            break
    full, train = proxy_covariances(F, w, design), proxy_covariances(T, w, design)
    B, _ = path_coefficients(_correlations(full, train, w, j, design), design)
    return Blinded(
        w, known_paths(B, design, antecedents)[:, j], train[:, j, block], np.asarray(change < options.tolerance)
    )


def _correlations(full: Array, train: Array, w: Array, j: int, design: Design) -> Array:
    """Return correlations of the scores (m, k, k): those with j on the rows that have it."""
    C, known = proxy_correlations(full, w, design), proxy_correlations(train, w, design)
    own = known[:, j] / np.sqrt(np.einsum("mll->ml", known) * known[:, j, j][:, None])
    C[:, j], C[:, :, j] = own, own
    return C


def _scaled(w: Array, F: Array, design: Design) -> Array:
    variance = np.einsum("mll->ml", proxy_correlations(proxy_covariances(F, w, design), w, design))
    return np.asarray(w / np.sqrt(variance)[:, design.block_of])


Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """Answers of a unit (n, p), NaN where missing, their standard deviations, case weights, and the rows' order in the file."""

    x: Array
    sd: Array
    weights: Array
    place: Ints


def blindfold(
    model: Model | Fit,
    data: Any,
    *,
    distance: int = 7,
    omit: str = "cells",
    antecedents: str = "direct",
    **fit_options: Any,
) -> pd.DataFrame:
    """Return Stone and Geisser's Q² by blindfolding (Tenenhaus, Esposito Vinzi, Chatelin & Lauro 2005, section 4).

    Every `distance`-th answer to the items of a construct is hidden, the model is estimated without it, and the hidden answers are
    predicted; and so on until all have been hidden once. It depends on the order of the rows. Use it to compare with old
    tables; `csindex.predict` holds out whole respondents, and is the better judge.

    Parameters
    ----------
    model, data, **fit_options
        See `csindex.predict`.
    distance : int
        D, mostly 5 to 10. There are D rounds.
    omit : {"cells", "rows"}
        *cells*: single answers, along the diagonals of rows and items; estimation has the mean of the others in their place.
        *rows*: the whole block in every D-th row; each correlation is taken from the rows that have both its sides, as in
        semPLS.
    antecedents : {"direct", "earliest"}
        Redundancy predicts from the scores of the construct's own sources, or of the exogenous constructs by their total effects.

    Returns
    -------
    data frame
        Unit columns, ``construct, metric, sse, sso, estimate, se, lower, upper``. *redundancy*: answers predicted through the
        paths; *communality*: from the construct's own other items, of constructs with several items when cells are omitted. Q² =
        1 - SSE/SSO, of square errors and of square distances from the mean of what is not hidden, of standardized items.

    Raises
    ------
    OptionError
        A distance that leaves nothing, a mode that *rows* does not know; see also `csindex.predict`.
    EstimationError
        A round that cannot be estimated.

    Examples
    --------
    >>> import csindex as csi
    >>> model = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    >>> csi.blindfold(model, csi.simulate(model, 250, seed=1)).metric.tolist()
    ['communality', 'redundancy', 'communality']
    """
    ways: tuple[str, Antecedents] = (
        choose("omit", omit, ("cells", "rows")),
        choose("antecedents", antecedents, ("direct", "earliest")),  # type: ignore[assignment]
    )
    rounds = whole("distance", distance, 2)
    result, survey = fitted(model, data, fit_options)
    answers = survey.answers(result.model.items, complete=policy_of(result.options).complete)
    if isinstance(model, Fit):
        check_same(result, answers)
    _check(result, rounds, ways[0])
    sd = result.moments.sd.reshape(-1, result.design.p)
    parts = [(c, m) for c in range(result.design.k) for m in _metrics(result.design, c, ways[0])]
    sums = []
    for at, unit in enumerate(units_of(result, answers)):
        rows = answers.rows_of(unit)
        one = _unit(answers, rows, sd[at])
        sums.append((rows, _losses(one, result, rounds, ways)))
    return _table(result, answers, parts, sums)


def _check(result: Fit, rounds: int, omit: str) -> None:
    fewest = int(result.moments.n.min())
    if rounds > fewest:
        raise OptionError(Message("prediction.distance", distance=rounds, rows=fewest))
    odd = [c.name for c in result.model.constructs if c.mode not in ("A", "B", "equal", "fixed")]
    if omit == "rows" and odd:
        raise OptionError(Message("prediction.mode", constructs=Several(odd, most=len(odd))))
    if omit == "rows" and (result.options.variant != "standardized" or not policy_of(result.options).complete):
        raise OptionError(Message("prediction.omit_rows"))


def _unit(answers: Answers, rows: slice, sd: Array) -> _Unit:
    assert answers.rows is not None
    x = answers.values[rows]  # noqa: PD011
    return _Unit(x, sd, answers.weights[rows], np.argsort(np.argsort(answers.rows[rows])))


def _metrics(design: Design, construct: int, omit: str) -> list[str]:
    block = design.blocks[construct]
    redundancy = ["redundancy"] if design.links[construct].any() else []
    return redundancy + (["communality"] if omit == "cells" and block.stop - block.start > 1 else [])


def _losses(unit: _Unit, result: Fit, rounds: int, ways: tuple[str, Antecedents]) -> Array:
    """Return square errors and square distances (2, n, parts) of each row, summed over the construct's items."""
    design, omit = result.design, ways[0]
    made = _by_cells if omit == "cells" else _by_rows
    out = []
    for construct in range(design.k):
        metrics = _metrics(design, construct, omit)
        if not metrics:
            continue
        block = design.blocks[construct]
        sse, sso = np.zeros((len(metrics), len(unit.x))), np.zeros(len(unit.x))
        for hidden, mean, predictions in made(unit, result, construct, rounds, ways[1]):
            actual, scale = unit.x[:, block], unit.sd[block]
            counted = hidden & ~np.isnan(actual)
            sso += np.where(counted, ((actual - mean) / scale) ** 2, 0.0).sum(axis=1)
            for one, metric in zip(sse, metrics, strict=True):
                one += np.where(counted, ((actual - predictions[metric]) / scale) ** 2, 0.0).sum(axis=1)
        out += [np.stack([one, sso]) for one in sse]
    return np.stack(out, axis=-1)


Round = tuple[NDArray[np.bool_], Array, dict[str, Array]]
"""Which cells of the block were hidden (n, q), the others' means (q,), and predictions (n, q) by metric."""


def _by_cells(unit: _Unit, result: Fit, j: int, rounds: int, antecedents: Antecedents) -> Iterator[Round]:
    design, block, p = result.design, result.design.blocks[j], result.design.p
    group = (unit.place[:, None] + np.arange(block.stop - block.start)) % rounds
    filled, means, packed = [], [], []
    for number in range(rounds):
        x = unit.x.copy()
        x[:, block][group == number] = np.nan
        there = ~np.isnan(x)
        filled.append(np.where(there, x, (unit.weights @ np.where(there, x, 0.0)) / (unit.weights @ there)))
        m, s = complete_moments(complete_sums(filled[-1], unit.weights[:, None]), p, float(len(x)))
        means.append(m)
        packed.append(s)
    mean, cov = np.concatenate(means, axis=1).T, unpack(np.concatenate(packed, axis=1).T, p)
    found = estimate(mean, cov, design, result.options)
    _refuse(found.status, result, j)
    sd = np.sqrt(np.einsum("mii->mi", cov))
    weights, paths = (
        score_weights(found, sd, design, result.options.variant),
        known_paths(found.paths, design, antecedents),
    )
    loadings = found.loadings * sd * design.sign
    for number, x in enumerate(filled):
        weighted = (x - mean[number]) * weights[number]
        scores = np.stack([weighted[:, b].sum(axis=1) for b in design.blocks], axis=1)
        known = {"redundancy": scores @ paths[number, j], "communality": scores[:, j]}
        predicted = {m: mean[number, block] + one[:, None] * loadings[number, block] for m, one in known.items()}
        yield group == number, mean[number, block], predicted


def _by_rows(unit: _Unit, result: Fit, j: int, rounds: int, antecedents: Antecedents) -> Iterator[Round]:
    design, block = result.design, result.design.blocks[j]
    hidden = unit.place[:, None] % rounds == np.arange(rounds)
    whole, kept = _moments(unit.x, unit.weights[:, None]), _moments(unit.x, unit.weights[:, None] * ~hidden)
    own = np.isin(np.arange(design.p), np.arange(block.start, block.stop))
    mean = np.where(own, kept[0], whole[0])
    sd = np.sqrt(np.where(own, *(np.einsum("mii->mi", cov) for _, cov in (kept, whole))))
    scale = design.sign / sd
    F, T = (cov * scale[:, :, None] * scale[:, None, :] for _, cov in (whole, kept))
    found = blinded(F, T, j, design, result.options, antecedents)
    _refuse(np.where(found.converged, Status.OK, Status.UNCONVERGED), result, j)
    loadings = found.loadings * sd[:, block] * design.sign[block]
    for number in range(rounds):
        weighted = (unit.x - mean[number]) * (scale * found.w)[number]
        scores = np.stack([weighted[:, b].sum(axis=1) for b in design.blocks], axis=1) @ found.paths[number]
        predicted = mean[number, block] + scores[:, None] * loadings[number]
        cells = np.broadcast_to(hidden[:, [number]], predicted.shape)
        yield cells, mean[number, block], {"redundancy": predicted}


def _moments(x: Array, weights: Array) -> tuple[Array, Array]:
    """Return means (T, p) and covariances (T, p, p) of the rows that have a weight (n, T)."""
    mean, packed = complete_moments(complete_sums(x, weights), x.shape[1], (weights > 0).sum(axis=0).astype(np.float64))
    return mean.T, unpack(packed.T, x.shape[1])


def _refuse(status: NDArray[Any], result: Fit, construct: int) -> None:
    """Raise an EstimationError if any round has failed."""
    failed = status != Status.OK
    if failed.any():
        number = int(failed.argmax())
        counts = {"failed": int(failed.sum()), "rounds": len(failed), "number": number + 1}
        name, why = result.model.construct_names[construct], reason(Status(int(status[number])))
        raise EstimationError(Message("prediction.round_failed", construct=name, reason=why, **counts))


def _table(
    result: Fit, answers: Answers, parts: list[tuple[int, str]], losses: list[tuple[slice, Array]]
) -> pd.DataFrame:
    numbers: dict[str, list[Array]] = {name: [] for name in ("sse", "sso", "estimate", "se", "df")}
    for rows, (sse, sso) in losses:
        total_sse, total_sso = answers.weights[rows] @ sse, answers.weights[rows] @ sso
        q2 = 1 - total_sse / total_sso
        # The influence of a row on Q², a ratio of sums.
        found = over_respondents(-(sse - (1 - q2) * sso) / (total_sso / answers.weights[rows].sum()), answers, rows)
        for name, value in zip(numbers, (total_sse, total_sso, q2, found.se, found.df), strict=True):
            numbers[name].append(np.asarray(value, dtype=np.float64))
    stacked = {name: np.stack(values) for name, values in numbers.items()}
    uncertain = student(stacked["estimate"], stacked["se"], stacked["df"], result.options.level)
    labels = {"construct": [result.model.construct_names[c] for c, _ in parts], "metric": [m for _, m in parts]}
    extra = {name: stacked[name] for name in ("sse", "sso")}
    return table(result.units, labels, stacked["estimate"], uncertain, extra=extra)
