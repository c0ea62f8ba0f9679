"""From replicates to standard errors, intervals and p-values: the one source of all three (array functions)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from csindex.errors import OptionError
from csindex.messages import Argument, Message
from csindex.options import Interval, Options, Registry
from csindex.replicates.bounded import FEWEST, Scores, alike, student_logit, studentized, widest
from csindex.stacks.layout import Array

UNLIKE_SAMPLES = ("jackknife", "replicate weights")
"""Replicates that give variances, but do not estimate the sampling distribution."""

MANY_DEGREES = 30
"""Degrees of freedom from which quantiles of replicates are used with a design; before, they are too few to have any."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the uncertainty of q quantities of U units.

    Attributes
    ----------
    estimate : (U, q)
    draws : (U, R, q)
        Replicates, NaN where one failed.
    coefficients : (U, R) or None
        Of the variance Σ c_r (replicate_r - estimate)²; None where it is the replicates' own variance.
    degrees : (U,) or None
        Degrees of freedom of the variance where there are few sampling units; None where there are many.
    jackknife, leverage : (U, J, q), (U, J) or None
        Jackknife replicates and their coefficients, for the acceleration of BCa intervals.
    nested : (U, R, K, q) or None
        Replicates of each replicate, for studentised intervals.
    scores : Scores or None
        Where the quantities are means of respondents' scores on 0-100, such as an index: what bounded intervals need.
    """

    estimate: Array
    draws: Array
    coefficients: Array | None = None
    degrees: Array | None = None
    jackknife: Array | None = None
    leverage: Array | None = None
    nested: Array | None = None
    scores: Scores | None = None


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Uncertainty of q quantities of U units, all arrays (U, q).

    A quantity's interval at level 1 - p just touches 0: "the interval leaves 0 out" and "p is below 1 - level" are the
    same statement.
    """

    se: Array
    lower: Array
    upper: Array
    p: Array


def unknown(estimate: Array) -> Uncertainty:
    """Return NaN throughout, for fits without replicates."""
    nothing = np.full(estimate.shape, np.nan)
    return Uncertainty(nothing, nothing, nothing, nothing)


@dataclass(frozen=True, slots=True)
class Method:
    """How intervals and p-values are computed, and what they need.

    Attributes
    ----------
    name : str
        The value of the option ``interval``; the glossary has its words.
    spread : callable
        From `Evidence`, standard errors (U, q) and the share (U, 1) or () of each tail to `Uncertainty`.
    distribution : bool
        Replicates must estimate the sampling distribution, and p-values are counted on them; else the standard error is
        enough, from jackknife or supplied replicates or without any.
    jackknife, nested : bool
        Needs `Evidence.jackknife` and `Evidence.leverage`, or `Evidence.nested`; both are of respondents' rows.
    design : bool
        Goes with sampling designs.
    of_differences : bool
        Differences of groups have this interval as well; else they have the test of their scale.
    """

    name: str
    spread: Callable[[Evidence, Array, Array], Uncertainty]
    distribution: bool = True
    jackknife: bool = False
    nested: bool = False
    design: bool = True
    of_differences: bool = True


def uncertainty(evidence: Evidence, level: float, interval: str) -> Uncertainty:
    """Return standard errors, intervals and p-values.

    Parameters
    ----------
    evidence : Evidence
    level : float
    interval : {"auto", "percentile", "normal", "basic", "bca", "studentized"}
        *auto*: of means of scores on 0-100 studentized from their moments, or Student's t on the logit scale with a design,
        few replicates or none that estimate the distribution; of everything else percentile intervals, or Student's t
        where the design has fewer than 30 degrees of freedom. *percentile*: quantiles of the replicates (type 7). *normal*: estimate ± t · se. *basic*: the percentile interval
        mirrored at the estimate. *bca*: percentiles corrected for bias and acceleration (Efron 1987). *studentized*:
        quantiles of (replicate - estimate)/its own standard error (Davison & Hinkley 1997, sections 5.2 and 5.3).

    With few sampling units the tails are those of Student's t: quantiles reach as much further as t reaches further
    than the normal distribution (as Hesterberg 2015, section 4.1, does for small samples).
    """
    tail = _tail((1 - level) / 2, evidence.degrees)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = INTERVALS[interval].spread(evidence, standard_error(evidence), tail)
    found = found if evidence.scores is None else _on_scale(found, evidence, level)
    known = np.isfinite(evidence.estimate)
    if known.all():
        return found
    # Replicates may be known where the estimate is not, such as a geometric mean of correlations of both signs.
    return Uncertainty(*(np.where(known, part, np.nan) for part in (found.se, found.lower, found.upper, found.p)))


def usual_interval(resampling: str, *, replicates: bool = True) -> Interval:
    """Return the interval where nothing else is said: normal ones where no replicates estimate the distribution."""
    return "percentile" if replicates and resampling not in UNLIKE_SAMPLES else "normal"


def of_draws(interval: Interval) -> Interval:
    """Return the interval if replicates are all that it needs, else the percentile interval."""
    method = INTERVALS[interval]
    return "percentile" if method.jackknife or method.nested else interval


def words_of(options: Options, degrees: Array | None, replicates: int) -> str:
    """Return the key of the words for a fit's intervals: those of "auto" depend on the replicates and the design."""
    if options.interval != "auto":
        return options.interval
    least = np.inf if degrees is None or not len(degrees) else np.min(degrees)
    if options.resampling in UNLIKE_SAMPLES or not options.replicates or least < MANY_DEGREES:
        return "auto t"
    mixed = np.isfinite(least) or options.resampling == "parametric" or replicates < FEWEST
    return "auto logit" if mixed else "auto"


def counts_replicates(options: Options) -> bool:
    """Return whether p-values are counted on the replicates, of which there must be many for small ones."""
    automatic = options.interval == "auto" and options.resampling not in UNLIKE_SAMPLES
    return automatic or INTERVALS[options.interval].distribution


def check_interval(options: Options, *, designed: bool) -> None:
    """Raise an OptionError if the interval does not go with the replicates, or with a sampling design."""
    method, name, resampling = INTERVALS[options.interval], options.interval, options.resampling
    chosen = Argument("interval", name)
    if method.distribution and resampling in UNLIKE_SAMPLES:
        raise OptionError(
            Message("replicates.interval_resampling", interval=chosen, resampling=Argument("resampling", resampling))
        )
    if (method.jackknife or method.nested) and resampling != "bootstrap":
        raise OptionError(Message("replicates.interval_rows", interval=chosen))
    if designed and not method.design:
        raise OptionError(Message("replicates.interval_design", interval=name))


def standard_error(evidence: Evidence) -> Array:
    """Return the standard error (U, q); replicates that failed are taken to be like the others."""
    with np.errstate(invalid="ignore", divide="ignore"):
        se = _standard_error(evidence)
    # What cannot vary, such as a single item's weight, does so by rounding errors only.
    return np.where(se < 1e-13, 0.0, se)


def _standard_error(evidence: Evidence) -> Array:
    if evidence.coefficients is None:
        return _deviation(evidence.draws, axis=1)
    c = evidence.coefficients[..., None]
    square = c * (evidence.draws - evidence.estimate[:, None]) ** 2
    there = np.where(np.isfinite(square), c, 0.0).sum(axis=1)
    return np.asarray(np.sqrt(np.nansum(square, axis=1) * c.sum(axis=1) / there))


def _deviation(values: Array, axis: int) -> Array:
    """Return the standard deviation of the values that are known, NaN where there are fewer than two."""
    known = np.isfinite(values).sum(axis=axis)
    gap = values - np.expand_dims(np.nansum(values, axis=axis) / known, axis)
    return np.where(known > 1, np.sqrt(np.nansum(gap**2, axis=axis) / (known - 1)), np.nan)


def _tail(tail: float, degrees: Array | None) -> Array:
    """Return the tail (U, 1), or a single one, of the normal distribution that reaches as far as that of Student's t."""
    if degrees is None or not np.isfinite(degrees).any():
        return np.array(tail)
    from scipy.special import ndtr, stdtrit

    return np.asarray(np.where(np.isfinite(degrees), ndtr(stdtrit(degrees, tail)), tail))[:, None]


def _student(p: Array, degrees: Array | None) -> Array:
    """Return the two-sided p-values (U, q) of Student's t for those of the normal distribution."""
    if degrees is None or not np.isfinite(degrees).any():
        return p
    from scipy.special import ndtri, stdtr

    df = degrees[:, None]
    return np.where(np.isfinite(df), 2 * stdtr(df, ndtri(p / 2)), p)


def _on_scale(found: Uncertainty, evidence: Evidence, level: float) -> Uncertainty:
    """Return the uncertainty of means on 0-100: of a share where all answers are alike, none where a mean is off the scale."""
    from scipy.special import ndtri

    assert evidence.scores is not None
    estimate, tail = evidence.estimate, (1 - level) / 2
    off, flat = (estimate < -1e-9) | (estimate > 100 + 1e-9), alike(evidence.scores)
    if not (off.any() or flat.any()):
        return found
    least, most = widest(estimate, _sampling_units(evidence), tail)
    reach = (most - least) / (-2 * ndtri(tail))
    parts = ((found.se, reach), (found.lower, least), (found.upper, most))
    se, lower, upper = (np.where(off, np.nan, np.where(flat, end, known)) for known, end in parts)
    return Uncertainty(se, lower, upper, found.p)


def _sampling_units(evidence: Evidence) -> Array:
    """Return how many sampling units (U, q) there are, at least: respondents, or with a design its degrees and one."""
    assert evidence.scores is not None
    n_eff = evidence.scores.n_eff
    return n_eff if evidence.degrees is None else np.fmin(n_eff, evidence.degrees[:, None] + 1)


def _automatic(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    if evidence.scores is None:
        return _replicated(evidence, se, tail)
    from scipy.special import ndtri, stdtr, stdtrit

    estimate, scores = evidence.estimate, evidence.scores
    degrees = np.full(len(estimate), np.inf) if evidence.degrees is None else evidence.degrees
    designed = np.isfinite(degrees)[:, None]
    nominal = np.where(designed, stdtr(np.where(designed, degrees[:, None], 1.0), ndtri(tail)), tail)
    df = np.where(designed, degrees[:, None], np.fmax(np.where(np.isnan(scores.n_eff), np.inf, scores.n_eff) - 1, 1.0))
    reach = -np.where(np.isfinite(df), stdtrit(np.where(np.isfinite(df), df, 1.0), nominal), ndtri(nominal))
    low, high = student_logit(estimate, se, reach)
    if scores.deviations is not None and evidence.coefficients is None:
        enough = ~designed & ((~np.isnan(scores.draws)).sum(axis=1) >= FEWEST)
        ends = studentized(estimate, scores, nominal)
        low, high = np.where(enough, ends[0], low), np.where(enough, ends[1], high)
    # That an index is 0 is nothing to test.
    return Uncertainty(se, low, high, np.full(estimate.shape, np.nan))


def _replicated(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    """Return percentile intervals, or Student's t where replicates are of another kind or of few sampling units."""
    if evidence.coefficients is not None:
        return _normal(evidence, se, tail)
    found = _percentile(evidence, se, tail)
    if evidence.degrees is None or not (evidence.degrees < MANY_DEGREES).any():
        return found
    few, student = (evidence.degrees < MANY_DEGREES)[:, None], _normal(evidence, se, tail)
    parts = ((getattr(student, name), getattr(found, name)) for name in ("lower", "upper", "p"))
    return Uncertainty(se, *(np.where(few, a, b) for a, b in parts))


def _ordered(draws: Array) -> tuple[Array, Array]:
    """Return draws (U, R, q) in order (U, q, R), those that failed last, and how many there are (U, q)."""
    ordered = np.sort(np.moveaxis(draws, 1, -1), axis=-1)
    return ordered, np.isfinite(ordered).sum(axis=-1)


def _percentile(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    ordered, known = _ordered(evidence.draws)
    low, high = _quantile(ordered, known, tail), _quantile(ordered, known, 1 - tail)
    share = _share(ordered, known, np.zeros_like(evidence.estimate))
    return Uncertainty(se, low, high, _two_sided(*share, known, tail, evidence.degrees))


def _basic(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    twice, (ordered, known) = 2 * evidence.estimate, _ordered(evidence.draws)
    low, high = _quantile(ordered, known, tail), _quantile(ordered, known, 1 - tail)
    p = _two_sided(*_share(ordered, known, twice), known, tail, evidence.degrees)
    return Uncertainty(se, twice - high, twice - low, p)


def _normal(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    from scipy.special import ndtr, ndtri, stdtr

    estimate, reach, degrees = evidence.estimate, -ndtri(tail) * se, evidence.degrees
    z = -np.abs(estimate) / se
    p = 2 * ndtr(z)
    if degrees is not None and np.isfinite(degrees).any():
        p = np.where(np.isfinite(degrees)[:, None], 2 * stdtr(degrees[:, None], z), p)
    return Uncertainty(se, estimate - reach, estimate + reach, np.asarray(p, dtype=np.float64))


def _studentized(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    assert evidence.nested is not None
    nested = evidence.nested
    inner = _deviation(nested, axis=2)
    t = (evidence.draws - evidence.estimate[:, None]) / inner
    # A quantity that does not vary (a single item's weight) has no t; its interval is the point itself.
    t = np.where(inner > 0, t, np.where(np.isfinite(evidence.draws), 0.0, np.nan))
    ordered, known = _ordered(t)
    low, high = _quantile(ordered, known, tail), _quantile(ordered, known, 1 - tail)
    share = _share(ordered, known, evidence.estimate / se)
    lower, upper = evidence.estimate - high * se, evidence.estimate - low * se
    return Uncertainty(se, lower, upper, _two_sided(*share, known, tail, evidence.degrees))


def _bca(evidence: Evidence, se: Array, tail: Array) -> Uncertainty:
    from scipy.special import ndtr, ndtri

    estimate, a = evidence.estimate, acceleration(evidence)
    ordered, known = _ordered(evidence.draws)
    less = (ordered < estimate[..., None]).sum(axis=-1)
    same = (ordered == estimate[..., None]).sum(axis=-1)
    edge = 0.5 / known
    z0 = ndtri(np.clip((less + same / 2) / known, edge, 1 - edge))

    def corrected(z: Array) -> Array:
        return np.asarray(ndtr(z0 + (z0 + z) / (1 - a * (z0 + z))))

    lower, upper = (_quantile(ordered, known, corrected(ndtri(share))) for share in (tail, 1 - tail))
    left, right = _share(ordered, known, np.zeros_like(estimate))
    y_left, y_right = ndtri(left) - z0, ndtri(right) - z0
    low, high = (ndtr(y / (1 + a * y) - z0) for y in (y_left, y_right))
    p = _two_sided(low, high, known, tail, evidence.degrees)
    # Where the replicates end on one side of 0, no share of them can be turned into a smaller p.
    p = np.where((right <= 0) | (left >= 1), _two_sided(left, right, known, tail, evidence.degrees), p)
    return Uncertainty(se, lower, upper, p)


def acceleration(evidence: Evidence) -> Array:
    """Return the acceleration (U, q) from jackknife influences l = c · (mean - replicate): Σl³/(6 (Σl²)^1.5)."""
    assert evidence.jackknife is not None and evidence.leverage is not None
    jack = evidence.jackknife
    known = np.isfinite(jack).sum(axis=1, keepdims=True)
    influence = evidence.leverage[..., None] * (np.nansum(jack, axis=1, keepdims=True) / np.maximum(known, 1) - jack)
    cube, square = np.nansum(influence**3, axis=1), np.nansum(influence**2, axis=1)
    return np.where(square > 0, cube / (6 * np.where(square > 0, square, 1.0) ** 1.5), 0.0)


def _quantile(ordered: Array, known: Array, share: float | Array) -> Array:
    """Return type-7 quantiles (U, q) of the `known` first values along the last axis."""
    at = np.maximum((known - 1) * share, 0.0)
    at = np.where(np.isfinite(at), at, 0.0)
    below = np.floor(at).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    a, b = (np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0] for place in (below, above))
    return np.where((known > 1) & np.isfinite(share), a + (at - below) * (b - a), np.nan)


def _share(ordered: Array, known: Array, point: Array) -> tuple[Array, Array]:
    """Return the shares (U, q) of the distribution below `point`, and not above it.

    The distribution is the inverse of `_quantile`; the two differ where several replicates are equal to `point`.
    """
    less = (ordered < point[..., None]).sum(axis=-1)
    not_more = (ordered <= point[..., None]).sum(axis=-1)
    a, b = (
        np.take_along_axis(ordered, np.clip(place, 0, np.maximum(known - 1, 0))[..., None], axis=-1)[..., 0]
        for place in (less - 1, less)
    )
    between = (less > 0) & (less < known)
    inner = np.where(between, less - 1 + (point - a) / np.where(b > a, b - a, 1.0), np.where(less > 0, known - 1, 0))
    left = inner / (known - 1)
    right = np.where(not_more > less, (not_more - 1) / (known - 1), left)
    return np.where(known > 1, left, np.nan), np.where(known > 1, right, np.nan)


def _two_sided(left: Array, right: Array, known: Array, tail: Array, degrees: Array | None) -> Array:
    """Return twice the smaller tail, at least what R replicates can show, 2/(R + 1).

    Where R is too small for the level, the replicates end on one side of the interval's own tail; p then stays below it,
    so that it says what the interval says.
    """
    raw = 2 * np.minimum(right, 1 - left)
    return _student(np.clip(raw, np.minimum(2 / (known + 1), tail), 1.0), degrees)


INTERVALS = Registry(
    "interval",
    (
        Method("auto", _automatic, distribution=False, of_differences=False),
        Method("percentile", _percentile),
        Method("normal", _normal, distribution=False),
        Method("basic", _basic),
        Method("bca", _bca, jackknife=True),
        Method("studentized", _studentized, nested=True, design=False),
    ),
)
