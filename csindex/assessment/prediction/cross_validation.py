"""Errors on rows that were held out: folds are moments, and predictions one matrix product each.

The training moments of all folds of all repeats of all units are one stack; its members are estimated together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from csindex.assessment.prediction.folds import Folds, Ints
from csindex.assessment.prediction.predictors import (
    Antecedents,
    Benchmark,
    composite_slopes,
    linear_model,
    target_items,
)
from csindex.estimation.estimates import Estimates, Status
from csindex.estimation.estimator import estimate
from csindex.estimation.replicates import Estimation, estimates_of_tiles
from csindex.model.design import Design
from csindex.options import Options
from csindex.replicates.rows import RowSource
from csindex.replicates.source import TILE_CELLS
from csindex.stacks.layout import Array, unpack

PREDICTORS = ("pls", "lm", "mean")


@dataclass(frozen=True, slots=True)
class Task:
    """What is cross-validated: whose rows, with which model, from what.

    Attributes
    ----------
    source : RowSource
    units : sequence of U int
        The source's numbers of the units.
    design, options : Design, Options
    start : (U, p)
        Outer weights of the units' whole samples, where every training set's iteration begins.
    index_weights : (U, p)
        Of the units' whole samples, by which item errors add up to errors of the index.
    antecedents, benchmark
        See `composite_slopes` and `linear_model`.
    """

    source: RowSource
    units: Sequence[int]
    design: Design
    options: Options
    start: Array
    index_weights: Array
    antecedents: Antecedents
    benchmark: Benchmark


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """Training sets of a unit.

    Attributes
    ----------
    repeat, fold : (M,) int
    mean, cov : (M, p), (M, p, p)
    estimates : Estimates
    """

    repeat: Ints
    fold: Ints
    mean: Array
    cov: Array
    estimates: Estimates


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors of a unit's n rows, by predictor ("pls", "lm", "mean") and target: q items, then c indices (0-100).

    Attributes
    ----------
    absolute, square : (3, n, q + c)
        Of each row, averaged over the repeats; NaN where there was no answer, or no prediction in any repeat.
    signed : (3, n, q + c)
        The error of the averaged prediction.
    by_repeat : (2, r, 3, q + c)
        Weighted means of absolute and square errors over the rows, in each repeat.
    """

    absolute: Array
    square: Array
    signed: Array
    by_repeat: Array


@dataclass(frozen=True, slots=True, eq=False)
class Validated:
    """What cross-validation says of a unit.

    Attributes
    ----------
    weights : (n,)
    held_out, inside : Errors
        Of rows that were held out, and of the same rows in the training sets, whose predictions are averaged.
    trained : Trained
    deficient : int
        Training sets in which the linear model's regressors were collinear.
    """

    weights: Array
    held_out: Errors
    inside: Errors
    trained: Trained
    deficient: int


def validate(task: Task, folds: Folds) -> list[Validated]:
    """Cross-validate every unit."""
    out = []
    for at, trained in enumerate(train(task, folds)):
        rows = task.source.answers.rows_of(task.units[at])
        out.append(_errors(task, at, rows, folds.fold[rows], trained))
    return out


def train(task: Task, folds: Folds) -> list[Trained]:
    """Return the training sets of every unit, estimated as one stack in blocks that bound memory."""
    answers = task.source.answers
    plans = {unit: folds.members(answers.rows_of(unit)) for unit in task.units}
    estimation = Estimation(estimate, task.design, task.options, task.start)
    found = estimates_of_tiles(_TrainingSets(task.source, folds.fold, plans), task.units, estimation)
    out = []
    for at, (repeat, held) in enumerate(plans.values()):
        own = slice(0, len(repeat))
        mean, cov = found.mean[at, own], unpack(found.packed[at, own], task.design.p)
        out.append(Trained(repeat, held, mean, cov, found.part((at, own))))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _TrainingSets:
    """Moments of the rows of units without one of the folds each.

    Attributes
    ----------
    source : RowSource
    fold : (n, r) int
        Fold of each row in each repeat.
    plans : mapping of unit to (M,) int and (M,) int
        Repeat, and the fold that is held out.
    """

    source: RowSource
    fold: Ints
    plans: Mapping[int, tuple[Ints, Ints]]
    joint: bool = False

    def size(self, unit: int) -> int:
        """Return the number of training sets of a unit."""
        return len(self.plans[unit][0])

    def tile_size(self, unit: int) -> int:
        """Return the number of training sets in a tile."""
        first, end = self.source.answers.ends[unit : unit + 2].tolist()
        return int(max(1, TILE_CELLS // (end - first)))

    def tile(self, unit: int, number: int) -> tuple[Array, Array]:
        """Return mean (p, T) and packed covariance (p(p+1)/2, T) of a tile."""
        rows, size = self.source.answers.rows_of(unit), self.tile_size(unit)
        repeat, held = (which[number * size : (number + 1) * size] for which in self.plans[unit])
        weights = self.source.answers.weights[rows][:, None]
        return self.source.moments_of(unit, weights * (self.fold[rows][:, repeat] != held))


@np.errstate(invalid="ignore", divide="ignore")
def _errors(task: Task, at: int, rows: slice, fold: Ints, trained: Trained) -> Validated:
    """Predict every row from the training sets that it was not in, and from those that it was in."""
    design, answers = task.design, task.source.answers
    x, weights = answers.values[rows], answers.weights[rows]
    targets, sound = target_items(design), trained.estimates.status == Status.OK
    linear = linear_model(trained.mean, trained.cov, len(x), design, task.benchmark)
    pls = composite_slopes(trained.estimates, trained.cov, design, task.options.variant, task.antecedents)
    slopes, mean = np.stack([pls, linear.slopes, np.zeros_like(pls)]), trained.mean[:, targets]
    level = np.stack([mean, linear.level, mean])
    shape = (len(slopes), len(x), len(targets) + len(np.unique(design.block_of[targets])))
    outside, inside = (_Sums(shape, fold.shape[1], weights) for _ in range(2))
    for repeat in range(fold.shape[1]):
        own = np.flatnonzero((trained.repeat == repeat) & sound)
        held_out, kept_in = _predictions(
            x, fold[:, repeat], trained.fold[own], trained.mean[own], slopes[:, own], level[:, own]
        )
        for sums, predicted in ((outside, held_out), (inside, kept_in)):
            sums.add(repeat, _with_index(x[:, targets] - predicted, task.index_weights[at], design))
    return Validated(weights, outside.mean(), inside.mean(), trained, int((linear.deficient & sound).sum()))


def _predictions(x: Array, fold: Ints, number: Ints, mean: Array, slopes: Array, level: Array) -> tuple[Array, Array]:
    """Return predictions (s, n, q) of each row by the training set without it, and their average by those with it.

    Missing answers that are predicted from are replaced by the training set's mean.

    Parameters
    ----------
    x, fold : (n, p), (n,)
    number, mean : (m,), (m, p)
        Of the m sound training sets of a repeat: the folds that they lack, and their means.
    slopes, level : (s, m, p, q), (s, m, q)
        Of s predictors.
    """
    answered = ~np.isnan(x)
    own = np.full((len(level), len(x), level.shape[-1]), np.nan)
    for at, left_out in enumerate(number):
        rows = fold == left_out
        own[:, rows] = level[:, None, at] + np.where(answered[rows], x[rows] - mean[at], 0.0) @ slopes[:, at]
    centre = np.einsum("mi,smiq->siq", mean, slopes)
    total = np.where(answered, x, 0.0) @ slopes.sum(axis=1) - answered @ centre + level.sum(axis=1)[:, None]
    there = np.isfinite(own[0, :, 0])[:, None]
    return own, (total - np.where(there, own, 0.0)) / (len(number) - there)


def _with_index(errors: Array, index_weights: Array, design: Design) -> Array:
    """Return errors (s, n, q) of items and, beside them, what they make of the endogenous indices on 0-100."""
    targets = target_items(design)
    v = (index_weights * design.sign * 100 / design.span)[targets]
    owner = design.block_of[targets]
    return np.concatenate([errors, *(errors[..., owner == j] @ v[owner == j, None] for j in np.unique(owner))], axis=-1)


class _Sums:
    """Sums of errors over the repeats, added up one after the other so that no repeat is stored."""

    def __init__(self, shape: tuple[int, int, int], repeats: int, weights: Array) -> None:
        self.absolute, self.square, self.signed, self.count = (np.zeros(shape) for _ in range(4))
        self.by_repeat = np.empty((2, repeats, shape[0], shape[2]))
        self.weights = weights

    def add(self, repeat: int, errors: Array) -> None:
        """Add the errors of a repeat, which are used up."""
        there = np.isfinite(errors)
        errors[~there] = 0.0
        self.count += there
        self.signed += errors
        total = np.einsum("n,snq->sq", self.weights, there)
        for at, sums in enumerate((self.absolute, self.square)):
            np.abs(errors, out=errors) if at == 0 else np.square(errors, out=errors)
            sums += errors
            self.by_repeat[at, repeat] = np.einsum("n,snq->sq", self.weights, errors) / total

    def mean(self) -> Errors:
        absolute, square, signed = (sums / self.count for sums in (self.absolute, self.square, self.signed))
        return Errors(absolute, square, signed, self.by_repeat)
