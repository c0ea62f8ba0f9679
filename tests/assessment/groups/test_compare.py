"""Comparisons of groups: the door, its designs, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

import csindex as csi
from csindex.assessment.groups.difference import difference
from csindex.errors import EstimationError, OptionError, ReplicateWarning
from csindex.replicates.intervals import uncertainty

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2; Loyalty =~ l1; Satisfaction ~ Quality; Loyalty ~ Satisfaction"
)
QUICK = {"replicates": 200, "progress": False}

pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.ConventionWarning")


def survey(groups=2, n=120, seed=1, **more) -> pd.DataFrame:
    return csi.simulate(MODEL, n, groups=[f"g{i}" for i in range(groups)], group_share=0.05, seed=seed, **more)


def test_differences_are_those_of_the_groups_own_estimates():
    frame = survey(3)
    names = ("index", "paths", "impacts", "total", "weights", "loadings", "index_weights", "r2")
    found = csi.compare(frame, MODEL, by="unit", quantities=names, **QUICK)
    assert set(found.differences["quantity"]) == set(names)
    alone = {name: csi.fit(MODEL, part.drop(columns="unit"), replicates=0) for name, part in frame.groupby("unit")}
    for name in names:
        rows = found.differences[found.differences["quantity"] == name]
        for (a, b), part in rows.groupby(["group_1", "group_2"]):
            first, second = (_table(alone[g], name) for g in (a, b))
            np.testing.assert_allclose(part["estimate_1"], first, rtol=0, atol=1e-6)
            np.testing.assert_allclose(part["estimate"], first - second, rtol=0, atol=1e-6)
    assert [(a, b) for a, b in found.differences[["group_1", "group_2"]].drop_duplicates().to_numpy()] == [
        ("g0", "g1"),
        ("g0", "g2"),
        ("g1", "g2"),
    ]


def _table(result: csi.Fit, name: str) -> np.ndarray:
    if name == "total":
        return result.effects.query("effect == 'total'")["estimate"].to_numpy()
    found = getattr(result, name)
    return (found() if callable(found) else found)["estimate"].to_numpy()


def test_fit_and_frame_give_the_same():
    frame = survey()
    from_frame = csi.compare(frame, MODEL, by="unit", **QUICK)
    from_fit = csi.compare(csi.fit(MODEL, frame, by="unit", **QUICK))
    pd.testing.assert_frame_equal(from_frame.differences, from_fit.differences)
    pd.testing.assert_frame_equal(from_frame.omnibus, from_fit.omnibus)
    from_survey = csi.compare(csi.Survey(frame), MODEL, by="unit", **QUICK)
    pd.testing.assert_frame_equal(from_frame.differences, from_survey.differences)


def test_groups_in_the_other_order_flip_the_sign():
    frame = survey(3)
    one, other = (csi.compare(frame, MODEL, by="unit", reference=g, permutations=99, **QUICK) for g in ("g0", "g1"))
    a = one.differences.query("group_1 == 'g1'").reset_index(drop=True)
    b = other.differences.query("group_1 == 'g0'").reset_index(drop=True)
    for left, right, sign in (("estimate", "estimate", -1), ("lower", "upper", -1), ("se", "se", 1), ("p", "p", 1)):
        np.testing.assert_allclose(a[left], sign * b[right], rtol=0, atol=1e-12)
    np.testing.assert_allclose(a["mga"], 1 - b["mga"], rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(one.omnibus, other.omnibus)


def test_interval_p_and_star_agree():
    found = csi.compare(survey(3, seed=4), MODEL, by="unit", quantities="index", adjust="none", **QUICK)
    rows = found.differences
    outside = (rows["lower"] > 0) | (rows["upper"] < 0)
    assert outside.any() and not outside.all()
    assert (outside == (rows["p"] < 0.05)).all()
    assert found.summary().count(" *\n") == int(outside.sum())


@pytest.mark.parametrize("asked, method", [("holm", "holm"), ("bh", "fdr_bh"), ("fdr_by", "fdr_by")])
def test_adjustment_is_over_the_differences_of_a_quantity(asked, method):
    found = csi.compare(survey(3), MODEL, by="unit", adjust=asked, permutations=49, **QUICK)
    for name, adjusted in (("p", "p_adjusted"), ("p_permutation", "p_permutation_adjusted")):
        for _, rows in found.differences.groupby("quantity"):
            np.testing.assert_allclose(rows[adjusted], multipletests(rows[name], method=method)[1])
    assert "9 of index, 6 of paths" in found.summary().replace("\n  ", " ")


def test_fixed_parameters_are_no_tests():
    found = csi.compare(survey(), MODEL, by="unit", quantities="loadings", permutations=49, **QUICK)
    single = found.differences["item"] == "l1"
    assert found.differences.loc[single, ["p", "p_adjusted", "mga", "p_permutation"]].isna().all(axis=None)
    assert found.differences.loc[~single, ["p", "p_adjusted", "mga", "p_permutation"]].notna().all(axis=None)
    assert found.omnibus.loc[found.omnibus["item"] == "l1", "p"].isna().all()


def test_a_quantity_of_ones_own():
    own = ("gap", {"construct": ["Satisfaction - Quality"]}, lambda e: e.index[..., [1]] - e.index[..., [0]])
    found = csi.compare(survey(), MODEL, by="unit", quantities=["index", own], permutations=49, **QUICK)
    rows = found.differences.set_index("construct")["estimate"]
    assert rows["Satisfaction - Quality"] == pytest.approx(rows["Satisfaction"] - rows["Quality"])
    assert "gap: 0 of 1" in repr(found) or "gap: 1 of 1" in repr(found)


def test_permutations_depend_on_the_seed_alone():
    frame = survey(3)
    ask = {"by": "unit", "quantities": "index", "replicates": 0, "progress": False}
    one = csi.compare(frame, MODEL, permutations=300, **ask).differences
    same = csi.compare(frame.sample(frac=1, random_state=1), MODEL, permutations=300, **ask).differences
    other = csi.compare(frame, MODEL, permutations=300, seed=2, **ask).differences
    np.testing.assert_array_equal(one["p_permutation"], same["p_permutation"])
    assert (one["p_permutation"] != other["p_permutation"]).any()


def test_without_replicates_there_are_differences_and_permutations():
    found = csi.compare(survey(), MODEL, by="unit", replicates=0, permutations=99, progress=False)
    assert found.differences[["se", "lower", "upper", "p", "mga"]].isna().all(axis=None)
    assert found.differences["p_permutation"].between(0.01, 1).all()
    assert set(found.omnibus["test"]) == {"d_ULS", "d_G", "permutation"}
    assert "nothing is known" in found.summary()


def test_permutation_omnibus_of_two_groups_is_the_pairs_test():
    found = csi.compare(survey(), MODEL, by="unit", replicates=0, permutations=199, progress=False)
    pairs = found.differences["p_permutation"].to_numpy()
    everyone = found.omnibus.query("test == 'permutation'")["p"].to_numpy()
    np.testing.assert_array_equal(pairs, everyone)


def test_groups_that_differ_are_found():
    frame = survey(2, n=200)
    moved = frame.assign(s1=frame["s1"].where(frame["unit"] == "g0", (frame["s1"] - 2).clip(1)))
    found = csi.compare(moved, MODEL, by="unit", permutations=199, **QUICK)
    row = found.differences.query("quantity == 'index' and construct == 'Satisfaction'").iloc[0]
    assert row["estimate"] > 3
    # 199 permutations show no p below 1/200; p is not counted on the replicates.
    assert row["p"] < 0.001
    assert row["p_permutation"] == pytest.approx(1 / 200)
    assert row["mga"] < 0.01
    omnibus = found.omnibus.query("quantity == 'index' and construct == 'Satisfaction'").set_index("test")["p"]
    assert (omnibus < 0.006).all()


def test_summary_says_when_replicates_are_too_few():
    text = csi.compare(survey(3), MODEL, by="unit", interval="basic", **QUICK).summary().replace("\n  ", " ")
    assert "200 replicates can show no p below" in text
    assert "or interval='normal'" in text


@pytest.mark.parametrize("options", [
    {"resampling": "jackknife"},
    {"interval": "bca"},
    {"interval": "studentized"},
    {"interval": "basic"},
    {"interval": "normal"},
])  # fmt: skip
def test_every_kind_of_interval_has_about_the_same_width(options):
    ask = {"by": "unit", "quantities": "index", "progress": False, "replicates": 400}
    frame = survey(n=200)
    usual = csi.compare(frame, MODEL, **ask).differences
    found = csi.compare(frame, MODEL, **ask, **options).differences
    width, due = (rows["upper"] - rows["lower"] for rows in (found, usual))
    np.testing.assert_allclose(width, due, rtol=0.25)
    assert found["mga"].notna().all() == ("resampling" not in options)


def test_moments_are_compared_with_parametric_replicates():
    frame = survey()
    found = csi.compare(csi.Moments.from_frame(frame, MODEL, by="unit"), MODEL, **QUICK)
    rows = csi.compare(frame, MODEL, by="unit", **QUICK)
    np.testing.assert_allclose(found.differences["estimate"], rows.differences["estimate"], atol=1e-6)
    with pytest.raises(OptionError, match="hold none"):
        csi.compare(csi.Moments.from_frame(frame, MODEL, by="unit"), MODEL, permutations=99, **QUICK)


def clustered(seed=1, crossed=False) -> pd.DataFrame:
    frame = survey(seed=seed, clusters=20, cluster_share=0.2)
    return frame.assign(cluster=np.arange(len(frame)) % 20) if crossed else frame


def test_joint_designs_pair_their_replicates():
    found = csi.compare(clustered(), MODEL, by="unit", clusters="cluster", **QUICK)
    assert found.differences["mga"].isna().all()
    assert found.differences["p"].notna().all()
    own = found.result.evidence(lambda e: e.index)
    apart = difference(own, np.array([0]), np.array([1]), True)
    expected = uncertainty(apart, 0.95, "normal")
    rows = found.differences.query("quantity == 'index'")
    np.testing.assert_allclose(rows["se"], expected.se[0])
    np.testing.assert_allclose(rows["upper"] - rows["lower"], (expected.upper - expected.lower)[0], rtol=0.1)
    omnibus = found.omnibus.query("test == 'wald'").set_index("quantity")
    np.testing.assert_allclose(omnibus.loc["index", "p"], rows["p"])
    # 20 clusters, and what the groups' variances have in common.
    assert omnibus.loc["index", "df_error"].between(19, 29).all()
    assert (omnibus.loc["paths", "df_error"] <= 19).all()


def test_clusters_are_shuffled_as_a_whole_and_their_test_is_wider():
    frame = clustered()
    ask = {"by": "unit", "quantities": "index", "replicates": 0, "permutations": 399, "progress": False}
    whole = csi.compare(frame, MODEL, clusters="cluster", **ask)
    rows = csi.compare(frame, MODEL, **ask)
    assert whole.shuffled == "whole clusters"
    assert rows.shuffled == "respondents"
    assert (whole.differences["p_permutation"] > rows.differences["p_permutation"]).mean() > 0.5
    crossed = csi.compare(clustered(crossed=True), MODEL, clusters="cluster", **ask)
    assert crossed.shuffled == "respondents within clusters"


def test_case_weights_stay_with_their_rows():
    frame = survey(weights=0.5)
    found = csi.compare(frame, MODEL, by="unit", weights="weight", permutations=99, **QUICK)
    plain = csi.compare(frame, MODEL, by="unit", permutations=99, **QUICK)
    assert (found.differences["estimate"] - plain.differences["estimate"]).abs().max() > 1e-3
    assert found.differences["p_permutation"].between(0.01, 1).all()


@pytest.mark.parametrize("missing", ["listwise", "mean", "pairwise"])
def test_missing_answers_are_treated_the_same_in_permutations(missing):
    frame = survey(missing=0.03)
    with pytest.warns(csi.MissingWarning) if missing == "listwise" else _nothing():
        found = csi.compare(frame, MODEL, by="unit", missing=missing, permutations=99, **QUICK)
    assert found.differences["p_permutation"].between(0.01, 1).all()


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def test_dropped_groups_take_no_part():
    frame = survey(3)
    frame.loc[frame["unit"] == "g1", "q1"] = 5.0
    with pytest.warns(csi.UnitWarning):
        found = csi.compare(frame, MODEL, by="unit", bad_units="drop", permutations=99, **QUICK)
    assert set(found.differences["group_1"]) | set(found.differences["group_2"]) == {"g0", "g2"}
    two = csi.compare(frame[frame["unit"] != "g1"], MODEL, by="unit", permutations=99, **QUICK)
    np.testing.assert_allclose(found.differences["estimate"], two.differences["estimate"], atol=1e-12)


def test_failed_permutations_are_counted_and_told():
    """An item that only a few rows of each group answer differently is constant in some permutations."""
    frame = survey(n=30, seed=2)
    frame["l1"] = 5.0
    frame.loc[[0, 1, 30, 31], "l1"] = 6.0
    ask = {"by": "unit", "quantities": "index", "permutations": 199, "replicates": 0, "progress": False}
    with pytest.warns(ReplicateWarning, match="permutations failed"):
        found = csi.compare(frame, MODEL, max_failed=0.5, **ask)
    assert 2 <= sum(found.failed.values()) <= 60
    assert "an item is constant" in found.summary()
    with pytest.raises(EstimationError, match="more than max_failed"):
        csi.compare(frame, MODEL, max_failed=0.01, **ask)


def test_several_columns_name_a_group():
    frame = survey().assign(wave=lambda f: np.arange(len(f)) % 2 + 1)
    found = csi.compare(frame, MODEL, by=["unit", "wave"], reference="g0 / 1", quantities="index", **QUICK)
    assert set(found.differences["group_1"]) == {"g0 / 2", "g1 / 1", "g1 / 2"}
    assert (found.differences["group_2"] == "g0 / 1").all()


@pytest.mark.parametrize("change, told", [
    ({"by": None}, "two groups"),
    ({"model": None}, "give the model"),
    ({"reference": "nobody"}, "'g0', 'g1'"),
    ({"adjust": "bonferroni"}, "'holm'"),
    ({"quantities": ()}, "empty"),
    ({"quantities": "means"}, "'index'"),
    ({"quantities": ("index", "index")}, "more than once"),
    ({"quantities": [("gap", ["a"], None)]}, "triple"),
    ({"quantities": [("gap", {"name": ["a"]}, lambda e: e.index)]}, "labels of 'gap'"),
    ({"quantities": [("gap", {"construct": ["a"]}, lambda e: e.index)]}, "shape"),
    ({"permutations": -1}, "permutations"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused(change, told):
    ask = {"model": MODEL, "by": "unit", **QUICK, **change}
    with pytest.raises(OptionError, match=told):
        csi.compare(survey(), **ask)


def test_a_fit_has_no_rows_to_permute_and_no_options():
    result = csi.fit(MODEL, survey(), by="unit", **QUICK)
    with pytest.raises(OptionError, match="hold none"):
        csi.compare(result, permutations=99)
    with pytest.raises(OptionError, match="level"):
        csi.compare(result, level=0.9)
    with pytest.raises(OptionError, match="two groups"):
        csi.compare(csi.fit(MODEL, survey().drop(columns="unit"), **QUICK))


def test_replicate_weights_do_not_say_what_to_shuffle():
    frame = survey()
    rng = np.random.default_rng(1)
    columns = [f"r{i}" for i in range(30)]
    frame[columns] = rng.poisson(1.0, (len(frame), 30)).astype(float)
    design = csi.Survey(frame, replicate_weights=columns, replicate_method="bootstrap", by="unit")
    found = csi.compare(design, MODEL, progress=False)
    assert found.differences["p"].notna().all()
    assert found.differences["mga"].isna().all()
    with pytest.raises(OptionError, match="sampled together"):
        csi.compare(design, MODEL, permutations=99, progress=False)


def test_one_difference_has_one_answer_in_every_door():
    frame = survey(3, n=90, seed=6).assign(year=lambda d: d["unit"].map({"g0": 2023, "g1": 2024, "g2": 2025}), firm="A")
    for options in ({}, {"resampling": "jackknife"}, {"clusters": "cluster"}):
        rows = frame.assign(cluster=np.arange(len(frame)) % 30) if "clusters" in options else frame
        result = csi.fit(MODEL, rows.drop(columns="unit"), by=["firm", "year"], **options, **QUICK)
        pairs = csi.compare(result, quantities="index", reference="A / 2023").differences
        pairs = pairs[pairs["construct"] == MODEL.target].reset_index(drop=True)
        own = csi.trend(result, weights="own", against="first")
        waves = csi.league(result, wave="year").table
        columns = ["estimate", "se", "lower", "upper", "p"]
        np.testing.assert_allclose(pairs[columns], own.changes[columns], rtol=1e-6)
        second = waves[waves["year"] == 2024].iloc[0]
        for name, own_name in (("change", "estimate"), ("change_lower", "lower"), ("change_upper", "upper")):
            assert second[name] == pytest.approx(pairs[own_name][0], rel=1e-6)
        assert second["p_change"] == pytest.approx(pairs["p"][0], rel=1e-6)
        units = csi.fit(MODEL, rows, by="unit", **options, **QUICK)
        gap = csi.league(units).table.set_index("unit")
        first, other = gap["gap_leader"].idxmax(), gap["gap_leader"].idxmin()
        both = csi.compare(units, quantities="index", adjust="none").differences
        both = both[both["construct"] == MODEL.target].set_index(["group_1", "group_2"])
        assert both.loc[tuple(sorted((first, other))), "p"] == pytest.approx(gap.loc[other, "p_leader"])


def test_of_many_groups_a_small_one_takes_no_power_from_the_test_of_all():
    frame = survey(8, n=150, seed=2)
    moved = frame.assign(
        **{f"s{k}": frame[f"s{k}"].where(frame["unit"] != "g1", (frame[f"s{k}"] - 2).clip(1)) for k in (1, 2)}
    )
    small = moved.groupby("unit").head(150)
    small = small[(small["unit"] != "g0") | (small.groupby("unit").cumcount() < 30)]
    found = csi.compare(small, MODEL, by="unit", quantities="index", **QUICK)
    p = found.omnibus.query("test == 'wald' and construct == 'Satisfaction'").iloc[0]
    assert p["p"] < 0.001 and p["df_error"] > 20
    assert "No parameter differs" not in found.summary()
    assert "200 replicates of each group" in found.summary().replace("\n  ", " ")
