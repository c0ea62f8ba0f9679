"""Policies and intervals that are registered within a test go through everything that a reader sees."""

import ast
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex import options
from csindex.benchmark.unit_scores import UnitScores
from csindex.messages import words
from csindex.moments.missing import POLICIES, Policy
from csindex.moments.sums import complete_moments, complete_sums
from csindex.options import Options
from csindex.replicates.intervals import INTERVALS, Method, Uncertainty

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; Satisfaction ~ Quality; "
    "Loyalty ~ Satisfaction",
    target="Satisfaction",
)
FEW = {"replicates": 40, "progress": False}


def with_medians(x, *_):
    """Replace missing answers by the median of those that are there."""
    return np.where(np.isnan(x), np.nanmedian(x, axis=0), x)


def median_moments(x, weights, start):
    return complete_moments(complete_sums(with_medians(x), weights), x.shape[1], float(len(x)))


def twice_as_wide(evidence, se, tail):
    normal = INTERVALS["normal"].spread(evidence, se, tail)
    e = evidence.estimate
    return Uncertainty(se, e - 2 * (e - normal.lower), e + 2 * (normal.upper - e), normal.p)


def with_influence(evidence, se, tail):
    assert evidence.jackknife is not None
    return INTERVALS["normal"].spread(evidence, se, tail)


MEDIAN = Policy("item medians", median_moments, with_medians, definite=True)
WIDE = Method("twice as wide", twice_as_wide, distribution=False)
OF_ROWS = Method("with influence", with_influence, jackknife=True, design=False)


@pytest.fixture(scope="module")
def gaps():
    """Answers on whole numbers, of which one in twenty is missing."""
    return csi.simulate(MODEL, 300, seed=1, missing=0.05)


@pytest.fixture(scope="module")
def answers():
    return csi.simulate(MODEL, 300, seed=1)


@pytest.fixture(scope="module")
def units():
    return csi.simulate(MODEL, 90, groups=4, seed=2, clusters=12)


@pytest.fixture
def policy():
    with POLICIES.added(MEDIAN):
        yield MEDIAN.name


@pytest.fixture
def interval():
    with INTERVALS.added(WIDE):
        yield WIDE.name


def read_by_everyone(result, name, data, tmp_path):
    """Ask for every text, and look for the name in those that say how the result was computed."""
    for lang in ("en", "ko"):
        assert name in result.summary(lang)
        assert "Satisfaction" in csi.assess(result).summary(lang)
        csi.report(result, tmp_path / f"{lang}.html", lang=lang)
        assert name in (tmp_path / f"{lang}.html").read_text(encoding="utf-8")
    assert np.isfinite(result.index.se).all()
    assert len(result.scores(data)) == len(data)


@pytest.mark.filterwarnings("ignore::csindex.FontWarning")
def test_a_registered_policy_goes_from_fit_to_report(policy, gaps, tmp_path):
    result = csi.fit(MODEL, gaps, missing=policy, **FEW)
    read_by_everyone(result, policy, gaps, tmp_path)
    items = list(MODEL.item_names)
    filled = gaps.assign(**gaps[items].fillna(gaps[items].median()))
    whole = csi.fit(MODEL, filled, **FEW)
    # Rows are drawn in an order that depends on the answers, so that only the estimates are the same.
    np.testing.assert_allclose(result.index.estimate, whole.index.estimate, rtol=1e-12)
    pd.testing.assert_frame_equal(result.scores(gaps), whole.scores(filled))
    assert csi.check(MODEL, gaps, missing=policy).ok
    np.testing.assert_allclose(csi.Moments.from_frame(gaps, MODEL, missing=policy).mean, filled[items].mean())


@pytest.mark.parametrize(
    ("door", "text"),
    [
        (lambda data, **more: csi.fit(MODEL, data, ordinal=True, **more), "does not go with ordinal items"),
        (lambda data, **more: csi.fit(MODEL, data, estimator="cbsem", **more), "are not those of a complete sample"),
        (lambda data, **more: csi.fit(MODEL, csi.Moments.from_frame(data, MODEL), **more), "needs rows"),
        (lambda data, **more: csi.scan(data, MODEL, **more), "not available for data of any size"),
        (lambda data, **more: csi.predict(MODEL, data, **more), "leaves gaps in the rows"),
        (lambda data, **more: csi.thresholds(data, MODEL, **more), "is not known"),
    ],
)
def test_a_registered_policy_is_refused_where_its_entry_says_so(policy, gaps, door, text):
    with pytest.raises(csi.OptionError, match=text) as refused:
        door(gaps, missing=policy)
    assert "item medians" in str(refused.value)


@pytest.mark.filterwarnings("ignore::csindex.FontWarning")
def test_a_registered_interval_goes_from_fit_to_report(interval, answers, tmp_path):
    result = csi.fit(MODEL, answers, interval=interval, **FEW)
    read_by_everyone(result, interval, answers, tmp_path)
    normal = csi.fit(MODEL, answers, interval="normal", **FEW)
    wide, usual = (one.paths.upper - one.paths.lower for one in (result, normal))
    np.testing.assert_allclose(wide, 2 * usual)


def test_a_registered_interval_stays_with_its_units(interval, units):
    result = csi.fit(MODEL, units, by="unit", interval=interval, **FEW)
    found = [csi.league(result).table, csi.compare(result).differences]
    normal = csi.fit(MODEL, units, by="unit", interval="normal", **FEW)
    for wide, usual in zip(found, [csi.league(normal).table, csi.compare(normal).differences], strict=True):
        np.testing.assert_allclose(wide.upper - wide.lower, 2 * (usual.upper - usual.lower))


def test_an_interval_that_needs_no_distribution_goes_with_jackknife_and_analytic_errors(interval, answers):
    for more in ({"resampling": "jackknife", **FEW}, {"estimator": "cbsem"}):
        wide = csi.fit(MODEL, answers, interval=interval, **more).paths
        usual = csi.fit(MODEL, answers, interval="normal", **more).paths
        np.testing.assert_allclose(wide.upper - wide.lower, 2 * (usual.upper - usual.lower))


def test_an_interval_gets_what_it_needs(units):
    with INTERVALS.added(OF_ROWS):
        result = csi.fit(MODEL, units, by="unit", interval=OF_ROWS.name, **FEW)
        assert result.jackknife is not None and result.nested is None
        assert np.isfinite(result.index.upper).all()
        assert UnitScores.of(result).interval == "percentile"
        for more, text in (
            ({"resampling": "jackknife"}, "does not go with resampling='jackknife'"),
            ({"resampling": "parametric"}, "needs resampling='bootstrap'"),
            ({"clusters": "cluster"}, "not available for sampling designs"),
        ):
            with pytest.raises(csi.OptionError, match=text):
                csi.fit(MODEL, units, by="unit", interval=OF_ROWS.name, **FEW, **more)


@pytest.mark.parametrize(
    ("option", "registry", "entry"),
    [("missing", POLICIES, MEDIAN), ("interval", INTERVALS, WIDE)],
    ids=["missing", "interval"],
)
def test_registries_are_read_only_and_know_an_entry_for_a_while(option, registry, entry):
    usual = list(get_args(getattr(options, option.capitalize())))
    assert [*registry] == usual == [one.name for one in registry.values()]
    with pytest.raises(TypeError):
        registry[entry.name] = entry
    with registry.added(entry):
        assert registry[entry.name] is entry
        assert getattr(Options(**{option: entry.name}), option) == entry.name
        with pytest.raises(csi.OptionError, match="registered already"), registry.added(entry):
            pass
    assert [*registry] == usual
    with pytest.raises(csi.OptionError, match="is not known"):
        Options(**{option: entry.name})
    for lang in ("en", "ko"):
        assert set(usual) <= set(words("glossary")[lang])


HOMES = ("options.py", "moments/missing.py", "replicates/intervals.py")


def test_nothing_but_the_registries_compares_policies_or_intervals_with_names():
    root, found = Path(csi.__file__).parent, []
    names = {"missing": set(POLICIES), "interval": set(INTERVALS)}
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).as_posix() in HOMES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            asked = {getattr(side, "attr", getattr(side, "id", "")) for side in sides}
            texts = {leaf.value for side in sides for leaf in ast.walk(side) if isinstance(leaf, ast.Constant)}
            if any(option in asked and texts & known for option, known in names.items()):
                found.append(f"{path.relative_to(root)}:{node.lineno}")
    assert not found
