"""Remedies that errors name, each tried on the very input that was refused."""

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import csindex as csi
from csindex.cli.main import main
from csindex.cli.output import spell
from csindex.messages import Argument, Joined, Message, Several

MODEL = csi.Model.parse("Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q")
ITEMS = list(MODEL.item_names)


def arguments(message: object) -> Iterator[Argument]:
    """Yield the arguments in a message, also in messages within it."""
    if isinstance(message, Argument):
        yield message
    elif isinstance(message, Message):
        for value in vars_of(message).values():
            yield from arguments(value)
    elif isinstance(message, (Joined, Several)):
        for part in message.parts if isinstance(message, Joined) else vars_of(message):
            yield from arguments(part)


def vars_of(message: Any) -> Any:
    """Return the values of a message or list."""
    return getattr(message, "values")  # noqa: B009


def refused(call: Callable[[], Any]) -> csi.errors.CsindexError:
    """Return the error of a call."""
    with pytest.raises(csi.errors.CsindexError) as caught:
        call()
    return caught.value


def argument(error: csi.errors.CsindexError, name: str) -> Argument:
    """Return the argument of a name in an error."""
    return next(one for one in arguments(error.message) if one.name == name)


def fitted(model: csi.Model, data: Any, **options: Any) -> csi.Fit:
    """Fit without replicates."""
    return csi.fit(model, data, replicates=0, **options)


@pytest.fixture
def answers() -> pd.DataFrame:
    """Answers on 1 to 10."""
    return csi.simulate(MODEL, 200, seed=4)[ITEMS].round()


@pytest.fixture
def from_zero(answers) -> pd.DataFrame:
    """The same on 0 to 10: every item has a 0."""
    frame = answers.copy()
    frame.iloc[3] = 0
    return frame


class TestAnotherScale:
    def test_one_sentence_for_all_items_and_no_answer_lost(self, from_zero):
        error = refused(lambda: fitted(MODEL, from_zero))
        assert str(error).count("\n") == 0 and str(error).startswith("6 items ('q1', 'q2', 'q3' and 3 more) hold 0")
        remedy = argument(error, "scales")
        assert str(remedy) == "model.with_scales({(1, 10): (0, 10)})"
        result = fitted(eval(str(remedy), {"model": MODEL}), from_zero)
        assert result.account.used == 200 and sum(result.account.missing.values()) == 0

    def test_the_same_everywhere(self, from_zero):
        said = str(refused(lambda: fitted(MODEL, from_zero)))
        assert str(refused(lambda: csi.scan(from_zero, MODEL))) == said
        found = csi.check(MODEL, from_zero)
        text = " ".join(found.summary().split())
        assert text.count("outside their scale") == 1 and "model.with_scales({(1, 10): (0, 10)})" in text
        assert found.codes == () and list(found.problems["column"]) == ITEMS

    def test_in_the_shell(self, from_zero, tmp_path, capsys):
        from_zero.to_csv(tmp_path / "a.csv", index=False)
        (tmp_path / "m.txt").write_text(MODEL.to_lavaan())
        words = ["fit", str(tmp_path / "a.csv"), "--model", str(tmp_path / "m.txt"), "--replicates", "0", "--quiet"]
        assert main(words) == 1
        said = capsys.readouterr().err
        flag = re.search(r"--item-scales \S+(?=\. )", said)
        assert flag is not None and main([*words, *shlex.split(flag[0])]) == 0

    def test_decimals_are_no_codes(self, answers):
        shares = (answers - 1) / 9 * 100 + 0.13 * (answers < 10)
        error = refused(lambda: fitted(MODEL, shares))
        assert not any(one.value for one in arguments(error.message) if one.name == "missing_codes")
        result = fitted(eval(str(argument(error, "scales")), {"model": MODEL}), shares)
        assert result.account.used == 200

    def test_other_decimals_are_not_declared_missing(self, answers):
        error = refused(lambda: fitted(MODEL, answers.assign(q1=answers["q1"] * 1.07)))
        assert "missing_codes" not in str(error) and "model.with_scales" in str(error)

    def test_codes_beside_another_scale(self, from_zero):
        from_zero.iloc[[7, 8]] = 99
        error = refused(lambda: fitted(MODEL, from_zero))
        codes = argument(error, "missing_codes").value
        result = fitted(eval(str(argument(error, "scales")), {"model": MODEL}), from_zero, missing_codes=codes)
        assert codes == [99] and result.account.used == 198


class TestTexts:
    @pytest.mark.parametrize(
        "write",
        [
            lambda x: f"{x:.1f}".replace(".", ","),
            lambda x: f"{x:.0f}",
            lambda x: {1: "1 – not at all", 10: "10 – completely"}.get(int(x), f"{x:.0f}"),
            lambda x: f"{x:.0f} = level",
            lambda x: f"{x:.0f}점",
        ],
    )
    def test_no_answer_is_lost(self, answers, write):
        frame = answers.assign(q1=answers["q1"].map(write))
        error = refused(lambda: fitted(MODEL, frame))
        assert "coerce" not in str(error)
        call = re.search(r"frame\['q1'\].*\.astype\(float\)", str(error))
        assert call is not None
        mended = frame.assign(q1=eval(call[0], {"frame": frame}))
        pd.testing.assert_series_equal(mended["q1"], answers["q1"], check_dtype=False)

    def test_words_without_numbers(self, answers):
        labels = {1: "매우 불만족", 2: "불만족", 3: "보통", 4: "만족", 5: "매우 만족"}
        frame = answers.assign(q1=np.clip(answers["q1"], 1, 5).map(labels))
        error = refused(lambda: fitted(MODEL, frame))
        remedy = argument(error, "texts")
        assert set(remedy.value) == set(labels.values()) & set(frame["q1"])
        assert "'매우 만족=NUMBER'" in spell(remedy)

    def test_texts_that_are_no_answers_are_missing(self, answers):
        frame = answers.astype({"q1": object})
        frame.loc[[2, 5], "q1"] = "모름"
        error = refused(lambda: fitted(MODEL, frame))
        call = re.search(r"frame\['q1'\].*\.astype\(float\)", str(error))
        assert call is not None
        assert eval(call[0], {"frame": frame}).isna().sum() == 2

    def test_in_the_shell(self, answers, tmp_path, capsys):
        frame = answers.assign(q1=answers["q1"].map(lambda x: f"{x:.0f} – of ten"))
        frame.to_csv(tmp_path / "a.csv", index=False)
        (tmp_path / "m.txt").write_text(MODEL.to_lavaan())
        words = ["fit", str(tmp_path / "a.csv"), "--model", str(tmp_path / "m.txt"), "--replicates", "0"]
        assert main([*words, "--quiet"]) == 1
        said = capsys.readouterr().err
        flag = re.search(r"--texts .*(?=\.$)", said.strip())
        assert flag is not None and main([*words, "--quiet", *shlex.split(flag[0])]) == 0


def dummies(model: csi.Model, frame: pd.DataFrame) -> pd.DataFrame:
    """Return answers in which d1, d2 and d3 sum to 1."""
    kind = np.arange(len(frame)) % 3
    return frame.assign(**{f"d{k + 1}": (kind == k).astype(float) for k in range(3)})


class TestCollinearity:
    SCALES = dict.fromkeys(("d1", "d2", "d3"), (0, 1))

    @pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
    def test_dummies_that_sum_to_1_are_named(self, answers):
        model = csi.Model.parse("Kind <~ q3 + d1 + d2 + d3; S =~ s1 + s2 + s3; S ~ Kind", scales=self.SCALES)
        frame = dummies(model, answers)
        said = str(refused(lambda: fitted(model, frame)))
        assert "'d1', 'd2' and 'd3'" in said and "'q3'" not in said
        left = csi.Model.parse("Kind <~ q3 + d1 + d2; S =~ s1 + s2 + s3; S ~ Kind", scales={"d1": (0, 1), "d2": (0, 1)})
        assert fitted(left, frame).account.used == 200

    def test_constructs_that_sum_to_1_are_named(self, answers):
        text = "Q =~ q1 + q2 + q3; A =~ d1; B =~ d2; C =~ d3; S =~ s1 + s2 + s3; S ~ Q + A + B + C"
        model = csi.Model.parse(text, scales=self.SCALES)
        said = str(refused(lambda: fitted(model, dummies(model, answers))))
        assert "'A', 'B' and 'C'" in said and "'S'" not in said

    def test_constructs_that_overlap(self, answers):
        model = csi.Model.parse("A =~ q1; B =~ q2; C =~ c1; S =~ s1 + s2 + s3; S ~ A + B + C", scales={"c1": (2, 20)})
        said = str(refused(lambda: fitted(model, answers.assign(c1=answers["q1"] + answers["q2"]))))
        assert "'A', 'B' and 'C'" in said


class TestArguments:
    def test_unequal_n_of_published_moments(self):
        def read(n: Any) -> csi.Moments:
            return csi.Moments.from_published([7, 8], [2, 1], [[1, 0], [0.5, 1]], n=n, items=["a", "b"])

        error = refused(lambda: read([300, 250]))
        found = re.search(r"n=(\d+)", str(error))
        assert found is not None and read(int(found[1])).n == 250

    def test_codes_below_0(self, answers, tmp_path):
        answers.iloc[[2, 3], 0] = [-9, -8]
        answers.to_csv(tmp_path / "a.csv", index=False)
        words = ["fit", str(tmp_path / "a.csv"), "--model", MODEL.to_lavaan(), "--replicates", "0", "--quiet"]
        assert main([*words, "--missing-codes", "-9,-8"]) == 0
        assert main([*words, "--missing-codes", "99", "-9", "-8"]) == 0

    def test_a_model_as_it_is(self, answers, tmp_path):
        answers.to_csv(tmp_path / "a.csv", index=False)
        text = "Q =~ q1 + q2 + q3; S =~ s1 + s2 + s3; S ~ Q"
        assert main(["fit", str(tmp_path / "a.csv"), "--model", text, "--replicates", "0", "--quiet"]) == 0

    def test_margins_that_contradict_each_other(self, answers):
        frame = answers.assign(
            sex=np.where(answers.index % 2, "f", "m"), age=np.where(answers.index % 2, "old", "young")
        )
        margins = {"sex": {"f": 0.5, "m": 0.5}, "age": {"old": 0.7, "young": 0.3}}
        said = str(refused(lambda: csi.Survey(frame, margins=margins)))
        assert "'sex' and 'age'" in said and "nan" not in said

    @pytest.mark.parametrize("columns", [{"strata": "s"}, {"strata": "s", "clusters": "c"}])
    def test_a_lonely_sampling_unit(self, answers, columns):
        frame = answers.assign(s=np.where(answers.index < 1, "a", "b"), c=answers.index // 5, all=1.0)
        frame["share"] = np.where(frame["s"] == "a", 1.0, 0.1)
        frame.loc[frame["s"] == "a", "c"] = 999
        error = refused(lambda: csi.Survey(frame, **columns))
        assert "fpc=" in str(error) and "Join such strata" in str(error)
        assert csi.Survey(frame, **columns, fpc="share").n == 200
        assert csi.Survey(frame.assign(s="b"), **columns).n == 200


def test_a_report_has_a_picture_of_every_group(tmp_path):
    frame = csi.simulate(MODEL, 60, groups=list("abcd"), seed=2)
    frame["group"] = frame["unit"].map({"a": "x", "b": "x", "c": "y", "d": "y"})
    result = csi.fit(MODEL, frame, by=["group", "unit"], replicates=100, seed=1)
    path = csi.report(result, tmp_path / "r.md", league=csi.league(result, group="group"))
    text = path.read_text(encoding="utf-8")
    assert "(x)" in text and "(y)" in text and "league-2" in text


class TestFewRows:
    """Fewer rows than items are enough where the covariances of all items need no inverse."""

    FEW = csi.Model.parse("A =~ a1 + a2 + a3 + a4; B =~ b1 + b2 + b3 + b4; C =~ c1 + c2 + c3 + c4; C ~ A + B")

    @pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
    @pytest.mark.parametrize("convention", ["fornell", "equal"])
    def test_mode_a(self, convention):
        rows = csi.simulate(self.FEW, 11, seed=3)
        result = fitted(self.FEW, rows, convention=convention)
        assert result.account.used == 11 and result.index["estimate"].between(0, 100).all()
        assert str(refused(lambda: fitted(self.FEW, rows, estimator="cbsem"))).startswith("11 usable rows")

    @pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
    def test_weights_of_an_earlier_wave(self):
        model = self.FEW.with_modes({"A": "B"})
        earlier = fitted(model, csi.simulate(model, 300, seed=3))
        rows = csi.simulate(model, 11, seed=4)
        assert fitted(model, rows, weights_from=earlier).account.used == 11


@pytest.mark.filterwarnings("ignore::csindex.errors.CsindexWarning")
def test_workers_without_generators(answers):
    joblib = pytest.importorskip("joblib")
    from joblib.parallel import register_parallel_backend

    class Plain(joblib._parallel_backends.ThreadingBackend):  # type: ignore[name-defined,misc]
        supports_return_generator = False

    register_parallel_backend("plain", Plain)
    usual = csi.fit(MODEL, answers, replicates=200, seed=1).index
    with joblib.parallel_config("plain"):
        other = csi.fit(MODEL, answers, replicates=200, seed=1, n_jobs=2).index
    pd.testing.assert_frame_equal(usual, other)


def test_accounts_and_surveys_are_short(from_zero):
    survey = csi.Survey(from_zero)
    account = survey.answers(ITEMS).account
    assert repr(account) == "Account: 200 of 200 rows used; 0 with weight 0, 0 incomplete; 0 answers missing"
    for one in (survey, account):
        assert len(repr(one)) < 100 and "csindex" in one._repr_html_()


class TestWaves:
    """Files of several waves, of which one has a column more."""

    @pytest.fixture
    def folder(self, answers, tmp_path):
        pytest.importorskip("polars")
        for kind in ("csv", "parquet"):
            (tmp_path / kind).mkdir()
        for name, frame in (("a", answers.head(90).assign(more=1)), ("b", answers.tail(110))):
            frame.to_csv(tmp_path / "csv" / f"{name}.csv", index=False)
            frame.to_parquet(tmp_path / "parquet" / f"{name}.parquet")
        return tmp_path

    def test_an_extra_column_is_left_out(self, answers, folder):
        usual = csi.scan(answers, MODEL).moments
        files = [folder / "parquet" / "a.parquet", folder / "parquet" / "b.parquet"]
        for data in (folder / "parquet", str(folder / "parquet" / "*.parquet"), str(folder / "csv" / "*.csv"), files):
            found = csi.scan(data, MODEL).moments
            assert found.n == 200
            np.testing.assert_allclose(found.cov, usual.cov)

    def test_a_missing_item_is_named_with_its_file(self, answers, folder):
        answers.drop(columns="q1").to_parquet(folder / "parquet" / "c.parquet")
        error = refused(lambda: csi.scan(folder / "parquet", MODEL))
        assert "c.parquet has no column 'q1'" in str(error)
        files = [folder / "parquet" / name for name in ("a.parquet", "b.parquet")]
        assert csi.scan(files, MODEL).moments.n == 200

    def test_a_delta_table_is_not_read_as_a_folder(self, folder, monkeypatch):
        import polars as pl

        (folder / "parquet" / "_delta_log").mkdir()

        def lacking(path):
            raise ImportError(path)

        monkeypatch.setattr(pl, "scan_delta", lacking)
        assert "pip install deltalake" in str(refused(lambda: csi.scan(folder / "parquet", MODEL)))
        monkeypatch.setattr(pl, "scan_delta", lambda path: pl.scan_parquet(f"{path}/b.parquet"))
        assert csi.scan(folder / "parquet", MODEL).moments.n == 110
