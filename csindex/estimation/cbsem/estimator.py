"""Covariance structure models."""

from csindex.estimation.cbsem.analytic import analytic
from csindex.estimation.cbsem.checks import check_factor_model
from csindex.estimation.cbsem.estimates import adjusted, factor_estimates, implied_correlations
from csindex.estimation.cbsem.fiml import fiml_estimates
from csindex.estimation.cbsem.row_errors import moment_weights
from csindex.estimation.estimates import Estimates
from csindex.estimation.estimator import Estimator, Sampled
from csindex.estimation.replicates import Replicates
from csindex.model.design import Design
from csindex.model.model import Model
from csindex.moments.missing import policy_of
from csindex.options import Errors, Options
from csindex.stacks.layout import Array


class CovarianceStructure(Estimator):
    """A covariance structure model of common factors (Jöreskog 1970)."""

    name = "cbsem"
    unconverged = "overlap"
    inadmissible = "advice_cbsem"
    own_options = ("discrepancy",)
    common_factors = True
    covariance_structure = True
    instruments = False
    analytic = True
    default_replicates = 0

    def check(self, model: Model, options: Options) -> None:
        """Raise an error if a model cannot be one of covariance structure, or an option does not go with one."""
        check_factor_model(model, options)

    def estimate(
        self, mean: Array, cov: Array, design: Design, options: Options, start: Array | None, given: Array | None
    ) -> Estimates:
        """Estimate every member of a stack; `given` are the weights of the moments under DWLS."""
        return factor_estimates(mean, cov, design, options, start, given)

    def start(self, sample: Estimates) -> Array:
        """Return the parameters (..., q)."""
        return sample.theta

    def usual_errors(self, options: Options, *, rows: bool = False, weighted: bool = False) -> Errors:
        """Return robust errors where there are rows to say how answers vary, as those of satisfied customers are not normal."""
        complete = policy_of(options).complete or policy_of(options).full_information
        from_rows = rows and complete and not options.replicates
        return "robust" if weighted or adjusted(options) or from_rows else "normal"

    def from_moments(self, options: Options) -> bool:
        """Return whether moments are fitted without weights or variances that rows tell."""
        return not adjusted(options)

    def given(self, units: Sampled) -> Array | None:
        """Return the weights (U, p(p+1)/2) of the moments under DWLS."""
        return moment_weights(units.source, units.numbers, units.moments, units.design, units.options)

    def from_rows(self, units: Sampled, estimates: Estimates) -> Estimates:
        """Return the estimates by full-information maximum likelihood where it is asked for."""
        if not policy_of(units.options).full_information:
            return estimates
        found = fiml_estimates(units.source, units.numbers, units.moments, estimates, units.design, units.options)
        return found.made_from(estimates.mean, estimates.packed)

    def analytic_replicates(self, units: Sampled, estimates: Estimates) -> Replicates:
        """Return small steps along the directions of sampling variation; see `csindex.estimation.cbsem.analytic`."""
        return analytic(units.source, units.numbers, units.moments, estimates, units.design, units.options)

    def implied_correlations(self, estimates: Estimates, design: Design, options: Options) -> Array:
        """Return Σ of the parameters as correlations (m, p, p)."""
        return implied_correlations(estimates, design, options)
