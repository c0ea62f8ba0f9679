"""Results in a notebook."""

import pytest

import csindex as csi


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
    assert "5 more rows" in html
