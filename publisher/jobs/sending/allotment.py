"""What the sending account allows: asked once a minute while something is sent, and followed.

An account's limits change while a worker runs for weeks: the pace in the database goes with them, and what is used of
the day is there for people to see.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Final

from publisher.delivery.quota import Allowance, start_pace
from publisher.store import quota

_FRESH: Final = timedelta(seconds=60)  # so long what the account allows is taken for true


def follow(account: str, allowance: Allowance | None, now: datetime) -> None:
    """Make the row of an account say what it allows; None: there is no limit that anybody knows."""
    if allowance is None:
        quota.open_account(account, 0, now)
        return
    quota.open_account(account, start_pace(allowance.max_send_rate).ceiling, now)
    quota.note_day(account, allowance.max_24_hour, allowance.sent_24_hour, now)


class Allotment:
    """Remembers what the account allows. `ask` gives None where there is nothing to ask; `known`: it just said so."""

    def __init__(
        self, ask: Callable[[], Allowance | None], now: Callable[[], datetime], known: Allowance | None = None
    ) -> None:
        self._ask = ask
        self._now = now
        self._lock = RLock()
        self._asked: tuple[datetime, Allowance | None] | None = (now(), known) if known is not None else None

    def look(self, account: str | None) -> Allowance | None:
        """Say what the account allows, as it was within the last minute; None: everything.

        With the name of the account, its row follows. What `ask` raises comes through.
        """
        now = self._now()
        with self._lock:
            if self._asked is None or now - self._asked[0] >= _FRESH:
                found = self._ask()
                self._asked = (now, found)
                if account is not None and found is not None:
                    follow(account, found, now)
            return self._asked[1]

    def forget(self) -> None:
        """Ask again the next time."""
        with self._lock:
            self._asked = None
