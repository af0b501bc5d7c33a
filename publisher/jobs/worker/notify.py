"""People are told what needs them: each change once, the right ones, by mail and webhook.

    untold lines of the log -> claim -> notice -> mail and webhook -> told

Editors hear of editions, operators of machines, deputies when nobody approved in time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from typing import Final, Literal

from publisher.delivery.address import Mailbox, parse, write_ascii
from publisher.errors import OutsideError, PublisherError
from publisher.jobs.worker.duty import Duty
from publisher.model import Accepted, Envelope, Message, Slot
from publisher.settings import Settings
from publisher.store import deputies, log, notices
from publisher.store.log import Line

Audience = Literal["editors", "operators", "deputy"]

# action -> (who is told, what happened, the next step; EDITION stands for the subject's id, NEWSLETTER for its name)
NOTICES: Final[Mapping[str, tuple[Audience, str, str]]] = {
    "ready": ("editors", "is ready and waits for approval", "publisher approve EDITION"),
    "blocked": ("editors", "is blocked by the accessibility gate", "mend what the report says and build it again"),
    "overdue": ("editors", "should be on its way, but nobody approved it", "publisher approve EDITION"),
    "deputy": ("deputy", "is overdue and nobody approved it: you are named as deputy", "publisher approve EDITION"),
    "ask-deputy": (
        "deputy",
        "is due soon and nobody approved it: you are named as deputy",
        "publisher approve EDITION",
    ),
    "late": ("editors", "is too late to go out by itself", ""),
    "missed": ("editors", "missed its time: nothing worked here when it was due; what is new comes next time", ""),
    "restored": ("editors", "may have gone out before a backup was restored, and is held", ""),
    "limit": (
        "editors",
        "is breaking, but there were as many alerts as a day may have",
        "send it after all: publisher build NEWSLETTER",
    ),
    "finished": ("editors", "is finished", ""),
    "barrier": ("editors", "has a barrier that a reader reported", "look at it on the desk, under Barriers"),
    "pause": ("operators", "was paused", "publisher resume EDITION"),
    "hold": ("operators", "is held", "mend the reason, then: publisher resume EDITION"),
    "breaker": ("operators", "was stopped: too many bounces or complaints", "publisher resume EDITION"),
    "warning": ("operators", "has many bounces or complaints", ""),
    "doubt": ("operators", "has people who may or may not have got it", "publisher doubt list EDITION"),
    "fault": ("operators", "was refused or could not be rendered", "publisher doubt list EDITION"),
    "failing": ("operators", "cannot be read", ""),
    "recovered": ("operators", "can be read again", ""),
    "silent": ("operators", "brings nothing new", "look whether its address is still right"),
    "job": ("operators", "failed, and trying again does not mend it", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody is told: one line, the facts, and the next step."""

    audience: Audience
    subject: str
    body: str


def describe(line: Line, site: str) -> Notice:
    """Say a line of the log in words for people."""
    audience, happened, step = NOTICES.get(line.action, ("operators", f"needs somebody: {line.action}", ""))
    detail = dict(line.detail)
    title = detail.pop("title", "")
    named = f"Edition {title!r}" if title else line.subject[:1].upper() + line.subject[1:]
    if title == "" and line.action in _OF_EDITIONS:
        named = f"Edition {line.subject}"
    facts = [f"{name.replace('_', ' ')}: {value}" for name, value in detail.items() if value not in {"", None}]
    lines = [f"{named} {happened}.", "", *facts]
    if step:
        step = step.replace("EDITION", line.subject).replace("NEWSLETTER", str(detail.get("newsletter", "")))
        lines += ["", f"Next: {step}"]
    lines += ["", f"{line.at:%Y-%m-%d %H:%M} UTC, {site}"]
    return Notice(audience=audience, subject=f"{named} {happened}", body="\n".join(lines))


_FOR_DEPUTIES: Final = tuple(action for action, (audience, _, _) in NOTICES.items() if audience == "deputy")
_OF_EDITIONS: Final = frozenset({"finished", "pause", "hold", "breaker", "warning", "doubt", "fault"})


def notify(duty: Duty) -> int:
    """Tell people what nobody was told yet; gives how many lines. Raises `StoreError`."""
    wanted = duty.means.settings.notify
    has_way = bool(wanted.mail) or wanted.webhook is not None
    if not has_way and not deputies.everyone():
        return 0
    told = 0
    for line in log.untold(() if has_way else _FOR_DEPUTIES):
        if not has_way and deputies.of_newsletter(_newsletter(line)) is None:
            continue
        if not notices.claim(line.key, duty.means.now()):
            continue
        if not _tell(duty, line):
            notices.release(line.key)
            break  # nobody can be reached now; the next tick tries again
        told += 1
    return told


def _newsletter(line: Line) -> str:
    """Name the newsletter that a line is about; "" where it does not say."""
    return str(line.detail.get("newsletter", ""))


def _tell(duty: Duty, line: Line) -> bool:
    """Tell one line by every way there is; False when none of them worked."""
    notice = describe(line, duty.means.settings.site.name)
    reached = False
    for way in (_mail, _call_webhook):
        try:
            reached = way(duty, line, notice) or reached
        except PublisherError as failure:
            duty.means.tell(f"notify: {failure}")
    return reached


def receivers(settings: Settings, audience: Audience, newsletter: str = "") -> tuple[str, ...]:
    """Name the addresses that hear of something; where nobody is named, the editors do.

    A newsletter's own deputy goes before the one of all newsletters.
    """
    wanted = settings.notify
    own = deputies.of_newsletter(newsletter) if audience == "deputy" and newsletter else None
    if own is not None:
        return own.addresses
    named = {"editors": wanted.mail, "operators": wanted.operators, "deputy": wanted.deputy}[audience]
    return named or wanted.mail


def _mail(duty: Duty, line: Line, notice: Notice) -> bool:
    """Mail a notice to those whom it concerns. Raises `OutsideError`."""
    people = receivers(duty.means.settings, notice.audience, _newsletter(line))
    if not people:
        return False
    message = write_mail(_sender(duty.means.settings), notice)
    transport = duty.way_out().transport
    refused = []
    for person in people:
        outcome = transport.send(message, Envelope(address=write_ascii(person), values={}))
        if not isinstance(outcome, Accepted):
            refused.append(person)
    if len(refused) == len(people):
        raise OutsideError("notify.mail", "nobody of those addresses could be mailed", "look at the addresses")
    return True


def _sender(settings: Settings) -> Mailbox:
    """Say who writes: who was named, else the sender of the first newsletter."""
    named = settings.notify.sender or next((one.sender for one in settings.newsletters.values()), None)
    return parse(named or "Publisher <publisher@localhost.localdomain>")


def write_mail(sender: Mailbox, notice: Notice) -> Message:
    """Write a notice as a plain mail, open where its receiver goes."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"] = formataddr((sender.name, sender.address))
    mail["Subject"] = " ".join(notice.subject.split())[:200]
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(notice.body + "\n", cte="quoted-printable")
    return Message(parts=(b"To: ", b"\r\n" + bytes(mail)), slots=(Slot.ADDRESS,), sender=sender.address)


def _call_webhook(duty: Duty, line: Line, notice: Notice) -> bool:
    """Post a notice as JSON. Raises `FetchError`."""
    url = duty.means.settings.notify.webhook
    if url is None:
        return False
    document = {
        "action": line.action,
        "subject": line.subject,
        "text": notice.subject,
        "detail": dict(line.detail),
        "at": line.at.isoformat().replace("+00:00", "Z"),
        "site": duty.means.settings.site.name,
        "audience": notice.audience,
    }
    body = json.dumps(document, ensure_ascii=False, default=str).encode()
    duty.client().post(url, body, headers={"Content-Type": "application/json"})
    return True


def beat(duty: Duty) -> None:
    """Call the heartbeat address: who listens there notices when it stops. Raises `FetchError`."""
    url = duty.means.settings.notify.heartbeat
    if url is not None:
        duty.client().get(url)
