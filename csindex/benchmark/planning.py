"""Sample sizes for a wanted precision, and the smallest change that a sample can show."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import OptionError
from csindex.fitting.constructs import place
from csindex.fitting.result import Fit
from csindex.messages import Message

Numbers = float | NDArray[np.float64]
Counts = int | NDArray[np.intp]


def half_width(
    n: ArrayLike,
    sd: ArrayLike = 18.0,
    *,
    deff: ArrayLike = 1.0,
    population: ArrayLike = np.inf,
    level: float = 0.95,
) -> Numbers:
    """Return the half-width of an index's interval, z · sd · √(deff · (1 - n/N) / n) (Cochran 1977, section 2.6).

    Parameters
    ----------
    n : float or array
        Number of answers.
    sd : float or array
        Standard deviation of respondents' index scores, on 0-100; see `standard_deviation`. 16 to 28 is usual.
    deff : float or array
        Design effect of the index (Kish 1965), e.g. the column ``deff`` of ``result.index``.
    population : float or array
        Size N of the population of customers; infinite by default.
    level : float

    Returns
    -------
    float, or an array where an argument is one

    Raises
    ------
    OptionError
        Numbers that are not positive, a level outside 0 to 1.

    Examples
    --------
    >>> import csindex as csi
    >>> round(csi.half_width(250, sd=20.6), 2)
    2.55
    """
    n, sd, deff, population = _positive(n=n, sd=sd, deff=deff, population=population)
    left = np.maximum(1 - n / population, 0.0)
    return _plain(_z((1 + _share("level", level)) / 2) * sd * np.sqrt(deff * left / n))


def sample_size(
    half_width: ArrayLike = 2.0,
    sd: ArrayLike = 18.0,
    *,
    deff: ArrayLike = 1.0,
    population: ArrayLike = np.inf,
    level: float = 0.95,
) -> Counts:
    """Return the number of answers for an interval of a given half-width.

    n = deff·(z·sd/h)² / (1 + deff·(z·sd/h)²/N) (Cochran 1977, section 4.6), to the nearest whole number: no standard
    deviation is known so well that one answer more or less mattered.

    Parameters
    ----------
    half_width : float or array
        Wanted, in index points; the European EPSI asks for ±2.
    sd, deff, population, level
        See `half_width`.

    Returns
    -------
    int, or an array where an argument is one

    Raises
    ------
    OptionError
        Numbers that are not positive, a level outside 0 to 1.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.sample_size(2), csi.sample_size(2, population=1000)
    (311, 237)
    """
    h, sd, deff, population = _positive(half_width=half_width, sd=sd, deff=deff, population=population)
    return _whole(deff * (_z((1 + _share("level", level)) / 2) * sd / h) ** 2, population)


def minimum_detectable_change(
    n: ArrayLike,
    sd: ArrayLike = 18.0,
    *,
    deff: ArrayLike = 1.0,
    power: float = 0.8,
    level: float = 0.95,
    overlap: ArrayLike = 0.0,
    correlation: ArrayLike = 0.0,
) -> Numbers:
    """Return the change between two waves of n answers that a two-sided test finds with the given power.

    (z_level + z_power) · sd · √(2 · deff · (1 - overlap·correlation) / n) (Cohen 1988; for overlapping samples Kish
    1965, section 12.4).

    Parameters
    ----------
    n : float or array
        Number of answers in each wave.
    sd, deff, level
        See `half_width`.
    power : float
        Probability of finding a change of that size.
    overlap : float or array
        Share of the respondents who answer in both waves, as in a panel.
    correlation : float or array
        Of such a respondent's two scores.

    Returns
    -------
    float, or an array where an argument is one

    Raises
    ------
    OptionError
        Numbers that are not positive, shares outside 0 to 1.

    Examples
    --------
    >>> import csindex as csi
    >>> round(csi.minimum_detectable_change(250, sd=18, deff=1.3), 1)
    5.1
    """
    n, sd, deff = _positive(n=n, sd=sd, deff=deff)
    return _plain(reach(level, power) * sd * np.sqrt(2 * deff * _left(overlap, correlation) / n))


def sample_size_for_change(
    change: ArrayLike,
    sd: ArrayLike = 18.0,
    *,
    deff: ArrayLike = 1.0,
    power: float = 0.8,
    level: float = 0.95,
    overlap: ArrayLike = 0.0,
    correlation: ArrayLike = 0.0,
) -> Counts:
    """Return the number of answers in each of two waves for a change to be found with the given power.

    The inverse of `minimum_detectable_change`, to the nearest whole number.

    Parameters
    ----------
    change : float or array
        In index points.
    sd, deff, power, level, overlap, correlation
        See `minimum_detectable_change`.

    Returns
    -------
    int, or an array where an argument is one

    Raises
    ------
    OptionError
        See `minimum_detectable_change`.

    Examples
    --------
    >>> import csindex as csi
    >>> csi.sample_size_for_change(2)
    1272
    """
    change, sd, deff = _positive(change=change, sd=sd, deff=deff)
    return _whole(2 * deff * _left(overlap, correlation) * (reach(level, power) * sd / change) ** 2, np.array(np.inf))


def standard_deviation(result: Fit, construct: str | None = None) -> pd.DataFrame:
    """Return the standard deviation of respondents' index scores in a pilot survey, to plan the next one with.

    Parameters
    ----------
    result : Fit
    construct : str, optional
        By default the model's target.

    Returns
    -------
    data frame
        Unit columns, ``construct``, the index's design effect ``deff`` (1 without weights or a design), and ``estimate,
        se, lower, upper`` of the standard deviation.

    Raises
    ------
    OptionError, ModelError
        If `result` is no fit, or has no such construct.

    Examples
    --------
    >>> import csindex as csi
    >>> pilot = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100)
    >>> csi.standard_deviation(pilot).estimate.round(1).tolist()
    [21.0]
    """
    if not isinstance(result, Fit):
        raise OptionError(Message("benchmark.not_fit", kind=type(result).__name__))
    name = result.specified.construct(construct or result.model.target).name
    number, at = place(result, name)
    frame = result.at_stage(number).table({"construct": [name]}, lambda e: e.deviation[..., [at]])
    # The table's own design effect would be that of the standard deviation.
    frame = frame.drop(columns=[column for column in ("n", "n_eff", "deff") if column in frame.columns])
    index = result.index
    index = index[index["construct"] == name]
    deff = index["deff"].to_numpy() if "deff" in index.columns else np.ones(len(frame))
    frame.insert(list(frame.columns).index("estimate"), "deff", deff)
    return frame


def reach(level: float, power: float) -> float:
    """Return z_level + z_power: how many standard errors a change must have to be found with that power."""
    return _z((1 + _share("level", level)) / 2) + _z(_share("power", power))


def _z(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def _share(name: str, value: float) -> float:
    if not 0 < value < 1:
        example = 0.95 if name == "level" else 0.8
        raise OptionError(Message("benchmark.share_example", name=name, value=value, example=example))
    return value


def _positive(**given: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    arrays = []
    for name, value in given.items():
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise OptionError(Message("benchmark.not_a_number", name=name, value=value)) from None
        if not (array > 0).all():
            raise OptionError(Message("benchmark.not_positive", name=name, value=value))
        arrays.append(array)
    return tuple(arrays)


def _left(overlap: ArrayLike, correlation: ArrayLike) -> NDArray[np.float64]:
    share, r = np.asarray(overlap, dtype=np.float64), np.asarray(correlation, dtype=np.float64)
    if not ((share >= 0) & (share <= 1)).all() or not ((r > -1) & (r < 1)).all():
        raise OptionError(Message("benchmark.overlap", overlap=overlap, correlation=correlation))
    return 1 - share * r


def _plain(values: NDArray[np.float64]) -> Numbers:
    return float(values) if np.ndim(values) == 0 else values


def _whole(n: NDArray[np.float64], population: NDArray[np.float64]) -> Counts:
    rounded = np.rint(n / (1 + n / population)).astype(np.intp)
    return int(rounded) if np.ndim(rounded) == 0 else rounded
