"""Words that people would stumble over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility import wording, words


def test_every_list_is_in_the_form_that_is_compared() -> None:
    """Lists are case-folded and composed, or they would never match."""
    for language, phrases in words.GENERIC_LINKS.items():
        for phrase in phrases:
            assert wording.is_generic(phrase, language), (language, phrase)
            assert phrase == phrase.casefold()
    assert len(words.GENERIC_LINKS) >= 12
    assert all(word == word.casefold() for word in words.PLACEHOLDERS)


def test_generic_names_of_an_unknown_language() -> None:
    """Where no list is known all of them count."""
    assert wording.is_generic("Weiterlesen", None)
    assert wording.is_generic("READ MORE »", "xx")
    assert not wording.is_generic("Weiterlesen", "fr")


@pytest.mark.parametrize(
    ("name", "is_short"),
    [
        ("ok", True),
        ("→", False),
        ("12", False),
        ("港", False),
        ("X", True),
        ("The", False),
        ("да", True),
        ("EU", False),
    ],
)
def test_short_names(name: str, is_short: bool) -> None:  # noqa: FBT001 - a column
    """Numbers, initials and scripts of syllables may be short; signs alone are no name at all."""
    assert wording.is_short(name) is is_short


@pytest.mark.parametrize(
    ("name", "href", "is_short"),
    [
        ("X", "https://x.com/harbour", False),
        ("x", "https://www.X.com", False),
        ("vk", "https://m.vk.com?a=1", False),
        ("X", "https://example.org/x", True),
        ("X", "https://x.evil.example.org/", True),
        ("a", "#note-a", False),
        ("a", "https://example.org/#note-a", True),
        ("[b]", "https://example.org/#note-b", False),
        ("(b)", "https://example.org/#note-b", False),
    ],
)
def test_a_short_name_may_be_that_of_a_site_or_a_note(name: str, href: str, *, is_short: bool) -> None:
    """What it leads to tells whether a letter says enough."""
    assert wording.is_short(name, href) is is_short


@pytest.mark.parametrize(("text", "count", "run"), [("🎉", 1, 1), ("👩‍👧 👏🏽a👏", 3, 2), ("a", 0, 0), ("€ £", 0, 0)])
def test_emoji(text: str, count: int, run: int) -> None:
    """Joined ones and tinted ones count once."""
    assert (wording.emoji_count(text), wording.emoji_run(text)) == (count, run)


@settings(deadline=None)
@given(strategies.text(max_size=80))
def test_a_row_is_no_longer_than_the_number(text: str) -> None:
    """However a text is put together."""
    assert wording.emoji_run(text) <= wording.emoji_count(text)
    wording.ruler_in(text)
    wording.is_shouted(text)
    wording.is_url(text)
    wording.is_short(text)
