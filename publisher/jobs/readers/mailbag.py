"""Mail that came back, read and acted on: bounces settle and suppress, a farewell unsubscribes, the rest stays.

look     some mails of a mailbox
sort     a bounce of ours, a farewell with a genuine token, or something else
act      each committed
mark     by the mailbox, after the commit
watch    an edition that bounces too much is paused
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Protocol

from publisher.delivery.feedback import FeedbackEvent
from publisher.delivery.imap import ImapMailbox, ImapOptions
from publisher.delivery.incoming import Bounce, Farewell, Mail, sort
from publisher.delivery.queue import QueueOptions
from publisher.delivery.received import ReceivedMailbox
from publisher.delivery.token import ask_for_token, read_token
from publisher.jobs.readers import consent
from publisher.jobs.readers.consent import Office
from publisher.jobs.sending import settle
from publisher.jobs.sending.transports import local_keys, region_of
from publisher.settings import Settings


class Mailbox(Protocol):
    """Where mail comes back to."""

    @property
    def name(self) -> str:
        """Name it for people."""
        ...

    def look(self, handle: Callable[[Sequence[Mail]], Sequence[bool]], stop: Event) -> int:
        """Hand over what came, some at a time; mark what `handle` says it acted on. Gives how many there were."""
        ...

    def count(self) -> int:
        """Say about how many mails are there."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """What one look brought: bounces that were new, unsubscriptions, and mails that were left as they are."""

    bounces: int = 0
    farewells: int = 0
    left: int = 0

    def __add__(self, other: Emptied) -> Emptied:
        """Count two looks together."""
        return Emptied(
            bounces=self.bounces + other.bounces,
            farewells=self.farewells + other.farewells,
            left=self.left + other.left,
        )


def open_mailboxes(settings: Settings, home: Path) -> tuple[Mailbox, ...]:
    """Open the mailboxes that the settings name; none is opened before its first look. Raises `TransportError`."""
    box = settings.mailbox
    found: list[Mailbox] = []
    if box.host:
        options = ImapOptions(
            host=box.host,
            port=box.port,
            user=box.user or box.address,
            security=box.security,
            password=box.password.get_secret_value(),
            token=_token(settings),
            folder=box.folder,
            done=box.done,
            bookmark=home / "mailbox.json",
        )
        found.append(ImapMailbox(options))
    if box.queue_url and box.bucket:
        keys = local_keys(box.queue_url)
        region = region_of(settings, keys)
        queue = QueueOptions(queue_url=box.queue_url, region=region, access_key=keys, secret_key=keys)
        found.append(ReceivedMailbox(queue, box.bucket))
    return tuple(found)


def _token(settings: Settings) -> Callable[[], str] | None:
    """Say where a token comes from; None: the password is used."""
    box = settings.mailbox
    if box.token_file is not None:
        return partial(read_token, settings.folder / box.token_file)
    return partial(ask_for_token, box.token_command) if box.token_command else None


def empty(mailbox: Mailbox, office: Office, stop: Event) -> Emptied:
    """Act on what came to a mailbox. Raises `TransportError` and `StoreError`; then nothing is lost."""
    total = Emptied()

    def handle(mails: Sequence[Mail]) -> list[bool]:
        nonlocal total
        sorted_ = [sort(mail, office.keys, office.settings.mailbox.address) for mail in mails]
        total += _act(sorted_, office)
        return [one is not None for one in sorted_]

    mailbox.look(handle, stop)
    return total


def _act(found: Sequence[Bounce | Farewell | None], office: Office) -> Emptied:
    """Commit what mails mean."""
    events: list[FeedbackEvent] = []
    farewells = 0
    for one in found:
        if isinstance(one, Bounce):
            events += one.events
        elif isinstance(one, Farewell):
            farewells += consent.leave(office, one.token)
    new = settle.hear(events, office.now()) if events else 0
    return Emptied(bounces=new, farewells=farewells, left=sum(1 for one in found if one is None))
