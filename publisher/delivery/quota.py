"""How fast to send and how much today: the arithmetic of SES's limits, which count recipients, not calls.

Three pure pieces: when a reservation may start (GCRA), how the pace follows throttles (additive increase,
multiplicative decrease), and when an edition will be through, given what the last 24 hours have used up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

SHARE_OF_RATE: Final = 0.9  # of MaxSendRate: room for what else the account sends, and for clocks
_SLOWEST: Final = 0.01  # of the ceiling
_STEP: Final = 0.05  # of the ceiling, per second without a throttle
_DAY: Final = timedelta(hours=24)
_MINUTE: Final = timedelta(minutes=1)
_FARTHEST: Final = timedelta(days=366)


# --- one reservation ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The right to send: not before `start`; from `free_at` on the next one may."""

    start: float
    free_at: float


def reserve(free_at: float, *, now: float, recipients: int, rate: float, burst: float = 0) -> Reservation:
    """Reserve room for so many recipients at so many a second (GCRA).

    Times in seconds. `free_at` is what the last reservation left; `burst` is how many recipients may go at once after
    a quiet time.

    Raises: ValueError when rate or recipients are not positive.
    """
    if rate <= 0 or recipients <= 0:
        message = f"cannot reserve {recipients} recipients at {rate} a second"
        raise ValueError(message)
    start = max(free_at, now - burst / rate)
    return Reservation(start=max(start, now), free_at=start + recipients / rate)


def batch_size(rate: float, most: int = 50) -> int:
    """Give how many recipients to claim at a time: about a second's worth, so that a slow account never bursts."""
    return max(1, min(most, int(rate)))


# --- the pace -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Recipients a second: now, and at most."""

    rate: float
    ceiling: float


def start_pace(max_send_rate: float) -> Pace:
    """Begin below SES's own limit."""
    ceiling = max_send_rate * SHARE_OF_RATE
    return Pace(rate=ceiling, ceiling=ceiling)


def slow_down(pace: Pace) -> Pace:
    """Halve the pace after a throttle; never to a standstill."""
    return replace(pace, rate=max(pace.rate / 2, pace.ceiling * _SLOWEST))


def speed_up(pace: Pace, quiet_seconds: float) -> Pace:
    """Raise the pace after some time without a throttle, step by step up to the ceiling."""
    return replace(pace, rate=min(pace.rate + pace.ceiling * _STEP * quiet_seconds, pace.ceiling))


# --- waiting after a failure --------------------------------------------------------------------------------------

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0


def back_off(failures: int, jitter: float) -> float:
    """Give the seconds to wait after so many failures in a row: 1, 2, 4 ... 60, halved at most by `jitter` (0 to 1)."""
    whole = min(_FIRST_WAIT * 2.0 ** min(max(failures - 1, 0), 16), _LONGEST_WAIT)
    return whole * (0.5 + 0.5 * jitter)


# --- the day ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """So many recipients that were sent to at a time."""

    at: datetime
    recipients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What GetAccount says: recipients in 24 hours (-1: without limit), a second, and of the last 24 hours."""

    max_24_hour: float
    max_send_rate: float
    sent_24_hour: float

    @property
    def left(self) -> float:
        """Give how many recipients are free right now; infinity without a limit."""
        return float("inf") if self.max_24_hour < 0 else max(self.max_24_hour - self.sent_24_hour, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What becomes of an edition: how many go at once, and when the last one does.

    `finish` None: never, the quota is zero or not enough for a year. `waits`: it has to wait for quota in between.
    """

    recipients: int
    at_once: int
    finish: datetime | None
    waits: bool


def plan_day(recipients: int, allowance: Allowance, now: datetime, history: Sequence[Sent] = ()) -> Plan:
    """Plan an edition against the rolling 24 hours, minute by minute.

    `history` is what we know ourselves of the last 24 hours, oldest first; what SES counts beyond it was sent by
    somebody else, and is taken to be as fresh as can be.
    """
    rate = allowance.max_send_rate * SHARE_OF_RATE
    at_once = int(min(recipients, allowance.left))
    if recipients <= 0:
        return Plan(recipients=0, at_once=0, finish=now, waits=False)
    if rate <= 0 or allowance.max_24_hour == 0:
        return Plan(recipients=recipients, at_once=0, finish=None, waits=True)
    if at_once == recipients:
        through = now + timedelta(seconds=recipients / rate)
        return Plan(recipients=recipients, at_once=at_once, finish=through, waits=False)
    finish = _follow(recipients, allowance, now, _spread(allowance, now, history))
    return Plan(recipients=recipients, at_once=at_once, finish=finish, waits=True)


def _spread(allowance: Allowance, now: datetime, history: Sequence[Sent]) -> deque[tuple[datetime, float]]:
    """Say when what was sent is counted no more, earliest first."""
    recent = [(one.at + _DAY, float(one.recipients)) for one in history if now - _DAY < one.at <= now]
    unknown = allowance.sent_24_hour - sum(number for _, number in recent)
    return deque([*sorted(recent), *([(now + _DAY, unknown)] if unknown > 0 else [])])


def _follow(
    recipients: int,
    allowance: Allowance,
    now: datetime,
    leaving: deque[tuple[datetime, float]],
) -> datetime | None:
    """Follow the window minute by minute until everybody is sent to; skip the minutes in which nothing can happen."""
    a_minute = allowance.max_send_rate * SHARE_OF_RATE * _MINUTE.total_seconds()
    used = max(allowance.sent_24_hour, sum(number for _, number in leaving))
    left, moment = float(recipients), now
    while moment - now < _FARTHEST:
        while leaving and leaving[0][0] <= moment:
            used -= leaving.popleft()[1]
        going = min(a_minute, left, allowance.max_24_hour - used)
        if going > 0:
            left -= going
            if left <= 0:
                return moment + _MINUTE * (going / a_minute)
            used += going
            leaving.append((moment + _MINUTE + _DAY, going))
            moment += _MINUTE
        else:
            moment = leaving[0][0]
    return None
