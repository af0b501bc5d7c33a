"""Sentences are found in every script, and a summary never ends inside one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.digest import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Smith met Dr. Lee. They talked.", ["Mr. Smith met Dr. Lee.", "They talked."]),
        ("J. K. Rowe wrote it. Nobody read it.", ["J. K. Rowe wrote it.", "Nobody read it."]),
        ("It rose by 3.5 per cent. Then it fell.", ["It rose by 3.5 per cent.", "Then it fell."]),
        ("Wait... there is more. Now.", ["Wait... there is more.", "Now."]),
        ("“It is over.” He left.", ["“It is over.”", "He left."]),
        ("The company (Example Inc.) closed. It was old.", ["The company (Example Inc.) closed.", "It was old."]),
        ("Sie kamen z.B. aus Wien. Dann gingen sie.", ["Sie kamen z.B. aus Wien.", "Dann gingen sie."]),
        ("Это было в 1999 г. в Москве. Потом ушли.", ["Это было в 1999 г. в Москве.", "Потом ушли."]),
        ("如何？很好。走吧！", ["如何？", "很好。", "走吧！"]),
        ("彼は言った。「行こう。」そして去った。", ["彼は言った。", "「行こう。」", "そして去った。"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("یہ پہلا جملہ ہے۔ کیا یہ دوسرا ہے؟ ہاں۔", ["یہ پہلا جملہ ہے۔", "کیا یہ دوسرا ہے؟", "ہاں۔"]),
        ("این جملهٔ نخست است. آیا این دوم است؟ بله.", ["این جملهٔ نخست است.", "آیا این دوم است؟", "بله."]),
        ("สวัสดีชาวโลก วันนี้อากาศดี", ["สวัสดีชาวโลก", "วันนี้อากาศดี"]),
        ("Սա առաջինն է։ Սա երկրորդն է։", ["Սա առաջինն է։", "Սա երկրորդն է։"]),
        ("no mark at all", ["no mark at all"]),
        ("", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    """A text is cut where a sentence ends in its own script, and nowhere else."""
    assert list(sentences.split(text)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two three", 3),
        ("don't stop-over", 2),
        ("بیست و دو", 3),
        ("一二三四五六七八九十", 4),
        ("สวัสดีครับ", 2),
        ("", 0),
        ("— … !", 0),
    ],
)
def test_count_words(text: str, words: int) -> None:
    """Words are counted; characters stand in for them where a script writes no spaces."""
    assert sentences.count_words(text) == words


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (199, 1), (400, 2), (1000, 5)])
def test_minutes(words: int, minutes: int) -> None:
    """Two hundred words take a minute, and nothing takes less than one."""
    assert sentences.minutes(words) == minutes


def test_summarise_keeps_whole_sentences() -> None:
    """A summary ends behind the last sentence that fits whole."""
    assert sentences.summarise("One two. Three four. Five six.", 5) == "One two. Three four."


def test_summarise_joins_chinese_without_a_space() -> None:
    """Between Chinese sentences stands no space."""
    assert sentences.summarise("如何？很好。走吧！", 60) == "如何？很好。走吧！"


def test_summarise_parts_latin_from_chinese() -> None:
    """A Latin sentence beside a Chinese one keeps its space."""
    assert sentences.summarise("Hello there. 很好。走吧。", 60) == "Hello there. 很好。走吧。"


def test_summarise_cuts_a_sentence_that_is_too_long() -> None:
    """A first sentence longer than the limit is cut behind a clause and says so."""
    text = "When the boats came home late in the evening, everybody in the town stood on the pier and waited"
    assert sentences.summarise(text, 11) == "When the boats came home late in the evening…"


def test_shorten_cuts_behind_a_word() -> None:
    """Where no clause ends, a word does."""
    assert sentences.shorten("alpha beta gamma delta", 3) == "alpha beta gamma…"


def test_shorten_leaves_what_is_short() -> None:
    """What is short enough stays as it is."""
    assert sentences.shorten(" two  words ", 3) == "two words"


def test_shorten_cuts_between_any_two_chinese_characters() -> None:
    """Chinese is cut between characters, for it has no spaces to go back to."""
    assert sentences.shorten("一二三四五六七八九十", 2) == "一二三四五六…"


@pytest.mark.parametrize(("text", "visible"), [("a", True), ("!", True), ("\u200b \u00a0", False), ("", False)])
def test_is_visible(text: str, *, visible: bool) -> None:
    """Spaces and marks of format cannot be seen."""
    assert sentences.is_visible(text) is visible


@given(st.text(), st.integers(1, 40))
def test_summary_is_never_longer_than_allowed(text: str, limit: int) -> None:
    """Whatever the text, its summary has at most as many words as asked for."""
    assert sentences.count_words(sentences.summarise(text, limit)) <= limit


@given(st.text())
def test_split_loses_nothing(text: str) -> None:
    """The sentences of a text are the text, but for white space."""
    assert "".join("".join(sentences.split(text)).split()) == "".join(text.split())
