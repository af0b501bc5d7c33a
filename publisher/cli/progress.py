"""How far an edition is, and when it will be finished, for people who watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.model import Counts
from publisher.store import quota

_LOOK_BACK = 60.0  # seconds of what was seen that the pace is taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at a moment: how many wait or are on their way."""

    at: datetime
    open: int


def estimate(looks: Sequence[Look]) -> timedelta | None:
    """Say how long it still takes, from what was seen in the last minute; None: nothing moves."""
    latest = looks[-1]
    earlier = next(look for look in looks if (latest.at - look.at).total_seconds() <= _LOOK_BACK)
    gone, seconds = earlier.open - latest.open, (latest.at - earlier.at).total_seconds()
    if not latest.open:
        return timedelta()
    if gone <= 0 or seconds <= 0:
        return None
    return timedelta(seconds=round(latest.open * seconds / gone))


def promised(still_open: int) -> timedelta | None:
    """Say how long it takes at the pace of the account; None: no pace is known, or there is no limit."""
    rates = [quota.speed_of(account).rate for account in quota.accounts()]
    rate = max(rates, default=0.0)
    return timedelta(seconds=round(still_open / rate)) if rate else None


def tell(edition: str, state: str, counts: Counts, looks: Sequence[Look]) -> str:
    """Write one line about an edition on its way."""
    left = estimate(looks) or promised(counts.open)
    when = ""
    if left and counts.open:
        end = looks[-1].at + left
        when = f", about {_spoken(left)} left, until {end:%H:%M} UTC" if left < timedelta(days=1) else ", days left"
    parts = [f"{counts.accepted} of {counts.recipients} accepted"]
    parts += [
        f"{number} {name}" for number, name in ((counts.in_doubt, "in doubt"), (counts.failed, "failed")) if number
    ]
    return f"edition {edition} is {state}: {', '.join(parts)}{when}"


def _spoken(span: timedelta) -> str:
    """Write a span of time for people."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    if minutes < 1:
        return f"{seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
