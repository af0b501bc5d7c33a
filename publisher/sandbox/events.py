"""What SES tells about a message after it was accepted, in SES's own JSON, put into a queue."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from publisher.sandbox.account import SIMULATOR, Account, SentMessage
from publisher.sandbox.contract import RefusedError
from publisher.sandbox.faults import Dice
from publisher.sandbox.mail import find_header, split_headers

_DIAGNOSTIC: Final = "smtp; 550 5.1.1 user unknown"
_MOST_HEADER_BYTES: Final = 10 * 1024
# The kind of event, and the key that holds its details: SES does not derive one from the other.
_DETAIL_KEYS: Final[Mapping[str, str]] = {
    "Send": "send",
    "Delivery": "delivery",
    "Bounce": "bounce",
    "Complaint": "complaint",
    "Reject": "reject",
    "DeliveryDelay": "deliveryDelay",
    "Rendering Failure": "failure",
}


def write_event(kind: str, message: SentMessage, mail: str, moment: datetime, detail: Mapping[str, Any]) -> str:
    """Write an event as SES publishes it; `mail` comes from `describe_mail`, `detail` is laid over the kind's own."""
    whole = {**_DETAILS[kind](message, _stamp(moment)), **detail}
    return f'{{"eventType": "{kind}", "mail": {mail}, "{_DETAIL_KEYS[kind]}": {json.dumps(whole)}}}'


def _stamp(moment: datetime) -> str:
    """Write a time as SES does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def describe_mail(message: SentMessage, account_id: str) -> str:
    """Write what every event says about its message, as JSON, once for all its events."""
    headers = split_headers(message.raw) if message.raw else ()
    tags = {name: [value] for name, value in message.tags.items()}
    tags |= {"ses:configuration-set": [message.configuration_set or "default"], "ses:caller-identity": ["sandbox"]}
    tags["ses:from-domain"] = [message.sender.rpartition("@")[2]]
    long = sum(len(name) + len(value) for name, value in headers) > _MOST_HEADER_BYTES
    described = {
        "timestamp": _stamp(message.at),
        "messageId": message.id,
        "source": message.sender,
        "sendingAccountId": account_id,
        "destination": list(message.recipients),
        "headersTruncated": long or not headers,
        "headers": [] if long else [{"name": name, "value": value} for name, value in headers],
        "commonHeaders": {
            "from": [find_header(headers, "From") or message.sender],
            "to": list(message.recipients),
            "messageId": message.id,
            "subject": find_header(headers, "Subject") or "",
        },
        "tags": tags,
    }
    return json.dumps(described)


def _send(_message: SentMessage, _stamp: str) -> dict[str, Any]:
    return {}


def _delivery(message: SentMessage, stamp: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "processingTimeMillis": 120,
        "recipients": list(message.recipients),
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "sandbox.invalid",
    }


def _bounce(message: SentMessage, stamp: str) -> dict[str, Any]:
    bounced = [
        {"emailAddress": one, "action": "failed", "status": "5.1.1", "diagnosticCode": _DIAGNOSTIC}
        for one in message.recipients
    ]
    return {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": bounced,
        "timestamp": stamp,
        "feedbackId": secrets.token_hex(16),
        "reportingMTA": "dns; sandbox.invalid",
    }


def _complaint(message: SentMessage, stamp: str) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": one} for one in message.recipients],
        "timestamp": stamp,
        "feedbackId": secrets.token_hex(16),
        "complaintSubType": None,
        "userAgent": "sandbox",
        "complaintFeedbackType": "abuse",
        "arrivalDate": stamp,
    }


def _reject(_message: SentMessage, _stamp: str) -> dict[str, Any]:
    return {"reason": "Bad content"}


def _delay(message: SentMessage, stamp: str) -> dict[str, Any]:
    delayed = [
        {"emailAddress": one, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 unable to connect"}
        for one in message.recipients
    ]
    return {"delayType": "TransientCommunicationFailure", "delayedRecipients": delayed, "timestamp": stamp}


def _failure(_message: SentMessage, _stamp: str) -> dict[str, Any]:
    return {"templateName": "inline", "errorMessage": "Attribute is not present in the rendering data."}


_DETAILS: Final[Mapping[str, Callable[[SentMessage, str], dict[str, Any]]]] = {
    "Send": _send,
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
    "Reject": _reject,
    "DeliveryDelay": _delay,
    "Rendering Failure": _failure,
}

# What the mailbox simulator does, and what follows for an address on the suppression list.
_SIMULATED: Final[Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]]] = {
    "success": (("Send", {}), ("Delivery", {})),
    "bounce": (("Send", {}), ("Bounce", {})),
    "complaint": (("Send", {}), ("Delivery", {}), ("Complaint", {})),
    "ooto": (("Send", {}), ("Delivery", {})),
    "suppressionlist": (("Send", {}), ("Bounce", {"bounceSubType": "Suppressed"})),
    "suppressed": (("Send", {}), ("Bounce", {"bounceSubType": "OnAccountSuppressionList"})),
    "rejected": (("Send", {}), ("Reject", {})),
}
_VIRUS: Final = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class Herald:
    """Tells what becomes of accepted messages: one JSON text per event, to `deliver(text, delay)`."""

    def __init__(self, account: Account, deliver: Callable[[str, float], object], dice: Dice) -> None:
        self.dice = dice
        self._account = account
        self._deliver = deliver

    def announce(self, message: SentMessage) -> None:
        """Tell everything that becomes of a message."""
        if self._account.rules.events == "none":
            return
        mail = describe_mail(message, self._account.rules.account_id)
        for kind, detail in _SIMULATED[self._choose(message)]:
            self._publish(kind, message, mail, detail)

    def _choose(self, message: SentMessage) -> str:
        """Choose what becomes of a message."""
        recipient = message.recipients[0]
        local, _, domain = recipient.partition("@")
        if domain == SIMULATOR:
            name = local.partition("+")[0]
            return name if name in _SIMULATED else "success"
        if recipient in self._account.suppressed:
            return "suppressed"
        if _VIRUS in message.raw:
            return "rejected"
        faults = self.dice.faults
        if self.dice.throw_share(faults.bounce):
            return "bounce"
        return "complaint" if self.dice.throw_share(faults.complaint) else "success"

    def publish(self, kind: str, message: SentMessage, detail: Mapping[str, Any]) -> None:
        """Tell one thing, unless the faults lose it; perhaps twice, perhaps late.

        Raises: RefusedError for a kind of event that SES does not have.
        """
        if kind not in _DETAILS:
            raise RefusedError("BadRequestException", f"There is no event {kind!r}; known are {', '.join(_DETAILS)}.")
        self._publish(kind, message, describe_mail(message, self._account.rules.account_id), detail)

    def _publish(self, kind: str, message: SentMessage, mail: str, detail: Mapping[str, Any]) -> None:
        """Write an event and let the faults have it."""
        if self.dice.throw_share(self.dice.faults.event_lost):
            return
        text = write_event(kind, message, mail, datetime.now(UTC), detail)
        copies = 2 if self.dice.throw_share(self.dice.faults.event_duplicate) else 1
        wrapped = self._account.rules.events == "sns"
        for _ in range(copies):
            self._deliver(self._wrap(text) if wrapped else text, self.dice.throw_delay())

    def _wrap(self, text: str) -> str:
        """Put an event into the envelope of SNS."""
        rules = self._account.rules
        return json.dumps(
            {
                "Type": "Notification",
                "MessageId": secrets.token_hex(16),
                "TopicArn": f"arn:aws:sns:{rules.region}:{rules.account_id}:sandbox",
                "Subject": "Amazon SES Email Event Notification",
                "Message": text,
                "Timestamp": _stamp(datetime.now(UTC)),
                "SignatureVersion": "2",
            },
        )
