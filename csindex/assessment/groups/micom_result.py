"""What MICOM gives: its steps as tables, a verdict, and a sentence for each."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from csindex.assessment.groups.groups import ADJUSTMENTS, labels_of
from csindex.fitting.result import Fit

WIDTH = 88
_ALLOWED = {
    "full": (
        "Full invariance of {who}: standardized coefficients, means and index levels may be compared between the groups, and "
        "their data may be pooled."
    ),
    "partial": (
        "Partial invariance of {who}: standardized coefficients (paths, loadings) may be compared between the groups, but "
        "their data may not be pooled, nor their means and index levels be treated as equal."
    ),
    "none": (
        "No invariance of {who}: the composite is put together differently in the groups, so neither its coefficients nor its "
        "levels may be compared."
    ),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Micom:
    """The result of `csindex.micom`.

    Attributes
    ----------
    result : Fit
        The groups' own estimates, without replicates.
    compositional : data frame
        Step 2: ``group_1, group_2, construct, correlation, quantile, p, p_adjusted, invariant``. *correlation* is c, between
        the scores that each group's weights give in both groups together; *quantile* what c exceeds in all but 1 - level of
        the permutations.
    equality : data frame
        Step 3: ``group_1, group_2, construct, aspect, estimate, lower, upper, p, p_adjusted, equal``. The *estimate* is the
        first group's mean less the second's, in standard deviations of both together (or 0–100 points, of centred
        items), or the logarithm of the ratio of their variances; *lower* and *upper* span the permutations' values.
    verdict : data frame
        ``group_1, group_2, construct, verdict``: *full*, *partial* or *none*.
    items : {"standardized", "raw"}
        Of what step 2 makes composites.
    adjust : str
        How p-values are adjusted over the pairs of groups.
    permutations, seed : int
    shuffled : str
        What was shuffled.
    failed : dict of reason to int
        Permutations that could not be estimated.
    """

    result: Fit
    compositional: pd.DataFrame
    equality: pd.DataFrame
    verdict: pd.DataFrame
    items: str
    adjust: str
    permutations: int
    seed: int
    shuffled: str
    failed: Mapping[str, int] = field(default_factory=dict)

    def summary(self) -> str:
        """Return a sentence for each step and each verdict, and how they were tested."""
        lines = [self._configural(), self._composition()]
        lines += [self._equal("3a", "mean", "means"), self._equal("3b", "variance", "variances")]
        parts = ["\n".join(map(_wrapped, lines)), "\n".join(map(_wrapped, self._verdicts())), self._method()]
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        lines = [*map(_wrapped, self._verdicts()), "More: .summary(), .compositional, .equality, .verdict, .result"]
        return "\n".join(lines)

    @property
    def _alpha(self) -> str:
        return f"{1 - self.result.options.level:.3g}"

    def _configural(self) -> str:
        model, options = self.result.model, self.result.options
        assert self.result.units is not None
        names = ", ".join(map(str, labels_of(self.result.units)))
        return (
            f"Step 1, configural invariance, holds by construction: {names} answered the same {len(model.items)} items with the "
            f"same coding and direction, and the same model was estimated by the same algorithm ({options.scheme} scheme, "
            f"{options.variant} items, {options.missing} treatment of missing answers) — whether the questions mean the same "
            "to all of them, no test can tell."
        )

    def _composition(self) -> str:
        frame = self.compositional
        broken = frame[~frame["invariant"]]
        least = frame["correlation"].min()
        if broken.empty:
            return (
                f"Step 2, compositional invariance, holds for all {frame['construct'].nunique()} constructs at {self._alpha} "
                f"(smallest correlation {least:.4f}): standardized coefficients may be compared."
            )
        texts = [
            f"{self._who(row)} (correlation {row['correlation']:.4f}, below {row['quantile']:.4f})"
            for row in broken.to_dict("records")
        ]
        return (
            f"Step 2, compositional invariance, fails at {self._alpha} for {', '.join(texts)}: coefficients of these may not be "
            "compared, those of the others may."
        )

    def _equal(self, step: str, aspect: str, many: str) -> str:
        frame = self.equality[self.equality["aspect"] == aspect]
        apart = frame[~frame["equal"]]
        if apart.empty:
            return (
                f"Step {step}, equal {many} of the composites, holds at {self._alpha} for all "
                f"{frame['construct'].nunique()} constructs, so {many} do not stand in the way of pooling."
            )
        what = "difference" if aspect == "mean" else "log ratio"
        texts = [f"{self._who(row)} ({what} {row['estimate']:+.2f})" for row in apart.to_dict("records")]
        return (
            f"Step {step}, equal {many} of the composites, fails at {self._alpha} for {', '.join(texts)}: the groups may not be "
            "pooled for these."
        )

    def _verdicts(self) -> list[str]:
        out = []
        for verdict, text in _ALLOWED.items():
            rows = self.verdict[self.verdict["verdict"] == verdict]
            if len(rows):
                out.append(text.format(who=self._all_of(rows)))
        return out

    def _all_of(self, rows: pd.DataFrame) -> str:
        """Return constructs and, with more than two groups, the pairs of each."""
        assert self.result.units is not None
        if len(self.result.units) == 2:
            return ", ".join(rows["construct"])
        out = []
        for construct, part in rows.groupby("construct", sort=False):
            every = len(part) == len(self.verdict) // self.verdict["construct"].nunique()
            pairs = [f"{a} and {b}" for a, b in zip(part["group_1"], part["group_2"], strict=True)]
            out.append(f"{construct} ({'all pairs' if every else '; '.join(pairs)})")
        return ", ".join(out)

    def _who(self, row: Mapping[object, object]) -> str:
        """Return the construct and, with more than two groups, the pair."""
        assert self.result.units is not None
        pair = f" ({row['group_1']} and {row['group_2']})" if len(self.result.units) > 2 else ""
        return f"{row['construct']}{pair}"

    def _method(self) -> str:
        failed = sum(self.failed.values())
        several = self.result.units is not None and len(self.result.units) > 2
        adjusted = f"; p-values of a step adjusted over pairs: {ADJUSTMENTS[self.adjust]}" if several else ""
        return _wrapped(
            f"MICOM (Henseler, Ringle & Sarstedt 2016): {self.permutations:,} permutations of {self.shuffled} for each pair of "
            f"groups, {failed:,} failed, seed {self.seed}; composites of {self.items} items{adjusted}."
        )


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="  ")
