"""Small inputs in which something could be decided without a word, each typed as a user would."""

import numpy as np
import pandas as pd
import pytest

import csindex as csi

MODEL = csi.Model.parse(
    "Quality =~ q1 + q2 + q3; Satisfaction =~ s1 + s2 + s3; Loyalty =~ l1 + l2; "
    "Satisfaction ~ Quality; Loyalty ~ Satisfaction"
)


@pytest.fixture(scope="module")
def base() -> pd.DataFrame:
    return csi.simulate(MODEL, 300, seed=1)


class TestScale:
    def test_five_points_on_the_default_scale_are_questioned(self, base: pd.DataFrame) -> None:
        five = np.ceil(base / 2)
        with pytest.warns(csi.ScaleWarning, match=r"above 5 among 300, on a scale of 1–10.*scale=\(1, 5\)"):
            csi.fit(MODEL, five, replicates=0)
        assert "scale" in csi.check(MODEL, five).notices["kind"].tolist()

    def test_the_default_scale_of_a_library_model_is_questioned(self) -> None:
        answers = csi.simulate(csi.ecsi(scale=(1, 5)), 300, seed=1)
        with pytest.warns(csi.ScaleWarning, match="scale of 1–10"):
            csi.fit(csi.ecsi(), answers, replicates=0)

    @pytest.mark.parametrize("top", [3, 4, 5, 7])
    def test_other_scales_are_questioned_too(self, base: pd.DataFrame, top: int) -> None:
        with pytest.warns(csi.ScaleWarning, match=f"was the scale 1–{top}"):
            csi.fit(MODEL, np.ceil(base * top / 10), replicates=0)

    def test_a_stated_scale_stands_in_the_summary(self, base: pd.DataFrame) -> None:
        stated = csi.Model.parse(MODEL.to_lavaan(), scale=(1, 5))
        result = csi.fit(stated, np.ceil(base / 2), replicates=0)
        assert "Scale: 1–5 (8 items)." in result.summary()
        assert "척도: 1~5(문항 8개)." in result.summary("ko")
