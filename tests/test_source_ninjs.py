# ruff: noqa: E501 - values as they stand in files
"""ninjs of every version becomes posts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import FormatError
from publisher.model import AltOrigin, Document, Image, Media, Post, Status, Track
from publisher.sources import ninjs

OLD: dict[str, Any] = {
    "uri": "https://e.example/items/1",
    "type": "text",
    "pubstatus": "usable",
    "versioncreated": "2026-11-17T00:00:00Z",
    "firstcreated": "2026-11-16T00:00:00Z",
    "headline": "The harbour opens",
    "byline": "By Ann Lee",
    "body_html": "<p>Body <b>one</b>.</p>",
    "description_text": "In short.",
    "language": "en",
    "copyrightnotice": "(c) 2026 Us.",
    "usageterms": "Ask first",
    "embargoed": "2026-12-01T00:00:00Z",
    "subject": [{"name": "Ports"}, {"code": "x"}],
    "keywords": ["sea", 3],
    "associations": {
        "main": {
            "type": "picture",
            "description_altText": "A boat",
            "description_text": "Boats at dawn",
            "byline": "Bo/Us",
            "renditions": {
                "small": {"href": "/s.jpg", "width": 100},
                "large": {"href": "/l.jpg", "width": 1000, "height": 500},
                "x": 1,
            },
        },
        "film": {
            "type": "video",
            "headline": "Film",
            "renditions": {
                "mp4": {"href": "/f.mp4", "mimetype": "video/mp4", "duration": 12.5},
                "captions-fr": {"href": "/f.vtt", "mimetype": "text/vtt"},
                "poster": {"href": "/p.jpg", "mimetype": "image/jpeg"},
            },
        },
        "other": {"type": "text", "uri": "x"},
        "gone": {"type": "audio", "renditions": {}},
        "broken": 1,
    },
}
NEW: dict[str, Any] = {
    "uri": "urn:x:1",
    "standard": {"name": "ninjs", "version": "3.1"},
    "type": "text",
    "pubStatus": "canceled",
    "versionCreated": "2026-11-17T00:00:00Z",
    "contentCreated": "2026-11-16T00:00:00Z",
    "headlines": [{"role": "kicker", "value": "Live"}, {"role": "main", "value": "The harbour opens"}],
    "people": [{"rel": "author", "name": "Ann Lee"}, {"rel": "about", "name": "Mayor"}],
    "by": "By somebody",
    "bodies": [
        {"role": "transcript", "contentType": "text/plain", "value": "Spoken."},
        {"role": "main", "contentType": "text/plain", "value": "Body < one."},
        {"role": "main", "contentType": "text/html", "value": "<p>Body <b>one</b>.</p>"},
    ],
    "descriptions": [{"role": "summary", "contentType": "text/plain", "value": "In short."}],
    "subjects": [{"name": "Ports"}],
    "embargoedUntil": "2026-12-01T00:00:00Z",
    "rightsInfo": {"usageTerms": "Ask first"},
    "associations": [
        {
            "name": "main",
            "uri": "urn:x:2",
            "type": "picture",
            "descriptions": [
                {"role": "altText", "value": "A boat"},
                {"role": "caption", "value": "Boats at dawn"},
                {"role": "creditline", "value": "Bo/Us"},
                {"role": "extendedDescription", "value": "At length."},
            ],
            "renditions": [
                {"name": "l", "href": "https://e.example/l.jpg", "contentType": "image/jpeg", "width": 1000}
            ],
        },
        {"type": "graphic", "descriptions": [{"role": "drol:altText", "value": ""}]},
        {
            "type": "audio",
            "headlines": [{"value": "Sound"}],
            "bodies": [{"role": "transcript", "value": "Spoken."}],
            "renditions": [{"href": "https://e.example/a.mp3", "contentType": "audio/mpeg"}],
        },
    ],
}


def only(value: object, *, url: str | None = "https://e.example/") -> Post:
    """Parse one item."""
    (post,) = ninjs.parse(Document(source="x.ninjs.json", content=b"{}", url=url), value).posts
    return post


def test_version_1() -> None:
    """Names in one word, renditions and associations by name."""
    post = only(OLD)
    assert (post.id, post.url, post.title) == (
        "https://e.example/items/1",
        "https://e.example/items/1",
        "The harbour opens",
    )
    assert (post.html, post.summary, post.tags) == ("<p>Body <b>one</b>.</p>", "In short.", ("Ports", "sea"))
    assert ([author.name for author in post.authors], post.rights) == (["Ann Lee"], "(c) 2026 Us. Ask first")
    assert (post.published, post.updated) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC))
    assert (post.status, post.embargo) == (Status.USABLE, datetime(2026, 12, 1, tzinfo=UTC))
    assert post.images == (
        Image(
            url="https://e.example/l.jpg",
            alt="A boat",
            alt_origin=AltOrigin.FEED,
            caption="Boats at dawn",
            credit="Bo/Us",
            width=1000,
            height=500,
        ),
    )
    (film,) = post.media
    assert (film.url, film.title, film.duration, film.poster) == (
        "https://e.example/f.mp4",
        "Film",
        12,
        "https://e.example/p.jpg",
    )
    assert film.captions == (Track(url="https://e.example/f.vtt", type="text/vtt", language="fr"),)


def test_version_3() -> None:
    """Names in camel case, values with roles, associations as a list."""
    post = only(NEW, url=None)
    assert (post.id, post.url, post.title, post.kicker) == ("urn:x:1", None, "The harbour opens", "Live")
    assert (post.html, post.summary, post.tags) == ("<p>Body <b>one</b>.</p>", "In short.", ("Ports",))
    assert ([author.name for author in post.authors], post.rights) == (["Ann Lee"], "Ask first")
    assert (post.status, post.embargo) == (Status.CANCELED, datetime(2026, 12, 1, tzinfo=UTC))
    picture, drawing = post.images
    assert (picture.alt, picture.caption, picture.credit, picture.long_description) == (
        "A boat",
        "Boats at dawn",
        "Bo/Us",
        "At length.",
    )
    assert (drawing.alt, drawing.decorative, drawing.url) == ("", True, None)
    (sound,) = post.media
    assert (sound.title, sound.type, sound.transcript_text) == ("Sound", "audio/mpeg", "Spoken.")


@pytest.mark.parametrize(
    ("item", "html"),
    [
        ({"body_text": "a < b\n\nc"}, "<p>a &lt; b</p><p>c</p>"),
        ({"body_xhtml": "<p>x</p>"}, "<p>x</p>"),
        ({"bodies": [{"value": "a < b"}]}, "<p>a &lt; b</p>"),
        ({"bodies": [{"role": "transcript", "value": "x"}, {"value": 3}, 4]}, None),
        ({"bodies": 4}, None),
    ],
)
def test_bodies(item: dict[str, Any], html: str | None) -> None:
    """Markup where there is any, else paragraphs; a transcript is no body."""
    assert only({"uri": "x", **item}).html == html


def test_a_picture_alone_is_a_post_with_a_picture() -> None:
    """Its words are the picture's, not the post's summary."""
    post = only(
        {
            "uri": "x",
            "type": "picture",
            "headline": "H",
            "description_text": "C (AFP)",
            "renditions": [{"href": "/a.jpg"}, 3, {"href": 4}],
        }
    )
    assert (post.title, post.summary) == ("H", None)
    assert [(image.url, image.caption, image.credit, image.alt) for image in post.images] == [
        ("https://e.example/a.jpg", "C (AFP)", "AFP", None),
    ]


@pytest.mark.parametrize("value", [[OLD, 3, NEW], {"items": [OLD, 3, NEW]}, {"_items": [OLD, 3, NEW]}])
def test_lists_are_read_and_broken_items_named(value: object) -> None:
    """A list, bare or under a usual name."""
    posts = ninjs.parse(Document(source="x", content=b"{}"), value)
    assert [post.position for post in posts] == [0, 2]
    assert [skipped.reason for skipped in posts.skipped] == ["item 2: it is no JSON object"]
    assert ninjs.is_ninjs(value)


@pytest.mark.parametrize("value", [[], {"items": []}, 3])
def test_nothing_is_refused(value: object) -> None:
    """Without an item there is no post."""
    assert not ninjs.is_ninjs(value)
    with pytest.raises(FormatError, match="no ninjs item"):
        ninjs.parse(Document(source="x", content=b"{}"), value)


def test_other_json_is_not_ninjs() -> None:
    """An identity alone, or a JSON Feed, is none."""
    assert not ninjs.is_ninjs({"uri": "x"})
    assert not ninjs.is_ninjs({"version": "x", "items": [{"id": "1"}]})
    assert ninjs.is_ninjs({"uri": "x", "slugline": "y"})


def test_a_film_keeps_its_texts_and_a_medium_of_any_kind_is_one() -> None:
    """The transcript's address, the preview by its name; what is neither film nor sound when it is called a medium."""
    film = {
        "type": "video",
        "renditions": [
            {"name": "poster", "href": "https://e.example/p"},
            {"name": "transcript", "href": "https://e.example/f.html", "contentType": "text/html"},
            {"name": "original", "href": "https://e.example/f.mp4", "contentType": "video/mp4"},
        ],
    }
    paper = {"type": "component", "rel": "medium", "title": "Map", "renditions": [{"href": "https://e.example/map"}]}
    part = {"type": "component", "rel": "part", "renditions": [{"href": "https://e.example/part"}]}
    post = only({"uri": "x", "associations": [film, paper, part]})
    assert post.media == (
        Media(
            url="https://e.example/f.mp4",
            type="video/mp4",
            transcript="https://e.example/f.html",
            poster="https://e.example/p",
        ),
        Media(url="https://e.example/map", title="Map"),
    )


def test_a_notice_that_repeats_the_posts_own_is_no_credit() -> None:
    """Another one is."""
    pictures = [{"type": "picture", "copyrightNotice": notice} for notice in ("(c) Us", "(c) Ann")]
    post = only({"uri": "x", "copyrightNotice": "(c) Us", "associations": pictures})
    assert [image.credit for image in post.images] == [None, "(c) Ann"]


def test_words_beside_the_text_win_over_those_in_it() -> None:
    """A caption in the text may hold the credit too; plain words keep their brackets."""
    text = '<figure><img src="https://e.example/a.jpg"><figcaption>At &lt;7. Ann/Us</figcaption></figure>'
    caption = {"role": "caption", "contentType": "text/plain", "value": "At <7."}
    picture = {"type": "picture", "descriptions": [caption], "renditions": [{"href": "https://e.example/a.jpg"}]}
    post = only({"uri": "x", "body_html": text, "associations": [picture]})
    assert [(image.url, image.caption) for image in post.images] == [("https://e.example/a.jpg", "At <7.")]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("https://e.example/a.jpg"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "uri type headline headlines bodies role value renditions href width associations picture people name".split(),
            ),
            inner | st.sampled_from(["picture", "video", "altText", "transcript", "author"]),
            max_size=5,
        )
    ),
    max_leaves=16,
)


@settings(deadline=None)
@given(items=st.lists(VALUES, min_size=1, max_size=4))
def test_any_items_give_posts_or_reasons(items: list[Any]) -> None:
    """Every item is a post or is named as left out."""
    posts = ninjs.parse(Document(source="x", content=b"{}"), json.loads(json.dumps(items)))
    assert len(posts.posts) + len(posts.skipped) == len(items)
