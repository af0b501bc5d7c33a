"""Mail that comes back, sorted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.dsn import message_id
from publisher.delivery.incoming import Bounce, Farewell, Mail, sort
from publisher.delivery.unsubscribe import Keys, Purpose, issue, mail_link

KEYS = Keys(current=0, secrets={0: b"k" * 32})
TOKEN = issue(KEYS, Purpose.UNSUBSCRIBE, 7, 3)
MAILBOX = "leave@example.org"
LINK = mail_link(MAILBOX, TOKEN).removeprefix("mailto:")
OURS = message_id("01J0", "1", "example.org", KEYS)


def make_dsn(identifier: str = OURS) -> bytes:
    """Write a notification that a message bounced."""
    return (
        "From: MAILER-DAEMON@mx.example.net\r\nTo: bounces@example.org\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        "Final-Recipient: rfc822; reader@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{identifier}>\r\n\r\n--b--\r\n"
    ).encode()


def make_letter(to: str = LINK, *, header: str = "To") -> bytes:
    """Write a mail to somebody."""
    return f"From: reader@example.net\r\n{header}: {to}\r\nSubject: unsubscribe\r\n\r\n\r\n".encode()


def read(raw: bytes, *recipients: str, mailbox: str = MAILBOX) -> Bounce | Farewell | None:
    """Sort a mail."""
    return sort(Mail(raw=raw, recipients=recipients), KEYS, mailbox)


def test_a_bounce_of_ours() -> None:
    """A notification with our seal tells of its delivery."""
    found = read(make_dsn())
    assert isinstance(found, Bounce)
    assert [(event.delivery, event.attempt) for event in found.events] == [("01J0", 1)]


def test_other_bounces_are_left_alone() -> None:
    """A bounce of somebody's own letter, and one without our seal, are nothing for us."""
    assert read(make_dsn("strange@elsewhere.example")) is None
    assert read(make_dsn("01J0.1@example.org")) is None
    assert read(make_dsn().replace(b"Action: failed", b"Action: relayed")) is None


@pytest.mark.parametrize(
    "raw",
    [
        make_letter(),
        make_letter(f"<{LINK}>"),
        make_letter(f'"The Harbour Post" <{LINK}>, other@example.net'),
        make_letter(LINK.replace("leave", "Leave").replace("example.org", "EXAMPLE.org")),
        make_letter(LINK, header="Delivered-To"),
        make_letter(LINK, header="X-Original-To"),
        make_letter().replace(b"\r\n", b"\n"),
    ],
    ids=["bare", "in brackets", "with a name", "another case", "delivered to", "original to", "bare line ends"],
)
def test_a_farewell(raw: bytes) -> None:
    """A mail to the address with a token wants to leave, however the address is written and whatever it says."""
    assert read(raw) == Farewell(token=TOKEN)


def test_a_farewell_by_its_envelope() -> None:
    """SES says for whom it took a mail: the headers need not."""
    assert read(make_letter("undisclosed-recipients:;"), LINK) == Farewell(token=TOKEN)


@pytest.mark.parametrize(
    "to",
    [
        MAILBOX,
        LINK.replace(TOKEN, TOKEN.swapcase()),
        mail_link(MAILBOX, issue(KEYS, Purpose.PREFERENCES, 7, 3)).removeprefix("mailto:"),
        mail_link(MAILBOX, issue(Keys(current=0, secrets={0: b"f" * 32}), Purpose.UNSUBSCRIBE, 7, 3))[7:],
        f"not{LINK}",
        f"{LINK}.evil.example",
        f"{LINK}-evil",
        LINK.replace("@", "x@"),
        f"body+{TOKEN}@elsewhere.example",
    ],
    ids=[
        "no token",
        "damaged",
        "of another purpose",
        "foreign key",
        "other local",
        "other domain",
        "near",
        "long",
        "no",
    ],
)
def test_what_is_no_farewell(to: str) -> None:
    """A token is checked like the link's: forged, foreign and damaged ones are nothing."""
    assert read(make_letter(to)) is None


def test_a_genuine_token_among_forged_ones() -> None:
    """The address that counts is found among others."""
    forged = LINK.replace(TOKEN, "A" * 39)
    assert read(make_letter(f"{forged}, {LINK}")) == Farewell(token=TOKEN)


def test_a_token_elsewhere_is_none() -> None:
    """A reader who forwards the newsletter, or quotes its headers, does not leave."""
    quoted = make_letter("friend@example.net") + f"List-Unsubscribe: <mailto:{LINK}>\r\nTo: {LINK}\r\n".encode()
    assert read(quoted) is None
    assert read(make_letter(f"<mailto:{LINK}>", header="List-Unsubscribe")) is None


def test_without_an_address_nobody_leaves_by_mail() -> None:
    """A mailbox for bounces alone takes bounces alone."""
    assert read(make_letter(), mailbox="") is None
    assert isinstance(read(make_dsn(), mailbox=""), Bounce)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 600), st.booleans())
def test_any_bytes_are_sorted(inserted: bytes, place: int, whole: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    """Whatever lies in a mailbox, it is sorted."""
    base = make_dsn() if whole else make_letter()
    for raw in (inserted, base[:place] + inserted + base[place:], base[:place]):
        assert read(raw) is None or isinstance(read(raw), Bounce | Farewell)


def test_a_mail_made_to_break_parsers() -> None:
    """Parts nested without end, a header without end, and a million recipients are nothing for us."""
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(5000))
    assert read(nested + b"Content-Type: message/delivery-status\r\n\r\nx: y\r\n") is None
    assert read(b"To: " + b"a@example.org, " * 60_000 + b"\r\n\r\n") is None
    assert read(b"To: =?utf-8?q?" + b"=41" * 60_000 + b"?=\r\n\r\n") is None
    assert read(b"message/delivery-status" * 40_000) is None
    assert read(b"To: a@example.org\r\nContent-Type: multipart/mixed; boundary*=u\0t'x'b\r\n\r\n") is None
