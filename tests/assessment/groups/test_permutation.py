"""The permutations themselves: labels, moments, and how often the tests err."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import csindex as csi
from csindex.assessment.groups.permutation import group_moments, pool, share_as_extreme, shuffled

MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")


def pooled(missing="listwise", members=(0, 1, 2), **design):
    frame = csi.simulate(MODEL, 40, groups=3, seed=1, weights=0.3, missing=0.05, clusters=8)
    frame["stratum"] = np.arange(len(frame)) % 4
    survey = csi.Survey(frame, weights="weight", by="unit", **design)
    return survey, pool(
        survey.answers(MODEL.items, complete=missing == "listwise"), MODEL.item_names, missing, np.array(members)
    )


@pytest.mark.parametrize("missing", ["listwise", "mean", "pairwise"])
def test_moments_under_the_sample_labels_are_those_of_the_groups(missing):
    survey, rows = pooled(missing)
    mean, cov = group_moments(rows, rows.label[:, None])
    own = csi.Moments.from_frame(survey, MODEL, missing=missing)
    np.testing.assert_allclose(mean, own.mean, rtol=0, atol=1e-10)
    # Pairwise deviations count the answers to each item, of both groups together here: with a share m missing of n rows
    # that is m/n off, here up to a tenth of 38.
    np.testing.assert_allclose(cov, own.cov, rtol=1e-10 if missing != "pairwise" else 3e-3)


def test_moments_do_not_depend_on_how_many_are_made_at_a_time(monkeypatch):
    _, rows = pooled()
    label = shuffled(np.random.default_rng(1), rows, 7)
    at_once = group_moments(rows, label)
    monkeypatch.setattr("csindex.assessment.groups.permutation.TILE_CELLS", 4 * len(label))
    for one, other in zip(at_once, group_moments(rows, label), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


def test_some_groups_only():
    survey, rows = pooled(members=(2, 0))
    mean, _ = group_moments(rows, rows.label[:, None])
    np.testing.assert_allclose(mean, csi.Moments.from_frame(survey, MODEL).mean[[2, 0]], atol=1e-10)


def test_labels_are_shuffled_evenly():
    _, rows = pooled()
    label = shuffled(np.random.default_rng(1), rows, 4000)
    counts = np.bincount(rows.label)
    assert all((label == g).sum(axis=0).tolist() == [n] * 4000 for g, n in enumerate(counts))
    share = (label == 0).mean(axis=1)
    # Each row is in the first group as often as its share; four and a half standard errors of 4,000 draws, ~100 rows.
    p = counts[0] / counts.sum()
    assert np.abs(share - p).max() < 4.5 * np.sqrt(p * (1 - p) / 4000)


def test_clusters_stay_together():
    survey, rows = pooled(clusters="cluster")
    assert rows.words == "whole clusters"
    psu = survey.answers(MODEL.items).sampling.psu
    label = shuffled(np.random.default_rng(1), rows, 50)
    for cluster in np.unique(psu):
        assert (label[psu == cluster] == label[psu == cluster][:1]).all()
    assert (label != rows.label[:, None]).any()


def test_strata_with_several_groups_keep_their_composition():
    survey, rows = pooled(strata="stratum")
    assert rows.words == "respondents within strata"
    label = shuffled(np.random.default_rng(1), rows, 20)
    sampling = survey.answers(MODEL.items).sampling
    stratum = sampling.stratum[sampling.psu]
    for h in np.unique(stratum):
        for g in range(3):
            assert ((label[stratum == h] == g).sum(axis=0) == (rows.label[stratum == h] == g).sum()).all()
    assert pooled(strata="unit")[1].words == "respondents"


def test_share_counts_the_sample_and_ties():
    drawn = np.array([0.1, 0.5, 0.5 - 1e-14, 0.9, np.nan])[:, None]
    assert share_as_extreme(np.array([0.5]), drawn)[0] == pytest.approx(4 / 5)
    assert np.isnan(share_as_extreme(np.array([0.5]), np.full((3, 1), np.nan)))[0]


@pytest.mark.slow
def test_equal_groups_are_rejected_in_five_percent():
    """Permutation tests are exact, so only sampling error separates them from 5%; the others are asymptotic.

    Shares are averaged over the parameters of a sample, and the standard error is that of the averages. Ten tests at
    three and a half standard errors fail once in 200 runs; the seeds are fixed.
    """
    path = Path(__file__).resolve().parents[3] / "examples" / "type_one_error.py"
    spec = importlib.util.spec_from_file_location("type_one_error", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.table(500, first=10_001)
    assert (found["se"] < 1.2).all()
    exact = found[found.index.str.contains("permutation|d_ULS|d_G|MICOM")]
    assert ((exact["rejected"] - 5).abs() < 3.5 * exact["se"]).all(), exact
    wald = found[found.index.str.contains("wald")]
    assert ((wald["rejected"] - 5).abs() < 1 + 3.5 * wald["se"]).all(), wald
