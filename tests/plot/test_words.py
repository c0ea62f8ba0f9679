"""The words of pictures: both languages say the same, in the terms of the other texts."""

import re
import string
import warnings

import pytest

import csindex as csi
from csindex.plot.kit import style
from csindex.plot.kit.words import say
from csindex.text.words.plot import ENGLISH, KOREAN


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_and_placeholders():
    assert list(ENGLISH) == list(KOREAN)
    assert [key for key in ENGLISH if places(ENGLISH[key]) != places(KOREAN[key])] == []


def test_korean_has_one_term_for_one_thing():
    assert [text for text in KOREAN.values() if re.search("붓스트랩|적재값|단위|동인|반복추출", text)] == []
    assert [key for key, text in KOREAN.items() if not style.has_korean([text])] == ["range"]


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
