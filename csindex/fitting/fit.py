"""The door: fit a model to answers or moments."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from csindex.errors import EstimationError, OptionError, RepairWarning, SurveyError
from csindex.fitting import checks
from csindex.fitting.analytic import analytic
from csindex.fitting.carried import Carried
from csindex.fitting.covariance import covariance_fit
from csindex.fitting.estimates import estimate
from csindex.fitting.factor_notices import check_factor_model, check_options
from csindex.fitting.fiml import fiml_estimates
from csindex.fitting.kept import Kept
from csindex.fitting.notices import tell
from csindex.fitting.replicate import replicate
from csindex.fitting.result import Fit
from csindex.fitting.staged import climb
from csindex.fitting.staged_source import StagedSource
from csindex.fitting.tables import RESERVED
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.model.stages import Stage, stages_of
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
from csindex.survey.answers import Account
from csindex.survey.checks import Codes
from csindex.survey.grouped import GroupedMoments
from csindex.survey.moments import Moments
from csindex.survey.sources import Kind, MomentSource, RowSource, Source
from csindex.survey.stacks import Array, flatten, pack
from csindex.survey.survey import Survey

UNLIKE_SAMPLES = ("jackknife", "replicate weights")
MOST_DELETED, MOST_LEFT_OUT, INNER = 200, 400, 25


def fit(
    model: Model,
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
        E.g. ``csindex.acsi()``, or your own from `Model.parse`.
    data : data frame, Survey, Moments or GroupedMoments
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
    discrepancy : {"ML", "GLS", "ULS"}
        Of "cbsem": maximum likelihood, generalized or unweighted least squares.
    errors : {"normal", "robust"}, optional
        Of "cbsem": analytic standard errors for normal answers, or from the rows, whatever their distribution (Huber 1967;
        White 1982), with χ² scaled accordingly (Yuan & Bentler 2000). Robust by default with case weights or a sampling
        design, of which they know.
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
        The same seed gives the same numbers. None draws one, which is kept on the result.
    level : float
        Of the intervals.
    interval : {"percentile", "normal", "basic", "bca", "studentized"}, optional
        By default percentile intervals; normal ones, with the design's degrees of freedom, for jackknife and supplied
        replicates, which are no picture of the sampling distribution. *bca* adds a jackknife for its acceleration,
        *studentized* 25 resamples of each resample.
    bad_units : {"raise", "drop"}
        Whether a unit that cannot be estimated is an error, or is left out with a warning and listed on the result.
    tolerance, max_iterations
        The iteration ends when no outer weight changes by more than `tolerance`.
    max_failed : float
        Share of failed replicates above which a result is refused; a warning comes above 1 %.
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
    if not isinstance(model, Model):
        raise OptionError(
            f"model must be a csindex Model, e.g. csindex.acsi() or Model.parse(text), not {model!r:.80}."
        )
    choose("bad_units", bad_units, ["raise", "drop"])
    if estimator == "ordinal":
        estimator, ordinal = "pls", True if ordinal is False else ordinal
    if replicates is None:
        replicates = 0 if estimator == "cbsem" and _usual_resampling(data) != "replicate weights" else 1000
    analytically = estimator == "cbsem" and replicates == 0
    resampling = resampling or _usual_resampling(data)
    earlier = None if weights_from is None else Carried.of(weights_from, model)
    options = Options(
        estimator=estimator,
        scheme=scheme,
        variant=variant,
        convention=convention,
        higher_order=higher_order,
        interaction=interaction,
        missing=missing,
        ordinal=ordinal,
        resampling=resampling,
        interval=interval or ("normal" if analytically or resampling in UNLIKE_SAMPLES else "percentile"),
        level=level,
        replicates=replicates,
        discrepancy=discrepancy,
        errors=errors or "normal",
        likelihood=likelihood,
        tolerance=tolerance,
        max_iterations=max_iterations,
        max_failed=max_failed,
        weights_from="" if earlier is None else earlier.words,
    )
    if earlier is not None:
        earlier.check(options)
    seed = int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) if seed is None else whole("seed", seed, 0)
    check_options(options)
    if options.estimator == "cbsem":
        check_factor_model(model, options)
    if block_size is not None:
        whole("block_size", block_size, 1)
    if whole("n_jobs", n_jobs, -64) == 0:
        raise OptionError("n_jobs=0 would leave nobody to work. Use 1, or -1 for all cores.")
    given = {"weights": weights, "strata": strata, "clusters": clusters, "by": by, "missing_codes": missing_codes}
    source, account, codes = _source(model, data, options, given)
    if estimator == "cbsem" and errors is None and source.weighted:
        options = replace(options, errors="robust")
    work = {"seed": seed, "block_size": block_size, "n_jobs": n_jobs, "progress": progress}
    stages = stages_of(model, options.higher_order, options.interaction)
    if earlier is not None and len(stages) > 1:
        raise OptionError(
            "weights_from= does not go with higher-order constructs or interactions. Fit the new wave without it."
        )

    def estimated(stage: Stage, design: Design, moments: Source) -> Kept:
        return _estimated(stage.model, design, moments, options, bad_units == "drop", work, earlier)

    result: Fit = None  # type: ignore[assignment]
    for rung in climb(stages, source, options, estimated):
        kept = rung.kept
        assert kept.estimates is not None
        result = Fit(
            model=rung.stage.model,
            design=rung.design,
            options=options,
            seed=seed,
            moments=kept.moments,
            estimates=kept.estimates,
            account=account,
            dropped=kept.dropped,
            degrees=_degrees(source, kept.numbers, options),
            missing_codes=codes,
            stage=rung.stage,
            lower=result,
            **{"replicates": None, **kept.drawn},  # type: ignore[arg-type]
        )
    if options.estimator == "cbsem":
        result = replace(result, covariance=covariance_fit(result, source, kept.numbers))
    tell(result, stacklevel=2)
    return result


def _degrees(source: Source, numbers: NDArray[np.intp], options: Options) -> Array:
    """Return the degrees of freedom (U,) of the variances: those of a design, infinite without one."""
    kind: Kind = "bootstrap" if options.analytic and isinstance(source, RowSource) else options.resampling
    if options.analytic and not isinstance(source, RowSource):
        return np.full(len(numbers), np.inf)
    sizes = [source.size(kind, unit, options.replicates) for unit in numbers.tolist()]
    return np.array([source.degrees(kind, unit, n) for unit, n in zip(numbers.tolist(), sizes, strict=True)])


def _estimated(
    model: Model,
    design: Design,
    source: Source,
    options: Options,
    drop: bool,
    work: dict[str, Any],
    earlier: Carried | None,
) -> Kept:
    """Take the moments from the source, estimate them and their replicates; units with a problem go on the way."""
    moments = source.sample()
    kept = Kept.of(moments)
    kept = kept.settle(checks.sample_problems(model, kept.moments, options), SurveyError, drop)
    kept = kept.settle(checks.block_problems(model, design, kept.moments), EstimationError, drop)
    carried = None
    if earlier is not None:
        kept = kept.settle(earlier.problems(kept.units), OptionError, drop)
        carried = earlier.weights(kept.units, len(kept.numbers))
    mean, cov = flatten(kept.moments.mean, 1), flatten(kept.moments.cov, 2)
    sample = estimate(mean, cov, design, options, carried=carried).made_from(mean, pack(cov))
    if options.missing == "fiml":
        sample = fiml_estimates(source, kept.numbers, kept.moments, sample, design, options).made_from(mean, pack(cov))
    problems = checks.estimate_problems(model, design, kept.moments, sample, options)
    kept = replace(kept, estimates=sample).settle(problems, EstimationError, drop)
    for kind, (name, wanted) in _kinds(options, source).items():
        assert kept.estimates is not None
        made_by = MomentSource(moments) if kind == "parametric" and not isinstance(source, StagedSource) else source
        drawn = replicate(made_by, kept.numbers, kept.estimates, design, options, kind=kind, wanted=wanted, **work)
        kept = replace(kept, drawn={**kept.drawn, name: drawn})
        kept = kept.settle(checks.replicate_problems(model, drawn, options), EstimationError, drop)
    if options.analytic:
        assert kept.estimates is not None
        steps = analytic(source, kept.numbers, kept.moments, kept.estimates, design, options)
        kept = replace(kept, drawn={"replicates": steps})
    return kept


def _usual_resampling(data: Any) -> Resampling:
    if isinstance(data, Moments):
        return "parametric"
    if isinstance(data, GroupedMoments):
        return "jackknife" if data.groups else "parametric"
    return "replicate weights" if isinstance(data, Survey) and data.replicate_weights is not None else "bootstrap"


def _kinds(options: Options, source: Source) -> dict[Kind, tuple[str, int]]:
    """Return the kinds of replicates that are needed: what the result calls them, and how many."""
    if not options.replicates:
        return {}
    kinds: dict[Kind, tuple[str, int]] = {options.resampling: ("replicates", options.replicates)}
    if options.interval in ("percentile", "basic", "bca", "studentized") and options.resampling in UNLIKE_SAMPLES:
        raise OptionError(
            f"interval={options.interval!r} does not go with resampling={options.resampling!r}; use 'normal'."
        )
    if options.interval in ("bca", "studentized") and options.resampling != "bootstrap":
        raise OptionError(f"interval={options.interval!r} needs resampling='bootstrap', with respondents' rows.")
    if options.interval == "bca":
        kinds["jackknife"] = ("jackknife", MOST_DELETED)
    if options.interval == "studentized":
        kinds["nested"] = ("nested", INNER)
    if source.weighted:
        kinds["simple"] = ("simple", MOST_LEFT_OUT)
    return kinds


def _source(
    model: Model, data: Any, options: Options, given: dict[str, Any]
) -> tuple[Source, Account | None, Codes | None]:
    """Return where moments come from, and the account of the rows."""
    named = [name for name, value in given.items() if value is not None]
    if isinstance(data, (Moments, GroupedMoments, Survey)) and named:
        kind = type(data).__name__
        raise OptionError(f"{', '.join(named)} cannot be given with {kind}: {kind} has been made with or without them.")
    if isinstance(data, (Moments, GroupedMoments)) and options.missing != "listwise":
        raise OptionError(f"missing={options.missing!r} needs rows; moments have none.")
    if isinstance(data, (Moments, GroupedMoments)) and options.ordinal:
        raise OptionError("ordinal items need rows: moments do not tell how often each answer was given.")
    if isinstance(data, GroupedMoments):
        grouped = data.select(model.item_names)
        checks.check_scales(model, grouped.pooled().moments)
        _check_units(grouped.units)
        return grouped, grouped.account, grouped.missing_codes
    if isinstance(data, Moments):
        moments = data.select(model.item_names)
        if moments.mean.ndim > 2:
            raise OptionError(
                f"moments with {moments.mean.ndim - 1} leading axes cannot be fitted; one axis of units is the most."
            )
        checks.check_scales(model, moments)
        _check_definite(moments)
        return MomentSource(moments), None, None
    survey = data if isinstance(data, Survey) else Survey(data, **given)
    answers = survey.answers(model.items, options.missing)
    _check_units(answers.units)
    return RowSource.of(answers, model.item_names, options), answers.account, survey.missing_codes


def _check_units(units: pd.DataFrame | None) -> None:
    clash = [] if units is None else [name for name in units.columns if name in RESERVED]
    if clash:
        raise OptionError(f"by={clash} would clash with columns of the tables. Rename these columns.")


def _check_definite(moments: Moments) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        R = moments.correlation
    least = np.linalg.eigvalsh(np.where(np.isfinite(R), R, np.eye(R.shape[-1])))[..., 0].min()
    if least < -1e-10:
        warnings.warn(
            f"the correlations are not positive definite (smallest eigenvalue {least:.2g}), e.g. because they are rounded; "
            "parametric replicates are drawn with negative eigenvalues set to 0.",
            RepairWarning,
            stacklevel=4,
        )
