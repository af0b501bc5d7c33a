"""Delivery status notifications of mail servers (RFC 3464), the feedback of the smtp transport.

A notification is trusted for its status, not for its words: the row is found by the envelope id that we gave (RFC 3461)
or by the Message-ID of ours that it returns, both of which hold the delivery, the attempt and a seal. Anybody may write
to a bounce box, and the ids of deliveries can be guessed: what has no seal of ours blames nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final

from publisher.delivery.feedback import FeedbackEvent, Kind, clean
from publisher.delivery.unsubscribe import Keys
from publisher.errors import FormatError

_OURS: Final = re.compile(
    r"(?P<delivery>[A-Za-z0-9_-]{1,120})\.(?P<attempt>[0-9]{1,6})\.(?P<seal>[A-Za-z0-9_-]{16})(?:@[A-Za-z0-9.-]+)?"
)
_PURPOSE: Final = b"bounce-v1\0"
_SEAL_BYTES: Final = 12
_STATUS: Final = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")
# RFC 3463: codes of class 5 that do not say the address is gone, by how they begin.
_NOT_GONE: Final = {
    "5.2.2": "MailboxFull",
    "5.2.3": "MessageTooLarge",
    "5.3.4": "MessageTooLarge",
    "5.4.": "General",  # routing and network
    "5.6.": "ContentRejected",
    "5.7.": "ContentRejected",  # policy: spam filters, authentication
}
_KINDS: Final = {"failed": Kind.BOUNCE, "delayed": Kind.DELAY, "delivered": Kind.DELIVERY}
_NOWHERE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_GROUPS: Final = 100  # a message of ours has one recipient


def message_id(delivery: str, attempt: str, domain: str, keys: Keys | None = None) -> str:
    """Write the Message-ID by which a notification finds its row again; without keys no notification is believed."""
    sealed = "" if keys is None else f".{_seal(keys.secrets[keys.current], delivery, attempt)}"
    return f"{delivery}.{attempt}{sealed}@{domain}"


def envelope_id(identifier: str) -> str:
    """Give the part of a Message-ID of ours that says all: an envelope id has 100 characters (RFC 3461, 4.4)."""
    return identifier.rpartition("@")[0]


def _seal(secret: bytes, delivery: str, attempt: str) -> str:
    """Sign a delivery and an attempt."""
    mac = hmac.digest(secret, _PURPOSE + f"{delivery}.{attempt}".encode("ascii"), "sha256")
    return urlsafe_b64encode(mac[:_SEAL_BYTES]).decode("ascii")


def parse(raw: bytes, keys: Keys) -> tuple[FeedbackEvent, ...]:
    """Read a notification, one value for each recipient that it reports on; without a delivery where none is ours.

    Raises: FormatError for what is no notification.
    """
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32), keys)
    except FormatError:
        raise
    except Exception as error:  # the parser of mail raises anything on hostile bytes
        raise _wrong("it cannot be read as mail") from error


def _read(message: Message, keys: Keys) -> tuple[FeedbackEvent, ...]:
    """Read a parsed notification."""
    report = next((part for part in message.walk() if part.get_content_type() == "message/delivery-status"), None)
    groups = [one for one in report.get_payload() if isinstance(one, Message)] if report is not None else []
    if not groups:
        raise _wrong("it has no delivery status")
    about = groups[0]
    ours = _find_ours(message, about, keys)
    moment = _read_moment(about["Arrival-Date"] or message["Date"])
    events = [_read_group(group, ours, moment) for group in groups[:_MOST_GROUPS] if group["Action"]]
    found = tuple(event for event in events if event is not None)
    if not found:
        raise _wrong("it reports on nobody")
    return found


def _wrong(reason: str) -> FormatError:
    """Say what is wrong with a notification."""
    return FormatError("a delivery status notification", f"cannot be used ({reason})")


def _find_ours(message: Message, about: Message, keys: Keys) -> re.Match[str] | None:
    """Find the delivery and the attempt: in the envelope id, else in the Message-ID of the returned headers."""
    for candidate in (str(about["Original-Envelope-Id"] or ""), *_returned_ids(message)):
        found = _OURS.fullmatch(candidate.strip().strip("<>"))
        if found and _is_genuine(found, keys):
            return found
    return None


def _is_genuine(found: re.Match[str], keys: Keys) -> bool:
    """Say whether one of our keys made the seal."""
    seals = (_seal(secret, found["delivery"], found["attempt"]) for secret in keys.secrets.values())
    return any(hmac.compare_digest(seal, found["seal"]) for seal in seals)


def _returned_ids(message: Message) -> Iterator[str]:
    """Find the Message-ID of what comes back: as a whole message, or as its headers only."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            for inner in part.get_payload():
                yield str(inner["Message-ID"] or "") if isinstance(inner, Message) else ""
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            headers = message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.compat32)
            yield str(headers["Message-ID"] or "")


def _read_moment(text: object) -> datetime:
    """Read a date; the beginning of time where there is none, so that two copies have the same id."""
    try:
        moment = parsedate_to_datetime(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return _NOWHERE


def _read_group(group: Message, ours: re.Match[str] | None, moment: datetime) -> FeedbackEvent | None:
    """Read what is reported on one recipient; None for an action that says nothing about delivery (relayed)."""
    kind = _KINDS.get(str(group["Action"]).strip().lower())
    if kind is None:
        return None
    recipient = str(group["Original-Recipient"] or group["Final-Recipient"] or "").rpartition(";")[2].strip()
    status = _STATUS.search(str(group["Status"] or ""))
    code = status[0] if status else ""
    event = FeedbackEvent(
        id=hashlib.sha256(f"{kind}|{ours[0] if ours else ''}|{recipient}|{moment.isoformat()}".encode()).hexdigest(),
        kind=kind,
        at=moment,
        message_id=ours[0] if ours else "",
        recipient=recipient,
        delivery=ours["delivery"] if ours else None,
        attempt=int(ours["attempt"]) if ours else None,
        reason=clean(f"{code} {group['Diagnostic-Code'] or ''}"),
    )
    if kind is not Kind.BOUNCE:
        return event
    excuse = next((name for start, name in _NOT_GONE.items() if code.startswith(start)), None)
    permanent = code.startswith("5") and excuse is None
    return replace(event, type="Permanent" if permanent else "Transient", sub_type=excuse or "General")
