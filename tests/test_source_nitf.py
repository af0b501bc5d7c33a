"""NITF becomes a post: our own documents come back whole, other publishers' shapes are understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import sources
from publisher.errors import FormatError
from publisher.model import AltOrigin, Document, Image, Media, Post, Status, Track
from publisher.sources import nitf
from publisher.sources.addresses import resolve
from publisher.syndication import nitf as writer
from publisher.syndication.channel import Channel
from publisher.syndication.markup import flat
from publisher.syndication.release import Revision, prepare
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CHANNEL = Channel()


def back(post: Post, revision: Revision | None = None) -> Post:
    """Write a post and read it again."""
    raw = writer.write(prepare(post, CHANNEL, revision or Revision()))
    (got,) = sources.parse(Document(source="back.xml", content=raw)).posts
    return got


def read(inside: str, *, url: str | None = "https://e.example/n/", attributes: str = "") -> Post:
    """Parse a document with these elements."""
    raw = f"<nitf {attributes}>{inside}</nitf>"
    (post,) = nitf.parse(Document(source="x.xml", content=raw.encode(), url=url)).posts
    return post


def with_media(media: str) -> Post:
    """Parse a document with a paragraph and these media."""
    return read(f"<body><body.content><p>Text.</p>{media}</body.content></body>")


def test_everything_about_a_post_comes_back() -> None:
    """Words, people, times, rights, status, embargo, picture and film."""
    sent = make_rich_post(embargo=NOON + timedelta(days=1), status=Status.WITHHELD)
    got = back(sent)
    for name in "id url title kicker language authors published updated summary tags media".split():
        assert getattr(got, name) == getattr(sent, name), name
    assert (got.status, got.embargo, got.rights) == (sent.status, sent.embargo, sent.rights)
    assert got.source_title == sent.source_title
    assert got.images == (
        make_image(alt_origin=AltOrigin.FEED, long_description="Two red boats and a blue one, seen from the pier."),
    )
    assert (got.html or "").startswith(sent.html or "")


def test_films_keep_their_texts_whatever_they_are() -> None:
    """Captions files with language, transcript as address and words, poster, duration; also of what is no film."""
    film = make_medium(transcript_text="Engines.\n\nA horn.", duration=42, poster="https://example.org/p.jpg")
    paper = Media(url="https://example.org/map.pdf", type="application/pdf", title="The map")
    assert back(make_post(media=(film, paper))).media == (film, paper)


def test_a_withdrawn_post_comes_back_as_one() -> None:
    """Its status says so; the reason is all of its text."""
    got = back(make_rich_post(), Revision(number=3, signal="kill", note="Wrong.", at=NOON))
    assert (got.status, got.text, got.images, got.media) == (Status.CANCELED, "Wrong.", (), ())


def test_decorative_and_unknown_pictures_stay_what_they_are() -> None:
    """Also one without an address."""
    pictures = (
        make_image(url="https://example.org/wave.jpg", alt="", decorative=True, caption=None, credit=None),
        make_image(url="https://example.org/cloud.jpg", alt=None, caption=None, credit=None),
        make_image(url=None, alt="A lost boat", caption=None, credit=None),
    )
    got = {(image.url, image.alt, image.decorative) for image in back(make_post(images=pictures)).images}
    assert got == {(image.url, image.alt, image.decorative) for image in pictures}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(post=some_post())
def test_any_post_comes_back(post: Post) -> None:
    """Title, alt texts, tracks, status, embargo and rights, whatever characters they hold."""
    sent = prepare(post, CHANNEL)
    got = back(post)
    assert spoken(got.title) == spoken(sent.title)
    assert (got.embargo, got.status, flat(got.rights)) == (sent.post.embargo, sent.status, flat(sent.rights))
    kept = {image.url: image for image in got.images if image.url}
    for image in sent.post.images:
        if image.url and [one.url for one in sent.post.images].count(image.url) == 1:
            assert spoken(kept[str(resolve(image.url, None))].alt) == spoken(image.alt)
    tracks = {track.url for medium in got.media for track in medium.captions}
    assert tracks >= {resolve(track.url, None) for medium in sent.post.media for track in medium.captions}


def spoken(text: str | None) -> str:
    """Write words without what keeps them from being taken for placeholders, and all blanks alike."""
    return flat(text or "")


# --- what others write ------------------------------------------------------------------------------------------------


def test_another_publishers_document() -> None:
    """A document type, by-lines with and without a person, rights in two places, tables of their own."""
    raw = """<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-2.dtd"><nitf><head><title>Head &amp; title</title>
      <meta name="other" content="x"/><docdata management-status="Usable"><doc-id id-string="e-1"/>
      <date.issue norm="20261116T120000+0100"/><doc.copyright year="2026" holder="Us."/>
      <doc.rights limitations="Ask first"/><key-list><keyword key="sea"/><keyword/></key-list></docdata>
      <revision-history norm="20261117T000000Z"/><revision-history norm="soon"/></head><body xml:lang="fr"><body.head>
      <byline>Par <person>Ann Lee</person><person>Bo</person></byline><byline>By Cy</byline>
      <abstract><p>In short.</p><p>Twice.</p></abstract></body.head><body.content><block><p>Le port <org>Us</org> est
      ouvert depuis ce matin.</p><bq><block><p>Oui.</p><credit>Ann</credit></block></bq></block></body.content>
      </body></nitf>"""
    (post,) = sources.parse(Document(source="x.xml", content=raw.encode())).posts
    assert (post.id, post.url, post.title, post.language) == ("e-1", None, "Head & title", "fr")
    assert [author.name for author in post.authors] == ["Ann Lee", "Bo", "Cy"]
    assert (post.published, post.updated) == (
        datetime(2026, 11, 16, 11, tzinfo=UTC),
        datetime(2026, 11, 17, tzinfo=UTC),
    )
    assert (post.summary, post.tags, post.status) == ("In short.\n\nTwice.", ("sea",), Status.USABLE)
    assert post.rights == "Us. Ask first"
    assert post.html == ("<p>Le port Us est ouvert depuis ce matin.</p><blockquote><p>Oui.</p><p>Ann</p></blockquote>")


def test_a_picture_stands_where_the_text_shows_it() -> None:
    """The widest rendition, relative to the document, with every word."""
    post = with_media(
        '<media media-type="image"><media-reference source="s.jpg" width="100" alternate-text="small"/>'
        '<media-reference source="l.jpg" width="900" height="600" source-credit="Bo/Us" alternate-text=" A  boat "/>'
        "<media-caption>Boats</media-caption><media-caption>at dawn</media-caption></media>tail<p>After.</p>",
    )
    assert post.html == (
        '<p>Text.</p><figure><img src="https://e.example/n/l.jpg" alt="A boat"/>'
        "<figcaption>Boats at dawn</figcaption></figure><p>tail</p><p>After.</p>"
    )
    assert post.images == (
        Image(
            url="https://e.example/n/l.jpg",
            alt="A boat",
            alt_origin=AltOrigin.FEED,
            caption="Boats at dawn",
            credit="Bo/Us",
            width=900,
            height=600,
        ),
    )


@pytest.mark.parametrize(
    ("media", "images", "films"),
    [
        ('<media><media-reference mime-type="image/jpeg" source="a.jpg"/></media>', ["a.jpg"], []),
        ('<media media-type="other"><media-reference mime-type="audio/mpeg" source="a.mp3"/></media>', [], ["a.mp3"]),
        ('<media media-type="image"/>', [None], []),
        ('<media media-type="video"/>', [], []),
        ('<media media-type="video"><media-reference source="http://["/></media>', [], []),
        ('<media media-type="video"><media-reference mime-type="image/png" source="a.png"/></media>', [], []),
    ],
)
def test_what_a_medium_is(media: str, images: list[str | None], films: list[str]) -> None:
    """By its own word, else by the type of its first reference; what has no address is no film."""
    post = with_media(media)
    assert [image.url for image in post.images] == [name and f"https://e.example/n/{name}" for name in images]
    assert [film.url for film in post.media] == [f"https://e.example/n/{name}" for name in films]


def test_a_film_of_another_publisher() -> None:
    """Captions by their type or name, a preview by its type, a duration only in seconds."""
    post = with_media(
        '<media media-type="video">'
        '<media-reference source="f.mp4" name="Boats" time="3" time-unit-of-measure="minute"/>'
        '<media-reference source="f.jpg" mime-type="image/jpeg"/>'
        '<media-reference source="f.fr.vtt" name="captions-fr"/>'
        '<media-reference source="g.vtt" mime-type="text/vtt"/><media-reference source="g.vtt" mime-type="text/vtt"/>'
        "</media>",
    )
    assert post.media == (
        Media(
            url="https://e.example/n/f.mp4",
            type="video/mp4",
            title="Boats",
            captions=(
                Track(url="https://e.example/n/f.fr.vtt", type="text/vtt", language="fr"),
                Track(url="https://e.example/n/g.vtt", type="text/vtt"),
            ),
            poster="https://e.example/n/f.jpg",
        ),
    )


@pytest.mark.parametrize("inside", ["", "<head/><body/>", "<body><body.content/></body>"])
def test_nothing_in_it_is_said(inside: str) -> None:
    """A document of no words is no post."""
    with pytest.raises(FormatError, match="nothing in this NITF document") as failure:
        read(inside)
    assert failure.value.fix


@pytest.mark.parametrize(
    ("attributes", "body", "language"),
    [('baselang="de"', "", "de"), ('xml:lang="it"', "", "it"), ('baselang="de"', 'xml:lang="fr"', "fr")],
)
def test_the_language_is_that_of_the_body_first(attributes: str, body: str, language: str) -> None:
    """Then that of the document, in either attribute."""
    post = read(f"<head><title>A B</title></head><body {body}/>", attributes=attributes)
    assert post.language == language


PIECES = st.sampled_from(
    [
        *"<head> </head> <docdata> </docdata> <body> </body> <body.content> </body.content> <media> </media>".split(),
        "<head><title>T</title></head>",
        '<media media-type="image"><media-reference source="http://[" alternate-text=""/></media>',
        '<media-reference source="https://e.example/a.mp4" mime-type="video/mp4" time="9"/>',
        '<media-caption class="transcript">x</media-caption>',
        '<date.release norm="99991231T235959-2359"/>',
        "<hl1>h</hl1>",
        "<table><tr><td>x</td></tr></table>",
        "words",
    ],
)


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(PIECES, max_size=14), noise=st.binary(max_size=20), closed=st.booleans())
def test_any_bytes_give_a_post_or_a_reason(pieces: list[str], noise: bytes, *, closed: bool) -> None:
    """Nothing but a FormatError comes out, and all that comes out can be written."""
    raw = b"<nitf><body><body.content>" + "".join(pieces).encode() + noise + b"</body.content></body></nitf>" * closed
    try:
        posts = sources.parse(Document(source="x.xml", content=raw))
    except FormatError:
        return
    assert repr(posts).encode()
