"""The tables of a result: their columns, how they hang together, and what the texts say."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    """
    Quality =~ q1 + q2 + q3
    Value =~ v1 + v2
    Satisfaction =~ s1 + s2 + s3
    Loyalty =~ l1
    Value ~ Quality
    Satisfaction ~ Quality + Value
    Loyalty ~ Satisfaction
    """,
    name="A model",
)
LAST = ["estimate", "se", "lower", "upper"]
COLUMNS = {
    "index": ["construct", *LAST],
    "impacts": ["source", "target", "direct", "total", *LAST],
    "paths": ["source", "target", *LAST, "p"],
    "effects": ["source", "target", "effect", *LAST, "p"],
    "weights": ["construct", "item", *LAST],
    "loadings": ["construct", "item", *LAST],
    "r2": ["construct", "adjusted", *LAST],
}
# Rows of each table for one unit: four constructs, nine items, four paths; five pairs with a route, of which three
# have one with a stop.
ROWS = {"index": 4, "impacts": 2, "paths": 4, "effects": 9, "weights": 9, "loadings": 9, "r2": 3}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    data = csi.simulate(MODEL, 150, seed=2, groups=["b", "a"])
    return data.rename(columns={"unit": "company"}).assign(wave=np.tile([2, 1], 150))


@pytest.fixture(scope="module")
def result(frame) -> csi.Fit:
    return csi.fit(MODEL, frame, replicates=60, seed=4)


@pytest.fixture(scope="module")
def units(frame) -> csi.Fit:
    return csi.fit(MODEL, frame, by=["company", "wave"], replicates=30)


def table(result: csi.Fit, name: str) -> pd.DataFrame:
    found = getattr(result, name)
    return found() if callable(found) else found


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_types(result, name):
    found = table(result, name)
    assert found.columns.tolist() == COLUMNS[name]
    assert len(found) == ROWS[name]
    assert found.index.equals(pd.RangeIndex(len(found)))
    for column in found.columns:
        text = column in ("construct", "item", "source", "target", "effect")
        assert (found[column].dtype == "str") if text else (found[column].dtype == np.float64)
    assert found[LAST].notna().all(axis=None)
    assert (found["lower"] <= found["upper"]).all()
    assert (found["se"] >= 0).all()


@pytest.mark.parametrize("name", COLUMNS)
def test_unit_columns_come_first(units, name):
    found = table(units, name)
    assert found.columns.tolist() == ["company", "wave", *COLUMNS[name]]
    pairs = found[["company", "wave"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [["a", 1], ["a", 2], ["b", 1], ["b", 2]]
    assert len(found) == 4 * ROWS[name]
    assert found["wave"].dtype.kind == "i"


@pytest.mark.parametrize("name", COLUMNS)
def test_without_replicates_nothing_is_known_of_the_error(frame, result, name):
    found = table(csi.fit(MODEL, frame, replicates=0), name)
    spread = [column for column in ("se", "lower", "upper", "p") if column in found]
    assert found[spread].isna().all(axis=None)
    pd.testing.assert_frame_equal(found.drop(columns=spread), table(result, name).drop(columns=spread), rtol=1e-6)


def test_impacts_are_effects_in_points(result):
    impacts = result.impacts().set_index("source")
    np.testing.assert_allclose(impacts.estimate, 5 * impacts.total)
    assert set(impacts.target) == {"Satisfaction"}
    deviation = dict(zip(MODEL.construct_names, result.estimates.deviation[0], strict=True))
    paths = result.paths.set_index(["source", "target"]).estimate
    for source in ("Quality", "Value"):
        ratio = deviation["Satisfaction"] / deviation[source]
        assert impacts.direct[source] == pytest.approx(paths[source, "Satisfaction"] * ratio)
    total = paths["Quality", "Satisfaction"] + paths["Quality", "Value"] * paths["Value", "Satisfaction"]
    assert impacts.total["Quality"] == pytest.approx(total * deviation["Satisfaction"] / deviation["Quality"])
    np.testing.assert_allclose(result.impacts(step=1).estimate, impacts.total)
    np.testing.assert_allclose(result.impacts(step=1).se * 5, impacts.se)
    assert result.impacts("Loyalty").source.tolist() == ["Quality", "Value", "Satisfaction"]


def test_deviations_are_those_of_the_scores(frame, result):
    np.testing.assert_allclose(result.scores(frame).std(), result.estimates.deviation[0], rtol=1e-9)


def test_effects_add_up(result):
    effects = result.effects.pivot_table("estimate", ["source", "target"], "effect")
    paths = result.paths.set_index(["source", "target"]).estimate.reindex(effects.index).fillna(0)
    np.testing.assert_allclose(effects["total"], paths + effects["indirect"].fillna(0), atol=1e-12)
    assert effects["indirect"].notna().sum() == 3
    assert effects.loc[("Value", "Loyalty"), "indirect"] == pytest.approx(
        paths["Value", "Satisfaction"] * paths["Satisfaction", "Loyalty"]
    )


def test_paths_are_a_regression_of_the_scores(frame, result):
    scores = result.scores(frame)
    z = (scores - scores.mean()) / scores.std()
    b, *_ = np.linalg.lstsq(z[["Quality", "Value"]], z["Satisfaction"], rcond=None)
    paths = result.paths.set_index(["source", "target"]).estimate
    np.testing.assert_allclose(paths[[("Quality", "Satisfaction"), ("Value", "Satisfaction")]], b, rtol=1e-8)
    residual = z["Satisfaction"] - z[["Quality", "Value"]] @ b
    r2 = result.r2.set_index("construct")
    assert r2.estimate["Satisfaction"] == pytest.approx(1 - residual.var() / z["Satisfaction"].var())
    n = len(frame)
    assert r2.adjusted["Satisfaction"] == pytest.approx(1 - (1 - r2.estimate["Satisfaction"]) * (n - 1) / (n - 3))


def test_loadings_are_correlations_with_the_scores(frame, result):
    scores = result.scores(frame)
    expected = [frame[item].corr(scores[owner]) for owner, item in result.loadings[["construct", "item"]].to_numpy()]
    np.testing.assert_allclose(result.loadings.estimate, expected, rtol=1e-8)


def test_index_weights_sum_to_one(units):
    owner = [construct.name for construct in MODEL.constructs for _ in construct.items]
    sums = pd.DataFrame(units.estimates.index_weights.T).groupby(owner).sum()
    np.testing.assert_allclose(sums, 1)


@pytest.mark.parametrize("convention", ["fornell", "standardized", "equal"])
def test_conventions_side_by_side(frame, result, units, convention):
    by_convention = csi.conventions(result)
    assert by_convention.columns.tolist() == ["construct", "fornell", "standardized", "equal"]
    own = csi.fit(MODEL, frame, replicates=0, convention=convention)
    np.testing.assert_allclose(by_convention[convention], own.index.estimate, rtol=1e-9)
    assert csi.conventions(units).columns.tolist()[:3] == ["company", "wave", "construct"]


def test_the_sample_is_told(frame, units):
    assert units.sample.columns.tolist() == ["company", "wave", "n", "n_eff", "replicates", "failed"]
    assert units.sample.n.tolist() == [75] * 4
    assert units.account.used == 300


def test_the_summary_holds_the_decisions(frame):
    gaps = frame.astype({"q1": float}).copy()
    gaps.loc[[1, 2], "q1"] = 99
    gaps.loc[3, "v1"] = np.nan
    result = csi.fit(
        MODEL, gaps, replicates=50, seed=77, scheme="factorial", convention="standardized", missing="mean",
        missing_codes=[99], interval="normal", level=0.9,
    )  # fmt: skip
    text = " ".join(result.summary().split())
    for said in (
        "A model", "factorial", "convention standardized", "300 of 300 rows used", "3 missing answers", "item's mean",
        "2 × 99", "50 replicates", "bootstrap", "seed 77", "normal intervals, 90%", "0 of 50 replicates failed",
        "Satisfaction", "Quality → Satisfaction", "R²", "300 answers", "+5 points",
    ):  # fmt: skip
        assert said in text
    assert "No replicates" in csi.fit(MODEL, frame, replicates=0).summary()


def test_short_and_long_text(result, units):
    assert str(result) == repr(result)
    assert f"{result.index.estimate[2]:.1f} of 100" in repr(result)
    assert ".summary()" in repr(result)
    assert "of 4 units" in repr(units)
    for text in (repr(result), result.summary(), repr(units), units.summary()):
        assert max(map(len, text.splitlines())) <= 110
        assert "nan" not in text.lower()


def test_signs_against_theory_are_pointed_out(frame):
    turned = csi.Model(MODEL.constructs, [csi.Path(p.source, p.target, -1) for p in MODEL.paths], MODEL.items)
    text = csi.fit(turned, frame, replicates=0).summary()
    assert "Quality → Value *" in text
    assert "not the sign that theory expects" in text


def test_rates_are_called_rates(frame):
    model = csi.Model.parse("Quality =~ q1 + q2; Trouble =~ t1; Trouble ~ Quality", scales={"t1": (0, 1)})
    data = frame.assign(t1=(frame["l1"] > 5).astype(int))
    result = csi.fit(model, data, replicates=0)
    assert "Trouble (% yes)" in repr(result)
    assert result.index.estimate[1] == pytest.approx(100 * data["t1"].mean())
