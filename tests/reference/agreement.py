"""Write docs/agreement.md: how far csindex is from other programs, from the same comparisons as the tests.

    python -m tests.reference.agreement FOLDER

FOLDER holds data/ and reference/: respondents' rows and the resamples that the programs drew.
"""

import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

import csindex as csi
from tests.reference import moment_runs as survey
from tests.reference import prediction_runs as prediction
from tests.reference import quality_runs as quality
from tests.reference.agreement_words import (
    ABOUT,
    BOOTSTRAP,
    COVARIANCE,
    DEFINITIONS,
    ESTIMATES,
    MEASURES,
    MONTE_CARLO,
    ORDINAL,
    PLSC,
    PREDICTION,
    PREDICTIONS,
    QUALITY,
    QUALITY_WORDS,
    STAGES,
    TABLES,
    WORDS,
)
from tests.reference.lavaan import lavaan_runs as covariance
from tests.reference.reference_runs import (
    PROGRAMS,
    comparisons,
    difference,
    figures,
    gap,
    importance_performance,
    moments,
    rescaled,
    runs,
    series,
)
from tests.reference.seminr import stage_runs as stages
from tests.reference.stored import stored

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agreement.md"
Cells = Iterator[tuple[str, str, float]]
"""Column, row and difference of a comparison."""


def table(cells: Iterable[tuple[str, str, float]]) -> pd.DataFrame:
    """Return the largest difference of each row and column, in the order in which they come."""
    found = pd.DataFrame(cells, columns=["column", "row", "difference"])
    assert found.difference.notna().all()
    wide = found.pivot_table(index="row", columns="column", values="difference", aggfunc="max")
    return wide.loc[found.row.unique(), found.column.unique()]


def named(column: str, words: dict[str, str], gaps: Iterable[tuple[str, float]]) -> Cells:
    """Yield the gaps that have words."""
    yield from ((column, words[name], value) for name, value in gaps if name in words)


def rows(folder: Path, name: str = "mobi") -> pd.DataFrame:
    return pd.read_csv(folder / "data" / f"{name}.csv")


def corrected(program: str, run: str) -> bool:
    return "estimator" in runs(program)[run]["settings"]


def versions(plsc: bool) -> dict[str, str]:
    heads = {}
    for program, name in PROGRAMS.items():
        count = sum(corrected(program, run) == plsc for run in runs(program))
        heads[name] = f"{name} {figures(program)['meta']['version']} ({count} runs)"
    return heads


def estimates(plsc: bool) -> pd.DataFrame:
    heads = versions(plsc)
    cells = [
        (heads[PROGRAMS[program]], WORDS[quantity], difference(program, name, quantity))
        for program, name, quantity in comparisons()
        if corrected(program, name) == plsc
    ]
    if not plsc:
        cells += [(heads[program], WORDS[quantity], found) for program, quantity, found in on_hundred()]
    wide = table(cells)
    return wide.loc[[word for word in WORDS.values() if word in wide.index]]


def on_hundred() -> Cells:
    """Yield what programs compute in points of the items' scales."""
    for scale in ("0-100", "1-10"):
        found = importance_performance(scale)
        yield from (("cSEM", q, found[q]) for q in ("index_weights", "index"))
        yield "cSEM", "unit_effects", found["total"]
    for name, run in runs("plspm").items():
        if "original_mean" in run:
            # On 1-10; a point of that is a ninth of 100.
            yield from (("plspm", q, value * 100 / 9) for q, value in rescaled(name).items())


def assessments() -> pd.DataFrame:
    parts = {
        "seminr": ("seminr", quality.seminr),
        "cSEM": ("cSEM", quality.csem),
        "cSEM, PLSc": ("PLSc", quality.plsc),
        "plspm": ("plspm", quality.plspm),
    }
    cells = (
        cell
        for head, (key, compare) in parts.items()
        for run in quality.FIGURES[key]
        for cell in named(f"{head} ({len(quality.FIGURES[key])} runs)", QUALITY_WORDS, compare(run))
    )
    found = table(cells)
    return found.loc[list(dict.fromkeys(QUALITY_WORDS.values()))]


def predictions(folder: Path) -> pd.DataFrame:
    mobi = rows(folder)

    def cells() -> Cells:
        for way in prediction.WAYS:
            yield from named("seminr 2.3.4", PREDICTIONS, prediction.seminr(mobi, way))
            # cSEM's Q² is another one: see below.
            yield from named("cSEM 0.6.1", PREDICTIONS, (x for x in prediction.csem(mobi, way) if x[0] != "q2"))
            for distance in (5, 7, 9, 250):
                found = prediction.sempls(mobi, way, distance)
                if found is not None:
                    yield "semPLS 1.0.10", "Q² of blindfolding by rows", found

    return table(cells())


def ordinal(folder: Path | None) -> pd.DataFrame:
    def cells() -> Cells:
        for name in survey.SAMPLES:
            words = {
                "paths": "paths from the other program's correlations",
                "weights": "outer weights from these",
                "loadings": "loadings from these",
                "consistent paths": "paths by PLSc from these",
            }
            yield from named("cSEM 0.6.1", words, survey.from_correlations(name))
            if folder is not None:
                mobi = rows(folder)
                for program, found in survey.polychoric(mobi, name).items():
                    yield {"cSEM": "cSEM 0.6.1", "lavaan": "lavaan 0.6-14"}[program], "polychoric correlations", found
                yield "cSEM 0.6.1", "thresholds", survey.thresholds(mobi, name)
                yield "cSEM 0.6.1", "paths from rows", survey.from_rows(mobi, name)
        if folder is not None:
            found = survey.em(rows(folder, "mobi_missing"))
            yield "lavaan 0.6-14", "means by EM", found["mean"]
            yield "lavaan 0.6-14", "covariances by EM (2 to 8)", found["covariances"]

    return table(cells())


def covariance_models(folder: Path | None) -> pd.DataFrame:
    found = table(covariance_cells(folder))
    return found.loc[[word for word in dict.fromkeys(MEASURES.values()) if word in found.index]]


def covariance_cells(folder: Path | None) -> Cells:
    for model, run in covariance.RUNS:
        if run != "MLR" or folder is not None:
            data = rows(folder) if folder is not None and run == "MLR" else moments("mobi")
            theirs, result = covariance.lavaan(model, run), covariance.fitted(model, run, data)
            head = run.replace("_wishart", ", Wishart") if model == "reduced" else "ML and MLR, full model"
            yield from named(head, MEASURES, covariance_gaps(model, run, theirs, result))
    for run in ("ML", "MLR", "GLS", "ULS"):
        theirs = covariance.lavaan("Holzinger", run)["measures"]
        skipped = covariance.NOT_OURS.get(("reduced", run), ())
        yield from named(run, MEASURES, covariance.measures(theirs, covariance.abilities(run), skipped))
    for method in ("ML", "GLS", "ULS"):
        yield from named(method, MEASURES, covariance.democracy(method))
    schools = csi.invariance(covariance.HOLZINGER, covariance.holzinger(), by="school", steps=["strict"])
    groups = "ML, two groups"
    yield from named(groups, MEASURES, covariance.steps(figures("lavaan")["Holzinger groups"], schools))
    if folder is not None:
        halves, theirs = covariance.in_halves(rows(folder)), figures("lavaan")["groups"]
        yield from named(groups, MEASURES, covariance.steps(theirs, halves))
        yield from named(groups, MEASURES, covariance.steps_parameters(theirs, halves))
        gaps = rows(folder, "mobi_missing")
        theirs = covariance.lavaan("missing", "listwise_ML")
        yield from named("ML", MEASURES, covariance_gaps("missing", "listwise_ML", theirs, covariance.listwise(gaps)))
        for run in covariance.ORDINAL:
            theirs, result = covariance.lavaan("ordinal", run), covariance.fitted_ordinal(run, rows(folder))
            for found in (
                covariance.ordinal_measures(theirs["measures"], result),
                covariance.parameters(theirs["parameters"], result),
                covariance.standardized(theirs["standardized"], result),
            ):
                yield from named("WLSMV, ULSMV", MEASURES, found)
        for run in covariance.FIML:
            theirs, result = covariance.lavaan("missing", run), covariance.fitted_with_gaps(run, gaps)
            yield from named("FIML", MEASURES, covariance_gaps("missing", run, theirs, result))


def covariance_gaps(model: str, run: str, theirs: dict, result: csi.Fit) -> covariance.Gaps:
    yield from covariance.measures(theirs["measures"], result, covariance.NOT_OURS.get((model, run), ()))
    if (model, run) == ("reduced", "ULS"):
        # Its standard errors are of another definition.
        yield next(iter(covariance.parameters(theirs["parameters"], result)))
    elif (model, run) != ("full", "MLR"):
        yield from covariance.parameters(theirs["parameters"], result)
    if model == "reduced" and run in ("ML", "MLR", "GLS"):
        yield from covariance.standardized(theirs["standardized"], result)


def stage_models(folder: Path | None) -> pd.DataFrame:
    words = {name: WORDS[name] for name in ("paths", "weights", "loadings", "r2")}

    def cells() -> Cells:
        yield from named("second order, two stages", words, stages.higher_order(moments("mobi")))
        if folder is not None:
            for method in stages.METHODS:
                yield from named(f"interaction, {method}", words, stages.interaction(rows(folder), method))

    return table(cells())


def bootstrap(folder: Path) -> pd.DataFrame:
    return table(bootstrap_cells(folder))


def bootstrap_cells(folder: Path) -> Cells:
    from tests.reference.resamples import MEASURES as OF_RESAMPLES
    from tests.reference.resamples import drawn, measures_of, replay, spread
    from tests.reference.resamples import estimates as again

    mobi, own = rows(folder), {"start": False, "tolerance": 1e-5}
    counts = {
        name: drawn(folder / "reference" / f"{name.lower()}_bootstrap_rows.csv.gz", len(mobi)) for name in OF_RESAMPLES
    }
    tight = {"start": True, "tolerance": 1e-10}
    for head, program, how, key in (
        ("seminr", "seminr", tight, "seminr"),
        ("cSEM", "cSEM", tight, "cSEM"),
        ("cSEM, its own rule", "cSEM", own, "cSEM"),
        ("seminr, PLSc", "seminr", tight | {"estimator": "plsc"}, "seminr PLSc"),
        ("cSEM, PLSc, its own rule", "cSEM", own | {"estimator": "plsc"}, "cSEM PLSc"),
    ):
        found, theirs = again(mobi, counts[program], **how), stored("figures/bootstrap")[key]
        for kind in ("paths", "total", "weights", "loadings", "r2"):
            # Resamples that are nearly singular dominate means and errors of consistent paths and R².
            whats = (
                ("lower", "upper") if "PLSc" in key and kind in ("paths", "r2") else ("mean", "sd", "lower", "upper")
            )
            if kind in theirs:
                ours = spread(found[kind])
                yield from ((head, WORDS[kind], gap(ours[what], series(kind, theirs[kind][what]))) for what in whats)
    for program in OF_RESAMPLES:
        yield from named(program, QUALITY_WORDS, measures_of(replay(mobi, counts[program]), program))


def markdown(found: pd.DataFrame) -> str:
    lines = [["quantity", *found.columns], ["---"] + ["---:"] * found.shape[1]]
    lines += [[str(name), *(cell(value) for value in row)] for name, row in found.iterrows()]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def cell(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.0e}" if value else "0"


def tables(folder: Path | None) -> dict[str, pd.DataFrame]:
    """Return the tables under the words before them; without a folder, what needs no respondents' rows."""
    with warnings.catch_warnings():
        # That csindex warns of these data is tested where its warnings are.
        warnings.simplefilter("ignore", csi.CsindexWarning)
        found = {ESTIMATES: estimates(plsc=False), PLSC: estimates(plsc=True), QUALITY: assessments()}
        if folder is not None:
            found[PREDICTION] = predictions(folder)
        found |= {ORDINAL: ordinal(folder), COVARIANCE: covariance_models(folder), STAGES: stage_models(folder)}
        if folder is not None:
            found[BOOTSTRAP] = bootstrap(folder)
    return found


def page(folder: Path) -> str:
    body = "".join(f"{words}\n{markdown(found)}\n" for words, found in tables(folder).items())
    return f"{ABOUT}\n{body}{MONTE_CARLO}\n{TABLES}\n{DEFINITIONS}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8")
