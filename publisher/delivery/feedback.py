"""What SES tells after it accepted a message: JSON in three wrappings, one value per recipient, and what it means.

Events come late, twice and in any order. So each has an id that two copies share, and says only what was true of one
attempt: `delivery` and `attempt` come back as the tags that we put on. Addresses in events are not trusted to find a
row: a complaint may name everybody at a domain.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from publisher.delivery.jsonobject import read_object
from publisher.errors import FormatError
from publisher.model import Mark

Blame = Literal["none", "hard", "soft", "complaint"]


class Kind(StrEnum):
    """The kinds of events, in SES's own words."""

    SEND = "Send"
    DELIVERY = "Delivery"
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"
    REJECT = "Reject"
    DELAY = "DeliveryDelay"
    RENDERING_FAILURE = "Rendering Failure"
    OPEN = "Open"
    CLICK = "Click"
    SUBSCRIPTION = "Subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackEvent:
    """One thing that became of one message to one recipient.

    `id` is the same for every copy of it. `delivery`, `attempt` and `edition` are our own tags, None where it has none
    (identity feedback). `type` and `sub_type` are those of a bounce or a complaint, "" for the rest. `account` is the
    AWS account that sent, `topic` the ARN of the topic that wrapped it, "" where none did.
    """

    id: str
    kind: Kind
    at: datetime
    message_id: str
    recipient: str = ""
    delivery: str | None = None
    attempt: int | None = None
    edition: str | None = None
    type: str = ""
    sub_type: str = ""
    reason: str = ""
    account: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an event does.

    `taken` False: SES threw the message away after taking it. `blame`: what the address did; "soft" counts, and three
    over at least 15 days weigh as much as a hard one. `alarm`: people should look at the edition; `halt`: it stops.
    """

    taken: bool = True
    mark: Mark | None = None
    blame: Blame = "none"
    alarm: bool = False
    halt: bool = False


# --- reading ------------------------------------------------------------------------------------------------------

# SES does not derive the key of the details from the kind of event.
_DETAIL_KEYS: Final[Mapping[Kind, str]] = {
    Kind.SEND: "send",
    Kind.DELIVERY: "delivery",
    Kind.BOUNCE: "bounce",
    Kind.COMPLAINT: "complaint",
    Kind.REJECT: "reject",
    Kind.DELAY: "deliveryDelay",
    Kind.RENDERING_FAILURE: "failure",
    Kind.OPEN: "open",
    Kind.CLICK: "click",
    Kind.SUBSCRIPTION: "subscription",
}
_RECIPIENTS: Final[Mapping[Kind, str]] = {
    Kind.DELIVERY: "recipients",
    Kind.BOUNCE: "bouncedRecipients",
    Kind.COMPLAINT: "complainedRecipients",
    Kind.DELAY: "delayedRecipients",
}
_EVENT_BRIDGE: Final = "aws.ses"
# What SES puts into a queue once, when the destination is set up; it is no JSON.
_GREETING: Final = "Successfully validated SNS topic"
_MOST_BYTES: Final = 256 * 1024  # SQS takes no more
_LONGEST: Final = 400
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # some databases refuse them


def parse(body: str) -> tuple[FeedbackEvent, ...]:
    """Read an event: raw, as an SNS notification, or from EventBridge; empty for what is meant to be ignored.

    Raises: FormatError for anything else.
    """
    if body.lstrip().startswith(_GREETING):
        return ()
    if len(body) > _MOST_BYTES:
        raise _wrong("it is longer than any event")
    found, topic = read_object(body, _wrong), ""
    if found.get("Type") == "Notification" and isinstance(found.get("Message"), str):
        topic = str(found.get("TopicArn") or "")
        if found["Message"].lstrip().startswith(_GREETING):
            return ()
        found = read_object(found["Message"], _wrong)
    elif found.get("source") == _EVENT_BRIDGE and isinstance(found.get("detail"), dict):
        found = found["detail"]
    try:
        return _read(found, topic)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _wrong(f"{type(error).__name__}: {error}") from error


def _wrong(reason: str) -> FormatError:
    """Say what is wrong with an event."""
    return FormatError("an event", f"is none that SES sends ({reason})", "Look at who may write to the queue")


def _read(found: Mapping[str, Any], topic: str) -> tuple[FeedbackEvent, ...]:
    """Read an event that is out of its wrapping, one value for each recipient that it names."""
    kind = Kind(str(found.get("eventType") or found.get("notificationType")))
    mail = found["mail"]
    detail = found.get(_DETAIL_KEYS[kind]) or {}
    moment = _read_moment(detail.get("timestamp") or mail["timestamp"])
    named = _read_recipients(kind, mail, detail)
    tags = mail.get("tags") or {}
    return tuple(
        FeedbackEvent(
            id=_hash(kind, str(mail["messageId"]), recipient, moment),
            kind=kind,
            at=moment,
            message_id=str(mail["messageId"]),
            recipient=recipient,
            delivery=_read_tag(tags, "delivery"),
            attempt=_read_number(_read_tag(tags, "attempt")),
            edition=_read_tag(tags, "edition"),
            type=_read_type(kind, detail),
            sub_type=clean(str(detail.get("bounceSubType") or detail.get("complaintSubType") or "")),
            reason=_read_reason(kind, detail, diagnostic),
            account=str(mail.get("sendingAccountId") or ""),
            topic=topic,
        )
        for recipient, diagnostic in named
    )


def _hash(kind: str, message_id: str, recipient: str, moment: datetime) -> str:
    """Give the id that every copy of an event has."""
    return hashlib.sha256(f"{kind}|{message_id}|{recipient}|{moment.isoformat()}".encode()).hexdigest()


def _read_moment(text: object) -> datetime:
    """Read a time as SES writes it."""
    moment = datetime.fromisoformat(str(text))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _read_recipients(kind: Kind, mail: Mapping[str, Any], detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Find who an event is about, and what the other side said; the message's own recipients where it names nobody."""
    named: Sequence[Any] = detail.get(_RECIPIENTS.get(kind, ""), ()) or mail.get("destination") or [""]
    found = []
    for one in named:
        if isinstance(one, Mapping):
            found.append((str(one.get("emailAddress", "")), str(one.get("diagnosticCode") or one.get("status") or "")))
        else:
            found.append((str(one), ""))
    return found


def _read_tag(tags: Mapping[str, Any], name: str) -> str | None:
    """Read a tag; every value is a list."""
    values = tags.get(name)
    return str(values[0]) if isinstance(values, list) and values else None


def _read_number(text: str | None) -> int | None:
    """Read the number of an attempt."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _read_type(kind: Kind, detail: Mapping[str, Any]) -> str:
    """Read the type of a bounce, a complaint or a delay."""
    names = {Kind.BOUNCE: "bounceType", Kind.COMPLAINT: "complaintFeedbackType", Kind.DELAY: "delayType"}
    return clean(str(detail.get(names.get(kind, "")) or ""))


def _read_reason(kind: Kind, detail: Mapping[str, Any], diagnostic: str) -> str:
    """Put into one line why it happened, as far as the event says."""
    names = {Kind.REJECT: "reason", Kind.RENDERING_FAILURE: "errorMessage", Kind.DELIVERY: "smtpResponse"}
    words = diagnostic or str(detail.get(names.get(kind, "")) or "")
    return clean(words)


def clean(words: str) -> str:
    """Put what a foreign server said on one line that every database takes."""
    return " ".join(_UNPRINTABLE.sub(" ", words).split())[:_LONGEST]


# --- judging ------------------------------------------------------------------------------------------------------

_NOT_THE_READER: Final = frozenset({"MessageTooLarge", "ContentRejected", "AttachmentRejected"})
# SES sent nothing: the address stands on a list of its own.
LISTED: Final = frozenset({"Suppressed", "OnAccountSuppressionList"})
# A person pressed "this is not spam".
_NOT_SPAM: Final = "not-spam"

_PLAIN: Final[Mapping[Kind, Meaning]] = {
    Kind.SEND: Meaning(),
    Kind.DELIVERY: Meaning(mark=Mark.DELIVERED),
    Kind.REJECT: Meaning(taken=False, alarm=True, halt=True),
    Kind.RENDERING_FAILURE: Meaning(taken=False, alarm=True, halt=True),
    Kind.DELAY: Meaning(),
    Kind.OPEN: Meaning(),
    Kind.CLICK: Meaning(),
    Kind.SUBSCRIPTION: Meaning(),
}


def judge(event: FeedbackEvent) -> Meaning:
    """Say what an event does."""
    if event.kind is Kind.BOUNCE:
        return _judge_bounce(event)
    if event.kind is Kind.COMPLAINT:
        return Meaning() if event.type == _NOT_SPAM else Meaning(mark=Mark.COMPLAINED, blame="complaint")
    return _PLAIN[event.kind]


def _judge_bounce(event: FeedbackEvent) -> Meaning:
    """Tell an address that is gone from one that is full, and both from a message that is at fault."""
    if event.type == "Permanent":
        return Meaning(mark=Mark.BOUNCED, blame="hard")
    if event.sub_type in _NOT_THE_READER:
        return Meaning(mark=Mark.BOUNCED, alarm=True)
    return Meaning(mark=Mark.BOUNCED, blame="soft")
