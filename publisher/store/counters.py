"""Numbers that only rise: the order of all changes, and how often the rights of partners changed.

Reading both is one small query, so that every answer can be sure that what it remembers is still true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from publisher.store.database import speaking_clearly, unit
from publisher.store.models import CounterRow

CHANGES: Final = "changes"
ACCESS: Final = "access"

_READ: Final = "SELECT name, value FROM counter WHERE name IN ('changes', 'access')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Where the counters stand: the newest change, and the newest change of rights."""

    changes: int = 0
    access: int = 0


def read() -> Counters:
    """Give all counters."""
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_READ)
        found: dict[str, int] = dict(cursor.fetchall())
    return Counters(changes=found.get(CHANGES, 0), access=found.get(ACCESS, 0))


def raise_by(name: str, number: int = 1) -> int:
    """Count up and give the new value; call it in a transaction, whose end lets the next one count."""
    CounterRow.objects.get_or_create(name=name)
    row = CounterRow.objects.select_for_update().get(name=name)
    row.value += number
    row.save()
    return row.value


def get(name: str) -> int:
    """Give one counter; 0 for one that never counted."""
    with speaking_clearly():
        return CounterRow.objects.filter(name=name).values_list("value", flat=True).first() or 0


def lift(name: str, value: int) -> None:
    """Raise a counter to a value, if it stands lower."""
    with unit():
        CounterRow.objects.get_or_create(name=name)
        CounterRow.objects.filter(name=name, value__lt=value).update(value=value)
