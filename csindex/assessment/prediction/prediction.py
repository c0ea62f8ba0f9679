"""What prediction gives: tables of errors, tests, and a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from csindex.assessment.prediction import prediction_text
from csindex.fitting import display
from csindex.fitting.result import Fit


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Prediction:
    """The result of `csindex.predict`. It holds no respondents' rows.

    Tables begin with the unit columns of ``by=`` and end with ``estimate, se, lower, upper``. Standard errors are over
    respondents (delta method; within the sampling design where there is one). They take the losses of different respondents
    to be independent; as training sets overlap, that holds approximately.

    Attributes
    ----------
    result : Fit
        Of the whole sample, without replicates.
    items : data frame
        ``construct, item, metric, predictor, spread, estimate, ...``. *metric*: rmse and mae on the question's scale, q2 = 1 -
        Σe²/Σ(x - training mean)². *predictor*: the model (pls), the linear model (lm), the training mean (mean), and the
        difference of the first two (pls - lm), negative where the model is better. *spread* is the standard deviation over
        the repeats.
    constructs : data frame
        The same of respondents' index scores, 0-100: ``construct, metric, predictor, ...``.
    cvpat : data frame
        ``construct, benchmark, loss, loss_benchmark, estimate, ..., p``: mean losses (square errors, averaged over the
        construct's items), and their difference, negative where the model is better; for each construct and *overall*, against
        the indicators' averages (mean) and the linear model (lm). p is two-sided.
    power : data frame
        ``construct, items, better, power``: how many items the model predicts with a smaller RMSE than the linear model, and
        what Shmueli et al. (2019) call that: none, low (the minority), medium (half or more), high (all).
    in_sample : data frame
        As `items`, of the rows in the training sets (predictions averaged over them): how well the model fits what it has seen.
    folds : data frame
        ``repeat, fold, train, test, status`` of every training set.
    antecedents, benchmark, average : str
    repeats, seed : int
    drawn, sampled : str
        How folds came about, and what the standard errors are over.
    failed : dict of reason to int
        Training sets that could not be estimated.
    """

    result: Fit
    items: pd.DataFrame
    constructs: pd.DataFrame
    cvpat: pd.DataFrame
    power: pd.DataFrame
    in_sample: pd.DataFrame
    folds: pd.DataFrame
    antecedents: str
    benchmark: str
    average: str
    repeats: int
    seed: int
    drawn: str
    sampled: str
    failed: Mapping[str, int] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name."""
        names = ("items", "constructs", "cvpat", "power", "in_sample", "folds")
        return {name: getattr(self, name) for name in names}

    def summary(self) -> str:
        """Return the prediction as text: how well, compared with what, and how it was computed."""
        return prediction_text.full(self)

    def __repr__(self) -> str:
        return prediction_text.short(self)

    def _repr_html_(self) -> str:
        return display.page(
            repr(self).partition("More:")[0],
            [
                display.as_table(self.power, "Predictive power", ".power"),
                display.as_table(self.cvpat, "Differences of loss (CVPAT)", ".cvpat"),
            ],
        )
