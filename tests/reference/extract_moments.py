"""Make lavaan/em.json and figures/ordinal.json from the outputs of lavaan and cSEM, so that tests need their figures only.

    python -m tests.reference.extract_moments FOLDER

FOLDER holds lavaan.json and csem_ordpls.json. Matrices are kept below the diagonal, in the order of "items"; weights and
loadings are those of an item and its own construct; paths run from source to target.
"""

import json
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]
TABLES = {"full10": "polychoric", "collapsed5": "polychoric_collapsed5"}


def triangle(matrix: Json, items: list[str]) -> list[list[float]]:
    place = [matrix["rows"].index(item) for item in items]
    return [[matrix["data"][i][j] for j in place[: at + 1]] for at, i in enumerate(place)]


def arrows(matrix: Json) -> list[list[Any]]:
    """Return source, target and coefficient of the paths of a matrix with the targets in its rows."""
    return [
        [source, target, matrix["data"][i][j]]
        for i, target in enumerate(matrix["rows"])
        for j, source in enumerate(matrix["cols"])
        if matrix["data"][i][j]
    ]


def em(folder: Path) -> Json:
    """Moments by EM of the mobile survey with answers left out."""
    source = json.loads((folder / "lavaan.json").read_text())
    found = source["mobi_missing"]["em_saturated"]
    items = list(found["mean"])
    return {
        "meta": {"program": "lavaan", "version": source["meta"]["version"], "note": "divided by n; tolerance 1e-5"},
        "items": items,
        "mean": [found["mean"][item] for item in items],
        "cov": triangle(found["cov"], items),
    }


def ordinal(folder: Path) -> Json:
    """Polychoric correlations, thresholds, and PLS on them, with ten categories and with five (halved, rounded up)."""
    lavaan = json.loads((folder / "lavaan.json").read_text())
    csem = json.loads((folder / "csem_ordpls.json").read_text())
    samples = {}
    for name, key in TABLES.items():
        run = csem["mobi"][name]["OrdPLS"]
        items = run["weights"]["cols"]
        owner = [next(j for j, row in enumerate(run["weights"]["data"]) if row[at]) for at in range(len(items))]
        own = {part: [run[part]["data"][j][at] for at, j in enumerate(owner)] for part in ("weights", "loadings")}
        samples[name] = {
            "items": items,
            "lavaan": triangle(lavaan["mobi"][key], items),
            "cSEM": triangle(run["indicator_correlation"], items),
            "thresholds": {item: list(run["thresholds"][item].values()) for item in items},
            **own,
            "paths": arrows(run["path_coef"]),
            "consistent paths": arrows(csem["mobi"][name]["OrdPLSc"]["path_coef"]),
        }
    meta = {"lavaan": lavaan["meta"]["version"], "cSEM": csem["meta"]["version"], "note": csem["meta"]["note"]}
    return {"meta": meta, "samples": samples}


def main(folder: Path, to: Path) -> None:
    for part, name in ((em, "lavaan/em"), (ordinal, "figures/ordinal")):
        text = json.dumps(part(folder), separators=(",", ":"))
        (to / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(__file__).parent)
