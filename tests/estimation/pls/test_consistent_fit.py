"""Consistent PLS through the door: what is counted and told, and that the truth is found where PLS misses it."""

import warnings

import numpy as np
import pytest

import csindex as csi
from csindex.errors import InadmissibleWarning, OptionError
from csindex.estimation.estimates import Status

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Value =~ v1 + v2 + v3; Satisfaction =~ s1 + s2 + s3; Trouble =~ t1\n"
    "Value ~ Quality; Satisfaction ~ Quality + Value; Trouble ~ Satisfaction",
    scales={"t1": (0, 1)},
)


def quiet(model, data, **options) -> csi.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(model, data, **{"estimator": "plsc", "progress": False, **options})


@pytest.fixture(scope="module")
def hard() -> csi.Fit:
    """Units with items so weak that many of their replicates are inadmissible."""
    frame = csi.simulate(MODEL, 150, groups=3, loadings=0.6, seed=3)
    return quiet(MODEL, frame, by="unit", replicates=200, max_failed=0.5)


def test_the_index_is_that_of_pls():
    frame = csi.simulate(MODEL, 200, seed=1)
    plain, corrected = csi.fit(MODEL, frame, replicates=100), quiet(MODEL, frame, replicates=100)
    for table in ("index", "weights", "index_weights"):
        assert getattr(plain, table).equals(getattr(corrected, table))
    assert not plain.paths.equals(corrected.paths)
    assert plain.first_stage.empty
    assert plain.inadmissible.empty
    assert plain.inadmissible.columns.tolist() == ["reason", "sample", "replicates"]


def test_inadmissible_replicates_are_counted_by_unit_and_reason(hard):
    table, flaws = hard.inadmissible, hard.replicates.estimates.flaws
    assert table.columns.tolist() == ["unit", "reason", "sample", "replicates"]
    assert table.unit.unique().tolist() == hard.units.unit.tolist()
    loadings = (np.abs(hard.replicates.estimates.loadings) > 1 + 1e-9).any(axis=-1).sum(axis=1)
    of_loadings = table[table.reason == "a loading beyond 1"].set_index("unit").replicates
    assert of_loadings.tolist() == loadings[loadings > 0].tolist()
    assert (flaws > 0).any(axis=1).all()
    # They are kept: only what failed is not there.
    assert np.isfinite(hard.replicates.estimates.paths[flaws > 0]).all()
    text = " ".join(hard.summary().split())
    assert f"{int((flaws > 0).sum())} of {600 - hard.sample.failed.sum()} replicates are inadmissible" in text


def test_replicates_without_reliability_fail_with_their_reason():
    weak = quiet(MODEL, csi.simulate(MODEL, 90, loadings=0.5, seed=5), replicates=200, max_failed=0.9)
    failed = weak.failures
    assert failed.reason.str.startswith("ρ_A is not positive").all()
    assert failed.replicates.sum() == weak.sample.failed.sum() > 0
    lost = weak.replicates.estimates.status[0] == Status.UNRELIABLE
    assert np.isnan(weak.replicates.estimates.paths[0, lost]).all()
    assert (weak.replicates.estimates.reliability[0, lost] <= 0).any(axis=1).all()


def test_many_inadmissible_replicates_are_warned_of():
    frame = csi.simulate(MODEL, 150, groups=3, loadings=0.6, seed=3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        csi.fit(MODEL, frame, by="unit", estimator="plsc", replicates=200, max_failed=0.5)
    told = [str(w.message) for w in caught if w.category is InadmissibleWarning]
    assert len(told) == 1
    assert "% of the replicates are inadmissible" in told[0]
    assert "estimator='pls'" in told[0]


def test_a_good_survey_is_fitted_in_silence():
    csi.fit(MODEL, csi.simulate(MODEL, 800, loadings=0.85, seed=2), estimator="plsc", replicates=100)


def test_the_summary_says_what_was_done():
    text = " ".join(quiet(MODEL, csi.simulate(MODEL, 400, seed=1), replicates=0).summary().split())
    assert "Consistent PLS (Dijkstra & Henseler 2015)" in text
    assert "Reliability ρ_A: Quality 0." in text
    assert "Trouble" not in text.partition("Reliability")[2].partition("How this")[0]


@pytest.mark.parametrize("estimator", ["pls", "plsc"])
def test_other_spellings_are_refused(estimator):
    with pytest.raises(OptionError, match="'pls', 'plsc'"):
        csi.fit(MODEL, csi.simulate(MODEL, 60, seed=1), estimator=f"{estimator}x")


@pytest.mark.parametrize("resampling", ["jackknife", "parametric"])
def test_other_replicates(resampling):
    frame = csi.simulate(MODEL, 300, seed=1)
    data = csi.Moments.from_frame(frame, MODEL) if resampling == "parametric" else frame
    boot, other = quiet(MODEL, frame, replicates=400), quiet(MODEL, data, resampling=resampling, replicates=300)
    ratio = other.paths.se / boot.paths.se
    assert ((ratio > 0.7) & (ratio < 1.5)).all()


def test_groups_are_compared_by_consistent_paths(hard):
    table = csi.compare(hard, quantities="paths").differences
    paths = hard.paths.set_index(["unit", "source", "target"]).estimate
    row = table.iloc[0]
    assert row.estimate_1 == paths["unit 1", row.source, row.target]


LOOP = csi.Model.parse(
    "Q =~ q1 + q2 + q3; V =~ v1 + v2 + v3; S =~ s1 + s2 + s3; L =~ l1 + l2 + l3; W =~ w1 + w2\n"
    "S ~ Q + L; L ~ S + V; W ~ L + Q",
    target="S",
    feedback=True,
)


@pytest.fixture(scope="module")
def feedback() -> csi.Fit:
    arrows = {("Q", "S"): 0.5, ("L", "S"): 0.3, ("S", "L"): 0.4, ("V", "L"): 0.4, ("L", "W"): 0.5, ("Q", "W"): 0.2}
    return quiet(LOOP, csi.Population(LOOP, paths=arrows).draw(500, seed=1), replicates=200)


def test_a_loop_is_assessed(feedback):
    """The model holds in the population, so that the test of exact fit should not reject it; f² is of least squares only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        found = csi.assess(feedback)
    f2 = found.f2[found.f2.measure == "f2"].set_index(["source", "target"]).estimate
    assert f2.isna().sum() == 4
    assert f2["L", "W"] > 0.1
    exact = found.fit[found.fit.measure == "srmr"]
    assert (exact.p > 0.05).all()


PATHS = {
    ("Quality", "Value"): 0.6,
    ("Quality", "Satisfaction"): 0.3,
    ("Value", "Satisfaction"): 0.5,
    ("Satisfaction", "Trouble"): 0.0,
}
WANTED = list(PATHS)[:3]


# On scales so long that cutting answers into categories changes nothing.
FINE = csi.Model.parse(
    MODEL.to_lavaan(), scales=dict.fromkeys(MODEL.item_names[:-1], (0.0, 1000.0)) | {"t1": (0.0, 1.0)}
)


@pytest.mark.slow
@pytest.mark.parametrize("loadings", [0.6, 0.8])
def test_plsc_is_unbiased_where_pls_is_attenuated(loadings):
    """1,000 samples of 500 from a population of factors: bias within 4 Monte Carlo errors, of PLS far beyond.

    The bias of a consistent estimate is of order 1/n; 0.01 bounds it here.
    """
    population = csi.Population(FINE, paths=PATHS, loadings=loadings, level=0.5, spread=0.1)
    samples = population.draw(500 * 1000, seed=1).assign(sample=np.repeat(np.arange(1000), 500))
    bias = {}
    for estimator in ("pls", "plsc"):
        table = quiet(FINE, samples, by="sample", estimator=estimator, replicates=0, bad_units="drop").paths
        draws = table.pivot_table(index="sample", columns=["source", "target"], values="estimate")[WANTED]
        bias[estimator] = draws.mean() - [PATHS[arrow] for arrow in WANTED]
        error = draws.std() / np.sqrt(len(draws))
        if estimator == "plsc":
            assert (bias["plsc"].abs() < 4 * error + 0.01).all()
    strong = bias["pls"][[("Quality", "Value"), ("Value", "Satisfaction")]]
    assert (strong < -0.04).all()
    assert (bias["plsc"][strong.index].abs() < strong.abs() / 4).all()


def test_a_large_sample_has_the_population_s_paths():
    """200,000 answers; sampling errors are below 0.005."""
    frame = csi.Population(FINE, paths=PATHS, loadings=0.7, level=0.5, spread=0.1).draw(200_000, seed=4)
    found = quiet(FINE, frame, replicates=0).paths.set_index(["source", "target"]).estimate
    plain = quiet(FINE, frame, replicates=0, estimator="pls").paths.set_index(["source", "target"]).estimate
    for arrow in WANTED:
        assert found[arrow] == pytest.approx(PATHS[arrow], abs=0.02)
    assert plain["Quality", "Value"] < 0.6 - 0.1


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """400 samples of 400: percentile intervals of 95% cover consistent paths between 91% and 98% of the time.

    The Monte Carlo error of a share of 0.95 in 400 is 0.011.
    """
    population = csi.Population(FINE, paths=PATHS, loadings=0.8, level=0.5, spread=0.1)
    samples = population.draw(400 * 400, seed=9).assign(sample=np.repeat(np.arange(400), 400))
    table = quiet(FINE, samples, by="sample", replicates=400, bad_units="drop").paths
    for source, target in WANTED:
        rows = table[(table.source == source) & (table.target == target)]
        covered = ((rows.lower <= PATHS[source, target]) & (PATHS[source, target] <= rows.upper)).mean()
        assert 0.91 < covered < 0.98
