"""The log: who did what to what, and what people must be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from publisher.store.database import is_sqlite, speaking_clearly, unit
from publisher.store.models import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    key: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    alert: bool


def note(now: datetime, actor: str, action: str, subject: str, **detail: object) -> None:
    """Write a line; call it in the transaction of what it tells. No addresses in it."""
    AuditRow.objects.create(at=now, actor=actor, action=action, subject=subject, detail=detail)


def alert(now: datetime, action: str, subject: str, **detail: object) -> None:
    """Write a line that somebody has to be told, once per change: the same words in a row are one alert.

    Call it in a transaction.
    """
    hold_subject(subject)
    last = AuditRow.objects.filter(subject=subject, alert=True).order_by("-pk").first()
    if last is None or (last.action, last.detail) != (action, detail):
        AuditRow.objects.create(at=now, actor="publisher", action=action, subject=subject, detail=detail, alert=True)


def forget(subject: str, action: str) -> None:
    """Forget what lines of one action about something said, not that they were; call it in a transaction."""
    AuditRow.objects.filter(subject=subject, action=action).update(detail={})


def hold_subject(subject: str) -> None:
    """Let workers that want to tell of one subject do so one after the other, until this transaction ends.

    SQLite has one writer anyway.
    """
    if not is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alert {subject}"])


def lines(subject: str) -> tuple[Line, ...]:
    """Give what was done to something, the oldest first."""
    with speaking_clearly():
        return tuple(_read(row) for row in AuditRow.objects.filter(subject=subject).order_by("pk"))


def newest(subject: str, action: str) -> int:
    """Give the key of the last line of one action about something; 0: there is none."""
    with speaking_clearly():
        found = AuditRow.objects.filter(subject=subject, action=action).order_by("-pk").values_list("pk", flat=True)
        return found.first() or 0


def untold(actions: Collection[str] = ()) -> tuple[Line, ...]:
    """Give the alerts that nobody was told yet; with `actions` those of some kinds only."""
    with speaking_clearly():
        rows = AuditRow.objects.filter(alert=True, told_at=None).order_by("pk")
        return tuple(_read(row) for row in (rows.filter(action__in=list(actions)) if actions else rows))


def latest() -> datetime | None:
    """Say when something was last done; None: nothing ever was."""
    with speaking_clearly():
        row = AuditRow.objects.order_by("-pk").first()
    return row.at if row else None


def mark_told(keys: tuple[int, ...], now: datetime) -> None:
    """Remember that people were told."""
    with unit():
        AuditRow.objects.filter(pk__in=keys).update(told_at=now)


def _read(row: AuditRow) -> Line:
    """Give a row as a value."""
    return Line(
        key=row.pk,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
        alert=row.alert,
    )
