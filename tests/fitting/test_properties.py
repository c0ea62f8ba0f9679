"""What must hold for every survey: what cannot matter does not, and special cases have their known answers."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import csindex as csi
from csindex.estimation.estimates import Estimates

CONSTRUCTS = {
    "Quality": ["q1", "q2", "q3"],
    "Value": ["v1", "v2"],
    "Satisfaction": ["s1", "s2", "s3"],
    "Trouble": ["t1"],
}
PATHS = [("Quality", "Value"), ("Quality", "Satisfaction"), ("Value", "Satisfaction"), ("Satisfaction", "Trouble")]
SCALES = {"t1": (0, 1)}
MODES = st.fixed_dictionaries(
    {
        "Quality": st.sampled_from(["A", "B", "nonnegative B", "first component", "equal"]),
        "Value": st.sampled_from("AB"),
    }
)
OPTIONS = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["path", "centroid", "factorial"]),
        "variant": st.sampled_from(["standardized", "centered"]),
        "convention": st.sampled_from(["fornell", "standardized", "equal"]),
    }
)
SEEDS = st.integers(0, 10**6)
SLOW = settings(max_examples=12, deadline=None, derandomize=True)


def model_of(modes: dict[str, Any] | None = None, constructs=None, paths=None, **fields) -> csi.Model:
    items = [csi.Item(item, SCALES.get(item, (1, 10))) for block in CONSTRUCTS.values() for item in block]
    blocks = [csi.Construct(n, b, (modes or {}).get(n, "A")) for n, b in (constructs or CONSTRUCTS).items()]
    return csi.Model(
        **{"constructs": blocks, "paths": paths or PATHS, "items": items, "target": "Satisfaction", **fields}
    )


MODEL = model_of()


def rows(seed: int, n: int = 90, **options) -> pd.DataFrame:
    return csi.simulate(MODEL, n, seed=seed, level={"t1": 0.4}, **options)


# What a fit warns of is not at issue here; warnings that are not ours are still errors.
@pytest.fixture(autouse=True)
def _calm():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        yield


def fit(model: csi.Model, data: Any, **options) -> csi.Fit:
    return csi.fit(model, data, **{"replicates": 0, "tolerance": 1e-11, "max_iterations": 3000, **options})


TABLES = ("index", "paths", "weights", "loadings", "r2", "impacts")


def assert_same(one: csi.Fit, other: csi.Fit, tables: Sequence[str] = TABLES, tol: float = 1e-8) -> None:
    """Compare tables whatever the order of their rows and the type of their labels."""
    for name in tables:
        a, b = (sorted_table(result, name) for result in (one, other))
        pd.testing.assert_frame_equal(a, b, rtol=tol, atol=tol, obj=name)


def sorted_table(result: csi.Fit, name: str) -> pd.DataFrame:
    frame = result.impacts() if name == "impacts" else getattr(result, name)
    labels = [column for column in frame.columns if frame[column].dtype.kind not in "fi"]
    return frame.astype(dict.fromkeys(labels, object)).set_index(labels).sort_index()


@SLOW
@given(SEEDS, MODES, OPTIONS)
@example(1, {}, {})
def test_order_of_rows(seed, modes, options):
    frame, model = rows(seed, missing=0.02), model_of(modes)
    shuffled = frame.sample(frac=1, random_state=seed)
    one, other = (fit(model, data, replicates=12, max_failed=1, **options) for data in (frame, shuffled))
    # Not only the estimates: the bootstrap draws the same respondents, so that everything is the same.
    assert_same(one, other, tol=1e-9)


@SLOW
@given(SEEDS, MODES, OPTIONS, st.permutations(list(CONSTRUCTS)), st.permutations(PATHS), st.randoms())
def test_order_of_items_constructs_and_paths(seed, modes, options, names, paths, random):
    constructs = {name: random.sample(CONSTRUCTS[name], len(CONSTRUCTS[name])) for name in names}
    frame = rows(seed)
    one = fit(model_of(modes), frame, replicates=8, max_failed=1, **options)
    other = fit(model_of(modes, constructs, paths), frame[frame.columns[::-1]], replicates=8, max_failed=1, **options)
    assert_same(one, other, tol=1e-7)


@SLOW
@given(SEEDS, MODES, st.sampled_from(["path", "centroid"]), st.floats(0.1, 50), st.floats(-100, 100))
def test_rescaled_items(seed, modes, scheme, factor, shift):
    frame, model = rows(seed), model_of(modes)
    scaled = [
        csi.Item(item.name, tuple(shift + factor * end for end in item.scale))
        if item.name in ("q2", "s1", "t1")
        else item
        for item in model.items
    ]
    moved = frame.assign(**{name: shift + factor * frame[name] for name in ("q2", "s1", "t1")})
    assert_same(fit(model, frame, scheme=scheme), fit(replace(model, items=scaled), moved, scheme=scheme))


@SLOW
@given(SEEDS, MODES, OPTIONS)
def test_reversed_items(seed, modes, options):
    frame, model = rows(seed), model_of(modes)
    turned = replace(model, constructs=[replace(c, reversed=c.items[:1]) for c in model.constructs])
    mirrored = frame.assign(**{item: sum(turned.item(item).scale) - frame[item] for item in ("q1", "v1", "s1", "t1")})
    one, other = fit(model, frame, **options), fit(turned, mirrored, **options)
    # A reversed item is turned before anything else, so that weights and loadings agree in sign too.
    assert_same(one, other)


@SLOW
@given(SEEDS, MODES, OPTIONS, st.sampled_from(["listwise", "mean"]))
def test_integer_weights_are_repeated_rows(seed, modes, options, missing):
    frame, model = rows(seed, missing=0.03), model_of(modes)
    times = np.random.default_rng(seed).integers(0, 4, len(frame))
    one = fit(model, frame, weights=times, missing=missing, **options)
    other = fit(model, frame.loc[frame.index.repeat(times)], missing=missing, **options)
    for name in ("index", "paths", "loadings", "r2"):
        np.testing.assert_allclose(getattr(one, name).estimate, getattr(other, name).estimate, atol=1e-8)


@SLOW
@given(SEEDS, MODES, OPTIONS, st.floats(1e-4, 1e4))
def test_the_unit_of_weights(seed, modes, options, factor):
    frame, model = rows(seed, weights=0.5), model_of(modes)
    one, other = (fit(model, frame, weights=frame["weight"].to_numpy() * f, **options) for f in (1, factor))
    assert_same(one, other)
    np.testing.assert_allclose(one.moments.n_eff, other.moments.n_eff)


@SLOW
@given(SEEDS, MODES, OPTIONS, st.sampled_from(["pairwise", "mean"]))
def test_policies_agree_when_nothing_is_missing(seed, modes, options, missing):
    frame, model = rows(seed), model_of(modes)
    assert_same(fit(model, frame, replicates=4, **options), fit(model, frame, replicates=4, missing=missing, **options))


@SLOW
@given(SEEDS, MODES, OPTIONS, st.booleans())
def test_units_are_fitted_as_if_alone(seed, modes, options, weighted):
    frame = rows(seed, groups=3, weights=0.4 if weighted else 0.0)
    model, weights = model_of(modes), "weight" if weighted else None
    together = fit(model, frame, by="unit", weights=weights, **options)
    for name, part in frame.groupby("unit"):
        alone = fit(model, part, weights=weights, **options)
        for table in ("index", "paths", "weights", "loadings", "r2"):
            found = getattr(together, table)
            np.testing.assert_allclose(
                found.loc[found["unit"] == name, "estimate"], getattr(alone, table)["estimate"], atol=1e-8
            )


@SLOW
@given(SEEDS, MODES, OPTIONS)
def test_the_mean_of_the_scores_is_the_index(seed, modes, options):
    frame, model = rows(seed, weights=0.5), model_of(modes)
    result = fit(model, frame, weights="weight", **options)
    scores = result.scores(frame)
    np.testing.assert_allclose(np.average(scores, axis=0, weights=frame["weight"]), result.index.estimate, rtol=1e-9)
    assert scores.columns.tolist() == list(model.construct_names)


@SLOW
@given(SEEDS, MODES, OPTIONS, st.integers(1, 10))
def test_uniform_answers_are_the_score(seed, modes, options, answer):
    result = fit(model_of(modes), rows(seed), **options)
    person = pd.DataFrame({item: [float(answer)] for item in MODEL.item_names}).assign(t1=1)
    scores = result.scores(person).iloc[0]
    np.testing.assert_allclose(scores[["Quality", "Value", "Satisfaction"]], 100 * (answer - 1) / 9, atol=1e-9)
    assert scores["Trouble"] == pytest.approx(100)


@SLOW
@given(SEEDS, OPTIONS)
def test_single_items(seed, options):
    frame = rows(seed)
    model = csi.Model.parse("Quality =~ q1; Satisfaction =~ s1; Trouble =~ t1; Satisfaction ~ Quality; Trouble ~ Satisfaction",
                            scales=SCALES)  # fmt: skip
    result = fit(model, frame, **options)
    expected = [(frame.q1.mean() - 1) / 9 * 100, (frame.s1.mean() - 1) / 9 * 100, frame.t1.mean() * 100]
    np.testing.assert_allclose(result.index.estimate, expected, rtol=1e-10)
    np.testing.assert_allclose(result.paths.estimate, [frame.q1.corr(frame.s1), frame.s1.corr(frame.t1)], atol=1e-10)
    points = frame.s1.corr(frame.q1) * frame.s1.std() / frame.q1.std()
    np.testing.assert_allclose(result.impacts().estimate, [5 * points], rtol=1e-9)


def test_standard_errors_of_a_single_item():
    frame = rows(1, n=400)
    model = csi.Model.parse("Quality =~ q1; Satisfaction =~ s1; Satisfaction ~ Quality")
    result = fit(model, frame, replicates=2000)
    expected = frame[["q1", "s1"]].std(ddof=0) / 9 * 100 / np.sqrt(len(frame))
    # Two thousand replicates know a standard error to 1.6 %; four of these.
    np.testing.assert_allclose(result.index.se, expected, rtol=0.064)
    parametric = fit(model, csi.Moments.from_frame(frame, model), replicates=2000)
    np.testing.assert_allclose(parametric.index.se, expected, rtol=0.064)


def arrays_of(estimates: Estimates) -> dict[str, np.ndarray]:
    return estimates.arrays


@pytest.mark.parametrize("data", [rows(5, groups=2), csi.Moments.from_frame(rows(5, groups=2), MODEL, by="unit")], ids=["rows", "moments"])  # fmt: skip
@pytest.mark.parametrize("block_size", [1, 7, 130])
def test_block_size_changes_nothing(data, block_size):
    by = {} if isinstance(data, csi.Moments) else {"by": "unit"}
    usual, other = (csi.fit(MODEL, data, replicates=60, block_size=size, **by) for size in (None, block_size))
    for name, array in arrays_of(other.replicates.estimates).items():
        np.testing.assert_array_equal(array, arrays_of(usual.replicates.estimates)[name], err_msg=name)
    pd.testing.assert_frame_equal(usual.index, other.index, check_exact=True)


@pytest.mark.parametrize("data", [rows(5), csi.Moments.from_frame(rows(5), MODEL)], ids=["rows", "moments"])
def test_more_replicates_begin_with_the_same_ones(data):
    few, many = (csi.fit(MODEL, data, replicates=count) for count in (40, 700))
    np.testing.assert_array_equal(many.replicates.estimates.mean[:, :40], few.replicates.estimates.mean)
    np.testing.assert_allclose(many.replicates.estimates.index[:, :40], few.replicates.estimates.index, rtol=1e-12)


def test_a_unit_has_its_replicates_whoever_else_is_there():
    frame = rows(5, groups=3)
    all_three = csi.fit(MODEL, frame, by="unit", replicates=30)
    first_two = csi.fit(MODEL, frame[frame.unit != "unit 3"], by="unit", replicates=30)
    np.testing.assert_array_equal(all_three.replicates.estimates.mean[:2], first_two.replicates.estimates.mean)


def test_replicates_that_a_unit_does_not_have_are_no_numbers():
    frame = rows(5, groups=2).iloc[:-30]
    result = fit(MODEL, frame, by="unit", replicates=90, resampling="jackknife")
    assert result.sample.replicates.tolist() == [90, 60]
    for name, array in arrays_of(result.replicates.estimates).items():
        if name not in ("status", "rounds", "flaws"):
            assert np.isfinite(array[1, :60]).all()
            assert np.isnan(array[1, 60:]).all()


def test_seeds():
    frame = rows(5)
    drawn = csi.fit(MODEL, frame, replicates=20, seed=None)
    again = csi.fit(MODEL, frame, replicates=20, seed=drawn.seed)
    pd.testing.assert_frame_equal(drawn.index, again.index, check_exact=True)
    assert csi.fit(MODEL, frame, replicates=20, seed=None).seed != drawn.seed
    assert not csi.fit(MODEL, frame, replicates=20, seed=7).index.equals(again.index)
    assert str(drawn.seed) in drawn.summary()


def _polars(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("polars").from_pandas(frame)


def _arrow(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)


FRAMES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "nullable": lambda f: f.convert_dtypes(),
    "arrow dtypes": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
    "objects": lambda f: f.astype(object).where(f.notna(), None),
    "odd index": lambda f: f.set_index(np.random.default_rng(1).integers(0, 9, len(f))),
    "levels of index": lambda f: f.set_index([np.arange(len(f)) % 3, np.arange(len(f))]),
    "float32": lambda f: f.astype(dict.fromkeys(MODEL.item_names, "float32")),
    "extra columns": lambda f: f.assign(note="text", when=pd.Timestamp("2024-01-01")),
    "integer column": lambda f: f.assign(x=1).rename(columns={"x": 0}),
    "dict": lambda f: {name: f[name].tolist() for name in f.columns},
    "polars": _polars,
    "polars, lazy": lambda f: _polars(f).lazy(),
    "polars with NaN": lambda f: _polars(f).with_columns(
        pytest.importorskip("polars").selectors.float().fill_null(np.nan)
    ),
    "arrow": _arrow,
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("missing", ["listwise", "mean"])
def test_all_frames_give_the_same_numbers(name, missing):
    frame = rows(8, groups=2, weights=0.3, missing=0.03)
    options = {"by": "unit", "weights": "weight", "missing": missing, "replicates": 5}
    expected, found = (fit(MODEL, data, **options) for data in (frame, FRAMES[name](frame)))
    assert_same(expected, found, tol=1e-7 if name == "float32" else 1e-10)
    assert found.account == expected.account
    np.testing.assert_allclose(found.scores(FRAMES[name](frame)), expected.scores(frame), rtol=1e-6)


def test_yes_no_items_may_be_true_and_false():
    frame = rows(8)
    assert_same(fit(MODEL, frame), fit(MODEL, frame.assign(t1=frame.t1.astype(bool))))
    assert_same(fit(MODEL, frame), fit(MODEL, frame.assign(t1=frame.t1.astype("boolean"))))


def test_frames_are_left_as_they_were():
    frame = rows(8, groups=2, weights=0.3, missing=0.03)
    before = frame.copy(deep=True)
    for missing in ("listwise", "pairwise", "mean"):
        result = fit(
            MODEL, frame, by="unit", weights="weight", missing_codes={"q1": [10]}, missing=missing, replicates=5
        )
        result.scores(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_results_hold_no_rows():
    n, seen, found = 211, set(), []
    result = fit(MODEL, rows(8, n=n), replicates=20)
    csi_objects = [result, result.moments, csi.Moments.from_frame(rows(8, n=n), MODEL)]
    result.summary()
    # Everything that can be reached from the result, but for modules, classes and functions.
    while csi_objects:
        item = csi_objects.pop()
        if id(item) in seen or isinstance(item, (type, str)) or callable(item) or type(item).__name__ == "module":
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray) and n in item.shape:
            found.append(item.shape)
        csi_objects += gc.get_referents(item)
    assert len(seen) > 50
    assert not found


def test_results_do_not_change():
    result = fit(MODEL, rows(8), replicates=10)
    before = result.index.copy()
    table = result.index
    table["estimate"] = 0
    pd.testing.assert_frame_equal(result.index, before)
    with pytest.raises(AttributeError):
        result.seed = 3  # type: ignore[misc]


def test_policies_of_missing_answers_against_pandas():
    frame = rows(11, n=150, missing=0.06)
    items = list(MODEL.item_names)
    filled = frame.fillna(frame[items].mean())
    assert_same(fit(MODEL, frame, missing="mean"), fit(MODEL, filled))
    table = csi.Moments.from_published(frame.mean(), frame.std(), frame.corr(), 150)
    assert_same(
        fit(MODEL, frame, missing="pairwise"),
        fit(MODEL, table),
        tables=("index", "paths", "weights", "loadings", "impacts"),
    )
    assert_same(fit(MODEL, frame), fit(MODEL, frame.dropna()))


def test_scores_of_incomplete_answers():
    frame = rows(11, n=150, missing=0.06)
    listwise, mean = fit(MODEL, frame), fit(MODEL, frame, missing="mean")
    complete = frame.notna()
    expected = pd.DataFrame({name: complete[block].all(axis=1) for name, block in CONSTRUCTS.items()})
    pd.testing.assert_frame_equal(listwise.scores(frame).notna(), expected)
    assert mean.scores(frame).notna().all(axis=None)
    np.testing.assert_allclose(mean.scores(frame).mean(), mean.index.estimate)
    person = frame.head(1).assign(q1=np.nan, v1=5, v2=5)
    assert np.isnan(listwise.scores(person).loc[0, "Quality"])
    assert listwise.scores(person).loc[0, "Value"] == pytest.approx(400 / 9)
    assert np.isfinite(mean.scores(person).loc[0, "Quality"])


def test_scores_keep_the_rows_and_their_units():
    frame = rows(12, groups=2)
    result = fit(MODEL, frame, by="unit")
    shuffled = frame.sample(frac=1, random_state=3)
    scores = result.scores(shuffled)
    assert scores.index.equals(shuffled.index)
    means = scores.groupby(shuffled["unit"]).mean()
    expected = result.index.pivot_table("estimate", "unit", "construct")[means.columns]
    np.testing.assert_allclose(means, expected, rtol=1e-9)
