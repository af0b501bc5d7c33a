"""RSS: what a feed reader gets, within what a feed validator accepts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from urllib.parse import unquote

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.model import Image, Post, Status, Track
from publisher.syndication import rss
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat
from publisher.syndication.paging import Page
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel(
    name="world",
    title="World",
    rights="Free with credit",
    site="https://example.org/",
    feeds="https://example.org/feeds/",
    hubs=("https://hub.example.org/",),
)
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
}
# What the W3C feed validator accepts without an error, and we therefore allow ourselves.
PROFILE = set(
    "title link description language copyright lastBuildDate item guid pubDate category enclosure atom:link"
    " content:encoded dc:creator dc:language dc:rights dcterms:created dcterms:modified dcterms:available dcterms:valid"
    " media:content media:title media:description media:credit media:copyright media:text media:thumbnail"
    " podcast:transcript rss channel".split(),
)


def write(*posts: Post, revisions: dict[str, Revision] | None = None, channel: Channel = CHANNEL) -> etree._Element:
    """Write posts and read the tree."""
    return etree.fromstring(rss.write(prepare_all(posts, channel, revisions), channel))


def texts(tree: etree._Element, path: str) -> list[str]:
    """Give the texts at a path."""
    return [str(found.text) for found in tree.iterfind(path, NAMES)]


def test_a_reader_gets_every_word_of_a_picture_and_a_film() -> None:
    """Alt text, caption, credit, long description, captions and transcript, through feedparser."""
    post = make_rich_post()
    entry = feedparser.parse(rss.write(prepare_all((post,), CHANNEL), CHANNEL), sanitize_html=False).entries[0]
    html = entry.content[0].value
    assert 'alt="Three boats at anchor"' in html
    assert '<figcaption>The harbour at dawn. <span class="credit">Ann Lee/Agency</span></figcaption>' in html
    assert "Two red boats and a blue one" in html
    assert 'src="https://example.org/boats.en.vtt" srclang="en"' in html
    assert entry.podcast_transcript["url"] == "https://example.org/boats.html"
    assert entry.media_content[0]["url"] == "https://example.org/harbour.jpg"
    assert entry.media_content[1]["type"] == "video/mp4"
    assert entry.media_credit[0]["content"] == "Ann Lee/Agency"
    assert entry.enclosures[0].href == "https://example.org/boats.mp4"
    assert (entry.title, entry.id, entry.link) == (post.title, post.id, post.url)
    assert [tag.term for tag in entry.tags] == ["sea", "boats & ships"]
    assert entry.author == "Mira Novak"
    assert entry.summary == "Three boats left."


def test_a_picture_carries_its_words_beside_it() -> None:
    """Caption is media:title, alt text media:description, credit has role and scheme; there is no group."""
    tree = write(make_rich_post())
    assert texts(tree, ".//media:content[@medium='image']/media:title") == ["The harbour at dawn."]
    assert texts(tree, ".//media:content/media:description") == ["Three boats at anchor"]
    credit = tree.find(".//media:credit", NAMES)
    assert credit is not None
    assert dict(credit.attrib) == {"role": "photographer", "scheme": "urn:ebu"}
    assert tree.find(".//media:group", NAMES) is None


def test_captions_files_are_podcast_transcripts() -> None:
    """One element for each language, with type and relation."""
    tracks = (
        Track(url="https://example.org/a.vtt", language="en"),
        Track(url="https://example.org/b.vtt", language="fa"),
    )
    tree = write(make_post(media=(make_medium(captions=tracks, transcript=None),)))
    found = [dict(one.attrib) for one in tree.iterfind(".//podcast:transcript", NAMES)]
    assert found == [
        {"url": "https://example.org/a.vtt", "type": "text/vtt", "language": "en", "rel": "captions"},
        {"url": "https://example.org/b.vtt", "type": "text/vtt", "language": "fa", "rel": "captions"},
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(some_post(), max_size=3))
def test_any_posts_stay_within_the_profile(posts: list[Post]) -> None:
    """No element that the feed validator does not know, whatever the posts hold."""
    tree = write(*posts)
    names = {uri: prefix for prefix, uri in NAMES.items()}
    found = set()
    for element in tree.iter():
        name = etree.QName(element)
        found.add(f"{names[name.namespace]}:{name.localname}" if name.namespace else name.localname)
    assert found <= PROFILE


@settings(max_examples=25, deadline=None)
@given(some_post())
def test_what_is_written_is_read(post: Post) -> None:
    """Title, id, link, language and times survive whatever the post holds."""
    release = prepare_all((post,), CHANNEL)[0]
    raw = rss.write([release], CHANNEL)
    assert not feedparser.parse(raw, sanitize_html=False, resolve_relative_uris=False).bozo
    item = etree.fromstring(raw).find(".//item")
    assert (item is None) == release.held
    if item is not None:
        assert flat(item.findtext("title")) == flat(release.title)
        assert flat(item.findtext("guid")) == flat(release.post.id)
        assert flat(item.findtext("link")) == flat(release.post.url)
        assert item.findtext("dc:language", None, NAMES) == release.language
        assert (item.find("pubDate") is not None) == (release.moment is not None)


@settings(max_examples=25, deadline=None)
@given(st.lists(some_post(), max_size=2))
def test_alt_texts_of_any_post_stand_in_its_html(posts: list[Post]) -> None:
    """Every picture with an address keeps exactly its alt text, unknown ones stay unknown."""
    for release in prepare_all(tuple(posts), CHANNEL):
        if release.held or release.killed:
            continue
        encoded = write(*posts).xpath("//content:encoded/text()", namespaces=NAMES)
        assert isinstance(encoded, list)
        page = etree.HTML("<div>" + "".join(map(str, encoded)) + "</div>")
        shown = {(unquote(image.get("src", "")), image.get("alt")) for image in page.iter("img")}
        for image in release.post.images:
            if image.url:
                assert (unquote(image.url), "" if image.decorative else image.alt) in shown


def test_language_and_direction_stand_around_the_text() -> None:
    """RSS has no direction, so an element inside the text carries it."""
    tree = write(make_post(language="fa", title="\u0642\u0627\u06cc\u0642"))
    assert texts(tree, ".//content:encoded")[0].startswith('<div lang="fa" dir="rtl">')
    assert texts(tree, ".//item/dc:language") == ["fa"]
    assert texts(tree, "channel/language") == ["en"]


def test_the_feed_is_as_old_as_its_newest_post() -> None:
    """Never as old as the moment it was asked for; a feed of undated posts has no date."""
    newer = make_post(id="2", published=NOON, updated=NOON + timedelta(days=1))
    assert texts(write(make_post(), newer), "channel/lastBuildDate") == ["Sat, 21 Nov 2026 12:00:00 GMT"]
    assert texts(write(make_post(published=None)), "channel/lastBuildDate") == []
    assert texts(write(make_post(published=None)), ".//pubDate") == []


def test_what_is_put_right_or_taken_back_is_news_again() -> None:
    """A correction and a kill have a date of their own, beside the first one; an update keeps its place."""
    post, later = make_post(published=NOON), NOON + timedelta(hours=5)
    for signal in ("correction", "kill", "update"):
        tree = write(post, revisions={post.id: Revision(number=2, signal=signal, at=later)})
        is_news = signal != "update"
        hour = 17 if is_news else 12
        assert texts(tree, ".//item/pubDate") == [f"Fri, 20 Nov 2026 {hour}:00:00 GMT"]
        assert texts(tree, ".//dcterms:created") == (["2026-11-20T12:00:00Z"] if is_news else [])


def test_the_channel_says_where_it_lives() -> None:
    """Self and hub links are there where their addresses are known."""
    links = [(link.get("rel"), link.get("href")) for link in write(make_post()).iterfind("channel/atom:link", NAMES)]
    assert links == [("self", "https://example.org/feeds/feed.rss"), ("hub", "https://hub.example.org/")]
    bare = write(make_post(), channel=Channel())
    assert bare.find("channel/atom:link", NAMES) is None
    assert texts(bare, "channel/link")[0].startswith("urn:uuid:")


def test_a_withdrawn_post_keeps_its_id_and_loses_its_text() -> None:
    """The note takes the place of the text, and its validity has ended."""
    post = make_rich_post()
    gone = write(post, revisions={post.id: Revision(number=2, signal="kill", note="It was wrong.", at=NOON)})
    assert texts(gone, ".//guid") == [post.id]
    assert texts(gone, ".//item/title") == ["Withdrawn"]
    assert texts(gone, ".//item/description") == ["It was wrong."]
    assert texts(gone, ".//dcterms:valid") == ["end=2026-11-20T12:00:00Z; scheme=W3C-DTF;"]
    assert b"harbour" not in etree.tostring(gone)
    silent = write(dataclasses.replace(post, status=Status.CANCELED))
    assert texts(silent, ".//item/description") == ["Withdrawn"]


def test_a_correction_is_told_before_the_text() -> None:
    """Same guid, new time, and the note first."""
    post = make_post()
    told = write(post, revisions={post.id: Revision(number=2, signal="correction", note="Three, not four.", at=NOON)})
    assert (
        '<p class="correction"><strong lang="en" dir="ltr">Correction</strong>: Three, not four.</p><p>The boats'
        in (texts(told, ".//content:encoded")[0])
    )
    assert texts(told, ".//dcterms:modified") == ["2026-11-20T12:00:00Z"]


@pytest.mark.parametrize(
    "changes",
    [{"status": Status.WITHHELD}, {"embargo": NOON + timedelta(days=9)}],
)
def test_what_nobody_may_see_yet_is_held_back(changes: dict[str, object]) -> None:
    """A withheld post and one under embargo are not in the feed."""
    assert texts(write(make_post(**changes)), ".//item/title") == []


def test_an_embargo_that_is_over_is_told() -> None:
    """Partners see since when they may publish."""
    post = make_post(embargo=NOON - timedelta(hours=1))
    assert texts(write(post), ".//dcterms:available") == ["2026-11-20T11:00:00Z"]


def test_what_is_no_web_picture_stays_in_the_html() -> None:
    """A picture inside the text as data is no media object; one without address keeps its words."""
    pictures = (make_image(url="data:image/gif;base64,AAAA"), Image(alt="Map", alt_origin=make_image().alt_origin))
    tree = write(make_post(images=pictures))
    assert tree.find(".//media:content", NAMES) is None
    assert "Map" in texts(tree, ".//content:encoded")[0]


def test_pages_lead_to_their_neighbours() -> None:
    """Archived pages are for RSS too (RFC 5005); the hub stands beside them."""
    page = Page(
        address="https://example.org/f/archive/2.rss",
        current="https://example.org/f/feed.rss",
        previous="https://example.org/f/archive/1.rss",
        archived=True,
    )
    channel = Channel(hubs=("https://hub.example.org/",))
    root = etree.fromstring(rss.write(prepare_all((make_post(),), channel), channel, page))
    assert root.find("channel/{http://purl.org/syndication/history/1.0}archive") is not None
    links = [(one.get("rel"), one.get("href")) for one in root.iter("{http://www.w3.org/2005/Atom}link")]
    assert links == [
        ("self", page.address),
        ("current", page.current),
        ("prev-archive", page.previous),
        ("hub", "https://hub.example.org/"),
    ]
