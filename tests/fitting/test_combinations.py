"""Whatever is combined works to the end, or is refused in words: what was built apart must go together."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

pytestmark = pytest.mark.filterwarnings("ignore::csindex.CsindexWarning")


N, FEW = 140, 12
BASE = "Q =~ q1+q2; V =~ v1+v2; S =~ s1+s2; V ~ Q; S ~ Q + V"
FLAT = "A =~ a1+a2; B =~ b1+b2; Q =~ q1+q2; S =~ s1+s2; B ~ A; Q ~ A+B; S ~ A+B+Q"
parse = csi.Model.parse
MODELS = {
    "mixed": parse(
        "Q =~ q1+q2; V =~ v1; S =~ s1+s2+s3; C =~ c1; V ~ Q; S ~ Q + V; C ~ S",
        reversed=["q2", "v1"], scales={"c1": (0, 1)}, target="S",
    ),
    "mode B": parse(BASE.replace("Q =~", "Q <~")),
    "nonnegative B": parse(BASE, modes={"Q": "nonnegative B"}),
    "first component": parse(BASE, modes={"Q": "first component"}),
    "two items": parse("Q =~ q1; S =~ s1; S ~ Q"),
    "levels": parse("A =~ a1+a2; B =~ b1+b2; H =~ A + B; S =~ s1+s2; S ~ H"),
    "interaction": parse("Q =~ q1+q2; V =~ v1+v2; S =~ s1+s2; S ~ Q + V + Q:V"),
    "feedback": parse("A =~ a1+a2; B =~ b1+b2; Q =~ q1+q2; S =~ s1+s2; Q ~ A + S; S ~ B + Q", feedback=True, target="S"),
}  # fmt: skip
ESTIMATORS = {
    "pls": {},
    "plsc": {"estimator": "plsc"},
    "ordinal plsc": {"estimator": "plsc", "ordinal": True},
    "ML": {"estimator": "cbsem", "replicates": 0},
    "GLS, robust": {"estimator": "cbsem", "replicates": 0, "discrepancy": "GLS", "errors": "robust"},
    "FIML": {"estimator": "cbsem", "replicates": 0, "missing": "fiml"},
}
REFUSED = {(model, name) for name in ("ML", "GLS, robust", "FIML") for model in ("mode B", "nonnegative B")}
REFUSED |= {(model, name) for name in ("ML", "GLS, robust", "FIML") for model in ("levels", "interaction")}
REFUSED |= {("interaction", "ordinal plsc")}


def drawn(name, **survey):
    """Draw answers from a model that has no levels, products or loops."""
    twin = {"levels": parse(FLAT), "feedback": parse(FLAT), "interaction": parse(BASE)}.get(name, MODELS[name])
    return csi.simulate(twin, N, seed=3, **survey)


def known(frame, *names):
    """Return whether every number of these columns is one."""
    return np.isfinite(frame[list(names)].to_numpy(dtype=float)).all()


def used_to_the_end(result, data, *, spread=True):
    """Ask a result for everything, and look at the numbers that everybody reads."""
    tables = [result.index, result.impacts(), result.paths, result.effects, result.weights, result.loadings, result.r2]
    columns = ("estimate", "se") if spread else ("estimate",)
    single = {c.items[0] for c in result.model.constructs if len(c.items) == 1}
    for frame in tables:
        fixed = frame.get("item", pd.Series(index=frame.index, dtype=object)).isin(single)
        assert known(frame[~fixed], *columns), frame
    assert len(result.summary()) > len(repr(result)) and "<table" in result._repr_html_()
    assert known(csi.importance_performance(result), "importance", "estimate")
    assert known(csi.conventions(result), *csi.conventions(result).columns[-3:])
    assert len(result.scores(data)) == len(data)
    found = csi.assess(result)
    assert found.summary() and repr(found)
    assert known(found.r2, "estimate") and known(found.redundancy, "estimate")
    assert known(found.fit[(found.fit.model == "estimated") & (found.fit.measure == "srmr")], "estimate")
    unit = {} if result.units is None else {"unit": result.units.iloc[0, 0]}
    csi.plot.path_diagram(result, **unit)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("model", MODELS)
def test_every_estimator_with_every_model(model, estimator):
    data, options = drawn(model), {"replicates": FEW, "max_failed": 1.0, **ESTIMATORS[estimator]}
    if (model, estimator) in REFUSED:
        with pytest.raises(csi.OptionError, match=r"Use |use "):
            csi.fit(MODELS[model], data, **options)
        return
    used_to_the_end(csi.fit(MODELS[model], data, **options), data)


def by_units(**options):
    data = drawn("mixed", groups=2)
    return csi.fit(MODELS["mixed"], data, by="unit", **options), data


def with_weights(**options):
    data = csi.Survey(drawn("mixed", weights=0.4), weights="weight")
    return csi.fit(MODELS["mixed"], data, **options), data.frame


def with_a_design(**options):
    frame = drawn("mixed", clusters=20)
    data = csi.Survey(frame.assign(stratum=frame.cluster % 2), strata="stratum", clusters="cluster")
    return csi.fit(MODELS["mixed"], data, **options), data.frame


def with_replicate_weights(**options):
    frame, rng = drawn("mixed"), np.random.default_rng(1)
    counts = rng.multinomial(N, np.full(N, 1 / N), size=FEW).T.astype(float)
    names = [f"r{number}" for number in range(FEW)]
    whole = pd.concat([frame.assign(w=1.0), pd.DataFrame(counts, columns=names, index=frame.index)], axis=1)
    data = csi.Survey(whole, weights="w", replicate_weights=names, replicate_method="bootstrap")
    options.pop("replicates")
    return csi.fit(MODELS["mixed"], data, **options), frame


def from_rows(**more):
    def made(**options):
        gaps = 0.04 if "missing" in more else 0.0
        data = drawn("mixed", missing=gaps)
        return csi.fit(MODELS["mixed"], data, **{**options, **more}), data

    return made


def from_moments(**options):
    data = drawn("mixed")
    items = list(MODELS["mixed"].item_names)
    moments = csi.Moments(tuple(items), data[items].mean().to_numpy(), data[items].cov().to_numpy(), np.array(float(N)))
    return csi.fit(MODELS["mixed"], moments, **options), data


WAYS = {
    "by": by_units,
    "weights": with_weights,
    "design": with_a_design,
    "replicate weights": with_replicate_weights,
    "jackknife": from_rows(resampling="jackknife"),
    "bca": from_rows(interval="bca"),
    "studentized": from_rows(interval="studentized"),
    "em": from_rows(missing="em"),
    "pairwise": from_rows(missing="pairwise"),
    "mean": from_rows(missing="mean"),
    "moments": from_moments,
    "no replicates": from_rows(replicates=0),
}


@pytest.mark.parametrize("estimator", ["pls", "plsc", "cbsem"])
@pytest.mark.parametrize("way", WAYS)
def test_every_estimator_with_every_kind_of_data_and_interval(way, estimator):
    options = {"estimator": estimator, "replicates": FEW, "max_failed": 1.0}
    if estimator == "cbsem" and way in ("em", "pairwise"):
        with pytest.raises(csi.OptionError, match="missing='fiml'"):
            WAYS[way](**options)
        return
    result, data = WAYS[way](**options)
    used_to_the_end(result, data, spread=way != "no replicates" or estimator == "cbsem")
