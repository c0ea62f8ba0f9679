"""Fit of a model to answers or moments."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from numpy.typing import ArrayLike

from csindex.errors import OptionError
from csindex.estimation.estimator import ESTIMATORS, estimator_of
from csindex.fitting.core import FittedStage
from csindex.fitting.estimate_units import Procedure, degrees_of
from csindex.fitting.intake import model_and_data, seed_of, source_of, usual_resampling
from csindex.fitting.notices import warn
from csindex.fitting.result import Fit
from csindex.fitting.stage_by_stage import fit_stages
from csindex.fitting.units import UnitStack
from csindex.messages import Message
from csindex.model.model import Model
from csindex.model.stages import Stage, stages_of
from csindex.moments.missing import check_ordinal
from csindex.options import (
    Convention,
    Discrepancy,
    Errors,
    Estimator,
    HigherOrder,
    Interaction,
    Interval,
    Likelihood,
    Missing,
    Options,
    Resampling,
    Scheme,
    Variant,
    choose,
    whole,
)
from csindex.replicates.rows import RowSource
from csindex.replicates.source import Source
from csindex.survey.answers import Account
from csindex.survey.checks import Codes

if TYPE_CHECKING:
    from csindex.fitting.earlier_weights import EarlierWeights


def fit(
    model: Model | Any,
    data: Any,
    *,
    weights: str | ArrayLike | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    missing: Missing = "listwise",
    ordinal: bool | Sequence[str] = False,
    missing_codes: Codes | None = None,
    estimator: Estimator | Literal["ordinal"] = "pls",
    scheme: Scheme = "path",
    variant: Variant = "standardized",
    convention: Convention = "fornell",
    higher_order: HigherOrder = "two-stage",
    interaction: Interaction = "two-stage",
    discrepancy: Discrepancy = "ML",
    errors: Errors | None = None,
    likelihood: Likelihood = "normal",
    replicates: int | None = None,
    resampling: Resampling | None = None,
    seed: int | None = 1,
    level: float = 0.95,
    interval: Interval | None = None,
    bad_units: Literal["raise", "drop"] = "raise",
    tolerance: float = 1e-7,
    max_iterations: int = 300,
    max_failed: float = 0.10,
    weights_from: Fit | pd.DataFrame | None = None,
    block_size: int | None = None,
    n_jobs: int = 1,
    progress: bool = True,
) -> Fit:
    """Fit a satisfaction-index model: index scores on 0-100 and driver weights, each with its uncertainty.

    Parameters
    ----------
    model : Model
        E.g. ``csindex.acsi()``, or your own from `Model.parse`; or its text. Model and data may stand in either order.
    data : data frame, Survey, path, array, Moments or GroupedMoments
        Answers (pandas, Polars, PyArrow, ...), one row a respondent; or moments, from which replicates are parametric; or
        the sums that `scan` makes of data of any size, from which they are a jackknife.
    weights, strata, clusters, by, missing_codes
        See `Survey`. With ``by`` every unit gets estimates of its own, and the tables begin with the unit columns.
    missing : {"listwise", "pairwise", "mean", "em", "fiml"}
        What becomes of missing answers: leave the row out; use each pair of answers that is there; fill in the item's
        mean; or means and covariances by maximum likelihood from all answers that are there, with the EM algorithm
        (Yuan & Bentler 2000). Replicates do the same with their own rows. *fiml* is for "cbsem": the model itself is fitted
        to the answers that are there.
    ordinal : bool or sequence of str
        Items that are ordered categories: their correlations are polychoric, in two steps (Olsson 1979; Cantaluppi 2012;
        Schuberth, Henseler & Dijkstra 2018); True means all. Means and standard deviations stay those of the answers,
        so that the index keeps its scale.
    estimator : {"pls", "plsc", "ordinal", "cbsem"}
        PLS path modelling; or consistent PLS (Dijkstra & Henseler 2015), whose paths and loadings are those of common
        factors, corrected for the measurement error of blocks with several items in Mode A. The index is the same.
        *ordinal* is short for *pls* with ``ordinal=True``. *cbsem* fits the same model as a covariance structure model, see
        `CovarianceFit`; its constructs are common factors, and index and impacts come from the weights that read each
        factor most reliably from its own items.
    scheme : {"path", "centroid", "factorial"}
        How neighbouring constructs weight each other (Lohmöller 1989).
    variant : {"standardized", "centered"}
        Items are standardized, or only centred on 0-100; the latter gives the tables of Tenenhaus, Esposito Vinzi,
        Chatelin & Lauro (2005).
    convention : {"fornell", "standardized", "equal"}
        How item weights become index weights; see `conventions`.
    higher_order : {"two-stage", "repeated"}
        How constructs made of constructs are fitted: first with their dimensions in their place, then with the scores of
        these as items; or with the items of the dimensions repeated (Lohmöller 1989).
    interaction : {"two-stage", "product", "orthogonal"}
        What stands for an interaction: the product of the scores of a first fit (Henseler & Chin 2010), the products of
        items (Chin, Marcolin & Newsted 2003), or what the items do not explain of these (Little, Bovaird & Widaman 2006).
    discrepancy : {"ML", "GLS", "ULS", "DWLS"}
        Of "cbsem": maximum likelihood, generalized, unweighted or diagonally weighted least squares. *DWLS* and *ULS* take
        ordinal items too, with errors from the rows and χ² adjusted in mean and variance (WLSMV; Muthén, du Toit & Spisic
        1997).
    errors : {"normal", "robust"}, optional
        Of "cbsem": analytic standard errors for normal answers, or from the rows, whatever their distribution (Huber 1967;
        White 1982), with χ² scaled accordingly (Yuan & Bentler 2000). Robust by default where there are rows and no
        replicates, and with case weights or a sampling design, of which they know; always with DWLS and ordinal items.
    likelihood : {"normal", "wishart"}
        Of "cbsem": n or n - 1 in the covariances and in χ² under maximum likelihood; the others have n - 1.
    replicates : int, optional
        Number of replicates, 1,000 by default; 0 for none: standard errors are then NaN, as PLS has no analytic ones. "cbsem"
        has, and by default no replicates, unless the survey comes with replicate weights. A jackknife deletes one
        sampling unit at a time where there are no more of them, else this many random groups (Kott 2001).
    resampling : {"bootstrap", "jackknife", "parametric", "replicate weights"}, optional
        How replicates are made. By default by the replicate weights that the survey has; else by the bootstrap of rows,
        or, with strata, clusters or a finite population correction, by the rescaling bootstrap of Rao, Wu & Yue (1992);
        for moments parametrically.
    seed : int or None
        The same seed gives the same numbers. None draws one, which is on the result.
    level : float
        Of the intervals.
    interval : {"auto", "percentile", "normal", "basic", "bca", "studentized"}, optional
        *auto*, the default: index scores have studentized intervals from the moments of each replicate (Davison & Hinkley
        1997, section 5.2), which stay within 0-100; everything else has percentile intervals. With a design, jackknife or
        supplied replicates intervals are Student's t, of index scores on the logit scale. *bca* adds a jackknife for its acceleration,
        *studentized* 25 resamples of each resample.
    bad_units : {"raise", "drop"}
        Whether a unit that cannot be estimated is an error, or is left out with a warning and listed on the result. A unit
        whose answers are all alike has an index, by the weights of the other units, and no other estimates.
    tolerance, max_iterations
        The iteration ends when no outer weight changes by more than `tolerance`.
    max_failed : float
        Share of failed replicates above which a result is refused; a warning comes above 1 %. Where they failed because items
        are constant, the result stands, and nothing but the index has intervals.
    weights_from : Fit or data frame, optional
        An earlier wave, or its table ``index_weights``: the index has exactly its weights of items on 0-100, and the paths
        are those of these indices. Units are matched by their labels; weights of a fit without ``by`` go to all units. The
        weights are taken as known: what they were uncertain by is not in the intervals.
    block_size : int, optional
        About how many replicates are estimated at a time. It bounds memory and changes no result.
    n_jobs : int
        Number of joblib's workers, -1 for all cores; the backend is the one that ``joblib.parallel_config`` names (loky,
        threading, Dask, Ray). It changes no result.
    progress : bool
        Show a bar on work that takes more than two seconds.

    Returns
    -------
    Fit

    Raises
    ------
    SurveyError
        Answers that do not fit the model: missing or double columns, text, infinities, codes outside the scale,
        constant items, too few rows, wrong weights; item, value, rows and remedy are named.
    EstimationError
        Collinear blocks in Mode B, no convergence, too many failed replicates.
    OptionError
        An argument that is not known, or does not go with the data.

    Examples
    --------
    >>> import csindex as csi
    >>> result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=200)
    >>> result.index.set_index("construct").estimate.round(1)["Satisfaction"]
    np.float64(75.6)
    """
    given = {"weights": weights, "strata": strata, "clusters": clusters, "by": by, "missing_codes": missing_codes}
    model, data = model_and_data(model, data, given)
    drop = choose("bad_units", bad_units, ["raise", "drop"]) == "drop"
    work = _work(seed, block_size, n_jobs, progress)
    earlier = None if weights_from is None else _earlier(weights_from, model)
    chosen = {
        "missing": missing, "ordinal": ordinal, "scheme": scheme, "variant": variant, "convention": convention,
        "higher_order": higher_order, "interaction": interaction, "discrepancy": discrepancy, "likelihood": likelihood,
        "level": level, "tolerance": tolerance, "max_iterations": max_iterations, "max_failed": max_failed,
        "weights_from": "" if earlier is None else earlier.words,
    }  # fmt: skip
    options = _options(
        data, chosen,
        estimator=estimator, replicates=replicates, resampling=resampling, interval=interval, errors=errors,
    )  # fmt: skip
    _check(model, options, earlier)
    source, account, codes = source_of(model, data, options, given)
    if errors is None:
        rows = isinstance(source, RowSource)
        errors = estimator_of(options).usual_errors(options, rows=rows, weighted=source.weighted)
        options = replace(options, errors=errors)
    procedure = Procedure(options, drop, work, earlier)
    stages, units = fit_stages(_stages(model, options), source, procedure)
    result = _result(stages, units, source, procedure, account=account, codes=codes)
    warn(result, stacklevel=2)
    return result


def _options(
    data: Any,
    chosen: dict[str, Any],
    *,
    estimator: str,
    replicates: int | None,
    resampling: Resampling | None,
    interval: Interval | None,
    errors: Errors | None,
) -> Options:
    """Return the options, with defaults that depend on the data and on each other."""
    if estimator == "ordinal":
        estimator, chosen = "pls", {**chosen, "ordinal": True if chosen["ordinal"] is False else chosen["ordinal"]}
    method, usual = ESTIMATORS[choose("estimator", estimator, ESTIMATORS)], usual_resampling(data)
    if replicates is None:
        replicates = 1000 if usual == "replicate weights" else method.default_replicates
    resampling = resampling or usual
    options = Options(
        estimator=estimator,  # type: ignore[arg-type]
        replicates=replicates,
        resampling=resampling,
        interval=interval or "auto",
        errors=errors or "normal",
        **chosen,
    )
    return options if errors else replace(options, errors=method.usual_errors(options))


def _earlier(weights_from: Fit | pd.DataFrame, model: Model) -> "EarlierWeights":
    from csindex.fitting.earlier_weights import EarlierWeights

    return EarlierWeights.of(weights_from, model)


def _check(model: Model, options: Options, earlier: "EarlierWeights | None") -> None:
    """Raise an error where options do not go with each other, or with the model."""
    check_ordinal(options)
    if earlier is not None:
        earlier.check(options)
    estimator_of(options).check(model, options)


def _stages(model: Model, options: Options) -> tuple[Stage, ...]:
    """Return the stages of the model; weights of an earlier wave are those of a plain one."""
    stages = stages_of(model, options.higher_order, options.interaction)
    if options.weights_from and len(stages) > 1:
        raise OptionError(Message("fitting.weights_stages"))
    return stages


def _result(
    stages: tuple[FittedStage, ...],
    units: UnitStack,
    source: Source,
    procedure: Procedure,
    *,
    account: Account | None,
    codes: Codes | None,
) -> Fit:
    """Return the fit of all stages; a covariance structure model has tables of its own, some of which need the source."""
    options, drawn = procedure.options, units.replicates.get
    result = Fit(
        options=options, seed=procedure.work["seed"], stages=stages, estimates=units.estimates, account=account,
        dropped=units.dropped, degrees=degrees_of(source, units.numbers, options), missing_codes=codes,
        replicates=drawn("replicates"), jackknife=drawn("jackknife"), nested=drawn("nested"), simple=drawn("simple"),
    )  # fmt: skip
    if not estimator_of(options).covariance_structure:
        return result
    from csindex.fitting.tables.covariance import covariance_fit

    return replace(result, covariance=covariance_fit(result, source, units.numbers, units.weights))


def _work(seed: int | None, block_size: int | None, n_jobs: int, progress: bool) -> dict[str, Any]:
    """Return how replicates are worked through, with a seed in any case."""
    number = seed_of(seed)
    if block_size is not None:
        whole("block_size", block_size, 1)
    if whole("n_jobs", n_jobs, -64) == 0:
        raise OptionError(Message("fitting.no_workers"))
    return {"seed": number, "block_size": block_size, "n_jobs": n_jobs, "progress": progress}
