"""An edition as bytes: headers as receivers demand them, bodies that survive every hop, values that break nothing."""

from __future__ import annotations

import email
import re
import unicodedata
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.address import Mailbox
from publisher.delivery.message import Headers, build, fill, splice, stamp
from publisher.errors import FormatError
from publisher.model import Envelope, Slot
from tests.builders import TOKEN, UNSUBSCRIBE, make_envelope, make_headers, make_message, make_rendered

LINK = Slot.UNSUBSCRIBE.marker
CHOICES = Slot.PREFERENCES.marker


def send(headers: Headers | None = None, envelope: Envelope | None = None, **changes: Any) -> bytes:  # noqa: ANN401
    """Build and splice a message."""
    return splice(build(make_rendered(**changes), headers or make_headers()), envelope or make_envelope())


def body_of(raw: bytes, kind: str = "html") -> str:
    """Decode a part, with plain newlines."""
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    part = parsed.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def plain(raw: bytes) -> Message:
    """Parse without decoding anything, as a simple receiver does."""
    return email.message_from_bytes(raw, policy=policy.compat32)


def test_headers_are_those_of_a_newsletter_in_order() -> None:
    """Exactly the headers that big receivers demand stand there, each once, List-Unsubscribe before its Post."""
    headers = make_headers(
        reply_to=Mailbox(name="Editors", address="editors@example.org"),
        list_name="Harbour Post weekly",
        list_help="https://example.org/newsletter-help",
        archive="https://example.org/weekly/42",
        unsubscribe_mailbox="unsub@example.org",
    )
    parsed = plain(send(headers))
    assert [(name, re.sub(r"\r?\n\s", " ", str(value))) for name, value in parsed.items()] == [
        ("From", '"Harbour Post" <news@example.org>'),
        ("To", "reader@example.net"),
        ("Reply-To", '"Editors" <editors@example.org>'),
        ("Subject", "Boats leave the harbour"),
        ("List-Id", '"Harbour Post weekly" <weekly.example.org>'),
        ("List-Unsubscribe", f" <{UNSUBSCRIBE}>, <mailto:unsub+{TOKEN}@example.org>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Help", "<https://example.org/newsletter-help>"),
        ("List-Archive", "<https://example.org/weekly/42>"),
        ("Precedence", "bulk"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", "en"),
        ("MIME-Version", "1.0"),
        ("Content-Type", re.sub(r"\r?\n\s", " ", str(parsed["Content-Type"]))),
    ]
    assert re.fullmatch(r'multipart/alternative;\s+boundary="=_[0-9a-f]{32}"', str(parsed["Content-Type"]))


def test_what_is_not_set_is_left_out() -> None:
    """Optional headers do not stand there empty."""
    names = set(plain(send()).keys())
    assert not names & {"Reply-To", "List-Help", "List-Archive"}
    assert "mailto" not in str(plain(send())["List-Unsubscribe"])


def test_list_headers_are_plain_ascii_whatever_the_newsletter_is_called() -> None:
    """No List-* header is ever encoded: mail clients follow the addresses as they stand."""
    long = f"https://n.example.org/{'x' * 52}"
    headers = make_headers(list_name="Týdeník", list_help=long, archive=long, unsubscribe_mailbox="unsub@example.org")
    envelope = Envelope(address="a@example.net", values={**make_envelope().values, Slot.UNSUBSCRIBE: long})
    raw = send(headers, envelope)
    for name, value in plain(raw).items():
        if name.startswith("List-"):
            assert "=?" not in str(value)
            assert str(value).isascii()
    assert f"<{long}>" in str(plain(raw)["List-Unsubscribe"])
    assert str(plain(raw)["List-Id"]) == "<weekly.example.org>"


def test_parts_are_text_then_html_and_both_quoted_printable() -> None:
    """The richest part comes last, and every part is 7-bit."""
    parts = [part for part in plain(send(text=f"Ζωή\n{LINK}")).walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
    assert {part.get_content_charset() for part in parts} == {"utf-8"}
    assert send(text=f"Ζωή\n{LINK}").isascii()


def test_edition_without_html_is_text_only() -> None:
    """A subscriber to plain text gets a message that is nothing else."""
    raw = send(html="")
    assert plain(raw).get_content_type() == "text/plain"
    assert body_of(raw, "plain").endswith(f"Unsubscribe: {UNSUBSCRIBE}\n")


LINES = st.text(st.characters(exclude_characters="\r\n\0"), min_size=1)
BODIES = st.text(st.one_of(st.characters(), st.sampled_from(" \t\n=.€")), max_size=200)


def shown(words: str) -> str:
    """Give what a header may say of a text: no controls, single spaces."""
    return " ".join("".join(" " if unicodedata.category(mark) in {"Cc", "Cs"} else mark for mark in words).split())


@settings(deadline=None)
@given(subject=LINES, name=LINES, before=BODIES, after=BODIES, address_length=st.integers(20, 74))
def test_any_words_survive(subject: str, name: str, before: str, after: str, address_length: int) -> None:
    """Any subject, name and body come out as they went in; no line is too long and no value is cut."""
    address = f"https://x.example/{'u' * (address_length - 18)}"
    values = {**make_envelope().values, Slot.UNSUBSCRIBE: address, Slot.PREFERENCES: address}
    sender = "".join(mark for mark in name if unicodedata.category(mark) != "Cc")
    headers = make_headers(sender=Mailbox(name=sender, address="news@example.org"))
    body = f"{before}{LINK}{after}{CHOICES}"
    raw = send(headers, Envelope(address="a@example.net", values=values), subject=subject, html=body, text=body)

    assert raw.isascii()
    head, _, rest = raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert max(map(len, rest.split(b"\r\n"))) <= 76
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert rest.count(address.encode()) == 4
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert parsed["Subject"] == shown(subject)
    if "=?" not in name:
        found = parseaddr(str(plain(raw)["From"]).replace("\r\n", ""))
        assert str(make_header(decode_header(found[0]))) == shown(sender)
    wanted = body.replace(LINK, address).replace(CHOICES, address).replace("\r\n", "\n").replace("\r", "\n")
    wanted = wanted.encode("utf-8", "replace").decode()
    assert body_of(raw) == wanted.rstrip("\n")
    assert body_of(raw, "plain") == wanted.rstrip("\n")


@pytest.mark.parametrize("before", ["", "\n", "x" * 70, "x" * 75, "x" * 76, "x" * 77, "x " * 38, "€" * 30, "a\n"])
@pytest.mark.parametrize("after", ["", "\n", "\n\n", " ", "x" * 76, "\ttab", ".", "=3D"])
def test_slot_stands_on_a_line_of_its_own(before: str, after: str) -> None:
    """Whatever stands around it, the longest value is whole, and its line is at most 76 characters."""
    longest = f"https://x.example/{'p' * 57}"
    values = {**make_envelope().values, Slot.PREFERENCES: longest}
    text = f"{LINK}\n{before}{CHOICES}{after}"
    raw = send(envelope=Envelope(address="a@example.net", values=values), text=text)
    lines = raw.split(b"\r\n")
    assert any(line in {longest.encode(), longest.encode() + b"="} for line in lines)
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert body_of(raw, "plain") == f"{UNSUBSCRIBE}\n{before}{longest}{after}".rstrip("\n")


def test_building_is_deterministic_and_the_boundary_never_in_the_content() -> None:
    """The same edition gives the same bytes, and a text that imitates a boundary is encoded."""
    assert make_message() == make_message()
    boundary = re.search(rb'boundary="([^"]+)"', b"".join(make_message().parts))
    assert boundary is not None
    raw = send(text=f"--{boundary[1].decode()}--\n{LINK}")
    assert body_of(raw, "plain").startswith(f"--{boundary[1].decode()}--")


def test_sender_domain_goes_over_the_wire_in_punycode() -> None:
    """An internationalised domain is written in ASCII in the header and for SES."""
    message = build(make_rendered(), make_headers(sender=Mailbox(name="Zprávy", address="news@bücher.example")))
    assert message.sender == "news@xn--bcher-kva.example"
    assert b"<news@xn--bcher-kva.example>" in splice(message, make_envelope())


def test_feed_words_never_become_headers() -> None:
    """A subject or a body that imitates SES's control headers stays a subject and a body."""
    raw = send(subject="x X-SES-CONFIGURATION-SET: evil", text=f"X-SES-MESSAGE-TAGS: a=b\n{LINK}")
    assert not [name for name in plain(raw).keys() if name.lower().startswith("x-ses")]  # noqa: SIM118 - no mapping


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": "no link"}, "no unsubscribe link"),
        ({"html": "<p>no link</p>"}, "no unsubscribe link"),
        ({"text": f"{LINK} {Slot.ADDRESS.marker}"}, "cannot stand in a body"),
        ({"text": f"{LINK} {LINK.upper()}"}, "was changed"),
        ({"html": f"{LINK} https://other.slot.invalid/"}, "was changed"),
        ({"subject": f"Leave: {LINK}"}, "do not add up"),
    ],
)
def test_edition_whose_slots_are_wrong_is_refused(changes: dict[str, str], reason: str) -> None:
    """A template that forgot or mangled a link is told so, before anybody is mailed."""
    with pytest.raises(FormatError) as caught:
        build(make_rendered(**changes), make_headers())
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"list_id": "weekly"},
        {"list_id": "weekly.example.org>\r\nX: y"},
        {"list_id": f"{'a' * 70}.example"},
        {"language": "en\r\nX: y"},
        {"list_help": "ftp://example.org/"},
        {"archive": f"https://example.org/{'x' * 60}"},
        {"archive": "https://example.org/<a>"},
        {"unsubscribe_mailbox": "nobody"},
    ],
)
def test_headers_refuse_what_would_break_them(changes: dict[str, str]) -> None:
    """What cannot be a header is refused when the headers are made, with its name or value."""
    with pytest.raises(ValueError, match=r"must|is not an address"):
        make_headers(**changes)


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        (Slot.UNSUBSCRIBE, "https://x.example/u/a\r\nBcc: x@example.org"),
        (Slot.UNSUBSCRIBE, 'https://x.example/u/"onload'),
        (Slot.UNSUBSCRIBE, "https://x.example/u/<b>"),
        (Slot.UNSUBSCRIBE, "https://x.example/u?t=1"),
        (Slot.UNSUBSCRIBE, "https://x.example/ü"),
        (Slot.UNSUBSCRIBE, "javascript:alert"),
        (Slot.UNSUBSCRIBE, ""),
        (Slot.UNSUBSCRIBE, f"https://x.example/{'u' * 57}"),
        (Slot.PREFERENCES, f"https://x.example/{'u' * 58}"),
        (Slot.UNSUBSCRIBE_MAIL, "mailto:a@example.org>, <https://evil.example/"),
    ],
)
def test_value_that_could_break_a_message_is_refused(slot: Slot, value: str) -> None:
    """Spliced values pass no library: each is checked here."""
    headers = make_headers(unsubscribe_mailbox="unsub@example.org")
    message = build(make_rendered(text=f"{LINK} {CHOICES}"), headers)
    values = {**make_envelope().values, slot: value}
    with pytest.raises(ValueError, match="cannot be spliced in"):
        splice(message, Envelope(address="a@example.net", values=values))


@pytest.mark.parametrize("address", ["a@example.org, b@example.org", "a@example.org>", "nobody", "a\u00e9@example.org"])
def test_address_that_could_break_a_message_is_refused(address: str) -> None:
    """One recipient in, one recipient out."""
    with pytest.raises(ValueError, match=r"cannot be mailed|is not an address"):
        splice(make_message(), make_envelope(address))


def test_missing_value_is_named() -> None:
    """An envelope without a value for a slot is refused, and the slot named."""
    with pytest.raises(ValueError, match="'unsubscribe'"):
        splice(make_message(), Envelope(address="a@example.net", values={}))


def test_previews_are_filled() -> None:
    """Slots of rendered HTML and text take values; those without one stay."""
    assert fill(f"a {LINK} b {CHOICES}", {Slot.UNSUBSCRIBE: UNSUBSCRIBE}) == f"a {UNSUBSCRIBE} b {CHOICES}"
    with pytest.raises(ValueError, match="cannot be spliced in"):
        fill(LINK, {Slot.UNSUBSCRIBE: 'https://x.example/"><script>'})


def test_stamp_writes_date_and_message_id() -> None:
    """Transports that must give their own get both at the top."""
    moment = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    stamped = stamp(splice(make_message(), make_envelope()), moment=moment, message_id="01J0.1@example.org")
    assert stamped.startswith(b"Date: Sun, 22 Nov 2026 07:30:00 +0000\r\nMessage-ID: <01J0.1@example.org>\r\nFrom: ")
    with pytest.raises(ValueError, match="no message id"):
        stamp(b"", moment=moment, message_id="a@b>\r\nX: y")


def test_one_splice_leaves_the_message_as_it_was() -> None:
    """The shared bytes serve everybody: only the slots differ."""
    message = make_message()
    first, second = splice(message, make_envelope("a@example.net")), splice(message, make_envelope("b@example.net"))
    assert first.replace(b"a@example.net", b"b@example.net") == second
