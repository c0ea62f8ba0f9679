"""The catalogues: both languages of every message, with the same values, in the words of the glossary."""

import re
from importlib.resources import files

import pytest

from csindex.messages import Argument, Joined, Message, Several, catalogue, fill, listed, placeholders, words

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
    message = Message("options.unknown", name="scheme", value="star", known=Several(["'a'", "'b'"]))
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
    message = Message("options.unknown", name="scheme", value="star", known="'a'")
    assert Joined([message, message]).remedy() == "Use one of: 'a'."
    assert set(words("options")) == {"en", "ko"}
