"""What results of assessments, predictions and comparisons of groups say, in both languages."""

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
MODEL = csi.Model.parse("Quality =~ q1 + q2 + q3; Value =~ v1 + v2; Satisfaction =~ s1 + s2 + s3; Value ~ Quality; "
                        "Satisfaction ~ Quality + Value")  # fmt: skip
QUALITY = {
    *("reliability", "htmt", "fornell_larcker", "cross_loadings", "vif", "r2", "f2", "redundancy", "gof", "fit"),
    *("criteria", "thresholds"),
}
PREDICTION = {"items", "constructs", "cvpat", "power", "in_sample", "folds"}
GROUPS = {"differences", "omnibus"}
MICOM = {"compositional", "equality", "verdict"}
TABLES = {
    "assessment": QUALITY,
    "assessment of units": QUALITY,
    "assessment of composites": (QUALITY - {"htmt", "fornell_larcker"}) | {"weights"},
    "inadmissible": QUALITY | {"inadmissible"},
    "prediction": PREDICTION,
    "prediction of units": PREDICTION,
    "prediction in clusters": PREDICTION,
    "two models": {"cvpat"},
    "two models of units": {"cvpat"},
    "comparison": GROUPS,
    "comparison of two": GROUPS,
    "comparison without replicates": {"differences"},
    "micom": MICOM,
    "micom of three": MICOM,
    "invariance": {"steps", "parameters"},
    "invariance in doubt": {"steps", "parameters"},
}


def answers(units: int, **design: Any) -> pd.DataFrame:
    names = ["<img src=x>", "B", "C"][:units]
    return csi.simulate(MODEL, 120, groups=names, group_share=0.2, seed=1, **design)


def of_quality() -> dict[str, Any]:
    frame = answers(3)
    against = frame.assign(v2=np.clip(11 - frame["v1"] + np.arange(len(frame)) % 3, 1, 10))
    return {
        "assessment": csi.assess(csi.fit(MODEL, frame, replicates=60)),
        "assessment of units": csi.assess(csi.fit(MODEL, frame, by="unit", replicates=60)),
        "assessment of composites": csi.assess(csi.fit(MODEL, frame, replicates=60), reflective="none"),
        "inadmissible": csi.assess(csi.fit(MODEL, against, replicates=60)),
    }


def of_prediction() -> dict[str, Any]:
    frame, quick = answers(2), {"folds": 4, "repeats": 2}
    clusters = csi.simulate(MODEL, 200, clusters=20, seed=2)
    short = csi.Model.parse("Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Satisfaction ~ Quality")
    return {
        "prediction": csi.predict(MODEL, frame, **quick),
        "prediction of units": csi.predict(MODEL, frame, by="unit", average="predictions", **quick),
        "prediction in clusters": csi.predict(MODEL, clusters, clusters="cluster", antecedents="direct", **quick),
        "two models": csi.cvpat(MODEL, short, frame, **quick),
        "two models of units": csi.cvpat(MODEL, short, frame, by="unit", folds=np.arange(len(frame)) % 3),
    }


def of_groups() -> dict[str, Any]:
    two, three, quick = answers(2), answers(3), {"by": "unit", "progress": False}
    shifted = two.assign(q1=np.clip(two["q1"] + 2 * (two["unit"] == "B"), 1, 10))
    every = ["index", "paths", "impacts", "total", "weights", "loadings", "index_weights", "r2"]
    return {
        "comparison": csi.compare(three, MODEL, replicates=60, permutations=19, quantities=every, **quick),
        "comparison of two": csi.compare(two, MODEL, replicates=60, adjust="none", interval="normal", **quick),
        "comparison without replicates": csi.compare(three, MODEL, replicates=0, **quick),
        "micom": csi.micom(MODEL, shifted, permutations=39, **quick),
        "micom of three": csi.micom(MODEL, three, permutations=39, **quick),
        "invariance": csi.invariance(MODEL, two, by="unit", steps=["strict", "structural"]),
        "invariance in doubt": csi.invariance(MODEL, shifted, by="unit"),
    }


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return of_quality() | of_prediction() | of_groups()


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
    assert page.count("<h4>") == 1
    assert "<table" in page
    assert "<img" not in page
    tables = result.tables()
    assert set(tables) == TABLES[name]
    assert all(isinstance(frame, pd.DataFrame) and len(frame) for frame in tables.values())
    with pytest.raises(csi.OptionError, match="lang='fr'"):
        result.summary("fr")


@pytest.mark.parametrize("name", TABLES)
def test_the_numbers_are_the_same_in_both_languages(name: str, results: dict[str, Any]):
    decimals = [sorted(re.findall(r"\d*\.\d+", results[name].summary(lang))) for lang in ("en", "ko")]
    assert decimals[0] == decimals[1]


@pytest.mark.parametrize("name", TABLES)
def test_a_short_text_has_korean_words_too(name: str, results: dict[str, Any]):
    from csindex.text import plain

    result = results[name]
    assert not KOREAN.search(plain.write(result.brief("en")))
    korean = plain.write(result.brief("ko"))
    assert KOREAN.search(korean)
    assert not ENGLISH.search(korean)
    assert repr(result).startswith(plain.write(result.brief("en")))


def test_korean_texts_have_the_labels_of_constructs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        frame = csi.simulate(csi.scsb(), 90, groups=2, seed=1)
        found = [
            csi.predict(csi.scsb(), frame, folds=3, repeats=1),
            csi.compare(frame, csi.scsb(), by="unit", replicates=0, progress=False),
            csi.micom(csi.scsb(), frame, by="unit", permutations=19, progress=False),
        ]
    for result in found:
        assert "Satisfaction" in result.summary()
        assert "Satisfaction" not in result.summary("ko")
        assert "만족" in result.summary("ko")


def test_what_was_drawn_and_what_failed_are_named_in_english(results: dict[str, Any]):
    clustered = results["prediction in clusters"]
    assert clustered.drawn == "4 folds of whole clusters drawn 2 times, seed 1"
    assert clustered.sampled == "20 clusters"
    assert clustered.failed == results["micom"].failed == results["comparison"].failed == {}
    assert results["two models of units"].drawn == "3 folds that were given"
    assert "집락 20개" in " ".join(clustered.summary("ko").split())


def test_errors_and_warnings_have_a_korean_text(results: dict[str, Any]):
    frame = answers(2)
    with pytest.raises(csi.SurveyError) as few:
        csi.predict(MODEL, frame, folds=1000)
    assert few.value.remedy == "Use folds=120 or fewer."
    assert few.value.text("ko") == "행 240개를 폴드 1000개로 나눌 수 없습니다. folds=120 이하를 사용하십시오."
    with pytest.raises(csi.OptionError) as group:
        csi.compare(results["comparison"].result, reference="Z")
    assert group.value.text("ko").startswith("reference='Z'은(는) 집단이 아닙니다.")
    with pytest.raises(csi.OptionError) as rowless:
        csi.compare(results["comparison"].result, permutations=9)
    assert str(rowless.value).startswith("permutations shuffle respondents' rows")
    assert rowless.value.remedy == "Give the data and the model, or use permutations=0."
    with pytest.raises(csi.OptionError) as steps:
        csi.invariance(MODEL, frame, by="unit", errors="robust")
    assert "최대우도" in steps.value.text("ko")
    with pytest.raises(csi.ModelError) as drivers:
        csi.importance_performance(results["assessment"].result, "Quality")
    assert drivers.value.remedy == "Name another target."
    with pytest.warns(csi.InadmissibleWarning) as caught:
        csi.assess(results["inadmissible"].result)
    assert "Value의 alpha −" not in str(caught[0].message)
    assert "허용 범위를 벗어난 값이 있습니다: Value의 alpha" in caught[0].message.text("ko")
