"""After a restored backup: nobody is mailed who may have been mailed since."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

from publisher.errors import UsageError
from publisher.jobs.sending.marker import Marker
from publisher.model import EditionState
from publisher.store import doubt, editions, log, quota
from publisher.store.database import unit

# Editions of these states have people who wait, and may have gone further after the backup was made.
_UNCERTAIN = (EditionState.APPROVED, EditionState.SENDING, EditionState.PAUSED, EditionState.HELD)


def reconcile_backup(home: Path, since: datetime, now: datetime, actor: str) -> int:
    """Put everybody in doubt who waits in an edition that may have gone on after `since`; gives their number.

    Then sending may begin again. Raises `UsageError` when the database holds work that is later than `since`.
    """
    latest = log.latest()
    if latest is not None and latest > since:
        reason = f"the database holds work of {latest:%Y-%m-%d %H:%M:%S} UTC, so that it was copied later than that"
        raise UsageError(f"--since {since:%Y-%m-%d %H:%M:%S} UTC", reason, "give the time when the backup was made")
    moved = 0
    with unit():
        for edition in editions.in_state(*_UNCERTAIN):
            moved += doubt.distrust(edition.id, now)
        log.note(now, actor, "reconcile", "database", rows=moved, since=since.isoformat())
    with closing(Marker(home)) as marker:
        for account in quota.accounts():
            quota.raise_epoch(account, marker.read(account))
    return moved
