"""JSON Feed: the format's own fields, and ours beside them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import Post
from publisher.syndication import jsonfeed
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel(title="World", site="https://example.org/", hubs=("https://hub.example.org/",))
# https://www.jsonfeed.org/version/1.1/: what an item may hold besides extensions
FIELDS = set(
    "id url external_url title content_html content_text summary image banner_image date_published date_modified"
    " authors tags language attachments".split(),
)


def write(*posts: Post, revisions: dict[str, Revision] | None = None) -> dict[str, Any]:
    """Write posts and read the document."""
    found: dict[str, Any] = json.loads(jsonfeed.write(prepare_all(posts, CHANNEL, revisions), CHANNEL))
    return found


def test_every_word_of_a_picture_is_data() -> None:
    """`_a11y` names alt text, caption, credit, long description and what is decorative."""
    item = write(make_rich_post())["items"][0]
    assert item["_a11y"]["images"] == [
        {
            "url": "https://example.org/harbour.jpg",
            "alt": "Three boats at anchor",
            "decorative": False,
            "caption": "The harbour at dawn.",
            "credit": "Ann Lee/Agency",
            "long_description": "Two red boats and a blue one, seen from the pier.",
        },
    ]
    assert 'alt="Three boats at anchor"' in item["content_html"]


def test_unknown_and_decorative_are_not_the_same() -> None:
    """Null means that nobody knows, an empty text that there is nothing to say."""
    pictures = (
        make_image(url="https://example.org/a.png", alt=None),
        make_image(url="https://example.org/b.png", alt="", decorative=True),
    )
    images = write(make_post(images=pictures))["items"][0]["_a11y"]["images"]
    assert [(image["alt"], image["decorative"]) for image in images] == [(None, False), ("", True)]


def test_attachments_have_titles_of_their_own() -> None:
    """Two attachments with one title would be two forms of the same thing."""
    second = make_medium(url="https://example.org/other.mp4", title=None, captions=(), transcript=None, duration=9)
    attachments = write(make_post(media=(make_medium(), second)))["items"][0]["attachments"]
    assert [(one["title"], one["mime_type"]) for one in attachments] == [
        ("Boats leave", "video/mp4"),
        ("Boats leave: Captions (en)", "text/vtt"),
        ("Boats leave: Transcript", "text/html"),
        ("Boats leave the harbour", "video/mp4"),
    ]
    assert attachments[3]["duration_in_seconds"] == 9


def test_rights_status_and_direction_survive() -> None:
    """What the format has no field for stands in ours."""
    post = make_rich_post(language="fa", embargo=NOON - timedelta(days=1))
    item = write(post)["items"][0]
    assert item["_a11y"]["direction"] == "rtl"
    assert item["_release"] == {
        "version": 1,
        "status": "usable",
        "signal": "new",
        "kicker": "At sea",
        "embargoed_until": "2026-11-19T12:00:00Z",
        "rights": "Free with credit",
    }


def test_a_withdrawn_post_keeps_its_id() -> None:
    """The format has no tombstone: id, note and status are what is left."""
    post = make_rich_post()
    item = write(post, revisions={post.id: Revision(number=3, signal="kill", note="It was wrong.")})["items"][0]
    assert item["id"] == post.id
    assert "It was wrong." in item["content_html"]
    assert item["_release"]["status"] == "canceled"
    assert "attachments" not in item
    assert "boats" not in json.dumps(item)


def test_the_feed_says_what_it_is() -> None:
    """Version, language and hubs; an empty feed is still a feed."""
    feed = write()
    assert (feed["version"], feed["language"], feed["items"]) == ("https://jsonfeed.org/version/1.1", "en", [])
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
    assert "feed_url" not in feed


@settings(max_examples=25, deadline=None)
@given(st.lists(some_post(), max_size=3))
def test_any_posts_make_a_feed_without_foreign_fields(posts: list[Post]) -> None:
    """Every field is the format's or begins with an underscore, ids are texts and titles never empty."""
    for item in write(*posts)["items"]:
        assert {name for name in item if not name.startswith("_")} <= FIELDS
        assert isinstance(item["id"], str)
        assert item["title"]
        titles = [one["title"] for one in item.get("attachments", [])]
        assert all(titles)
