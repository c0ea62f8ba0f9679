"""What results of leagues, trends, aggregates, composites and grades say, in both languages."""

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csindex as csi

KOREAN = re.compile("[가-힣]")
# Four English words in a row; names of methods, items and authors are shorter, or have capitals.
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3}")
MODEL = csi.scsb()
NAMES = ["<img src=x>", "B", "C"]
TABLES = {
    "unit scores": {"scores"},
    "league": {"league", "groups", "bands", "apart"},
    "trend": {"trend", "changes", "decomposition"},
    "trend of scores": {"trend", "changes"},
    "aggregate": {"scores", "shares"},
    "sensitivity": {"sensitivity", "agreement"},
    "scheme": {"scheme"},
    "composite": {"index", "items", "weights"},
    "composite of units": {"index", "items", "weights"},
    "composite of kcsi": {"index", "items", "weights"},
    "absolute grades": {"grades", "probabilities", "counts"},
    "relative grades": {"grades", "probabilities", "counts"},
    "recovered weights": {"weights", "groups", "residuals"},
    "impossible weights": {"weights", "residuals"},
}


def of_fits() -> dict[str, Any]:
    answers = pd.concat(
        [csi.simulate(MODEL, 150, groups=NAMES, group_share=0.2, seed=seed).assign(year=seed) for seed in (1, 2)]
    )
    by_unit = csi.fit(MODEL, answers[answers["year"] == 1], by="unit", replicates=60)
    by_year = csi.fit(MODEL, answers, by=["unit", "year"], replicates=60)
    national = csi.aggregate(by_year, "year")
    return {
        "unit scores": csi.fit_pooled(by_unit),
        "league": csi.league(by_unit),
        "trend": csi.trend(by_year, breaks=[]),
        "trend of scores": csi.trend(national, breaks=2, adjust="none"),
        "aggregate": national,
        "sensitivity": csi.sensitivity(by_unit),
    }


def of_composites() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    items = ["overall", "product", "service", "image", "repurchase"]
    answers = pd.DataFrame(rng.integers(1, 8, (480, 5)), columns=items).assign(unit=np.arange(480) % 12, kind=1)
    answers.loc[:5, "image"] = np.nan
    mine = csi.Scheme("Mine", [csi.Dimension("A", csi.Item("overall", scale=(1, 7)))])
    parts = pd.DataFrame(rng.uniform(60, 95, (8, 2)).round(1), columns=["A", "B"])
    units = csi.composite(mine, answers, by=["kind", "unit"], replicates=60)
    return {
        "scheme": csi.local_public_enterprises(),
        "composite": csi.composite(mine, answers, weights="overall", replicates=60),
        "composite of units": units,
        "composite of kcsi": csi.composite(csi.kcsi(), answers, missing="available", replicates=0),
        "absolute grades": csi.grade_absolute(units, {"high": 50, "middle": 40, "low": 0}, decimals=1),
        "relative grades": csi.grade_relative(units, {"S": 0.2, "A": 0.8}, within="kind"),
        "recovered weights": csi.recover_weights(parts, parts.to_numpy() @ [0.6, 0.4], groups={"all": ["A", "B"]}),
        "impossible weights": csi.recover_weights(parts, rng.uniform(60, 95, 8), sum_to_one=False),
    }


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return of_fits() | of_composites()


@pytest.mark.parametrize("name", TABLES)
def test_a_result_has_text_in_both_languages_a_page_and_tables(name: str, results: dict[str, Any]):
    result = results[name]
    english, korean, page = result.summary(), result.summary("ko"), result._repr_html_()
    assert KOREAN.search(korean)
    assert not ENGLISH.search(korean)
    assert not KOREAN.search(english)
    for text in (english, korean, repr(result), page):
        assert text
        assert "{" not in text
        assert ">nan<" not in text.lower()
    assert "<table" in page
    assert "<img" not in page
    tables = result.tables()
    assert set(tables) == TABLES[name]
    assert all(isinstance(frame, pd.DataFrame) and len(frame) for frame in tables.values())
    with pytest.raises(csi.OptionError, match="lang='fr'"):
        result.summary("fr")


def test_a_short_result_is_shown_whole(results: dict[str, Any]):
    for name in ("trend", "aggregate", "sensitivity", "scheme", "absolute grades", "recovered weights", "unit scores"):
        assert repr(results[name]) == results[name].summary()
    assert results["composite"].summary().startswith(repr(results["composite"]))


def test_many_scores_are_cut_and_counted():
    units = pd.DataFrame({"unit": range(12)})
    n = np.full(12, 100.0)
    n[1] = np.nan
    draws = np.random.default_rng(1).normal(70, 1, (12, 50))
    scores = csi.UnitScores("Satisfaction", units, np.full(12, 70.0), draws, n, n)
    assert "Satisfaction, 0–100, of 12 units" in scores.summary()
    assert "... 2 more" in scores.summary()
    assert "... 외 2개" in scores.summary("ko")
    assert len(scores.tables()["scores"]) == 12


def test_a_scheme_of_ones_own_can_have_a_korean_name_and_source():
    dimension = csi.Dimension("A", csi.Item("a"), label_ko="가")
    scheme = csi.Scheme("Mine", [dimension], "A paper", ["A note"], "나의 지수", "어느 논문", ["참고"])
    english, korean = scheme.summary(), scheme.summary("ko")
    assert all(text in english for text in ("Mine", "A paper", "A note"))
    assert all(text in korean for text in ("나의 지수", "어느 논문", "참고", "가"))
    assert "A paper" in csi.Scheme("Mine", [dimension], "A paper").summary("ko")


def test_errors_and_warnings_have_a_korean_text(results: dict[str, Any]):
    with pytest.raises(csi.OptionError) as few:
        csi.league(results["unit scores"], least_n=1000)
    assert few.value.remedy == "Lower least_n=1000, or join small units."
    assert "비공표: 응답 150건으로 1000건 미만" in few.value.text("ko")
    with pytest.raises(csi.SurveyError) as negative:
        data = pd.DataFrame({"q": [5.0, 6.0, 7.0], "i": [1.0, -1.0, 2.0]})
        csi.composite(csi.Scheme("S", [csi.Dimension("D", csi.Item("q"), importance=["i"])]), data)
    assert "is negative in 1 row, first" in str(negative.value)
    assert "(사용한 행 중 1행, 첫 번째는 " in negative.value.text("ko")
    with pytest.warns(csi.UnitWarning) as empty:
        csi.companion({"q": [1.0, np.nan], "u": ["a", "b"]}, {"rate": csi.rate("q")}, by="u")
    assert "응답이 없습니다('rate': u 'b')" in empty[0].message.text("ko")
