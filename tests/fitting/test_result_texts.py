"""What a fit says, and why it is refused, in both languages."""

import re
import warnings

import pandas as pd
import pytest

import csindex as csi
from csindex.errors import CsindexWarning
from csindex.fitting.notices import notices
from csindex.messages import Message

KOREAN = re.compile("[가-힣]")
# Four English words in a row; names of options, items and authors are shorter, or have capitals.
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3}")
MODEL = csi.scsb()


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return csi.simulate(MODEL, 60, groups=["a", "b"], seed=1)


@pytest.fixture(scope="module")
def results(answers) -> dict[str, csi.Fit]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CsindexWarning)
        return {
            "sample": csi.fit(MODEL, answers, replicates=40),
            "units": csi.fit(MODEL, answers, by="unit", replicates=40),
        }


@pytest.mark.parametrize("name", ["sample", "units"])
def test_a_fit_is_written_in_both_languages(results, name):
    result = results[name]
    assert not KOREAN.search(result.summary())
    korean = result.summary("ko")
    assert KOREAN.search(korean)
    assert not ENGLISH.search(korean)
    assert repr(result).split("\n")[0] == result.summary().split("\n")[0]
    assert result._repr_html_().startswith("<")
    assert {"index", "impacts", "paths", "weights"} <= set(result.tables())


def test_a_warning_has_the_text_of_both_languages(answers):
    gaps = pd.DataFrame(False, index=answers.index, columns=answers.columns)
    gaps.loc[gaps.index[:12], MODEL.item_names[0]] = True
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = csi.fit(MODEL, answers.mask(gaps), by="unit", replicates=0)
    found = [one.message for one in caught if isinstance(one.message, CsindexWarning)]
    assert [(str(one), type(one)) for one in found] == [(str(message), kind) for message, kind in notices(result)]
    assert found
    for one in found:
        assert isinstance(one.message, Message)
        assert KOREAN.search(one.text("ko"))
        assert not ENGLISH.search(one.text("ko"))


def refusals(answers: pd.DataFrame) -> dict[str, tuple]:
    item = MODEL.item_names[0]
    flat = answers.assign(**{item: answers[item].where(answers["unit"] != "a", 5)})
    moments = csi.Moments.from_frame(answers, MODEL)
    return {
        "few rows": (answers.head(4), {}),
        "few rows of a unit": (answers.drop(index=range(3, 60)), {"by": "unit"}),
        "constant": (flat, {"by": "unit"}),
        "not converged": (answers, {"max_iterations": 1}),
        "no workers": (answers, {"n_jobs": 0}),
        "moments": (moments, {"missing": "em"}),
        "ordinal moments": (moments, {"ordinal": True}),
        "of another estimator": (answers, {"discrepancy": "ULS"}),
        "missing of another estimator": (answers, {"missing": "fiml"}),
        "variant": (answers, {"estimator": "cbsem", "variant": "centered"}),
        "no chi-square": (answers, {"estimator": "cbsem", "missing": "pairwise"}),
        "filled in": (answers, {"estimator": "cbsem", "missing": "mean", "replicates": 0}),
        "interval": (answers, {"estimator": "cbsem", "replicates": 0, "interval": "bca"}),
        "jackknife interval": (answers, {"resampling": "jackknife", "interval": "bca"}),
        "replicate weights": (answers, {"resampling": "replicate weights"}),
        "earlier weights": (answers, {"weights_from": pd.DataFrame({"construct": ["A"]})}),
    }


@pytest.mark.parametrize("name", list(refusals(csi.simulate(MODEL, 60, groups=["a", "b"], seed=1))))
def test_a_refusal_is_written_in_both_languages(answers, name):
    data, options = refusals(answers)[name]
    with pytest.raises(csi.CsindexError) as caught:
        csi.fit(MODEL, data, **{"replicates": 20, "progress": False, **options})
    error = caught.value
    assert not KOREAN.search(str(error))
    assert KOREAN.search(error.text("ko"))
    assert not ENGLISH.search(error.text("ko"))
    assert all(line in str(error) for line in error.remedy.splitlines())


def test_the_refusal_of_a_unit_names_it_with_what_to_do(answers):
    data, options = refusals(answers)["few rows of a unit"]
    with pytest.raises(csi.SurveyError) as caught:
        csi.fit(MODEL, data, replicates=0, **options)
    error = caught.value
    assert str(error).startswith("unit 'a': 3 usable rows for")
    assert str(error).endswith("\nbad_units='drop' fits the others without them.")
    assert "Collect more answers" in error.remedy
    assert error.text("ko").startswith("unit 'a': 사용 가능한 행이 3개")
    assert "bad_units='drop'" in error.text("ko")
