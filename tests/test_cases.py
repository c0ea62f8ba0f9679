"""Small inputs in which something could be decided without a word, each typed as a user would."""

from pathlib import Path

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


class TestTarget:
    def test_satisfaction_is_recognised_by_name_and_the_summary_says_so(self, base: pd.DataFrame) -> None:
        model = csi.Model.parse("Q =~ q1+q2+q3; SAT =~ s1+s2+s3; LOY =~ l1+l2; SAT ~ Q; LOY ~ SAT")
        assert model.target == "SAT"
        assert "Target: SAT, by its name." in csi.fit(model, base, replicates=0).summary()
        assert "SAT(이름으로 판단)" in csi.fit(model, base, replicates=0).summary("ko")

    @pytest.mark.parametrize("name", ["만족도", "CSAT", "sat_2", "CustomerSatisfaction", "고객만족"])
    def test_other_names(self, name: str) -> None:
        text = f"Q =~ q1 + q2; {name} =~ s1 + s2; Z =~ l1 + l2; {name} ~ Q; Z ~ {name}"
        assert csi.Model.parse(text).target == name

    def test_a_label_is_recognised(self) -> None:
        parts = [csi.Construct("X", ("a", "b")), csi.Construct("Y", ("c", "d"), label_ko="고객만족")]
        parts.append(csi.Construct("Z", ("e", "f")))
        assert csi.Model(tuple(parts), (("X", "Y"), ("Y", "Z"))).target == "Y"  # type: ignore[arg-type]

    def test_a_consequence_is_not_taken_for_the_target(self) -> None:
        text = "Q =~ q1 + q2; HAPPY =~ s1 + s2; LOY =~ l1 + l2; HAPPY ~ Q; LOY ~ HAPPY"
        with pytest.raises(csi.ModelError, match="target="):
            csi.Model.parse(text)
        assert csi.Model.parse(text, target="HAPPY").target == "HAPPY"

    def test_a_stated_target_is_said_to_be(self, base: pd.DataFrame) -> None:
        model = csi.Model.parse(MODEL.to_lavaan(), target="Loyalty")
        assert "Target: Loyalty, as stated with the model." in csi.fit(model, base, replicates=0).summary()


class TestLookAlikes:
    def test_true_among_ratings_is_an_error(self, base: pd.DataFrame) -> None:
        with_true = base.astype(object)
        with_true.loc[3, "q1"] = True
        with pytest.raises(csi.SurveyError, match=r"'q1'.*holds True"):
            csi.fit(MODEL, with_true, replicates=0)
        yes = pd.DataFrame({"q1": pd.Series([True, False, None] * 5, dtype=object)})
        assert csi.Moments.from_frame(yes, ["q1"]).mean[0] == 0.5

    def test_look_alike_units_are_a_notice(self) -> None:
        data = csi.simulate(MODEL, 200, groups=["Hare", "Hare ", "hare", "Lynx"], seed=1)
        found = csi.check(MODEL, data, by="unit").notices.set_index("kind").text["look-alike units"]
        assert "'Hare'" in found and "'Hare '" in found and "'hare'" in found and "Lynx" not in found

    @pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
    def test_labels_that_print_alike_are_told_apart(self) -> None:
        data = csi.simulate(MODEL, 200, groups=["1", "2"], seed=1)
        data = pd.concat([data, csi.simulate(MODEL, 200, seed=2).assign(unit=1)], ignore_index=True)
        result = csi.fit(MODEL, data.astype({"unit": object}), by="unit", replicates=50, seed=1)
        for shown in (result.summary(), csi.UnitScores.of(result).summary(), repr(csi.league(result))):
            assert "'1' " in shown


class TestClashes:
    @pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
    @pytest.mark.parametrize("name", ["from", "to", "percent", "p_adjusted", "series"])
    def test_a_unit_column_called_as_a_column_of_the_trend(self, name: str) -> None:
        data = csi.simulate(MODEL, 120, groups=["A 1", "A 2", "B 1", "B 2"], seed=1)
        data[[name, "year"]] = data.pop("unit").str.split(expand=True)
        result = csi.fit(MODEL, data, by=[name, "year"], replicates=50, seed=1)
        with pytest.raises(csi.OptionError, match=f"'{name}'.*clash"):
            csi.trend(result)


class TestPublished:
    def test_a_standard_deviation_beyond_the_scale_is_an_error(self) -> None:
        model = csi.Model.parse("Q =~ a; Satisfaction =~ b; Satisfaction ~ Q")
        r = [[1, 0.5], [0.5, 1]]
        moments = csi.Moments.from_published([8, 5], [6, 2], r, n=200, items=["a", "b"])
        with pytest.raises(csi.SurveyError, match=r"'a' is 6.*at a mean of 8.*at most 3\.7"):
            csi.fit(model, moments, replicates=0)
        ends = csi.Moments.from_published([8, 5], [3.75, 2], r, n=200, items=["a", "b"])
        assert csi.fit(model, ends, replicates=0).index.estimate.notna().all()


class TestComparedModels:
    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("estimator", ["pls", "plsc"]),
            ("estimator", ["pls", "cbsem"]),
            ("variant", ["standardized", "centered"]),
            ("scheme", ["path", "centroid"]),
        ],
    )
    def test_without_a_common_likelihood_no_verdict(self, base: pd.DataFrame, name: str, values: list[str]) -> None:
        results = [csi.fit(MODEL, base, replicates=0, **{name: value}) for value in values]  # type: ignore[arg-type]
        with pytest.raises(csi.OptionError, match=f"{name}='{values[1]}'.*without a common likelihood"):
            csi.compare_models(*results)
        table = csi.side_by_side(*results, names=values)
        assert table.columns.tolist() == ["quantity", "name", *values]
        assert set(table["quantity"]) == {"index", "r2", "path"} and table.notna().all(axis=None)


class TestSigns:
    @pytest.mark.parametrize("cells", [["999", "1,250"], ["999", "1.250"], ["1,250", "2,500"]])
    def test_a_sign_of_thousands_or_decimals_is_asked_for(self, tmp_path: Path, cells: list[str]) -> None:
        path = tmp_path / "answers.csv"
        path.write_text("q1;w\n" + "".join(f"{at % 10 + 1};{cells[at % 2]}\n" for at in range(20)))
        with pytest.raises(csi.SurveyError, match=r"column 'w'.*thousands='.', or decimal='.'"):
            csi.read_survey(path, weights="w")
        sign = "." if "." in cells[1] else ","
        whole = csi.read_survey(path, weights="w", thousands=sign).final_weights()
        assert whole[1] == float(cells[1].replace(sign, ""))
        parted = csi.read_survey(path, weights="w", decimal=sign).final_weights()
        assert parted[1] == float(cells[1].replace(sign, "."))

    def test_sure_decimals_are_read(self, tmp_path: Path) -> None:
        path = tmp_path / "answers.csv"
        path.write_text("q1;w\n1;0,987\n2;1,250\n")
        assert csi.read_survey(path, weights="w").final_weights().tolist() == [0.987, 1.25]


class TestStatisticsFiles:
    def test_declared_texts_are_missing_and_quarters_are_named(self, tmp_path: Path) -> None:
        import pyreadstat

        path = tmp_path / "answers.sav"
        start = pd.Timestamp("1582-10-14").to_pydatetime()
        days = [pd.Timestamp(day).to_pydatetime() for day in ("2023-01-01", "2023-05-01")]
        seconds = [(day - start).total_seconds() for day in days]
        frame = pd.DataFrame({"q1": [1.0, 2.0, 3.0, 4.0], "unit": ["A", "B", "X", "A"]})
        frame["quarter"], frame["month"] = seconds * 2, seconds * 2
        pyreadstat.write_sav(
            frame, path, missing_ranges={"unit": ["X"]}, variable_format={"quarter": "QYR6", "month": "MOYR6"}
        )
        with pytest.raises(csi.SurveyError, match="row"):
            csi.read_survey(path, by="unit")
        units = csi.read_survey(path, by=["quarter", "month"]).units()
        assert units is not None
        assert units.to_numpy().tolist() == [["2023Q1", "2023-01"], ["2023Q2", "2023-05"]]


class TestDirection:
    def test_a_bad_end_that_counts_as_100_is_questioned(self, tmp_path: Path) -> None:
        import pyreadstat

        path, names = tmp_path / "answers.sav", list(MODEL.item_names)
        labels = {1.0: "very good", 2.0: "good", 3.0: "neither", 4.0: "bad", 5.0: "very bad"}
        answers = np.ceil(csi.simulate(MODEL, 300, seed=1) / 2)
        pyreadstat.write_sav(answers, path, variable_value_labels=dict.fromkeys(names, labels))
        survey, model = csi.read_survey(path), MODEL.with_scales(dict.fromkeys(names, (1, 5)))
        with pytest.warns(csi.ScaleWarning, match="5 'very bad' counts as 100"):
            csi.fit(model, survey, replicates=0)
        assert csi.check(model, survey).notices.text.str.contains("5 'very bad' counts as 100").sum() == 8
        turned = csi.Model.parse(MODEL.to_lavaan(), scale=(1, 5), reversed=names)
        assert not csi.check(turned, survey).notices.text.str.contains("very bad").any()


@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
class TestWaves:
    def test_waves_are_followed_and_not_ranked(self, tmp_path: Path) -> None:
        data = csi.simulate(MODEL, 120, groups=["A 2023", "A 2024", "B 2023", "B 2024"], seed=1)
        data[["company", "year"]] = data.pop("unit").str.split(expand=True)
        result = csi.fit(MODEL, data, by=["company", "year"], replicates=100, seed=1)
        assert csi.league(result).rules.wave == "year"
        together = csi.aggregate(result, by=["company", "year"])
        assert csi.league(together).table.groupby("year")["rank"].max().tolist() == [2, 2]
        with pytest.raises(csi.OptionError, match=r"are not ranked.*csindex\.trend"):
            csi.league(csi.aggregate(result, by="year"))
        path = tmp_path / "report.md"
        csi.report(result, path)
        assert "Changes over waves" in path.read_text(encoding="utf-8")
