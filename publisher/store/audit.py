"""The log as people read it: by who did it or what it was done to, the newest first."""

from __future__ import annotations

from publisher.store.database import speaking_clearly
from publisher.store.log import Line
from publisher.store.models import AuditRow


def lines(*, actor: str, subject: str, before: int | None, limit: int) -> tuple[Line, ...]:
    """Give lines of the log; "" is everybody and everything, `before` the key of the last line that was seen."""
    rows = AuditRow.objects.order_by("-pk")
    if actor:
        rows = rows.filter(actor=actor)
    if subject:
        rows = rows.filter(subject=subject)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    with speaking_clearly():
        return tuple(
            Line(
                key=row.pk,
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                detail=row.detail,
                alert=row.alert,
            )
            for row in rows[:limit]
        )
