"""The log in words: what somebody did, to what, and the names of what is told about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from publisher.store import audit, difference
from publisher.store.edits import History, Version
from publisher.store.log import Line
from publisher.web.strings import PageWording

_COMPARED: Final = 10  # versions of a post, the newest
_CHANGES: Final = 20  # of one version

# every action that a line of the log names; catalogues hold them
DEEDS: Final = {
    "active": "Subscribed somebody",
    "alert": "Wrote an alert",
    "approve": "Approved the edition",
    "ask-build": "Asked for an edition",
    "ask-import": "Asked to take people in from a list",
    "ask-erase": "Asked to forget a person",
    "barrier": "A reader reported a barrier",
    "blocked": "Made, and something must be fixed",
    "bounced": "Noted that an address does not exist",
    "breaker": "Stopped: too many bounces or complaints",
    "build": "Made the edition",
    "cancel": "Cancelled the edition",
    "choose": "A reader chose what to get",
    "complained": "Noted a complaint",
    "confirm": "A reader confirmed a subscription",
    "correction": "Published a correction",
    "correct": "Made an edition that tells what was corrected",
    "cover": "Took what an alert said out of the next digest",
    "deputy": "Named a deputy",
    "doubt": "Found messages in doubt",
    "doubt-abandon": "Settled doubt: given up",
    "doubt-resend": "Settled doubt: sent again",
    "doubt-sent": "Settled doubt: they got it",
    "edit": "Changed the post",
    "empty": "Left it out: there was nothing new",
    "erase": "Forgot a person",
    "export": "Took the list out as a file",
    "fault": "Stopped: something failed",
    "feed address": "Made an address for a feed",
    "forgotten": "Left it out: it was too long ago",
    "grant": "Gave a role",
    "hold": "Held the edition",
    "import": "Took people in from a list",
    "job": "A task of the program failed",
    "kill": "Killed the post",
    "late": "Held: it was too late",
    "letter": "A letter could not be sent",
    "look-again": "Had a partner's pages looked at",
    "missed": "Times went by while nobody worked",
    "move": "A reader moved to another address",
    "outlet": "Changed an outlet",
    "overtaken": "Left it out: a later one is due as well",
    "pause": "Paused",
    "paused": "Paused: a post in it was withdrawn",
    "pending": "Asked somebody to confirm",
    "push": "Asked for a push to a partner",
    "push failed": "A push to a partner failed",
    "push stopped": "Stopped a push to a partner",
    "ready": "Made, and waits for approval",
    "reason": "A reader said why they left",
    "rebuild": "Made the edition anew for those who are waiting",
    "reconcile": "Looked into messages in doubt",
    "reopen": "Opened again for those who are waiting",
    "replace": "Put a newer edition in its place",
    "rest": "Sent again to those who failed",
    "restored": "Held: the database was put back",
    "resume": "Let it go on",
    "revoke": "Took a role or a token away",
    "rework": "Changed the edition",
    "role": "Changed a role",
    "schedule": "Chose when it goes out",
    "settle barrier": "Settled a barrier",
    "silent": "Nothing new for long",
    "site": "A partner named its site",
    "start": "Began to send",
    "take barrier": "Took or gave back a barrier",
    "test": "Sent a test",
    "token": "Made a token",
    "uncover": "Put what an alert had said back into the next digest",
    "unschedule": "Took the time back",
    "unsubscribed": "Unsubscribed somebody",
    "warning": "Many bounces or complaints",
    "withdraw": "Withdrew the approval",
    "write": "Wrote a post",
}

# what a line tells besides, and the fields of a post
NAMES: Final = {
    "after": "now",
    "alt": "description",
    "approvals": "approvals",
    "authors": "authors",
    "before": "before",
    "caption": "caption",
    "captions": "captions",
    "channel": "channel",
    "channels": "channels",
    "chosen": "chosen",
    "confirmed": "confirmed",
    "credit": "credit",
    "decorative": "decorative",
    "decorative_reason": "why it is decorative",
    "embargo": "embargo",
    "html": "formatting or links",
    "intro": "intro",
    "kicker": "kicker",
    "kind": "kind",
    "language": "language",
    "long_description": "long description",
    "medium": "film or sound",
    "newest versions": "newest versions",
    "newsletter": "newsletter",
    "note": "note",
    "number": "number",
    "picture": "picture",
    "posts": "posts",
    "preheader": "preheader",
    "reason": "reason",
    "recipients": "people",
    "rights": "rights",
    "rows": "messages",
    "scope": "place",
    "source": "source",
    "status": "status",
    "subject": "subject",
    "summary": "summary",
    "tags": "tags",
    "text": "text",
    "title": "title",
    "transcript": "transcript",
    "url": "address",
    "version": "version",
    "way_out": "way out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a line tells: its name, and what was there and what is there now, or just what it is."""

    name: str
    said: Any = None
    before: Any = None
    after: Any = None
    is_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A line of the log as people read it; `link` leads to what it was done to, "" where there is no page of it."""

    line: Line
    what: str
    title: str
    link: str
    told: tuple[Told, ...]


def read(lines: Iterable[Line], words: PageWording) -> list[Deed]:
    """Put lines of the log into words."""
    known = list(lines)
    titles = audit.titles({line.subject for line in known})
    return [
        Deed(
            line=line,
            what=words.say(DEEDS[line.action]) if line.action in DEEDS else line.action,
            title=titles.get(line.subject, ""),
            link=_link(line.subject) if line.subject in titles else "",
            told=tuple(_tell(line, words)),
        )
        for line in known
    ]


def tell_versions(history: History, words: PageWording) -> list[tuple[Version, tuple[Told, ...]]]:
    """Give the versions of a post, the newest first, each with what it changed."""
    found = []
    for at, version in enumerate(history.versions):
        older = history.versions[at + 1 : at + 2]
        changes = difference.compare(older[0].post, version.post) if older and at < _COMPARED else ()
        said = difference.list_changes(changes[:_CHANGES])
        told = [
            Told(name=name_of(name, words), before=one["before"], after=one["after"], is_change=True)
            for name, one in said.items()
        ]
        found.append((version, tuple(told)))
    return found


def _link(subject: str) -> str:
    """Give the page of a post or an edition."""
    kind, _, key = subject.partition(" ")
    return f"/desk/posts/{key}/" if kind == "post" else f"/desk/editions/{subject}/"


def _tell(line: Line, words: PageWording) -> Iterable[Told]:
    """Put what a line tells into words; where nothing is said, nothing is told."""
    detail = dict(line.detail)
    if "before" in detail and "after" in detail:
        yield Told(name="", before=detail.pop("before"), after=detail.pop("after"), is_change=True)
    for name, said in detail.items():
        if isinstance(said, dict) and {"before", "after"} <= said.keys():
            yield Told(name=name_of(name, words), before=said["before"], after=said["after"], is_change=True)
        elif said not in ("", None, [], {}):
            yield Told(name=name_of(name, words), said=said)


def name_of(name: str, words: PageWording) -> str:
    """Name a field of a post or a detail of the log: "alt 2" is the description of the second picture."""
    if name in NAMES:
        return words.say(NAMES[name])
    first, _, rest = name.partition(" ")
    return f"{words.say(NAMES[first])} {words.digits(rest)}" if first in NAMES else name
