"""Mail that comes back to us, sorted: a bounce of ours, somebody who wants to leave, or anything else.

Nobody who writes to a mailbox is believed for who they say they are: a bounce must bring back the seal of our message,
and an unsubscription the token of its reader, just as a link does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Final

from publisher.delivery import dsn, unsubscribe
from publisher.delivery.feedback import FeedbackEvent
from publisher.delivery.unsubscribe import LENGTH, Keys, Purpose
from publisher.errors import FormatError

LONGEST: Final = 1024 * 1024  # bytes: of a longer mail the beginning says enough

# Who a mail was for, as its last server or its sender wrote it.
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc", "Resent-To")
_LONGEST_HEADER: Final = 10_000
_REPORT: Final = b"message/delivery-status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it lies in a mailbox: its bytes, cut at LONGEST, and for whom it was where the envelope is known."""

    raw: bytes
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a mail server tells of messages of ours."""

    events: tuple[FeedbackEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """Somebody wants to leave the newsletter of a token, which is genuine."""

    token: str


def sort(mail: Mail, keys: Keys, address: str) -> Bounce | Farewell | None:
    """Say what a mail is; None: nothing for us. `address` is the one of unsubscriptions, "" where there is none."""
    return _read_bounce(mail, keys) or _read_farewell(mail, keys, address)


def _read_bounce(mail: Mail, keys: Keys) -> Bounce | None:
    """Read a mail server's report on a message of ours."""
    if _REPORT not in mail.raw.lower():
        return None
    try:
        events = tuple(event for event in dsn.parse(mail.raw, keys) if event.delivery)
    except FormatError:
        return None
    return Bounce(events=events) if events else None


def _read_farewell(mail: Mail, keys: Keys, address: str) -> Farewell | None:
    """Find a genuine token in the addresses that a mail was for; what it says besides does not matter."""
    local, at, domain = address.rpartition("@")
    if not at:
        return None
    wanted = re.compile(
        rf"(?<![\w.+-]){re.escape(local)}\+([A-Za-z0-9_-]{{{LENGTH}}})@{re.escape(domain)}(?![\w-]|\.\w)", re.IGNORECASE
    )
    for text in (*mail.recipients, *_read_recipients(mail.raw)):
        for token in wanted.findall(text[:_LONGEST_HEADER]):
            if unsubscribe.read(keys, Purpose.UNSUBSCRIBE, token) is not None:
                return Farewell(token=token)
    return None


def _read_recipients(raw: bytes) -> tuple[str, ...]:
    """Give the headers that say for whom a mail was; none for what cannot be read."""
    head = raw.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    try:
        headers: Message = message_from_bytes(head, policy=policy.compat32)
        return tuple(str(value) for name in _RECIPIENTS for value in headers.get_all(name, ()))
    except Exception:  # noqa: BLE001 - the parser of mail raises anything on hostile bytes
        return ()
