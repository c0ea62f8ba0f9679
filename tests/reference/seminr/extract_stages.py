"""Make stages.json from seminr's outputs for a higher-order construct and for interactions.

    python -m tests.reference.seminr.extract_stages FOLDER

FOLDER holds seminr.json. Every number is kept as it is, under "source -> target" or the item's name.
"""

import json
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def cells(matrix: Json, between: str = " -> ") -> dict[str, float]:
    """Return the cells that are not 0, by row and column."""
    return {
        f"{row}{between}{column}": value
        for row, values in zip(matrix["rows"], matrix["data"], strict=True)
        for column, value in zip(matrix["cols"], values, strict=True)
        if value
    }


def figures(found: Json) -> Json:
    r2 = found["rSquared"]
    return {
        "paths": cells(found["path_coef"]),
        "weights": cells(found["outer_weights"], " in "),
        "loadings": cells(found["outer_loadings"], " in "),
        "r2": dict(zip(r2["cols"], r2["data"][0], strict=True)),
        "product_sd": found.get("interaction_score_sd"),
    }


def main(folder: Path) -> None:
    source = json.loads((folder / "seminr.json").read_text())
    extra = source["extra"]
    runs = {f"interaction {name}": figures(found) for name, found in extra["interaction"].items()}
    runs["higher order two-stage"] = figures(extra["hoc_two_stage"])
    target = Path(__file__).parent / "stages.json"
    target.write_text(json.dumps({"meta": source["meta"], "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
