"""How often something may be done a day: sign-ups to an address, a domain, from a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

from publisher.store.models import RationRow

_DAY: Final = timedelta(days=1)

_COUNT: Final = """
INSERT INTO ration (key, day, number) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET number = ration.number + excluded.number
RETURNING key, number
"""


def day_of(now: datetime) -> int:
    """Give the number of the day, in UTC; it belongs into the key of a ration."""
    return (now - datetime(1970, 1, 1, tzinfo=UTC)) // _DAY


def count(more: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Count so many more for each key, and give how often each was today; call it in a transaction."""
    if not more:
        return {}
    # In one order: two transactions that count the same keys wait for each other, and neither for ever.
    rows = [(key, day_of(now), more[key]) for key in sorted(more)]
    with connection.cursor() as cursor:
        statement = _COUNT.replace("{rows}", ", ".join(["(%s, %s, %s)"] * len(rows)))
        cursor.execute(statement, [value for row in rows for value in row])
        return dict(cursor.fetchall())


def forget(now: datetime) -> int:
    """Forget the days before yesterday; call it in a transaction."""
    return RationRow.objects.filter(day__lt=day_of(now) - 1).delete()[0]
