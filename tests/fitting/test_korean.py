"""What a fit says in Korean: the same sentences with the same numbers, whole and aligned."""

import re
import string
import warnings

import numpy as np
import pytest

import csindex as csi
from csindex.fitting.notices import notices
from csindex.messages import words
from csindex.text.format import WIDTH, width

# Where the weights come from is told by the program in English.
UNTOLD = {"carried": {"source"}, "groups": {"grouping"}}
# Names and signs that Korean texts of the field write in Latin letters.
LATIN = (
    r"csindex|PLSc?|CB-SEM|EM|Mode [AB]|Fornell|VIF|SRMR|CFI|TLI|RMSEA|BCa|polychoric|improper solution|standardized|equal|"
    r"fornell|Dijkstra & Henseler|Staiger & Stock|Barclay, Higgins & Thompson|Rao, Wu & Yue|Kott|Olsson|Huber|White|"
    r"(?:result)?\.\w+|\w+='?\w*'?|\b[p F]\b|\('?t1'?\)"
)

MODEL = csi.Model(
    constructs=(
        csi.Construct("Quality", ["q1", "q2", "q3"], label="quality", label_ko="품질"),
        csi.Construct("Satisfaction", ["s1", "s2", "s3"], label="satisfaction", label_ko="만족"),
        csi.Construct("Trouble", ["t1"], label_ko="불평"),
    ),
    paths=(csi.Path("Quality", "Satisfaction", 1), csi.Path("Satisfaction", "Trouble", -1)),
    items=(*(csi.Item(name) for name in ("q1", "q2", "q3", "s1", "s2", "s3")), csi.Item("t1", (0, 1))),
    target="Satisfaction",
)


def quiet(model, data, **options) -> csi.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", csi.CsindexWarning)
        return csi.fit(model, data, **{"replicates": 50, "progress": False, **options})


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_sentence_is_there_twice():
    assert not set(words("summary")["en"]) & set(words("notices")["en"])


@pytest.fixture(scope="module")
def frame():
    return csi.simulate(MODEL, 120, groups=12, seed=1)


@pytest.fixture(scope="module")
def results(frame) -> dict[str, csi.Fit]:
    """Fits that say something different each."""
    plain = frame.drop(columns="unit").head(300)
    gaps = plain.mask(np.random.default_rng(1).random(plain.shape) < 0.05)
    rare = plain.assign(t1=np.isin(np.arange(300), [50, 120]).astype(int))
    layered = csi.Model.parse(
        "A =~ q1 + q2; B =~ q3 + t1; M =~ s3; H =~ A + B; S =~ s1 + s2; S ~ H + M + H:M",
        target="S",
        scales={"t1": (0, 1)},
    )
    loop = csi.Model.parse(
        "X =~ q1 + q2; Z =~ q3 + t1; S =~ s1 + s2; L =~ s3; S ~ X + L; L ~ Z + S", feedback=True, target="S",
        scales={"t1": (0, 1)},
    )  # fmt: skip
    return {
        "units": quiet(MODEL, frame, by="unit"),
        "moments": quiet(csi.ecsi(), csi.datasets.ecsi_mobile(), estimator="plsc"),
        "cbsem": quiet(csi.ecsi(), csi.datasets.ecsi_mobile(), estimator="cbsem", replicates=0),
        "gaps": quiet(MODEL, gaps),
        "em": quiet(MODEL, gaps, missing="em", replicates=0),
        "rare": quiet(MODEL, rare, max_failed=0.5, variant="centered"),
        "layered": quiet(layered, plain, interaction="product"),
        "repeated": quiet(layered, plain, higher_order="repeated", resampling="jackknife"),
        "loop": quiet(loop, plain),
        "ordinal": quiet(MODEL, plain, ordinal=["q1", "q2"], replicates=0),
        "design": quiet(MODEL, frame, strata="unit", weights=np.linspace(0.5, 2, len(frame))),
        "carried": quiet(MODEL, plain, weights_from=quiet(MODEL, plain, replicates=0)),
        "small": quiet(MODEL, plain.head(19), replicates=0),
    }


NAMES = (
    "units", "moments", "cbsem", "gaps", "em", "rare", "layered", "repeated", "loop", "ordinal", "design", "carried", "small",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_korean_summary_has_the_numbers_of_the_english_one(results, name):
    texts = {lang: results[name].summary(lang) for lang in ("en", "ko")}
    tables = {lang: text.split("How this was" if lang == "en" else "계산 방법")[0] for lang, text in texts.items()}
    found = {lang: re.findall(r"\d+\.\d+", text) for lang, text in tables.items()}
    assert len(found["en"]) > 3
    assert sorted(found["en"]) == sorted(found["ko"])
    assert max(map(width, texts["ko"].splitlines())) <= WIDTH


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_in_english(results, name):
    result = results[name]
    said = [result.summary("ko"), *(message.text("ko") for message, _ in notices(result))]
    own = [*result.specified.construct_names, *result.model.item_names, "unit", result.model.name, result.model.source]
    text = " ".join(" ".join(said).split())
    for word in sorted((word for word in own if len(word) > 1), key=len, reverse=True):
        text = text.replace(word, "")
    left = re.findall(r"[A-Za-z]{2,}", re.sub(LATIN, "", text))
    assert not left


@pytest.mark.parametrize("name", NAMES)
def test_notices_come_in_both_languages(results, name):
    for message, _ in notices(results[name]):
        text, told = message.text(), message.text("ko")
        assert sorted(re.findall(r"\d+\.\d+", text)) == sorted(re.findall(r"\d+\.\d+", told))
        assert re.search("[가-힣]", told)


def test_labels_stand_in_place_of_names(frame):
    result = quiet(MODEL, frame, replicates=0)
    korean, english = result.summary("ko"), result.summary()
    assert "품질 → 만족" in korean
    assert "불평(% 예)" in korean
    assert "Quality" not in korean
    assert "Quality → Satisfaction" in english
    assert "만족" not in english


def test_tables_are_aligned(results):
    lines = results["moments"].summary("ko").split("표준화 경로계수\n")[1].splitlines()[:12]
    assert len({width(line) for line in lines}) == 1


def test_a_checkup_has_korean_headings_and_notices(frame):
    gaps = frame.drop(columns="unit").mask(np.random.default_rng(1).random((len(frame), 7)) < 0.03)
    fine, wrong = csi.check(MODEL, gaps), csi.check(MODEL, gaps.assign(q1=gaps["q1"].where(gaps.index > 9, 98)))
    assert "문제 없음, 알림 3건" in fine.summary("ko")
    assert "missing='listwise'에 따라 전체 1,440행" in fine.summary("ko")
    assert "leaves out" in fine.summary() and "leaves out" not in fine.summary("ko")
    text = wrong.summary("ko")
    assert "척도를 벗어난 값" in text and "무응답을 뜻하는 값이면(98): missing_codes=[98]" in text


def test_an_unknown_language_is_refused(frame):
    with pytest.raises(csi.OptionError, match="lang='kr' is not known"):
        quiet(MODEL, frame, replicates=0).summary("kr")
