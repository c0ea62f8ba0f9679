"""Make <program>/estimates.json, and figures/ of several programs, from their outputs, so that the tests run where those outputs are not.

    python -m tests.reference.extract_figures FOLDER

FOLDER holds seminr.json, csem.json and the others. Every program's matrices are turned into the same lists, in the order
that "labels" gives: effects run from source to target, correlations are below the diagonal, weights and loadings are those
of an item and its own construct. Numbers are kept as they are, with 12 significant digits. Respondents' rows are not kept;
scores of the five first respondents are.
"""

import json
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]

BLOCKS = {
    "Image": ["IMAG1", "IMAG2", "IMAG3", "IMAG4", "IMAG5"],
    "Expectation": ["CUEX1", "CUEX2", "CUEX3"],
    "Quality": ["PERQ1", "PERQ2", "PERQ3", "PERQ4", "PERQ5", "PERQ6", "PERQ7"],
    "Value": ["PERV1", "PERV2"],
    "Satisfaction": ["CUSA1", "CUSA2", "CUSA3"],
    "Complaints": ["CUSCO"],
    "Loyalty": ["CUSL1", "CUSL2", "CUSL3"],
}
SOURCES = {
    "Expectation": ["Image"],
    "Quality": ["Expectation"],
    "Value": ["Expectation", "Quality"],
    "Satisfaction": ["Image", "Expectation", "Quality", "Value"],
    "Complaints": ["Satisfaction"],
    "Loyalty": ["Image", "Satisfaction", "Complaints"],
}
CONSTRUCTS, ENDOGENOUS = list(BLOCKS), list(SOURCES)
OWNER = {item: construct for construct, items in BLOCKS.items() for item in items}
ARROWS = [(source, target) for target, sources in SOURCES.items() for source in sources]
REACHES = [(a, b) for i, a in enumerate(CONSTRUCTS) for b in CONSTRUCTS[i + 1 :]]
PAIRS = [(a, b) for i, a in enumerate(CONSTRUCTS) for b in CONSTRUCTS[:i]]
JOINED = [(source, target) for target, sources in SOURCES.items() if len(sources) > 1 for source in sources]


def arrow_names(pairs: list[tuple[str, str]]) -> list[str]:
    return [f"{a} -> {b}" for a, b in pairs]


LABELS = {
    "paths": arrow_names(ARROWS),
    "total": arrow_names(REACHES),
    "indirect": arrow_names(REACHES),
    "correlations": [f"{a} ~~ {b}" for a, b in PAIRS],
    "r2": ENDOGENOUS,
    "adjusted": ENDOGENOUS,
    "vif": arrow_names(JOINED),
    "weights": list(OWNER),
    "loadings": list(OWNER),
    "index_weights": list(OWNER),
    "index": CONSTRUCTS,
    "deviation": CONSTRUCTS,
    "reliability": CONSTRUCTS,
    "mean": list(OWNER),
    "sd": list(OWNER),
}
NO_MODES: dict[str, str] = {}
MODES = {
    "modeA": NO_MODES,
    "modeB": dict.fromkeys(CONSTRUCTS, "B"),
    "Image_B": {"Image": "B"},
    "exo_and_Quality_B": {"Image": "B", "Quality": "B"},
    "unit": dict.fromkeys(CONSTRUCTS, "equal"),
}
SCHEMES = {
    "path_weighting": "path", "path_factorial": "factorial", "pathWeighting": "path", "factor": "factorial",
    "path": "path", "centroid": "centroid", "factorial": "factorial",
}  # fmt: skip


def lookup(matrix: Json, row: str, column: str) -> float:
    return float(matrix["data"][matrix["rows"].index(row)][matrix["cols"].index(column)])


def rows_are_sources(matrix: Json, pairs: list[tuple[str, str]]) -> list[float]:
    return [lookup(matrix, source, target) for source, target in pairs]


def rows_are_targets(matrix: Json, pairs: list[tuple[str, str]]) -> list[float]:
    return [lookup(matrix, target, source) for source, target in pairs]


def own(matrix: Json) -> list[float]:
    """Return the elements of each item and its own construct, whichever of the two is in the rows."""
    upright = "IMAG1" in matrix["rows"]
    return [lookup(matrix, i, c) if upright else lookup(matrix, c, i) for i, c in OWNER.items()]


def correlations(matrix: Json) -> list[float]:
    return [lookup(matrix, a, b) for a, b in PAIRS]


def named(values: Json, names: list[str]) -> list[float]:
    return [values[name] for name in names]


def columns(frame: Json, key: str | None = None) -> list[Json]:
    """Return a data frame as rows, each with its row name under ""."""
    names = frame["columns"][key] if key else frame["row_names"]
    return [
        {"": name, **{column: values[i] for column, values in frame["columns"].items()}} for i, name in enumerate(names)
    ]


def run(modes: dict[str, str], scheme: str, data: str = "mobi", variant: str = "standardized", **figures: Any) -> Json:
    return {"settings": {"modes": modes, "scheme": scheme, "variant": variant, "data": data}, **figures}


def plsc_run(scheme: str, data: str = "mobi", **figures: Any) -> Json:
    made = run(NO_MODES, scheme, data, **figures)
    return {**made, "settings": made["settings"] | {"estimator": "plsc"}}


def seminr(folder: Path) -> Json:
    source = json.loads((folder / "seminr.json").read_text())

    def figures(found: Json) -> Json:
        r2 = found["rSquared"]
        return {
            "paths": rows_are_sources(found["path_coef"], ARROWS),
            "weights": own(found["outer_weights"]),
            "loadings": own(found["outer_loadings"]),
            "correlations": correlations(found["construct_correlations"]),
            "total": rows_are_sources(found["total_effects"], REACHES),
            "indirect": rows_are_sources(found["total_indirect_effects"], REACHES),
            "r2": [lookup(r2, "Rsq", name) for name in ENDOGENOUS],
            "adjusted": [lookup(r2, "AdjRsq", name) for name in ENDOGENOUS],
            "vif": [found["vif_antecedents"][target][source] for source, target in JOINED],
        }

    def corrected(found: Json) -> Json:
        # Of PLSc seminr gives the correlations and variance inflation of the scores, which are not corrected.
        kept = {key: value for key, value in figures(found).items() if key not in ("correlations", "vif")}
        return kept | {"reliability": [lookup(found["rho_A"], name, "rhoA") for name in CONSTRUCTS]}

    runs = {
        f"{variant} {scheme}": run(modes, SCHEMES[scheme], **figures(source["mobi"][variant][scheme]["tight"]))
        for variant, modes in MODES.items()
        for scheme in ("path_weighting", "path_factorial")
    }
    for scheme in ("path_weighting", "path_factorial"):
        found = corrected(source["mobi"]["plsc"][scheme]["tight"])
        runs[f"plsc {scheme}"] = plsc_run(SCHEMES[scheme], **found)
    for found, data in (("mean_replacement", "mean"), ("listwise", "listwise")):
        part = source["mobi_missing"]["modeA"][found]
        moments = {"mean": named(part["item_means"], list(OWNER)), "sd": named(part["item_sds"], list(OWNER))}
        runs[f"modeA missing {data}"] = run(NO_MODES, "path", data, **figures(part), **moments)
        runs[f"plsc missing {data}"] = plsc_run("path", data, **corrected(source["mobi_missing"]["plsc"][found]))
    return {"meta": source["meta"], "labels": LABELS, "runs": runs}


def csem(folder: Path) -> Json:
    source = json.loads((folder / "csem.json").read_text())
    extra = json.loads((folder / "csem_extra.json").read_text())

    def figures(found: Json) -> Json:
        return {
            "paths": rows_are_targets(found["path_coef"], ARROWS),
            "weights": own(found["weights"]),
            "loadings": own(found["loadings"]),
            "correlations": correlations(found["construct_vcv"]),
            "total": rows_are_targets(found["total_effects"], REACHES),
            "indirect": rows_are_targets(found["indirect_effects"], REACHES),
            "r2": named(found["R2"], ENDOGENOUS),
            "adjusted": named(found["R2adj"], ENDOGENOUS),
            "vif": [found["vif_inner"][target][source] for source, target in JOINED],
        }

    def corrected(found: Json) -> Json:
        return figures(found) | {"reliability": named(found["reliabilities_Q2"], CONSTRUCTS)}

    mobi = source["mobi"]
    kinds = {"modeA_nocorr": "modeA", "composite_modeA": "modeA", "modeB_nocorr": "modeB", "composite_modeB": "modeB"}
    runs = {
        f"{variant} {scheme}": run(MODES[modes], scheme, **figures(mobi[variant][scheme]))
        for variant, modes in kinds.items()
        for scheme in ("path", "centroid", "factorial")
    }
    runs["unit_nocorr"] = run(MODES["unit"], "path", **figures(mobi["other_weights"]["unit_nocorr"]))
    for kind in ("MAXVAR_nocorr", "MINVAR_nocorr", "SUMCORR_nocorr"):
        fixed = dict.fromkeys(CONSTRUCTS, "fixed")
        runs[f"{kind} given as fixed weights"] = run(fixed, "path", **figures(mobi["other_weights"][kind]))
    for found, data in (("mean_replacement", "mean"), ("listwise", "listwise")):
        part = extra["mobi_missing"][found]
        runs[f"modeA missing {data}"] = run(NO_MODES, "path", data, **figures(part["modeA_nocorr"]))
        corrections = corrected(part["PLSc"])
        # Where a correlation passes 1 cSEM has negative variance inflation, which csindex does not give.
        known = {key: value for key, value in corrections.items() if key != "vif" or min(value) >= 1}
        runs[f"PLSc missing {data}"] = plsc_run("path", data, **known)
    for scheme in ("path", "centroid", "factorial"):
        runs[f"PLSc {scheme}"] = plsc_run(scheme, **corrected(mobi["PLSc"][scheme]))
    return {
        "meta": source["meta"] | {"note_extra": extra["meta"]["note"]},
        "labels": LABELS,
        "runs": runs,
        "verify": {"PLSc": extra["mobi"]["PLSc_verify"]},
        "importance_performance": {
            scale: {
                "total": rows_are_targets(found["construct_importance"], REACHES),
                "index": named(found["construct_performance"], CONSTRUCTS),
                "index_weights": own(found["W_used"]),
                "item_importance": {
                    target: [lookup(found["indicator_importance"], target, item) for item in OWNER]
                    for target in CONSTRUCTS
                },
                "mean": named(found["indicator_performance"], list(OWNER)),
                "scores": scores(found["scores"]["first5"]),
            }
            for scale, found in (("0-100", extra["mobi"]["IPMA_0_100"]), ("1-10", extra["mobi"]["IPMA_raw_1_10"]))
        },
    }


def scores(frame: Json) -> list[list[float]]:
    order = [frame["cols"].index(name) for name in CONSTRUCTS]
    return [[row[at] for at in order] for row in frame["data"]]


def sempls(folder: Path) -> Json:
    source = json.loads((folder / "sempls.json").read_text())

    def figures(found: Json) -> Json:
        r2 = {row[""]: row for row in columns(found["rSquared2"])}
        out = {
            "paths": rows_are_sources(found["path_coefficients"], ARROWS),
            "weights": own(found["outer_weights"]),
            "loadings": own(found["outer_loadings"]),
            "correlations": correlations(found["construct_correlations"]),
            "total": rows_are_sources(found["total_effects"], REACHES),
            "r2": [r2[name]["R-squared"] for name in ENDOGENOUS],
        }
        if "scores_0_100" in found:
            rescaled = found["scores_0_100"]
            out |= {
                "index_weights": own(rescaled["normalised_weights_sum1"]),
                "index": named(rescaled["index_0_100_mean"], CONSTRUCTS),
                "deviation": named(rescaled["index_0_100_sd"], CONSTRUCTS),
                "scores": scores(rescaled["index_0_100_first5"]),
                "standardized_index_weights": own(rescaled["alt_weights_on_standardised_sum1"]),
            }
        return out

    mobi = source["mobi"]
    runs = {
        f"{variant} {scheme}": run(MODES[variant], SCHEMES[scheme], **figures(mobi[variant][scheme]["tight"]))
        for variant in ("modeA", "modeB", "Image_B")
        for scheme in ("pathWeighting", "centroid", "factorial")
    }
    runs["ECSImobi as shipped with the package"] = run(
        NO_MODES, "centroid", **figures(mobi["package_ECSImobi_centroid"])
    )
    for found, data in (("mean_replacement", "mean"), ("listwise", "listwise")):
        for scheme in ("pathWeighting", "centroid"):
            part = source["mobi_missing"][found][scheme]
            runs[f"modeA {scheme} missing {data}"] = run(NO_MODES, SCHEMES[scheme], data, **figures(part))
    pairwise = source["mobi_missing"]["pairwise"]["pathWeighting"]
    return {
        "meta": source["meta"],
        "labels": LABELS,
        "runs": runs,
        "weights_sum1": own(mobi["sum1_modeA_centroid"]["outer_weights"]),
        "unscaled": figures(mobi["unscaled_modeA_centroid"]),
        "pairwise": {"paths": rows_are_sources(pairwise["path_coefficients"], ARROWS)},
    }


def plspm(folder: Path) -> Json:
    source = json.loads((folder / "plspm.json").read_text())

    def figures(found: Json) -> Json:
        items = {row[""]: row for row in columns(found["outer_model"], "name")}
        r2 = {row[""]: row for row in columns(found["inner_summary"])}
        effects = {row[""]: row for row in columns(found["effects"], "relationships")}
        out = {
            "paths": rows_are_targets(found["path_coefs"], ARROWS),
            "weights": [items[item]["weight"] for item in OWNER],
            "loadings": [items[item]["loading"] for item in OWNER],
            "correlations": correlations(found["construct_correlations"]),
            "total": [effects[name]["total"] for name in LABELS["total"]],
            "indirect": [effects[name]["indirect"] for name in LABELS["indirect"]],
            "r2": [r2[name]["R2"] for name in ENDOGENOUS],
        }
        rescaled = found["rescaled_scores_original_units"]
        if "mean" in rescaled:  # plspm refuses to rescale with negative weights
            out |= {
                "original_mean": named(rescaled["mean"], CONSTRUCTS),
                "original_sd": named(rescaled["sd"], CONSTRUCTS),
            }
        return out

    runs = {}
    for variant in ("modeA", "modeB", "Image_B"):
        for scheme in ("path", "centroid", "factorial"):
            for kind, ours in (("scaled", "standardized"), ("unscaled", "centered")):
                found = figures(source["mobi"][variant][scheme][kind])
                runs[f"{variant} {scheme} {kind}"] = run(MODES[variant], scheme, variant=ours, **found)
    for found, data in (("mean_replacement", "mean"), ("listwise", "listwise")):
        for scheme in ("path", "centroid"):
            part = source["mobi_missing"][found][scheme]
            runs[f"modeA {scheme} missing {data}"] = run(NO_MODES, scheme, data, **figures(part))
    blocks = {row[""]: row for row in columns(source["mobi"]["modeA"]["path"]["scaled"]["unidim"])}
    return {
        "meta": source["meta"],
        "labels": LABELS,
        "runs": runs,
        "first_component": {c: {key: blocks[c][key] for key in ("DG.rho", "eig.1st")} for c in CONSTRUCTS},
    }


def matrixpls(folder: Path) -> Json:
    source = json.loads((folder / "matrixpls.json").read_text())
    targets = ENDOGENOUS

    def figures(found: Json) -> Json:
        total = found["effects"]["Total"]
        assert set(total["rows"]) == set(targets)
        return {
            "paths": rows_are_targets(found["inner"], ARROWS),
            "weights": own(found["W"]),
            "loadings": own(found["reflective"]),
            "correlations": correlations(found["C"]),
            "total": rows_are_targets(total, REACHES),
            "r2": named(found["r2"], ENDOGENOUS),
        }

    runs = {
        f"{variant} {scheme}": run(MODES[variant], SCHEMES[scheme], **figures(source["mobi"][variant][scheme]))
        for variant in ("modeA", "modeB")
        for scheme in ("path", "centroid", "factor")
    }
    for scheme in ("path", "centroid", "factor"):
        runs[f"PLSc {scheme}"] = plsc_run(SCHEMES[scheme], **figures(source["mobi"]["PLSc"][scheme]))
    unit = source["mobi"]["fixed_unit"]["estimates"]
    runs["fixed_unit"] = run(
        MODES["unit"],
        "path",
        paths=[unit[f"{target}~{source}"] for source, target in ARROWS],
        loadings=[unit[f"{construct}=~{item}"] for item, construct in OWNER.items()],
    )
    return {"meta": source["meta"], "labels": LABELS, "runs": runs}


def moments(folder: Path) -> Json:
    """Moments of the mobile survey as R computes them, whole and with the answers left out (listwise, mean)."""
    whole = json.loads((folder / "csem.json").read_text())
    gaps = json.loads((folder / "csem_extra.json").read_text())["mobi_missing"]
    answers = json.loads((folder / "seminr.json").read_text())
    items = list(OWNER)
    parts = {
        "mobi": (whole["mobi"]["modeA_nocorr"]["path"], answers["mobi"]["modeA"]["path_weighting"]["tight"]),
        "mean": (gaps["mean_replacement"]["modeA_nocorr"], answers["mobi_missing"]["modeA"]["mean_replacement"]),
        "listwise": (gaps["listwise"]["modeA_nocorr"], answers["mobi_missing"]["modeA"]["listwise"]),
    }
    return {
        "meta": {"program": "R 4.2.2, through cSEM (correlations) and seminr (means, standard deviations)"},
        "items": items,
        "samples": {
            name: {
                "n": found["construct_scores_standardized"]["n"],
                "mean": named(described["item_means"], items),
                "sd": named(described["item_sds"], items),
                "correlation": [
                    [lookup(found["indicator_correlation"], a, b) for b in items[: i + 1]] for i, a in enumerate(items)
                ],
            }
            for name, (found, described) in parts.items()
        },
    }


def bootstrap(folder: Path) -> Json:
    """Standard errors and percentile intervals of 5,000 resamples, and the paths of the first ten."""
    a = json.loads((folder / "seminr_bootstrap.json").read_text())
    b = json.loads((folder / "csem_bootstrap.json").read_text())
    c = json.loads((folder / "plspm.json").read_text())["mobi_bootstrap"]
    item = [f"{i}  ->  {j}" for i, j in OWNER.items()]

    def of_seminr(name: str, rows: list[str], kind: str = "modeA") -> Json:
        table = a[kind][name]
        wanted = {"mean": "Bootstrap Mean", "sd": "Bootstrap SD", "lower": "2.5% CI", "upper": "97.5% CI"}
        return {key: [lookup(table, row, column) for row in rows] for key, column in wanted.items()}

    def of_frame(frame: Json, rows: list[str], wanted: dict[str, str]) -> Json:
        found = {row[""]: row for row in columns(frame)}
        return {key: [found[row][column] for row in rows] for key, column in wanted.items()}

    def of_csem(name: str, rows: list[str], kind: str = "modeA_nocorr") -> Json:
        wanted = {"mean": "mean", "sd": "sd", "lower": "p2.5_type7", "upper": "p97.5_type7"}
        return of_frame(b[kind][name], rows, wanted)

    def of_plspm(name: str, rows: list[str]) -> Json:
        return of_frame(c[name], rows, {"mean": "Mean.Boot", "sd": "Std.Error"})

    def first_of_seminr(kind: str) -> list[list[float]]:
        first = a[kind]["first10_resamples_paths"]
        return [[lookup(first, name, str(i)) for name in LABELS["paths"]] for i in range(1, 11)]

    def first_of_csem(kind: str) -> list[list[float]]:
        first = b[kind]["first10_resamples_paths"]
        return [[row[first["cols"].index(name)] for name in formula] for row in first["data"]]

    arrows = [f"{s}  ->  {t}" for s, t in ARROWS]
    formula = [f"{target} ~ {source}" for source, target in ARROWS]
    return {
        "meta": {
            "seminr": a["meta"],
            "cSEM": b["meta"],
            "plspm": {"seed": c["seed"], "br": c["br"], "note": c["note"]},
        },
        "labels": LABELS,
        "seminr": {
            "paths": of_seminr("paths", arrows),
            "total": of_seminr("total_paths", [f"{s}  ->  {t}" for s, t in REACHES]),
            "weights": of_seminr("weights", item),
            "loadings": of_seminr("loadings", item),
            "first10": first_of_seminr("modeA"),
        },
        "cSEM": {
            "paths": of_csem("paths_table", formula),
            "total": of_csem("total_effects_table", [f"{t} ~ {s}" for s, t in REACHES]),
            "weights": of_csem("weights_table", [f"{c} <~ {i}" for i, c in OWNER.items()]),
            "loadings": of_csem("loadings_table", [f"{c} =~ {i}" for i, c in OWNER.items()]),
            "r2": of_csem("R2_table", ENDOGENOUS),
            "first10": first_of_csem("modeA_nocorr"),
        },
        "seminr PLSc": {
            "paths": of_seminr("paths", arrows, "plsc"),
            "loadings": of_seminr("loadings", item, "plsc"),
            "first10": first_of_seminr("plsc"),
        },
        "cSEM PLSc": {
            "paths": of_csem("paths_table", formula, "PLSc"),
            "loadings": of_csem("loadings_table", [f"{c} =~ {i}" for i, c in OWNER.items()], "PLSc"),
            "r2": of_csem("R2_table", ENDOGENOUS, "PLSc"),
            "first10": first_of_csem("PLSc"),
        },
        "plspm": {
            "paths": of_plspm("paths", LABELS["paths"]),
            "total": of_plspm("total_effects", LABELS["total"]),
            "weights": of_plspm("weights", [f"{c}-{i}" for i, c in OWNER.items()]),
            "loadings": of_plspm("loadings", [f"{c}-{i}" for i, c in OWNER.items()]),
            "r2": of_plspm("rsq", ENDOGENOUS),
        },
        "cSEM jackknife": {"paths": {"sd": [b["modeA_jackknife"]["sd"][name] for name in formula]}},
    }


MEASURES = [
    "npar", "chisq", "df", "pvalue", "chisq.scaled", "chisq.scaling.factor", "baseline.chisq", "baseline.df", "cfi", "tli",
    "nfi", "cfi.robust", "tli.robust", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "rmsea.robust",
    "rmsea.ci.lower.robust", "rmsea.ci.upper.robust", "srmr", "srmr_bentler", "gfi", "agfi", "logl", "unrestricted.logl",
    "aic", "bic", "bic2",
]  # fmt: skip


SCALED = [
    "chisq", "df", "baseline.chisq", "baseline.df", "cfi", "tli", "nfi", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr",
    "chisq.scaled", "chisq.scaling.factor", "cfi.scaled", "tli.scaled", "rmsea.scaled", "rmsea.ci.lower.scaled",
    "rmsea.ci.upper.scaled",
]  # fmt: skip


def lavaan(folder: Path) -> Json:
    """Fit measures, parameters with standard errors, and standard errors of standardized loadings and paths."""
    whole, reduced = (json.loads((folder / f"{name}.json").read_text()) for name in ("lavaan", "lavaan_reduced"))

    def table(frame: Json, names: list[str]) -> list[list[Any]]:
        return [[row[name] if row[name] is not None else "" for name in names] for row in columns(frame, "lhs")]

    def one(found: Json, wanted: list[str] = MEASURES) -> Json:
        names = ["lhs", "op", "rhs", *(["group"] if "group" in found["parameters"]["columns"] else []), "est", "se"]
        standardized = table(found["standardized_se"], ["lhs", "op", "rhs", "est.std", "se"])
        return {
            "measures": {name: found["fit_measures"][name] for name in wanted if name in found["fit_measures"]},
            "parameters": [row for row in table(found["parameters"], names) if row[1] != "|"],
            "standardized": [row for row in standardized if row[1] in ("=~", "~")],
        }

    def several(found: Json, names: list[str]) -> Json:
        return {name: one(found[name]) for name in names}

    def lower(matrix: Json) -> list[list[float]]:
        items = [item for item in OWNER if item in matrix["rows"]]
        return [[lookup(matrix, a, b) for b in items[: i + 1]] for i, a in enumerate(items)]

    steps = ["configural", "metric", "scalar", "strict"]
    school, groups = whole["HolzingerSwineford"]["multigroup_school"], reduced["mobi"]["multigroup"]["ML"]
    return {
        "meta": {**reduced["meta"], "note": "lavaan's sem() with marker loadings fixed to 1; likelihood 'normal'"},
        "full": several(whole["mobi"], ["ML", "MLR"]),
        "reduced": several(reduced["mobi"], ["ML", "MLR", "MLM", "GLS", "ULS", "ML_wishart"]),
        # Polychoric correlations, of answers halved to five categories and of all ten.
        "ordinal": {
            name: one(reduced["mobi"][name], SCALED)
            for name in ("WLSMV_collapsed5", "ULSMV_collapsed5", "WLSMV_full10", "WLSM_collapsed5")
        },
        # Weighted least squares of the answers as numbers, with the whole of Γ for the weight.
        "WLS": one(reduced["mobi"]["WLS"], ["chisq"]) | {"implied": lower(reduced["mobi"]["WLS"]["implied_cov"])},
        "missing": several(reduced["mobi_missing"], ["FIML_ML", "FIML_MLR", "listwise_ML"]),
        "groups": several(groups, [*steps, "structural"]),
        "Holzinger": several(whole["HolzingerSwineford"], ["ML", "MLR", "GLS", "ULS"]),
        "Holzinger groups": several(school, steps),
        "PoliticalDemocracy": several(whole["PoliticalDemocracy"], ["ML", "MLR", "MLM", "GLS", "ULS"]),
    }


PROGRAMS = [seminr, csem, sempls, plspm, matrixpls, lavaan]
SEVERAL = [moments, bootstrap]


def main(folder: Path, to: Path) -> None:
    names = {part: f"{part.__name__}/estimates" for part in PROGRAMS} | {
        part: f"figures/{part.__name__}" for part in SEVERAL
    }
    for part, name in names.items():
        text = json.dumps(part(folder), separators=(",", ":"))
        (to / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(__file__).parent)
