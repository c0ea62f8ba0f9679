"""Write docs/agreement.md: how far csindex is from other programs, from the same comparisons as the tests.

    PYTHONPATH=. python tests/reference/agreement.py [FOLDER]

FOLDER holds data/ and reference/ (respondents' rows and the resamples that the programs drew); without it the page has no
bootstrap section.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from reference_runs import (
    PROGRAMS,
    comparisons,
    difference,
    figures,
    gap,
    importance_performance,
    rescaled,
    runs,
    series,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agreement.md"
WORDS = {
    "paths": "path coefficients",
    "weights": "outer weights",
    "loadings": "loadings",
    "correlations": "construct correlations",
    "total": "total effects",
    "indirect": "indirect effects",
    "r2": "R²",
    "adjusted": "adjusted R²",
    "vif": "variance inflation",
    "reliability": "reliability ρ_A",
    "index_weights": "index weights",
    "index": "index (0–100)",
    "deviation": "SD of index scores",
    "unit_effects": "effects of one index point",
}
ABOUT = """\
# Agreement with other programs

Everything that csindex computes and another program computes too is compared with it, in the tests of every release. The
other programs' figures are in `tests/reference/figures/`, with their versions and settings; no program but csindex is needed
to run the comparison. This page is written by `tests/reference/agreement.py`.

All runs are of the ECSI model of a mobile phone provider (250 customers, 24 items, 7 constructs; Tenenhaus, Esposito Vinzi,
Chatelin & Lauro 2005), by the path, centroid and factorial scheme; in Mode A, in Mode B, with both mixed, with equal and with
given weights; with standardized and with centred items; and, on the same answers with one cell in 29 left empty, by listwise
deletion and by the mean.

## Estimates

The largest absolute difference over all runs. The programs' figures have twelve significant digits, so that nothing smaller
than 5e-13 can be seen for numbers below 1, 5e-12 for variance inflation, and 5e-11 for indices.
"""
BOOTSTRAP = """\

## Bootstrap, replicate by replicate

The rows of 5,000 resamples as seminr and cSEM drew them, estimated by csindex: the largest absolute difference of the
standard errors, means, and 2.5 % and 97.5 % quantiles over the resamples. seminr stops when weights change by less than 1e-7
in sum, cSEM by less than 1e-5 each; with cSEM's own rule and start, csindex agrees to the digits that are printed.
"""
MONTE_CARLO = """\

With resamples of its own, csindex is within Monte Carlo error of seminr, cSEM, plspm (5,000 resamples each) and the vignette
of semPLS (500): the ratio of two standard errors is never further from 1 than 4.5 times its own error.
"""
TABLES = """\

## Printed tables

To the last printed digit: the mobile study with centred items (as Tenenhaus et al. 2005 have it; the figures were computed
from the rows by others, the article itself was not read) and with standardized items, by the centroid and the path scheme:
paths (also those in the vignette of semPLS), R², loadings, index weights, indices, their standard deviations and slopes,
communality and GoF; and the ACSI sample of 2015 in four industries and pooled, from its moments and from its rows: paths, R²,
indices, index weights, impacts, equal-weight indices, share of complaints.

## Where definitions differ

| what | csindex | others |
|---|---|---|
| centred items, Mode A | weights by covariances (Wold's algorithm on the covariance matrix), as plspm with `scaled = FALSE` | semPLS with `scaled = FALSE` weights centred items by *correlations*; paths .015 away. With its weights given, all else agrees |
| `missing="pairwise"` | each item correlation from the rows that answered both; equal to a fit of pandas' pairwise correlations | semPLS makes scores first, missing wherever an item of the block is; paths up to .07 away |
| orientation | each construct so that its items' correlations with it sum to more than 0; replicates like the sample | seminr, cSEM and plspm leave replicates as they come out (none turns on these data); cSEM's MAXVAR and MINVAR weights have either sign |
| scores | 0–100 | plspm's have population variance 1, other programs' sample variance 1; weights of plspm for unstandardized items differ by that and by the items' range |
| index | weights divided by items' standard deviations (`convention="fornell"`) | cSEM's importance–performance map does the same; plspm's `rescale` divides only where the fit was not scaled (`convention="standardized"` gives its other figures) |

Not compared: first-component weights in a path model. cSEM and matrixpls stop at single items there; plspm's first eigenvalues
and Dillon–Goldstein ρ of each block agree.
"""


def differences() -> Iterator[tuple[str, str, float]]:
    """Yield program, quantity and difference of every comparison."""
    for program, name, quantity in comparisons():
        yield PROGRAMS[program], quantity, difference(program, name, quantity)
    for scale in ("0-100", "1-10"):
        found = importance_performance(scale)
        yield from (("cSEM", q, found[q]) for q in ("index_weights", "index"))
        yield "cSEM", "unit_effects", found["total"]
    for name, run in runs("plspm").items():
        if "original_mean" in run:
            # On 1-10; a point of that is a ninth of 100.
            yield from (("plspm", q, value * 100 / 9) for q, value in rescaled(name).items())


def estimates_table() -> str:
    found = pd.DataFrame(differences(), columns=["program", "quantity", "difference"])
    wide = found.pivot_table(index="quantity", columns="program", values="difference", aggfunc="max")
    return markdown(wide.loc[list(WORDS), list(PROGRAMS.values())].rename(index=WORDS), "quantity", versions())


def versions() -> dict[str, str]:
    counts = {program: len(runs(program)) for program in PROGRAMS}
    return {
        name: f"{name} {figures(program)['meta']['version']} ({counts[program]} runs)"
        for program, name in PROGRAMS.items()
    }


def markdown(table: pd.DataFrame, corner: str, heads: dict[str, str]) -> str:
    lines = [[corner, *(heads.get(name, name) for name in table.columns)], ["---"] + ["---:"] * table.shape[1]]
    lines += [[str(name), *("" if pd.isna(v) else f"{v:.0e}" for v in row)] for name, row in table.iterrows()]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def bootstrap_table(folder: Path) -> str:
    from resamples import drawn, estimates, spread

    mobi = pd.read_csv(folder / "data" / "mobi.csv")
    cases = {
        "seminr": ("seminr", {"start": True, "tolerance": 1e-10}),
        "cSEM": ("cSEM", {"start": True, "tolerance": 1e-10}),
        "cSEM, with its own rule": ("cSEM", {"start": False, "tolerance": 1e-5}),
    }
    columns = {}
    for head, (program, how) in cases.items():
        counts = drawn(folder / "reference" / f"{program.lower()}_bootstrap_rows.csv.gz", len(mobi))
        found, theirs = estimates(mobi, counts, **how), figures("bootstrap")[program]
        columns[head] = {
            WORDS[kind]: max(gap(v, series(kind, theirs[kind][what])) for what, v in spread(found[kind]).items())
            for kind in ("paths", "total", "weights", "loadings", "r2")
            if kind in theirs
        }
    return markdown(pd.DataFrame(columns), "quantity", {})


def page(folder: Path | None) -> str:
    rows = "" if folder is None else f"{BOOTSTRAP}\n{bootstrap_table(folder)}{MONTE_CARLO}"
    return f"{ABOUT}\n{estimates_table()}{rows}{TABLES}"


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1]) if len(sys.argv) > 1 else None), encoding="utf-8")
