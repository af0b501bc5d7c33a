"""Delivery status notifications of mail servers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery import dsn
from publisher.delivery.dsn import envelope_id, message_id
from publisher.delivery.feedback import FeedbackEvent, Kind, judge
from publisher.delivery.unsubscribe import Keys, rotate
from publisher.errors import FormatError

KEYS = Keys(current=0, secrets={0: b"k" * 32})
ID = message_id("01J0", "2", "example.org", KEYS)
OURS = f"Message-ID: <{ID}>\r\nSubject: Boats\r\n"


def parse(raw: bytes, keys: Keys = KEYS) -> tuple[FeedbackEvent, ...]:
    """Read a notification with the keys that sealed our messages."""
    return dsn.parse(raw, keys)


def make_dsn(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    envelope_id: str = "",
    returned: str = OURS,
    returned_as: str = "text/rfc822-headers",
) -> bytes:
    """Write a notification about one recipient."""
    envelope = f"Original-Envelope-Id: {envelope_id}\r\n" if envelope_id else ""
    return (
        "From: MAILER-DAEMON@mx.example.net\r\nTo: bounces@example.org\r\nSubject: Undelivered\r\n"
        "Date: Sun, 22 Nov 2026 08:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example.net\r\n{envelope}Arrival-Date: Sun, 22 Nov 2026 07:30:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; reader@example.net\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: {returned_as}\r\n\r\n{returned}\r\n--b--\r\n"
    ).encode()


def test_notification_finds_its_delivery() -> None:
    """The Message-ID that comes back says which attempt of which delivery it was."""
    (event,) = parse(make_dsn())
    assert (event.delivery, event.attempt, event.recipient) == ("01J0", 2, "reader@example.net")
    assert event.kind is Kind.BOUNCE
    assert event.at.isoformat() == "2026-11-22T07:30:00+00:00"
    assert event.reason == "5.1.1 smtp; 550 no such user"
    assert event.message_id == ID


@pytest.mark.parametrize(
    "changes",
    [
        {"envelope_id": envelope_id(ID), "returned": "Subject: x\r\n"},
        {"envelope_id": ID, "returned": "Subject: x\r\n"},
        {"returned_as": "message/rfc822", "returned": f"{OURS}\r\nbody\r\n"},
    ],
    ids=["envelope id", "with its domain", "whole message"],
)
def test_other_ways_to_find_it(changes: dict[str, str]) -> None:
    """A server may return the envelope id that we gave, or the whole message."""
    (event,) = parse(make_dsn(**changes))
    assert (event.delivery, event.attempt) == ("01J0", 2)


@pytest.mark.parametrize(
    "forged",
    [
        "01J0.2@example.org",
        message_id("01J0", "2", "example.org", Keys(current=0, secrets={0: b"f" * 32})),
        ID.replace("01J0", "01J1"),
        ID.replace(".2.", ".1."),
        ID.replace("@", "A@"),
    ],
    ids=["no seal", "a foreign key", "another delivery", "another attempt", "a longer seal"],
)
def test_forged_notifications_blame_nobody(forged: str) -> None:
    """Who can guess the id of a delivery cannot make its reader's address bounce."""
    (event,) = parse(make_dsn(returned=f"Message-ID: <{forged}>\r\n", envelope_id=forged))
    assert (event.delivery, event.attempt, event.message_id) == (None, None, "")


def test_keys_are_rotated() -> None:
    """A bounce of a message that an older key sealed is still believed."""
    assert parse(make_dsn(), rotate(KEYS, b"n" * 32))[0].delivery == "01J0"


def test_the_envelope_id_leaves_room() -> None:
    """RFC 3461 gives an envelope id 100 characters: a long domain does not use them up."""
    delivery = "0" * 26
    assert len(envelope_id(message_id(delivery, "999999", f"{'long.' * 40}org", KEYS))) <= 100


def test_what_servers_say_fits_into_a_database() -> None:
    """Control characters and bytes that are no text go out of the reason; it stays on one line, and is cut."""
    raw = make_dsn().replace(b"smtp; 550 no such user", b"smtp; 550 \0no\x1b such\xff " + b"user " * 500)
    (event,) = parse(raw)
    assert event.reason.startswith("5.1.1 smtp; 550 no such")
    assert len(event.reason) <= 400
    assert event.reason.isprintable()


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 0001 00:00:00 +1200", ""])
def test_dates_beyond_time(date: str) -> None:
    """A date that no calendar holds is none."""
    raw = make_dsn().replace(b"Arrival-Date: Sun, 22 Nov 2026 07:30:00 +0000", f"Arrival-Date: {date}".encode())
    assert parse(raw)[0].delivery == "01J0"


def test_notification_about_somebody_elses_mail_has_no_delivery() -> None:
    """Without an id of ours the event blames nobody's row."""
    (event,) = parse(make_dsn(returned="Message-ID: <strange@elsewhere.example>\r\n"))
    assert (event.delivery, event.attempt) == (None, None)


@pytest.mark.parametrize(
    ("action", "status", "kind", "blame", "alarm"),
    [
        ("failed", "5.1.1", Kind.BOUNCE, "hard", False),
        ("failed", "5.0.0", Kind.BOUNCE, "hard", False),
        ("Failed", "4.4.7", Kind.BOUNCE, "soft", False),
        ("failed", "5.2.2", Kind.BOUNCE, "soft", False),
        ("failed", "5.4.4", Kind.BOUNCE, "soft", False),
        ("failed", "5.2.3", Kind.BOUNCE, "none", True),
        ("failed", "5.7.1", Kind.BOUNCE, "none", True),
        ("failed", "nonsense", Kind.BOUNCE, "soft", False),
        ("delayed", "4.4.1", Kind.DELAY, "none", False),
        ("delivered", "2.0.0", Kind.DELIVERY, "none", False),
    ],
)
def test_what_a_status_means(action: str, status: str, kind: Kind, blame: str, alarm: bool) -> None:  # noqa: FBT001
    """An address that is gone is blamed; a full mailbox counts; a message that a filter refused blames the edition."""
    (event,) = parse(make_dsn(action=action, status=status))
    meaning = judge(event)
    assert (event.kind, meaning.blame, meaning.alarm) == (kind, blame, alarm)


def test_copies_have_the_same_id() -> None:
    """The same notification read twice changes nothing."""
    assert parse(make_dsn())[0].id == parse(make_dsn())[0].id
    assert parse(make_dsn())[0].id != parse(make_dsn(action="delayed"))[0].id


def test_date_that_cannot_be_read_is_the_same_every_time() -> None:
    """Without a usable date two copies still have one id."""
    raw = make_dsn().replace(b"Arrival-Date: Sun", b"Arrival-Date: Noday").replace(b"22 Nov 2026 07", b"99 Foo 9 07")
    assert parse(raw)[0].id == parse(raw)[0].id


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: out of office\r\n\r\nI am away.\r\n",
        make_dsn().replace(b"Action: failed\r\n", b""),
        make_dsn(action="relayed"),
        make_dsn().replace(b"message/delivery-status", b"text/plain"),
        make_dsn().replace(b'boundary="b"', b"boundary*=u\0t'x'b"),
    ],
    ids=["empty", "a letter", "no action", "relayed", "no status part", "a charset that breaks the parser"],
)
def test_what_is_no_notification_is_a_format_error(raw: bytes) -> None:
    """Other mail in the bounce box is left alone."""
    with pytest.raises(FormatError):
        parse(raw)


@settings(deadline=None)
@given(st.binary(), st.integers(0, 900), st.binary(max_size=20))
def test_any_bytes_are_events_or_a_format_error(raw: bytes, place: int, inserted: bytes) -> None:
    """Whatever arrives in a bounce box, the answer is a value or our error."""
    whole = make_dsn()
    for candidate in (raw, whole[:place] + inserted + whole[place:], whole[:place]):
        try:
            found = parse(candidate)
        except FormatError:
            continue
        assert found
