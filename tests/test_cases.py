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


@pytest.fixture(scope="module")
def two_waves() -> csi.Fit:
    waves = {"before": 0.5, "after": 0.7}
    answers = [csi.simulate(MODEL, 150, seed=s, level=level) for s, level in enumerate(waves.values(), 1)]
    data = pd.concat([frame.assign(wave=wave) for frame, wave in zip(answers, waves, strict=True)])
    return csi.fit(MODEL, data, by="wave", replicates=100, seed=1)


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


class TestWaveOrder:
    def test_before_and_after_are_asked_for(self, two_waves: csi.Fit) -> None:
        for door in (csi.trend, csi.fixed_weights, csi.league):
            with pytest.raises(csi.OptionError, match="'after' and 'before'"):
                door(two_waves, wave="wave")  # type: ignore[operator]
        with pytest.raises(csi.OptionError, match="'after' and 'before'"):
            csi.rolling(csi.UnitScores.of(two_waves), "wave")

    def test_the_order_that_is_given_has_the_right_sign_and_is_printed(self, two_waves: csi.Fit) -> None:
        moved = csi.trend(two_waves, "wave", order=["before", "after"])
        assert moved.changes["estimate"].item() > 15
        assert "Order of the waves: before, after." in moved.summary()
        league = csi.league(two_waves, wave="wave", order=["before", "after"])
        assert league.waves == ("before", "after") and "Order of the waves: before, after." in league.summary()
        rolled = csi.rolling(csi.UnitScores.of(two_waves), "wave", order=["before", "after"])
        assert rolled.units["wave"].tolist() == ["before", "after"]

    @pytest.mark.parametrize("order", [["before"], ["before", "after", "after"], "before"])
    def test_an_order_names_all_waves_once(self, two_waves: csi.Fit, order: object) -> None:
        with pytest.raises(csi.OptionError, match="labels of all waves of 'wave', each once"):
            csi.trend(two_waves, "wave", order=order)  # type: ignore[arg-type]
