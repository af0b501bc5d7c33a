"""JSON Feeds become posts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import AltOrigin, Document, Image, Media, Post, Posts, Status, Track
from publisher.sources import jsonfeed

VERSION = "https://jsonfeed.org/version/1.1"


def read(feed: dict[str, Any]) -> Posts:
    """Parse a feed."""
    return jsonfeed.parse(Document(source="feed.json", content=b"{}"), feed)


def only(item: dict[str, Any], **head: Any) -> Post:  # noqa: ANN401 - what JSON holds
    """Parse a feed of one item."""
    (post,) = read({"version": VERSION, "items": [item], **head}).posts
    return post


def test_an_item_is_a_post() -> None:
    """Every field goes where it belongs."""
    post = only(
        {
            "id": 7,
            "url": "/p?utm_source=x",
            "title": "T",
            "content_html": "<p>x <a href='y'>y</a></p>",
            "summary": "<b>S</b>",
            "date_published": "2026-11-16T01:00:00+01:00",
            "date_modified": "2026-11-17T00:00:00Z",
            "authors": [{"name": "Ann"}, {"url": "x"}, 3],
            "tags": ["a", 1],
            "language": "fr",
        },
        home_page_url="https://e.example/",
    )
    assert (post.id, post.url, post.title, post.summary) == ("7", "https://e.example/p?utm_source=x", "T", "S")
    assert post.html == '<p>x <a href="https://e.example/y">y</a></p>'
    assert (post.published, post.updated) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC))
    assert ([author.name for author in post.authors], post.tags, post.language) == (["Ann"], ("a",), "fr")


def test_the_feed_lends_authors_and_language() -> None:
    """In the words of 1.0 and of 1.1."""
    assert only({"id": "1"}, author={"name": "Ann"}, language="de").authors[0].name == "Ann"
    assert only({"id": "1", "author": {"name": "Bo"}}, authors=[{"name": "Ann"}]).authors[0].name == "Bo"
    assert only({"id": "1"}, language="de").language == "de"
    posts = read({"title": "F", "home_page_url": "https://e.example/", "items": []})
    assert (posts.title, posts.url, posts.posts) == ("F", "https://e.example/", ())


def test_plain_text_is_text() -> None:
    """content_text is no markup, and updates stand in for dates."""
    post = only({"content_text": "a < b\n\nc", "date_modified": "2026-11-17", "external_url": "https://x.example/"})
    assert (post.html, post.url, post.id) == ("<p>a &lt; b</p><p>c</p>", "https://x.example/", "https://x.example/")
    assert post.published == datetime(2026, 11, 17, tzinfo=UTC)


def test_pictures_and_media() -> None:
    """The main picture, attachments, captions, and the descriptions of the extension."""
    post = only(
        {
            "id": True,
            "url": "https://e.example/",
            "image": "/a.jpg",
            "content_html": "<img src='/b.jpg'>",
            "attachments": [
                {"url": "/v.mp4", "mime_type": "video/mp4", "title": "Film", "duration_in_seconds": 9.5},
                {"url": "/v.vtt", "mime_type": "text/vtt"},
                {"url": "/c.jpg", "mime_type": "image/jpeg"},
                {"url": "/x.zip", "mime_type": "application/zip"},
                {"url": "http://["},
                "x",
            ],
            "_a11y": {
                "images": [
                    {"url": "/a.jpg", "alt": "A", "caption": "C (Reuters)", "long_description": "L"},
                    {"url": "/b.jpg", "decorative": True, "alt": "no"},
                    {"url": 1},
                    3,
                ],
            },
        },
    )
    assert post.images == (
        Image(url="https://e.example/b.jpg", alt="", alt_origin=AltOrigin.FEED, decorative=True),
        Image(
            url="https://e.example/a.jpg",
            alt="A",
            alt_origin=AltOrigin.FEED,
            caption="C (Reuters)",
            credit="Reuters",
            long_description="L",
        ),
        Image(url="https://e.example/c.jpg"),
    )
    (video,) = post.media
    assert (video.title, video.duration, [track.url for track in video.captions]) == (
        "Film",
        9,
        ["https://e.example/v.vtt"],
    )


def test_what_our_own_feeds_add_is_read() -> None:
    """Each film's own captions and transcript; direction, kicker, status, embargo and rights."""
    film = {
        "url": "https://e.example/f.mp4",
        "title": "Film",
        "captions": [{"url": "https://e.example/f.vtt", "type": "text/vtt", "language": "fr"}, {"url": 1}, 2],
        "transcript": "https://e.example/f.html",
        "transcript_text": "Spoken.",
    }
    sound = {"url": "https://e.example/s.mp3"}
    post = only(
        {
            "id": "1",
            "language": "en",
            "attachments": [
                {"url": "https://e.example/s.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 3},
                {"url": "https://e.example/f.mp4", "mime_type": "video/mp4"},
                {"url": "https://e.example/f.vtt", "mime_type": "text/vtt"},
            ],
            "_a11y": {"direction": "rtl", "media": [film, sound, {"url": "http://["}, 3]},
            "_release": {
                "kicker": "At sea",
                "status": "withheld",
                "embargoed_until": "2026-12-01T00:00:00Z",
                "rights": "Ask first",
            },
        }
    )
    assert post.media == (
        Media(
            url="https://e.example/f.mp4",
            type="video/mp4",
            title="Film",
            captions=(Track(url="https://e.example/f.vtt", type="text/vtt", language="fr"),),
            transcript="https://e.example/f.html",
            transcript_text="Spoken.",
        ),
        Media(url="https://e.example/s.mp3", type="audio/mpeg", duration=3),
    )
    assert (post.kicker, post.status, post.rights) == ("At sea", Status.WITHHELD, "Ask first")
    assert post.embargo == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_direction_is_believed_with_its_language() -> None:
    """Where the declared language is none, its direction is none either."""
    words = "The boats left the harbour at dawn, and nobody was hurt on that day at all."
    for language, direction in (("en", "rtl"), ("he", "ltr"), (None, "ltr")):
        item = {"id": "1", "content_text": words, "_a11y": {"direction": "rtl"}}
        assert only(item | ({"language": language} if language else {})).direction == direction


@pytest.mark.parametrize("release", [None, 3, {"status": "gone", "rights": 1, "embargoed_until": []}])
def test_additions_of_another_shape_say_nothing(release: object) -> None:
    """Other publishers may use the same name."""
    post = only({"id": "1", "_release": release, "_a11y": release})
    assert (post.status, post.rights, post.embargo, post.kicker) == (None, None, None, None)


def test_a_broken_item_is_left_out_and_named() -> None:
    """The others go on, each with its place."""
    posts = read({"items": [{"id": "1"}, 2, {"id": "3", "_a11y": 1, "tags": 1, "authors": [None]}]})
    assert [(post.id, post.position) for post in posts] == [("1", 0), ("3", 2)]
    assert [skipped.reason for skipped in posts.skipped] == ["item 2: it is no JSON object"]


def test_a_feed_without_a_list_says_so() -> None:
    """The failure names the source."""
    with pytest.raises(FormatError, match="no list of items"):
        read({"version": VERSION})


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"version": VERSION}, True), ({"items": []}, True), ({"version": 1}, False), ([], False), (None, False)],
)
def test_recognising(value: object, *, expected: bool) -> None:
    """The version says it, or a list of items."""
    assert jsonfeed.is_jsonfeed(value) is expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("https://e.example/a.jpg"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id url title content_html image attachments mime_type duration_in_seconds _a11y images".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(items=st.lists(VALUES, max_size=4))
def test_any_items_give_posts_or_reasons(items: list[Any]) -> None:
    """Every item is a post or is named as left out."""
    posts = read(json.loads(json.dumps({"items": items})))
    assert len(posts.posts) + len(posts.skipped) == len(items)
