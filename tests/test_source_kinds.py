"""Documents are told by their content, whatever they are called; what cannot be read says why."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import sources
from publisher.errors import FormatError
from publisher.model import Document
from publisher.sources import kinds
from publisher.sources.kinds import Kind

RSS = "<rss version='2.0'><channel><item><title>T</title></item></channel></rss>"
PAGE = "<html><head><title>T</title></head><body><article><h1>T</h1><p>%s</p></article></body></html>" % (
    "The harbour was closed in the spring, and now it is open again, with a new wall and a new basin. " * 5
)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (RSS, "x.txt", Kind.FEED),
        ("<?xml version='1.0'?><!-- <html> --><!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS, "x.html", Kind.FEED),
        ("Warning: something in line 3\n" + RSS, "x.xml", Kind.FEED),
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", "x", Kind.FEED),
        ("<?xml version='1.0'?><unknown/>", "x.xml", Kind.FEED),
        ("<?xml version='1.0'?><nitf/>", "x.xml", Kind.NITF),
        ("<!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf><body/></nitf>", "x", Kind.NITF),
        ("<n:newsMessage xmlns:n='http://iptc.org/std/nar/2006-10-01/'/>", "x.html", Kind.NEWSML),
        ("<?xml version='1.0'?><newsItem/>", "x.xml", Kind.NEWSML),
        ("<?xml version='1.0'?><packageItem/>", "x.xml", Kind.NEWSML),
        ("<?xml version='1.0'?><opml/>", "x.xml", Kind.OPML),
        ("<!DOCTYPE html><html>" + RSS, "x.rss", Kind.PAGE),
        ("<p>A fragment</p>", "x.xml", Kind.PAGE),
        ("<!-- c --><h1>A fragment</h1>", "x", Kind.PAGE),
        ('{"version": "https://jsonfeed.org/version/1", "items": []}', "x.xml", Kind.JSON_FEED),
        ('{"uri": "x", "pubStatus": "usable"}', "x.json", Kind.NINJS),
        ('[{"uri": "x", "bodies": []}]', "x", Kind.NINJS),
        ("---\ntitle: x\n---\n", "x.txt", Kind.MARKDOWN),
        ("# x", "x.md", Kind.MARKDOWN),
        ("# x", "https://e.example/x.md?raw=1", Kind.MARKDOWN),
        ("Words & <more> words", "x.xml", Kind.PLAIN),
        ("[1] A note\n\nMore.", "x.txt", Kind.PLAIN),
        ("{[}", "x.txt", Kind.PLAIN),
    ],
)
def test_kinds(content: str, name: str, kind: Kind) -> None:
    """The content decides, the name only between texts."""
    assert kinds.recognise(Document(source=name, content=content.encode())).kind is kind


def test_a_media_type_tells_markdown_from_text() -> None:
    """Where the content does not tell, the sender's claim does."""
    document = Document(source="x", content=b"# x", media_type="text/markdown")
    assert kinds.recognise(document).kind is Kind.MARKDOWN


def test_wide_characters_are_no_binary_data() -> None:
    """UTF-16 is full of zero bytes."""
    assert kinds.recognise(Document(source="x", content=RSS.encode("utf-16"))).kind is Kind.FEED
    assert kinds.recognise(Document(source="x", content=RSS.encode("utf-16-be"))).kind is Kind.FEED


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "x.xml", "the file is empty"),
        (b" \n\t", "x.xml", "the file is empty"),
        (b"%PDF-1.7 x", "x.xml", "a PDF document"),
        (b"PK\x03\x04x", "x.md", "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n", "x.xml", "a PNG picture"),
        (gzip.compress(b"<rss/>", mtime=0), "x.xml", "a gzip archive"),
        (b"\x00\x00\x00\x20ftypisom", "x.xml", "a video"),
        (b"abc\x00def", "x.txt", "binary data"),
        (bytes(range(1, 9)) * 50, "x.txt", "binary data"),
        (b'{"a": 1}', "x.xml", "neither a JSON Feed nor ninjs"),
        (b'{"a": 1', "x.json", "broken JSON"),
        (b"[" * 100_000, "x.json", "broken JSON"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "x", "broken JSON"),
        (b"<?xml version='1.0'?><opml/>", "x.opml", "a list of sources"),
        (b"<?xml version='1.0'?><unknown/>", "x.xml", "no feed that anybody knows"),
        (b"<?xml version='1.0'?><nitf/>", "x.xml", "nothing in this NITF document"),
        (b"<nitf><body>", "x.xml", "the XML is broken"),
        (b"<newsItem>", "x.xml", "the XML is broken"),
        (b"<packageItem/>", "x.xml", "no news item in it"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "x", "no list of items"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, name: str, reason: str) -> None:
    """Subject, reason and a way out."""
    with pytest.raises(FormatError, match=reason) as failure:
        sources.parse(Document(source=name, content=content))
    assert failure.value.subject == name
    assert failure.value.fix


@pytest.mark.parametrize(
    "content",
    [RSS, PAGE, "---\ntitle: T\n---\nx", '{"items": [{"title": "T"}]}', '{"uri": "x", "headline": "T", "bodies": []}'],
)
def test_every_kind_has_its_reader(content: str) -> None:
    """One call reads them all, with the source's own language."""
    (post,) = sources.parse(Document(source="x", content=content.encode()), language="fr").posts
    assert (post.title, post.language) == ("T", "fr")


def test_plain_text_has_its_reader() -> None:
    """A text becomes a post, and an undecided language is the newsletter's."""
    words = "Harbour opens\n\nIt is so.\n\nAnd more of it than anybody could have known before the rain.\n"
    (post,) = sources.parse(Document(source="x.txt", content=words.encode())).posts
    assert "And more of it" in (post.text or "")


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"<rss><channel><item>", b"<feed>", b"---\n", b"{", b"[", b"<p>", b"<html>", b"\xff\xfe", b"<?xml"]
    ),
    content=st.binary(max_size=200),
    name=st.sampled_from(["x.xml", "x.json", "x.md", "x.txt", "x.html", "x"]),
)
def test_any_bytes_give_posts_or_a_reason(start: bytes, content: bytes, name: str) -> None:
    """Nothing but a FormatError comes out, and all that comes out can be written."""
    try:
        posts = sources.parse(Document(source=name, content=start + content))
    except FormatError:
        return
    assert repr(posts).encode()
