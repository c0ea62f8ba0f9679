import pandas as pd
import pytest

import csindex as csi
from csindex.benchmark.wave_order import ordered_waves


@pytest.mark.parametrize(
    "waves",
    [
        ["W2", "W10"],
        ["wave 1", "Wave 2", "wave 10"],
        ["2019", "2020", "2021"],
        ["2022Q4", "2023Q1", "2023Q2"],
        ["Q4 2022", "Q1 2023"],
        ["4Q 2022", "1Q 2023"],
        ["2022년 4분기", "2023년 1분기"],
        ["2022 상반기", "2022 하반기", "2023 상반기"],
        ["2019 spring", "2019 autumn", "2020 spring"],
        ["Fall 2019", "Spring 2020"],
        ["2023-9", "2023-10"],
        ["2023년 9월", "2023년 10월"],
        ["9/2023", "1/2024"],
        ["31.12.2022", "01.01.2023"],
        ["2022-12-31", "2023-01-01"],
        ["Dec 2022", "Jan 2023"],
        ["December 2022", "May 2023"],
        ["3 May 2023", "12 May 2023"],
        ["제2차", "제10차"],
        ["2021/22", "2022/23"],
        ["1.5", "2.0", "10.5"],
        [2021, 2022],
        [1.0, 10.0],
        [pd.Timestamp("2022-12-31"), pd.Timestamp("2023-01-01")],
        [pd.Period("2022Q4"), pd.Period("2023Q1")],
    ],
)
def test_labels_that_show_their_order(waves: list[object]) -> None:
    assert ordered_waves(pd.Series(waves[::-1]), "wave") == waves


@pytest.mark.parametrize(
    "waves",
    [
        ["after", "before"],
        ["post", "pre"],
        ["A", "B"],
        ["2019 spring", "2019 winter"],
        ["2023", "2023Q1"],
        ["03/05/2023", "04/05/2023"],
        ["1st 5", "2nd 7"],
        ["Jan", "Feb"],
    ],
)
def test_others_are_asked_for(waves: list[str]) -> None:
    with pytest.raises(csi.OptionError, match="cannot be seen from their labels") as error:
        ordered_waves(pd.Series(waves), "wave")
    assert repr(waves[0]) in str(error.value)
    assert "order=" in error.value.remedy and "order=" in error.value.text("ko")


def test_categories_have_the_order_that_was_chosen() -> None:
    labels = ["after", "before"]
    chosen = pd.Series(pd.Categorical(labels, categories=["before", "after"]))
    assert ordered_waves(chosen, "wave") == ["before", "after"]
    ordered = pd.Series(pd.Categorical(labels, categories=labels, ordered=True))
    assert ordered_waves(ordered, "wave") == labels
    with pytest.raises(csi.OptionError, match="order="):
        ordered_waves(pd.Series(labels, dtype="category"), "wave")
