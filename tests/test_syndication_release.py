"""Releases: who a post is, which version, and whether anybody may see it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.model import Post, Status
from publisher.syndication import dates
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision, folder_of, prepare, prepare_all, to_uri, uri_of
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel(language="cs", rights="Ask first")


@pytest.mark.parametrize(
    "name",
    ["https://example.org/a?b=c#d", "tag:example.org,2026:1", "urn:uuid:00000000-0000-5000-8000-000000000000", "x:%20"],
)
def test_a_uri_is_its_own_name(name: str) -> None:
    """What a source calls a post, partners call it too."""
    assert uri_of(make_post(id=name)) == name


@pytest.mark.parametrize(
    "name", ["1", "posts/1.md", "https://example.org/a b", "x:%zz", "https://e.example/\u00e4", "a:b#c#d", ":x"]
)
def test_anything_else_gets_a_uuid(name: str) -> None:
    """Always the same one for the same id."""
    assert uri_of(make_post(id=name)).startswith("urn:uuid:")
    assert uri_of(make_post(id=name)) == uri_of(make_post(id=name, title="Other"))


@given(st.text(min_size=1))
def test_no_feed_chooses_a_path(name: str) -> None:
    """Folders are hexadecimal, whatever an id holds."""
    folder = folder_of(make_post(id=name))
    assert len(folder) == 24
    assert set(folder) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://e.example/a?b#c", "https://e.example/a?b#c"),
        ("https://e.example/a b", "https://e.example/a%20b"),
        ("https://e.example/\u00e4", "https://e.example/%C3%A4"),
        ("https://e.example/100%", "https://e.example/100%25"),
        ("https://e.example/%20%", "https://e.example/%20%25"),
        ("https://e.example/#a#b", "https://e.example/#a%23b"),
        ("https://e.example/[x]", "https://e.example/%5Bx%5D"),
    ],
)
def test_addresses_are_escaped_and_nothing_twice(address: str, uri: str) -> None:
    """RFC 3986."""
    assert to_uri(address) == uri
    assert to_uri(uri) == uri


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"title": " Boats\tleave "}, "Boats leave"),
        ({"title": None}, "The boats left at dawn. Nobody was hurt."),
        ({"title": " ", "text": " ".join(map(str, range(20)))}, "0 1 2 3 4 5 6 7 8 9 10 11\u2026"),
        ({"title": None, "text": None, "summary": "Short."}, "Short."),
        ({"title": None, "text": None, "images": (make_image(),)}, "The harbour at dawn."),
        ({"title": None, "text": None, "images": (make_image(caption=None),)}, "Three boats at anchor"),
        ({"title": None, "text": None, "media": (make_medium(),)}, "Boats leave"),
        ({"title": None, "text": None}, "https://example.org/posts/1"),
        ({"title": None, "text": None, "url": None, "id": "7"}, "7"),
    ],
)
def test_every_release_has_a_title(changes: dict[str, object], title: str) -> None:
    """The post's own, else its first words, else whatever names it."""
    assert prepare(make_post(**changes), CHANNEL).title == title


def test_language_and_rights_fall_back_to_the_channel() -> None:
    """Where the post says nothing, or nothing that exists."""
    assert prepare(make_post(language=None), CHANNEL).language == "cs"
    assert prepare(make_post(language="no such"), CHANNEL).language == "cs"
    assert prepare(make_post(language="fa_IR"), CHANNEL).language == "fa-IR"
    assert prepare(make_post(), CHANNEL).rights == "Ask first"
    assert prepare(make_rich_post(), CHANNEL).rights == "Free with credit"
    assert prepare(make_post(language="en", direction="rtl"), CHANNEL).direction == "rtl"
    assert prepare(make_post(language="he"), CHANNEL).direction == "rtl"


def test_a_withdrawn_post_keeps_its_name_only() -> None:
    """By its status or by a signal."""
    for release in (
        prepare(make_rich_post(status=Status.CANCELED), CHANNEL),
        prepare(make_rich_post(), CHANNEL, Revision(number=2, signal="kill")),
    ):
        assert release.killed
        assert (release.body, release.post.images, release.post.media, release.post.tags) == ("", (), (), ())
        assert (release.uri, release.title) == ("https://example.org/posts/1", "Withdrawn")


@pytest.mark.parametrize(
    ("changes", "at", "held"),
    [
        ({}, None, False),
        ({"status": Status.WITHHELD}, NOON, True),
        ({"embargo": NOON}, None, True),
        ({"embargo": NOON}, NOON - timedelta(seconds=1), True),
        ({"embargo": NOON}, NOON, False),
    ],
)
def test_an_embargo_holds_until_its_moment(changes: dict[str, object], at: object, held: bool) -> None:  # noqa: FBT001 - a table
    """The moment itself is free; without a moment it holds."""
    assert prepare(make_post(**changes), CHANNEL, at=at).held is held  # type: ignore[arg-type]  # a table


def test_a_version_tells_its_time() -> None:
    """Its own, else when the post was updated, else published, else nobody knows."""
    post = make_post(updated=NOON + timedelta(hours=1))
    assert prepare(post, CHANNEL, Revision(at=NOON + timedelta(days=1))).moment == NOON + timedelta(days=1)
    assert prepare(post, CHANNEL).moment == NOON + timedelta(hours=1)
    assert prepare(make_post(), CHANNEL).moment == NOON
    assert prepare(make_post(published=None), CHANNEL).moment is None
    assert prepare(make_post(published=None), CHANNEL).changed == dates.UNKNOWN


def test_revisions_count_from_one() -> None:
    """There is no version nought."""
    with pytest.raises(ValueError, match="count from 1"):
        Revision(number=0)


def test_the_newest_of_two_with_one_id_stays() -> None:
    """The number counts first, then the time."""
    old, new = make_post(title="Old"), make_post(title="New", updated=NOON + timedelta(hours=1))
    assert [one.title for one in prepare_all((new, old), CHANNEL)] == ["New"]
    assert [one.title for one in prepare_all((old, new), CHANNEL)] == ["New"]


@settings(max_examples=25, deadline=None)
@given(st.lists(some_post(), max_size=4), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(posts: list[Post], chance: random.Random) -> None:
    """The same posts give the same releases, newest first."""
    shuffled = list(posts)
    chance.shuffle(shuffled)
    first = prepare_all(tuple(posts), CHANNEL)
    second = prepare_all(tuple(shuffled), CHANNEL)
    assert [(one.uri, one.changed) for one in first] == [(one.uri, one.changed) for one in second]
    assert [one.changed for one in first] == sorted((one.changed for one in first), reverse=True)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=5))
def test_characters_that_no_format_can_write_are_gone(text: str) -> None:
    """From every field, without making one empty that must not be."""
    post = make_post(id=text, text=text, tags=(text,), images=(make_image(alt=text),))
    release = prepare(post, CHANNEL)
    assert release.post.id
    for value in (release.post.id, release.post.text, release.post.tags[0], release.post.images[0].alt):
        assert value is not None
        value.encode()
        assert not set(value) & set(map(chr, range(9)))


def test_a_bundle_without_a_clock_is_as_of_its_newest_post() -> None:
    """An embargo that ended before that is over."""
    embargoed = make_post(id="1", embargo=NOON + timedelta(hours=1))
    newest = make_post(id="2", published=NOON + timedelta(hours=2))
    assert [one.held for one in prepare_all((embargoed,), CHANNEL)] == [True]
    assert [one.held for one in prepare_all((embargoed, newest), CHANNEL)] == [False, False]
    early = prepare_all((embargoed, newest), CHANNEL, at=NOON)
    assert [one.held for one in early] == [False, True]
