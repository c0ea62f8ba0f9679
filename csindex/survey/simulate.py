"""The short way to simulated answers."""

from collections.abc import Mapping, Sequence

import pandas as pd

from csindex.model.model import Model
from csindex.survey.population import PerItem, Population


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
