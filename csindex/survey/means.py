"""Design-based means, without a model and without replicates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csindex.model.parts import Item
from csindex.options import within
from csindex.stacks.layout import Array
from csindex.survey.checks import ANY_SCALE
from csindex.survey.survey import Survey, as_survey

Codes = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LinearizedMean:
    """Weighted means of q answers with their sampling covariances.

    Attributes
    ----------
    mean : (q,)
    cov : (q, q)
        Covariances of the means; NaN where the design gives none, see `linearized_mean`.
    n : (q,) int
        Answers with a weight, inside the domain.
    df : (q,) int
        Clusters minus strata, of those that hold such answers.
    deff : (q,)
        Variance relative to a simple random sample, drawn with replacement, of as many answers.
    n_eff : (q,)
        n / deff: the size of the simple random sample that would tell as much.
    """

    mean: Array
    cov: Array
    n: Codes
    df: Codes
    deff: Array
    n_eff: Array

    @property
    def variance(self) -> Array:
        """Variance of each mean, (q,)."""
        return np.diagonal(self.cov)

    @property
    def se(self) -> Array:
        """Standard error of each mean, (q,)."""
        return np.sqrt(self.variance)


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Where C clusters begin in the sorted rows, and H strata in the sorted clusters.

    Attributes
    ----------
    order : (n,) int
        Rows sorted by stratum and cluster.
    first : (C,) int
        First row of each cluster, in that order.
    stratum : (C,) int
        Stratum of each cluster, numbered 0 to H - 1.
    begin, clusters : (H,) int
        First cluster of each stratum, and the number of its clusters.
    labels : (H,) int
        The strata's codes in the rows.
    """

    order: Codes
    first: Codes
    stratum: Codes
    begin: Codes
    clusters: Codes
    labels: Codes


def linearized_mean(
    x: Array,
    weights: Array,
    stratum: Codes | None = None,
    cluster: Codes | None = None,
    fraction: Array | None = None,
    domain: Flags | None = None,
) -> LinearizedMean:
    """Weighted means with the linearised variances of a stratified sample of clusters.

    With u_i = w_i(x_i - m)/Σw and U_hc the sum of u over cluster c of stratum h, the covariances are
    Σ_h (1 - f_h) C_h/(C_h - 1) Σ_c (U_hc - Ū_h)(U_hc - Ū_h)': the ultimate-cluster estimator (Hansen, Hurwitz & Madow
    1953; Woodruff 1971; Wolter 2007, ch. 6). Rows outside the domain, without an answer or without a weight stay in the
    design with u = 0, since how many of them are drawn is chance too. Hence give all rows of the sample.

    Parameters
    ----------
    x : (n, q)
        NaN where an answer is missing.
    weights : (n,)
        At least 0; their unit does not matter.
    stratum, cluster : (n,) int, optional
        Clusters are numbered within strata. By default one stratum, and each row a cluster of its own.
    fraction : (n,), optional
        Share f of all clusters in the row's stratum that were drawn (without replacement); by default 0.
    domain : (n,) bool, optional
        Rows that the means are about; by default all.

    Returns
    -------
    LinearizedMean
        Covariances are NaN for an answer that is given in a stratum of only one cluster, unless f = 1 there
        (`lonely_strata` finds them beforehand), and for one that is given in only one cluster at all, where the formula
        would say 0 for want of any other.

    Examples
    --------
    >>> import numpy as np
    >>> linearized_mean(np.array([[1.0], [2.0], [4.0], [5.0]]), np.ones(4)).se.round(4)
    array([0.9129])
    """
    answered = ~np.isnan(x) if domain is None else ~np.isnan(x) & domain[:, None]
    w = np.where(answered, weights[:, None], 0.0)
    counted = w > 0
    design = _design(len(x), stratum, cluster)
    f = np.zeros(len(design.labels)) if fraction is None else fraction[design.order][design.first[design.begin]]
    n, total = counted.sum(axis=0), w.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.einsum("nq,nq->q", w, np.where(answered, x, 0.0)) / total
        centred = np.where(counted, x - mean, 0.0)
        cov, df = _between_clusters(w * centred / total, counted, design, f)
        simple = np.einsum("nq,nq->q", w, centred**2) / total / (n - 1)
        deff = np.diagonal(cov) / simple
        return LinearizedMean(mean, cov, n, df, deff, n / deff)


def lonely_strata(stratum: Codes, cluster: Codes, fraction: Array | None = None) -> Codes:
    """Return the codes of strata whose variance is unknown: one cluster, and not all of the stratum's clusters drawn.

    Parameters
    ----------
    stratum, cluster : (n,) int
    fraction : (n,), optional
        See `linearized_mean`.
    """
    design = _design(len(stratum), stratum, cluster)
    lonely = design.clusters == 1
    if fraction is not None:
        lonely &= fraction[design.order][design.first[design.begin]] < 1
    return np.asarray(design.labels[lonely])


def _between_clusters(u: Array, counted: Flags, design: _Design, f: Array) -> tuple[Array, Codes]:
    """Return the covariances (q, q) of the sums of u (n, q), and the degrees of freedom (q,)."""
    sums = np.add.reduceat(u[design.order], design.first, axis=0)
    held = np.logical_or.reduceat(counted[design.order], design.first, axis=0)
    size = design.clusters
    factor = np.where(f < 1, (1 - f) * size / np.maximum(1, size - 1), 0.0)
    centre = np.add.reduceat(sums, design.begin, axis=0) / size[:, None]
    spread = (sums - centre[design.stratum]) * np.sqrt(factor)[design.stratum, None]
    cov = spread.T @ spread
    open_ = held & (f < 1)[design.stratum, None]
    unknown = (open_ & (size == 1)[design.stratum, None]).any(axis=0)
    unknown |= (held.sum(axis=0) == 1) & open_.any(axis=0)
    cov[unknown] = cov[:, unknown] = np.nan
    strata = np.logical_or.reduceat(held, design.begin, axis=0)
    return cov, np.asarray(held.sum(axis=0) - strata.sum(axis=0), dtype=np.intp)


def _design(n: int, stratum: Codes | None, cluster: Codes | None) -> _Design:
    strata = np.zeros(n, dtype=np.intp) if stratum is None else stratum
    order = np.lexsort([np.arange(n) if cluster is None else cluster, strata])
    sorted_strata = strata[order]
    new_stratum = np.r_[True, np.diff(sorted_strata) != 0]
    new = np.ones(n, dtype=np.bool_) if cluster is None else np.r_[True, np.diff(cluster[order]) != 0]
    first = np.flatnonzero(new | new_stratum)
    begin = np.flatnonzero(new_stratum[first])
    clusters = np.diff(np.r_[begin, len(first)])
    number = np.repeat(np.arange(len(begin)), clusters)
    return _Design(order, first, number, begin, clusters, sorted_strata[first[begin]])


def means(survey: Survey, columns: Sequence[str | Item], *, level: float = 0.95) -> pd.DataFrame:
    """Return weighted means with standard errors from the sampling design.

    Parameters
    ----------
    survey : Survey
        Without strata and clusters its rows are a simple random sample with unequal weights.
    columns : sequence of str or Item
        Questions; where an Item gives the scale, answers are checked against it.
    level : float
        Of the intervals, which are those of Student's t with PSUs less strata degrees of freedom.

    Returns
    -------
    data frame
        Unit columns, ``item, n, n_eff, deff, df, estimate, se, lower, upper``. Standard errors are linearised (Woodruff
        1971; ultimate clusters within strata); units are domains of the sample. With supplied replicate weights they
        come from these. Raked weights are taken as given, which is a little pessimistic; a fit rakes each replicate.

    Raises
    ------
    SurveyError
        See `Survey.answers`.

    Examples
    --------
    >>> import csindex as csi, pandas as pd
    >>> survey = csi.Survey(pd.DataFrame({"q": [1.0, 2, 4, 5], "region": [1, 1, 2, 2]}), strata="region")
    >>> csi.means(survey, ["q"]).se.round(3)[0]
    np.float64(0.354)
    """
    from scipy.special import stdtrit

    within("level", level, 0, 1, "0.95")
    survey = as_survey(survey)
    items = [item if isinstance(item, Item) else Item(item, ANY_SCALE) for item in columns]
    rows = []
    for labels, mean, se, numbers in unit_means(survey, survey.values(items)):
        reach = stdtrit(numbers["df"], (1 + level) / 2) * se
        numbers |= {"estimate": mean, "se": se, "lower": mean - reach, "upper": mean + reach}
        rows.append(pd.DataFrame({**labels, "item": [item.name for item in items], **numbers}))
    return pd.concat(rows, ignore_index=True)


def unit_means(survey: Survey, x: Array) -> Iterator[tuple[dict[Any, Any], Array, Array, dict[str, Any]]]:
    """Yield each unit's labels, the means (q,) of numbers x (n, q), their standard errors, and ``n, n_eff, deff, df``."""
    weights, units = survey.final_weights(), survey.units()
    design, unit_of = survey.design_codes(weights), survey.unit_codes()
    for unit in range(1 if units is None else len(units)):
        inside = None if units is None else unit_of == unit
        found = linearized_mean(x, weights, *design, domain=inside)
        se, df, deff = found.se, found.df.astype(np.float64), found.deff
        if survey.replicate_weights is not None:
            se, df = _replicate_errors(survey, x, found.mean, inside)
            deff = deff * (se / found.se) ** 2
        labels: dict[Any, Any] = {} if units is None else units.iloc[unit].to_dict()
        yield labels, found.mean, se, {"n": found.n, "n_eff": found.n / deff, "deff": deff, "df": df}


def _replicate_errors(survey: Survey, x: Array, mean: Array, inside: Array | None) -> tuple[Array, Array]:
    """Return standard errors (q,) from supplied replicate weights, and their degrees of freedom."""
    given, coefficients = survey.supplied()
    answered = ~np.isnan(x) if inside is None else ~np.isnan(x) & inside[:, None].astype(bool)
    weighted = given.T @ np.where(answered, x, 0.0) / (given.T @ answered)
    return np.sqrt(coefficients @ (weighted - mean) ** 2), np.full(len(mean), given.shape[1] - 1.0)
