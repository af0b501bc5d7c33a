"""How long to leave a source alone: what its operator, its server and its own habits say. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from publisher.sources.fetch import backoff

_LONGEST: Final = timedelta(days=1)
_STRETCH: Final = 4  # times what the operator asked for, for a source that seldom brings anything
_HEAD: Final = 4096  # bytes in which a feed says how often it may be asked
_TTL: Final = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_PERIOD: Final = re.compile(rb"updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*<", re.IGNORECASE)
_FREQUENCY: Final = re.compile(rb"updateFrequency>\s*(\d{1,4})\s*<", re.IGNORECASE)
_PERIODS: Final = {
    b"hourly": timedelta(hours=1),
    b"daily": timedelta(days=1),
    b"weekly": timedelta(weeks=1),
    b"monthly": timedelta(days=30),
    b"yearly": timedelta(days=365),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is known of a source. `fresh` is what its server or its feed asks for; `arrivals` the newest first."""

    every: timedelta
    fresh: timedelta | None = None
    failures: int = 0
    arrivals: Sequence[datetime] = ()


def stated(content: bytes) -> timedelta | None:
    """Read how often a feed wants to be asked: ttl (RSS 2.0) or updatePeriod (RSS syndication); None: it is silent."""
    head = content[:_HEAD]
    found = _TTL.search(head)
    if found:
        return min(timedelta(minutes=int(found[1])), _LONGEST)
    period = _PERIOD.search(head)
    if not period:
        return None
    frequency = _FREQUENCY.search(head)
    times = max(1, int(frequency[1])) if frequency else 1
    return min(_PERIODS[period[1].lower()] / times, _LONGEST)


def next_pull(habits: Habits, now: datetime, *, jitter: float = 0.0) -> timedelta:
    """Say how long to wait: never less than the operator chose, and up to four times that for a quiet source.

    A source that fails waits a minute, then twice that each time, never less than usual. `jitter` from 0 to 1 spreads
    sources over a tenth of the time.
    """
    spread = 1 + 0.1 * jitter
    if habits.failures:
        return max(backoff(habits.failures), habits.every) * spread
    wait = max(habits.every, min(_rhythm(habits.arrivals, now) / 2, habits.every * _STRETCH))
    return max(wait, min(habits.fresh or timedelta(), _LONGEST)) * spread


def _rhythm(arrivals: Sequence[datetime], now: datetime) -> timedelta:
    """Give the time between two arrivals, counting the silence since the last; zero when there is nothing to say."""
    if not arrivals:
        return timedelta()
    return (now - arrivals[-1]) / len(arrivals)
