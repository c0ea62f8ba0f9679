"""The short way to simulated answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.errors import OptionError
from csindex.messages import Message
from csindex.model.design import Design, design_of
from csindex.model.model import Model
from csindex.moments.moments import Moments
from csindex.options import whole
from csindex.simulation.latent import number, structure
from csindex.stacks.layout import Array

EVERYBODY = 1e9
MOST_CATEGORIES = 101

PerItem = float | Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A population that answers as a model says, with everything about it known.

    Constructs are standard normal and depend on each other by `paths`; an item is its construct times its loading plus
    noise of its own, cut into the categories of its scale. Everything has a default that resembles a survey of
    satisfied customers.

    Parameters
    ----------
    model : Model
    paths : float, or mapping of (source, target) to float, optional
        Standardized path coefficients. By default all sources of a construct have the same one, with the sign that
        theory expects, so that they explain half of its variance.
    loadings : float, or mapping of item to float
        Correlations of the uncut items with their construct; items that a mapping leaves out have 0.8.
    level : float, or mapping of item to float
        Where the middle of the uncut answers lies on the item's scale, from 0 to 1. Default 0.7; 0.15 for yes/no.
    spread : float, or mapping of item to float
        Standard deviation of the uncut answers as a share of the scale's width. Default 0.22.
    groups : int or sequence of str, optional
        Units (companies) with levels of their own, or their names.
    group_share : float
        Share of the constructs' variance that lies between groups.
    seed : int
        Of the groups' levels.

    Raises
    ------
    OptionError
        Names that the model does not have, or paths that leave a construct no variance of its own.

    Examples
    --------
    >>> import csindex as csi
    >>> model = csi.Model.parse("Quality =~ q1 + q2; Satisfaction =~ s1 + s2; Satisfaction ~ Quality")
    >>> csi.Population(model, paths=0.6).latent[0, 1]
    np.float64(0.6)
    """

    model: Model
    paths: float | Mapping[tuple[str, str], float] | None = None
    loadings: PerItem = 0.8
    level: PerItem | None = None
    spread: PerItem = 0.22
    groups: int | Sequence[str] | None = None
    group_share: float = 0.1
    seed: int = 1
    latent: NDArray[np.float64] = None  # type: ignore[assignment]
    coefficients: NDArray[np.float64] = None  # type: ignore[assignment]
    _items: NDArray[np.float64] = None  # type: ignore[assignment]
    _shifts: NDArray[np.float64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if not isinstance(self.model, Model):
            raise OptionError(Message("simulation.not_model", value=f"{self.model!r:.80}"))
        model, design = self.model, design_of(self.model)
        B, latent = structure(model, design, self.paths)
        loadings = _per_item(model, "loadings", self.loadings, 0.8)
        if (np.abs(loadings) >= 1).any():
            raise OptionError(Message("simulation.loadings"))
        yes_no = np.array([item.scale == (0, 1) for item in model.items])
        usual = np.where(yes_no, 0.15, 0.7)
        level = usual if self.level is None else _per_item(model, "level", self.level, usual)
        if not ((level >= 0) & (level <= 1)).all() or not ((level > 0) & (level < 1))[design.span == 1].all():
            raise OptionError(Message("simulation.level"))
        spread = _per_item(model, "spread", self.spread, 0.22)
        if not (spread > 0).all():
            raise OptionError(Message("simulation.spread"))
        if not 0 <= number("group_share", self.group_share) < 1:
            raise OptionError(Message("simulation.group_share", value=self.group_share))
        names = self.group_names
        shifts = np.zeros((1, design.k))
        if names:
            root = np.linalg.cholesky(latent + 1e-12 * np.eye(design.k))
            drawn = np.random.default_rng(whole("seed", self.seed, 0)).standard_normal((len(names), design.k)) @ root.T
            shifts = np.sqrt(self.group_share) * drawn
        set_field = object.__setattr__
        set_field(self, "latent", latent)
        set_field(self, "coefficients", B)
        set_field(self, "_items", np.stack([loadings * design.sign, level, spread]))
        set_field(self, "_shifts", shifts)

    @property
    def group_names(self) -> list[str]:
        """Names of the groups; empty without groups."""
        if self.groups is None:
            return []
        if isinstance(self.groups, (int, np.integer)):
            count = whole("groups", self.groups, 1)
            return [f"unit {number:0{len(str(count))}d}" for number in range(1, count + 1)]
        if isinstance(self.groups, str) or not isinstance(self.groups, Iterable):
            raise OptionError(Message("simulation.groups", value=self.groups))
        names = [str(name) for name in self.groups]
        if len(set(names)) < len(names):
            raise OptionError(Message("simulation.groups_twice", names=names))
        return names

    def __repr__(self) -> str:
        names = self.group_names
        return f"Population of {self.model!r}" + (f"; {len(names):,} groups" if names else "")

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'

    @property
    def moments(self) -> Moments:
        """Exact moments of the answers: a stack of groups where there are any.

        They count as those of a sample of a thousand million, so that ``csindex.fit(model, population.moments,
        replicates=0)`` gives what every estimator converges to.
        """
        from csindex.simulation.latent import cut_moments

        design = design_of(self.model)
        cuts, steps = self._cuts(design)
        mean, cov = self._uncut(design)
        found = [cut_moments(cuts, steps, m, cov) for m in mean]
        means, covs = (np.stack([pair[at] for pair in found]) for at in (0, 1))
        names = self.group_names
        if not names:
            return Moments(self.model.item_names, design.low + means[0], covs[0], np.array(EVERYBODY))
        units = pd.DataFrame({"unit": names})
        return Moments(self.model.item_names, design.low + means, covs, np.full(len(names), EVERYBODY), units=units)

    def draw(
        self,
        n: int,
        seed: int | None = None,
        *,
        weights: float = 0.0,
        missing: float = 0.0,
        clusters: int | None = None,
        cluster_share: float = 0.1,
    ) -> pd.DataFrame:
        """Draw respondents.

        Parameters
        ----------
        n : int
            Number of respondents, in each group where there are groups.
        seed : int, optional
        weights : float
            Coefficient of variation of case weights in the column ``weight`` (log-normal, independent of the answers,
            so that the truth is the same with and without them); 0 for no such column.
        missing : float
            Share of answers that are missing completely at random.
        clusters : int, optional
            Number of clusters (in each group) to which respondents belong, in the column ``cluster``.
        cluster_share : float
            Correlation of the uncut answers of two respondents of a cluster to the same item.

        Returns
        -------
        data frame
            Columns ``unit``, ``cluster``, ``weight`` where asked for, then the items.
        """
        whole("n", n, 1)
        if seed is not None:
            whole("seed", seed, 0)
        shares = number("missing", missing), number("cluster_share", cluster_share)
        if not all(0 <= share < 1 for share in shares) or number("weights", weights) < 0:
            raise OptionError(Message("simulation.shares"))
        rng = np.random.default_rng(seed)
        design = design_of(self.model)
        mean, cov = self._uncut(design)
        group = np.repeat(np.arange(len(mean)), n)
        root = np.linalg.cholesky(cov + 1e-12 * np.eye(design.p))
        noise = rng.standard_normal((len(group), design.p))
        columns: dict[str, Any] = {}
        if self.groups is not None:
            columns["unit"] = np.array(self.group_names, dtype=object)[group]
        if clusters is not None:
            member = np.tile(np.arange(n) % whole("clusters", clusters, 1), len(mean)) + clusters * group
            common = rng.standard_normal((clusters * len(mean), design.p))
            noise = np.sqrt(1 - cluster_share) * noise + np.sqrt(cluster_share) * common[member]
            columns["cluster"] = member
        cuts, steps = self._cuts(design)
        x = mean[group] + noise @ root.T
        answers = design.low + steps * np.stack(
            [np.searchsorted(cut, column) for cut, column in zip(cuts, x.T, strict=True)], 1
        )
        if weights:
            variance = np.log1p(weights**2)
            columns["weight"] = np.exp(np.sqrt(variance) * rng.standard_normal(len(group)) - variance / 2)
        answers[rng.random(answers.shape) < missing] = np.nan
        clash = sorted(set(columns) & set(self.model.item_names))
        if clash:
            raise OptionError(Message("simulation.clash", items=clash))
        return pd.DataFrame({**columns, **dict(zip(self.model.item_names, answers.T, strict=True))})

    def _uncut(self, design: Design) -> tuple[Array, Array]:
        """Return means (groups, p) and covariances (p, p), within groups, of the answers before they are cut."""
        loadings, block = self._items[0], design.block_of
        share = self.group_share if self.groups is not None else 0.0
        cov = (1 - share) * loadings[:, None] * loadings * self.latent[np.ix_(block, block)]
        np.fill_diagonal(cov, 1 - share * loadings**2)
        return self._shifts[:, block] * loadings, cov

    def _cuts(self, design: Design) -> tuple[Array, Array]:
        """Return the cuts (p, q) between the categories in standard deviations, and the steps (p,) between these."""
        categories = np.where(design.span == np.round(design.span), design.span + 1, MOST_CATEGORIES)
        categories = np.minimum(categories, MOST_CATEGORIES).astype(np.intp)
        cuts = np.full((design.p, categories.max() - 1), np.inf)
        for i, count in enumerate(categories):
            _, level, spread = self._items[:, i]
            if count == 2:
                # Of a yes/no question the level is the share of yes.
                from statistics import NormalDist

                cuts[i, 0] = NormalDist().inv_cdf(1 - level if design.sign[i] > 0 else level)
                continue
            middle = level if design.sign[i] > 0 else 1 - level
            cuts[i, : count - 1] = ((np.arange(count - 1) + 0.5) / (count - 1) - middle) / spread
        return cuts, design.span / (categories - 1)


def _per_item(model: Model, what: str, values: PerItem, usual: Any) -> Array:
    if not isinstance(values, Mapping):
        return np.full(len(model.items), number(what, values))
    strangers = [name for name in values if name not in model.item_names]
    if strangers:
        raise OptionError(Message("simulation.items_unknown", what=what, names=strangers))
    usual = np.broadcast_to(usual, len(model.items))
    return np.array(
        [number(what, values.get(name, default)) for name, default in zip(model.item_names, usual, strict=True)]
    )


def simulate(
    model: Model,
    n: int,
    *,
    seed: int | None = None,
    paths: float | Mapping[tuple[str, str], float] | None = None,
    loadings: PerItem = 0.8,
    level: PerItem | None = None,
    spread: PerItem = 0.22,
    groups: int | Sequence[str] | None = None,
    group_share: float = 0.1,
    weights: float = 0.0,
    missing: float = 0.0,
    clusters: int | None = None,
    cluster_share: float = 0.1,
) -> pd.DataFrame:
    """Draw answers to a model's questions from a population with known truth.

    Parameters
    ----------
    model : Model
    n : int
        Number of respondents, in each group where there are groups.
    seed : int, optional
    paths, loadings, level, spread, groups, group_share
        What the population is like; see `Population`.
    weights, missing, clusters, cluster_share
        What the survey is like; see `Population.draw`.

    Returns
    -------
    data frame
        A row for each respondent.

    Notes
    -----
    The truth is that of ``Population(model, ..., seed=seed)`` with the same arguments: its ``latent`` correlations,
    ``coefficients``, and exact ``moments``, whose fit is what every estimator converges to.

    Examples
    --------
    >>> import csindex as csi
    >>> answers = csi.simulate(csi.acsi(), 250, seed=1)
    >>> truth = csi.fit(csi.acsi(), csi.Population(csi.acsi()).moments, replicates=0).index
    """
    population = Population(model, paths, loadings, level, spread, groups, group_share, 1 if seed is None else seed)
    return population.draw(n, seed, weights=weights, missing=missing, clusters=clusters, cluster_share=cluster_share)
