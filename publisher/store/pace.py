"""How fast an edition goes to its readers, as the ledger tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from publisher.store import editions
from publisher.store.database import speaking_clearly
from publisher.store.models import AuditRow
from publisher.store.moments import from_micros, to_micros

_SETTLED: Final = """
SELECT COUNT(*) FROM delivery WHERE edition_id = %s AND at >= %s AND state IN ('accepted', 'in_doubt', 'failed')
"""
_LAST_DUE: Final = "SELECT MAX(due_at) FROM delivery WHERE edition_id = %s AND state = 'pending'"


def settled_since(edition: str, since: datetime) -> int:
    """Count those whose request came to an end since a moment. Raises `UsageError`."""
    row = editions.find(edition)
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_SETTLED, [row.pk, to_micros(since)])
        return int(cursor.fetchone()[0])


def last_due(edition: str) -> datetime | None:
    """Say when the last of those is due who get it at an hour of their own; None: nobody waits for one.

    Raises `UsageError`.
    """
    row = editions.find(edition)
    with speaking_clearly(), connection.cursor() as cursor:
        cursor.execute(_LAST_DUE, [row.pk])
        (found,) = cursor.fetchone()
    return from_micros(found) if found else None


def moving_since(edition: str) -> datetime | None:
    """Say since when an edition moves: when it was started or went on the last time; None: it never was."""
    with speaking_clearly():
        rows = AuditRow.objects.filter(subject=edition, action__in=("start", "resume", "reopen")).order_by("-pk")
        return rows.values_list("at", flat=True).first()
