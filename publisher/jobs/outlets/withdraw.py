"""A correction or a kill, from the editor's word to every partner: version, editions, channels, bundles.

    withdraw -> editions paused -> release -> pack

Pushing and fetching media come with the next round of work; what partners pull is right when this returns.
"""

from __future__ import annotations

from datetime import datetime

from publisher.errors import UsageError
from publisher.jobs.outlets import syndicate
from publisher.jobs.outlets.shelf import Shelf
from publisher.settings import Settings
from publisher.store import withdrawals
from publisher.store.withdrawals import Kind, Withdrawal

LONGEST_NOTE = 2000


def withdraw(  # noqa: PLR0913 - who says what of which post, and where it has to arrive
    settings: Settings, shelf: Shelf, post: str | int, kind: Kind, note: str, *, actor: str, now: datetime
) -> Withdrawal:
    """Withdraw or correct a post everywhere; `post` as `withdrawals.withdraw` takes it.

    Raises `UsageError`, `StoreError`.
    """
    words = " ".join(note.split())
    if not words:
        raise UsageError("--note", "is empty", "say to partners and readers what was wrong")
    if len(words) > LONGEST_NOTE:
        raise UsageError("--note", f"is longer than {LONGEST_NOTE} characters")
    done = withdrawals.withdraw(post, kind, words, actor=actor, now=now)
    syndicate.declare(settings)
    syndicate.release(settings, now)
    syndicate.pack(settings, shelf, now)
    return done
