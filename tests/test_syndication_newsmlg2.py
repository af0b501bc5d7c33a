"""NewsML-G2: valid by its schema, read by IPTC's own reader."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import NewsMLG2
import pytest
from hypothesis import given, settings
from lxml import etree

from publisher.model import Post, Status
from publisher.syndication import newsmlg2
from publisher.syndication.channel import Channel
from publisher.syndication.release import Revision, prepare_all
from tests.builders import NOON, make_image, make_medium, make_post, make_rich_post, some_post

CONFORMANCE = os.environ.get("PUBLISHER_CONFORMANCE", "")
needs_schema = pytest.mark.skipif(not CONFORMANCE, reason="PUBLISHER_CONFORMANCE names no folder with the schemas")
NAMES = {"n": newsmlg2.NAMESPACE, "x": "http://www.w3.org/1999/xhtml"}
CHANNEL = Channel(organisation="Sample News")


@lru_cache(maxsize=1)
def load_schema() -> etree.XMLSchema:
    """Load the schema of the Power conformance level."""
    return etree.XMLSchema(etree.parse(Path(CONFORMANCE) / "newsml-g2" / "NewsML-G2_2.35-spec-All-Power.xsd"))


def write(post: Post, revision: Revision | None = None) -> bytes:
    """Write a post."""
    revisions = {post.id: revision} if revision else None
    return newsmlg2.write(prepare_all((post,), CHANNEL, revisions)[0], CHANNEL)


def read(post: Post, revision: Revision | None = None) -> etree._Element:
    """Write a post and read the tree."""
    return etree.fromstring(write(post, revision))


def texts(tree: etree._Element, path: str) -> list[str]:
    """Give the texts at a path."""
    return [str(found.text or "") for found in tree.iterfind(path, NAMES)]


def codes(tree: etree._Element, path: str) -> list[str | None]:
    """Give the codes at a path."""
    return [found.get("qcode") for found in tree.iterfind(path, NAMES)]


@needs_schema
@settings(max_examples=25, deadline=None)
@given(some_post())
def test_any_post_is_valid(post: Post) -> None:
    """Whatever the post holds."""
    schema = load_schema()
    assert schema.validate(read(post)), schema.error_log


@needs_schema
def test_the_schema_refuses_what_is_not_newsml() -> None:
    """The check above can fail."""
    tree = read(make_post())
    tree.find(".//n:newsItem", NAMES).attrib.clear()  # type: ignore[union-attr]  # it is there
    assert not load_schema().validate(tree)


def test_a_picture_keeps_all_its_words() -> None:
    """Alt text, caption and extended description with language and direction; the credit as creditline."""
    tree = read(make_rich_post(language="fa"))
    picture = tree.findall(".//n:newsItem", NAMES)[1]
    found = {one.get("role") or one.get("roleuri"): one.text for one in picture.iterfind(".//n:description", NAMES)}
    assert found == {
        "drol:altText": "Three boats at anchor",
        "drol:caption": "The harbour at dawn.",
        newsmlg2.EXTENDED: "Two red boats and a blue one, seen from the pier.",
    }
    assert {one.get("dir") for one in picture.iterfind(".//n:description", NAMES)} == {"rtl"}
    assert texts(picture, ".//n:creditline") == ["Ann Lee/Agency"]
    assert picture.get("dir") == "rtl"


def test_decorative_is_an_empty_alt_text_and_unknown_is_none() -> None:
    """A reader can tell the two apart."""
    pictures = (make_image(alt="", decorative=True, caption=None), make_image(url=None, alt=None, caption=None))
    items = read(make_post(images=pictures)).findall(".//n:newsItem", NAMES)
    assert texts(items[1], ".//n:description") == [""]
    assert texts(items[2], ".//n:description") == []
    assert items[2].find("n:contentSet", NAMES) is None


def test_the_post_names_its_pictures_and_media() -> None:
    """Links lead to the news items of the same message."""
    tree = read(make_rich_post())
    text, picture, film = tree.findall(".//n:newsItem", NAMES)
    links = [(link.get("reluri"), link.get("residref")) for link in text.iterfind(".//n:link", NAMES)]
    assert links == [(newsmlg2.PICTURE, picture.get("guid")), (newsmlg2.MEDIUM, film.get("guid"))]
    assert [codes(one, ".//n:itemClass")[0] for one in (text, picture, film)] == [
        "ninat:text",
        "ninat:picture",
        "ninat:video",
    ]


def test_a_film_has_captions_and_transcript() -> None:
    """The captions file with its language, the transcript as address and as words, the poster as icon."""
    medium = make_medium(transcript_text="Engines.", duration=42, poster="https://example.org/p.jpg")
    film = read(make_post(media=(medium,))).findall(".//n:newsItem", NAMES)[1]
    remote = film.findall(".//n:remoteContent", NAMES)
    assert [(one.get("href"), one.get("contenttype"), one.get("language")) for one in remote] == [
        ("https://example.org/boats.mp4", "video/mp4", None),
        ("https://example.org/boats.en.vtt", "text/vtt", "en"),
        ("https://example.org/boats.html", "text/html", None),
    ]
    assert remote[0].get("duration") == "42"
    assert texts(film, ".//n:inlineData") == ["Engines."]
    assert [icon.get("href") for icon in film.iterfind(".//n:icon", NAMES)] == ["https://example.org/p.jpg"]


def test_the_text_is_xhtml_with_language_and_direction() -> None:
    """Inside and around."""
    tree = read(make_post(language="he"))
    html = tree.find(".//x:html", NAMES)
    assert html is not None
    assert (html.get("lang"), html.get("dir")) == ("he", "rtl")
    assert texts(tree, ".//x:body//x:p") == ["The boats left at dawn.", "Nobody was hurt."]
    item = tree.find(".//n:newsItem", NAMES)
    assert item is not None
    assert item.get("dir") == "rtl"


def test_embargo_status_and_rights_are_there() -> None:
    """Where NewsML-G2 has them."""
    tree = read(make_rich_post(embargo=NOON + timedelta(days=1), status=Status.WITHHELD))
    assert texts(tree, ".//n:embargoed")[0] == "2026-11-21T12:00:00Z"
    assert codes(tree, ".//n:pubStatus")[0] == "stat:withheld"
    assert texts(tree, ".//n:copyrightNotice")[0] == "Free with credit"
    assert texts(tree, ".//n:contentMeta/n:headline")[:2] == ["Boats leave the harbour", "At sea"]
    assert texts(tree, ".//n:keyword") == ["sea", "boats & ships"]
    assert texts(tree, ".//n:creator/n:name") == ["Mira Novak"]
    assert texts(tree, ".//n:infoSource/n:name") == ["Sample News"]


def test_a_correction_signals_and_says_what() -> None:
    """Signal, note and version."""
    tree = read(make_post(), Revision(number=2, signal="correction", note="Three, not four.", at=NOON))
    assert codes(tree, ".//n:signal") == ["sig:correction"]
    assert texts(tree, ".//n:edNote") == ["Three, not four."]
    item = tree.find(".//n:newsItem", NAMES)
    assert item is not None
    assert item.get("version") == "2"


def test_a_withdrawal_says_canceled_and_nothing_else() -> None:
    """No content, no signal of an update; the reason stays."""
    raw = write(make_rich_post(), Revision(number=2, signal="kill", note="It was wrong."))
    tree = etree.fromstring(raw)
    assert codes(tree, ".//n:pubStatus") == ["stat:canceled"]
    assert texts(tree, ".//n:edNote") == ["It was wrong."]
    assert tree.find(".//n:contentSet", NAMES) is None
    assert b"boats" not in raw


def test_the_reader_of_iptc_finds_what_was_written() -> None:
    """Headline, alt text, caption and credit through the library that its makers publish."""
    items = [
        NewsMLG2.NewsMLG2Document(etree.tostring(item)).get_item()
        for item in read(make_rich_post()).iterfind(".//n:newsItem", NAMES)
    ]
    text, picture, _ = items
    assert str(text.contentmeta.headline[0]) == "Boats leave the harbour"
    roles = {one.role: str(one) for one in picture.contentmeta.description if one.role}
    assert roles == {"drol:altText": "Three boats at anchor", "drol:caption": "The harbour at dawn."}
    assert str(picture.contentmeta.creditline[0]) == "Ann Lee/Agency"
