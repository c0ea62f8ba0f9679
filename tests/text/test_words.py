"""The catalogues: both languages of every message, with the same values, in the words of the glossary."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import csindex
from csindex.messages import Argument, Bilingual, Joined, Message, Several, catalogue, fill, listed, placeholders, words

FAMILIES = sorted(
    path.name.removesuffix(".toml") for path in files("csindex.text.words").iterdir() if path.name.endswith(".toml")
)
# The Korean sentence says the same without them: the program's own account of weights is in English.
LEFT_OUT = {"summary.carried": {"source"}, "replicates.groups": {"grouping"}, "league.streak": {"ordinal"}}
# Spellings that the glossary decides against.
WRONG = ("붓스트랩", "적재값", "반복추출", "동인")


@pytest.mark.parametrize("family", FAMILIES)
def test_both_languages_have_every_message_with_the_same_values(family):
    for key, message in catalogue(family).items():
        assert set(message) in ({"en", "ko"}, {"en", "ko", "remedy_en", "remedy_ko"}), key
        for english, korean in (("en", "ko"), ("remedy_en", "remedy_ko")):
            if english in message:
                wanted = placeholders(message[english]) - LEFT_OUT.get(f"{family}.{key}", set())
                assert placeholders(message[korean]) == wanted, key


@pytest.mark.parametrize("family", FAMILIES)
def test_a_term_has_one_spelling(family):
    for key, message in catalogue(family).items():
        for text in message.values():
            assert not any(word in text for word in WRONG), key


def test_a_message_is_written_in_both_languages():
    message = Message("options.unknown", option=Argument("scheme", "star"), known=Several(["'a'", "'b'"]))
    assert str(message) == "scheme='star' is not known. Use one of: 'a', 'b'."
    assert message.remedy() == "Use one of: 'a', 'b'."
    assert re.search("[가-힣]", message.text("ko"))
    assert "scheme='star'" in message.text("ko")


def test_lists_plurals_and_arguments():
    assert str(Several(range(8), most=3)) == "0, 1, 2 and 5 more"
    assert Several("abc", most=1).text("ko") == "a 외 2개"
    assert [str(listed("abc"[:count], most=3)) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert str(listed("abcd", most=3)) == "a, b, c and 1 more"
    assert listed("abc").text("ko") == "a, b, c"
    assert fill("{count:,} {count:row|rows}", {"count": 1}) == "1 row"
    assert fill("{count:,} {count:row|rows}", {"count": 1200}) == "1,200 rows"
    codes = Argument("missing_codes", [98, 99])
    assert (
        fill("Declare {codes}, or use {=missing='em'}.", {"codes": codes})
        == "Declare missing_codes=[98, 99], or use missing='em'."
    )

    def shell(argument):
        return f"--{argument.name}"

    assert fill("Use {=missing='em'} or {codes}.", {"codes": codes}, "en", shell) == "Use --missing or --missing_codes."
    assert placeholders("Use {=missing='em'} or {codes:,}.") == {"=missing='em'", "codes"}
    assert fill("Give {=by=}.", {}) == "Give by=."
    assert fill("Give {=by=}.", {}, "en", shell) == "Give --by."
    assert str(Argument("rename", {"q3": "Q3"}, "model.rename({value!r})")) == "model.rename({'q3': 'Q3'})"


def test_messages_in_a_row_keep_each_remedy_once():
    message = Message("options.unknown", option=Argument("scheme", "star"), known="'a'")
    assert Joined([message, message]).remedy() == "Use one of: 'a'."
    assert set(words("options")) == {"en", "ko"}


# Packages all of whose errors and warnings are messages; those of other packages join when they are converted.
CONVERTED = ("survey", "checkup", "cli")


def plain_texts(path: Path) -> Iterator[int]:
    """Yield the lines where an error or a warning of ours is given a plain text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        ours = name.endswith(("Error", "Warning")) and hasattr(csindex, name)
        warned = name in ("warn", "warn_explicit")
        first = node.args[0]
        plain = isinstance(first, (ast.JoinedStr, ast.BinOp)) or (
            isinstance(first, ast.Constant) and isinstance(first.value, str)
        )
        wrapped = isinstance(first, ast.Call) and getattr(first.func, "id", "") == "str"
        if (ours or warned) and (plain or wrapped):
            yield node.lineno


@pytest.mark.parametrize("package", CONVERTED)
def test_errors_and_warnings_carry_messages(package):
    root = Path(csindex.__file__).parent / package
    found = [f"{path.relative_to(root)}:{line}" for path in root.rglob("*.py") for line in plain_texts(path)]
    assert found == []


def keys_used() -> Iterator[tuple[str, str]]:
    """Yield file and key of every message whose key is written out."""
    for path in Path(csindex.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield path.name, key.value


def test_every_message_stands_in_a_catalogue():
    lost = []
    for file, key in keys_used():
        family, _, name = key.partition(".")
        if family not in FAMILIES or name not in catalogue(family):
            lost.append(f"{file}: {key}")
    assert lost == []


def test_what_is_wrong_and_what_to_do_can_be_said_apart():
    message = Message("options.unknown", option=Argument("scheme", "star"), known="'a'")
    row = Joined([Bilingual("Hare:", "토끼:"), message])
    assert row.problem() == "Hare: scheme='star' is not known."
    assert row.remedy() == "Use one of: 'a'."
    assert row.text("ko").startswith("토끼: scheme='star'")
    assert Bilingual("Hare").text("ko") == "Hare"
