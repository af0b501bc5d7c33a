"""Editions are let out: approved by people who may, set to a moment, stopped, and settled.

Nothing here sends: the round of due work starts an approved edition once its moment has come, so that there is always
time to take it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from publisher.delivery import address
from publisher.delivery.transport import Transport
from publisher.errors import UsageError
from publisher.jobs.links import Links
from publisher.model import Accepted, Claim, EditionState
from publisher.settings import Settings
from publisher.store import editions, log, wishes
from publisher.store.database import unit

UNDO: Final = timedelta(seconds=60)  # how long "send now" can be taken back
_MOST_TESTS: Final = 10
_LONGEST_WAIT: Final = timedelta(days=366)

Step = Literal["pause", "resume", "cancel"]


def needed(settings: Settings, newsletter: str) -> int:
    """Say how many people must approve an edition of a newsletter."""
    declared = settings.newsletters.get(newsletter)
    return 2 if declared is not None and declared.approval == "two" else 1


def missing(settings: Settings, edition: str) -> int:
    """Say how many more people must approve an edition; who wrote it counts as one of two."""
    found = editions.get(edition)
    if found.approved is not None:
        return 0
    wanted = needed(settings, found.newsletter)
    given = set(wishes.approvals(edition))
    author = wishes.of_edition(edition).author
    return max(0, wanted - len(given | ({author} if author and wanted > 1 else set())))


def approve(settings: Settings, edition: str, actor: str, now: datetime) -> int:
    """Approve an edition in somebody's name; gives how many more people must.

    Where a newsletter demands two people, who changed the edition last is one of them and cannot be the other. Raises
    `UsageError`.
    """
    found = editions.get(edition)
    author = wishes.of_edition(edition).author
    wanted = needed(settings, found.newsletter)
    if wanted > 1 and author == actor and found.approved is None:
        raise UsageError(
            "this edition",
            "you changed it last, and this newsletter wants the eyes of two people",
            "ask somebody else to approve it",
        )
    counted = max(1, wanted - 1) if author and wanted > 1 else wanted
    return editions.approve(edition, actor, now, needed=counted)


def schedule(edition: str, moment: datetime, actor: str, now: datetime) -> None:
    """Let an approved edition go out at a moment. Raises `UsageError` for one that is past, or too far away."""
    if moment <= now:
        raise UsageError("the time", "it is past already", "choose a later one, or send the edition now")
    if moment - now > _LONGEST_WAIT:
        raise UsageError("the time", "it is more than a year away", "choose an earlier one")
    wishes.set_moment(edition, moment, actor, now)


def send_now(edition: str, typed: str, actor: str, now: datetime) -> datetime:
    """Let an approved edition go out as soon as it can no longer be taken back; gives that moment.

    `typed` is the number of people as somebody typed it. Raises `UsageError` when it is another.
    """
    people = editions.expected_recipients(edition)
    digits = "".join(str(int(mark)) for mark in typed if mark.isdigit())
    if digits != str(people):
        raise UsageError("the number of people", f"it goes to {people}, not to {typed.strip() or 'nobody'}")
    moment = now + UNDO
    wishes.set_moment(edition, moment, actor, now)
    return moment


def take_back(edition: str, actor: str, now: datetime) -> None:
    """Let an edition that has a moment wait again. Raises `UsageError` once it is on its way."""
    wishes.set_moment(edition, None, actor, now)


def step(edition: str, action: Step, actor: str, now: datetime) -> EditionState:
    """Pause, resume or cancel an edition; gives the state it is in now. Raises `UsageError`."""
    return editions.act(edition, action, actor, now)


def send_test(
    edition: str, written: str, ways: tuple[Transport, Links], actor: str, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Send an edition to a few addresses, outside of the ledger; gives each address and what went wrong (or "").

    The links in it lead nowhere. `written` parts addresses by commas or spaces. Raises `UsageError` for what is none.
    """
    transport, links = ways
    named = written.replace(",", " ").replace(";", " ").split()
    if not 0 < len(named) <= _MOST_TESTS:
        raise UsageError("the test", f"it goes to one to {_MOST_TESTS} addresses", "write them with commas between")
    addresses = [_read_address(one) for one in named]
    content = editions.contents(edition)[0]
    found = []
    for to in addresses:
        nobody = Claim(key=0, delivery=edition, attempt=0, content=content.key, subscriber=0, newsletter=0, address=to)
        outcome = transport.send(content.message, links.address(nobody, edition))
        found.append((to, "" if isinstance(outcome, Accepted) else f"{outcome.code}: {outcome.reason}"))
    with unit():
        log.note(now, actor, "test", edition, recipients=len(found))
    return tuple(found)


def _read_address(written: str) -> str:
    """Read an address. Raises `UsageError`."""
    try:
        return address.write_ascii(written)
    except ValueError as failure:
        raise UsageError(f"address {written}", str(failure)) from failure
