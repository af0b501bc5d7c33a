"""What people have to be told: noted once, told by one worker."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max

from publisher.model import DeliveryState
from publisher.store.database import speaking_clearly, unit
from publisher.store.log import hold_subject
from publisher.store.models import AuditRow, DeliveryRow


def alert_once(now: datetime, action: str, subject: str, **detail: object) -> bool:
    """Write a line that somebody has to be told, unless the same was said of this subject before.

    Call it in a transaction.
    """
    hold_subject(subject)
    if AuditRow.objects.filter(subject=subject, action=action, alert=True).exists():
        return False
    AuditRow.objects.create(at=now, actor="publisher", action=action, subject=subject, detail=detail, alert=True)
    return True


def alert_change(now: datetime, action: str, subject: str, **detail: object) -> bool:
    """Write a line that somebody has to be told, unless the last such line of this subject says the same.

    What stands beside it does not count. Call it in a transaction.
    """
    hold_subject(subject)
    last = AuditRow.objects.filter(subject=subject, alert=True).order_by("-pk").first()
    if last is not None and last.action == action:
        return False
    AuditRow.objects.create(at=now, actor="publisher", action=action, subject=subject, detail=detail, alert=True)
    return True


def alert_of_doubt(now: datetime, before: datetime) -> int:
    """Write a line for each edition in which people came to be in doubt since the last such line, and before a moment.

    Gives how many lines. Call it in a transaction.
    """
    rows = DeliveryRow.objects.filter(state=DeliveryState.IN_DOUBT.value, at__lt=before).values("edition__ulid")
    written = 0
    for one in rows.annotate(people=Count("pk"), newest=Max("at")).order_by("edition__ulid"):
        edition, newest = one["edition__ulid"], one["newest"].isoformat()
        hold_subject(edition)
        last = AuditRow.objects.filter(subject=edition, action="doubt", alert=True).order_by("-pk").first()
        if last is None or str(last.detail.get("newest", "")) < newest:
            detail = {"people": one["people"], "newest": newest}
            AuditRow.objects.create(
                at=now, actor="publisher", action="doubt", subject=edition, detail=detail, alert=True
            )
            written += 1
    return written


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
