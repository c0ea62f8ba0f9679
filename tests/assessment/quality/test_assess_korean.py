"""An assessment in Korean: the same sentences with the same numbers."""

import re
import string
import warnings

import numpy as np
import pytest

import csindex as csi
from csindex.text.format import WIDTH, width

NAMES = ("mobile", "plsc", "cbsem", "units", "none", "formative", "against")


@pytest.fixture(scope="module")
def found() -> dict[str, csi.Assessment]:
    formative = csi.Model.parse("A <~ a1 + a2 + a3; S =~ s1 + s2 + s3; S ~ A", target="S")
    rows = csi.simulate(formative, 200, seed=1)
    rows["a2"] = np.clip(rows.a1 + (np.arange(200) % 5 == 0), 1, 10)
    pair = csi.Model.parse("A =~ a1 + a2; S =~ s1 + s2; S ~ A", target="S")
    turned = csi.simulate(pair, 100, seed=3)
    turned["a2"] = np.clip(11 - turned.a1 + np.random.default_rng(2).integers(-2, 3, 100), 1, 10)
    units = csi.simulate(csi.ncsi(), 60, groups=4, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        mobile = csi.datasets.ecsi_mobile()
        fits = {
            "mobile": csi.fit(csi.ecsi(), mobile, replicates=60),
            "plsc": csi.fit(csi.ecsi(), mobile, replicates=60, estimator="plsc"),
            "cbsem": csi.fit(csi.ecsi(), mobile, replicates=0, estimator="cbsem"),
            "units": csi.fit(csi.ncsi(), units, replicates=60, by="unit"),
            "none": csi.fit(csi.ncsi(), units.drop(columns="unit"), replicates=0),
            "formative": csi.fit(formative, rows, replicates=60),
            "against": csi.fit(pair, turned, replicates=60),
        }
        return {name: csi.assess(fit) for name, fit in fits.items()}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_the_english_text(found, name):
    english, korean = found[name].summary(), found[name].summary("ko")
    decimals = [sorted(re.findall(r"\d*\.\d+", text)) for text in (english, korean)]
    assert len(decimals[0]) > 10
    assert decimals[0] == decimals[1]
    assert max(map(width, korean.splitlines())) <= WIDTH + 12


@pytest.mark.parametrize("name", NAMES)
def test_no_english_word_is_left(found, name):
    text = " ".join(found[name].summary("ko").split())
    for known in (
        found[name].result.model.name,
        *found[name].result.model.item_names,
        "reversed",
        "inadmissible",
        "thresholds",
        "tables",
        "result.covariance.measures",
    ):
        text = text.replace(known, "") if known else text
    # What is left in small letters is of the citations: "et al.".
    assert set(re.findall(r"\b[a-z]{2,}\b", text)) <= {"et", "al"}


def test_what_cannot_be_is_told_with_its_number(found):
    text = " ".join(found["against"].summary("ko").split())
    assert "허용 범위를 벗어나 그대로 보고할 수 없는 값" in text
    assert re.search(r"A의 α −\d+\.\d{3}: 문항 간 상관계수의 평균이 음수입니다", text)


def test_an_unknown_language_is_refused(found):
    with pytest.raises(csi.OptionError, match="lang='kr' is not known"):
        found["none"].summary("kr")
