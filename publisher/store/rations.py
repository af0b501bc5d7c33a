"""How often something may be done a day: sign-ups to an address, a domain, from a network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

from publisher.store.models import RationRow

_DAY: Final = timedelta(days=1)

_COUNT: Final = """
INSERT INTO ration (key, day, number) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET number = ration.number + 1
RETURNING number
"""


def day_of(now: datetime) -> int:
    """Give the number of the day, in UTC; it belongs into the key of a ration."""
    return (now - datetime(1970, 1, 1, tzinfo=UTC)) // _DAY


def count(key: str, now: datetime) -> int:
    """Count once more, and give how often it was today; call it in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, day_of(now)])
        (number,) = cursor.fetchone()
    return int(number)


def forget(now: datetime) -> int:
    """Forget the days before yesterday; call it in a transaction."""
    return RationRow.objects.filter(day__lt=day_of(now) - 1).delete()[0]
