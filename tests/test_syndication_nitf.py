"""NITF: valid by its schema, with pictures, alt texts and an embargo that means what it says."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from publisher.model import Post, Status
from publisher.syndication import nitf
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CONFORMANCE = os.environ.get("PUBLISHER_CONFORMANCE", "")
needs_schema = pytest.mark.skipif(not CONFORMANCE, reason="PUBLISHER_CONFORMANCE names no folder with the schemas")
NAMES = {"n": nitf.NAMESPACE}


@lru_cache(maxsize=1)
def load_schema() -> etree.XMLSchema:
    """Load the schema."""
    return etree.XMLSchema(etree.parse(Path(CONFORMANCE) / "nitf" / "nitf-3-6.xsd"))


def read(post: Post, revision: Revision | None = None) -> etree._Element:
    """Write a post and read the tree."""
    revisions = {post.id: revision} if revision else None
    return etree.fromstring(nitf.write(prepare_all((post,), Channel(), revisions)[0]))


def one(tree: etree._Element, path: str) -> etree._Element:
    """Give the first element at a path."""
    found = tree.find(path, NAMES)
    assert found is not None
    return found


def body(html: str, **changes: object) -> str:
    """Write a body as NITF, without names of namespaces."""
    content = one(read(make_post(html=html, **changes)), ".//n:body.content")
    written = etree.tostring(content, encoding="unicode").replace(f' xmlns="{nitf.NAMESPACE}"', "")
    return (
        "" if written == "<body.content/>" else written.removeprefix("<body.content>").removesuffix("</body.content>")
    )


@needs_schema
@settings(max_examples=25, deadline=None)
@given(some_post())
def test_any_post_is_valid(post: Post) -> None:
    """Whatever the post holds."""
    schema = load_schema()
    assert schema.validate(read(post)), schema.error_log


@needs_schema
def test_the_schema_refuses_what_is_not_nitf() -> None:
    """The check above can fail."""
    tree = read(make_rich_post())
    one(tree, ".//n:media").attrib.clear()
    assert not load_schema().validate(tree)


@pytest.mark.parametrize(
    ("html", "written"),
    [
        (
            "<p>a <b>b</b> <a href='https://e.example/'>c</a><br/>d</p>",
            '<p>a <em>b</em> <a href="https://e.example/">c</a><br/>d</p>',
        ),
        ("loose <i>words</i> here<p>then</p>tail", "<p>loose <em>words</em> here</p><p>then</p><p>tail</p>"),
        ("<h1>one</h1><h4>two</h4>", "<hl2>one</hl2><hl2>two</hl2>"),
        ("<ul><li>a</li><li><p>b</p></li></ul>", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("<ul></ul><dl></dl><p> </p><h2> </h2>", ""),
        ("<blockquote><p>q</p></blockquote>", "<bq><block><p>q</p></block></bq>"),
        ("<pre>a\n  <b>b</b></pre>", "<pre>a\n  b</pre>"),
        ("<hr/>", "<hr/>"),
        ("<dl><dt>t</dt><dd>d</dd></dl>", "<dl><dt>t</dt><dd><p>d</p></dd></dl>"),
        ("<div><section><p>deep</p></section></div>", "<p>deep</p>"),
        ("<p>a <span lang='fr'><i lang='fr'>b</i></span></p>", '<p>a <em xml:lang="fr">b</em></p>'),
        ("<p lang='fr'>b</p>", '<p xml:lang="fr">b</p>'),
        ("<table>no rows</table>", "<p>no rows</p>"),
        (
            "<table><caption>c</caption><tr><th>h</th></tr><tr><td colspan='2' rowspan='x'>d</td></tr></table>",
            '<table><caption>c</caption><tr><th><p>h</p></th></tr><tr><td colspan="2"><p>d</p></td></tr></table>',
        ),
        ("<figure><p>words</p><figcaption>only</figcaption></figure>", "<p>words</p><p>only</p>"),
        ("<video src='https://e.example/v'>fallback</video>", ""),
    ],
)
def test_html_becomes_what_nitf_has(html: str, written: str) -> None:
    """An element that NITF has keeps its meaning, any other keeps its words."""
    assert body(html) == written


def test_a_picture_stands_where_the_text_shows_it() -> None:
    """With alt text, caption, producer and long description, between the paragraphs around it."""
    picture = make_image(long_description="Two red boats.", width=640, height=480)
    html = '<p>a</p><figure><img src="https://example.org/harbour.jpg" alt="old"/></figure><p>b</p>'
    assert body(html, images=(picture,)) == (
        '<p>a</p><media media-type="image"><media-reference source="https://example.org/harbour.jpg"'
        ' mime-type="image/jpeg" alternate-text="Three boats at anchor" source-credit="Ann Lee/Agency" width="640"'
        ' height="480"/><media-caption>The harbour at dawn.</media-caption><media-caption class="extended-description">'
        "<p>Two red boats.</p></media-caption><media-producer>Ann Lee/Agency</media-producer></media><p>b</p>"
    )


def test_a_picture_inside_a_paragraph_stands_behind_it() -> None:
    """NITF has no pictures in running text."""
    picture = make_image(caption=None, credit=None)
    html = '<p>a <img src="https://example.org/harbour.jpg"/> b</p>'
    assert body(html, images=(picture,)).startswith('<p>a  b</p><media media-type="image">')
    loose = 'a <img src="https://example.org/harbour.jpg"/>'
    assert body(loose, images=(picture,)).startswith('<p>a </p><media media-type="image">')


def test_a_picture_without_address_is_found_by_its_words() -> None:
    """Its figure becomes a media element, once."""
    picture = make_image(url=None, alt="The harbour at dawn.", credit=None)
    written = body("<figure><figcaption>The harbour at dawn.</figcaption></figure><p>b</p>", images=(picture,))
    assert written == (
        '<media media-type="image"><media-reference alternate-text="The harbour at dawn."/>'
        "<media-caption>The harbour at dawn.</media-caption></media><p>b</p>"
    )


def test_decorative_is_an_empty_alternative_and_unknown_is_none() -> None:
    """A reader can tell the two apart."""
    for picture, expected in ((make_image(alt="", decorative=True), ""), (make_image(alt=None), None)):
        reference = one(read(make_post(images=(picture,))), ".//n:media-reference")
        assert reference.get("alternate-text") == expected


def test_a_film_has_captions_and_transcript() -> None:
    """Each a further reference of the same medium."""
    medium = make_medium(transcript_text="Engines.\n\nA horn.", duration=42, poster="https://example.org/p.jpg")
    media = one(read(make_post(media=(medium,))), ".//n:media")
    references = [
        (ref.get("source"), ref.get("mime-type"), ref.get("name")) for ref in media.iterfind("n:media-reference", NAMES)
    ]
    assert references == [
        ("https://example.org/boats.mp4", "video/mp4", "Boats leave"),
        ("https://example.org/boats.en.vtt", "text/vtt", "captions-en"),
        ("https://example.org/boats.html", "text/html", "transcript"),
        ("https://example.org/p.jpg", None, "poster"),
    ]
    spoken = media.findall("n:media-caption[@class='transcript']/n:p", NAMES)
    assert [line.text for line in spoken] == ["Engines.", "A horn."]
    assert one(media, "n:media-reference").get("time") == "42"


def test_an_embargo_is_a_release_date() -> None:
    """`date.expire` would say the opposite, and is not there."""
    tree = read(make_rich_post(embargo=NOON + timedelta(days=1), status=Status.WITHHELD))
    assert one(tree, ".//n:date.release").get("norm") == "20261121T120000Z"
    assert tree.find(".//n:date.expire", NAMES) is None
    assert one(tree, ".//n:docdata").get("management-status") == "withheld"
    assert one(tree, ".//n:doc.rights").get("limitations") == "Free with credit"
    assert [key.get("key") for key in tree.iterfind(".//n:keyword", NAMES)] == ["sea", "boats & ships"]
    assert one(tree, ".//n:meta").get("content") == "At sea"
    assert one(tree, ".//n:person").text == "Mira Novak"


def test_a_correction_says_of_what_and_why() -> None:
    """The element for it, the message to editors and the version."""
    post = make_post()
    tree = read(post, Revision(number=2, signal="correction", note="Three, not four.", at=NOON))
    correction = one(tree, ".//n:correction")
    assert (correction.get("info"), correction.get("id-string")) == ("Three, not four.", post.id)
    assert one(tree, ".//n:du-key").get("version") == "2"
    assert one(tree, ".//n:ed-msg").get("info") == "Three, not four."


def test_a_withdrawal_keeps_the_name_and_the_reason() -> None:
    """Nothing of the text stays."""
    tree = read(make_rich_post(), Revision(number=2, signal="kill", note="It was wrong."))
    assert one(tree, ".//n:docdata").get("management-status") == "canceled"
    assert one(tree, ".//n:body.content/n:p").text == "It was wrong."
    assert b"boats" not in etree.tostring(tree)


def test_an_undated_post_has_no_dates() -> None:
    """None is made up."""
    tree = read(make_post(published=None))
    assert tree.find(".//n:date.issue", NAMES) is None
    assert tree.find(".//n:revision-history", NAMES) is None
