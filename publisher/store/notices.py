"""What people have to be told: noted once, told by one worker."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from publisher.store.database import speaking_clearly, unit
from publisher.store.models import AuditRow


def alert_once(now: datetime, action: str, subject: str, **detail: object) -> bool:
    """Write a line that somebody has to be told, unless the same was said of this subject before.

    Call it in a transaction.
    """
    if AuditRow.objects.filter(subject=subject, action=action, alert=True).exists():
        return False
    AuditRow.objects.create(at=now, actor="publisher", action=action, subject=subject, detail=detail, alert=True)
    return True


def alert_change(now: datetime, action: str, subject: str, **detail: object) -> bool:
    """Write a line that somebody has to be told, unless the last such line of this subject says the same.

    What stands beside it does not count. Call it in a transaction.
    """
    last = AuditRow.objects.filter(subject=subject, alert=True).order_by("-pk").first()
    if last is not None and last.action == action:
        return False
    AuditRow.objects.create(at=now, actor="publisher", action=action, subject=subject, detail=detail, alert=True)
    return True


def standing(action: str) -> tuple[str, ...]:
    """Name the subjects of which the last that people were told is this."""
    with speaking_clearly():
        newest = AuditRow.objects.filter(alert=True).values("subject").annotate(last=Max("pk")).values("last")
        rows = AuditRow.objects.filter(pk__in=newest, action=action).order_by("subject")
        return tuple(rows.values_list("subject", flat=True))


def claim(key: int, now: datetime) -> bool:
    """Take it on to tell people one line; False when another worker has."""
    with unit():
        return bool(AuditRow.objects.filter(pk=key, told_at=None).update(told_at=now))


def release(key: int) -> None:
    """Let a line be told later: nobody could be reached."""
    with unit():
        AuditRow.objects.filter(pk=key).update(told_at=None)
