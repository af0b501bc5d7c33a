"""One row per sending account: its pace, and the epoch that a backup cannot know.

The pace is a leaky bucket (GCRA) counted in recipients: a reservation moves the moment from which the next recipient
is due, in one statement, whichever process asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from publisher.store.database import speaking_clearly, unit
from publisher.store.models import AccountRow
from publisher.store.moments import from_micros, to_micros

_RESERVE: Final = """
UPDATE account SET free_at = CASE WHEN free_at > %s THEN free_at ELSE %s END + %s * interval, epoch = epoch + 1
WHERE name = %s RETURNING free_at, interval, epoch
"""

# Additive increase, multiplicative decrease: in intervals, a rate r + c/20 is the interval i * 20c / (20c + i).
_SLOWER: Final = """
UPDATE account SET interval = CASE WHEN interval = 0 THEN 100000 WHEN interval > 5000000 THEN 10000000
    ELSE interval * 2 END, changed_at = %s
WHERE name = %s AND changed_at <= %s
"""

_FASTER: Final = """
UPDATE account SET interval = CASE WHEN ceiling = 0 THEN interval * 10 / 11
    WHEN interval * 20 * ceiling / (20 * ceiling + interval) > ceiling
    THEN interval * 20 * ceiling / (20 * ceiling + interval) ELSE ceiling END, changed_at = %s
WHERE name = %s AND changed_at <= %s AND interval > ceiling
"""

_SLOWER_EVERY: Final = timedelta(seconds=2)
_FASTER_EVERY: Final = timedelta(seconds=1)

SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The right to send to so many: the first at `start`, each next one `interval` microseconds later."""

    start: datetime
    recipients: int
    interval: int
    epoch: int


def open_account(name: str, rate: float, now: datetime) -> None:
    """Make the row of an account, or give it the rate that is allowed now: recipients a second, 0 for no limit.

    A pace that was slowed down stays slow.
    """
    ceiling = round(SECOND / rate) if rate > 0 else 0
    with unit():
        row, made = AccountRow.objects.select_for_update().get_or_create(
            name=name,
            defaults={"interval": ceiling, "ceiling": ceiling, "changed_at": now},
        )
        if not made and row.ceiling != ceiling:
            row.ceiling = ceiling
            row.interval = ceiling
            row.changed_at = now
            row.save()


def reserve(name: str, recipients: int, now: datetime) -> Slot:
    """Reserve the next free slots of an account, and count up its epoch."""
    moment = to_micros(now)
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_RESERVE, [moment, moment, recipients, name])
        free_at, interval, epoch = cursor.fetchone()
    start = from_micros(free_at - recipients * interval)
    return Slot(start=start, recipients=recipients, interval=interval, epoch=epoch)


def give_back(name: str, slot: Slot) -> None:
    """Give back slots that nobody will use, unless somebody has reserved behind them."""
    taken = slot.recipients * slot.interval
    with unit():
        AccountRow.objects.filter(name=name, free_at=to_micros(slot.start) + taken).update(
            free_at=to_micros(slot.start)
        )


def interval_of(name: str) -> int:
    """Give the microseconds that one recipient takes now; 0 is no limit."""
    with speaking_clearly():
        interval: int = AccountRow.objects.values_list("interval", flat=True).get(name=name)
    return interval


def rate_of(name: str) -> tuple[float, float]:
    """Give the pace of an account and the pace it is allowed, in recipients a second; 0 is no limit."""
    with speaking_clearly():
        row = AccountRow.objects.get(name=name)
    return (SECOND / row.interval if row.interval else 0.0, SECOND / row.ceiling if row.ceiling else 0.0)


def slow_down(name: str, now: datetime) -> None:
    """Halve the pace: the account was asked for more than it allows. At most once in two seconds, whoever asks."""
    _change(name, _SLOWER, now, _SLOWER_EVERY)


def speed_up(name: str, now: datetime) -> None:
    """Raise the pace by a twentieth of what is allowed, up to that. At most once a second, whoever asks."""
    _change(name, _FASTER, now, _FASTER_EVERY)


def _change(name: str, statement: str, now: datetime, every: timedelta) -> None:
    """Change the pace, unless it was changed a moment ago."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(statement, [to_micros(now), name, to_micros(now - every)])


def epoch_of(name: str) -> int:
    """Give the epoch of an account; 0 when it never sent."""
    with speaking_clearly():
        row = AccountRow.objects.filter(name=name).first()
    return row.epoch if row else 0


def raise_epoch(name: str, epoch: int) -> None:
    """Lift the epoch of an account to at least `epoch`: after a restored backup was reconciled."""
    with unit():
        AccountRow.objects.filter(name=name, epoch__lt=epoch).update(epoch=epoch)
