"""Index weights carried over from an earlier wave."""

import io

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.errors import OptionError

MODEL = csi.acsi()
RATINGS = [item.name for item in MODEL.items if item.scale != (0, 1)]
ROUNDING = 1e-12


def wave(level: float, seed: int) -> pd.DataFrame:
    """Return answers of three companies, whose items have levels and spreads of their own."""
    levels = dict(zip(RATINGS, level + np.linspace(-0.1, 0.1, len(RATINGS)), strict=True))
    spreads = dict(zip(RATINGS, np.linspace(0.12, 0.3, len(RATINGS)), strict=True))
    people = csi.Population(MODEL, level=levels, spread=spreads, groups=["Ash", "Elm", "Oak"], group_share=0.05)
    return people.draw(200, seed=seed).rename(columns={"unit": "company"})


FIRST, SECOND = wave(0.65, 1), wave(0.70, 2)
pytestmark = pytest.mark.filterwarnings("ignore::csindex.errors.ConventionWarning")


@pytest.fixture(scope="module")
def first() -> csi.Fit:
    return csi.fit(MODEL, FIRST, by="company", replicates=0)


@pytest.fixture(scope="module")
def second(first) -> csi.Fit:
    return csi.fit(MODEL, SECOND, by="company", replicates=200, weights_from=first)


def hundred(frame: pd.DataFrame) -> pd.DataFrame:
    """Return answers on 0-100, high meaning much."""
    low, high = (np.array([item.scale[end] for item in MODEL.items]) for end in (0, 1))
    share = (frame[list(MODEL.item_names)] - low) / (high - low) * 100
    turned = [item for construct in MODEL.constructs for item in construct.reversed]
    return share.assign(**{item: 100 - share[item] for item in turned})


def test_index_weights_are_exactly_the_earlier_ones(first, second):
    v = first.estimates.index_weights
    np.testing.assert_array_equal(second.estimates.index_weights, v)
    np.testing.assert_array_equal(second.replicates.estimates.index_weights, np.repeat(v[:, None], 200, axis=1))
    assert (second.index_weights.se == 0).all()


def test_the_index_is_the_earlier_weights_of_the_new_means(first, second):
    weights = first.index_weights.set_index(["company", "construct", "item"]).estimate
    for company, rows in SECOND.groupby("company"):
        means = hundred(rows).mean()
        for construct in MODEL.constructs:
            expected = sum(weights[company, construct.name, item] * means[item] for item in construct.items)
            found = second.index.set_index(["company", "construct"]).estimate[company, construct.name]
            assert found == pytest.approx(expected, abs=1e-10)


def test_paths_are_regressions_of_these_indices(first, second):
    """And loadings the correlations of the items with them."""
    weights = first.index_weights.set_index(["company", "item"]).estimate
    for company, rows in SECOND.groupby("company"):
        x = hundred(rows)
        scores = pd.DataFrame({c.name: sum(weights[company, i] * x[i] for i in c.items) for c in MODEL.constructs})
        z = (scores - scores.mean()) / scores.std()
        paths = second.paths[second.paths.company == company]
        for target, block in paths.groupby("target"):
            b = np.linalg.lstsq(z[block.source.tolist()].to_numpy(), z[target].to_numpy())[0]
            np.testing.assert_allclose(block.estimate, b, rtol=0, atol=1e-10)
        loadings = second.loadings[second.loadings.company == company]
        expected = [np.corrcoef(x[i], scores[c])[0, 1] for c, i in zip(loadings.construct, loadings.item, strict=True)]
        np.testing.assert_allclose(loadings.estimate, expected, rtol=0, atol=1e-10)
        sd = dict(
            zip(MODEL.construct_names, second.estimates.deviation[["Ash", "Elm", "Oak"].index(company)], strict=True)
        )
        assert sd["Quality"] == pytest.approx(scores["Quality"].std(), rel=1e-10)


def test_the_same_wave_gives_the_same_fit(first):
    again = csi.fit(MODEL, FIRST, by="company", replicates=0, weights_from=first)
    for name in ("index", "paths", "weights", "loadings", "r2", "deviation"):
        np.testing.assert_allclose(getattr(again.estimates, name), getattr(first.estimates, name), rtol=0, atol=1e-10)


@pytest.mark.parametrize("variant", ["standardized", "centered"])
def test_weights_of_standardized_items_would_be_another_index(first, variant):
    """Fixed weights of a Construct apply to items as the variant sees them, and move with the items' deviations."""
    one = csi.fit(MODEL, FIRST, replicates=0)
    w = one.weights.set_index("item").estimate
    constructs = [
        csi.Construct(c.name, c.items, mode="fixed", weights=w[list(c.items)], reversed=c.reversed)
        for c in MODEL.constructs
    ]
    fixed = csi.fit(csi.Model(constructs, MODEL.paths, MODEL.items), SECOND, replicates=0)
    carried = csi.fit(MODEL, SECOND, replicates=0, weights_from=one, variant=variant)
    assert np.abs(fixed.estimates.index_weights - one.estimates.index_weights).max() > 1e-3
    np.testing.assert_array_equal(carried.estimates.index_weights, one.estimates.index_weights)


def test_the_variant_changes_only_what_outer_weights_are_of(first, second):
    centred = csi.fit(MODEL, SECOND, by="company", replicates=0, weights_from=first, variant="centered")
    for name in ("paths", "loadings", "index", "deviation"):
        np.testing.assert_allclose(
            getattr(centred.estimates, name), getattr(second.estimates, name), rtol=0, atol=1e-10
        )


def test_a_table_will_do(first, second):
    text = first.index_weights.to_csv(index=False)
    found = csi.fit(MODEL, SECOND, by="company", replicates=0, weights_from=pd.read_csv(io.StringIO(text)))
    np.testing.assert_allclose(found.estimates.index, second.estimates.index, rtol=0, atol=ROUNDING)
    shuffled = first.index_weights.sample(frac=1, random_state=1)
    found = csi.fit(MODEL, SECOND, by="company", replicates=0, weights_from=shuffled)
    np.testing.assert_allclose(found.estimates.index, second.estimates.index, rtol=0, atol=ROUNDING)


def test_weights_without_units_go_to_all(first):
    one = csi.fit(MODEL, FIRST, replicates=0)
    found = csi.fit(MODEL, SECOND, by="company", replicates=0, weights_from=one)
    np.testing.assert_array_equal(found.estimates.index_weights, np.repeat(one.estimates.index_weights, 3, axis=0))


def test_units_are_matched_by_label(first, second):
    backwards = SECOND.iloc[::-1].assign(company=pd.Categorical(SECOND.company.iloc[::-1], ["Oak", "Ash", "Elm"]))
    found = csi.fit(MODEL, backwards, by="company", replicates=0, weights_from=first)
    both = found.index.merge(second.index, on=["company", "construct"])
    np.testing.assert_allclose(both.estimate_x, both.estimate_y, rtol=0, atol=1e-10)
    finer = csi.fit(MODEL, SECOND.assign(year=2024), by=["year", "company"], replicates=0, weights_from=first)
    np.testing.assert_allclose(finer.estimates.index, second.estimates.index, rtol=0, atol=1e-10)


def test_units_without_weights(first):
    renamed = SECOND.assign(company=SECOND.company.replace({"Elm": "Yew"}))
    with pytest.raises(
        OptionError, match=r"company 'Yew': the earlier wave has no weights of this unit.*\n?bad_units='drop'"
    ):
        csi.fit(MODEL, renamed, by="company", replicates=0, weights_from=first)
    with pytest.warns(csi.UnitWarning, match="'Yew'"):
        found = csi.fit(MODEL, renamed, by="company", replicates=20, weights_from=first, bad_units="drop")
    np.testing.assert_array_equal(found.estimates.index_weights, first.estimates.index_weights[[0, 2]])
    np.testing.assert_array_equal(found.replicates.estimates.index_weights[:, 5], first.estimates.index_weights[[0, 2]])


OTHER = "Quality =~ OVERALLQ + CUSTOMQ; Satisfaction =~ SATIS + IDEAL + new; Satisfaction ~ Quality"


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"by": None}, r"units by \['company'\]; the new answers have none"),
        ({"by": "wave"}, r"units by \['company'\]; the new answers have units by \['wave'\]"),
        ({"estimator": "plsc"}, r"does not go with estimator='plsc'.*estimator='pls'"),
        ({"convention": "equal"}, r"convention= says.*Leave it out"),
        ({"weights_from": 3}, r"the result of an earlier fit, or its table \.index_weights, not int"),
        ({"weights_from": pd.DataFrame({"item": ["a"]})}, r"no column 'construct'"),
    ],
)
def test_what_does_not_go_together(first, change, parts):
    options = {"by": "company", "weights_from": first, "replicates": 0, **change}
    with pytest.raises(OptionError, match=parts):
        csi.fit(MODEL, SECOND.assign(wave=2), **options)


def test_other_items_are_named(first):
    with pytest.raises(OptionError, match=r"no weight of 'new' in Satisfaction, and weights of .*model\.rename"):
        csi.fit(csi.Model.parse(OTHER), SECOND, by="company", replicates=0, weights_from=first)
    turned = csi.Model(
        [
            csi.Construct(c.name, c.items, reversed=c.items[:1] if c.name == "Quality" else c.reversed)
            for c in MODEL.constructs
        ],
        MODEL.paths,
        MODEL.items,
    )
    with pytest.raises(
        OptionError, match=rf"{MODEL.construct('Quality').items[0]} are reversed in one of the two waves only"
    ):
        csi.fit(turned, SECOND, by="company", replicates=0, weights_from=first)


@pytest.mark.parametrize(
    ("spoil", "parts"),
    [
        (lambda t: t.assign(estimate=t.estimate * 2), r"index weights of 'Expectations' must sum to 1, not to 2"),
        (lambda t: t.iloc[1:], r"one number for each item of each unit"),
        (lambda t: pd.concat([t, t.head(1)]), r"one number for each item of each unit"),
    ],
)
def test_tables_that_are_no_weights(first, spoil, parts):
    with pytest.raises(OptionError, match=parts):
        csi.fit(MODEL, SECOND, by="company", replicates=0, weights_from=spoil(first.index_weights))


def test_what_would_estimate_weights_again_is_refused(second):
    with pytest.raises(OptionError, match="carried over"):
        csi.fit_pooled(second)
    with pytest.raises(OptionError, match="carried over"):
        csi.compare(SECOND, MODEL, by="company", weights_from=second, permutations=20, replicates=0, progress=False)


def test_differences_and_trends_go_on(second):
    assert csi.compare(second, quantities="index").differences.se.notna().any()
    assert csi.league(second).table.shape[0] == 3


def test_a_fit_with_carried_weights_is_assessed(first):
    """Models that are estimated again, without a path or from turned replicates, have the same weights."""
    found = csi.fit(MODEL, FIRST, by="company", replicates=60, weights_from=first)
    own = csi.fit(MODEL, FIRST, by="company", replicates=60)
    carried, estimated = csi.assess(found), csi.assess(own)
    labels = ["company", "source", "target", "measure"]
    both = carried.f2.merge(estimated.f2, on=labels)
    kept = both[both.measure == "f2"]
    np.testing.assert_allclose(kept.estimate_x, kept.estimate_y, rtol=0, atol=1e-9)
    again = carried.f2.pivot_table(index=labels[:3], columns="measure", values="estimate")
    np.testing.assert_allclose(again.f2, again.f2_reestimated, rtol=0, atol=1e-9)
    assert carried.fit.query("measure == 'srmr'").p.between(0, 1).all()


@pytest.mark.parametrize("options", [{"resampling": "jackknife"}, {"interval": "bca"}, {"interval": "studentized"}])
def test_every_kind_of_replicate_has_the_weights(first, options):
    found = csi.fit(MODEL, SECOND, by="company", replicates=40, weights_from=first, **options)
    assert found.index.se.notna().all()
    assert (found.index_weights.se.fillna(0) == 0).all()


def test_workers_and_blocks_change_nothing(first, second):
    again = csi.fit(MODEL, SECOND, by="company", replicates=200, weights_from=first, block_size=37)
    pd.testing.assert_frame_equal(again.paths, second.paths)


def test_standard_errors_are_those_of_means(first, second):
    """With known weights the index is a mean of respondents' scores: se = sd/√n, up to the bootstrap's Monte Carlo error."""
    sd = second.estimates.deviation[:, MODEL.construct_names.index("Satisfaction")]
    rows = second.index[second.index.construct == "Satisfaction"]
    np.testing.assert_allclose(rows.se, sd / np.sqrt(200), rtol=4 / np.sqrt(2 * 200))


def test_the_summary_says_so(second):
    text = " ".join(second.summary().split())
    assert "Index weights carried over from a fit to 600 answers, and taken as known" in text
    assert second.options.weights_from == "a fit to 600 answers"
    assert "scheme" not in text
