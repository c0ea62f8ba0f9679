"""Fit measures from F, degrees of freedom, the number of answers and the matrices (array functions)."""

from dataclasses import dataclass

import numpy as np

from csindex.estimation.cbsem.discrepancy import Distance, Method, Sample, distance, hessian, pulled
from csindex.estimation.cbsem.parameters import Parameters
from csindex.estimation.cbsem.row_errors import response
from csindex.estimation.cbsem.structure import jacobian
from csindex.stacks.last_axis import product
from csindex.stacks.layout import Array, packing


def scalings(
    theta: Array, sample: Sample, parameters: Parameters, method: Method, gap: Array, n: float
) -> tuple[float, float]:
    """Return the scaling of χ² of the model and of the baseline.

    Under ML that of Yuan & Bentler (2000) as Mplus and lavaan (MLR) compute it: (tr A⁻¹B of the saturated model less that of
    the model)/df, each at its own estimates. Under least squares that of Satorra & Bentler (1994).

    Parameters
    ----------
    theta : (q,)
    sample : Sample
        Of one member.
    parameters, method
    gap : (p, p, d)
    n : float
        By which F is multiplied.
    """
    cov = sample.cov[..., 0]
    p, df = len(cov), max(parameters.degrees(), 1)
    if method != "ML":
        model, baseline = traces(theta, sample, parameters, method, gap, n)
        return model[0] / df, baseline[0] / (p * (p - 1) / 2)
    item = np.arange(p)
    at = distance(theta[:, None], sample, parameters, method)
    saturated = n * float(np.trace(_products(at, gap, weight=sample.inverse)))
    g = pulled(at, parameters, gap)
    bread = hessian(at, sample, parameters, method)[..., 0]
    own = n * float(np.trace(np.linalg.solve(bread, g @ g.T)))
    alone = n / 2 * float(((gap[item, item] / np.diag(cov)[:, None]) ** 2).sum())
    return (saturated - own) / df, (saturated - alone) / (p * (p - 1) / 2)


def traces(
    theta: Array, sample: Sample, parameters: Parameters, method: Method, gap: Array, n: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return tr UΓ and tr (UΓ)² of the model and of the baseline under least squares, see `scalings`.

    UΓ tells how n·F is distributed (Satorra & Bentler 1994): U is the weight of what the parameters leave of the moments.
    """
    item = np.arange(len(sample.cov))
    at = distance(theta[:, None], sample, parameters, method)
    moved = response(theta, sample, parameters, method, gap, observed=False)
    place = packing(len(item))[2]
    left = gap - (jacobian(at.implied, parameters)[..., 0] @ moved)[place]
    rest = gap.copy()
    if at.each:
        rest[item, item] = 0.0
    else:
        V = at.weight[..., 0]
        rest[item, item] -= np.linalg.solve(V**2, at.weighted(gap)[item, item])
    model, baseline = (n * _products(at, each) for each in (left, rest))
    return (float(np.trace(model)), float((model**2).sum())), (float(np.trace(baseline)), float((baseline**2).sum()))


def _products(at: Distance, gap: Array, weight: Array | None = None) -> Array:
    """Return ½tr(VE_aVE_b) (d, d) of directions E (p, p, d), or ½ΣΣωE_aE_b."""
    pull = at.weighted(gap) if weight is None else Distance(at.value, at.implied, weight).weighted(gap)
    flat = (-1, gap.shape[-1])
    return np.asarray(pull.reshape(flat).T @ gap.reshape(flat) / 2)


CLOSE = 0.05
RMSEA_LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """χ² statistics (m,) of the model and of the baseline, in which items do not covary, with degrees of freedom.

    Attributes
    ----------
    chisq, baseline : (m,)
    df, baseline_df : int
    n : (m,)
        By which F was multiplied.
    groups : int
    """

    chisq: Array
    df: int
    baseline: Array
    baseline_df: int
    n: Array
    groups: int = 1


def baseline_value(sample: Sample, method: Method) -> Array:
    """Return F (m,) of the model in which items do not covary."""
    variance = np.einsum("iim->im", sample.cov)
    if method == "ML":
        return np.asarray(np.log(variance).sum(axis=0) - sample.logdet)
    if method == "DWLS":
        assert sample.weight is not None
        both = sample.weight * sample.cov**2
        return np.asarray((both.sum(axis=(0, 1)) - np.einsum("iim->m", both)) / 2)
    if method == "ULS":
        return np.asarray((np.einsum("ijm,ijm->m", sample.cov, sample.cov) - (variance**2).sum(axis=0)) / 2)
    # Least squares in the variances: ½tr(I - S⁻¹D)² is smallest where (S⁻¹∘S⁻¹)d = diag S⁻¹.
    diagonal = np.einsum("iim->mi", sample.inverse)
    d = np.linalg.solve(np.moveaxis(sample.inverse**2, -1, 0), diagonal[..., None])[..., 0]
    return np.asarray((len(variance) - (diagonal * d).sum(axis=1)) / 2)


def relative_measures(test: ChiSquare) -> dict[str, Array]:
    """Return CFI (Bentler 1990), TLI (Tucker & Lewis 1973), NFI (Bentler & Bonett 1980) and RMSEA (Steiger & Lind 1980).

    RMSEA has its 90% interval (Browne & Cudeck 1993) and ``p_close``, the p-value of the hypothesis that it is at most .05.
    """
    excess, worst = test.chisq - test.df, test.baseline - test.baseline_df
    with np.errstate(invalid="ignore", divide="ignore"):
        top = np.maximum(excess, 0)
        cfi = np.where(np.maximum(worst, top) > 0, 1 - top / np.maximum(worst, top), 1.0)
        ratio = test.baseline / test.baseline_df
        tli = (ratio - test.chisq / test.df) / (ratio - 1) if test.df else np.ones_like(ratio)
        nfi = 1 - test.chisq / test.baseline
    return {"cfi": cfi, "tli": tli, "nfi": nfi, **rmsea(test)}


def rmsea(test: ChiSquare) -> dict[str, Array]:
    """Return RMSEA = √((χ² - df)/(df·n))·√groups, with interval and ``p_close``; NaN without degrees of freedom."""
    from scipy.special import chndtr

    names = ("rmsea", "rmsea_lower", "rmsea_upper", "p_close")
    if not test.df:
        return dict.fromkeys(names, np.full(test.chisq.shape, np.nan))
    scale = test.groups / (test.df * test.n)
    tail = (1 - RMSEA_LEVEL) / 2
    point = np.sqrt(np.maximum(test.chisq - test.df, 0) * scale)
    lower, upper = (np.sqrt(noncentrality(test.chisq, test.df, share) * scale) for share in (1 - tail, tail))
    p_close = 1 - chndtr(test.chisq, test.df, CLOSE**2 / scale)
    return dict(zip(names, (point, lower, upper, p_close), strict=True))


def noncentrality(chisq: Array, df: int, share: float) -> Array:
    """Return the λ (m,) at which a noncentral χ² lies below `chisq` with probability `share`; 0 where none does."""
    from scipy.special import chndtr

    low, high = np.zeros(chisq.shape), np.maximum(2 * chisq, 10.0) + 10 * np.sqrt(2 * df)
    none = ~(chndtr(chisq, df, 0.0) > share)
    for _ in range(100):
        middle = (low + high) / 2
        above = chndtr(chisq, df, middle) > share
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(none, 0.0, (low + high) / 2)


def residual_measures(sample: Sample, sigma: Array, inverse: Array, df: int, method: Method) -> dict[str, Array]:
    """Return SRMR (Bentler 1995: residuals over the sample's standard deviations), GFI and AGFI (Jöreskog & Sörbom 1986)."""
    p = len(sigma)
    sd = np.sqrt(np.einsum("iim->im", sample.cov))
    gap = sample.cov - sigma
    rows, columns = np.triu_indices(p)
    srmr = np.sqrt(((gap / (sd[:, None] * sd[None]))[rows, columns] ** 2).mean(axis=0))
    if method == "DWLS":
        assert sample.weight is not None
        off, all_ = (np.einsum("ijm,ijm->m", sample.weight, matrix**2) for matrix in (gap, sample.cov))
        gfi = 1 - off / all_
    elif method == "ULS":
        gfi = 1 - np.einsum("ijm,ijm->m", gap, gap) / np.einsum("ijm,ijm->m", sample.cov, sample.cov)
    else:
        weight = inverse if method == "ML" else sample.inverse
        off, all_ = product(weight, gap), product(weight, sample.cov)
        gfi = 1 - np.einsum("ijm,jim->m", off, off) / np.einsum("ijm,jim->m", all_, all_)
    agfi = 1 - len(rows) / df * (1 - gfi) if df else np.full(gfi.shape, np.nan)
    return {"srmr": srmr, "gfi": gfi, "agfi": agfi}


def saturated_deviance(sample: Sample) -> Array:
    """Return -2·log-likelihood per answer (m,) of normal answers with the sample's own moments, with all constants."""
    p = len(sample.cov)
    return np.asarray(p * np.log(2 * np.pi) + sample.logdet + p)


def likelihood_measures(model: Array, saturated: Array, n: Array, q: int) -> dict[str, Array]:
    """Return the log-likelihood, that of the saturated model, AIC, BIC and adjusted BIC (Sclove 1987).

    Parameters
    ----------
    model, saturated : (m,)
        -2·log-likelihood per answer.
    n : (m,)
        Number of answers.
    q : int
        Number of parameters.
    """
    deviance = n * model
    return {
        "loglik": -deviance / 2,
        "loglik_saturated": -n * saturated / 2,
        "aic": deviance + 2 * q,
        "bic": deviance + np.log(n) * q,
        "bic_adjusted": deviance + np.log((n + 2) / 24) * q,
    }


def scaled_measures(test: ChiSquare, scaling: Array, baseline_scaling: Array) -> dict[str, Array]:
    """Return χ² that allows for answers that are not normal, and CFI, TLI and RMSEA with it.

    χ²/c (Satorra & Bentler 1994; Yuan & Bentler 2000); the relative measures estimate what the population values of CFI, TLI and
    RMSEA are (Brosseau-Liard, Savalei & Li 2012; Brosseau-Liard & Savalei 2014). Without degrees of freedom there is nothing to
    scale.
    """
    from scipy.special import chdtrc

    if not test.df:
        scaling = np.full(test.chisq.shape, np.nan)
    excess, worst = test.chisq - scaling * test.df, test.baseline - baseline_scaling * test.baseline_df
    with np.errstate(invalid="ignore", divide="ignore"):
        top = np.maximum(excess, 0)
        cfi = 1 - top / np.maximum(worst, top)
        tli = 1 - excess / test.df * test.baseline_df / worst if test.df else np.full(excess.shape, np.nan)
    chisq = test.chisq / scaling if test.df else test.chisq
    scaled = ChiSquare(chisq, test.df, test.baseline, test.baseline_df, test.n / scaling, test.groups)
    ends = {name.replace("rmsea", "rmsea_robust"): value for name, value in rmsea(scaled).items() if name != "p_close"}
    return {
        "scaling": scaling,
        "chisq_scaled": chisq,
        "p_scaled": chdtrc(test.df, chisq) if test.df else scaling,
        "cfi_robust": cfi,
        "tli_robust": tli,
        **ends,
    }


def adjusted_measures(test: ChiSquare, traces: Array, baseline_traces: Array) -> dict[str, Array]:
    """Return χ² with the mean and the variance of a χ² variable, as far as it can have them, and CFI, TLI and RMSEA of it.

    a·χ² + b with a = √(df/tr(UΓ)²) and b = df - a·tr UΓ (Asparouhov & Muthén 2010), which others call scaled and shifted, or
    WLSMV; and beside it χ²·df/tr UΓ, with the mean alone (Satorra & Bentler 1994).

    Parameters
    ----------
    test : ChiSquare
    traces, baseline_traces : (m, 2)
        tr UΓ and tr (UΓ)².
    """
    from scipy.special import chdtrc

    with np.errstate(invalid="ignore", divide="ignore"):
        factor, shift = _adjustment(test.df, traces)
        baseline_factor, baseline_shift = _adjustment(test.baseline_df, baseline_traces)
        chisq = factor * test.chisq + shift
        baseline = baseline_factor * test.baseline + baseline_shift
        adjusted = ChiSquare(chisq, test.df, baseline, test.baseline_df, test.n, test.groups)
        mean_only = test.chisq * test.df / traces[:, 0]
    relative = relative_measures(adjusted)
    names = ("cfi", "tli", "rmsea", "rmsea_lower", "rmsea_upper")
    return {
        "scaling": 1 / factor,
        "shift": shift,
        "chisq_scaled": chisq,
        "p_scaled": chdtrc(test.df, chisq) if test.df else np.full(chisq.shape, np.nan),
        "chisq_mean_scaled": mean_only,
        **{
            name.replace("rmsea", "rmsea_scaled") if "rmsea" in name else f"{name}_scaled": relative[name]
            for name in names
        },
    }


def _adjustment(df: int, traces: Array) -> tuple[Array, Array]:
    if not df:
        nothing = np.full(len(traces), np.nan)
        return nothing, nothing
    factor = np.sqrt(df / traces[:, 1])
    return factor, df - factor * traces[:, 0]
