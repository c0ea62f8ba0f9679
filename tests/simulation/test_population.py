"""Populations with known truth: exact moments against large samples, and what the arguments do."""

import pickle

import numpy as np
import pandas as pd
import pytest

import csindex as csi

TEXT = "Quality =~ q1 + q2; Satisfaction =~ s1 + s2 + s3; Trouble =~ t1; Satisfaction ~ Quality; Trouble ~ Satisfaction"
MODEL = csi.Model.parse(TEXT, scales={"s3": (0, 100), "t1": (0, 1)}, reversed=["q2"])
LARGE = 100_000


def assert_sample_of(moments: csi.Moments, frame: pd.DataFrame) -> None:
    """Check that the frame's means and correlations are those of the moments, to five standard errors."""
    n = len(frame)
    np.testing.assert_array_less(np.abs(frame.mean() - moments.mean), 5 * moments.sd / np.sqrt(n))
    np.testing.assert_allclose(frame.std(), moments.sd, rtol=0.03)
    np.testing.assert_allclose(frame.corr(), moments.correlation, atol=5 / np.sqrt(n))


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"paths": 0.3, "loadings": 0.95, "level": {"t1": 0.4, "q1": 0.95}, "spread": {"s1": 0.05}},
        {"paths": {("Quality", "Satisfaction"): -0.6}, "loadings": {"q1": 0.3}},
        {"level": 0.5, "spread": 1.0},
    ],
    ids=["usual", "skewed", "negative", "wide"],
)
def test_exact_moments_are_those_of_large_samples(arguments):
    population = csi.Population(MODEL, **arguments)
    assert_sample_of(population.moments, population.draw(LARGE, seed=4))


def test_levels_of_yes_no_items_are_shares_of_yes():
    moments = csi.Population(MODEL, level={"t1": 0.3}).moments
    assert moments.mean[5] == pytest.approx(0.3, abs=1e-12)
    assert moments.sd[5] == pytest.approx(np.sqrt(0.3 * 0.7), abs=1e-12)


def test_reversed_items_mirror_the_others():
    twin = csi.Model.parse(TEXT, scales={"s3": (0, 100), "t1": (0, 1)})
    turned, straight = csi.Population(MODEL).moments, csi.Population(twin).moments
    assert turned.mean[1] == pytest.approx(11 - straight.mean[1])
    assert turned.cov[1, 1] == pytest.approx(straight.cov[1, 1])
    np.testing.assert_allclose(turned.cov[1, [0, 2, 3, 4, 5]], -straight.cov[1, [0, 2, 3, 4, 5]])


def test_groups_have_levels_of_their_own():
    population = csi.Population(MODEL, groups=["a", "b", "c"], group_share=0.3, seed=8)
    frame = population.draw(LARGE // 2, seed=5)
    moments = population.moments
    assert moments.units is not None
    assert moments.units["unit"].tolist() == ["a", "b", "c"]
    assert np.ptp(moments.mean[:, 0]) > 0.3
    for row, (_, part) in enumerate(frame.groupby("unit")):
        own = csi.Moments(moments.items, moments.mean[row], moments.cov[row], 1)
        assert_sample_of(own, part.drop(columns="unit"))


def test_numbered_groups_sort():
    assert csi.Population(MODEL, groups=12).group_names[0] == "unit 01"
    assert sorted(csi.Population(MODEL, groups=12).group_names) == csi.Population(MODEL, groups=12).group_names


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_clusters_share_answers(share):
    frame = csi.Population(MODEL, level=0.5, spread=0.15).draw(40_000, 3, clusters=4000, cluster_share=share)
    assert frame["cluster"].value_counts().unique().tolist() == [10]
    groups = frame.groupby("cluster")["s3"]
    between, within = 10 * groups.mean().var(), groups.var().mean()
    # The scale from 0 to 100 is fine enough for the correlation of the uncut answers to come through.
    assert (between - within) / (between + 9 * within) == pytest.approx(share, abs=0.015)


def test_weights_and_gaps():
    frame = csi.simulate(MODEL, 40_000, seed=2, weights=0.6, missing=0.1)
    assert frame.columns.tolist() == ["weight", *MODEL.item_names]
    assert frame["weight"].std() / frame["weight"].mean() == pytest.approx(0.6, rel=0.05)
    assert frame["weight"].mean() == pytest.approx(1, rel=0.02)
    np.testing.assert_allclose(frame[list(MODEL.item_names)].isna().mean(), 0.1, atol=0.01)
    assert abs(frame["weight"].corr(frame["s3"])) < 0.02


def test_the_seed_makes_the_sample():
    one, same, other = (csi.simulate(MODEL, 50, seed=seed, groups=2) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_answers_stay_on_their_scales():
    frame = csi.simulate(MODEL, 5000, seed=1, spread=2.0)
    for item in MODEL.items:
        low, high = item.scale
        assert frame[item.name].between(low, high).all()
        assert (frame[item.name] % 1 == 0).all()


def test_usual_paths_explain_half():
    model = csi.acsi()
    population = csi.Population(model)
    explained = np.einsum("ij,jk,ik->i", population.coefficients, population.latent, population.coefficients)
    endogenous = [name in {path.target for path in model.paths} for name in model.construct_names]
    np.testing.assert_allclose(explained[endogenous], 0.5)
    complaints = model.construct_names.index("Complaints")
    assert population.coefficients[complaints].min() < 0


def test_what_is_found_is_the_truth():
    model = csi.Model.parse(
        "Quality =~ q1 + q2 + q3; Value =~ v1 + v2; Satisfaction =~ s1 + s2 + s3; "
        "Value ~ Quality; Satisfaction ~ Quality + Value"
    )
    loadings = {"q1": 0.6, "s2": 0.9}
    frame = csi.simulate(model, 20_000, seed=6, loadings=loadings, weights=0.4)
    truth = csi.fit(model, csi.Population(model, loadings=loadings).moments, replicates=0)
    found = csi.fit(model, frame, weights="weight", replicates=0)
    np.testing.assert_allclose(found.index.estimate, truth.index.estimate, atol=0.5)
    np.testing.assert_allclose(found.paths.estimate, truth.paths.estimate, atol=0.03)
    np.testing.assert_allclose(found.impacts().estimate, truth.impacts().estimate, atol=0.2)


def test_frames_can_be_worked_with(tmp_path):
    frame = csi.simulate(MODEL, 30, seed=1)
    both = pd.concat([frame, frame.assign(q1=5)], ignore_index=True)
    assert len(both.query("q1 == 5")) >= 30
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "answers.parquet")
    assert pd.read_parquet(tmp_path / "answers.parquet").equals(frame)
    assert pickle.loads(pickle.dumps(frame)).equals(frame)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ({"paths": {("Quality", "Value"): 0.5}}, ["paths names [('Quality', 'Value')]"]),
        ({"paths": {"Quality": 0.5}}, ["paths names ['Quality']"]),
        ({"paths": {("Quality", "Satisfaction"): "big"}}, ["paths='big'", "number"]),
        ({"paths": "big"}, ["paths='big'", "number"]),
        ({"paths": 1.0}, ["all the variance of 'Satisfaction'", "smaller"]),
        ({"loadings": {"q9": 0.5}}, ["loadings names ['q9']"]),
        ({"loadings": 1.0}, ["loadings must lie between -1 and 1"]),
        ({"loadings": {"q1": None}}, ["loadings=None"]),
        ({"loadings": float("nan")}, ["loadings=nan"]),
        ({"level": {"q9": 0.5}}, ["level names ['q9']"]),
        ({"level": 7}, ["level must lie between 0 and 1"]),
        ({"level": {"t1": 0}}, ["yes/no"]),
        ({"spread": 0}, ["spread must be more than 0"]),
        ({"spread": -0.1}, ["spread"]),
        ({"groups": 0}, ["groups=0"]),
        ({"groups": 2.5}, ["groups=2.5"]),
        ({"groups": "abc"}, ["groups='abc'", "names"]),
        ({"groups": ["a", "b", "a"]}, ["more than once"]),
        ({"groups": 2, "group_share": 1}, ["group_share=1"]),
        ({"missing": 1}, ["missing", "less than 1"]),
        ({"weights": -1}, ["weights", "not negative"]),
        ({"weights": "w"}, ["weights='w'"]),
        ({"clusters": 0}, ["clusters=0"]),
        ({"clusters": 3, "cluster_share": 1.5}, ["cluster_share"]),
        ({"seed": -1}, ["seed=-1"]),
        ({"seed": "one"}, ["seed='one'"]),
        ({"n": 0}, ["n=0"]),
        ({"n": 10.0}, ["n=10.0"]),
        ({"model": TEXT}, ["model must be a csindex Model"]),
        ({"model": MODEL.rename({"q1": "unit"}), "groups": 2}, ["['unit']", "model.rename"]),
        ({"model": MODEL.rename({"q1": "weight"}), "weights": 0.5}, ["['weight']", "model.rename"]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_arguments_that_cannot_be(arguments, parts):
    with pytest.raises(csi.OptionError) as caught:
        csi.simulate(**{"model": MODEL, "n": 10, **arguments})
    assert [part for part in parts if part not in str(caught.value)] == []
