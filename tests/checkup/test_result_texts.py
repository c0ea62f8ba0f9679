"""What a checkup says, in both languages, and its tables."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csindex as csi

KOREAN = re.compile("[가-힣]")
# Four English words in a row; names of methods, items and authors are shorter, or have capitals.
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3}")
MODEL = csi.acsi()


def spoiled(clean: pd.DataFrame) -> pd.DataFrame:
    """Return answers with something wrong in most columns."""
    frame = clean.drop(columns="CUSTOMQ").rename(columns={"SATIS": "satis."}).assign(QP=5, COMP=np.nan)
    frame["IDEAL"] = frame["IDEAL"].astype(object)
    frame.loc[4, "IDEAL"] = "good"
    frame.loc[[6, 9], "REPUR"] = [98, 99]
    frame.loc[7, "PQ"] = 0
    frame.loc[3, "weight"] = -1
    frame.loc[5, "unit"] = None
    return frame


def odd(clean: pd.DataFrame) -> pd.DataFrame:
    """Return answers with much to be noted."""
    frame = clean.copy()
    frame.loc[10:14, [item.name for item in MODEL.items if item.scale == (1, 10)]] = 7
    frame = pd.concat([frame, frame.loc[[0, 1]]], ignore_index=True)
    frame.loc[:20, "QP"] = np.nan
    return frame.assign(weight=np.where(frame.index < 20, 30.0, 1.0))


@pytest.fixture(scope="module")
def checkups(tmp_path_factory) -> dict[str, Any]:
    clean = csi.simulate(MODEL, 60, groups=["Hare", "Lynx", "Stork"], seed=2, weights=0.3)
    broken = tmp_path_factory.mktemp("files") / "broken.csv"
    broken.write_text("q1,q2\n1,2\n3\n")
    file = Path(broken.parent) / "coded.csv"
    clean.assign(SATIS=clean["SATIS"].where(clean.index > 1, 98)).to_csv(file, index=False)
    return {
        "clean": csi.check(MODEL, clean, weights="weight"),
        "spoiled": csi.check(MODEL, spoiled(clean), weights="weight", by="unit", strata="regoin", clusters="weigth"),
        "odd": csi.check(MODEL, odd(clean), weights="weight"),
        "broken file": csi.check(MODEL, broken),
        "file": csi.check(MODEL, file),
    }


@pytest.mark.parametrize("name", ["clean", "spoiled", "odd", "broken file", "file"])
def test_a_checkup_says_everything_in_both_languages(name, checkups):
    found = checkups[name]
    assert not KOREAN.search(found.summary())
    assert KOREAN.search(found.summary("ko"))
    assert not ENGLISH.search(found.summary("ko")), found.summary("ko")
    assert repr(found) == found.summary()
    assert found._repr_html_().startswith("<div")
    assert set(found.tables()) == {"problems", "notices"}
    for table, frame in found.tables().items():
        pd.testing.assert_frame_equal(frame, getattr(found, table))


def test_remedies_are_those_of_the_findings(checkups):
    found = checkups["spoiled"]
    text = " ".join(found.summary().split())
    for finding in found.found_problems:
        assert finding.problem() in text
        assert finding.column in found.renames or finding.codes() or finding.remedy() in text
    assert "if 98, 99 mean a missing answer: missing_codes=[98, 99]" in text
    assert "model.with_scales({'PQ': (0, 10)})" in text


def test_the_text_of_a_problem_is_that_of_the_table(checkups):
    found = checkups["spoiled"]
    assert found.problems["text"].tolist() == [finding.text() for finding in found.found_problems]
