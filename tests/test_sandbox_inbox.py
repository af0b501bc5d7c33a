"""The inbox: pages for everybody, and mails that can do nothing."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from lxml import html

from publisher.delivery.message import splice
from publisher.model import Slot
from publisher.sandbox import Sandbox
from publisher.sandbox.account import SentMessage
from publisher.sandbox.inbox import list_links
from publisher.sandbox.mail import make_readable
from tests.builders import UNSUBSCRIBE, make_envelope, make_message

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox."""
    with Sandbox() as running:
        yield running


def keep(sandbox: Sandbox, raw: bytes, recipient: str = "reader@example.net") -> str:
    """Put a message into the inbox; gives its id."""
    sent = SentMessage(
        number=0,
        id="",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        sender="news@example.org",
        recipients=(recipient,),
        raw=raw,
        tags={"delivery": "01J0"},
        configuration_set="newsletters",
    )
    return sandbox.account.accept(sent).id


def fetch(url: str) -> tuple[int, dict[str, str], str]:
    """Get a page: status, headers, text."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


def check_page(text: str) -> html.HtmlElement:
    """Check what every page must have, and give its tree."""
    tree = html.fromstring(text)
    assert tree.get("lang") == "en"
    assert tree.findtext(".//title")
    assert len(tree.findall(".//h1")) == 1
    assert len(tree.findall(".//main")) == 1
    assert tree.find(".//header") is not None
    skip = tree.find(".//body/a")
    assert skip is not None
    assert tree.xpath("//main/@id") == [str(skip.get("href"))[1:]]
    assert tree.find(".//meta[@name='viewport']") is not None
    assert not tree.findall(".//script")
    assert not tree.xpath("//@style | //@onclick | //@onerror | //@onload")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    levels = [int(str(heading.tag)[1]) for heading in tree.iter("h1", "h2", "h3")]
    assert levels == sorted(levels)
    return tree


def test_empty_inbox_says_what_to_do(sandbox: Sandbox) -> None:
    """A newcomer is told how a message gets there."""
    status, headers, text = fetch(sandbox.inbox_url)
    assert status == 200
    assert "No message has been sent yet" in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    check_page(text)


def test_root_leads_to_the_inbox(sandbox: Sandbox) -> None:
    """The bare address is for people."""
    assert fetch(sandbox.url)[2] == fetch(sandbox.inbox_url)[2]


def test_list_shows_the_newest_first(sandbox: Sandbox) -> None:
    """The table has headers for rows and columns, and each link says where it leads by itself."""
    for number in (1, 2):
        keep(sandbox, splice(make_message(subject=f"Boats {number}"), make_envelope()), f"r{number}@example.net")
    tree = check_page(fetch(sandbox.inbox_url)[2])
    rows = tree.findall(".//tbody/tr")
    assert tree.xpath("//tbody/tr/th/a/text()") == ["Boats 2", "Boats 1"]
    assert tree.xpath("//tbody/tr/th/@scope") == ["row", "row"]
    assert {cell.get("scope") for cell in tree.findall(".//thead//th")} == {"col"}
    assert "to r2@example.net" in rows[0].text_content()


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("", "Open the HTML by itself"),
        ("html", "Open the HTML by itself"),
        ("text", "The boats left at dawn."),
        ("links", UNSUBSCRIBE),
        ("headers", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
    ],
)
def test_tabs_are_links(sandbox: Sandbox, tab: str, words: str) -> None:
    """Each view is a page of its own, marked as the current one; no script is needed."""
    identifier = keep(sandbox, splice(make_message(), make_envelope()))
    status, _, text = fetch(f"{sandbox.inbox_url}{identifier}/{tab}")
    assert status == 200
    assert words in text
    tree = check_page(text)
    current = tree.findall(".//nav//a[@aria-current='page']")
    assert [str(one.text).lower() for one in current] == [tab or "html"]
    assert "newsletters" in text
    assert "01J0" in text


def test_raw_bytes_can_be_downloaded(sandbox: Sandbox) -> None:
    """The .eml is what was sent, byte for byte."""
    raw = splice(make_message(), make_envelope())
    identifier = keep(sandbox, raw)
    with urllib.request.urlopen(f"{sandbox.inbox_url}{identifier}/raw.eml", timeout=5) as answer:  # noqa: S310
        assert answer.read() == raw
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{identifier}.eml"'
        assert answer.headers["Content-Type"] == "message/rfc822"


def test_hostile_mail_can_do_nothing(sandbox: Sandbox) -> None:
    """Its words are escaped on our pages; its HTML stands in a sandboxed frame that runs and loads nothing."""
    message = make_message(
        subject=EVIL, text=f"{EVIL}\n{Slot.UNSUBSCRIBE.marker}", html=f"{EVIL}{Slot.UNSUBSCRIBE.marker}"
    )
    identifier = keep(sandbox, splice(message, make_envelope()))
    for tab in ("", "text", "links", "headers"):
        tree = check_page(fetch(f"{sandbox.inbox_url}{identifier}/{tab}")[2])
        assert not tree.findall(".//img")
    check_page(fetch(sandbox.inbox_url)[2])
    frame = html.fromstring(fetch(f"{sandbox.inbox_url}{identifier}/html")[2]).find(".//iframe")
    assert frame is not None
    assert frame.get("sandbox") == ""
    assert frame.get("title")
    _, headers, text = fetch(f"{sandbox.url}{frame.get('src')}")
    assert "<script>" in text
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_dangerous_links_are_shown_and_cannot_be_followed(sandbox: Sandbox) -> None:
    """A javascript: address is text; an http one is a link that tells nobody where it was found."""
    body = (
        f'<a href="http://[">odd</a><a href="javascript:alert(1)">run</a><a href="{UNSUBSCRIBE}"><img alt="Leave"></a>'
    )
    message = make_message(html=f"{body}{Slot.UNSUBSCRIBE.marker}")
    raw = splice(message, make_envelope())
    links = list_links(make_readable(raw))
    assert [(link.words, link.followable) for link in links] == [("odd", False), ("run", False), ("Leave", True)]
    tree = html.fromstring(fetch(f"{sandbox.inbox_url}{keep(sandbox, raw)}/links")[2])
    followable = tree.findall(".//ol//a")
    assert [link.get("href") for link in followable] == [UNSUBSCRIBE]
    assert "noreferrer" in str(followable[0].get("rel"))


def test_messages_without_a_part_say_so(sandbox: Sandbox) -> None:
    """Text-only mail has no HTML view, and forgotten bytes are told as forgotten."""
    text_only = keep(sandbox, splice(make_message(html=""), make_envelope()))
    assert "no HTML part" in fetch(f"{sandbox.inbox_url}{text_only}/html")[2]
    assert "no links" in fetch(f"{sandbox.inbox_url}{text_only}/links")[2]
    empty = keep(sandbox, b"Content-Type: text/html\r\n\r\n<p>x</p>\r\n")
    assert "no text part" in fetch(f"{sandbox.inbox_url}{empty}/text")[2]
    forgotten = keep(sandbox, b"")
    assert "forgotten" in fetch(f"{sandbox.inbox_url}{forgotten}/text")[2]
    assert fetch(f"{sandbox.inbox_url}{empty}/frame")[2] == "<p>x</p>\r\n"


@pytest.mark.parametrize("path", ["other/", "other/text", "style", "../../etc/passwd"])
def test_other_addresses_are_not_found(sandbox: Sandbox, path: str) -> None:
    """A page that is not there says how to go on."""
    status, _, text = fetch(f"{sandbox.inbox_url}{path}")
    assert status == 404
    if "inbox" in text:
        check_page(text)


def test_unknown_view_of_a_message_is_not_found(sandbox: Sandbox) -> None:
    """There are only the views that there are."""
    assert fetch(f"{sandbox.inbox_url}{keep(sandbox, b'X: y')}/secret")[0] == 404


def test_style_follows_the_reader(sandbox: Sandbox) -> None:
    """Light and dark, as the reader's system says."""
    status, headers, text = fetch(f"{sandbox.inbox_url}style.css")
    assert status == 200
    assert headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in text
