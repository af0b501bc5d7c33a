"""Atom: entries, tombstones, archived pages."""

from __future__ import annotations

from datetime import timedelta

import feedparser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.model import Post
from publisher.syndication import atom
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat
from publisher.syndication.paging import ONLY, Page
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel(title="World", rights="Free with credit", site="https://example.org/", feeds="https://example.org/f/")
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "x": "http://www.w3.org/1999/xhtml",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def write(
    *posts: Post,
    revisions: dict[str, Revision] | None = None,
    channel: Channel = CHANNEL,
    page: Page = ONLY,
) -> etree._Element:
    """Write posts and read the tree."""
    return etree.fromstring(atom.write(prepare_all(posts, channel, revisions), channel, page))


def texts(tree: etree._Element, path: str) -> list[str]:
    """Give the texts at a path."""
    return [str(found.text) for found in tree.iterfind(path, NAMES)]


def links(tree: etree._Element, relation: str) -> list[dict[str, str]]:
    """Give the attributes of all links of a relation."""
    found = (dict(link.attrib) for link in tree.iterfind(f".//a:link[@rel='{relation}']", NAMES))
    return [{str(name): str(value) for name, value in link.items() if name != "rel"} for link in found]


def test_language_and_direction_survive_a_reader_that_drops_the_outer_div() -> None:
    """They stand on an element inside the one that RFC 4287 does not count as content."""
    raw = atom.write(prepare_all((make_post(language="he", title="סירות"),), CHANNEL), CHANNEL)
    content = feedparser.parse(raw, sanitize_html=False).entries[0].content[0]
    assert '<div dir="rtl" lang="he">' in content.value
    assert content.language == "he"


def test_a_film_is_linked_with_everything_that_belongs_to_it() -> None:
    """Enclosure, captions file with its language, transcript."""
    tree = write(make_post(media=(make_medium(),)))
    film = {"href": "https://example.org/boats.mp4", "type": "video/mp4", "title": "Boats leave"}
    assert links(tree, "enclosure") == [film]
    captions = {"href": "https://example.org/boats.en.vtt", "type": "text/vtt", "hreflang": "en", "title": "Captions"}
    assert links(tree, "related") == [captions]
    assert links(tree, "describedby") == [{"href": "https://example.org/boats.html", "title": "Transcript"}]


def test_an_id_that_is_no_uri_becomes_one_that_stays() -> None:
    """A UUID made from the id, the same each time; a URI stays as it is."""
    first, second = write(make_post(id="post 1")), write(make_post(id="post 1", title="Other"))
    assert texts(first, ".//a:entry/a:id") == texts(second, ".//a:entry/a:id")
    assert texts(first, ".//a:entry/a:id")[0].startswith("urn:uuid:")
    assert texts(write(make_post(id="tag:example.org,2026:1")), ".//a:entry/a:id") == ["tag:example.org,2026:1"]


def test_a_withdrawn_post_leaves_a_tombstone() -> None:
    """Its id, when and why (RFC 6721); no entry, no word of its text."""
    post = make_rich_post()
    tree = write(post, revisions={post.id: Revision(number=2, signal="kill", note="It was wrong.", at=NOON)})
    stone = tree.find("at:deleted-entry", NAMES)
    assert stone is not None
    assert dict(stone.attrib) == {"ref": post.id, "when": "2026-11-20T12:00:00Z"}
    assert texts(tree, "at:deleted-entry/at:comment") == ["It was wrong."]
    assert tree.find("a:entry", NAMES) is None
    assert b"boats" not in etree.tostring(tree)


def test_the_feed_is_as_old_as_its_newest_post() -> None:
    """`updated` is never the clock's; where no post has a time it is a constant, and stays so."""
    newer = make_post(id="2", updated=NOON + timedelta(days=1))
    assert texts(write(make_post(), newer), "a:updated") == ["2026-11-21T12:00:00Z"]
    assert texts(write(make_post(published=None)), "a:updated") == ["1970-01-01T00:00:00Z"]
    assert texts(write(make_post(published=None)), ".//a:entry/a:updated") == ["1970-01-01T00:00:00Z"]
    assert texts(write(make_post(published=None)), ".//a:published") == []


def test_pages_lead_to_their_neighbours() -> None:
    """An archived page says so and links both ways (RFC 5005)."""
    page = Page(
        address="https://example.org/f/2.atom",
        current="https://example.org/f/feed.atom",
        previous="https://example.org/f/1.atom",
        following="https://example.org/f/3.atom",
        archived=True,
    )
    tree = write(make_post(), page=page)
    assert tree.find("fh:archive", NAMES) is not None
    assert links(tree, "self") == [{"href": "https://example.org/f/2.atom"}]
    assert links(tree, "current") == [{"href": "https://example.org/f/feed.atom"}]
    assert links(tree, "prev-archive") == [{"href": "https://example.org/f/1.atom"}]
    assert links(tree, "next-archive") == [{"href": "https://example.org/f/3.atom"}]


def test_a_feed_without_address_names_none() -> None:
    """A file in a bundle does not pretend to live on the web."""
    tree = write(make_post(url=None), channel=Channel())
    assert tree.findall(".//a:link", NAMES) == []
    assert tree.find("fh:archive", NAMES) is None
    assert texts(tree, "a:author/a:name") == ["All stories"]


def test_authors_rights_and_summary_are_there() -> None:
    """The small elements of an entry."""
    tree = write(make_rich_post(embargo=NOON - timedelta(days=1)))
    assert texts(tree, ".//a:entry/a:author/a:name") == ["Mira Novak"]
    assert texts(tree, ".//a:entry/a:rights") == ["Free with credit"]
    assert texts(tree, ".//a:entry/a:summary") == ["Three boats left."]
    assert texts(tree, ".//dcterms:available") == ["2026-11-19T12:00:00Z"]
    assert [one.get("term") for one in tree.iterfind(".//a:category", NAMES)] == ["sea", "boats & ships"]


@settings(max_examples=25, deadline=None)
@given(st.lists(some_post(), max_size=3))
def test_any_posts_make_a_feed_that_is_read(posts: list[Post]) -> None:
    """Each entry has the three things that RFC 4287 demands, and feedparser finds no fault."""
    releases = prepare_all(tuple(posts), CHANNEL)
    raw = atom.write(releases, CHANNEL)
    found = feedparser.parse(raw, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo
    shown = [release for release in releases if not release.held and not release.killed]
    assert [entry.id for entry in found.entries] == [release.uri for release in shown]
    tree = etree.fromstring(raw)
    assert [flat(title) for title in texts(tree, "a:entry/a:title")] == [flat(release.title) for release in shown]
    assert [entry.get(LANG) for entry in tree.iterfind("a:entry", NAMES)] == [release.language for release in shown]
    for release, entry in zip(shown, tree.iterfind("a:entry", NAMES), strict=True):
        alts = {(image.get("src"), image.get("alt")) for image in entry.iter("{http://www.w3.org/1999/xhtml}img")}
        for image in release.post.images:
            assert not image.url or (image.url, "" if image.decorative else image.alt) in alts
