"""What prediction gives: tables of errors, tests, and a text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from csindex.assessment.groups.compare_result import aligned
from csindex.assessment.groups.groups import labels_of
from csindex.fitting.result import Fit
from csindex.text import html

WIDTH, SHOWN = 88, 12
_KNOWN = {
    "earliest": "predicted from the items of the exogenous constructs, through the whole model (earliest antecedents)",
    "direct": "predicted from the items of the construct's own sources (direct antecedents)",
}
_BENCHMARKS = {
    "exogenous": "the items of the exogenous constructs",
    "antecedents": "the items of the construct's own sources",
    "all": "all items outside its construct (seminr's benchmark)",
    "origin": "the items of the exogenous constructs, without an intercept (cSEM's benchmark)",
}
_MEANT = {
    "none": "no predictive power: the linear model has the smaller error for every item",
    "low": "low predictive power: a minority of items",
    "medium": "medium predictive power: half of the items or more",
    "high": "high predictive power: all items",
}


def short(prediction: Prediction) -> str:
    """Return the verdict."""
    return "\n".join(
        [*_verdicts(prediction), "More: .summary(), .items, .constructs, .cvpat, .power, .in_sample, .folds"]
    )


def full(prediction: Prediction) -> str:
    """Return everything that a reader needs to use and to repeat the result."""
    parts = ["\n".join(_verdicts(prediction))]
    if prediction.result.units is None:
        parts += [_items(prediction), _indices(prediction), _cvpat(prediction)]
    else:
        parts.append(_units(prediction))
    return "\n\n".join([*parts, _method(prediction)])


def _verdicts(prediction: Prediction) -> list[str]:
    units = prediction.result.units
    target = prediction.result.model.target
    if units is not None:
        judged = target if target in set(prediction.power["construct"]) else "all"
        counts = prediction.power.loc[prediction.power["construct"] == judged, "power"].value_counts()
        said = ", ".join(f"{counts[name]} {name}" for name in ("high", "medium", "low", "none") if name in counts)
        return [_wrapped(f"Predictive power for {judged} in {len(units):,} units (Shmueli et al. 2019): {said}.")]
    power = prediction.power.set_index("construct")
    lines = []
    q2 = prediction.items[(prediction.items["metric"] == "q2") & (prediction.items["predictor"] == "pls")]
    below = q2.loc[q2["estimate"] <= 0, "item"].tolist()
    lines.append(
        f"Q²: the model predicts {len(q2) - len(below)} of {len(q2)} items better than their mean does"
        + (f"; not {', '.join(below)}." if below else ".")
    )
    for name, what in (("all", "all endogenous constructs"), (target, target)):
        if name in power.index:
            row = power.loc[name]
            meant = _MEANT[str(row["power"])]
            lines.append(
                f"Against the linear model, {what}: {row['better']} of {row['items']} items have the smaller RMSE — {meant} "
                "(Shmueli et al. 2019)."
            )
    overall = prediction.cvpat[prediction.cvpat["construct"] == "overall"]
    lines += [_loss_sentence(row, prediction) for row in overall.to_dict("records")]
    return [_wrapped(line) for line in lines]


def _loss_sentence(row: dict[Any, Any], prediction: Prediction) -> str:
    other = {"mean": "the items' averages", "lm": "the linear model"}[str(row["benchmark"])]
    sure = row["p"] < 1 - prediction.result.options.level
    how = "is smaller than" if row["estimate"] < 0 else "is larger than"
    verdict = f"{how} that of {other}" if sure else f"cannot be told from that of {other}"
    return (
        f"CVPAT overall: the model's loss {verdict} (difference {row['estimate']:+.3f}, "
        f"{prediction.result.options.level:.0%} interval {row['lower']:+.3f} to {row['upper']:+.3f}, p {_p(row['p'])})."
    )


def _wide(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a row for each target and a column for each metric and predictor."""
    named = frame.assign(column=frame["metric"] + " " + frame["predictor"])
    return named.pivot_table(index=keys, columns="column", values="estimate", sort=False)


def _items(prediction: Prediction) -> str:
    wide = _wide(prediction.items, ["construct", "item"])
    q2 = prediction.items[(prediction.items["metric"] == "q2") & (prediction.items["predictor"] == "pls")]
    ends = q2.set_index("item")
    rows = [["", "", "Q²", f"{prediction.result.options.level:.0%} interval", "RMSE", "linear", "MAE", "linear"]]
    for (construct, item), row in zip(wide.index.tolist(), wide.to_dict("records"), strict=True):
        low, high = ends["lower"][item], ends["upper"][item]
        rows.append(
            [str(construct), str(item), f"{row['q2 pls']:.3f}", f"{low:.3f} to {high:.3f}"]
            + [f"{row[name]:.3f}" for name in ("rmse pls", "rmse lm", "mae pls", "mae lm")]
        )
    return "\n".join(["Items, on their questions' scales", *aligned(rows, 2)])


def _indices(prediction: Prediction) -> str:
    wide = _wide(prediction.constructs, ["construct"])
    rows = [["", "Q²", "RMSE", "linear", "mean"]]
    rows += [
        [str(name), f"{row['q2 pls']:.3f}", *(f"{row[f'rmse {one}']:.1f}" for one in ("pls", "lm", "mean"))]
        for name, row in wide.iterrows()
    ]
    return "\n".join(["Respondents' index scores, points of 100", *aligned(rows, 1)])


def _cvpat(prediction: Prediction) -> str:
    rows = [["", "against", "loss", "theirs", "difference", f"{prediction.result.options.level:.0%} interval", "p"]]
    rows += [
        [
            row["construct"],
            {"mean": "averages", "lm": "linear"}[row["benchmark"]],
            f"{row['loss']:.3f}",
            f"{row['loss_benchmark']:.3f}",
            f"{row['estimate']:+.3f}",
            f"{row['lower']:+.3f} to {row['upper']:+.3f}",
            _p(row["p"]),
        ]
        for row in prediction.cvpat.to_dict("records")
    ]
    return "\n".join(["CVPAT: mean square errors; negative differences favour the model", *aligned(rows, 2)])


def _units(prediction: Prediction) -> str:
    result = prediction.result
    units = result.units
    assert units is not None
    names, target = labels_of(units), result.model.target
    chosen = prediction.constructs
    if target not in set(chosen["construct"]):
        target = str(chosen["construct"].iloc[-1])
    chosen = chosen[(chosen["construct"] == target) & (chosen["predictor"] == "pls")]
    q2, rmse = (chosen[chosen["metric"] == name] for name in ("q2", "rmse"))
    rows = [["", "Q²", f"{result.options.level:.0%} interval", "RMSE"]]
    for name, a, b in zip(names[:SHOWN], q2.to_dict("records"), rmse.to_dict("records"), strict=False):
        rows.append(
            [str(name), f"{a['estimate']:.3f}", f"{a['lower']:.3f} to {a['upper']:.3f}", f"{b['estimate']:.1f}"]
        )
    more = [f"  ... {len(names) - SHOWN:,} more in .constructs"] if len(names) > SHOWN else []
    return "\n".join([f"Respondents' {target} index, points of 100", *aligned(rows, 1), *more])


def _method(prediction: Prediction) -> str:
    result = prediction.result
    failed = sum(prediction.failed.values())
    why = f" ({', '.join(f'{reason}: {count:,}' for reason, count in prediction.failed.items())})" if failed else ""
    averaged = {
        "losses": "A respondent's losses are averaged over the repeats",
        "predictions": "A respondent's predictions are averaged over the repeats before losses are taken",
    }[prediction.average]
    account = result.account
    rows = f"{account.used:,} of {account.rows:,} rows used. " if account is not None else ""
    lines = [
        f"{rows}PLSpredict (Shmueli, Ray, Velasquez Estrada & Chatla 2016): {prediction.drawn}; {failed:,} of "
        f"{len(prediction.folds):,} training sets failed{why}.",
        f"Items are {_KNOWN[prediction.antecedents]}. Linear model: each item regressed on {_BENCHMARKS[prediction.benchmark]}.",
        f"{averaged}. Intervals: Student's t over {prediction.sampled}, delta method; that training sets overlap is left out.",
        "CVPAT: paired t test of mean losses (Liengaard et al. 2021; Sharma et al. 2022).",
    ]
    return "How this was computed\n" + "\n".join(
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in lines
    )


def _p(p: float) -> str:
    return "–" if p != p else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="  ")


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
        return full(self)

    def __repr__(self) -> str:
        return short(self)

    def _repr_html_(self) -> str:
        return html.page(
            repr(self).partition("More:")[0],
            [
                html.as_table(self.power, "Predictive power", ".power"),
                html.as_table(self.cvpat, "Differences of loss (CVPAT)", ".cvpat"),
            ],
        )
