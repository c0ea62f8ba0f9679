"""Results in a notebook."""

import warnings
from typing import Any

import pandas as pd
import pytest

import csindex as csi
from csindex.text.html import MOST_ROWS


def test_a_result_shows_headline_index_and_drivers():
    html = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=100)._repr_html_()
    assert "75.6 of 100" in html
    assert html.count("<table") == 2


@pytest.mark.filterwarnings("ignore::csindex.ConventionWarning")
def test_names_of_units_are_escaped_and_long_leagues_cut():
    names = ["<img src=x>", *(f"U{number}" for number in range(24))]
    answers = csi.simulate(csi.scsb(), 60, groups=names, seed=1)
    html = csi.fit(csi.scsb(), answers, by="unit", replicates=0)._repr_html_()
    assert "<img" not in html
    assert "15 more" in html


@pytest.fixture(scope="module")
def results() -> dict[str, object]:
    model, names = csi.scsb(), ["<img src=x>", "B", "C"]
    waves = {2020 + seed: csi.simulate(model, 150, groups=names, seed=seed) for seed in (0, 1)}
    answers = pd.concat([frame.assign(wave=wave) for wave, frame in waves.items()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        by_unit = csi.fit(model, waves[2020], by="unit", replicates=60)
        by_wave = csi.fit(model, answers, by=["unit", "wave"], replicates=60)
        pooled = csi.fit(model, waves[2020], replicates=60)
        return {
            "league": csi.league(by_unit),
            "trend": csi.trend(by_wave, wave="wave"),
            "comparison": csi.compare(by_unit),
            "assessment": csi.assess(pooled),
            "assessment by unit": csi.assess(by_unit),
            "prediction": csi.predict(pooled, waves[2020]),
            "checkup": csi.check(model, waves[2020].assign(SATIS="<script>1</script>")),
        }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("league", "3 of 3 units ranked"),
        ("trend", "Changes: 3"),
        ("comparison", "3 groups"),
        ("assessment", "Reliability"),
        ("assessment by unit", "in 3 units"),
        ("prediction", "Predictive power"),
        ("checkup", "1 problem"),
    ],
)
def test_every_result_shows_a_headline_and_its_main_tables(name: str, said: str, results: dict[str, Any]):
    html = results[name]._repr_html_()
    assert said in html
    assert html.count("<h4>") == 1
    assert html.count("<table") >= 1
    assert html.count("<tr") <= 3 * (MOST_ROWS + 1)
    assert "<img" not in html
    assert "<script" not in html
    assert "More:" not in html
    assert ">nan<" not in html.lower()
