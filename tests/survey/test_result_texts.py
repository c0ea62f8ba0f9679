"""What is said of surveys and their errors, in both languages."""

import re

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.survey.raking import RakingReport, rake

KOREAN = re.compile("[가-힣]")
# Four English words in a row; names of arguments and quoted values are shorter.
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3}")
FRAME = pd.DataFrame({"q1": [1, 2, 98, 4], "q2": ["a", "b", "c", "d"], "g": [1, 1, 1, 2], "w": [1.0, -1, 1, 1]})


@pytest.mark.parametrize(
    "call",
    [
        lambda: csi.Survey(FRAME, weights="w"),
        lambda: csi.Survey(FRAME, weights=[1.0, 2.0]),
        lambda: csi.Survey(FRAME, weights="W"),
        lambda: csi.Survey(FRAME, strata="g"),
        lambda: csi.Survey(FRAME, margins={"g": {1: 0.5, 3: 0.5}}),
        lambda: csi.Survey(FRAME, margins={"g": {1: 0.5}}),
        lambda: csi.Survey(FRAME, replicate_weights=["q1", "g"]),
        lambda: csi.Survey(FRAME, missing_codes=[5]).answers([csi.Item("q1")]),
        lambda: csi.Survey(FRAME).answers([csi.Item("q1"), csi.Item("q2")]),
        lambda: csi.Survey([1, 2]),
        lambda: csi.read_survey("nowhere/a.csv"),
        lambda: csi.read_survey("a.xls"),
        lambda: csi.price_tolerance([9], [98.5], [None]),
        lambda: csi.retention([9], share=2),
    ],
)
def test_errors_are_korean_too(call):
    with pytest.raises(csi.CsindexError) as caught:
        call()
    assert not KOREAN.search(str(caught.value))
    assert KOREAN.search(caught.value.text("ko"))
    assert not ENGLISH.search(caught.value.text("ko")), caught.value.text("ko")


def test_remedies_are_apart():
    with pytest.raises(csi.SurveyError) as caught:
        csi.Survey(FRAME).answers([csi.Item("q1")])
    assert caught.value.remedy == (
        "If they mean a missing answer, declare them: missing_codes=[98]; otherwise give the item its right scale."
    )


def test_a_report_of_raking_in_both_languages():
    weights = np.ones((4, 1))
    raked = rake(weights, [np.array([0, 1, 1, 1])], [np.array([0.5, 0.5])])
    report = RakingReport.of(weights[:, 0], raked)
    assert str(report) == report.summary()
    assert "수렴" in report.summary("ko")
    assert not ENGLISH.search(report.summary("ko"))


def test_a_file_in_both_languages(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("q1;q2\n1;2,5\n3;4\n")
    file = csi.read_survey(path).file
    assert str(file) == "answers.csv (text, encoding utf-8, semicolon-separated, decimal comma in 'q2')"
    assert file.message.text("ko") == "answers.csv(텍스트, 인코딩 utf-8, 쌍반점으로 구분, 소수점이 쉼표인 열 'q2')"
