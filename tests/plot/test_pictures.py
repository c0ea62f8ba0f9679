"""The other pictures: what they show is what the tables say, nothing overlaps or is cut, and bad input is refused."""

import subprocess
import sys
import warnings

import matplotlib
import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

import csindex as csi
from csindex.plot.kit import style
from tests.plot.geometry import cut_texts, drawn, overlapping_texts

BANKS = csi.datasets.acsi2015("banks")
SIZES = ["print", "slide"]


@pytest.fixture(scope="module")
def banks():
    return csi.fit(csi.acsi(), BANKS, replicates=200, seed=1)


@pytest.fixture(scope="module")
def industries():
    return csi.fit(csi.acsi(), csi.datasets.acsi2015(), replicates=50, seed=1)


def scores(units, waves=None, seed=1):
    """Return scores of many units, and waves, without a fit."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"company": [f"Company {at}" for at in range(units)]})
    if waves:
        frame = frame.merge(pd.DataFrame({"year": waves}), how="cross")
    estimate = 70 + 4 * rng.standard_normal(len(frame))
    draws = estimate[:, None] + 1.5 * rng.standard_normal((len(frame), 200))
    n = np.full(len(frame), 250.0)
    return csi.UnitScores("Satisfaction", frame, estimate, draws, n, n)


def faults(ax: Axes) -> list[str]:
    drawn(ax)
    return overlapping_texts(ax) + [f"cut: {name}" for name in cut_texts(ax)]


def noted(ax: Axes) -> str:
    return " ".join(text.get_text().replace("\n", " ") for text in ax.texts if text.get_gid() == "note")


def htmt(names):
    rng = np.random.default_rng(1)
    rows = [(a, b, value, value - 0.1, value + 0.08) for i, a in enumerate(names) for b in names[i + 1 :]
            for value in [rng.uniform(0.2, 0.95)]]  # fmt: skip
    return pd.DataFrame(rows, columns=["construct_1", "construct_2", "estimate", "lower", "upper"])


@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_a_fit_have_no_faults(banks, size):
    for draw in (csi.plot.index_bars, csi.plot.path_forest, csi.plot.weights_plot, csi.plot.importance_performance):
        ax = draw(banks, size=size)
        assert faults(ax) == [], draw
        assert (
            "2,263 answers. 95% Student's t on the logit scale (index) and percentile (rest) intervals, 200 replicates."
            in noted(ax)
        )


@pytest.mark.parametrize("units", [3, 61, pytest.param(300, marks=pytest.mark.slow)])
def test_leagues_have_no_faults(units):
    league = csi.league(scores(units), bands=False, simultaneous=units < 100)
    assert faults(csi.plot.league_plot(league)) == []
    assert faults(csi.plot.league_plot(league, size="slide", highlight=["Company 1", "Company 2"])) == []


@pytest.mark.parametrize("units", [1, 6, 60])
def test_trends_have_no_faults(units):
    trend = csi.trend(scores(units, range(2001, 2026)), "year", breaks=2010)
    for size in SIZES:
        ax = csi.plot.trend_lines(trend, size=size)
        assert faults(ax) == []
        assert "a new series begins" in noted(ax)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [2, 9])
def test_heat_maps_have_no_faults(count, size):
    names = ["Q", "A construct with a very long name indeed", *(f"Construct {at}" for at in range(7))][:count]
    ax = csi.plot.htmt_heatmap(htmt(names), size=size)
    assert faults(ax) == []


@pytest.mark.parametrize("kind", ["stacked", "diverging"])
@pytest.mark.parametrize("size", SIZES)
def test_distributions_have_no_faults(kind, size):
    model = csi.acsi()
    survey = csi.Survey(csi.simulate(model, 100, seed=1, missing=0.05))
    assert faults(csi.plot.answer_distribution(survey, model, kind=kind, size=size)) == []


@pytest.mark.parametrize(
    "draw",
    [
        lambda fit, ax: csi.plot.index_bars(fit, ax),
        lambda fit, ax: csi.plot.path_forest(fit, ax),
        lambda fit, ax: csi.plot.weights_plot(fit, ax),
        lambda fit, ax: csi.plot.importance_performance(fit, ax),
        lambda fit, ax: csi.plot.league_plot(csi.league(scores(20)), ax),
        lambda fit, ax: csi.plot.league_plot(csi.league(scores(80), bands=False), ax),
        lambda fit, ax: csi.plot.trend_lines(csi.trend(scores(3, [1, 2, 3]), "year"), ax),
        lambda fit, ax: csi.plot.htmt_heatmap(htmt(["A", "B", "C", "D"]), ax),
        lambda fit, ax: csi.plot.answer_distribution(
            csi.Survey(csi.simulate(csi.swics(), 99, seed=1)), csi.swics(), ax
        ),
    ],
)
def test_everything_is_drawn_within_given_axes(banks, draw):
    figure = matplotlib.figure.Figure(figsize=(12, 6))
    ax, other = figure.subplots(1, 2)
    limit = other.get_window_extent().x0
    assert draw(banks, ax) is ax
    assert faults(ax) == []
    own = [text for axes in figure.axes if axes is not other for text in axes.findobj(matplotlib.text.Text)]
    assert max(text.get_window_extent().x1 for text in own if text.get_text()) <= limit


def test_points_and_lines_are_the_tables(banks):
    ax = csi.plot.path_forest(banks)
    (points,) = [found for found in ax.collections if isinstance(found, PathCollection)]
    assert np.allclose(points.get_offsets()[:, 0], banks.paths.estimate)
    ends = np.array([[line[0, 0], line[1, 0]] for line in ax.collections[1].get_segments()])
    assert np.allclose(ends, banks.paths[["lower", "upper"]])
    bars = csi.plot.index_bars(banks)
    assert np.allclose([bar.get_width() for bar in bars.patches], banks.index.estimate)


def test_the_map_is_impacts_against_index(banks):
    ax = csi.plot.importance_performance(banks)
    (points,) = [found for found in ax.collections if isinstance(found, PathCollection)]
    drivers = banks.impacts().sort_values("estimate", ascending=False)
    index = banks.index.set_index("construct").loc[list(drivers.source)]
    assert np.allclose(points.get_offsets(), np.column_stack([drivers.estimate, index.estimate]))


def test_the_percentage_of_a_driver_is_that_of_the_table():
    result = csi.fit(csi.ecsi(), csi.datasets.ecsi_mobile(), replicates=300, seed=1)
    for items in (False, True):
        table = csi.importance_performance(result, "Loyalty", items=items)
        ax = csi.plot.importance_performance(result, target="Loyalty", items=items)
        assert faults(ax) == []
        shown = [text.get_text().split("\n") for text in ax.texts if text.get_gid() == "driver"]
        share = [f"{value:.0%}" if value <= 0.994 else ">99%" for value in table.probability]
        assert [text[-1] for text in shown] == share
        assert any(value < 0.99 for value in table.probability)
        if items:
            assert [text[0] for text in shown] == list(table.item)


def test_ratios_of_assess_are_drawn(banks):
    table = csi.assess(banks).htmt
    ax = csi.plot.htmt_heatmap(table, measure="htmt2")
    assert faults(ax) == []
    pair = table.query("measure == 'htmt2' and construct_1 == 'Quality' and construct_2 == 'Value'").iloc[0]
    shown = [text.get_text() for text in ax.texts]
    assert f"{pair.estimate:.2f}" in shown
    assert f"[{pair.lower:.2f}, {pair.upper:.2f}]" in shown


def test_shares_of_a_survey_are_weighted_and_without_missing_codes():
    frame = pd.DataFrame({"q": [1, 2, 2, 98], "w": [2.0, 1.0, 1.0, 5.0]})
    survey = csi.Survey(frame, weights="w", missing_codes=[98])
    ax = csi.plot.answer_distribution(survey, [csi.Item("q", (1, 2))])
    assert [bar.get_width() for bar in ax.patches] == [50.0, 50.0]
    assert "3 answers to each item. Case weights are used." in noted(ax)
    tidy = pd.DataFrame({"item": "q", "answer": [1, 2], "share": [0.25, 0.75]})
    assert [bar.get_width() for bar in csi.plot.answer_distribution(tidy).patches] == [25.0, 75.0]


def test_a_unit_has_to_be_chosen(industries):
    for draw in (csi.plot.path_diagram, csi.plot.index_bars, csi.plot.path_forest, csi.plot.importance_performance):
        with pytest.raises(csi.OptionError, match=r"4 units\. Choose one: unit='processed food'"):
            draw(industries)
        assert "banks" in next(
            text.get_text() for text in draw(industries, unit="banks").texts if text.get_gid() == "title"
        )
    with pytest.raises(csi.OptionError, match="'shops' is not among the 4 units"):
        csi.plot.path_diagram(industries, unit="shops")
    with pytest.raises(csi.OptionError, match="the fit has no units"):
        csi.plot.path_diagram(csi.fit(csi.acsi(), BANKS, replicates=0), unit="shops")


def test_the_chosen_unit_is_drawn(industries):
    chosen = industries.index.query("industry == 'airlines'").estimate
    bars = csi.plot.index_bars(industries, unit={"industry": "airlines"})
    assert np.allclose([bar.get_width() for bar in bars.patches], chosen)
    units = csi.plot.index_bars(industries, construct="Satisfaction")
    scores = industries.index.query("construct == 'Satisfaction'").estimate
    assert np.allclose([bar.get_width() for bar in units.patches], sorted(scores, reverse=True))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda fit: csi.plot.path_diagram("fit"), "a result of csindex.fit is expected, not str"),
        (lambda fit: csi.plot.path_diagram(fit, size="poster"), "size='poster' is not known"),
        (lambda fit: csi.plot.path_diagram(fit, lang="fr"), "lang='fr' is not known"),
        (lambda fit: csi.plot.index_bars(fit, construct="Value"), "for a fit with by="),
        (lambda fit: csi.plot.weights_plot(fit, which="all"), "which='all' is not known"),
        (lambda fit: csi.plot.path_forest(fit.index.drop(columns="lower")), "has no column 'lower'"),
        (lambda fit: csi.plot.path_forest(fit.index.head(0)), "has no rows"),
        (lambda fit: csi.plot.htmt_heatmap(csi.assess(fit).htmt, measure="r2"), "measure='r2' is not known"),
        (lambda fit: csi.plot.league_plot(fit), "a result of csindex.league is expected"),
        (lambda fit: csi.plot.league_plot(csi.league(scores(3)), highlight="Nobody"), "names Nobody"),
        (lambda fit: csi.plot.league_plot(csi.league(scores(3)), group="a"), "has no groups"),
        (lambda fit: csi.plot.trend_lines(fit), "a result of csindex.trend is expected"),
        (lambda fit: csi.plot.htmt_heatmap(fit.index), "it has no construct_1, construct_2"),
        (lambda fit: csi.plot.htmt_heatmap(pd.concat([htmt("AB")] * 2)), "a pair of constructs more than once"),
        (lambda fit: csi.plot.answer_distribution(csi.Survey(pd.DataFrame({"q": [1]}))), "items= must name the items"),
        (lambda fit: csi.plot.answer_distribution(fit.index), "it has no item, answer, share"),
    ],
)
def test_bad_input_is_refused(banks, call, told):
    with pytest.raises(csi.OptionError, match=told):
        call(banks)


def test_too_many_rows_for_given_axes_are_refused(banks):
    ax = matplotlib.figure.Figure(figsize=(4, 1)).add_subplot()
    with pytest.raises(csi.OptionError, match="9 rows do not fit"):
        csi.plot.path_forest(banks, ax)


def test_groups_and_waves_of_a_league():
    frame = scores(12, [1, 2])
    league = csi.league(frame, wave="year")
    first, last = csi.plot.league_plot(league, wave=1), csi.plot.league_plot(league)
    table = league.table.query("year == 2").sort_values("rank")
    assert np.allclose(last.collections[3].get_offsets()[:, 0], table.estimate)
    assert not np.allclose(first.collections[3].get_offsets()[:, 0], table.estimate)
    with pytest.raises(csi.OptionError, match="wave=3 is not in the league"):
        csi.plot.league_plot(league, wave=3)


def test_without_a_korean_font_it_is_said_and_english_is_used(banks, monkeypatch):
    monkeypatch.setattr(style, "_korean_font", lambda installed, wanted: None)
    with pytest.warns(csi.FontWarning, match="picture is in English. Install one"):
        ax = csi.plot.index_bars(banks, lang="ko")
    assert "Customer satisfaction" in [text.get_text() for text in ax.texts]
    with pytest.warns(csi.FontWarning, match="drawn as boxes. Install one"):
        csi.plot.index_bars(banks, title="고객만족도")


@pytest.mark.skipif(style.korean_font() is None, reason="no font with Korean letters is installed")
@pytest.mark.parametrize("size", SIZES)
def test_korean_pictures(banks, size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for draw in (csi.plot.path_diagram, csi.plot.index_bars, csi.plot.importance_performance, csi.plot.path_forest):
            ax = draw(banks, lang="ko", size=size)
            assert faults(ax) == [], draw
            assert any("고객만족" in text.get_text() for text in ax.texts)


def test_files_are_not_replaced_unless_told(banks, tmp_path):
    ax = csi.plot.index_bars(banks)
    for name in ("a.png", "a.pdf", "a.svg"):
        path = csi.plot.save(ax, tmp_path / name, dpi=50)
        assert path.stat().st_size > 1000
        with pytest.raises(csi.OptionError, match="is there already"):
            csi.plot.save(ax, path)
        assert csi.plot.save(ax.figure, path, overwrite=True) == path
    for name, told in (("a.bmp", "must end in one of"), ("no/a.png", "there is no folder")):
        with pytest.raises(csi.OptionError, match=told):
            csi.plot.save(ax, tmp_path / name)
    with pytest.raises(csi.OptionError, match="dpi=0 must be"):
        csi.plot.save(ax, tmp_path / "b.png", dpi=0)


def test_pictures_leave_no_state_and_notebooks_show_them(banks):
    code = (
        "import csindex as csi, sys; assert 'matplotlib' not in sys.modules; csi.plot; assert 'matplotlib' not in sys.modules; "
        "ax = csi.plot.index_bars(csi.fit(csi.acsi(), csi.datasets.acsi2015('banks'), replicates=0)); "
        "assert ax._repr_png_()[:4] == b'\\x89PNG'; print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    before = dict(matplotlib.rcParams)
    csi.plot.importance_performance(banks)
    assert dict(matplotlib.rcParams) == before


def test_minus_signs_do_not_depend_on_settings(banks):
    with matplotlib.rc_context({"axes.unicode_minus": False}):
        ax = drawn(csi.plot.path_forest(banks))
        labels = [label.get_text() for label in ax.get_xticklabels()]
    assert any(label.startswith("−") for label in labels)
    assert not any("-" in label for label in labels)


def test_no_complaint_has_the_color_of_a_good_answer():
    frame = csi.simulate(csi.acsi(), 100, seed=1)
    ax = csi.plot.answer_distribution(csi.Survey(frame), csi.acsi())
    assert "the other way round where a low answer is the good one: COMP." in " ".join(noted(ax).split())
    plain = csi.plot.answer_distribution(csi.Survey(frame), [csi.Item("COMP", (0, 1))])
    at = next(i for i, item in enumerate(csi.acsi().items) if item.name == "COMP")
    containers = ax.containers
    low, high = (bar.get_facecolor() for bar in containers[at].patches)
    assert (low, high) == tuple(bar.get_facecolor() for bar in plain.patches)[::-1]
