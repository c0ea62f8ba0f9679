"""Write figures/prediction.json from what seminr, cSEM and semPLS print: ``python -m tests.reference.extract_prediction <folder>``."""

import json
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def matrix(found: Json, row: str) -> Json:
    return dict(zip(found["cols"], found["data"][found["rows"].index(row)], strict=True))


def seminr(folder: Path) -> Json:
    source = json.loads((folder / "seminr_plspredict.json").read_text())
    out: Json = {"meta": source["meta"], "folds": source["mobi"]["predict_DA"]["fold_of_original_row"]}
    for name, ours in (("predict_DA", "direct"), ("predict_EA", "earliest")):
        run = source["mobi"][name]
        assert run["fold_of_original_row"] == out["folds"]
        out[ours] = {
            f"{predictor} {sample}": {
                metric.lower(): matrix(run[f"{predictor}_{sample}"], metric) for metric in ("RMSE", "MAE")
            }
            for predictor in ("PLS", "LM")
            for sample in ("in_sample", "out_of_sample")
        }
        out[ours]["q2"] = run["q2predict_vs_training_mean"]
    return out


def csem(folder: Path) -> Json:
    source = json.loads((folder / "csem_extra.json").read_text())
    labels = [0] * 250
    for fold, rows in source["mobi"]["predict_folds_rownames"].items():
        for row in rows:
            labels[int(row) - 1] = int(fold)
    out: Json = {"meta": source["meta"], "folds": labels}
    for ours, theirs in (("earliest", "earliest"), ("direct", "direct")):
        for benchmark in ("lm", "unit"):
            columns = source["mobi"]["predict"][f"{benchmark}_{theirs}"]["prediction_metrics"]["columns"]
            names = columns["Name"]
            wanted = ("RMSE_target", "RMSE_benchmark", "MAE_target", "MAE_benchmark", "Q2_predict")
            out[f"{ours} {benchmark}"] = {key: dict(zip(names, columns[key], strict=True)) for key in wanted}
    return out


def sempls(folder: Path) -> Json:
    source = json.loads((folder / "sempls.json").read_text())
    run = source["mobi"]["modeA"]["centroid"]["tight"]
    rows = {key: found for key, found in run["q2_blindfolding"].items() if key.endswith("dlines")}
    return {"meta": source["meta"], "q2": {**rows, "d250_path_dlines": run["q2_loo_path"]}}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = {part.__name__: part(Path(sys.argv[1])) for part in (seminr, csem, sempls)}
    text = json.dumps(found, separators=(",", ":"))
    (Path(__file__).parent / "figures" / "prediction.json").write_text(text + "\n", encoding="utf-8")
