"""What is audited, read from bytes, messages and editions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from publisher.accessibility.audit import audit
from publisher.accessibility.page import read_html, read_message, read_rendered, read_web
from publisher.accessibility.tree import visible_text
from publisher.errors import FormatError
from publisher.model import AltOrigin, Digest, DigestPost, Image, Picture, Rendered, Section
from tests.builders import NOON, make_post
from tests.mails import MAIL_TEXT, make_eml, make_mail


@pytest.mark.parametrize(
    "content",
    [
        "<meta charset=windows-1251><p>порт".encode("windows-1251"),
        "<p>порт".encode(),
        b"\xef\xbb\xbf" + "<p>порт".encode(),
        "<p>порт".encode("utf-16"),
        "<meta charset=nonsense><p>порт".encode(),
        "<meta charset=utf-16><p>порт".encode(),
    ],
)
def test_bytes_are_read_as_they_say(content: bytes) -> None:
    """Byte order mark, declaration, UTF-8; a meta that was read as ASCII cannot mean UTF-16."""
    assert visible_text(read_html(content).tree.body) == "порт"


def test_text_can_be_read_as_well() -> None:
    """Its size is that of its bytes."""
    assert read_html("<p>п").size == 5
    assert visible_text(read_html("<p>\ud800").tree.body) == "?"


def test_the_charset_of_the_part_comes_first() -> None:
    """The header of a part says how its letters are written."""
    raw = b"Content-Type: text/html; charset=koi8-r\r\nSubject: x\r\n\r\n" + "<p>порт".encode("koi8-r")
    assert visible_text(read_message(raw).tree.body) == "порт"


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("=?utf-8?b?0L/QvtGA0YI=?=", "порт"),
        ("=?nonsense?q?x?=", "=?nonsense?q?x?="),
        ("=?utf-8?b?abcde?=", "=?utf-8?b?abcde?="),
        ("plain\r\n words", "plain words"),
    ],
)
def test_subjects_are_read_as_people_read_them(subject: str, read: str) -> None:
    """What cannot be decoded stays as it is."""
    page = read_message(f"Subject: {subject}\r\nContent-Type: text/html\r\n\r\n<p>x".encode())
    assert page.subject == read


def test_attachments_are_not_the_mail() -> None:
    """An attached page is not the one to audit, and a mail without subject has none."""
    whole = make_eml(make_mail()).replace(
        b"Content-Type: text/html", b"Content-Disposition: attachment; filename=a.html\r\nContent-Type: text/html"
    )
    with pytest.raises(FormatError, match="no HTML part"):
        read_message(whole)
    assert read_message(b"Content-Type: text/html\r\n\r\n<p>x").subject is None


def test_nested_parts_and_broken_encodings_are_read() -> None:
    """A multipart part without bytes, and base64 that breaks off."""
    head = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    empty = head + b"--a\r\nContent-Type: text/html\r\n\r\n\r\n--a--"
    assert read_message(empty).size == 0
    half = b"Subject: x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+eDwvcD4"
    assert "x" in read_message(half).html


@settings(deadline=None)
@given(strategies.binary(max_size=200))
def test_any_headers_can_be_read(header: bytes) -> None:
    """A mail with an HTML part is a page, whatever else stands in its headers."""
    clean = header.replace(b"\n", b"").replace(b"\r", b"")
    raw = b"Content-Type: text/html\r\nSubject: " + clean + b"\r\nX-" + clean + b": x\r\n\r\n<p>x"
    assert read_message(raw).html


def test_findings_about_pictures_name_the_field() -> None:
    """With the digest, the picture's address leads to the post and the place in it."""
    image = Image(url="https://example.org/9.jpg", alt="Image", alt_origin=AltOrigin.SOURCE)
    post = make_post(id="p1", images=(Image(url=None, caption="A boat"), image))
    shown = DigestPost(
        post=post,
        anchor="post-9",
        title="Harbour",
        language="en",
        direction="ltr",
        picture=Picture(image=image, alt="Image"),
    )
    digest = Digest(
        title="Digest",
        subject="Morning digest",
        language="en",
        direction="ltr",
        date=NOON.date(),
        web_url="https://example.org/web",
        sections=(Section(posts=(shown,)),),
    )
    html = make_mail('<img src="https://example.org/9.jpg" alt="Image">')
    rendered = Rendered(subject="Morning digest", html=html, text=MAIL_TEXT, web=html, language="en", direction="ltr")
    (finding,) = audit(read_rendered(rendered, digest=digest))
    assert (finding.rule, finding.post, finding.field) == ("alt-placeholder", "p1", "images[1].alt")
    assert read_web(rendered).kind.value == "web"
