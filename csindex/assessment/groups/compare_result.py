"""What a comparison of groups gives: tables of differences and tests, and a text."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from csindex.assessment.groups.groups import ADJUSTMENTS, labels_of
from csindex.assessment.groups.quantities import LABELS, UNITS
from csindex.fitting.result import Fit
from csindex.replicates.intervals import INTERVALS
from csindex.text import html

WIDTH, SHOWN = 88, 12
_MEANT = {
    "index": "index scores, 0–100",
    "paths": "standardized path coefficients",
    "impacts": f"driver weights, {UNITS['impacts']} on the driver",
    "total": "standardized total effects",
    "weights": "outer weights",
    "loadings": "loadings",
    "index_weights": "index weights",
    "r2": "R²",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """The result of `csindex.compare`.

    Attributes
    ----------
    result : Fit
        The groups' own estimates.
    differences : data frame
        A row for each pair of groups and parameter: ``quantity``, the parameter's labels, ``group_1, group_2, estimate_1,
        estimate_2, estimate`` (the first less the second), ``se, lower, upper, p, p_adjusted, mga``, and with
        permutations ``p_permutation, p_permutation_adjusted``. *mga* is Henseler's probability that the first group's
        parameter is not larger than the second's: below 0.05 the first is larger, above 0.95 the second, at 5% for a
        direction that was named beforehand. It needs independent samples with bootstrap or parametric replicates.
    omnibus : data frame
        Tests that all groups are equal: ``quantity``, labels, ``test, statistic, df, df_error, p, p_adjusted``. *wald* is
        Welch's F on the estimates and their standard errors (for a sampling design the Wald test of their joint
        covariance), with paths, effects, loadings and R² on Fisher's z scale; *permutation* has the variance between the groups, weighted by effective answers, as its statistic;
        *d_ULS* and *d_G* are the average distances between the groups' model-implied correlations of the items (Klesel,
        Schuberth, Henseler & Dijkstra 2019), with permutation p-values.
    adjust : str
        How p-values are adjusted, over all rows of a quantity (and test).
    reference : group or None
    permutations, seed : int
    shuffled : str
        What was shuffled.
    failed : dict of reason to int
        Permutations that could not be estimated.
    """

    result: Fit
    differences: pd.DataFrame
    omnibus: pd.DataFrame
    adjust: str
    reference: Any = None
    permutations: int = 0
    seed: int = 1
    shuffled: str = ""
    failed: Mapping[str, int] = field(default_factory=dict)

    def summary(self) -> str:
        """Return the comparison as text: what differs, whether anything does, and how it was tested."""
        parts = [self._headline()]
        parts += [self._quantity(str(name)) for name in self.differences["quantity"].unique()]
        if (self.omnibus["quantity"] == "model").any():
            parts.append(self._distances())
        return "\n\n".join([*parts, self._method()])

    def __repr__(self) -> str:
        lines = [self._headline()]
        lines += [self._verdict(str(name)) for name in self.differences["quantity"].unique()]
        return "\n".join([*lines, "More: .summary(), .differences, .omnibus, .result"])

    def _repr_html_(self) -> str:
        known = self.differences.dropna(axis=1, how="all").sort_values("p_adjusted", kind="stable")
        return html.page(
            repr(self).partition("More:")[0],
            [html.as_table(known, "Differences, the clearest first", ".differences")],
        )

    @property
    def _alpha(self) -> float:
        return 1 - self.result.options.level

    def _headline(self) -> str:
        units, sample = self.result.units, self.result.sample
        assert units is not None
        names = [f"{name} ({n:,})" for name, n in zip(labels_of(units), sample["n"], strict=True)]
        more = f", ... {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        said = f"{len(names)} groups (answers): {', '.join(names[:SHOWN])}{more}."
        return textwrap.fill(said, WIDTH)

    def _verdict(self, name: str) -> str:
        frame = self.differences[self.differences["quantity"] == name]
        tested = frame["p_adjusted"].notna()
        meant = _MEANT.get(name, name)
        if not tested.any():
            return f"{meant}: {len(frame)} differences; without replicates nothing is known of their uncertainty."
        found = int((frame["p_adjusted"] < self._alpha).sum())
        how = "" if self.adjust == "none" else f" after {ADJUSTMENTS[self.adjust].split(' (')[0]} adjustment"
        return f"{meant}: {found} of {int(tested.sum())} differences are clear of 0 at {self._alpha:.3g}{how}."

    def _quantity(self, name: str) -> str:
        frame = self.differences[self.differences["quantity"] == name]
        ordered = frame.sort_values("p", kind="stable").head(SHOWN)
        digits = 1 if name in UNITS else 3
        rows = [["", "", "estimate", f"{self.result.options.level:.0%} interval", "p", "adjusted"]]
        for row in ordered.to_dict("records"):
            star = " *" if row["p_adjusted"] < self._alpha else ""
            interval = f"{row['lower']:.{digits}f} to {row['upper']:.{digits}f}" if np.isfinite(row["se"]) else "–"
            rows.append(
                [
                    parameter(row),
                    f"{row['group_1']} − {row['group_2']}",
                    f"{row['estimate']:+.{digits}f}",
                    interval,
                    _p(row["p"]),
                    _p(row["p_adjusted"]) + star,
                ]
            )
        more = [f"  ... {len(frame) - SHOWN:,} more in .differences"] if len(frame) > SHOWN else []
        first = self._verdict(name)
        return "\n".join([first[0].upper() + first[1:], *aligned(rows, 2), *more, *self._equal(name)])

    def _equal(self, name: str) -> list[str]:
        """Return for which parameters the hypothesis that all groups are equal falls."""
        units = self.result.units
        frame = self.omnibus[(self.omnibus["quantity"] == name) & (self.omnibus["test"] == "wald")]
        if units is None or len(units) < 3 or frame.empty:
            return []
        found = [
            f"{parameter(row)} (p {_p(row['p_adjusted'])})"
            for row in frame.to_dict("records")
            if row["p_adjusted"] < self._alpha
        ]
        said = (
            "The groups are not all equal in: " + ", ".join(found) if found else "No parameter differs over all groups"
        )
        return [textwrap.fill(f"{said}.", WIDTH, initial_indent="  ", subsequent_indent="  ")]

    def _distances(self) -> str:
        frame = self.omnibus[self.omnibus["quantity"] == "model"].set_index("test")
        said = ", ".join(f"{test} {row['statistic']:.3f} (p {_p(row['p'])})" for test, row in frame.iterrows())
        low = bool((frame["p"] < self._alpha).any())
        verdict = "differ between the groups" if low else "are compatible with being the same in all groups"
        return textwrap.fill(f"The model as a whole: the correlations that it implies {verdict}: {said}.", WIDTH)

    def _method(self) -> str:
        options, result = self.result.options, self.result
        lines = []
        if result.replicates is not None:
            lines.append(
                f"Intervals and p: {options.interval}, from {result.replicates.words} with {options.replicates:,} "
                f"replicates of each group, seed {result.seed}."
            )
        lines.append(self._adjustment())
        lines += self._floor()
        if self.permutations:
            failed = sum(self.failed.values())
            why = f" ({', '.join(f'{reason}: {count:,}' for reason, count in self.failed.items())})" if failed else ""
            lines.append(
                f"Permutations: {self.permutations:,} of {self.shuffled}, seed {self.seed}; {failed:,} failed{why}. With more "
                "than two groups a pair is shuffled by itself."
            )
        lines.append("Before paths or levels are compared, measurement should be invariant: see csindex.micom.")
        return "How this was tested\n" + "\n".join(
            textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in lines
        )

    def _adjustment(self) -> str:
        counts = self.differences.groupby("quantity", sort=False)["p"].count()
        over = ", ".join(f"{count} of {name}" for name, count in counts.items())
        if self.adjust == "none":
            return f"p-values are not adjusted for their number ({over}): expect some false differences."
        return (
            f"Adjusted p: {ADJUSTMENTS[self.adjust]}, over all differences of a quantity ({over}); stars are adjusted p "
            f"below {self._alpha:.3g}."
        )

    def _floor(self) -> list[str]:
        """Say so where the replicates are too few for any adjusted p-value to be small."""
        options = self.result.options
        most = int(self.differences.groupby("quantity")["p"].count().max())
        least = 2 / (options.replicates + 1)
        if self.result.replicates is None or not INTERVALS[options.interval].distribution or self.adjust == "none":
            return []
        if least * most < self._alpha:
            return []
        return [
            f"{options.replicates:,} replicates can show no p below {least:.2g}, which adjusted over {most} tests is "
            f"{min(1.0, least * most):.2g}: use replicates={_round(2 * most / self._alpha):,} or more, or interval='normal'."
        ]


def parameter(row: Mapping[Any, Any]) -> str:
    """Return a parameter's labels as text, e.g. ``Quality → Satisfaction``."""
    there = {name: str(row[name]) for name in LABELS if isinstance(row.get(name), str)}
    if "source" in there:
        return f"{there['source']} → {there['target']}"
    return there.get("item") or there.get("construct") or ""


def aligned(rows: list[list[str]], labels: int) -> list[str]:
    """Return lines of a table whose first columns are labels and the others numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(
            cell.ljust(width) if at < labels else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]  # fmt: skip


def _p(p: float) -> str:
    return "–" if not np.isfinite(p) else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _round(least: float) -> int:
    """Return the next round number of replicates."""
    return int(np.ceil(least / 1000) * 1000)
