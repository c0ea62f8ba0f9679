"""A composite index as arrays: from means of answers to scores (array functions)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csindex.benchmark.composites.scheme import Scheme
from csindex.survey.stacks import Array


@dataclass(frozen=True, slots=True)
class Weighting:
    """A scheme as arrays: p items, k dimensions, q importance ratings.

    Attributes
    ----------
    low, high : (p,)
        Ends of the scales; swapped where an item is reversed.
    cut : (p,)
        NaN where answers are placed on 0-100 by the ends of the scale.
    member : (p, k)
        1 where an item belongs to a dimension.
    fixed : (p,)
        Inner weights, relative; not used where there is a rating.
    rating : (p,) int
        Which importance rating weights an item; -1 for none.
    shares : (k,)
    """

    low: Array
    high: Array
    cut: Array
    member: Array
    fixed: Array
    rating: NDArray[np.intp]
    shares: Array

    @classmethod
    def of(cls, scheme: Scheme) -> "Weighting":
        """Return the arrays of a scheme."""
        pairs = [(d, i) for d in scheme.dimensions for i in range(len(d.items))]
        ends = np.array([d.items[i].scale[:: -1 if d.items[i].name in d.reversed else 1] for d, i in pairs])
        cut = [np.nan if d.cut is None else d.cut for d, _ in pairs]
        # A reversed answer of at least the cut is an answer of at most low + high - cut.
        cut = [low + high - c if low > high else c for c, (low, high) in zip(cut, ends.tolist(), strict=True)]
        return cls(
            low=ends[:, 0],
            high=ends[:, 1],
            cut=np.array(cut),
            member=np.array([[d is other for other in scheme.dimensions] for d, _ in pairs], dtype=np.float64),
            fixed=np.array([1.0 if d.inner is None else d.inner[i] for d, i in pairs]),
            rating=np.array(
                [-1 if d.importance is None else scheme.importance.index(d.importance[i]) for d, i in pairs], np.intp
            ),
            shares=np.array(list(scheme.shares.values())),
        )

    def points(self, answers: Array) -> Array:
        """Return answers (n, p) on 0-100; NaN stays NaN."""
        up = np.where(self.high > self.low, 1.0, -1.0)
        placed = 100 * (answers - self.low) / (self.high - self.low)
        counted = np.where(np.isnan(answers), np.nan, 100.0 * (up * answers >= up * self.cut))
        return np.where(np.isnan(self.cut), placed, counted)

    def inner(self, ratings: Array) -> Array:
        """Return inner weights (..., p), which add up to 1 in each dimension, from mean ratings (..., q)."""
        raw = np.broadcast_to(self.fixed, (*ratings.shape[:-1], len(self.fixed))).copy()
        rated = self.rating >= 0
        raw[..., rated] = ratings[..., self.rating[rated]]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(raw / (raw @ self.member @ self.member.T))

    def index(self, means: Array) -> Array:
        """Return scores of the k dimensions and of the whole, (..., k + 1), from means (..., p + q) of points and ratings."""
        p = len(self.fixed)
        dimensions = (means[..., :p] * self.inner(means[..., p:])) @ self.member
        return np.concatenate([dimensions, (dimensions @ self.shares)[..., None]], axis=-1)

    def parameters(self, means: Array) -> Array:
        """Return item scores, inner weights and `index`, (..., 2p + k + 1), from means (..., p + q)."""
        p = len(self.fixed)
        return np.concatenate([means[..., :p], self.inner(means[..., p:]), self.index(means)], axis=-1)
