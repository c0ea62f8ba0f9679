"""The result of tests of invariance: its steps and parameters as tables, and a sentence for each step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from csindex.estimation.cbsem.groups import EQUAL, Step
from csindex.fitting.result import Fit
from csindex.messages import Language, Message, Several, listed
from csindex.text import html
from csindex.text.document import Bullets, Section
from csindex.text.result import Result

CFI_FALLS, RMSEA_RISES = 0.010, 0.015
SMALL_SAMPLE, SMALL_CFI_FALLS, SMALL_RMSEA_RISES = 300, 0.005, 0.010
SHOWN = ("step", "equal", "chisq", "df", "p", "cfi", "rmsea", "srmr", "cfi_change", "rmsea_change")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Invariance(Result):
    """The result of `csindex.invariance`.

    Attributes
    ----------
    result : Fit
        The groups' own solutions.
    steps : data frame
        ``step, equal, chisq, df, p, cfi, tli, rmsea, rmsea_lower, rmsea_upper, srmr, aic, bic``, then the changes from the step
        before (of *structural* from *scalar*): ``chisq_change, df_change, p_change, cfi_change, rmsea_change``.
    parameters : data frame
        ``step``, unit columns, ``lhs, op, rhs, estimate, se, lower, upper, p``; ``~1`` are intercepts of items and means of
        constructs (of those with sources: their intercepts), which are 0 in the first group.
    """

    result: Fit
    steps: pd.DataFrame
    parameters: pd.DataFrame

    TABLES: ClassVar = {"steps": "steps", "parameters": "parameters"}

    def blocks(self, lang: Language) -> Iterator[Section]:
        """Yield a sentence for each step, and by what the changes can be judged."""
        yield from self.brief(lang)
        yield Section("", (Bullets((_method(self, lang),), ""),))

    def brief(self, lang: Language) -> Iterator[Section]:
        """Yield a sentence for each step."""
        said = (_sentence(row, self, lang) for row in self.steps.to_dict("records"))
        yield Section("", (Bullets(tuple(said), ""),))

    def _repr_html_(self) -> str:
        frame = self.steps[list(SHOWN)]
        digits = {**dict.fromkeys(SHOWN, 3), "chisq": 1}
        return html.write(self.brief("en"), [html.as_table(frame, _say("en", "steps"), ".steps", digits)])


def _say(lang: Language, key: str, **values: object) -> str:
    return Message(f"invariance.{key}", **values).text(lang)


def equal_parameters(step: Step) -> Message | Several:
    """Return which parameters a step holds equal, e.g. ``"loadings and intercepts"``."""
    found = [Message(f"invariance.equal_{role}") for role in EQUAL[step]]
    return listed(found) if found else Message("invariance.equal_nothing")


def _limits(found: Invariance) -> tuple[float, float]:
    """Return by how much CFI may fall and RMSEA may rise."""
    small = found.result.moments.n_eff.sum() <= SMALL_SAMPLE
    return (SMALL_CFI_FALLS, SMALL_RMSEA_RISES) if small else (CFI_FALLS, RMSEA_RISES)


def _sentence(row: Mapping[Any, Any], found: Invariance, lang: Language) -> str:
    step = Message(f"invariance.name_{row['step']}")
    fit = _say(lang, "fit", **{name: row[name] for name in ("chisq", "df", "cfi", "rmsea")})
    if row["df_change"] != row["df_change"]:
        return _say(lang, "first_step", step=step, fit=fit)
    p = "p < .001" if row["p_change"] < 0.001 else f"p = {row['p_change']:.3f}"
    change = _say(lang, "change", p=p, **{name: row[f"{name}_change"] for name in ("chisq", "df", "cfi", "rmsea")})
    equal = equal_parameters(row["step"])
    return _say(lang, "step", step=step, equal=equal, fit=fit, change=change, verdict=_verdict(row, found))


def _verdict(row: Mapping[Any, Any], found: Invariance) -> Message:
    falls, rises = _limits(found)
    changes = (("CFI", -row["cfi_change"], falls), ("RMSEA", row["rmsea_change"], rises))
    wide = [name for name, change, limit in changes if change >= limit]
    if wide:
        return Message("invariance.in_doubt", measures=listed(wide))
    if row["p_change"] < 1 - found.result.options.level:
        return Message("invariance.not_by_chisq")
    return Message("invariance.holds", allowed=Message(f"invariance.allowed_{row['step']}"))


def _method(found: Invariance, lang: Language) -> str:
    falls, rises = _limits(found)
    assert found.result.units is not None
    size = Message("invariance.at_most" if falls == SMALL_CFI_FALLS else "invariance.more_than")
    counts = {"groups": len(found.result.units), "answers": found.result.moments.n.sum(), "limit": SMALL_SAMPLE}
    return _say(lang, "how", falls=falls, rises=rises, size=size, **counts)
