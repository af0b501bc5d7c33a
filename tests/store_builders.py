"""Editions and readers in a database, for tests of the ledger and of what stands on it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Final

from publisher.model import Content, Message, Rendered, Slot, Subscriber
from publisher.store import editions, newsletters, people

NOW: Final = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)

_numbers = itertools.count(1)


def make_rendered(language: str = "en") -> Rendered:
    """Make a rendered edition."""
    return Rendered(subject="News", html="<p>News</p>", text="News", web="", language=language, direction="ltr")


def make_content(language: str = "en", form: str = "html") -> Content:
    """Make a content of an edition: the shortest message that is one."""
    parts = (
        b"From: news@example.org\r\nTo: ",
        b"\r\nSubject: News\r\nList-Unsubscribe:\r\n <",
        b">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNews\r\n",
    )
    message = Message(parts=parts, slots=(Slot.ADDRESS, Slot.UNSUBSCRIBE), sender="news@example.org")
    return Content(language=language, format=form, rendered=make_rendered(language), message=message)


def make_edition(readers: int = 3, *contents: Content, newsletter: str = "daily", now: datetime = NOW) -> str:
    """Make an edition that is ready, and so many people who read it; gives its id."""
    newsletters.declare(newsletter, "Daily", [], now)
    people.add(newsletter, (Subscriber(address=f"reader{n}@example.org") for n in range(readers)), now)
    draft = editions.Draft(
        id=editions.new_id(now, next(_numbers)),
        newsletter=newsletter,
        title="News",
        contents=contents or (make_content(),),
        chosen=(),
        report={"passed": True},
        blocked=False,
    )
    editions.create(draft, now)
    return draft.id


def make_sending(readers: int = 3, *, newsletter: str = "daily", now: datetime = NOW) -> str:
    """Make an edition that is being sent; gives its id."""
    edition = make_edition(readers, newsletter=newsletter, now=now)
    editions.approve(edition, "editor", now)
    editions.act(edition, "start", "editor", now)
    return edition
