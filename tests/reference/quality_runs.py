"""Reliability, validity, fit and model choice of every run that another program did, beside its figures.

Each function yields (quantity, largest absolute difference); the tests hold these to tolerances, and the page on agreement
shows them.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

import csindex as csi
from csindex.assessment.quality.assess import assess
from tests.reference.reference_runs import by_arrow, moments, quiet_fit, refit
from tests.reference.stored import stored

FIGURES = stored("figures/quality")
CONSTRUCTS, EXPLAINED = FIGURES["labels"]["constructs"], FIGURES["labels"]["explained"]
SEVERAL = [name for name in CONSTRUCTS if name != "Complaints"]
CRITERIA = ("aic", "aicc", "aicu", "bic", "fpe", "gm", "hq", "hqc", "mallows_cp")
Gaps = Iterator[tuple[str, float]]


@cache
def assessed(program: str, run: str, **choices: object) -> csi.Assessment:
    return assess(refit(program, run), **choices)


def column(table: pd.DataFrame, measure: str, label: str = "construct") -> pd.Series:
    return table[table.measure == measure].set_index(label).estimate


def far(ours: pd.Series, theirs: pd.Series) -> float:
    """Return the largest difference over all figures that they have; a figure that we lack is a failure."""
    theirs = theirs.astype(float).dropna()
    return float(np.abs(ours[theirs.index].to_numpy() - theirs.to_numpy()).max())


def over(names: list[str], values: list[float]) -> pd.Series:
    return pd.Series(values, names, dtype=float)


def of_scales(values: dict[str, float]) -> pd.Series:
    """Return the pairs without a single item; our table has no others."""
    return pd.Series({key: value for key, value in values.items() if "Complaints" not in key}, dtype=float)


def ratios(found: csi.Assessment, measure: str) -> pd.Series:
    rows = found.htmt[found.htmt.measure == measure]
    return rows.set_index(rows.construct_1 + " ~~ " + rows.construct_2).estimate


def criterion(found: csi.Assessment, name: str) -> pd.Series:
    return found.criteria[found.criteria.criterion == name].set_index("construct").estimate


def effect_sizes(found: csi.Assessment, measure: str, theirs: list[float]) -> float:
    return far(by_arrow(found.f2[found.f2.measure == measure]), over(FIGURES["labels"]["paths"], theirs))


def seminr(run: str) -> Gaps:
    theirs, ours = FIGURES["seminr"][run], assessed("seminr", run, reflective="all")
    composite = [c.name for c in ours.result.model.constructs if c.mode == "B"]
    for measure, values in theirs["reliability"].items():
        # seminr gives a composite the rho_A of 1; ours is the formula, where it applies.
        left = [name for name in SEVERAL if measure != "rho_a" or name not in composite]
        if left:
            yield measure, far(column(ours.reliability, measure), over(CONSTRUCTS, values)[left])
    yield "htmt+", far(ratios(ours, "htmt+"), of_scales(theirs["htmt+"]))
    wide = ours.cross_loadings.pivot_table(index="item", columns="construct", values="estimate")
    items = list(ours.result.model.item_names)
    found = wide.loc[items, CONSTRUCTS] - np.array(theirs["cross_loadings"])
    yield "cross_loadings", float(np.abs(found).to_numpy().max())
    items_vif = ours.vif[ours.vif.kind == "item"].set_index("name").estimate
    yield "vif", far(items_vif, pd.Series(theirs["vif"]).drop("CUSCO"))
    yield "f2_reestimated", effect_sizes(ours, "f2_reestimated", theirs["f2_reestimated"])
    for name, values in theirs["criteria"].items():
        yield name, far(criterion(ours, name), over(EXPLAINED, values))


def csem(run: str) -> Gaps:
    theirs = FIGURES["cSEM"][run]
    ours = assessed("csem", run, reflective="all", factors=not run.startswith("composite"))
    for measure in ("htmt", "htmt2"):
        yield measure, far(ratios(ours, measure), of_scales(theirs[measure]))
    for name, found in of_csem(ours, theirs):
        # cSEM searches the weights of SUMCORR anew for the saturated model; here they are given.
        if not (run.startswith("SUMCORR") and name in ("gm", "mallows_cp")):
            yield name, found


def of_csem(ours: csi.Assessment, theirs: dict) -> Gaps:
    """Yield what cSEM gives with and without correction."""
    for measure, values in theirs["reliability"].items():
        yield measure, far(column(ours.reliability, measure), over(CONSTRUCTS, values)[SEVERAL])
    yield "f2", effect_sizes(ours, "f2", theirs["f2"])
    yield "gof", abs(ours.gof.estimate[0] - theirs["gof"])
    for model, values in theirs["fit"].items():
        rows = ours.fit[ours.fit.model == model].set_index("measure").estimate
        yield from ((name, abs(rows[name] - value)) for name, value in values.items() if value is not None)
    yield "rms_theta", abs(column(ours.fit, "rms_theta", "model")["measurement"] - theirs["rms_theta"])
    for name, values in theirs["criteria"].items():
        yield name, far(criterion(ours, name), over(EXPLAINED, values))


def plspm(run: str) -> Gaps:
    theirs, ours = FIGURES["plspm"][run], assessed("plspm", run)
    yield "communality", far(column(ours.redundancy, "communality"), over(CONSTRUCTS, theirs["communality"]))
    redundancy = over(CONSTRUCTS, theirs["redundancy"])[EXPLAINED]
    yield "redundancy", far(column(ours.redundancy, "redundancy"), redundancy)
    yield "gof", abs(ours.gof.estimate[0] - theirs["gof"])


@cache
def corrected(scheme: str) -> csi.Assessment:
    return assess(quiet_fit(csi.ecsi("mobile"), moments("mobi"), scheme=scheme, estimator="plsc"))


def plsc(scheme: str) -> Gaps:
    theirs, ours = FIGURES["PLSc"][scheme], corrected(scheme)
    yield "rho_a", far(column(ours.reliability, "rho_a"), over(CONSTRUCTS, theirs["rho_a"])[SEVERAL])
    sources = ours.vif[ours.vif.kind == "source"].set_index(["construct", "name"]).estimate
    yield "vif", float(np.max([far(sources[target], pd.Series(values)) for target, values in theirs["vif"].items()]))
    yield from of_csem(ours, theirs)
