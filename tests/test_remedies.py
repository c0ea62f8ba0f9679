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
