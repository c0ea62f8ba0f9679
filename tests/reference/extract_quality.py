"""Make figures/quality.json: what seminr, cSEM and plspm say of reliability, validity, fit and model choice.

    python -m tests.reference.extract_quality FOLDER

FOLDER holds their outputs; see extract_figures.py, whose labels and helpers this takes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.reference.extract_figures import (
    ARROWS,
    CONSTRUCTS,
    ENDOGENOUS,
    LABELS,
    MODES,
    OWNER,
    PAIRS,
    Json,
    lookup,
    named,
)

RELIABILITY = {"alpha": "alpha", "rho_c": "rhoC", "ave": "AVE", "rho_a": "rhoA"}
FIT = {"srmr": "SRMR", "d_uls": "dL", "d_g": "dG_ln", "nfi": "NFI"}
CRITERIA = {
    "aic": "AIC", "aicc": "AICc", "aicu": "AICu", "bic": "BIC", "fpe": "FPE", "gm": "GM", "hq": "HQ", "hqc": "HQc",
    "mallows_cp": "Mallows_Cp",
}  # fmt: skip
KINDS = ("modeA_nocorr", "composite_modeA", "composite_modeB", "modeB_nocorr")
FIXED = ("MAXVAR_nocorr", "MINVAR_nocorr", "SUMCORR_nocorr")


def pair(matrix: Json, a: str, b: str) -> float | None:
    """Return an element below the diagonal, whichever of the two is in the rows; None where there is none."""
    found = [matrix["data"][matrix["rows"].index(i)][matrix["cols"].index(j)] for i, j in ((a, b), (b, a))]
    return next((value for value in found if value), None)


def pairs(matrix: Json) -> Json:
    return {f"{b} ~~ {a}": pair(matrix, a, b) for a, b in PAIRS}


def seminr_run(found: Json) -> Json:
    criteria = found["it_criteria"]
    return {
        "reliability": {
            ours: [lookup(found["reliability"], name, theirs) for name in CONSTRUCTS]
            for ours, theirs in RELIABILITY.items()
        },
        "htmt+": pairs(found["htmt"]),
        "cross_loadings": [[lookup(found["cross_loadings"], item, name) for name in CONSTRUCTS] for item in OWNER],
        "vif": {item: found["vif_items"][owner][item] for item, owner in OWNER.items()},
        "f2_reestimated": [lookup(found["fSquare"], source, target) for source, target in ARROWS],
        "criteria": {key.lower(): [lookup(criteria, key, name) for name in ENDOGENOUS] for key in ("AIC", "BIC")},
    }


def csem_run(found: Json) -> Json:
    return {
        "reliability": {
            "alpha": named(found["cronbach_alpha_rho_T"], CONSTRUCTS),
            "rho_c": named(found["rho_C"], CONSTRUCTS),
            "ave": named(found["AVE"], CONSTRUCTS),
        },
        "htmt": pairs(found["HTMT"]),
        "htmt2": pairs(found["HTMT2"]),
        "f2": [lookup(found["f2"], target, source) for source, target in ARROWS],
        "gof": found["GoF"],
        "fit": {
            model: {ours: found[f"fit_{model}"].get(theirs) for ours, theirs in FIT.items()}
            for model in ("saturated", "estimated")
        },
        "rms_theta": found["fit_estimated"]["RMS_theta"],
        "criteria": {
            ours: named(found["model_selection_by_equation"][theirs], ENDOGENOUS) for ours, theirs in CRITERIA.items()
        },
    }


def plsc_run(found: Json) -> Json:
    return csem_run(found) | {
        "rho_a": named(found["reliability_assess"]["Dijkstra-Henselers_rho_A"], CONSTRUCTS),
        "vif": {target: sources for target, sources in found["vif_inner"].items() if isinstance(sources, dict)},
    }


def plspm_run(found: Json) -> Json:
    frame = found["inner_summary"]
    at = [frame["row_names"].index(name) for name in CONSTRUCTS]
    wanted = {"communality": "Block_Communality", "redundancy": "Mean_Redundancy"}
    return {ours: [frame["columns"][theirs][i] for i in at] for ours, theirs in wanted.items()} | {"gof": found["gof"]}


def resampled(folder: Path) -> Json:
    """Return means, standard deviations and percentiles over 5,000 resamples."""
    seminr = json.loads((folder / "seminr_bootstrap.json").read_text())["modeA"]["htmt"]
    csem = json.loads((folder / "csem_bootstrap.json").read_text())["modeA_nocorr"]
    wanted = {"mean": "mean", "sd": "sd", "lower": "p2.5_type7", "upper": "p97.5_type7"}

    def frame(table: Json, names: list[str] | None) -> Json:
        at = [table["row_names"].index(name) for name in names or table["row_names"]]
        return {ours: [table["columns"][theirs][i] for i in at] for ours, theirs in wanted.items()}

    columns = {"mean": "Bootstrap Mean", "sd": "Bootstrap SD", "lower": "2.5% CI", "upper": "97.5% CI"}
    both = [(b, a) for a, b in PAIRS]
    return {
        "seminr": {
            "htmt+": {key: [lookup(seminr, f"{a}  ->  {b}", name) for a, b in both] for key, name in columns.items()}
        },
        "cSEM": {
            "htmt": frame(csem["HTMT_table"], [f"{b} ~~ {a}" for a, b in both]),
            "htmt2": frame(csem["HTMT2_table"], [f"{b} ~~ {a}" for a, b in both]),
            "srmr": frame(csem["SRMR_table"], None),
        },
    }


def exact(folder: Path) -> Json:
    """Return the 95% and 99% quantiles of the test of overall fit, from 499 resamples."""
    found = json.loads((folder / "csem_extra.json").read_text())["mobi"]["OMF"]
    return {
        name.split()[-1]: {
            measure: [lookup(part["critical_value"], theirs, level) for level in ("95%", "99%")]
            for measure, theirs in (("srmr", "SRMR"), ("d_uls", "dL"), ("d_g", "dG"))
        }
        for name, part in found.items()
    }


def quality(folder: Path) -> Json:
    a, b, c = (json.loads((folder / f"{name}.json").read_text()) for name in ("seminr", "csem", "plspm"))
    schemes = ("path_weighting", "path_factorial")
    mobi: dict[str, Any] = b["mobi"]
    csem = {f"{kind} {scheme}": csem_run(mobi[kind][scheme]) for kind in KINDS for scheme in mobi[kind]}
    csem["unit_nocorr"] = csem_run(mobi["other_weights"]["unit_nocorr"])
    for kind in FIXED:
        csem[f"{kind} given as fixed weights"] = csem_run(mobi["other_weights"][kind])
    return {
        "meta": {"seminr": a["meta"], "cSEM": b["meta"], "plspm": c["meta"]},
        "labels": {"paths": LABELS["paths"], "constructs": CONSTRUCTS, "explained": ENDOGENOUS},
        "seminr": {f"{mode} {s}": seminr_run(a["mobi"][mode][s]["tight"]) for mode in MODES for s in schemes},
        "cSEM": csem,
        "PLSc": {scheme: plsc_run(found) for scheme, found in mobi["PLSc"].items()},
        "plspm": {
            f"{mode} {s} scaled": plspm_run(c["mobi"][mode][s]["scaled"])
            for mode in ("modeA", "modeB", "Image_B")
            for s in ("path", "centroid", "factorial")
        },
        "bootstrap": resampled(folder),
        "exact": exact(folder),
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    text = json.dumps(quality(Path(sys.argv[1])), separators=(",", ":"))
    (Path(__file__).parent / "figures" / "quality.json").write_text(text + "\n", encoding="utf-8")
