"""Editions are let out: approved by people who may, set to a moment, stopped, and settled.

Nothing here sends: the round of due work starts an approved edition once its moment has come, so that there is always
time to take it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from publisher.errors import UsageError
from publisher.model import EditionState
from publisher.settings import Settings
from publisher.store import corrections, doubt, editions, grants, results, wishes
from publisher.store.database import unit

UNDO: Final = timedelta(seconds=60)  # how long "send now" can be taken back
URGENT_UNDO: Final = timedelta(seconds=10)  # the same of an alert
_LONGEST_WAIT: Final = timedelta(days=366)

_APPROVERS: Final = frozenset({"approver", "admin"})

Step = Literal["pause", "resume", "cancel"]
Settlement = Literal["sent", "resend", "abandon", "retry"]


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


def require_approver(newsletter: str, account: str) -> None:
    """Refuse who may not approve editions of a newsletter at the desk; where nobody has an account, anybody may.

    Raises `UsageError`.
    """
    if not grants.has_accounts():
        return
    roles = grants.roles_in(account, f"newsletters.{newsletter}")
    fix = f"name somebody who may, or let them: publisher user add {account} --role approver"
    if roles is None:
        raise UsageError(f"account {account}", "there is none of this name at the desk", fix)
    if not roles & _APPROVERS:
        reason = f"its roles ({', '.join(sorted(roles)) or 'none'}) do not let it approve editions of {newsletter}"
        raise UsageError(f"account {account}", reason, fix)


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
    _require_count(edition, typed)
    moment = now + UNDO
    wishes.set_moment(edition, moment, actor, now)
    return moment


def approve_and_send(settings: Settings, edition: str, typed: str, actor: str, now: datetime) -> int:
    """Approve an alert and let it go out at once, where nobody else must approve it; gives how many more people must.

    `typed` is the number of people as somebody typed it. Raises `UsageError` when it is another, and as `approve` does.
    """
    _require_count(edition, typed)
    with unit():
        more = approve(settings, edition, actor, now)
        if not more:
            wishes.set_moment(edition, now + URGENT_UNDO, actor, now)
    return more


def _require_count(edition: str, typed: str) -> None:
    """Refuse a number that is not that of the people an edition goes to. Raises `UsageError`."""
    people = editions.expected_recipients(edition)
    digits = "".join(str(int(mark)) for mark in typed if mark.isdigit())
    if digits != str(people):
        raise UsageError("the number of people", f"it goes to {people}, not to {typed.strip() or 'nobody'}")


def take_back(edition: str, actor: str, now: datetime) -> None:
    """Let an edition that has a moment wait again. Raises `UsageError` once it is on its way."""
    wishes.set_moment(edition, None, actor, now)


def step(edition: str, action: Step, actor: str, now: datetime) -> EditionState:
    """Pause, resume or cancel an edition; gives the state it is in now.

    Raises `UsageError`, also for one that would go on with a story that was killed since.
    """
    killed = [one for one in corrections.troubles(edition) if one.kind == "kill"] if action == "resume" else []
    if killed:
        title = killed[0].kept.post.title or killed[0].kept.post.id
        fix = f"build it again for those still pending (publisher rebuild {edition}), or cancel it"
        raise UsageError(f"edition {edition}", f"a story in it was killed since: {title}", fix)
    state = editions.act(edition, action, actor, now)
    if action == "cancel":
        results.remember(edition, editions.count(edition), now)
    return state


def withdraw(edition: str, actor: str, now: datetime) -> None:
    """Take back the approvals of an edition. Raises `UsageError` once somebody has got it."""
    wishes.withdraw(edition, actor, now)


def settle(edition: str, how: Settlement, actor: str, now: datetime, *, only: Sequence[str] | None = None) -> int:
    """Settle doubt as a person says, or return those who failed; gives their number.

    `only` are ids of deliveries; None: all of them. Raises `UsageError`.
    """
    if how == "retry":
        return doubt.retry_failed(edition, actor, now, only=only)
    return doubt.resolve(edition, how, actor, now, only=only)
