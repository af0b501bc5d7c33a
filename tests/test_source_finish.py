"""The last step of every reader: identity, language, title."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import Document, Post
from publisher.sources import detection
from publisher.sources.finish import (
    Draft,
    Origin,
    choose_language,
    first_words,
    identity,
    identity_of_file,
    one_line,
    post,
    utc,
)

ORIGIN = Origin(source="feed.xml")
GERMAN = "Der alte Hafen wird im Frühjahr wieder geöffnet, sagte die Bürgermeisterin."


def test_an_empty_draft_is_a_post_of_nulls() -> None:
    """Nothing is made up but an identity that stays the same."""
    first, second = post(Draft(), ORIGIN), post(Draft(position=1), ORIGIN)
    assert first == Post(id=first.id, source="feed.xml")
    assert first.id == post(Draft(), ORIGIN).id != second.id


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (Draft(id=" a\nb ", url="https://e.example/"), "a b"),
        (Draft(url="https://e.example/?utm_source=x&y=1"), "https://e.example/?y=1"),
        (Draft(id="", url="https://e.example/"), "https://e.example/"),
    ],
)
def test_identity(draft: Draft, expected: str) -> None:
    """The document's own word, else the address without tracking."""
    assert identity(draft, "s") == expected


def test_endless_identities_are_shortened_to_one_of_their_own() -> None:
    """An identity has to fit in an index."""
    first, second = (identity(Draft(id="x" * 5000 + end), "s") for end in "ab")
    assert len(first) == 32
    assert first != second


def test_a_file_is_known_by_its_path() -> None:
    """What came by network is known by its address instead."""
    assert identity_of_file(Document(source="posts/a.md", content=b"x")) == "posts/a.md"
    assert identity_of_file(Document(source="u", content=b"x", url="https://e.example/")) is None


@pytest.mark.parametrize(
    ("sample", "declared", "origin", "expected"),
    [
        (GERMAN, "fr", ORIGIN, "fr"),
        (GERMAN, "pt_br", ORIGIN, "pt-BR"),
        (GERMAN, None, Origin(source="s", declared="nl"), "nl"),
        (GERMAN, "zz-nonsense", ORIGIN, "de"),
        (GERMAN, "fa", ORIGIN, "de"),
        (GERMAN, "fa", Origin(source="s", declared="de-AT"), "de-AT"),
        (GERMAN, "fr", Origin(source="s", language="de_ch"), "de-CH"),
        ("گزارش تازه درباره بازسازی بندر قدیمی شهر", "en", ORIGIN, "fa"),
        ("Ok", None, Origin(source="s", default_language="cs"), "cs"),
        ("عاجل", None, ORIGIN, "ar"),
        ("速報", None, ORIGIN, "zh"),
        ("123", None, ORIGIN, "en"),
        ("", None, ORIGIN, None),
        ("", "fr", ORIGIN, "fr"),
        ("ok", None, Origin(source="s", default_language="qaa"), "qaa"),
    ],
)
def test_language(sample: str, declared: str | None, origin: Origin, expected: str | None) -> None:
    """Setting, declaration unless the letters contradict it, detection, default unless the letters contradict that."""
    assert choose_language(sample, declared, origin) == expected


def test_detection_is_silent_when_it_is_not_sure() -> None:
    """A few words, or names only, say nothing."""
    assert detection.detect("Hello") is None
    assert detection.detect("UN Mediator Says Shared Threat") is None
    assert detection.detect(GERMAN) == "de"


def test_letters_that_no_known_language_uses_leave_the_default() -> None:
    """A script that the library does not know says nothing about the language."""
    assert detection.guess("ᠮᠣᠩᠭᠣᠯ", "en") in {"en", "mn"}
    assert detection.guess("ⴰⵣⵓⵍ", "en") == "en"
    assert detection.guess("ܫܠܡܐ", "en") == "en"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Three short words", "Three short words"),
        (
            "One two three four five six seven eight nine ten eleven",
            "One two three four five six seven eight nine ten…",
        ),
        (
            "One two three four five six seven eight nine ten. Eleven",
            "One two three four five six seven eight nine ten.",
        ),
        (
            "One two three four five six seven eight nine ten, eleven",
            "One two three four five six seven eight nine ten…",
        ),
        ("\n\nFirst line\n\nSecond", "First line"),
        ("字" * 100, "字" * 80 + "…"),
        (f"{'word' * 15} {'word' * 15}", "word" * 15 + "…"),
        ("", None),
        (None, None),
        (" \n ", None),
    ],
)
def test_first_words(text: str | None, title: str | None) -> None:
    """A title is cut at a word and says that it is cut, unless it ends a sentence."""
    assert first_words(text) == title


def test_a_post_without_a_title_takes_its_first_words() -> None:
    """The text tells, else the summary."""
    assert post(Draft(text="The text.", summary="Sum"), ORIGIN).title == "The text."
    assert post(Draft(summary="Sum"), ORIGIN).title == "Sum"


def test_everything_is_on_one_line_and_keeps_its_words() -> None:
    """No field ends a header early; braces, which only mail has to fear, stay as they are."""
    made = post(
        Draft(
            title="a\r\nb\x00 {{x}}",
            kicker="\u2028k",
            authors=("A\nB", "A B", ""),
            tags=("t", "t", " "),
            text="{{t}}",
            rights=" ",
        ),
        ORIGIN,
    )
    assert (made.title, made.kicker, made.rights) == ("a b {{x}}", "k", None)
    assert [author.name for author in made.authors] == ["A B"]
    assert made.tags == ("t",)
    assert made.text == "{{t}}"


def test_undated_posts_take_the_documents_time() -> None:
    """A date of their own wins, wherever it lies."""
    modified = datetime(2026, 1, 1, tzinfo=UTC)
    origin = Origin(source="s", modified=modified)
    assert post(Draft(), origin).published == modified
    later = datetime(2093, 1, 1, tzinfo=UTC)
    assert post(Draft(published=later), origin).published == later


def test_times_are_in_utc() -> None:
    """A time without a zone is taken as UTC."""
    assert utc(None) is None
    assert utc(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001 - the case
    assert utc(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == datetime(2026, 1, 1, tzinfo=UTC)


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_any_words_make_a_post(text: str) -> None:
    """No text breaks a post, and every line stays a line."""
    made = post(Draft(title=text, text=text, id=text, tags=(text,), authors=(text,)), ORIGIN)
    assert "\n" not in (made.title or "")
    assert one_line(made.title) == made.title
