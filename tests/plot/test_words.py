"""The words of pictures, and the warnings of letters that no font has."""

import warnings

import pytest

import csindex as csi
from csindex.messages import words
from csindex.plot.kit import style
from csindex.plot.kit.words import say


def test_a_unit_is_an_institution_in_korean():
    assert [key for key, text in words("plot")["ko"].items() if "단위" in text] == []


def test_values_are_filled_in():
    assert say("intervals", "ko", level=0.95, kind=say("basic", "ko"), count="200") == (
        "95% 기본 부트스트랩 신뢰구간, 반복 표본 200개."
    )


def test_warnings_name_the_line_that_draws_the_picture(monkeypatch):
    monkeypatch.setattr(style, "_korean_font", lambda installed, wanted: None)
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0)
    for options in ({"lang": "ko"}, {"title": "고객만족도"}):
        with pytest.warns(csi.FontWarning) as caught:
            csi.plot.index_bars(result, **options)
        assert [warning.filename for warning in caught] == [__file__]


def test_letters_without_a_font_are_warned_of_once(monkeypatch, tmp_path):
    monkeypatch.setattr(style, "_korean_font", lambda installed, wanted: None)
    result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=0)
    with pytest.warns(csi.FontWarning):
        ax = csi.plot.index_bars(result, title="고객만족도")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        csi.plot.save(ax, tmp_path / "bars.png")
