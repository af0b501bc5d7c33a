"""One row per sending account: its pace, and the epoch that a backup cannot know.

The pace is a leaky bucket (GCRA) counted in recipients: a reservation moves the moment from which the next recipient
is due, in one statement, whichever process asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from publisher.store.database import speaking_clearly, unit
from publisher.store.models import AccountRow
from publisher.store.moments import from_micros, to_micros

_RESERVE: Final = """
UPDATE account SET free_at = CASE WHEN free_at > %s THEN free_at ELSE %s END + %s * interval, epoch = epoch + 1
WHERE name = %s RETURNING free_at, interval, epoch
"""

_SPEED: Final = "SELECT interval, ceiling, changed_at FROM account WHERE name = %s"

SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The right to send to so many: the first at `start`, each next one `interval` microseconds later."""

    start: datetime
    recipients: int
    interval: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """The pace of an account and the pace it is allowed, in recipients a second (0: no limit), since `changed`."""

    rate: float
    ceiling: float
    changed: datetime


def open_account(name: str, rate: float, now: datetime) -> None:
    """Make the row of an account, or give it the rate that is allowed now: recipients a second, 0 for no limit.

    A pace that was slowed down stays slow: it rises by itself while nobody complains.
    """
    ceiling = round(SECOND / rate) if rate > 0 else 0
    with unit():
        row, made = AccountRow.objects.select_for_update().get_or_create(
            name=name,
            defaults={"interval": ceiling, "ceiling": ceiling, "changed_at": now},
        )
        if not made and row.ceiling != ceiling:
            slowed = row.interval != row.ceiling and ceiling > 0
            row.interval = max(row.interval, ceiling) if slowed else ceiling
            row.ceiling = ceiling
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


def speed_of(name: str) -> Speed:
    """Give the pace of an account."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_SPEED, [name])
        interval, ceiling, changed = cursor.fetchone()
    return Speed(
        rate=SECOND / interval if interval else 0.0,
        ceiling=SECOND / ceiling if ceiling else 0.0,
        changed=from_micros(changed or 0),
    )


def change_rate(name: str, rate: float, seen: Speed, now: datetime) -> bool:
    """Change the pace of an account; False when somebody else changed it since `seen` was read."""
    interval = round(SECOND / rate) if rate > 0 else 0
    with unit():
        rows = AccountRow.objects.filter(name=name, changed_at=seen.changed)
        return bool(rows.update(interval=interval, changed_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What an account allows: recipients a second (0: no limit) and in 24 hours (-1: no limit), and what it counted."""

    account: str
    rate: float
    limit: int
    used: int
    seen: datetime


def note_day(name: str, limit: float, used: float, now: datetime) -> None:
    """Write down what an account said of its 24 hours."""
    with unit():
        AccountRow.objects.filter(name=name).update(day_limit=int(limit), day_used=int(used), day_seen_at=now)


def days() -> tuple[Day, ...]:
    """Give what accounts last said of themselves."""
    with speaking_clearly():
        rows = list(AccountRow.objects.filter(day_seen_at__isnull=False).order_by("name"))
    return tuple(
        Day(
            account=row.name,
            rate=SECOND / row.interval if row.interval else 0.0,
            limit=row.day_limit,
            used=row.day_used,
            seen=row.day_seen_at,
        )
        for row in rows
        if row.day_seen_at is not None
    )


def epoch_of(name: str) -> int:
    """Give the epoch of an account; 0 when it never sent."""
    with speaking_clearly():
        row = AccountRow.objects.filter(name=name).first()
    return row.epoch if row else 0


def accounts() -> tuple[str, ...]:
    """Name the accounts that ever sent."""
    with speaking_clearly():
        return tuple(AccountRow.objects.order_by("name").values_list("name", flat=True))


def raise_epoch(name: str, epoch: int) -> None:
    """Lift the epoch of an account to at least `epoch`: after a restored backup was reconciled."""
    with unit():
        AccountRow.objects.filter(name=name, epoch__lt=epoch).update(epoch=epoch)
