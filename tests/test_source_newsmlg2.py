"""NewsML-G2 becomes posts: our own messages come back whole, other publishers' shapes are understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import sources
from publisher.errors import FormatError
from publisher.model import AltOrigin, Document, Image, Media, Post, Posts, Status, Track
from publisher.sources import newsmlg2
from publisher.syndication import newsmlg2 as writer
from publisher.syndication.channel import Channel
from publisher.syndication.markup import clean, flat
from publisher.syndication.release import Revision, prepare, to_uri
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel()
NAMESPACE = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'


def back(post: Post, revision: Revision | None = None) -> Post:
    """Write a post and read it again."""
    raw = writer.write(prepare(post, CHANNEL, revision or Revision()), CHANNEL)
    (got,) = sources.parse(Document(source="back.xml", content=raw)).posts
    return got


def read(*items: str, url: str | None = "https://e.example/g2/") -> Posts:
    """Parse a message of these items."""
    raw = f"<newsMessage {NAMESPACE}><header/><itemSet>{''.join(items)}</itemSet></newsMessage>"
    return newsmlg2.parse(Document(source="x.xml", content=raw.encode(), url=url))


def only(*items: str, url: str | None = "https://e.example/g2/") -> Post:
    """Parse a message of one post."""
    (post,) = read(*items, url=url).posts
    return post


def item(  # noqa: PLR0913 - the parts of an item, by keyword
    guid: str,
    *,
    kind: str = "ninat:text",
    meta: str = "",
    about: str = "",
    content: str = "",
    attributes: str = "",
    rights: str = "",
) -> str:
    """Write a news item."""
    return (
        f'<newsItem guid="{guid}" {attributes}>{rights}<itemMeta><itemClass qcode="{kind}"/>{meta}</itemMeta>'
        f"<contentMeta>{about}</contentMeta><contentSet>{content}</contentSet></newsItem>"
    )


def remote(href: str, kind: str, more: str = "") -> str:
    """Write a rendition."""
    return f'<remoteContent href="{href}" contenttype="{kind}" {more}/>'


def xhtml(body: str) -> str:
    """Write a text."""
    return f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML>'


# --- our own come back ------------------------------------------------------------------------------------------------


def test_everything_about_a_post_comes_back() -> None:
    """Words, people, times, rights, status, embargo, picture and film."""
    sent = make_rich_post(embargo=NOON + timedelta(days=1), status=Status.WITHHELD, direction="ltr")
    got = back(sent)
    for name in "id url title kicker language direction authors published updated summary tags media".split():
        assert getattr(got, name) == getattr(sent, name), name
    assert (got.status, got.embargo, got.rights) == (sent.status, sent.embargo, sent.rights)
    assert got.source_title == sent.source_title
    (image,) = got.images
    assert image == make_image(
        alt_origin=AltOrigin.FEED, long_description="Two red boats and a blue one, seen from the pier."
    )
    assert (sent.html or "") in (got.html or "")


def test_a_film_keeps_its_texts_whatever_it_is() -> None:
    """Captions files with language, transcript as address and words, poster, duration; also of what is no film."""
    film = make_medium(transcript_text="Engines.\n\nA horn.", duration=42, poster="https://example.org/p.jpg")
    paper = Media(url="https://example.org/map.pdf", type="application/pdf", title="The map")
    frame = Media(url="https://player.example/1", type="text/html", title="Live")
    assert back(make_post(media=(film, paper, frame))).media == (film, paper, frame)


@pytest.mark.parametrize(("language", "direction"), [("en", "rtl"), ("fa", "rtl"), ("he", "ltr"), ("en", "ltr")])
def test_language_and_direction_come_back(language: str, direction: str) -> None:
    """Also a direction that is not the usual one of the language."""
    letters = (
        "".join(map(chr, range(0x05D0, 0x05EA))) if language == "he" else "\u0627\u0644" if language == "fa" else "b"
    )
    got = back(make_post(language=language, direction=direction, title=letters, html=None, text=letters))
    assert (got.language, got.direction) == (language, direction)


def test_a_withdrawn_post_comes_back_as_one() -> None:
    """Its status says so, and nothing of it is left."""
    got = back(make_rich_post(), Revision(number=3, signal="kill", note="Wrong.", at=NOON))
    assert (got.status, got.html, got.images, got.media) == (Status.CANCELED, None, (), ())


def test_a_correction_comes_back_with_its_time() -> None:
    """The note stands before the text, the update is when it was corrected."""
    got = back(make_post(), Revision(number=2, signal="correction", note="Three, not four.", at=NOON))
    assert got.updated == NOON
    assert "Three, not four." in (got.text or "")


def test_an_unknown_time_stays_unknown() -> None:
    """What stands there because the format demands a time is none."""
    got = back(make_post(published=None))
    assert (got.published, got.updated) == (None, None)


def test_decorative_and_unknown_pictures_stay_what_they_are() -> None:
    """Also one without an address."""
    pictures = (
        make_image(url="https://example.org/wave.jpg", alt="", decorative=True, caption=None, credit=None),
        make_image(url="https://example.org/cloud.jpg", alt=None, caption=None, credit=None),
        make_image(url=None, alt="A lost boat", caption=None, credit=None),
    )
    got = [(image.url, image.alt, image.decorative) for image in back(make_post(images=pictures)).images]
    assert got == [(image.url, image.alt, image.decorative) for image in pictures]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(post=some_post())
def test_any_post_comes_back_with_its_words(post: Post) -> None:
    """Alt texts, captions, credits, tracks, status, embargo and rights, whatever characters they hold."""
    sent = prepare(post, CHANNEL)
    got = back(post)
    assert got.embargo == sent.post.embargo
    assert got.status == sent.status
    assert flat(got.rights) == flat(sent.rights)
    kept = {image.url: image for image in got.images if image.url}
    for image in sent.post.images:
        if image.url and [one.url for one in sent.post.images].count(image.url) == 1:
            found = kept[to_uri(image.url)]
            assert spoken(found.alt) == spoken(image.alt)
            assert not image.caption or spoken(found.caption) == spoken(image.caption)
            assert not image.credit or spoken(found.credit) == spoken(image.credit)
    tracks = {track.url for medium in got.media for track in medium.captions}
    assert tracks >= {to_uri(track.url) for medium in sent.post.media for track in medium.captions}


def spoken(text: str | None) -> str:
    """Write words without what keeps them from being taken for placeholders, and all blanks alike."""
    return flat(clean(text or ""))


# --- what others write ------------------------------------------------------------------------------------------------


def test_an_item_alone_is_a_post() -> None:
    """Without a message around it, and with every field in its other spelling."""
    raw = f"""<newsItem {NAMESPACE} guid="urn:newsml:e.example:1" version="7" xml:lang="de">
      <rightsInfo><copyrightHolder><name>Us</name></copyrightHolder><copyrightNotice>(c) 2026 Us.</copyrightNotice>
      <usageTerms>Ask first</usageTerms></rightsInfo>
      <itemMeta><itemClass uri="http://cv.iptc.org/newscodes/ninature/text"/><versionCreated>2026-11-17T01:00:00+01:00
      </versionCreated><pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/usable"/></itemMeta>
      <contentMeta><contentCreated>2026-11-16T00:00:00Z</contentCreated><language tag="en"/>
      <creator><name>Agency</name></creator><by>By Ann Lee</by><slugline>PORT</slugline>
      <subject qcode="x:1"><name xml:lang="de">Hafen</name><name xml:lang="en">Ports</name></subject>
      <subject qcode="x:2"/><keyword>sea</keyword><headline xml:lang="de">Der Hafen</headline>
      <headline xml:lang="en">The harbour<br/>opens</headline><headline role="hld:kicker">Live</headline>
      <description>In <b>short</b>.</description></contentMeta>
      <contentSet><inlineXML contenttype="application/xhtml+xml"><h:html xmlns:h="http://www.w3.org/1999/xhtml">
      <h:head/><h:body><h:p>Body <h:b>one</h:b>.</h:p><script>x()</script></h:body></h:html></inlineXML>
      </contentSet></newsItem>"""
    (post,) = sources.parse(Document(source="x.xml", content=raw.encode())).posts
    assert (post.id, post.url, post.title, post.kicker) == (
        "urn:newsml:e.example:1",
        None,
        "The harbour opens",
        "Live",
    )
    assert (post.html, post.summary, post.tags) == ("<p>Body <b>one</b>.</p>", "In short.", ("Ports", "sea"))
    assert ([author.name for author in post.authors], post.language) == (["Ann Lee"], "en")
    assert (post.published, post.updated) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC))
    assert (post.status, post.rights) == (Status.USABLE, "(c) 2026 Us. Ask first")


def test_a_picture_has_its_widest_rendition_and_its_own_words() -> None:
    """Relative addresses are resolved; a description without a role is the caption."""
    picture = item(
        "p",
        kind="ninat:picture",
        about="<by>Bo/Us</by><description>Boats at dawn</description>"
        '<description role="drol:altText">A boat</description>',
        content=remote("s.jpg", "image/jpeg", 'rendition="rnd:thumbnail" width="100"')
        + remote("l.jpg", "image/jpeg", 'rendition="rnd:highRes" width="1000px" height="500"'),
    )
    post = only(item("t", meta='<link residref="p"/><link residref="p"/><link residref="gone"/>'), picture)
    assert post.images == (
        Image(
            url="https://e.example/g2/l.jpg",
            alt="A boat",
            alt_origin=AltOrigin.FEED,
            caption="Boats at dawn",
            credit="Bo/Us",
            width=1000,
            height=500,
        ),
    )


def test_a_picture_that_belongs_to_no_text_is_a_post() -> None:
    """With its own headline, and the credit out of its caption."""
    posts = read(
        item("t", about="<headline>Text</headline>"),
        item(
            "p",
            kind="ninat:graphic",
            about='<headline>Map</headline><description role="drol:caption">C (AFP)</description>',
        ),
    ).posts
    assert [(post.title, post.position, post.summary) for post in posts] == [("Text", 0, None), ("Map", 1, None)]
    assert [(image.url, image.caption, image.credit) for image in posts[1].images] == [(None, "C (AFP)", "AFP")]


def test_a_package_gives_its_pictures_to_its_only_text() -> None:
    """The text's own links first; a package of two texts says nothing about whose they are."""
    group = '<group><itemRef residref="t"/><itemRef residref="p"/></group>{}'
    package = f'<packageItem guid="k"><groupSet>{group}</groupSet></packageItem>'
    picture = item("p", kind="ninat:picture", content=remote("https://e.example/p.jpg", "image/jpeg"))
    one = item("t", about="<headline>One</headline>")
    two = item("u", about="<headline>Two</headline>")
    assert [image.url for image in only(package.format(""), one, picture).images] == ["https://e.example/p.jpg"]
    again = only(package.format(""), item("t", meta='<link residref="p"/>'), picture)
    assert len(again.images) == 1
    posts = read(package.format('<group><itemRef residref="u"/></group>'), one, two, picture).posts
    assert [len(post.images) for post in posts] == [0, 0, 1]


def test_a_package_of_thousands_is_read() -> None:
    """Every picture once, in time that grows with their number."""
    names = [f"p{number}" for number in range(5000)]
    group = "".join(f'<itemRef residref="{name}"/>' for name in ("t", *names, *names))
    pictures = [item(name, kind="ninat:picture", content=remote(f"{name}.jpg", "image/jpeg")) for name in names]
    post = only(f'<packageItem guid="k"><groupSet>{group}</groupSet></packageItem>', item("t"), *pictures)
    assert [image.url for image in post.images] == [f"https://e.example/g2/{name}.jpg" for name in names]


def test_texts_without_a_name_keep_their_own_pictures() -> None:
    """Nothing is mixed up where a publisher names no item."""
    pictures = [item(name, kind="ninat:picture", about=f"<by>{name}</by>") for name in "pq"]
    texts = [item("", meta=f'<link residref="{name}"/>', about=f"<headline>{name}</headline>") for name in "pq"]
    found = read(*texts, *pictures).posts
    assert [(post.title, [image.credit for image in post.images]) for post in found] == [("p", ["p"]), ("q", ["q"])]


def test_of_two_versions_the_newer_counts() -> None:
    """Wherever it stands; a version that is no number is older than any."""
    found = read(
        item("t", attributes='version="2"', about="<headline>New</headline>"),
        item("t", attributes='version="1"', about="<headline>Old</headline>"),
        item("u", attributes='version="x"', about="<headline>Odd</headline>"),
        item("u", attributes='version="3"', about="<headline>Third</headline>"),
    )
    assert [post.title for post in found.posts] == ["New", "Third"]


@pytest.mark.parametrize(
    ("content", "html"),
    [
        (
            "<inlineData contenttype='text/plain'>x</inlineData>" + xhtml("<p>y</p>"),
            "<p>y</p>",
        ),
        ("<inlineData contenttype='text/html'>&lt;p>a &lt;b>b&lt;/b>&lt;/p></inlineData>", "<p>a <b>b</b></p>"),
        ("<inlineData>a &lt; b\n\nc</inlineData>", "<p>a &lt; b</p><p>c</p>"),
        ("<inlineXML><section><p>x</p></section></inlineXML>", "<p>x</p>"),
        (
            "<inlineXML><nitf><body.content><hl2>H</hl2><p>x <org>Us</org></p></body.content></nitf></inlineXML>",
            "<h2>H</h2><p>x Us</p>",
        ),
        ("<inlineXML/>", None),
        ("", None),
    ],
)
def test_bodies(content: str, html: str | None) -> None:
    """XHTML before NITF before other markup before plain text."""
    assert only(item("t", content=content, about="<headline>T</headline>")).html == html


@pytest.mark.parametrize(
    ("meta", "status", "embargo"),
    [
        ('<pubStatus qcode="stat:canceled"/>', Status.CANCELED, None),
        ('<pubStatus qcode="stat:other"/>', None, None),
        ("", None, None),
        ('<pubStatus qcode="stat:usable"/><signal qcode="sig:kill"/>', Status.CANCELED, None),
        ('<embargoed/><pubStatus qcode="stat:usable"/>', Status.WITHHELD, None),
        ('<embargoed/><pubStatus qcode="stat:canceled"/>', Status.CANCELED, None),
        (
            '<embargoed>2026-12-01T00:00:00Z</embargoed><pubStatus qcode="stat:usable"/>',
            Status.USABLE,
            datetime(2026, 12, 1, tzinfo=UTC),
        ),
    ],
)
def test_status_and_embargo(meta: str, status: Status | None, embargo: datetime | None) -> None:
    """An embargo without an end withholds; a signal that kills cancels."""
    post = only(item("t", meta=meta))
    assert (post.status, post.embargo) == (status, embargo)


def test_a_film_is_told_by_its_renditions() -> None:
    """Captions by media type, whatever they are called; a preview is no film; the language in either place."""
    film = item(
        "f",
        kind="ninat:video",
        meta="<title>Film</title>",
        content=remote("p.jpg", "image/jpeg")
        + remote("f.vtt", "text/vtt", 'xml:lang="fr"')
        + remote("f.vtt", "text/vtt")
        + remote("http://[", "video/mp4")
        + remote("s.mp4", "video/mp4", 'width="320"')
        + remote("f.mp4", "video/mp4", 'width="1280" duration="12"')
        + '<inlineXML rendition="x:transcript"><p>Spoken.</p><p>More.</p></inlineXML>',
    )
    (medium,) = only(film).media
    assert medium == Media(
        url="https://e.example/g2/f.mp4",
        type="video/mp4",
        title="Film",
        captions=(Track(url="https://e.example/g2/f.vtt", type="text/vtt", language=None),),
        transcript_text="Spoken.\n\nMore.",
        duration=12,
    )


def test_what_an_item_is_shows_in_its_content_where_its_class_does_not_say_it() -> None:
    """A text that shows a picture, a picture, a sound."""
    found = read(
        item("t", kind="x:composite", content=xhtml("<p>x</p>") + remote("a.jpg", "image/jpeg")),
        item("p", kind="", content=remote("b.jpg", "image/jpeg")),
        item("s", kind="", content=remote("c.mp3", "audio/mpeg")),
        item("n", kind="", about="<headline>N</headline>"),
    ).posts
    assert [(post.id, len(post.images), len(post.media)) for post in found] == [
        ("t", 1, 0),
        ("p", 1, 0),
        ("s", 0, 1),
        ("n", 0, 0),
    ]


def test_a_page_and_a_name_that_is_an_address_are_the_address() -> None:
    """The page first; relative addresses in the text start there."""
    text = xhtml('<p>x <a href="y">y</a></p>')
    post = only(item("https://e.example/id/1", content=text + remote("https://w.example/a/1", "text/html")))
    assert (post.url, post.html) == ("https://w.example/a/1", '<p>x <a href="https://w.example/a/y">y</a></p>')
    assert only(item("https://e.example/id/1")).url == "https://e.example/id/1"
    assert only(item("name")).url is None


def test_what_cannot_be_shown_is_named_and_the_rest_goes_on() -> None:
    """A film without an address; items without a name."""
    posts = read(item("f", kind="ninat:video"), item("", about="<headline>T</headline>"))
    assert [skipped.reason for skipped in posts.skipped] == ["f names no content that can be fetched"]
    assert [post.title for post in posts.posts] == ["T"]
    with pytest.raises(FormatError, match="names no content"):
        read(item("", kind="ninat:video"))


@pytest.mark.parametrize("kind", ["itemSet", "header"])
def test_a_message_without_items_says_so(kind: str) -> None:
    """Only names of what lies elsewhere, or nothing at all."""
    raw = f"<newsMessage {NAMESPACE}><{kind}><conceptItem/></{kind}></newsMessage>"
    with pytest.raises(FormatError, match="no news item in it") as failure:
        sources.parse(Document(source="x.xml", content=raw.encode()))
    assert failure.value.fix


def test_no_entity_is_fetched_or_grows() -> None:
    """A document type that names files, or multiplies itself, stands for nothing."""
    grown = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x"}">' for n in range(9))
    raw = (
        f'<!DOCTYPE newsItem [{grown}<!ENTITY f SYSTEM "file:///etc/hostname">]><newsItem guid="g"><contentMeta>'
        "<headline>T&a8;&f;</headline></contentMeta></newsItem>"
    )
    (post,) = sources.parse(Document(source="x.xml", content=raw.encode())).posts
    assert post.title == "T"


PIECES = st.sampled_from(
    [
        *"<itemMeta> </itemMeta> <contentMeta> </contentMeta> <contentSet> </contentSet> <link/> </newsItem>".split(),
        *'<newsItem> <newsItem\nguid="g"> <packageItem> </packageItem> <groupSet> <itemRef/> <html> <body>'.split(),
        '<remoteContent href="http://[" contenttype="image/x"/>',
        '<remoteContent href="https://e.example/a.mp4" contenttype="video/mp4" duration="9"/>',
        '<itemClass qcode="ninat:video"/>',
        '<inlineXML rendition="transcript"><p>x</p></inlineXML>',
        "<inlineData>x</inlineData>",
        '<description role="drol:altText"></description>',
        "<embargoed>9999-12-31T23:59:59-23:00</embargoed>",
        "words",
    ],
)


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(PIECES, max_size=14), noise=st.binary(max_size=20), closed=st.booleans())
def test_any_bytes_give_posts_or_a_reason(pieces: list[str], noise: bytes, *, closed: bool) -> None:
    """Nothing but a FormatError comes out, and all that comes out can be written."""
    raw = b"<newsMessage><itemSet>" + "".join(pieces).encode() + noise + b"</itemSet></newsMessage>" * closed
    try:
        posts = sources.parse(Document(source="x.xml", content=raw))
    except FormatError:
        return
    assert repr(posts).encode()
    assert posts.posts


def test_a_film_named_twice_keeps_the_words_of_both() -> None:
    """The second mention adds to the first, it does not replace it."""
    paper = Media(url="https://example.org/map.pdf", type="application/pdf", captions=make_medium().captions)
    assert back(make_post(media=(paper, Media(url=paper.url)))).media == (paper,)
